"""What credits stand for, where their serial numbers do not say it.

An allowance's lot is of its vintage. A credit's lot is of the year of issue: each issue
keeps the year of its MWh, and what a State has counted towards its own measures does not
qualify any more.

Source: 40 CFR 62.16420(c)(3), (d)(1); 62.16515(f); 62.16535(a)(1); RATE-025, RATE-142.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trueup.audit.statements import among
from trueup.ledger.entries import Range
from trueup.ledger.models import Disqualification, Issue
from trueup.rules.serials import lot_of_number


class Part(NamedTuple):
    """Numbers of one vintage that qualify, or that do not."""

    first: int
    last: int
    vintage: int
    qualifies: bool


@dataclass(frozen=True, slots=True)
class Vintages:
    """What is known of the numbers of some lots.

    Attributes:
        issues: Of each lot, in order: first and last number of an issue, and its vintage.
        disqualified: Of each lot, first and last numbers.
    """

    issues: Mapping[int, Sequence[tuple[int, int, int]]]
    disqualified: Mapping[int, Sequence[tuple[int, int]]]

    def parts(self, lot: int, first: int, last: int) -> Iterator[Part]:
        """A block divided by vintage and by whether it qualifies, in order.

        Numbers that were never issued are left out.
        """
        edges = {first}
        for low, high in self.disqualified.get(lot, ()):
            edges |= {edge for edge in (low, high + 1) if first < edge <= last}
        starts = sorted(edges)
        for start, after in zip(starts, [*starts[1:], last + 1], strict=True):
            qualifies = not any(
                low <= start <= high for low, high in self.disqualified.get(lot, ())
            )
            for low, high, vintage in self._by_vintage(lot, start, after - 1):
                yield Part(low, high, vintage, qualifies)

    def usable(
        self, block: Range, *, vintage_max: int, barred: Collection[str] = ()
    ) -> Iterator[Range]:
        """What of a block pays a debt: it qualifies, is not barred and not too new.

        Source: 40 CFR 62.16420(c)(3); 62.16434(c)(3); 62.16535(e).
        """
        if lot_of_number(block.lot).category in barred:
            return
        for part in self.parts(*block):
            if part.qualifies and part.vintage <= vintage_max:
                yield Range(block.lot, part.first, part.last)

    def _by_vintage(self, lot: int, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        issues = self.issues.get(lot, ())
        start = max(bisect_right(issues, first, key=lambda issue: issue[0]) - 1, 0)
        found: tuple[int, int, int] | None = None
        for place in range(start, len(issues)):
            low, high, vintage = issues[place]
            low, high = max(low, first), min(high, last)
            if low > last:
                break
            if low > high:
                continue
            if found is not None and found[2] == vintage and found[1] + 1 == low:
                low = found[0]
            elif found is not None:
                yield found
            found = (low, high, vintage)
        if found is not None:
            yield found


def vintages_of(lots: Iterable[int], *, fresh: Iterable[tuple[Range, int]] = ()) -> Vintages:
    """What is known of some lots' numbers, in two statements.

    Args:
        fresh: Numbers that are about to be issued, and their vintage.

    Source: 40 CFR 62.16420(c)(3), (d)(1); RATE-142.
    """
    wanted = among(sorted(set(lots)))
    issues: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    rows = Issue.objects.filter(lot_id__in=wanted).order_by("lot_id", "lo")
    for lot, low, high, vintage in rows.values_list("lot_id", "lo", "hi", "vintage"):
        issues[lot].append((low, high, vintage))
    for block, vintage in fresh:
        issues[block.lot].append((block.lo, block.hi, vintage))
    disqualified: dict[int, list[tuple[int, int]]] = defaultdict(list)
    spans = Disqualification.objects.filter(lot_id__in=wanted).order_by("lot_id", "lo")
    for lot, low, high in spans.values_list("lot_id", "lo", "hi"):
        disqualified[lot].append((low, high))
    return Vintages(issues, disqualified)
