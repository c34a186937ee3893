"""A sponsor at a browser: Fay Ito of Sand Hill Wind, with an authenticator, on the clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.adapters.second_factor import Codes
from tests.adapters.web_books import Page
from tests.contexts.resources_registry import PROGRAM, WIND, ResourceRegistry
from trueup.accounts.models import Person
from trueup.resources.entries import ResourceSpec
from trueup.rules.statements import statements_of
from trueup.signing import services as signing
from trueup.signing.entries import Evidence
from trueup.signing.models import Agreement

STEPS_MAX = 20
_TEXTAREA = re.compile(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>')
_SELECT = re.compile(r'<select name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_SELECTED = re.compile(r'<option value="([^"]*)" selected')


class SponsorDesk:
    """A person at a browser, with the registry of resources behind it."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        settings: Settings,
        tmp_path: Path,
        *,
        program: str = PROGRAM,
        spec: ResourceSpec = WIND,
    ) -> None:
        settings.VAR_DIR = tmp_path
        self.spec, self.program = spec, program
        self.registry = ResourceRegistry(program=program)
        monkeypatch.setattr("trueup.web.signed_acts.now", self.registry.tick)
        self.registry.describe(spec)
        self.be("Fay Ito")

    def be(self, name: str) -> Client:
        """Let a person sit down at the browser."""
        user, _ = User.objects.get_or_create(username=name.split(maxsplit=1)[0].lower())
        person = self.registry.person(name)
        Person.objects.filter(id=person).update(user=user)
        if not Agreement.objects.filter(person_id=person).exists():
            signing.accept_agreement(
                person=person,
                evidence=Evidence(method="console"),
                accepted_at=self.registry.tick(),
            )
        self.client, self.codes = Client(), Codes(user)
        self.client.force_login(user)
        return self.client

    @property
    def wind(self) -> int:
        return self.registry.resources[self.spec.name].id

    def address(self, act: str, thing: int | str | UUID | None = None) -> str:
        return reverse(f"act-{act}", args=[self.program, self.wind if thing is None else thing])

    def page(self, place: str, *, status: int = 200) -> Page:
        answer = self.client.get(place, follow=True)
        assert answer.status_code == status, answer.content.decode()[:2000]
        page = Page(answer.content.decode())
        assert page.problems() == [], page.problems()
        return page

    def walk(self, place: str, answers: dict[str, Any]) -> str:
        """Answer every page of a journey; the address of the page that checks the answers.

        What a page fills in itself is sent as it stands, and `answers` besides; a file can
        be sent once.
        """
        for _ in range(STEPS_MAX):
            page = self.page(place)
            sent = {**filled_in(page), **on_page(page, answers)}
            answer = self.client.post(place, sent)
            assert answer.status_code == 302, (place, Page(answer.content.decode()).text)
            place = str(answer["Location"])
            if place.endswith("/check/"):
                return place
        raise AssertionError(f"the journey has no end: {place}")

    def code(self) -> str:
        """The code that the authenticator shows now; time passes until it is a new one."""
        self.registry.now += timedelta(seconds=31)
        return self.codes.at(self.registry.now + timedelta(seconds=1))

    def sign(self, place: str, **more: Any) -> HttpResponse:
        """Accept every statement on the page and give a code."""
        page = self.page(place)
        (nonce,) = [tag for tag in page.of("input") if tag.get("name") == "nonce"]
        values = {
            "nonce": nonce["value"],
            "accepted": tuple(statements_of(self.program)),
            "code": self.code(),
            **more,
        }
        return self.client.post(place, values)

    def sign_journey(self, act: str, answers: dict[str, Any], thing: Any = None) -> str:
        """Answer a journey, sign it, and give the text of the receipt."""
        check = self.walk(self.address(act, thing), answers)
        return self.receipt(check.removesuffix("check/"))

    def sign_form(self, act: str, answers: dict[str, Any], thing: Any = None) -> str:
        """Fill in an act's one form, sign it, and give the text of the receipt."""
        place = self.address(act, thing)
        self.page(place)
        answer = self.client.post(place, answers)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        return self.receipt(str(answer["Location"]))

    def receipt(self, place: str) -> str:
        answer = self.sign(place)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        return self.page(str(answer["Location"])).text

    def on(self, day: str) -> datetime:
        return self.registry.on(day)


def csv_file(text: str, name: str = "meter.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def filled_in(page: Page) -> dict[str, Any]:
    """What the page's own fields say already."""
    sent: dict[str, Any] = {}
    for tag in page.of("input"):
        name, kind = tag.get("name", ""), tag.get("type", "text")
        if not name or kind in ("file", "submit") or name == "csrfmiddlewaretoken":
            continue
        if kind in ("radio", "checkbox") and "checked" not in tag:
            continue
        sent[name] = tag.get("value", "on" if kind in ("radio", "checkbox") else "")
    for name, text in _TEXTAREA.findall(page.html):
        sent[name] = unescape(text).lstrip("\n")
    for name, options in _SELECT.findall(page.html):
        chosen = _SELECTED.search(options)
        if chosen is not None:
            sent[name] = chosen[1]
    return sent


def on_page(page: Page, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers to what a page asks; one that is a list is given away piece by piece."""
    asked = {attributes.get("name", "") for _tag, attributes in page.tags}
    found = {}
    for name in [name for name in answers if name in asked]:
        value = answers[name]
        if isinstance(value, list):
            if value:
                found[name] = value.pop(0)
        else:
            found[name] = value
    return found
