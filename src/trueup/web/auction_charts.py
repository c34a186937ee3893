"""Charts of auctions: supply and demand as steps with the price; prices over time.

Source: RGGI-041, RGGI-045.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from trueup.auctions.result_queries import Curves, PricePoint
from trueup.rules.auction_curve import Step, points
from trueup.web.charts import Look, Spec, framed

LABELLED_MAX = 20


def supply_and_demand(curves: Curves, *, shown: Look) -> Spec:
    """Both curves over the quantity, and the clearing price as a line across.

    Supply goes straight up where all that was offered ends, as demand does at its start.
    """
    supply, demand, cleared = _("Supply"), _("Demand"), _("Clearing price")
    top = max([step.price_cents for step in (*curves.supply, *curves.demand)], default=0)
    rows: list[dict[str, str | int | float]] = [
        *_rows(supply, [*points(curves.supply), *_upright(curves.supply, top)]),
        *_rows(demand, [*points(curves.demand), *_down(curves.demand)]),
    ]
    if curves.price_cents is not None:
        end = max([step.end for step in (*curves.supply, *curves.demand)], default=0)
        rows += _rows(cleared, [(0, curves.price_cents), (end, curves.price_cents)])
    series = [supply, demand, cleared]
    lines: Spec = {
        "mark": {"type": "line", "strokeWidth": 2.5, "strokeJoin": "miter"},
        "encoding": {
            "x": _axis("quantity", _("Allowances")),
            "y": _price_axis(),
            "order": {"field": "place"},
            "color": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": series, "range": [shown.second, shown.first, shown.ink]},
                "legend": {"title": None, "orient": "bottom"},
            },
            "strokeDash": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": series, "range": [[1, 0], [7, 3], [2, 3]]},
                "legend": None,
            },
        },
    }
    return framed({**_size(shown), "layer": [lines]}, rows, shown)


def prices(history: Sequence[PricePoint], *, shown: Look) -> Spec:
    """The clearing price of each auction as a point, its reserve price as a mark."""
    rows: list[dict[str, str | int | float]] = []
    for point in history:
        row: dict[str, str | int | float] = {
            "auction": point.number,
            "reserve": point.reserve_price_cents / 100,
        }
        if point.price_cents is not None:
            row["price"] = point.price_cents / 100
        rows.append(row)
    few = len(rows) <= (8 if shown.narrow else LABELLED_MAX)
    x: Spec = {
        "field": "auction",
        "type": "nominal",
        "sort": None,
        "title": _("Auction"),
        "axis": {"labelAngle": 0, "labels": few, "ticks": few},
    }
    price = {"field": "price", "type": "quantitative", "title": _("Dollars an allowance")}
    reserve = {"field": "reserve", "type": "quantitative", "title": _("Dollars an allowance")}
    return framed(
        {
            **_size(shown),
            "layer": [
                {
                    "mark": {
                        "type": "line",
                        "color": shown.first,
                        "point": {"filled": True, "size": 70, "color": shown.first},
                    },
                    "encoding": {"x": x, "y": price},
                },
                {
                    "mark": {"type": "tick", "color": shown.ink, "thickness": 2, "width": 18},
                    "encoding": {"x": x, "y": reserve},
                },
            ],
        },
        rows,
        shown,
    )


def _rows(series: str, corners: Sequence[tuple[int, int]]) -> list[dict[str, str | int | float]]:
    return [
        {"series": series, "place": place, "quantity": quantity, "price": cents / 100}
        for place, (quantity, cents) in enumerate(corners)
    ]


def _upright(supply: Sequence[Step], top: int) -> list[tuple[int, int]]:
    """Where supply ends it goes up: no more is sold at any price."""
    if not supply or supply[-1].price_cents >= top:
        return []
    return [(supply[-1].end, top)]


def _down(demand: Sequence[Step]) -> list[tuple[int, int]]:
    """Where demand ends it goes down to nothing."""
    return [(demand[-1].end, 0)] if demand else []


def _axis(field: str, title: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "axis": {"tickCount": 5, "format": "~s"},
    }


def _price_axis() -> Spec:
    return {
        "field": "price",
        "type": "quantitative",
        "title": _("Dollars an allowance"),
        "axis": {"tickCount": 5, "format": ",.2f"},
    }


def _size(shown: Look) -> Spec:
    return {"width": 250 if shown.narrow else 560, "height": 200 if shown.narrow else 260}
