"""When an empty general account that nobody uses can be closed.

Source: 40 CFR 62.16320(c)(6)(ii); MASS-042; RATE-179.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

MONTHS_A_YEAR = 12


def notice_possible_on(*, last_transfer_on: date, inactive_months: int) -> date:
    """The first day on which a notice of closure can be sent.

    It is the day of the same number so many months after the last transfer in or out; in
    a month that is too short for it, the month's last day.

    Source: 40 CFR 62.16320(c)(6)(ii): “a period of 12 months or more”.
    """
    if inactive_months < 1:
        raise ValueError(f"inactive_months must be at least 1: {inactive_months}")
    months = last_transfer_on.year * MONTHS_A_YEAR + last_transfer_on.month - 1 + inactive_months
    year, month = divmod(months, MONTHS_A_YEAR)
    last_day = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(last_transfer_on.day, last_day))


def closes_on(*, ends_on: date) -> date:
    """The day on which an account is closed once the period after its notice has ended.

    Source: 40 CFR 62.16320(c)(6)(ii).
    """
    return ends_on + timedelta(days=1)
