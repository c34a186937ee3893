"""Charts, drawn by the server as SVG from Vega-Lite specifications.

A chart is a picture of figures that stand in a table beside it. It is fetched by its
own address, so that it never slows the page, and it is kept by what it shows: the same
figures are drawn once. Colours keep their order of lightness for everyone, and the
marks differ in shape as well.

Source: PLAT-003, PLAT-142.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import vl_convert
from django.core.cache import caches
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

Spec = dict[str, object]

MAP_FILE = Path(__file__).with_name("maps") / "us-states.json"
FONT = "Source Sans Pro, Helvetica Neue, Helvetica, Arial, sans-serif"
_LONG_DECIMALS = re.compile(r"(\d+\.\d)\d+")

# Where the lands of the three tribes lie on the projected map of 975 by 610.
TRIBAL_LANDS = {"TFM": (208.0, 373.0), "TNN": (297.0, 352.0), "TUO": (307.0, 257.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Colours of one scheme, and whether the chart is for a narrow screen."""

    narrow: bool
    ink: str
    soft: str
    line: str
    first: str
    second: str
    steps: tuple[str, ...]
    nothing: str
    edge: str


def look(*, dark: bool, narrow: bool) -> Look:
    """The look of a chart on a light or a dark page."""
    if dark:
        return Look(
            narrow=narrow,
            ink="#eef1f3",
            soft="#aeb8c0",
            line="#33404a",
            first="#e8a15c",
            second="#5fb7b0",
            steps=("#4a331d", "#7a5027", "#b07436", "#dca468", "#ffe3bf"),
            nothing="#2a353e",
            edge="#12181d",
        )
    return Look(
        narrow=narrow,
        ink="#1b1b1b",
        soft="#565c65",
        line="#d5d9dd",
        first="#b35c1e",
        second="#1f7a74",
        steps=("#feeedd", "#f9cd98", "#e79a4d", "#b85f1c", "#6f3206"),
        nothing="#e4e7ea",
        edge="#ffffff",
    )


def svg(spec: Spec) -> str:
    """Draw a specification, or give what was drawn from the same one before."""
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    key = hashlib.sha256(f"{version('vl-convert-python')} {text}".encode()).hexdigest()
    store = caches["charts"]
    drawn: str | None = store.get(key)
    if drawn is None:
        drawn = _LONG_DECIMALS.sub(r"\1", vl_convert.vegalite_to_svg(text))
        store.set(key, drawn)
    return drawn


def emissions_and_banked(
    rows: Sequence[Mapping[str, str | int]],
    *,
    shown: Look,
    instruments: str,
    has_budgets: bool = True,
) -> Spec:
    """Each State's emissions as a bar with its budget as a tick, and below what is banked.

    In a program without budgets there are no ticks.

    Rows have `state`, `name`, `emissions`, `budget` and `banked`, in the order to show.
    """
    if shown.narrow:
        return _emissions_narrow(rows[:20], shown=shown, has_budgets=has_budgets)
    x = {"field": "state", "type": "nominal", "sort": None, "title": None}
    tick = {"type": "tick", "color": shown.ink, "thickness": 3, "opacity": 1}
    upper = {**x, "axis": {"labels": False, "ticks": False, "domain": True}}
    bars: Spec = {
        "mark": {"type": "bar", "color": shown.first},
        "encoding": {"x": upper, "y": _millions("emissions", _("Million tons of CO2"))},
    }
    marks: Spec = {
        "mark": {**tick, "width": 17},
        "encoding": {"x": upper, "y": _millions("budget", _("Million tons of CO2"))},
    }
    told = _("Emissions (bars) against the budget (black marks)") if has_budgets else _("Emissions")
    emissions: Spec = {
        "width": 1010,
        "height": 250,
        "layer": [bars, marks] if has_budgets else [bars],
        "title": _title(told, shown),
    }
    banked: Spec = {
        "width": 1010,
        "height": 120,
        "mark": {"type": "bar", "color": shown.second},
        "encoding": {
            "x": {**x, "axis": {"labelAngle": 0, "labelFontSize": 10, "labelPadding": 4}},
            "y": _millions("banked", _("Million %(instruments)s") % {"instruments": instruments}),
        },
        "title": _title(
            _("%(instruments)s held after the settlement") % {"instruments": capfirst(instruments)},
            shown,
        ),
    }
    return framed({"vconcat": [emissions, banked], "spacing": 14}, rows, shown)


