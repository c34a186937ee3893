"""The plants of the demonstration: who is chosen, and that no ton is lost in the split."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files

import polars as pl
import pytest

from trueup.demonstration.plants import Coverage, NationalData, choose_plants, national_data
from trueup.demonstration.stand_ins import (
    COAL,
    COMBINED_CYCLE,
    GAS,
    PETROLEUM,
    STEAM,
    Capacity,
    Figures,
    UnitClass,
    UnitKey,
    apportion,
)
from trueup.rules import programs

THOUSANDTH = Decimal("0.001")


def rows_of(name: str) -> list[dict[str, str]]:
    """An extract read a second way, with nothing of the code under test."""
    packed = (files("trueup.demonstration") / "data" / name).read_bytes()
    return list(csv.DictReader(io.StringIO(gzip.decompress(packed).decode())))


def fossil_rows() -> list[dict[str, str]]:
    """What EIA reports of coal, gas and petroleum in steam and combined-cycle units."""
    return [
        row
        for row in rows_of("eia_plant_emissions.csv.gz")
        if row["prime_mover"] in {"ST", "CA", "CT", "CS"}
        and row["fuel_group"] in {"COAL", "GAS", "PET"}
    ]


@pytest.fixture(scope="module")
def nation() -> NationalData:
    return national_data(tuple(programs.load("cpp-mass").jurisdictions))


class TestTheNation:
    """Issue 2, 11: real plants in all 50 jurisdictions of Table 1."""

    def test_every_jurisdiction_of_table_1_has_a_plant_and_no_other_place_has(
        self, nation: NationalData
    ) -> None:
        assert {plant.jurisdiction for plant in nation.plants} == set(
            programs.load("cpp-mass").jurisdictions
        )

    def test_plants_on_tribal_land_belong_to_the_tribe_by_oris_code(
        self, nation: NationalData
    ) -> None:
        on_tribal_land = {
            plant.oris_code: plant.jurisdiction
            for plant in nation.plants
            if plant.jurisdiction in {"TNN", "TUO", "TFM"}
        }
        assert on_tribal_land == {2442: "TNN", 4941: "TNN", 7790: "TUO", 55177: "TFM"}

    def test_the_choice_is_what_the_documentation_says(self, nation: NationalData) -> None:
        units = [unit for plant in nation.plants for unit in plant.units]
        assert (len(nation.plants), len(units)) == (896, 2197)
        assert round(nation.coverage.share_of_class, 3) == Decimal("0.983")
        assert round(nation.coverage.share_of_sector, 3) == Decimal("0.945")

    def test_the_tons_are_of_the_size_known_for_the_power_sector(
        self, nation: NationalData
    ) -> None:
        """EIA gives 2.00 billion short tons for the sector in 2016, turbines included."""
        tons_2016 = sum(
            unit.figures[2016].tons
            for plant in nation.plants
            for unit in plant.units
            if 2016 in unit.figures
        )
        assert Decimal("1.88e9") < tons_2016 < Decimal("1.92e9")

    def test_the_unit_pools_are_about_five_percent_below_the_emissions(
        self, nation: NationalData
    ) -> None:
        program = programs.load("cpp-mass")
        budgets = [
            program.budget(jurisdiction, vintage)
            for jurisdiction in program.jurisdictions
            for vintage in (2022, 2023, 2024)
        ]
        pools = sum(budget.units for budget in budgets if budget is not None)
        tons = sum(plant.emissions_tons for plant in nation.plants)
        assert Decimal("0.04") < 1 - pools / tons < Decimal("0.06")

    def test_each_unit_serves_more_than_25_megawatts_and_was_not_retired_before_2016(
        self, nation: NationalData
    ) -> None:
        for plant in nation.plants:
            for unit in plant.units:
                assert unit.nameplate_mw > 25
                assert unit.retired_on is None or unit.retired_on.year >= 2016

    def test_no_generation_is_negative(self, nation: NationalData) -> None:
        assert all(
            figures.mwh >= 0 and figures.tons >= 0
            for plant in nation.plants
            for unit in plant.units
            for figures in unit.figures.values()
        )


class TestConservation:
    """Issue 2, 11: EIA's tons of a plant are split to its units, nothing lost or added."""

    def test_the_tons_of_a_plant_are_the_tons_of_its_units_to_the_thousandth(
        self, nation: NationalData
    ) -> None:
        by_eia: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        for row in fossil_rows():
            by_eia[int(row["plant"]), int(row["year"])] += Decimal(row["tons"])
        for eia_plant in {plant for plant, _ in by_eia}:
            first, last = by_eia.get((eia_plant, 2016)), by_eia.get((eia_plant, 2018))
            if (eia_plant, 2017) not in by_eia and first is not None and last is not None:
                by_eia[eia_plant, 2017] = (first + last) / 2
        by_units: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        for plant in nation.plants:
            for unit in plant.units:
                for year, figures in unit.figures.items():
                    by_units[unit.eia_plant, year] += figures.tons
        for key, tons in by_units.items():
            expected = by_eia.get(key, Decimal(0))
            assert tons == expected.quantize(THOUSANDTH, ROUND_HALF_UP), key

    def test_no_year_of_a_chosen_plant_is_left_out(self, nation: NationalData) -> None:
        covered = {unit.eia_plant for plant in nation.plants for unit in plant.units}
        with_units = {
            (unit.eia_plant, year)
            for plant in nation.plants
            for unit in plant.units
            for year in unit.figures
        }
        for row in fossil_rows():
            if int(row["plant"]) in covered and Decimal(row["tons"]) > 0:
                assert (int(row["plant"]), int(row["year"])) in with_units


