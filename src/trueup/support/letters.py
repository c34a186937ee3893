"""Mail the letters to those whom the registry knows by an address alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from trueup.support.models import Letter

CHUNK = 50
AGAIN_AFTER = timedelta(minutes=10)
ATTEMPTS_MAX = 20
ERROR_MAX = 500


def send_letters(now: datetime) -> int:
    """Mail the letters whose time has come, and give the number mailed.

    A letter is put off before it is mailed: if the sender dies it is tried again later, and
    no second sender takes it meanwhile. One that cannot be mailed stays, with the error.

    Source: PLAT-014.
    """
    mailed = 0
    for letter in _take(now):
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
        message = EmailMessage(
            subject=letter.subject,
            body=letter.body,
            to=[letter.address],
            headers={"Message-ID": f"<letter-{letter.pk}@{domain}>"},
        )
        try:
            message.send()
        except Exception as problem:  # Whatever a mail server or its library can say.
            error = f"{type(problem).__name__}: {problem}"[:ERROR_MAX]
            Letter.objects.filter(id=letter.pk).update(error=error)
        else:
            Letter.objects.filter(id=letter.pk).update(mailed_at=now, error="")
            mailed += 1
    return mailed


@transaction.atomic
def _take(now: datetime) -> list[Letter]:
    due = Letter.objects.filter(mailed_at=None, attempt_at__lte=now, attempts__lt=ATTEMPTS_MAX)
    taken = list(due.select_for_update(skip_locked=True).order_by("attempt_at", "id")[:CHUNK])
    for letter in taken:
        letter.attempts += 1
        letter.attempt_at = now + AGAIN_AFTER * letter.attempts
        letter.save(update_fields=["attempts", "attempt_at"])
    return taken