def _emissions_narrow(
    rows: Sequence[Mapping[str, str | int]], *, shown: Look, has_budgets: bool
) -> Spec:
    tick = {"type": "tick", "color": shown.ink, "thickness": 3, "opacity": 1}
    y = {
        "field": "state",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"ticks": False, "labelFontSize": 13},
    }
    bars = {
        "mark": {"type": "bar", "color": shown.first, "height": 12},
        "encoding": {"y": y, "x": _millions("emissions", _("Million tons of CO2"))},
    }
    marks = {
        "mark": {**tick, "height": 18},
        "encoding": {"y": y, "x": _millions("budget", _("Million tons of CO2"))},
    }
    told = _("emissions (bars), budget (marks)") if has_budgets else _("emissions")
    return framed(
        {
            "width": 290,
            "height": {"step": 20},
            "layer": [bars, marks] if has_budgets else [bars],
            "title": _title([_("The 20 States that emit most:"), told], shown),
        },
        rows,
        shown,
    )


# Steps of the map's legend, and the share from which each begins.
STEPS = (
    (gettext_noop("all"), 1.0),
    (gettext_noop("90% and more"), 0.9),
    (gettext_noop("70% to 90%"), 0.7),
    (gettext_noop("50% to 70%"), 0.5),
)
LAST_STEP = gettext_noop("below 50%")
OUTCOMES = (*(name for name, least in STEPS), LAST_STEP)
NO_OUTCOME = gettext_noop("none settled")


def outcome_of(share: float) -> str:
    """The step of the map's legend for a share of facilities in compliance."""
    return _(next((name for name, least in STEPS if share >= least), LAST_STEP))


def compliance_map(shares: Mapping[str, tuple[str, float]], *, shown: Look) -> Spec:
    """The States tinted by the share of their facilities that are in compliance.

    `shares` gives, by a State's code, its name and the share; lands of a tribe are
    circles. What is not in `shares` has no tint.
    """
    by_name = [{"name": name, "outcome": outcome_of(share)} for name, share in shares.values()]
    lands = [
        {"x": x, "y": y, "outcome": outcome_of(shares[code][1])}
        for code, (x, y) in TRIBAL_LANDS.items()
        if code in shares
    ]
    color = _outcome_color(shown)
    states = {"values": _topology(), "format": {"type": "topojson", "feature": "states"}}
    width, height = (330, 207) if shown.narrow else (640, 400)
    outline = {"type": "geoshape", "stroke": shown.edge, "strokeWidth": 0.75}
    lookup = {
        "lookup": "properties.name",
        "from": {"data": {"values": by_name}, "key": "name", "fields": ["outcome"]},
        "default": _(NO_OUTCOME),
    }
    spec: Spec = {
        "width": width,
        "height": height,
        "projection": {"type": "identity"},
        "layer": [
            {
                "data": states,
                "transform": [lookup],
                "mark": outline,
                "encoding": {"color": color},
            },
            {
                "data": {"values": lands},
                "mark": {
                    "type": "circle",
                    "size": 70 if shown.narrow else 150,
                    "stroke": shown.ink,
                    "strokeWidth": 1,
                    "opacity": 1,
                },
                "encoding": {
                    "x": _placed("x", 975, width),
                    "y": _placed("y", 610, height),
                    "color": color,
                },
            },
        ],
    }
    return framed(spec, None, shown)


