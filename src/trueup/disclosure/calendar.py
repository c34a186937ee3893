"""The dates that everyone in a program waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused

_YEARS_AHEAD = 8


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ProgramDate:
    """A date of the program's calendar: what happens, for which period, under what."""

    on: date
    what: str
    period: CompliancePeriod
    cite: str

    def days_from(self, today: date) -> int:
        return (self.on - today).days


def program_dates(program: Program, *, today: date, limit: int) -> list[ProgramDate]:
    """The next dates of a program, the nearest first.

    Source: 40 CFR 62.16325(a), 62.16340(a), 62.16375 “Allowance transfer deadline”.
    """
    dates = [
        entry
        for period in _periods_near(program, today)
        for entry in _dates_of(program, period)
        if entry.on >= today
    ]
    return sorted(dates)[:limit]


def _dates_of(program: Program, period: CompliancePeriod) -> list[ProgramDate]:
    dates = [
        ProgramDate(
            on=period.last_day,
            what="The compliance period ends",
            period=period,
            cite=program.cites["periods"],
        ),
        ProgramDate(
            on=program.deadline_on(period),
            what="Transfer deadline: what is held at midnight counts",
            period=period,
            cite=program.cites["deadline"],
        ),
    ]
    dates += [
        ProgramDate(
            on=program.deadline_on(interim),
            what="Transfer deadline: what is held at midnight counts",
            period=interim,
            cite=program.cites["partial_obligation"],
        )
        for interim in program.interim_periods(period)
    ]
    if program.allocates:
        dates.append(
            ProgramDate(
                on=program.recordation_on(period),
                what="Allocations are recorded in the accounts",
                period=period,
                cite=program.cites["recordation"],
            )
        )
    return dates


def _periods_near(program: Program, today: date) -> list[CompliancePeriod]:
    """The periods that can have a date in the coming years, the earliest first."""
    start = program.schedule.printed[0].first_year
    period = program.period_of_year(max(today.year - 1, start))
    periods = [period]
    while period.first_year < today.year + _YEARS_AHEAD:
        try:
            period = program.next_period(period)
        except Refused:
            break
        periods.append(period)
    return periods
