"""What officials do for a person's sign-in: lock, unlock, end sessions, lost second factors.

Nothing here shows or sets a password, a code or a key: nobody but the person ever has them.
Everything is logged, and told to the person.

Source: PLAT-014, PLAT-094, PLAT-154 (an operator acts without ever seeing a password).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.identity import api_keys, checks
from trueup.identity.checking import is_oneself
from trueup.identity.cooling import start_cool_down
from trueup.identity.entries import CoolDownEntry, LockEntry, SessionEntry, SignInEntry
from trueup.identity.models import IdentityCheck, SignInLock
from trueup.rules.refusal import Refusal, Refused

REASON_MAX = 400
# How old the identity check may be after which a lost second factor is taken away.
CHECK_LASTS = timedelta(days=7)
SESSIONS_SHOWN = 50

_ADDED = {
    Authenticator.Type.TOTP: "authenticator",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery_codes",
}


def sign_in_of(user: int) -> SignInEntry | None:
    """How a user signs in: the kinds of what they have, never what it is.

    Source: PLAT-154.
    """
    row = User.objects.filter(id=user).first()
    if row is None:
        return None
    kinds = Authenticator.objects.filter(user_id=user).values_list("type", flat=True)
    lock = SignInLock.objects.filter(user_id=user, unlocked_at=None).first()
    return SignInEntry(
        user=user,
        name=row.get_username(),
        has_password=row.has_usable_password(),
        methods=tuple(sorted({_ADDED[Authenticator.Type(kind)] for kind in kinds})),
        addresses=tuple(
            EmailAddress.objects.filter(user_id=user)
            .order_by("-primary", "email")
            .values_list("email", "verified")
        ),
        last_at=row.last_login,
        joined_at=row.date_joined,
        lock=lock_entry(lock) if lock is not None else None,
        is_active=row.is_active,
    )


def sessions_of(user: int) -> list[SessionEntry]:
    """The sessions that are open in a user's name, the newest first; never their keys."""
    rows = UserSession.objects.filter(user_id=user).order_by("-created_at")
    return [
        SessionEntry(
            started_at=row.created_at,
            seen_at=row.last_seen_at,
            address=row.ip,
            browser=row.user_agent[:120],
        )
        for row in rows[:SESSIONS_SHOWN]
    ]


@transaction.atomic
def end_sessions(*, person: int, user: int, by: str, reason: str, at: datetime) -> int:
    """End every session in a person's name; how many there were.

    Raises Refused (`reason_missing`).

    Source: PLAT-014, PLAT-094.
    """
    _require(_reason_refusals(reason))
    ended = _end_all(user)
    _log(by, "end_sessions", user, at, {"ended": ended, "reason": reason.strip()})
    tell_of_help(person=person, act="ended all your sessions", by=by, at=at, reason=reason)
    return ended


@transaction.atomic
def lock_sign_in(*, person: int, user: int, by: str, reason: str, at: datetime) -> LockEntry:
    """Lock a sign-in at once: sessions end, machines' keys are revoked, nobody signs in.

    Raises Refused (`reason_missing`, `helped_by_oneself`, `locked_already`).

    Source: PLAT-094 (alerts and freezing); PLAT-154.
    """
    row = User.objects.select_for_update().get(id=user)
    refusals = _reason_refusals(reason) + _oneself_refusals(by, person)
    if SignInLock.objects.filter(user=row, unlocked_at=None).exists():
        refusals.append(checks.LockedAlready("This sign-in is locked already."))
    _require(refusals)
    User.objects.filter(id=user).update(is_active=False)
    lock = SignInLock.objects.create(user=row, reason=reason.strip(), locked_by=by, locked_at=at)
    _end_all(user)
    api_keys.revoke_api_keys(person=person, at=at, actor=by)
    _log(by, "lock_sign_in", user, at, {"reason": reason.strip()})
    tell_of_help(person=person, act="locked your sign-in", by=by, at=at, reason=reason)
    return lock_entry(lock)


@transaction.atomic
def unlock_sign_in(*, person: int, user: int, by: str, reason: str, at: datetime) -> LockEntry:
    """Unlock a sign-in; what was revoked stays revoked.

    Raises Refused (`reason_missing`, `helped_by_oneself`, `not_locked`).

    Source: PLAT-094; PLAT-154.
    """
    lock = SignInLock.objects.select_for_update().filter(user_id=user, unlocked_at=None).first()
    refusals = _reason_refusals(reason) + _oneself_refusals(by, person)
    if lock is None:
        refusals.append(checks.NotLocked("This sign-in is not locked."))
    _require(refusals)
    if lock is None:
        raise AssertionError("a sign-in without a lock was refused above")
    lock.unlocked_by, lock.unlocked_at, lock.unlock_reason = by, at, reason.strip()
    lock.save(update_fields=["unlocked_by", "unlocked_at", "unlock_reason"])
    User.objects.filter(id=user).update(is_active=True)
    _log(by, "unlock_sign_in", user, at, {"reason": reason.strip()})
    tell_of_help(person=person, act="unlocked your sign-in", by=by, at=at, reason=reason)
    return lock_entry(lock)


