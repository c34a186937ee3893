"""Plans and reports of the mass-based program: what the rate-based one asks, by its own rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.rules.papers import complete
from trueup.rules import ercs, programs, savings
from trueup.rules.paper_answers import check_deemed, check_plan, check_report
from trueup.rules.papers import (
    CERTIFIED,
    PLAN,
    REPORT,
    VERIFICATION,
    Described,
    check_paper,
    elements_of,
    statement_for,
    tags_of,
)

PROGRAM = "cpp-mass"
WIND = Described(category="WND", capacity_mw=Decimal(50), earns_allowances=True)
ROOF = Described(
    category="SOL", capacity_mw=Decimal("0.0099"), has_meter=False, earns_allowances=True
)
HOMES = Described(
    category="DSM", capacity_mw=Decimal(0), savings_kind="project", earns_allowances=True
)
RULES = programs.load(PROGRAM).resources
assert RULES is not None


def plan(resource: Described, **said: str) -> dict[str, str]:
    return complete(PLAN, tags_of(resource), program=PROGRAM, **said)


def lacking(document: str, given: dict[str, str], resource: Described, *more: str) -> list[str]:
    tags = tags_of(resource) | set(more)
    return [one.reason for one in check_paper(document, given, tags=tags, program=PROGRAM)]


def wrong(given: dict[str, str], resource: Described) -> list[str]:
    return [one.reason for one in check_plan(given, resource=resource)]


class TestCitations:
    """MASS-AMB-50: citations are data, so that they can be corrected."""

    @pytest.mark.parametrize(
        ("printed", "here"),
        [
            ("62.16455(c)(1)(iii)", "62.16260(c)(1)(iii)"),
            ("62.16460(b)(2)(iv)", "62.16265(b)(2)(iv)"),
            ("62.16465(c)(1)(i)", "62.16270(c)(1)(i)"),
            ("62.16445(a)(8)(i)", "62.16245(a)(3)(ii)(G)(1)"),
            ("40 CFR 62.16445(a), (b)", "40 CFR 62.16245(a)(3), 62.16245(a)(5)"),
            ("40 CFR 62.16440, 62.16450", "40 CFR 62.16250, 62.16255"),
            ("62.16455(c)(7)(ix), (x)", "62.16260(c)(7)(ix), (x)"),
            ("preamble IV.D.6; PLAT-135", "preamble IV.D.6; PLAT-135"),
        ],
    )
    def test_a_paragraph_is_named_as_the_programs_rule_has_it(
        self, printed: str, here: str
    ) -> None:
        assert RULES.cited(printed) == here

    def test_no_paper_of_this_program_is_cited_by_the_other_rule(self) -> None:
        cites = {RULES.cited(element.cite) for kind in CERTIFIED for element in elements_of(kind)}

        assert not [cite for cite in cites if "62.164" in cite]

    def test_the_rate_based_program_keeps_its_own(self) -> None:
        rate = programs.load("cpp-rate").resources

        assert rate is not None
        assert rate.cited("40 CFR 62.16445(a), (b)") == "40 CFR 62.16445(a), (b)"


class TestPlanBasics:
    """40 CFR 62.16260(a)-(d); MASS-106."""

    @pytest.mark.parametrize(
        "element", ["resource_identity", "application_identity", "method_statement"]
    )
    def test_it_names_the_resource_its_application_and_its_method(self, element: str) -> None:
        assert lacking(PLAN, {**plan(WIND), element: " "}, WIND) == ["element_missing"]

    def test_it_carries_the_prescribed_statement(self) -> None:
        assert statement_for(PLAN, program=PROGRAM).key == "CERT-EMV"
        assert lacking(PLAN, {**plan(WIND), "certification": "I certify."}, WIND) == [
            "certification_altered"
        ]


class TestMetered:
    """40 CFR 62.16260(c)(1); MASS-107."""

    @pytest.mark.parametrize(
        ("capacities", "expected"),
        [
            ("\n".join(["149"] * 6), []),  # 894 kW
            ("\n".join(["149"] * 7), ["aggregation_invalid"]),  # 1,043 kW
            ("149\n150", ["aggregation_invalid"]),
        ],
    )
    def test_units_behind_one_meter_are_small_one_by_one_and_together(
        self, capacities: str, expected: list[str]
    ) -> None:
        given = plan(WIND, aggregation="AGGREGATED", aggregated_kw=capacities)

        assert wrong(given, WIND) == expected

    def test_a_capacity_that_is_no_number_is_named(self) -> None:
        given = plan(WIND, aggregation="AGGREGATED", aggregated_kw="149\nmany")

        assert lacking(PLAN, given, WIND) == ["element_invalid"]

    def test_units_that_share_a_meter_are_alike(self) -> None:
        unit = ercs.AggregatedUnit(
            capacity_kw=Decimal(100), jurisdiction="WY", measured_by="C12.20"
        )
        for other in (replace(unit, jurisdiction="UT"), replace(unit, measured_by="other")):
            assert ercs.check_aggregation([unit, other])

    @pytest.mark.parametrize("meter", ["SETTLEMENT", "ANSI_C12_20", "APPROVED_ALT"])
    def test_the_meter_is_of_revenue_quality(self, meter: str) -> None:
        assert lacking(PLAN, plan(WIND, meter_type=meter), WIND) == []
        assert lacking(PLAN, {**plan(WIND), "meter_type": "KITCHEN"}, WIND) == ["element_invalid"]

    def test_only_the_smallest_report_their_own_output(self) -> None:
        assert wrong(plan(WIND, data_path="SELF_REPORT_LT_10KW"), WIND) == ["element_invalid"]
        small = replace(ROOF, has_meter=True)
        assert wrong(plan(small, data_path="SELF_REPORT_LT_10KW"), small) == []

    def test_station_service_does_not_count(self) -> None:
        net = ercs.net_of_station_service(
            Decimal(1000),
            station_service_mwh=Decimal(40),
            on_site_mwh=Decimal(60),
            is_separable=False,
        )
        assert net == 900


class TestUnmetered:
    """40 CFR 62.16260(c)(2); MASS-108; MASS-AMB-36: 1 MWh, not 1 MW, in 365 days."""

    @pytest.mark.parametrize(("mwh", "expected"), [("1.2", []), ("0.9", ["element_invalid"])])
    def test_it_delivers_a_mwh_a_year(self, mwh: str, expected: list[str]) -> None:
        assert wrong(plan(ROOF, minimum_delivery_mwh=mwh), ROOF) == expected

    def test_from_ten_kilowatts_on_it_needs_a_meter(self) -> None:
        large = replace(ROOF, capacity_mw=Decimal("0.010"))

        assert wrong(plan(large), large) == ["element_invalid"]

    def test_what_is_used_on_the_site_is_left_out(self) -> None:
        delivered = ercs.unmetered_delivery(Decimal("1.5"), on_site_mwh=Decimal("0.4"))
        assert delivered == Decimal("1.1")


class TestBiomass:
    """40 CFR 62.16260(c)(3)-(4); MASS-109."""

    WASTE = Described(category="WTE", capacity_mw=Decimal(20), earns_allowances=True)

    @pytest.mark.parametrize(
        "element", ["feedstock_approval", "biogenic_method", "biogenic_share_method"]
    )
    def test_a_method_that_is_not_named_leaves_the_plan_incomplete(self, element: str) -> None:
        given = {**plan(self.WASTE), element: ""}

        assert lacking(PLAN, given, self.WASTE) == ["element_missing"]

    def test_the_biogenic_part_counts(self) -> None:
        counted = ercs.creditable_mwh(Decimal(10_000), biogenic_share=Decimal("0.55"))
        assert counted == 5500


class TestHeatAndPower:
    """40 CFR 62.16260(c)(5); MASS-110; MASS-AMB-37: two fuels, one method, as 62.16345 has it."""

    @pytest.mark.parametrize(
        ("mw", "track"),
        [
            ("25.1", "AFFECTED_EGU"),
            ("25.0", "LOW_MASS_EMISSIONS"),
            ("1.1", "LOW_MASS_EMISSIONS"),
            ("1.0", "MONTHLY_RECORDS"),
        ],
    )
    def test_the_track_is_that_of_its_capacity(self, mw: str, track: str) -> None:
        plant = Described(category="CHP", capacity_mw=Decimal(mw), earns_allowances=True)
        given = plan(plant)

        assert given["chp_monitoring"] == track
        other = "MONTHLY_RECORDS" if track != "MONTHLY_RECORDS" else "AFFECTED_EGU"
        assert lacking(PLAN, {**given, "chp_monitoring": other}, plant) == ["element_invalid"]


class TestSavings:
    """40 CFR 62.16260(c)(6), (c)(7)(i)-(iii); MASS-111, MASS-112."""

    @pytest.mark.parametrize(("rate", "mwh"), [("0.052", 1052), ("0.07", 1060)])
    def test_avoided_losses_are_the_lower_of_the_two(self, rate: str, mwh: int) -> None:
        found = savings.with_avoided_losses(Decimal(1000), state_loss_rate=Decimal(rate))
        assert found == Fraction(mwh)

    def test_savings_foreseen_are_refused(self) -> None:
        assert lacking(PLAN, {**plan(HOMES), "savings_basis": "EX_ANTE"}, HOMES) == [
            "element_invalid"
        ]

    @pytest.mark.parametrize(
        "element",
        [
            *("protocol", "protocol_acceptance", "baseline_measure", "baseline_delivery"),
            *("baseline_market", "baseline_codes", "baseline_method"),
        ],
    )
    def test_protocol_and_baseline_are_justified(self, element: str) -> None:
        assert lacking(PLAN, {**plan(HOMES), element: ""}, HOMES) == ["element_missing"]


class TestDeemed:
    """40 CFR 62.16260(c)(7)(iv); MASS-113, and 62.16260(c)(7)(vi)(B) of MASS-114."""

    MANUAL = {
        "savings_method": "DEEMED",
        "reference_manual": "https://manual.example.org",
        "manual_updated_on": "2021-04-01",
        "manual_comment_from": "2021-01-01",
        "manual_comment_until": "2021-03-01",
        "deemed_until": "2030-12-31",
    }

    def test_two_months_of_comment_suffice_and_45_days_do_not(self) -> None:
        assert wrong(plan(HOMES, **self.MANUAL), HOMES) == []
        short = {**self.MANUAL, "manual_comment_until": "2021-02-15"}
        assert wrong(plan(HOMES, **short), HOMES) == ["manual_not_accepted"]

    def test_a_manual_older_than_three_years_serves_no_report(self) -> None:
        old = {**self.MANUAL, "manual_updated_on": "2019-04-01"}
        march, june = date(2022, 3, 31), date(2022, 6, 30)

        assert check_deemed(old, first_on=date(2022, 1, 1), last_on=march) == []
        (refusal,) = check_deemed(old, first_on=date(2022, 6, 1), last_on=june)
        assert refusal.reason == "manual_not_accepted"

    def test_after_the_useful_life_nothing_is_deemed(self) -> None:
        fresh = {**self.MANUAL, "manual_updated_on": "2031-01-01"}
        (refusal,) = check_deemed(fresh, first_on=date(2031, 1, 1), last_on=date(2031, 12, 31))
        assert refusal.reason == "element_invalid"

    def test_a_plan_names_the_end_of_deemed_savings(self) -> None:
        given = {**plan(HOMES, **self.MANUAL), "deemed_until": ""}
        assert lacking(PLAN, given, HOMES) == ["element_missing"]

    def test_other_methods_are_refused(self) -> None:
        assert [one.reason for one in savings.check_method("GUESS")] == ["method_not_listed"]


class TestIntervals:
    """40 CFR 62.16260(c)(7)(v); MASS-114."""

    @pytest.mark.parametrize(
        ("kind", "years", "why", "expected"),
        [
            ("CODES_AND_STANDARDS", "4", "", []),
            ("CODES_AND_STANDARDS", "5", "", ["interval_too_long"]),
            ("PUBLICLY_FUNDED", "3", "", []),
            ("PUBLICLY_FUNDED", "4", "", ["interval_too_long"]),
            ("COMMERCIAL_INDUSTRIAL", "2", "", ["interval_too_long"]),
            ("COMMERCIAL_INDUSTRIAL", "2", "Two shifts a year.", []),
        ],
    )
    def test_each_kind_has_its_longest(
        self, kind: str, years: str, why: str, expected: list[str]
    ) -> None:
        given = plan(HOMES, interval_kind=kind, interval_years=years, interval_justification=why)

        assert wrong(given, HOMES) == expected


class TestTopics:
    """40 CFR 62.16260(c)(7)(vi), (vii), (ix), (x); MASS-115: seven topics, each treated."""

    @pytest.mark.parametrize(
        "topic",
        [
            *("independent_factors", "useful_life", "double_counting", "installation_check"),
            *("interactive_effects", "accuracy", "data_sources"),
        ],
    )
    def test_a_topic_that_is_left_out_is_named(self, topic: str) -> None:
        (refusal,) = check_paper(
            PLAN, {**plan(HOMES), topic: ""}, tags=tags_of(HOMES), program=PROGRAM
        )
        assert topic in refusal.sentence


class TestSamples:
    """40 CFR 62.16260(c)(7)(viii); MASS-116."""

    @pytest.mark.parametrize(
        ("low", "high", "confidence", "expected"),
        [
            ("905", "1095", "0.90", []),
            ("890", "1110", "0.90", ["element_invalid"]),
            ("905", "1095", "0.85", ["element_invalid"]),
            ("905", "1095", "", ["element_missing"]),
        ],
    )
    def test_a_sample_is_precise(
        self, low: str, high: str, confidence: str, expected: list[str]
    ) -> None:
        given = {
            "sample_estimate_mwh": "1000",
            "sample_low_mwh": low,
            "sample_high_mwh": high,
            "sample_confidence": confidence,
        }
        assert [one.reason for one in check_report(given)] == expected

    def test_a_report_without_a_sample_states_none(self) -> None:
        assert check_report({}) == []


class TestReports:
    """40 CFR 62.16265; MASS-117."""

    def test_the_first_one_documents_the_installation_and_later_ones_do_not(self) -> None:
        later = complete(REPORT, tags_of(WIND), program=PROGRAM)

        assert lacking(REPORT, later, WIND, "first") == ["element_missing"]
        assert lacking(REPORT, later, WIND) == []

    @pytest.mark.parametrize(
        "element", ["methods_applied", "data_reference", "capability_change", "ownership_change"]
    )
    def test_each_thing_is_reported(self, element: str) -> None:
        given = {**complete(REPORT, tags_of(WIND), program=PROGRAM), element: ""}
        assert lacking(REPORT, given, WIND) == ["element_missing"]

    def test_a_change_is_dated_and_eligibility_shown(self) -> None:
        given = complete(REPORT, tags_of(WIND), program=PROGRAM)
        given["capability_change"] = "CHANGED"
        assert lacking(REPORT, given, WIND) == ["element_missing"] * 2

    def test_it_carries_the_prescribed_statement(self) -> None:
        assert statement_for(REPORT, program=PROGRAM).key == "CERT-MV"


class TestVerificationReports:
    """40 CFR 62.16270, 62.16280(c); MASS-118."""

    def given(self, of: str) -> dict[str, str]:
        return complete(VERIFICATION, ("all", of), program=PROGRAM)

    @pytest.mark.parametrize(
        ("of", "element"),
        [
            ("of_application", "conflicts_evaluated"),
            ("of_application", "eligibility_verified"),
            ("of_application", "non_duplication"),
            ("of_application", "existence"),
            ("of_application", "plan_adequacy"),
            ("of_application", "other_programs"),
            ("of_report", "conflicts_evaluated"),
            ("of_report", "data_adequacy"),
            ("of_report", "technical_feasibility"),
            ("of_report", "report_compliance"),
            ("of_report", "assurance_level"),
            ("of_report", "materiality_threshold"),
        ],
    )
    def test_what_is_left_out_is_named(self, of: str, element: str) -> None:
        given = {**self.given(of), element: ""}
        (refusal,) = check_paper(VERIFICATION, given, tags=("all", of), program=PROGRAM)
        assert element in refusal.sentence

    def test_it_carries_the_prescribed_statement(self) -> None:
        assert statement_for(VERIFICATION, program=PROGRAM).key == "CERT-VERIF"
