"""What budgets there are, what was created of them, and what was allocated to whom.

Every function takes a constant number of statements, however many it is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db.models import QuerySet, Sum

from trueup.allocation.entries import (
    AllocationEntry,
    OriginatedPart,
    RunEntry,
    StateVintage,
)
from trueup.allocation.models import (
    AllocationRecord,
    AllocationRun,
    BudgetPart,
    SetAsideSize,
)
from trueup.audit.statements import among
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.serials import Lot, SerialBlock
from trueup.rules.tables import Budget

PAGE = 100


def budgets_of(
    wanted: Iterable[StateVintage], *, program: str
) -> dict[StateVintage, Budget | None]:
    """How budgets are divided, by the tables and by sizes that were set; None: not set.

    Source: 40 CFR 62.16235, Tables 1 to 4; 62.16240(a)(2)-(3), (c)(5).
    """
    rules = programs.load(program)
    budgets = {StateVintage(*of): rules.budget(*of) for of in wanted}
    if not budgets:
        return {}
    rows = SetAsideSize.objects.filter(
        program=program, jurisdiction__in=among({of.jurisdiction for of in budgets})
    )
    for row in rows:
        of = StateVintage(row.jurisdiction, row.vintage)
        budget = budgets.get(of)
        if budget is not None:
            budgets[of] = replace(budget, **{row.purpose: row.quantity})
    return budgets


def budget_of(*, program: str, jurisdiction: str, vintage: int) -> Budget | None:
    """How one State's budget of a vintage is divided; None where the program sets none."""
    of = StateVintage(jurisdiction, vintage)
    return budgets_of([of], program=program)[of]


def originated(
    wanted: Iterable[StateVintage], *, program: str
) -> dict[StateVintage, list[OriginatedPart]]:
    """Which serial numbers were created for what; an empty list if none were.

    Source: 40 CFR 62.16325(c); MASS-032.
    """
    found: dict[StateVintage, list[OriginatedPart]] = {StateVintage(*of): [] for of in wanted}
    if not found:
        return {}
    rows = BudgetPart.objects.filter(
        program=program, jurisdiction__in=among({of.jurisdiction for of in found})
    )
    for row in rows.order_by("vintage", "first"):
        of = StateVintage(row.jurisdiction, row.vintage)
        if of in found:
            found[of].append(_part(row))
    return found


def set_asides_within(
    blocks: Iterable[SerialBlock], *, program: str
) -> dict[SerialBlock, tuple[tuple[str, SerialBlock], ...]]:
    """What of each block was created for a set-aside, with the set-aside's purpose.

    Source: 40 CFR 62.16360(a)(1)(vi); 62.16365(a)(2)(iv)(A); MASS-161.
    """
    listed = list(blocks)
    lots = {StateVintage(block.lot.jurisdiction, block.lot.year) for block in listed}
    parts = originated(lots, program=program)
    found: dict[SerialBlock, tuple[tuple[str, SerialBlock], ...]] = {}
    for block in listed:
        of = StateVintage(block.lot.jurisdiction, block.lot.year)
        inside = []
        for part in parts[of]:
            first = max(block.first, part.block.first)
            last = min(block.last, part.block.last)
            if part.purpose != "reserve" and first <= last:
                inside.append((part.purpose, SerialBlock(lot=block.lot, first=first, last=last)))
        if inside:
            found[block] = tuple(inside)
    return found


def state_account(*, program: str, jurisdiction: str, purpose: str) -> AccountEntry | None:
    """A State's account for a purpose: `reserve` or a set-aside; None if not opened yet."""
    return ledger.account_of_purpose(program=program, purpose=purpose, jurisdiction=jurisdiction)


def allocations(
    account: int, *, limit: int = PAGE, before: int | None = None
) -> list[AllocationEntry]:
    """What was allocated to an account, the newest first; `before` is where to go on."""
    rows = AllocationRecord.objects.filter(account_id=account)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return _entries(rows.order_by("-id")[:limit])


def allocations_of_run(run: int, *, limit: int = PAGE, after: int = 0) -> list[AllocationEntry]:
    """The rows of one recordation, in order; `after` is the last one of the page before."""
    return _entries(
        AllocationRecord.objects.filter(run_id=run, id__gt=after).order_by("id")[:limit]
    )


