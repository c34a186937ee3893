"""Passkeys: one touch is two factors, and it answers only to the true address."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AuthenticatorData,
    CollectedClientData,
)

from tests.adapters.second_factor import FLAGS, Passkey
from tests.adapters.signing_in import PASSWORD, give_password, make_user
from tests.adapters.web_books import small_program

pytestmark = pytest.mark.django_db

HERE = "https://testserver"


class Browser(Client):
    """A browser that speaks TLS, without which there are no passkeys."""

    def generic(self, *args: Any, **values: Any) -> Any:
        values["secure"] = True
        return super().generic(*args, **values)


@pytest.fixture
def browser() -> Browser:
    return Browser()


def is_in(browser: Client) -> bool:
    return bool(browser.get(reverse("you")).status_code == 200)


def asked(browser: Client) -> bytes:
    """The challenge of the button “Sign in with a passkey”."""
    answer = browser.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    challenge: bytes = websafe_decode(answer.json()["request_options"]["publicKey"]["challenge"])
    return challenge


def answer_of(passkey: Passkey, user: User, challenge: bytes, *, origin: str = HERE) -> str:
    given = passkey.assertion(challenge, origin=origin)
    given["response"]["userHandle"] = websafe_encode(user_pk_to_url_str(user).encode())
    return json.dumps(given)


class TestSigningInWithAPasskey:
    """PLAT-094; Web Authentication Level 2."""

    def test_a_touch_is_enough(self, browser: Browser) -> None:
        ana = make_user("ana").user
        passkey = Passkey(user=ana)

        credential = answer_of(passkey, ana, asked(browser))
        answer = browser.post(reverse("mfa_login_webauthn"), {"credential": credential})

        assert answer["Location"] == reverse("you")
        assert is_in(browser)

    def test_it_is_a_second_factor_too(self, browser: Browser) -> None:
        ana = make_user("ana", with_factor=False).user
        passkey = Passkey(user=ana)
        assert give_password(browser, "ana")["Location"] == reverse("mfa_authenticate")
        page = browser.get(reverse("mfa_authenticate"))
        options = page.context["js_data"]["request_options"]["publicKey"]

        browser.post(
            reverse("mfa_authenticate"),
            {"credential": answer_of(passkey, ana, options["challenge"])},
        )

        assert is_in(browser)

    def test_a_copy_of_the_site_gets_nothing(self, browser: Browser) -> None:
        """January 2010: users were led to a copy of the registry's site."""
        ana = make_user("ana").user
        passkey = Passkey(user=ana)

        for origin in ("https://testserver.evil.example", "http://testserver"):
            credential = answer_of(passkey, ana, asked(browser), origin=origin)
            browser.post(reverse("mfa_login_webauthn"), {"credential": credential})
            assert not is_in(browser)

    def test_an_answer_opens_once_and_only_what_asked(self, browser: Browser) -> None:
        ana = make_user("ana").user
        passkey = Passkey(user=ana)
        heard = answer_of(passkey, ana, asked(browser))
        browser.post(reverse("mfa_login_webauthn"), {"credential": heard})
        assert is_in(browser)

        thief = Browser()
        asked(thief)
        thief.post(reverse("mfa_login_webauthn"), {"credential": heard})
        assert not is_in(thief)

    def test_one_cannot_be_somebody_else(self, browser: Browser) -> None:
        passkey = Passkey(user=make_user("ana").user)
        bo = make_user("bo").user

        credential = answer_of(passkey, bo, asked(browser))
        browser.post(reverse("mfa_login_webauthn"), {"credential": credential})

        assert not is_in(browser)

    @pytest.mark.parametrize(
        "credential", ["", "{}", "[]", "null", "17", '{"response": {}}', "x" * 9]
    )
    def test_nonsense_is_refused_and_breaks_nothing(
        self, browser: Browser, credential: str
    ) -> None:
        asked(browser)
        answer = browser.post(reverse("mfa_login_webauthn"), {"credential": credential})
        assert answer.status_code == 302
        assert not is_in(browser)


class TestSettingOneUp:
    def test_a_new_representative_sets_one_up_and_goes_on(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # A test never commits, so what waits for that is done at once.
        monkeypatch.setattr(transaction, "on_commit", lambda act, **_: act())
        books = small_program()
        ana = make_user("ana", person=books.ana, with_factor=False).user
        give_password(browser, "ana")
        assert not is_in(browser)
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = browser.get(reverse("mfa_add_webauthn"))
        challenge = page.context["js_data"]["creation_options"]["publicKey"]["challenge"]

        answer = browser.post(
            reverse("mfa_add_webauthn"),
            {"name": "my telephone", "credential": self.made(ana, challenge)},
        )

        assert answer.status_code == 302, answer.content.decode()
        assert Authenticator.objects.get(user=ana, type="webauthn").wrap().name == "my telephone"
        assert is_in(browser)
        assert "my telephone" in browser.get(reverse("mfa_list_webauthn")).content.decode()

    def made(self, user: User, challenge: bytes) -> str:
        """What a browser sends when a passkey was made."""
        draft = Passkey(user=user)
        kept = Authenticator.objects.get(user=user, type="webauthn")
        credential = dict(kept.data["credential"])
        kept.delete()
        attestation = AttestationObject(websafe_decode(credential["response"]["attestationObject"]))
        data = AuthenticatorData.create(
            hashlib.sha256(draft.site.encode()).digest(),
            FLAGS | AuthenticatorData.FLAG.AT,
            1,
            bytes(attestation.auth_data.credential_data or b""),
        )
        client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, challenge, HERE)
        credential["response"] = {
            "clientDataJSON": websafe_encode(bytes(client)),
            "attestationObject": websafe_encode(bytes(AttestationObject.create("none", data, {}))),
        }
        return json.dumps(credential)

    def test_the_last_one_stays_with_who_must_have_one(self, browser: Browser) -> None:
        books = small_program()
        ana = make_user("ana", person=books.ana, with_factor=False).user
        Passkey(user=ana)
        browser.force_login(ana)
        key = Authenticator.objects.get(user=ana)

        answer = browser.post(reverse("mfa_remove_webauthn", args=[key.pk]))

        assert answer["Location"] == reverse("mfa_list_webauthn")
        assert Authenticator.objects.filter(pk=key.pk).exists()

    def test_nobody_removes_anothers(self, browser: Browser) -> None:
        ana, bo = make_user("ana").user, make_user("bo").user
        Passkey(user=ana)
        key = Authenticator.objects.get(user=ana, type="webauthn")
        browser.force_login(bo)

        for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
            assert browser.post(reverse(name, args=[key.pk]), {"name": "x"}).status_code == 404
        assert Authenticator.objects.filter(pk=key.pk).exists()
