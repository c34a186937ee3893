"""Which language a page is in, and that machines are always answered in English."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}


def language_of(client: Client, **headers: str) -> str:
    answer = client.get("/sign-in/", headers=headers)
    return str(answer.headers["Content-Language"])


class TestLanguage:
    """Issue 4: Spanish for the public's and the representative's pages."""

    def test_the_browser_is_asked_and_english_is_the_rest(self, client: Client) -> None:
        assert language_of(client) == "en"
        assert language_of(client, **SPANISH) == "es"
        assert language_of(client, **{"Accept-Language": "fr"}) == "en"

    def test_what_was_chosen_is_remembered_and_wins(self, client: Client) -> None:
        answer = client.post(reverse("set_language"), {"language": "en", "next": "/help/?q=1"})

        assert (answer.status_code, answer["Location"]) == (302, "/help/?q=1")
        cookie = client.cookies[settings.LANGUAGE_COOKIE_NAME]
        assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")
        assert language_of(client, **SPANISH) == "en"

    @pytest.mark.parametrize(
        "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"]
    )
    def test_the_way_back_never_leads_away(self, client: Client, back: str) -> None:
        answer = client.post(reverse("set_language"), {"language": "es", "next": back})

        assert answer["Location"] == "/"

    @pytest.mark.parametrize("chosen", ["", "fr", "es\r\nSet-Cookie: x=y", "../../etc"])
    def test_a_language_that_there_is_not_is_not_remembered(
        self, client: Client, chosen: str
    ) -> None:
        client.post(reverse("set_language"), {"language": chosen, "next": "/"})

        assert settings.LANGUAGE_COOKIE_NAME not in client.cookies

    def test_a_language_is_chosen_by_a_form_of_ours_alone(self) -> None:
        strict = Client(enforce_csrf_checks=True)

        assert strict.post(reverse("set_language"), {"language": "es"}).status_code == 403
        assert strict.get(reverse("set_language")).status_code == 405

    def test_a_cache_keeps_the_languages_of_a_page_apart(self, client: Client) -> None:
        answer = client.get("/sign-in/")

        varied = {name.strip() for name in answer.headers["Vary"].split(",")}
        assert {"Cookie", "Accept-Language"} <= varied


class TestDataInterface:
    """What machines read is what is recorded: English (docs/decisions/0220)."""

    @pytest.mark.parametrize("address", ["openapi.json", "programs/cpp-mass/accounts/NONE"])
    def test_its_answers_are_english_whatever_is_asked_for(
        self, client: Client, address: str
    ) -> None:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"

        english = Client().get(f"/api/v1/{address}")
        spanish = client.get(f"/api/v1/{address}", headers=SPANISH)

        assert english.content == spanish.content
        assert spanish.headers.get("Content-Language", "en") == "en"
        assert "Accept-Language" not in spanish.headers.get("Vary", "")
