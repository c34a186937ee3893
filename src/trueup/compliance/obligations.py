"""What compliance accounts owe for a period: tons of CO2, or the credits that are needed.

A mass-based obligation is a facility's tons; a rate-based one is the fewest whole credits
that bring an affected EGU's rate down to its standard.

Source: 40 CFR 62.16220(c)(1)(i); 62.16420(c)(1), (4); RATE-020, AMB-35.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from trueup.accounts.entries import FacilityAccountEntry, UnitEntry
from trueup.audit.statements import among
from trueup.compliance.models import Settlement
from trueup.compliance.rate_figures import RateFigures
from trueup.emissions import operation as operations
from trueup.emissions import queries as emissions
from trueup.emissions.entries import FacilityEmissions, UnitOperation
from trueup.rules import control_period, rate
from trueup.rules.participation import takes_part
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.state_accounts import queries as state_accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """What one account owes for a period, as far as it is reported.

    Attributes:
        quantity: Instruments that must be held for it.
        tons: The emissions that it is a share or the rest of, where the program has
            interim control periods; surrendered: what was taken off for the interim ones.
        outside: Years in which its State did not take part.
        exempt_years: Years for which the State retired allowances in the source's place.
        barred: Categories of credits that may not be used for it.
        missing: Units and years without complete data; missing_quarters likewise.
        final: Whether nothing is missing and all of it is final.
        rate: What it follows from, in a rate-based program.
    """

    quantity: int
    missing: tuple[tuple[str, int], ...]
    missing_quarters: tuple[tuple[str, int, int], ...]
    final: bool
    barred: frozenset[str] = frozenset()
    rate: RateFigures | None = None
    tons: int = 0
    surrendered: int = 0
    outside: tuple[int, ...] = ()
    exempt_years: tuple[int, ...] = ()

    @property
    def has_standard(self) -> bool:
        """Whether it is known which standard applies, where one does."""
        return self.rate is None or self.rate.standard is not None


def obligations(
    entries: Iterable[FacilityAccountEntry], *, rules: Program, period: CompliancePeriod
) -> dict[int, Obligation]:
    """What accounts owe for a period, by account, in a constant number of statements.

    Source: 40 CFR 62.16220(c)(1)(i); 62.16420(c)(4); RGGI-011, RGGI-013.
    """
    wanted = list(entries)
    facilities = sorted({entry.facility.id for entry in wanted})
    if rules.market.partial is not None:
        return partial_obligations(wanted, rules=rules, period=period)
    if not rules.is_rate_based:
        tons = emissions.period_tons(program=rules.code, period=period, facilities=facilities)
        return {entry.account: _of_mass(tons[entry.facility.id]) for entry in wanted}
    units = operations.period_operation(program=rules.code, period=period, facilities=facilities)
    return {
        entry.account: _of_rate(entry.unit, units[entry.unit.id], rules=rules, period=period)
        for entry in wanted
        if entry.unit is not None
    }


def partial_obligations(
    entries: Sequence[FacilityAccountEntry], *, rules: Program, period: CompliancePeriod
) -> dict[int, Obligation]:
    """A share of a year's tons, or all tons of a period less what was surrendered before.

    Each year's tons are rounded before shares are taken, so that the years add up. A year in
    which the source's State does not take part owes nothing, and no data; so does a year
    whose emissions the limited industrial exemption covers.

    Source: RGGI-002, RGGI-005, RGGI-011, RGGI-013, RGGI-021.
    """
    partial = rules.market.partial
    if partial is None:
        raise ValueError(f"nothing is due within a period of {rules.code}")
    facilities = sorted({entry.facility.id for entry in entries})
    yearly = {
        year: emissions.period_tons(
            program=rules.code,
            period=CompliancePeriod(first_year=year, last_year=year),
            facilities=facilities,
        )
        for year in period.vintages
    }
    is_interim = rules.is_interim(period)
    exempt = _exempt_years(rules, period)
    before = {} if is_interim else surrendered([e.account for e in entries], rules, period)
    found = {}
    for entry in entries:
        outside = _outside(rules, entry.facility.jurisdiction, period)
        exempt_years = exempt.get(entry.facility.id, ())
        of_years = {
            year: tons[entry.facility.id]
            for year, tons in yearly.items()
            if year not in outside and year not in exempt_years
        }
        tons = {year: reported.tons for year, reported in of_years.items()}
        taken_off = before.get(entry.account, 0)
        whole = sum(tons.values())
        found[entry.account] = Obligation(
            quantity=control_period.interim_obligation(whole, partial=partial)
            if is_interim
            else control_period.final_obligation(tons, surrendered=taken_off),
            missing=tuple(gap for reported in of_years.values() for gap in reported.missing),
            missing_quarters=tuple(
                gap for reported in of_years.values() for gap in reported.missing_quarters
            ),
            final=all(reported.final for reported in of_years.values()),
            tons=whole,
            surrendered=taken_off,
            outside=outside,
            exempt_years=tuple(exempt_years),
        )
    return found


def _exempt_years(rules: Program, period: CompliancePeriod) -> dict[int, tuple[int, ...]]:
    """Sources in whose place a State retired allowances for years of a period.

    Source: RGGI-021.
    """
    if rules.market.state_accounts is None:
        return {}
    found = state_accounts.limited_sources(program=rules.code, years=period.vintages)
    return {facility: tuple(sorted(years)) for facility, years in found.items()}


def _outside(rules: Program, state: str, period: CompliancePeriod) -> tuple[int, ...]:
    """The years of a period in which a State does not take part, as their last days say.

    Source: RGGI-002.
    """
    applies = rules.market.applicability
    if applies is None:
        return ()
    return tuple(
        year
        for year in period.vintages
        if not takes_part(applies.states, state=state, day=date(year, 12, 31))
    )


def surrendered(
    account_ids: Sequence[int], rules: Program, period: CompliancePeriod
) -> dict[int, int]:
    """What counts toward the end of a period of its interim settlements, by account.

    Source: RGGI-013; RGGI-016, reading c; docs/decisions/0355.
    """
    names = [interim.name for interim in rules.interim_periods(period)]
    rows = Settlement.objects.filter(
        program=rules.code, period__in=names, account_id__in=among(account_ids)
    )
    found: dict[int, int] = {}
    for row in rows:
        met = row.deducted + row.retired_by_owner
        interim = CompliancePeriod.parse(row.period)
        found[row.account_id] = found.get(row.account_id, 0) + control_period.credited(
            met,
            excess=row.obligation - met - row.waived,
            ratio_applies=rules.ratio_of(interim) > 0,
        )
    return found


def _of_mass(found: FacilityEmissions) -> Obligation:
    return Obligation(
        quantity=found.tons,
        missing=found.missing,
        missing_quarters=found.missing_quarters,
        final=found.final,
    )


def _of_rate(
    unit: UnitEntry, found: UnitOperation, *, rules: Program, period: CompliancePeriod
) -> Obligation:
    """Credits needed; none that a turbine may not use are counted on.

    Source: 40 CFR 62.16420(c)(1); 62.16434(c)(3); 62.16535(b)(1).
    """
    subcategory = rate.subcategory_of(unit_type=unit.unit_type, fuel=unit.fuel)
    standard = None if subcategory is None else rate.standard_of(subcategory, period.first_year)
    needed = 0 if standard is None else rate.ercs_needed(found.total, standard=standard)
    is_turbine = subcategory == rate.COMBUSTION_TURBINE
    return Obligation(
        quantity=needed,
        missing=found.missing,
        missing_quarters=found.missing_quarters,
        final=found.final,
        barred=rules.barred_categories if is_turbine else frozenset(),
        rate=RateFigures(
            subcategory=subcategory or "",
            standard=standard,
            co2_lb=found.total.co2_lb,
            net_mwh=found.total.net_mwh,
        ),
    )


def barred_for(
    entries: Sequence[FacilityAccountEntry], *, rules: Program
) -> Mapping[int, frozenset[str]]:
    """The categories that each account may not use, by account.

    Source: 40 CFR 62.16434(c)(3).
    """
    if not rules.is_rate_based:
        return {}
    return {
        entry.account: rules.barred_categories
        for entry in entries
        if entry.unit is not None
        and rate.subcategory_of(unit_type=entry.unit.unit_type, fuel=entry.unit.fuel)
        == rate.COMBUSTION_TURBINE
    }
