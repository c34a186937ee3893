"""Sentences on transfers, retirement, and what the Administrator does to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from tests.acceptance.clock import eastern
from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, rows_of
from tests.acceptance.world import World, new_key
from trueup.rules.serials import SerialBlock
from trueup.rules.trade_reports import TradeReport
from trueup.transfers import services
from trueup.transfers.entries import TransferEntry
from trueup.transfers.trades import (
    CENTS,
    OWN_ACCOUNTS,
    averages,
    read_terms,
    without_price,
)

RETIREMENT_REASON = "other"
LATE = time(23, 59)
UNSAID = "not wanted"
SPOT = "spot"


@sentence(
    '"{person}" transfers {quantity} {instruments} of vintage {vintage}'
    ' from "{source}" to "{destination}"'
    "[, dispatched {dispatched_on} and received {received_on}|]"
)
def transfer_quantity(
    world: World,
    person: str,
    quantity: int | Decimal,
    instruments: str,
    vintage: int,
    source: str,
    destination: str,
    dispatched_on: date | None,
    received_on: date | None,
    trade: TradeReport | None = None,
) -> None:
    world.require_instruments(instruments)
    submitted_at, received_at = _dispatch(world, dispatched_on, received_on)
    submitter = world.anybody(person)
    with world.submission():
        entry = services.submit_transfer(
            program=_program_of(world, source),
            source=world.number_of(source),
            destination=world.number_of(destination),
            submitted_by=submitter.id,
            submitted_at=submitted_at,
            received_at=received_at,
            recorded_at=world.now,
            vintage=vintage,
            quantity=quantity,
            key=new_key(),
            trade=trade or _unpriced(world, submitted_at),
        )
        _remember(world, entry)


@sentence(
    '"{person}" transfers {quantity} {instruments} of vintage {vintage}'
    ' from "{source}" to "{destination}" at {price}, traded on {day}'
)
def transfer_priced(
    world: World,
    person: str,
    quantity: int | Decimal,
    instruments: str,
    vintage: int,
    source: str,
    destination: str,
    price: str,
    day: date,
) -> None:
    """A spot trade at a price for each."""
    with world.submission():
        trade = read_terms(kind=SPOT, agreed_on=day.isoformat(), price=price)
        transfer_quantity(
            world, person, quantity, instruments, vintage, source, destination, None, None, trade
        )


@sentence(
    '"{person}" offers {quantity} {instruments} of vintage {vintage}'
    ' from "{source}" to "{destination}" at {price}, traded on {day}'
)
def offer(
    world: World,
    person: str,
    quantity: int,
    instruments: str,
    vintage: int,
    source: str,
    destination: str,
    price: str,
    day: date,
) -> None:
    """A trade of two sides: it moves when the buyer has confirmed the same terms."""
    world.require_instruments(instruments)
    submitter = world.anybody(person)
    with world.submission():
        entry = services.submit_transfer(
            program=_program_of(world, source),
            source=world.number_of(source),
            destination=world.number_of(destination),
            submitted_by=submitter.id,
            submitted_at=world.now,
            vintage=vintage,
            quantity=quantity,
            key=new_key(),
            trade=read_terms(kind=SPOT, agreed_on=day.isoformat(), price=price),
            by_consent=True,
        )
        _remember(world, entry)


@sentence(
    "the average price of {kind} trades is {price}, of {count} trades of {quantity} {instruments}"
)
def check_average(
    world: World, kind: str, price: str, count: str, quantity: int, instruments: str
) -> None:
    world.require_instruments(instruments)
    found = {one.kind: one for one in averages(program=world.rules)}
    assert kind in found, f"no average of {kind} trades is published"
    average = found[kind]
    assert (average.cents, average.trades, average.quantity) == (
        Decimal(price) * CENTS,
        int(count),
        quantity,
    ), f"the average is {average}"


@sentence("no average price of {kind} trades is published")
def check_no_average(world: World, kind: str) -> None:
    assert kind not in {one.kind for one in averages(program=world.rules)}


def _unpriced(world: World, submitted_at: datetime) -> TradeReport | None:
    """Where the program asks for a price, a transfer is marked as without one."""
    return without_price(world.rules, reason=OWN_ACCOUNTS, on=world.rules.local_date(submitted_at))


@sentence(
    '"{person}" transfers "{first}" to "{last}" from "{source}" to "{destination}"'
    "[, dispatched {dispatched_on} and received {received_on}|]"
)
def transfer_block(
    world: World,
    person: str,
    first: str,
    last: str,
    source: str,
    destination: str,
    dispatched_on: date | None,
    received_on: date | None,
) -> None:
    ends = [(first, last)]
    _transfer_blocks(world, person, ends, source, destination, dispatched_on, received_on)


@sentence(
    '"{person}" transfers these blocks from "{source}" to "{destination}"'
    "[, dispatched {dispatched_on} and received {received_on}|]:"
)
def transfer_blocks(
    world: World,
    person: str,
    source: str,
    destination: str,
    dispatched_on: date | None,
    received_on: date | None,
    datatable: DataTable,
) -> None:
    ends = [(row["first"], row["last"]) for row in rows_of(datatable, required=("first", "last"))]
    _transfer_blocks(world, person, ends, source, destination, dispatched_on, received_on)


def _transfer_blocks(
    world: World,
    person: str,
    ends: Sequence[tuple[str, str]],
    source: str,
    destination: str,
    dispatched_on: date | None,
    received_on: date | None,
) -> None:
    submitted_at, received_at = _dispatch(world, dispatched_on, received_on)
    submitter = world.anybody(person)
    with world.submission():
        blocks: list[SerialBlock] = [world.block(first, last) for first, last in ends]
        entry = services.submit_transfer(
            program=_program_of(world, source),
            source=world.number_of(source),
            destination=world.number_of(destination),
            submitted_by=submitter.id,
            submitted_at=submitted_at,
            received_at=received_at,
            recorded_at=world.now,
            blocks=blocks,
            key=new_key(),
            trade=_unpriced(world, submitted_at),
        )
        _remember(world, entry)


def _program_of(world: World, source: str) -> str:
    """A transfer is submitted in the program of the transferor's account."""
    found = world.find_account(source)
    return found.program if found is not None else world.program


