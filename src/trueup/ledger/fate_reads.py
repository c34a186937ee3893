"""What became of serial numbers that were issued: in which kinds of account they are.

Source: 40 CFR 62.16515(g)(7) to (9), (i); RATE-205, RATE-209.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, IntegerField, QuerySet, Subquery, Sum, Value
from django.db.models.functions import ExtractYear, Greatest, Least

from trueup.ledger.entries import Range
from trueup.ledger.models import Holding, Transaction
from trueup.rules import programs

RANGES_MAX = 200


def fates_of(ranges: Sequence[Range]) -> list[dict[str, int]]:
    """How many numbers of each range are in accounts of each kind.

    One statement for every RANGES_MAX ranges, however many blocks they were cut into.

    Source: 40 CFR 62.16515(g)(7) to (9); RATE-205.
    """
    found: list[dict[str, int]] = [{} for _ in ranges]
    for start in range(0, len(ranges), RANGES_MAX):
        first, *rest = [
            _of_range(start + place, item)
            for place, item in enumerate(ranges[start : start + RANGES_MAX])
        ]
        for row in first.union(*rest, all=True) if rest else first:
            found[row["place"]][row["account__kind"]] = row["total"]
    return found


def _of_range(place: int, item: Range) -> QuerySet[Any, Any]:
    """The blocks from the one that holds the first number on, cut to the range."""
    start = Holding.objects.filter(lot_id=item.lot, lo__lte=item.lo).order_by("-lo").values("lo")
    return (
        Holding.objects.filter(
            lot_id=item.lot,
            lo__gte=Subquery(start[:1]),
            lo__lte=item.hi,
            account__isnull=False,
        )
        .annotate(
            place=Value(place, output_field=IntegerField()),
            part=Least(F("nxt") - 1, Value(item.hi)) - Greatest(F("lo"), Value(item.lo)) + 1,
        )
        .values("place", "account__kind")
        .annotate(total=Sum("part"))
        .order_by()
    )


def yearly_totals(program: str) -> dict[tuple[int, str], tuple[int, int]]:
    """Number and quantity of a program's transactions, by year of recording and type.

    The year is that of the program's zone. It reads the whole journal: the clock asks.

    Source: 40 CFR 62.16515(i)(2); RATE-209.
    """
    zone = programs.load(program).zone
    rows = (
        Transaction.objects.filter(destination__program__code=program)
        .annotate(year=ExtractYear("recorded_at", tzinfo=zone))
        .values("year", "type")
        .annotate(number=Count("id"), total=Sum("quantity"))
        .order_by()
    )
    return {(row["year"], row["type"]): (row["number"], row["total"]) for row in rows}
