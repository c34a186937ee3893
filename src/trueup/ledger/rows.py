"""The rows of holdings that a batch concerns, and how they are cut, in memory.

A block that is cut out of the middle of a holding leaves two pieces with the giver:

    before   [lo .................................. nxt)  of move 7
    after    [lo ....)[first ... last](last+1 ..... nxt)
              move 7   move 9 (prev 7)  move 7

The row at `lo` is shortened, the two others are new; a holding that is handed over
whole is one row changed in place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trueup.ledger.entries import Range


@dataclass(slots=True)
class Row:
    """A holding as it is being planned.

    Attributes:
        was: What the database holds (nxt, move, reservation); None for a new row.
    """

    lo: int
    nxt: int | None
    account: int | None
    move: int | None
    tier: int | None
    reservation: int | None
    was: tuple[int | None, int | None, int | None] | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """Requested serials that the giver cannot give.

    Attributes:
        holder: Account that has them; None where they were never created.
        reserved: They are the giver's, but wait in another transfer.
    """

    range: Range
    holder: int | None
    reserved: bool


class Rows:
    """Parts of the chains of several lots, each in the order of its numbers."""

    def __init__(self, rows: dict[int, list[Row]]) -> None:
        self._rows = rows
        self._starts = {lot: [row.lo for row in chain] for lot, chain in rows.items()}

    def missing(
        self, blocks: Iterable[Range], *, account: int | None, reservation: int | None
    ) -> list[Missing]:
        """The parts of the blocks that the account cannot give."""
        found = []
        for block in blocks:
            expected = block.lo
            for row in self.overlapping(block):
                if row.nxt is None:
                    continue
                part = Range(block.lot, max(row.lo, block.lo), min(row.nxt - 1, block.hi))
                expected = part.hi + 1
                own = row.account == account
                if not own or row.reservation not in (None, reservation):
                    found.append(Missing(part, row.account, own))
            if expected <= block.hi:
                found.append(Missing(Range(block.lot, expected, block.hi), None, False))
        return found

    def overlapping(self, block: Range) -> list[Row]:
        """Rows that hold any number of the block, or close the lot before its end."""
        starts = self._starts.get(block.lot)
        if starts is None:
            return []
        first = max(bisect_right(starts, block.lo) - 1, 0)
        last = bisect_right(starts, block.hi)
        rows = self._rows[block.lot][first:last]
        return [row for row in rows if row.nxt is None or row.nxt > block.lo]

    def cut(self, block: Range) -> list[Row]:
        """Rows that make up exactly the block, after splitting those that stick out."""
        inside = []
        for row in self.overlapping(block):
            part = row if row.lo >= block.lo else self._split(block.lot, row, block.lo)
            if part.nxt is not None and part.nxt > block.hi + 1:
                self._split(block.lot, part, block.hi + 1)
            inside.append(part)
        return inside

    def create(self, block: Range) -> Row:
        """Turn the row that closes a lot into the block, and close the lot behind it."""
        chain = self._rows.get(block.lot, [])
        closing = chain[-1] if chain else None
        if closing is None or closing.nxt is not None or closing.lo != block.lo:
            raise ValueError(f"{block.block} does not follow the lot's last number")
        closing.nxt = block.hi + 1
        chain.append(Row(block.hi + 1, None, None, None, None, None))
        self._starts[block.lot].append(block.hi + 1)
        return closing

    def changed(self) -> Iterator[tuple[int, Row]]:
        """Rows that exist and change, in the order in which they are to be locked."""
        for lot in sorted(self._rows):
            yield from ((lot, row) for row in self._rows[lot] if row.was and row.changed)

    def new(self) -> Iterator[tuple[int, Row]]:
        """Rows that are to be inserted."""
        for lot in sorted(self._rows):
            yield from ((lot, row) for row in self._rows[lot] if row.was is None)

    def _split(self, lot: int, row: Row, at: int) -> Row:
        """Shorten a row to end before `at`; the rest becomes a row of its own."""
        rest = Row(at, row.nxt, row.account, row.move, row.tier, row.reservation)
        row.nxt = at
        row.changed = True
        position = bisect_right(self._starts[lot], at)
        self._starts[lot].insert(position, at)
        self._rows[lot].insert(position, rest)
        return rest
