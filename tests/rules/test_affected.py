"""Which units the program is about: 40 CFR 62.16410(b), preamble III.C."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from trueup.rules.affected import EXCLUSIONS, UnitFacts, check_affected, exclusions_of

COMBINED_CYCLE = UnitFacts(
    unit_type="combined_cycle",
    construction_began_on=date(2008, 5, 1),
    sells_mw=Decimal(180),
    heat_input_mmbtu=Decimal(1300),
    fuel="natural gas",
    potential_mwh=Decimal(1_500_000),
)
STEAM = replace(COMBINED_CYCLE, unit_type="steam", fuel="coal")


class TestTest:
    """RATE-003; AMB-29: kind, date of construction, and both sizes strictly above."""

    def test_a_combined_cycle_turbine_is_affected_and_a_simple_one_is_not(self) -> None:
        assert check_affected(COMBINED_CYCLE) == []
        (reason,) = check_affected(replace(COMBINED_CYCLE, unit_type="combustion_turbine"))
        assert "combined cycle" in reason.sentence

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"sells_mw": Decimal(25)}, "25 MW"),
            ({"heat_input_mmbtu": Decimal(250)}, "250 MMBtu"),
            ({"construction_began_on": date(2014, 1, 9)}, "2014-01-08"),
        ],
    )
    def test_at_the_limit_it_is_outside(self, changed: dict[str, Any], words: str) -> None:
        (reason,) = check_affected(replace(STEAM, **changed))
        assert words in reason.sentence
        assert reason.code == "affected.not_affected"

    @pytest.mark.parametrize(
        "changed",
        [
            {"sells_mw": Decimal("25.01")},
            {"heat_input_mmbtu": Decimal("250.01")},
            {"construction_began_on": date(2014, 1, 8)},
            {"unit_type": "igcc"},
        ],
    )
    def test_just_within_it_is_affected(self, changed: dict[str, Any]) -> None:
        assert check_affected(replace(STEAM, **changed)) == []

    def test_every_reason_is_given(self) -> None:
        small = replace(
            STEAM,
            sells_mw=Decimal(5),
            heat_input_mmbtu=Decimal(9),
            construction_began_on=date(2020, 1, 1),
        )
        assert len(check_affected(small)) == 3


class TestExclusions:
    """RATE-004; 40 CFR 60.5850: each case by its code."""

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"is_under_subpart_tttt": True}, "SUBPART_TTTT"),
            ({"permitted_sales_mwh": Decimal(200_000)}, "SALES_LIMIT"),
            ({"permitted_sales_mwh": Decimal(500_000)}, "SALES_LIMIT"),
            ({"fossil_share": Decimal("0.10")}, "MOSTLY_NON_FOSSIL"),
            ({"unit_type": "combined_cycle", "can_burn_natural_gas": False}, "NO_NATURAL_GAS"),
            (
                {
                    "is_chp": True,
                    "permitted_sales_mwh": Decimal(600_000),
                    "design_efficiency": Decimal("0.40"),
                },
                "CHP_SALES_LIMIT",
            ),
            ({"is_shared_generator": True, "sells_mw": Decimal(25)}, "SHARED_GENERATOR"),
            ({"is_waste_combustor": True}, "WASTE_COMBUSTOR"),
        ],
    )
    def test_a_case_has_its_code(self, changed: dict[str, Any], code: str) -> None:
        assert exclusions_of(replace(STEAM, **{"fuel": "", **changed})) == (code,)

    @pytest.mark.parametrize(
        "changed",
        [
            {},
            {"permitted_sales_mwh": Decimal(500_001)},
            {"fossil_share": Decimal("0.11")},
            {
                "is_chp": True,
                "permitted_sales_mwh": Decimal(600_001),
                "design_efficiency": Decimal("0.40"),
            },
            {"is_shared_generator": True, "sells_mw": Decimal(26)},
        ],
    )
    def test_just_beyond_a_limit_nothing_is_excluded(self, changed: dict[str, Any]) -> None:
        assert exclusions_of(replace(STEAM, **changed)) == ()

    def test_each_code_says_why_in_words(self) -> None:
        assert len(EXCLUSIONS) == 7
        assert all(EXCLUSIONS.values())
