"""Applications, verifiers, reports and files of eligible resources."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from tests.contexts.resources_registry import PROGRAM, WIND, ResourceRegistry, refused
from trueup.accounts import services as accounts
from trueup.accounts.entries import GeneralAccountSpec
from trueup.accounts.ownership_entries import PartySpec
from trueup.audit.models import Decision, Event
from trueup.resources import queries, services
from trueup.resources.entries import ResourceSpec, Upload, VerifierSpec
from trueup.resources.files import BYTES_MAX, is_intact, keep_file, path_of
from trueup.resources.models import Document, Engagement, Resource
from trueup.resources.verifiers import EVIDENCE
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry(settings: Settings, tmp_path: Path) -> ResourceRegistry:
    settings.VAR_DIR = tmp_path
    found = ResourceRegistry()
    found.describe()
    found.accredit()
    found.clear()
    return found


def upload(tmp_path: Path, content: bytes, name: str, media_type: str) -> Upload:
    path = tmp_path / "handed-in"
    path.write_bytes(content)
    return Upload(name=name, media_type=media_type, path=path)


class TestDescription:
    """RATE-063, RATE-076; 40 CFR 62.16445(a)(1), (2)."""

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"category": "GSE"}, "unknown_category"),
            ({"category": "STO"}, "unknown_category"),
            ({"capacity_mw": Decimal(0)}, "capacity_missing"),
            ({"capacity_mw": Decimal("NaN")}, "capacity_missing"),
            ({"jurisdiction": "Texas"}, "unknown_state"),
        ],
    )
    def test_what_is_no_resource_is_refused(
        self, registry: ResourceRegistry, changed: dict[str, object], code: str
    ) -> None:
        spec: ResourceSpec = replace(WIND, name="Another", **changed)  # type: ignore[arg-type]

        with refused(code):
            registry.describe(spec)

    def test_a_name_is_given_once(self, registry: ResourceRegistry) -> None:
        with refused("resource_name_taken"):
            registry.describe()

    def test_credits_go_to_a_general_account_of_the_program(
        self, registry: ResourceRegistry
    ) -> None:
        other = accounts.open_general_account(
            program="cpp-mass",
            name="Gulf",
            representative=registry.person("Cy Dunn"),
            at=registry.tick(),
        )

        with refused("recipient_not_general"):
            services.describe_resource(
                program=PROGRAM,
                spec=replace(WIND, name="Another"),
                account=other.id,
                described_at=registry.tick(),
            )

    def test_nameplate_is_kept_to_a_tenth(self, registry: ResourceRegistry) -> None:
        entry = registry.describe(replace(WIND, name="Another", capacity_mw=Decimal("25.04")))

        assert entry.capacity_mw == Decimal("25.0")


class TestApplications:
    """40 CFR 62.16445(a), (b); RATE-061, RATE-062, RATE-071 to RATE-074."""

    def test_from_application_to_the_register(self, registry: ResourceRegistry) -> None:
        assert registry.apply().state == "submitted"
        registry.verify_application()

        entry = registry.approve()

        assert (entry.state, entry.identifier) == ("registered", f"R{entry.id:07d}")
        assert Decision.objects.get(outcome="qualified").decision_class == "qualified"
        papers = [paper.kind for paper in queries.papers_of(entry.id)]
        assert papers == ["eligibility_application", "emv_plan", "verification_report", "decision"]

    def test_it_is_not_approved_without_a_verifier(self, registry: ResourceRegistry) -> None:
        with refused("application_missing"):
            registry.approve()
        registry.apply()

        with refused("verification_missing"):
            registry.approve()

    def test_every_test_of_eligibility_is_made(self, registry: ResourceRegistry) -> None:
        registry.describe(
            replace(WIND, name="Old", in_service_on=date(2011, 1, 1), grid="HAWAII", kind="")
        )

        with refused("existing_capacity", "not_on_grid", "category_not_in_plan"):
            registry.apply("Old")

    def test_a_resource_without_an_account_waits_for_one(self, registry: ResourceRegistry) -> None:
        entry = services.describe_resource(
            program=PROGRAM,
            spec=replace(WIND, name="Lone"),
            account=None,
            described_at=registry.tick(),
        )

        with refused("account_missing"):
            services.submit_application(
                resource=entry.id,
                application={},
                plan={},
                submitted_by=registry.person("Fay Ito"),
                submitted_at=registry.tick(),
            )

    def test_only_the_representative_applies_and_once(self, registry: ResourceRegistry) -> None:
        with refused("not_representative"):
            registry.apply(by="Cy Dunn")
        with refused("account_number_wrong"):
            registry.apply(account_number="G0200000099X")
        registry.apply()
        with refused("already_submitted"):
            registry.apply()

    def test_nothing_is_decided_while_information_is_awaited(
        self, registry: ResourceRegistry
    ) -> None:
        registry.apply()
        registry.verify_application()
        resource = registry.resources[WIND.name].id
        services.ask_for_information(
            resource=resource, question="Which turbines?", asked_at=registry.tick()
        )

        with refused("information_awaited"):
            registry.approve()

        paper = Document.objects.get(kind="eligibility_application").elements
        supplied = {
            "resource": resource,
            "application": paper,
            "submitted_by": registry.person("Fay Ito"),
            "submitted_at": registry.tick(),
        }
        services.supply_information(**supplied)
        with refused("nothing_asked"):
            services.supply_information(**supplied)
        assert registry.approve().state == "registered"
        versions = Document.objects.filter(kind="eligibility_application")
        assert [row.version for row in versions.order_by("id")] == [1, 2]

    def test_after_a_rejection_another_one_can_be_submitted(
        self, registry: ResourceRegistry
    ) -> None:
        registry.apply()
        resource = registry.resources[WIND.name].id
        services.reject_application(
            resource=resource, grounds="not new", decided_at=registry.tick()
        )

        assert registry.apply().state == "submitted"

    def test_the_register_is_whole_or_the_database_refuses(
        self, registry: ResourceRegistry
    ) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Resource.objects.update(state="registered")
        with pytest.raises(IntegrityError), transaction.atomic():
            Resource.objects.all()._raw_delete("default")


class TestVerifiers:
    """40 CFR 62.16470 to 62.16480; RATE-122 to RATE-133."""

    @pytest.mark.parametrize(
        ("changed", "codes"),
        [
            ({"evidence": {}}, {"evidence_missing"}),
            ({"team": ()}, {"evidence_missing"}),
            ({"sp_rating": "BB"}, {"not_insured"}),
            ({"sp_rating": "BB", "moodys_rating": "Baa"}, set()),
            ({"debarred_on": date(2021, 5, 3)}, {"debarred"}),
            ({"name": "Northwind Audit"}, {"verifier_known"}),
        ],
    )
    def test_an_accreditation_has_its_evidence(
        self, registry: ResourceRegistry, changed: dict[str, object], codes: set[str]
    ) -> None:
        """RATE-124, 125, 126."""
        spec = VerifierSpec(
            name="Second Look",
            team=(registry.person("Sam Ude"),),
            evidence=dict.fromkeys(EVIDENCE, "shown"),
            sp_rating="AAA",
        )
        asked = replace(spec, **changed)  # type: ignore[arg-type]
        found: frozenset[str] = frozenset()
        try:
            services.accredit_verifier(program=PROGRAM, spec=asked, accredited_at=registry.tick())
        except Refused as refusal:
            found = refusal.reasons

        assert found == codes

    def test_only_its_own_team_files_its_reports(self, registry: ResourceRegistry) -> None:
        """RATE-117, 124: a subcontractor who is not of the team cannot sign."""
        registry.apply()

        with refused("not_of_the_team"):
            registry.verify_application(by="Fay Ito")
        with refused("not_of_the_team"):
            registry.verify_application(signed_by="A Subcontractor")

    def test_it_needs_the_category(self, registry: ResourceRegistry) -> None:
        registry.apply()
        services.limit_accreditation(
            verifier=registry.verifiers["Northwind Audit"].id,
            categories=["SOL"],
            at=registry.tick(),
        )

        with refused("category_not_accredited"):
            registry.verify_application()

    def test_it_works_only_where_it_was_cleared(self, registry: ResourceRegistry) -> None:
        """RATE-129: disclosed is not cleared."""
        registry.apply()
        registry.accredit("Second Look")
        with refused("engagement_not_cleared"):
            registry.verify_application(verifier="Second Look")
        with refused("engagement_not_cleared"):
            services.clear_engagement(
                verifier=registry.verifiers["Second Look"].id,
                resource=registry.resources[WIND.name].id,
                decided_at=registry.tick(),
            )
        Engagement.objects.update(state="disclosed")

        with refused("engagement_not_cleared"):
            registry.verify_application()

    def test_a_declared_conflict_bars_it(self, registry: ResourceRegistry) -> None:
        registry.apply()
        services.disclose_engagement(
            verifier=registry.verifiers["Northwind Audit"].id,
            resource=registry.resources[WIND.name].id,
            disclosure="Paid by the credit.",
            is_conflict=True,
            disclosed_at=registry.tick(),
        )

        with refused("conflict_of_interest"):
            registry.verify_application()
        with refused("conflict_of_interest"):
            services.clear_engagement(
                verifier=registry.verifiers["Northwind Audit"].id,
                resource=registry.resources[WIND.name].id,
                decided_at=registry.tick(),
            )

    def test_the_registry_sees_ownership_in_the_account(self, registry: ResourceRegistry) -> None:
        (account,) = accounts.open_general_accounts(
            [
                GeneralAccountSpec(
                    name="Owned",
                    representative=registry.person("Fay Ito"),
                    owners=(PartySpec(name="Northwind Audit"),),
                )
            ],
            program=PROGRAM,
            at=registry.tick(),
        )
        registry.accounts["Owned"] = account
        registry.describe(replace(WIND, name="Own Wind"), account="Owned")

        with refused("conflict_of_interest"):
            registry.clear(resource="Own Wind")

    @pytest.mark.parametrize("owner", ["Northwind Audit", "northwind audit lead"])
    def test_the_registry_sees_who_owns_the_resource(
        self, registry: ResourceRegistry, owner: str
    ) -> None:
        registry.describe(replace(WIND, name="Own Wind", owner=owner))

        with refused("conflict_of_interest"):
            registry.clear(resource="Own Wind")

    def test_a_representative_verifies_nothing_of_its_own(self, registry: ResourceRegistry) -> None:
        registry.open_general("Held", "Northwind Audit lead")
        registry.describe(replace(WIND, name="Own Wind"), account="Held")

        with refused("conflict_of_interest"):
            registry.clear(resource="Own Wind")

    def test_a_team_that_holds_credits_has_a_conflict(self, registry: ResourceRegistry) -> None:
        registry.apply()
        registry.verify_application()
        registry.approve()
        registry.issue_year("10")
        registry.accredit("Second Look")
        accounts.name_account_representative(
            account=registry.accounts["Sand Hill"].id,
            person=registry.person("Second Look lead"),
            role="alternate",
            at=registry.tick(),
        )
        registry.describe(replace(WIND, name="Other Wind"), account="Other")

        with refused("conflict_of_interest"):
            registry.clear("Second Look", "Other Wind")

    @pytest.mark.parametrize("in_hand", [False, True])
    def test_after_a_revocation_it_files_nothing(
        self, registry: ResourceRegistry, in_hand: bool
    ) -> None:
        registry.apply()
        registry.verify_application()
        registry.approve()
        registry.on("2023-02-01")
        registry.verify(registry.report())
        services.revoke_accreditation(
            verifier=registry.verifiers["Northwind Audit"].id,
            cause="NEGLIGENCE",
            ground="neglect",
            revoked_at=registry.tick(),
            reports_in_hand=in_hand,
        )

        (report,) = queries.reports_of(registry.resources[WIND.name].id)
        assert report.state == ("incomplete" if in_hand else "verified")
        with refused("not_accredited"):
            registry.verify(report)

    def test_a_debarred_one_files_nothing_from_that_day(self, registry: ResourceRegistry) -> None:
        """RATE-125."""
        from trueup.resources.models import Verifier

        registry.apply()
        Verifier.objects.update(debarred_on=date(2021, 6, 1))
        registry.on("2021-05-31")
        registry.verify_application()
        registry.on("2021-06-01")

        with refused("debarred"):
            registry.verify_application()


class TestReports:
    """40 CFR 62.16460, 62.16465; RATE-056, RATE-057, RATE-110 to RATE-121."""

    @pytest.fixture
    def running(self, registry: ResourceRegistry) -> ResourceRegistry:
        registry.apply()
        registry.verify_application()
        registry.approve()
        registry.on("2023-02-01")
        return registry

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ({"mwh": "-1"}, "mwh_not_usable"),
            ({"mwh": "NaN"}, "mwh_not_usable"),
            ({"mwh": "1.0000001"}, "mwh_not_usable"),
            ({"months": (7, 6)}, "months_not_usable"),
            ({"months": (1, 13)}, "months_not_usable"),
            ({"year": 2021}, "before_first_year"),
            ({"year": 2023, "months": (1, 2)}, "period_not_over"),
            ({"by": "Cy Dunn"}, "not_representative"),
            ({"said": {"certification": "I think so."}}, "certification_altered"),
            ({"said": {"installation_documented": " "}}, "element_missing"),
        ],
    )
    def test_what_is_no_report_is_refused(
        self, running: ResourceRegistry, asked: dict[str, object], code: str
    ) -> None:
        before = Event.objects.count()
        with refused(code):
            running.report(**asked)  # type: ignore[arg-type]

        assert Event.objects.count() - before <= 1  # Registering somebody.
        assert queries.reports_of(running.resources[WIND.name].id) == []

    def test_two_reports_do_not_both_include_june(self, running: ResourceRegistry) -> None:
        running.report(months=(1, 6))

        with refused("overlap"):
            running.report(months=(6, 12))
        running.report(months=(7, 12))

    def test_a_withdrawn_report_gives_its_months_back(self, running: ResourceRegistry) -> None:
        report = running.report()
        services.withdraw_report(
            report=report.id,
            withdrawn_by=running.person("Fay Ito"),
            ground="wrong meter",
            withdrawn_at=running.tick(),
        )

        again = running.report("10")

        assert again.sequence == 2
        assert [entry.state for entry in queries.reports_of(again.resource)] == [
            "superseded",
            "submitted",
        ]
        with refused("report_not_open"):
            running.verify(report)

    @pytest.mark.parametrize(("day", "is_late"), [("2025-06-02", False), ("2025-06-03", True)])
    def test_after_the_first_of_june_it_is_late(
        self, running: ResourceRegistry, day: str, is_late: bool
    ) -> None:
        """RATE-115."""
        running.on(day)

        assert running.report(year=2024).is_late == is_late

    def test_more_than_the_capacity_permits_is_analysed(self, running: ResourceRegistry) -> None:
        report = running.report("744000.1", months=(1, 1))
        assert report.is_excessive

        with refused("analysis_missing"):
            running.verify(report, "744000.1")
        running.verify(report, "744000.1", excess_analysis="The nameplate is nominal.")

        assert not running.report("672000", months=(2, 2)).is_excessive

    def test_no_more_is_verified_than_was_reported(self, running: ResourceRegistry) -> None:
        report = running.report("10")

        with refused("verified_above_reported"):
            running.verify(report, "10.1")
        with refused("discrepancy_not_explained"):
            running.verify(report, "9.9")
        with refused("mwh_not_usable"):
            running.verify(report, "-1", misstatement="FOUND", misstatement_explained="x")

    def test_a_meter_file_is_kept_and_added_up(
        self, running: ResourceRegistry, tmp_path: Path
    ) -> None:
        lines = ["start,end,mwh"]
        days = [date(2022, 1, 1) + timedelta(days=day) for day in range(31)]
        lines += [f"{day}T00:00-06:00,{day + timedelta(days=1)}T00:00-06:00,10" for day in days]
        file = upload(tmp_path, "\n".join(lines).encode(), "meter.csv", "text/csv")

        with refused("above_metered"):
            running.report("310.1", months=(1, 1), meter_file=file)
        with refused("outside_period"):
            running.report("310", months=(1, 2), meter_file=file)
        report = running.report("310", months=(1, 1), meter_file=file)

        paper = queries.papers_of(report.resource)[-1]
        assert paper.elements["metered_mwh"] == "310"
        assert [kept.name for kept in paper.attachments] == ["meter.csv"]

    def test_a_meter_file_with_a_gap_reports_nothing(
        self, running: ResourceRegistry, tmp_path: Path
    ) -> None:
        text = "start,end,mwh\n2022-01-01T00:00-06:00,2022-01-02T00:00-06:00,1\n"
        text += "2022-01-03T00:00-06:00,2022-02-01T00:00-06:00,1\n"

        with refused("gap"):
            running.report(
                "1",
                months=(1, 1),
                meter_file=upload(tmp_path, text.encode(), "meter.csv", "text/csv"),
            )
        assert queries.reports_of(running.resources[WIND.name].id) == []

    def test_a_rejected_verification_leaves_the_report_incomplete(
        self, running: ResourceRegistry
    ) -> None:
        report = running.report()
        with refused("verification_missing"):
            services.reject_verification(
                report=report.id, ground="conflict", rejected_at=running.tick()
            )
        running.verify(report)

        rejected = services.reject_verification(
            report=report.id, ground="conflict", rejected_at=running.tick()
        )

        assert rejected.state == "incomplete"
        with refused("verification_missing", "comment_period_open"):
            running.issue()


class TestFiles:
    """PLAT-089, PLAT-097; 40 CFR 62.16515(g)(10)."""

    def test_a_file_is_kept_under_its_digest(
        self, registry: ResourceRegistry, tmp_path: Path
    ) -> None:
        content = b"hour,mwh\n2022-01-01T00:00-06:00,10.5\n"

        registry.apply(uploads=[upload(tmp_path, content, "../../meter.csv", "text/csv")])

        paper = queries.papers_of(registry.resources[WIND.name].id)[0]
        (kept,) = paper.attachments
        assert kept.name == "meter.csv"
        assert kept.sha256 == hashlib.sha256(content).hexdigest()
        assert path_of(kept.sha256).read_bytes() == content
        assert is_intact(kept.sha256)
        path_of(kept.sha256).write_bytes(b"other")
        assert not is_intact(kept.sha256)

    @pytest.mark.parametrize(
        ("content", "name", "media_type"),
        [
            (b"MZ\x90\x00", "report.pdf", "application/pdf"),
            (b"\x7fELF", "meter.csv", "text/csv"),
            (b"not a pdf", "report.pdf", "application/pdf"),
            (
                b"%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
                "a.pdf",
                "application/pdf",
            ),
            (b"%PDF-1.7 << /S /J#61vaScript >>", "a.pdf", "application/pdf"),
            (
                b"%PDF-1.7 << >>\nstream\n" + zlib.compress(b"<< /S /Launch >>") + b"\nendstream",
                "a.pdf",
                "application/pdf",
            ),
            (b"", "empty.csv", "text/csv"),
            (b"a,b\x00", "meter.csv", "text/csv"),
            (b"\xff\xfe", "meter.csv", "text/csv"),
            (b"PK\x03\x04", "book.xlsx", "application/zip"),
        ],
    )
    def test_what_is_not_what_it_says_is_refused(
        self, registry: ResourceRegistry, tmp_path: Path, content: bytes, name: str, media_type: str
    ) -> None:
        with refused("file_refused"):
            registry.apply(uploads=[upload(tmp_path, content, name, media_type)])

        assert Document.objects.count() == 0
        assert registry.apply().state == "submitted"

    def test_a_plain_pdf_is_taken(self, tmp_path: Path, registry: ResourceRegistry) -> None:
        content = b"%PDF-1.7\nstream\n" + zlib.compress(b"BT (JSON) Tj ET") + b"\nendstream"

        assert keep_file(upload(tmp_path, content, "a.pdf", "application/pdf")).size_bytes > 0

    def test_a_file_of_two_gigabytes_is_refused_unread(
        self, tmp_path: Path, registry: ResourceRegistry
    ) -> None:
        path = tmp_path / "huge"
        with path.open("wb") as file:
            file.truncate(2 * 1024**3)
        assert path.stat().st_size > BYTES_MAX

        with refused("file_too_large"):
            keep_file(Upload(name="huge.csv", media_type="text/csv", path=path))

    def test_the_installations_scanner_is_asked(
        self, tmp_path: Path, registry: ResourceRegistry, settings: Settings
    ) -> None:
        settings.RESOURCE_FILE_SCANNER = f"{__name__}.found_something"

        with refused("file_refused"):
            keep_file(upload(tmp_path, b"a,b\n", "a.csv", "text/csv"))

    def test_a_path_is_no_digest(self) -> None:
        with pytest.raises(ValueError, match="not a digest"):
            path_of("../../etc/passwd")


def found_something(path: Path) -> str:
    return f"{path.name} is infected"