def _outcome_color(shown: Look) -> Spec:
    return {
        "field": "outcome",
        "type": "nominal",
        "scale": {
            "domain": [_(name) for name in (*OUTCOMES, NO_OUTCOME)],
            "range": [*shown.steps, shown.nothing],
        },
        "legend": {
            "title": _("Facilities in compliance"),
            "orient": "bottom",
            "direction": "horizontal",
            "columns": 3 if shown.narrow else 6,
            "symbolType": "square",
            "symbolSize": 180,
            "symbolStrokeWidth": 0,
            "labelFontSize": 12,
            "titleFontSize": 13,
            "titleLimit": 300,
        },
    }


def amounts_by_year(
    rows: Sequence[Mapping[str, str | int | float]],
    *,
    shown: Look,
    series: Sequence[str],
    unit: str,
) -> Spec:
    """Bars of one or two series by year; rows have `year`, `series` and `amount`.

    Emissions come first: they have the colour that they have on every chart.
    """
    years = len({row["year"] for row in rows})
    return framed(
        {
            "width": 300 if shown.narrow else 560,
            "height": max(70, years * (34 if len(series) > 1 else 26)),
            "mark": {"type": "bar"},
            "encoding": {
                "y": {"field": "year", "type": "ordinal", "title": None},
                "yOffset": {"field": "series", "sort": list(series)},
                "x": {
                    "field": "amount",
                    "type": "quantitative",
                    "title": unit,
                    "axis": {"tickCount": 4, "format": "~s"},
                },
                "color": {
                    "field": "series",
                    "type": "nominal",
                    "scale": {"domain": list(series), "range": [shown.first, shown.second]},
                    "legend": {"title": None, "orient": "bottom"} if len(series) > 1 else None,
                },
            },
        },
        rows,
        shown,
    )


def held_against_obligation(*, obligation: int, held: int, shown: Look, unit: str) -> Spec:
    """What a facility holds that it can use, as a bar, and what it owes, as a mark."""
    rows: list[Mapping[str, str | int]] = [
        {"what": _("Held"), "amount": held},
        {"what": _("Obligation"), "amount": obligation},
    ]
    return framed(
        {
            "width": 240 if shown.narrow else 480,
            "height": 70,
            "mark": {"type": "bar", "height": 22},
            "encoding": {
                "y": {"field": "what", "type": "nominal", "sort": None, "title": None},
                "x": {
                    "field": "amount",
                    "type": "quantitative",
                    "title": unit,
                    "axis": {"tickCount": 4, "format": "~s"},
                },
                "color": {
                    "field": "what",
                    "type": "nominal",
                    "scale": {
                        "domain": [_("Held"), _("Obligation")],
                        "range": [shown.second, shown.first],
                    },
                    "legend": None,
                },
            },
        },
        rows,
        shown,
    )


def framed(spec: Spec, rows: Sequence[Mapping[str, str | int | float]] | None, shown: Look) -> Spec:
    """A specification with its data and with what all charts have in common."""
    data: Spec = {} if rows is None else {"data": {"values": [dict(row) for row in rows]}}
    quiet = {
        "labelColor": shown.soft,
        "titleColor": shown.soft,
        "gridColor": shown.line,
        "domainColor": shown.soft,
        "tickColor": shown.soft,
        "titleFontWeight": "normal",
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        **data,
        **spec,
        "background": None,
        "padding": 4,
        "config": {
            "font": FONT,
            "axis": {**quiet, "labelFontSize": 12, "titleFontSize": 12},
            "legend": {"labelColor": shown.ink, "titleColor": shown.soft},
            "view": {"stroke": None},
        },
    }


def _title(text: str | Sequence[str], shown: Look) -> Spec:
    return {
        "text": text if isinstance(text, str) else list(text),
        "anchor": "start",
        "color": shown.ink,
        "fontSize": 14,
        "fontWeight": "bold",
    }


def _millions(field: str, title: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "axis": {"labelExpr": "format(datum.value / 1e6, ',')", "tickCount": 5},
    }


def _placed(field: str, extent: int, size: int) -> Spec:
    scale = {"domain": [0, extent], "range": [0, size], "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


@cache
def _topology() -> Spec:
    topology: Spec = json.loads(MAP_FILE.read_text(encoding="utf-8"))
    return topology
