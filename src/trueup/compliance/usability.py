"""Which of the blocks of an account count at all, and for which year.

An allowance's vintage is in its serial number. A credit's is the year of its MWh; credits
that a State has counted towards its own measures count no more, and gas-shift credits
never count for a turbine.

Source: 40 CFR 62.16420(c)(3), (d)(1); 62.16434(c)(3); 62.16535(a)(1).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from trueup.ledger.vintages import Vintages, vintages_of
from trueup.rules.control_period import offsets_max
from trueup.rules.deduction import Block, Limit
from trueup.rules.program import Program
from trueup.rules.serials import SerialBlock, lot_of_number
from trueup.state_accounts.offsets import CATEGORY as OFFSETS
from trueup.state_plans import queries as state_plans


@dataclass(frozen=True, slots=True)
class Usability:
    """What is known of some lots' numbers.

    Attributes:
        vintages: None where serial numbers name their vintage.
        unlinked: States whose instruments do not count, with the first year of those.
        oldest: The first vintage that has not expired; 0 where none expires.
    """

    vintages: Vintages | None
    unlinked: Mapping[str, int] = field(default_factory=dict)
    oldest: int = 0

    def parts(self, block: Block, *, barred: Collection[str] = ()) -> Iterator[tuple[Block, bool]]:
        """A block divided by vintage and by whether it can be used.

        Source: 40 CFR 62.16420(c)(3), (d)(1); 62.16434(c)(3); preamble III.A.1; PLAT-091.
        """
        lot = block.lot
        if self.vintages is None or not isinstance(lot, int):
            is_out = isinstance(lot, int) and self._is_unlinked(lot)
            is_out = is_out or (isinstance(lot, int) and category_of(lot) in barred)
            yield block, not is_out and block.vintage >= self.oldest
            return
        is_barred = category_of(lot) in barred or self._is_unlinked(lot)
        for first, last, vintage, qualifies in self.vintages.parts(lot, block.first, block.last):
            part = replace(block, first=first, last=last, vintage=vintage)
            yield part, qualifies and not is_barred and vintage >= self.oldest

    def _is_unlinked(self, lot: int) -> bool:
        """Whether a State issued a lot under a plan of its own that is not linked.

        Source: preamble III.A.1, V.A; MASS-072, RATE-217; PLAT-091.
        """
        if not self.unlinked:
            return False
        found = lot_of_number(lot)
        since = self.unlinked.get(found.jurisdiction)
        return since is not None and found.year >= since

    def vintages_within(
        self, block: SerialBlock, *, program_number: int
    ) -> Iterator[tuple[SerialBlock, int]]:
        """A block of serial numbers divided by vintage.

        Source: 40 CFR 62.16420(d)(1).
        """
        if self.vintages is None:
            yield block, block.lot.year
            return
        lot = block.lot.number(program_number)
        for first, last, vintage, _ in self.vintages.parts(lot, block.first, block.last):
            yield SerialBlock(lot=block.lot, first=first, last=last), vintage


def read_usability(rules: Program, lots: Iterable[int], *, on: date | None = None) -> Usability:
    """What is known of lots; in two statements where serial numbers do not say it.

    Args:
        on: The day whose links count, and by which vintages expire, such as a deadline;
            without it neither is looked at.

    Source: 40 CFR 62.16420(c)(3), (d)(1); preamble III.A.1, V.A; PLAT-091.
    """
    years = rules.expires_after_years
    return Usability(
        oldest=on.year - years if on is not None and years is not None else 0,
        vintages=vintages_of(lots) if rules.is_rate_based else None,
        unlinked=state_plans.unlinked(program=rules.code, on=on) if on is not None else {},
    )


def barred_beyond_limit(rules: Program) -> frozenset[str]:
    """What is never taken for excess emissions, nor after the settlement.

    Where offset allowances can meet only a part of an obligation, what is owed besides is
    owed in other allowances.

    Source: RGGI-033; docs/decisions/0361.
    """
    return frozenset({OFFSETS}) if rules.market.limits_offsets else frozenset()


def offset_limit(rules: Program, *, obligation: int, blocks: Iterable[Block]) -> Limit | None:
    """How many of the offset allowances among blocks can meet an obligation; None: all.

    The limit is taken of each deadline's own obligation, rounded down, so that those of a
    control period together keep within it.

    Source: RGGI-033; docs/decisions/0361.
    """
    percent = rules.market.offsets_percent
    if percent is None or not rules.market.limits_offsets:
        return None
    lots = {block.lot for block in blocks}
    return Limit(
        lots={lot for lot in lots if isinstance(lot, int) and category_of(lot) == OFFSETS},
        quantity=offsets_max(obligation, percent=percent),
    )


@cache
def year_of(lot: int) -> int:
    """The year in a lot's number: the vintage of allowances, the year of issue of credits."""
    return lot_of_number(lot).year


@cache
def category_of(lot: int) -> str:
    """The category in a lot's number; empty for allowances."""
    return lot_of_number(lot).category
