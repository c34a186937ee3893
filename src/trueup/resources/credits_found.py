"""The credits that were issued to a resource, as ranges of the books, and what became of them.

Source: 40 CFR 62.16450(c), (d); RATE-148, RATE-149.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trueup.ledger.entries import Range
from trueup.ledger.fate_reads import fates_of
from trueup.resources.models import Issuance, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditsOf:
    """A resource and the serial numbers that were ever issued to it."""

    resource: int
    program: str
    name: str
    jurisdiction: str
    state: str
    revoked_at: datetime | None
    ranges: tuple[Range, ...]

    @property
    def issued(self) -> int:
        return sum(one.quantity for one in self.ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedCredits:
    """A resource that lost its qualification: its credits, and how many are still held."""

    credits: CreditsOf
    held: int
    retired: int

    @property
    def resource(self) -> int:
        return self.credits.resource


def credits_of(resource: int, *, program: str) -> CreditsOf | None:
    """The credits of a resource; None if the program has no such resource; two statements.

    Source: 40 CFR 62.16450(d); RATE-149.
    """
    row = Resource.objects.filter(id=resource, program=program).first()
    return next(iter(_credits([row])), None) if row is not None else None


def credits_of_revoked(*, program: str, limit: int, after: int = 0) -> list[RevokedCredits]:
    """Resources that lost their qualification, with what became of their credits.

    Three statements for every 200 issues.

    Source: 40 CFR 62.16450(c), (d); RATE-148.
    """
    rows = Resource.objects.filter(program=program, state="revoked", id__gt=after)
    found = _credits(rows.order_by("id")[:limit])
    ranges = [(one.resource, block) for one in found for block in one.ranges]
    fates: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for (resource, _), of_range in zip(
        ranges, fates_of([block for _, block in ranges]), strict=True
    ):
        fates[resource].update(of_range)
    return [
        RevokedCredits(
            credits=one,
            held=sum(count for kind, count in fates[one.resource].items() if kind != "retirement"),
            retired=fates[one.resource]["retirement"],
        )
        for one in found
    ]


def _credits(rows: Iterable[Resource]) -> list[CreditsOf]:
    known = list(rows)
    issued: defaultdict[int, list[Range]] = defaultdict(list)
    found = Issuance.objects.filter(resource__in=known, lot__isnull=False).order_by("year", "id")
    for resource, lot, lo, hi in found.values_list("resource_id", "lot", "lo", "hi"):
        if lot is not None and lo is not None and hi is not None:
            issued[resource].append(Range(lot, lo, hi))
    return [
        CreditsOf(
            resource=row.pk,
            program=row.program,
            name=row.name,
            jurisdiction=row.jurisdiction,
            state=row.state,
            revoked_at=row.revoked_at,
            ranges=tuple(issued[row.pk]),
        )
        for row in known
    ]
