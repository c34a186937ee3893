"""A reset is put before an official of the installation's own program."""

from __future__ import annotations

from django.conf import settings

from trueup.identity.entries import CoolDownEntry
from trueup.support import reviews
from trueup.support.reviews import FUNCTION, KIND

__all__ = ["FUNCTION", "KIND", "ask_for_review"]


def ask_for_review(entry: CoolDownEntry, *, name: str) -> None:
    """Open the task for whoever checks identities.

    Source: PLAT-094.
    """
    reviews.ask_for_review(entry, program=settings.TRUEUP_PROGRAM, name=name)
