"""40 CFR 62.16565: pounds and output of affected EGUs that an audit corrects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.contexts.rate_registry import FIRST, PROGRAM, RateRegistry
from trueup.audit import queries as audit
from trueup.compliance import services
from trueup.compliance.entries import Resettlement
from trueup.emissions import operation
from trueup.emissions import queries as emissions
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

NEEDED = 94_555


@pytest.fixture
def registry() -> RateRegistry:
    """Cane/1 needs 94,555 (RATE-195) and holds 100,000."""
    found = RateRegistry()
    found.operate("Cane/1", [(2022, 3_500_000_000, 2_000_000), (2023, 0, 0), (2024, 0, 0)])
    found.issue("Cane/1", "SOL", 100_000, vintage=2022)
    return found


def audited(registry: RateRegistry, **changes: Any) -> Resettlement | None:
    values = {
        "program": PROGRAM,
        "facility": registry.facilities["Cane"],
        "unit": "1",
        "year": 2022,
        "ground": "audit of the meters",
        "recorded_at": registry.tick(),
    }
    return services.adjust_after_audit(**{**values, **changes})


class TestPounds:
    """RATE-153; 40 CFR 62.16565."""

    def test_1_671_000_pounds_more_are_1000_more_credits(self, registry: RateRegistry) -> None:
        registry.run()
        assert registry.outcome("Cane/1").deducted == NEEDED

        result = audited(registry, co2_tons=Decimal(3_501_671_000) / 2000)

        assert result is not None
        assert registry.outcome("Cane/1").deducted == NEEDED + 1000
        assert registry.balance("Cane/1") == 100_000 - NEEDED - 1000

    def test_both_values_and_the_reason_are_kept(self, registry: RateRegistry) -> None:
        audited(registry, co2_tons=Decimal(3_501_671_000) / 2000)

        after, before = emissions.record_history(
            facility=registry.facilities["Cane"], unit="1", year=2022, program=PROGRAM
        )
        assert (before.kind, before.co2_tons) == ("reported", Decimal(1_750_000))
        assert (after.kind, after.co2_tons) == ("adjusted", Decimal("1750835.5"))
        assert (after.net_mwh, after.ground) == (before.net_mwh, "audit of the meters")

    def test_without_a_reason_it_is_refused(self, registry: RateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            audited(registry, co2_tons=Decimal(1), ground="  ")
        assert refused.value.reasons == {"ground_missing"}


class TestOutput:
    """RATE-153, RATE-195: net MWh and useful heat are corrected as the pounds are."""

    @pytest.mark.parametrize(
        ("changes", "needed"),
        [
            ({"net_mwh": Decimal(2_000_555)}, NEEDED - 555),
            ({"net_mwh": Decimal(1_999_000)}, NEEDED + 1000),
            ({"useful_thermal_mwh": Decimal("35.1597")}, NEEDED - 36),
            ({"net_mwh": Decimal(0)}, 2_094_555),
        ],
    )
    def test_what_is_needed_follows(
        self, registry: RateRegistry, changes: dict[str, Decimal], needed: int
    ) -> None:
        registry.run()
        audited(registry, **changes)

        outcome = registry.outcome("Cane/1")
        assert outcome.obligation == needed
        assert outcome.deducted == min(needed, 100_000)
        assert outcome.excess_due == 2 * max(needed - 100_000, 0)

    def test_the_decision_states_what_was_changed_and_nothing_else(
        self, registry: RateRegistry
    ) -> None:
        audited(registry, net_mwh=Decimal(2_000_555))

        found = operation.period_operation(program=PROGRAM, period=FIRST)
        total = found[registry.unit("Cane/1")].total
        assert (total.co2_lb, total.net_mwh) == (3_500_000_000, 2_000_555)
        (decision,) = [
            one
            for one in audit.decisions(program=PROGRAM)
            if one.decision_class == "vi" and one.outcome == "adjusted"
        ]
        assert decision.reasons == (
            "1 in 2022: 2000000 net MWh adjusted to 2000555 net MWh.",
            "audit of the meters",
        )

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"net_mwh": Decimal(-1)}, "negative_mass"),
            ({"useful_thermal_mwh": Decimal("-0.1")}, "negative_mass"),
            ({}, "nothing_to_adjust"),
            ({"net_mwh": Decimal("1.000001")}, "not_a_number"),
            ({"net_mwh": Decimal("NaN")}, "not_a_number"),
            ({"net_mwh": Decimal(1), "unit": "9"}, "unknown_unit"),
        ],
    )
    def test_what_is_no_correction_changes_nothing(
        self, registry: RateRegistry, changes: dict[str, Any], reason: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            audited(registry, **changes)
        assert refused.value.reasons == {reason}
        found = operation.period_operation(program=PROGRAM, period=FIRST)
        assert found[registry.unit("Cane/1")].total.net_mwh == 2_000_000
