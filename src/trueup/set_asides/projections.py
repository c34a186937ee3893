"""File and decide projections; verify what was generated; explain what was missing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.rules import programs, set_aside
from trueup.rules.refusal import Refused
from trueup.rules.set_aside import to_the_kwh
from trueup.set_asides import checks
from trueup.set_asides.barring import bar_many
from trueup.set_asides.entries import DeliveryEntry, ProjectionEntry
from trueup.set_asides.models import Delivery, Project, Projection, ShortfallEntry
from trueup.set_asides.notices import tell_to_explain
from trueup.set_asides.projects import find, rules_of, share_of
from trueup.set_asides.signed import Signed, keep_signature

CITE = "40 CFR 62.16245(a)(3)(ii), (a)(4), (a)(5)"
_MWH_MAX = Decimal(10) ** 12


def is_quantity(mwh: Decimal) -> bool:
    """Whether a number can be MWh of a year."""
    return mwh.is_finite() and 0 <= mwh < _MWH_MAX


def file_projection(
    *,
    project: int,
    generation_year: int,
    projected_mwh: Decimal,
    method: str,
    actor: str,
    dispatched_at: datetime,
    received_at: datetime,
    signed: Signed | None = None,
) -> ProjectionEntry:
    """File what a project is projected to generate in a year, by June 1 of the year before.

    A first projection is in time by its dispatch, a later one by its receipt. Of an
    uprate only the added capacity's part counts.

    Raises Refused (`unknown_project`, `wrong_state`, `not_a_quantity`, `too_late`,
    `projection_taken`, `explanation_owed`).

    Source: 40 CFR 62.16245(a)(3)(ii), (a)(5)(iii); MASS-078, MASS-084; MASS-AMB-19.
    """
    if not is_quantity(projected_mwh):
        raise Refused([checks.NotAQuantity(f"{projected_mwh} is no quantity of MWh.")])

    def act() -> ProjectionEntry:
        row = find(project)
        if row.state in ("rejected", "revoked"):
            raise Refused([checks.WrongState(f"The project is {row.state}.")])
        _require_explained(row)
        _require_timely(row, generation_year, dispatched_at=dispatched_at, received_at=received_at)
        found = projection_row(
            row,
            generation_year,
            projected_mwh,
            method=method,
            filed_by=actor,
            dispatched_at=dispatched_at,
            received_at=received_at,
        )
        found.save(force_insert=True)
        keep_signature(
            signed, program=row.program, actor=actor, at=received_at, account=row.account_id
        )
        _log(row, "file_projection", actor, received_at, year=generation_year, mwh=projected_mwh)
        return projection_entry(found)

    return looking_again(act)


def _require_timely(
    row: Project, generation_year: int, *, dispatched_at: datetime, received_at: datetime
) -> None:
    """The year is not projected yet, and the projection is in time."""
    earlier = row.projections.exclude(state="rejected")
    if earlier.filter(generation_year=generation_year).exists():
        raise Refused(
            [checks.ProjectionTaken(f"A projection for {generation_year} is filed already.")]
        )
    if not is_in_time(
        row.program,
        generation_year,
        is_update=earlier.exists(),
        dispatched_at=dispatched_at,
        received_at=received_at,
    ):
        raise Refused([too_late(row.program, generation_year)])


def projection_row(
    project: Project, generation_year: int, projected_mwh: Decimal, **filed: Any
) -> Projection:
    """A projection's row with the part that counts, not yet kept.

    Source: 40 CFR 62.16245(a)(2)(ii), (a)(3)(ii); MASS-076.
    """
    eligible = set_aside.eligible_mwh(projected_mwh, share=share_of(project))
    return Projection(
        project=project,
        generation_year=generation_year,
        projected_mwh=to_the_kwh(Fraction(projected_mwh)),
        eligible_mwh=to_the_kwh(eligible),
        **filed,
    )


def decide_projection(
    *, project: int, generation_year: int, is_approved: bool, actor: str, at: datetime
) -> ProjectionEntry:
    """Approve or reject the MWh that a project promises; only approved ones enter a pool.

    Raises Refused (`unknown_project`, `unknown_projection`, `wrong_state`).

    Source: 40 CFR 62.16245(a)(5); MASS-079.
    """

    def act() -> ProjectionEntry:
        row = find(project)
        found = row.projections.filter(generation_year=generation_year, state="submitted").first()
        if found is None:
            raise Refused(
                [checks.UnknownProjection(f"No projection for {generation_year} is waiting.")]
            )
        if is_approved and row.state != "approved":
            raise Refused([checks.WrongState(f"The project is {row.state}: approve it first.")])
        found.state = "approved" if is_approved else "rejected"
        found.decided_by, found.decided_at = actor, at
        found.save(update_fields=["state", "decided_by", "decided_at"])
        _log(row, "decide_projection", actor, at, year=generation_year, outcome=found.state)
        return projection_entry(found)

    return looking_again(act)


def verify_generation(
    *, project: int, generation_year: int, actual_mwh: Decimal, actor: str, at: datetime
) -> DeliveryEntry:
    """Record what a project was verified to have generated; what is missing is carried on.

    A shortfall in all years of a period, above the program's percentage, bars the
    provider from what is still to be distributed of the following one.

    Raises Refused (`unknown_project`, `unknown_projection`, `year_not_over`,
    `verified_before`, `not_a_quantity`).

    Source: 40 CFR 62.16245(a)(4), (a)(5)(ii)-(iii); MASS-082 to MASS-085; MASS-AMB-22 to
    MASS-AMB-24.
    """
    if not is_quantity(actual_mwh):
        raise Refused([checks.NotAQuantity(f"{actual_mwh} is no quantity of MWh.")])

    def act() -> DeliveryEntry:
        row = find(project)
        require_over(row.program, generation_year, at=at)
        promised = row.projections.filter(generation_year=generation_year, state="approved").first()
        if promised is None:
            raise Refused(
                [checks.UnknownProjection(f"Nothing was approved for {generation_year}.")]
            )
        if row.deliveries.filter(generation_year=generation_year).exists():
            raise Refused(
                [checks.VerifiedBefore(f"{generation_year} of this project is verified.")]
            )
        found = delivery_row(row, promised, actual_mwh, verified_by=actor, verified_at=at)
        found.save(force_insert=True)
        missing = missing_mwh(found)
        if missing:
            ShortfallEntry.objects.create(project=row, mwh=missing, delivery=found, at=at)
        _log(row, "verify_generation", actor, at, year=generation_year, mwh=found.actual_mwh)
        tell_to_explain([found], at=at)
        bar_many([row], generation_year, at=at)
        return delivery_entry(found)

    return looking_again(act)


def require_over(program: str, generation_year: int, *, at: datetime) -> None:
    """The generation year is over; raises Refused (`year_not_over`)."""
    if programs.load(program).local_date(at).year <= generation_year:
        raise Refused([checks.YearNotOver(f"{generation_year} is not over.")])


def delivery_row(
    project: Project, promised: Projection, actual_mwh: Decimal, **verified: Any
) -> Delivery:
    """What was delivered of a promise, with the part that counts, not yet kept.

    Source: 40 CFR 62.16245(a)(4), (a)(5)(ii)-(iii); MASS-082, MASS-084.
    """
    actual = to_the_kwh(set_aside.eligible_mwh(actual_mwh, share=share_of(project)))
    of = set_aside.Delivery(projected_mwh=promised.eligible_mwh, actual_mwh=actual)
    percent = rules_of(project.program).explain_above_percent
    return Delivery(
        project=project,
        generation_year=promised.generation_year,
        projected_mwh=promised.eligible_mwh,
        actual_mwh=actual,
        is_to_explain=set_aside.is_to_explain(of, percent=percent),
        **verified,
    )


def missing_mwh(of: Delivery) -> Decimal:
    """What was promised and not generated."""
    found = set_aside.Delivery(projected_mwh=of.projected_mwh, actual_mwh=of.actual_mwh)
    return to_the_kwh(set_aside.shortfall_mwh(found))


def explain_shortfall(
    *,
    project: int,
    generation_year: int,
    explanation: str,
    actor: str,
    at: datetime,
    signed: Signed | None = None,
) -> DeliveryEntry:
    """Explain a shortfall above the limit; until then nothing further is filed.

    Raises Refused (`unknown_project`, `nothing_to_explain`).

    Source: 40 CFR 62.16245(a)(5)(iii); MASS-084.
    """

    def act() -> DeliveryEntry:
        row = find(project)
        found = row.deliveries.filter(
            generation_year=generation_year, is_to_explain=True, explained_at=None
        ).first()
        if found is None or not explanation.strip():
            raise Refused(
                [checks.NothingToExplain(f"No shortfall of {generation_year} is explained so.")]
            )
        found.explanation, found.explained_at = explanation.strip(), at
        found.save(update_fields=["explanation", "explained_at"])
        keep_signature(signed, program=row.program, actor=actor, at=at, account=row.account_id)
        _log(row, "explain_shortfall", actor, at, year=generation_year)
        return delivery_entry(found)

    return looking_again(act)


def _require_explained(row: Project) -> None:
    """Every shortfall above the limit of the provider in the State is explained."""
    owed = Delivery.objects.filter(
        project__program=row.program,
        project__jurisdiction=row.jurisdiction,
        project__account_id=row.account_id,
        is_to_explain=True,
        explained_at=None,
    ).values_list("generation_year", flat=True)
    years = sorted(set(owed))
    if years:
        named = ", ".join(str(year) for year in years)
        raise Refused(
            [checks.ExplanationOwed(f"Explain the shortfall of {named} before you file more.")]
        )


def is_in_time(
    program: str,
    generation_year: int,
    *,
    is_update: bool,
    dispatched_at: datetime,
    received_at: datetime,
) -> bool:
    """Whether a projection is early enough, a first one by dispatch, an update by receipt.

    Source: 40 CFR 62.16245(a)(3)(ii); MASS-078; MASS-AMB-19.
    """
    return set_aside.in_time(
        generation_year=generation_year,
        dispatched_at=dispatched_at,
        received_at=received_at,
        is_update=is_update,
        rules=rules_of(program),
        zone=programs.load(program).zone,
        last_day=last_day_of(program, generation_year),
    )


def last_day_of(program: str, generation_year: int) -> date:
    """The last day on which a projection for a year is in time, rolled to a business day."""
    printed = set_aside.projection_due_on(generation_year, rules=rules_of(program))
    return programs.load(program).effective_on(printed)


def too_late(program: str, generation_year: int) -> checks.TooLate:
    """Why a projection is for a later year."""
    last_day = last_day_of(program, generation_year)
    return checks.TooLate(
        f"Projections for {generation_year} are due by {last_day}; this one can be for a later"
        " year."
    )


def _log(row: Project, act: str, actor: str, at: datetime, **after: object) -> None:
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"project:{row.pk}",
        account=row.account_id,
        after={key: str(value) for key, value in after.items()},
        cite=CITE,
    )


def projection_entry(row: Projection) -> ProjectionEntry:
    """A projection's row as everybody may see it."""
    return ProjectionEntry(
        id=row.pk,
        project=row.project_id,
        generation_year=row.generation_year,
        projected_mwh=row.projected_mwh,
        eligible_mwh=row.eligible_mwh,
        state=row.state,
        received_at=row.received_at,
    )


def delivery_entry(row: Delivery) -> DeliveryEntry:
    """A delivery's row as everybody may see it."""
    return DeliveryEntry(
        project=row.project_id,
        generation_year=row.generation_year,
        projected_mwh=row.projected_mwh,
        actual_mwh=row.actual_mwh,
        is_to_explain=row.is_to_explain,
        explanation=row.explanation,
        explained_at=row.explained_at,
        verified_at=row.verified_at,
    )
