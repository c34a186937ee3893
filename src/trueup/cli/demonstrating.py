"""Loading the demonstration, and saying what came of it."""

from __future__ import annotations

import click
from django.conf import settings
from django.core.management import call_command

from trueup.cli.output import Output, Table, messages, progress, with_tables
from trueup.cli.serving import is_database_current
from trueup.demonstration import practice, practice_clock, services
from trueup.demonstration.rate_summary import RATE_REAL, RATE_STAND_INS, RateSummary
from trueup.demonstration.rggi_summary import RGGI_REAL, RGGI_STAND_INS, RggiSummary
from trueup.demonstration.services import AnySummary
from trueup.demonstration.summary import REAL, STAND_INS, Summary
from trueup.rules import programs
from trueup.rules.egu_credits import CATEGORIES as EGU_CATEGORIES

_Columns = tuple[tuple[str, ...], list[tuple[str | int, ...]]]
_MASS_COLUMNS = (
    "State",
    "Plants",
    "Units",
    "Budget",
    "Set asides",
    "Emissions tons",
    "Deducted",
    "Excess due",
    "Excess deducted",
    "Outstanding",
    "Banked",
)
_RATE_COLUMNS = (
    "State",
    "Plants",
    "Units",
    "Resources",
    "Issued",
    "Needed",
    "Deducted",
    "Short units",
    "Shortfall",
    "Outstanding",
    "Banked",
)
_RGGI_COLUMNS = (
    "State",
    "Plants",
    "Units",
    "Budget",
    "Auctioned",
    "Emissions tons",
    "Interim",
    "Deducted",
    "Short sources",
    "Shortfall",
    "Outstanding",
)


@click.command()
@click.option("--if-missing", is_flag=True, help="Do nothing if the registry is not empty.")
@click.option("--jurisdiction", "jurisdictions", multiple=True, help="Only these; repeatable.")
@click.option(
    "--scenario",
    type=click.Choice(tuple(services.SCENARIOS)),
    default=services.MASS,
    show_default=True,
    help="Allowances in every State; credits: every State chose rates; or RGGI in Maryland.",
)
@click.option("--seed", type=int, default=services.SEED, show_default=True)
@click.option(
    "--sign-in/--no-sign-in",
    "with_sign_in",
    default=True,
    help="Make users whose password everybody knows.",
)
@with_tables
def demo(
    output: Output,
    *,
    if_missing: bool,
    jurisdictions: tuple[str, ...],
    scenario: str,
    seed: int,
    with_sign_in: bool,
) -> None:
    """Load the demonstration into an empty registry: a compliance period on real plants.

    Prints what came of it by State, and which figures are real and which stand in.

    \b
    Examples:
      trueup demo
      trueup demo --scenario rate
      trueup demo --scenario rggi
      trueup demo --jurisdiction AL --jurisdiction KY --json | jq .nation
      trueup demo --if-missing
    """
    if not is_database_current():
        messages.print("Bringing the database up to date ...")
        call_command("migrate", verbosity=0)
    if if_missing and not services.is_registry_empty():
        _say_what_is_there(output)
        return
    chosen = tuple(code.upper() for code in jurisdictions)
    with progress("Loading the demonstration") as report:
        if settings.TRUEUP_SANDBOX:
            made_at = practice_clock.real_now()
            summary = practice.begin(
                made_at=made_at, jurisdictions=chosen, progress=report, scenario=scenario
            )
            practice.set_clock(made_at=made_at)
        else:
            summary = services.run(
                progress=report,
                seed=seed,
                jurisdictions=chosen,
                with_sign_in=with_sign_in,
                scenario=scenario,
            )
    _show(output, summary)


def _say_what_is_there(output: Output) -> None:
    summary = services.latest_summary()
    if summary is None:
        messages.print("The registry holds other books; the demonstration is not loaded.")
        output.result(None)
        return
    nation = summary.nation
    output.result(
        summary.as_json(),
        text=f"The demonstration is loaded: {nation.plants:,} plants with {nation.units:,} units,"
        f" settled for {summary.period}.",
    )


