"""What a thief would try at the door; each is a test that the attempt fails."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tests.adapters.signing_in import (
    PASSWORD,
    add_factor,
    code,
    give_code,
    give_password,
    is_signed_in,
    make_user,
    sign_in,
)
from tests.adapters.web_books import PROGRAM, Books, small_program
from trueup.audit import queries as audit
from trueup.identity import queries as identity
from trueup.identity import services as identity_services
from trueup.identity.models import CacheEntry
from trueup.transfers import services as transfers

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "ochre-lantern-tuba-9-meadow"


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Counts how often a password is hashed, which is what takes the time at sign-in."""
    counted: list[str] = []
    hasher = hashers.get_hasher("default")
    encode = type(hasher).encode

    def counting(self: Any, password: str, *args: Any, **values: Any) -> Any:
        counted.append(password)
        return encode(self, password, *args, **values)

    monkeypatch.setattr(type(hasher), "encode", counting)
    return counted


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes while a thousand attempts are made, however slow the machine."""
    from allauth.core.internal import ratelimit
    from django.core.cache.backends import db

    from trueup.web.authentication import adapters

    now = timezone.now()
    stopped = SimpleNamespace(now=lambda: now)
    still = SimpleNamespace(time=now.timestamp, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(ratelimit, "time", still)
    monkeypatch.setattr(db, "tz_now", lambda: now)
    monkeypatch.setattr(adapters, "timezone", stopped)


class TestCodesTwice:
    """RFC 6238, section 5.2: a code is used once."""

    def test_a_code_that_was_seen_over_a_shoulder_opens_nothing(self, client: Client) -> None:
        make_user("ana")
        seen = code()
        give_password(client, "ana")
        give_code(client, seen)
        assert is_signed_in(client)
        thief = Client()
        give_password(thief, "ana")

        assert "used before" in give_code(thief, seen).content.decode()
        assert not is_signed_in(thief)

    def test_not_even_when_the_cache_has_forgotten_it(self, client: Client) -> None:
        """allauth remembers for 30 seconds; with our tolerance a code lives for 90."""
        make_user("ana")
        seen = code(1)
        give_password(client, "ana")
        give_code(client, seen)
        cache.clear()
        thief = Client()
        give_password(thief, "ana")

        give_code(thief, seen)

        assert not is_signed_in(thief)

    def test_a_code_that_signed_something_does_not_sign_in(self, client: Client) -> None:
        from trueup.signing.factors import code_counter

        ana = make_user("ana").user
        step = code_counter(ana.pk, code(), at=timezone.now())
        assert step is not None
        identity_services.use_code(user=ana.pk, step=step)
        give_password(client, "ana")

        give_code(client, code())

        assert not is_signed_in(client)

    def test_a_code_cannot_be_found_by_trying(self, client: Client) -> None:
        make_user("ana")
        give_password(client, "ana")
        for n in range(20):
            give_code(client, f"{n:06}")

        answer = give_code(client, code())

        assert "Too many" in answer.content.decode()
        assert not is_signed_in(client)


class TestManyAttempts:
    """PLAT-012; rate limits that hold across processes."""

    def test_of_a_thousand_attempts_from_everywhere_five_are_looked_at(
        self, client: Client, hashings: list[str], stopped_clock: None
    ) -> None:
        ana = make_user("ana").user
        for n in range(1000):
            client.post(
                reverse("sign-in"),
                {"login": "ana", "password": f"guess {n}"},
                REMOTE_ADDR=f"203.0.{n // 250}.{n % 250 + 1}",
            )
        looked_at = [one for one in hashings if one.startswith("guess")]

        answer = give_password(client, "ana")

        assert len(looked_at) == 5
        assert "Too many attempts" in answer.content.decode()
        acts = [event.act for event in audit.events_of(f"user:{ana.pk}", limit=2000)]
        assert acts.count("sign_in_attack") == 100
        assert acts.count("sign_in_failed") == 1001

    def test_of_a_thousand_names_tried_from_one_place_thirty_are_answered(
        self, client: Client, hashings: list[str], stopped_clock: None
    ) -> None:
        answers = [give_password(client, f"user{n}", "a-guess").status_code for n in range(1000)]

        assert answers.count(429) == 970
        assert len(hashings) <= 30

    def test_the_counts_are_in_the_database_that_all_processes_share(self, client: Client) -> None:
        give_password(client, "ana", "a-guess")
        assert CacheEntry.objects.filter(cache_key__contains="login_failed").exists()

    def test_resets_are_limited(self, client: Client) -> None:
        make_user("ana")
        for _ in range(30):
            client.post(reverse("account_reset_password"), {"email": "ana@x.example"})
        assert len(mail.outbox) <= 5


class TestEnumeration:
    """PLAT-014: an unknown address gets the same on-screen answer as a known one."""

    def same(self, known: Any, unknown: Any, *names: str) -> None:
        assert known.status_code == unknown.status_code
        assert known.get("Location") == unknown.get("Location")
        assert self.text(known, names) == self.text(unknown, names)

    def text(self, answer: Any, names: tuple[str, ...]) -> str:
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        for name in names:
            text = text.replace(name, "NAME")
        return text

    def test_by_signing_in(self, client: Client, hashings: list[str]) -> None:
        make_user("ana")
        hashings.clear()

        known = give_password(client, "ana", "a-wrong-guess")
        of_known = len(hashings)
        hashings.clear()
        unknown = give_password(Client(), "bob", "a-wrong-guess")

        self.same(known, unknown, "ana", "bob")
        assert len(hashings) == of_known == 1  # And takes as long.

    def test_by_resetting(self, client: Client) -> None:
        make_user("ana")
        known = client.post(reverse("account_reset_password"), {"email": "ana@x.example"})
        unknown = Client().post(reverse("account_reset_password"), {"email": "bob@x.example"})

        self.same(known, unknown)
        self.same(client.get(known["Location"]), Client().get(unknown["Location"]))
        assert [one.to for one in mail.outbox] == [["ana@x.example"], ["bob@x.example"]]
        assert "password/reset/key" not in str(mail.outbox[1].body)

    def test_by_signing_up(self, client: Client, hashings: list[str]) -> None:
        make_user("ana")
        other = Client()
        forms = [
            {
                "name": "A B",
                "email": f"{who}@x.example",
                "password1": NEW_PASSWORD,
                "password2": NEW_PASSWORD,
            }
            for who in ("ana", "bob")
        ]
        known, unknown = (
            one.post(reverse("account_signup"), form)
            for one, form in zip((client, other), forms, strict=True)
        )

        self.same(known, unknown)
        pages = client.get(known["Location"]), other.get(unknown["Location"])
        self.same(*pages, "ana@x.example", "bob@x.example")
        assert [one.to for one in mail.outbox] == [["ana@x.example"], ["bob@x.example"]]
        assert User.objects.filter(email="ana@x.example").count() == 1


class TestStolenSessions:
    """A browser session stolen before a second factor, and one that was planted."""

    def test_a_session_before_the_second_factor_is_no_session(self, client: Client) -> None:
        make_user("ana")
        give_password(client, "ana")
        thief = Client()
        thief.cookies["sessionid"] = client.cookies["sessionid"].value

        assert not is_signed_in(thief)
        assert thief.get(reverse("sessions")).status_code in (302, 401)
        assert thief.post(
            f"/api/v1/{PROGRAM}/transfers", {}, content_type="application/json"
        ).status_code in (
            401,
            403,
        )
        give_code(client, code())
        assert is_signed_in(client)
        assert not is_signed_in(thief)

    def test_a_session_without_it_does_nothing_where_one_is_set_up_later(
        self, client: Client
    ) -> None:
        """The password alone was stolen while there was no factor; the owner then sets one up."""
        books = small_program()
        ana = make_user("ana", person=books.ana, with_factor=False)
        thief = client
        give_password(thief, "ana")
        add_factor(ana.user)

        answer = thief.get(reverse("you"))

        assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
        assert thief.get(reverse("mfa_list_webauthn")).status_code == 302

    def test_a_planted_session_is_not_the_one_that_is_signed_in(self, client: Client) -> None:
        """Session fixation."""
        make_user("ana", with_factor=False)
        client.get(reverse("account_signup"))
        session = client.session
        session["planted"] = "by a thief"
        session.save()
        client.cookies["sessionid"] = planted = str(session.session_key)

        give_password(client, "ana")

        assert is_signed_in(client)
        assert client.cookies["sessionid"].value != planted
        thief = Client()
        thief.cookies["sessionid"] = planted
        assert not is_signed_in(thief)

    def test_cookies_are_out_of_reach_of_scripts(self, client: Client) -> None:
        make_user("ana")
        sign_in(client, "ana")
        cookie = client.cookies["sessionid"]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


class TestOpenRedirects:
    """`next` never leads away."""

    @pytest.mark.parametrize(
        "where",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "\\\\evil.example",
            "///evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/you/\r\nSet-Cookie: a=b",
            "http://testserver@evil.example/",
        ],
    )
    def test_signing_in_leads_home(self, client: Client, where: str) -> None:
        make_user("ana")
        give_password(client, "ana", next=where)
        answer = give_code(client, code())

        assert answer.status_code == 302
        assert answer["Location"].startswith("/you/")
        assert "evil" not in answer["Location"]
        assert "a" not in answer.cookies

    def test_going_away_leads_home(self, client: Client) -> None:
        make_user("ana")
        sign_in(client, "ana")
        answer = client.post(reverse("sign-out"), {"next": "https://evil.example/"})
        assert answer["Location"] == "/"


class TestCoolDowns:
    """PLAT-094: a transfer right after a password reset is held for review."""

    def test_nothing_is_moved_after_a_reset_until_it_was_reviewed(self, client: Client) -> None:
        books = small_program()
        make_user("ana", person=books.ana, email="ana@x.example")
        client.post(reverse("account_reset_password"), {"email": "ana@x.example"})
        found = re.search(r"http://testserver(\S+)", str(mail.outbox[-1].body))
        assert found is not None
        page = client.get(found[1], follow=True)
        client.post(
            page.redirect_chain[-1][0], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        )
        now = timezone.now()
        (cool_down,) = identity.cool_downs_of(books.ana)

        assert "cooling_down" in self.reasons(books, at=now)
        # The day is over, but nobody has spoken to her.
        assert "cooling_down" in self.reasons(books, at=now + timedelta(days=3))
        identity_services.review_cool_down(
            cool_down=cool_down.id, by="official:999", outcome="cleared", at=now
        )
        assert "cooling_down" in self.reasons(books, at=now)
        assert "cooling_down" not in self.reasons(books, at=now + timedelta(days=3))

    def reasons(self, books: Books, *, at: datetime) -> set[str]:
        entry = transfers.submit_transfer(
            program=PROGRAM,
            source=books.barry.number,
            destination=books.brokers.number,
            submitted_by=books.ana,
            submitted_at=at,
            key=uuid4(),
            vintage=2022,
            quantity=1,
        )
        return {code.rpartition(".")[2] for code in entry.reason_codes}

    def test_a_factor_that_no_older_one_vouched_for_starts_one(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A thief with the password and a recovery code sets up an authenticator of his own."""
        from allauth.mfa import signals
        from allauth.mfa.models import Authenticator
        from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

        books = small_program()
        ana = make_user("ana", person=books.ana).user
        given = RecoveryCodes.activate(ana).get_unused_codes()[0]
        give_password(client, "ana")
        give_code(client, given)
        request = client.get(reverse("you")).wsgi_request
        passkey = Authenticator(user=ana, type=Authenticator.Type.WEBAUTHN, data={})

        signals.authenticator_added.send(
            sender=Authenticator, request=request, user=ana, authenticator=passkey
        )

        assert books.ana in identity.cooling_down([books.ana], at=timezone.now())
        told = [notice.event for notice in audit.notices_of(books.ana)]
        assert told.count("second_factor_changed") == 2


