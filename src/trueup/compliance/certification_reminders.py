"""Remind representatives of certification reports that are due, and once when they are missing.

Source: RGGI-034; PLAT-082.
"""

from __future__ import annotations

from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.accounts.watchers import with_copies
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.compliance.certification import CITE, certifications, is_asked_for
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.refusal import Refused

EVENT = "certification_due"
MISSING_DAYS = 7  # So long after the day is it told, should the clock have stood still.


def remind_of_certifications(*, program: str, now: datetime) -> int:
    """Tell the representatives of sources without a report, before the day and once after it.

    The lead times are those of the warnings of short holdings. Each is told once of each;
    nothing is decided, so the clock may call it every day.

    Source: RGGI-034; PLAT-082.
    """
    rules = programs.load(program)
    asked = rules.market.certification
    today = rules.local_date(now)
    if asked is None:
        return 0
    try:
        period = rules.settled_after(today.year - 1)
    except Refused:
        return 0
    if period is None or not is_asked_for(rules, period):
        return 0
    left = (asked.due_on(period) - today).days
    leads = [lead for lead in rules.warning_days if 0 <= left <= lead]
    if not leads and not -MISSING_DAYS <= left < 0:
        return 0
    mark = str(min(leads)) if leads else "missing"
    found = [
        one
        for one in certifications(program=program, period=period, today=today)
        if not one.reports
    ]
    ids = [one.account for one in found]
    known, seats = ledger.accounts_by_id(ids), accounts.representatives(ids, at=now)
    specs = [
        NoticeSpec(
            event=EVENT,
            program=program,
            person=seat.person,
            account=one.account,
            created_at=now,
            context={
                "account": f"{known[one.account].name} ({known[one.account].number})",
                "period": period.name,
                "when": _when(left),
                "due_on": one.due_on.isoformat(),
                "cite": CITE,
            },
            dedupe=f"{EVENT} {program} {period.name} {one.account} {mark}",
        )
        for one in found
        for seat in seats[one.account]
    ]
    return audit.notify(with_copies(specs))


def _when(days_left: int) -> str:
    if days_left < 0:
        return "missing"
    return f"due in {days_left} days" if days_left else "due today"
