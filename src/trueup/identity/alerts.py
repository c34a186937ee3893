"""What concerns the safety of a user's sign-in: logged, and told to the person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.models import Event
from trueup.audit.notices import ContextValue
from trueup.audit.statements import insert_many
from trueup.identity.models import KnownPlace, UsedCode

FAILURES_MAX = 10
FAILURES_WITHIN = timedelta(minutes=5)
# A code's time step is 30 seconds, so this many are kept for five minutes.
STEPS_KEPT = 10

# What is told to the person; the rest is only logged.
ALERTS = frozenset(
    {"sign_in_from_new_place", "password_changed", "second_factor_changed", "contact_changed"}
)


@transaction.atomic
def record_security_event(
    *,
    act: str,
    user: int,
    at: datetime,
    person: int | None = None,
    details: Mapping[str, object] | None = None,
    actor: str = "",
) -> None:
    """Keep what happened to a user's sign-in: `sign_in`, `sign_in_failed`, `sign_out` ...

    Source: PLAT-012; PLAT-017.
    """
    audit.log(
        at=at,
        program="",
        actor=actor or (f"person:{person}" if person is not None else f"user:{user}"),
        act=act,
        subject=f"user:{user}",
        after=details,
        cite="PLAT-012",
    )


def alert(*, event: str, person: int, at: datetime, context: Mapping[str, ContextValue]) -> None:
    """Tell a person what happened to their sign-in, by mail and in their notices.

    Source: PLAT-150; PLAT-094.
    """
    if event not in ALERTS:
        raise ValueError(f"{event!r} is not an alert")
    audit.notify(
        [NoticeSpec(event=event, program="", person=person, created_at=at, context=context)]
    )


@transaction.atomic
def record_failed_sign_in(*, user: int, at: datetime, address: str = "") -> bool:
    """Keep a failed attempt; the tenth in five minutes raises a security event, and so on.

    Gives whether one was raised: `sign_in_attack`, once for each ten failures.

    Source: PLAT-012 (10 failed log-ins in 5 minutes for one user).
    """
    record_security_event(
        act="sign_in_failed", user=user, at=at, details={"address": address}, actor="unknown"
    )
    subject = f"user:{user}"
    recent = Event.objects.filter(subject=subject, at__gt=at - FAILURES_WITHIN, at__lte=at)
    raised = recent.filter(act="sign_in_attack").order_by("-id").first()
    failures = recent.filter(act="sign_in_failed", id__gt=raised.id if raised else 0).count()
    if failures < FAILURES_MAX:
        return False
    audit.log(
        at=at,
        program="",
        actor="registry",
        act="sign_in_attack",
        subject=subject,
        after={"failures": failures, "address": address},
        cite="PLAT-012",
    )
    return True


@transaction.atomic
def recognise_place(*, user: int, address: str, browser: str, at: datetime) -> bool:
    """Whether the user has signed in from this browser and network before; remembers it.

    The first place of all is not news: there was nothing to compare it with.

    Source: PLAT-094.
    """
    digest = hashlib.sha256(f"{user}\n{address}\n{browser}".encode()).hexdigest()
    known = KnownPlace.objects.filter(user_id=user)
    if known.filter(digest=digest).update(last_at=at):
        return True
    is_first = not known.exists()
    row = {"user_id": user, "digest": digest, "first_at": at, "last_at": at}
    insert_many(KnownPlace, [row], ignore=True)
    return is_first


@transaction.atomic
def use_code(*, user: int, step: int) -> bool:
    """Use up the second-factor code of a time step; False if it was used before.

    The database decides, so two requests at once cannot both have it.

    Source: RFC 6238, section 5.2 (one-time only).
    """
    fresh = bool(insert_many(UsedCode, [{"user_id": user, "step": step}], ignore=True))
    UsedCode.objects.filter(user_id=user, step__lt=step - STEPS_KEPT).delete()
    return fresh


@transaction.atomic
def contact_changed(*, person: int, old: str, new: str, at: datetime, actor: str = "") -> None:
    """Tell the old and the new address that a person's contact data changed.

    Source: PLAT-150 (contact change is mailed to the old and the new address).
    """
    audit.log(
        at=at,
        program="",
        actor=actor or f"person:{person}",
        act="change_contact",
        subject=f"person:{person}",
        cite="PLAT-150",
    )
    audit.notify(
        [
            NoticeSpec(
                event="contact_changed",
                program="",
                person=person,
                created_at=at,
                address=address,
                context={"changed_at": at, "new": _masked(new)},
            )
            for address in dict.fromkeys((old, new))
            if address
        ]
    )


def _masked(address: str) -> str:
    """An address that its owner knows again and a stranger cannot use: a...@x.example."""
    mailbox, _, domain = address.rpartition("@")
    return f"{mailbox[:1]}...@{domain}" if domain else "..."