def allocated_to_unit(unit: int, *, program: str) -> list[AllocationEntry]:
    """Every allocation that was recorded for an affected unit, in order.

    What went to a set-aside in a unit's place names no unit and is not among them.

    Source: 40 CFR 62.16240(c).
    """
    return _entries(
        AllocationRecord.objects.filter(run__program=program, unit_id=unit).order_by("id")
    )


def initial_allocations(
    *, program: str, jurisdiction: str, vintage: int
) -> dict[int, tuple[int, int]]:
    """What each unit was allocated of a State's vintage: account and quantity, by unit.

    A unit that was idle or left the program got nothing and is not among them. What was
    distributed of a set-aside does not count.

    Source: 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); MASS-086, MASS-092.
    """
    rows = (
        AllocationRecord.objects.filter(
            run__program=program, jurisdiction=jurisdiction, vintage=vintage, unit__isnull=False
        )
        .values("unit_id", "account_id")
        .annotate(total=Sum("quantity"))
        .order_by("unit_id", "account_id")
    )
    found: dict[int, tuple[int, int]] = {}
    for row in rows:
        _, before = found.get(row["unit_id"], (0, 0))
        found[row["unit_id"]] = (row["account_id"], before + row["total"])
    return found


def allocated_by_account(*, program: str, vintage: int) -> dict[int, int]:
    """How much of a vintage was allocated to each account, whatever it was for."""
    rows = (
        AllocationRecord.objects.filter(run__program=program, vintage=vintage)
        .values("account_id")
        .annotate(total=Sum("quantity"))
    )
    return {row["account_id"]: row["total"] for row in rows}


def allocated_totals(*, program: str) -> dict[StateVintage, int]:
    """How much was allocated of each State's allowances of each vintage."""
    rows = (
        AllocationRecord.objects.filter(run__program=program)
        .values("jurisdiction", "vintage")
        .annotate(total=Sum("quantity"))
    )
    return {StateVintage(row["jurisdiction"], row["vintage"]): row["total"] for row in rows}


def runs(*, program: str, limit: int = PAGE, before: int | None = None) -> list[RunEntry]:
    """Recordations of allocations, the newest first."""
    rows = AllocationRun.objects.filter(program=program)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [
        RunEntry(
            id=row.pk,
            program=row.program,
            kind=row.kind,
            file_name=row.file_name,
            rows=row.rows,
            quantity=row.quantity,
            actor=row.actor,
            recorded_at=row.recorded_at,
        )
        for row in rows.order_by("-id")[:limit]
    ]


def run_totals(run: int) -> dict[StateVintage, int]:
    """What one recordation allocated of each State's allowances of each vintage."""
    rows = (
        AllocationRecord.objects.filter(run_id=run)
        .values("jurisdiction", "vintage")
        .annotate(total=Sum("quantity"))
    )
    return {StateVintage(row["jurisdiction"], row["vintage"]): row["total"] for row in rows}


def reserves(
    jurisdictions: Iterable[str], *, accounts: Mapping[tuple[str, str], AccountEntry]
) -> dict[StateVintage, list[tuple[int, int, int]]]:
    """What reserves hold that is free: lot, first and last number, from the lowest up."""
    by_id = {accounts[code, "reserve"].id: code for code in set(jurisdictions)}
    found: dict[StateVintage, list[tuple[int, int, int]]] = {}
    for account, held in ledger.holdings_of(list(by_id)).items():
        for entry in sorted(held, key=lambda held: (held.lot_number, held.first)):
            if entry.reservation is None:
                of = StateVintage(by_id[account], entry.vintage)
                found.setdefault(of, []).append((entry.lot_number, entry.first, entry.last))
    return found


def _part(row: BudgetPart) -> OriginatedPart:
    lot = Lot(jurisdiction=row.jurisdiction, year=row.vintage)
    return OriginatedPart(
        purpose=row.purpose,
        block=SerialBlock(lot=lot, first=row.first, last=row.last),
        tx=row.tx_id,
        originated_at=row.originated_at,
    )


def _entries(rows: QuerySet[AllocationRecord]) -> list[AllocationEntry]:
    return [
        AllocationEntry(
            id=row.pk,
            run=row.run_id,
            kind=row.run.kind,
            account=row.account_id,
            unit=row.unit.unit_id if row.unit is not None else "",
            jurisdiction=row.jurisdiction,
            vintage=row.vintage,
            quantity=row.quantity,
            tx=row.tx_id,
            recorded_at=row.run.recorded_at,
        )
        for row in rows.select_related("run", "unit")
    ]
