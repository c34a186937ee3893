"""Pages of user support: asking, answering, announcing, maintenance (PLAT-013, PLAT-014)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.adapters.roles_of_access import Everyone
from tests.contexts.registry import Registry
from trueup.audit import queries as audit
from trueup.support import services
from trueup.support.models import Announcement, HelpRequest, SavedSearch

pytestmark = pytest.mark.django_db

QUESTION = {
    "category": "transfers",
    "subject": "Where is it?",
    "text": "I sent 5 allowances to Barry.",
    "email": "nobody@example.org",
    "name": "Nobody",
}


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    for name in ("process", "default"):
        caches[name].clear()
    yield
    caches["process"].clear()


@pytest.fixture
def everyone() -> Everyone:
    return Everyone(registry=Registry())


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def asked(client: Client, **given: str) -> HelpRequest:
    answer = client.post(reverse("help-ask"), {**QUESTION, **given})
    assert answer.status_code == 302, text_of(answer)
    return HelpRequest.objects.latest("id")


def publish(**given: Any) -> None:
    now = timezone.now()
    values = {
        "kind": "maintenance",
        "audience": "all",
        "from_at": now - timedelta(minutes=1),
        "until_at": now + timedelta(hours=1),
        "texts": {
            "en": {"heading": "Maintenance", "text": "A new version."},
            "es": {"heading": "Mantenimiento", "text": "Una versión nueva."},
        },
        "by": "person:1",
        **given,
    }
    services.publish(at=now, **values)


class TestAsking:
    """PLAT-014, PLAT-154."""

    def test_a_stranger_asks_and_follows_the_request_by_its_address(self) -> None:
        client = Client(headers={"Referer": "http://testserver/cpp-mass/accounts/"})
        page = client.get(reverse("help-ask"))
        assert 'value="/cpp-mass/accounts/"' in text_of(page)
        row = asked(client, page="/cpp-mass/accounts/")

        other = Client().get(reverse("help-request", args=[row.key]))
        assert other.status_code == 200
        assert f"H-{row.pk:06d}" in text_of(other)
        assert row.page == "/cpp-mass/accounts/"

    def test_where_they_came_from_is_never_another_site(self) -> None:
        for given in ("//evil.example/x", "https://evil.example/", "javascript:alert(1)"):
            page = Client().get(reverse("help-ask"), {"from": given})
            assert page.context["form"].initial["page"] == ""

    def test_everything_wrong_at_once_keeps_what_was_typed(self) -> None:
        answer = Client().post(
            reverse("help-ask"),
            {"category": "x", "subject": "", "text": "شكرا <b>", "email": "no", "account": "Z9"},
        )

        shown = text_of(answer)
        assert answer.status_code == 422
        assert "شكرا &lt;b&gt;" in shown
        assert shown.count('class="usa-error-message"') == 4
        assert "error-summary" in shown

    def test_one_network_address_asks_ten_times_an_hour(self) -> None:
        for number in range(10):
            asked(Client(), email=f"a{number}@example.org")
        answer = Client().post(reverse("help-ask"), {**QUESTION, "email": "b@example.org"})

        assert answer.status_code == 429
        assert HelpRequest.objects.count() == 10

    def test_a_persons_request_is_that_persons_alone(self, everyone: Everyone) -> None:
        row = asked(everyone.clients["representative"])
        address = reverse("help-request", args=[row.key])

        assert row.person_id == everyone.ana
        assert everyone.clients["representative"].get(address).status_code == 200
        assert everyone.clients["other"].get(address).status_code == 404
        sent = Client().get(address)
        assert sent.status_code == 302
        assert "sign-in" in sent.headers["Location"]
        own = text_of(everyone.clients["representative"].get(reverse("help-requests")))
        assert f"H-{row.pk:06d}" in own

    def test_an_official_answers_the_asker_closes_and_says_how_it_went(
        self, everyone: Everyone
    ) -> None:
        row = asked(Client())
        helper = everyone.clients["helper"]
        desk = reverse("desk-help-request", args=[row.key])
        assert f"H-{row.pk:06d}" in text_of(helper.get(reverse("desk-help")))
        helper.post(desk, {"do": "note", "text": "A note."})
        helper.post(desk, {"do": "answer", "text": "It waits out its delay."})
        address = reverse("help-request", args=[row.key])
        seen = text_of(Client().get(address))
        assert "It waits out its delay." in seen
        assert "A note." not in seen

        Client().post(address, {"do": "close"})
        Client().post(address, {"do": "rate", "satisfaction": "solved"})
        row.refresh_from_db()
        assert (row.state, row.satisfaction) == ("closed", "solved")
        assert f"H-{row.pk:06d}" in text_of(helper.get(reverse("desk-help"), {"state": "closed"}))

    def test_an_empty_answer_is_said_beside_the_field_and_sends_nothing(
        self, everyone: Everyone
    ) -> None:
        row = asked(Client())
        desk = reverse("desk-help-request", args=[row.key])
        answer = everyone.clients["helper"].post(desk, {"do": "answer", "text": " "})

        assert answer.status_code == 422
        row.refresh_from_db()
        assert row.state == "open"


class TestAnnouncements:
    """PLAT-013, PLAT-014."""

    def test_what_is_published_is_on_every_page_in_the_readers_language(
        self, everyone: Everyone
    ) -> None:
        publish(kind="info")

        english = text_of(Client().get(reverse("home")))
        spanish = text_of(Client(headers={"Accept-Language": "es"}).get(reverse("home")))
        assert "A new version." in english
        assert "Una versión nueva." in spanish

    def test_an_official_publishes_and_takes_away(self, everyone: Everyone) -> None:
        admin = everyone.clients["administrator"]
        answer = admin.post(
            reverse("announcements"),
            {
                "kind": "warning",
                "audience": "signed_in",
                "from_at": "2020-01-01T08:00",
                "until_at": "2999-01-01T08:00",
                "heading_en": "Careful",
                "text_en": "Mails are late.",
                "by_mail": "on",
            },
        )
        assert answer.status_code == 302, text_of(answer)
        row = Announcement.objects.get()
        assert row.from_at.isoformat() == "2020-01-01T13:00:00+00:00"
        assert audit.notices_of(everyone.ana)[0].event == "announcement_published"
        assert "Mails are late." in text_of(everyone.clients["person"].get(reverse("home")))
        assert "Mails are late." not in text_of(Client().get(reverse("home")))

        admin.post(reverse("announcement-end", args=[row.pk]))
        assert "Mails are late." not in text_of(everyone.clients["person"].get(reverse("home")))

    def test_the_number_of_statements_does_not_grow_with_announcements(
        self, everyone: Everyone, django_assert_max_num_queries: Any
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        client = everyone.clients["person"]
        client.get(reverse("help"))

        def statements() -> int:
            with CaptureQueriesContext(connection) as found:
                client.get(reverse("help"))
            return len(found)

        before = statements()
        for _ in range(5):
            publish(kind="info")
        caches["process"].clear()
        assert statements() <= before + 1
        assert statements() == before


class TestMaintenance:
    """PLAT-013: within the window writes are refused, and reading goes on."""

    def test_pages_refuse_writes_with_the_sentence_and_reading_goes_on(self) -> None:
        publish()
        answer = Client().post(reverse("help-ask"), QUESTION)

        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 3000
        assert "nothing can be recorded" in text_of(answer)
        assert not HelpRequest.objects.exists()
        page = Client().get(reverse("home"))
        assert page.status_code == 200
        assert "Maintenance" in text_of(page)

    def test_the_data_interface_refuses_with_a_problem(self, everyone: Everyone) -> None:
        publish()
        answer: HttpResponse = everyone.clients["representative"].post(
            "/api/v1/cpp-mass/transfers", b"{}", content_type="application/json"
        )

        assert answer.status_code == 503
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "nothing can be recorded" in text_of(answer)
        assert Client().get("/api/v1/cpp-mass/accounts").status_code != 503

    def test_who_publishes_can_end_the_window(self, everyone: Everyone) -> None:
        publish()
        row = Announcement.objects.get()
        everyone.clients["administrator"].post(reverse("announcement-end", args=[row.pk]))

        assert asked(Client()).state == "open"

    def test_before_and_after_the_window_everything_goes_on(self) -> None:
        now = timezone.now()
        publish(from_at=now + timedelta(hours=1), until_at=now + timedelta(hours=2))

        assert "A new version." in text_of(Client().get(reverse("home")))
        assert asked(Client()).state == "open"


class TestSearches:
    """PLAT-017, PLAT-112."""

    def test_a_reader_keeps_a_search_runs_it_again_and_removes_it(self, everyone: Everyone) -> None:
        auditor = everyone.clients["auditor"]
        address = reverse("saved-searches")
        auditor.post(
            address,
            {"list": "audit", "name": "Grants", "query": "act=grant_role&after=7", "program": ""},
        )
        shown = text_of(auditor.get(address))
        assert f'{reverse("audit-trail")}?act=grant_role"' in shown
        assert "Grants" not in text_of(everyone.clients["administrator"].get(address))

        row = SavedSearch.objects.get()
        everyone.clients["administrator"].post(address, {"drop": row.pk})
        assert SavedSearch.objects.exists()
        auditor.post(address, {"drop": row.pk})
        assert not SavedSearch.objects.exists()

    def test_a_list_or_program_that_there_is_not_is_kept_by_nobody(
        self, everyone: Everyone
    ) -> None:
        for given in ({"list": "people"}, {"list": "holdings", "program": "none"}):
            everyone.clients["auditor"].post(reverse("saved-searches"), {"name": "x", **given})
        assert not SavedSearch.objects.exists()
