"""Histories that are brought in: what was told in the past is not mailed again today."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from trueup.audit.models import Notice


def settle_history(*, until: datetime) -> int:
    """Note that the notices up to an instant were mailed when they were written.

    For a registry whose past was loaded: its notices are there to be read, and nobody is
    to get a mail on something years old. One statement. What a sender has in hand, or has
    tried to mail already, is left to the sender.

    Gives the number of notices.

    Source: PLAT-053, PLAT-150; docs/explanation/demonstration.md.
    """
    past = Notice.objects.filter(mailed_at=None, claim=None, attempts=0, created_at__lte=until)
    return past.update(mailed_at=F("created_at"))
