"""Units that lose their allocations: idle, modified, or never to have had any.

Source: 40 CFR 62.16240(a)(2), (3), (c)(1), (2), (5); MASS-060 to MASS-064, MASS-067.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityEntry, UnitEntry
from trueup.accounts.watchers import with_copies
from trueup.allocation import change_checks, checks
from trueup.allocation.change_models import UnitLoss
from trueup.allocation.models import AllocationRecord
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.audit.statements import among
from trueup.emissions import queries as emissions
from trueup.rules import programs
from trueup.rules.allocation import idle_years
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused

CITES = {
    "idle": "40 CFR 62.16240(a)(2)",
    "modified": "40 CFR 62.16240(a)(3)",
    "not_affected": "40 CFR 62.16240(c)(1)(i)(A), (2)",
    "elsewhere": "40 CFR 62.16240(c)(1)(i)(B), (2)",
}
EVENT = "allocations_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class LossEntry:
    """A unit that gets no allocations from a vintage on."""

    unit: int
    jurisdiction: str
    ground: str
    detail: str
    from_vintage: int
    found_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleUnit:
    """A unit that by what is reported lost its allocations, and nobody has recorded it.

    Attributes:
        years: The two calendar years without operation.
        from_period: The first period of which nothing is recorded for its State.
    """

    facility: FacilityEntry
    unit: UnitEntry
    years: tuple[int, int]
    from_period: CompliancePeriod


@transaction.atomic
def end_allocations(
    *,
    program: str,
    facility: int,
    unit: str,
    ground: str,
    detail: str,
    found_at: datetime,
    actor: str = "administrator",
) -> LossEntry:
    """Let a unit get no more allocations from the next period that is not yet recorded.

    What is recorded it keeps. What it would have got goes to its State's renewable
    set-aside for the same years, and the loss is permanent.

    Args:
        ground: `idle`: no operation in two consecutive calendar years, as reported;
            `modified`: modified or reconstructed so that it left the program;
            `not_affected`, `elsewhere`: allocated by mistake and not yet recorded.
        detail: What was found, told to the representatives.

    Raises Refused (`unknown_unit`, `detail_missing`, `not_idle`, `lost_already`).

    Source: 40 CFR 62.16240(a)(2), (3), (c)(1), (2), (5); MASS-060, MASS-061, MASS-064.
    """
    if ground not in CITES:
        raise ValueError(f"there is no ground {ground!r}")
    rules = programs.load(program)
    home, found = _unit_of(facility, unit)
    if not detail.strip():
        raise Refused([change_checks.DetailMissing("Say what was found.")])
    found_on = rules.local_date(found_at)
    if ground == "idle":
        _require_idle(home, unit, today=found_on)
    period = first_open_period(program=program, jurisdiction=home.jurisdiction)
    row, is_new = UnitLoss.objects.get_or_create(
        program=program,
        unit_id=found.id,
        defaults={
            "jurisdiction": home.jurisdiction,
            "ground": ground,
            "detail": detail.strip()[:400],
            "from_vintage": period.first_year,
            "found_on": found_on,
            "actor": actor,
            "recorded_at": found_at,
        },
    )
    if not is_new:
        raise Refused(
            [
                change_checks.LostAlready(
                    f"Unit {unit} of {home.name} gets nothing from {row.from_vintage} on already."
                )
            ]
        )
    _decide_and_tell(row, home, found, rules=rules, at=found_at, actor=actor)
    return _entry(row)


def _unit_of(facility: int, unit: str) -> tuple[FacilityEntry, UnitEntry]:
    """A facility and its unit; raises Refused (`unknown_unit`)."""
    home = accounts.facilities_by_id([facility]).get(facility)
    units = {one.unit_id: one for one in accounts.units_of([facility])[facility]}
    if home is None or unit not in units:
        raise Refused([checks.UnknownUnit(f"The facility has no affected unit “{unit}”.")])
    return home, units[unit]


def _require_idle(home: FacilityEntry, unit: str, *, today: date) -> None:
    """Refuse (`not_idle`) what is not shown by what is reported."""
    if not _idle([home.id], today=today).get((home.id, unit)):
        raise Refused(
            [
                change_checks.NotIdle(
                    f"Unit {unit} of {home.name} has no two calendar years together that were"
                    " reported without operation."
                )
            ]
        )


def first_open_period(*, program: str, jurisdiction: str) -> CompliancePeriod:
    """The first compliance period of which nothing is recorded for a State's recipients.

    Source: 40 CFR 62.16240(a)(2), (3); preamble V.F; MASS-060, MASS-071.
    """
    return first_open_periods([jurisdiction], program=program)[jurisdiction]


def first_open_periods(
    jurisdictions: Iterable[str], *, program: str
) -> dict[str, CompliancePeriod]:
    """Of several States the period after the last that is recorded; one statement.

    Periods are recorded one at a time, so nothing is recorded of those that follow.

    Source: 40 CFR 62.16240(a)(2), (3); preamble V.F.
    """
    rules = programs.load(program)
    wanted = set(jurisdictions)
    rows = (
        AllocationRecord.objects.filter(run__program=program, jurisdiction__in=among(wanted))
        .values_list("jurisdiction")
        .annotate(last=Max("vintage"))
    )
    found = dict.fromkeys(wanted, rules.schedule.printed[0])
    for code, last in rows.order_by():
        found[code] = rules.next_period(rules.vintage_period(last))
    return found


def losses(*, program: str) -> dict[int, LossEntry]:
    """Every unit that gets no more allocations, by its key; one statement.

    Source: 40 CFR 62.16240(a)(2), (3), (c)(2).
    """
    return {row.unit_id: _entry(row) for row in UnitLoss.objects.filter(program=program)}


def lost_units(*, program: str, vintage: int) -> set[int]:
    """Units that get nothing of a vintage.

    Source: 40 CFR 62.16240(a)(2), (3), (c)(2).
    """
    rows = UnitLoss.objects.filter(program=program, from_vintage__lte=vintage)
    return set(rows.values_list("unit_id", flat=True))


def losses_listed(*, program: str, limit: int) -> list[tuple[LossEntry, FacilityEntry, UnitEntry]]:
    """Units that get no more allocations, the newest first, with their facilities.

    Source: 40 CFR 62.16240(a)(2), (3), (c)(2).
    """
    rows = UnitLoss.objects.filter(program=program).order_by("-id")[:limit]
    found = [(_entry(row), row.unit) for row in rows.select_related("unit__facility")]
    return [
        (entry, accounts.facility_entry(unit.facility), accounts.unit_entry(unit))
        for entry, unit in found
    ]


def losses_of(units: Iterable[int], *, program: str) -> dict[int, int]:
    """From which vintage on some units get nothing; those that do are left out.

    Source: 40 CFR 62.16240(a)(2), (3), (c)(2).
    """
    rows = UnitLoss.objects.filter(program=program, unit__in=among(set(units)))
    return dict(rows.values_list("unit_id", "from_vintage"))


def idle_queue(*, program: str, today: date) -> list[IdleUnit]:
    """Units that what is reported shows idle, and whose loss nobody has recorded.

    A constant number of statements, however many units there are.

    Source: 40 CFR 62.16240(a)(2); MASS-060, MASS-AMB-14.
    """
    entries = accounts.facility_accounts(program=program)
    homes = {entry.facility.id: entry.facility for entry in entries}
    idle = _idle(homes, today=today)
    if not idle:
        return []
    known = losses(program=program)
    units = accounts.units_of({facility for facility, _ in idle})
    periods = first_open_periods(
        {homes[facility].jurisdiction for facility, _ in idle}, program=program
    )
    return [
        IdleUnit(
            facility=homes[facility],
            unit=unit,
            years=years,
            from_period=periods[homes[facility].jurisdiction],
        )
        for facility, of_facility in units.items()
        for unit in of_facility
        if (years := idle.get((facility, unit.unit_id))) and unit.id not in known
    ]


def _idle(facilities: Iterable[int], *, today: date) -> dict[tuple[int, str], tuple[int, int]]:
    operated = emissions.operated(facilities=set(facilities), last_year=today.year - 1)
    found = {}
    for key, years in operated.items():
        pair = idle_years(years, tested_on=today)
        if pair is not None:
            found[key] = pair
    return found


def _decide_and_tell(
    row: UnitLoss,
    home: FacilityEntry,
    unit: UnitEntry,
    *,
    rules: Program,
    at: datetime,
    actor: str,
) -> None:
    """It is a final decision on allocations, and the representatives are told."""
    cite = CITES[row.ground]
    sentence = (
        f"Unit {unit.unit_id} of {home.name} gets no {rules.instruments} of {row.from_vintage} or"
        f" later: {row.detail} What it would have got goes to the renewable energy set-aside of"
        f" {row.jurisdiction} ({cite})."
    )
    subject = f"unit:{unit.id}/from-{row.from_vintage}"
    audit.decide(
        decision_class="i",
        program=rules.code,
        subject=subject,
        outcome="allocations ended",
        reasons=[sentence],
        decided_at=at,
        decided_by=actor,
    )
    audit.log(
        at=at,
        program=rules.code,
        actor=actor,
        act="end_allocations",
        subject=subject,
        after={"ground": row.ground, "from_vintage": row.from_vintage, "detail": row.detail},
        cite=cite,
    )
    _tell(row, home, unit, rules=rules, at=at)


def _tell(
    row: UnitLoss, home: FacilityEntry, unit: UnitEntry, *, rules: Program, at: datetime
) -> None:
    """Tell the representatives of the unit's account."""
    held = [
        entry.account
        for entry in accounts.facility_accounts(program=rules.code, facilities=[home.id])
    ]
    context: dict[str, ContextValue] = {
        "facility": home.name,
        "unit": unit.unit_id,
        "instruments": rules.instruments,
        "from_vintage": str(row.from_vintage),
        "detail": row.detail,
        "jurisdiction": row.jurisdiction,
        "cite": CITES[row.ground],
    }
    specs = [
        NoticeSpec(
            event=EVENT,
            program=rules.code,
            person=seat.person,
            account=account,
            created_at=at,
            context=context,
            due_on=None,
            dedupe=f"unit {unit.id}",
        )
        for account, seats in accounts.representatives(held, at=at).items()
        for seat in seats
    ]
    audit.notify(with_copies(specs))


def _entry(row: UnitLoss) -> LossEntry:
    return LossEntry(
        unit=row.unit_id,
        jurisdiction=row.jurisdiction,
        ground=row.ground,
        detail=row.detail,
        from_vintage=row.from_vintage,
        found_on=row.found_on,
    )
