"""Read what was logged, decided and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.db.models import Max, Q, QuerySet

from trueup.audit.appeals import appeals_of, appeals_on, pending_appeals
from trueup.audit.entries import DecisionEntry, EventEntry, NoticeEntry, Told, TrailFilter
from trueup.audit.models import Decision, Event, Notice
from trueup.audit.statements import among

__all__ = [
    "appeals_of",
    "appeals_on",
    "decision",
    "decisions",
    "decisions_of",
    "events",
    "events_of",
    "failing_notices",
    "last_notice",
    "notice",
    "notices_of",
    "overdue_notices",
    "pending_appeals",
    "told_of_accounts",
    "trail",
    "waiting_notices",
    "whole_trail",
]


def notices_of(
    person: int,
    *,
    event: str = "",
    account: int | None = None,
    limit: int = 50,
    before: int | None = None,
) -> list[NoticeEntry]:
    """A person's notices, the newest first; `before` is the id at which to go on."""
    found = Notice.objects.filter(person_id=person)
    if account is not None:
        found = found.filter(account_id=account)
    if event:
        found = found.filter(event=event)
    if before is not None:
        found = found.filter(id__lt=before)
    return [notice_entry(notice) for notice in found.order_by("-id")[:limit]]


def notice(notice_id: int) -> NoticeEntry | None:
    """A notice by its id."""
    found = Notice.objects.filter(id=notice_id).first()
    return notice_entry(found) if found is not None else None


def overdue_notices(today: date, *, limit: int = 100, within: Q | None = None) -> list[NoticeEntry]:
    """Notices that have not gone out and whose last day has passed, the first due first.

    Args:
        within: What the reader may see; everything without it.

    Source: PLAT-053; 40 CFR 62.16335(d), (e), 62.16355.
    """
    seen = Notice.objects.all() if within is None else Notice.objects.filter(within)
    found = seen.filter(mailed_at=None, due_on__lt=today).order_by("due_on", "id")
    return [notice_entry(notice) for notice in found[:limit]]


def failing_notices(*, limit: int = 100, within: Q | None = None) -> list[NoticeEntry]:
    """Notices that could not be mailed so far, with the error, the oldest first.

    Source: PLAT-053 (the operator sees the backlog).
    """
    seen = Notice.objects.all() if within is None else Notice.objects.filter(within)
    found = seen.filter(mailed_at=None, attempts__gt=0).order_by("id")
    return [notice_entry(notice) for notice in found[:limit]]


def waiting_notices() -> int:
    """How many notices have not been mailed."""
    return Notice.objects.filter(mailed_at=None).count()


def events_of(subject: str, *, limit: int = 50, before: int | None = None) -> list[EventEntry]:
    """What was done to a subject, the newest first; `before` is the id at which to go on."""
    found = Event.objects.filter(subject=subject)
    if before is not None:
        found = found.filter(id__lt=before)
    return [event_entry(event) for event in found.order_by("-id")[:limit]]


def events(*, program: str = "", limit: int = 50, before: int | None = None) -> list[EventEntry]:
    """What was done in a program, or in all, the newest first."""
    found = Event.objects.all()
    if program:
        found = found.filter(program=program)
    if before is not None:
        found = found.filter(id__lt=before)
    return [event_entry(event) for event in found.order_by("-id")[:limit]]


def trail(
    *,
    within: Q,
    chosen: TrailFilter,
    limit: int = 50,
    before: int | None = None,
) -> list[EventEntry]:
    """The audit trail, the newest first; `within` is what the reader may read.

    Source: PLAT-017 (a reader for auditors).
    """
    found = _chosen(Event.objects.filter(within), chosen)
    if before is not None:
        found = found.filter(id__lt=before)
    return [event_entry(event) for event in found.order_by("-id")[:limit]]


