"""Certificates that came on paper: entered by one official, filed on a second's approval."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.contexts.certificate_specs import certificate
from tests.contexts.registry import PROGRAM, noon
from tests.contexts.test_desk import Office, reasons
from trueup.accounts import certificate_reads, queries
from trueup.accounts.certificate_entries import CertificateSpec
from trueup.accounts.certificate_models import Certificate
from trueup.accounts.certificate_text import spec_of
from trueup.audit import queries as audit
from trueup.desk import queries as desk
from trueup.desk import services
from trueup.desk.entries import ProposalEntry
from trueup.desk.models import SecondTyping
from trueup.desk.second_typing import Difference
from trueup.officials import services as officials
from trueup.signing import queries as signatures
from trueup.signing.models import Paper

pytestmark = pytest.mark.django_db

RECEIVED = noon("2021-06-01")
STATEMENTS = ("CERT-COR-1", "CERT-COR-2", "CERT-COR-3")
PDF = b"%PDF-1.7 a scan"


class PaperOffice(Office):
    """Officials of whom the second types a paper before approving it."""

    def type_again(
        self, entry: ProposalEntry, by: str = "Pete Moss", **changed: Any
    ) -> list[Difference]:
        papers = signatures.papers(entry.values["papers"])
        spec = spec_of(json.loads(entry.values["certificate"]))
        return services.type_again(
            replace(spec, **changed),
            proposal=entry.key,
            accepted={paper.signer: paper.accepted for paper in papers},
            received_at=papers[0].received_at,
            by=self.person(by),
            at=self.tick(),
        )

    def approve(self, entry: ProposalEntry, by: str = "Pete Moss") -> ProposalEntry:
        self.type_again(entry, by)
        return super().approve(entry, by)


@pytest.fixture
def office() -> PaperOffice:
    made = PaperOffice()
    made.on("2021-06-04")
    return made


def spec_for(office: Office, *names: str) -> CertificateSpec:
    """A complete certificate of Barry that nobody has signed: primary, and alternate."""
    primary, alternate = ([office.person(name) for name in names] + [None])[:2]
    return certificate(
        program=PROGRAM,
        facility=office.facilities["Barry"],
        primary=primary,
        alternate=alternate,
    )


def enter(
    office: Office,
    *names: str,
    signed: tuple[str, ...] | None = None,
    by: str = "Olga Stone",
    **more: Any,
) -> ProposalEntry:
    signers = names if signed is None else signed
    values: dict[str, Any] = {
        "program": PROGRAM,
        "accepted": {office.person(name): STATEMENTS for name in signers},
        "received_at": RECEIVED,
        "scan": PDF,
        "media_type": "application/pdf",
        "by": office.person(by),
        "at": office.tick(),
    }
    done = services.enter_certificate(spec_for(office, *names), **(values | more))
    assert done.proposal is not None
    return done.proposal


def in_force(office: Office) -> Any:
    barry = office.facilities["Barry"]
    found = certificate_reads.certificates_in_force(program=PROGRAM, facilities=[barry])
    return found.get(barry)


def may_submit(office: Office, name: str, at: datetime) -> bool:
    return queries.may_submit(office.person(name), office.accounts["Barry"].id, at)


class TestTwoOfficials:
    """PLAT-018, PLAT-154: one enters, a second compares and approves."""

    def test_nothing_is_filed_before_the_second_approves(self, office: Office) -> None:
        entry = enter(office, "Nell Orr")

        assert entry.state == "waiting"
        assert (entry.preview["state"], entry.preview["missing"]) == ("in_force", [])
        assert "Nell Orr" in entry.preview["text"]
        assert not Certificate.objects.filter(primary_id=office.person("Nell Orr")).exists()

    def test_on_approval_it_is_filed_and_counts_from_its_receipt(self, office: Office) -> None:
        done = office.approve(enter(office, "Nell Orr"))

        assert done.state == "executed"
        filed = in_force(office)
        assert filed.received_at == RECEIVED
        assert may_submit(office, "Nell Orr", RECEIVED)
        assert not may_submit(office, "Nell Orr", RECEIVED - timedelta(seconds=1))
        assert not may_submit(office, "Ana Ruiz", office.now)

    def test_the_signature_is_marked_paper_and_names_both_officials(self, office: Office) -> None:
        office.approve(enter(office, "Nell Orr"))

        filed = in_force(office)
        assert filed.mark == "paper"
        (signed,) = filed.signatures
        kept = signatures.signature(signed.signature)
        assert kept is not None
        assert (kept.method, kept.mark, kept.signer) == ("paper", "paper", signed.person)
        assert kept.received_at == RECEIVED
        assert (kept.entered_by, kept.approved_by) == (
            office.person("Olga Stone"),
            office.person("Pete Moss"),
        )
        assert signatures.scan_of(kept.nonce) == ("application/pdf", PDF)

    def test_whoever_entered_it_does_not_approve_it(self, office: Office) -> None:
        entry = enter(office, "Nell Orr")

        assert reasons(lambda: office.approve(entry, "Olga Stone")) == {"same_person"}
        assert Paper.objects.get().approved_by_id is None

    def test_not_even_when_another_proposed_what_was_entered(self, office: Office) -> None:
        entry = enter(office, "Nell Orr")
        other = office.propose("file_certificate_on_paper", "Pete Moss", **entry.values)

        assert reasons(lambda: office.approve(other, "Olga Stone")) == {"paper_not_approved"}
        assert Paper.objects.get().approved_by_id is None
        assert other.state == "waiting"

    def test_whoever_signed_the_paper_neither_enters_nor_approves_it(self, office: Office) -> None:
        assert reasons(lambda: enter(office, "Olga Stone")) == {"paper_not_usable"}
        entry = enter(office, "Pete Moss")
        assert reasons(lambda: office.approve(entry)) == {"paper_not_approved"}

    def test_another_text_than_that_of_the_paper_is_not_filed(self, office: Office) -> None:
        entry = enter(office, "Nell Orr")
        changed = entry.values["certificate"].replace("Mobile", "Monroe")
        assert changed != entry.values["certificate"]
        other = office.propose(
            "file_certificate_on_paper", papers=entry.values["papers"], certificate=changed
        )

        assert reasons(lambda: office.approve(other)) == {"text_changed"}
        assert Paper.objects.get().approved_by_id is None

    def test_a_paper_is_used_once(self, office: Office) -> None:
        entry = enter(office, "Nell Orr")
        again = office.propose("file_certificate_on_paper", **entry.values)
        office.approve(entry)

        assert reasons(lambda: office.approve(again)) == {"signed_already"}

    def test_a_proposal_that_is_declined_leaves_the_paper_unapproved(self, office: Office) -> None:
        entry = enter(office, "Nell Orr")

        assert office.decline(entry).state == "declined"
        assert Paper.objects.get().approved_by_id is None

    @pytest.mark.parametrize("name", ["Ada Lane", "Mo Lin", "Tess Ide", "Ana Ruiz"])
    def test_who_has_not_the_function_enters_nothing(self, office: Office, name: str) -> None:
        assert reasons(lambda: enter(office, "Nell Orr", by=name)) == {"not_authorized"}
        assert not Paper.objects.exists()

    def test_the_trail_names_who_did_what(self, office: Office) -> None:
        office.approve(enter(office, "Nell Orr"))

        paper = Paper.objects.get()
        acts = [(event.act, event.actor) for event in audit.events_of(f"paper:{paper.pk}")]
        assert sorted(acts) == [
            ("approve_paper", f"official:{office.person('Pete Moss')}"),
            ("enter_paper", f"official:{office.person('Olga Stone')}"),
        ]


class TestTypedTwice:
    """PLAT-154: the second types the paper without the first's text; docs/decisions/0297."""

    def test_who_has_not_typed_it_does_not_approve_it(self, office: PaperOffice) -> None:
        entry = enter(office, "Nell Orr")

        assert reasons(lambda: Office.approve(office, entry)) == {"not_typed_again"}
        assert desk.known(entry.key).state == "waiting"

    def test_the_same_typed_twice_is_filed(self, office: PaperOffice) -> None:
        entry = enter(office, "Nell Orr")

        assert office.type_again(entry) == []
        assert Office.approve(office, entry).state == "executed"

    def test_each_field_that_differs_is_named_and_nothing_is_filed(
        self, office: PaperOffice
    ) -> None:
        entry = enter(office, "Nell Orr")

        (found,) = office.type_again(entry, county="Monroe")

        assert (found.field, found.first, found.second) == (
            "certificate.county",
            "Mobile",
            "Monroe",
        )
        assert reasons(lambda: Office.approve(office, entry)) == {"not_typed_again"}
        assert desk.known(entry.key).state == "waiting"

    def test_the_last_typing_counts_and_all_are_kept(self, office: PaperOffice) -> None:
        entry = enter(office, "Nell Orr")
        office.type_again(entry, county="Monroe")
        office.type_again(entry)

        assert Office.approve(office, entry).state == "executed"
        assert SecondTyping.objects.count() == 2
        acts = [
            event.after["differs_in"]
            for event in audit.events_of(entry.subject)
            if event.act == "type_paper_again"
        ]
        assert sorted(acts) == [[], ["certificate.county"]]

    def test_it_is_typed_by_who_approves_and_not_by_another(self, office: PaperOffice) -> None:
        entry = enter(office, "Nell Orr")
        officials.grant(
            person=office.person("Ivy Ross"),
            role="administrator",
            program=PROGRAM,
            from_at=office.tick(),
            granted_by="administrator",
        )
        office.type_again(entry, "Ivy Ross")

        assert reasons(lambda: Office.approve(office, entry)) == {"not_typed_again"}

    def test_who_entered_it_or_has_not_the_function_does_not_type_it_again(
        self, office: PaperOffice
    ) -> None:
        entry = enter(office, "Nell Orr")

        assert reasons(lambda: office.type_again(entry, "Olga Stone")) == {"same_person"}
        assert reasons(lambda: office.type_again(entry, "Ada Lane")) == {"not_authorized"}
        assert not SecondTyping.objects.exists()

    def test_other_acts_are_not_typed(self, office: PaperOffice) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)

        def act() -> None:
            services.type_again(
                spec_for(office, "Nell Orr"),
                proposal=entry.key,
                accepted={},
                received_at=RECEIVED,
                by=office.person("Pete Moss"),
                at=office.tick(),
            )

        assert reasons(act) == {"not_typed_again"}


