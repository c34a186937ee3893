"""Retired units: proof that is kept, and what is reported of them all the same."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.registry import PROGRAM, Registry, noon, refused
from trueup.accounts import exemptions, queries, retirement_proofs, services
from trueup.accounts.exemptions import RetiredReport
from trueup.accounts.retirement_models import ExemptionReview, RetirementProof
from trueup.audit import queries as audit
from trueup.tasks import queries as tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> Registry:
    return Registry()


def unit_of(registry: Registry, unit: str = "1") -> int:
    facility = registry.facilities["Barry"]
    units = queries.units_of([facility])[facility]
    return next(entry.id for entry in units if entry.unit_id == unit)


def retire(registry: Registry, on: str = "2023-08-15", unit: str = "1") -> int:
    key = unit_of(registry, unit)
    services.retire_unit(
        program=PROGRAM,
        unit=key,
        retired_on=date.fromisoformat(on),
        filed_at=noon("2023-09-01"),
        filed_by=registry.person("Ana Ruiz"),
    )
    registry.on("2025-06-02")
    return key


def reviews(unit: int) -> list[str]:
    return [f"{one.state}: {one.ground}" for one in exemptions.reviews_of([unit]).get(unit, [])]


class TestProof:
    """40 CFR 62.16215(b)(2); MASS-149; RATE-010."""

    def test_it_is_kept_for_five_years_from_the_day_it_was_created(
        self, registry: Registry
    ) -> None:
        unit = retire(registry)

        entry = services.record_proof(
            program=PROGRAM,
            unit=unit,
            what="Termination of the operating permit",
            created_on=date(2023, 8, 20),
            recorded_at=noon("2023-09-01"),
            actor="administrator",
        )

        assert entry.keep_until == date(2028, 8, 20)
        assert retirement_proofs.proofs_of(unit) == [entry]

    def test_a_leap_day_ends_on_the_last_of_february(self, registry: Registry) -> None:
        unit = retire(registry)
        entry = services.record_proof(
            program=PROGRAM,
            unit=unit,
            what="Photographs",
            created_on=date(2024, 2, 29),
            recorded_at=noon("2024-03-01"),
            actor="administrator",
        )
        assert entry.keep_until == date(2029, 2, 28)

    def test_it_is_extended_in_writing_before_the_time_ends(self, registry: Registry) -> None:
        unit = retire(registry)
        proof = services.record_proof(
            program=PROGRAM,
            unit=unit,
            what="Permit",
            created_on=date(2023, 8, 20),
            recorded_at=noon("2023-09-01"),
            actor="administrator",
        ).id

        def extend(until: str, at: str, reason: str = "audit under way") -> date:
            return services.extend_proof(
                program=PROGRAM,
                proof=proof,
                keep_until=date.fromisoformat(until),
                reason=reason,
                extended_at=noon(at),
                actor="official:1",
            ).keep_until

        with refused("ground_missing"):
            extend("2030-08-20", "2028-08-20", reason=" ")
        with refused("proof_not_usable"):
            extend("2028-08-20", "2028-08-20")
        with refused("proof_not_usable"):
            extend("2030-08-20", "2028-08-21")
        assert extend("2030-08-20", "2028-08-20") == date(2030, 8, 20)

    def test_only_a_retired_unit_has_one(self, registry: Registry) -> None:
        with refused("not_retired"):
            services.record_proof(
                program=PROGRAM,
                unit=unit_of(registry),
                what="Permit",
                created_on=date(2021, 5, 1),
                recorded_at=noon("2021-06-01"),
                actor="administrator",
            )

    def test_the_database_keeps_it(self, registry: Registry) -> None:
        unit = retire(registry)
        proof = RetirementProof.objects.create(
            unit_id=unit, what="x", created_on=date(2023, 1, 1), keep_until=date(2028, 1, 1)
        )
        rows = RetirementProof.objects.filter(id=proof.pk)
        for changes in (
            {"what": ""},
            {"keep_until": date(2022, 1, 1)},
            {"extension": "x"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**changes)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.delete()


class TestAlarm:
    """40 CFR 62.16215(b)(1); MASS-149, RATE-010, PLAT-036."""

    def test_a_ton_reported_while_exempt_puts_the_exemption_under_review(
        self, registry: Registry
    ) -> None:
        unit = retire(registry)
        registry.on("2026-02-02")

        registry.report("Barry", ("1", 2025, 1), is_final=False)

        assert reviews(unit) == ["open: while exempt: 1 tons of CO2 for 2025"]
        assert exemptions.is_under_review(program=PROGRAM, unit=unit)
        (notice,) = audit.notices_of(registry.person("Ana Ruiz"), event="exemption_alarm")
        assert "2025-01-01" in notice.body
        (task,) = tasks.open_on(f"unit:{unit}")
        assert (task.kind, task.function) == ("exemption_review", "review_submissions")
        event = audit.events_of(f"unit:{unit}")[0]
        assert event.act == "alarm_exemption"

    def test_before_the_exemption_a_day_after_retirement_is_an_alarm_too(
        self, registry: Registry
    ) -> None:
        unit = retire(registry)

        registry.report("Barry", ("1", 2024, "0.5"), is_final=False)

        assert reviews(unit) == ["open: after retirement: 0.5 tons of CO2 for 2024"]

    def test_the_year_of_retirement_and_zeros_are_no_alarm(self, registry: Registry) -> None:
        unit = retire(registry)

        registry.report("Barry", ("1", 2023, 100), ("1", 2024, 0), ("2", 2024, 100))

        assert reviews(unit) == []

    def test_one_review_at_a_time_and_another_after_it_was_decided(
        self, registry: Registry
    ) -> None:
        unit = retire(registry)
        report = RetiredReport(unit=unit, begins_on=date(2025, 2, 1), said="1 ton for 2025-02")

        def alarm() -> list[int]:
            return services.alarm_exemption(
                [report, report], program=PROGRAM, raised_at=registry.tick()
            )

        assert alarm() == [unit]
        assert alarm() == []
        services.decide_review(
            program=PROGRAM,
            unit=unit,
            outcome="upheld",
            reason="a wrong meter",
            decided_at=registry.tick(),
            actor="official:1",
        )
        assert tasks.open_on(f"unit:{unit}") == []
        assert not exemptions.is_under_review(program=PROGRAM, unit=unit)
        assert alarm() == [unit]
        assert [one.partition(":")[0] for one in reviews(unit)] == ["open", "upheld"]

    def test_a_decision_needs_a_review_and_a_reason(self, registry: Registry) -> None:
        unit = retire(registry)

        def decide(reason: str) -> None:
            services.decide_review(
                program=PROGRAM,
                unit=unit,
                outcome="ended",
                reason=reason,
                decided_at=registry.tick(),
                actor="official:1",
            )

        with refused("no_review"):
            decide("x")
        registry.report("Barry", ("1", 2024, 1), is_final=False)
        with refused("ground_missing"):
            decide(" ")
        decide("the unit runs")
        assert reviews(unit)[0].startswith("ended")

    def test_the_database_keeps_reviews_whole(self, registry: Registry) -> None:
        unit = retire(registry)
        registry.report("Barry", ("1", 2024, 1), is_final=False)
        rows = ExemptionReview.objects.filter(unit_id=unit)
        for changes in ({"state": "upheld"}, {"outcome": "x"}, {"ground": ""}):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**changes)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.delete()


class TestTheStatement:
    """40 CFR 62.16215(a); MASS-147, MASS-148; RATE-007, RATE-009."""

    @pytest.mark.parametrize(
        ("retired_on", "exempt_from", "due_on"),
        [
            ("2023-08-15", date(2025, 1, 1), date(2023, 9, 13)),
            ("2023-03-15", date(2025, 1, 1), date(2023, 4, 13)),
            ("2025-01-01", date(2028, 1, 1), date(2025, 1, 30)),
        ],
    )
    def test_the_exemption_begins_with_the_period_after(
        self, registry: Registry, retired_on: str, exempt_from: date, due_on: date
    ) -> None:
        def file(unit: str, at: str) -> tuple[date, date, bool]:
            entry = services.retire_unit(
                program=PROGRAM,
                unit=unit_of(registry, unit),
                retired_on=date.fromisoformat(retired_on),
                filed_at=noon(at),
            )
            return entry.exempt_from, entry.due_on, entry.is_late

        assert file("1", due_on.isoformat()) == (exempt_from, due_on, False)
        assert file("2", "2025-03-01") == (exempt_from, due_on, True)


class TestAllocationGoesOn:
    """MASS-150; 40 CFR 62.16240(a)(2): the exemption does not itself stop allocations."""

    def test_a_unit_that_retired_is_allocated_to_all_the_same(self, registry: Registry) -> None:
        retire(registry, on="2023-08-15")

        registry.allocate(("Barry", "1", 2025, 10))

        assert registry.total("Barry", 2025) == 10