def whole_trail(*, within: Q, chosen: TrailFilter, step: int = 2_000) -> Iterator[EventEntry]:
    """All of the audit trail that fits, oldest first, read in parts, for an export.

    Source: PLAT-017.
    """
    found = _chosen(Event.objects.filter(within), chosen).order_by("id")
    last = 0
    while part := list(found.filter(id__gt=last)[:step]):
        yield from (event_entry(event) for event in part)
        last = part[-1].id


def _chosen(found: QuerySet[Event], chosen: TrailFilter) -> QuerySet[Event]:
    if chosen.program:
        found = found.filter(program=chosen.program)
    if chosen.actor:
        found = found.filter(actor=chosen.actor)
    if chosen.account is not None:
        found = found.filter(account=chosen.account)
    if chosen.since is not None:
        found = found.filter(at__gte=chosen.since)
    if chosen.until is not None:
        found = found.filter(at__lt=chosen.until)
    for field, value in (("act", chosen.act), ("subject", chosen.subject)):
        if value.endswith("*"):
            found = found.filter(**{f"{field}__startswith": value[:-1]})
        elif value:
            found = found.filter(**{field: value})
    return found


def told_of_accounts(
    *, program: str, events: Sequence[str], after: int, until: datetime, states: Iterable[str]
) -> list[Told]:
    """What was told of the accounts of some States: each thing once, whoever was told.

    Args:
        after: The id of the last notice that was looked at before.

    Source: PLAT-150.
    """
    rows = Notice.objects.filter(
        id__gt=after,
        program=program,
        event__in=events,
        created_at__lt=until,
        account__jurisdiction__in=list(states),
    ).order_by("id")
    found = dict.fromkeys(
        Told(*row)
        for row in rows.values_list(
            "account__jurisdiction", "account__number", "account__name", "event", "subject"
        )
    )
    return list(found)


def last_notice(*, until: datetime, after: int = 0) -> int:
    """The id of the last notice before an instant; `after` if there is none since."""
    found = Notice.objects.filter(id__gt=after, created_at__lt=until).aggregate(last=Max("id"))
    return found["last"] or after


def decisions_of(subjects: Iterable[str]) -> dict[str, list[DecisionEntry]]:
    """The final decisions on subjects, each list in the order of deciding."""
    wanted = list(subjects)
    found: dict[str, list[DecisionEntry]] = {subject: [] for subject in wanted}
    for decision in Decision.objects.filter(subject__in=among(wanted)).order_by("id"):
        found[decision.subject].append(decision_entry(decision))
    return found


def decisions(*, program: str, limit: int = 50, before: int | None = None) -> list[DecisionEntry]:
    """The final decisions of a program, the newest first."""
    found = Decision.objects.filter(program=program)
    if before is not None:
        found = found.filter(id__lt=before)
    return [decision_entry(row) for row in found.order_by("-id")[:limit]]


def decision(decision_id: int) -> DecisionEntry | None:
    """A final decision by its id."""
    found = Decision.objects.filter(id=decision_id).first()
    return decision_entry(found) if found is not None else None


def notice_entry(notice: Notice) -> NoticeEntry:
    return NoticeEntry(
        id=notice.id,
        event=notice.event,
        program=notice.program,
        person=notice.person_id,
        account=notice.account_id,
        subject=notice.subject,
        body=notice.body,
        created_at=notice.created_at,
        due_on=notice.due_on,
        mailed_at=notice.mailed_at,
        attempts=notice.attempts,
        error=notice.error,
    )


def event_entry(event: Event) -> EventEntry:
    return EventEntry(
        id=event.id,
        at=event.at,
        program=event.program,
        actor=event.actor,
        act=event.act,
        subject=event.subject,
        before=event.before,
        after=event.after,
        cite=event.cite,
        account=event.account,
    )


def decision_entry(decision: Decision) -> DecisionEntry:
    return DecisionEntry(
        id=decision.id,
        decision_class=decision.decision_class,
        program=decision.program,
        subject=decision.subject,
        outcome=decision.outcome,
        reasons=tuple(decision.reasons),
        decided_at=decision.decided_at,
        decided_by=decision.decided_by,
    )
