"""Charts of what resources generate and are issued; each stands beside its table."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.resources.sponsor_entries import YearOfOutput
from trueup.web.charts import Look, Spec, framed


def output_by_year(years: Sequence[YearOfOutput], *, shown: Look, words: tuple[str, str]) -> Spec:
    """MWh reported as a bar and credits issued as a mark, year by year.

    Args:
        words: For what was reported, and what was issued.
    """
    reported, issued = words
    rows: list[dict[str, str | int | float]] = [
        {"year": str(one.year), "reported": float(one.reported_mwh), "issued": one.issued}
        for one in years
    ]
    x = {"field": "year", "type": "nominal", "title": None, "axis": {"labelAngle": 0}}
    y = {
        "field": "reported",
        "type": "quantitative",
        "title": [f"{reported} █", f"{issued} ━"],
        "axis": {"tickCount": 4, "format": "~s"},
    }
    bars: Spec = {
        "mark": {"type": "bar", "color": shown.second, "width": 26},
        "encoding": {"x": x, "y": y},
    }
    ticks: Spec = {
        "mark": {
            "type": "tick",
            "color": shown.first,
            "thickness": 4,
            "width": 40,
            "opacity": 1,
        },
        "encoding": {"x": x, "y": {"field": "issued", "type": "quantitative"}},
    }
    return framed(
        {"width": 240 if shown.narrow else 560, "height": 180, "layer": [bars, ticks]},
        rows,
        shown,
    )
