"""Charts of what holders owe and hold; each stands beside a table of its figures."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.disclosure.standing import Standing
from trueup.web.charts import Look, Spec, framed

ACCOUNTS_SHOWN = 12
_LONGEST_NAME = 26


def held_by_vintage(standing: Standing, *, shown: Look, words: tuple[str, str, str]) -> Spec:
    """What an account can use, stacked by vintage, above what it owes so far.

    Vintages that are too new for the period stand in a bar of their own.

    Args:
        words: For what is usable, what is owed, and what is for later periods.
    """
    usable, owed, later = words
    last = standing.period.last_year if standing.period is not None else None
    rows: list[dict[str, str | int | float]] = [
        {
            "what": usable if last is None or held.vintage <= last else later,
            "part": str(held.vintage),
            "amount": held.quantity,
        }
        for held in standing.vintages
    ]
    if standing.obligation is not None:
        rows.append({"what": owed, "part": owed, "amount": standing.obligation})
    order = [word for word in words if any(row["what"] == word for row in rows)]
    parts = [str(held.vintage) for held in standing.vintages]
    steps = [shown.second if place % 2 == 0 else shown.soft for place in range(len(parts))]
    domain, colours = [*parts, owed], [*steps, shown.first]
    bars: Spec = {
        "mark": {"type": "bar", "height": 26, "stroke": shown.edge, "strokeWidth": 1},
        "encoding": {
            **_axes(order),
            "color": {
                "field": "part",
                "type": "nominal",
                "scale": {"domain": domain, "range": colours},
                "legend": None,
            },
            "order": {"field": "part", "type": "nominal"},
        },
    }
    return framed(
        {
            "width": 200 if shown.narrow else 520,
            "height": {"step": 38},
            "layer": [bars],
        },
        rows,
        shown,
    )


def accounts_against_obligations(
    standings: Sequence[Standing], *, shown: Look, words: tuple[str, str]
) -> Spec:
    """Accounts that owe something: usable as a bar, the obligation as a mark."""
    usable, owed = words
    rows: list[dict[str, str | int | float]] = []
    for standing in standings[:ACCOUNTS_SHOWN]:
        # Two accounts may have one name: the number tells them apart.
        name = f"{_short(standing.name)} {standing.account.number[-4:]}"
        rows += [
            {"account": name, "usable": standing.usable or 0, "owed": standing.obligation or 0}
        ]
    y = {"field": "account", "type": "nominal", "sort": None, "title": None}
    axis = {"tickCount": 4, "format": "~s"}
    return framed(
        {
            "width": 150 if shown.narrow else 520,
            "height": {"step": 26},
            "layer": [
                {
                    "mark": {"type": "bar", "color": shown.second, "height": 14},
                    "encoding": {
                        "y": y,
                        "x": {
                            "field": "usable",
                            "type": "quantitative",
                            "title": [f"{usable} ▬", f"{owed} ┃"],
                            "axis": axis,
                        },
                    },
                },
                {
                    "mark": {
                        "type": "tick",
                        "color": shown.first,
                        "thickness": 4,
                        "height": 22,
                        "opacity": 1,
                    },
                    "encoding": {"y": y, "x": {"field": "owed", "type": "quantitative"}},
                },
            ],
        },
        rows,
        shown,
    )


def _axes(order: Sequence[str]) -> Spec:
    return {
        "y": {"field": "what", "type": "nominal", "sort": list(order), "title": None},
        "x": {
            "field": "amount",
            "type": "quantitative",
            "title": None,
            "axis": {"tickCount": 4, "format": "~s"},
        },
    }


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
