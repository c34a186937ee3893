"""Decide, with reasons, and keep who did it.

Source: PLAT-017; 78.1(b)(19).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trueup.audit import services as audit
from trueup.rules import programs

# Classes of `appealable_decisions.csv`, with the sections that the catalogue corrects (AMB-26).
ISSUANCE, QUALIFICATION, REVOCATION = "issuance", "qualified", "revoked"
FROM_SET_ASIDE, UNNAMED = "ii", "uncertain"
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
        decision_class=class_in(act.program, item),
        program=act.program,
        subject=act.subject,
        outcome=outcome,
        reasons=[ground],
        decided_at=act.at,
        decided_by=act.actor,
    )
    log(act, outcome.replace(" ", "_").replace("&", "and"), ground=ground, **after)


def cited_in(program: str, cite: str) -> str:
    """A paragraph of the rate-based rule as a program's rule has it.

    Source: MASS-AMB-50.
    """
    rules = programs.load(program).resources
    return cite if rules is None else rules.cited(cite)


def class_in(program: str, item: str) -> str:
    """Under which item of part 78 a decision on a resource can be appealed in a program.

    78.1(b)(18) names allocation from a set-aside, of which eligibility, revocation and
    suspension decide; accreditation it does not name.

    Source: 40 CFR 78.1(b)(18)(ii), (b)(19); MASS-101; MASS-165.
    """
    rules = programs.load(program).resources
    if rules is None or not rules.earns_allowances:
        return item
    return UNNAMED if item in (ACCREDITATION, ACCREDITATION_REVOKED) else FROM_SET_ASIDE


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
        cite=cited_in(act.program, act.cite),
    )
