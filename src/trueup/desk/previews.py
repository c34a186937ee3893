"""Previews that are kept: of allocations and of settlements, and what differs between two.

What officials sign is the digest of exactly what a preview shows; when it is recorded, it
is made again and must have the same digest, or nothing is done.

Source: PLAT-018, PLAT-060, PLAT-081.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from trueup.allocation import queries as allocation
from trueup.allocation import services as allocating
from trueup.allocation.entries import AllocationRow, StateVintage
from trueup.allocation.recipients import RECIPIENTS, Recipient, look_up
from trueup.audit.statements import insert_many
from trueup.compliance import services as compliance
from trueup.compliance.entries import RunResult
from trueup.compliance.naming import named
from trueup.desk import checks
from trueup.desk.models import Preview, PreviewRow
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.refusal import Refused

BATCH = 5_000
Row = dict[str, Any]


def digest_of(kind: str, program: str, rows: Iterable[Row]) -> str:
    """What is signed: everything that a preview says would be done."""
    said = [kind, program, [[row[name] for name in sorted(row)] for row in rows]]
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


@transaction.atomic
def preview_allocation(
    rows: Sequence[AllocationRow],
    *,
    kind: str,
    program: str,
    jurisdiction: str,
    period: str,
    given: Mapping[str, Any],
    by: int,
    at: datetime,
) -> UUID:
    """Keep what a plan, or the formula, would allocate; nothing is allocated.

    It is tried and taken back, so that every reason is told that would stop it.

    Args:
        jurisdiction: The State whose plan it is; a row of another State is refused.

    Raises Refused (`not_authorized`, and those of recording it).

    Source: 40 CFR 62.16240(a)(1); PLAT-019, PLAT-060.
    """
    kinds = RECIPIENTS | {"holding"} if kind == "formula" else RECIPIENTS
    found = look_up(rows, program=program, recorded_at=at, kinds=kinds)
    if found.refusals:
        raise Refused(found.refusals)
    others = sorted({one.of.jurisdiction for one in found.recipients} - {jurisdiction})
    if jurisdiction and others:
        sentence = f"This is a plan of {jurisdiction}; it has rows of {', '.join(others)}."
        raise Refused([checks.NotAuthorized(sentence)])
    lines = _allocation_lines(found.recipients)
    digest = digest_of(kind, program, lines)
    with transaction.atomic():
        _record(kind, rows, program=program, digest=digest, at=at, actor="preview", file_name="")
        transaction.set_rollback(True)
    return _keep(
        lines,
        kind=kind,
        program=program,
        jurisdiction=jurisdiction,
        period=period,
        digest=digest,
        given=given,
        totals={"states": _totals(found.recipients)},
        by=by,
        at=at,
    )


def record_allocation(preview: UUID, *, digest: str, at: datetime, actor: str) -> dict[str, Any]:
    """Record exactly what a preview of allocations shows.

    Raises Refused (`unknown_preview`, `changed_since`, and those of recording it).

    Source: 40 CFR 62.16240(a)(1); 62.16325(a); PLAT-018, PLAT-060.
    """
    row = known(preview)
    lines = list(row.lines.order_by("place"))
    rows = [
        AllocationRow(
            account=line.account,
            unit=line.unit,
            vintage=line.vintage or 0,
            quantity=line.quantity,
            # A plan names its State by the account; so the same plan is known again.
            jurisdiction=line.jurisdiction if row.kind == "formula" else "",
        )
        for line in lines
    ]
    found = look_up(
        rows, program=row.program, recorded_at=at, kinds=RECIPIENTS | {"holding"}
    ).recipients
    if row.digest != digest or digest_of(row.kind, row.program, _allocation_lines(found)) != digest:
        raise Refused([_changed()])
    receipt = _record(
        row.kind,
        rows,
        program=row.program,
        digest=digest,
        at=at,
        actor=actor,
        file_name=str(row.given.get("file_name", "")),
    )
    return {"allocation": receipt.run, "rows": receipt.rows, "quantity": receipt.quantity}


@transaction.atomic
def preview_settlement(*, program: str, period: str, by: int, at: datetime) -> UUID:
    """Keep what the deductions of a period would do now; nothing is deducted.

    Source: 40 CFR 62.16340; 62.16535; PLAT-081.
    """
    rules = programs.load(program)
    found = compliance.preview_deductions(
        program=program, period=rules.period_named(period), today=rules.local_date(at)
    )
    lines = settlement_lines(found)
    totals = found.totals
    return _keep(
        lines,
        kind="settlement",
        program=program,
        jurisdiction="",
        period=period,
        digest=digest_of("settlement", program, lines),
        given={"is_projection": found.is_projection},
        totals={
            "facilities": totals.facilities,
            "in_compliance": totals.in_compliance,
            "left_out": len(found.omissions),
            "obligation": totals.obligation,
            "deducted": totals.deducted,
            "excess": totals.excess,
            "excess_due": totals.excess_due,
            "excess_deducted": totals.excess_deducted,
        },
        by=by,
        at=at,
    )


def settlement_lines(found: RunResult) -> list[Row]:
    """What a run does, or would do, to each facility; and which it leaves out."""
    ids = {one.account for one in found.outcomes} | {one.account for one in found.omissions}
    numbers = {key: entry.number for key, entry in ledger.accounts_by_id(ids).items()}
    lines = [
        _line(
            jurisdiction=one.facility.jurisdiction,
            name=one.name,
            oris_code=one.facility.oris_code,
            account=numbers[one.account],
            unit=one.unit.unit_id if one.unit is not None else "",
            outcome="in_compliance" if one.is_in_compliance else "short",
            quantity=one.deducted,
            obligation=one.obligation,
            held=one.held,
            excess=one.excess,
            excess_due=one.excess_due,
            excess_deducted=one.excess_deducted,
        )
        for one in found.outcomes
    ]
    lines += [
        _line(
            jurisdiction=left.facility.jurisdiction,
            name=named(left.facility, left.unit),
            oris_code=left.facility.oris_code,
            account=numbers[left.account],
            unit=left.unit.unit_id if left.unit is not None else "",
            outcome=left.reason,
        )
        for left in found.omissions
    ]
    return sorted(lines, key=lambda line: (line["account"], line["unit"]))


def known(key: UUID) -> Preview:
    """A preview by its key; raises Refused (`unknown_preview`) if there is none."""
    found = Preview.objects.filter(key=key).first()
    if found is None:
        raise Refused([checks.UnknownPreview("There is no such preview.")])
    return found


def require_same(preview: Preview, *, digest: str, run: RunResult) -> None:
    """Refuse a run that did something else than the preview that was signed.

    Raises Refused (`changed_since`), which takes the run back.

    Source: PLAT-018, PLAT-081.
    """
    now = digest_of("settlement", preview.program, settlement_lines(run))
    if preview.digest != digest or now != digest:
        raise Refused([_changed()])


def _changed() -> checks.ChangedSince:
    return checks.ChangedSince(
        "What would be done now is not what the preview showed. Nothing was done; make a new"
        " preview and look at the differences."
    )


def _record(
    kind: str,
    rows: Sequence[AllocationRow],
    *,
    program: str,
    digest: str,
    at: datetime,
    actor: str,
    file_name: str,
) -> Any:
    if kind == "formula":
        return allocating.record_formula(
            rows, program=program, recorded_at=at, actor=actor, key=_key(digest)
        )
    return allocating.record_plan(
        rows, program=program, recorded_at=at, actor=actor, file_name=file_name
    )


def _key(digest: str) -> UUID:
    """The same allocations by formula are recorded once, whoever asks."""
    return UUID(digest[:32])


def _allocation_lines(recipients: Sequence[Recipient]) -> list[Row]:
    return [
        _line(
            jurisdiction=one.of.jurisdiction,
            name=one.account.name,
            account=one.row.account,
            unit=one.row.unit,
            outcome="redirected" if one.is_redirected else "",
            vintage=one.of.vintage,
            quantity=one.row.quantity,
        )
        for one in recipients
    ]


def _totals(recipients: Sequence[Recipient]) -> list[list[Any]]:
    sums: dict[StateVintage, tuple[int, int]] = {}
    for one in recipients:
        rows, quantity = sums.get(one.of, (0, 0))
        sums[one.of] = (rows + 1, quantity + one.row.quantity)
    return [[*of, rows, quantity] for of, (rows, quantity) in sorted(sums.items())]


def _line(**values: Any) -> Row:
    return {
        "jurisdiction": "",
        "oris_code": None,
        "unit": "",
        "vintage": None,
        "outcome": "",
        "quantity": 0,
        "obligation": 0,
        "held": 0,
        "excess": 0,
        "excess_due": 0,
        "excess_deducted": 0,
        **values,
    }


def _keep(
    lines: Sequence[Row],
    *,
    kind: str,
    program: str,
    jurisdiction: str,
    period: str,
    digest: str,
    given: Mapping[str, Any],
    totals: Mapping[str, Any],
    by: int,
    at: datetime,
) -> UUID:
    row = Preview.objects.create(
        kind=kind,
        program=program,
        jurisdiction=jurisdiction,
        period=period,
        digest=digest,
        given=dict(given),
        totals=dict(totals),
        rows=len(lines),
        made_by_id=by,
        made_at=at,
    )
    numbered = [
        {"preview_id": row.pk, "place": place, **line} for place, line in enumerate(lines, start=1)
    ]
    for start in range(0, len(numbered), BATCH):
        insert_many(PreviewRow, numbered[start : start + BATCH])
    return row.key


def state_totals(preview: Preview) -> list[dict[str, Any]]:
    """What is allocated of each State and vintage: budget, before, now, left, last run.

    Source: 40 CFR 62.16235; PLAT-060.
    """
    stored = preview.totals.get("states", [])
    wanted = [StateVintage(state, vintage) for state, vintage, _, _ in stored]
    budgets = allocation.budgets_of(wanted, program=preview.program)
    before = allocation.allocated_totals(program=preview.program)
    runs = allocation.runs(program=preview.program, limit=1)
    last = allocation.run_totals(runs[0].id) if runs else {}
    found = []
    for state, vintage, rows, quantity in stored:
        of = StateVintage(state, vintage)
        budget = budgets[of]
        units = budget.units if budget is not None else 0
        found.append(
            {
                "jurisdiction": state,
                "vintage": vintage,
                "rows": rows,
                "quantity": quantity,
                "budget": units,
                "before": before.get(of, 0),
                "left": units - before.get(of, 0) - quantity,
                "last": last.get(of, 0),
                "difference": quantity - last.get(of, 0),
            }
        )
    return found
