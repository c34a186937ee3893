"""What the registry does by itself when the date changes; it decides nothing.

The services are those that the product's own clock calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from tests.acceptance.clock import EASTERN, eastern
from trueup.accounts import application_clock as applications
from trueup.accounts import services as accounts
from trueup.audit import services as audit
from trueup.compliance import services as compliance
from trueup.resources import services as resources
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.signing import services as signing
from trueup.transfers import closing
from trueup.transfers import queries as transfers_due
from trueup.transfers import services as transfers

ONE_DAY = timedelta(days=1)


def due_days(codes: Sequence[str], first: date, last: date) -> Iterator[date]:
    """The days after the first and before the last on which something falls due."""
    for code in codes:
        rules = programs.load(code)
        for at in transfers_due.next_due(
            program=code, after=_midnight(first), before=_midnight(last)
        ):
            day = at.astimezone(EASTERN).date()
            # What ends within a day is seen to at the next midnight.
            yield day if at == _midnight(day) else day + ONE_DAY
        yield from closing.due_days(code, first, last)
        yield from applications.due_days(code, first, last)
        for day in _warning_days(rules, first, last):
            if first < day < last:
                yield day


def do_what_is_due(codes: Sequence[str], now: datetime) -> None:
    """Lapse what nobody signed, record what has waited long enough, send what is due."""
    for code in codes:
        transfers.expire_due(program=code, now=now)
        transfers.record_due(program=code, now=now)
        closing.close_due(program=code, now=now)
        applications.run_due(code, now)
        compliance.warn_of_insufficient_holdings(program=code, now=now)
        compliance.remind_of_certifications(program=code, now=now)
        accounts.open_operating_date_tasks(program=code, now=now)
        resources.bar_for_unmet_debts(program=code, at=now)
    signing.delete_old_drafts(at=now)
    while audit.send_mail(now):
        pass


def lapse(codes: Sequence[str], now: datetime) -> None:
    """Let lapse what lapses within a day: it is the scenario that sets the time."""
    for code in codes:
        transfers.expire_due(program=code, now=now)


def _midnight(day: date) -> datetime:
    return eastern(datetime.combine(day, time()))


def _warning_days(rules: Program, first: date, last: date) -> Iterator[date]:
    """The days on which accounts are warned of insufficient holdings."""
    for year in range(first.year - 1, last.year + 2):
        try:
            deadline_on = rules.deadline_on(rules.period_of_year(year))
        except Refused:
            continue
        for days in rules.warning_days:
            yield deadline_on - days * ONE_DAY
