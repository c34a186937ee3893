"""Early action from the shell: how it stands, decisions, awards, what is left."""

from __future__ import annotations

from decimal import Decimal

import click

from trueup.allocation import early_reads, services
from trueup.allocation.early_checks import UnknownProject
from trueup.allocation.early_entries import EarlyActionProjectEntry
from trueup.cli.credit_naming import rate_program_option
from trueup.cli.naming import ADMINISTRATOR, at_option, instant
from trueup.cli.output import Output, Table, with_output, with_tables
from trueup.rules.early_action import MECHANISMS, EarlyActionRules
from trueup.rules.refusal import Refused

STATES = ("State", "On", "Set aside", "MWh asked", "Early", "Matching", "Left", "Left to match")
PROJECTS = ("Number", "Project", "State", "Kind", "Application", "Early", "Matching")
PAGE = 1000


@click.group()
def early_action() -> None:
    """Early action of 2020 and 2021: pools, projects, awards. Each command takes --json.

    \b
    Examples:
      trueup early-action status --state AL
      trueup early-action projects --csv
    """


@early_action.command("status")
@click.option("--state", "jurisdiction", default="", help="Of one State only.")
@rate_program_option
@with_tables
def status(output: Output, *, jurisdiction: str, program: str) -> None:
    """How early action stands in each State.

    \b
    Example:
      trueup early-action status --program cpp-mass --state AL --json
    """
    rows = early_reads.states_of(program, jurisdictions=[jurisdiction] if jurisdiction else [])
    output.result(
        {
            "states": [
                {
                    "state": row.jurisdiction,
                    "is_on": row.is_on,
                    "set_aside": row.pool,
                    "asked_mwh": str(row.asked_mwh),
                    "early": row.early,
                    "matching": row.matching,
                    "not_matched": row.unmatched,
                    "to_units": row.leftover,
                    "left": row.left,
                    "left_to_match": row.left_matching,
                }
                for row in rows
            ]
        },
        table=Table(
            title=f"Early action, {program}",
            columns=STATES,
            rows=[
                (
                    row.jurisdiction,
                    "yes" if row.is_on else "no",
                    row.pool,
                    row.asked_mwh,
                    row.early,
                    row.matching,
                    row.left,
                    row.left_matching,
                )
                for row in rows
            ],
        ),
        text=f"{len(rows)} States; early action is on in {sum(row.is_on for row in rows)}",
    )


@early_action.command("projects")
@rate_program_option
@with_tables
def projects(output: Output, *, program: str) -> None:
    """The projects that have applied, and what each was awarded.

    \b
    Example:
      trueup early-action projects --program cpp-mass
    """
    found = early_reads.projects(program, limit=PAGE)
    given = early_reads.awards_of_all([one.id for one in found])
    rows = [
        (
            one.id,
            one.name,
            one.jurisdiction,
            one.kind,
            one.state,
            sum(award.early for award in given.get(one.id, [])),
            sum(award.matching for award in given.get(one.id, [])),
        )
        for one in found
    ]
    keys = ("number", "name", "state", "kind", "application", "early", "matching")
    output.result(
        {"projects": [dict(zip(keys, row, strict=True)) for row in rows]},
        table=Table(title=f"Early action, {program}", columns=PROJECTS, rows=rows),
        text=f"{len(rows)} projects",
    )


@early_action.command("set")
@click.argument("jurisdiction")
@click.option("--per-mwh", help="Instruments for a MWh.")
@click.option("--per-ton", help="Matching instruments for a ton of the pool.")
@click.option("--renewable-share", help="Of the matching pool, between 0 and 1.")
@click.option("--mechanism", type=click.Choice(MECHANISMS), help="How the standards are kept.")
@rate_program_option
@at_option
@with_output
def set_rules(
    output: Output,
    *,
    jurisdiction: str,
    per_mwh: str | None,
    per_ton: str | None,
    renewable_share: str | None,
    mechanism: str | None,
    program: str,
    at: str | None,
) -> None:
    """Set what the rule leaves open in a State; what is left out is not set.

    \b
    Example:
      trueup early-action set AL --per-mwh 0.8 --per-ton 1 --renewable-share 0.5 \\
          --mechanism retire_later --program cpp-mass
    """
    try:
        rules = EarlyActionRules(
            per_mwh=_decimal(per_mwh),
            per_ton=_decimal(per_ton),
            renewable_share=_decimal(renewable_share),
            mechanism=mechanism or "",
        )
    except (ValueError, ArithmeticError) as error:
        raise click.BadParameter(str(error)) from error
    services.set_early_action(
        program=program,
        jurisdiction=jurisdiction,
        rules=rules,
        set_at=instant(program, at),
        actor=ADMINISTRATOR,
    )
    output.result(
        {"state": jurisdiction, "is_on": not rules.unset, "still_open": list(rules.unset)},
        text=f"{jurisdiction}: early action is switched {'off' if rules.unset else 'on'}",
    )


@early_action.command("award")
@click.argument("name", metavar="PROJECT")
@click.argument("year", type=click.Choice(["2020", "2021"]))
@click.option("--mwh", help="Left out: all that its verifier found.")
@rate_program_option
@at_option
@with_output
def award(
    output: Output, *, name: str, year: str, mwh: str | None, program: str, at: str | None
) -> None:
    """Award early action for a project's MWh of a year.

    \b
    Example:
      trueup early-action award "Baldwin Wind" 2020 --program cpp-mass --json
    """
    given = services.award_early_action(
        project=_project(program, name).id,
        year=int(year),
        mwh=_decimal(mwh),
        awarded_at=instant(program, at),
        actor=ADMINISTRATOR,
    )
    output.result(
        {
            "project": name,
            "year": given.year,
            "mwh": str(given.mwh),
            "early": given.early,
            "matching": given.matching,
            "not_matched": given.unmatched,
        },
        text=f"{name}: {given.early:,} early and {given.matching:,} matching for {given.year}",
    )


@early_action.command("divide-left")
@click.argument("jurisdiction")
@rate_program_option
@at_option
@with_output
def divide_left(output: Output, *, jurisdiction: str, program: str, at: str | None) -> None:
    """Divide what a State's set-aside still has among its units; awards end.

    \b
    Example:
      trueup early-action divide-left AL --program cpp-mass
    """
    shares = services.distribute_early_leftover(
        program=program,
        jurisdiction=jurisdiction,
        distributed_at=instant(program, at),
        actor=ADMINISTRATOR,
    )
    total = sum(share.quantity for share in shares)
    output.result(
        {"state": jurisdiction, "units": len({one.unit for one in shares}), "quantity": total},
        text=f"{jurisdiction}: {total:,} to its units",
    )


def _project(program: str, name: str) -> EarlyActionProjectEntry:
    found = early_reads.find_project(program=program, name=name)
    if found is None:
        raise Refused([UnknownProject(f"There is no project “{name}” in {program}.")])
    return found


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
