"""40 CFR 62.16235: Tables 1 to 4, checked against their totals and each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.rules.fixtures import rows
from trueup.rules import programs
from trueup.rules.rows import read_rows
from trueup.rules.tables import Budget, read_jurisdictions, read_table
from trueup.rules.units import whole_tons

CPP_MASS = programs.load("cpp-mass")
FIRST_VINTAGE = {"CP1": 2022, "CP2": 2025, "CP3": 2028, "FINAL": 2030, "CP2_ONWARD": 2025}
PURPOSE_OF_TABLE = {
    "table1_mass_goals": "total",
    "table2_re_set_aside": "renewable_energy",
    "table3_output_based_set_aside": "output_based",
    "table4_ceip_early_action_set_aside": "early_action",
}
CODES = {place.name: code for code, place in CPP_MASS.jurisdictions.items()}


def budget(jurisdiction: str, vintage: int) -> Budget:
    found = CPP_MASS.budget(jurisdiction, vintage)
    assert found is not None
    return found


class TestJurisdictions:
    """MASS-001; 40 CFR 62.16235(a), Table 1."""

    def test_forty_seven_states_and_the_lands_of_three_tribes_have_goals(self) -> None:
        kinds = Counter(place.kind for place in CPP_MASS.jurisdictions.values())

        assert kinds == {"state": 47, "tribal": 3}
        assert {c for c, p in CPP_MASS.jurisdictions.items() if p.kind == "tribal"} == {
            "TFM",
            "TNN",
            "TUO",
        }

    @pytest.mark.parametrize("code", ["AK", "HI", "VT", "DC"])
    def test_who_has_no_goal_is_not_in_the_program(self, code: str) -> None:
        assert code not in CPP_MASS.jurisdictions
        assert CPP_MASS.budget(code, 2022) is None


class TestPrintedTables:
    """MASS-047, 050 to 052; 40 CFR 62.16235, Tables 1 to 4."""

    @pytest.mark.parametrize("row", rows("check_totals.csv"), ids=lambda row: row["table"])
    def test_the_columns_add_up(self, row: dict[str, str]) -> None:
        vintage = FIRST_VINTAGE[row["period"]]
        period = CPP_MASS.period_of_year(vintage)

        a_year = sum(
            getattr(budget(code, vintage), PURPOSE_OF_TABLE[row["table"]])
            for code in CPP_MASS.jurisdictions
        )
        whole_period = sum(
            getattr(budget(code, vintage), PURPOSE_OF_TABLE[row["table"]])
            for code in CPP_MASS.jurisdictions
            for vintage in period.vintages
        )

        assert a_year == int(row["sum_all_50_rows_per_year"])
        assert whole_period == int(row["sum_all_50_rows_whole_period"])

    @pytest.mark.parametrize(
        ("name", "purpose"),
        [
            ("preamble_table8_mass_goals.csv", "total"),
            ("preamble_table9_output_based_set_aside.csv", "output_based"),
            ("preamble_table10_ceip_set_aside.csv", "early_action"),
        ],
    )
    def test_the_preamble_prints_the_same_figures(self, name: str, purpose: str) -> None:
        printed = rows(name)
        assert len({row["state"] for row in printed}) == 50
        for row in printed:
            vintage = int(row["first_year"])
            assert getattr(budget(CODES[row["state"]], vintage), purpose) == int(row["value"])

    def test_the_renewable_set_aside_is_five_percent_rounded_half_up(self) -> None:
        """MASS-050: in all 200 cells, eight of which are exact halves."""
        printed = rows("check_table2_vs_5pct_table1.csv")
        assert len(printed) == 200
        for row in printed:
            found = budget(CODES[row["state"]], FIRST_VINTAGE[row["period"]])
            five_percent = found.total * Decimal("0.05")

            assert found.total == int(row["table1_goal"])
            assert five_percent == Decimal(row["exact_5pct"])
            assert found.renewable_energy == int(row["table2_printed"])
            assert found.renewable_energy == whole_tons(five_percent)

    def test_the_output_based_set_aside_is_a_tenth_of_a_years_output(self) -> None:
        """MASS-051; MASS-AMB-01: one year's hours, so the figures are yearly."""
        for row in rows("derived_output_based_implied_capacity.csv"):
            capacity_mw = Decimal(row["implied_net_summer_capacity_mw"])
            tons = capacity_mw / 10 * 8760 * 1030 / 2000

            assert budget(CODES[row["state"]], 2025).output_based == whole_tons(tons)

    def test_set_asides_are_for_their_years_alone(self) -> None:
        assert budget("WY", 2024).output_based == 0
        assert budget("WY", 2025).output_based == 45_114
        assert budget("AL", 2024).early_action == 3_122_306
        assert budget("AL", 2025).early_action == 0
        assert budget("AL", 2040).total == budget("AL", 2030).total

    def test_a_vintage_before_the_program_has_no_budget(self) -> None:
        assert CPP_MASS.budget("AL", 2021) is None

    def test_the_goals_of_linked_states_add_up(self) -> None:
        """MASS-048; 40 CFR 62.16235(b)."""
        assert budget("ID", 2022).total + budget("ME", 2022).total == 3_866_691

    def test_each_row_cites_its_paragraph_and_names_its_jurisdiction(self) -> None:
        for number, paragraph in enumerate(("(a)", "(c)", "(d)", "(e)(1)"), start=1):
            names = ("goals", "renewable_energy", "output_based", "early_action")
            for row in read_rows(f"table{number}_{names[number - 1]}.csv"):
                assert row["cite"] == f"40 CFR 62.16235{paragraph}, Table {number}"
                assert CPP_MASS.jurisdictions[row["jurisdiction"]].name == row["name"]


