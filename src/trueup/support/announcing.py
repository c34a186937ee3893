"""Publish what the pages announce, maintenance windows among it, and end it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.scope import check_wording
from trueup.support import checks
from trueup.support.entries import AUDIENCES, EVERYBODY, KINDS, MAINTENANCE, AnnouncementEntry
from trueup.support.models import Announcement
from trueup.support.queries import announcement_entry, forget_announcements

HEADING_MAX = 120
TEXT_MAX = 600
RUNNING_MAX = 20


@transaction.atomic
def publish(
    *,
    kind: str,
    audience: str,
    from_at: datetime,
    until_at: datetime,
    texts: Mapping[str, Mapping[str, str]],
    by: str,
    at: datetime,
    told: Sequence[int] = (),
) -> AnnouncementEntry:
    """Publish an announcement; of maintenance, `from_at` and `until_at` are the window.

    A maintenance window is announced on every page from now on. Within it nothing is
    written: reading goes on.

    Args:
        texts: By language, each with `heading` and `text`; English must be there.
        told: Persons who get it by mail as well: the holders of accounts.

    Raises Refused (`announcement_not_usable`, `scope.overstated`).

    Source: PLAT-013 (a maintenance window is announced by mail and banner); PLAT-014;
    RATE-011.
    """
    kept = {
        language: {"heading": _line(said.get("heading", "")), "text": said.get("text", "").strip()}
        for language, said in texts.items()
        if said.get("text", "").strip()
    }
    row = Announcement(
        kind=kind,
        audience=audience,
        from_at=from_at,
        until_at=until_at,
        texts=kept,
        published_by=by,
        published_at=at,
    )
    refusals = _refusals(row)
    if refusals:
        raise Refused(refusals)
    row.save(force_insert=True)
    _log(row, "publish_announcement", by, at)
    if told:
        _mail(row, told, at)
    forget_announcements()
    return announcement_entry(row)


@transaction.atomic
def end(*, announcement: int, by: str, at: datetime) -> AnnouncementEntry:
    """Take an announcement away before its time; an open maintenance window closes.

    Raises Refused (`announcement_ended`).

    Source: PLAT-013.
    """
    ended = Announcement.objects.filter(id=announcement, ended_at=None).update(
        ended_at=at, ended_by=by
    )
    if not ended:
        raise Refused([checks.AnnouncementEnded("There is no such announcement to end.")])
    row = Announcement.objects.get(id=announcement)
    _log(row, "end_announcement", by, at)
    forget_announcements()
    return announcement_entry(row)


def _refusals(row: Announcement) -> list[Refusal]:
    said: list[str] = []
    if row.kind not in KINDS or row.audience not in AUDIENCES:
        said.append("Choose the kind of announcement and for whom it is.")
    if row.kind == MAINTENANCE and row.audience != EVERYBODY:
        said.append("Maintenance concerns everybody, so it is announced to everybody.")
    if row.until_at <= row.from_at:
        said.append("The end lies before the beginning.")
    if row.until_at <= row.published_at:
        said.append("The end has passed already.")
    languages = dict(settings.LANGUAGES)
    unknown = sorted(set(row.texts) - set(languages))
    if "en" not in row.texts or unknown:
        said.append(f"Write the text in English; other languages: {', '.join(languages)}.")
    for language, one in row.texts.items():
        if len(one["heading"]) > HEADING_MAX or not 0 < len(one["text"]) <= TEXT_MAX:
            said.append(
                f"{languages.get(language, language)}: a heading of at most {HEADING_MAX}"
                f" characters, and a text of at most {TEXT_MAX}."
            )
    running = Announcement.objects.filter(ended_at=None, until_at__gt=row.published_at).count()
    if running >= RUNNING_MAX:
        said.append(f"{RUNNING_MAX} announcements run already; end one of them first.")
    refusals: list[Refusal] = [checks.AnnouncementNotUsable(sentence) for sentence in said]
    for one in row.texts.values():
        refusals += check_wording(f"{one['heading']} {one['text']}")
    return refusals


def _mail(row: Announcement, told: Sequence[int], at: datetime) -> None:
    context: dict[str, ContextValue] = {
        "heading": row.texts["en"]["heading"] or "Announcement",
        "text": row.texts["en"]["text"],
        "from_at": row.from_at,
        "until_at": row.until_at,
    }
    audit.notify(
        [
            NoticeSpec(
                event="announcement_published",
                program="",
                person=person,
                created_at=at,
                context=context,
                dedupe=f"announcement:{row.pk}",
            )
            for person in sorted(set(told))
        ]
    )


def _log(row: Announcement, act: str, actor: str, at: datetime) -> None:
    audit.log(
        at=at,
        program="",
        actor=actor,
        act=act,
        subject=f"announcement:{row.pk}",
        after={
            "kind": row.kind,
            "audience": row.audience,
            "from_at": str(row.from_at),
            "until_at": str(row.until_at),
            "texts": row.texts,
        },
        cite="PLAT-013",
    )


def _line(text: str) -> str:
    return " ".join(text.split())
