"""Units outside the program: each with the reason on record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from trueup.accounts import applicability, services
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.audit import queries as audit
from trueup.desk import services as desk
from trueup.officials import services as officials
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-rate"
NOON = datetime(2023, 6, 1, 16, 0, tzinfo=UTC)


def exclude(**changed: Any) -> int:
    given: dict[str, Any] = {
        "program": PROGRAM,
        "oris_code": 1363,
        "unit_id": "2",
        "reason": "SALES_LIMIT",
        "ground": "Its permit of 2003 limits its sales to 200,000 MWh a year.",
        "decided_at": NOON,
        **changed,
    }
    return applicability.exclude_unit(**given).id


def reasons(**changed: Any) -> frozenset[str]:
    with pytest.raises(Refused) as refused:
        exclude(**changed)
    return refused.value.reasons


class TestExclusion:
    """RATE-004; 40 CFR 60.5850: an exclusion has its reason, and can be appealed."""

    def test_it_is_a_dated_decision_with_its_reason_code(self) -> None:
        number = exclude()

        found = applicability.exclusion_of(program=PROGRAM, oris_code=1363, unit_id=" 2 ")
        assert found is not None
        assert (found.id, found.outcome) == (number, "not an affected EGU")
        assert found.reasons[0] == "SALES_LIMIT"
        assert audit.events_of("plant-unit:1363/2", limit=1)[0].act == "exclude_unit"
        assert applicability.exclusion_of(program=PROGRAM, oris_code=1363, unit_id="1") is None
        assert applicability.exclusion_of(program="cpp-mass", oris_code=1363, unit_id="2") is None

    @pytest.mark.parametrize("changed", [{"reason": ""}, {"reason": "TOO_OLD"}, {"ground": "  "}])
    def test_without_a_reason_it_is_rejected(self, changed: dict[str, Any]) -> None:
        assert reasons(**changed) == {"exclusion_without_reason"}

    @pytest.mark.parametrize("changed", [{"oris_code": 0}, {"unit_id": " "}])
    def test_a_unit_is_named(self, changed: dict[str, Any]) -> None:
        assert reasons(**changed) == {"oris_code_not_usable"}

    def test_a_registered_unit_is_not_excluded_on_the_side(self) -> None:
        services.register_facility(
            program=PROGRAM,
            facility=FacilitySpec(
                oris_code=1363,
                name="Cane",
                jurisdiction="KY",
                units=(UnitSpec(unit_id="2", unit_type="steam"),),
            ),
            registered_at=NOON,
        )

        assert reasons() == {"unit_registered"}
        assert exclude(unit_id="3")

    def test_an_official_does_it_at_the_desk(self) -> None:
        olga = services.register_person(name="Olga Stone", registered_at=NOON).id
        officials.grant(
            person=olga,
            role="administrator",
            program=PROGRAM,
            from_at=NOON,
            granted_by="administrator",
        )
        given: dict[str, Any] = {"oris_code": 1363, "unit": "2", "ground": "Permit of 2003."}

        done = desk.act(
            "exclude_unit", program=PROGRAM, by=olga, at=NOON, reason="SALES_LIMIT", **given
        )

        assert done.proposal is None
        assert done.result["reason"] == "its permit limits what it sells"