def _show(output: Output, summary: AnySummary) -> None:
    columns, rows = _table(summary)
    output.result(
        summary.as_json(),
        table=Table(
            title=f"The demonstration: {programs.load(summary.program).name}, {summary.period}",
            columns=columns,
            rows=rows,
        ),
        text="\n".join(_lines(summary)),
    )


def _table(summary: AnySummary) -> _Columns:
    if isinstance(summary, RggiSummary):
        return _rggi_table(summary)
    return _rate_table(summary) if isinstance(summary, RateSummary) else _mass_table(summary)


def _mass_table(summary: Summary) -> _Columns:
    states = (*summary.states, *([summary.nation] if len(summary.states) > 1 else []))
    rows: list[tuple[str | int, ...]] = [
        (
            state.jurisdiction or state.name,
            state.plants,
            state.units,
            state.budget,
            state.set_asides,
            state.emissions_tons,
            state.deducted,
            state.excess_due,
            state.excess_deducted,
            state.outstanding,
            state.banked,
        )
        for state in states
    ]
    return _MASS_COLUMNS, rows


def _rate_table(summary: RateSummary) -> _Columns:
    states = (*summary.states, *([summary.nation] if len(summary.states) > 1 else []))
    rows: list[tuple[str | int, ...]] = [
        (
            state.jurisdiction or state.name,
            state.plants,
            state.units,
            state.resources,
            state.issued,
            state.needed,
            state.deducted,
            state.short_units,
            state.shortfall,
            state.outstanding,
            state.banked,
        )
        for state in states
    ]
    return _RATE_COLUMNS, rows


def _rggi_table(summary: RggiSummary) -> _Columns:
    rows: list[tuple[str | int, ...]] = [
        (
            state.jurisdiction,
            state.plants,
            state.units,
            state.budget,
            state.auctioned,
            state.emissions_tons,
            state.interim,
            state.deducted,
            state.short_sources,
            state.shortfall,
            state.outstanding,
        )
        for state in summary.states
    ]
    return _RGGI_COLUMNS, rows


def _lines(summary: AnySummary) -> list[str]:
    trades, audit = summary.trades, summary.audit
    real: tuple[str, ...]
    stand_ins: tuple[str, ...]
    if isinstance(summary, RateSummary):
        real, stand_ins, what_came = RATE_REAL, RATE_STAND_INS, _of_credits(summary)
    elif isinstance(summary, RggiSummary):
        real, stand_ins = RGGI_REAL, RGGI_STAND_INS
        what_came = [f"{summary.nation.short_sources:,} sources were short at the end."]
    else:
        real, stand_ins = REAL, STAND_INS
        what_came = [f"{summary.nation.short_facilities:,} plants had excess emissions."]
    return [
        f"{trades.submitted:,} transfers were submitted: {trades.recorded:,} recorded at once,"
        f" {trades.held:,} held after the deadline, of which {trades.released:,} were recorded"
        f" later; {trades.refused:,} refused.",
        *what_came,
        *summary.notes,
        *(f"Real: {what}" for what in real),
        *(f"Stand-in: {what}" for what in stand_ins),
        f"Audit: {audit.moves:,} moves replayed, {audit.serials:,} serial numbers,"
        f" {len(audit.differences):,} differences.",
        f"It took {summary.seconds:,} s.",
    ]


def _of_credits(summary: RateSummary) -> list[str]:
    nation = summary.nation
    return [
        *(
            f"Issued, {supply.name}: {supply.credits:,} credits to {supply.holders:,}"
            f" {'affected EGUs' if supply.category in EGU_CATEGORIES else 'resources'}."
            for supply in summary.supply
        ),
        f"{nation.short_units:,} affected EGUs lacked {nation.shortfall:,} credits; twice that is"
        f" due, and {nation.outstanding:,} are outstanding.",
        f"{summary.general_credits:,} credits are left in general accounts, {nation.banked:,} in"
        " compliance accounts.",
    ]
