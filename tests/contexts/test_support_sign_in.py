"""What officials do for a person's sign-in: locks, sessions, lost factors (PLAT-094, PLAT-154)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import IntegrityError, transaction

from tests.contexts.test_desk import Office
from trueup.accounts import people_reads
from trueup.accounts.models import Person
from trueup.audit import queries as audit
from trueup.audit.models import Event
from trueup.identity import helping
from trueup.identity import queries as identity_queries
from trueup.identity import services as identity
from trueup.identity.models import SignInLock
from trueup.officials.roles import FUNCTIONS, ROLES
from trueup.rules.refusal import Refused
from trueup.tasks import queries as tasks

pytestmark = pytest.mark.django_db

NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)


@pytest.fixture
def office() -> Office:
    return Office()


def user_of(office: Office, name: str = "Ana Ruiz") -> int:
    """A user who signs in as a person, with an authenticator and an open session."""
    user = User.objects.create(username=name.split(maxsplit=1)[0].lower())
    Person.objects.filter(id=office.person(name)).update(user=user)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "s3cret"})
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "s3cret"}
    )
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store.save()
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key=store.session_key)
    return int(user.pk)


def given(office: Office, **values: Any) -> dict[str, Any]:
    ana = office.person("Ana Ruiz")
    return {
        "person": ana,
        "user": people_reads.user_of(ana),
        "by": f"person:{office.person('Olga Stone')}",
        "reason": "She called.",
        "at": office.tick(),
        **values,
    }


def told(office: Office, name: str = "Ana Ruiz") -> list[str]:
    """What officials' help was told of; not that accounts were opened."""
    subjects = [notice.subject for notice in audit.notices_of(office.person(name))]
    return [subject for subject in subjects if subject.startswith("An official")]


class TestLooking:
    """PLAT-154: an operator acts without ever seeing a password."""

    def test_kinds_are_shown_and_never_what_they_hold(self, office: Office) -> None:
        user = user_of(office)
        User.objects.get(id=user).set_password("s3cret")
        found = helping.sign_in_of(user)

        assert found is not None
        assert found.methods == ("authenticator", "recovery_codes")
        assert "s3cret" not in repr(found) + repr(helping.sessions_of(user))
        session = UserSession.objects.get()
        assert session.session_key not in repr(helping.sessions_of(user))

    def test_a_look_is_logged_each_time_and_told_once_a_day(self, office: Office) -> None:
        ana, by = office.person("Ana Ruiz"), f"person:{office.person('Olga Stone')}"
        for hour in range(3):
            identity.record_look(person=ana, by=by, reason="H-1", at=NOON + timedelta(hours=hour))

        assert Event.objects.filter(act="look_at_person", subject=f"person:{ana}").count() == 3
        assert told(office) == ["An official looked at your record"]

    def test_a_look_without_a_reason_is_refused(self, office: Office) -> None:
        with pytest.raises(Refused) as refused:
            identity.record_look(
                person=office.person("Ana Ruiz"), by="person:1", reason=" ", at=NOON
            )
        assert refused.value.reasons == {"reason_missing"}

    def test_a_person_is_found_by_name_address_number_and_account(self, office: Office) -> None:
        ana = office.person("Ana Ruiz")
        Person.objects.filter(id=ana).update(email="ana@barry.example")
        for text in ("ana r", "ANA@BARRY", str(ana), office.number("Barry").lower()):
            assert ana in [found.id for found in people_reads.search_people(text)], text
        assert people_reads.search_people("a") == []
        assert people_reads.search_people("") == []

    def test_what_is_found_goes_on_where_it_ended(self, office: Office) -> None:
        everybody = people_reads.search_people("an", limit=100)
        first = people_reads.search_people("an", limit=1)
        rest = people_reads.search_people("an", limit=100, after=first[-1].id)
        assert first + rest == everybody


