"""40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465: each item of a paper, left out or wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.rules.papers import complete
from trueup.rules import ercs, savings
from trueup.rules.eligibility import HostState, Showing, check_eligibility
from trueup.rules.paper_answers import check_plan
from trueup.rules.papers import (
    APPLICATION,
    PLAN,
    REPORT,
    VERIFICATION,
    Described,
    check_paper,
    elements_of,
    tags_of,
)
from trueup.rules.refusal import Refused

PROGRAM = "cpp-rate"
WIND = Described(category="WND", capacity_mw=Decimal(50))
SAVINGS = Described(category="DSM", capacity_mw=Decimal(0), savings_kind="project")


def reasons(document: str, given: dict[str, str], tags: frozenset[str]) -> list[str]:
    return [refusal.reason for refusal in check_paper(document, given, tags=tags, program=PROGRAM)]


def without(document: str, element: str, resource: Described, *more: str) -> list[str]:
    """What is said of a paper that is complete but for one element."""
    tags = tags_of(resource) | set(more)
    given = complete(document, tags)
    assert reasons(document, given, tags) == []
    assert element in given, f"nothing asks for {element}"
    return reasons(document, {**given, element: " "}, tags)


def with_value(document: str, element: str, value: str, resource: Described) -> list[str]:
    tags = tags_of(resource)
    return reasons(document, {**complete(document, tags), element: value}, tags)


class TestDescriptionsOfSavings:
    """RATE-065, 066, 067; 40 CFR 62.16445(a)(2)(ii)-(iv): six groups of each kind."""

    @pytest.mark.parametrize("kind", ["project", "programme", "grid_measure"])
    def test_each_of_the_six_groups_is_needed(self, kind: str) -> None:
        groups = [one.name for one in elements_of(APPLICATION) if one.applies_to == kind]
        assert len(groups) == 6
        for group in groups:
            assert without(APPLICATION, group, replace(SAVINGS, savings_kind=kind)) == [
                "element_missing"
            ]

    def test_a_voltage_reduction_lists_feeders_and_who_implements_it(self) -> None:
        """RATE-067."""
        resource = replace(SAVINGS, savings_kind="grid_measure")
        given = complete(APPLICATION, tags_of(resource))
        assert {"feeders", "geographic_spread", "implementing_parties"} <= set(given)
        assert without(APPLICATION, "implementing_parties", resource) == ["element_missing"]


class TestApplicationItems:
    """RATE-068, 069, 070; 40 CFR 62.16445(a)(2)(v), (3), (4)."""

    def test_scattered_measures_are_located_in_aggregate_with_access_to_each(self) -> None:
        """RATE-068."""
        resource = replace(SAVINGS, is_distributed=True)
        assert without(APPLICATION, "aggregate_locations", resource) == ["element_missing"]
        assert with_value(APPLICATION, "access_to_locations", "no", resource) == ["element_invalid"]

    @pytest.mark.parametrize(
        "showing",
        ["new_capacity_showing", "grid_showing", "location_showing", "category_showing"],
    )
    def test_every_test_of_eligibility_is_shown(self, showing: str) -> None:
        """RATE-069."""
        assert without(APPLICATION, showing, WIND) == ["element_missing"]

    def test_without_a_date_of_service_nothing_is_shown(self) -> None:
        """RATE-069."""
        found = check_eligibility(
            Showing(
                category="WND",
                kind="on_shore",
                capacity_mw=Decimal(50),
                in_service_on=None,
                has_revenue_quality_meter=True,
            ),
            host=HostState(),
        )
        assert [refusal.reason for refusal in found] == ["in_service_date_missing"]

    def test_a_single_submission_is_certified(self) -> None:
        """RATE-070."""
        assert without(APPLICATION, "single_submission", WIND) == ["element_missing"]
        assert with_value(APPLICATION, "single_submission", "MANY", WIND) == ["element_invalid"]


class TestPlanItems:
    """40 CFR 62.16455(c), (d): what each plan says, by kind of resource."""

    def test_the_statement_is_accepted_word_for_word(self) -> None:
        """RATE-079."""
        assert without(PLAN, "certification", WIND) == ["element_missing"]
        assert with_value(PLAN, "certification", "I certify.", WIND) == ["certification_altered"]

    @pytest.mark.parametrize(
        ("kw", "path", "expected"),
        [
            ("50", "SELF_REPORT_LT_10KW", ["element_invalid"]),
            ("10", "SELF_REPORT_LT_10KW", ["element_invalid"]),
            ("9.9", "SELF_REPORT_LT_10KW", []),
            ("50", "INDEPENDENT_READING", []),
            ("50", "CONTROL_AREA_MONTHLY", []),
        ],
    )
    def test_only_a_unit_below_10_kw_reports_its_own_output(
        self, kw: str, path: str, expected: list[str]
    ) -> None:
        """RATE-084; AMB-21."""
        resource = Described(category="SOL", capacity_mw=Decimal(kw) / 1000)
        given = complete(PLAN, tags_of(resource), data_path=path)
        found = [refusal.reason for refusal in check_plan(given, resource=resource)]
        assert found == expected

    def test_biomass_names_its_approved_feedstock(self) -> None:
        """RATE-088."""
        resource = replace(WIND, category="BIO")
        for element in ("feedstock", "feedstock_approval", "biogenic_method"):
            assert without(PLAN, element, resource) == ["element_missing"]

    def test_savings_are_measured_and_never_projected(self) -> None:
        """RATE-094."""
        assert with_value(PLAN, "savings_basis", "EX_ANTE", SAVINGS) == ["element_invalid"]
        assert with_value(PLAN, "savings_basis", "REAL_TIME", SAVINGS) == []

    @pytest.mark.parametrize(
        "element",
        [
            "protocol",
            "protocol_acceptance",
            "independent_factors",
            "double_counting",
            "accuracy",
            "data_sources",
        ],
    )
    def test_what_a_plan_of_savings_cannot_leave_blank(self, element: str) -> None:
        """RATE-095, 100, 105, 107: protocol and acceptance, factors, rigor, sources."""
        assert without(PLAN, element, SAVINGS) == ["element_missing"]

    def test_an_equivalent_method_needs_its_approval(self) -> None:
        """RATE-108."""
        tags = tags_of(WIND)
        given = complete(PLAN, tags, method_basis="APPROVED_EQUIVALENT")
        assert reasons(PLAN, given, tags) == []
        assert reasons(PLAN, {**given, "equivalent_approval": ""}, tags) == ["element_missing"]

    def test_nothing_is_equivalent_to_the_cap_on_losses(self) -> None:
        """RATE-108."""
        with pytest.raises(Refused) as refused:
            savings.with_avoided_losses(
                Decimal(1000), state_loss_rate=Decimal("0.071"), factor=Decimal("0.08")
            )
        assert refused.value.reasons == {"loss_factor_not_allowed"}


class TestReportItems:
    """RATE-113; preamble IV.D.6.b, III.A.2."""

    def test_a_resource_in_a_mass_based_state_names_its_contract(self) -> None:
        outside = replace(WIND, is_outside=True)
        for element in ("delivery_contract", "contract_mwh"):
            assert without(REPORT, element, outside) == ["element_missing"]

    def test_that_nothing_was_credited_elsewhere_is_stated(self) -> None:
        assert without(REPORT, "not_credited_elsewhere", WIND) == ["element_missing"]
        assert with_value(REPORT, "not_credited_elsewhere", "no", WIND) == ["element_invalid"]


class TestVerificationItems:
    """RATE-117, 118, 131; 40 CFR 62.16465(a)(2), (b); 62.16475(c)."""

    @pytest.mark.parametrize(
        "element",
        [
            "eligibility_verified",
            "non_duplication",
            "existence",
            "plan_adequacy",
            "other_programs",
        ],
    )
    def test_an_application_is_verified_in_every_respect(self, element: str) -> None:
        """RATE-118: reports to a REC registry are disclosed."""
        tags = frozenset({"all", "of_application"})
        given = complete(VERIFICATION, tags)
        assert reasons(VERIFICATION, {**given, element: ""}, tags) == ["element_missing"]

    def test_the_statement_is_the_verifiers_word_for_word(self) -> None:
        """RATE-117."""
        tags = frozenset({"all", "of_report"})
        given = {**complete(VERIFICATION, tags), "certification": "I certify."}
        assert reasons(VERIFICATION, given, tags) == ["certification_altered"]
        assert "signed_by" in given

    def test_conflicts_were_evaluated_and_disclosed(self) -> None:
        """RATE-131."""
        tags = frozenset({"all", "of_report"})
        given = complete(VERIFICATION, tags)
        assert reasons(VERIFICATION, {**given, "conflicts_evaluated": ""}, tags) == [
            "element_missing"
        ]


class TestSharedMeters:
    """RATE-083; 40 CFR 62.16455(c)(1)(iii); AMB-21."""

    @pytest.mark.parametrize(
        ("units_kw", "states", "is_valid"),
        [
            ([149] * 6, ["TX"], True),
            ([149] * 7, ["TX"], False),
            ([150], ["TX"], False),
            ([100, 100], ["TX", "OK"], False),
        ],
    )
    def test_small_and_alike_and_of_one_state(
        self, units_kw: list[int], states: list[str], is_valid: bool
    ) -> None:
        found = ercs.check_aggregation(
            [
                ercs.AggregatedUnit(
                    capacity_kw=Decimal(kw),
                    jurisdiction=states[number % len(states)],
                    measured_by="ANSI_C12_20",
                )
                for number, kw in enumerate(units_kw)
            ]
        )
        assert (not found) == is_valid
