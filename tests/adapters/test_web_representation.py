"""Pages of representation: agents, many facilities, viewers, objections, applications."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.adapters.api_books import PROGRAM
from tests.adapters.signing_desk import Desk
from tests.adapters.web_books import Page
from tests.contexts.certificate_specs import certificate
from trueup.accounts import application_reads, delegation_reads, objections, queries, watchers
from trueup.accounts import services as accounts
from trueup.accounts.models import Person
from trueup.identity import services as identity
from trueup.signing import queries as signing

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def text_of(answer: object) -> str:
    return str(answer.content.decode())  # type: ignore[attr-defined]


class TestDelegation:
    """40 CFR 62.16315(c)(1), (2): name, address, e-mail, telephone and facsimile of each."""

    def answers(self, **more: object) -> dict[str, object]:
        return {
            "basis": "compliance",
            "address": "1 Plant Road, Bucks AL",
            "phone": "+1 251 555 0100",
            "name_1": "Abe Noh",
            "email_1": "abe@example.org",
            "address_1": "2 Plant Road, Bucks AL",
            "phone_1": "+1 251 555 0101",
            "fax_1": "+1 251 555 0102",
            "kinds_1": ["transfers"],
            **more,
        }

    def test_how_all_are_reached_is_asked_signed_and_kept(self, desk: Desk) -> None:
        abe = desk.shelf.registry.person("Abe Noh")
        desk.go_through(reverse("act-delegation", args=[PROGRAM]), self.answers())

        (notice,) = delegation_reads.delegations_of(
            desk.person, program=PROGRAM, at=desk.shelf.registry.tick()
        )
        assert notice.reaches[abe].fax == "+1 251 555 0102"
        assert notice.reaches[desk.person].address == "1 Plant Road, Bucks AL"
        kept = signing.signatures_of(person=desk.person)[0].text
        assert "telephone +1 251 555 0101" in kept
        assert "facsimile +1 251 555 0102" in kept

    def test_the_next_notice_begins_with_what_this_one_gave(self, desk: Desk) -> None:
        desk.shelf.registry.person("Abe Noh")
        address = reverse("act-delegation", args=[PROGRAM])
        desk.go_through(address, self.answers())

        page = text_of(desk.client.get(address))
        assert 'value="2 Plant Road, Bucks AL"' in page
        assert 'value="+1 251 555 0100"' in page

    @pytest.mark.parametrize("missing", ["address", "phone", "address_1", "phone_1"])
    def test_one_without_an_address_or_a_telephone_is_not_taken(
        self, desk: Desk, missing: str
    ) -> None:
        desk.shelf.registry.person("Abe Noh")
        answer = desk.client.post(
            reverse("act-delegation", args=[PROGRAM]), self.answers(**{missing: ""})
        )
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [missing]


class TestManyFacilities:
    """40 CFR 62.16300(a), (b); docs/decisions/0154: one act, a certificate each."""

    @pytest.fixture
    def office(self, desk: Desk) -> Desk:
        """Barry's certificate is a document that can be repeated; Abe is known."""
        registry = desk.shelf.registry
        for name in ("Ana Ruiz", "Abe Noh"):
            person = registry.person(name)
            Person.objects.filter(id=person).update(address="1 Plant Road", phone="+1 251 555")
            identity.record_identity_check(
                person=person,
                checked_by="administrator",
                method="console",
                document="known",
                checked_at=registry.tick(),
            )
        facility = queries.facility_of(registry.accounts["Barry"].id)
        assert facility is not None
        spec = certificate(
            program=PROGRAM, facility=facility.facility.id, primary=desk.person, at=registry.tick()
        )
        accounts.file_certificate(spec, program=PROGRAM, received_at=registry.tick())
        return desk

    def test_the_page_says_what_ends_and_nothing_changes_until_all_have_signed(
        self, office: Desk
    ) -> None:
        registry = office.shelf.registry
        account = registry.accounts["Barry"].id
        facility = queries.facility_of(account)
        assert facility is not None
        abe = registry.person("Abe Noh")
        accounts.file_delegation_notice(
            program=PROGRAM,
            basis="compliance",
            delegator=office.person,
            agents=[],
            received_at=registry.tick(),
        )
        form = reverse("act-representatives", args=[PROGRAM])
        answer = office.client.post(
            form,
            {
                "facilities": [str(facility.facility.id)],
                "primary_name": "Abe Noh",
                "primary_email": "abe@example.org",
            },
        )
        assert answer.status_code == 302, Page(text_of(answer)).text
        shown = text_of(office.client.get(answer["Location"]))
        assert "Ana Ruiz, Barry" in shown
        assert "Nothing changes until" in shown
        assert office.person in {
            seat.person for seat in queries.representatives([account])[account]
        }
        assert abe not in {seat.person for seat in queries.representatives([account])[account]}

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({}, "primary_name"),
            ({"primary_name": "Nobody", "primary_email": "x@example.org"}, "primary_name"),
            (
                {
                    "alternate_name": "Abe Noh",
                    "alternate_email": "abe@example.org",
                    "drop_alternate": "on",
                },
                "drop_alternate",
            ),
            ({"facilities": ["999999"], "drop_alternate": "on"}, "facilities"),
        ],
    )
    def test_each_problem_is_beside_its_field(
        self, desk: Desk, wrong: dict[str, object], field: str
    ) -> None:
        registry = desk.shelf.registry
        registry.person("Abe Noh")
        facility = queries.facility_of(registry.accounts["Barry"].id)
        assert facility is not None
        answer = desk.client.post(
            reverse("act-representatives", args=[PROGRAM]),
            {"facilities": [str(facility.facility.id)], **wrong},
        )
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]

    def test_who_represents_nothing_has_no_such_page(self, desk: Desk) -> None:
        desk.be("Abe Noh")
        for name in ("act-representatives", "act-sign-certificates"):
            assert desk.client.get(reverse(name, args=[PROGRAM])).status_code == 403


