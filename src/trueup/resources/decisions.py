"""Decide, with reasons, and keep who did it.

Source: PLAT-017; 78.1(b)(19).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trueup.audit import services as audit

# Classes of `appealable_decisions.csv`, with the sections that the catalogue corrects (AMB-26).
ISSUANCE, QUALIFICATION, REVOCATION = "issuance", "qualified", "revoked"
CORRECTION, ACCREDITATION, ACCREDITATION_REVOKED = "misstated", "verifier", "unverifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who decides what about whom, when, under which paragraph."""

    program: str
    subject: str
    at: datetime
    actor: str
    cite: str


def decide(act: Act, *, item: str, outcome: str, ground: str, **after: object) -> None:
    """Issue a final decision that can be appealed, and log it.

    Source: 78.1(b)(19); PLAT-017.
    """
    audit.decide(
        decision_class=item,
        program=act.program,
        subject=act.subject,
        outcome=outcome,
        reasons=[ground],
        decided_at=act.at,
        decided_by=act.actor,
    )
    log(act, outcome.replace(" ", "_").replace("&", "and"), ground=ground, **after)


def log(act: Act, what: str, **after: object) -> None:
    """Keep that something was done.

    Source: PLAT-017.
    """
    audit.log(
        at=act.at,
        program=act.program,
        actor=act.actor,
        act=what,
        subject=act.subject,
        after=after,
        cite=act.cite,
    )
