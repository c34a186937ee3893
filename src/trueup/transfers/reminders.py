"""Remind whoever has begun a transfer and not signed it, before a transfer deadline.

Source: PLAT-051, PLAT-150; 40 CFR 62.16375 “Allowance transfer deadline”;
docs/decisions/0240.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.signing import queries as signing
from trueup.signing.entries import DraftEntry

EVENT = "draft_not_submitted"
# What a draft is of, as the pages name it and as its owner reads it.
DRAFTED: Mapping[str, str] = {
    "transfer": "a transfer",
    "retire": "a retirement",
    "top-up": "a fleet top-up",
    "serial-request": "a request for the serial numbers to be deducted",
}
# The last day before the deadline is told again.
DAYS_BEFORE = (1, 7)
CHUNK = 100


def remind_of_drafts(*, program: str, now: datetime) -> int:
    """Remind the owners of drafts 7 days and 1 day before a deadline; the number told.

    The clock calls this; each is told once of each of the two. A draft that is begun
    within the last days is reminded of at once.

    Source: PLAT-051, PLAT-150.
    """
    rules, told, after = programs.load(program), 0, 0
    near = list(_near(rules, now))
    while near:
        found = signing.open_drafts(program=program, acts=DRAFTED, at=now, limit=CHUNK, after=after)
        if not found:
            break
        after = found[-1][0]
        drafts = [draft for _, draft in found]
        known = ledger.accounts_by_number(draft.subject for draft in drafts)
        told += audit.notify(
            [
                _notice(draft, known, rules=rules, period=period, days=days, at=now)
                for draft in drafts
                for period, days in near
            ]
        )
    return told


def _near(rules: Program, now: datetime) -> Iterator[tuple[CompliancePeriod, int]]:
    """The deadlines that are at most 7 days away, each with the nearest of the two days."""
    today = rules.local_date(now)
    for period in rules.in_turn(rules.schedule.printed[0]):
        left = (rules.deadline_on(period) - today).days
        if left > max(DAYS_BEFORE):
            return
        if now <= rules.deadline_at(period):
            yield period, next(days for days in DAYS_BEFORE if left <= days)


def _notice(
    draft: DraftEntry,
    known: Mapping[str, AccountEntry],
    *,
    rules: Program,
    period: CompliancePeriod,
    days: int,
    at: datetime,
) -> NoticeSpec:
    account = known.get(draft.subject)
    return NoticeSpec(
        event=EVENT,
        program=rules.code,
        person=draft.person,
        account=account.id if account is not None else None,
        created_at=at,
        context={
            "what": DRAFTED[draft.act],
            "account": f"{account.name} ({account.number})" if account else draft.subject,
            "changed_at": draft.changed_at,
            "period": period.name,
            "deadline_on": rules.deadline_on(period),
            "deadline_at": rules.deadline_at(period),
        },
        dedupe=f"{EVENT} {draft.key} {period.name} {days}",
    )
