"""Every act that a representative signs, through its pages."""

from __future__ import annotations

from html import unescape
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.adapters.api_books import PROGRAM
from tests.adapters.signing_desk import EVERY_KEY, Desk
from tests.adapters.web_books import Page
from trueup.accounts import certificate_reads, delegation_reads, ownership
from trueup.accounts import queries as registered
from trueup.accounts import services as accounts
from trueup.accounts.models import Person
from trueup.identity import services as identity
from trueup.ledger import queries as ledger
from trueup.signing import queries as signing
from trueup.signing.models import Draft
from trueup.transfers import queries, services
from trueup.transfers.entries import TransferEntry, TransferSpec
from trueup.transfers.proposals import proposal
from trueup.transfers.trusted import trusted_accounts
from trueup.web.acts import ACTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def waiting(desk: Desk) -> TransferEntry:
    """A transfer of Barry's that awaits the approval of its alternate, Al Poe."""
    registry = desk.shelf.registry
    registry.represent("Barry", "Al Poe", role="alternate")
    services.require_second_person(
        account=registry.account("Barry").id, at=registry.tick(), actor="administrator"
    )
    entry = registry.transfer("Barry", "Gulf Brokers", 2022, 40)
    assert entry.state == "awaiting_approval"
    return entry


def place(act: str, key: UUID | int) -> str:
    return reverse(f"act-{act}", args=[PROGRAM, key])


class TestDecisions:
    """PLAT-094: a second person approves, and nobody else."""

    def test_the_second_person_approves(self, desk: Desk) -> None:
        entry = waiting(desk)
        desk.be("Al Poe")

        receipt = desk.go_through(place("approve", entry.key), {})

        assert "Recorded: 40" in receipt
        assert desk.total == 960
        assert signing.signatures_of(person=desk.person)[0].document == "transfer_approval"

    def test_whoever_asked_does_not_approve(self, desk: Desk) -> None:
        entry = waiting(desk)
        answer = desk.client.post(place("approve", entry.key), {})

        page = desk.sign(str(answer["Location"]))

        assert page.status_code == 422
        assert desk.total == 1000
        assert not signing.signatures_of(person=desk.person)[0].document.startswith("transfer")

    def test_the_second_person_rejects_with_a_reason(self, desk: Desk) -> None:
        entry = waiting(desk)
        desk.be("Al Poe")
        answer = desk.client.post(place("reject", entry.key), {"reason": ""})
        assert 'id="id_reason_error"' in answer.content.decode()

        desk.go_through(place("reject", entry.key), {"reason": "Wrong  receiver"})

        found = queries.transfer(entry.key)
        assert found is not None
        assert found.state == "rejected"

    def test_whoever_asked_cancels(self, desk: Desk) -> None:
        entry = waiting(desk)

        desk.go_through(place("cancel", entry.key), {"reason": ""})

        found = queries.transfer(entry.key)
        assert found is not None
        assert found.state == "cancelled"

    @pytest.mark.parametrize("act", ["approve", "reject", "cancel", "accept", "decline"])
    def test_others_see_nothing_of_it(self, desk: Desk, act: str) -> None:
        entry = waiting(desk)
        desk.be("Gil Orr")
        for key in (entry.key, uuid4()):
            assert desk.client.get(place(act, key)).status_code == 403
            assert desk.client.post(place(act, key), {"reason": "x"}).status_code == 403

    def test_the_receiver_accepts_or_declines_where_the_program_asks(self, desk: Desk) -> None:
        registry = desk.shelf.registry
        services.set_safeguards(
            program=PROGRAM,
            at=registry.tick(),
            actor="administrator",
            receiver_acceptance="always",
            ground="Rehearsal",
        )
        entries = [registry.transfer("Barry", "Gulf Brokers", 2022, 10) for _ in range(2)]
        assert {entry.state for entry in entries} == {"awaiting_acceptance"}
        desk.be("Cy Dunn")

        assert "Recorded: 10" in desk.go_through(place("accept", entries[0].key), {})
        desk.go_through(place("decline", entries[1].key), {"reason": "Not ours"})

        assert registry.total("Gulf Brokers") == 1010


