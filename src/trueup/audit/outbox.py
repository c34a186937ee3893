"""Mail the stored notices, each by one sender, as often as it takes.

A sender first puts its mark on a few notices and commits; another sender passes over
marked ones. Then it mails them, and writes down what came of it. No lock is held while
a mail server is talked to. A mark older than `CLAIM_LASTS` is void: its sender died.
If that was between the server's yes and our writing it down, the notice goes out again
with the same Message-ID, because a notice twice is better than none (docs/decisions/0040).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q

from trueup.audit.models import Notice

CHUNK = 50
CLAIM_LASTS = timedelta(hours=1)
WAIT_MAX = timedelta(hours=6)
ERROR_MAX = 500
SERVER_WAIT_SECONDS = 30  # A chunk is done long before its mark is void.

_FOOTER = "Notice {id}."
_OF_ACCOUNT = " You receive it because of what you are to the account, or were."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What came of mailing a notice; an empty error is a success."""

    notice: Notice
    error: str


def send_mail(now: datetime, limit: int = 500) -> int:
    """Mail up to `limit` notices whose time has come and give the number mailed.

    A notice that cannot be mailed stays, with the number of attempts and the error, and
    is tried again after 2, 4, 8 ... minutes, at most six hours. Mailing never undoes
    the act that a notice tells of.

    Source: PLAT-053, PLAT-150.
    """
    mailed = 0
    tried = 0
    while tried < limit:
        claim = uuid4()
        chunk = _claim(claim, now=now, limit=min(CHUNK, limit - tried))
        if not chunk:
            break
        tried += len(chunk)
        outcomes = _mail(chunk)
        _settle(outcomes, claim=claim, now=now)
        mailed += sum(not outcome.error for outcome in outcomes)
    return mailed


@transaction.atomic(durable=True)
def _claim(claim: UUID, *, now: datetime, limit: int) -> list[Notice]:
    """Put our mark on the notices to be mailed next.

    PostgreSQL passes over rows that another sender is about to mark; on SQLite the
    transaction is the only writer.
    """
    free = Q(claim=None) | Q(claimed_at__lt=now - CLAIM_LASTS)
    waiting = (
        Notice.objects.filter(free, mailed_at=None, attempt_at__lte=now)
        .order_by("attempt_at", "id")
        .select_for_update(skip_locked=True)
    )
    chosen = list(waiting.values_list("id", flat=True)[:limit])
    if not chosen:
        return []
    Notice.objects.filter(id__in=chosen).update(claim=claim, claimed_at=now)
    return list(Notice.objects.filter(id__in=chosen).select_related("person").order_by("id"))


def _mail(chunk: Sequence[Notice]) -> list[_Outcome]:
    """Mail the notices over one connection; a failure is kept and does not stop the rest."""
    server = get_connection(timeout=SERVER_WAIT_SECONDS)
    try:
        server.open()
    except Exception as problem:  # Whatever a mail server or its library can say.
        return [_Outcome(notice=notice, error=_told(problem)) for notice in chunk]
    try:
        return [_Outcome(notice=notice, error=_send(notice, server)) for notice in chunk]
    finally:
        server.close()


def _send(notice: Notice, server: BaseEmailBackend) -> str:
    """Mail one notice and give what went wrong, if anything."""
    address = notice.address or notice.person.email
    if not address:
        return "The person has no e-mail address; send the notice by post."
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    footer = _FOOTER.format(id=notice.id) + (_OF_ACCOUNT if notice.account_id else "")
    message = EmailMessage(
        subject=notice.subject,
        body=f"{notice.person.name},\n\n{notice.body}\n\n{footer}\n",
        to=[address],
        headers={"Message-ID": f"<notice-{notice.id}@{domain}>"},
        connection=server,
    )
    try:
        sent = server.send_messages([message])
    except Exception as problem:  # One bad notice must not hold up the others.
        server.close()
        return _told(problem)
    return "" if sent else "The mail server took no message."


def _told(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:ERROR_MAX]


def _settle(outcomes: Sequence[_Outcome], *, claim: UUID, now: datetime) -> None:
    """Write down what came of it, for the notices that still bear our mark."""
    with transaction.atomic():
        ours = Notice.objects.filter(claim=claim)
        sent = [outcome.notice.id for outcome in outcomes if not outcome.error]
        ours.filter(id__in=sent).update(
            mailed_at=now, attempts=F("attempts") + 1, error="", claim=None, claimed_at=None
        )
        failed: dict[tuple[str, int], list[int]] = defaultdict(list)
        for outcome in outcomes:
            if outcome.error:
                failed[outcome.error, outcome.notice.attempts + 1].append(outcome.notice.id)
        for (error, attempts), notices in failed.items():
            ours.filter(id__in=notices).update(
                attempts=attempts,
                error=error,
                attempt_at=now + _wait(attempts),
                claim=None,
                claimed_at=None,
            )


def _wait(attempts: int) -> timedelta:
    """How long to wait before the next attempt."""
    return min(timedelta(minutes=2 ** min(attempts, 10)), WAIT_MAX)
