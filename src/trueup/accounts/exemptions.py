"""What is reported of a retired unit raises an alarm and puts its exemption under review.

Source: 40 CFR 62.16215(b), 62.16415(b); MASS-149; RATE-010; PLAT-036.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from trueup.accounts import queries, watchers
from trueup.accounts.entries import FacilityEntry, UnitEntry
from trueup.accounts.models import AffectedUnit
from trueup.accounts.retirement_models import ExemptionReview
from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.audit.entries import EventSpec, NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.audit.statements import among
from trueup.ledger import checks as ledger_checks
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

CITE = "40 CFR 62.16215(b)"
REVIEW = "exemption_review"
OUTCOMES = ("upheld", "ended")


class NoReview(Refusal):
    code = "accounts.no_review"
    cite = "40 CFR 62.16215(b)(1); PLAT-036"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredReport:
    """Emissions or output that were reported of a unit for a period.

    Attributes:
        said: What was reported, in words: `1 ton of CO2 for 2025-02`.
    """

    unit: int
    begins_on: date
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEntry:
    """An exemption under review, or what the review came to."""

    id: int
    program: str
    unit: int
    state: str
    raised_at: datetime
    ground: str
    ended_at: datetime | None
    outcome: str


@transaction.atomic
def alarm_exemption(
    reports: Sequence[RetiredReport], *, program: str, raised_at: datetime
) -> list[int]:
    """Raise an alarm over what was reported of units for days after their retirement.

    The exemption is under review from then on. It does not end by itself: that is the
    Administrator's to decide. Gives the units whose exemption this put under review.

    Source: 40 CFR 62.16215(b)(1); MASS-149; RATE-010; PLAT-036.
    """
    retired = _retired({report.unit for report in reports})
    amiss: dict[int, list[RetiredReport]] = {}
    for report in reports:
        unit = retired.get(report.unit)
        if unit is not None and unit.retired_on is not None and report.begins_on > unit.retired_on:
            amiss.setdefault(report.unit, []).append(report)
    if not amiss:
        return []
    rules = programs.load(program)
    open_now = ExemptionReview.objects.filter(
        program=program, unit_id__in=among(amiss), state="open"
    ).values_list("unit_id", flat=True)
    for reviewed in open_now:
        amiss.pop(reviewed)
    grounds = {
        key: _ground(retired[key], found, rules=rules) for key, found in sorted(amiss.items())
    }
    for key, ground in grounds.items():
        ExemptionReview.objects.create(
            program=program, unit_id=key, raised_at=raised_at, ground=ground
        )
    _log_and_tell([retired[unit] for unit in grounds], grounds, rules=rules, raised_at=raised_at)
    return list(grounds)


def decide_review(
    *, program: str, unit: int, outcome: str, reason: str, decided_at: datetime, actor: str
) -> ReviewEntry:
    """Decide what becomes of an exemption under review: `upheld` or `ended`.

    Raises Refused (`no_review`, `ground_missing`).

    Source: 40 CFR 62.16215(b)(1); PLAT-036.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"{outcome!r} is not an outcome: {OUTCOMES}")
    rules = programs.load(program)

    def act() -> ReviewEntry:
        rows = ExemptionReview.objects.select_for_update()
        row = rows.filter(program=program, unit_id=unit, state="open").first()
        if row is None:
            raise Refused([NoReview("The exemption of this unit is not under review.")])
        if not reason.strip():
            raise Refused([ledger_checks.GroundMissing("Say why.")])
        row.state, row.ended_at, row.outcome = outcome, decided_at, reason.strip()[:400]
        row.save(update_fields=["state", "ended_at", "outcome"])
        audit.decide(
            decision_class="uncertain",
            program=program,
            subject=f"unit:{unit}",
            outcome=f"exemption {outcome}",
            reasons=[reason.strip()],
            decided_at=decided_at,
            decided_by=actor,
        )
        after = {"exemption": outcome, "reason": reason.strip()}
        log_unit(rules, unit, "decide_exemption_review", actor=actor, at=decided_at, after=after)
        tasks.close_tasks(
            subject=f"unit:{unit}", kind=REVIEW, closed_at=decided_at, outcome=outcome, actor=actor
        )
        return _review_entry(row)

    return looking_again(act)


