"""Compare each State's emissions with its assurance level, and say who owes what.

Source: 40 CFR 97.406(c)(2)(i), 97.425(b); docs/decisions/0366.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry
from trueup.allocation import queries as allocation
from trueup.assurance import checks
from trueup.assurance.entries import StateEntry
from trueup.assurance.models import SourceShare, StateAssessment
from trueup.assurance.queries import states
from trueup.audit import services as audit
from trueup.emissions import queries as emissions
from trueup.emissions.entries import FacilityEmissions
from trueup.rules import programs
from trueup.rules.assurance import AssuranceRules, GroupTons, StateResult, assess, divide
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused

CENT = Decimal("0.01")
NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A source of a State in a year."""

    entry: FacilityAccountEntry
    person: int
    tons: int
    allocated: int


@transaction.atomic
def assess_states(
    *, program: str, year: int, assessed_at: datetime, actor: str = "administrator"
) -> list[StateEntry]:
    """Compare every State's emissions of a year with its level; all States, or none.

    The sources of a State that one person represents are a group.

    Raises Refused (`no_assurance_levels`, `assessed_already`, `emissions_incomplete`,
    `representative_missing`).

    Source: 40 CFR 97.406(c)(2)(i), 97.425(b)(1) to (5); docs/decisions/0366.
    """
    rules = programs.load(program)
    values = rules_of(rules)
    levels = {
        code: level
        for code in rules.jurisdictions
        if (level := values.level(code, year)) is not None
    }
    if not levels:
        raise Refused([checks.NoAssuranceLevels(f"No State has an assurance level for {year}.")])
    if StateAssessment.objects.filter(program=program, year=year).exists():
        raise Refused([checks.AssessedAlready(f"The States were assessed for {year} already.")])
    sources = _sources(rules, year, at=assessed_at)
    due_on = due_on_of(rules, values, year)
    for code, level in levels.items():
        _assess(
            sources.get(code, ()),
            StateAssessment(
                program=program,
                jurisdiction=code,
                year=year,
                level=level,
                due_on=due_on,
                assessed_at=assessed_at,
                assessed_by=actor,
            ),
            ratio=values.ratio,
        )
    found = states(program=program, year=year)
    audit.log(
        at=assessed_at,
        program=program,
        actor=actor,
        act="assess_assurance",
        subject=f"assurance:{program}/{year}",
        after={
            "states": len(found),
            "above": [state.jurisdiction for state in found if state.above],
            "due": sum(state.due for state in found),
        },
        cite=rules.cites["assurance"],
    )
    return found


def rules_of(rules: Program) -> AssuranceRules:
    """The assurance levels of a program.

    Raises Refused (`no_assurance_levels`).

    Source: 40 CFR 97.410(b).
    """
    values = rules.market.assurance
    if values is None:
        raise Refused([checks.NoAssuranceLevels(f"{rules.name} has no assurance levels.")])
    return values


def due_on_of(rules: Program, values: AssuranceRules, year: int) -> date:
    """The last day on which what a year's emissions cost is held in time.

    Source: 40 CFR 97.406(c)(2)(ii).
    """
    return rules.calendar.on_or_after(values.due.in_year(year + 1))


def _sources(rules: Program, year: int, *, at: datetime) -> Mapping[str, Sequence[_Source]]:
    """Every source of the program, by State, in a constant number of statements."""
    known = accounts.facility_accounts(program=rules.code)
    period = CompliancePeriod(first_year=year, last_year=year)
    tons = emissions.period_tons(
        program=rules.code, period=period, facilities=[entry.facility.id for entry in known]
    )
    seats = accounts.representatives([entry.account for entry in known], at=at)
    given = allocation.allocated_by_account(program=rules.code, vintage=year)
    people = {
        account: seat.person
        for account, found in seats.items()
        for seat in found
        if seat.role == "primary"
    }
    _refuse_incomplete(known, tons, people)
    found: dict[str, list[_Source]] = defaultdict(list)
    for entry in known:
        found[entry.facility.jurisdiction].append(
            _Source(
                entry=entry,
                person=people[entry.account],
                tons=tons[entry.facility.id].tons,
                allocated=given.get(entry.account, 0),
            )
        )
    return found


def _refuse_incomplete(
    known: Sequence[FacilityAccountEntry],
    tons: Mapping[int, FacilityEmissions],
    people: Mapping[int, int],
) -> None:
    refusals: list[Refusal] = []
    for entry in known:
        name = entry.facility.name
        if not tons[entry.facility.id].final:
            refusals.append(
                checks.EmissionsIncomplete(f"The emissions of {name} are not complete and final.")
            )
        if entry.account not in people:
            refusals.append(checks.RepresentativeMissing(f"Nobody represents {name}."))
    if refusals:
        raise Refused(refusals[:NAMED])


def _assess(sources: Sequence[_Source], row: StateAssessment, *, ratio: int) -> None:
    """Keep a State's assessment and what each of its sources owes."""
    by_person: dict[int, list[_Source]] = defaultdict(list)
    for source in sources:
        by_person[source.person].append(source)
    result = assess(
        [
            GroupTons(
                group=person,
                tons=sum(source.tons for source in of),
                allocated=sum(source.allocated for source in of),
            )
            for person, of in sorted(by_person.items())
        ],
        level=row.level,
        ratio=ratio,
    )
    row.tons, row.due = result.tons, result.due
    row.decision_id = _decide(row, result)
    row.save()
    SourceShare.objects.bulk_create(_shares(row, result, by_person))


def _shares(
    row: StateAssessment, result: StateResult[int], by_person: Mapping[int, Sequence[_Source]]
) -> list[SourceShare]:
    shares = []
    for group in result.groups:
        of = by_person[group.group]
        parts = divide(group.due, {source.entry.account: source.tons for source in of})
        exact = Decimal(group.share.numerator) / Decimal(group.share.denominator)
        shares += [
            SourceShare(
                assessment=row,
                account_id=source.entry.account,
                facility_id=source.entry.facility.id,
                representative_id=group.group,
                group_tons=group.tons,
                group_share=exact.quantize(CENT, rounding=ROUND_HALF_UP),
                group_due=group.due,
                tons=source.tons,
                due=parts[source.entry.account],
            )
            for source in of
        ]
    return shares


def _decide(row: StateAssessment, result: StateResult[int]) -> int:
    decision = audit.decide(
        decision_class="iv",
        program=row.program,
        subject=f"assurance:{row.program}/{row.year}/{row.jurisdiction}",
        outcome="above the assurance level" if result.above else "within the assurance level",
        reasons=[
            f"{result.tons:,} tons were emitted in {row.year}; the assurance level is"
            f" {row.level:,}. {result.due:,} are owed in all, by {row.due_on.isoformat()}."
        ],
        decided_at=row.assessed_at,
        decided_by=row.assessed_by,
    )
    return decision.id
