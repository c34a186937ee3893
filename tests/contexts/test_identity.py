"""Who people are, what machines may do, and the slowness after a reset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from trueup.accounts.models import Person
from trueup.audit import queries as audit
from trueup.audit import services as audit_services
from trueup.identity import queries, services
from trueup.identity.entries import SCOPES, CoolDownEntry, IdentityCheckSpec, KeyEntry
from trueup.identity.models import ApiKey, ApiKeyScope, CoolDown, IdentityCheck, IdentityScan
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PAPER = b"%PDF-1.7 a passport that nobody may see"


@pytest.fixture
def ana() -> int:
    return Person.objects.create(name="Ana Ruiz", email="ana@x.example").pk


def check(person: int, checked_by: str = "official:999") -> int:
    return services.record_identity_check(
        person=person,
        checked_by=checked_by,
        method="in_person",
        document="passport, United States",
        checked_at=NOW,
    ).id


def key(person: int, **changes: object) -> tuple[KeyEntry, str]:
    values: dict[str, object] = {
        "person": person,
        "name": "trading desk",
        "scopes": ("read", "propose_transfers"),
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=90),
    }
    return services.create_api_key(**{**values, **changes})  # type: ignore[arg-type]


def cool_down(person: int) -> CoolDownEntry:
    entry = services.start_cool_down(person=person, reason="password_reset", at=NOW, hours=24)
    assert entry is not None
    return entry


def refusals(act: object, **values: object) -> frozenset[str]:
    with pytest.raises(Refused) as refused:
        act(**values)  # type: ignore[operator]
    return refused.value.reasons


class TestIdentityChecks:
    """PLAT-026; PLAT-094."""

    def test_a_check_says_who_what_and_when(self, ana: int) -> None:
        assert not queries.is_identity_checked(ana)

        check(ana)

        assert queries.is_identity_checked(ana)
        (entry,) = queries.identity_checks_of(ana)
        assert (entry.checked_by, entry.document, entry.checked_at) == (
            "official:999",
            "passport, United States",
            NOW,
        )
        assert audit.events_of(f"person:{ana}")[0].act == "record_identity_check"

    @pytest.mark.parametrize("office", ["person", "official"])
    def test_nobody_checks_themselves(self, ana: int, office: str) -> None:
        assert refusals(check, person=ana, checked_by=f"{office}:{ana}") == {"checked_by_oneself"}
        assert not queries.is_identity_checked(ana)

    def test_many_checks_take_as_many_statements_as_one(self, ana: int) -> None:
        people = [Person.objects.create(name=f"Person {n}").pk for n in range(50)]
        spec = [
            IdentityCheckSpec(
                person=person,
                checked_by="administrator",
                method="console",
                document="known",
                checked_at=NOW,
            )
            for person in people
        ]
        with CaptureQueriesContext(
            connection,
        ) as one:
            services.record_identity_checks(spec[:1])
        with CaptureQueriesContext(connection) as many:
            services.record_identity_checks(spec[1:])

        assert len(many) == len(one)
        assert queries.identity_checked([*people, ana]) == set(people)

    def test_a_check_cannot_be_changed_or_removed(self, ana: int) -> None:
        check(ana)
        for act in (
            lambda: IdentityCheck.objects.update(checked_by="somebody"),
            lambda: IdentityCheck.objects.all().delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()


class TestScans:
    """PLAT-094: encrypted apart, read under a permission of its own, and deleted."""

    def kept(self, person: int) -> int:
        return services.keep_scan(
            check=check(person),
            content=PAPER,
            media_type="application/pdf",
            kept_by="official:999",
            at=NOW,
            keep_days=30,
        ).id

    def test_the_database_does_not_hold_the_paper(self, ana: int) -> None:
        scan = self.kept(ana)

        stored = bytes(IdentityScan.objects.get(id=scan).content or b"")
        assert b"passport" not in stored

    def test_only_the_permission_opens_it_and_every_attempt_is_logged(self, ana: int) -> None:
        scan = self.kept(ana)

        refused = refusals(
            services.read_scan, scan=scan, by="official:7", is_permitted=False, at=NOW
        )
        _, content = services.read_scan(scan=scan, by="official:8", is_permitted=True, at=NOW)

        assert refused == {"scan_not_permitted"}
        assert content == PAPER
        log = [(event.actor, event.act) for event in audit.events_of(f"identity_scan:{scan}")]
        assert log[:2] == [
            ("official:8", "read_identity_scan"),
            ("official:7", "refuse_identity_scan"),
        ]

    def test_it_is_deleted_when_its_days_are_over(self, ana: int) -> None:
        scan = self.kept(ana)

        assert services.delete_due_scans(NOW + timedelta(days=29)) == 0
        assert services.delete_due_scans(NOW + timedelta(days=30)) == 1

        assert IdentityScan.objects.get(id=scan).content is None
        assert refusals(
            services.read_scan, scan=scan, by="official:8", is_permitted=True, at=NOW
        ) == {"scan_gone"}
        assert queries.is_identity_checked(ana)

    def test_a_changed_paper_is_not_given_out(self, ana: int) -> None:
        from cryptography.fernet import InvalidToken

        scan = self.kept(ana)
        IdentityScan.objects.filter(id=scan).update(content=b"x" * 200)

        with pytest.raises(InvalidToken):
            services.read_scan(scan=scan, by="official:8", is_permitted=True, at=NOW)

    def test_what_is_no_paper_is_not_kept(self, ana: int) -> None:
        assert refusals(
            services.keep_scan,
            check=check(ana),
            content=b"<html>",
            media_type="text/html",
            kept_by="official:999",
            at=NOW,
            keep_days=30,
        ) == {"scan_not_usable"}


class TestCoolDowns:
    """PLAT-094: nothing is moved before it ends and an official has cleared it."""

    def test_it_holds_until_its_end_and_until_it_was_cleared(self, ana: int) -> None:
        entry = cool_down(ana)
        end = NOW + timedelta(hours=24)

        assert queries.cooling_down([ana], at=NOW - timedelta(seconds=1)) == {}
        assert queries.cooling_down([ana], at=NOW) == {ana: end}
        assert queries.cooling_down([ana], at=end + timedelta(days=9)) == {ana: end}

        services.review_cool_down(cool_down=entry.id, by="official:999", outcome="cleared", at=NOW)

        assert queries.cooling_down([ana], at=end - timedelta(seconds=1)) == {ana: end}
        assert queries.cooling_down([ana], at=end) == {}

    def test_what_was_upheld_holds_on(self, ana: int) -> None:
        entry = cool_down(ana)
        services.review_cool_down(cool_down=entry.id, by="official:999", outcome="upheld", at=NOW)

        assert ana in queries.cooling_down([ana], at=NOW + timedelta(days=365))
        assert [one.id for one in queries.unreviewed_cool_downs()] == [entry.id]

    def test_nobody_reviews_their_own(self, ana: int) -> None:
        entry = cool_down(ana)

        assert refusals(
            services.review_cool_down,
            cool_down=entry.id,
            by=f"official:{ana}",
            outcome="cleared",
            at=NOW,
        ) == {"reviewed_by_oneself"}

    def test_a_program_may_have_none(self, ana: int) -> None:
        assert (
            services.start_cool_down(person=ana, reason="password_reset", at=NOW, hours=0) is None
        )
        assert queries.cooling_down([ana], at=NOW) == {}

    def test_one_statement_reads_any_number_of_persons(self, ana: int) -> None:
        with CaptureQueriesContext(connection) as statements:
            queries.cooling_down(range(5000), at=NOW)
        assert len(statements) == 1

    def test_the_person_is_told(self, ana: int) -> None:
        cool_down(ana)
        assert [notice.event for notice in audit.notices_of(ana)] == ["cool_down_started"]

    def test_the_database_wants_a_whole_review(self, ana: int) -> None:
        cool_down(ana)
        with pytest.raises(IntegrityError), transaction.atomic():
            CoolDown.objects.update(outcome="cleared")
        with pytest.raises(IntegrityError), transaction.atomic():
            CoolDown.objects.all().delete()


class TestKeys:
    """PLAT-004; PLAT-035: hashed, scoped, expiring; they propose and never approve."""

    def test_the_secret_opens_and_is_not_kept(self, ana: int) -> None:
        entry, secret = key(ana)

        found = services.authenticate_key(secret, at=NOW)

        assert found is not None
        assert (found.id, found.person, found.scopes) == (
            entry.id,
            ana,
            {"read", "propose_transfers"},
        )
        row = ApiKey.objects.get()
        assert secret not in (row.digest, row.prefix)
        assert secret.startswith(row.prefix)
        assert row.last_used_at == NOW

    def test_a_revoked_key_an_expired_key_and_a_guess_open_nothing(self, ana: int) -> None:
        entry, secret = key(ana)
        _, other = key(ana, name="another")

        assert services.authenticate_key(secret, at=NOW + timedelta(days=90)) is None
        assert services.authenticate_key(secret, at=NOW - timedelta(seconds=1)) is None
        assert services.authenticate_key(secret[:-1] + "é", at=NOW) is None
        assert services.authenticate_key(secret + "x", at=NOW) is None
        assert services.authenticate_key("", at=NOW) is None

        assert services.revoke_api_keys(key=entry.id, at=NOW, actor=f"person:{ana}") == 1
        assert services.authenticate_key(secret, at=NOW) is None
        assert services.authenticate_key(other, at=NOW) is not None
        assert services.revoke_api_keys(person=ana, at=NOW, actor="registry") == 1
        assert services.authenticate_key(other, at=NOW) is None

    def test_there_is_no_scope_that_approves(self, ana: int) -> None:
        assert not [scope for scope in SCOPES if "approve" in scope or "sign" in scope]
        for scope in ("approve_transfers", "sign", "*", ""):
            assert refusals(key, person=ana, scopes=(scope,)) == {"scope_unknown"}
        assert refusals(key, person=ana, scopes=()) == {"scope_unknown"}

        key(ana)
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiKeyScope.objects.create(key=ApiKey.objects.get(), scope="approve_transfers")
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiKeyScope.objects.update(scope="read")

    def test_a_key_ends(self, ana: int) -> None:
        for expires_at in (NOW, NOW + timedelta(days=367)):
            assert refusals(key, person=ana, expires_at=expires_at) == {"key_not_usable"}

    def test_a_key_for_an_account_covers_no_other(self, ana: int) -> None:
        entry, _ = key(ana, program="cpp-mass")

        assert entry.covers("read", account=5, program="cpp-mass")
        assert not entry.covers("read", program="rggi-md")
        assert not entry.covers("propose_deduction_requests")

    def test_the_last_use_is_not_written_down_each_time(self, ana: int) -> None:
        _, secret = key(ana)
        services.authenticate_key(secret, at=NOW)

        with CaptureQueriesContext(connection) as statements:
            services.authenticate_key(secret, at=NOW + timedelta(seconds=59))

        assert not [one for one in statements if one["sql"].startswith("UPDATE")]


class TestSecurityEvents:
    """PLAT-012; PLAT-150."""

    def test_ten_failures_in_five_minutes_raise_one_event(self, ana: int) -> None:
        raised = [
            services.record_failed_sign_in(user=1, at=NOW + timedelta(seconds=20 * n))
            for n in range(21)
        ]

        assert [n for n, one in enumerate(raised, start=1) if one] == [10, 20]

    def test_ten_failures_in_more_than_five_minutes_raise_none(self, ana: int) -> None:
        assert not any(
            services.record_failed_sign_in(user=1, at=NOW + timedelta(seconds=34 * n))
            for n in range(10)
        )

    def test_a_new_place_is_news_but_the_first_is_not(self) -> None:
        user = User.objects.create(username="ana").pk
        place = {"user": user, "address": "192.0.2.0", "browser": "Firefox", "at": NOW}

        assert services.recognise_place(**place)  # type: ignore[arg-type]
        assert services.recognise_place(**place)  # type: ignore[arg-type]
        assert not services.recognise_place(**{**place, "address": "198.51.100.0"})  # type: ignore[arg-type]
        assert services.recognise_place(**{**place, "address": "198.51.100.0"})  # type: ignore[arg-type]

    def test_a_code_is_used_once(self) -> None:
        user = User.objects.create(username="ana").pk

        assert services.use_code(user=user, step=100)
        assert not services.use_code(user=user, step=100)
        assert services.use_code(user=user, step=101)

    def test_a_change_of_address_goes_to_the_old_and_the_new(self, ana: int) -> None:
        """PLAT-150: contact change is mailed to the old and the new address."""
        services.contact_changed(person=ana, old="ana@x.example", new="thief@y.example", at=NOW)

        audit_services.send_mail(NOW)

        assert [message.to for message in mail.outbox] == [["ana@x.example"], ["thief@y.example"]]
        assert "thief@y.example" not in mail.outbox[0].body
