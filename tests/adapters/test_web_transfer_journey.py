"""The journey of a transfer: one thing a page, kept on the server, submitted once."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.http import HttpResponse
from django.urls import reverse

from tests.adapters.api_books import PROGRAM
from tests.adapters.signing_desk import STATEMENT, Desk
from tests.adapters.web_books import Page
from trueup.audit import queries as audit
from trueup.signing.models import Draft, Signature
from trueup.transfers import services as transfers
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def text_of(answer: HttpResponse) -> str:
    page = Page(answer.content.decode())
    assert page.problems() == [], page.problems()
    return unescape(page.text)


def begin(desk: Desk, quantity: str = "100") -> str:
    """Say what goes; the address of the page that comes next."""
    sent = {"by": "vintage", "quantity_2022": quantity}
    answer = desk.client.post(desk.address("transfer"), sent)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def key_of(place: str) -> str:
    return place.split("/")[2]


class TestOneThingAPage:
    """PLAT-050, PLAT-051: each page asks one thing, and the draft has what was answered."""

    def test_each_page_says_where_one_is_and_what_was_answered(self, desk: Desk) -> None:
        number = desk.shelf.registry.number("Gulf Brokers")
        first = text_of(desk.client.get(desk.address("transfer")))
        assert "Step 1 of 6" in first
        assert "1,000" in first

        to = begin(desk)
        assert to.endswith("/steps/to/")
        assert "Step 2 of 6" in text_of(desk.client.get(to))
        receiver = desk.client.post(to, {"destination": number})["Location"]
        shown = text_of(desk.client.get(receiver))

        assert "Gulf Brokers" in shown
        assert number in shown
        assert "open" in shown
        assert "100 allowances" in shown

    def test_the_answers_are_checked_with_a_link_to_change_each(self, desk: Desk) -> None:
        check = desk.walk("transfer", desk.answers(note="for May"))

        page = desk.client.get(check)

        shown = text_of(page)
        assert "Not submitted" in shown
        assert "AL-2022-1 to AL-2022-100" in shown
        assert "recorded at once" in shown
        for name in ("what", "to", "receiver", "warnings"):
            assert reverse("sign-step", args=[key_of(check), name]) in page.content.decode()

    def test_what_happens_is_said_before_anything_is_signed(self, desk: Desk) -> None:
        check = desk.walk("transfer", desk.answers())

        shown = text_of(desk.client.get(check))

        said = shown.index("What happens when you have signed")
        assert "You get a receipt, and both accounts are told" in shown
        assert said < shown.index("Continue to sign")
        assert desk.total == 1000

    def test_what_it_would_be_refused_for_is_said_before_anything_is_signed(
        self, desk: Desk
    ) -> None:
        check = desk.walk("transfer", desk.answers())
        desk.shelf.registry.transfer("Barry", "Cane", 2022, 1000)

        shown = text_of(desk.client.get(check))

        assert "What happens when you have signed" not in shown
        assert "Continue to sign" not in shown

    def test_no_page_can_be_jumped_over(self, desk: Desk) -> None:
        to = begin(desk)
        key = key_of(to)
        for name in ("sign", "sign-check", "draft"):
            place = str(
                desk.client.get(reverse(name, args=[key]), follow=True).redirect_chain[-1][0]
            )
            assert place == to, name
        step = reverse("sign-step", args=[key, "warnings"])
        assert desk.client.get(step)["Location"] == to
        assert desk.client.post(reverse("sign", args=[key]), {"code": desk.code()})["Location"]
        assert desk.total == 1000

    def test_another_receiver_is_confirmed_anew(self, desk: Desk) -> None:
        check = desk.walk("transfer", desk.answers())
        to = reverse("sign-step", args=[key_of(check), "to"])
        number = desk.shelf.registry.number("Cane")

        answer = desk.client.post(to, {"destination": number})

        assert answer["Location"].endswith("/steps/receiver/")
        assert desk.client.get(check.removesuffix("check/"))["Location"].endswith("/draft/")

    @pytest.mark.parametrize("ending", ["", "XXXX", "0000"])
    def test_the_end_of_the_number_confirms_the_receiver(self, desk: Desk, ending: str) -> None:
        to = begin(desk)
        number = desk.shelf.registry.number("Gulf Brokers")
        receiver = desk.client.post(to, {"destination": number})["Location"]

        answer = desk.client.post(receiver, {"ending": ending})

        assert answer.status_code == 422
        assert 'id="id_ending_error"' in answer.content.decode()

    @pytest.mark.parametrize(
        ("wrong", "place"),
        [
            ({"destination": "G00000000009"}, "destination"),
            ({"destination": ""}, "destination"),
            ({"destination": "own"}, "destination"),
            ({"note": "a\u202eb"}, "note"),
            ({"reference": "x" * 101}, "reference"),
        ],
    )
    def test_each_problem_is_beside_its_field(
        self, desk: Desk, wrong: dict[str, str], place: str
    ) -> None:
        to = begin(desk)
        if wrong.get("destination") == "own":
            wrong = {"destination": desk.shelf.registry.number("Barry")}

        answer = desk.client.post(to, {"destination": "G1", "note": "kept <b>", **wrong})

        assert answer.status_code == 422
        assert f'id="id_{place}_error"' in answer.content.decode()
        assert "note" in wrong or "kept &lt;b&gt;" in answer.content.decode()

    @pytest.mark.parametrize("quantity", ["ten", "-1", "5000", "1.5", "\u0661\u0662"])
    def test_a_quantity_that_cannot_go_is_kept_and_explained(
        self, desk: Desk, quantity: str
    ) -> None:
        sent = {"by": "vintage", "quantity_2022": quantity}

        answer = desk.client.post(desk.address("transfer"), sent)

        assert answer.status_code == 422
        assert 'id="id_quantity_2022_error"' in answer.content.decode()
        assert f'value="{quantity}"' in answer.content.decode()
        assert not Draft.objects.filter(act="transfer").exists()

    def test_everything_wrong_at_once_keeps_what_was_typed(self, desk: Desk) -> None:
        to = begin(desk)
        typed = {"destination": "no such", "reference": "ב" * 101, "note": "a\u202eb שלום"}

        answer = desk.client.post(to, typed)

        html = unescape(answer.content.decode())
        assert answer.status_code == 422
        for name in ("destination", "reference", "note"):
            assert f'id="id_{name}_error"' in html
            assert typed[name] in html


class TestKept:
    """The draft outlives the browser, the session and the day."""

    def test_one_goes_on_the_next_day(self, desk: Desk) -> None:
        to = begin(desk)
        desk.shelf.registry.now += timedelta(days=20)

        listed = text_of(
            desk.client.get(
                reverse("transfers", args=[PROGRAM, desk.shelf.registry.number("Barry")])
                + "?list=drafts"
            )
        )

        assert "Not submitted" in listed
        assert desk.client.get(reverse("draft", args=[key_of(to)]))["Location"] == to
        desk.shelf.registry.now += timedelta(days=11)
        assert desk.client.get(to).status_code in (403, 404)

    def test_a_lost_session_returns_to_the_page_it_was_lost_on(self, desk: Desk) -> None:
        to = begin(desk)
        desk.client.logout()

        posted = desk.client.post(to, {"destination": "G1"})
        read = desk.client.get(to, headers={"accept": "text/html"})

        assert posted.status_code == 401
        assert f"next={to}" in unescape(posted.content.decode()).replace("%2F", "/")
        assert read["Location"].replace("%2F", "/").endswith(f"next={to}")
        desk.be("Ana Ruiz")
        assert desk.client.get(to).status_code == 200

    def test_a_draft_is_thrown_away(self, desk: Desk) -> None:
        to = begin(desk)
        discard = reverse("sign-discard", args=[key_of(to)])

        assert desk.client.get(discard).status_code == 405
        assert desk.client.post(discard).status_code == 302

        assert not Draft.objects.filter(key=key_of(to)).exists()
        assert desk.client.get(to).status_code == 403

    def test_of_another_persons_draft_nobody_learns(self, desk: Desk) -> None:
        to = begin(desk)
        check = reverse("sign-check", args=[key_of(to)])
        desk.be("Cy Dunn")

        for place in (to, check, reverse("draft", args=[key_of(to)])):
            assert desk.client.get(place).status_code == 403
        discard = reverse("sign-discard", args=[key_of(to)])
        assert desk.client.post(discard).status_code == 403

    def test_the_owner_is_reminded_twice_before_the_deadline(self, desk: Desk) -> None:
        begin(desk)
        registry = desk.shelf.registry
        registry.on("2025-04-22")
        Draft.objects.update(changed_at=registry.now)

        told = []
        for day in ("2025-04-23", "2025-04-25", "2025-04-26", "2025-04-30", "2025-05-01"):
            transfers.remind_of_drafts(program=PROGRAM, now=registry.on(day))
            told.append(len(audit.notices_of(desk.person, event="draft_not_submitted")))

        assert told == [0, 1, 1, 2, 2]
        (latest, _) = audit.notices_of(desk.person, event="draft_not_submitted")
        assert "Not submitted" in latest.subject
        assert "Barry" in latest.body


class TestOnce:
    """PLAT-054: back, a second window and a double click submit nothing twice."""

    def test_the_pages_of_what_was_signed_lead_to_its_receipt(self, desk: Desk) -> None:
        check = desk.walk("transfer", desk.answers())
        key = key_of(check)
        desk.sign(check.removesuffix("check/"))

        receipt = reverse("sign-receipt", args=[key])
        for place in (
            check,
            reverse("sign-step", args=[key, "what"]),
            reverse("draft", args=[key]),
        ):
            assert desk.client.get(place)["Location"] == receipt
        to = reverse("sign-step", args=[key, "to"])
        assert desk.client.post(to, {"destination": "G1"})["Location"] == receipt
        assert desk.client.post(reverse("sign-discard", args=[key]))["Location"] == receipt
        assert (
            Transfer.objects.count() == Signature.objects.filter(document="transfer").count() == 1
        )
        assert "Step 6 of 6" in text_of(desk.client.get(receipt))

    def test_what_was_changed_after_the_text_was_shown_is_not_signed(self, desk: Desk) -> None:
        check = desk.walk("transfer", desk.answers())
        place = check.removesuffix("check/")
        nonce = desk.nonce(place)
        what = reverse("sign-step", args=[key_of(check), "what"])
        desk.client.post(what, {"by": "vintage", "quantity_2022": "900"})

        sent = {"nonce": nonce, "accepted": STATEMENT.key, "code": desk.code()}
        answer = desk.client.post(place, sent)

        assert answer["Location"].endswith("/draft/")  # Nine tenths of the account: a warning.
        assert desk.total == 1000


class TestWarnings:
    """PLAT-080, PLAT-094: what is unusual is read and ticked before it is signed."""

    def warnings(self, desk: Desk, **more: object) -> str:
        to = begin(desk, str(more.pop("quantity", "100")))
        number = desk.shelf.registry.number("Gulf Brokers")
        receiver = desk.client.post(to, {"destination": number, **more})["Location"]
        return str(desk.client.post(receiver, {"ending": number[-4:]})["Location"])

    def test_the_first_transfer_to_an_account_is_told(self, desk: Desk) -> None:
        place = self.warnings(desk)
        assert place.endswith("/steps/warnings/")
        assert "The first transfer to this account" in text_of(desk.client.get(place))

        answer = desk.client.post(place, {})

        assert answer.status_code == 422
        assert 'id="id_read_0_error"' in answer.content.decode()

    def test_without_anything_unusual_there_is_no_such_page(self, desk: Desk) -> None:
        desk.sign(desk.draft(quantity="1"))
        desk.shelf.registry.now += timedelta(minutes=11)

        assert self.warnings(desk, quantity="1").endswith("/check/")

    def test_the_same_again_within_minutes_is_told(self, desk: Desk) -> None:
        desk.sign(desk.draft(quantity="7"))

        place = self.warnings(desk, quantity="7")

        assert "The same again within minutes" in text_of(desk.client.get(place))

    def test_a_large_share_is_told_with_its_figures(self, desk: Desk) -> None:
        place = self.warnings(desk, quantity="501")
        shown = text_of(desk.client.get(place))
        assert "501 of the 1,000 allowances" in shown
        assert "50%" in shown

    def test_a_facility_that_would_be_short_is_told(self, desk: Desk) -> None:
        registry = desk.shelf.registry
        registry.on("2024-02-01")
        registry.report("Barry", ("1", 2022, 300), ("1", 2023, 300), ("2", 2022, 300))

        place = self.warnings(desk, quantity="200")

        shown = text_of(desk.client.get(place))
        assert "It leaves the facility short" in shown
        assert "100 allowances too few" in shown

    def test_a_warning_that_comes_up_later_stops_the_signature(self, desk: Desk) -> None:
        first, second = desk.draft(quantity="7"), desk.draft(quantity="7")
        nonce = desk.nonce(second)
        desk.sign(first)

        sent = {"nonce": nonce, "accepted": STATEMENT.key, "code": desk.code()}
        answer = desk.client.post(second, sent)

        assert answer["Location"].endswith("/draft/")
        assert desk.total == 993
        place = desk.client.get(answer["Location"])["Location"]
        assert "The same again within minutes" in text_of(desk.client.get(place))


class TestStale:
    """PLAT-051: serial numbers that have moved meanwhile are explained, with what to do."""

    def test_the_check_says_where_they_are_now(self, desk: Desk) -> None:
        check = desk.walk("transfer", desk.answers())
        desk.shelf.registry.transfer("Barry", "Cane", 2022, 60)

        page = desk.client.get(check)

        shown = text_of(page)
        assert "would not be recorded" in shown
        assert "AL-2022-1 to AL-2022-60" in shown
        assert "Cane" in shown
        assert "Choose again what goes" in shown
        assert "Continue to sign" not in shown
        assert desk.sign(check.removesuffix("check/"))["Location"] == check
        assert desk.total == 940
        assert not Signature.objects.filter(document="transfer").exists()

    def test_what_waits_in_a_transfer_of_its_own_is_linked(self, desk: Desk) -> None:
        check = desk.walk("transfer", desk.answers())
        account = desk.shelf.registry.accounts["Barry"].id
        transfers.require_second_person(
            account=account, person=desk.person, at=desk.shelf.registry.tick()
        )
        desk.shelf.registry.transfer("Barry", "Cane", 2022, 60)

        shown = text_of(desk.client.get(check))

        assert "kept back for a transfer of this account that waits" in shown


class TestLists:
    """PLAT-007, PLAT-052: one's transfers in users' words, by direction and state."""

    def listed(self, desk: Desk, query: str, account: str = "Barry") -> str:
        number = desk.shelf.registry.number(account)
        return text_of(desk.client.get(reverse("transfers", args=[PROGRAM, number]) + query))

    def test_each_side_sees_what_is_its_own(self, desk: Desk) -> None:
        desk.sign(desk.draft(quantity="7", reference="ours"))
        assert "Gulf Brokers" in self.listed(desk, "")
        assert "Recorded" in self.listed(desk, "?list=out&state=recorded")
        assert "There are none here" in self.listed(desk, "?list=out&state=refused")
        assert "There are none here" in self.listed(desk, "?list=in")
        desk.be("Cy Dunn")
        assert "Barry" in self.listed(desk, "?list=in", "Gulf Brokers")

    def test_what_is_not_submitted_is_not_the_receivers_to_see(self, desk: Desk) -> None:
        registry = desk.shelf.registry
        account = registry.accounts["Barry"].id
        transfers.require_second_person(account=account, person=desk.person, at=registry.tick())
        registry.transfer("Barry", "Gulf Brokers", 2022, 60)

        assert "Waits for a second signature" in self.listed(desk, "")
        desk.be("Cy Dunn")
        assert "There are none here" in self.listed(desk, "?list=in", "Gulf Brokers")
