"""Adjust a settlement after an audit of emissions, and decide appeals.

Source: 40 CFR 62.16370; 78.1; MASS-146, MASS-166; PLAT-073, PLAT-110, PLAT-111.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.audit import queries as audit_queries
from trueup.audit import services as audit
from trueup.compliance import checks
from trueup.compliance.entries import AppealEntry, Resettlement
from trueup.compliance.models import Appeal, Settlement
from trueup.compliance.obligations import obligations
from trueup.compliance.outcomes import appeal_entry
from trueup.compliance.resettlement import Act, Case, carry_out, open_case
from trueup.emissions import services as emissions
from trueup.rules import programs
from trueup.rules.adjustment import Adjustment, adjust, give_back
from trueup.rules.deduction import Settlement as Settled
from trueup.rules.deduction import quantity_of
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refusal, Refused

ADJUSTMENT_CITE = "40 CFR 62.16370"
APPEAL_CITE = "78.1"


@transaction.atomic
def adjust_after_audit(
    *,
    program: str,
    facility: int,
    unit: str,
    year: int,
    ground: str,
    recorded_at: datetime,
    co2_tons: Decimal | None = None,
    net_mwh: Decimal | None = None,
    useful_thermal_mwh: Decimal | None = None,
    actor: str = "administrator",
    quarter: int = 0,
) -> Resettlement | None:
    """Put audited quantities in the place of reported ones, and settle anew if need be.

    What is not given stays as it was reported; output decides in a rate-based program.

    If the period, or else the interim one of the year, is settled already: added tons are
    covered from what is available now,
    and are excess emissions as far as that does not suffice; for tons that fall away the
    serial numbers deducted last come back. Gives None if the period is not settled yet.

    Raises Refused as `emissions.services.adjust` does.

    Source: 40 CFR 62.16370; 62.16565; MASS-146, MASS-AMB-42; RATE-153; PLAT-073.
    """
    emissions.adjust(
        program=program,
        facility=facility,
        unit=unit,
        year=year,
        co2_tons=co2_tons,
        net_mwh=net_mwh,
        useful_thermal_mwh=useful_thermal_mwh,
        ground=ground,
        actor=actor,
        recorded_at=recorded_at,
        quarter=quarter,
    )
    try:
        period = _settled_with(year, program=program, facility=facility)
    except Refused:  # A year that no period settles.
        return None
    settled = Settlement.objects.filter(program=program, period=period.name, facility_id=facility)
    # Each affected EGU of a rate-based program; a stack may concern any of them.
    results = [
        resettle(
            program=program,
            period=period,
            facility=facility,
            unit=of_unit,
            ground=ground,
            recorded_at=recorded_at,
            actor=actor,
        )
        for of_unit in settled.order_by("account_id").values_list("unit_id", flat=True)
    ]
    changed = [result for result in results if result.decision is not None]
    return next(iter([*changed, *results]), None)


def _settled_with(year: int, *, program: str, facility: int) -> CompliancePeriod:
    """The period in which a year's emissions are settled now: its own, else the interim one.

    Source: RGGI-013; 40 CFR 62.16370.
    """
    rules = programs.load(program)
    period = rules.period_of_year(year)
    done = set(
        Settlement.objects.filter(program=program, facility_id=facility)
        .values_list("period", flat=True)
        .distinct()
    )
    interims = (one for one in rules.interim_periods(period) if year in one.vintages)
    return next((one for one in (period, *interims) if one.name in done), period)


@transaction.atomic
def resettle(
    *,
    program: str,
    period: CompliancePeriod,
    facility: int,
    ground: str,
    recorded_at: datetime,
    actor: str = "administrator",
    unit: int | None = None,
) -> Resettlement:
    """Settle a facility, or an affected EGU, anew with its data as they are reported now.

    Raises Refused (`not_settled`, `ground_missing`, `emissions_incomplete`).

    Source: 40 CFR 62.16370; 62.16565; MASS-146; PLAT-073.
    """
    _require_ground(ground)
    case = open_case(program=program, period=period, facility=facility, unit=unit)
    entries = accounts.facility_accounts(program=program, facilities=[facility])
    reported = obligations(entries, rules=case.rules, period=period)[case.row.account_id]
    if reported.missing:
        raise Refused(
            [
                checks.EmissionsIncomplete(f"Unit {name} has no complete data for {missing_year}.")
                for name, missing_year in reported.missing
            ]
        )
    act = Act(
        name="adjusted",
        ground=ground,
        actor=actor,
        at=recorded_at,
        decision_class="vi",
        cite=ADJUSTMENT_CITE,
    )
    _return_surplus(case, reported.surrendered - reported.tons, act)
    if reported.quantity == case.row.obligation:
        return _unchanged(case)
    return _to(case, reported.quantity, act)


def _to(case: Case, quantity: int, act: Act) -> Resettlement:
    """Settle a case anew for what is owed now."""
    case.row.waived = min(case.row.waived, quantity)
    case.row.retired_by_owner = min(case.row.retired_by_owner, quantity - case.row.waived)
    adjustment = adjust(
        case.settled,
        emissions_tons=quantity - case.row.exempt,
        held=case.held(),
        vintage_max=case.rules.vintage_max(case.period),
        excess_multiplier=case.rules.ratio_of(case.period),
        excess_vintage_max=case.rules.excess_vintage_max(case.period),
    )
    return carry_out(case, adjustment, act)


def _return_surplus(case: Case, surplus: int, act: Act) -> None:
    """Give back what interim deadlines took beyond all tons of the period, the latest first.

    Source: RGGI-013: the deductions add up to the emissions.
    """
    for interim in reversed(case.rules.interim_periods(case.period)):
        row = Settlement.objects.filter(
            program=case.rules.code, period=interim.name, account_id=case.row.account_id
        ).first()
        if surplus <= 0 or row is None:
            continue
        of_interim = open_case(
            program=case.rules.code,
            period=interim,
            facility=case.row.facility_id,
            unit=case.row.unit_id,
        )
        less = min(surplus, row.obligation)
        _to(of_interim, row.obligation - less, act)
        surplus -= less


@transaction.atomic
def file_appeal(
    *,
    program: str,
    period: CompliancePeriod,
    facility: int,
    filed_by: int,
    filed_at: datetime,
    reasons: str = "",
    unit: int | None = None,
) -> AppealEntry:
    """Keep that a facility's deductions are appealed; nothing is halted by it.

    Raises Refused (`not_settled`, `not_authorized`, `appeal_pending`).

    Source: 78.1; MASS-166; PLAT-111.
    """
    case = open_case(program=program, period=period, facility=facility, unit=unit)
    refusals: list[Refusal] = []
    if not accounts.may_submit(filed_by, case.row.account_id, filed_at):
        refusals.append(
            checks.NotAuthorized("Only a representative of the facility can appeal for it.")
        )
    if case.row.appeals.filter(state="pending").exists():
        refusals.append(checks.AppealPending("An appeal is pending already."))
    if refusals:
        raise Refused(refusals)
    row = Appeal.objects.create(
        settlement=case.row,
        decision_id=case.row.decision_id,
        filed_by_id=filed_by,
        filed_at=filed_at,
        reasons=reasons,
    )
    # The flag on the decision, its outcome and the log are the audit's (docs/decisions/0184).
    audit.file_appeal(
        decision=row.decision_id, filed_by=filed_by, filed_at=filed_at, reasons=reasons
    )
    return appeal_entry(row)


@transaction.atomic
def decide_appeal(
    *,
    program: str,
    period: CompliancePeriod,
    facility: int,
    returned: int,
    ruling: str,
    decided_at: datetime,
    actor: str = "administrator",
    unit: int | None = None,
) -> Resettlement:
    """Carry out the outcome of an appeal: so many allowances go back, the last deducted first.

    What comes back of a deduction for excess emissions is not owed any more; tons for
    which a deduction comes back are waived.

    Raises Refused (`not_settled`, `ground_missing`, `not_whole_number`,
    `no_appeal_pending`, `more_than_deducted`).

    Source: 78.1; MASS-166; PLAT-111.
    """
    _require_ground(ruling)
    case = open_case(program=program, period=period, facility=facility, unit=unit)
    appeal = case.row.appeals.select_for_update().filter(state="pending").first()
    settled = case.settled
    _refuse_decision(appeal, returned, settled)
    adjustment, waived = _give_back(settled, returned)
    result = (
        carry_out(
            case,
            adjustment,
            Act(
                name="decided on appeal",
                ground=ruling,
                actor=actor,
                at=decided_at,
                decision_class="iv",
                cite=APPEAL_CITE,
            ),
            waived=waived,
        )
        if returned
        else _unchanged(case)
    )
    if appeal is not None:
        appeal.state, appeal.ruling = "decided", ruling
        appeal.returned, appeal.decided_at = returned, decided_at
        appeal.save()
        _decide_in_the_audit(appeal, result, actor=actor)
    return result


def _decide_in_the_audit(appeal: Appeal, result: Resettlement, *, actor: str) -> None:
    """The outcome on the decision that was appealed, with what carried it out."""
    for flagged in audit_queries.appeals_of([appeal.decision_id])[appeal.decision_id]:
        if flagged.is_pending and appeal.decided_at is not None:
            audit.decide_appeal(
                appeal=flagged.id,
                outcome="changed" if appeal.returned else "affirmed",
                ruling=appeal.ruling,
                returned=appeal.returned,
                decided_at=appeal.decided_at,
                decided_by=actor,
                corrected_by=result.decision,
            )


def _give_back(settled: Settled, returned: int) -> tuple[Adjustment, int]:
    """What an appeal changes: excess falls first, as it was deducted last."""
    from_excess = min(returned, settled.excess_deducted)
    kept_for_excess, repaid = give_back(settled.for_excess, quantity=from_excess)
    kept, uncovered = give_back(settled.for_emissions, quantity=returned - from_excess)
    after = replace(
        settled,
        obligation=settled.obligation - quantity_of(uncovered),
        for_emissions=kept,
        excess_due=settled.excess_due - from_excess,
        for_excess=kept_for_excess,
    )
    adjustment = Adjustment(
        settlement=after, returned=(*repaid, *uncovered), for_emissions=(), for_excess=()
    )
    return adjustment, quantity_of(uncovered)


def _unchanged(case: Case) -> Resettlement:
    return Resettlement(before=case.before, after=case.before, returned=0, taken=0, decision=None)


def _refuse_decision(appeal: Appeal | None, returned: int, settled: Settled) -> None:
    if appeal is None:
        raise Refused([checks.NoAppealPending("No appeal of these deductions is pending.")])
    if returned < 0:
        raise Refused([checks.NotWholeNumber(f"{returned} allowances cannot go back.")])
    deducted = settled.deducted + settled.excess_deducted
    if returned > deducted:
        raise Refused(
            [checks.MoreThanDeducted(f"{returned:,} cannot go back: {deducted:,} were deducted.")]
        )


def _require_ground(ground: str) -> None:
    if not ground.strip():
        raise Refused([checks.GroundMissing("State the ground.")])
