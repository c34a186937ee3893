"""Which States distribute their allowances themselves, and from when.

Source: 40 CFR 62.16325(a), (b); preamble V.E (80 FR 65028); MASS-067 to MASS-070.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from trueup.allocation import change_checks
from trueup.allocation.change_models import StateMethod, StateTable
from trueup.allocation.entries import StateVintage
from trueup.audit.statements import among
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.state_methods import table_due_on


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodEntry:
    """A State's method and how far it is.

    Attributes:
        table_due_on: The last day that is in time for the table of its first period.
        recorded: Periods whose table was recorded.
    """

    id: int
    jurisdiction: str
    period: str
    for_period: str
    state: str
    dispatched_on: date
    decided_on: date | None
    ground: str
    note: str
    table_due_on: date
    recorded: tuple[str, ...]


def methods(*, program: str, jurisdiction: str = "") -> list[MethodEntry]:
    """Methods of States, the newest first.

    Source: preamble V.E.
    """
    rules = programs.load(program)
    rows = StateMethod.objects.filter(program=program)
    if jurisdiction:
        rows = rows.filter(jurisdiction=jurisdiction)
    found = list(rows.order_by("-id").prefetch_related("tables"))
    return [method_entry(row, rules=rules) for row in found]


def held_by_states(
    wanted: Iterable[StateVintage], *, program: str, today: date
) -> dict[StateVintage, str]:
    """What of this States distribute themselves, with the period; one statement.

    An approved method holds for its period until the last day on which its table can
    come; without a table by then the federal distribution is recorded.

    Source: preamble V.E; MASS-069, MASS-070.
    """
    rules = programs.load(program)
    asked = list(wanted)
    if not rules.allocates or not asked:
        return {}
    rows = StateMethod.objects.filter(
        program=program, state="approved", jurisdiction__in=among({of.jurisdiction for of in asked})
    )
    first = {row.jurisdiction: rules.period_named(row.for_period) for row in rows}
    found = {}
    for of in asked:
        since = first.get(of.jurisdiction)
        if since is None or of.vintage < since.first_year:
            continue
        period = rules.vintage_period(of.vintage)
        if today <= rules.effective_on(table_due_on(period)):
            found[of] = period.name
    return found


def pool_of(*, program: str, jurisdiction: str, vintage: int) -> str:
    """Where wrongly allocated allowances of a State go back to: a purpose of its accounts.

    Where the State distributes the period itself, to what it distributes from; else to
    its renewable set-aside.

    Source: 40 CFR 62.16240(c)(5)(i), (ii); MASS-067.
    """
    period = programs.load(program).vintage_period(vintage).name
    its_own = StateTable.objects.filter(
        program=program, jurisdiction=jurisdiction, period=period
    ).exists()
    return "reserve" if its_own else "renewable_energy"


def require_federal(wanted: Iterable[StateVintage], *, program: str, today: date) -> None:
    """Refuse a federal allocation of what a State distributes by its own method.

    Raises Refused (`state_method_holds`) for each State and period.

    Source: preamble V.E; MASS-070.
    """
    held = held_by_states(wanted, program=program, today=today)
    if held:
        raise Refused(
            [
                change_checks.StateMethodHolds(
                    f"{code} distributes the allowances of {period} by its own method; its table"
                    " can still come."
                )
                for code, period in sorted({(of.jurisdiction, name) for of, name in held.items()})
            ]
        )


def method_entry(row: StateMethod, *, rules: Program) -> MethodEntry:
    """A method with its table's due day and what was recorded by it."""
    first = rules.period_named(row.for_period or row.period)
    return MethodEntry(
        id=row.pk,
        jurisdiction=row.jurisdiction,
        period=row.period,
        for_period=row.for_period,
        state=row.state,
        dispatched_on=row.dispatched_on,
        decided_on=row.decided_on,
        ground=row.ground,
        note=row.note,
        table_due_on=rules.effective_on(table_due_on(first)),
        recorded=tuple(table.period for table in row.tables.all()),
    )
