"""A trading program: its periods, dates, budgets, types of transaction and readings.

What differs between programs is data; this is the shape of it and the questions that
the rest of the registry asks. `programs.load` makes one from its file.

Source: 40 CFR part 62, subparts MMM and NNN, as proposed at 80 FR 64966.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo

from trueup.rules.calendar import BusinessCalendar, federal_calendar
from trueup.rules.control_periods import ControlPeriods
from trueup.rules.credits import CreditRules
from trueup.rules.market_file import MarketRules
from trueup.rules.output_based import OutputBasedRules
from trueup.rules.people import PeopleRules
from trueup.rules.periods import (
    CompliancePeriod,
    PeriodSchedule,
    YearlyDate,
    midnight,
    transfer_deadline_on,
)
from trueup.rules.readings import Reading, ReadingValue, check_reading
from trueup.rules.resource_rules import ResourceRules
from trueup.rules.set_aside import RenewableRules
from trueup.rules.tables import WITHOUT_UNITS, Budget, Jurisdiction, PrintedTable, yearly_share

ACCOUNT_KINDS = frozenset({"compliance", "general", "holding", "origination", "retirement"})
SET_ASIDES = ("renewable_energy", "output_based", "early_action")
CREATION = ""  # The source of a transaction that creates instruments.


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionType:
    """What a movement of instruments may do, declared by the program.

    Attributes:
        code: Its name in the program's file and in the journal.
        event: What a serial number's history says of it.
        routes: Permitted kinds of account, source and destination; the source of a
            creation is empty.
        submitted_by: `representative`, `administrator` or `registry` (by itself).
        ground_required: Whether a ground must be stated.
        reversible: Whether the Administrator may reverse it as a whole.
        own: Whether it makes instruments own allocations of a compliance account.
        mends: Whether it names the transaction that it mends.
        cite: Paragraph.
    """

    code: str
    event: str
    routes: frozenset[tuple[str, str]]
    submitted_by: str
    ground_required: bool
    reversible: bool
    own: bool
    mends: bool
    cite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """Business days that the Administrator has for what representatives wait for."""

    record_business_days: int
    notify_business_days: int
    refuse_business_days: int
    correct_business_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordation:
    """By which date of which earlier year a period's unit allocations are recorded."""

    printed: YearlyDate
    years_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTables:
    """The printed tables of a program: its goals, and set-asides by purpose."""

    total: PrintedTable
    set_asides: Mapping[str, PrintedTable]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricalGeneration:
    """Figures of the formula that divides a budget among affected units.

    Source: preamble V.D.1 (80 FR 65016).
    """

    baseline_years: tuple[int, ...]
    estimate_hours: int
    capacity_percent: Mapping[str, int]  # By `gas` and `steam`.