def reviews_of(units: Iterable[int]) -> dict[int, list[ReviewEntry]]:
    """The reviews of some units' exemptions, the newest first; units without: left out."""
    found: dict[int, list[ReviewEntry]] = {}
    for row in ExemptionReview.objects.filter(unit_id__in=among(units)).order_by("-id"):
        found.setdefault(row.unit_id, []).append(_review_entry(row))
    return found


def is_under_review(*, program: str, unit: int) -> bool:
    """Whether a unit's exemption is suspended for review.

    Source: PLAT-036.
    """
    return ExemptionReview.objects.filter(program=program, unit_id=unit, state="open").exists()


def _ground(unit: UnitEntry, reports: Sequence[RetiredReport], *, rules: Program) -> str:
    exempt_from = queries.exempt_from(program=rules.code, unit=unit)
    said = "; ".join(report.said for report in sorted(reports, key=lambda one: one.begins_on)[:5])
    violates = exempt_from is not None and any(one.begins_on >= exempt_from for one in reports)
    return f"{'while exempt' if violates else 'after retirement'}: {said}"[:400]


def _log_and_tell(
    units: Sequence[UnitEntry],
    grounds: Mapping[int, str],
    *,
    rules: Program,
    raised_at: datetime,
) -> None:
    facilities = queries.facilities_by_id(unit.facility for unit in units)
    accounts = queries.facility_accounts(program=rules.code, facilities=facilities)
    seats = queries.representatives(entry.account for entry in accounts)
    people: dict[int, set[tuple[int, int]]] = {}
    for entry in accounts:
        for seat in seats[entry.account]:
            people.setdefault(entry.facility.id, set()).add((seat.person, entry.account))
    audit.log_many(
        [
            EventSpec(
                at=raised_at,
                program=rules.code,
                actor="registry",
                act="alarm_exemption",
                subject=f"unit:{unit.id}",
                after={"exemption": "under review", "ground": grounds[unit.id]},
                cite=CITE,
            )
            for unit in units
        ]
    )
    _notify(units, grounds, facilities=facilities, people=people, rules=rules, at=raised_at)
    tasks.open_tasks(
        [
            TaskSpec(
                kind=REVIEW,
                program=rules.code,
                subject=f"unit:{unit.id}",
                title=f"Retired unit {unit.unit_id} of {facilities[unit.facility].name}:"
                f" {grounds[unit.id]}",
                opened_at=raised_at,
                function="review_submissions",
                dedupe=f"{REVIEW}:{rules.code}:{unit.id}",
            )
            for unit in units
        ]
    )


def _notify(
    units: Sequence[UnitEntry],
    grounds: Mapping[int, str],
    *,
    facilities: Mapping[int, FacilityEntry],
    people: Mapping[int, set[tuple[int, int]]],
    rules: Program,
    at: datetime,
) -> None:
    """Tell the representatives of each facility, each of them once a unit."""
    notices = []
    for unit in units:
        context: dict[str, ContextValue] = {
            "unit": unit.unit_id,
            "facility": facilities[unit.facility].name,
            "ground": grounds[unit.id],
            "exempt_from": queries.exempt_from(program=rules.code, unit=unit),
            "cite": CITE,
        }
        told: set[int] = set()
        for person, account in sorted(people.get(unit.facility, ())):
            if person not in told:
                told.add(person)
                notices.append(
                    NoticeSpec(
                        event="exemption_alarm",
                        program=rules.code,
                        person=person,
                        account=account,
                        created_at=at,
                        context=context,
                    )
                )
    audit.notify(watchers.with_copies(notices))


def _retired(units: Iterable[int]) -> dict[int, UnitEntry]:
    rows = AffectedUnit.objects.filter(id__in=among(units), retired_on__isnull=False)
    return {row.pk: queries.unit_entry(row) for row in rows}


def log_unit(
    rules: Program,
    unit: int,
    act: str,
    *,
    actor: str,
    at: datetime,
    after: Mapping[str, object],
    before: Mapping[str, object] | None = None,
) -> None:
    audit.log(
        at=at,
        program=rules.code,
        actor=actor,
        act=act,
        subject=f"unit:{unit}",
        before=before,
        after=after,
        cite=CITE,
    )


def _review_entry(row: ExemptionReview) -> ReviewEntry:
    return ReviewEntry(
        id=row.pk,
        program=row.program,
        unit=row.unit_id,
        state=row.state,
        raised_at=row.raised_at,
        ground=row.ground,
        ended_at=row.ended_at,
        outcome=row.outcome,
    )
