"""Programs as data: every value is there, of its type, and cites its paragraph."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from tests.rules.fixtures import DATA_DIR
from trueup.rules import programs
from trueup.rules.credits import BELOW_STANDARD, GAS_SHIFT
from trueup.rules.program import ACCOUNT_KINDS, Program
from trueup.rules.programs import ProgramFileError
from trueup.rules.readings import keys_of
from trueup.rules.refusal import Refused

CPP_MASS = programs.load("cpp-mass")
CPP_RATE = programs.load("cpp-rate")
_FOLDER = files("trueup.rules") / "programs"
CPP_MASS_TEXT = (_FOLDER / "cpp-mass.toml").read_text(encoding="utf-8")
CPP_RATE_TEXT = (_FOLDER / "cpp-rate.toml").read_text(encoding="utf-8")
DECISIONS_DIR = Path(__file__).parents[2] / "docs" / "decisions"


class TestMassBasedProgram:
    """40 CFR part 62, subpart MMM."""

    def test_it_is_known(self) -> None:
        assert "cpp-mass" in programs.codes()
        assert programs.load("cpp-mass") is CPP_MASS
        for code in ("no-such-program", "", "../programs/cpp-mass"):
            with pytest.raises(Refused) as refused:
                programs.load(code)
            assert refused.value.reasons == {"unknown_program"}

    def test_what_it_trades_and_whose_books_it_keeps(self) -> None:
        assert (CPP_MASS.number, CPP_MASS.kind) == (1, "mass")
        assert (CPP_MASS.instrument, CPP_MASS.instruments) == ("allowance", "allowances")
        assert CPP_MASS.unit == "short ton of CO2"
        assert CPP_MASS.books_per == "facility"

    def test_the_time_limits_of_the_administrator(self) -> None:
        """62.16335(a), (d) and (e); 62.16355."""
        assert CPP_MASS.record_business_days == 5
        assert CPP_MASS.notify_business_days == 5
        assert CPP_MASS.refuse_business_days == 10
        assert CPP_MASS.correct_business_days == 10

    def test_what_the_rule_leaves_open_has_a_value(self) -> None:
        assert CPP_MASS.excess_multiplier == 2
        assert CPP_MASS.time_zone == "America/New_York"
        assert CPP_MASS.tons_rounding == "half_up"
        assert CPP_MASS.hold_after_deadline
        assert CPP_MASS.debt_blocks_transfers
        assert not CPP_MASS.owner_retirement_counts
        assert CPP_MASS.warning_days == (60, 30, 7, 1)
        assert "other" in CPP_MASS.retirement_reasons

    def test_every_section_of_values_has_its_cite(self) -> None:
        assert CPP_MASS.cites["deadline"] == "40 CFR 62.16375 “Allowance transfer deadline”"
        assert CPP_MASS.cites["time_limits.refuse"] == "40 CFR 62.16335(e)"
        assert all(CPP_MASS.cites.values())

    def test_its_calendar_answers(self) -> None:
        assert CPP_MASS.days_from(date(2023, 8, 15), 30) == date(2023, 9, 13)
        assert CPP_MASS.business_days_from(date(2025, 7, 3), 5) == date(2025, 7, 10)
        assert not CPP_MASS.is_business_day(date(2025, 7, 4))


class TestRateBasedProgram:
    """40 CFR part 62, subpart NNN."""

    def test_it_comes_second_and_trades_credits_of_a_megawatt_hour(self) -> None:
        """RATE-002."""
        assert programs.codes()[:2] == ("cpp-mass", "cpp-rate")
        assert (CPP_RATE.number, CPP_RATE.kind) == (2, "rate")
        assert (CPP_RATE.instrument, CPP_RATE.unit) == ("ERC", "MWh")
        assert CPP_RATE.is_rate_based
        assert not CPP_MASS.is_rate_based

    def test_it_keeps_books_for_each_affected_egu(self) -> None:
        """RATE-168, RATE-169; 62.16515(a)."""
        assert CPP_RATE.books_per == "egu"

    @pytest.mark.parametrize(
        ("period", "deadline_on"),
        [
            ("2022-2024", date(2025, 11, 3)),  # November 1 is a Saturday.
            ("2025-2027", date(2028, 11, 1)),
            ("2034-2035", date(2036, 11, 3)),
        ],
    )
    def test_the_deadline_is_november_1_or_the_next_business_day(
        self, period: str, deadline_on: date
    ) -> None:
        """RATE-193, AMB-07; 62.16570 “ERC transfer deadline”."""
        assert CPP_RATE.deadline_on(CPP_RATE.period_named(period)) == deadline_on

    def test_its_periods_are_those_of_the_mass_based_program(self) -> None:
        """RATE-014."""
        assert CPP_RATE.schedule == CPP_MASS.schedule
        assert CPP_RATE.period_of(date(2033, 7, 1)).name == "2032-2033"

    def test_nothing_is_allocated_and_no_budget_is_set(self) -> None:
        assert not CPP_RATE.allocates
        assert "allocate" not in CPP_RATE.transaction_types
        assert CPP_RATE.budget("AL", 2022) is None
        assert CPP_MASS.allocates
        assert CPP_MASS.credits is None

    def test_credits_are_issued_into_compliance_and_general_accounts(self) -> None:
        """RATE-140; 62.16431(c): those that match early action wait in accounts of States."""
        issuing = CPP_RATE.transaction_types["originate"]

        assert issuing.event == "issued"
        assert issuing.routes == {("", "compliance"), ("", "general"), ("", "holding")}
        assert CPP_RATE.transaction_types["award"].routes == {
            ("holding", "general"),
            ("holding", "holding"),
        }

    def test_no_credit_is_deducted_before_another_for_being_its_accounts_own(self) -> None:
        """RATE-197, AMB-24."""
        assert not any(kind.own for kind in CPP_RATE.transaction_types.values())

    def test_comment_takes_thirty_days_that_begin_with_the_notice(self) -> None:
        """RATE-139, RATE-259."""
        assert CPP_RATE.credits is not None
        days = CPP_RATE.credits.comment_days
        assert CPP_RATE.days_from(date(2023, 5, 31), days) == date(2023, 6, 29)

    def test_the_statements_are_those_of_its_own_subpart(self) -> None:
        """RATE-158."""
        keys = [item.key for item in CPP_RATE.people.statements["delegation_compliance"]]

        assert keys == ["CERT-DR-DELEG-1", "CERT-DR-DELEG-2"]


class TestCategories:
    """62.16434; 62.16435(a)(4); RATE-052, AMB-23."""

    def test_there_are_sixteen_and_affected_egus_have_two(self) -> None:
        assert CPP_RATE.credits is not None
        categories = CPP_RATE.credits.categories

        assert len(categories) == 16
        assert [c for c, known in categories.items() if known.holder == "affected_egu"] == [
            BELOW_STANDARD,
            GAS_SHIFT,
        ]

    def test_only_gas_shift_credits_are_barred_for_turbines(self) -> None:
        """RATE-039; 62.16434(c)(3)."""
        assert CPP_RATE.credits is not None
        assert CPP_RATE.credits.barred_for_turbines == {GAS_SHIFT}


class TestTransactionTypes:
    """PLAT-021: who may send to whom."""

    def test_transfers_of_representatives_go_where_the_table_says(self) -> None:
        general_and_compliance = {"general", "compliance"}
        by_hand = {
            route
            for kind in CPP_MASS.transaction_types.values()
            if kind.submitted_by == "representative"
            for route in kind.routes
        }

        assert by_hand == {
            *((a, b) for a in general_and_compliance for b in general_and_compliance),
            ("general", "retirement"),
            ("compliance", "retirement"),
            ("holding", "retirement"),
        }

    def test_a_state_distributes_from_its_reserve_and_its_set_asides(self) -> None:
        assert CPP_MASS.transaction_types["allocate"].routes == {
            (source, destination)
            for source in ("origination", "holding")
            for destination in ("compliance", "general", "holding")
        }

    def test_creation_ends_in_an_account_of_the_state(self) -> None:
        assert CPP_MASS.transaction_types["originate"].routes == {
            ("", "origination"),
            ("", "holding"),
        }

    def test_only_a_correction_takes_anything_out_of_retirement(self) -> None:
        """MASS-035, MASS-170."""
        leaving = {
            kind.code
            for kind in CPP_MASS.transaction_types.values()
            if any(source == "retirement" for source, _ in kind.routes)
        }

        assert leaving == {"adjust"}
        assert CPP_MASS.transaction_types["adjust"].mends
        assert CPP_MASS.transaction_types["adjust"].ground_required
        assert CPP_MASS.transaction_types["adjust"].submitted_by == "administrator"

    def test_nothing_but_a_creation_comes_from_nowhere(self) -> None:
        for kind in CPP_MASS.transaction_types.values():
            for source, destination in kind.routes:
                assert (source == "") == (kind.code == "originate")
                assert destination in ACCOUNT_KINDS

    def test_only_what_is_allocated_is_an_own_allocation(self) -> None:
        """MASS-138; 40 CFR 62.16340(c)(2)(i)."""
        own = {kind.code for kind in CPP_MASS.transaction_types.values() if kind.own}

        assert own == {"allocate"}

    def test_a_voluntary_retirement_cannot_be_undone(self) -> None:
        """PLAT-056."""
        assert not CPP_MASS.transaction_types["retire"].reversible
        assert CPP_MASS.transaction_types["transfer"].reversible

    def test_what_a_history_says_of_each(self) -> None:
        events = {code: kind.event for code, kind in CPP_MASS.transaction_types.items()}

        assert events == {
            "originate": "originated",
            "allocate": "allocated",
            "transfer": "transferred",
            "retire": "transferred",
            "deduct": "deducted",
            "cancel": "cancelled",
            "adjust": "adjusted",
        }


class TestReadings:
    """Unclear passages are settings with a default, a text and a decision."""

    @pytest.mark.parametrize("program", [CPP_MASS, CPP_RATE], ids=lambda program: program.code)
    def test_every_reading_quotes_its_text_and_cites_its_paragraph(self, program: Program) -> None:
        assert set(program.readings) == keys_of(program.kind)
        for key, reading in program.readings.items():
            assert reading.key == key
            assert reading.text
            assert reading.cite

    @pytest.mark.parametrize("program", [CPP_MASS, CPP_RATE], ids=lambda program: program.code)
    def test_every_reading_has_a_decision_record_that_names_it(self, program: Program) -> None:
        for reading in program.readings.values():
            record = DECISIONS_DIR / f"{reading.decision}.md"
            assert f"`{reading.key}`" in record.read_text(encoding="utf-8"), reading.key

    def test_another_reading_makes_another_program_and_leaves_this_one(self) -> None:
        threefold = CPP_MASS.with_readings({"excess_multiplier": 3, "event_day_counts": False})

        assert threefold.excess_multiplier == 3
        assert threefold.days_from(date(2023, 8, 15), 30) == date(2023, 9, 14)
        assert CPP_MASS.excess_multiplier == 2
        assert CPP_MASS.days_from(date(2023, 8, 15), 30) == date(2023, 9, 13)

    @pytest.mark.parametrize(
        ("key", "value", "problem"),
        [
            ("no_such_passage", True, "there is no reading no_such_passage"),
            ("event_day_counts", 1, "must be true or false, not 1"),
            ("excess_multiplier", 0, "must be a whole number of at least 1, not 0"),
            ("excess_multiplier", True, "must be a whole number"),
            ("excess_vintage", "any", "must be next_period or next_year, not 'any'"),
            ("time_zone", "US Eastern", "must be the name of a time zone"),
            ("affected_egu_basis", "year", "cpp-mass has no reading affected_egu_basis"),
        ],
    )
    def test_a_value_that_a_reading_cannot_have_is_a_bug(
        self, key: str, value: bool | int | str, problem: str
    ) -> None:
        with pytest.raises(ValueError, match=problem):
            CPP_MASS.with_readings({key: value})

    def test_a_reading_is_asked_for_by_its_type(self) -> None:
        with pytest.raises(TypeError, match="not a switch"):
            _ = CPP_MASS.readings["time_zone"].is_on
        with pytest.raises(TypeError, match="not a whole number"):
            _ = CPP_MASS.readings["event_day_counts"].whole_value
        with pytest.raises(TypeError, match="not a text"):
            _ = CPP_MASS.readings["excess_multiplier"].text_value


class TestFile:
    """A file that cannot be used says what is wrong, and where."""

    @pytest.mark.parametrize(
        ("printed", "instead", "problem"),
        [
            ("then_years = 2", "then_years = 2\nthen = 2", "periods.then: is not a key"),
            ("then_years = 2\n", "", "periods.then_years: is missing"),
            ("then_years = 2", 'then_years = "2"', "periods.then_years: must be a whole number"),
            ("then_years = 2", "then_years = true", "periods.then_years: must be a whole number"),
            ("then_years = 2", "then_years = -1", "periods.then_years: must be at least 0"),
            ('"2025-2027"', '"2024-2027"', "periods.printed: 2024-2027 overlaps 2022-2024"),
            ('"2025-2027"', '"2026-2027"', "periods.printed: a gap lies between 2022-2024"),
            ('"2025-2027"', '"soon"', "periods.printed: 'soon' is not a period"),
            ('"2025-2027"', "2025", "periods.printed: must be a list of texts"),
            ("month = 5", "month = 13", "deadline.day: month must be in 1..12"),
            ("rolls = true", 'rolls = "yes"', "deadline.rolls: must be true or false"),
            ("rolls = true", "rolls = 1", "deadline.rolls: must be true or false"),
            ('kind = "mass"', 'kind = "volume"', "program.kind: must be mass or rate"),
            ('unit = "short ton of CO2"', 'unit = " "', "instrument.unit: is empty"),
            ('cite = "40 CFR 62.16335(b)"', "", "hold_after_deadline.cite: is missing"),
            ('cite = "40 CFR 62.16325(a); 62.16240(a)(1)"', "", "recordation.cite: is missing"),
            ("[60, 30, 7, 1]", "[60, true]", "insufficient_holdings.days: must be a list of whole"),
            ("[60, 30, 7, 1]", "[]", "insufficient_holdings.days: must be a list of whole"),
            ("table1_goals.csv", "no_goals.csv", "budget.total.table: .*no_goals.csv"),
            ("[budget.total]", "[budget.goal]", "budget.total: is missing"),
            ("[budget.early_action]", "[budget.late]", "budget.late: must be renewable_energy or"),
            ("[transaction_types.cancel]", "[transaction_types.end]", "cancel: is missing"),
            ('event = "deducted"', 'event = "gone"', "deduct.event: must be originated or"),
            ('to = ["retirement"]', 'to = ["bin"]', r"routes\[1\].to: 'bin' is not a kind"),
            ('from = [""]', 'from = ["air"]', r"routes\[1\].from: 'air' is not a kind"),
            ("value = 2", "value = 0", "readings.excess_multiplier.value: .*at least 1"),
            ("[readings.time_zone]", "[readings.zone]", "readings.time_zone: is missing"),
            ("[program]", "[programme]", "program: is missing"),
            ("[program]", "stray = 1\n[program]", "stray: is not a key"),
            ("[program]", "[program", "at line"),
        ],
    )
    def test_what_does_not_fit_is_named(self, printed: str, instead: str, problem: str) -> None:
        assert printed in CPP_MASS_TEXT
        text = CPP_MASS_TEXT.replace(printed, instead, 1)

        with pytest.raises(ProgramFileError, match=problem) as error:
            programs.read(text, file="changed.toml")

        assert str(error.value).startswith("changed.toml: ")

    @pytest.mark.parametrize(
        ("printed", "instead", "problem"),
        [
            ("[credits]", "[recordation]", "credits: is missing"),
            ("[credits]", "[budget.total]\ntable = 'table1_goals.csv'\ncite = 'x'\n[credits]", ""),
            ("comment_days = 30", "comment_days = 0", "credits.comment_days: must be at least 1"),
            ("erc_categories.csv", "no.csv", r"credits\.categories: .*no\.csv"),
            ("[readings.affected_egu_basis]", "[readings.tons_rounding]", "affected_egu_basis: is"),
            ('value = "cumulative"', 'value = "net"', "must be cumulative or year or period"),
            ('books_per = "egu"', 'books_per = "unit"', "program.books_per: must be facility"),
        ],
    )
    def test_what_a_rate_based_program_must_have_is_asked_for(
        self, printed: str, instead: str, problem: str
    ) -> None:
        assert printed in CPP_RATE_TEXT
        text = CPP_RATE_TEXT.replace(printed, instead, 1)

        if not problem:
            assert programs.read(text, file="changed.toml").budgets is not None
            return
        with pytest.raises(ProgramFileError, match=problem):
            programs.read(text, file="changed.toml")

    def test_a_program_that_issues_credits_has_no_date_for_allocations(self) -> None:
        dated = CPP_RATE_TEXT + (
            "\n[recordation]\nmonth = 6\nday = 1\nyears_before = 1\ncite = 'made up'\n"
        )

        with pytest.raises(ProgramFileError, match="recordation: is not a key"):
            programs.read(dated, file="changed.toml")
        with pytest.raises(ValueError, match="nothing is allocated in cpp-rate"):
            CPP_RATE.recordation_on(CPP_RATE.period_named("2022-2024"))

    @pytest.mark.parametrize("text", [CPP_MASS_TEXT, CPP_RATE_TEXT], ids=["mass", "rate"])
    def test_every_section_needs_its_cite(self, text: str) -> None:
        cites = list(re.finditer(r"^cite = .*\n", text, re.MULTILINE))
        assert len(cites) > 30
        for cite in cites:
            without = text[: cite.start()] + text[cite.end() :]
            with pytest.raises(ProgramFileError, match=r"cite: is missing"):
                programs.read(without, file="changed.toml")


class TestFurtherProgram:
    """A further program of a known kind is a new file, not new code."""

    @pytest.fixture
    def control_periods(self) -> Program:
        text = (DATA_DIR / "control-periods.toml").read_text(encoding="utf-8")
        return programs.read(text, file="control-periods.toml")

    def test_it_has_periods_deadlines_and_readings_of_its_own(
        self, control_periods: Program
    ) -> None:
        third = control_periods.period_named("2015-2017")

        assert control_periods.period_of_year(2030).name == "2030-2032"
        assert control_periods.deadline_on(third) == date(2018, 3, 1)
        assert control_periods.deadline_on(control_periods.period_named("2018-2020")) == date(
            2021, 3, 1
        )
        assert control_periods.excess_multiplier == 3
        assert not control_periods.hold_after_deadline

    def test_a_deadline_that_does_not_roll_may_be_a_sunday(self, control_periods: Program) -> None:
        second = control_periods.period_named("2012-2014")

        assert control_periods.deadline_on(second) == date(2015, 3, 1)
        assert not control_periods.is_business_day(date(2015, 3, 1))

    def test_a_program_without_tables_sets_no_budget(self, control_periods: Program) -> None:
        assert control_periods.budget("MD", 2015) is None
        assert control_periods.historical_generation is None

    def test_two_programs_cannot_have_one_number(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "cpp-mass.toml").write_text(CPP_MASS_TEXT, encoding="utf-8")
        second = CPP_MASS_TEXT.replace('code = "cpp-mass"', 'code = "second"')
        (tmp_path / "second.toml").write_text(second, encoding="utf-8")

        monkeypatch.setattr(programs, "_FOLDER", tmp_path)
        monkeypatch.setattr(programs, "load", programs.load.__wrapped__)

        with pytest.raises(ProgramFileError, match=r"second\.toml: program\.number: 1 is that of"):
            programs.codes.__wrapped__()

    def test_a_file_is_named_after_its_program(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "misnamed.toml").write_text(CPP_MASS_TEXT, encoding="utf-8")

        monkeypatch.setattr(programs, "_FOLDER", tmp_path)

        with pytest.raises(ProgramFileError, match=r"program\.code: must be misnamed"):
            programs.load("misnamed")
