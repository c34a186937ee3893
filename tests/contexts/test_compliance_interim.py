"""Control periods and interim control periods: what is due when, and that no ton is owed twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.contexts.control_registry import (
    BAY,
    CHALK,
    PROGRAM,
    RAVEN,
    RULES,
    THIRD,
    Y2015,
    Y2016,
    ControlRegistry,
)
from tests.contexts.registry import refused
from trueup.audit.models import Notice
from trueup.compliance import queries, services
from trueup.compliance.models import Settlement
from trueup.emissions.formats import read
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountSpec, Instruction, Range
from trueup.ledger.verify import audit
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> ControlRegistry:
    return ControlRegistry()


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit()
    assert report.clean, report.differences


def first_interim(registry: ControlRegistry, *, held: int, tons: object = 1000) -> None:
    """Allowances of 2015, the emissions of 2015, and the interim run after March 1."""
    registry.give(CHALK, 2015, held)
    registry.on("2016-01-20")
    registry.report(CHALK, 2015, tons)
    registry.on("2016-03-02")
    registry.run(Y2015)


def rest(registry: ControlRegistry, *, tons_2016: int = 0, tons_2017: int = 0) -> None:
    """The second interim run, and the run at the end of the control period."""
    registry.on("2017-01-20")
    registry.report(CHALK, 2016, tons_2016)
    registry.on("2017-03-02")
    registry.run(Y2016)
    registry.on("2018-01-20")
    registry.report(CHALK, 2017, tons_2017)
    registry.on("2018-03-02")
    registry.run(THIRD)


def give_offsets(registry: ControlRegistry, quantity: int) -> None:
    """Offset allowances of 2015 for Chalk Point, as a project's are awarded."""
    place = {"program": PROGRAM, "purpose": "offsets", "jurisdiction": "MD"}
    state = (
        ledger_queries.account_of_purpose(**place)
        or ledger.open_accounts(
            [AccountSpec(kind="holding", name="MD offset allowances", **place)],
            opened_at=registry.tick(),
        )[0]
    )
    lot = Lot(jurisdiction="MD", year=2015, category="OFS")
    first = ledger_queries.last_serial(program=PROGRAM, lot=lot) + 1
    of: dict[str, Any] = {"actor": "administrator", "cite": "RGGI-033"}
    ledger.originate(
        program=PROGRAM,
        lot=lot,
        shares=[(state.id, quantity)],
        key=uuid4(),
        recorded_at=registry.tick(),
        **of,
    )
    award = Instruction(
        type="award",
        source=state.id,
        destination=registry.accounts[CHALK].id,
        blocks=(Range(lot.number(RULES.number), first, first + quantity - 1),),
        key=uuid4(),
        submitted_at=registry.tick(),
        ground="a project",
        **of,
    )
    ledger.record([award], program=PROGRAM, recorded_at=registry.tick())


class TestOffsetLimit:
    """RGGI-033: `offsets.limit_percent` of a program's file; 100 is no limit."""

    @pytest.fixture
    def ten_percent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rules = replace(RULES, market=replace(RULES.market, offsets_percent=10))
        monkeypatch.setattr(programs, "load", lambda _code: rules)

    def test_without_a_limit_offset_allowances_meet_all_of_it(
        self, registry: ControlRegistry
    ) -> None:
        give_offsets(registry, 500)
        first_interim(registry, held=1)

        assert registry.figures(CHALK, Y2015) == (500, 500, 0, 0, 0, 0)
        assert registry.total(CHALK) == 1

    @pytest.mark.usefixtures("ten_percent")
    def test_a_tenth_can_be_met_by_them_and_no_more(self, registry: ControlRegistry) -> None:
        give_offsets(registry, 500)
        first_interim(registry, held=450)

        assert registry.figures(CHALK, Y2015) == (500, 500, 0, 0, 0, 0)
        assert registry.total(CHALK) == 450

    @pytest.mark.usefixtures("ten_percent")
    def test_what_is_missing_then_is_owed_in_other_allowances(
        self, registry: ControlRegistry
    ) -> None:
        give_offsets(registry, 500)
        first_interim(registry, held=440)
        assert registry.figures(CHALK, Y2015) == (500, 490, 10, 30, 0, 30)

        give_offsets(registry, 40)
        assert registry.figures(CHALK, Y2015)[-1] == 30
        registry.give(CHALK, 2016, 12)
        assert registry.figures(CHALK, Y2015)[-1] == 18

    @pytest.mark.usefixtures("ten_percent")
    def test_a_position_counts_no_more_of_them_than_can_be_used(
        self, registry: ControlRegistry
    ) -> None:
        """PLAT-080: who holds too many offset allowances is short, and warned of it."""
        give_offsets(registry, 500)
        registry.give(CHALK, 2015, 440)
        registry.on("2016-01-20")
        registry.report(CHALK, 2015, 1000)
        found = queries.position(program=PROGRAM, period=Y2015, facility=registry.facilities[CHALK])

        assert found is not None
        assert (found.obligation, found.held, found.shortage) == (500, 490, 10)


