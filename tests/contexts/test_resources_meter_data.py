"""Meter data: named reporters, batches, what is held, disputed, corrected."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from tests.contexts.registry import statements
from tests.contexts.resources_registry import PROGRAM, WIND, ResourceRegistry, refused
from trueup.resources import meter_data, services
from trueup.resources.entries import MeterChange, MeterRow
from trueup.resources.models import MeterReading
from trueup.rules import programs
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db
MAY = 5


@pytest.fixture
def registry() -> ResourceRegistry:
    """Sand Hill Wind, 1,000 MW; Mel Ott reports its meter data; it is February 2023."""
    found = ResourceRegistry()
    found.register()
    services.name_meter_reporter(
        resource=wind(found),
        reporter=found.person("Mel Ott"),
        named_by=found.person("Fay Ito"),
        at=found.tick(),
    )
    found.on("2023-02-01")
    return found


def wind(registry: ResourceRegistry) -> int:
    return registry.resources[WIND.name].id


def row(registry: ResourceRegistry, mwh: str, *, month: int = MAY, year: int = 2022) -> MeterRow:
    return MeterRow(resource=wind(registry), year=year, month=month, mwh=Decimal(mwh))


def send(registry: ResourceRegistry, *rows: MeterRow, by: str = "Mel Ott") -> list[MeterChange]:
    return services.file_meter_data(
        rows, program=PROGRAM, reporter=registry.person(by), filed_at=registry.tick()
    )


def accept(registry: ResourceRegistry, *months: int, by: str = "Fay Ito") -> int:
    return services.accept_meter_data(
        resource=wind(registry),
        year=2022,
        months=months,
        person=registry.person(by),
        at=registry.tick(),
    )


def dispute(registry: ResourceRegistry, *months: int, ground: str = "too high") -> int:
    return services.dispute_meter_data(
        resource=wind(registry),
        year=2022,
        months=months,
        ground=ground,
        person=registry.person("Fay Ito"),
        at=registry.tick(),
    )


class TestReporters:
    """docs/decisions/0205: a role of its own, limited to the resources that named it."""

    def test_who_was_not_named_reports_nothing(self, registry: ResourceRegistry) -> None:
        with refused("not_a_reporter"):
            send(registry, row(registry, "5"), by="Fay Ito")

    def test_a_reporter_of_one_resource_reports_for_no_other(
        self, registry: ResourceRegistry
    ) -> None:
        registry.register(replace(WIND, name="Ridge"))
        other = registry.resources["Ridge"].id

        with refused("not_a_reporter"):
            send(registry, row(registry, "5"), replace(row(registry, "5"), resource=other))
        assert not MeterReading.objects.exists()

    def test_who_accepts_the_data_does_not_report_them(self, registry: ResourceRegistry) -> None:
        with refused("own_reporter"):
            services.name_meter_reporter(
                resource=wind(registry),
                reporter=registry.person("Fay Ito"),
                named_by=registry.person("Fay Ito"),
                at=registry.tick(),
            )

    def test_nobody_is_named_twice(self, registry: ResourceRegistry) -> None:
        with refused("reporter_named"):
            services.name_meter_reporter(
                resource=wind(registry),
                reporter=registry.person("Mel Ott"),
                named_by=registry.person("Fay Ito"),
                at=registry.tick(),
            )

    def test_a_reporter_who_was_ended_reports_no_more(self, registry: ResourceRegistry) -> None:
        services.end_meter_reporter(
            resource=wind(registry),
            reporter=registry.person("Mel Ott"),
            ended_by=registry.person("Fay Ito"),
            at=registry.tick(),
        )

        with refused("not_a_reporter"):
            send(registry, row(registry, "5"))


class TestBatches:
    """PLAT-130: all rows or none, each reason with its row."""

    def test_every_wrong_row_is_named_and_nothing_is_kept(self, registry: ResourceRegistry) -> None:
        rows = (
            row(registry, "5"),
            row(registry, "-1", month=6),
            row(registry, "NaN", month=7),
            row(registry, "744001", month=8),
            row(registry, "5", month=2, year=2023),
            row(registry, "5", month=13),
            row(registry, "6"),
        )

        with pytest.raises(Refused) as caught:
            send(registry, *rows)

        assert [(one.row, one.reason) for one in caught.value.refusals] == [
            (2, "mwh_not_usable"),
            (3, "mwh_not_usable"),
            (4, "above_capacity"),
            (5, "period_not_over"),
            (6, "months_not_usable"),
            (7, "duplicate_month"),
        ]
        assert not MeterReading.objects.exists()

    def test_capacity_times_hours_exactly_is_possible(self, registry: ResourceRegistry) -> None:
        (change,) = send(registry, row(registry, "744000"))

        assert change.state == "filed"

    def test_a_correction_states_the_whole_and_shows_the_difference(
        self, registry: ResourceRegistry
    ) -> None:
        send(registry, row(registry, "100.5"))

        (change,) = send(registry, row(registry, "90.25"))

        assert (change.version, change.difference) == (2, Decimal("-10.25"))
        assert list(MeterReading.objects.order_by("version").values_list("version", "state")) == [
            (1, "superseded"),
            (2, "filed"),
        ]

    def test_what_was_issued_on_is_not_corrected_here(self, registry: ResourceRegistry) -> None:
        registry.issue_year("10")

        with refused("issued_already"):
            send(registry, row(registry, "5"))

    def test_too_many_rows_are_refused_by_number(
        self, registry: ResourceRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(meter_data, "ROWS_MAX", 1)

        with refused("too_many_rows"):
            send(registry, row(registry, "1"), row(registry, "1", month=6))

    def test_it_takes_the_same_statements_however_many_rows(
        self, registry: ResourceRegistry
    ) -> None:
        with statements() as few:
            send(registry, row(registry, "1", month=1))
        with statements() as many:
            send(registry, *(row(registry, "1", month=month) for month in range(2, 13)))

        assert len(many) == len(few)


class TestDeciding:
    """docs/decisions/0205: the sponsor accepts or disputes; a dispute blocks issuance."""

    def issue(self, registry: ResourceRegistry) -> None:
        registry.verify(registry.report("5"), "5")
        registry.notice()
        registry.on("2023-06-30")
        registry.issue()

    def test_what_is_accepted_is_issued(self, registry: ResourceRegistry) -> None:
        send(registry, row(registry, "5"))
        assert accept(registry, MAY) == 1

        self.issue(registry)

        assert registry.held() == 5

    def test_a_dispute_blocks_the_issue(self, registry: ResourceRegistry) -> None:
        send(registry, row(registry, "5"))
        dispute(registry, MAY)

        with refused("meter_data_disputed"):
            self.issue(registry)

    def test_what_awaits_the_sponsor_blocks_the_issue(self, registry: ResourceRegistry) -> None:
        send(registry, row(registry, "5"))

        with refused("meter_data_open"):
            self.issue(registry)

    def test_silence_accepts_nothing_unless_the_program_says_so(
        self, registry: ResourceRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(registry, row(registry, "5"))
        now = registry.on("2023-06-01")
        assert services.accept_by_silence(program=PROGRAM, now=now) == 0

        rules = programs.load(PROGRAM)
        assert rules.credits is not None
        monkeypatch.setattr(
            meter_data.programs,
            "load",
            lambda _code: replace(rules, credits=replace(rules.credits, meter_silence_days=30)),
        )
        assert services.accept_by_silence(program=PROGRAM, now=registry.tick()) == 1
        assert MeterReading.objects.get().ground == "30 days of silence"

    def test_above_the_plausible_output_it_is_held_until_released(
        self, registry: ResourceRegistry
    ) -> None:
        services.set_plausible_output(
            resource=wind(registry), mwh={MAY: Decimal(4)}, at=registry.tick()
        )
        (change,) = send(registry, row(registry, "5"))
        assert change.state == "held"
        with refused("meter_data_held"):
            accept(registry, MAY)

        with refused("ground_missing"):
            services.release_meter_data(
                resource=wind(registry), year=2022, months=[MAY], ground="", at=registry.tick()
            )
        services.release_meter_data(
            resource=wind(registry),
            year=2022,
            months=[MAY],
            ground="a storm; wind data attached",
            at=registry.tick(),
        )

        assert accept(registry, MAY) == 1

    def test_only_the_sponsor_decides(self, registry: ResourceRegistry) -> None:
        send(registry, row(registry, "5"))

        with refused("not_representative"):
            accept(registry, MAY, by="Mel Ott")

    def test_a_report_states_no_more_than_was_metered(self, registry: ResourceRegistry) -> None:
        send(registry, row(registry, "5"))
        accept(registry, MAY)

        with refused("above_metered"):
            registry.report("5.1")

    def test_the_database_keeps_every_version(self, registry: ResourceRegistry) -> None:
        send(registry, row(registry, "5"))

        with pytest.raises(DatabaseError), transaction.atomic():
            MeterReading.objects.all().delete()
        again = MeterReading.objects.get()
        again.pk, again.version = None, 2
        with pytest.raises(DatabaseError), transaction.atomic():
            again.save(force_insert=True)