def _dispatch(
    world: World, dispatched_on: date | None, received_on: date | None
) -> tuple[datetime, datetime]:
    """When it was submitted and when received; what is yet to arrive is waited for.

    Of another day than today only the date is said: it was late on that day, when all
    that the scenario tells of it had happened.
    """
    if dispatched_on is None or received_on is None:
        return world.now, world.now
    if world.clock.today < received_on:
        world.clock.set_date(received_on)
    received_at = world.now if world.clock.today == received_on else _late_on(received_on)
    submitted_at = received_at if dispatched_on == received_on else _late_on(dispatched_on)
    return submitted_at, received_at


def _late_on(day: date) -> datetime:
    return eastern(datetime.combine(day, LATE))


def _remember(world: World, entry: TransferEntry) -> None:
    """It is “the transfer” from now on; its reasons are those of the latest refused act."""
    world.transfer_key = entry.key
    note(world, entry)


def note(world: World, entry: TransferEntry) -> None:
    """If a transfer was refused, its reasons are those of the latest refused act."""
    if entry.state == "refused":
        reasons = [reason.reason for reason in entry.reasons]
        world.note_refusal("transfer", reasons, [str(reason) for reason in entry.reasons])


@sentence('"{person}" retires {quantity} {instruments} of vintage {vintage} of "{source}"')
def retire(
    world: World,
    person: str,
    quantity: int | Decimal,
    instruments: str,
    vintage: int,
    source: str,
) -> None:
    world.require_instruments(instruments)
    submitter = world.anybody(person)
    with world.submission():
        entry = services.retire(
            program=_program_of(world, source),
            source=world.number_of(source),
            submitted_by=submitter.id,
            submitted_at=world.now,
            vintage=vintage,
            quantity=quantity,
            reason=RETIREMENT_REASON,
            key=new_key(),
        )
        _remember(world, entry)


@sentence('the Administrator ends "{first}" to "{last}" because "{ground}"')
def end_instruments(world: World, first: str, last: str, ground: str) -> None:
    with world.act():
        services.cancel_instruments(
            program=world.program,
            blocks=[world.block(first, last)],
            ground=ground,
            ended_at=world.now,
            key=new_key(),
        )


@sentence('the Administrator reverses the transfer because "{ground}"')
def reverse(world: World, ground: str) -> None:
    transfer = world.transfer
    with world.act("reversal"):
        services.reverse(transfer=transfer.key, ground=ground, reversed_at=world.now)


@sentence('the reversal is refused with "{code}"')
def check_reversal_refused(world: World, code: str) -> None:
    world.require_refused("reversal", code)


@sentence('"{person}" approves the transfer')
def approve(world: World, person: str) -> None:
    transfer, somebody = world.transfer, world.anybody(person)
    with world.act():
        note(world, services.approve(key=transfer.key, person=somebody.id, at=world.now))


@sentence('"{person}" rejects the transfer[ because "{ground}"|]')
def reject(world: World, person: str, ground: str | None) -> None:
    transfer, somebody = world.transfer, world.anybody(person)
    with world.act():
        services.reject(key=transfer.key, person=somebody.id, reason=ground or UNSAID, at=world.now)


@sentence('"{person}" cancels the transfer')
def cancel(world: World, person: str) -> None:
    transfer, somebody = world.transfer, world.anybody(person)
    with world.act():
        services.cancel(key=transfer.key, person=somebody.id, at=world.now)


@sentence('the Administrator stops the transfer because "{ground}"')
def stop(world: World, ground: str) -> None:
    transfer = world.transfer
    with world.act():
        services.stop(key=transfer.key, ground=ground, at=world.now, actor="administrator")


@sentence(
    "the transfer is {state:recorded|refused|held|delayed|awaiting approval|cancelled|rejected"
    "|awaiting acceptance|expired}"
)
def check_state(world: World, state: str) -> None:
    if state == "refused" and world.transfer_key is None:
        world.refused_act("transfer")
        return
    transfer = world.transfer
    found = transfer.state.replace("_", " ")
    why = "; ".join(map(str, (*transfer.reasons, *transfer.waits)))
    assert found == state, f"the transfer is {found}, not {state} {why}"


@sentence('the transfer is refused with "{code}"')
def check_refused(world: World, code: str) -> None:
    if world.transfer_key is None:
        world.require_refused("transfer", code)
        return
    transfer = world.transfer
    found = sorted(transfer.reason_codes)
    assert transfer.state == "refused", f"the transfer is {transfer.state}, not refused"
    assert code in found, f"the transfer is refused with {found}, not “{code}”"


@sentence("the transfer was recorded on {day}")
def check_recorded_on(world: World, day: date) -> None:
    transfer = world.transfer
    assert transfer.recorded_at is not None, f"the transfer is {transfer.state}"
    found = world.rules.local_date(transfer.recorded_at)
    assert found == day, f"the transfer was recorded on {found}, not {day}"


@sentence("the transfer is due to be recorded by {day}")
def check_due_on(world: World, day: date) -> None:
    found = world.transfer.due_on
    assert found == day, f"the transfer is due to be recorded by {found}, not {day}"
