"""Reading the books: holdings of an account, life of a serial number, audit."""

from __future__ import annotations

import click

from trueup.cli.naming import find_account, program_option
from trueup.cli.output import DIFFERENCES, Output, progress, table, with_output
from trueup.ledger import queries
from trueup.ledger.verify import audit as replay
from trueup.rules.serials import parse_serial


@click.command()
@click.argument("account")
@program_option
@with_output
def holdings(output: Output, account: str, program: str) -> None:
    """What an account holds, by lot and block. ACCOUNT is its number or its exact name.

    Example: trueup holdings Barry --json | jq '.blocks[].first'
    """
    entry = find_account(program, account)
    balances = queries.balances(entry.id)
    blocks = queries.blocks_held(entry.id)
    total = sum(balance.quantity for balance in balances)
    rows = [(str(block.first_serial), str(block.last_serial), block.quantity) for block in blocks]
    output.result(
        {
            "account": {"number": entry.number, "name": entry.name, "kind": entry.kind},
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
        table=table(f"{entry.name}, {entry.number}", "First", "Last", "Quantity", rows=rows),
        text=f"{total:,} in {len(rows):,} blocks",
    )


@click.command()
@click.argument("serial")
@program_option
@with_output
def history(output: Output, serial: str, program: str) -> None:
    """The life of one serial number, from its creation to where it is.

    Example: trueup history AL-2022-17
    """
    lot, number = parse_serial(serial)
    steps = queries.serial_history(program=program, lot=lot, number=number)
    if not steps:
        raise click.UsageError(f"{serial} was never created in the program {program}.")
    holder = steps[-1].transaction.destination
    rows = [
        (
            step.recorded_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            step.event,
            step.transaction.source.name if step.transaction.source is not None else "",
            step.transaction.destination.name,
            step.transaction.id,
        )
        for step in steps
    ]
    output.result(
        {
            "serial": f"{lot.code}-{number}",
            "held_by": {"number": holder.number, "name": holder.name, "kind": holder.kind},
            "steps": [
                {
                    "recorded_at": step.recorded_at.isoformat(),
                    "event": step.event,
                    "ground": step.transaction.ground,
                    "from": row[2] or None,
                    "to": row[3],
                    "transaction": step.transaction.id,
                }
                for step, row in zip(steps, rows, strict=True)
            ],
        },
        table=table(
            f"{lot.code}-{number}", "Recorded", "Event", "From", "To", "Transaction", rows=rows
        ),
    )


@click.command()
@with_output
def audit(output: Output) -> None:
    """Replay the journal and compare every holding; exit code 3 if anything differs."""
    with progress("Replaying the journal") as report_progress:
        report = replay(progress=report_progress)
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