def unit(unit_id: str, technology: str, fuel: str, megawatts: int) -> Capacity:
    return Capacity(UnitKey(3, unit_id), UnitClass(technology, fuel), Decimal(megawatts))


class TestClasses:
    """Each figure of a plant goes to one class of its units."""

    def test_coal_goes_to_coal_units_and_gas_to_gas_units_by_nameplate(self) -> None:
        given_to = apportion(
            {
                UnitClass(STEAM, COAL): Figures(Decimal(900), Decimal(600)),
                UnitClass(STEAM, GAS): Figures(Decimal(10), Decimal(6)),
            },
            [unit("1", STEAM, COAL, 100), unit("2", STEAM, COAL, 200), unit("3", STEAM, GAS, 50)],
        )
        assert {key.unit_id: f.tons for key, f in given_to.items()} == {"1": 300, "2": 600, "3": 10}

    def test_starting_oil_goes_to_the_largest_class_of_the_same_technology(self) -> None:
        given_to = apportion(
            {UnitClass(STEAM, PETROLEUM): Figures(Decimal(30), Decimal(20))},
            [
                unit("1", STEAM, GAS, 90),
                unit("2", STEAM, COAL, 100),
                unit("3", COMBINED_CYCLE, GAS, 500),
            ],
        )
        assert {key.unit_id: f.tons for key, f in given_to.items()} == {"1": 0, "2": 30, "3": 0}

    def test_negative_generation_of_a_class_counts_as_none(self) -> None:
        given_to = apportion(
            {
                UnitClass(STEAM, COAL): Figures(Decimal(7), Decimal("-41.5")),
                UnitClass(COMBINED_CYCLE, GAS): Figures(Decimal(5), Decimal(50)),
            },
            [unit("1", STEAM, COAL, 100), unit("2", COMBINED_CYCLE, GAS, 100)],
        )
        assert {key.unit_id: f.mwh for key, f in given_to.items()} == {"1": 0, "2": 50}

    def test_thousandths_of_several_classes_add_up_to_the_plants(self) -> None:
        half = Decimal("0.0005")
        given_to = apportion(
            {
                UnitClass(STEAM, COAL): Figures(half, half),
                UnitClass(COMBINED_CYCLE, GAS): Figures(half, half),
            },
            [unit("1", STEAM, COAL, 100), unit("2", COMBINED_CYCLE, GAS, 100)],
        )
        assert sum(figures.tons for figures in given_to.values()) == Decimal("0.001")


EIA_COLUMNS = ("year", "plant", "prime_mover", "fuel_group", "kwh", "tons", "useful_mmbtu")
CROSSWALK_ROW = {
    "plant": "3",
    "name": "Barry",
    "state": "AL",
    "latitude": "31.0",
    "longitude": "-88.0",
    "unit": "1",
    "fuel": "Coal",
    "status": "OPR",
    "status_on": "1969-01-01",
    "retire_year": "0",
    "eia_plant": "3",
    "eia_generator": "1",
    "eia_nameplate_mw": "100",
    "eia_unit_type": "ST",
    "eia_fuel": "BIT",
}
ATTRIBUTES = pl.DataFrame(
    {
        "plant": ["3"],
        "unit": ["1"],
        "county": ["Mobile County"],
        "owner": ["Alabama Power Company, Inc., Mississippi Power Company"],
        "operator": ["Alabama Power Company"],
        "commercial_operation_on": ["1969-05-01"],
    }
)


def chosen(*rows: dict[str, str], eia: tuple[str, ...]) -> NationalData:
    """Choose from made-up rows; an EIA row is written `year plant mover group kWh tons MMBtu`.

    Without MMBtu, nothing of the heat was useful.
    """
    rows_of_eia = [[*line.split(), "0"][: len(EIA_COLUMNS)] for line in eia]
    return choose_plants(
        eia=pl.DataFrame(rows_of_eia, schema=list(EIA_COLUMNS), orient="row"),
        crosswalk=pl.DataFrame([{**CROSSWALK_ROW, **row} for row in rows]),
        attributes=ATTRIBUTES,
        jurisdictions=("AL", "TNN"),
    )


def unit_ids(data: NationalData) -> list[str]:
    return [unit.unit_id for plant in data.plants for unit in plant.units]


THREE_YEARS = (
    "2016 3 ST COAL 1000000 900",
    "2017 3 ST COAL 2000000 1800",
    "2018 3 ST COAL 3000000 2700.5",
)


