"""Charts: drawn once for the same figures, the same for everyone who cannot see colours."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.cache import caches
from django.test import Client, override_settings
from django.urls import reverse

from tests.adapters.web_books import PROGRAM, small_program
from trueup.rules import programs
from trueup.web import charts

LIGHT = charts.look(dark=False, narrow=False)
ROWS = [{"state": "AL", "emissions": 3_000_000, "budget": 2_000_000, "banked": 500_000}]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path) -> object:
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    default = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    with override_settings(
        TRUEUP_STATE_SECONDS=0,
        CACHES={"default": default, "charts": {"BACKEND": backend, "LOCATION": str(tmp_path)}},
    ):
        yield


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class TestDrawing:
    """PLAT-142."""

    @pytest.mark.parametrize("dark", [False, True])
    @pytest.mark.parametrize("narrow", [False, True])
    def test_every_chart_is_an_image_in_every_look(self, *, dark: bool, narrow: bool) -> None:
        shown = charts.look(dark=dark, narrow=narrow)
        shares = {"AL": ("Alabama", 0.5), "TNN": ("Lands of the Navajo Nation", 1.0)}
        specs = [
            charts.emissions_and_banked(ROWS, shown=shown, instruments="allowances"),
            charts.compliance_map(shares, shown=shown),
            charts.amounts_by_year(
                [{"year": "2022", "series": "Emissions", "amount": 5}],
                shown=shown,
                series=["Emissions"],
                unit="tons",
            ),
            charts.held_against_obligation(obligation=3, held=5, shown=shown, unit="allowances"),
        ]
        for spec in specs:
            root = ElementTree.fromstring(charts.svg(spec))
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert not narrow or float(root.attrib["width"]) <= 400

    def test_the_same_figures_are_drawn_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        spec = charts.held_against_obligation(obligation=3, held=5, shown=LIGHT, unit="tons")
        first = charts.svg(spec)
        monkeypatch.setattr(charts.vl_convert, "vegalite_to_svg", lambda _: pytest.fail("again"))

        assert charts.svg(spec) == first

    def test_other_figures_are_drawn_anew(self) -> None:
        one = charts.held_against_obligation(obligation=3, held=5, shown=LIGHT, unit="tons")
        other = charts.held_against_obligation(obligation=3, held=50, shown=LIGHT, unit="tons")

        assert charts.svg(one) != charts.svg(other)

    @pytest.mark.parametrize("dark", [False, True])
    def test_the_steps_of_the_map_differ_in_lightness(self, *, dark: bool) -> None:
        """PLAT-003: who sees no colours can tell them apart."""
        steps = [luminance(step) for step in charts.look(dark=dark, narrow=False).steps]
        ratios = [(max(pair) + 0.05) / (min(pair) + 0.05) for pair in pairwise(steps)]

        assert steps in (sorted(steps), sorted(steps, reverse=True))
        assert min(ratios) > 1.3


class TestMap:
    def test_every_state_of_the_program_is_on_the_map(self) -> None:
        topology = json.loads(charts.MAP_FILE.read_text(encoding="utf-8"))
        geometries = topology["objects"]["states"]["geometries"]
        on_map = {geometry["properties"]["name"] for geometry in geometries}
        places = programs.load(PROGRAM).jurisdictions.values()

        missing = {place.code for place in places if place.name not in on_map}

        assert missing == set(charts.TRIBAL_LANDS)

    @pytest.mark.parametrize(
        ("share", "outcome"),
        [(1.0, "all"), (0.999, "90% and more"), (0.9, "90% and more"), (0.0, "below 50%")],
    )
    def test_a_share_below_one_is_never_all(self, share: float, outcome: str) -> None:
        assert charts.outcome_of(share) == outcome


@pytest.mark.django_db
class TestAddresses:
    @pytest.mark.parametrize("name", ["chart-states", "chart-map"])
    def test_a_chart_that_did_not_change_is_not_sent_again(self, client: Client, name: str) -> None:
        small_program()
        address = reverse(name, args=[PROGRAM, "2022-2024"])

        first = client.get(address, {"scheme": "dark", "size": "narrow"})
        again = client.get(
            address, {"scheme": "dark", "size": "narrow"}, headers={"If-None-Match": first["ETag"]}
        )

        assert first["Content-Type"] == "image/svg+xml"
        assert again.status_code == 304

    def test_what_is_kept_is_bounded(self) -> None:
        from trueup.config import settings

        assert settings.CACHES["charts"]["OPTIONS"]["MAX_ENTRIES"] <= 5000
        assert caches["charts"] is not None
