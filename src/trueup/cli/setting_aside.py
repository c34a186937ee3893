"""Set-asides from the command line: what they hold, projects, previews, duties, distribution.

Who distributes is an official: one proposes what the preview shows, another approves.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import click

from trueup.cli import setting_aside_runs
from trueup.cli.credit_naming import quantity_of
from trueup.cli.naming import (
    ADMINISTRATOR,
    actor_named,
    at_option,
    find_account,
    instant,
)
from trueup.cli.output import Json, Output, Table, with_output, with_tables
from trueup.cli.setting_aside_runs import program_option
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.set_asides import public_reads, queries, services
from trueup.set_asides.checks import UnknownProject
from trueup.set_asides.entries import ProjectEntry, ProjectSpec

YEAR_COLUMNS = ("State", "Set-aside", "Set aside", "Projects", "Earned", "Surplus", "Result")
DUTY_COLUMNS = ("Duty", "State", "Vintage", "Due", "Standing")


@click.group(name="set-asides")
def set_asides() -> None:
    """Set-asides: apply, project, decide, verify, preview, distribute. Each takes --json.

    \b
    Examples:
      trueup set-asides list 2022
      trueup set-asides file "Mesa Sun" --state AL --account "Sun Co" --category SOL \\
          --kind photovoltaic --capacity 100 --in-service 2015-06-01
      trueup set-asides project "Mesa Sun" 2022 --state AL --mwh 250000
      trueup set-asides preview AL 2022
      trueup set-asides propose AL 2022 --as olga@example.gov
      trueup set-asides approve 0f0e… --as pete@example.gov
      trueup set-asides duties 2021
    """


@set_asides.command(name="list")
@click.argument("vintage", type=int)
@click.option("--state", default="", help="One State, such as AL.")
@program_option
@with_tables
def list_set_asides(output: Output, *, vintage: int, state: str, program: str) -> None:
    """The set-asides of a vintage, by State, and what became of them.

    \b
    Example:
      trueup set-asides list 2022 --state AL --json
    """
    rows = public_reads.rows_of(program=program, vintages=[vintage], jurisdiction=state.upper())
    output.result(
        {
            "set_asides": [
                {
                    "jurisdiction": row.jurisdiction,
                    "purpose": row.purpose,
                    "budget": row.budget,
                    "projects": row.projects,
                    "asked_mwh": str(row.asked_mwh),
                    "distributed": row.distributed,
                    "surplus_to_units": row.to_units,
                    "kept": row.kept,
                    "result": row.entry.id if row.entry is not None else None,
                }
                for row in rows
            ]
        },
        table=Table(
            title=f"Set-asides of {vintage}",
            columns=YEAR_COLUMNS,
            rows=[
                (
                    row.jurisdiction,
                    row.purpose,
                    row.budget,
                    row.projects,
                    row.distributed,
                    row.to_units,
                    row.entry.id if row.entry is not None else "",
                )
                for row in rows
            ],
        ),
        text=f"{len(rows):,} set-asides",
    )


@set_asides.command()
@click.argument("year", type=int)
@program_option
@at_option
@with_tables
def duties(output: Output, *, year: int, program: str, at: str | None) -> None:
    """What the Administrator is to do in a year, of every State, and how it stands.

    \b
    Example:
      trueup set-asides duties 2021 --json
    """
    today = programs.load(program).local_date(instant(program, at))
    found = queries.duties(program=program, year=year, today=today)
    output.result(
        {
            "duties": [
                {
                    "duty": duty.name,
                    "jurisdiction": duty.jurisdiction,
                    "vintage": duty.vintage,
                    "due_on": duty.effective_on.isoformat(),
                    "standing": duty.state,
                }
                for duty in found
            ]
        },
        table=Table(
            title=f"Duties of {year}",
            columns=DUTY_COLUMNS,
            rows=[
                (duty.name, duty.jurisdiction, duty.vintage, duty.effective_on, duty.state)
                for duty in found
            ],
        ),
        text=f"{sum(1 for duty in found if not duty.state.startswith('done')):,} to be done",
    )


@set_asides.command()
@click.argument("name")
@click.option("--state", required=True, help="Whose set-aside, such as AL.")
@click.option("--account", required=True, help="The general account for its allowances.")
@click.option("--category", required=True, help="Three letters, such as SOL.")
@click.option("--kind", default="", help="Within the category: on_shore, photovoltaic, ….")
@click.option("--capacity", required=True, help="Nameplate, in MW.")
@click.option("--in-service", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Since when.")
@click.option("--grid", default="EASTERN", show_default=True, help="The interconnection.")
@click.option("--as", "who", help="The representative who files.")
@program_option
@at_option
@with_output
def file(
    output: Output,
    *,
    name: str,
    state: str,
    account: str,
    category: str,
    kind: str,
    capacity: str,
    in_service: datetime,
    grid: str,
    who: str | None,
    program: str,
    at: str | None,
) -> None:
    """File a project's eligibility application in a State's set-aside.

    \b
    Example:
      trueup set-asides file "Mesa Sun" --state AL --account "Sun Co" --category SOL \\
          --kind photovoltaic --capacity 100 --in-service 2015-06-01 --json
    """
    moment = instant(program, at)
    entry = services.file_project(
        ProjectSpec(
            name=name,
            jurisdiction=state.upper(),
            account=find_account(program, account).number,
            category=category.upper(),
            kind=kind,
            capacity_mw=quantity_of(capacity),
            in_service_on=in_service.date(),
            grid=grid.upper(),
        ),
        program=program,
        actor=actor_named(who),
        dispatched_at=moment,
        received_at=moment,
    )
    output.result(_project_json(entry), text=f"Project {entry.id}: {entry.name} is filed.")


@set_asides.command()
@click.argument("name", metavar="PROJECT")
@click.argument("year", type=int)
@click.option("--state", required=True, help="Whose set-aside, such as AL.")
@click.option("--mwh", required=True, help="Projected for the year.")
@click.option("--method", default="As described.", help="How it was found.")
@click.option("--as", "who", help="The representative who files.")
@program_option
@at_option
@with_output
def project(
    output: Output,
    *,
    name: str,
    year: int,
    state: str,
    mwh: str,
    method: str,
    who: str | None,
    program: str,
    at: str | None,
) -> None:
    """File what a project is projected to generate in a year.

    \b
    Example:
      trueup set-asides project "Mesa Sun" 2022 --state AL --mwh 250000 --json
    """
    moment = instant(program, at)
    entry = services.file_projection(
        project=_find(program, state, name).id,
        generation_year=year,
        projected_mwh=quantity_of(mwh),
        method=method,
        actor=actor_named(who),
        dispatched_at=moment,
        received_at=moment,
    )
    output.result(
        {"project": name, "year": year, "eligible_mwh": str(entry.eligible_mwh)},
        text=f"{name}: {entry.eligible_mwh} MWh of {year} count.",
    )


@set_asides.command()
@click.argument("name", metavar="PROJECT")
@click.option("--state", required=True, help="Whose set-aside, such as AL.")
@click.option(
    "--outcome",
    type=click.Choice(["approved", "rejected", "suspended", "revoked"]),
    help="Of the application.",
)
@click.option("--year", type=int, help="Approve or reject the projection of this year.")
@click.option("--reject", is_flag=True, help="Reject the projection.")
@click.option("--verified-mwh", help="Record what was verified for the year.")
@click.option("--ground", default="", help="Told to those concerned.")
@program_option
@at_option
@with_output
def decide(
    output: Output,
    *,
    name: str,
    state: str,
    outcome: str | None,
    year: int | None,
    reject: bool,
    verified_mwh: str | None,
    ground: str,
    program: str,
    at: str | None,
) -> None:
    """Decide on a project, or on a year's projection, or record what was verified.

    \b
    Examples:
      trueup set-asides decide "Mesa Sun" --state AL --outcome approved
      trueup set-asides decide "Mesa Sun" --state AL --year 2022
      trueup set-asides decide "Mesa Sun" --state AL --year 2022 --verified-mwh 240000
    """
    found, moment = _find(program, state, name), instant(program, at)
    if outcome is None and year is None:
        raise click.UsageError("Give --outcome, or --year.")
    said: dict[str, Json] = {"project": name}
    if outcome is not None:
        entry = services.decide_project(
            project=found.id, outcome=outcome, actor=ADMINISTRATOR, at=moment, ground=ground
        )
        said["state"] = entry.state
    if year is not None and verified_mwh is None:
        decided = services.decide_projection(
            project=found.id,
            generation_year=year,
            is_approved=not reject,
            actor=ADMINISTRATOR,
            at=moment,
        )
        said["projection"] = decided.state
    elif year is not None:
        delivery = services.verify_generation(
            project=found.id,
            generation_year=year,
            actual_mwh=quantity_of(verified_mwh or "0"),
            actor=ADMINISTRATOR,
            at=moment,
        )
        said["verified_mwh"] = str(delivery.actual_mwh)
        said["to_explain"] = delivery.is_to_explain
    output.result(said, text=f"{name}: {', '.join(str(one) for one in list(said.values())[1:])}")


def _find(program: str, state: str, name: str) -> ProjectEntry:
    found = queries.find_project(program=program, jurisdiction=state.upper(), name=name)
    if found is None:
        raise Refused([UnknownProject(f"{state.upper()} has no project “{name}”.")])
    return found


def _project_json(entry: ProjectEntry) -> Json:
    capacity: Decimal = entry.showing.capacity_mw
    return {
        "id": entry.id,
        "name": entry.name,
        "jurisdiction": entry.jurisdiction,
        "category": entry.showing.category,
        "capacity_mw": str(capacity),
        "state": entry.state,
    }


for run in (setting_aside_runs.preview, setting_aside_runs.propose, setting_aside_runs.approve):
    set_asides.add_command(run)