class TestPeriods:
    """RGGI-010, RGGI-012: three years, their interim years, March 1 without a shift."""

    def test_interim_control_periods_are_named_by_their_year(self) -> None:
        assert RULES.period_named("2015") == Y2015
        assert RULES.interim_periods(THIRD) == (Y2015, Y2016)
        assert RULES.is_interim(Y2016)
        assert not RULES.is_interim(THIRD)

    @pytest.mark.parametrize("name", ["2017", "2008", "2015-2016", "2014-2016"])
    def test_there_is_none_for_the_third_year_and_no_period_of_other_years(self, name: str) -> None:
        """RGGI-010, RGGI-011: a period of other length is refused."""
        with pytest.raises(Refused, match="not a compliance period"):
            RULES.period_named(name)

    def test_the_deadlines_of_the_third_and_the_fourth_control_period(self) -> None:
        """RGGI-012: March 1, 2020 is a Sunday."""
        fourth = RULES.period_named("2018-2020")
        found = [RULES.deadline_on(one) for one in (*RULES.interim_periods(fourth), fourth)]

        assert found == [date(2019, 3, 1), date(2020, 3, 1), date(2021, 3, 1)]
        assert RULES.deadline_on(Y2015) == date(2016, 3, 1)


class TestInterimDeductions:
    """RGGI-011, RGGI-015: half of a year's emissions, of any vintage of the control period."""

    def test_half_of_the_year_is_deducted(self, registry: ControlRegistry) -> None:
        first_interim(registry, held=800)

        assert registry.figures(CHALK, Y2015) == (500, 500, 0, 0, 0, 0)
        assert registry.total(CHALK) == 300

    def test_half_of_an_odd_year_is_rounded_up(self, registry: ControlRegistry) -> None:
        first_interim(registry, held=800, tons="1000.5")

        assert registry.figures(CHALK, Y2015)[0] == 501

    def test_it_waits_for_march_1(self, registry: ControlRegistry) -> None:
        """RGGI-012."""
        registry.report(CHALK, 2015, 1) if registry.now.year > 2015 else None
        registry.on("2016-03-01")

        with refused("deadline_not_passed"):
            registry.run(Y2015)

    def test_what_arrives_on_march_2_does_not_count(self, registry: ControlRegistry) -> None:
        """RGGI-012: it is taken for the excess, three for one."""
        registry.give(BAY, 2015, 600)
        registry.on("2016-01-20")
        registry.report(CHALK, 2015, 400)
        registry.on("2016-03-02")
        registry.transfer(BAY, CHALK, 2015, 600)
        registry.run(Y2015)

        assert registry.figures(CHALK, Y2015) == (200, 0, 200, 600, 600, 0)

    def test_later_vintages_of_the_control_period_are_usable_and_no_others(
        self, registry: ControlRegistry
    ) -> None:
        """RGGI-015."""
        registry.give(CHALK, 2017, 100)
        first_interim(registry, held=50, tons=300)
        assert registry.figures(CHALK, Y2015) == (150, 150, 0, 0, 0, 0)

        registry.on("2018-01-20")
        registry.give(CHALK, 2018, 100)
        registry.report(CHALK, 2016, 0)
        registry.report(CHALK, 2017, 0)
        registry.on("2018-03-02")
        registry.run(THIRD)
        # A future control period: none for emissions, but for what is missing.
        assert registry.figures(CHALK, THIRD) == (150, 0, 150, 450, 100, 350)

    def test_a_run_again_takes_nothing_twice(self, registry: ControlRegistry) -> None:
        first_interim(registry, held=800)
        registry.run(Y2015)

        assert registry.total(CHALK) == 300
        assert Settlement.objects.count() == 1

    def test_who_has_not_reported_is_left_out_and_settled_later(
        self, registry: ControlRegistry
    ) -> None:
        """RGGI-018: pending, not compliant."""
        first_interim(registry, held=800)
        assert registry.outcome(RAVEN, Y2015) is None
        (left_out,) = queries.omissions(program=PROGRAM, period=Y2015)
        assert (left_out.facility.name, left_out.missing) == (RAVEN, (("30", 2015),))

        registry.report(RAVEN, 2015, 0)
        registry.run(Y2015)
        assert registry.figures(RAVEN, Y2015) == (0, 0, 0, 0, 0, 0)

    def test_representatives_are_told_under_the_program_s_own_items(
        self, registry: ControlRegistry
    ) -> None:
        first_interim(registry, held=800)

        told = Notice.objects.get(event="deductions_recorded")
        assert "2015" in told.subject
        assert "40 CFR" not in told.body
        assert "RGGI-010" in told.body

    def test_who_is_short_is_warned_before_an_interim_deadline(
        self, registry: ControlRegistry
    ) -> None:
        registry.on("2016-01-20")
        registry.report(CHALK, 2015, 1000)
        registry.on("2016-02-01")

        assert services.warn_of_insufficient_holdings(program=PROGRAM, now=registry.now) == 1
        assert services.warn_of_insufficient_holdings(program=PROGRAM, now=registry.now) == 0
        assert Notice.objects.filter(event="insufficient_holdings", body__contains="500").exists()