@dataclass(frozen=True, kw_only=True, eq=False)
class Program(ControlPeriods):
    """A trading program; two are the same only if they are one object.

    Not slotted, so that its calendar is made once.
    """

    code: str
    number: int
    name: str
    kind: str
    instrument: str
    instruments: str
    unit: str
    expires_after_years: int | None  # None: instruments are banked without limit.
    books_per: str
    schedule: PeriodSchedule
    deadline: YearlyDate
    deadline_rolls: bool
    recordation: Recordation | None  # None where nothing is allocated.
    limits: TimeLimits
    hold_after_deadline: bool
    warning_days: tuple[int, ...]
    retirement_reasons: tuple[str, ...]
    jurisdictions: Mapping[str, Jurisdiction]
    people: PeopleRules
    budgets: BudgetTables | None
    credits: CreditRules | None  # None where instruments are allocated.
    resources: ResourceRules | None  # None where no eligible resources take part.
    historical_generation: HistoricalGeneration | None
    renewable_energy: RenewableRules | None  # None where the set-aside has no rules.
    output_based: OutputBasedRules | None
    market: MarketRules  # Auctions, trades, partial obligations, States' accounts.
    transaction_types: Mapping[str, TransactionType]
    readings: Mapping[str, Reading]
    cites: Mapping[str, str]  # By section of the program's file.
    is_example: bool = False  # Officials are offered it only where it is the chosen one.

    def with_readings(self, values: Mapping[str, ReadingValue]) -> Program:
        """The same program with some unclear passages read otherwise.

        Raises ValueError for a reading that the program does not have, or a value that
        the reading cannot have.
        """
        for key, value in values.items():
            check_reading(key, value)
            if key not in self.readings:
                raise ValueError(f"{self.code} has no reading {key}")
        changed = {key: replace(self.readings[key], value=value) for key, value in values.items()}
        return replace(self, readings=MappingProxyType({**self.readings, **changed}))

    @property
    def record_business_days(self) -> int:
        return self.limits.record_business_days

    @property
    def notify_business_days(self) -> int:
        return self.limits.notify_business_days

    @property
    def refuse_business_days(self) -> int:
        return self.limits.refuse_business_days

    @property
    def correct_business_days(self) -> int:
        return self.limits.correct_business_days

    @property
    def is_rate_based(self) -> bool:
        """Whether compliance is a rate, brought down by credits, and not a mass."""
        return self.kind == "rate"

    @cached_property
    def places(self) -> Mapping[str, Jurisdiction]:
        """Where instruments of the program can come from.

        Credits come from wherever a resource stands, though no affected unit is there.

        Source: 40 CFR 62.16235(a); 62.16435(a); 62.16515(f).
        """
        if self.credits is None:
            return self.jurisdictions
        return MappingProxyType({**WITHOUT_UNITS, **self.jurisdictions})

    @property
    def allocates(self) -> bool:
        """Whether instruments are allocated, before the years that they are for."""
        return self.recordation is not None

    @property
    def time_zone(self) -> str:
        return self.readings["time_zone"].text_value

    @property
    def debt_blocks_transfers(self) -> bool:
        return self.readings["debt_blocks_transfers"].is_on

    @property
    def owner_retirement_counts(self) -> bool:
        return self.readings["owner_retirement_counts"].is_on

    @property
    def tons_rounding(self) -> str:
        """How tons are rounded; where no obligation is in tons, as they are shown."""
        reading = self.readings.get("tons_rounding")
        return "half_up" if reading is None else reading.text_value

    @property
    def barred_categories(self) -> frozenset[str]:
        """Categories of credits that combustion turbines may hold but not use.

        Source: 40 CFR 62.16434(c)(3).
        """
        return frozenset() if self.credits is None else self.credits.barred_for_turbines

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def calendar(self) -> BusinessCalendar:
        return federal_calendar(event_day_counts=self.readings["event_day_counts"].is_on)

    def period_of(self, day: date) -> CompliancePeriod:
        """The compliance period that a day is part of.

        Raises Refused (`before_program_start`).

        Source: 40 CFR 62.16375 “Compliance period”; 62.16220(c)(2)(i).
        """
        return self.schedule.of_year(day.year)

    def period_of_year(self, year: int) -> CompliancePeriod:
        """The compliance period that a calendar year is part of.

        Raises Refused (`before_program_start`).

        Source: 40 CFR 62.16375 “Compliance period”.
        """
        return self.schedule.of_year(year)

    def next_period(self, period: CompliancePeriod) -> CompliancePeriod:
        """The compliance period that follows immediately.

        Source: 40 CFR 62.16220(c)(3)(ii).
        """
        return self.schedule.after(period)

    def vintage_period(self, vintage: int) -> CompliancePeriod:
        """The first compliance period in which a vintage can be used.

        Source: 40 CFR 62.16220(c)(3)(i).
        """
        return self.schedule.of_year(vintage)

    def deadline_on(self, period: CompliancePeriod) -> date:
        """The day whose midnight is a period's transfer deadline.

        Source: 40 CFR 62.16375 “Allowance transfer deadline”.
        """
        calendar = self.calendar if self.deadline_rolls else None
        return transfer_deadline_on(period, printed=self.deadline, calendar=calendar)

    def deadline_at(self, period: CompliancePeriod) -> datetime:
        """A period's transfer deadline, in UTC; what is submitted by then is on time.

        Source: 40 CFR 62.16375 “Allowance transfer deadline”.
        """
        at_end_of_day = self.readings["deadline_midnight"].value == "end_of_day"
        return midnight(self.deadline_on(period), zone=self.zone, at_end_of_day=at_end_of_day)

    def excess_vintage_max(self, period: CompliancePeriod) -> int:
        """The latest vintage that may be deducted for a period's excess emissions.

        Source: 40 CFR 62.16340(d); 62.16220(c)(3)(ii).
        """
        if self.readings["excess_vintage"].value == "next_year":
            return max(period.last_year + 1, self.vintage_max(period))
        return self.next_period(period).last_year

    def hold_vintage_max(self, period: CompliancePeriod) -> int:
        """The latest vintage whose transfer waits for a period's deductions.

        Source: 40 CFR 62.16335(b).
        """
        if self.readings["hold_vintages"].value == "running_period":
            return self.next_period(period).last_year
        return period.last_year

    def recordation_on(self, period: CompliancePeriod) -> date:
        """The printed date by which a period's unit allocations are recorded.

        Raises ValueError in a program that allocates nothing, which is a caller's bug.

        Source: 40 CFR 62.16325(a).
        """
        if self.recordation is None:
            raise ValueError(f"nothing is allocated in {self.code}")
        year = period.first_year - self.recordation.years_before
        return self.recordation.printed.in_year(year)

    def effective_on(self, printed_on: date) -> date:
        """The last day that is in time for a date printed in the rule.

        Participants are late, and the Administrator overdue, only after it.

        Source: 40 CFR 62.16225(c).
        """
        if not self.readings["fixed_dates_roll"].is_on:
            return printed_on
        return self.calendar.on_or_after(printed_on)

    def budget(self, jurisdiction: str, vintage: int) -> Budget | None:
        """How a jurisdiction's allowances of a vintage are divided; None if not set.

        Source: 40 CFR 62.16235, Tables 1 to 4.
        """
        if self.budgets is None:
            return None
        total = self.budgets.total.short_tons(jurisdiction, vintage)
        if total is None:
            return None
        set_asides = {
            purpose: self._set_aside(purpose, table.short_tons(jurisdiction, vintage), vintage)
            for purpose, table in self.budgets.set_asides.items()
        }
        return Budget(total=total, **set_asides)

    def budget_of_year(self, vintage: int) -> int:
        """The allowances of a vintage in all jurisdictions together; 0 if none are set.

        Source: 40 CFR 62.16235(a), Table 1.
        """
        found = (self.budget(code, vintage) for code in self.jurisdictions)
        return sum(budget.total for budget in found if budget is not None)

    def _set_aside(self, purpose: str, printed: int | None, vintage: int) -> int:
        if printed is None:
            return 0
        basis = self.readings.get(f"{purpose}_basis")
        if basis is None or basis.value == "per_year":
            return printed
        return yearly_share(printed, vintage=vintage, period=self.vintage_period(vintage))

    def is_business_day(self, day: date) -> bool:
        """Whether a day falls neither on a weekend nor on a federal holiday.

        Source: 40 CFR 62.16375 “Business day”.
        """
        return self.calendar.is_business_day(day)

    def days_from(self, event_on: date, days: int) -> date:
        """The last day of a period of days that begins with an event, rolled.

        Source: 40 CFR 62.16225(a) and (c).
        """
        return self.calendar.days_from(event_on, days)

    def business_days_from(self, event_on: date, days: int) -> date:
        """The last day of a period counted in business days from an event.

        Source: 40 CFR 62.16225(a).
        """
        return self.calendar.business_days_from(event_on, days)

    def local_date(self, at: datetime) -> date:
        """The date of an instant in the program's time zone."""
        if at.tzinfo is None:
            raise ValueError(f"an instant has a time zone: {at}")
        return at.astimezone(self.zone).date()
