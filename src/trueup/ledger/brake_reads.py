"""Read what the emergency brake stops."""

from __future__ import annotations

from uuid import UUID

from trueup.ledger.entries import BrakeEntry
from trueup.ledger.models import Brake
from trueup.rules import programs


def brakes(*, program: str, include_lifted: bool = False, limit: int = 100) -> list[BrakeEntry]:
    """The brakes of a program that are on, the newest first; for the banner on every page.

    Source: PLAT-094.
    """
    rows = Brake.objects.filter(program__code=program).select_related("program")
    if not include_lifted:
        rows = rows.filter(lifted_at=None)
    return [brake_entry(row) for row in rows.order_by("-id")[:limit]]


def brake(key: UUID) -> BrakeEntry | None:
    """A brake by its key."""
    row = Brake.objects.filter(key=key).select_related("program").first()
    return brake_entry(row) if row is not None else None


def stopped_types(program: str) -> list[str]:
    """The types of transaction that are stopped in a program, in alphabetical order.

    Source: PLAT-094.
    """
    number = programs.load(program).number
    on = Brake.objects.filter(program_id=number, lifted_at=None).values_list("types", flat=True)
    return sorted({code for types in on for code in types})


def brake_entry(row: Brake) -> BrakeEntry:
    return BrakeEntry(
        key=row.key,
        program=row.program.code,
        types=tuple(row.types),
        ground=row.ground,
        pulled_by=row.pulled_by,
        pulled_at=row.pulled_at,
        confirm_by=row.confirm_by,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        lift_asked_by=row.lift_asked_by,
        lift_asked_at=row.lift_asked_at,
        lifted_by=row.lifted_by,
        lifted_at=row.lifted_at,
    )
