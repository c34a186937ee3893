"""Receipts of submissions that no other notice tells of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from trueup.audit.entries import NoticeSpec

EVENT = "submission_received"


def receipts(
    people: Iterable[int],
    *,
    program: str,
    what: str,
    reference: str,
    received_at: datetime,
    about: str = "",
    account: int | None = None,
) -> list[NoticeSpec]:
    """The notices that a submission was received, one for each person, once.

    Args:
        what: What was submitted, as people call it. reference: Where it is kept.

    Source: PLAT-150.
    """
    context = {
        "what": what,
        "program": program,
        "about": about or None,
        "received_at": received_at,
        "reference": reference,
    }
    return [
        NoticeSpec(
            event=EVENT,
            program=program,
            person=person,
            account=account,
            created_at=received_at,
            context=context,
            dedupe=f"{EVENT} {reference}",
        )
        for person in dict.fromkeys(people)
    ]


def person_of(actor: str) -> int | None:
    """The person that an actor names: `person:17`; None for others."""
    kind, _, key = actor.partition(":")
    return int(key) if kind == "person" and key.isdigit() else None