class TestProposals:
    """PLAT-050: what a machine prepared moves when a person signs it."""

    def test_a_representative_signs_what_was_prepared(self, desk: Desk) -> None:
        registry = desk.shelf.registry
        spec = TransferSpec(
            source=registry.number("Barry"),
            destination=registry.number("Gulf Brokers"),
            submitted_by=desk.person,
            submitted_at=registry.tick(),
            key=uuid4(),
            vintage=2022,
            quantity=30,
        )
        services.propose_transfer(spec, program=PROGRAM, recorded_at=registry.now, actor="key:7")
        assert desk.total == 1000
        assert desk.client.get(place("sign-retirement-proposal", spec.key)).status_code == 403

        receipt = desk.go_through(place("sign-proposal", spec.key), {})

        assert "Recorded: 30" in receipt
        found = proposal(spec.key)
        assert found is not None
        assert found.state == "signed"
        assert desk.client.get(place("sign-proposal", spec.key)).status_code == 403

    def test_not_of_anothers_account(self, desk: Desk) -> None:
        registry = desk.shelf.registry
        spec = TransferSpec(
            source=registry.number("Gulf Brokers"),
            destination=registry.number("Barry"),
            submitted_by=registry.person("Cy Dunn"),
            submitted_at=registry.tick(),
            key=uuid4(),
            vintage=2022,
            quantity=30,
        )
        services.propose_transfer(spec, program=PROGRAM, recorded_at=registry.now)
        for key in (spec.key, uuid4()):
            assert desk.client.get(place("sign-proposal", key)).status_code == 403


class TestGuards:
    """PLAT-094: trusted accounts and second persons are asked for with a signature."""

    def test_an_account_is_trusted_after_the_approval_of_another(self, desk: Desk) -> None:
        registry = desk.shelf.registry
        registry.represent("Barry", "Al Poe", role="alternate")
        brokers = registry.number("Gulf Brokers")

        check = desk.walk("trust", {"destination": brokers})
        assert "Trusts" in Page(desk.client.get(check).content.decode()).text
        signed = desk.sign(check.removesuffix("check/"), accepted=EVERY_KEY)
        assert signed.status_code == 302
        desk.be("Al Poe")
        desk.go_through(desk.address("approve-trusted"), {"other": brokers})

        (listed,) = trusted_accounts(registry.account("Barry").id)
        assert listed.approved_by == desk.person

    @pytest.mark.parametrize("ending", ["", "XXXX"])
    def test_an_account_to_trust_is_shown_and_confirmed_by_the_end_of_its_number(
        self, desk: Desk, ending: str
    ) -> None:
        registry = desk.shelf.registry
        to = desk.address("trust")
        own = desk.client.post(to, {"destination": registry.number("Barry")})
        assert "need not trust itself" in own.content.decode()
        sent = desk.client.post(to, {"destination": registry.number("Gulf Brokers")})
        receiver = str(sent["Location"])

        page = Page(desk.client.get(receiver).content.decode())
        for part in ("Gulf Brokers", registry.number("Gulf Brokers"), "Holder", "State", "open"):
            assert part in page.text, part
        answer = desk.client.post(receiver, {"ending": ending})

        assert answer.status_code == 422
        assert trusted_accounts(registry.account("Barry").id) == []

    def test_a_second_person_is_required_and_that_ends_by_two(self, desk: Desk) -> None:
        registry = desk.shelf.registry
        registry.represent("Barry", "Al Poe", role="alternate")
        account = registry.account("Barry").id

        desk.go_through(desk.address("second-person"), {})
        assert queries.guards_of(account).second_person
        assert "Another representative" in desk.go_through(desk.address("no-second-person"), {})
        assert queries.guards_of(account).second_person
        desk.be("Al Poe")
        desk.go_through(desk.address("no-second-person"), {})

        assert not queries.guards_of(account).second_person

    def test_an_account_agrees_to_what_comes_in(self, desk: Desk) -> None:
        desk.go_through(desk.address("agree-to-incoming"), {})
        account = desk.shelf.registry.account("Barry").id
        assert queries.guards_of(account).agreed_at is not None

    def test_an_agent_has_no_say_in_it(self, desk: Desk) -> None:
        registry = desk.shelf.registry
        agent = registry.person("Abe Noh")
        accounts.file_delegation_notice(
            program=PROGRAM,
            basis="compliance",
            delegator=desk.person,
            agents=[accounts_agent(agent)],
            received_at=registry.tick(),
        )
        desk.be("Abe Noh")
        assert desk.client.get(desk.address("transfer")).status_code == 200
        for act in ("trust", "second-person", "agree-to-incoming", "certificate"):
            assert desk.client.get(desk.address(act)).status_code == 403


