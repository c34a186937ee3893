"""Documents: what they say, that they are kept, and that nobody can change them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.contexts.certificate_specs import certificate
from tests.contexts.pdf_reading import Pdf
from tests.contexts.registry import FIRST, PROGRAM, Registry, noon, refused
from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.accounts.ownership import list_parties
from trueup.accounts.ownership_entries import PartySpec
from trueup.audit import queries as audit
from trueup.compliance import services as compliance
from trueup.documents import jobs as document_jobs
from trueup.documents import queries, services
from trueup.documents.entries import DocumentEntry
from trueup.documents.facts import canonical, runs
from trueup.documents.issuing import issue
from trueup.documents.models import Document, DocumentFile
from trueup.documents.settlement_facts import settlement_facts
from trueup.documents.supersession import with_supersession
from trueup.emissions import services as emissions
from trueup.ledger import queries as ledger
from trueup.rules.scope import check_wording
from trueup.tasks import jobs

pytestmark = pytest.mark.django_db

ASKED = noon("2025-06-02")


@pytest.fixture
def registry() -> Registry:
    """Barry is settled with 100 of 110, Gaston with 20 of 50; Barry sold 5."""
    registry = Registry()
    registry.on("2021-06-01")
    registry.allocate(("Barry", "1", 2022, 115), ("Gaston", "5", 2022, 50))
    registry.transfer("Barry", "Gulf Brokers", 2022, 5)
    registry.on("2025-02-03")
    registry.report_years("Barry", u1=(100, 0, 0), u2=(0, 0, 0))
    registry.report_years("Gaston", u5=(20, 0, 0))
    registry.on("2025-05-02")
    registry.run()
    return registry


def settlement(registry: Registry, name: str = "Barry", **more: Any) -> DocumentEntry:
    return services.issue_settlement_statement(
        program=PROGRAM,
        period=FIRST,
        facility=registry.facilities[name],
        **{"made_at": ASKED, **more},
    )


def pdf(document: DocumentEntry) -> Pdf:
    return Pdf(queries.file_of(document))


def reopen(registry: Registry, tons: int) -> None:
    """Barry's emissions are adjusted after the settlement, which is done again."""
    emissions.adjust(
        program=PROGRAM,
        facility=registry.facilities["Barry"],
        unit="1",
        year=2022,
        co2_tons=Decimal(tons),
        ground="stack test",
        actor="administrator",
        recorded_at=registry.tick(),
    )
    compliance.resettle(
        program=PROGRAM,
        period=FIRST,
        facility=registry.facilities["Barry"],
        ground="stack test",
        recorded_at=registry.tick(),
    )


