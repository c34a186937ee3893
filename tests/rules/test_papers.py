"""40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465: what each paper must say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.rules.papers import complete
from trueup.rules.paper_answers import check_plan
from trueup.rules.papers import (
    APPLICATION,
    CERTIFIED,
    PLAN,
    REPORT,
    VERIFICATION,
    Described,
    check_paper,
    elements_of,
    required_elements,
    tags_of,
)

WIND = Described(category="WND", capacity_mw=Decimal(50))
SAVINGS = Described(category="DSM", capacity_mw=Decimal(0), savings_kind="project")
ROOF = Described(category="SOL", capacity_mw=Decimal("0.005"), has_meter=False)
PROGRAM = "cpp-rate"


def lacking(document: str, given: dict[str, str], resource: Described, *more: str) -> list[str]:
    tags = tags_of(resource) | set(more)
    return [refusal.reason for refusal in check_paper(document, given, tags=tags, program=PROGRAM)]


class TestApplications:
    """RATE-062 to RATE-072; 40 CFR 62.16445(a)."""

    def test_a_complete_one_lacks_nothing(self) -> None:
        assert lacking(APPLICATION, complete(APPLICATION, tags_of(WIND)), WIND) == []

    def test_an_empty_one_names_everything(self) -> None:
        refusals = check_paper(APPLICATION, {}, tags=tags_of(WIND), program=PROGRAM)

        assert len(refusals) == len(required_elements(APPLICATION, tags_of(WIND))) > 15
        assert any("account_number" in refusal.sentence for refusal in refusals)
        assert all(refusal.reason == "element_missing" for refusal in refusals)

    @pytest.mark.parametrize(
        ("mw", "element"), [("1.0", "form_eia_860"), ("0.9", "eia_860_equivalent")]
    )
    def test_form_eia_860_from_one_megawatt(self, mw: str, element: str) -> None:
        tags = tags_of(replace(WIND, capacity_mw=Decimal(mw)))

        names = [needed.name for needed in required_elements(APPLICATION, tags)]

        assert element in names
        assert len({"form_eia_860", "eia_860_equivalent"} & set(names)) == 1

    @pytest.mark.parametrize(
        ("kind", "element"),
        [
            ("project", "equipment_specifications"),
            ("programme", "delivery_mechanisms"),
            ("grid_measure", "implementing_parties"),
        ],
    )
    def test_savings_are_described_by_their_kind(self, kind: str, element: str) -> None:
        resource = replace(SAVINGS, savings_kind=kind)
        given = complete(APPLICATION, tags_of(resource))

        assert lacking(APPLICATION, given, resource) == []
        assert lacking(APPLICATION, {**given, element: " "}, resource) == ["element_missing"]

    def test_scattered_measures_give_access_to_each_location(self) -> None:
        resource = replace(SAVINGS, is_distributed=True)
        given = complete(APPLICATION, tags_of(resource), access_to_locations="no")

        assert lacking(APPLICATION, given, resource) == ["element_invalid"]

    def test_a_joint_submission_names_its_scheme(self) -> None:
        given = complete(APPLICATION, tags_of(WIND), single_submission="JOINT")
        assert "joint_scheme" in given

        del given["joint_scheme"]

        assert lacking(APPLICATION, given, WIND) == ["element_missing"]

    @pytest.mark.parametrize("document", sorted(CERTIFIED))
    def test_the_statement_is_accepted_word_for_word(self, document: str) -> None:
        tags = tags_of(WIND) | {"of_application"}
        given = complete(document, tags)
        given["certification"] = given["certification"].replace("penalty of law", "law")

        refusals = check_paper(document, given, tags=tags, program=PROGRAM)

        assert [refusal.reason for refusal in refusals] == ["certification_altered"]

    def test_what_it_does_not_ask_for_is_named(self) -> None:
        given = complete(APPLICATION, tags_of(WIND), favourite_color="green")

        assert lacking(APPLICATION, given, WIND) == ["element_unknown"]


class TestPlans:
    """RATE-077 to RATE-109; 40 CFR 62.16455."""

    @pytest.mark.parametrize(
        "resource",
        [
            WIND,
            ROOF,
            SAVINGS,
            replace(WIND, category="BIO"),
            replace(WIND, category="WTE"),
            *(replace(WIND, category="CHP", capacity_mw=Decimal(mw)) for mw in (1, 25, 26)),
            replace(WIND, is_outside=True),
        ],
    )
    def test_a_complete_plan_of_each_kind_lacks_nothing(self, resource: Described) -> None:
        given = complete(PLAN, tags_of(resource))

        assert lacking(PLAN, given, resource) == []

    def test_a_larger_plant_cannot_file_low_mass_data(self) -> None:
        resource = replace(WIND, category="CHP", capacity_mw=Decimal("25.1"))
        given = complete(PLAN, tags_of(resource), chp_monitoring="LOW_MASS_EMISSIONS")

        assert lacking(PLAN, given, resource) == ["element_invalid"]

    def test_an_equivalent_method_needs_its_approval(self) -> None:
        given = complete(PLAN, tags_of(WIND), method_basis="APPROVED_EQUIVALENT")
        del given["equivalent_approval"]

        assert lacking(PLAN, given, WIND) == ["element_missing"]

    def test_skill_certification_is_never_asked_for(self) -> None:
        given = complete(PLAN, tags_of(WIND))

        assert "skill_certification" not in given
        assert lacking(PLAN, {**given, "skill_certification": "ISO/IEC 17024"}, WIND) == []

    @pytest.mark.parametrize(
        ("resource", "said"),
        [
            (WIND, {"data_path": "SELF_REPORT_LT_10KW"}),
            (ROOF, {"minimum_delivery_mwh": "0.9"}),
            (replace(ROOF, capacity_mw=Decimal("0.012")), {}),
        ],
    )
    def test_answers_keep_to_their_limits(self, resource: Described, said: dict[str, str]) -> None:
        given = complete(PLAN, tags_of(resource), **said)

        assert [r.reason for r in check_plan(given, resource=resource)] == ["element_invalid"]

    @pytest.mark.parametrize(("years", "expected"), [("5", ["interval_too_long"]), ("4", [])])
    def test_the_interval_is_that_of_its_kind(self, years: str, expected: list[str]) -> None:
        given = complete(PLAN, tags_of(SAVINGS), interval_years=years)

        assert [r.reason for r in check_plan(given, resource=SAVINGS)] == expected

    @pytest.mark.parametrize(
        ("element", "value"),
        [
            ("savings_method", "expert judgement"),
            ("savings_basis", "EX_ANTE"),
            ("loss_rate", "-1"),
            ("loss_rate", "NaN"),
            ("accuracy", "x" * 20_001),
        ],
    )
    def test_a_value_that_is_not_permitted_is_named(self, element: str, value: str) -> None:
        given = {**complete(PLAN, tags_of(SAVINGS)), element: value}

        assert lacking(PLAN, given, SAVINGS) == ["element_invalid"]

    def test_a_deemed_saving_names_its_manual(self) -> None:
        given = complete(PLAN, tags_of(SAVINGS), savings_method="DEEMED")

        assert {"reference_manual", "manual_updated_on"} <= set(given)
        assert lacking(PLAN, {**given, "manual_updated_on": "soon"}, SAVINGS) == ["element_invalid"]


class TestReports:
    """RATE-111 to RATE-114, RATE-116 to RATE-119; 40 CFR 62.16460, 62.16465."""

    def test_the_first_report_documents_the_installation(self) -> None:
        second = complete(REPORT, tags_of(WIND))

        assert lacking(REPORT, second, WIND) == []
        assert lacking(REPORT, second, WIND, "first") == ["element_missing"]

    def test_a_resource_elsewhere_names_its_contract(self) -> None:
        given = complete(REPORT, tags_of(WIND))

        assert lacking(REPORT, given, replace(WIND, is_outside=True)) == ["element_missing"] * 2

    def test_a_change_of_capability_is_dated_and_certified(self) -> None:
        given = {**complete(REPORT, tags_of(WIND)), "capability_change": "CHANGED"}

        assert lacking(REPORT, given, WIND) == ["element_missing"] * 2

    def test_waste_to_energy_states_its_biogenic_share(self) -> None:
        resource = replace(WIND, category="WTE")
        given = complete(REPORT, tags_of(resource), biogenic_share="1.01")

        assert lacking(REPORT, given, resource) == ["element_invalid"]

    @pytest.mark.parametrize(
        ("of", "element"),
        [
            ("of_report", "technical_feasibility"),
            ("of_application", "other_programs"),
            ("of_report", "materiality_threshold"),
        ],
    )
    def test_a_verification_says_what_it_verified(self, of: str, element: str) -> None:
        given = complete(VERIFICATION, {"all", of})
        assert lacking(VERIFICATION, given, WIND, of) == []

        given[element] = ""

        assert lacking(VERIFICATION, given, WIND, of) == ["element_missing"]


def test_every_row_of_the_table_has_a_paragraph_and_a_name_of_its_own() -> None:
    """RATE-078: the requirements are data."""
    for document in CERTIFIED:
        rows = elements_of(document)
        assert all(row.cite and row.label for row in rows)
        names = [(row.applies_to, row.name) for row in rows]
        assert len(names) == len(set(names))