def accounts_agent(person: int):  # type: ignore[no-untyped-def]
    from trueup.accounts.entries import AgentSpec

    return AgentSpec(person=person, kinds=("transfers",))


REACHED = {
    "address": "1 Plant Road, Bucks AL 36512",
    "phone": "+1 251 555 0100",
    "address_1": "2 Plant Road, Bucks AL 36512",
    "phone_1": "+1 251 555 0101",
}


class TestAgents:
    """40 CFR 62.16315; PLAT-034."""

    def test_a_notice_names_agents_who_then_submit_in_the_delegators_name(self, desk: Desk) -> None:
        desk.shelf.registry.person("Abe Noh")
        address = reverse("act-delegation", args=[PROGRAM])
        answers: dict[str, object] = {
            "basis": "compliance",
            "name_1": "Abe Noh",
            "email_1": "ABE@example.org",
            **REACHED,
            "kinds_1": ["transfers"],
        }

        desk.go_through(address, answers)

        (notice,) = delegation_reads.delegations_of(
            desk.person, program=PROGRAM, at=desk.shelf.registry.tick()
        )
        assert [agent.name for agent in notice.agents] == ["Abe Noh"]
        assert notice.method == "totp"
        ana = desk.person
        desk.be("Abe Noh")
        assert desk.sign(desk.draft()).status_code == 302
        kept = signing.signatures_of(person=desk.person)[0]
        assert (kept.signer, kept.for_person) == (desk.person, ana)
        assert "As agent of: Ana Ruiz" in kept.text

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name_1": "Nobody At All"}, "name_1"),
            ({"email_1": "other@example.org"}, "name_1"),
            ({"kinds_1": []}, "kinds_1"),
            ({"kinds_1": ["everything"]}, "kinds_1"),
            ({"basis": "general"}, "basis"),
        ],
    )
    def test_each_problem_is_beside_its_field(
        self, desk: Desk, wrong: dict[str, object], field: str
    ) -> None:
        desk.shelf.registry.person("Abe Noh")
        answers: dict[str, object] = {
            "basis": "compliance",
            "name_1": "Abe Noh",
            "email_1": "abe@example.org",
            **REACHED,
            "kinds_1": ["transfers"],
        }
        answer = desk.client.post(reverse("act-delegation", args=[PROGRAM]), {**answers, **wrong})
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode()


