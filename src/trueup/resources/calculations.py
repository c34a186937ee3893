"""What a notice or an issue of credits would be, kept, and done exactly so or not at all.

What officials sign is the digest of all that a calculation shows; when it is carried out,
what was done has to have the same digest, or it is taken back.

Source: preamble IV.D.6; RATE-135 to RATE-139; PLAT-125; docs/decisions/0306.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from trueup.audit.statements import insert_many
from trueup.emissions.quantities import to_whole
from trueup.resources import checks
from trueup.resources.credit_notices import publish_credit_notice, year_refusals
from trueup.resources.egu_issuance import issue_to_affected_units
from trueup.resources.entries import EguRoundEntry, NoticeOfCredits, YearOfIssues
from trueup.resources.filing import refuse
from trueup.resources.issuance import calculate, facts_of_year, issue_ercs_of_year, refusals_of
from trueup.resources.issuing_facts import Facts, Round
from trueup.resources.models import (
    Calculation,
    CalculationRow,
    NoticedEarning,
    NoticedReport,
)
from trueup.resources.unit_calculations import UnitLine, covered_units, unit_lines
from trueup.rules import programs
from trueup.rules.refusal import Refused

RESOURCES, UNITS, NOTICE = "resources", "affected_units", "notice"
BATCH = 5_000
Said = list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a calculation; `models.CalculationRow` has the words."""

    jurisdiction: str
    category: str
    name: str
    resource: int | None = None
    account: int | None = None
    reasons: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    mwh: Decimal | None = None
    rate: Decimal | None = None
    corrected: int = 0
    quantity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rows of a calculation, and what of them is signed."""

    lines: list[Line] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)


@transaction.atomic
def calculate_notice(*, program: str, year: int, by: int, at: datetime) -> UUID:
    """Keep what a notice of a year's credits would say now; nothing is published.

    Raises Refused (`year_not_over`).

    Source: preamble IV.D.6; RATE-139.
    """
    of = _round(program, year, at)
    every, units = facts_of_year(of), unit_lines(of)
    resources = [_noticed_line(facts, of) for facts in every if not facts.is_issued]
    found = Found(
        lines=[*resources, *(_unit_line(one, needs_notice=False) for one in units)],
        said=_said_of_notice(
            [
                (report.pk, to_whole(report.verified_mwh or Decimal(0)))
                for facts in every
                for report in facts.reports
                if report.state == "verified"
            ],
            [(one.account, one.category, one.quantity) for one in units if one.quantity],
        ),
    )
    return _keep(NOTICE, found, of, by=by)


@transaction.atomic
def calculate_issue_to_resources(*, program: str, year: int, by: int, at: datetime) -> UUID:
    """Keep what an issue of a year's credits to resources would be now; nothing is issued.

    Raises Refused (`year_not_over`).

    Source: 40 CFR 62.16445(e), (f); RATE-135 to RATE-145; PLAT-125.
    """
    of = _round(program, year, at)
    lines = [_resource_line(facts, of) for facts in facts_of_year(of) if not facts.is_issued]
    said = [_said(one.resource, one.quantity, one.corrected, one.reasons) for one in lines]
    return _keep(RESOURCES, Found(lines=lines, said=sorted(said)), of, by=by)


@transaction.atomic
def calculate_issue_to_units(*, program: str, year: int, by: int, at: datetime) -> UUID:
    """Keep what an issue to affected EGUs would be now; nothing is issued.

    Raises Refused (`year_not_over`).

    Source: 40 CFR 62.16434(b), (c); RATE-033 to RATE-041; PLAT-125.
    """
    of = _round(program, year, at)
    units = covered_units(of)
    lines = [_unit_line(one, needs_notice=True) for one in units]
    return _keep(UNITS, Found(lines=lines, said=_said_of_units(units)), of, by=by)


@transaction.atomic
def publish_as_calculated(
    calculation: UUID, *, digest: str, at: datetime, actor: str
) -> NoticeOfCredits:
    """Publish just the notice that a calculation shows.

    Raises Refused (`unknown_calculation`, `changed_since`, `year_not_over`).

    Source: preamble IV.D.6; RATE-139; docs/decisions/0306.
    """
    row = known(calculation, kind=NOTICE)
    entry = publish_credit_notice(program=row.program, year=row.year, published_at=at, actor=actor)
    reports = NoticedReport.objects.filter(notice_id=entry.id).order_by("report_id")
    units = NoticedEarning.objects.filter(notice_id=entry.id)
    said = _said_of_notice(
        [
            (report, to_whole(mwh or Decimal(0)))
            for report, mwh in reports.values_list("report_id", "verified_mwh")
        ],
        list(units.values_list("account_id", "category", "quantity")),
    )
    _require_same(row, digest=digest, said=said)
    return entry


@transaction.atomic
def issue_to_resources_as_calculated(
    calculation: UUID, *, digest: str, at: datetime, actor: str
) -> YearOfIssues:
    """Issue to resources just what a calculation shows.

    Raises Refused (`unknown_calculation`, `changed_since`, `year_not_over`,
    `nothing_to_issue`).

    Source: 40 CFR 62.16445(e), (f); RATE-135 to RATE-145; docs/decisions/0306.
    """
    row = known(calculation, kind=RESOURCES)
    done = issue_ercs_of_year(program=row.program, year=row.year, issued_at=at, actor=actor)
    said = [_said(one.resource, one.quantity, one.corrected, ()) for one in done.issued]
    said += [
        _said(one.resource, 0, 0, tuple(refusal.reason for refusal in one.refusals))
        for one in done.left_out
    ]
    _require_same(row, digest=digest, said=sorted(said))
    return done


@transaction.atomic
def issue_to_units_as_calculated(
    calculation: UUID, *, digest: str, at: datetime, actor: str
) -> EguRoundEntry:
    """Issue to affected EGUs just what a calculation shows.

    Raises Refused (`unknown_calculation`, `changed_since`, `year_not_over`,
    `comment_period_open`, `nothing_to_issue`).

    Source: 40 CFR 62.16434(b), (c); RATE-033 to RATE-041; docs/decisions/0306.
    """
    row = known(calculation, kind=UNITS)
    of = _round(row.program, row.year, at)
    now = _said_of_units(covered_units(of))
    _require_same(row, digest=digest, said=now)
    return issue_to_affected_units(program=row.program, year=row.year, issued_at=at, actor=actor)


def known(key: UUID, *, kind: str = "") -> Calculation:
    """A calculation by its key.

    Raises Refused (`unknown_calculation`).
    """
    found = Calculation.objects.filter(key=key).first()
    if found is None or (kind and found.kind != kind):
        raise Refused([checks.UnknownCalculation("There is no such calculation.")])
    return found


def _round(program: str, year: int, at: datetime) -> Round:
    rules = programs.load(program)
    refuse(year_refusals(rules, year, at))
    return Round(rules=rules, year=year, at=at, actor="calculation")


def _noticed_line(facts: Facts, of: Round) -> Line:
    """A resource in a notice: what of its reports is verified by now."""
    verified = [report for report in facts.reports if report.state == "verified"]
    open_reports = len(facts.reports) - len(verified)
    reasons = () if verified and not open_reports else ("verification_missing",)
    return Line(
        **_place(facts),
        reasons=() if verified else reasons,
        sentences=(f"{open_reports} of its reports are not verified.",) if open_reports else (),
        mwh=sum((report.verified_mwh or Decimal(0) for report in verified), Decimal(0)),
        quantity=calculate(facts, of).ercs if verified and not open_reports else 0,
    )


def _resource_line(facts: Facts, of: Round) -> Line:
    refusals = refusals_of(facts, of)
    mwh = sum((report.verified_mwh or Decimal(0) for report in facts.reports), Decimal(0))
    if refusals:
        return Line(
            **_place(facts),
            reasons=tuple(sorted({refusal.reason for refusal in refusals})),
            sentences=tuple(refusal.sentence for refusal in refusals),
            mwh=mwh,
        )
    result = calculate(facts, of)
    before = sum(found.mwh - found.taken for found in facts.overstatements)
    return Line(
        **_place(facts),
        mwh=mwh,
        corrected=before - result.correction_left,
        quantity=result.ercs,
    )


def _place(facts: Facts) -> dict[str, Any]:
    row = facts.resource
    return {
        "jurisdiction": row.contract_with if facts.is_outside else row.jurisdiction,
        "category": row.category,
        "name": row.name,
        "resource": row.pk,
        "account": row.account_id,
    }


def _unit_line(one: UnitLine, *, needs_notice: bool) -> Line:
    waits = needs_notice and bool(one.quantity) and not one.is_covered
    sentences = [one.waiting] if waits else []
    if one.over_issued:
        sentences.append(f"{one.over_issued:,} issued for the period are not earned any more.")
    return Line(
        jurisdiction=one.jurisdiction,
        category=one.category,
        name=one.name,
        account=one.account,
        reasons=("comment_period_open",) if waits else (),
        sentences=tuple(sentences),
        mwh=one.mwh,
        rate=one.rate,
        quantity=one.quantity,
    )


def _said(resource: int | None, quantity: int, corrected: int, reasons: Sequence[str]) -> Said:
    return [resource, quantity, corrected, sorted(set(reasons))]


def _said_of_units(units: Sequence[UnitLine]) -> list[Said]:
    return sorted(
        [one.account, one.category, one.quantity, one.is_covered] for one in units if one.quantity
    )


def _said_of_notice(
    reports: Sequence[tuple[int, int]], units: Sequence[tuple[int, str, int]]
) -> list[Said]:
    return [["reports", *sorted(reports)], ["units", *sorted(units)]]


def _digest(row: tuple[str, str, int], said: Sequence[Said]) -> str:
    text = json.dumps([*row, said], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _require_same(row: Calculation, *, digest: str, said: Sequence[Said]) -> None:
    now = _digest((row.kind, row.program, row.year), said)
    if row.digest != digest or now != digest:
        raise Refused(
            [
                checks.ChangedSince(
                    "What would be done now is not what was calculated. Nothing was done;"
                    " calculate it again and look at the differences."
                )
            ]
        )


def _keep(kind: str, found: Found, of: Round, *, by: int) -> UUID:
    program = of.rules.code
    row = Calculation.objects.create(
        kind=kind,
        program=program,
        year=of.year,
        digest=_digest((kind, program, of.year), found.said),
        totals=_totals(found.lines),
        rows=len(found.lines),
        made_by_id=by,
        made_at=of.at,
    )
    numbered = [
        _row(row.pk, place, line)
        for place, line in enumerate(
            sorted(found.lines, key=lambda line: (line.jurisdiction, line.name, line.category)),
            start=1,
        )
    ]
    for start in range(0, len(numbered), BATCH):
        insert_many(CalculationRow, numbered[start : start + BATCH])
    return row.key


def _row(calculation: int, place: int, line: Line) -> dict[str, Any]:
    values = asdict(line)
    resource, account = values.pop("resource"), values.pop("account")
    return {
        **values,
        "calculation_id": calculation,
        "place": place,
        "resource_id": resource,
        "account_id": account,
        "is_ready": not line.reasons,
        "reasons": list(line.reasons),
        "sentences": list(line.sentences),
        "mwh": to_whole(line.mwh) if line.mwh is not None else None,
        "rate": to_whole(round(line.rate, 5)) if line.rate is not None else None,
    }


def _totals(lines: Sequence[Line]) -> dict[str, Any]:
    """In figures, whole and by State and category."""
    parts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        if not line.reasons:
            part = parts[line.jurisdiction, line.category]
            part[0] += 1
            part[1] += line.quantity
    ready = [line for line in lines if not line.reasons]
    return {
        "ercs": sum(line.quantity for line in ready),
        "corrected": sum(line.corrected for line in ready),
        "ready": len(ready),
        "left_out": len(lines) - len(ready),
        "states": [[*of, rows, ercs] for of, (rows, ercs) in sorted(parts.items())],
    }
