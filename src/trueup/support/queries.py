"""Read requests for help, announcements and kept searches."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db.models import Q

from trueup.support.entries import (
    EVERYBODY,
    NOTE,
    OPEN,
    AnnouncementEntry,
    HelpEntry,
    MessageEntry,
    SearchEntry,
)
from trueup.support.models import Announcement, HelpMessage, HelpRequest, SavedSearch

PAGE = 50
_CACHED = "support:announcements"
Place = tuple[date, int]


def help_request(key: UUID) -> HelpEntry | None:
    """A request by its key, which only its asker and officials have."""
    row = HelpRequest.objects.filter(key=key).first()
    return help_entry(row) if row is not None else None


def conversation(key: UUID, *, notes: bool = False, limit: int = 200) -> list[MessageEntry]:
    """The latest messages of a request, oldest first; `notes` those of officials too."""
    found = HelpMessage.objects.filter(request__key=key).select_related("person")
    if not notes:
        found = found.exclude(author=NOTE)
    rows = list(found.order_by("-id")[:limit])
    return [
        MessageEntry(
            id=row.pk,
            at=row.at,
            author=row.author,
            person=row.person_id,
            name=row.person.name if row.person is not None else "",
            text=row.text,
        )
        for row in reversed(rows)
    ]


def requests_of(person: int, *, limit: int = PAGE, before: int | None = None) -> list[HelpEntry]:
    """A person's requests, the newest first."""
    found = HelpRequest.objects.filter(person_id=person)
    if before:
        found = found.filter(id__lt=before)
    return [help_entry(row) for row in found.order_by("-id")[:limit]]


def requests_in(
    within: Q, *, state: str = OPEN, limit: int = PAGE, after: Place | None = None
) -> list[HelpEntry]:
    """The requests of a state that a reader may see, the first due first."""
    found = HelpRequest.objects.filter(within, state=state)
    if after is not None:
        due_on, number = after
        found = found.filter(Q(due_on__gt=due_on) | Q(due_on=due_on, id__gt=number))
    return [help_entry(row) for row in found.order_by("due_on", "id")[:limit]]


def announcements(at: datetime) -> tuple[AnnouncementEntry, ...]:
    """What runs or is to come, in order of beginning: one statement, kept for seconds.

    Whether each is shown, or refuses writes, is asked of the entry with the very instant,
    so a window opens on time even while the list is kept.

    Source: PLAT-013.
    """
    seconds = settings.TRUEUP_ANNOUNCEMENT_SECONDS
    kept: tuple[AnnouncementEntry, ...] | None = caches["process"].get(_CACHED) if seconds else None
    if kept is None:
        rows = Announcement.objects.filter(ended_at=None, until_at__gt=at)
        kept = tuple(announcement_entry(row) for row in rows.order_by("from_at", "id"))
        if seconds:
            caches["process"].set(_CACHED, kept, seconds)
    return kept


def forget_announcements() -> None:
    """Have this process read them anew; the others do so within seconds."""
    caches["process"].delete(_CACHED)


def shown_to(
    found: tuple[AnnouncementEntry, ...], audiences: frozenset[str], at: datetime
) -> list[AnnouncementEntry]:
    """Of what runs, that which these audiences are shown now."""
    return [one for one in found if one.audience in audiences | {EVERYBODY} and one.is_shown(at)]


def window_at(at: datetime) -> AnnouncementEntry | None:
    """The maintenance window that is open now, if one is.

    Source: PLAT-013.
    """
    return next((one for one in announcements(at) if one.refuses_writes(at)), None)


def published(*, limit: int = PAGE, before: int | None = None) -> list[AnnouncementEntry]:
    """Every announcement, the latest first."""
    found = Announcement.objects.all()
    if before:
        found = found.filter(id__lt=before)
    return [announcement_entry(row) for row in found.order_by("-id")[:limit]]


def searches_of(owner: int, *, of: str = "", program: str = "") -> list[SearchEntry]:
    """The searches that a person keeps, by name."""
    found = SavedSearch.objects.filter(owner_id=owner)
    if of:
        found = found.filter(list=of, program=program)
    return [search_entry(row) for row in found.order_by("list", "name")]


def help_entry(row: HelpRequest) -> HelpEntry:
    return HelpEntry(
        id=row.pk,
        key=row.key,
        program=row.program,
        category=row.category,
        subject=row.subject,
        state=row.state,
        person=row.person_id,
        name=row.name,
        email=row.email,
        page=row.page,
        account=row.account_id,
        about=row.about,
        asked_at=row.asked_at,
        due_on=row.due_on,
        answered_at=row.answered_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        satisfaction=row.satisfaction,
        satisfaction_text=row.satisfaction_text,
    )


def announcement_entry(row: Announcement) -> AnnouncementEntry:
    return AnnouncementEntry(
        id=row.pk,
        kind=row.kind,
        audience=row.audience,
        from_at=row.from_at,
        until_at=row.until_at,
        texts=row.texts,
        published_by=row.published_by,
        published_at=row.published_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def search_entry(row: SavedSearch) -> SearchEntry:
    return SearchEntry(
        id=row.pk,
        owner=row.owner_id,
        list=row.list,
        program=row.program,
        name=row.name,
        query=row.query,
        kept_at=row.kept_at,
    )
