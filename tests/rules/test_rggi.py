"""RGGI as Maryland runs it: who is covered, the State's accounts, reports of trades."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from trueup.rules import programs
from trueup.rules import state_general_accounts as accounts
from trueup.rules.participation import Applicability, is_covered, takes_part
from trueup.rules.refusal import Refusal
from trueup.rules.state_general_accounts import StateAccountRules
from trueup.rules.trade_reports import Trade, TradeReport, TradeRules, average, check_report

RGGI = programs.load("rggi-md")
CPP_MASS = programs.load("cpp-mass")


def applies() -> Applicability:
    assert RGGI.market.applicability is not None
    return RGGI.market.applicability


def rules() -> StateAccountRules:
    assert RGGI.market.state_accounts is not None
    return RGGI.market.state_accounts


def trades() -> TradeRules:
    assert RGGI.market.trades is not None
    return RGGI.market.trades


def reasons(found: list[Refusal]) -> set[str]:
    return {refusal.reason for refusal in found}


class TestProgram:
    """A second real program is a file."""

    def test_it_trades_allowances_of_three_year_periods(self) -> None:
        assert (RGGI.number, RGGI.kind, RGGI.books_per) == (3, "mass", "facility")
        assert RGGI.excess_multiplier == 3
        assert not RGGI.deadline_rolls
        assert not RGGI.hold_after_deadline
        assert RGGI.budget("MD", 2015) is None
        assert RGGI.readings.keys() == CPP_MASS.readings.keys() - {
            "early_action_basis",
            "output_based_basis",
        }

    def test_the_federal_programs_have_none_of_its_parts(self) -> None:
        for code in ("cpp-mass", "cpp-rate"):
            market = programs.load(code).market
            assert market.partial is market.state_accounts is market.trades is None
            assert market.applicability is market.offsets_percent is market.auctions is None

    def test_what_an_auction_awards_is_no_own_allocation(self) -> None:
        award = RGGI.transaction_types["award"]

        assert award.routes == {("holding", "compliance"), ("holding", "general")}
        assert not award.own


class TestApplicability:
    """RGGI-001, RGGI-002."""

    @pytest.mark.parametrize(
        ("state", "mw", "fuel", "covered"),
        [
            ("MD", "25.0", "gas", True),
            ("MD", "24.9", "gas", False),
            ("MD", "100", "wind", False),
            ("PA", "100", "coal", False),
            ("VA", "100", "coal", False),
        ],
    )
    def test_fossil_units_of_at_least_25_mw_in_a_participating_state(
        self, state: str, mw: str, fuel: str, covered: bool
    ) -> None:
        assert (
            is_covered(
                applies(), state=state, day=date(2016, 7, 1), nameplate_mw=Decimal(mw), fuel=fuel
            )
            is covered
        )

    def test_a_state_takes_part_from_a_day_until_a_day(self) -> None:
        states = applies().states

        assert not takes_part(states, state="NJ", day=date(2019, 12, 31))
        assert takes_part(states, state="NJ", day=date(2020, 1, 1))
        assert takes_part(states, state="NJ", day=date(2011, 12, 31))
        assert not takes_part(states, state="VA", day=date(2024, 1, 1))


class TestDivision:
    """RGGI-020, RGGI-025: all of a year's allowances, by January 31."""

    SET_ASIDES = {"liesa": 50, "ltc": 40, "vrsa": 30, "cgsa": 80}

    def test_the_consumer_account_takes_the_rest(self) -> None:
        assert accounts.rest_of(1000, self.SET_ASIDES, rules=rules()) == {
            **self.SET_ASIDES,
            "consumer": 800,
        }
        with pytest.raises(ValueError, match="do not fit"):
            accounts.rest_of(199, self.SET_ASIDES, rules=rules())

    @pytest.mark.parametrize(("budget", "words"), [(1001, "1 missing"), (999, "1 too many")])
    def test_the_sum_is_the_whole_budget(self, budget: int, words: str) -> None:
        quantities = {**self.SET_ASIDES, "consumer": 800}

        assert accounts.check_division(1000, quantities, rules=rules()) == []
        (found,) = accounts.check_division(budget, quantities, rules=rules())
        assert words in found.sentence

    def test_an_account_that_the_state_does_not_have_gets_nothing(self) -> None:
        assert reasons(accounts.check_division(5, {"other": 5}, rules=rules())) == {
            "not_whole_budget"
        }

    def test_after_january_31_it_is_late(self) -> None:
        assert not accounts.is_late(date(2016, 1, 29), year=2016, rules=rules())
        assert accounts.is_late(date(2016, 2, 1), year=2016, rules=rules())


