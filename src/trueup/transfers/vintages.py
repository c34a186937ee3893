"""Of which vintages blocks are: an allowance's number says it, a credit's issue does.

Source: 40 CFR 62.16420(c)(3), (d)(1); 62.16375; RATE-142, RATE-186.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trueup.ledger.entries import Range, range_of
from trueup.ledger.vintages import Vintages, vintages_of
from trueup.rules.program import Program
from trueup.rules.serials import SerialBlock, lot_of_number


@dataclass(frozen=True, slots=True)
class KnownVintages:
    """What is known of some lots' vintages.

    Attributes:
        issues: None where serial numbers name their vintage.
    """

    issues: Vintages | None

    def parts(self, ranges: Iterable[Range]) -> Iterator[tuple[Range, int]]:
        """Ranges divided by vintage, in their order.

        What was never issued has the year in its number: it is refused for another reason.

        Source: 40 CFR 62.16420(c)(3), (d)(1); RATE-186.
        """
        for item in ranges:
            found = list(self.issues.parts(*item)) if self.issues is not None else []
            if not found:
                yield item, lot_of_number(item.lot).year
            for part in found:
                yield Range(item.lot, part.first, part.last), part.vintage

    def of(self, ranges: Iterable[Range]) -> list[int]:
        """The vintages of some ranges."""
        return [vintage for _, vintage in self.parts(ranges)]


def read_vintages(rules: Program, lots: Iterable[int]) -> KnownVintages:
    """What is known of lots; two statements where serial numbers do not say it.

    Source: 40 CFR 62.16420(c)(3); RATE-186.
    """
    return KnownVintages(vintages_of(lots) if rules.is_rate_based else None)


def vintages_in(rules: Program, blocks: Iterable[SerialBlock]) -> list[int]:
    """The vintages of some blocks.

    Source: 40 CFR 62.16420(c)(3); RATE-186.
    """
    ranges = [range_of(block, program_number=rules.number) for block in blocks]
    return read_vintages(rules, {item.lot for item in ranges}).of(ranges)
