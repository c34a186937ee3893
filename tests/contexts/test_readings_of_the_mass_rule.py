"""Readings of subpart MMM that one act or one value shows."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from tests.contexts.registry import PROGRAM, Registry, noon
from tests.contexts.resources_registry import refused
from trueup.accounts import notes, ownership
from trueup.accounts import services as registration
from trueup.accounts.models import AffectedUnit
from trueup.accounts.note_models import PermitNote
from trueup.accounts.ownership_entries import PartySpec
from trueup.desk import noting
from trueup.desk.kinds import Asked
from trueup.rules import programs
from trueup.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> Registry:
    return Registry()


class TestOwnersAndOperators:
    """40 CFR 62.16220(e), 62.16300(c)(1); MASS-006: bound as of any date, however late listed."""

    def test_a_sale_binds_from_its_day_though_it_was_filed_later(self, registry: Registry) -> None:
        barry = registry.accounts["Barry"].id
        registration.file_ownership_change(
            account=barry,
            changed_on=date(2022, 1, 3),
            filed_at=noon("2022-01-03"),
            listed=(PartySpec(name="Mobile Power Co."),),
            kind="owner",
        )
        registration.file_ownership_change(
            account=barry,
            changed_on=date(2023, 6, 15),
            filed_at=noon("2023-07-10"),
            listed=(PartySpec(name="Coast Power LLC"),),
            unlisted=(PartySpec(name="Mobile Power Co."),),
            kind="owner",
        )

        def owners(day: date) -> list[str]:
            found = ownership.parties_of([barry], on=day, kind="owner")[barry]
            return [party.name for party in found]

        assert owners(date(2023, 6, 30)) == ["Coast Power LLC"]
        assert owners(date(2023, 6, 14)) == ["Mobile Power Co."]


class TestPermits:
    """40 CFR 62.16220(d); MASS-009: a permit is noted, and nothing waits for it."""

    def test_a_transfer_is_recorded_while_a_revision_is_pending(self, registry: Registry) -> None:
        facility = registry.facilities["Barry"]
        notes.note_permit(
            program=PROGRAM,
            facility=facility,
            reference="AL-503-1001",
            state="revision_pending",
            noted_at=registry.tick(),
        )
        registry.allocate(("Barry", "1", 2022, 100))

        entry = registry.transfer("Barry", "Gulf Brokers", 2022, 40)

        assert entry.state == "recorded"
        assert notes.permits_of(facility) == {"AL-503-1001": "revision_pending"}

    def test_the_latest_note_holds_and_none_is_changed(self, registry: Registry) -> None:
        facility = registry.facilities["Barry"]
        for state in ("revision_pending", "in_force"):
            notes.note_permit(
                program=PROGRAM,
                facility=facility,
                reference="AL-503-1001",
                state=state,
                noted_at=registry.tick(),
            )

        assert notes.permits_of(facility) == {"AL-503-1001": "in_force"}
        with pytest.raises(DatabaseError), transaction.atomic():
            PermitNote.objects.update(state="ended")

    def test_a_note_names_a_permit_and_how_it_stands(self, registry: Registry) -> None:
        for facility, reference, state, reason in (
            (999, "X", "in_force", "unknown_facility"),
            (registry.facilities["Barry"], " ", "in_force", "note_missing"),
            (registry.facilities["Barry"], "X", "lost", "note_missing"),
        ):
            with refused(reason):
                notes.note_permit(
                    program=PROGRAM,
                    facility=facility,
                    reference=reference,
                    state=state,
                    noted_at=registry.tick(),
                )


class TestCapturedCO2:
    """40 CFR 62.16360(e); MASS-162: part 98 PP and RR, by the unit or by who receives it."""

    def note(self, registry: Registry, *, reports: bool, captures: bool = True) -> int:
        unit = AffectedUnit.objects.get(facility_id=registry.facilities["Gaston"])
        notes.note_capture(
            program=PROGRAM,
            unit=unit.pk,
            captures=captures,
            receiver="Citronelle storage",
            reports=reports,
            noted_at=registry.tick(),
        )
        return unit.pk

    def open_tasks(self) -> int:
        return Task.objects.filter(kind=notes.CAPTURED, closed_at=None).count()

    def test_without_a_reporter_a_task_is_open_once(self, registry: Registry) -> None:
        unit = self.note(registry, reports=False)
        self.note(registry, reports=False)

        assert self.open_tasks() == 1
        found = notes.capture_of(unit)
        assert found is not None
        assert (found.captures, found.receiver) == (True, "Citronelle storage")

    def test_once_it_is_reported_the_task_is_closed(self, registry: Registry) -> None:
        self.note(registry, reports=False)
        self.note(registry, reports=True)

        assert self.open_tasks() == 0

    def test_who_captures_nothing_has_no_task(self, registry: Registry) -> None:
        self.note(registry, reports=False, captures=False)

        assert self.open_tasks() == 0
        with refused("unknown_unit"):
            notes.note_capture(
                program=PROGRAM, unit=999, captures=True, reports=False, noted_at=registry.tick()
            )


class TestAtTheDesk:
    """PLAT-018; MASS-009, MASS-162: officials note both."""

    def asked(self, registry: Registry, **values: str | int) -> Asked:
        return Asked(
            program=PROGRAM,
            jurisdiction="",
            values={"facility": 26, **values},
            at=registry.tick(),
            key=uuid4(),
            by=1,
            actor="official:1",
        )

    def test_a_permit_and_a_capture_are_noted(self, registry: Registry) -> None:
        found = noting.note_permit(self.asked(registry, reference="AL-1", state="in_force"))
        assert found["permit"] == "AL-1"
        answers = {"unit": "5", "captures": "yes", "reported": "no"}
        assert noting.note_capture(self.asked(registry, **answers))["captures"] == "yes"
        with refused("unknown_unit"):
            noting.note_capture(self.asked(registry, **{**answers, "unit": "9"}))


class TestPeriods:
    """40 CFR 62.16375 “Compliance period”, “Final compliance period”; MASS-AMB-49."""

    def test_final_compliance_periods_are_compliance_periods(self) -> None:
        rules = programs.load(PROGRAM)
        final = rules.period_named("2032-2033")

        assert rules.period_of(date(2033, 3, 3)) == final
        assert rules.deadline_on(final) == date(2034, 5, 1)
        assert rules.excess_vintage_max(rules.period_named("2028-2029")) == 2031