class TestUses:
    """RGGI-026: each account has one use."""

    @pytest.mark.parametrize(
        ("purpose", "use"),
        [
            ("liesa", "retire"),
            ("ltc", "sell"),
            ("vrsa", "retire"),
            ("cgsa", "award"),
            ("consumer", "auction"),
        ],
    )
    def test_the_five_accounts(self, purpose: str, use: str) -> None:
        assert accounts.check_use(purpose, use=use, rules=rules()) == []
        for other in set(accounts.USES) - {use}:
            found = accounts.check_use(purpose, use=other, rules=rules())
            assert reasons(found) == {"other_use"}

    def test_no_other_account_is_known(self) -> None:
        with pytest.raises(ValueError, match="no account"):
            accounts.check_use("reserve", use="award", rules=rules())


class TestLimitedSources:
    """RGGI-021; COMAR 26.09.02.06."""

    @pytest.mark.parametrize(("percent", "limited"), [(9.9, True), (10, False), (None, False)])
    def test_the_permit_must_keep_exports_under_ten_percent(
        self, percent: float | None, limited: bool
    ) -> None:
        permit = None if percent is None else Decimal(str(percent))

        found = accounts.check_limited(permit_export_percent=permit, rules=rules())
        assert (found == []) is limited

    def test_the_average_of_three_years_half_up(self) -> None:
        tons = {2013: 900, 2014: 1000, 2015: 1100, 2012: 9999}
        assert accounts.limited_quantity(tons, year=2016, rules=rules()) == 1000
        thirds = {2013: 1000, 2014: 1000, 2015: 1001}
        assert accounts.limited_quantity(thirds, year=2016, rules=rules()) == 1000
        assert accounts.limited_quantity({2014: 1, 2015: 2}, year=2016, rules=rules()) == 2

    def test_years_without_data_are_left_out_and_said(self) -> None:
        assert accounts.limited_quantity({}, year=2016, rules=rules()) == 0
        assert not accounts.has_all_years({2014, 2015}, year=2016, rules=rules())
        assert accounts.has_all_years({2013, 2014, 2015}, year=2016, rules=rules())

    def test_what_the_account_lacks_is_reported(self) -> None:
        assert accounts.retirable(1000, balance=999) == (999, 1)
        assert accounts.retirable(5, balance=999) == (5, 0)
        with pytest.raises(ValueError, match="negative"):
            accounts.retirable(-1, balance=1)


class TestLongTermContracts:
    """RGGI-022; COMAR 26.09.02.07."""

    def test_it_is_sold_at_the_reserve_price_alone(self) -> None:
        def found(price: int, *, contract: bool = True, viability: bool = True) -> set[str]:
            return reasons(
                accounts.check_sale(
                    price_cents=price,
                    reserve_price_cents=205,
                    has_contract=contract,
                    shows_viability=viability,
                )
            )

        assert found(205) == set()
        assert found(206) == {"not_at_reserve_price"}
        assert found(205, contract=False) == {"evidence_missing"}
        assert found(205, viability=False) == {"evidence_missing"}
        assert accounts.sale_amount(100, price_cents=205) == Decimal("205.00")


