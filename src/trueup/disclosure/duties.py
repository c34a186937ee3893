"""Every duty of a program that has a date: of sources, of officials, of the registry.

Source: 40 CFR 62.16325(a), 62.16335, 62.16340(a), 62.16360(c), 62.16375; PLAT-082.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from trueup.emissions.queries import quarterly_report_due_on
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.set_asides import duty_dates
from trueup.state_accounts import duty_dates as state_dates

QUARTERS = (1, 2, 3, 4)
YEARS_MAX = 12
REPORTS_DUE, ISSUE_DUE = (6, 1), (6, 30)  # Month and day of the year after.


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Duty:
    """Something that is to be done by a day.

    Attributes:
        kind: `report`, `certification`, `period_end`, `deadline`, `deductions`,
            `recordation` or `review`; of credits `mv_reports`, `credit_notice` or
            `credit_issue`; of set-asides the names of `set_asides.duty_dates`; of States'
            accounts `state_division`.
        who: `source`, `official` or `registry`.
        detail: The quarter of a report; the days before the deadline of a review.
    """

    on: date
    kind: str
    who: str
    period: CompliancePeriod
    cite: str
    year: int = 0
    detail: int = field(default=0)

    @property
    def key(self) -> str:
        """Names it in a calendar, so that a later download replaces it."""
        return f"{self.kind}-{self.period.name}-{self.year}-{self.detail}"


def duties(program: Program, *, first: date, last: date) -> list[Duty]:
    """The duties that are due between two days, both included, the earliest first.

    Source: 40 CFR 62.16325(a), 62.16340(a), 62.16360(c), 62.16375; PLAT-082.
    """
    found: list[Duty] = []
    for period in _periods(program, last=last):
        found += _of_period(program, period)
    return sorted(duty for duty in found if first <= duty.on <= last)


def _of_period(program: Program, period: CompliancePeriod) -> list[Duty]:
    deadline = program.deadline_on(period)
    found = [
        Duty(
            on=period.last_day,
            kind="period_end",
            who="registry",
            period=period,
            cite=program.cites["periods"],
        ),
        Duty(
            on=deadline,
            kind="deadline",
            who="source",
            period=period,
            cite=program.cites["deadline"],
        ),
        Duty(
            on=program.calendar.on_or_after(deadline + timedelta(days=1)),
            kind="deductions",
            who="official",
            period=period,
            cite=program.transaction_types["deduct"].cite,
        ),
    ]
    if program.allocates:
        found.append(
            Duty(
                on=program.recordation_on(period),
                kind="recordation",
                who="official",
                period=period,
                cite=program.cites["recordation"],
            )
        )
    return [
        *found,
        *(duty for one in program.interim_periods(period) for duty in _of_interim(program, one)),
        *_reviews(program, period, deadline),
        *_certifications(program, period),
        *_reports(program, period),
        *_credits(program, period),
        *_set_asides(program, period),
        *_divisions(program, period),
    ]


def _of_interim(program: Program, interim: CompliancePeriod) -> list[Duty]:
    """The deadline of an interim control period, its deductions, and the reviews before.

    Source: RGGI-011, RGGI-012.
    """
    deadline = program.deadline_on(interim)
    after = program.calendar.on_or_after(deadline + timedelta(days=1))
    return [
        Duty(
            on=deadline,
            kind="deadline",
            who="source",
            period=interim,
            cite=program.cites["partial_obligation"],
        ),
        Duty(
            on=after,
            kind="deductions",
            who="official",
            period=interim,
            cite=program.cites["partial_obligation"],
        ),
        *_reviews(program, interim, deadline),
    ]


def _set_asides(program: Program, period: CompliancePeriod) -> list[Duty]:
    """The days of set-asides: projections, reports, data, comments, distributions.

    Source: 40 CFR 62.16240(b), 62.16245; MASS-081, MASS-091, MASS-167.
    """
    return [
        Duty(on=of.on, kind=of.name, who=of.who, period=period, cite=of.cite, year=of.year)
        for of in duty_dates.dates_of_period(program, period)
    ]


def _divisions(program: Program, period: CompliancePeriod) -> list[Duty]:
    """The days by which States divide their budgets among their accounts.

    Source: RGGI-020.
    """
    return [
        Duty(
            on=on,
            kind=state_dates.NAME,
            who="official",
            period=period,
            cite=state_dates.CITE,
            year=year,
        )
        for year, on in state_dates.dates_of_period(program, period)
    ]


def _certifications(program: Program, period: CompliancePeriod) -> list[Duty]:
    """The days by which sources certify, where the program asks for that.

    Source: RGGI-034.
    """
    asked = program.market.certification
    if asked is None:
        return []
    interim = program.interim_periods(period) if asked.for_interim else ()
    return [
        Duty(
            on=asked.due_on(one),
            kind="certification",
            who="source",
            period=one,
            cite=program.cites["certification"],
        )
        for one in (*interim, period)
    ]


def _credits(program: Program, period: CompliancePeriod) -> list[Duty]:
    """Each year's credits: reports, the notice that leaves time for comment, the issue.

    Source: preamble IV.D.6, IV.D.9; RATE-115, RATE-138, RATE-139; DL-17 to DL-19; AMB-10.
    """
    if program.credits is None:
        return []
    days = timedelta(days=program.credits.comment_days)
    return [
        Duty(on=on, kind=kind, who=who, period=period, cite=cite, year=year)
        for year in period.vintages
        for on, kind, who, cite in (
            (
                program.effective_on(date(year + 1, *REPORTS_DUE)),
                "mv_reports",
                "source",
                "preamble IV.D.9",
            ),
            (date(year + 1, *ISSUE_DUE) - days, "credit_notice", "official", "preamble IV.D.6"),
            (date(year + 1, *ISSUE_DUE), "credit_issue", "official", "preamble IV.D.6.b"),
        )
    ]


def _reviews(program: Program, period: CompliancePeriod, deadline: date) -> list[Duty]:
    """The days on which holdings are reviewed and those who are short are warned."""
    return [
        Duty(
            on=deadline - timedelta(days=days),
            kind="review",
            who="registry",
            period=period,
            cite="PLAT-082",
            detail=days,
        )
        for days in program.warning_days
    ]


def _reports(program: Program, period: CompliancePeriod) -> list[Duty]:
    """The days by which emissions of each quarter are reported."""
    return [
        Duty(
            on=quarterly_report_due_on(program=program.code, year=year, quarter=quarter),
            kind="report",
            who="source",
            period=period,
            cite="40 CFR 62.16360(c)-(d)",
            year=year,
            detail=quarter,
        )
        for year in period.vintages
        for quarter in QUARTERS
    ]


def _periods(program: Program, *, last: date) -> list[CompliancePeriod]:
    """All periods that can have a duty until a day."""
    period = program.schedule.printed[0]
    periods = [period]
    while period.first_year <= last.year + YEARS_MAX:
        try:
            period = program.next_period(period)
        except Refused:
            break
        periods.append(period)
        if period.first_year > last.year + 1:
            break
    return periods