class TestBudget:
    """MASS-049; 40 CFR 62.16235, footnote 1 of Table 1."""

    @pytest.mark.parametrize("name", [pytest.param("derived_historical_generation_pool.csv")])
    def test_what_is_left_for_units_is_as_computed_beforehand(self, name: str) -> None:
        computed = rows(name)
        assert len(computed) == 200
        for row in computed:
            found = budget(CODES[row["state"]], int(row["first_year"]))

            assert found == Budget(
                total=int(row["annual_goal"]),
                renewable_energy=int(row["annual_re_set_aside"]),
                output_based=int(row["annual_output_based_set_aside"]),
                early_action=int(row["annual_ceip_set_aside"]),
            )
            assert found.units == int(row["annual_historical_generation_pool"])

    def test_the_parts_are_the_whole_in_the_order_of_their_numbers(self) -> None:
        assert budget("AL", 2022).parts == (
            ("reserve", 59_733_940),
            ("renewable_energy", 3_308_224),
            ("output_based", 0),
            ("early_action", 3_122_306),
        )
        assert sum(quantity for _, quantity in budget("AL", 2025).parts) == 60_918_973

    def test_another_set_aside_leaves_the_goal_as_it_is(self) -> None:
        """MASS-062; 40 CFR 62.16240(a)(2): what is redirected comes from the units' part."""
        before = budget("WY", 2025)

        after = replace(before, renewable_energy=before.renewable_energy + 500_000)

        assert after.renewable_energy == 2_248_391
        assert after.units == before.units - 500_000

    def test_set_asides_larger_than_the_goal_are_a_bug(self) -> None:
        Budget(total=100, renewable_energy=60, early_action=40)
        with pytest.raises(ValueError, match="do not fit into 100"):
            Budget(total=100, renewable_energy=60, early_action=41)
        with pytest.raises(ValueError, match="do not fit"):
            Budget(total=100, renewable_energy=-1)


class TestTimeBasis:
    """MASS-AMB-01 and 02: figures per year, or per compliance period if so read."""

    def test_early_action_as_a_total_of_three_years(self) -> None:
        as_total = CPP_MASS.with_readings({"early_action_basis": "per_period"})

        shares = [as_total.budget("AL", vintage) for vintage in (2022, 2023, 2024)]

        assert [share and share.early_action for share in shares] == [
            1_040_769,
            1_040_769,
            1_040_768,
        ]
        assert sum(share.early_action for share in shares if share) == 3_122_306

    def test_output_based_as_a_total_of_each_period(self) -> None:
        as_total = CPP_MASS.with_readings({"output_based_basis": "per_period"})

        for name in ("2025-2027", "2028-2029", "2030-2031", "2038-2039"):
            vintages = CPP_MASS.period_named(name).vintages
            shares = [as_total.budget("AL", vintage) for vintage in vintages]
            assert sum(share.output_based for share in shares if share) == 4_185_496


class TestReadingTables:
    def test_a_row_of_a_place_that_the_program_does_not_have(self) -> None:
        only_alabama = {"AL": read_jurisdictions("jurisdictions.csv")["AL"]}

        with pytest.raises(ValueError, match=r"table1_goals\.csv, row 5: AZ is no jurisdiction"):
            read_table("table1_goals.csv", jurisdictions=only_alabama)