class TestCertificates:
    """RGGI-023; COMAR 26.09.02.08."""

    def test_megawatt_hours_at_the_factor_of_the_year_rounded_down(self) -> None:
        assert accounts.certificate_quantity(2000, tons_per_mwh=Decimal("0.5")) == 1000
        assert accounts.certificate_quantity(3, tons_per_mwh=Decimal("0.5")) == 1
        with pytest.raises(ValueError, match="negative"):
            accounts.certificate_quantity(-1, tons_per_mwh=Decimal("0.5"))

    def test_a_serial_number_counts_once_and_only_when_retired(self) -> None:
        assert accounts.check_certificates(["r1", "r2"], used=["r3"]) == []
        assert reasons(accounts.check_certificates(["r1"], used=["r1"])) == {"certificate_used"}
        assert reasons(accounts.check_certificates(["r1"], used=[], not_retired=["r1"])) == {
            "certificate_not_retired"
        }


class TestCleanGeneration:
    """RGGI-024; COMAR 26.09.02.09."""

    def test_a_new_source_with_a_finding(self) -> None:
        def found(day: date, *, finding: bool = True) -> set[str]:
            return reasons(
                accounts.check_clean_generation(
                    in_service_on=day, has_permit_finding=finding, rules=rules()
                )
            )

        assert found(date(2015, 6, 1)) == set()
        assert found(date(1999, 6, 1)) == {"source_not_new"}
        assert found(date(2015, 6, 1), finding=False) == {"evidence_missing"}


class TestTradeReports:
    """RGGI-032: price, method, or a reason for neither."""

    ON = date(2016, 2, 10)

    def found(self, **values: object) -> set[str]:
        report = TradeReport(**{"kind": "spot", "agreed_on": self.ON, **values})  # type: ignore[arg-type]
        return reasons(check_report(report, rules=trades(), submitted_on=self.ON))

    def test_one_of_the_three_is_stated(self) -> None:
        assert self.found(price_cents=500) == set()
        assert self.found(pricing_method="average of the month's last five days") == set()
        assert self.found(reason="gift") == set()
        assert self.found() == {"price_missing"}
        assert self.found(pricing_method="  ") == {"price_missing"}

    def test_a_price_and_a_reason_for_none_do_not_go_together(self) -> None:
        assert self.found(price_cents=500, reason="gift") == {"price_and_reason"}

    def test_what_is_not_known_is_refused(self) -> None:
        assert self.found(price_cents=500, kind="loan") == {"kind_unknown"}
        assert self.found(reason="just so") == {"reason_unknown"}
        assert self.found(price_cents=500, agreed_on=date(2016, 2, 11)) == {"agreed_later"}
        assert self.found(price_cents=0) == {"price_missing"}


class TestAverages:
    """RGGI-049: weighted, of one kind, at arm's length, of enough trades."""

    @staticmethod
    def spot(quantity: int, price_cents: int | None, *, arms_length: bool = True) -> Trade:
        return Trade(
            kind="spot",
            quantity=quantity,
            price_cents=price_cents,
            is_at_arms_length=arms_length,
        )

    def test_the_worked_example(self) -> None:
        two = TradeRules(kinds=("spot",), reasons=("gift",), average_of_at_least=2)
        found = average([self.spot(100, 500), self.spot(300, 600)], kind="spot", rules=two)

        assert found is not None
        assert found.cents == 575
        assert (found.trades, found.quantity) == (2, 400)

    def test_below_three_there_is_none(self) -> None:
        pair = [self.spot(100, 500), self.spot(300, 600)]

        assert average(pair, kind="spot", rules=trades()) is None
        assert average([*pair, self.spot(1, 500)], kind="spot", rules=trades()) is not None

    def test_gifts_other_kinds_and_transfers_among_relatives_do_not_count(self) -> None:
        of = [
            self.spot(1, 100),
            self.spot(1, 100),
            self.spot(2, 101),
            self.spot(10**6, None),
            self.spot(10**6, 999, arms_length=False),
            Trade(kind="futures", quantity=10**6, price_cents=1),
        ]
        found = average(of, kind="spot", rules=trades())

        assert found is not None
        assert found.cents == Fraction(402, 4)
        assert average(of, kind="option", rules=trades()) is None