class TestAccounts:
    """40 CFR 62.16320(c)."""

    def test_an_application_is_signed_by_all_whom_it_names(self, desk: Desk) -> None:
        desk.shelf.registry.person("Al Poe")
        receipt = desk.go_through(
            reverse("act-application", args=[PROGRAM]),
            {
                "name": "Ruiz Trading",
                "owners": "Ana Ruiz\nMobile Power Co.",
                "alternate_name": "Al Poe",
                "alternate_email": "al@example.org",
            },
        )
        assert "is incomplete" in receipt
        number = int(receipt.partition("Application ")[2].partition(" ")[0])
        assert desk.client.get(place("sign-application", number)).status_code == 403
        desk.be("Al Poe")

        receipt = desk.go_through(place("sign-application", number), {})

        assert "You have signed" in receipt

    def test_what_is_left_goes_and_the_account_is_closed(self, desk: Desk) -> None:
        registry = desk.shelf.registry
        desk.be("Cy Dunn")
        form = desk.address("close", "Gulf Brokers")
        answer = desk.client.post(form, {"destination": ""})
        assert 'id="id_destination_error"' in answer.content.decode()

        desk.go_through(form, {"destination": registry.number("Barry")})

        closed = ledger.account(registry.account("Gulf Brokers").id)
        assert closed.state == "closed"
        assert registry.total("Barry") == 2000

    def test_a_compliance_account_is_not_closed_on_request(self, desk: Desk) -> None:
        assert desk.client.get(desk.address("close")).status_code == 403

    def test_owners_are_changed_and_late_is_said(self, desk: Desk) -> None:
        receipt = desk.go_through(
            desk.address("owners"), {"changed_on": "2021-04-01", "listed": "Mobile Power Co."}
        )
        assert "marked as late" in receipt

    def test_owners_are_changed_by_a_table(self, desk: Desk) -> None:
        account = desk.shelf.registry.account("Barry").id
        rows = "name,kind,identifier,interest\nMobile Power Co.,,,now\nRosa Díaz,person,TX-7\n"

        desk.go_through(
            desk.address("owners"),
            {"changed_on": "2021-05-20", "file": SimpleUploadedFile("o.csv", rows.encode())},
        )
        listed = ownership.parties_of([account], kind="owner")[account]
        assert [(one.name, one.kind, one.identifier) for one in listed][-2:] == [
            ("Mobile Power Co.", "organization", ""),
            ("Rosa Díaz", "person", "TX-7"),
        ]

        ended = "Mobile Power Co.,,,no more"
        desk.go_through(
            desk.address("owners"),
            {"changed_on": "2021-05-21", "file": SimpleUploadedFile("o.csv", ended.encode())},
        )
        now = ownership.parties_of([account], kind="owner")[account]
        assert [one.id for one in now] == [one.id for one in listed if one.id != listed[-2].id]

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ("Good Co.\nGood Co.\n", "Row 2: “Good Co.” is in the table twice."),
            ("Good Co.\nNobody,,,no more", "Row 2: “Nobody” is not on the list."),
            ("Good Co.\nBad Co.,,,perhaps", "Row 2: write “now” or “no more”"),
            ("Good Co.\nBad Co.,club", "Row 2: A party is one of these"),
            ("Good Co.\n,person", "Row 2:"),
            ("name\n", "There is nobody in the table."),
            ("Good Co.\n" * 1_002, "more than 1,001 rows"),
            ("a\x00b", "Line 1 is no line of text."),
        ],
    )
    def test_of_a_table_with_a_wrong_row_nothing_is_taken(
        self, desk: Desk, rows: str, said: str
    ) -> None:
        answer = desk.client.post(
            desk.address("owners"),
            {"changed_on": "2021-05-20", "file": SimpleUploadedFile("o.csv", rows.encode())},
        )

        assert answer.status_code == 422
        assert said in unescape(answer.content.decode())
        assert Draft.objects.count() == 0

    def test_a_change_is_typed_or_in_a_table(self, desk: Desk) -> None:
        sent = {
            "changed_on": "2021-05-20",
            "listed": "One Co.",
            "file": SimpleUploadedFile("o.csv", b"Two Co."),
        }

        answer = desk.client.post(desk.address("owners"), sent)

        assert 'id="id_file_error"' in answer.content.decode()

    def test_a_unit_is_retired(self, desk: Desk) -> None:
        unit = desk.shelf.registry
        facility = unit.facilities["Barry"]
        first, _ = registered.units_of([facility])[facility]
        receipt = desk.go_through(
            desk.address("retired-unit"), {"unit": str(first.id), "retired_on": "2021-05-20"}
        )
        assert "is exempt from" in receipt

    def test_a_unit_of_another_facility_is_refused(self, desk: Desk) -> None:
        facility = desk.shelf.registry.facilities["Gaston"]
        (other,) = registered.units_of([facility])[facility]
        answer = desk.client.post(
            desk.address("retired-unit"), {"unit": str(other.id), "retired_on": "2021-05-20"}
        )
        assert 'id="id_unit_error"' in answer.content.decode()


