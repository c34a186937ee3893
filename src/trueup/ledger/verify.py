"""Audit: replay the journal from nothing and compare it with the holdings.

The replay trusts none of the kernel's code or constraints. It keeps, for every move,
the pieces of its block that nobody has moved on; each following move must find its
block whole in one piece of the move it names, held by the account it names. What is
left at the end is who holds what, and the holdings must say the same.

Source: PLAT-001, PLAT-041; MASS-169.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from trueup.ledger.models import Holding, Lot, Move
from trueup.rules.serials import SerialBlock, lot_of_number

CHUNK = 20_000
DIFFERENCES_SHOWN = 100

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What the audit read and where the books contradict themselves.

    Attributes:
        moves: Lines of the journal that were replayed.
        lots: Number lines that were compared.
        serials: Serial numbers that were found in exactly one account.
        differences: What is wrong, the first one found first; at most a hundred.
    """

    moves: int
    lots: int
    serials: int
    differences: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not self.differences


@dataclass(slots=True)
class _Held:
    """What is left of a move's block: pieces by their first number."""

    account: int
    lot: int
    tier: int
    pieces: dict[int, int] = field(default_factory=dict)

    def take(self, lo: int, hi: int) -> bool:
        """Remove lo..hi if it lies in one piece; what sticks out stays."""
        start = lo if lo in self.pieces else self._piece_with(lo)
        end = self.pieces.get(start, 0) if start is not None else 0
        if start is None or end < hi:
            return False
        del self.pieces[start]
        if start < lo:
            self.pieces[start] = lo - 1
        if hi < end:
            self.pieces[hi + 1] = end
        return True

    def _piece_with(self, number: int) -> int | None:
        starts = sorted(self.pieces)
        position = bisect_right(starts, number) - 1
        return starts[position] if position >= 0 else None


def audit(*, progress: Progress | None = None) -> AuditReport:
    """Replay the journal, compare every holding, and name the differences.

    Args:
        progress: Is called with the number of moves replayed so far.

    Source: PLAT-001; PLAT-041; MASS-169.
    """
    replay = _Replay()
    for count, move in enumerate(_moves(), start=1):
        replay.apply(move)
        if progress is not None and count % CHUNK == 0:
            progress(count)
    replay.compare()
    return AuditReport(
        moves=replay.count,
        lots=len(replay.created),
        serials=sum(replay.created.values()),
        differences=tuple(replay.differences[:DIFFERENCES_SHOWN]),
    )


_MoveRow = tuple[int, int, int, int, int | None, int, int | None, int]

_HoldingRow = tuple[int, int | None, int | None, int | None, int | None]


def _moves() -> Iterator[_MoveRow]:
    rows = Move.objects.order_by("id").values_list(
        "id", "lot_id", "lo", "hi", "source_id", "destination_id", "prev_id", "tier"
    )
    yield from rows.iterator(chunk_size=CHUNK)


class _Replay:
    def __init__(self) -> None:
        self.count = 0
        self.held: dict[int, _Held] = {}
        self.created: dict[int, int] = {}
        self.differences: list[str] = []

    def apply(self, row: _MoveRow) -> None:
        move, lot, lo, hi, _, destination, prev, tier = row
        self.count += 1
        if prev is None:
            self._create(move, lot, lo, hi)
        else:
            self._follow(row, prev)
        self.held[move] = _Held(destination, lot, tier, {lo: hi})

    def _create(self, move: int, lot: int, lo: int, hi: int) -> None:
        expected = self.created.get(lot, 0) + 1
        if lo != expected:
            self._differs(
                f"move {move} creates {_block(lot, lo, hi)}; the next number is {expected}"
            )
        self.created[lot] = max(self.created.get(lot, 0), hi)

    def _follow(self, row: _MoveRow, prev: int) -> None:
        move, lot, lo, hi, source = row[:5]
        before = self.held.get(prev)
        if before is None:
            self._differs(f"move {move} follows move {prev}, which is not in the journal before it")
            return
        if before.account != source or before.lot != lot:
            self._differs(f"move {move} takes {_block(lot, lo, hi)} from an account without it")
        if not before.take(lo, hi):
            self._differs(f"move {move} takes {_block(lot, lo, hi)}, which had left move {prev}")
        elif not before.pieces:
            del self.held[prev]

    def compare(self) -> None:
        """Set what the journal leaves against the holdings, lot by lot."""
        expected: dict[int, list[tuple[int, int, int, int, int]]] = {}
        for move, held in self.held.items():
            chain = expected.setdefault(held.lot, [])
            chain += [(lo, hi, held.account, move, held.tier) for lo, hi in held.pieces.items()]
        ends = dict(Lot.objects.values_list("id", "next_serial"))
        found = self._holdings()
        for lot in sorted(expected.keys() | found.keys() | ends.keys()):
            chain = sorted(expected.get(lot, ()))
            self._compare_lot(lot, chain, found.get(lot, []), ends.get(lot))

    def _holdings(self) -> dict[int, list[_HoldingRow]]:
        rows: dict[int, list[_HoldingRow]] = {}
        read = Holding.objects.order_by("lot_id", "lo").values_list(
            "lot_id", "lo", "nxt", "account_id", "move_id", "tier"
        )
        for lot, lo, nxt, account, move, tier in read.iterator(chunk_size=CHUNK):
            rows.setdefault(lot, []).append((lo, nxt, account, move, tier))
        return rows

    def _compare_lot(
        self,
        lot: int,
        chain: list[tuple[int, int, int, int, int]],
        rows: list[_HoldingRow],
        next_serial: int | None,
    ) -> None:
        created = self.created.get(lot, 0)
        if next_serial != created + 1:
            self._differs(f"lot {_code(lot)} should end at {created}; its row says {next_serial}")
        position = 0
        expected_lo = 1
        for lo, nxt, account, move, tier in rows:
            if lo != expected_lo:
                self._differs(
                    f"{_block(lot, min(lo, expected_lo), max(lo, expected_lo) - 1)}"
                    " is in no account or in two"
                )
            if nxt is None:
                break
            expected_lo = nxt
            while position < len(chain) and chain[position][1] < lo:
                position += 1
            inside = (
                position < len(chain) and chain[position][0] <= lo < nxt <= chain[position][1] + 1
            )
            if not inside or chain[position][2:] != (account, move, tier):
                self._differs(f"{_block(lot, lo, nxt - 1)} is not where the journal leaves it")
        if expected_lo != created + 1:
            self._differs(f"lot {_code(lot)}: holdings end at {expected_lo - 1}, not at {created}")

    def _differs(self, sentence: str) -> None:
        self.differences.append(sentence)


def _code(lot: int) -> str:
    return lot_of_number(lot).code


def _block(lot: int, lo: int, hi: int) -> str:
    return str(SerialBlock(lot=lot_of_number(lot), first=lo, last=max(lo, hi)))
