"""The eligible resources of the rate-based demonstration: which generators are chosen."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import polars as pl

from trueup.demonstration.generators import choose_green_plants, green_plants

ROW = {
    "plant": "58000",
    "name": "Sand Hill",
    "state": "TX",
    "generator": "1",
    "prime_mover": "WT",
    "fuel": "WND",
    "mw": "100",
    "mwh": "300000",
    "year": "2015",
}


def chosen(*rows: dict[str, str]) -> list[tuple[str, str, Decimal, Decimal]]:
    found = choose_green_plants(pl.DataFrame([{**ROW, **row} for row in rows]))
    return [(plant.name, plant.category, plant.capacity_mw, plant.mwh) for plant in found]


class TestTheNation:
    """Issue 5, 10: on-shore wind, solar, geothermal, hydro and nuclear of 2013 or later."""

    def test_the_choice_is_what_the_documentation_says(self) -> None:
        found = green_plants()
        assert Counter(plant.category for plant in found) == {
            "WND": 188,
            "SOL": 1320,
            "HYD": 37,
            "GEO": 8,
            "NUC": 1,
        }
        assert sum(plant.mwh for plant in found) == 101_476_766

    def test_names_are_given_once_and_all_capacity_is_new(self) -> None:
        found = green_plants()
        assert len({plant.name for plant in found}) == len(found)
        assert min(plant.on_line for plant in found) == 2013


class TestTheChoice:
    """Issue 5, 10: one resource a plant and category, on the contiguous grid."""

    def test_generators_of_a_plant_and_category_are_one_resource(self) -> None:
        assert chosen({}, {"generator": "2", "mw": "50.5", "mwh": "-20"}) == [
            ("Sand Hill", "WND", Decimal("150.5"), Decimal(299980))
        ]

    def test_wind_at_sea_pumped_storage_and_places_off_the_grid_are_left_out(self) -> None:
        assert (
            chosen(
                {"prime_mover": "WS"},
                {"prime_mover": "PS", "fuel": "WAT"},
                {"state": "HI"},
                {"state": "AK"},
            )
            == []
        )

    def test_a_plant_that_used_more_than_it_generated_has_nothing_to_report(self) -> None:
        assert chosen({"mwh": "-7"}) == [("Sand Hill", "WND", Decimal(100), Decimal(0))]

    def test_two_resources_with_one_name_are_told_apart(self) -> None:
        names = [name for name, *_ in chosen({}, {"prime_mover": "PV", "fuel": "SUN"})]
        assert names == ["Sand Hill (SOL 58000)", "Sand Hill (WND 58000)"]
