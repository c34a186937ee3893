"""Reading the books: holdings of an account, life of a serial number, audit."""

from __future__ import annotations

import click

from trueup.cli.naming import find_account, program_option
from trueup.cli.output import DIFFERENCES, Output, Table, progress, with_output, with_tables
from trueup.ledger import queries
from trueup.ledger.entries import AccountEntry, HistoryEntry
from trueup.ledger.verify import audit as replay
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import parse_serial


class UnknownSerial(Refusal):
    code = "serials.never_created"
    cite = "40 CFR 62.16325(c)"


@click.command()
@click.argument("account")
@program_option
@with_tables
def holdings(output: Output, *, account: str, program: str) -> None:
    """What an account holds, by block. ACCOUNT is its number or its exact name.

    \b
    Examples:
      trueup holdings Barry
      trueup holdings Barry --json | jq '.lots[] | {lot, quantity}'
      trueup holdings C0100000017K --csv > holdings.csv
    """
    entry = find_account(program, account)
    balances = queries.balances(entry.id)
    blocks = queries.blocks_held(entry.id)
    total = sum(balance.quantity for balance in balances)
    rows = [(block.first_serial, block.last_serial, block.quantity) for block in blocks]
    output.result(
        {
            "account": account_json(entry),
            "total": total,
            "lots": [
                {
                    "lot": balance.lot.code,
                    "vintage": balance.vintage,
                    "quantity": balance.quantity,
                    "reserved": balance.reserved,
                }
                for balance in balances
            ],
            "blocks": [
                {"first": first, "last": last, "quantity": quantity}
                for first, last, quantity in rows
            ],
        },
        table=Table(
            title=f"{entry.name}, {entry.number}", columns=("First", "Last", "Quantity"), rows=rows
        ),
        text=f"{entry.name}, {entry.number}: {total:,} in {len(rows):,} blocks",
    )


@click.command()
@click.argument("serial")
@program_option
@with_tables
def history(output: Output, *, serial: str, program: str) -> None:
    """The life of one serial number, from its creation to where it is.

    \b
    Examples:
      trueup history AL-2022-17
      trueup history AL-2022-17 --json | jq -r .held_by.name
    """
    lot, number = parse_serial(serial)
    name = f"{lot.code}-{number}"
    steps = queries.serial_history(program=program, lot=lot, number=number)
    if not steps:
        raise Refused([UnknownSerial(f"{name} was never created in the program {program}.")])
    output.result(
        {
            "serial": name,
            "held_by": account_json(steps[-1].transaction.destination),
            "steps": [_step_json(step) for step in steps],
        },
        table=Table(
            title=name,
            columns=("Recorded", "Event", "Ground", "From", "To", "Transaction"),
            rows=[
                (
                    step.recorded_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
                    step.event,
                    step.transaction.ground,
                    step.transaction.source.name if step.transaction.source is not None else "",
                    step.transaction.destination.name,
                    str(step.transaction.id),
                )
                for step in steps
            ],
        ),
    )


@click.command()
@with_output
def audit(output: Output) -> None:
    """Replay the journal and compare every holding; exit code 3 if anything differs.

    \b
    Example:
      trueup audit && echo clean
    """
    with progress("Replaying the journal") as report_progress:
        report = replay(progress=lambda count: report_progress("moves", count, None))
    output.result(
        {
            "clean": report.clean,
            "moves": report.moves,
            "lots": report.lots,
            "serials": report.serials,
            "differences": list(report.differences),
        },
        text=f"{report.moves:,} moves replayed; {report.serials:,} serial numbers in"
        f" {report.lots:,} lots, each in exactly one account."
        if report.clean
        else "\n".join(report.differences),
    )
    if not report.clean:
        raise SystemExit(DIFFERENCES)


def account_json(entry: AccountEntry) -> dict[str, str]:
    """An account as a program reads it."""
    return {"number": entry.number, "name": entry.name, "kind": entry.kind}


def _step_json(step: HistoryEntry) -> dict[str, str | int | dict[str, str] | None]:
    entry = step.transaction
    return {
        "recorded_at": step.recorded_at.isoformat(),
        "event": step.event,
        "ground": entry.ground,
        "from": account_json(entry.source) if entry.source is not None else None,
        "to": account_json(entry.destination),
        "transaction": entry.id,
        "mends": entry.mends,
    }
