"""Signing in with two factors, resetting, sessions: what must work."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.adapters.signing_in import (
    PASSWORD,
    SECRET,
    code,
    give_code,
    give_password,
    is_signed_in,
    make_user,
    sign_in,
)
from tests.adapters.web_books import Books, small_program
from trueup.accounts import queries as accounts
from trueup.accounts import services as account_services
from trueup.audit import queries as audit
from trueup.identity import queries as identity
from trueup.identity import services as identity_services

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "ochre-lantern-tuba-9-meadow"


@pytest.fixture
def books() -> Books:
    return small_program()


def events(user: User) -> list[str]:
    return [event.act for event in audit.events_of(f"user:{user.pk}")]


def told(person: int) -> list[str]:
    return [notice.event for notice in audit.notices_of(person)]


def reset_link(address: str) -> str:
    (message,) = [one for one in mail.outbox if one.to == [address]]
    found = re.search(r"http://testserver(\S+)", str(message.body))
    assert found is not None, message.body
    return found[1]


def follow_reset(client: Client, link: str, password: str = NEW_PASSWORD):  # type: ignore[no-untyped-def]
    page = client.get(link, follow=True)
    if not page.redirect_chain:
        return page
    return client.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})


class TestTwoFactors:
    """PLAT-094: a second factor for all who can move units."""

    def test_a_person_signs_in_sees_her_accounts_and_signs_out(
        self, client: Client, books: Books
    ) -> None:
        ana = make_user("ana", person=books.ana)

        assert give_password(client, "ana", next=reverse("you"))["Location"] == reverse(
            "mfa_authenticate"
        )
        assert not is_signed_in(client)
        assert give_code(client, code())["Location"] == reverse("you")

        page = client.get(reverse("you")).content.decode()
        assert "Ana Ruiz" in page
        assert books.barry.number in page
        assert books.brokers.number not in page
        client.post(reverse("sign-out"))
        assert not is_signed_in(client)
        assert {"sign_in", "sign_out"} <= set(events(ana.user))

    def test_an_address_is_as_good_as_a_name(self, client: Client) -> None:
        make_user("ana")
        give_password(client, "ana@x.example")
        give_code(client, code())
        assert is_signed_in(client)

    def test_with_a_seat_and_no_factor_only_setting_one_up_is_reached(
        self, client: Client, books: Books
    ) -> None:
        make_user("ana", person=books.ana, with_factor=False)
        give_password(client, "ana")

        for name in ("you", "sessions", "keys", "account_email", "account_change_password", "home"):
            assert client.get(reverse(name))["Location"].startswith(reverse("mfa_index"))
        assert client.get(reverse("mfa_index")).status_code == 200
        answer = client.get("/api/v1/programs")
        assert answer.status_code == 403
        assert answer.json()["code"] == "second_factor_required"

    def test_setting_up_an_authenticator_opens_the_pages(
        self, client: Client, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # A test never commits, so what waits for that is done at once.
        monkeypatch.setattr(transaction, "on_commit", lambda act, **_: act())
        ana = make_user("ana", person=books.ana, with_factor=False)
        give_password(client, "ana")
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret

        answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret=secret)})

        assert answer["Location"] == reverse("mfa_view_recovery_codes")
        shown = client.get(answer["Location"]).content.decode()
        assert len(re.findall(r"\b\d{10}\b", shown)) == 10
        assert is_signed_in(client)
        kept = Authenticator.objects.get(user=ana.user, type="totp")
        assert secret not in str(kept.data)
        assert told(books.ana)[0] == "second_factor_changed"
        assert identity.cooling_down([books.ana], at=timezone.now()) == {}

    def test_a_recovery_code_opens_once(self, client: Client) -> None:
        from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

        ana = make_user("ana")
        given = RecoveryCodes.activate(ana.user).get_unused_codes()[0]
        give_password(client, "ana")
        give_code(client, given)
        assert is_signed_in(client)

        again = Client()
        give_password(again, "ana")
        assert "not right" in give_code(again, given).content.decode()
        assert not is_signed_in(again)

    def test_who_has_no_power_needs_no_factor(self, client: Client) -> None:
        make_user("reader", with_factor=False)
        give_password(client, "reader")
        assert is_signed_in(client)

    def test_an_official_needs_one(self, client: Client, books: Books) -> None:
        from trueup.officials import services as officials

        officials.grant(
            person=books.cy,
            role="market_monitor",
            program="cpp-mass",
            from_at=timezone.now() - timedelta(days=1),
            granted_by="administrator",
        )
        make_user("cy", person=books.cy, with_factor=False)
        give_password(client, "cy")
        assert client.get(reverse("you"))["Location"].startswith(reverse("mfa_index"))

    def test_the_last_factor_stays_with_who_must_have_one(
        self, client: Client, books: Books
    ) -> None:
        ana = make_user("ana", person=books.ana)
        sign_in(client, "ana")
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

        page = client.post(reverse("mfa_deactivate_totp")).content.decode()

        assert "Add another before you remove this" in page
        assert Authenticator.objects.filter(user=ana.user, type="totp").exists()


class TestPasswords:
    """PLAT-094: password rules with a list of breached passwords that needs no network."""

    @pytest.mark.parametrize(
        "password",
        [
            "short-pw-9",
            "qwertyuiop123",
            "Password1234!",
            "iloveyou12345",
            "123456789012",
            "ana.ruiz@x.example",
        ],
    )
    def test_what_would_be_guessed_is_refused(self, client: Client, password: str) -> None:
        answer = client.post(
            reverse("account_signup"),
            {
                "name": "Ana Ruiz",
                "email": "ana.ruiz@x.example",
                "password1": password,
                "password2": password,
            },
        )
        assert answer.status_code == 200
        assert "usa-error-message" in answer.content.decode()
        assert not User.objects.exists()

    def test_a_change_ends_the_other_sessions_and_is_told(
        self, client: Client, books: Books
    ) -> None:
        ana = make_user("ana", person=books.ana)
        other = Client()
        sign_in(other, "ana")
        sign_in(client, "ana", offset=1)

        answer = client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
        )

        assert answer.status_code == 302, answer.content.decode()
        assert is_signed_in(client)
        assert not is_signed_in(other)
        assert "password_changed" in told(books.ana)
        assert "change_password" in events(ana.user)


class TestReset:
    """PLAT-014; PLAT-094."""

    def test_a_reset_is_told_starts_a_cool_down_and_asks_for_a_review(
        self, client: Client, books: Books
    ) -> None:
        from trueup.tasks.models import Task

        make_user("ana", person=books.ana, email="ana@x.example")
        opened = Client()
        sign_in(opened, "ana")
        client.post(reverse("account_reset_password"), {"email": "ana@x.example"})

        answer = follow_reset(client, reset_link("ana@x.example"))

        assert answer["Location"] == reverse("account_reset_password_from_key_done")
        assert not is_signed_in(client)
        assert not is_signed_in(opened)
        assert {"password_changed", "cool_down_started"} <= set(told(books.ana))
        until = identity.cooling_down([books.ana], at=timezone.now())[books.ana]
        assert until > timezone.now() + timedelta(hours=12)
        task = Task.objects.get(kind="review_cool_down")
        assert task.exclusions.filter(person=books.ana).exists()
        # The second factor is asked for all the same.
        assert give_password(client, "ana", NEW_PASSWORD)["Location"] == reverse("mfa_authenticate")

    def test_the_link_opens_once(self, client: Client) -> None:
        make_user("ana")
        client.post(reverse("account_reset_password"), {"email": "ana@x.example"})
        link = reset_link("ana@x.example")
        follow_reset(client, link)

        page = follow_reset(Client(), link, "another-fine-phrase-of-4")

        assert "already been used" in page.content.decode()
        assert User.objects.get().check_password(NEW_PASSWORD)

    def test_the_link_lives_for_sixty_minutes(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from django.contrib.auth.tokens import PasswordResetTokenGenerator

        make_user("ana")
        client.post(reverse("account_reset_password"), {"email": "ana@x.example"})
        link = reset_link("ana@x.example")
        now = datetime.now()  # noqa: DTZ005 - as Django's generator does.
        for minutes, is_open in ((59, True), (61, False)):
            later = now + timedelta(minutes=minutes)
            monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _, at=later: at)
            page = Client().get(link, follow=True)
            assert bool(page.redirect_chain) is is_open


class TestReviews:
    """PLAT-094: an official looks at each reset; nobody at their own."""

    def official(self, books: Books, person: int, name: str) -> Client:
        from trueup.officials import services as officials

        officials.grant(
            person=person,
            role="administrator",
            program="cpp-mass",
            from_at=timezone.now() - timedelta(days=1),
            granted_by="administrator",
        )
        browser = Client()
        browser.force_login(make_user(name, person=person).user)
        return browser

    def test_an_official_clears_a_reset_and_its_task(self, books: Books) -> None:
        from trueup.tasks.models import Task
        from trueup.web.authentication.reviews import ask_for_review

        browser = self.official(books, books.cy, "cy")
        entry = identity_services.start_cool_down(
            person=books.ana, reason="password_reset", at=timezone.now(), hours=24
        )
        assert entry is not None
        ask_for_review(entry, name="Ana Ruiz")
        assert "Ana Ruiz" in browser.get(reverse("resets")).content.decode()

        form = {"cool_down": entry.id, "outcome": "cleared", "note": "I called her."}
        browser.post(reverse("resets"), form)

        later = timezone.now() + timedelta(days=2)
        assert identity.cooling_down([books.ana], at=later) == {}
        assert Task.objects.get(kind="review_cool_down").closed_at is not None

    def test_nobody_clears_their_own_and_a_representative_clears_none(self, books: Books) -> None:
        own = self.official(books, books.cy, "cy")
        entry = identity_services.start_cool_down(
            person=books.cy, reason="password_reset", at=timezone.now(), hours=24
        )
        assert entry is not None
        ana = Client()
        ana.force_login(make_user("ana", person=books.ana).user)

        form = {"cool_down": entry.id, "outcome": "cleared", "note": "fine"}
        own.post(reverse("resets"), form)
        assert ana.post(reverse("resets"), form).status_code == 403

        later = timezone.now() + timedelta(days=2)
        assert books.cy in identity.cooling_down([books.cy], at=later)


class TestSigningUp:
    """PLAT-004; PLAT-026: a sign-in gives no power."""

    def test_it_makes_a_verified_user_and_a_person_without_power(self, client: Client) -> None:
        answer = client.post(
            reverse("account_signup"),
            {
                "name": "Nia Vale",
                "email": "nia@x.example",
                "password1": NEW_PASSWORD,
                "password2": NEW_PASSWORD,
            },
        )
        assert answer["Location"] == reverse("account_email_verification_sent")
        assert not is_signed_in(client)
        assert accounts.people_with_email("nia@x.example") == []
        user = User.objects.get()
        assert (user.is_staff, user.is_superuser) == (False, False)

        (message,) = mail.outbox
        page = client.get(answer["Location"])
        found = re.search(r"^\s*([A-Z0-9]{2,}-?[A-Z0-9]{2,})\s*$", str(message.body), re.M)
        assert found is not None, message.body
        done = client.post(answer["Location"], {"code": found[1]})

        assert page.status_code == 200
        assert done.status_code == 302, done.content.decode()
        (person,) = accounts.people_with_email("nia@x.example")
        assert person.name == "Nia Vale"
        assert not identity.is_identity_checked(person.id)
        assert accounts.accounts_of(person.id) == []
        assert is_signed_in(client)

    @pytest.mark.parametrize("extra", ["is_staff", "is_superuser", "username", "user", "person"])
    def test_nothing_more_can_be_asked_for(self, client: Client, extra: str) -> None:
        """Mass assignment: what the form does not show, it does not take."""
        client.post(
            reverse("account_signup"),
            {
                "name": "Nia Vale",
                "email": "nia@x.example",
                "password1": NEW_PASSWORD,
                "password2": NEW_PASSWORD,
                extra: "1",
            },
        )
        user = User.objects.get()
        assert (user.is_staff, user.is_superuser, user.username != "1") == (False, False, True)

    def test_a_company_is_no_person(self, client: Client) -> None:
        answer = client.post(
            reverse("account_signup"),
            {
                "name": "Acme LLC",
                "email": "a@x.example",
                "password1": NEW_PASSWORD,
                "password2": NEW_PASSWORD,
            },
        )
        assert "company" in answer.content.decode()
        assert not User.objects.exists()


class TestSessions:
    """PLAT-004; PLAT-094."""

    def test_a_session_ends_when_nobody_uses_it_and_after_hours_anyway(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from trueup.web.authentication import middleware

        make_user("ana")
        sign_in(client, "ana")
        started = middleware.time.time()
        clock = [started]
        monkeypatch.setattr(middleware.time, "time", lambda: clock[0])
        for minutes in range(0, 12 * 60, 20):
            clock[0] = started + minutes * 60
            assert is_signed_in(client)
        clock[0] = started + 12 * 3600 + 60
        assert not is_signed_in(client)

        monkeypatch.undo()
        sign_in(client, "ana", offset=1)
        assert is_signed_in(client)
        monkeypatch.setattr(middleware.time, "time", lambda: clock[0])
        clock[0] = started + 31 * 60
        assert not is_signed_in(client)

    def test_one_ends_a_session_of_ones_own_and_of_nobody_else(self, client: Client) -> None:
        make_user("ana")
        make_user("bo")
        other, stranger = Client(), Client()
        sign_in(other, "ana")
        sign_in(stranger, "bo")
        sign_in(client, "ana", offset=1)
        theirs = UserSession.objects.get(user__username="bo")
        own = UserSession.objects.get(session_key=other.session.session_key)

        assert client.post(reverse("sessions"), {"end": theirs.pk}).status_code == 404
        assert is_signed_in(stranger)
        page = client.get(reverse("sessions")).content.decode()
        assert f'value="{own.pk}"' in page
        client.post(reverse("sessions"), {"end": own.pk})

        assert not is_signed_in(other)
        assert is_signed_in(client)

    def test_a_sign_in_from_a_new_place_is_told(self, client: Client, books: Books) -> None:
        make_user("ana", person=books.ana)
        sign_in(client, "ana")
        assert "sign_in_from_new_place" not in told(books.ana)

        sign_in(Client(headers={"User-Agent": "Another/1.0"}), "ana", offset=1)

        assert "sign_in_from_new_place" in told(books.ana)


class TestContacts:
    """PLAT-150: a contact change is mailed to the old and the new address."""

    def test_both_addresses_are_told(self, books: Books) -> None:
        from trueup.audit import services as audit_services

        account_services.change_email(
            person=books.ana, email="new@x.example", at=timezone.now(), actor="administrator"
        )
        audit_services.send_mail(timezone.now())

        sent = [one.to for one in mail.outbox if "address was changed" in one.subject]
        assert sent == [["ana@x.example"], ["new@x.example"]]

    def test_a_user_changes_the_address_after_verifying_it(
        self, client: Client, books: Books
    ) -> None:
        ana = make_user("ana", person=books.ana, email="ana@x.example")
        sign_in(client, "ana")
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        client.post(reverse("account_email"), {"action_add": "", "email": "ana2@x.example"})
        assert accounts.person(books.ana).email == "ana@x.example"  # type: ignore[union-attr]
        found = re.search(r"^\s*([A-Z0-9]{2,}-?[A-Z0-9]{2,})\s*$", str(mail.outbox[-1].body), re.M)
        assert found is not None

        client.post(reverse("account_email_verification_sent"), {"code": found[1]})

        assert [one.email for one in EmailAddress.objects.filter(user=ana.user)] == [
            "ana2@x.example"
        ]
        assert accounts.person(books.ana).email == "ana2@x.example"  # type: ignore[union-attr]
        assert told(books.ana).count("contact_changed") == 2


class TestLinking:
    """PLAT-004: one user, one person."""

    def test_a_user_is_one_person_for_good(self, books: Books) -> None:
        from trueup.rules.refusal import Refused

        ana, cy = make_user("ana").user, make_user("cy").user
        now = datetime(2026, 3, 2, tzinfo=UTC)
        account_services.link_user(person=books.ana, user=ana.pk, at=now, actor="administrator")
        account_services.link_user(person=books.ana, user=ana.pk, at=now, actor="administrator")

        for person, user in ((books.ana, cy), (books.cy, ana)):
            with pytest.raises(Refused) as refused:
                account_services.link_user(person=person, user=user.pk, at=now, actor="x")
            assert refused.value.reasons == {"sign_in_taken"}


class TestKeys:
    """PLAT-035: a key is shown once, and revoked by its owner alone."""

    def test_a_key_is_made_shown_once_and_revoked(self, client: Client, books: Books) -> None:
        make_user("ana", person=books.ana)
        sign_in(client, "ana")
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

        page = client.post(
            reverse("keys"), {"name": "desk", "scopes": ["read"], "days": "30"}
        ).content.decode()

        found = re.search(r"tu_\w{8}_[\w-]{43}", page)
        assert found is not None
        assert found[0] not in client.get(reverse("keys")).content.decode()
        (key,) = identity.keys_of(books.ana)
        assert identity_services.authenticate_key(found[0], at=timezone.now()) is not None
        client.post(reverse("keys"), {"revoke": key.id})
        assert identity_services.authenticate_key(found[0], at=timezone.now()) is None

    def test_nobody_revokes_anothers(self, client: Client, books: Books) -> None:
        make_user("cy", person=books.cy)
        entry, secret = identity_services.create_api_key(
            person=books.ana,
            name="desk",
            scopes=("read",),
            created_at=timezone.now(),
            expires_at=timezone.now() + timedelta(days=1),
        )
        sign_in(client, "cy")
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

        assert client.post(reverse("keys"), {"revoke": entry.id}).status_code == 403
        assert identity_services.authenticate_key(secret, at=timezone.now()) is not None


class TestPages:
    """PLAT-003: labels, and no script in a page."""

    def test_every_page_of_signing_in_is_shown_in_the_frame(
        self, client: Client, books: Books
    ) -> None:
        make_user("ana", person=books.ana)
        pages = [
            client.get(reverse(name))
            for name in (
                "sign-in",
                "account_signup",
                "account_reset_password",
                "account_reset_password_done",
                "account_inactive",
            )
        ]
        give_password(client, "ana")
        pages.append(client.get(reverse("mfa_authenticate")))
        give_code(client, code())
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        own = (
            "mfa_index",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_deactivate_totp",
            "mfa_generate_recovery_codes",
            "account_change_password",
            "account_email",
            "account_reauthenticate",
            "mfa_reauthenticate",
            "sessions",
            "keys",
        )
        pages += [client.get(reverse(name)) for name in own]
        for page in pages:
            text = page.content.decode()
            assert page.status_code == 200, page.request["PATH_INFO"]
            assert 'aria-label="Main"' in text
            scripts = re.findall(r"<script([^>]*)>", text)
            assert all("src=" in one or "application/json" in one for one in scripts)
            assert not re.search(r"\son\w+=|\sstyle=", text), page.request["PATH_INFO"]
            inputs = re.findall(r'<(?:input|textarea)[^>]*\sid="([^"]+)"[^>]*>', text)
            hidden = set(re.findall(r'<input[^>]*type="hidden"[^>]*\sid="([^"]+)"', text))
            assert all(f'for="{one}"' in text for one in inputs if one not in hidden), inputs

    def test_the_demonstration_shows_no_user_that_is_not_its_own(self, client: Client) -> None:
        make_user("administrator")
        page = client.get(reverse("sign-in")).content.decode()
        assert "Who you can be" not in page
        assert SECRET not in page
