"""One mail a day to the officials of each State: what the people of its accounts were told.

Source: PLAT-150 (mail goes to representatives, agents, State officials); docs/decisions/0331.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db import transaction

from trueup.accounts.watchers import copied_events
from trueup.audit import queries as audit_queries
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec, Told
from trueup.officials import queries as officials
from trueup.rules import programs

ACT = "tell_state_officials"


@transaction.atomic
def tell_state_officials(*, program: str, now: datetime) -> int:
    """Tell the officials of each State what was told of its accounts up to last midnight.

    Told once for each day that is over; after days on which nothing ran, for all of them at
    once. A State of which nothing was told gets no mail. Gives the number of notices.

    Source: PLAT-150.
    """
    rules = programs.load(program)
    today = rules.local_date(now)
    subject = f"state-mail:{program}"
    before = audit_queries.events_of(subject, limit=1)
    last = (before[0].after or {}) if before else {}
    if str(last.get("day", "")) >= today.isoformat():
        return 0
    until = datetime.combine(today, time(), tzinfo=rules.zone)
    after = int(str(last.get("notice", 0)))
    people = officials.officials_of_states(program=program, at=now)
    mark = {
        "day": today.isoformat(),
        "notice": audit_queries.last_notice(until=until, after=after),
    }
    specs: list[NoticeSpec] = []
    if before and people:
        told: defaultdict[str, list[Told]] = defaultdict(list)
        for one in audit_queries.told_of_accounts(
            program=program, events=copied_events(), after=after, until=until, states=people
        ):
            told[one.jurisdiction].append(one)
        since = date.fromisoformat(str(last["day"]))
        specs = [
            _notice(program, state, person, told[state], since=since, today=today, now=now)
            for state, persons in people.items()
            for person in persons
            if told[state]
        ]
    audit.log(
        at=now,
        program=program,
        actor="clock",
        act=ACT,
        subject=subject,
        after=mark,
        cite="PLAT-150",
    )
    return audit.notify(specs)


def _notice(
    program: str,
    state: str,
    person: int,
    told: list[Told],
    *,
    since: date,
    today: date,
    now: datetime,
) -> NoticeSpec:
    rules = programs.load(program)
    place = rules.places.get(state)
    return NoticeSpec(
        event="state_day",
        program=program,
        person=person,
        created_at=now,
        context={
            "state": place.name if place is not None else state,
            "program": rules.name,
            "count": len(told),
            "first_on": since,
            "last_on": max(since, today - timedelta(days=1)),
            "lines": [f"{one.number} {one.account}: {one.subject}" for one in told],
        },
        dedupe=f"state_day:{program}:{state}:{today.isoformat()}",
    )
