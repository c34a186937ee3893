"""Decide that emissions are final, and adjust them after audit: appealable decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.audit import services as audit
from trueup.audit.statements import insert_many
from trueup.emissions import locations, operation, queries, recording, retired_units
from trueup.emissions.entries import AdjustmentResult, FinalizationResult, UnitOperation
from trueup.emissions.models import Finalization
from trueup.emissions.quantities import DECIMALS
from trueup.emissions.recording import QUANTITIES, Current, Origin, Period, Row
from trueup.emissions.refusals import (
    GroundMissing,
    NegativeMass,
    NotANumber,
    NothingToAdjust,
    NotReported,
    UnknownUnit,
)
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refusal, Refused

FINALIZED = "vii"  # 78.1(b)(18): finalization of period emissions, also after audit.
ADJUSTED = "vi"  # 78.1(b)(18): adjustment of the information in a submission.
UNITS = {"co2_tons": "tons", "net_mwh": "net MWh", "useful_thermal_mwh": "MWh of useful heat"}


def decide_final(
    *,
    program: str,
    records: Sequence[int],
    subject: str,
    reasons: Sequence[str],
    decided_at: datetime,
    decided_by: str,
    decision_class: str = FINALIZED,
    outcome: str = "final",
) -> int:
    """Issue a decision that makes records final in a program, and give its number.

    Source: 40 CFR 78.1(b)(18)(vii).
    """
    decision = audit.decide(
        decision_class=decision_class,
        program=program,
        subject=subject,
        outcome=outcome,
        reasons=reasons,
        decided_at=decided_at,
        decided_by=decided_by,
    )
    rows = [
        {
            "program": program,
            "record_id": record,
            "decision_id": decision.id,
            "finalized_at": decided_at,
        }
        for record in records
    ]
    insert_many(Finalization, rows)
    return decision.id


@transaction.atomic
def finalize(
    *,
    program: str,
    period: CompliancePeriod,
    decided_at: datetime,
    decided_by: str,
    facilities: Iterable[int] | None = None,
) -> FinalizationResult:
    """Decide that the emissions of a compliance period are final, where they are complete.

    Facilities with something missing are left out and named. One decision states every
    facility with its tons, or with what each of its units emitted and put out; what was
    final before is not decided again.

    Source: 40 CFR 78.1(b)(18)(vii), (19); MASS-159.
    """
    wanted = queries.program_facilities(program) if facilities is None else list(facilities)
    recording.lock(wanted)
    emissions = _reported_data(program, period, wanted)
    complete = {key: found for key, found in emissions.items() if not found.missing}
    waiting = [key for key, found in complete.items() if not found.final]
    names = accounts.facilities_by_id(waiting)
    records = queries.records_to_finalize(program=program, period=period, facilities=waiting)
    decision = None
    if waiting:
        decision = decide_final(
            program=program,
            records=records,
            subject=f"emissions of {period.name}",
            reasons=[
                f"{names[key].name} (ORIS {names[key].oris_code}): {complete[key].in_words}"
                for key in waiting
            ],
            decided_at=decided_at,
            decided_by=decided_by,
        )
    return FinalizationResult(
        decision=decision,
        finalized=tuple(waiting),
        already_final=tuple(key for key, found in complete.items() if found.final),
        incomplete={key: found.missing for key, found in emissions.items() if found.missing},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Data:
    """What a facility reported for a period, as far as finality goes."""

    missing: tuple[tuple[str, int], ...]
    final: bool
    in_words: str


def _reported_data(
    program: str, period: CompliancePeriod, facilities: Sequence[int]
) -> dict[int, _Data]:
    """What facilities reported: of a mass-based program tons, of a rate-based one operation."""
    if not programs.load(program).is_rate_based:
        emissions = queries.period_tons(program=program, period=period, facilities=facilities)
        return {
            key: _Data(missing=found.missing, final=found.final, in_words=f"{found.tons} tons")
            for key, found in emissions.items()
        }
    of_facility: dict[int, list[UnitOperation]] = {key: [] for key in facilities}
    units = operation.period_operation(program=program, period=period, facilities=facilities)
    for unit in units.values():
        of_facility[unit.unit.facility].append(unit)
    return {
        key: _Data(
            missing=tuple(unit_year for unit in found for unit_year in unit.missing),
            final=all(unit.final for unit in found),
            in_words="; ".join(
                f"unit {unit.unit.unit_id} {unit.total.co2_lb:,.2f} lb,"
                f" {unit.total.net_mwh:,.3f} MWh"
                for unit in found
            ),
        )
        for key, found in of_facility.items()
    }


@transaction.atomic
def adjust(
    *,
    program: str,
    facility: int,
    unit: str,
    year: int,
    ground: str,
    actor: str,
    recorded_at: datetime,
    co2_tons: Decimal | None = None,
    net_mwh: Decimal | None = None,
    useful_thermal_mwh: Decimal | None = None,
    quarter: int = 0,
) -> AdjustmentResult:
    """Put audited quantities in the place of the reported ones; both are kept.

    What is not given stays as it was reported. Adjusting a year that was reported by
    quarters replaces the quarters. The adjusted record is final in the program by the
    decision itself.

    Args:
        net_mwh, useful_thermal_mwh: Output, which decides in a rate-based program.

    Raises Refused (`unknown_unit`, `not_reported`, `negative_mass`, `ground_missing`,
    `nothing_to_adjust`).

    Source: 40 CFR 62.16370; 62.16565; 78.1(b)(18)(vi); MASS-146; RATE-153.
    """
    audited = {
        "co2_tons": co2_tons,
        "net_mwh": net_mwh,
        "useful_thermal_mwh": useful_thermal_mwh,
    }
    _require_quantities(audited)
    place, current, before = _reported(
        facility=facility, unit=unit, year=year, quarter=quarter, ground=ground
    )
    original = dict(zip(QUANTITIES, _sums(before.values()), strict=True))
    adjusted = original | {name: value for name, value in audited.items() if value is not None}
    row = Row(location=place, year=year, quarter=quarter, quantities=tuple(adjusted.values()))
    origin = Origin(kind="adjusted", actor=actor, recorded_at=recorded_at, ground=ground[:300])
    planned = recording.Plan(new=[row], withdrawn=set(before) - {row.period})
    ids = recording.write(planned, current, origin)
    retired_units.raise_alarms([row], program=program, recorded_at=recorded_at)
    changed = [name for name, value in audited.items() if value is not None]
    adjustment = _Adjustment(
        program=program,
        facility=facility,
        period=row.period,
        before={name: _stated(original[name]) for name in changed},
        after={name: _stated(adjusted[name]) for name in changed},
        ground=ground,
        actor=actor,
        at=recorded_at,
    )
    decision = _decide_adjusted(adjustment, records=ids)
    _log_adjusted(adjustment)
    return AdjustmentResult(original=original, adjusted=adjusted, decision=decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Adjustment:
    """What an audit put in the place of what was reported, and who did so.

    Attributes:
        before, after: What is stated of each quantity that was changed.
    """

    program: str
    facility: int
    period: Period
    before: Mapping[str, str]
    after: Mapping[str, str]
    ground: str
    actor: str
    at: datetime


def _decide_adjusted(of: _Adjustment, *, records: Sequence[int]) -> int:
    """Decide that adjusted quantities are final: each with what it was before."""
    return decide_final(
        program=of.program,
        records=records,
        subject=f"facility:{of.facility}",
        reasons=[
            *(
                f"{of.period}: {before} {UNITS[name]} adjusted to {of.after[name]} {UNITS[name]}."
                for name, before in of.before.items()
            ),
            of.ground,
        ],
        decided_at=of.at,
        decided_by=of.actor,
        decision_class=ADJUSTED,
        outcome="adjusted",
    )


def _log_adjusted(of: _Adjustment) -> None:
    is_rate_based = programs.load(of.program).is_rate_based
    audit.log(
        at=of.at,
        program=of.program,
        actor=of.actor,
        act="adjust_emissions",
        subject=f"facility:{of.facility}",
        before={"period": str(of.period), **of.before},
        after={"period": str(of.period), **of.after, "ground": of.ground},
        cite="40 CFR 62.16565" if is_rate_based else "40 CFR 62.16370",
    )


def _require_quantities(audited: Mapping[str, Decimal | None]) -> None:
    """At least one quantity is put in place, and none is below zero."""
    if all(value is None for value in audited.values()):
        raise Refused(
            [NothingToAdjust("State the audited mass, the net MWh or the useful thermal output.")]
        )
    refusals: list[Refusal] = []
    for name, value in audited.items():
        if value is None:
            continue
        if not value.is_finite() or value != round(value, DECIMALS):
            refusals.append(
                NotANumber(f"{value} {UNITS[name]}: state at most {DECIMALS} decimals.")
            )
        elif value < 0:
            refusals.append(NegativeMass(f"{value} {UNITS[name]}: it cannot be negative."))
    if refusals:
        raise Refused(refusals)


def _stated(value: Decimal | None) -> str:
    """A quantity without the zeros that the database adds to it."""
    return f"{(value or Decimal(0)).normalize():f}"


@transaction.atomic
def withdraw(
    *,
    program: str,
    facility: int,
    unit: str,
    year: int,
    ground: str,
    actor: str,
    recorded_at: datetime,
    quarter: int = 0,
) -> int:
    """Take back what was reported by mistake; it is missing then, and its history stays.

    Gives the number of records withdrawn: a year takes its quarters along.

    Raises Refused (`unknown_unit`, `not_reported`, `ground_missing`).

    Source: 40 CFR 62.16370; PLAT-073.
    """
    _, current, before = _reported(
        facility=facility, unit=unit, year=year, quarter=quarter, ground=ground
    )
    origin = Origin(kind="withdrawn", actor=actor, recorded_at=recorded_at, ground=ground[:300])
    recording.withdraw(sorted(before), current, origin)
    audit.log(
        at=recorded_at,
        program=program,
        actor=actor,
        act="withdraw_emissions",
        subject=f"facility:{facility}",
        before={str(period): str(record.quantities[0]) for period, record in before.items()},
        after={"ground": ground},
        cite="40 CFR 62.16370",
    )
    return len(before)


def _reported(
    *, facility: int, unit: str, year: int, quarter: int, ground: str
) -> tuple[locations.Location, dict[Period, Current], dict[Period, Current]]:
    """A location, all current records of its facility and year, and those in question."""
    if not ground.strip():
        raise Refused([GroundMissing("State the ground of the change.")])
    known = locations.load([facility])
    place = known.of_facility.get(facility, {}).get(unit)
    if place is None:
        raise Refused([UnknownUnit(f"The facility has no unit or stack “{unit}”.")])
    recording.lock([facility])
    current = recording.current_records(locations=known, years=[year])
    quarters = {quarter} if quarter else {0, 1, 2, 3, 4}
    before = {
        period: record
        for period, record in current.items()
        if period.location_id == unit and period.quarter in quarters and not record.is_missing
    }
    if not before:
        raise Refused([NotReported(f"Nothing is reported for {unit} in that time.")])
    return place, current, before


def _sums(records: Iterable[Current]) -> tuple[Decimal | None, ...]:
    """The sum of each quantity; what no record states is missing."""
    columns = list(zip(*(record.quantities for record in records), strict=True))
    sums = []
    for column in columns or [()] * len(QUANTITIES):
        stated = [value for value in column if value is not None]
        sums.append(sum(stated, Decimal(0)) if stated else None)
    return tuple(sums)
