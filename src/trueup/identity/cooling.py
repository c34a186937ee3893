"""Cool-downs: after a reset a person moves nothing until it is over and was reviewed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.identity import checks
from trueup.identity.checking import is_oneself
from trueup.identity.entries import CLEARED, REVIEW_OUTCOMES, CoolDownEntry
from trueup.identity.models import CoolDown
from trueup.rules.refusal import Refusal, Refused

_WORDS = {
    "password_reset": "The password was reset by e-mail.",
    "second_factor_reset": "A second factor was set without a proof by an older one.",
    "second_factor_removed": "A second factor was removed without a proof by one.",
    "contact_changed": "The e-mail address was changed.",
}


@transaction.atomic
def start_cool_down(
    *, person: int, reason: str, at: datetime, hours: int, actor: str = "registry"
) -> CoolDownEntry | None:
    """Start a time in which the person moves nothing; None if the program has no such time.

    It ends when its hours are over and an official has cleared it, whichever is later.

    Source: PLAT-094.
    """
    if hours <= 0:
        return None
    row = CoolDown.objects.create(
        person_id=person, reason=reason, started_at=at, until_at=at + timedelta(hours=hours)
    )
    audit.log(
        at=at,
        program="",
        actor=actor,
        act="start_cool_down",
        subject=f"person:{person}",
        after={"cool_down": row.id, "reason": reason, "until_at": str(row.until_at)},
        cite="PLAT-094",
    )
    audit.notify(
        [
            NoticeSpec(
                event="cool_down_started",
                program="",
                person=person,
                created_at=at,
                context={"reason": _WORDS[reason], "started_at": at, "until_at": row.until_at},
            )
        ]
    )
    return cool_down_entry(row)


@transaction.atomic
def review_cool_down(
    *, cool_down: int, by: str, outcome: str, at: datetime, note: str = ""
) -> CoolDownEntry:
    """Say what an official found about a reset: `cleared`, or `upheld` until it is cleared.

    A review before the end does not make the end come earlier.

    Raises Refused (`reviewed_by_oneself`, `review_not_usable`, `already_reviewed`).

    Source: PLAT-094 (a transfer right after a password reset is held for review).
    """
    row = CoolDown.objects.select_for_update().filter(id=cool_down).first()
    if row is None or outcome not in REVIEW_OUTCOMES:
        raise Refused(
            [
                checks.ReviewNotUsable(
                    f"Give a cool-down and one of {', '.join(REVIEW_OUTCOMES)} as its outcome."
                )
            ]
        )
    _refuse(_check_review(row, by))
    before = {"outcome": row.outcome, "reviewed_by": row.reviewed_by}
    row.outcome, row.reviewed_by, row.reviewed_at, row.note = outcome, by, at, note
    row.save(update_fields=["outcome", "reviewed_by", "reviewed_at", "note"])
    audit.log(
        at=at,
        program="",
        actor=by,
        act="review_cool_down",
        subject=f"person:{row.person_id}",
        before=before,
        after={"cool_down": row.id, "outcome": outcome, "note": note},
        cite="PLAT-094",
    )
    return cool_down_entry(row)


def _check_review(row: CoolDown, by: str) -> list[Refusal]:
    refusals: list[Refusal] = []
    if is_oneself(by, row.person_id):
        refusals.append(
            checks.ReviewedByOneself("Nobody reviews their own cool-down; ask another official.")
        )
    if row.outcome == CLEARED:
        refusals.append(checks.AlreadyReviewed("This cool-down has been cleared already."))
    return refusals


def _refuse(refusals: list[Refusal]) -> None:
    if refusals:
        raise Refused(refusals)


def cool_down_entry(row: CoolDown) -> CoolDownEntry:
    return CoolDownEntry(
        id=row.id,
        person=row.person_id,
        reason=row.reason,
        started_at=row.started_at,
        until_at=row.until_at,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        outcome=row.outcome,
        note=row.note,
    )
