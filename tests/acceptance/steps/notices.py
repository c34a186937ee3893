"""Sentences on notices: who was told what, and by when."""

from __future__ import annotations

from datetime import date

from tests.acceptance.sentences import sentence
from tests.acceptance.world import World
from trueup.audit import queries, services
from trueup.audit.entries import NoticeEntry

MANY = 10_000


@sentence('"{person}" is notified of "{event}"')
def check_notified(world: World, person: str, event: str) -> None:
    told = _notices(world, person, event)
    assert told, f"“{person}” was not notified of {event}; {_told_instead(world, person)}"
    assert all(notice.mailed_at is not None for notice in told), (
        f"a notice to “{person}” could not be mailed: {[notice.error for notice in told]}"
    )


@sentence('"{person}" is not notified of "{event}"')
def check_not_notified(world: World, person: str, event: str) -> None:
    told = _notices(world, person, event)
    assert not told, f"“{person}” was notified of {event}: {[notice.subject for notice in told]}"


@sentence('"{person}" is to be notified of "{event}" by {day}')
def check_notified_by(world: World, person: str, event: str, day: date) -> None:
    told = _notices(world, person, event)
    assert told, f"“{person}” has no notice of {event}; {_told_instead(world, person)}"
    assert told[0].due_on == day, f"the notice is due by {told[0].due_on}, not {day}"


def _notices(world: World, person: str, event: str) -> list[NoticeEntry]:
    """A person's notices of an event, the newest first, once what is due has been mailed."""
    while services.send_mail(world.now):
        pass
    return queries.notices_of(world.person(person).id, event=event, limit=MANY)


def _told_instead(world: World, person: str) -> str:
    told = queries.notices_of(world.person(person).id, limit=MANY)
    return f"notified of: {sorted({notice.event for notice in told}) or 'nothing'}"
