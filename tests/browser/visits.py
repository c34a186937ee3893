"""Pages that an address alone does not show: to another role, in Spanish, on the way, or a no."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Page, Route

from tests.browser.cast import Cast
from tests.browser.things import PASSER, PASSER_PASSWORD
from trueup.web import help_topics

Go = Callable[[Page, Cast], None]
# The pages of a site that cannot be asked in earnest: they are shown as they are rendered.
RENDERED: Mapping[str, Mapping[str, Any]] = {
    "500.html": {},
    "429.html": {},
    "web/bad_request.html": {},
    "web/csrf_failure.html": {},
    "web/not_signed_in.html": {},
    "web/document_refused.html": {"is_long": True},
    "web/signing/too_much.html": {"blocks_max": 10_000, "files_max": 0, "back": "/"},
    "web/support/maintenance.html": {"sentence": "The registry is back at noon."},
}
# Pages of the journeys of sponsors and verifiers that have a template of their own.
OF_RESOURCES = (
    ("application_draft", "showings", "sponsor/step_showings"),
    ("report_draft", "meters", "sponsor/step_meters"),
    ("report_draft", "mwh", "sponsor/step_mwh"),
    ("report_draft", "files", "sponsor/step_files"),
    ("verification_draft", "mwh", "verifier/step_report"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """How a page is come to.

    Attributes:
        shows: Templates that it is there for.
        settings: Of the installation.
    """

    name: str
    role: str
    go: Go
    shows: tuple[str, ...]
    language: str = "en"
    settings: Mapping[str, Any] = field(default_factory=dict)


def visits() -> list[Visit]:
    """All of them."""
    return [*_rendered(), *_topics(), *_of_others(), *_on_the_way()]


def _rendered() -> Iterator[Visit]:
    for template, values in RENDERED.items():
        yield Visit(name=template, role="anonymous", go=_shown(template, values), shows=(template,))


def _shown(template: str, values: Mapping[str, Any]) -> Go:
    def go(page: Page, _cast: Cast) -> None:
        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        body = render_to_string(template, dict(values), request=request)

        def answer(route: Route) -> None:
            route.fulfill(body=body, content_type="text/html; charset=utf-8")

        page.route("**/rendered/", answer)
        page.goto("/rendered/")

    return go


def _to(address: str, /, **named: str) -> Go:
    """To an address; what it names are things of the cast, or else the words themselves."""

    def go(page: Page, cast: Cast) -> None:
        known = cast.things | cast.numbers
        page.goto(
            reverse(address, kwargs={key: known.get(word, word) for key, word in named.items()})
        )

    return go


def _topics() -> Iterator[Visit]:
    """Every text of help, in each language that has it."""
    folder = Path(help_topics.__file__).parent / "templates" / "web" / "help"
    for path in sorted(folder.glob("??/*.html")):
        language, topic = path.parent.name, path.stem
        yield Visit(
            name=f"help on {topic}, {language}",
            role="anonymous",
            go=_to("help-words") if topic == "words" else _to("help-topic", topic=topic),
            shows=(f"web/help/{language}/{topic}.html",),
            language=language,
        )


def _of_others() -> Iterator[Visit]:
    """Pages that show their own people more than others."""
    yield Visit(
        name="account, its representative",
        role="representative",
        go=_to("account", code="cpp-mass", number="representative"),
        shows=("web/account_own.html", "web/account_people.html"),
    )
    yield Visit(
        name="not found",
        role="anonymous",
        go=_to("facility", code="cpp-mass", oris_code="99999"),
        shows=("web/not_found.html",),
    )
    yield Visit(
        name="forbidden",
        role="person",
        go=_to("desk"),
        shows=("web/forbidden.html",),
    )
    yield Visit(
        name="government banner",
        role="anonymous",
        go=_to("home"),
        shows=("web/government_banner.html",),
        settings={"TRUEUP_BANNER": "government"},
    )


def _on_the_way() -> Iterator[Visit]:
    """What is come to by answering what is before it."""
    for step in ("receiver", "warnings"):
        yield Visit(
            name=f"transfer, {step}",
            role="representative",
            go=_to("sign-step", key="checked_draft", name=step),
            shows=(f"web/signing/step_{step}.html",),
        )
    for key, step, template in OF_RESOURCES:
        yield Visit(
            name=f"{key}, {step}",
            role="verifier" if key == "verification_draft" else "representative",
            go=_to("sign-step", key=key, name=step),
            shows=(f"web/{template}.html",),
        )
    yield Visit(
        name="top-up, amounts",
        role="representative",
        go=_amounts,
        shows=("web/signing/step_amounts.html",),
    )
    yield Visit(
        name="bids, quantity and price",
        role="representative",
        go=_to("sign-step", key="bids_draft", name="bids"),
        shows=("web/signing/step_bids.html",),
    )
    for name, role in (("auction", "anonymous"), ("desk-auction", "administrator")):
        yield Visit(
            name=f"{name}, open",
            role=role,
            go=_to(name, code="rggi-md", auction="open_auction"),
            shows=("web/auctions/notice.html", "web/auctions/draw.html"),
        )
    yield Visit(
        name="account-auction, open",
        role="representative",
        go=_to("account-auction", code="rggi-md", number="bidder", auction="open_auction"),
        shows=("web/auctions/own.html",),
    )
    yield Visit(
        name="sign in, second factor",
        role="anonymous",
        go=_sign_in,
        shows=("mfa/authenticate.html",),
    )
    yield Visit(name="a person", role="helper", go=_look, shows=("web/support/person.html",))


def _amounts(page: Page, cast: Cast) -> None:
    _to("act-top-up", code="cpp-mass", number="reserve")(page, cast)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/amounts/")


def _sign_in(page: Page, cast: Cast) -> None:
    _to("sign-in")(page, cast)
    page.locator("main input[name=login]").fill(PASSER)
    page.locator("main input[type=password]").fill(PASSER_PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/sign-in/code/**")


def _look(page: Page, cast: Cast) -> None:
    """The second window of the same sign-in finds the person's page open already."""
    _to("desk-person", person="ana")(page, cast)
    acts = page.locator("main form[action$='/act/']")
    if not acts.count():
        page.locator("main [name=reason]").fill("She asked why her transfer waits.")
        page.locator("main form:has([name=reason]) button[type=submit]").first.click()
        acts.first.wait_for()
