"""Submissions on their way to a signature: kept with their answers, finished once.

Source: PLAT-050, PLAT-051, PLAT-054.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from trueup.rules.refusal import Refused
from trueup.signing import challenges
from trueup.signing.entries import DraftEntry
from trueup.signing.models import Draft

# A submission that nobody has signed or changed for so long is begun anew.
LIFETIME = timedelta(days=30)


def keep_draft(
    *,
    person: int,
    program: str,
    act: str,
    subject: str,
    answers: Mapping[str, Any],
    values: Mapping[str, Any],
    created_at: datetime,
    key: UUID | None = None,
) -> DraftEntry:
    """Keep a submission whose answers are to be checked; nothing is done yet.

    Source: PLAT-050, PLAT-051.
    """
    return draft_entry(
        Draft.objects.create(
            key=key or uuid4(),
            person_id=person,
            program=program,
            act=act,
            subject=subject,
            answers=dict(answers),
            values=dict(values),
            created_at=created_at,
            changed_at=created_at,
        )
    )


def change_draft(
    *,
    key: UUID,
    person: int,
    answers: Mapping[str, Any],
    values: Mapping[str, Any],
    changed_at: datetime,
) -> None:
    """Keep what was answered on a further page; what was signed is not changed any more.

    Raises Refused (`signed_already`).

    Source: PLAT-051, PLAT-054; docs/decisions/0240.
    """
    rows = Draft.objects.filter(key=key, person_id=person, done_at=None)
    if not rows.update(answers=dict(answers), values=dict(values), changed_at=changed_at):
        raise Refused([challenges.signed_already()])


def discard_draft(*, key: UUID, person: int) -> bool:
    """Throw away what somebody has begun and not signed; whether there was any.

    Source: PLAT-051; docs/decisions/0240.
    """
    return bool(Draft.objects.filter(key=key, person_id=person, done_at=None).delete()[0])


def finish_draft(*, key: UUID, outcome: Mapping[str, Any], done_at: datetime) -> None:
    """Note what became of a draft, in the transaction of the act; only the first time.

    Raises Refused (`signed_already`).

    Source: PLAT-054.
    """
    rows = Draft.objects.filter(key=key, done_at=None)
    if not rows.update(outcome=dict(outcome), done_at=done_at):
        raise Refused([challenges.signed_already()])


def delete_old_drafts(*, at: datetime) -> int:
    """Remove the drafts that nobody signed or changed for long."""
    return Draft.objects.filter(done_at=None, changed_at__lt=at - LIFETIME).delete()[0]


def draft_entry(row: Draft) -> DraftEntry:
    return DraftEntry(
        key=row.key,
        person=row.person_id,
        program=row.program,
        act=row.act,
        subject=row.subject,
        answers=row.answers,
        values=row.values,
        created_at=row.created_at,
        changed_at=row.changed_at,
        done_at=row.done_at,
        outcome=row.outcome,
    )
