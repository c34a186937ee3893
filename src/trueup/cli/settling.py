"""The run of deductions after the deadline: first to look at, then recorded."""

from __future__ import annotations

import click

from trueup.cli.naming import ADMINISTRATOR, at_option, instant, period_named, program_option
from trueup.cli.output import Json, Output, Table, progress, with_tables
from trueup.compliance import services as compliance
from trueup.compliance.entries import OmissionEntry, Outcome, RunResult
from trueup.rules import programs

SHOWN = 40


@click.command()
@click.argument("period")
@click.option("--record", is_flag=True, help="Make the deductions; without it only look.")
@click.option("--all", "is_all", is_flag=True, help="Show every facility, not only short ones.")
@program_option
@at_option
@with_tables
def settle(
    output: Output, *, period: str, record: bool, is_all: bool, program: str, at: str | None
) -> None:
    """Settle facilities for a compliance period, such as 2022-2024.

    Without --record nothing is written: what a run would deduct now. With it the whole
    run is recorded, or none of it. The Administrator acts.

    \b
    Examples:
      trueup settle 2022-2024
      trueup settle 2022-2024 --record
      trueup settle 2022-2024 --csv > outcomes.csv
    """
    of, moment = period_named(program, period), instant(program, at)
    if record:
        with progress(f"Deductions for {period}") as report:
            result = compliance.run_deductions(
                program=program,
                period=of,
                recorded_at=moment,
                actor=ADMINISTRATOR,
                progress=report,
            )
    else:
        today = programs.load(program).local_date(moment)
        with progress(f"Preview of the deductions for {period}"):
            result = compliance.preview_deductions(program=program, period=of, today=today)
    every = is_all or output.as_csv
    listed = [o for o in result.outcomes if every or not o.is_in_compliance]
    output.result(
        _document(result),
        table=_table(result, listed if every else listed[:SHOWN]),
        text=_summary(result, hidden=0 if every else max(len(listed) - SHOWN, 0)),
    )


def _document(result: RunResult) -> Json:
    totals = result.totals
    return {
        "as": ADMINISTRATOR,
        "program": result.program,
        "period": result.period.name,
        "run": result.run,
        "recorded": result.run is not None,
        "is_projection": result.is_projection,
        "recorded_at": result.recorded_at.isoformat() if result.recorded_at else None,
        "totals": {
            "facilities": totals.facilities,
            "in_compliance": totals.in_compliance,
            "obligation": totals.obligation,
            "deducted": totals.deducted,
            "excess": totals.excess,
            "excess_due": totals.excess_due,
            "excess_deducted": totals.excess_deducted,
            "outstanding": totals.outstanding,
        },
        "outcomes": [_outcome(outcome) for outcome in result.outcomes],
        "left_out": [_omission(omission) for omission in result.omissions],
    }


def _outcome(outcome: Outcome) -> Json:
    return {
        "facility": outcome.facility.oris_code,
        "name": outcome.facility.name,
        "jurisdiction": outcome.facility.jurisdiction,
        "obligation": outcome.obligation,
        "held": outcome.held,
        "deducted": outcome.deducted,
        "excess": outcome.excess,
        "excess_due": outcome.excess_due,
        "excess_deducted": outcome.excess_deducted,
        "outstanding": outcome.outstanding,
        "in_compliance": outcome.is_in_compliance,
    }


def _omission(omission: OmissionEntry) -> Json:
    return {
        "facility": omission.facility.oris_code,
        "name": omission.facility.name,
        "reason": omission.reason,
        "missing": [{"unit": unit, "year": year} for unit, year in omission.missing],
    }


def _table(result: RunResult, outcomes: list[Outcome]) -> Table:
    return Table(
        title=f"{result.period.name}: {'recorded' if result.run else 'preview'}",
        columns=(
            "ORIS code",
            "Facility",
            "State",
            "Obligation",
            "Deducted",
            "Excess",
            "Excess due",
            "Excess deducted",
            "Outstanding",
        ),
        rows=[
            (
                str(outcome.facility.oris_code),
                outcome.facility.name,
                outcome.facility.jurisdiction,
                outcome.obligation,
                outcome.deducted,
                outcome.excess,
                outcome.excess_due,
                outcome.excess_deducted,
                outcome.outstanding,
            )
            for outcome in outcomes
        ],
    )


def _summary(result: RunResult, *, hidden: int) -> str:
    totals = result.totals
    lines = [f"{hidden:,} more facilities are short; --all shows them."] if hidden else []
    lines += [
        f"{totals.facilities:,} facilities, {totals.in_compliance:,} in compliance; obligation"
        f" {totals.obligation:,}, deducted {totals.deducted:,}, excess {totals.excess:,}, owed for"
        f" it {totals.excess_due:,}, of that deducted {totals.excess_deducted:,}, outstanding"
        f" {totals.outstanding:,}.",
    ]
    for omission in result.omissions[:SHOWN]:
        missing = ", ".join(f"unit {unit} {year}" for unit, year in omission.missing)
        lines.append(
            f"Left out: {omission.facility.name} (ORIS {omission.facility.oris_code}),"
            f" {omission.reason}{': ' if missing else ''}{missing}"
        )
    if len(result.omissions) > SHOWN:
        lines.append(f"Left out: {len(result.omissions) - SHOWN:,} more; --json names them.")
    if result.is_projection:
        lines.append("The deadline has not passed: this is a projection.")
    lines.append(
        f"Recorded as run {result.run}."
        if result.run is not None
        else "Nothing was recorded; --record makes the deductions."
    )
    return "\n".join(lines)