class TestCertificates:
    """40 CFR 62.16305."""

    UNIT = {
        "type": "steam",
        "capacity": "500",
        "operating": "1971-03-01",
        "generators": "1 550.5",
        "owners": "Mobile Power Co.",
        "operators": "Mobile Power Co.",
    }

    def answers(self, **more: object) -> dict[str, object]:
        units = {f"{name}_{place}": text for place in (0, 1) for name, text in self.UNIT.items()}
        return {
            "category": "electric utility",
            "naics": "221112",
            "county": "Mobile",
            "latitude": "31.0069",
            "longitude": "-88.0103",
            "indian_country": "no",
            "owners": "Mobile Power Co.",
            "operators": "Mobile Power Co.",
            **units,
            **more,
        }

    def check(self, desk: Desk, *names: str) -> None:
        """Identities are checked, and there is a way to reach everyone."""
        for name in names:
            person = desk.shelf.registry.person(name)
            identity.record_identity_check(
                person=person,
                checked_by="administrator",
                method="in_person",
                document="passport",
                checked_at=desk.shelf.registry.tick(),
            )
            Person.objects.filter(id=person).update(
                address="1 Dauphin St, Mobile", phone="251-555-0100"
            )

    def test_it_says_what_is_missing(self, desk: Desk) -> None:
        self.check(desk, "Ana Ruiz")

        receipt = desk.go_through(desk.address("certificate"), {"county": "Mobile"})

        assert "incomplete and changes nothing" in receipt
        assert "Missing: the facility category" in receipt

    def test_everyone_whom_it_names_signs_it(self, desk: Desk) -> None:
        self.check(desk, "Ana Ruiz", "Al Poe")
        alternate = {"alternate_name": "Al Poe", "alternate_email": "al@example.org"}

        receipt = desk.go_through(desk.address("certificate"), self.answers(**alternate))

        assert "Missing: the signature and date of the alternate" in receipt
        assert receipt.count("Missing") == 1, receipt
        desk.be("Al Poe")
        (awaiting,) = certificate_reads.certificates_awaiting(desk.person)
        receipt = desk.go_through(place("sign-certificate", awaiting.id), {})
        assert "The certificate is in force" in receipt
        account = desk.shelf.registry.account("Barry").id
        seats = registered.representatives([account])[account]
        assert [seat.name for seat in seats] == ["Ana Ruiz", "Al Poe"]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"generators_0": "one two"}, "generators_0"),
            ({"generators_0": "1 NaN"}, "generators_0"),
            ({"latitude": "north"}, "latitude"),
            ({"type_0": "windmill"}, "type_0"),
            ({"alternate_name": "Nobody"}, "alternate_name"),
            ({"owners_changed_on": "yesterday"}, "owners_changed_on"),
        ],
    )
    def test_each_problem_is_beside_its_field(
        self, desk: Desk, wrong: dict[str, object], field: str
    ) -> None:
        answer = desk.client.post(desk.address("certificate"), self.answers(**wrong))
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode()


class TestStrangers:
    """PLAT-004: no act's page opens for whoever it is not for."""

    def test_every_act_refuses_a_person_without_accounts(self, desk: Desk) -> None:
        entry = waiting(desk)
        desk.be("Gil Orr")
        for act in ACTS.values():
            if act.subject == "program":
                continue  # For no account; the acts of officials are tested with the desk.
            if act.subject == "account":
                address = desk.address(act.name)
            elif "uuid" in act.place or act.subject == "transfer":
                address = place(act.name, entry.key)
            else:
                address = place(act.name, 1)
            assert desk.client.get(address).status_code == 403, act.name
            assert desk.client.post(address, {}).status_code == 403, act.name
