"""Many papers filed at once leave the rows that they leave one by one, and keep its checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.contexts.resources_registry import PROGRAM, WIND, ResourceRegistry
from tests.rules.papers import complete
from trueup.audit.models import Decision, Event, Notice
from trueup.ledger import queries as ledger
from trueup.resources import bulk_registration, bulk_reports, bulk_verification, services
from trueup.resources.bulk_entries import (
    ApplicationFiling,
    ApplicationVerification,
    Description,
    Disclosure,
    ReportFiling,
    ReportVerification,
)
from trueup.resources.entries import ReportSpec, ResourceSpec
from trueup.resources.models import (
    Application,
    Document,
    Engagement,
    Report,
    ReportedMonth,
    Resource,
)
from trueup.rules.papers import APPLICATION, PLAN, REPORT, VERIFICATION, Described, tags_of
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

KEPT = (Resource, Application, Document, Engagement, Report, ReportedMonth, Event, Decision)
SPECS = (
    WIND,
    replace(WIND, name="Salt Flat", category="SOL", kind="photovoltaic", jurisdiction="NV"),
    replace(WIND, name="Low Weir", category="HYD", kind="", capacity_mw=Decimal("1.25")),
)
LEAD = "Northwind Audit lead"


@pytest.fixture
def registry(settings: Settings, tmp_path: Path) -> ResourceRegistry:
    settings.VAR_DIR = tmp_path
    found = ResourceRegistry()
    found.open_general("Sand Hill", "Fay Ito")
    found.accredit()
    return found


def tags_for(spec: ResourceSpec) -> frozenset[str]:
    return tags_of(Described(category=spec.category, capacity_mw=spec.capacity_mw))


class Filing:
    """The course of some resources from nothing to a verified report, at fixed instants."""

    def __init__(self, registry: ResourceRegistry) -> None:
        self.account = registry.accounts["Sand Hill"]
        self.number = ledger.account(self.account.id).number
        self.fay, self.lead = registry.person("Fay Ito"), registry.person(LEAD)
        self.verifier = registry.verifiers["Northwind Audit"].id
        self.described_at = registry.on("2021-06-01")
        self.filed_at = registry.on("2021-07-01")
        self.reported_at = registry.on("2023-02-01")

    def application(self, spec: ResourceSpec) -> dict[str, str]:
        return complete(APPLICATION, tags_for(spec), account_number=self.number)

    def plan(self, spec: ResourceSpec) -> dict[str, str]:
        return complete(PLAN, tags_for(spec))

    def of_application(self) -> dict[str, str]:
        return complete(VERIFICATION, ("all", "of_application"), signed_by=LEAD)

    def of_report(self) -> dict[str, str]:
        return complete(VERIFICATION, ("all", "of_report"), signed_by=LEAD)

    def report(self, spec: ResourceSpec, months: tuple[int, int] = (1, 12)) -> ReportSpec:
        return ReportSpec(
            year=2022,
            mwh=Decimal("900.75"),
            first_month=months[0],
            last_month=months[1],
            elements=complete(REPORT, tags_for(spec) | {"first"}),
        )

    def one_by_one(self) -> None:
        entries = [
            services.describe_resource(
                program=PROGRAM, spec=spec, account=self.account.id, described_at=self.described_at
            )
            for spec in SPECS
        ]
        for entry, spec in zip(entries, SPECS, strict=True):
            services.submit_application(
                resource=entry.id,
                application=self.application(spec),
                plan=self.plan(spec),
                submitted_by=self.fay,
                submitted_at=self.filed_at,
            )
        for entry in entries:
            services.disclose_engagement(
                verifier=self.verifier,
                resource=entry.id,
                disclosure="A fixed fee.",
                is_conflict=False,
                disclosed_at=self.filed_at,
            )
        for entry in entries:
            services.clear_engagement(
                verifier=self.verifier, resource=entry.id, decided_at=self.filed_at
            )
        for entry in entries:
            services.verify_application(
                resource=entry.id,
                verifier=self.verifier,
                elements=self.of_application(),
                submitted_by=self.lead,
                submitted_at=self.filed_at,
            )
        for entry in entries:
            services.approve_application(resource=entry.id, decided_at=self.filed_at)
        reports = [
            services.submit_report(
                resource=entry.id,
                spec=self.report(spec),
                submitted_by=self.fay,
                submitted_at=self.reported_at,
            )
            for entry, spec in zip(entries, SPECS, strict=True)
        ]
        for report in reports:
            services.verify_report(
                report=report.id,
                verifier=self.verifier,
                verified_mwh=Decimal("900.75"),
                elements=self.of_report(),
                submitted_by=self.lead,
                submitted_at=self.reported_at,
            )

    def all_at_once(self, specs: tuple[ResourceSpec, ...] = SPECS) -> None:
        ids = self.described(specs)
        bulk_registration.submit_applications(
            [self.applied(one, spec) for one, spec in zip(ids, specs, strict=True)],
            submitted_at=self.filed_at,
        )
        bulk_verification.disclose_engagements(
            [
                Disclosure(verifier=self.verifier, resource=one, disclosure="A fixed fee.")
                for one in ids
            ],
            disclosed_at=self.filed_at,
        )
        bulk_verification.clear_engagements(
            [(self.verifier, one) for one in ids], decided_at=self.filed_at
        )
        bulk_verification.verify_applications(
            [
                ApplicationVerification(
                    resource=one,
                    verifier=self.verifier,
                    elements=self.of_application(),
                    submitted_by=self.lead,
                )
                for one in ids
            ],
            submitted_at=self.filed_at,
        )
        bulk_registration.approve_applications(ids, decided_at=self.filed_at)
        reports = bulk_reports.submit_reports(
            [self.reported(one, spec) for one, spec in zip(ids, specs, strict=True)],
            submitted_at=self.reported_at,
        )
        bulk_verification.verify_reports(
            [self.verified(report.id) for report in reports], submitted_at=self.reported_at
        )

    def described(self, specs: tuple[ResourceSpec, ...] = SPECS) -> list[int]:
        entries = bulk_registration.describe_resources(
            [Description(spec=spec, account=self.account.id) for spec in specs],
            program=PROGRAM,
            described_at=self.described_at,
        )
        return [entry.id for entry in entries]

    def applied(self, resource: int, spec: ResourceSpec) -> ApplicationFiling:
        return ApplicationFiling(
            resource=resource,
            application=self.application(spec),
            plan=self.plan(spec),
            submitted_by=self.fay,
        )

    def reported(self, resource: int, spec: ResourceSpec) -> ReportFiling:
        return ReportFiling(resource=resource, spec=self.report(spec), submitted_by=self.fay)

    def verified(self, report: int, mwh: str = "900.75") -> ReportVerification:
        return ReportVerification(
            report=report,
            verifier=self.verifier,
            verified_mwh=Decimal(mwh),
            elements=self.of_report(),
            submitted_by=self.lead,
        )


def kept() -> dict[str, list[dict[str, object]]]:
    """Every row of what is compared, in the order in which it was kept."""
    return {model.__name__: list(_rows(model)) for model in KEPT}


def _rows(model: type[models.Model]) -> Iterator[dict[str, object]]:
    yield from model._default_manager.order_by("pk").values()


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is undone; ids are given before and after it as if nothing was there."""
    _number_anew()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    _number_anew()


