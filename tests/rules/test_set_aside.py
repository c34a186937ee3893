"""40 CFR 62.16245(a): the renewable energy set-aside."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.set_aside import (
    PROJECT_ONLY,
    Delivery,
    Projection,
    RenewableRules,
    disqualified_vintages,
    distribute,
    divide_surplus,
    eligible_mwh,
    in_time,
    is_to_explain,
    net_projections,
    projection_due_on,
    recorded_on,
    shortfall_mwh,
    to_the_kwh,
)

CPP_MASS = programs.load("cpp-mass")
EASTERN = ZoneInfo("America/New_York")
PROVIDERS = {1: 10, 2: 10, 3: 30}


def rules() -> RenewableRules:
    assert CPP_MASS.renewable_energy is not None
    return CPP_MASS.renewable_energy


def projected(*mwh: int) -> list[Projection]:
    """Projects 1, 2, ... of providers of the same numbers."""
    return [Projection(project=number, provider=number, mwh=of) for number, of in enumerate(mwh, 1)]


@st.composite
def pools(draw: st.DrawFn) -> tuple[list[Projection], dict[int, Decimal], dict[int, int]]:
    """Projects of a few providers, and shortfalls of some, in the pool or not."""
    mwh = st.decimals(min_value=0, max_value=10**6, places=3)
    providers = draw(st.dictionaries(st.integers(1, 9), st.integers(1, 3), max_size=9))
    pool = [
        Projection(project=project, provider=provider, mwh=draw(mwh))
        for project, provider in providers.items()
        if draw(st.booleans())
    ]
    carried = {project: draw(mwh) for project in providers if draw(st.booleans())}
    return pool, carried, providers


class TestDistribution:
    """MASS-080; 40 CFR 62.16245(a)(5)(i)."""

    def test_the_worked_example(self) -> None:
        budget = CPP_MASS.budget("AL", 2022)
        assert budget is not None
        found = distribute(
            budget.renewable_energy,
            projected(1_000_000, 500_000, 2_000_000),
            carried_mwh={},
            providers={},
        )

        assert found.allowances == {1: 945_207, 2: 472_603, 3: 1_890_414}
        assert found.surplus == 0

    def test_a_shortfall_is_set_off_against_the_next_projection(self) -> None:
        """MASS-083."""
        found = distribute(
            3_308_224,
            projected(1_000_000, 500_000, 2_000_000),
            carried_mwh={1: 150_000},
            providers={1: 1},
        )

        assert found.net_mwh[1] == 850_000
        assert found.allowances == {1: 839_400, 2: 493_765, 3: 1_975_059}
        assert found.carried_mwh == {1: 0}

    def test_there_is_no_limit_for_each_megawatt_hour(self) -> None:
        found = distribute(1_926_425, projected(1), carried_mwh={}, providers={})

        assert found.allowances == {1: 1_926_425}

    @pytest.mark.parametrize("pool", [[], projected(0, 0)])
    def test_a_set_aside_that_nobody_has_a_share_in_is_surplus(
        self, pool: list[Projection]
    ) -> None:
        """MASS-AMB-25."""
        found = distribute(1_926_425, pool, carried_mwh={}, providers={})

        assert found.surplus == 1_926_425
        assert sum(found.allowances.values()) == 0

    def test_a_set_aside_of_nothing_gives_everybody_nothing(self) -> None:
        found = distribute(0, projected(5, 7), carried_mwh={}, providers={})

        assert found.allowances == {1: 0, 2: 0}
        assert found.surplus == 0

    def test_a_project_stands_in_a_pool_once(self) -> None:
        twice = [Projection(project=1, provider=1, mwh=5)] * 2

        with pytest.raises(ValueError, match="once"):
            distribute(10, twice, carried_mwh={}, providers={})

    def test_figures_below_zero_are_a_bug(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            distribute(-1, projected(5), carried_mwh={}, providers={})
        with pytest.raises(ValueError, match="negative"):
            distribute(1, projected(5), carried_mwh={1: -1}, providers={1: 1})
        with pytest.raises(ValueError, match="negative"):
            projected(-1)

    @given(set_aside=st.integers(0, 10**9), pool=pools())
    def test_all_is_distributed_or_surplus_and_shares_follow_net_projections(
        self,
        set_aside: int,
        pool: tuple[list[Projection], dict[int, Decimal], dict[int, int]],
    ) -> None:
        projections, carried, providers = pool
        found = distribute(set_aside, projections, carried_mwh=carried, providers=providers)

        assert sum(found.allowances.values()) + found.surplus == set_aside
        whole = sum(found.net_mwh.values(), Fraction(0))
        for project, quantity in found.allowances.items():
            exact = set_aside * found.net_mwh[project] / whole if whole else 0
            assert abs(quantity - exact) < 1


class TestShortfall:
    """MASS-083; 40 CFR 62.16245(a)(5)(ii)-(iii); MASS-AMB-22, MASS-AMB-23."""

    def test_what_is_larger_than_the_projection_is_carried_on(self) -> None:
        net, left = net_projections(projected(100_000), {1: 250_000}, providers={1: 1})

        assert net == {1: 0}
        assert left == {1: 150_000}

    def test_it_is_charged_to_the_project_first_and_then_to_its_providers_others(self) -> None:
        pool = [
            Projection(project=1, provider=10, mwh=100),
            Projection(project=2, provider=10, mwh=500),
            Projection(project=3, provider=30, mwh=500),
        ]

        net, left = net_projections(pool, {1: 250, 2: 20}, providers=PROVIDERS)

        assert net == {1: 0, 2: 330, 3: 500}
        assert left == {1: 0, 2: 0}

    def test_a_project_that_left_the_pool_charges_its_provider(self) -> None:
        pool = [Projection(project=2, provider=10, mwh=500)]

        net, left = net_projections(pool, {1: 200}, providers=PROVIDERS)

        assert net == {2: 300}
        assert left == {1: 0}

    def test_by_the_other_reading_it_is_the_projects_alone(self) -> None:
        pool = [Projection(project=2, provider=10, mwh=500)]

        net, left = net_projections(pool, {1: 200}, providers=PROVIDERS, charge=PROJECT_ONLY)

        assert net == {2: 500}
        assert left == {1: 200}

    def test_what_is_generated_beyond_the_projection_earns_nothing(self) -> None:
        assert shortfall_mwh(Delivery(projected_mwh=1000, actual_mwh=850)) == 150
        assert shortfall_mwh(Delivery(projected_mwh=1000, actual_mwh=1200)) == 0

    @given(pool=pools())
    def test_no_megawatt_hour_is_set_off_twice_or_lost(
        self, pool: tuple[list[Projection], dict[int, Decimal], dict[int, int]]
    ) -> None:
        projections, carried, providers = pool
        net, left = net_projections(projections, carried, providers=providers)

        promised = sum((Fraction(of.mwh) for of in projections), Fraction(0))
        owed = sum((Fraction(mwh) for mwh in carried.values()), Fraction(0))
        charged = owed - sum(left.values(), Fraction(0))
        assert promised - sum(net.values(), Fraction(0)) == charged
        assert all(mwh >= 0 for mwh in (*net.values(), *left.values()))
        for project, mwh in left.items():
            if mwh:  # Nothing of its provider's is left that could have been charged.
                of_provider = [
                    of.project for of in projections if of.provider == providers[project]
                ]
                assert all(net[other] == 0 for other in of_provider)


class TestLargeShortfall:
    """MASS-084, MASS-085; 40 CFR 62.16245(a)(5)(iii); MASS-AMB-24."""

    @pytest.mark.parametrize(
        ("actual_mwh", "explained"), [(900_000, False), (899_999, True), (1_200_000, False)]
    )
    def test_only_more_than_ten_percent_is_to_be_explained(
        self, actual_mwh: int, explained: bool
    ) -> None:
        delivery = Delivery(projected_mwh=1_000_000, actual_mwh=actual_mwh)

        assert is_to_explain(delivery, percent=rules().explain_above_percent) is explained

    def test_nothing_promised_is_no_shortfall(self) -> None:
        assert not is_to_explain(Delivery(projected_mwh=0, actual_mwh=0), percent=10)

    def test_the_bar_covers_the_runs_that_are_still_to_come(self) -> None:
        assert self._barred({2022, 2023, 2024}, found_on=date(2025, 6, 15)) == (2026, 2027)

    def test_what_is_found_early_bars_the_whole_period(self) -> None:
        assert self._barred({2022, 2023, 2024}, found_on=date(2024, 11, 1)) == (2025, 2026, 2027)

    def test_two_of_three_years_do_not_disqualify(self) -> None:
        assert self._barred({2022, 2024}, found_on=date(2025, 6, 15)) == ()

    def _barred(self, short_years: set[int], *, found_on: date) -> tuple[int, ...]:
        return disqualified_vintages(
            CompliancePeriod.parse("2022-2024"),
            following=CompliancePeriod.parse("2025-2027"),
            short_years=short_years,
            found_on=found_on,
            rules=rules(),
        )


class TestSurplus:
    """MASS-086; 40 CFR 62.16245(a)(6); 62.16240(b)(1)(ii)."""

    def test_the_worked_example(self) -> None:
        initial = {1: 20_000_000, 2: 11_000_000, 3: 1_234_567}

        assert divide_surplus(1_926_425, initial) == {1: 1_195_254, 2: 657_390, 3: 73_781}

    def test_a_surplus_that_nobody_can_receive_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="nobody"):
            divide_surplus(5, {})
        assert divide_surplus(0, {}) == {}


class TestDates:
    """MASS-078, MASS-081; MASS-AMB-19, MASS-AMB-20."""

    def test_projections_and_recordation_are_of_the_year_before(self) -> None:
        assert projection_due_on(2022, rules=rules()) == date(2021, 6, 1)
        assert recorded_on(2022, rules=rules()) == date(2021, 12, 1)

    @pytest.mark.parametrize(
        ("dispatched", "received", "is_update", "year", "expected"),
        [
            ((2021, 6, 1), (2021, 6, 4), False, 2022, True),
            ((2021, 6, 2), (2021, 6, 2), False, 2022, False),
            ((2021, 6, 2), (2021, 6, 2), False, 2023, True),
            ((2022, 6, 1), (2022, 6, 3), True, 2023, False),
            ((2022, 6, 1), (2022, 6, 1), True, 2023, True),
        ],
    )
    def test_applications_are_dated_by_dispatch_and_updates_by_receipt(
        self,
        dispatched: tuple[int, int, int],
        received: tuple[int, int, int],
        is_update: bool,
        year: int,
        expected: bool,
    ) -> None:
        found = in_time(
            generation_year=year,
            dispatched_at=datetime(*dispatched, 12, tzinfo=EASTERN),
            received_at=datetime(*received, 12, tzinfo=EASTERN),
            is_update=is_update,
            rules=rules(),
            zone=EASTERN,
        )

        assert found is expected

    def test_the_day_ends_in_the_programs_zone(self) -> None:
        late_in_the_evening = datetime(2021, 6, 2, 3, 59, tzinfo=UTC)  # 23:59 of June 1.

        assert in_time(
            generation_year=2022,
            dispatched_at=late_in_the_evening,
            received_at=late_in_the_evening,
            is_update=False,
            rules=rules(),
            zone=EASTERN,
        )


class TestUprate:
    """MASS-076; 40 CFR 62.16245(a)(2)(ii)."""

    def test_only_the_added_capacitys_part_counts(self) -> None:
        assert eligible_mwh(350_400, share=Fraction(20, 120)) == 58_400

    def test_a_share_beyond_the_whole_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="no share"):
            eligible_mwh(1, share=Fraction(3, 2))

    def test_what_is_kept_is_rounded_down_to_the_thousandth(self) -> None:
        assert to_the_kwh(Fraction(2, 3)) == Decimal("0.666")
