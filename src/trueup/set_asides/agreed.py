"""What two officials agree on: a distribution as its preview shows it, in one transaction.

The first official proposes what the preview shows, by its digest; when the second
approves, it is planned anew, compared, and recorded.

Source: 40 CFR 62.16240(b); 62.16245(a)(5)-(7), (b)(3)-(5); PLAT-018.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trueup.accounts.rivals import looking_again
from trueup.rules.refusal import Refusal, Refused
from trueup.set_asides import checks
from trueup.set_asides.distributing import (
    approve_distribution,
    propose_distribution,
    require_commented,
    require_first,
    require_something,
    vintages_of,
)
from trueup.set_asides.entries import DistributionEntry, PlannedDistribution
from trueup.set_asides.planning import OUTPUT, digest_of, plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a distribution would do now.

    Attributes:
        planned: One for each vintage that is distributed together; empty if none can be.
        digest: Of all of it: what two officials agree on.
        refusals: Why it could not be recorded now.
    """

    planned: tuple[PlannedDistribution, ...]
    digest: str
    refusals: tuple[Refusal, ...]


def preview(
    *, program: str, jurisdiction: str, vintage: int, purpose: str, at: datetime
) -> Preview:
    """What distributing a set-aside would do now, and why it could not be done.

    Source: 40 CFR 62.16245(a)(5), (b)(3); PLAT-018.
    """
    refusals: list[Refusal] = []
    planned: list[PlannedDistribution] = []
    try:
        vintages = vintages_of(program, vintage, purpose, at=at)
        planned = [
            plan(program=program, jurisdiction=jurisdiction, vintage=year, purpose=purpose)
            for year in vintages
        ]
    except Refused as refused:
        return Preview(planned=(), digest="", refusals=tuple(refused.refusals))
    try:
        if purpose == OUTPUT:
            require_commented(program, jurisdiction, vintage, at=at)
    except Refused as refused:
        refusals += refused.refusals
    try:
        require_first(program, jurisdiction, vintages, purpose)
        for of in planned:
            require_something(of)
    except Refused as refused:
        refusals += refused.refusals
    return Preview(planned=tuple(planned), digest=_digest(planned), refusals=tuple(refusals))


def distribute(
    *,
    program: str,
    jurisdiction: str,
    vintage: int,
    purpose: str,
    digest: str,
    proposed_by: str,
    approved_by: str,
    at: datetime,
) -> list[DistributionEntry]:
    """Record a distribution as its preview showed it, agreed on by two officials.

    Args:
        digest: Of the preview; if projections, output or holdings changed since, it is
            refused.

    Raises Refused (`changed_since`, `same_official`, and as `propose_distribution` does).

    Source: 40 CFR 62.16240(b); 62.16325(d), (e); MASS-081; PLAT-018.
    """
    of: dict[str, Any] = {
        "program": program,
        "jurisdiction": jurisdiction,
        "vintage": vintage,
        "purpose": purpose,
    }

    def act() -> list[DistributionEntry]:
        propose_distribution(**of, actor=proposed_by, at=at)
        now = preview(**of, at=at)
        if now.digest != digest:
            raise Refused(
                [
                    checks.ChangedSince(
                        f"The distribution of {jurisdiction} for {vintage} would be another one"
                        " now: look at the preview, and propose it anew."
                    )
                ]
            )
        return approve_distribution(**of, actor=approved_by, at=at)

    return looking_again(act)


def _digest(planned: list[PlannedDistribution]) -> str:
    whole = "".join(digest_of(of) for of in planned)
    return hashlib.sha256(whole.encode()).hexdigest() if planned else ""
