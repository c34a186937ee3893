"""Before the deadline: review all accounts, and warn those that are short.

Source: PLAT-082; 40 CFR 62.16220(c)(1)(i).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.accounts.watchers import with_copies
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.compliance.entries import Position
from trueup.compliance.models import HoldingsReview
from trueup.compliance.positions import positions
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused

EVENT = "insufficient_holdings"
MISSING_NAMED = 12


def warn_of_insufficient_holdings(*, program: str, now: datetime) -> int:
    """Tell the representatives of each short account, once for each lead time.

    All accounts are reviewed when a lead time has come: 60, 30, 7 and 1 days before the
    deadline by default. One that was missed is made up for as long as the next has not
    come. Nothing is decided here, so the clock may call it every day.

    Returns the number of facilities that were found short.

    Source: PLAT-082.
    """
    rules = programs.load(program)
    today = rules.local_date(now)
    due = review_due(rules, today)
    if due is None:
        return 0
    period, lead_days = due
    with transaction.atomic():
        review, is_new = HoldingsReview.objects.get_or_create(
            program=program,
            period=period.name,
            lead_days=lead_days,
            defaults={"reviewed_at": now, "short": 0},
        )
        if not is_new:
            return 0
        short = [found for found in positions(program=program, period=period) if found.shortage]
        _warn(short, rules=rules, period=period, lead_days=lead_days, today=today, now=now)
        review.short = len(short)
        review.save()
    return len(short)


def review_due(rules: Program, today: date) -> tuple[CompliancePeriod, int] | None:
    """The period and lead time whose review today is for; None if there is none.

    Source: PLAT-082; 40 CFR 62.16375 “Allowance transfer deadline”; RGGI-012.
    """
    try:
        period = rules.settled_after(today.year - 1)
    except Refused:
        return None
    if period is None:
        return None
    days_left = (rules.deadline_on(period) - today).days
    leads = [lead for lead in rules.warning_days if 0 <= days_left <= lead]
    return (period, min(leads)) if leads else None


def _warn(
    short: Sequence[Position],
    *,
    rules: Program,
    period: CompliancePeriod,
    lead_days: int,
    today: date,
    now: datetime,
) -> None:
    ids = [found.account for found in short]
    known = ledger.accounts_by_id(ids)
    seats = accounts.representatives(ids, at=now)
    deadline_on = rules.deadline_on(period)
    specs = []
    for found in short:
        context: dict[str, ContextValue] = {
            "account": f"{known[found.account].name} ({known[found.account].number})",
            "period": period.name,
            "instruments": rules.instruments,
            "obligation": found.obligation,
            "held": found.held,
            "shortage": found.shortage,
            "deadline": f"end of {deadline_on.isoformat()}",
            "days_left": (deadline_on - today).days,
            "remark": _remark(found),
        }
        specs += [
            NoticeSpec(
                event=EVENT,
                program=rules.code,
                person=seat.person,
                account=found.account,
                created_at=now,
                context=context,
                dedupe=f"{EVENT} {rules.code} {period.name} {found.account} {lead_days}",
            )
            for seat in seats[found.account]
        ]
    audit.notify(with_copies(specs))


def _remark(found: Position) -> str:
    if not found.is_preliminary:
        return ""
    named = ", ".join(f"unit {unit} {year}" for unit, year in found.missing[:MISSING_NAMED])
    more = len(found.missing) - MISSING_NAMED
    return f"preliminary, not reported yet: {named}" + (f" and {more} more" if more > 0 else "")