def _number_anew() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(KEPT)):
            cursor.execute(statement)


@contextmanager
def refused_at(row: int, *codes: str) -> Iterator[None]:
    """The batch is refused for one of its rows, for exactly these reasons."""
    with pytest.raises(Refused) as caught, transaction.atomic():
        yield
    assert {(refusal.row, refusal.reason) for refusal in caught.value.refusals} == {
        (row, code) for code in codes
    }


class TestParity:
    """Issue 5, 10: bulk filing is no way round a check, and leaves what single filing leaves."""

    def test_both_ways_leave_equal_rows(self, registry: ResourceRegistry) -> None:
        filing = Filing(registry)
        with undone():
            filing.one_by_one()
            one_by_one = kept()

        filing.all_at_once()

        assert kept() == one_by_one

    def test_the_number_of_statements_is_the_same_for_three_and_for_twelve(
        self, registry: ResourceRegistry
    ) -> None:
        filing = Filing(registry)
        counts = []
        for round_, count in enumerate((3, 12)):
            specs = tuple(
                replace(WIND, name=f"Round {round_} number {number}") for number in range(count)
            )
            with CaptureQueriesContext(connection) as captured:
                filing.all_at_once(specs)
            counts.append(len(captured))
        assert counts[0] == counts[1]

    def test_each_person_gets_one_receipt_for_each_kind_of_paper(
        self, registry: ResourceRegistry
    ) -> None:
        """PLAT-150."""
        Filing(registry).all_at_once()

        receipts = Notice.objects.exclude(dedupe="").order_by("id").values_list("body", flat=True)
        assert [body.count("and 2 more") for body in receipts] == [2] * 5


