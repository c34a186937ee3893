"""Requests by serial number: which request names a serial number first.

Source: 40 CFR 62.16340(c)(1).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from trueup.rules.serials import Lot


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialRequest:
    """Serial numbers of one lot that a representative asks to have deducted first."""

    lot: Lot | int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Which request names each serial number first.

    Attributes:
        by_lot: Per lot, in order and without overlap: first, last, place of the request.
    """

    by_lot: Mapping[Lot | int, Sequence[tuple[int, int, int]]]

    def within(self, lot: Lot | int, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        """What is named between two numbers of a lot: first, last, place of the request."""
        spans = self.by_lot.get(lot, ())
        start = bisect_left(spans, first, key=lambda span: span[1])
        for place in range(start, len(spans)):
            low, high, request = spans[place]
            if low > last:
                return
            yield max(low, first), min(high, last), request


def first_named(requested: Sequence[SerialRequest]) -> Named:
    """Divide what requests name, so that a serial number belongs to the first that names it.

    Source: 40 CFR 62.16340(c)(1).
    """
    by_lot: dict[Lot | int, list[tuple[int, int, int]]] = defaultdict(list)
    for place, request in enumerate(requested):
        by_lot[request.lot].append((request.first, request.last, place))
    return Named(by_lot={lot: _divided(spans) for lot, spans in by_lot.items()})


def _divided(spans: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The same numbers without overlap, each left to the span with the lowest place.

    Walks from edge to edge and keeps the spans that are open there in a heap, so that
    many overlapping requests take no more than sorting them.
    """
    edges = sorted({edge for first, last, _ in spans for edge in (first, last + 1)})
    waiting = sorted(spans, reverse=True)
    open_spans: list[tuple[int, int]] = []  # Place, last number.
    divided: list[tuple[int, int, int]] = []
    for first, after in pairwise(edges):
        while waiting and waiting[-1][0] <= first:
            _, last, place = waiting.pop()
            heappush(open_spans, (place, last))
        while open_spans and open_spans[0][1] < first:
            heappop(open_spans)
        if open_spans:
            divided.append((first, after - 1, open_spans[0][0]))
    return divided
