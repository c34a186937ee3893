"""Read who was checked, who cools down, and which machines have keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.db import connection

from trueup.audit.statements import among, aware, execute, unfolded
from trueup.identity.api_keys import key_entry
from trueup.identity.checking import scan_entry
from trueup.identity.cooling import cool_down_entry
from trueup.identity.entries import (
    CLEARED,
    CoolDownEntry,
    IdentityCheckEntry,
    KeyEntry,
    ScanEntry,
)
from trueup.identity.models import ApiKey, CoolDown, IdentityCheck, IdentityScan

_COOLING_DOWN = """
    SELECT person_id, CAST(MAX(until_at) AS text) AS until FROM identity_cooldown
    WHERE person_id IN ({many}) AND started_at <= %s AND (until_at > %s OR outcome <> %s)
    GROUP BY person_id
"""


def is_identity_checked(person: int) -> bool:
    """Whether somebody has checked who this person is."""
    return IdentityCheck.objects.filter(person_id=person).exists()


def identity_checked(people: Iterable[int]) -> set[int]:
    """Which of the persons have been checked; one statement."""
    found = IdentityCheck.objects.filter(person_id__in=among(people))
    return set(found.values_list("person_id", flat=True).distinct())


def identity_checks_of(person: int) -> list[IdentityCheckEntry]:
    """The checks of a person's identity, the newest first."""
    return [
        IdentityCheckEntry(
            id=row.id,
            person=row.person_id,
            checked_by=row.checked_by,
            method=row.method,
            document=row.document,
            checked_at=row.checked_at,
            note=row.note,
        )
        for row in IdentityCheck.objects.filter(person_id=person).order_by("-id")
    ]


def scans_of(person: int) -> list[ScanEntry]:
    """The scans of a person's papers, without their content, the newest first."""
    rows = IdentityScan.objects.filter(check_of__person_id=person).defer("content")
    return [scan_entry(row) for row in rows.order_by("-id")]


def cooling_down(people: Iterable[int], *, at: datetime) -> dict[int, datetime]:
    """Which of the persons may move nothing now, and when their hours end; one statement.

    A cool-down holds until its end, and after it until an official has cleared it: then
    the instant given here has passed already.

    Source: PLAT-094.
    """
    wanted = sorted(set(people))
    if not wanted:
        return {}
    sql, parameters = cooling_down_select(wanted, at=at)
    return {person: until(text) for person, text in execute(sql, parameters).rows}


def cooling_down_select(people: Sequence[int], *, at: datetime) -> tuple[str, tuple[object, ...]]:
    """The SELECT of who may move nothing, for a statement that asks for more, too.

    Its two columns are the person, and the end as a text that `until` reads.
    """
    many, given = unfolded(people)
    instant = connection.ops.adapt_datetimefield_value(at)
    return _COOLING_DOWN.format(many=many), (*given, instant, instant, CLEARED)


def until(text: str) -> datetime:
    """The end of a cool-down as a statement of our own reads it on either engine."""
    return aware(datetime.fromisoformat(text)).astimezone(UTC)


def cool_downs_of(person: int, *, limit: int = 50) -> list[CoolDownEntry]:
    """A person's cool-downs, the newest first."""
    rows = CoolDown.objects.filter(person_id=person).order_by("-id")[:limit]
    return [cool_down_entry(row) for row in rows]


def unreviewed_cool_downs(*, limit: int = 50, after: int = 0) -> list[CoolDownEntry]:
    """The cool-downs that nobody has cleared, the oldest first; `after` is the last id seen."""
    rows = CoolDown.objects.exclude(outcome=CLEARED).filter(id__gt=after).order_by("id")[:limit]
    return [cool_down_entry(row) for row in rows]


def keys_of(person: int) -> list[KeyEntry]:
    """The keys that a person has made, the newest first; those that ended too."""
    rows = ApiKey.objects.filter(person_id=person).prefetch_related("scopes").order_by("-id")
    return [key_entry(row, (scope.scope for scope in row.scopes.all())) for row in rows]


def live_keys(people: Iterable[int], *, at: datetime) -> list[KeyEntry]:
    """The keys of these persons that open something now."""
    rows = ApiKey.objects.filter(
        person_id__in=among(people), revoked_at=None, expires_at__gt=at
    ).prefetch_related("scopes")
    return [
        key_entry(row, (scope.scope for scope in row.scopes.all())) for row in rows.order_by("id")
    ]


def person_of_scan(scan: int) -> int | None:
    """Whose paper a scan shows; None if there is no such scan."""
    found = IdentityScan.objects.filter(id=scan).values_list("check_of__person_id", flat=True)
    return found.first()