class TestFinalObligation:
    """RGGI-013: all tons of the three years, less what was surrendered."""

    def test_the_worked_example(self, registry: ControlRegistry) -> None:
        first_interim(registry, held=3500)
        rest(registry, tons_2016=1200, tons_2017=900)

        assert registry.figures(CHALK, Y2016) == (600, 600, 0, 0, 0, 0)
        assert registry.figures(CHALK, THIRD) == (2000, 2000, 0, 0, 0, 0)

    def test_what_is_left_is_banked(self, registry: ControlRegistry) -> None:
        """RGGI-017: 3,500 held, 3,100 owed, 400 stay and are usable in the next period."""
        first_interim(registry, held=3500)
        rest(registry, tons_2016=1200, tons_2017=900)
        assert registry.total(CHALK) == 400

        registry.on("2019-01-20")
        registry.report(CHALK, 2018, 800)
        registry.on("2019-03-02")
        fourth = RULES.interim_periods(RULES.period_named("2018-2020"))[0]
        registry.run(fourth)
        assert registry.figures(CHALK, fourth) == (400, 400, 0, 0, 0, 0)

    def test_the_statement_shows_what_was_settled_before(self, registry: ControlRegistry) -> None:
        first_interim(registry, held=3500)
        rest(registry, tons_2016=1200, tons_2017=900)

        statement = queries.statement(
            program=PROGRAM, period=THIRD, facility=registry.facilities[CHALK]
        )
        assert statement is not None
        assert [one.obligation for one in statement.interim] == [500, 600]
        assert (statement.reported_tons, statement.owed_now) == (3100, 2000)

    def test_each_year_is_rounded_before_the_sum(self, registry: ControlRegistry) -> None:
        """RGGI-005: 0.5 + 0.5 + 0.5 are three tons, not two."""
        first_interim(registry, held=3500, tons="0.5")
        registry.on("2018-01-20")
        registry.report(CHALK, 2016, "0.5")
        registry.report(CHALK, 2017, "0.5")
        registry.on("2018-03-02")
        registry.run(THIRD)

        assert registry.figures(CHALK, THIRD)[0] == 2

    def test_without_interim_runs_all_is_due_at_the_end(self, registry: ControlRegistry) -> None:
        registry.give(CHALK, 2015, 3500)
        registry.on("2018-01-20")
        for year, tons in zip(THIRD.vintages, (1000, 1200, 900), strict=True):
            registry.report(CHALK, year, tons)
        registry.on("2018-03-02")
        registry.run(THIRD)

        assert registry.figures(CHALK, THIRD) == (3100, 3100, 0, 0, 0, 0)
        registry.run(Y2015)
        assert registry.outcome(CHALK, Y2015) is None  # Or its tons would be owed twice.


class TestExcess:
    """RGGI-016: three in all for a ton that is missing, at interim deadlines as well."""

    def test_what_arrives_is_taken_at_once_and_counts_once_at_the_end(
        self, registry: ControlRegistry
    ) -> None:
        first_interim(registry, held=400)
        assert registry.figures(CHALK, Y2015) == (500, 400, 100, 300, 0, 300)
        registry.on("2016-04-01")
        registry.give(BAY, 2015, 2500)
        registry.transfer(BAY, CHALK, 2015, 299)
        assert registry.figures(CHALK, Y2015)[-1] == 1
        registry.transfer(BAY, CHALK, 2015, 2201)
        assert registry.figures(CHALK, Y2015) == (500, 400, 100, 300, 300, 0)

        rest(registry, tons_2016=1200, tons_2017=400)
        assert registry.figures(CHALK, THIRD)[:3] == (1500, 1500, 0)
        assert registry.total(CHALK) == 2500 - 300 - 600 - 1500

    def test_a_ton_that_is_still_owed_is_not_owed_again(self, registry: ControlRegistry) -> None:
        first_interim(registry, held=400)
        rest(registry)

        assert registry.figures(CHALK, Y2015)[-1] == 300
        assert registry.figures(CHALK, THIRD)[0] == 500

    def test_nothing_usable_leaves_the_account_while_it_owes(
        self, registry: ControlRegistry
    ) -> None:
        first_interim(registry, held=400)
        registry.give(CHALK, 2015, 100)

        assert registry.total(CHALK) == 0
        assert registry.transfer(CHALK, BAY, 2015, 1).state == "refused"


