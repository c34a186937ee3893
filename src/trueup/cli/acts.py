"""Acts of the Administrator before a deadline: budgets, allocations, emissions."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from pathlib import Path

import click

from trueup.accounts import queries as accounts
from trueup.allocation import services as allocation
from trueup.allocation.entries import StateVintage
from trueup.cli.files import EXISTING, problems_option, read_bytes, reporting
from trueup.cli.naming import (
    ADMINISTRATOR,
    actor_named,
    at_option,
    find_facilities,
    instant,
    period_named,
    program_option,
)
from trueup.cli.output import Output, Table, progress, with_output, with_tables
from trueup.emissions import services as emissions
from trueup.emissions.reports import Feed
from trueup.ledger import queries as ledger
from trueup.rules import programs


@click.command()
@click.argument("jurisdictions", nargs=-1, metavar="[STATE]...")
@click.option("--all", "is_all", is_flag=True, help="Every jurisdiction of the program.")
@click.option("--vintage", "vintages", type=int, multiple=True, help="A year; may be repeated.")
@click.option("--period", help="All years of a compliance period, such as 2022-2024.")
@program_option
@at_option
@with_tables
def originate(
    output: Output,
    *,
    jurisdictions: tuple[str, ...],
    is_all: bool,
    vintages: tuple[int, ...],
    period: str | None,
    program: str,
    at: str | None,
) -> None:
    """Create budgets: serial numbers in the States' reserves and set-aside accounts.

    All that are asked for, or none. The Administrator acts.

    \b
    Examples:
      trueup originate AL KY --period 2022-2024
      trueup originate --all --vintage 2025 --json
    """
    rules = programs.load(program)
    if is_all == bool(jurisdictions):
        raise click.UsageError("Name jurisdictions such as AL, or give --all.")
    if bool(vintages) == bool(period):
        raise click.UsageError("Give --vintage, or --period.")
    states = tuple(rules.jurisdictions) if is_all else tuple(s.upper() for s in jurisdictions)
    years = vintages if period is None else period_named(program, period).vintages
    wanted = [StateVintage(*of) for of in product(states, years)]
    receipts = allocation.originate_budgets(
        wanted, program=program, recorded_at=instant(program, at), actor=ADMINISTRATOR
    )
    blocks = ledger.blocks_of([receipt.tx for receipt in receipts])
    entries = {entry.id: entry for entry in ledger.transactions(blocks)}
    rows = [
        (entries[tx].destination.name, block.first_serial, block.last_serial, block.quantity)
        for tx, parts in sorted(blocks.items())
        for block in parts
    ]
    total = sum(row[3] for row in rows)
    output.result(
        {
            "as": ADMINISTRATOR,
            "total": total,
            "originated": [
                {"account": name, "first": first, "last": last, "quantity": quantity}
                for name, first, last, quantity in rows
            ],
        },
        table=Table(
            title="Originated", columns=("Account", "First", "Last", "Quantity"), rows=rows
        ),
        text=f"{total:,} {rules.instruments} originated.",
    )


@click.command()
@click.argument("plan", type=EXISTING)
@problems_option
@program_option
@at_option
@with_output
def allocate(
    output: Output, *, plan: Path, problems: Path | None, program: str, at: str | None
) -> None:
    """Record the allocations of a plan, all of them or none. The Administrator acts.

    PLAN is a CSV file, or - for standard input, with the columns account, or oris_code
    and unit; vintage; quantity. The same rows are not recorded twice.

    \b
    Examples:
      trueup allocate plan-2022.csv --problems plan-2022-problems.csv
      plan-from-database | trueup allocate - --json
    """
    data, name = read_bytes(plan)
    with reporting(data, problems):
        receipt = allocation.import_plan(
            program=program,
            data=data,
            recorded_at=instant(program, at),
            actor=ADMINISTRATOR,
            file_name=name,
        )
    output.result(
        {
            "as": ADMINISTRATOR,
            "allocation": receipt.run,
            "rows": receipt.rows,
            "quantity": receipt.quantity,
            "transactions": list(receipt.transactions),
            "recorded_at": receipt.recorded_at.isoformat(),
        },
        text=f"Allocation {receipt.run}: {receipt.quantity:,} in {receipt.rows:,} rows recorded.",
    )


@click.command("import-emissions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--resubmission", is_flag=True, help="It replaces what was reported before.")
@click.option("--pass-over-unknown", is_flag=True, help="Leave out units that are not registered.")
@click.option("--operating-hours-only", is_flag=True, help="Idle hours are left out of the file.")
@click.option("--feed", type=click.Choice([feed.value for feed in Feed]), help="What masses are.")
@click.option("--as", "who", metavar="PERSON", help="Who submits: e-mail address, name or id.")
@problems_option
@program_option
@at_option
@with_output
def import_emissions(
    output: Output,
    *,
    file: Path,
    resubmission: bool,
    pass_over_unknown: bool,
    operating_hours_only: bool,
    feed: str | None,
    who: str | None,
    problems: Path | None,
    program: str,
    at: str | None,
) -> None:
    """Take in a file of emissions, whole or not at all.

    The format is told from the file: annual, quarterly and hourly files of CAMPD and
    AMPD, ECMPS quarterly JSON, or the template facility, unit, year, co2_tons, net_mwh.

    \b
    Examples:
      trueup import-emissions annual-2022.csv --pass-over-unknown
      trueup import-emissions barry-q3.json --as ana@example.org --problems wrong.csv
    """
    actor = actor_named(who)
    with reporting(file, problems), progress(f"Importing {file.name}") as report:
        result = emissions.import_file(
            path=file,
            name=file.name,
            program=program,
            actor=actor,
            received_at=instant(program, at),
            is_resubmission=resubmission,
            passes_over_unknown=pass_over_unknown,
            has_operating_hours_only=operating_hours_only,
            feed=Feed(feed) if feed is not None else None,
            progress=report,
        )
    output.result(
        {
            "as": actor,
            "file": file.name,
            "format": result.format.value if result.format is not None else None,
            "feed": result.feed.value if result.feed is not None else None,
            "recorded": result.recorded,
            "superseded": result.superseded,
            "unchanged": result.unchanged,
            "withdrawn": result.withdrawn,
            "passed_over": [list(unit) for unit in sorted(result.passed_over)],
            "alerts": list(result.alerts),
            "alert_count": result.alert_count,
        },
        text="\n".join(
            [
                f"{result.recorded:,} recorded, {result.superseded:,} of them in place of an"
                f" earlier version; {result.unchanged:,} unchanged;"
                f" {len(result.passed_over):,} units passed over.",
                *(f"Look at: {alert}" for alert in result.alerts),
            ]
        ),
    )


@click.command()
@click.argument("period")
@click.option("--facility", "facilities", type=int, multiple=True, help="ORIS code; repeatable.")
@program_option
@at_option
@with_output
def finalize(
    output: Output, *, period: str, facilities: tuple[int, ...], program: str, at: str | None
) -> None:
    """Decide that emissions of a period are final, where they are complete.

    Facilities with something missing are left out and named. The Administrator acts.

    \b
    Examples:
      trueup finalize 2022-2024
      trueup finalize 2022-2024 --facility 3 --facility 26 --json
    """
    result = emissions.finalize(
        program=program,
        period=period_named(program, period),
        decided_at=instant(program, at),
        decided_by=ADMINISTRATOR,
        facilities=find_facilities(facilities) if facilities else None,
    )
    names = accounts.facilities_by_id([*result.finalized, *result.incomplete])
    incomplete = {
        names[key].oris_code: _years_by_unit(missing) for key, missing in result.incomplete.items()
    }
    output.result(
        {
            "as": ADMINISTRATOR,
            "decision": result.decision,
            "finalized": sorted(names[key].oris_code for key in result.finalized),
            "already_final": len(result.already_final),
            "incomplete": [
                {"facility": code, "missing": missing} for code, missing in incomplete.items()
            ],
        },
        text="\n".join(
            [
                f"{len(result.finalized):,} facilities finalized, {len(result.already_final):,}"
                f" were final, {len(incomplete):,} are incomplete.",
                *(f"Missing of ORIS {code}: {units}" for code, units in incomplete.items()),
            ]
        ),
    )


def _years_by_unit(missing: tuple[tuple[str, int], ...]) -> dict[str, list[int]]:
    years: dict[str, list[int]] = defaultdict(list)
    for unit, year in missing:
        years[unit].append(year)
    return dict(years)
