"""Sentences on holdings and on the history of a serial number."""

from __future__ import annotations

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, columns_of, rows_of, same_rows
from tests.acceptance.world import World
from trueup.ledger import queries
from trueup.ledger.entries import AccountEntry, HistoryEntry
from trueup.rules.serials import Lot, parse_serial

HISTORY_COLUMNS = ("date", "event", "from", "to")


@sentence('"{account}" holds {quantity} {instruments}')
def check_holds(world: World, account: str, quantity: int, instruments: str) -> None:
    world.require_instruments(instruments)
    found = sum(_by_vintage(world, account).values())
    assert found == quantity, f"“{account}” holds {found} {instruments}, not {quantity}"


@sentence('"{account}" holds {quantity} {instruments} of vintage {vintage}')
def check_holds_of_vintage(
    world: World, account: str, quantity: int, instruments: str, vintage: int
) -> None:
    world.require_instruments(instruments)
    held = _by_vintage(world, account)
    found = held.get(vintage, 0)
    assert found == quantity, (
        f"“{account}” holds {found} {instruments} of vintage {vintage}, not {quantity};"
        f" by vintage: {held}"
    )


def _by_vintage(world: World, name: str) -> dict[int, int]:
    """What an account holds; one that is not open yet holds nothing."""
    account = world.account(name)
    held: dict[int, int] = {}
    if account is None:
        return held
    for balance in queries.balances(account.id):
        held[balance.vintage] = held.get(balance.vintage, 0) + balance.quantity
    return held


@sentence('"{serial}" is held by "{account}"')
def check_held_by(world: World, serial: str, account: str) -> None:
    expected = world.opened_account(account)
    found = _holder(world, serial)
    assert found.id == expected.id, f"{serial} is held by “{found.name}”, not by “{account}”"


@sentence('"{serial}" is retired')
def check_retired(world: World, serial: str) -> None:
    found = _holder(world, serial)
    assert found.kind == "retirement", f"{serial} is held by “{found.name}”, not retired"


def _holder(world: World, serial: str) -> AccountEntry:
    lot, number = parse_serial(serial)
    found = queries.holder_of(program=world.program, lot=lot, number=number)
    if found is None:
        raise AssertionError(f"there is no {serial}")
    return found


@sentence('the history of "{serial}" is:')
def check_history(world: World, serial: str, datatable: DataTable) -> None:
    columns = columns_of(datatable)
    expected = rows_of(datatable, required=("event",), optional=HISTORY_COLUMNS)
    lot, number = parse_serial(serial)
    found = [
        {column: row[column] for column in columns}
        for row in (_row(world, step) for step in _history(world, lot, number))
    ]
    same_rows(found, expected, what=f"the history of {serial} is another one")


def _history(world: World, lot: Lot, number: int) -> list[HistoryEntry]:
    return queries.serial_history(program=world.program, lot=lot, number=number)


def _row(world: World, step: HistoryEntry) -> dict[str, str]:
    source = step.transaction.source
    return {
        "date": world.rules.local_date(step.recorded_at).isoformat(),
        "event": step.event,
        "from": source.name if source is not None else "",
        "to": step.transaction.destination.name,
    }
