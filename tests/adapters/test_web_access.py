"""Every page has a rule of access, and the rule holds."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.adapters.web_books import PROGRAM
from trueup.web import access

# The data interface has rules of its own, tested where it is.
NOT_PAGES = ("api/",)

# Arguments for the addresses of pages that need a sign-in, where they have any.
ARGUMENTS: dict[str, list[object]] = {
    "transfer": [PROGRAM, UUID(int=7)],
    "mfa_remove_webauthn": [7],
    "mfa_edit_webauthn": [7],
}


def patterns() -> Iterator[tuple[str, URLPattern]]:
    waiting: list[tuple[str, URLPattern | URLResolver]] = [
        ("", pattern) for pattern in get_resolver().url_patterns
    ]
    while waiting:
        before, pattern = waiting.pop()
        address = before + str(pattern.pattern)
        if address.startswith(NOT_PAGES):
            continue
        if isinstance(pattern, URLResolver):
            waiting.extend((address, inner) for inner in pattern.url_patterns)
        else:
            yield address, pattern


def test_every_page_has_a_rule_of_access() -> None:
    """PLAT-004: the list is generated, so none can be forgotten."""
    pages = dict(patterns())

    without = [a for a, page in pages.items() if access.rule_of(page.callback) is None]

    assert len(pages) > 20
    assert without == []


def test_a_view_without_a_decorator_would_be_found() -> None:
    assert access.rule_of(lambda request: None) is None


@pytest.mark.django_db
class TestSignedIn:
    """PLAT-004: no page that is not public runs for a stranger."""

    def test_a_stranger_is_sent_to_sign_in_and_back(self, client: Client) -> None:
        closed = [
            page.name
            for _, page in patterns()
            if (rule := access.rule_of(page.callback)) and rule.kind == access.SIGNED_IN
        ]

        assert {"you", "mfa_index", "sessions"} <= set(closed)
        for name in closed:
            address = reverse(str(name), args=ARGUMENTS.get(str(name), []))
            answer = client.get(address, headers={"Accept": "text/html"})
            assert answer.status_code == 302
            assert answer["Location"] == f"{reverse('sign-in')}?next={address}"

    def test_signing_out_by_a_link_is_not_possible(self, client: Client) -> None:
        assert client.get(reverse("sign-out")).status_code == 405


def link(person: int, user: User) -> None:
    from trueup.accounts.models import Person

    Person.objects.filter(id=person).update(user=user)