class TestWhatIsOnThePaper:
    """40 CFR 62.16305(a)(5): all whom it names sign it."""

    def test_both_signatures_stand_on_one_paper(self, office: Office) -> None:
        office.approve(enter(office, "Nell Orr", "Abel Poe"))

        signed = in_force(office).signatures
        assert {item.role for item in signed} == {"primary", "alternate"}
        assert {item.method for item in signed} == {"paper"}
        assert may_submit(office, "Abel Poe", RECEIVED)

    def test_one_that_lacks_a_signature_is_kept_as_incomplete(self, office: Office) -> None:
        entry = enter(office, "Nell Orr", "Abel Poe", signed=("Nell Orr",))
        assert entry.preview["state"] == "incomplete"
        assert entry.preview["missing"]

        done = office.approve(entry)

        assert done.verdict is not None
        assert done.verdict.result["state"] == "incomplete"
        assert not may_submit(office, "Nell Orr", office.now)

    def test_what_signatures_the_official_types_in_do_not_count(self, office: Office) -> None:
        spec = spec_for(office, "Nell Orr")
        assert spec.primary is not None
        forged = replace(
            spec,
            primary=replace(spec.primary, accepted=STATEMENTS, signed_on=RECEIVED.date()),
        )

        def act() -> None:
            services.enter_certificate(
                forged,
                program=PROGRAM,
                accepted={},
                received_at=RECEIVED,
                scan=PDF,
                media_type="application/pdf",
                by=office.person("Olga Stone"),
                at=office.tick(),
            )

        assert reasons(act) == {"paper_not_usable"}

    @pytest.mark.parametrize(
        "wrong",
        [
            {"scan": b""},
            {"media_type": "text/html"},
            {"received_at": noon("2021-07-01")},
        ],
    )
    def test_a_paper_that_is_not_usable_is_refused(
        self, office: Office, wrong: dict[str, Any]
    ) -> None:
        assert reasons(lambda: enter(office, "Nell Orr", **wrong)) == {"paper_not_usable"}
        assert not Paper.objects.exists()

    @pytest.mark.parametrize("text", ["{}", "[]", "nothing", '{"facility": "x"}'])
    def test_what_is_no_certificate_is_refused(self, office: Office, text: str) -> None:
        papers = enter(office, "Nell Orr").values["papers"]

        assert reasons(
            lambda: office.act(
                "file_certificate_on_paper", "Olga Stone", papers=papers, certificate=text
            )
        ) == {"value_not_usable"}

    def test_papers_that_there_are_not_are_refused(self, office: Office) -> None:
        values = dict(enter(office, "Nell Orr").values) | {"papers": ["ab" * 32]}

        assert reasons(lambda: office.act("file_certificate_on_paper", "Olga Stone", **values)) == {
            "paper_not_usable"
        }