class TestWatchers:
    """PLAT-018, PLAT-150: viewers and copies, named and ended by a representative."""

    def address(self, desk: Desk) -> str:
        return reverse("watchers", args=[PROGRAM, desk.shelf.registry.number("Barry")])

    def test_a_viewer_is_named_and_ended(self, desk: Desk) -> None:
        abe = desk.shelf.registry.person("Abe Noh")
        named = {"kind": "viewer", "name": "Abe Noh", "email": "abe@example.org"}
        desk.client.post(self.address(desk), named)
        account = desk.shelf.registry.accounts["Barry"].id
        assert watchers.viewed_accounts(abe) == [account]

        page = text_of(desk.client.get(self.address(desk)))
        assert "Abe Noh" in page
        number = desk.shelf.registry.number("Barry")
        shown = text_of(desk.client.get(reverse("account", args=[PROGRAM, number])))
        assert self.address(desk) in shown
        (row,) = watchers.watchers_of(account, at=timezone.now())
        desk.client.post(self.address(desk), {"end": str(row.id + 1)})
        assert watchers.viewed_accounts(abe) == [account]
        desk.client.post(self.address(desk), {"end": str(row.id)})
        assert watchers.viewed_accounts(abe) == []

    def test_what_is_wrong_is_beside_the_field(self, desk: Desk) -> None:
        desk.shelf.registry.person("Abe Noh")
        for wrong, field in (
            ({"kind": "copy"}, "events"),
            ({"name": "Nobody"}, "name"),
            ({"email": "x"}, "email"),
            ({"kind": "master"}, "kind"),
        ):
            given = {"kind": "viewer", "name": "Abe Noh", "email": "abe@example.org", **wrong}
            answer = desk.client.post(self.address(desk), given)
            assert answer.status_code == 422
            assert field in answer.context["form"].errors


class TestObjections:
    """40 CFR 62.16310: an objection is kept and affects nothing."""

    def test_anybody_registered_objects_and_sees_their_own(self, desk: Desk) -> None:
        address = reverse("objections", args=[PROGRAM, desk.shelf.registry.number("Barry")])
        desk.be("Abe Noh")
        desk.client.post(address, {"about": "The certificate", "text": "I never agreed."})
        account = desk.shelf.registry.accounts["Barry"].id
        (kept,) = objections.objections_of(account)
        assert (kept.by, kept.text) == ("Abe Noh", "I never agreed.")
        assert "I never agreed." in text_of(desk.client.get(address))

        desk.be("Cy Dunn")
        assert "I never agreed." not in text_of(desk.client.get(address))
        desk.be("Ana Ruiz")
        assert "I never agreed." in text_of(desk.client.get(address))

    def test_an_empty_one_is_not_kept(self, desk: Desk) -> None:
        address = reverse("objections", args=[PROGRAM, desk.shelf.registry.number("Barry")])
        assert desk.client.post(address, {"about": "x", "text": " "}).status_code == 422
        assert objections.objections_of(desk.shelf.registry.accounts["Barry"].id) == []


class TestApplication:
    """PLAT-026: an applicant sees each step with its time and reason, and what is missing."""

    def test_the_receipt_leads_to_how_it_stands_and_it_can_be_withdrawn(self, desk: Desk) -> None:
        receipt = desk.go_through(
            reverse("act-application", args=[PROGRAM]),
            {"name": "Ana Trading", "owners": "Ana Trading LLC"},
        )
        assert "How it stands" in receipt
        (entry,) = application_reads.applications(program=PROGRAM, applicant=desk.person)
        address = reverse("application-progress", args=[entry.id])
        shown = text_of(desk.client.get(address))
        assert "Ana Trading LLC" in shown
        assert address in text_of(desk.client.get(reverse("own-applications")))
        assert reverse("own-applications") in text_of(desk.client.get(reverse("you")))
        assert "Submitted" in shown

        desk.client.post(address, {"do": "withdraw"})
        assert application_reads.application(entry.id).state == "withdrawn"  # type: ignore[union-attr]
        desk.be("Cy Dunn")
        assert desk.client.get(address).status_code == 403
