"""Public reports and States' general accounts from the command line."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

import click

from trueup.cli.naming import ADMINISTRATOR, at_option, instant
from trueup.cli.output import DIFFERENCES, Output, Table, with_output, with_tables
from trueup.desk.state_accounting import shares_of
from trueup.disclosure.reports import agreement, catalogue
from trueup.disclosure.reports.entries import Chosen
from trueup.rules import programs
from trueup.state_accounts import queries, services, statements

PROGRAM = "rggi-md"
WORDS = (
    "brought",
    "allocated",
    "moved_in",
    "returned",
    "moved_out",
    "offered",
    "awarded",
    "sold",
    "retired",
    "left",
)


def program_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--program CODE`, one that publishes reports."""
    return click.option(
        "--program",
        type=click.Choice(catalogue.publishing()),
        default=PROGRAM,
        show_default=True,
        help="The program whose reports are meant.",
    )(command)


@click.group()
def reports() -> None:
    """The public reports: list, show, and check them against the books; --json with each.

    \b
    Examples:
      trueup reports list
      trueup reports show annual-emissions --csv > emissions.csv
      trueup reports check
    """


@reports.command(name="list")
@program_option
@with_tables
def list_reports(output: Output, *, program: str) -> None:
    """The reports that a program publishes."""
    rows = [
        (report.number, report.name, ", ".join(of.key for of in report.columns))
        for report in catalogue.REPORTS
    ]
    output.result(
        {
            "program": program,
            "reports": [{"number": number, "name": name} for number, name, _ in rows],
        },
        table=Table(title="Public reports", columns=("No.", "Name", "Columns"), rows=rows),
        text=f"{len(rows)} reports",
    )


@reports.command()
@click.argument("name", type=click.Choice(list(catalogue.BY_NAME)))
@click.option("--year", type=click.IntRange(2000, 2200), help="Of one year.")
@click.option("--state", default="", help="Of one State, such as MD.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
@program_option
@with_tables
def show(
    output: Output, *, name: str, year: int | None, state: str, limit: int, program: str
) -> None:
    """The rows of a report.

    \b
    Example:
      trueup reports show compliance --json
    """
    report = catalogue.BY_NAME[name]
    chosen = Chosen(year=year, state=state.upper())
    found = agreement.all_rows(report, programs.load(program), chosen)
    columns = tuple(column.key for column in report.columns)
    rows = [
        tuple("" if cell is None else cell for cell in row.cells) for row in islice(found, limit)
    ]
    output.result(
        {"report": name, "rows": [dict(zip(columns, map(str, row), strict=True)) for row in rows]},
        table=Table(title=name, columns=columns, rows=rows),
        text=f"{len(rows):,} rows",
    )


@reports.command()
@program_option
@with_output
def check(output: Output, *, program: str) -> None:
    """Compare every report with the books; exit code 3 if one does not agree."""
    found = agreement.disagreements(program)
    output.result(
        {"agree": not found, "differences": [str(of) for of in found]},
        text="Every report agrees with the books."
        if not found
        else "\n".join(str(of) for of in found),
    )
    if found:
        raise SystemExit(DIFFERENCES)


@click.group(name="state-accounts")
def state_accounts() -> None:
    """States' general accounts: set a year, divide its budget, read a statement.

    Each command takes --json.

    \b
    Examples:
      trueup state-accounts set-year MD 2016 --budget 1000 --tons-per-mwh 0.5
      trueup state-accounts divide MD 2016 "liesa 50, ltc 40, vrsa 30, cgsa 80"
      trueup state-accounts statement MD 2016 --csv
    """


@state_accounts.command(name="set-year")
@click.argument("state")
@click.argument("year", type=click.IntRange(2000, 2200))
@click.option("--budget", type=click.IntRange(1), required=True, help="All allowances of it.")
@click.option("--tons-per-mwh", default=None, help="What a MWh of renewable energy stands for.")
@program_option
@at_option
@with_output
def set_year(
    output: Output,
    *,
    state: str,
    year: int,
    budget: int,
    tons_per_mwh: str | None,
    program: str,
    at: str | None,
) -> None:
    """Set a State's budget of a year."""
    try:
        factor = Decimal(tons_per_mwh) if tons_per_mwh is not None else None
    except InvalidOperation:
        raise click.BadParameter(
            "write a number such as 0.5", param_hint="--tons-per-mwh"
        ) from None
    entry = services.set_state_year(
        program=program,
        jurisdiction=state.upper(),
        year=year,
        budget=budget,
        tons_per_mwh=factor,
        actor=ADMINISTRATOR,
        at=instant(program, at),
    )
    output.result(
        {"state": entry.jurisdiction, "year": entry.year, "budget": entry.budget},
        text=f"{entry.jurisdiction} {entry.year}: {entry.budget:,}",
    )


@state_accounts.command()
@click.argument("state")
@click.argument("year", type=click.IntRange(2000, 2200))
@click.argument("shares")
@program_option
@at_option
@with_output
def divide(
    output: Output, *, state: str, year: int, shares: str, program: str, at: str | None
) -> None:
    """Divide a State's budget of a year among its accounts.

    SHARES names each account with what it gets; what is left goes to the one for the rest.
    """
    entry = services.distribute_budget(
        program=program,
        jurisdiction=state.upper(),
        year=year,
        quantities=shares_of(shares),
        actor=ADMINISTRATOR,
        recorded_at=instant(program, at),
    )
    output.result(
        {"state": entry.jurisdiction, "year": entry.year, "shares": dict(entry.shares)},
        text=", ".join(f"{of} {size:,}" for of, size in entry.shares.items())
        + (" (late)" if entry.is_late else ""),
    )


@state_accounts.command()
@click.argument("state")
@click.argument("year", type=click.IntRange(2000, 2200))
@program_option
@with_tables
def statement(output: Output, *, state: str, year: int, program: str) -> None:
    """What each account of a State got, gave and has left in a year."""
    found = statements.statements(program=program, jurisdiction=state.upper(), year=year)
    rows = [(of.purpose, *(getattr(of, word) for word in WORDS)) for of in found]
    output.result(
        {
            "statements": [
                {"account": row[0], **dict(zip(WORDS, row[1:], strict=True))} for row in rows
            ]
        },
        table=Table(title=f"{state} {year}", columns=("account", *WORDS), rows=rows),
        text=f"{len(rows)} accounts",
    )


@state_accounts.command()
@program_option
@at_option
@with_tables
def duties(output: Output, *, program: str, at: str | None) -> None:
    """Budgets that are to be divided by January 31, and how they stand."""
    today = programs.load(program).local_date(instant(program, at))
    rows = [
        (
            duty.jurisdiction,
            duty.year,
            duty.due_on.isoformat(),
            "done" if duty.recorded_at is not None else "ready" if duty.is_ready else "no budget",
            "late" if duty.is_late else "",
        )
        for duty in queries.duties(program=program, today=today)
    ]
    output.result(
        {
            "duties": [
                dict(zip(("state", "year", "due", "standing", "late"), row, strict=True))
                for row in rows
            ]
        },
        table=Table(title="Duties", columns=("State", "Year", "Due", "Standing", ""), rows=rows),
        text=f"{len(rows)} duties",
    )
