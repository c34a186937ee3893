"""The papers behind credits that were used: for each issue all of them, or what is missing.

Source: 40 CFR 62.16560(a)(1)(v); RATE-257.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trueup.ledger.entries import Range
from trueup.resources.models import CreditNotice, EguIssuance, Issuance, IssuanceDocument
from trueup.rules.papers import APPLICATION, DECISION, PLAN, REPORT, VERIFICATION

# What the rule names; approvals are decisions.
KINDS = (APPLICATION, PLAN, REPORT, VERIFICATION, DECISION)
NOTICE = "credit_notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportPaper:
    """A paper on which an issue rests; `sha256` is of what it says."""

    kind: str
    document: int
    version: int
    filed_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """The papers behind some credits of one issue.

    Attributes:
        of_unit: The issue was to an affected EGU, on a notice of its operation.
        missing: Kinds of paper that the issue should have and has not.
    """

    range: Range
    issue: int
    of_unit: bool
    holder: str
    papers: tuple[SupportPaper, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Everything behind some credits; `unknown` were issued by no issue on record."""

    support: tuple[Support, ...]
    unknown: tuple[Range, ...]

    @property
    def is_complete(self) -> bool:
        return not self.unknown and not any(one.missing for one in self.support)


def package_of(ranges: Sequence[Range]) -> Package:
    """The papers behind credits, issue by issue in the order of the ranges; five statements.

    Source: 40 CFR 62.16560(a)(1)(v); RATE-257.
    """
    issues = _overlapping(Issuance.objects.select_related("resource"), ranges)
    of_units = _overlapping(EguIssuance.objects.select_related("round", "account"), ranges)
    papers = _papers(issues)
    noticed = _notices(of_units)
    found: list[Support] = []
    unknown: list[Range] = []
    for item in ranges:
        parts = [_of_resource(row, papers[row.pk], part) for row, part in _cut(issues, item)]
        parts += [_of_unit(row, noticed, part) for row, part in _cut(of_units, item)]
        parts.sort(key=lambda one: one.range.lo)
        found += parts
        unknown += _rest(item, [one.range for one in parts])
    return Package(support=tuple(found), unknown=tuple(unknown))


def _overlapping(rows: Any, ranges: Sequence[Range]) -> list[Any]:
    """The issues of the lots between the first and the last number that is asked for."""
    spans: dict[int, tuple[int, int]] = {}
    for item in ranges:
        low, high = spans.get(item.lot, (item.lo, item.hi))
        spans[item.lot] = (min(low, item.lo), max(high, item.hi))
    found = []
    for row in rows.filter(lot__in=list(spans)).order_by("lot", "lo"):
        low, high = spans[row.lot]
        if row.lo <= high and row.hi >= low:
            found.append(row)
    return found


def _cut(rows: Iterable[Any], item: Range) -> list[tuple[Any, Range]]:
    return [
        (row, Range(item.lot, max(row.lo, item.lo), min(row.hi, item.hi)))
        for row in rows
        if row.lot == item.lot and row.lo <= item.hi and item.lo <= row.hi
    ]


def _rest(item: Range, covered: Sequence[Range]) -> list[Range]:
    rest, at = [], item.lo
    for part in covered:
        if part.lo > at:
            rest.append(Range(item.lot, at, part.lo - 1))
        at = max(at, part.hi + 1)
    if at <= item.hi:
        rest.append(Range(item.lot, at, item.hi))
    return rest


def _papers(issues: Sequence[Any]) -> defaultdict[int, list[SupportPaper]]:
    found: defaultdict[int, list[SupportPaper]] = defaultdict(list)
    rows = IssuanceDocument.objects.filter(issuance__in=[row.pk for row in issues])
    for row in rows.select_related("document").order_by("issuance_id", "position"):
        found[row.issuance_id].append(
            SupportPaper(
                kind=row.document.kind,
                document=row.document_id,
                version=row.document.version,
                filed_at=row.document.filed_at,
                sha256=row.document.sha256,
            )
        )
    return found


def _notices(rows: Sequence[Any]) -> set[tuple[str, int, int, str]]:
    """Which affected EGUs a notice of a year named, with the category."""
    years = {row.round.year for row in rows}
    found = CreditNotice.objects.filter(
        year__in=years, earnings__account_id__in=[row.account_id for row in rows]
    )
    return set(found.values_list("program", "year", "earnings__account_id", "earnings__category"))


def _of_resource(row: Any, papers: Sequence[SupportPaper], part: Range) -> Support:
    has = {paper.kind for paper in papers}
    return Support(
        range=part,
        issue=row.pk,
        of_unit=False,
        holder=row.resource.name,
        papers=tuple(papers),
        missing=tuple(kind for kind in KINDS if kind not in has),
    )


def _of_unit(row: Any, noticed: set[tuple[str, int, int, str]], part: Range) -> Support:
    key = (row.round.program, row.round.year, row.account_id, row.category)
    return Support(
        range=part,
        issue=row.pk,
        of_unit=True,
        holder=row.account.name,
        papers=(),
        missing=() if key in noticed else (NOTICE,),
    )