class TestSettlementStatement:
    """40 CFR 62.16340(e); PLAT-088."""

    def test_it_says_what_was_owed_and_every_serial_number(self, registry: Registry) -> None:
        text = pdf(settlement(registry)).text

        assert "Barry (ORIS code 3)" in text
        assert "In compliance" in text
        (deducted,) = registry.deducted("Barry")
        first, _, last, _ = deducted.split()
        assert first in text
        assert last in text

    def test_it_names_every_owner_and_operator_and_whoever_is_identified_later(
        self, registry: Registry
    ) -> None:
        """RATE-005; 40 CFR 62.16220(f), 62.16420(f)."""
        account = registry.account("Barry").id
        utility, fund = (PartySpec(name=name, kind="organization") for name in ("Utility", "Fund"))
        list_parties({account: [utility]}, from_on=date(2020, 1, 1), kind="owner")
        list_parties({account: [utility]}, from_on=date(2020, 1, 1), kind="operator")
        assert "Operator Utility" in pdf(settlement(registry)).text
        assert "Owner Fund" not in pdf(settlement(registry)).text

        list_parties({account: [fund]}, from_on=date(2026, 1, 1), kind="owner")

        assert "Owner Fund" in pdf(settlement(registry)).text

    def test_it_says_that_it_is_about_this_program_only(self, registry: Registry) -> None:
        """RATE-011; 40 CFR 62.16420(g)."""
        text = pdf(settlement(registry)).text
        assert "mass-based trading program only" in text
        assert check_wording(text) == []

    def test_a_title_that_claims_the_whole_act_is_refused(self, registry: Registry) -> None:
        """RATE-011."""
        facts = settlement_facts(
            program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"]
        )
        with refused("overstated"):
            issue(
                replace(facts, title="Barry, in full Clean Air Act compliance"),
                made_at=registry.tick(),
                asked_by="person:1",
            )

    def test_it_rests_on_the_journal_positions_of_the_deductions(self, registry: Registry) -> None:
        document = settlement(registry)

        (deduction,) = ledger.entries(registry.account("Barry").id, limit=1)
        assert document.positions == ((deduction.id, deduction.id),)
        assert f"Journal positions of the program: {deduction.id}." in pdf(document).text

    def test_one_that_was_not_settled_has_none(self, registry: Registry) -> None:
        with refused("nothing_to_issue"):
            settlement(registry, "Cane")

    def test_all_of_a_period_are_issued_a_part_at_a_time(self, registry: Registry) -> None:
        asked: dict[str, Any] = {"program": PROGRAM, "period": FIRST, "made_at": ASKED}
        settlement(registry, "Gaston")
        first = services.issue_settlement_statements(**asked, limit=1)
        assert first.after is not None
        last = services.issue_settlement_statements(**asked, after=first.after, limit=1)

        assert (first.made + last.made, first.kept + last.kept) == (1, 1)
        assert last.after is None
        assert Document.objects.count() == 2

    def test_the_worker_issues_part_after_part(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = services.issue_settlement_statements
        monkeypatch.setattr(
            services, "issue_settlement_statements", lambda **asked: whole(**asked, limit=1)
        )
        work = jobs.Work(
            key=uuid4(),
            program=PROGRAM,
            values={"period": FIRST.name},
            by=registry.person("Ana Ruiz"),
            at=ASKED,
            tell=lambda *_told: None,  # type: ignore[arg-type]
        )
        made = document_jobs.settlement_statements(work)

        assert made.result == {"made": 1, "kept": 0}
        assert made.address.startswith("/desk/jobs/")


class TestAccountDocuments:
    """PLAT-041, PLAT-140."""

    def test_a_statement_says_what_was_held_and_what_moved(self, registry: Registry) -> None:
        document = services.issue_account_statement(
            account=registry.account("Barry"),
            start=date(2021, 1, 1),
            end=date(2021, 12, 31),
            made_at=ASKED,
        )
        found = pdf(document)

        assert found.facts["facts"]["closing_total"] == 110
        assert [one["quantity"] for one in found.facts["facts"]["movements"]] == [115, 5]
        assert "Gulf Brokers, general account" in " ".join(found.text.split())

    def test_a_reference_sheet_says_who_the_account_is(self, registry: Registry) -> None:
        account = registry.account("Barry")
        text = pdf(services.issue_reference_sheet(account=account, made_at=ASKED)).text

        for said in (account.number, "Barry", "Ana Ruiz", "Designated representative", "open"):
            assert said in text

    def test_a_confirmation_says_what_was_held_at_the_end_of_a_year(
        self, registry: Registry
    ) -> None:
        asked: dict[str, Any] = {"account": registry.account("Barry"), "made_at": ASKED}
        before = pdf(services.issue_confirmation(**asked, year=2024)).facts["facts"]

        assert (before["total"], before["vintages"]) == (110, [{"vintage": 2022, "quantity": 110}])
        assert before["at"] == "2024-12-31T23:59:59-05:00"
        with refused("year_not_over"):
            services.issue_confirmation(**asked, year=2025)

    def test_the_last_second_of_the_year_is_not_over(self, registry: Registry) -> None:
        account = registry.account("Barry")
        with refused("year_not_over"):
            services.issue_confirmation(
                account=account, year=2024, made_at=noon("2024-12-31").replace(hour=23)
            )


class TestTransferReceipt:
    """MASS-168; docs/decisions/0082."""

    def test_it_says_what_was_recorded(self, registry: Registry) -> None:
        registry.on("2025-06-02")
        entry = registry.transfer("Barry", "Gulf Brokers", 2022, 3)
        document = services.issue_transfer_receipt(transfer=entry.key, made_at=registry.tick())

        assert document.positions == ((entry.tx, entry.tx),)
        assert "3 allowances" in pdf(document).text

    def test_one_that_is_not_recorded_has_none(self, registry: Registry) -> None:
        registry.on("2025-06-02")
        entry = registry.transfer("Barry", "Gulf Brokers", 2022, 3_000)
        with refused("not_final"):
            services.issue_transfer_receipt(transfer=entry.key, made_at=ASKED)
        with refused("nothing_to_issue"):
            services.issue_transfer_receipt(transfer=uuid4(), made_at=ASKED)


class TestTheRegister:
    """PLAT-088; docs/decisions/0271: the same facts are one document, kept as it was issued."""

    def test_asked_twice_it_is_the_same(self, registry: Registry) -> None:
        first = settlement(registry, asked_by="person:1")
        second = settlement(registry, made_at=noon("2025-07-01"), asked_by="person:2")

        assert second == first
        assert Document.objects.count() == 1

    def test_it_is_kept_byte_for_byte(self, registry: Registry) -> None:
        document = settlement(registry)
        content = queries.file_of(document)

        assert hashlib.sha256(content).hexdigest() == document.file_digest
        assert len(content) == document.file_bytes

    def test_other_facts_are_another_document(self, registry: Registry) -> None:
        first = settlement(registry)
        reopen(registry, 103)
        second = settlement(registry, made_at=registry.tick())

        assert second.number != first.number
        assert queries.document(first.number) == first

    def test_the_facts_attached_have_the_hash_that_is_printed(self, registry: Registry) -> None:
        document = settlement(registry)
        found = pdf(document)

        assert hashlib.sha256(found.attachment).hexdigest() == document.facts_digest
        printed = found.text.replace("\u200b", "").replace("\n", "")
        assert document.facts_digest in printed

    def test_the_facts_say_nothing_that_changes_without_them(self, registry: Registry) -> None:
        first = settlement(registry)
        registry.on("2025-06-02")
        registry.transfer("Barry", "Gulf Brokers", 2022, 3)

        assert settlement(registry, made_at=registry.tick()) == first

    def test_the_audit_has_who_asked(self, registry: Registry) -> None:
        document = settlement(registry, asked_by="person:7")

        (event,) = audit.events_of(f"document:{document.number}")
        assert (event.actor, event.act) == ("person:7", "issue_document")

    def test_a_document_cannot_be_changed_or_removed(self, registry: Registry) -> None:
        settlement(registry)
        for statement in (
            "UPDATE documents_document SET title = 'x'",
            "DELETE FROM documents_documentfile",
            "UPDATE documents_documentfile SET content = NULL",
            "DELETE FROM documents_document",
        ):
            with (
                pytest.raises(IntegrityError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
        assert DocumentFile.objects.count() == 1

    def test_two_who_issue_at_once_are_given_one(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from trueup.documents import issuing

        first = settlement(registry)
        known = iter([None, first])
        monkeypatch.setattr(issuing, "document_of_facts", lambda _digest: next(known))

        assert settlement(registry) == first
        assert Document.objects.count() == 1


class TestChecking:
    """PLAT-088; docs/decisions/0273: genuine, altered, unknown; and whether it still holds."""

    def test_by_its_number_however_it_is_typed(self, registry: Registry) -> None:
        document = settlement(registry)
        bare = document.number.removeprefix("D-").replace("-", "").lower()

        for typed in (document.number, f" {document.number.lower()} ", bare, f"d{bare}"):
            assert queries.check_text(typed).document == document, typed

    def test_by_the_hash_of_the_file_or_of_the_facts(self, registry: Registry) -> None:
        document = settlement(registry)

        for digest in (document.file_digest, document.facts_digest.upper()):
            assert queries.check_text(digest).verdict == "genuine"

    @pytest.mark.parametrize(
        "typed", ["", "D-", "D-0000-0000-0000", "0" * 64, "'; DROP TABLE", "\x00", "١٢٣٤" * 3]
    )
    def test_what_was_not_issued_is_unknown(self, typed: str, db: None) -> None:
        assert queries.check_text(typed).verdict == "unknown"

    def test_the_file_itself_is_genuine(self, registry: Registry) -> None:
        document = settlement(registry)

        found = queries.check_file(queries.file_of(document))
        assert (found.verdict, found.document) == ("genuine", document)

    def test_every_changed_byte_is_found(self, registry: Registry) -> None:
        document = settlement(registry)
        content = queries.file_of(document)
        for place in range(0, len(content), max(1, len(content) // 25)):
            changed = bytearray(content)
            changed[place] ^= 1
            assert queries.check_file(bytes(changed)).verdict != "genuine", place

    def test_a_changed_file_is_altered_and_its_signature_does_not_hold(
        self, registry: Registry
    ) -> None:
        document = settlement(registry)
        content = queries.file_of(document)
        changed = content.replace(b"FontDescriptor", b"FontDescriptoR", 1)

        assert queries.check_file(changed).verdict == "altered"
        assert not Pdf(changed).signature.intact

    def test_what_is_added_behind_is_told(self, registry: Registry) -> None:
        document = settlement(registry)

        found = queries.check_file(queries.file_of(document) + b"\n% more\n")
        assert (found.verdict, found.is_added_to) == ("altered", True)

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"D-0000-0000-0000", b"\x00" * 1000])
    def test_other_files_are_unknown(self, content: bytes, db: None) -> None:
        assert queries.check_file(content).verdict == "unknown"

    def test_a_settlement_done_again_supersedes_its_statement(self, registry: Registry) -> None:
        first = settlement(registry)
        before = with_supersession(queries.check_text(first.number), at=registry.tick())
        reopen(registry, 90)
        after = with_supersession(queries.check_text(first.number), at=registry.tick())

        assert not before.is_superseded
        assert after.is_superseded
        newest = ledger.entries(registry.account("Barry").id, limit=1)[0].id
        assert after.later == (newest,)

    def test_a_new_representative_supersedes_a_reference_sheet(self, registry: Registry) -> None:
        account = registry.account("Barry")
        registry.on("2025-06-02")
        sheet = services.issue_reference_sheet(account=account, made_at=registry.tick())
        checked = queries.check_text(sheet.number)
        registry.on("2025-06-20")
        assert not with_supersession(checked, at=registry.tick()).is_superseded
        registry.represent("Barry", "Bo Lee")

        assert with_supersession(checked, at=registry.tick()).is_superseded


class TestFacts:
    """docs/decisions/0270."""

    def test_positions_are_runs(self) -> None:
        assert runs([9, 3, 4, 5, 4]) == ((3, 5), (9, 9))
        assert runs([]) == ()

    def test_the_bytes_do_not_depend_on_the_order_of_what_is_said(self, db: None) -> None:
        from trueup.documents.entries import Facts

        facts = Facts(
            kind="reference_sheet",
            program=PROGRAM,
            subject={"b": 1, "a": "é"},
            title="x",
            values={"z": [1], "y": None},
            positions=(),
            journal_until=0,
            is_public=True,
        )
        other = replace(facts, subject={"a": "é", "b": 1}, journal_until=9, title="other")

        assert canonical(facts, is_practice=False) == canonical(other, is_practice=False)
        assert canonical(facts, is_practice=False) != canonical(facts, is_practice=True)


class TestPractice:
    """PLAT-155: what is made for practice says so on every page."""

    def test_a_document_of_a_sandbox_says_that_it_is_one(
        self, registry: Registry, settings: Any
    ) -> None:
        real = settlement(registry)
        settings.TRUEUP_SANDBOX = True
        practice = settlement(registry)

        assert (real.is_practice, practice.is_practice) == (False, True)
        assert "Made for practice." in pdf(practice).text
        assert "PRACTICE ONLY" in pdf(practice).text
        assert "PRACTICE ONLY" not in pdf(real).text


def test_a_facility_of_one_unit_with_an_alternate_is_named_in_full(db: None) -> None:
    registry = Registry()
    registry.represent("Barry", "Bo Lee", role="alternate")
    spec = FacilitySpec(oris_code=9, name="Dell", jurisdiction="AL", units=(UnitSpec(unit_id="1"),))
    accounts.register_facilities([spec], program=PROGRAM, registered_at=registry.tick())

    found = pdf(
        services.issue_reference_sheet(account=registry.account("Barry"), made_at=registry.tick())
    )
    assert "Alternate designated representative" in found.text


class TestCertificate:
    """40 CFR 62.16305(a), (b); docs/decisions/0274."""

    def test_it_says_all_that_was_received_and_what_was_signed(self, db: None) -> None:
        registry = Registry()
        spec = certificate(
            program=PROGRAM,
            facility=registry.facilities["Barry"],
            primary=registry.person("Ana Ruiz"),
            alternate=None,
            at=registry.tick(),
        )
        filed = accounts.file_certificate(spec, program=PROGRAM, received_at=registry.tick())
        assert filed.state == "in_force"
        document = services.issue_certificate(certificate=filed.id, made_at=registry.tick())
        text = " ".join(pdf(document).text.split())

        assert "Barry (plant code 3)" in text
        assert "Ana Ruiz" in text
        assert "I certify" in text
        assert not document.is_public

    def test_a_newer_one_supersedes_it(self, db: None) -> None:
        registry = Registry()
        asked = {"program": PROGRAM, "facility": registry.facilities["Barry"], "alternate": None}
        first, second = (
            accounts.file_certificate(
                certificate(**asked, primary=registry.person(name), at=registry.tick()),
                program=PROGRAM,
                received_at=registry.tick(),
            )
            for name in ("Ana Ruiz", "Bo Lee")
        )
        old, new = (
            services.issue_certificate(certificate=one.id, made_at=registry.tick())
            for one in (first, second)
        )
        held = [
            with_supersession(queries.check_text(one.number), at=registry.tick()).is_superseded
            for one in (old, new)
        ]
        assert held == [True, False]

    def test_one_that_is_not_complete_is_not_issued(self, db: None) -> None:
        registry = Registry()
        spec = certificate(
            program=PROGRAM,
            facility=registry.facilities["Barry"],
            primary=registry.person("Ana Ruiz"),
            alternate=None,
            at=registry.tick(),
        )
        filed = accounts.file_certificate(
            replace(spec, primary=None), program=PROGRAM, received_at=registry.tick()
        )
        with refused("not_final"):
            services.issue_certificate(certificate=filed.id, made_at=registry.tick())
