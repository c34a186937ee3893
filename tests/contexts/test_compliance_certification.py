"""Certification reports and monitoring equipment: filed, late, missing; certified or lapsed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.control_registry import (
    CHALK,
    PROGRAM,
    RAVEN,
    RULES,
    THIRD,
    Y2015,
    ControlRegistry,
)
from tests.contexts.registry import Registry, refused
from trueup.audit.models import Event, Notice
from trueup.compliance import services
from trueup.compliance.certification import Certification, certifications, outstanding
from trueup.compliance.models import CertificationReport, MonitoringRecord
from trueup.compliance.monitoring import Equipment, defects, equipment
from trueup.desk.readiness import readiness
from trueup.rules.certification import Answer
from trueup.rules.periods import CompliancePeriod

pytestmark = pytest.mark.django_db

ASKED = RULES.market.certification
assert ASKED is not None
ALL_SO = tuple(Answer(statement=key, is_so=True) for key in ASKED.statements)


@pytest.fixture
def registry() -> ControlRegistry:
    return ControlRegistry()


def certify(
    registry: ControlRegistry,
    *,
    on: str = "2016-02-20",
    answers: Sequence[Answer] = ALL_SO,
    by: str = "Ana Ruiz",
    period: CompliancePeriod = Y2015,
) -> Certification:
    registry.on(on)
    return services.file_certification(
        program=PROGRAM,
        period=period,
        facility=registry.facilities[CHALK],
        answers=answers,
        filed_by=registry.person(by),
        filed_at=registry.tick(),
    )


def state_of(registry: ControlRegistry, today: str, facility: str = CHALK) -> str:
    (found,) = certifications(
        program=PROGRAM,
        period=Y2015,
        today=date.fromisoformat(today),
        facilities=[registry.facilities[facility]],
    )
    return found.state


class TestFiling:
    """RGGI-034: the duty of each source, due March 1."""

    def test_it_is_filed_late_or_missing(self, registry: ControlRegistry) -> None:
        assert state_of(registry, "2016-03-01") == "not_due"
        assert state_of(registry, "2016-03-02") == "missing"
        assert certify(registry, on="2016-03-01").state == "filed"
        assert state_of(registry, "2016-03-02", RAVEN) == "missing"

    def test_on_march_2_it_is_late(self, registry: ControlRegistry) -> None:
        assert certify(registry, on="2016-03-02").state == "late"

    def test_a_correction_counts_and_does_not_make_it_late(self, registry: ControlRegistry) -> None:
        certify(registry)
        no = Answer(statement="monitoring_plan", is_so=False, explanation="a meter failed")
        found = certify(registry, on="2016-05-01", answers=(ALL_SO[0], no, *ALL_SO[2:]))

        assert found.state == "filed"
        assert found.reports[0].answers[1] == no
        assert len(found.reports) == 2

    def test_only_a_representative_of_the_source_certifies(self, registry: ControlRegistry) -> None:
        for name in ("Gil Orr", "Cy Dunn"):
            with refused("not_authorized"):
                certify(registry, by=name)

    def test_every_statement_is_answered_once(self, registry: ControlRegistry) -> None:
        wrong = (
            ALL_SO[:-1],
            (*ALL_SO, ALL_SO[0]),
            (*ALL_SO[:-1], Answer(statement="x", is_so=True)),
        )
        for answers in wrong:
            with refused("answer_missing"):
                certify(registry, answers=answers)
        no = Answer(statement="monitoring_plan", is_so=False, explanation=" ")
        with refused("explanation_missing"):
            certify(registry, answers=(ALL_SO[0], no, *ALL_SO[2:]))
        assert not CertificationReport.objects.exists()

    def test_not_before_the_period_has_ended(self, registry: ControlRegistry) -> None:
        with refused("period_not_over"):
            certify(registry, on="2015-12-31")
        with refused("period_not_over"):
            certify(registry, period=THIRD)

    def test_the_federal_programs_ask_for_none(self) -> None:
        registry = Registry()
        registry.on("2025-02-03")
        with refused("not_asked_for"):
            services.file_certification(
                program="cpp-mass",
                period=RULES_OF_CPP,
                facility=registry.facilities["Barry"],
                answers=ALL_SO,
                filed_by=registry.person("Ana Ruiz"),
                filed_at=registry.tick(),
            )

    def test_what_was_filed_stays(self, registry: ControlRegistry) -> None:
        certify(registry)
        row = CertificationReport.objects.get()
        row.remark = "other"
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.delete()
        assert Event.objects.filter(act="file_certification").count() == 1


RULES_OF_CPP = CompliancePeriod(first_year=2022, last_year=2024)


class TestReadiness:
    """RGGI-034: officials see what is missing before they settle; it stops nothing."""

    def counts(self, registry: ControlRegistry) -> dict[str, int]:
        items = readiness(program=PROGRAM, period=Y2015, at=registry.now)
        assert not any(item.stops for item in items if "certification" in item.name)
        return {item.name: item.count for item in items}

    def test_missing_and_late_reports_are_counted(self, registry: ControlRegistry) -> None:
        registry.on("2016-03-05")
        assert self.counts(registry)["certifications"] == 2
        certify(registry, on="2016-03-05")
        found = self.counts(registry)
        assert (found["certifications"], found["late_certifications"]) == (1, 1)
        today = date(2016, 3, 6)
        assert outstanding(program=PROGRAM, period=Y2015, today=today) == (1, 1)

    def test_sources_with_a_defect_are_counted(self, registry: ControlRegistry) -> None:
        registry.on("2016-03-05")
        assert self.counts(registry)["monitoring"] == 2


class TestReminders:
    """RGGI-034, PLAT-082: who has not filed is told before the day, and once after it."""

    def remind(self, registry: ControlRegistry, on: str) -> int:
        registry.on(on)
        return services.remind_of_certifications(program=PROGRAM, now=registry.now)

    def test_each_lead_time_is_told_once(self, registry: ControlRegistry) -> None:
        assert self.remind(registry, "2015-12-01") == 0
        assert self.remind(registry, "2016-02-23") == 2
        assert self.remind(registry, "2016-02-24") == 0
        certify(registry, on="2016-02-25")
        assert self.remind(registry, "2016-02-29") == 1
        assert self.remind(registry, "2016-03-02") == 1
        assert self.remind(registry, "2016-03-03") == 0

        told = Notice.objects.filter(event="certification_due").order_by("id")
        assert "due in 7 days" in told[0].subject
        assert told[3].subject.startswith("Certification report for 2015, missing: Ravenswood")

    def test_the_federal_programs_remind_of_none(self) -> None:
        registry = Registry()
        assert services.remind_of_certifications(program="cpp-mass", now=registry.now) == 0


class TestMonitoringEquipment:
    """RGGI-004: five quantities, certified, lapsed, missing, or not needed and why."""

    FIVE = (
        "CO2 concentration",
        "stack gas flow",
        "oxygen concentration",
        "heat input",
        "fuel flow",
    )

    def record(self, registry: ControlRegistry, quantity: str, **said: object) -> Equipment:
        return services.record_monitoring(
            program=PROGRAM,
            facility=registry.facilities[CHALK],
            quantity=quantity,
            recorded_at=registry.tick(),
            **said,  # type: ignore[arg-type]
        )

    def states(self, registry: ControlRegistry, on: date) -> list[str]:
        found = equipment(program=PROGRAM, facilities=[registry.facilities[CHALK]], on=on)
        return [one.state for one in found[registry.facilities[CHALK]]]

    def test_a_source_lists_the_five(self, registry: ControlRegistry) -> None:
        for quantity in self.FIVE[:3]:
            self.record(registry, quantity, certified_on=date(2014, 6, 1))
        self.record(
            registry, "heat input", certified_on=date(2014, 6, 1), valid_until=date(2015, 6, 1)
        )

        assert self.states(registry, date(2015, 6, 1)) == ["certified"] * 4 + ["missing"]
        assert self.states(registry, date(2015, 6, 2))[3] == "lapsed"

    def test_what_does_not_apply_is_no_defect_and_says_why(self, registry: ControlRegistry) -> None:
        assert defects(program=PROGRAM, on=date(2015, 6, 1)) == 2
        for quantity in self.FIVE[:4]:
            self.record(registry, quantity, certified_on=date(2014, 6, 1))
        found = self.record(registry, "fuel flow", not_applicable="burns coal alone")

        assert (found.state, found.reason, found.is_defect) == (
            "not_applicable",
            "burns coal alone",
            False,
        )
        assert defects(program=PROGRAM, on=date(2015, 6, 1)) == 1

    def test_a_new_certification_mends_a_lapsed_one(self, registry: ControlRegistry) -> None:
        old = {"certified_on": date(2013, 1, 1), "valid_until": date(2014, 1, 1)}
        assert self.record(registry, "heat input", **old).state == "lapsed"
        assert self.record(registry, "heat input", certified_on=date(2014, 2, 1)).state == (
            "certified"
        )

    @pytest.mark.parametrize(
        "said",
        [
            {},
            {"certified_on": date(2014, 1, 1), "not_applicable": "none"},
            {"certified_on": date(2016, 1, 1)},
            {"certified_on": date(2014, 1, 1), "valid_until": date(2013, 1, 1)},
            {"valid_until": date(2014, 1, 1)},
            {"not_applicable": "x" * 401},
        ],
    )
    def test_what_does_not_say_it_is_refused(
        self, registry: ControlRegistry, said: dict[str, object]
    ) -> None:
        with refused("monitoring_not_stated"):
            self.record(registry, "heat input", **said)
        assert not MonitoringRecord.objects.exists()

    def test_other_quantities_are_not_asked_for(self, registry: ControlRegistry) -> None:
        with refused("not_asked_for"):
            self.record(registry, "noise", certified_on=date(2014, 1, 1))

    def test_data_of_a_source_with_a_defect_are_accepted(self, registry: ControlRegistry) -> None:
        registry.give(CHALK, 2015, 500)
        registry.on("2016-01-20")
        registry.report(CHALK, 2015, 1000)
        registry.on("2016-03-02")
        registry.run(Y2015)

        assert registry.figures(CHALK, Y2015)[0] == 500