class TestTheChoice:
    """Issue 2, 11: steam and combined-cycle units above 25 MW that burn fossil fuel."""

    def test_generators_of_exactly_25_megawatts_are_not_above_25(self) -> None:
        data = chosen(
            {"unit": "1"}, {"unit": "2", "eia_generator": "2", "eia_nameplate_mw": "25"},
            eia=THREE_YEARS,
        )  # fmt: skip
        assert unit_ids(data) == ["1"]

    def test_simple_cycle_turbines_are_left_out_with_what_eia_reports_for_them(self) -> None:
        data = chosen(
            {"unit": "1"}, {"unit": "GT1", "eia_generator": "G", "eia_unit_type": "GT"},
            eia=(*THREE_YEARS, "2016 3 GT GAS 1000 500"),
        )  # fmt: skip
        assert unit_ids(data) == ["1"]
        assert data.plants[0].units[0].figures[2016].tons == 900
        assert data.coverage.sector_tons == Decimal("5900.5")
        assert data.coverage.class_tons == data.coverage.covered_tons == Decimal("5400.5")

    def test_a_unit_retired_before_2016_is_out_and_one_retired_in_2016_has_no_later_year(
        self,
    ) -> None:
        data = chosen(
            {"unit": "1"},
            {"unit": "2", "eia_generator": "2", "status": "RET", "status_on": "2015-12-31",
             "retire_year": "2015"},
            {"unit": "3", "eia_generator": "3", "status": "RET", "status_on": "2016-06-30",
             "retire_year": "2016"},
            eia=THREE_YEARS,
        )  # fmt: skip
        assert {unit.unit_id: list(unit.figures) for unit in data.plants[0].units} == {
            "1": [2016, 2017, 2018],
            "3": [2016],
        }

    def test_useful_heat_is_split_as_the_tons_are(self) -> None:
        """62.16540(a)(5)(i)(B): 3.413 million Btu are a MWh."""
        data = chosen(
            {"unit": "1"}, {"unit": "2", "eia_generator": "2"},
            eia=("2016 3 ST COAL 1000000 900 6826",),
        )  # fmt: skip
        heat = [unit.figures[2016].heat_mwh for unit in data.plants[0].units]
        assert heat == [Decimal(1000), Decimal(1000)]

    def test_a_unit_that_burns_wood_is_left_out(self) -> None:
        data = chosen(
            {"unit": "1"},
            {"unit": "2", "eia_generator": "2", "fuel": "Wood", "eia_fuel": "WDS"},
            eia=THREE_YEARS,
        )
        assert unit_ids(data) == ["1"]

    def test_rows_of_several_boilers_for_one_generator_count_its_capacity_once(self) -> None:
        data = chosen(
            {"unit": "1"}, {"unit": "1"}, {"unit": "2", "eia_generator": "1"}, eia=THREE_YEARS
        )
        assert [unit.nameplate_mw for unit in data.plants[0].units] == [100, 100]
        assert [unit.share_mw for unit in data.plants[0].units] == [50, 50]

    def test_a_plant_in_a_state_without_a_goal_is_left_out(self) -> None:
        data = chosen({"unit": "1", "state": "VT"}, eia=THREE_YEARS)
        assert data.plants == ()

    def test_a_plant_of_another_sector_is_not_in_the_extract_and_so_is_left_out(self) -> None:
        data = chosen({"unit": "1", "eia_plant": "10"}, eia=THREE_YEARS)
        assert data.plants == ()
        assert {row["sector"] for row in rows_of("eia_plant_emissions.csv.gz")} == {"1", "2", "3"}

    def test_a_plant_code_on_navajo_land_is_not_its_states(self) -> None:
        data = chosen({"plant": "4941", "state": "AZ"}, eia=THREE_YEARS)
        assert [plant.jurisdiction for plant in data.plants] == ["TNN"]

    def test_of_several_owners_the_first_is_named_with_its_form(self) -> None:
        data = chosen({}, eia=THREE_YEARS)
        assert data.plants[0].owner == "Alabama Power Company, Inc."


class TestSubstitution:
    """Issue 2, 11: a plant with 2016 and 2018 but no 2017 gets the mean, marked."""

    def test_a_missing_2017_is_the_mean_and_not_counted_as_eias_tons(self) -> None:
        data = chosen({}, eia=(THREE_YEARS[0], THREE_YEARS[2]))
        plant = data.plants[0]
        assert plant.is_substituted_2017
        assert plant.units[0].figures[2017] == Figures(Decimal("1800.25"), Decimal(2000))
        assert data.coverage == Coverage(
            sector_tons=Decimal("3600.5"),
            class_tons=Decimal("3600.5"),
            covered_tons=Decimal("3600.5"),
            substituted_tons=Decimal("1800.25"),
        )

    def test_a_missing_first_year_is_nothing_and_not_marked(self) -> None:
        plant = chosen({}, eia=THREE_YEARS[1:]).plants[0]
        assert not plant.is_substituted_2017
        assert plant.units[0].figures[2016] == Figures(Decimal(0), Decimal(0))

    def test_a_states_remainder_is_never_a_plant(self) -> None:
        data = chosen({"eia_plant": "99999"}, eia=("2016 99999 ST COAL 1 1",))
        assert data.plants == ()
        assert data.coverage.class_tons == 1
