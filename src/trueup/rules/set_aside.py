"""The renewable energy set-aside: who is eligible, how it is divided, what is carried on.

Megawatt-hours are exact (Decimal or Fraction); allowances are whole. What the rule leaves
open are values of the program, `RenewableRules`.

Source: 40 CFR 62.16245(a); 62.16240(b)(1); MASS-075 to MASS-087; MASS-AMB-17 to MASS-AMB-25.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from trueup.rules.allocation import Number, Recipient, largest_remainder
from trueup.rules.periods import CompliancePeriod, YearlyDate

DISPATCH, RECEIPT = "dispatch", "receipt"
PROJECT_FIRST, PROJECT_ONLY = "project_then_provider", "project"
ANY_PERIOD = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewableRules:
    """What a program says of its renewable energy set-aside.

    Attributes:
        kinds: By category, the kinds of it that are eligible; empty: every kind of it
            (MASS-AMB-17).
        sized: Categories for which utility scale is to be declared.
        in_service_from: The first day of service that counts; the day before it is for
            the Administrator to decide (MASS-AMB-18).
        due: By when projections are filed, of the year before the generation year.
        application_test, update_test: Whether a first filing and an update are in time by
            `dispatch` or by `receipt` (MASS-AMB-19).
        recorded: By when it is distributed, of the year before (MASS-AMB-20).
        report_due: By when M&V reports are expected, of the year after (MASS-AMB-21).
        explain_above_percent: A larger shortfall is to be explained.
        charge: A shortfall reduces its `project` alone, or `project_then_provider`
            (MASS-AMB-23).
        disqualifying: `any`, or the periods in which shortfalls disqualify (MASS-AMB-24).
    """

    kinds: Mapping[str, Collection[str]]
    sized: Collection[str]
    in_service_from: date
    due: YearlyDate
    application_test: str
    update_test: str
    recorded: YearlyDate
    report_due: YearlyDate
    explain_above_percent: int
    charge: str
    disqualifying: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What an approved project promises for a generation year.

    Attributes:
        project, provider: Ids; the lowest comes first where nothing else decides.
        mwh: Approved, the eligible part of the output alone.
    """

    project: int
    provider: int
    mwh: Number

    def __post_init__(self) -> None:
        if Fraction(self.mwh) < 0:
            raise ValueError(f"a projection is not negative: {self.mwh}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How a set-aside of one State and generation year is divided.

    Attributes:
        net_mwh: By project, its projection less the shortfalls that were charged to it.
        allowances: By project; together the whole set-aside, or nothing.
        carried_mwh: By project, what is left of its shortfall for the next distribution.
        surplus: Allowances that no project has a share in.
    """

    net_mwh: Mapping[int, Fraction]
    allowances: Mapping[int, int]
    carried_mwh: Mapping[int, Fraction]
    surplus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a project promised for a year and generated in it."""

    projected_mwh: Number
    actual_mwh: Number


def in_time(
    *,
    generation_year: int,
    dispatched_at: datetime,
    received_at: datetime,
    is_update: bool,
    rules: RenewableRules,
    zone: ZoneInfo,
    last_day: date | None = None,
) -> bool:
    """Whether a projection was filed early enough for a generation year.

    Args:
        last_day: The due date as it was rolled to a business day; None: the printed one.

    Source: 40 CFR 62.16245(a)(3)(ii); MASS-078; MASS-AMB-19.
    """
    test = rules.update_test if is_update else rules.application_test
    at = dispatched_at if test == DISPATCH else received_at
    due = last_day or projection_due_on(generation_year, rules=rules)
    return at.astimezone(zone).date() <= due


def projection_due_on(generation_year: int, *, rules: RenewableRules) -> date:
    """The printed day by which projections for a generation year are filed.

    Source: 40 CFR 62.16245(a)(3)(ii).
    """
    return rules.due.in_year(generation_year - 1)


def recorded_on(generation_year: int, *, rules: RenewableRules) -> date:
    """The printed day by which a generation year's set-aside is allocated and recorded.

    Source: 40 CFR 62.16240(b)(1)(i); 62.16325(d); MASS-AMB-20.
    """
    return rules.recorded.in_year(generation_year - 1)


def eligible_mwh(projected_mwh: Number, *, share: Fraction) -> Fraction:
    """The part of a projection that counts: all of it, or the added capacity's.

    Args:
        share: `eligibility.eligible_share` of the resource.

    Source: 40 CFR 62.16245(a)(2)(ii); MASS-076.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"no share of an output: {share}")
    return Fraction(projected_mwh) * share


def shortfall_mwh(delivery: Delivery) -> Fraction:
    """What was promised and not generated; what was generated beyond earns nothing.

    Source: 40 CFR 62.16245(a)(5)(ii); MASS-083; MASS-AMB-22.
    """
    return max(Fraction(0), Fraction(delivery.projected_mwh) - Fraction(delivery.actual_mwh))


def is_to_explain(delivery: Delivery, *, percent: int) -> bool:
    """Whether a shortfall is larger than this percentage of the projection.

    Source: 40 CFR 62.16245(a)(5)(iii); MASS-084.
    """
    return shortfall_mwh(delivery) * 100 > Fraction(delivery.projected_mwh) * percent


def net_projections(
    projections: Sequence[Projection],
    carried_mwh: Mapping[int, Number],
    *,
    providers: Mapping[int, int],
    charge: str = PROJECT_FIRST,
) -> tuple[dict[int, Fraction], dict[int, Fraction]]:
    """What is left of each projection, and of each shortfall, after one is set off.

    A shortfall first reduces its own project's projection, then those of the same
    provider's other projects, the lowest first.

    Args:
        carried_mwh: By project, shortfalls that are still to be set off, all of one State.
        providers: By project, whose it is; of every project with a shortfall.
        charge: `project_then_provider`, or `project` alone.

    Raises ValueError for a project that projects twice or a negative shortfall.

    Source: 40 CFR 62.16245(a)(5)(ii)-(iii); MASS-083; MASS-AMB-22, MASS-AMB-23.
    """
    net = {of.project: Fraction(of.mwh) for of in projections}
    if len(net) != len(projections):
        raise ValueError("a project stands in a pool once")
    left = {project: Fraction(mwh) for project, mwh in carried_mwh.items()}
    if any(mwh < 0 for mwh in left.values()):
        raise ValueError("a shortfall is not negative")
    own = {of.project: of.provider for of in projections}
    for project in sorted(left):
        _set_off(project, project, net=net, left=left)
    if charge == PROJECT_FIRST:
        for project in sorted(left):
            provider = providers[project]
            for other in sorted(net):
                if own[other] == provider:
                    _set_off(project, other, net=net, left=left)
    return net, left


def _set_off(
    project: int, against: int, *, net: dict[int, Fraction], left: dict[int, Fraction]
) -> None:
    """Set off a project's shortfall against a projection, as far as both go."""
    taken = min(left[project], net.get(against, Fraction(0)))
    if taken:
        left[project] -= taken
        net[against] -= taken


def distribute(
    set_aside: int,
    projections: Sequence[Projection],
    *,
    carried_mwh: Mapping[int, Number],
    providers: Mapping[int, int],
    charge: str = PROJECT_FIRST,
) -> Distribution:
    """Divide a State's set-aside of a generation year among its approved projects.

    All of it goes out in proportion to net projections, by largest remainder, without a
    limit for each MWh; where nothing is left of any projection, all of it is surplus.

    Args:
        set_aside: Allowances of the vintage of the generation year.
        projections: Of the projects that are not disqualified.
        carried_mwh, providers, charge: As in `net_projections`.

    Source: 40 CFR 62.16245(a)(5)(i)-(iii), (a)(6); 62.16240(b)(1); MASS-080, MASS-AMB-25.
    """
    if set_aside < 0:
        raise ValueError(f"a set-aside is not negative: {set_aside}")
    net, left = net_projections(projections, carried_mwh, providers=providers, charge=charge)
    shared = any(net.values())
    return Distribution(
        net_mwh=net,
        allowances=largest_remainder(set_aside, net) if shared else dict.fromkeys(net, 0),
        carried_mwh=left,
        surplus=0 if shared else set_aside,
    )


def divide_surplus(
    surplus: int, initial_allocations: Mapping[Recipient, int]
) -> dict[Recipient, int]:
    """Divide what is left of a set-aside among the State's units, by what they got first.

    Args:
        initial_allocations: Of the vintage, by unit; of units still allocated to alone.

    Raises ValueError if there is a surplus and no unit had an allocation.

    Source: 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); 62.16245(a)(6), (b)(4); MASS-086, MASS-092.
    """
    return largest_remainder(surplus, initial_allocations)


def disqualified_vintages(
    period: CompliancePeriod,
    *,
    following: CompliancePeriod,
    short_years: Collection[int],
    found_on: date,
    rules: RenewableRules,
) -> tuple[int, ...]:
    """The vintages for which a provider gets nothing, by shortfalls in all of a period.

    What was distributed before it was found stays: only generation years whose
    distribution is still to come are barred.

    Args:
        short_years: Years of the period in which the provider had to explain a shortfall.
        found_on: The day on which the last of them was verified.

    Source: 40 CFR 62.16245(a)(5)(iii); MASS-085; MASS-AMB-24.
    """
    counts = ANY_PERIOD in rules.disqualifying or period.name in rules.disqualifying
    if not counts or not set(period.vintages) <= set(short_years):
        return ()
    return tuple(
        vintage for vintage in following.vintages if recorded_on(vintage, rules=rules) >= found_on
    )


def to_the_kwh(mwh: Fraction) -> Decimal:
    """A quantity of MWh to the thousandth, rounded down: what is shown and kept.

    Source: 40 CFR 62.16245(a)(3)(ii), which names no precision.
    """
    return Decimal(int(mwh * 1000)) / 1000
