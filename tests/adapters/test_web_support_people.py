"""Officials' pages about people: found, looked at with a reason, helped; papers (PLAT-154)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.adapters.roles_of_access import Everyone
from tests.contexts.registry import Registry
from trueup.audit import queries as audit
from trueup.audit.models import Event
from trueup.identity import queries as identity_queries
from trueup.identity import services as identity
from trueup.identity.models import IdentityScan, SignInLock

pytestmark = pytest.mark.django_db

NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    for name in ("process", "default"):
        caches[name].clear()


@pytest.fixture
def everyone() -> Everyone:
    found = Everyone(registry=Registry())
    user = User.objects.get(username="representative")
    EmailAddress.objects.create(user=user, email="ana@example.org", verified=True, primary=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "s3cret"})
    return found


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def look(everyone: Everyone, role: str = "helper", **given: str) -> Any:
    address = reverse("desk-person", args=[everyone.ana])
    return everyone.clients[role].post(address, {"reason": "H-000001", **given})


def act(everyone: Everyone, do: str, **given: str) -> Any:
    address = reverse("desk-person-act", args=[everyone.ana])
    return everyone.clients["helper"].post(address, {"do": do, **given})


class TestLooking:
    """PLAT-154: every search and every look is logged, and the person is told."""

    def test_a_person_is_found_and_that_somebody_searched_is_kept(self, everyone: Everyone) -> None:
        shown = text_of(everyone.clients["helper"].get(reverse("desk-people"), {"q": "ruiz"}))
        assert "Ana Ruiz" in shown
        assert Event.objects.get(act="find_people").after == {"text": "ruiz", "found": 1}

    def test_nothing_is_shown_before_a_reason_is_given(self, everyone: Everyone) -> None:
        address = reverse("desk-person", args=[everyone.ana])
        assert "Authenticator app" not in text_of(everyone.clients["helper"].get(address))
        assert look(everyone, reason=" ").status_code == 422

        look(everyone)
        shown = text_of(everyone.clients["helper"].get(address))
        assert "Authenticator app" in shown
        assert "s3cret" not in shown
        assert everyone.clients["representative"].session.session_key not in shown
        assert audit.notices_of(everyone.ana)[0].event == "record_looked_at"

    def test_one_officials_look_opens_nothing_for_another(self, everyone: Everyone) -> None:
        look(everyone)
        address = reverse("desk-person", args=[everyone.ana])
        shown = text_of(everyone.clients["administrator"].get(address))
        assert "Authenticator app" not in shown


class TestHelping:
    """PLAT-014, PLAT-094: resend, reset, end sessions, lock; nothing without a look."""

    def test_without_a_look_nothing_is_done(self, everyone: Everyone) -> None:
        act(everyone, "lock", reason="x")
        assert not SignInLock.objects.exists()

    def test_a_sign_in_is_locked_and_unlocked(self, everyone: Everyone) -> None:
        look(everyone)
        act(everyone, "lock", reason="")
        assert not SignInLock.objects.exists()
        act(everyone, "lock", reason="Stolen.")
        assert not User.objects.get(username="representative").is_active
        page = reverse("desk-person", args=[everyone.ana])
        assert "Stolen." in text_of(everyone.clients["helper"].get(page))
        assert everyone.clients["representative"].get(reverse("tasks")).status_code == 401

        act(everyone, "unlock", reason="Found.")
        assert User.objects.get(username="representative").is_active

    def test_a_reset_is_mailed_to_the_verified_address_and_told(self, everyone: Everyone) -> None:
        look(everyone)
        act(everyone, "reset")
        assert [letter.to for letter in mail.outbox] == [["ana@example.org"]]
        assert Event.objects.filter(act="start_password_reset").exists()
        assert audit.notices_of(everyone.ana)[0].event == "sign_in_helped"

    def test_without_a_verified_address_no_reset_is_started(self, everyone: Everyone) -> None:
        EmailAddress.objects.update(verified=False)
        look(everyone)
        act(everyone, "reset")
        assert not mail.outbox

    def test_a_notice_goes_out_again_and_anothers_does_not(self, everyone: Everyone) -> None:
        look(everyone)
        mine = audit.notices_of(everyone.ana)[-1]
        cy = everyone.registry.person("Cy Dunn")
        before = len(audit.notices_of(everyone.ana))
        act(everyone, "resend", notice=str(mine.id))
        assert audit.notices_of(everyone.ana)[0].body == mine.body
        theirs = audit.notices_of(cy)
        if theirs:
            act(everyone, "resend", notice=str(theirs[0].id))
        act(everyone, "resend", notice="x")
        assert len(audit.notices_of(everyone.ana)) == before + 1

    def test_an_identity_check_is_recorded(self, everyone: Everyone) -> None:
        look(everyone)
        act(everyone, "check", method="video_call", document="passport")
        act(everyone, "check", method="a guess", document="passport")
        (check,) = identity_queries.identity_checks_of(everyone.ana)
        assert check.checked_by == f"person:{everyone.registry.person('Hal Per')}"


class TestPapers:
    """PLAT-026, PLAT-094; docs/decisions/0136."""

    @pytest.fixture
    def check(self, everyone: Everyone) -> int:
        return identity.record_identity_check(
            person=everyone.ana,
            checked_by="official:9999",
            method="notary",
            document="passport",
            checked_at=NOON,
        ).id

    def keep(self, everyone: Everyone, check: int, role: str = "keeper") -> Any:
        scan = SimpleUploadedFile("p.png", b"the picture", content_type="image/png")
        address = f"{reverse('identity-papers')}?person={everyone.ana}"
        return everyone.clients[role].post(address, {"check": check, "scan": scan})

    def test_a_scan_is_kept_encrypted_and_read_with_a_reason(
        self, everyone: Everyone, check: int
    ) -> None:
        self.keep(everyone, check)
        row = IdentityScan.objects.get()
        assert b"the picture" not in bytes(row.content or b"")
        address = reverse("identity-paper", args=[row.pk])
        keeper = everyone.clients["keeper"]
        assert keeper.post(address, {"reason": " "}).status_code == 302
        answer = keeper.post(address, {"reason": "Doubts."})
        assert answer.content == b"the picture"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert Event.objects.get(act="read_identity_scan").after == {"reason": "Doubts."}
        assert audit.notices_of(everyone.ana)[0].event == "sign_in_helped"

    def test_no_other_role_reads_or_keeps_one(self, everyone: Everyone, check: int) -> None:
        self.keep(everyone, check)
        address = reverse("identity-paper", args=[IdentityScan.objects.get().pk])
        for role in ("helper", "administrator", "technical", "auditor"):
            assert everyone.clients[role].post(address, {"reason": "x"}).status_code == 403
            assert self.keep(everyone, check, role=role).status_code == 403
        assert IdentityScan.objects.count() == 1

    def test_a_scan_of_somebody_elses_check_or_of_a_bad_kind_is_not_kept(
        self, everyone: Everyone, check: int
    ) -> None:
        assert self.keep(everyone, check + 1).status_code == 422
        scan = SimpleUploadedFile("p.exe", b"MZ", content_type="application/x-msdownload")
        address = f"{reverse('identity-papers')}?person={everyone.ana}"
        answer = everyone.clients["keeper"].post(address, {"check": check, "scan": scan})
        assert answer.status_code == 422
        assert not IdentityScan.objects.exists()


class TestVerifying:
    """PLAT-129: a verifier finds role, accreditation, accounts, notices and tasks."""

    def test_a_verifier_sees_the_role_and_a_representative_none(self, everyone: Everyone) -> None:
        address = reverse("verifying")
        assert "Independent verifier" in text_of(everyone.clients["verifier"].get(address))
        shown = text_of(everyone.clients["representative"].get(address))
        assert "no role as a verifier" in shown
        assert everyone.registry.number("Barry") in shown