class TestLocking:
    """PLAT-094: a sign-in is locked at once, and unlocked by somebody else than its owner."""

    def test_a_locked_sign_in_has_no_sessions_and_no_keys_and_the_person_is_told(
        self, office: Office
    ) -> None:
        user = user_of(office)
        at = office.tick()
        identity.create_api_key(
            person=office.person("Ana Ruiz"),
            name="m",
            scopes=["read"],
            created_at=at,
            expires_at=at + timedelta(days=9),
        )
        identity.lock_sign_in(**given(office))

        assert not User.objects.get(id=user).is_active
        assert not UserSession.objects.exists()
        assert not identity_queries.live_keys([office.person("Ana Ruiz")], at=office.tick())
        assert "An official locked your sign-in" in told(office)
        with pytest.raises(Refused) as refused:
            identity.lock_sign_in(**given(office))
        assert refused.value.reasons == {"locked_already"}

        identity.unlock_sign_in(**given(office))
        assert User.objects.get(id=user).is_active
        with pytest.raises(Refused) as refused:
            identity.unlock_sign_in(**given(office))
        assert refused.value.reasons == {"not_locked"}

    def test_nobody_unlocks_themselves_and_a_reason_is_given(self, office: Office) -> None:
        user_of(office)
        identity.lock_sign_in(**given(office))
        ana = f"person:{office.person('Ana Ruiz')}"
        with pytest.raises(Refused) as refused:
            identity.unlock_sign_in(**given(office, by=ana, reason=""))
        assert refused.value.reasons == {"helped_by_oneself", "reason_missing"}

    def test_two_open_locks_of_one_user_cannot_be_written_down(self, office: Office) -> None:
        user_of(office)
        identity.lock_sign_in(**given(office))
        row = SignInLock.objects.get()
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            SignInLock.objects.all().delete()

    def test_ending_sessions_ends_them_all_and_says_so(self, office: Office) -> None:
        user_of(office)
        assert identity.end_sessions(**given(office)) == 1
        assert not UserSession.objects.exists()
        assert told(office) == ["An official ended all your sessions"]


class TestLostSecondFactor:
    """PLAT-094: a second official approves, after a recorded identity check."""

    def act(self, office: Office) -> Any:
        return office.propose(
            "remove_second_factor", person=office.person("Ana Ruiz"), reason="Lost her phone."
        )

    def check(self, office: Office) -> None:
        identity.record_identity_check(
            person=office.person("Ana Ruiz"),
            checked_by=f"person:{office.person('Olga Stone')}",
            method="video_call",
            document="passport",
            checked_at=office.tick(),
        )

    def test_without_an_identity_check_nothing_is_even_proposed(self, office: Office) -> None:
        user_of(office)
        with pytest.raises(Refused) as refused:
            self.act(office)
        assert refused.value.reasons == {"check_missing"}

    def test_an_old_check_does_not_do(self, office: Office) -> None:
        user_of(office)
        self.check(office)
        with pytest.raises(Refused) as refused:
            identity.remove_second_factors(
                **given(office, at=office.tick() + timedelta(days=8), second="person:2", hours=24)
            )
        assert refused.value.reasons == {"check_missing"}

    def test_two_officials_take_it_away_and_the_person_cools_down(self, office: Office) -> None:
        user = user_of(office)
        self.check(office)
        entry = self.act(office)
        assert Authenticator.objects.filter(user_id=user).count() == 2
        assert UserSession.objects.exists()

        with pytest.raises(Refused):
            office.approve(entry, by="Olga Stone")
        office.approve(entry)

        ana = office.person("Ana Ruiz")
        assert not Authenticator.objects.filter(user_id=user).exists()
        assert not UserSession.objects.exists()
        assert ana in identity_queries.cooling_down([ana], at=office.tick())
        (cool_down,) = identity_queries.cool_downs_of(ana)
        assert tasks.open_on(f"cool_down:{cool_down.id}")
        assert "An official removed your second factors" in told(office)

    def test_officials_do_it_neither_for_themselves_nor_for_who_has_none(
        self, office: Office
    ) -> None:
        with pytest.raises(Refused) as refused:
            self.act(office)
        assert refused.value.reasons == {"nothing_to_do"}

        user_of(office)
        self.check(office)
        ana = f"person:{office.person('Ana Ruiz')}"
        with pytest.raises(Refused) as refused:
            identity.remove_second_factors(**given(office, second=ana, hours=24))
        assert refused.value.reasons == {"helped_by_oneself"}


class TestPapers:
    """PLAT-004: no other permission includes identity scans (docs/decisions/0136)."""

    def test_one_role_alone_has_the_function(self) -> None:
        assert "identity_scans" in FUNCTIONS
        having = [name for name, role in ROLES.items() if "identity_scans" in role.functions]
        assert having == ["identity_keeper"]
        assert ROLES["identity_keeper"].functions == {"identity_scans"}

    def test_why_a_scan_was_read_is_kept(self, office: Office) -> None:
        ana = office.person("Ana Ruiz")
        check = identity.record_identity_check(
            person=ana, checked_by="official:999", method="notary", document="p", checked_at=NOON
        )
        scan = identity.keep_scan(
            check=check.id,
            content=b"x",
            media_type="image/png",
            kept_by="official:999",
            at=NOON,
            keep_days=9,
        )
        assert identity_queries.person_of_scan(scan.id) == ana
        assert identity_queries.person_of_scan(scan.id + 1) is None
        identity.read_scan(
            scan=scan.id, by="official:999", is_permitted=True, at=NOON, reason="Doubts."
        )
        assert Event.objects.get(act="read_identity_scan").after == {"reason": "Doubts."}
