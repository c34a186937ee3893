"""Serial numbers for transfers by vintage and quantity, several out of the same accounts.

The transferor's earliest recorded blocks go first, the lowest numbers of each first. A
later transfer of a batch finds what the earlier ones have left, and what they brought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from trueup.ledger.entries import HoldingEntry, Range
from trueup.transfers.vintages import KnownVintages

Place = tuple[int, int]  # Account and vintage.
# Their numbers name their vintage.
ALLOWANCES = KnownVintages(None)


class FreeSerials:
    """What accounts can give, vintage by vintage, in the order in which it goes.

    Source: PLAT-051 (note); 40 CFR 62.16375 “CO2 allowances held”.
    """

    def __init__(
        self, holdings: Mapping[int, Sequence[HoldingEntry]], *, known: KnownVintages = ALLOWANCES
    ) -> None:
        self._known = known
        self._free: dict[Place, list[Range]] = {}
        for account, entries in holdings.items():
            for entry in sorted(entries, key=lambda e: (e.move, e.first)):
                if entry.reservation is None:
                    self.add(account, [entry.range])

    def quantity(self, account: int, *, vintage: int) -> int:
        """How many of a vintage an account can still give."""
        return sum(free.quantity for free in self._free.get((account, vintage), ()))

    def take(self, account: int, *, vintage: int, quantity: int) -> tuple[Range, ...]:
        """The next numbers of a vintage; fewer than asked for if there are too few.

        If there are too few, they stay free.
        """
        free = self._free.get((account, vintage), [])
        chosen: list[Range] = []
        wanted = quantity
        for position, block in enumerate(free):
            taken = min(wanted, block.quantity)
            chosen.append(Range(block.lot, block.lo, block.lo + taken - 1))
            wanted -= taken
            if wanted == 0:
                rest = Range(block.lot, block.lo + taken, block.hi)
                free[: position + 1] = [rest] if rest.quantity else []
                break
        return tuple(chosen)

    def remove(self, account: int, ranges: Iterable[Range]) -> None:
        """Note that numbers that were named are no longer there."""
        for gone, vintage in self._known.parts(ranges):
            place = (account, vintage)
            if place in self._free:
                left = (part for block in self._free[place] for part in _without(block, gone))
                self._free[place] = list(left)

    def add(self, account: int, ranges: Iterable[Range]) -> None:
        """Note that numbers have come in, after all others."""
        for block, vintage in self._known.parts(ranges):
            self._free.setdefault((account, vintage), []).append(block)


def _without(block: Range, gone: Range) -> list[Range]:
    """What is left of a block."""
    if block.lot != gone.lot or block.hi < gone.lo or gone.hi < block.lo:
        return [block]
    parts = (
        Range(block.lot, block.lo, gone.lo - 1),
        Range(block.lot, gone.hi + 1, block.hi),
    )
    return [part for part in parts if part.quantity > 0]