SAMPLES: dict[str, object] = {
    "code": PROGRAM,
    "program": PROGRAM,
    "number": "N01000000011",
    "key": UUID(int=7),
    "uidb36": "1",
    "provider_id": "agency",
    "oris_code": 3,
    "serial_number": "AL-2022-1",
    "jurisdiction": "AL",
}


def addresses() -> Iterator[str]:
    """Every address of the site, with a value in each place; generated, so none is forgotten."""
    waiting: list[tuple[str, URLPattern | URLResolver]] = [
        ("/", pattern) for pattern in get_resolver().url_patterns
    ]
    while waiting:
        before, pattern = waiting.pop()
        text = before + _filled(pattern)
        if isinstance(pattern, URLResolver):
            waiting.extend((text, inner) for inner in pattern.url_patterns)
        else:
            yield text


def _filled(pattern: URLPattern | URLResolver) -> str:
    text = str(pattern.pattern)
    if text.startswith("^"):
        return "password/reset/key/1-set-password/"
    return re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: _sample(found[1], found[2]), text)


def _sample(converter: str | None, name: str) -> str:
    by_converter = {
        "int": "7",
        "journal": "7",
        "year": "2024",
        "period": "2022-2024",
        "uuid": str(UUID(int=7)),
        "account": "N01000000011",
    }
    return by_converter.get(converter or "") or str(SAMPLES.get(name, "1"))


