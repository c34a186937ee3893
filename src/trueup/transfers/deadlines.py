"""By when a transfer is to be recorded, and by when whom to tell.

Source: 40 CFR 62.16335(a), (d), (e); 62.16355.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from trueup.rules import programs
from trueup.rules.program import Program
from trueup.transfers.entries import TransferEntry
from trueup.transfers.vintages import vintages_in


def record_by(rules: Program, from_at: datetime) -> date:
    """The last day for recording a transfer: 5 business days of its receipt.

    Args:
        from_at: Receipt; for a transfer that was held, the end of the deductions.

    Source: 40 CFR 62.16335(a), (b); MASS-129, MASS-130.
    """
    return _business_days(rules, rules.local_date(from_at), rules.record_business_days)


def tell_recorded_by(rules: Program, recorded_at: datetime) -> date:
    """The last day for telling that a transfer was recorded: 5 business days of it.

    Source: 40 CFR 62.16335(d); MASS-132.
    """
    return _business_days(rules, rules.local_date(recorded_at), rules.notify_business_days)


def tell_refused_by(rules: Program, from_at: datetime) -> date:
    """The last day for telling that a transfer is not recorded: 10 business days of receipt.

    Args:
        from_at: Receipt; for a transfer that was held, the end of the deductions.

    Source: 40 CFR 62.16335(e); MASS-131.
    """
    return _business_days(rules, rules.local_date(from_at), rules.refuse_business_days)


def tell_corrected_by(rules: Program, corrected_at: datetime) -> date:
    """The last day for telling of a correction: 10 business days of it.

    Source: 40 CFR 62.16355; MASS-145.
    """
    return _business_days(rules, rules.local_date(corrected_at), rules.correct_business_days)


def wait_ends_at(rules: Program, submitted_at: datetime, *, days: int) -> datetime:
    """When a wait of business days ends: 00:00 of the last one after the day of submission.

    Source: PLAT-094; docs/decisions/0172.
    """
    return _midnight(rules, rules.local_date(submitted_at), days)


@lru_cache(maxsize=1024)
def _midnight(rules: Program, day: date, days: int) -> datetime:
    for _ in range(days):
        day = rules.calendar.on_or_after(day + timedelta(days=1))
    return datetime.combine(day, time(), tzinfo=rules.zone).astimezone(UTC)


@lru_cache(maxsize=1024)
def _business_days(rules: Program, event_on: date, days: int) -> date:
    # Asked for the same day by every transfer of the day.
    return rules.business_days_from(event_on, days)


def must_be_signed_by(entry: TransferEntry, *, now: datetime) -> datetime | None:
    """By when the second signature must be there for a transfer to count at the next deadline.

    Who signs at that instant is in time; a microsecond later is not. None if no deadline
    is to be met: the vintages are too new, or no compliance account takes part.

    Source: 40 CFR 62.16375 “Allowance transfer deadline”; MASS-014, MASS-015.
    """
    sides = (entry.source, entry.destination)
    if not entry.blocks or all(side is None or side.kind != "compliance" for side in sides):
        return None
    rules = programs.load(entry.program)
    vintages = vintages_in(rules, entry.blocks)
    for period in rules.in_turn(rules.schedule.printed[0]):
        deadline_at = rules.deadline_at(period)
        usable = rules.control_period_of(period)
        if deadline_at >= now and min(vintages) <= rules.hold_vintage_max(usable):
            return deadline_at
    return None
