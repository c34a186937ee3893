"""An account's statement: what it held, what came and went, what it holds then.

A pure reading of the journal. A period of days and a past instant both stand for places
in it, so that what an account held at the end is always what it held at the beginning,
with what came and without what went; nothing here is stored.

Source: PLAT-041, PLAT-056, PLAT-140; docs/decisions/0230.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from trueup.ledger import account_journal, queries
from trueup.ledger.account_journal import LotFlow
from trueup.ledger.entries import AccountEntry, TransactionEntry
from trueup.rules import programs
from trueup.rules.programs import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import Lot, SerialBlock, join

# What one document holds at most; beyond it the download is read part by part.
MOVEMENTS_MAX = 5_000
BLOCKS_MAX = 20_000
# Days that a statement can name; beyond them no time zone has an instant.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
# What is shown of the serial numbers of one movement; the downloads have all.
BLOCKS_SHOWN = 20
_BATCH = 200


class StatementTooLong(Refusal):
    code = "disclosure.too_long"
    cite = "docs/decisions/0230"


class StatementBackwards(Refusal):
    code = "disclosure.backwards"
    cite = "docs/decisions/0230"


class StatementOutOfRange(Refusal):
    code = "disclosure.out_of_range"
    cite = "docs/decisions/0230"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLot:
    """How much of one lot and vintage an account held."""

    lot: Lot
    vintage: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VintageFlow:
    """A vintage in a statement: held at the start, received, given, held at the end."""

    vintage: int
    opening: int
    received: int
    given: int
    closing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One transaction of the account, as the account sees it.

    Attributes:
        position: Its number in the journal.
        counterparty: The other account; None where instruments were created.
        blocks: Its serial numbers, in order, adjacent ones as one.
        balance: What the account held after it, all vintages together.
    """

    transaction: TransactionEntry
    is_incoming: bool
    blocks: tuple[SerialBlock, ...]
    balance: int

    @property
    def position(self) -> int:
        return self.transaction.id

    @property
    def recorded_at(self) -> datetime:
        return self.transaction.recorded_at

    @property
    def quantity(self) -> int:
        return self.transaction.quantity

    @property
    def counterparty(self) -> AccountEntry | None:
        return self.transaction.source if self.is_incoming else self.transaction.destination

    @property
    def shown(self) -> tuple[SerialBlock, ...]:
        """The first of its blocks, for a page."""
        return self.blocks[:BLOCKS_SHOWN]

    @property
    def hidden(self) -> int:
        """How many further blocks it has."""
        return max(len(self.blocks) - BLOCKS_SHOWN, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementHead:
    """The sums of a statement, without its movements.

    Attributes:
        opening, closing: By lot, the oldest vintage first.
        after: The journal position at which the period begins; nothing of it counts.
        until: The last journal position of the account in the period.
        transactions: How many there are between the two.
    """

    account: AccountEntry
    program: str
    start: date
    end: date
    opening: tuple[HeldLot, ...]
    closing: tuple[HeldLot, ...]
    vintages: tuple[VintageFlow, ...]
    received: int
    given: int
    after: int
    until: int
    transactions: int

    @property
    def opening_total(self) -> int:
        return sum(row.quantity for row in self.opening)

    @property
    def closing_total(self) -> int:
        return sum(row.quantity for row in self.closing)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatement:
    """A whole statement: its sums, and every movement with its serial numbers."""

    head: StatementHead
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsAsOf:
    """What an account held at an instant.

    Attributes:
        position: The last journal position of the account by then; 0 before the first.
        lots: By lot, the oldest vintage first.
        blocks: Serial numbers in order, adjacent ones as one; empty if `is_cut`.
        is_cut: There were more blocks than are put in order at once.
    """

    account: AccountEntry
    at: datetime
    position: int
    lots: tuple[HeldLot, ...]
    blocks: tuple[SerialBlock, ...]
    is_cut: bool

    @property
    def total(self) -> int:
        return sum(row.quantity for row in self.lots)


def account_statement(account: int, *, program: str, start: date, end: date) -> AccountStatement:
    """The statement of an account for the days from `start` to `end`, both included.

    The days are those of the program's time zone.

    Raises Refused (`disclosure.backwards`) if it ends before it begins,
    (`disclosure.out_of_range`) for days that no account has lived, and
    (`disclosure.too_long`) if it has more movements or blocks than one document
    holds; `movements` gives them part by part.

    Source: PLAT-041, PLAT-140; docs/decisions/0230.
    """
    head = statement_head(account, program=program, start=start, end=end)
    if head.transactions > MOVEMENTS_MAX:
        raise Refused([_too_long(f"{head.transactions:,} transactions", MOVEMENTS_MAX)])
    found: list[Movement] = []
    blocks = 0
    for movement in movements(head):
        blocks += len(movement.blocks)
        if blocks > BLOCKS_MAX:
            raise Refused([_too_long("more blocks of serial numbers", BLOCKS_MAX)])
        found.append(movement)
    return AccountStatement(head=head, movements=tuple(found))


def holdings_as_of(account: int, *, at: datetime) -> HoldingsAsOf:
    """What an account held at an instant, from what had been recorded by then.

    Source: PLAT-041; 40 CFR 62.16375 “Recordation”.
    """
    position = account_journal.position_at(account, at=at)
    read = list(islice(account_journal.blocks_held_at(account, position=position), BLOCKS_MAX + 1))
    is_cut = len(read) > BLOCKS_MAX
    return HoldingsAsOf(
        account=queries.account(account),
        at=at,
        position=position,
        lots=_held(account_journal.flows(account, after=position, until=position)),
        blocks=() if is_cut else tuple(join(read)),
        is_cut=is_cut,
    )


def statement_head(account: int, *, program: str, start: date, end: date) -> StatementHead:
    """The sums of a statement; as much work for its last page as for its first.

    Raises Refused (`disclosure.backwards`, `disclosure.out_of_range`).

    Source: PLAT-041, PLAT-140.
    """
    if end < start:
        raise Refused([StatementBackwards(f"The statement ends on {end}, before it begins.")])
    if start < FIRST_DAY or end > LAST_DAY:
        raise Refused([StatementOutOfRange(f"A day is between {FIRST_DAY} and {LAST_DAY}.")])
    rules = programs.load(program)
    after = account_journal.position_at(account, at=end_of(start - timedelta(days=1), rules))
    until = max(after, account_journal.position_at(account, at=end_of(end, rules)))
    flows = account_journal.flows(account, after=after, until=until)
    part = account_journal.part(account, after=after, until=until)
    return StatementHead(
        account=queries.account(account),
        program=program,
        start=start,
        end=end,
        opening=_held(flows),
        closing=_held(flows, at_the_end=True),
        vintages=_by_vintage(flows),
        received=part.received,
        given=part.given,
        after=after,
        until=until,
        transactions=part.transactions,
    )


def movements_page(head: StatementHead, *, after: int, limit: int) -> list[Movement]:
    """The movements of a statement that follow a journal position, the earliest first."""
    start = max(after, head.after)
    before = account_journal.part(head.account.id, after=head.after, until=start)
    balance = head.opening_total + before.received - before.given
    return _movements(head, after=start, limit=limit, balance=balance)


def movements(head: StatementHead) -> Iterator[Movement]:
    """All movements of a statement, a batch in memory at a time.

    Source: PLAT-140.
    """
    after, balance = head.after, head.opening_total
    while found := _movements(head, after=after, limit=_BATCH, balance=balance):
        yield from found
        after, balance = found[-1].position, found[-1].balance


def blocks_as_of(holdings: HoldingsAsOf) -> Iterator[SerialBlock]:
    """All serial numbers held at the instant; of a very long list, in order of receipt."""
    if holdings.is_cut:
        yield from account_journal.blocks_held_at(holdings.account.id, position=holdings.position)
    else:
        yield from holdings.blocks


def end_of(day: date, program: Program) -> datetime:
    """The last instant of a day in the program's time zone."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=program.zone)
    return midnight - timedelta(microseconds=1)


def _movements(head: StatementHead, *, after: int, limit: int, balance: int) -> list[Movement]:
    lines = account_journal.entries_between(
        head.account.id, after=after, until=head.until, limit=limit
    )
    blocks = queries.blocks_of(line.id for line in lines)
    found = []
    for line in lines:
        is_incoming = line.destination.id == head.account.id
        balance += line.quantity if is_incoming else -line.quantity
        found.append(
            Movement(
                transaction=line,
                is_incoming=is_incoming,
                blocks=tuple(join(blocks.get(line.id, ()))),
                balance=balance,
            )
        )
    return found


def _held(flows: Sequence[LotFlow], *, at_the_end: bool = False) -> tuple[HeldLot, ...]:
    held = (
        HeldLot(
            lot=flow.lot,
            vintage=flow.vintage,
            quantity=flow.held + (flow.received - flow.given if at_the_end else 0),
        )
        for flow in flows
    )
    return tuple(row for row in held if row.quantity)


def _by_vintage(flows: Sequence[LotFlow]) -> tuple[VintageFlow, ...]:
    sums: dict[int, list[int]] = {}
    for flow in flows:
        row = sums.setdefault(flow.vintage, [0, 0, 0])
        row[0] += flow.held
        row[1] += flow.received
        row[2] += flow.given
    return tuple(
        VintageFlow(
            vintage=vintage,
            opening=held,
            received=received,
            given=given,
            closing=held + received - given,
        )
        for vintage, (held, received, given) in sorted(sums.items())
    )


def _too_long(what: str, limit: int) -> StatementTooLong:
    return StatementTooLong(
        f"The statement has {what}; a document holds at most {limit:,}."
        " Choose a shorter period, or download it as CSV or XLSX."
    )