class TestForgedForms:
    """A forged CSRF on every URL: what another site makes a browser send is refused."""

    def test_no_address_takes_a_post_without_the_mark_of_our_own_page(self) -> None:
        make_user("ana")
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(User.objects.get())
        tried = list(addresses())

        taken = {
            address: status
            for address in tried
            for method in ("post", "put", "patch", "delete")
            if (status := self.send(browser, method, address)) not in (401, 403, 405)
        }

        assert len(tried) > 60
        assert taken == {}

    def send(self, browser: Client, method: str, address: str) -> int:
        answer = getattr(browser, method)(address, {}, content_type="application/json")
        return int(answer.status_code)

    def test_every_page_is_refused_with_the_reason(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        pages = [one for one in addresses() if not one.startswith("/api/")]
        answers = {one: browser.post(one).status_code for one in pages}
        assert {one for one, status in answers.items() if status != 403} == set()

    def test_the_way_in_works_with_the_mark(self) -> None:
        """So that the test above fails for the right reason."""
        make_user("ana", with_factor=False)
        browser = Client(enforce_csrf_checks=True)
        page = browser.get(reverse("sign-in")).content.decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found is not None
        form = {"login": "ana", "password": PASSWORD, "csrfmiddlewaretoken": found[1]}
        assert browser.post(reverse("sign-in"), form).status_code == 302


class TestMachines:
    """PLAT-035; PLAT-050: a key that ended opens nothing, and no key approves."""

    def ask(self, secret: str) -> int:
        return (
            Client()
            .get("/api/v1/programs", headers={"Authorization": f"Bearer {secret}"})
            .status_code
        )

    def test_expired_revoked_and_invented_keys_open_nothing(self) -> None:
        books = small_program()
        now = timezone.now()
        past = datetime(2026, 1, 1, tzinfo=UTC)
        entry, revoked = identity_services.create_api_key(
            person=books.ana,
            name="a",
            scopes=("read",),
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
        identity_services.revoke_api_keys(key=entry.id, at=now, actor="registry")
        _, expired = identity_services.create_api_key(
            person=books.ana,
            name="b",
            scopes=("read",),
            created_at=past,
            expires_at=past + timedelta(days=1),
        )
        for secret in (revoked, expired, "tu_00000000_" + "x" * 43, "x"):
            answer = Client().post(
                f"/api/v1/{PROGRAM}/transfers",
                {},
                content_type="application/json",
                headers={"Authorization": f"Bearer {secret}"},
            )
            assert answer.status_code in (401, 403, 404), answer.content


class TestAgencies:
    """OpenID Connect: for officials who are known here, and for nobody else."""

    @pytest.fixture
    def agency(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """A provider that vouches for whatever the test says."""
        from trueup.web.authentication.adapters import OfficialsAdapter

        settings.TRUEUP_OIDC_ISSUER = "https://id.agency.example"
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": "agency",
                        "name": "Agency",
                        "client_id": "trueup",
                        "secret": "s",
                        "settings": {"server_url": "https://id.agency.example"},
                    }
                ],
            }
        }
        vouched: dict[str, Any] = {"sub": "17", "email": "cy@x.example", "email_verified": True}
        monkeypatch.setattr(
            OfficialsAdapter, "get_requests_session", lambda _: FakeAgency(vouched), raising=False
        )
        return vouched

    def come_back(self, client: Client) -> Any:
        start = client.post(reverse("openid_connect_login", args=["agency"]))
        assert start["Location"].startswith("https://id.agency.example/authorize?")
        assert "code_challenge=" in start["Location"]
        found = re.search(r"state=([^&]+)", start["Location"])
        assert found is not None
        back = reverse("openid_connect_callback", args=["agency"])
        return client.get(back, {"code": "c", "state": found[1]})

    def official(self) -> Books:
        from trueup.officials import services as officials

        books = small_program()
        make_user("cy", person=books.cy)
        officials.grant(
            person=books.cy,
            role="auditor",
            from_at=timezone.now() - timedelta(days=1),
            granted_by="administrator",
        )
        return books

    def test_an_official_comes_in_and_still_gives_a_second_factor(
        self, client: Client, agency: dict[str, Any]
    ) -> None:
        self.official()
        answer = self.come_back(client)
        assert answer["Location"] == reverse("mfa_authenticate")
        assert not is_signed_in(client)
        give_code(client, code())
        assert is_signed_in(client)

    def test_an_address_that_the_agency_does_not_vouch_for_opens_nothing(
        self, client: Client, agency: dict[str, Any]
    ) -> None:
        self.official()
        agency["email_verified"] = False
        assert self.come_back(client)["Location"] == reverse("sign-in")
        assert not is_signed_in(client)

    def test_a_representative_and_a_stranger_are_sent_back(
        self, client: Client, agency: dict[str, Any]
    ) -> None:
        books = small_program()
        make_user("ana", person=books.ana)
        for address in ("ana@x.example", "nobody@x.example"):
            agency["email"] = address
            assert self.come_back(Client())["Location"] == reverse("sign-in")
        assert not EmailAddress.objects.filter(email="nobody@x.example").exists()

    def test_it_is_off_unless_an_issuer_is_named(self, client: Client) -> None:
        answer = client.post(reverse("openid_connect_login", args=["agency"]))
        assert answer.status_code == 404
        assert "Officials: sign in with" not in client.get(reverse("sign-in")).content.decode()


class FakeAgency:
    """What allauth asks an OpenID Connect provider."""

    def __init__(self, vouched: dict[str, Any]) -> None:
        self.vouched = vouched

    def __enter__(self) -> FakeAgency:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, url: str, **_: Any) -> FakeAnswer:
        issuer = "https://id.agency.example"
        if url.endswith("openid-configuration"):
            return FakeAnswer(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "userinfo_endpoint": f"{issuer}/me",
                    "jwks_uri": f"{issuer}/keys",
                }
            )
        return FakeAnswer(self.vouched)

    def request(self, method: str, url: str, **_: Any) -> FakeAnswer:
        return FakeAnswer({"access_token": "t", "token_type": "Bearer"})


class FakeAnswer:
    status_code = 200
    headers = {"content-type": "application/json"}
    content = text = ""

    def __init__(self, value: dict[str, Any]) -> None:
        self.value = value

    def json(self) -> dict[str, Any]:
        return self.value

    def raise_for_status(self) -> None:
        pass
