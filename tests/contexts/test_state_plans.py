"""Plans of States, their links, and what their units may do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.contexts.registry import PROGRAM, Registry, refused
from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.allocation import services as allocation
from trueup.compliance import services as compliance
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refused
from trueup.rules.state_plans import Step
from trueup.state_plans import queries, services
from trueup.state_plans.entries import LinkEntry, StateStanding

pytestmark = pytest.mark.django_db

RATE = "cpp-rate"
CP2 = CompliancePeriod(first_year=2025, last_year=2027)


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.on("2021-06-01")
    return registry


def keep(
    registry: Registry,
    kind: str,
    on: str,
    *,
    state: str = "KY",
    program: str = PROGRAM,
    effective: str = "",
    due: str = "",
    plan: str = "",
    first_period: str = "",
    note: str = "letter of the Governor",
) -> StateStanding:
    return allocation.record_plan_step(
        program=program,
        jurisdiction=state,
        step=Step(
            kind=kind,
            on=date.fromisoformat(on),
            plan=plan,
            effective_on=date.fromisoformat(effective) if effective else None,
            due_on=date.fromisoformat(due) if due else None,
            note=note,
        ),
        first_period=first_period,
        recorded_at=registry.tick(),
    )


def own_plan(registry: Registry, *, effective: str, on: str = "2021-04-01", **more: Any) -> None:
    """A plan of its own: received, complete, approved."""
    keep(registry, "received", "2020-02-10", plan="own", **more)
    keep(registry, "complete", "2020-04-01", **more)
    keep(registry, "approved", on, plan="own", effective=effective, **more)


def link(
    registry: Registry, *, state: str = "KY", program: str = PROGRAM, **other: Any
) -> LinkEntry:
    given: dict[str, Any] = {
        "kind": "mass",
        "unit": "short ton of CO2",
        "plan_evidence": "81 FR 1",
        "ready_evidence": "81 FR 2",
        "tracking_evidence": "uses this installation",
        "active_from": date(2025, 1, 1),
    }
    return services.activate_link(
        program=program,
        jurisdiction=state,
        recorded_at=registry.tick(),
        **{**given, **other},
    )


def report(registry: Registry, facility: str, *tons: tuple[str, int]) -> None:
    """All tons of CP2 in its first year."""
    rows = [
        (unit, year, mass if year == 2025 else 0) for unit, mass in tons for year in CP2.vintages
    ]
    registry.report(facility, *rows)


class TestSteps:
    """40 CFR 60.27; 62.16410(a); MASS-074."""

    def test_steps_are_kept_and_the_clock_runs_on(self, registry: Registry) -> None:
        keep(registry, "received", "2020-02-10", plan="own")
        found = queries.standing(program=PROGRAM, jurisdiction="KY", today=date(2020, 5, 1))
        assert found.standing.status == "received"
        assert [clock.name for clock in found.late] == ["completeness"]
        found = queries.standing(program=PROGRAM, jurisdiction="KY", today=date(2020, 8, 10))
        assert (found.standing.status, found.late) == ("complete", ())
        assert found.next_clock is not None
        assert found.next_clock.due_on == date(2021, 8, 10)

    def test_every_state_has_a_standing_and_nothing_kept_means_the_federal_plan(
        self, registry: Registry
    ) -> None:
        keep(registry, "received", "2020-02-10", plan="own")
        found = queries.standings(program=PROGRAM, today=date(2021, 6, 1))
        assert len(found) == 50
        assert {one.mode for one in found} == {"federal"}
        assert [one.jurisdiction for one in found if one.standing.status] == ["KY"]

    def test_what_is_refused(self, registry: Registry) -> None:
        with refused("unknown_state"):
            keep(registry, "received", "2020-02-10", state="VT", plan="own")
        with refused("plan_not_named"):
            keep(registry, "received", "2020-02-10")
        with refused("note_missing"):
            keep(registry, "received", "2020-02-10", plan="own", note=" ")
        with refused("day_not_usable"):
            keep(registry, "received", "2022-02-10", plan="own")
        with refused("day_not_usable"):
            keep(registry, "revision_noticed", "2020-01-10", due="2021-07-11")
        with refused("step_out_of_order"):
            keep(registry, "complete", "2020-02-10")
        assert queries.steps_of(program=PROGRAM, jurisdiction="KY") == []

    def test_a_revision_is_due_eighteen_months_after_its_notice_at_most(
        self, registry: Registry
    ) -> None:
        found = keep(registry, "revision_noticed", "2020-01-10", due="2021-07-10")
        assert found.standing.clocks[0].due_on == date(2021, 7, 10)


class TestLeaving:
    """Preamble V.F, VI.B.1; MASS-071; PLAT-107."""

    def test_another_plan_begins_with_a_period_of_which_nothing_is_recorded(
        self, registry: Registry
    ) -> None:
        registry.allocate(("Cane", "1", 2022, 10))
        registry.on("2022-02-01")
        keep(registry, "received", "2020-02-10", plan="own")
        keep(registry, "complete", "2020-04-01")
        for day, reason in (
            ("2024-01-01", "not_at_period_start"),
            ("2022-01-01", "period_recorded"),
        ):
            with refused(reason):
                keep(registry, "approved", "2022-02-01", plan="own", effective=day)
        found = keep(registry, "approved", "2022-02-01", plan="own", effective="2025-01-01")
        assert found.mode == "federal"
        assert found.standing.mode_on(date(2025, 1, 1)) == "own"

    def test_what_is_owed_for_earlier_periods_stays_owed(self, registry: Registry) -> None:
        registry.allocate(("Cane", "1", 2022, 10), ("Barry", "1", 2022, 10))
        own_plan(registry, effective="2025-01-01")
        first = CompliancePeriod(first_year=2022, last_year=2024)
        assert queries.states_outside(program=PROGRAM, period=first) == frozenset()
        assert queries.states_outside(program=PROGRAM, period=CP2) == {"KY"}
        registry.on("2028-05-20")
        run = compliance.preview_deductions(program=PROGRAM, period=first, today=date(2028, 5, 20))
        seen = {one.facility.name for one in (*run.outcomes, *run.omissions)}
        assert "Cane" in seen
        run = compliance.preview_deductions(program=PROGRAM, period=CP2, today=date(2028, 5, 20))
        seen = {one.facility.name for one in (*run.outcomes, *run.omissions)}
        assert "Cane" not in seen
        assert "Barry" in seen


class TestRateBasedEntryAndExit:
    """40 CFR 62.16410(a); preamble IV.E.2; RATE-220, RATE-221; PLAT-107."""

    def test_a_state_leaves_at_the_end_of_a_period_only(self, registry: Registry) -> None:
        registry.on("2025-06-02")
        keep(registry, "received", "2024-02-10", plan="own", program=RATE)
        keep(registry, "complete", "2024-04-01", program=RATE)
        approval = {"plan": "own", "program": RATE}
        with refused("not_at_period_start"):
            keep(registry, "approved", "2025-06-01", effective="2026-01-01", **approval)
        with refused("period_recorded"):
            keep(registry, "approved", "2025-06-01", effective="2025-01-01", **approval)
        keep(registry, "approved", "2025-06-01", effective="2028-01-01", **approval)
        assert queries.states_outside(program=RATE, period=CP2) == frozenset()
        # CP2 is trued up after the State has left.
        assert programs.load(RATE).deadline_on(CP2) == date(2028, 11, 1)

    def test_a_state_that_joins_under_way_owes_from_the_next_period(
        self, registry: Registry
    ) -> None:
        registry.on("2023-02-01")
        first = CompliancePeriod(first_year=2022, last_year=2024)
        keep(registry, "not_covered", "2020-01-02", program=RATE, effective="2020-01-02")
        found = keep(registry, "federal_plan", "2022-12-01", program=RATE, effective="2023-01-01")
        assert (found.mode, found.first_period) == ("federal", "2025-2027")
        assert queries.states_outside(program=RATE, period=first) == {"KY"}
        assert queries.states_outside(program=RATE, period=CP2) == frozenset()

    def test_the_administrator_can_name_the_first_period(self, registry: Registry) -> None:
        registry.on("2023-02-01")
        first = CompliancePeriod(first_year=2022, last_year=2024)
        keep(registry, "not_covered", "2020-01-02", program=RATE, effective="2020-01-02")
        found = keep(
            registry,
            "federal_plan",
            "2022-12-01",
            program=RATE,
            effective="2023-01-01",
            first_period="2022-2024",
        )
        assert found.first_period == "2022-2024"
        assert queries.states_outside(program=RATE, period=first) == frozenset()

    def test_a_state_with_a_plan_of_its_own_is_not_set_under_the_federal_one(
        self, registry: Registry
    ) -> None:
        own_plan(registry, effective="2022-01-01", program=RATE)
        with refused("own_plan_in_force"):
            keep(registry, "federal_plan", "2021-05-01", effective="2025-01-01", program=RATE)


class TestLinking:
    """Preamble III.A.1, V.A; MASS-072; RATE-216; PLAT-091."""

    def test_five_conditions_with_evidence_make_a_link(self, registry: Registry) -> None:
        own_plan(registry, effective="2025-01-01")
        found = link(registry)
        assert found.active_from == date(2025, 1, 1)
        assert queries.links_on(program=PROGRAM, on=date(2024, 12, 31)) == []
        assert [
            one.jurisdiction for one in queries.links_on(program=PROGRAM, on=date(2025, 1, 1))
        ] == ["KY"]

    @pytest.mark.parametrize(
        ("other", "reason", "condition"),
        [
            ({"plan_evidence": ""}, "plan_not_approved", 1),
            ({"kind": "rate"}, "not_same_kind", 2),
            ({"unit": "metric ton of CO2"}, "instrument_differs", 3),
            ({"ready_evidence": " "}, "not_ready_for_trading", 4),
            ({"tracking_evidence": ""}, "no_tracking_system", 5),
        ],
    )
    def test_four_of_five_are_refused_and_the_missing_one_is_named(
        self, registry: Registry, other: dict[str, Any], reason: str, condition: int
    ) -> None:
        own_plan(registry, effective="2025-01-01")
        with pytest.raises(Refused) as caught:
            link(registry, **other)
        (refusal,) = caught.value.refusals
        assert refusal.reason == reason
        assert f"Condition {condition} of 5" in refusal.sentence
        assert queries.links_of(program=PROGRAM, jurisdiction="KY") == []

    def test_all_that_is_missing_is_named_at_once(self, registry: Registry) -> None:
        with pytest.raises(Refused) as caught:
            link(registry, kind="rate", unit="MWh", ready_evidence="", tracking_evidence="")
        assert len(caught.value.refusals) == 5

    def test_a_state_without_an_approved_plan_of_its_own_is_not_linked(
        self, registry: Registry
    ) -> None:
        with refused("plan_not_approved"):
            link(registry)

    def test_a_state_is_linked_once_and_a_link_ends_with_a_reason(self, registry: Registry) -> None:
        own_plan(registry, effective="2025-01-01")
        link(registry)
        with refused("linked_already"):
            link(registry)
        registry.on("2025-03-01")
        ending: dict[str, Any] = {"program": PROGRAM, "jurisdiction": "KY"}
        with refused("note_missing"):
            services.end_link(
                ended_on=date(2025, 4, 1), reason="", recorded_at=registry.tick(), **ending
            )
        with refused("day_not_usable"):
            services.end_link(
                ended_on=date(2025, 2, 1), reason="ends", recorded_at=registry.tick(), **ending
            )
        services.end_link(
            ended_on=date(2025, 4, 1), reason="ends", recorded_at=registry.tick(), **ending
        )
        assert queries.unlinked(program=PROGRAM, on=date(2025, 3, 31)) == {}
        assert queries.unlinked(program=PROGRAM, on=date(2025, 4, 1)) == {"KY": 2025}
        with refused("no_such_link"):
            services.end_link(
                ended_on=date(2025, 4, 1), reason="ends", recorded_at=registry.tick(), **ending
            )


class TestPartnerSystems:
    """40 CFR 62.16515(j); RATE-214."""

    def test_only_a_system_that_the_plan_and_epa_approved_will_do(self, registry: Registry) -> None:
        own_plan(registry, effective="2025-01-01")
        with refused("system_not_approved"):
            link(registry, tracking_system="Western Registry")
        approval: dict[str, Any] = {
            "program": PROGRAM,
            "jurisdiction": "KY",
            "name": "Western Registry",
            "plan_evidence": "81 FR 1, section 4",
            "approved_on": date(2021, 5, 1),
        }
        with refused("system_not_approved"):
            services.approve_system(epa_evidence="", recorded_at=registry.tick(), **approval)
        services.approve_system(epa_evidence="81 FR 3", recorded_at=registry.tick(), **approval)
        assert link(registry, tracking_system="Western Registry").tracking_system
        (system,) = queries.partner_systems(program=PROGRAM)
        assert system.name == "Western Registry"


class TestUseAcrossStates:
    """Preamble III.A.1, V.A; MASS-072; RATE-217; PLAT-091, PLAT-092."""

    def settled(self, registry: Registry) -> tuple[int, int]:
        """Barry emitted 10 tons in 2025 to 2027 and holds 10 of Kentucky; what is deducted."""
        registry.on("2024-06-03")
        registry.allocate(("Cane", "1", 2025, 10))
        registry.transfer("Cane", "Barry", 2025, 10)
        registry.on("2028-02-01")
        report(registry, "Barry", ("1", 10), ("2", 0))
        registry.on("2028-05-20")
        (outcome,) = [one for one in registry.run(CP2).outcomes if one.facility.name == "Barry"]
        return outcome.held, outcome.deducted

    def test_allowances_of_any_covered_state_count_in_any_other(self, registry: Registry) -> None:
        assert self.settled(registry) == (10, 10)

    def test_those_of_a_linked_state_count(self, registry: Registry) -> None:
        own_plan(registry, effective="2025-01-01")
        link(registry)
        assert self.settled(registry) == (10, 10)

    def test_those_of_a_state_that_is_not_linked_do_not(self, registry: Registry) -> None:
        own_plan(registry, effective="2025-01-01")
        assert self.settled(registry) == (0, 0)

    def test_what_was_issued_before_the_state_left_still_counts(self, registry: Registry) -> None:
        registry.allocate(("Cane", "1", 2022, 10))
        registry.transfer("Cane", "Barry", 2022, 10)
        own_plan(registry, effective="2025-01-01")
        registry.on("2028-02-01")
        report(registry, "Barry", ("1", 10), ("2", 0))
        registry.on("2028-05-20")
        (outcome,) = [one for one in registry.run(CP2).outcomes if one.facility.name == "Barry"]
        assert outcome.deducted == 10


class TestUnitsOfLinkedStates:
    """Preamble IV.E.1; RATE-218, RATE-219; PLAT-106."""

    PARADISE = FacilitySpec(
        oris_code=1378, name="Paradise", jurisdiction="KY", units=(UnitSpec(unit_id="3"),)
    )

    def listed(self, registry: Registry, data: str) -> int:
        return services.record_unit_list(
            program=PROGRAM, jurisdiction="KY", data=data, recorded_at=registry.tick()
        )

    def test_a_unit_that_its_state_did_not_list_cannot_register(self, registry: Registry) -> None:
        own_plan(registry, effective="2022-01-01")
        registry.on("2022-03-01")
        with refused("unit_not_listed"):
            registry.register([self.PARADISE])
        assert self.listed(registry, "oris_code,unit,unit_type\n1378,3,steam\n") == 1
        registry.register([self.PARADISE])

    def test_it_gets_a_general_account_and_no_compliance_account(self, registry: Registry) -> None:
        own_plan(registry, effective="2022-01-01")
        registry.on("2022-03-01")
        self.listed(registry, "oris_code,unit,unit_type\n1378,3,steam\n")
        registry.register([self.PARADISE])
        with refused("state_plan_unit"):
            registry.represent("Paradise", "Pat Roe")
        assert registry.open_general("Paradise of Kentucky", "Pat Roe").kind == "general"

    def test_who_has_an_account_from_before_keeps_it(self, registry: Registry) -> None:
        own_plan(registry, effective="2022-01-01")
        registry.on("2022-03-01")
        registry.represent("Cane", "Nel Fox")

    def test_a_list_is_read_whole_or_not_at_all(self, registry: Registry) -> None:
        with refused("no_own_plan"):
            self.listed(registry, "oris_code,unit,unit_type\n1378,3,steam\n")
        own_plan(registry, effective="2022-01-01")
        with pytest.raises(Refused) as caught:
            self.listed(
                registry,
                "oris_code,unit,unit_type\n1378,3,steam\nx,3,steam\n1378,3,steam\n9,1,wind\n9,,steam\n",
            )
        assert [one.row for one in caught.value.refusals] == [3, 4, 5, 6]
        with refused("list_not_usable"):
            self.listed(registry, "plant,unit\n1,2\n")
        with refused("list_not_usable"):
            self.listed(registry, "oris_code,unit,unit_type\n")
        assert queries.units_listed_by(program=PROGRAM, jurisdiction="KY", limit=9) == []

    def test_a_later_list_takes_the_place_of_the_earlier(self, registry: Registry) -> None:
        own_plan(registry, effective="2022-01-01")
        self.listed(registry, "oris_code,unit,unit_type\n1378,3,steam\n1378,4,steam\n")
        self.listed(registry, "oris_code,unit,unit_type\n1378,4,igcc\n")
        (unit,) = queries.units_listed_by(program=PROGRAM, jurisdiction="KY", limit=9)
        assert (unit.unit_id, unit.unit_type) == ("4", "igcc")


class TestCoverage:
    """40 CFR 62.16210(a); MASS-001."""

    def test_where_no_plan_is_in_effect_nothing_registers(self, registry: Registry) -> None:
        keep(registry, "not_covered", "2021-01-04", effective="2021-01-04")
        with pytest.raises(Refused) as caught:
            accounts.register_facilities(
                [TestUnitsOfLinkedStates.PARADISE],
                program=PROGRAM,
                registered_at=registry.tick(),
            )
        assert caught.value.reasons == {"jurisdiction_not_covered"}
