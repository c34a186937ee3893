"""What affected EGUs earn year by year, and what is left when it was issued."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.contexts.rate_registry import CANE, PROGRAM, RateRegistry
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.emissions.earning import EguEarning, earnings
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> RateRegistry:
    return RateRegistry()


def of(year: int) -> dict[tuple[str, str], EguEarning]:
    return {
        (f"{found.owner.facility.name}/{found.owner.unit.unit_id}", found.category): found
        for found in earnings(program=PROGRAM, year=year)
        if found.owner.unit is not None
    }


class TestEarnings:
    """RATE-033 to RATE-041; 40 CFR 62.16434(b), (c)."""

    def test_a_turbine_earns_gas_shift_credits_into_its_account(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/2", [(2022, 900_000_000, 1_000_000)])

        found = of(2022)

        assert found["Cane/2", "GSE"].quantity == 101_508
        assert found["Cane/2", "GSE"].owner.account == registry.accounts["Cane/2"].id
        assert found["Cane/2", "GSE"].is_final
        assert found["Cane/2", "EGU"].quantity == 0

    def test_what_was_issued_is_not_earned_again(self, registry: RateRegistry) -> None:
        registry.operate("Cane/2", [(2022, 900_000_000, 1_000_000)])
        registry.issue("Cane/2", "GSE", 101_508, vintage=2022)

        assert of(2022)["Cane/2", "GSE"].quantity == 0

    def test_later_years_are_taken_on_the_period_to_date(self, registry: RateRegistry) -> None:
        """RATE-034: 7,753, 0 and 0, and 456 too many when the period ends."""
        registry.operate("Cane/2", [(2022, 344_000_000, 400_000)])
        assert of(2022)["Cane/2", "EGU"].quantity == 7_753
        registry.issue("Cane/2", "EGU", 7_753, vintage=2022)
        registry.operate("Cane/2", [(2023, 267_000_000, 300_000)])
        assert of(2023)["Cane/2", "EGU"].quantity == 0
        registry.operate("Cane/2", [(2024, 435_000_000, 500_000)])

        last = of(2024)["Cane/2", "EGU"]

        assert (last.quantity, last.over_issued) == (0, 456)

    def test_data_that_are_not_final_say_so(self, registry: RateRegistry) -> None:
        registry.operate("Cane/2", [(2022, 900_000_000, 1_000_000)], is_final=False)

        assert not of(2022)["Cane/2", "GSE"].is_final

    def test_who_lacks_a_year_or_a_type_is_left_out(self, registry: RateRegistry) -> None:
        registry.register(
            FacilitySpec(
                oris_code=7, name="Blank", jurisdiction="TX", units=(UnitSpec(unit_id="1"),)
            )
        )
        registry.operate("Blank/1", [(2022, 1, 1), (2023, 1, 1)])
        registry.operate("Cane/2", [(2023, 900_000_000, 1_000_000)])

        assert of(2023) == {}

    def test_a_year_before_the_program_has_no_credits(self, registry: RateRegistry) -> None:
        with pytest.raises(Refused):
            earnings(program=PROGRAM, year=2021)

    def test_it_takes_the_same_statements_however_many_there_are(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/2", [(2022, 900_000_000, 1_000_000)])
        registry.issue("Cane/2", "GSE", 5, vintage=2022)
        with CaptureQueriesContext(connection) as few:
            earnings(program=PROGRAM, year=2022)
        registry.register(
            FacilitySpec(oris_code=8, name="More", jurisdiction="TX", units=CANE.units)
        )
        registry.operate("More/2", [(2022, 900_000_000, 1_000_000)])

        with CaptureQueriesContext(connection) as many:
            earnings(program=PROGRAM, year=2022)

        assert len(many) == len(few) <= 10
