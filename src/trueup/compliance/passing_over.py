"""Serial numbers that were asked for and could not be used, and why.

Source: 40 CFR 62.16340(c)(1); MASS-137, PLAT-085.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trueup.compliance.entries import PassedOver
from trueup.rules.deduction import Block
from trueup.rules.requests import SerialRequest
from trueup.rules.serials import SerialBlock, lot_of_number

NOT_HELD, TOO_NEW, NOT_NEEDED = "not_held", "too_new", "not_needed"
NOT_USABLE = "not_usable"  # A turbine may not use it, or a State has counted it.

Span = tuple[int, int]  # First and last running number.


def passed_over(
    requested: Sequence[SerialRequest],
    *,
    used: Iterable[Block],
    held: Iterable[Block],
    vintage_max: int,
    unusable: Iterable[Block] = (),
) -> tuple[PassedOver, ...]:
    """What of the requests was not used: not held, not usable, too new, or not needed.

    Source: 40 CFR 62.16340(c)(1); 62.16535(a), (c); MASS-137, RATE-025, RATE-028, RATE-039.
    """
    taken = _by_lot(used)
    idle: dict[str, dict[object, list[Span]]] = {
        NOT_USABLE: _by_lot(unusable),
        TOO_NEW: _by_lot(block for block in held if block.vintage > vintage_max),
        NOT_NEEDED: _by_lot(block for block in held if block.vintage <= vintage_max),
    }
    found: list[PassedOver] = []
    for request in requested:
        number = int(request.lot) if isinstance(request.lot, int) else 0
        lot = lot_of_number(number)
        for first, last in without((request.first, request.last), taken.get(request.lot, [])):
            missing = [(first, last)]
            spans: list[tuple[Span, str]] = []
            for reason, by_lot in idle.items():
                left: list[Span] = []
                for span in missing:
                    rest = without(span, by_lot.get(request.lot, []))
                    spans += [(part, reason) for part in without(span, rest)]
                    left += rest
                missing = left
            spans += [(span, NOT_HELD) for span in missing]
            found += [
                PassedOver(SerialBlock(lot=lot, first=low, last=high), reason)
                for (low, high), reason in sorted(spans)
            ]
    return tuple(found)


def without(span: Span, others: Sequence[Span]) -> list[Span]:
    """What is left of a span when others are taken out of it."""
    first, last = span
    left: list[Span] = []
    for low, high in sorted(others):
        if high < first or low > last:
            continue
        if low > first:
            left.append((first, low - 1))
        first = max(first, high + 1)
    if first <= last:
        left.append((first, last))
    return left


def _by_lot(blocks: Iterable[Block]) -> dict[object, list[Span]]:
    by_lot: dict[object, list[Span]] = {}
    for block in blocks:
        by_lot.setdefault(block.lot, []).append((block.first, block.last))
    return by_lot