class TestCorrections:
    """RGGI-013, RGGI-018: corrected data reopen what is settled, and no ton is counted twice."""

    def test_before_the_end_the_interim_settlement_is_adjusted(
        self, registry: ControlRegistry
    ) -> None:
        first_interim(registry, held=800)
        registry.adjust(CHALK, 2015, 1200)
        assert registry.figures(CHALK, Y2015) == (600, 600, 0, 0, 0, 0)

        registry.adjust(CHALK, 2015, 900)
        assert registry.figures(CHALK, Y2015) == (450, 450, 0, 0, 0, 0)
        assert registry.total(CHALK) == 350

    def test_after_the_end_the_control_period_is(self, registry: ControlRegistry) -> None:
        first_interim(registry, held=3500)
        rest(registry, tons_2016=1200, tons_2017=900)
        registry.adjust(CHALK, 2015, 1100)

        assert registry.figures(CHALK, Y2015)[0] == 500
        assert registry.figures(CHALK, THIRD) == (2100, 2100, 0, 0, 0, 0)
        assert queries.reopened(program=PROGRAM, period=Y2015) == []

    def test_what_was_surrendered_beyond_all_tons_comes_back(
        self, registry: ControlRegistry
    ) -> None:
        first_interim(registry, held=3500)
        rest(registry)
        registry.adjust(CHALK, 2015, 300)

        assert registry.figures(CHALK, THIRD)[0] == 0
        assert registry.figures(CHALK, Y2015) == (300, 300, 0, 0, 0, 0)
        assert registry.total(CHALK) == 3200


class TestParticipation:
    """RGGI-002: a year before its State takes part owes nothing."""

    def test_a_state_that_joins_in_the_third_year_owes_for_that_year_alone(
        self, registry: ControlRegistry
    ) -> None:
        """New Jersey takes part from January 1, 2020."""
        registry.join("Bergen", 2398, "NJ", "Noa Jay")
        registry.on("2019-01-20")
        registry.report("Bergen", 2018, 700)
        registry.on("2019-03-02")
        fourth = RULES.period_named("2018-2020")
        interim = RULES.interim_periods(fourth)[0]
        registry.run(interim)
        assert registry.figures("Bergen", interim)[0] == 0

        registry.on("2021-01-20")
        registry.report("Bergen", 2020, 300)
        registry.give("Bergen", 2020, 300)
        registry.on("2021-03-02")
        registry.run(fourth)
        assert registry.figures("Bergen", fourth) == (300, 300, 0, 0, 0, 0)
        statement = queries.statement(
            program=PROGRAM, period=fourth, facility=registry.facilities["Bergen"]
        )
        assert statement is not None
        assert statement.outside == (2018, 2019)


class TestFilesInMetricTons:
    """RGGI-005: an allowance is a short ton, and a file says its unit."""

    def test_a_column_of_another_unit_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "emissions.csv"
        for column in ("co2_metric_tons", "co2", "CO2 (tonnes)"):
            path.write_text(f"facility,unit,year,{column}\n1571,1,2015,1000\n")
            with refused("missing_column"):
                read(path)
        path.write_text("facility,unit,year,co2_tons\n1571,1,2015,1000\n")
        assert read(path).rows[0].co2_tons == 1000


class TestBudgetsApart:
    """RGGI-003: one market, and each State's budget is seen by itself."""

    def test_an_allowance_of_one_state_is_used_in_another(self, registry: ControlRegistry) -> None:
        registry.give(RAVEN, 2015, 500)
        registry.give(CHALK, 2015, 1000)
        registry.transfer(CHALK, RAVEN, 2015, 400)
        registry.on("2016-01-20")
        registry.report(CHALK, 2015, 0)
        registry.report(RAVEN, 2015, 1800)
        registry.on("2016-03-02")
        registry.run(Y2015)

        used = queries.used_by_origin(program=PROGRAM, period=Y2015)
        assert used == {("NY", "NY"): 500, ("MD", "NY"): 400}
        uses = queries.budget_uses(used, deducted={"NY": 900})
        assert [
            (one.jurisdiction, one.used_at_home, one.used_elsewhere, one.used_of_others)
            for one in uses
        ] == [("MD", 0, 400, 0), ("NY", 500, 0, 400)]
        with pytest.raises(ValueError, match="0 were used, 300 deducted"):
            queries.budget_uses(used, deducted={"NY": 500, "MD": 300})
