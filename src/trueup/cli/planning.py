"""States' plans and their own tables, units that lose allocations, trade between States."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from trueup.accounts import queries as accounts
from trueup.allocation import losses
from trueup.allocation import services as allocation
from trueup.allocation.change_models import LOSS_GROUNDS
from trueup.cli.files import EXISTING, problems_option, read_bytes, reporting
from trueup.cli.naming import (
    ADMINISTRATOR,
    at_option,
    find_facilities,
    instant,
    period_named,
    program_option,
)
from trueup.cli.output import Output, Table, with_output, with_tables
from trueup.disclosure.interstate import interstate_trade
from trueup.rules import programs
from trueup.rules.state_plans import STEPS, Step
from trueup.state_plans import queries

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(name="plans")
def plans() -> None:
    """States' plans, their own tables, lost allocations, trade between States.

    \b
    Examples:
      trueup plans list --csv
      trueup plans step KY received --plan own --on 2026-01-12 --note "letter"
      trueup plans table AL 2025-2027 alabama.csv --dispatched 2024-02-20
      trueup plans idle --json
      trueup plans end 3 2 --because modified --ground "Modified on 2025-09-01."
      trueup plans trade 2022-2024 --csv
    """


@plans.command("list")
@program_option
@at_option
@with_tables
def list_plans(output: Output, *, program: str, at: str | None) -> None:
    """Every State's plan: under whose plan its units are, its status, what is due next.

    \b
    Examples:
      trueup plans list
      trueup plans list --csv --at 2026-06-01
    """
    today = programs.load(program).local_date(instant(program, at))
    rows = [
        (
            row.jurisdiction,
            row.mode,
            row.standing.status,
            clock.name if (clock := row.next_clock) else "",
            clock.due_on.isoformat() if clock else "",
            "late" if row.late else "",
            "linked" if row.link else "",
        )
        for row in queries.standings(program=program, today=today)
    ]
    columns = ("state", "units_under", "status", "next", "due_on", "late", "link")
    output.result(
        {"plans": [dict(zip(columns, row, strict=True)) for row in rows]},
        table=Table(title="State plans", columns=columns, rows=rows),
        text=f"{sum(1 for row in rows if row[5])} late.",
    )


@plans.command("step")
@click.argument("jurisdiction", metavar="STATE")
@click.argument("step", type=click.Choice(STEPS))
@click.option("--on", "day", type=DAY, required=True, help="The day of the step.")
@click.option("--plan", type=click.Choice(("adopting", "own")), default=None)
@click.option("--effective", type=DAY, default=None, help="From when the units are under it.")
@click.option("--due", type=DAY, default=None, help="By when it is to be done.")
@click.option("--first-period", default="", help="Of a State that joins within a period.")
@click.option("--note", required=True, help="What it rests on: a letter, a notice.")
@program_option
@at_option
@with_output
def plan_step(
    output: Output,
    *,
    jurisdiction: str,
    step: str,
    day: datetime,
    plan: str | None,
    effective: datetime | None,
    due: datetime | None,
    first_period: str,
    note: str,
    program: str,
    at: str | None,
) -> None:
    """Keep one step of a State's plan. The Administrator acts.

    \b
    Examples:
      trueup plans step KY received --plan own --on 2026-01-12 --note "letter"
      trueup plans step KY approved --on 2026-09-01 --effective 2028-01-01 --note "91 FR 1"
    """
    found = allocation.record_plan_step(
        program=program,
        jurisdiction=jurisdiction.upper(),
        step=Step(
            kind=step,
            on=day.date(),
            plan=plan or "",
            effective_on=_date(effective),
            due_on=_date(due),
            note=note,
        ),
        first_period=first_period,
        recorded_at=instant(program, at),
        actor=ADMINISTRATOR,
    )
    output.result(
        {
            "as": ADMINISTRATOR,
            "state": found.jurisdiction,
            "status": found.standing.status,
            "units_under": found.mode,
            "open": [
                {"clock": clock.name, "due_on": clock.due_on.isoformat()}
                for clock in found.standing.open_clocks()
            ],
        },
        text=f"{found.name}: {found.standing.status}; units under: {found.mode}.",
    )


@plans.command("table")
@click.argument("jurisdiction", metavar="STATE")
@click.argument("period")
@click.argument("table", type=EXISTING)
@click.option("--dispatched", type=DAY, required=True, help="When the State sent it.")
@problems_option
@program_option
@at_option
@with_output
def state_table(
    output: Output,
    *,
    jurisdiction: str,
    period: str,
    table: Path,
    dispatched: datetime,
    problems: Path | None,
    program: str,
    at: str | None,
) -> None:
    """Record a State's own allocations of a whole period, all of them or none.

    TABLE is a CSV file, or - for standard input, with the columns account, or oris_code
    and unit; vintage; quantity.

    \b
    Examples:
      trueup plans table AL 2025-2027 alabama.csv --dispatched 2024-02-20
    """
    data, name = read_bytes(table)
    with reporting(data, problems):
        receipt = allocation.record_state_table(
            program=program,
            jurisdiction=jurisdiction.upper(),
            period=period_named(program, period).name,
            dispatched_on=dispatched.date(),
            data=data,
            recorded_at=instant(program, at),
            file_name=name,
            actor=ADMINISTRATOR,
        )
    output.result(
        {
            "as": ADMINISTRATOR,
            "allocation": receipt.run,
            "rows": receipt.rows,
            "quantity": receipt.quantity,
        },
        text=f"Allocation {receipt.run}: {receipt.quantity:,} in {receipt.rows:,} rows recorded.",
    )


@plans.command("idle")
@program_option
@at_option
@with_tables
def idle_units(output: Output, *, program: str, at: str | None) -> None:
    """Units that what is reported shows idle for two calendar years together.

    \b
    Examples:
      trueup plans idle --json
    """
    today = programs.load(program).local_date(instant(program, at))
    rows = [
        (
            one.facility.oris_code,
            one.unit.unit_id,
            one.facility.jurisdiction,
            one.years[0],
            one.years[1],
            one.from_period.first_year,
        )
        for one in losses.idle_queue(program=program, today=today)
    ]
    columns = ("oris_code", "unit", "state", "first_year", "second_year", "nothing_from")
    output.result(
        {"idle": [dict(zip(columns, row, strict=True)) for row in rows]},
        table=Table(title="Idle units", columns=columns, rows=rows),
        text=f"{len(rows):,} units.",
    )


@plans.command("end")
@click.argument("oris_code", type=int)
@click.argument("unit")
@click.option("--because", type=click.Choice(LOSS_GROUNDS), required=True)
@click.option("--ground", required=True, help="What was found; told to the representatives.")
@program_option
@at_option
@with_output
def end_allocations(
    output: Output,
    *,
    oris_code: int,
    unit: str,
    because: str,
    ground: str,
    program: str,
    at: str | None,
) -> None:
    """End a unit's allocations from the next period on. The Administrator acts.

    \b
    Examples:
      trueup plans end 3 2 --because modified --ground "Modified on 2025-09-01."
    """
    (facility,) = find_facilities((oris_code,))
    found = allocation.end_allocations(
        program=program,
        facility=facility,
        unit=unit,
        ground=because,
        detail=ground,
        found_at=instant(program, at),
        actor=ADMINISTRATOR,
    )
    name = accounts.facilities_by_id([facility])[facility].name
    output.result(
        {"as": ADMINISTRATOR, "unit": unit, "from_vintage": found.from_vintage},
        text=f"Unit {unit} of {name} gets nothing from {found.from_vintage} on.",
    )


@plans.command("trade")
@click.argument("period")
@program_option
@with_tables
def interstate(output: Output, *, period: str, program: str) -> None:
    """Whose instruments were deducted in which State for a period, and net imports.

    \b
    Examples:
      trueup plans trade 2022-2024 --csv
    """
    found = interstate_trade(programs.load(program), period_named(program, period))
    columns = ("state", "own", "imported", "exported", "net_imports")
    rows = [
        (row.code, row.own, row.imported, row.exported, row.net_imports)
        for row in found
        if row.used or row.exported
    ]
    output.result(
        {"states": [dict(zip(columns, row, strict=True)) for row in rows]},
        table=Table(title="Trade between States", columns=columns, rows=rows),
        text=f"{sum(row[2] for row in rows):,} crossed a border.",
    )


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None
