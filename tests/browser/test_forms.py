"""Each form with everything wrong at once says so and keeps what was typed (PLAT-003, PLAT-054)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

from tests.browser import addresses
from tests.browser.addresses import Find, Found
from tests.browser.cast import Cast
from tests.browser.forms import Form, Forms
from tests.browser.site import Site

# How the pages say that something is wrong.
SAID = ("error-summary", "usa-error-message", "usa-alert--error")
# Fields that are emptied on purpose, because they are typed anew.
TYPED_ANEW = frozenset({"code", "password", "oldpassword", "password1", "password2", "ending"})


class TestEveryForm:
    """PLAT-003: nobody types anything twice."""

    def test_keeps_what_was_typed_when_all_of_it_is_wrong(
        self, cast: Cast, find: Find, demonstration: Site
    ) -> None:
        problems: list[str] = []
        asked = 0
        for name in addresses.names():
            found = find(name)
            if found.kind == "page":
                number, wrong = _in_a_thread(cast, found)
                asked += number
                problems += wrong

        assert not problems, "\n".join(problems)
        assert asked > 40


def _in_a_thread(cast: Cast, found: Found) -> tuple[int, list[str]]:
    """Playwright's loop runs in the thread of the tests."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_ask, cast, found).result()


def _ask(cast: Cast, found: Found) -> tuple[int, list[str]]:
    client = cast.clients[found.role]
    try:
        page = client.get(found.address, headers={"Accept": "text/html"})
        forms = [form for form in Forms(page.content.decode()).found if form.typed]
        wrong = [sentence for form in forms for sentence in _sent(client, found, form)]
        return len(forms), wrong
    finally:
        connections.close_all()


def _sent(client: Any, found: Found, form: Form) -> list[str]:
    """What is wrong with the answer to a form with everything wrong."""
    sent = form.wrong()
    target = form.action or found.address
    answer = client.post(target, sent, headers={"Accept": "text/html"})
    where = f"{found.name} as {found.role} at {target}"
    if answer.status_code == 302:
        return []  # What it takes is a person's own words, of which none are wrong.
    if answer.status_code >= 500:
        return [f"{where}: {answer.status_code}"]
    html = answer.content.decode()
    same = [one for one in Forms(html).found if one.typed & form.typed]
    if not same:
        return [f"{where}: {answer.status_code}, and the form is gone"]
    kept = same[0].kept()
    lost = [
        f"{where}: {name} was {sent[name]}, and is {kept.get(name)}"
        for name in sorted(form.typed - TYPED_ANEW)
        if name in sent and [_lines(one) for one in kept.get(name, [])] != sent[name]
    ]
    if not any(word in html for word in SAID):
        lost.append(f"{where}: {answer.status_code}, and nothing says what is wrong")
    return lost


def _lines(text: str) -> str:
    """A text as it was typed: the first line break after `<textarea>` is not part of it."""
    return text.removeprefix("\n")
