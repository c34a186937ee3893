"""Loading the demonstration, and saying what came of it."""

from __future__ import annotations

import click
from django.conf import settings
from django.core.management import call_command

from trueup.cli.output import Output, Table, messages, progress, with_tables
from trueup.cli.serving import is_database_current
from trueup.demonstration import practice, practice_clock, services
from trueup.demonstration.summary import REAL, STAND_INS, StateSummary, Summary
from trueup.rules import programs


@click.command()
@click.option("--if-missing", is_flag=True, help="Do nothing if the registry is not empty.")
@click.option("--jurisdiction", "jurisdictions", multiple=True, help="Only these; repeatable.")
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
    seed: int,
    with_sign_in: bool,
) -> None:
    """Load the demonstration into an empty registry: a compliance period on real plants.

    Prints what came of it by State, and which figures are real and which stand in.

    \b
    Examples:
      trueup demo
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
            summary = practice.begin(made_at=made_at, jurisdictions=chosen, progress=report)
            practice.set_clock(made_at=made_at)
        else:
            summary = services.run(
                progress=report, seed=seed, jurisdictions=chosen, with_sign_in=with_sign_in
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


def _show(output: Output, summary: Summary) -> None:
    nation = [summary.nation] if len(summary.states) > 1 else []
    output.result(
        summary.as_json(),
        table=Table(
            title=f"The demonstration: {programs.load(summary.program).name}, {summary.period}",
            columns=(
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
            ),
            rows=[_row(state) for state in (*summary.states, *nation)],
        ),
        text="\n".join(_lines(summary)),
    )


def _row(state: StateSummary) -> tuple[str | int, ...]:
    return (
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


def _lines(summary: Summary) -> list[str]:
    trades, audit, nation = summary.trades, summary.audit, summary.nation
    return [
        f"{trades.submitted:,} transfers were submitted: {trades.recorded:,} recorded at once,"
        f" {trades.held:,} held after the deadline, of which {trades.released:,} were recorded"
        f" later; {trades.refused:,} refused.",
        f"{nation.short_facilities:,} plants had excess emissions.",
        *summary.notes,
        *(f"Real: {what}" for what in REAL),
        *(f"Stand-in: {what}" for what in STAND_INS),
        f"Audit: {audit.moves:,} moves replayed, {audit.serials:,} serial numbers,"
        f" {len(audit.differences):,} differences.",
        f"It took {summary.seconds:,} s.",
    ]