class TestRefusals:
    """Nothing of a batch is done if one of its rows is refused; the row is named."""

    def test_a_name_that_is_taken_or_stands_twice(self, registry: ResourceRegistry) -> None:
        filing = Filing(registry)
        with refused_at(2, "resource_name_taken"):
            filing.described((WIND, WIND))
        filing.described((WIND,))
        with refused_at(3, "resource_name_taken"):
            filing.described((*SPECS[1:], WIND))
        assert Resource.objects.count() == 1

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"in_service_on": date(2012, 6, 1)}, "existing_capacity"),
            ({"grid": "HAWAII"}, "not_on_grid"),
            ({"kind": "off_shore"}, "category_not_in_plan"),
        ],
    )
    def test_a_test_of_eligibility_that_is_failed(
        self, registry: ResourceRegistry, changed: dict[str, object], code: str
    ) -> None:
        filing = Filing(registry)
        bad: ResourceSpec = replace(WIND, name="Bad", **changed)  # type: ignore[arg-type]
        specs = (WIND, bad)
        ids = filing.described(specs)
        with refused_at(2, code):
            bulk_registration.submit_applications(
                [filing.applied(one, spec) for one, spec in zip(ids, specs, strict=True)],
                submitted_at=filing.filed_at,
            )
        assert not Document.objects.exists()
        assert not Application.objects.exists()

    def test_somebody_who_does_not_represent_the_resource(self, registry: ResourceRegistry) -> None:
        filing = Filing(registry)
        (one,) = filing.described((WIND,))
        stranger = replace(filing.applied(one, WIND), submitted_by=filing.lead)
        with refused_at(1, "not_representative"):
            bulk_registration.submit_applications([stranger], submitted_at=filing.filed_at)

    def test_a_person_describes_only_for_an_account_of_theirs(
        self, registry: ResourceRegistry
    ) -> None:
        filing = Filing(registry)
        with refused_at(1, "not_representative"):
            bulk_registration.describe_resources(
                [Description(spec=WIND, account=filing.account.id)],
                program=PROGRAM,
                described_at=filing.described_at,
                actor=f"person:{filing.lead}",
            )
        assert not Resource.objects.exists()

    def test_an_application_twice_in_a_batch(self, registry: ResourceRegistry) -> None:
        filing = Filing(registry)
        (one,) = filing.described((WIND,))
        with refused_at(2, "already_submitted"):
            bulk_registration.submit_applications(
                [filing.applied(one, WIND)] * 2, submitted_at=filing.filed_at
            )

    def test_an_engagement_that_nobody_disclosed(self, registry: ResourceRegistry) -> None:
        filing = Filing(registry)
        (one,) = filing.described((WIND,))
        with refused_at(1, "engagement_not_cleared"):
            bulk_verification.clear_engagements(
                [(filing.verifier, one)], decided_at=filing.filed_at
            )

    def test_what_was_not_applied_for_is_not_approved(self, registry: ResourceRegistry) -> None:
        filing = Filing(registry)
        ids = filing.described()
        bulk_registration.submit_applications(
            [filing.applied(ids[0], WIND)], submitted_at=filing.filed_at
        )
        with refused_at(2, "application_missing"):
            bulk_registration.approve_applications(ids[:2], decided_at=filing.filed_at)
        with refused_at(1, "verification_missing"):
            bulk_registration.approve_applications(ids[:1], decided_at=filing.filed_at)

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda spec: replace(spec, mwh=Decimal(-1)), "mwh_not_usable"),
            (lambda spec: replace(spec, year=2021), "before_first_year"),
            (lambda spec: replace(spec, year=2023), "year_not_over"),
            (lambda spec: replace(spec, elements={}), "element_missing"),
        ],
    )
    def test_a_report_that_would_be_refused_alone(
        self, registry: ResourceRegistry, change: Callable[[ReportSpec], ReportSpec], code: str
    ) -> None:
        filing = Filing(registry)
        registry.register()
        one = registry.resources[WIND.name].id
        bad = replace(filing.reported(one, WIND), spec=change(filing.report(WIND)))
        with refused_at(1, code):
            bulk_reports.submit_reports([bad], submitted_at=filing.reported_at)

    def test_months_that_overlap_within_a_batch(self, registry: ResourceRegistry) -> None:
        """RATE-057: every MWh is reported once."""
        filing = Filing(registry)
        registry.register()
        one = registry.resources[WIND.name].id
        halves = [
            replace(filing.reported(one, WIND), spec=filing.report(WIND, months))
            for months in ((1, 6), (6, 12))
        ]
        with refused_at(2, "overlap"):
            bulk_reports.submit_reports(halves, submitted_at=filing.reported_at)
        assert not ReportedMonth.objects.exists()

    def test_more_verified_than_reported(self, registry: ResourceRegistry) -> None:
        filing = Filing(registry)
        filing.all_at_once((WIND,))
        (report,) = Report.objects.all()
        with refused_at(1, "verified_above_reported"):
            bulk_verification.verify_reports(
                [filing.verified(report.pk, "900.76")], submitted_at=filing.reported_at
            )

    def test_a_verifier_with_a_conflict_in_one_of_its_resources(
        self, registry: ResourceRegistry
    ) -> None:
        """RATE-127."""
        filing = Filing(registry)
        specs = (WIND, replace(WIND, name="Own", owner=LEAD))
        ids = filing.described(specs)
        bulk_verification.disclose_engagements(
            [Disclosure(verifier=filing.verifier, resource=one, disclosure="None.") for one in ids],
            disclosed_at=filing.filed_at,
        )
        with refused_at(2, "conflict_of_interest"):
            bulk_verification.clear_engagements(
                [(filing.verifier, one) for one in ids], decided_at=filing.filed_at
            )
