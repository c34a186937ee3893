"""Certificates signed, on paper, waiting for a date, behind which an agreement stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.contexts.certificate_specs import certificate
from tests.contexts.registry import refused
from tests.contexts.test_accounts_certificates import Office, program_with
from trueup.accounts import certificate_reads as reads
from trueup.accounts import queries, services
from trueup.accounts.certificate_elements import tidied
from trueup.accounts.certificate_entries import CertificateSpec
from trueup.accounts.certificate_models import AgreementDocument, Certificate
from trueup.accounts.entries import AgentSpec
from trueup.audit import queries as audit
from trueup.rules import programs
from trueup.signing import queries as signatures
from trueup.signing import services as signing
from trueup.signing.entries import Evidence
from trueup.tasks.models import Task

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
RECEIVED = datetime(2021, 2, 3, 15, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STATEMENTS = ("CERT-COR-1", "CERT-COR-2", "CERT-COR-3")
PDF = b"%PDF-1.7 a scan"


@pytest.fixture
def office() -> Office:
    return Office()


def unsigned(office: Office) -> CertificateSpec:
    return tidied(
        certificate(program=PROGRAM, facility=office.barry, primary=office.person("Ana Ruiz"))
    )


class TestSignatures:
    """40 CFR 62.16295, 62.16305(a)(4), (5); MASS-027, RATE-158; PLAT-151."""

    def test_the_signed_text_is_kept(self, office: Office) -> None:
        ana = office.person("Ana Ruiz")
        console = Evidence(method="console", accepted=STATEMENTS)
        signing.accept_agreement(person=ana, evidence=console, accepted_at=RECEIVED)

        entry = services.file_certificate(
            unsigned(office), program=PROGRAM, received_at=RECEIVED, evidence={ana: console}
        )

        assert entry.state == "in_force"
        (signature,) = entry.signatures
        assert signature.signature is not None
        kept = signatures.signature(signature.signature)
        assert kept is not None
        assert "Facility: Barry, plant code 3" in kept.text
        assert [item.key for item in kept.statements] == list(STATEMENTS)

    def test_without_a_statement_it_is_not_certified_and_nothing_is_kept(
        self, office: Office
    ) -> None:
        ana = office.person("Ana Ruiz")
        signing.accept_agreement(
            person=ana, evidence=Evidence(method="console"), accepted_at=RECEIVED
        )

        with refused("not_certified"):
            services.file_certificate(
                unsigned(office),
                program=PROGRAM,
                received_at=RECEIVED,
                evidence={ana: Evidence(method="console", accepted=STATEMENTS[:2])},
            )
        assert not Certificate.objects.exists()

    def test_nobody_signs_electronically_whose_identity_was_not_checked(
        self, office: Office
    ) -> None:
        """PLAT-026, PLAT-094."""
        ana = office.person("Ana Ruiz")

        with refused("identity_not_checked"):
            services.file_certificate(
                unsigned(office),
                program=PROGRAM,
                received_at=RECEIVED,
                evidence={ana: Evidence(method="totp", accepted=STATEMENTS)},
            )

    def test_a_key_signs_nothing(self, office: Office) -> None:
        ana = office.person("Ana Ruiz")

        with refused("key_cannot_sign"):
            services.file_certificate(
                unsigned(office),
                program=PROGRAM,
                received_at=RECEIVED,
                evidence={ana: Evidence(method="key", accepted=STATEMENTS)},
            )


class TestPaper:
    """PLAT-154; 40 CFR 62.16375 "Receive or receipt of": the time of receipt counts."""

    def enter(self, office: Office, spec: CertificateSpec) -> str:
        return signing.enter_paper(
            program=PROGRAM,
            document="certificate",
            text=reads.signing_text([spec]),
            statements=programs.load(PROGRAM).people.statements["certificate"],
            signer=office.person("Ana Ruiz"),
            for_person=None,
            accepted=STATEMENTS,
            received_at=RECEIVED,
            scan=PDF,
            media_type="application/pdf",
            entered_by=office.person("Max Roe"),
            entered_at=RECEIVED + 60 * MINUTE,
        ).nonce

    def test_a_second_official_approves_and_receipt_counts(self, office: Office) -> None:
        spec = unsigned(office)
        nonce = self.enter(office, spec)
        ana = office.person("Ana Ruiz")
        unapproved = Evidence(method="paper", detail={"paper": nonce}, accepted=STATEMENTS)
        with refused("paper_not_approved"):
            services.file_certificate(
                spec, program=PROGRAM, received_at=RECEIVED, evidence={ana: unapproved}
            )

        paper = signing.approve_paper(
            nonce=nonce,
            by=office.person("Nia Poe"),
            at=RECEIVED + 120 * MINUTE,
        )
        entry = services.file_certificate(
            spec, program=PROGRAM, received_at=paper.received_at, evidence={ana: paper.evidence}
        )

        assert (entry.state, entry.mark, entry.received_at) == ("in_force", "paper", RECEIVED)
        assert queries.may_submit(ana, office.account(), RECEIVED)

    def test_another_time_than_that_of_the_paper_is_a_bug(self, office: Office) -> None:
        spec = unsigned(office)
        nonce = self.enter(office, spec)
        paper = signing.approve_paper(
            nonce=nonce,
            by=office.person("Nia Poe"),
            at=RECEIVED + 120 * MINUTE,
        )

        with pytest.raises(ValueError, match="paper was received"):
            services.file_certificate(
                spec,
                program=PROGRAM,
                received_at=RECEIVED + 120 * MINUTE,
                evidence={office.person("Ana Ruiz"): paper.evidence},
            )

    def test_a_notice_of_delegation_does_not_come_on_paper(self, office: Office) -> None:
        """40 CFR 62.16315(a): electronic submissions."""
        office.file()

        with refused("electronic_only"):
            services.file_delegation_notice(
                program=PROGRAM,
                basis="compliance",
                delegator=office.person("Ana Ruiz"),
                agents=[AgentSpec(person=office.person("Dan Ash"), kinds=("transfers",))],
                received_at=RECEIVED + MINUTE,
                evidence=Evidence(method="paper", detail={"paper": "x"}),
            )


class TestSignedDelegation:
    """40 CFR 62.16315(c)(4); MASS-028: the delegator signs both statements."""

    def file(self, office: Office, *accepted: str) -> int | None:
        return services.file_delegation_notice(
            program=PROGRAM,
            basis="compliance",
            delegator=office.person("Ana Ruiz"),
            agents=[AgentSpec(person=office.person("Dan Ash"), kinds=("transfers",))],
            received_at=RECEIVED + MINUTE,
            evidence=Evidence(method="console", accepted=accepted),
        ).signature

    def test_the_agents_and_their_kinds_are_in_the_signed_text(self, office: Office) -> None:
        office.file()
        signing.accept_agreement(
            person=office.person("Ana Ruiz"),
            evidence=Evidence(method="console"),
            accepted_at=RECEIVED,
        )

        with refused("not_certified"):
            self.file(office, "CERT-DEL-DR-1")
        signature = self.file(office, "CERT-DEL-DR-1", "CERT-DEL-DR-2")

        assert signature is not None
        kept = signatures.signature(signature)
        assert kept is not None
        assert "Agent: Dan Ash, dan@example.org: transfers of instruments" in kept.text


class TestOperatingDates:
    """40 CFR 62.16305(a)(1); MASS-022, RATE-159."""

    def projected(self, office: Office) -> None:
        spec = office.spec()
        first, second = spec.units
        expected = replace(first, operating_from=date(2022, 3, 1), is_operation_projected=True)
        office.file(replace(spec, units=(expected, second)))

    def open_tasks(self) -> list[str]:
        return list(Task.objects.filter(closed_at=None).values_list("title", flat=True))

    def test_a_projected_date_that_has_passed_opens_a_task(self, office: Office) -> None:
        self.projected(office)

        services.open_operating_date_tasks(
            program=PROGRAM, now=datetime(2022, 3, 1, 17, 0, tzinfo=UTC)
        )
        assert self.open_tasks() == []
        for _ in range(2):  # It is opened once.
            services.open_operating_date_tasks(
                program=PROGRAM, now=datetime(2022, 4, 15, 16, 0, tzinfo=UTC)
            )
        (title,) = self.open_tasks()
        assert title.startswith("Barry, unit 1: supply the actual date")

    def test_supplying_the_date_closes_it(self, office: Office) -> None:
        self.projected(office)
        now = datetime(2022, 4, 15, 16, 0, tzinfo=UTC)
        services.open_operating_date_tasks(program=PROGRAM, now=now)
        (unit, _) = queries.units_of([office.barry])[office.barry]

        services.supply_operating_date(
            unit=unit.id, operating_from=date(2022, 3, 20), supplied_at=now
        )

        assert self.open_tasks() == []

    def test_so_does_a_certificate_with_the_date(self, office: Office) -> None:
        self.projected(office)
        now = datetime(2022, 4, 15, 16, 0, tzinfo=UTC)
        services.open_operating_date_tasks(program=PROGRAM, now=now)
        spec = office.amended(now)
        first, second = spec.units
        actual = replace(first, operating_from=date(2022, 3, 20), is_operation_projected=False)

        office.file(replace(spec, units=(actual, second)), at=now)

        assert self.open_tasks() == []


class TestNoticedOwners:
    """40 CFR 62.16300(c); PLAT-033: a reminder, and nothing else."""

    def test_the_representative_is_reminded_with_the_day_it_is_due(self, office: Office) -> None:
        office.file()
        now = datetime(2024, 1, 12, 17, 0, tzinfo=UTC)

        due_on = services.note_owner_change(
            program=PROGRAM,
            facility=office.barry,
            changed_on=date(2024, 1, 10),
            noted_at=now,
            actor="administrator",
        )

        assert due_on == date(2024, 2, 8)
        (notice,) = audit.notices_of(office.person("Ana Ruiz"), event="certificate_due")
        assert "Due by:" in notice.body
        assert Task.objects.get(closed_at=None).due_on == due_on
        assert queries.may_submit(office.person("Ana Ruiz"), office.account(), now)

        office.file(
            office.amended(now, owners=("New",), owners_changed_on=date(2024, 1, 10)), at=now
        )
        assert not Task.objects.filter(closed_at=None).exists()


class TestAgreements:
    """40 CFR 62.16305(b), 62.16500(b); MASS-020, RATE-161."""

    def submit(self, office: Office, content: bytes = PDF, by: str = "Ana Ruiz") -> int:
        return services.submit_agreement(
            program=PROGRAM,
            facility=office.barry,
            content=content,
            media_type="application/pdf",
            received_at=RECEIVED + MINUTE,
            submitted_by=office.person(by),
        )

    def test_one_that_is_handed_in_is_kept_and_nobody_reviews_it(self, office: Office) -> None:
        office.file()

        self.submit(office)

        assert AgreementDocument.objects.count() == 1
        assert not Task.objects.exists()

    def test_a_program_can_take_it_only_when_it_was_asked_for(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        office.file()
        with program_with(monkeypatch, agreements="on_request"):
            with refused("agreement_not_asked_for"):
                self.submit(office)
            services.request_agreement(
                program=PROGRAM,
                facility=office.barry,
                reason="two certificates a week",
                requested_at=RECEIVED + MINUTE,
                actor="administrator",
            )
            with refused("agreement_asked_for_already"):
                services.request_agreement(
                    program=PROGRAM,
                    facility=office.barry,
                    reason="again",
                    requested_at=RECEIVED + MINUTE,
                    actor="administrator",
                )
            self.submit(office)
            with refused("agreement_not_asked_for"):
                self.submit(office)
        (notice,) = audit.notices_of(office.person("Ana Ruiz"), event="agreement_requested")
        assert "two certificates a week" in notice.body

    def test_it_is_a_pdf_from_the_representative(self, office: Office) -> None:
        office.file()

        with refused("agreement_not_usable"):
            self.submit(office, content=b"")
        with refused("not_authorized"):
            self.submit(office, by="Mallory Grey")