@transaction.atomic
def remove_second_factors(
    *, person: int, user: int, by: str, second: str, reason: str, at: datetime, hours: int
) -> CoolDownEntry | None:
    """Take away a lost second factor, so that the person sets up another; they cool down.

    Two officials agree to it, after one of them has recorded an identity check of the last
    seven days. Every session ends, and recovery codes go with the factors.

    Args:
        by, second: Who asked for it and who approved it.

    Raises Refused (`reason_missing`, `helped_by_oneself`, `check_missing`,
    `no_second_factor`).

    Source: PLAT-094, PLAT-014.
    """
    refusals = _reason_refusals(reason)
    refusals += _oneself_refusals(by, person) + _oneself_refusals(second, person)
    checked = IdentityCheck.objects.filter(
        person_id=person, checked_at__gte=at - CHECK_LASTS, checked_at__lte=at
    )
    if not checked.exists():
        refusals.append(
            checks.CheckMissing(
                f"Check the person's identity first: no check of the last {CHECK_LASTS.days} days"
                " is recorded."
            )
        )
    owned = Authenticator.objects.filter(user_id=user)
    if not owned.exists():
        refusals.append(checks.NoSecondFactor("The person has no second factor."))
    _require(refusals)
    removed = sorted(owned.values_list("type", flat=True))
    owned.delete()
    _end_all(user)
    _log(by, "remove_second_factors", user, at, {"removed": removed, "second": second})
    tell_of_help(person=person, act="removed your second factors", by=by, at=at, reason=reason)
    return start_cool_down(
        person=person, reason="second_factor_removed", at=at, hours=hours, actor=by
    )


def tell_of_help(*, person: int, act: str, by: str, at: datetime, reason: str = "") -> None:
    """Tell a person what an official did with their sign-in.

    Source: PLAT-150, PLAT-154.
    """
    context: dict[str, ContextValue] = {
        "act": act,
        "at": at,
        "official": _name_of(by),
        "reason": reason.strip(),
    }
    audit.notify(
        [
            NoticeSpec(
                event="sign_in_helped", program="", person=person, created_at=at, context=context
            )
        ]
    )


@transaction.atomic
def record_look(*, person: int, by: str, reason: str, at: datetime) -> None:
    """Keep that an official looked at a person's record; the person is told once a day.

    Raises Refused (`reason_missing`).

    Source: PLAT-017, PLAT-154.
    """
    _require(_reason_refusals(reason))
    audit.log(
        at=at,
        program="",
        actor=by,
        act="look_at_person",
        subject=f"person:{person}",
        after={"reason": reason.strip()},
        cite="PLAT-154",
    )
    if is_oneself(by, person):
        return
    context: dict[str, ContextValue] = {
        "at": at,
        "official": _name_of(by),
        "reason": reason.strip(),
    }
    audit.notify(
        [
            NoticeSpec(
                event="record_looked_at",
                program="",
                person=person,
                created_at=at,
                context=context,
                dedupe=f"look:{by}:{at:%Y-%m-%d}",
            )
        ]
    )


def lock_entry(row: SignInLock) -> LockEntry:
    return LockEntry(
        reason=row.reason,
        locked_by=row.locked_by,
        locked_at=row.locked_at,
        unlocked_at=row.unlocked_at,
    )


def _name_of(actor: str) -> str:
    """An official's name, as the person is told it; the actor where there is none."""
    people = IdentityCheck._meta.get_field("person").remote_field.model
    number = actor.rpartition(":")[2]
    if not number.isdecimal():
        return actor
    found = people._default_manager.filter(id=int(number)).values_list("name", flat=True)
    return str(found.first() or actor)


def _end_all(user: int) -> int:
    sessions = list(UserSession.objects.filter(user_id=user))
    for session in sessions:
        session.end()
    return len(sessions)


def _log(by: str, act: str, user: int, at: datetime, after: dict[str, object]) -> None:
    audit.log(
        at=at,
        program="",
        actor=by,
        act=act,
        subject=f"user:{user}",
        after=after,
        cite="PLAT-094",
    )


def _reason_refusals(reason: str) -> list[Refusal]:
    if 0 < len(reason.strip()) <= REASON_MAX and "\x00" not in reason:
        return []
    return [checks.ReasonMissing(f"Say why, in 1 to {REASON_MAX} characters.")]


def _oneself_refusals(by: str, person: int) -> list[Refusal]:
    if not is_oneself(by, person):
        return []
    return [checks.HelpedByOneself("Nobody does this for themselves; ask another official.")]


def _require(refusals: list[Refusal]) -> None:
    if refusals:
        raise Refused(refusals)
