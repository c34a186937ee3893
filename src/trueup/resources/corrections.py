"""When it was wrong: overstated reports, revoked qualification, suspension, replacement.

Source: 40 CFR 62.16440, 62.16450; RATE-058 to RATE-060, RATE-144 to RATE-151; 62.16250,
62.16255; MASS-101 to MASS-105.
"""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db import IntegrityError, transaction
from django.db.models import Sum

from trueup.accounts import services as registration
from trueup.ledger import queries as ledger_queries
from trueup.resources import award_checks, checks
from trueup.resources.awards import earns_allowances, given_to
from trueup.resources.decisions import CORRECTION, REVOCATION, Act, decide
from trueup.resources.entries import REVOCATION_CAUSES, SUSPENSION_CAUSES, DebtEntry
from trueup.resources.filing import existing, refuse, require_ground
from trueup.resources.models import Debt, Overstatement, Report, Resource, Suspension
from trueup.resources.replacements import TakingBack, take_back
from trueup.resources.review_notices import tell_representatives
from trueup.rules import programs
from trueup.rules.ercs import whole_ercs
from trueup.rules.refusal import Refusal, Refused


@transaction.atomic
def find_overstated(
    *,
    resource: int,
    year: int,
    mwh: int,
    ground: str,
    found_at: datetime,
    is_final_report: bool = False,
    actor: str = "administrator",
) -> DebtEntry | None:
    """Find that a year's M&V reports overstated MWh.

    The number is taken off what is issued next. Of the final report it is revoked from
    the account instead, and what the account lacks is due within 30 days.

    Raises Refused (`unknown_resource`, `report_missing`, `overstatement_too_large`,
    `ground_missing`).

    Source: 40 CFR 62.16450(a), (b); RATE-145, RATE-146.
    """
    row = existing(resource)
    report = _last_verified(row, year)
    refuse([*require_ground(ground), *_size_refusals(row, year, mwh)])
    found = Overstatement.objects.create(
        report=report,
        resource=row,
        mwh=mwh,
        taken=mwh if is_final_report else 0,
        is_final_report=is_final_report,
        ground=ground[:1000],
        found_at=found_at,
    )
    decide(
        _act(row, found_at, actor),
        item=CORRECTION,
        outcome="M&V report overstated",
        ground=f"{mwh:,} MWh of {year}: {ground}",
    )
    if not is_final_report:
        _tell(
            row,
            f"{mwh:,} MWh of {year} were too many; as many credits are taken off the next issue",
            ground,
            found_at,
        )
        return None
    debt = take_back(
        TakingBack(
            resource=row,
            account=_account(row),
            cause="final_report",
            quantity=_corresponding(row, year, mwh),
            ground=f"final M&V report overstated: {ground} (finding {found.pk})",
            cite="40 CFR 62.16450(b)",
            at=found_at,
            actor=actor,
        )
    )
    _tell(row, f"{mwh:,} MWh of the last report were too many; {_owed(debt)}", ground, found_at)
    return debt


@transaction.atomic
def revoke_qualification(
    *,
    resource: int,
    cause: str,
    ground: str,
    revoked_at: datetime,
    actor: str = "administrator",
) -> DebtEntry | None:
    """Revoke a resource's qualification: freeze, revoke what is held, demand the rest.

    As many credits as were ever issued to it leave the account, its own first, then
    others first in, first out. What the account lacks is due within 30 days.

    Raises Refused (`unknown_resource`, `not_registered`, `unknown_cause`,
    `ground_missing`).

    Source: 40 CFR 62.16440, 62.16450(c), (d); RATE-058, RATE-059, RATE-147 to RATE-149.
    """
    row = existing(resource)
    refusals: list[Refusal] = list(require_ground(ground))
    if cause not in REVOCATION_CAUSES:
        refusals.append(
            checks.UnknownCause(f"“{cause}” is none of {', '.join(REVOCATION_CAUSES)}.")
        )
    if row.state != "registered":
        refusals.append(checks.NotRegistered(f"{row.name} is {row.state}, not registered."))
    refuse([*refusals, *_repetition_refusals(row, cause)])
    row.state, row.revoked_at = "revoked", revoked_at
    row.save(update_fields=["state", "revoked_at"])
    decide(
        _act(row, revoked_at, actor),
        item=REVOCATION,
        outcome="qualification revoked",
        ground=f"{cause}: {ground}",
    )
    account = _account(row)
    if ledger_queries.account(account).state == "open":
        registration.freeze_account(
            account=account, ground=f"{row.name}: {ground}", frozen_at=revoked_at, actor=actor
        )
    issued = given_to(row)
    before = Debt.objects.filter(resource=row).aggregate(total=Sum("demanded"))["total"] or 0
    if issued <= before:
        _tell(row, "qualification revoked, account frozen", ground, revoked_at)
        return None
    debt = take_back(
        TakingBack(
            resource=row,
            account=account,
            cause="ineligible",
            quantity=issued - before,
            ground=f"not an eligible resource: {ground}",
            cite="40 CFR 62.16450(d)",
            at=revoked_at,
            actor=actor,
        )
    )
    _tell(row, f"qualification revoked, account frozen; {_owed(debt)}", ground, revoked_at)
    return debt


@transaction.atomic
def suspend_issuance(
    *,
    resource: int,
    cause: str,
    ground: str,
    suspended_at: datetime,
    actor: str = "administrator",
) -> None:
    """Suspend issuance to a resource; its reports are still taken.

    Raises Refused (`unknown_cause`, `ground_missing`, `issuance_suspended`).

    Source: 40 CFR 62.16450(e); RATE-144.
    """
    row = existing(resource)
    refusals: list[Refusal] = list(require_ground(ground))
    if cause not in SUSPENSION_CAUSES:
        refusals.append(
            checks.UnknownCause(f"“{cause}” is none of {', '.join(SUSPENSION_CAUSES)}.")
        )
    refuse(refusals)
    try:
        with transaction.atomic():
            Suspension.objects.create(
                resource=row, cause=cause, ground=ground[:1000], from_at=suspended_at
            )
    except IntegrityError as error:
        raise Refused([checks.IssuanceSuspended("Issuance is suspended already.")]) from error
    decide(
        _act(row, suspended_at, actor),
        item=CORRECTION,
        outcome="issuance suspended",
        ground=f"{cause}: {ground}",
    )
    _tell(row, "issuance suspended", ground, suspended_at)


@transaction.atomic
def lift_suspension(
    *, resource: int, ground: str, lifted_at: datetime, actor: str = "administrator"
) -> None:
    """Let credits be issued to a resource again.

    Raises Refused (`ground_missing`, `not_suspended`).

    Source: 40 CFR 62.16450(e); RATE-060.
    """
    row = existing(resource)
    refuse(require_ground(ground))
    ended = Suspension.objects.filter(resource=row, until_at=None).update(until_at=lifted_at)
    if not ended:
        raise Refused([checks.NotSuspended(f"Issuance to {row.name} is not suspended.")])
    decide(_act(row, lifted_at, actor), item=CORRECTION, outcome="suspension lifted", ground=ground)
    _tell(row, "issuance goes on", ground, lifted_at)


def _repetition_refusals(row: Resource, cause: str) -> list[Refusal]:
    """Errors are repeated once as many are on record as the program says.

    Source: 40 CFR 62.16440; 62.16250; MASS-101.
    """
    rules = programs.load(row.program).resources
    if cause != "REPEATED_ERROR" or rules is None:
        return []
    errors = Overstatement.objects.filter(resource=row).count()
    if errors >= rules.errors_repeated:
        return []
    return [
        award_checks.ErrorsNotRepeated(
            f"{errors} errors in reports of {row.name} are on record; {rules.errors_repeated}"
            " are repeated ones."
        )
    ]


def _corresponding(row: Resource, year: int, mwh: int) -> int:
    """The instruments that correspond to MWh of a year: one credit each, or allowances pro rata.

    Source: 40 CFR 62.16450(b); 62.16255(b); RATE-146; MASS-103; docs/decisions/0336.
    """
    if not earns_allowances(row.program):
        return mwh
    reports = Report.objects.filter(resource=row, year=year).exclude(state="superseded")
    verified = sum((report.verified_mwh or Decimal(0) for report in reports), Decimal(0))
    return math.floor(given_to(row, year=year) * Fraction(mwh) / Fraction(verified))


def _last_verified(row: Resource, year: int) -> Report:
    """The last report of a year that was verified and stands."""
    reports = Report.objects.filter(resource=row, year=year, verified_mwh__isnull=False)
    report = reports.exclude(state="superseded").order_by("-sequence").first()
    if report is None:
        missing = checks.ReportMissing(f"{row.name} has no verified M&V report for {year}.")
        raise Refused([missing])
    return report


def _size_refusals(row: Resource, year: int, mwh: int) -> list[Refusal]:
    verified = [
        whole_ercs(report.verified_mwh or 0)
        for report in Report.objects.filter(resource=row, year=year).exclude(state="superseded")
    ]
    found = Overstatement.objects.filter(resource=row, report__year=year)
    before = found.aggregate(total=Sum("mwh"))["total"] or 0
    if 0 < mwh <= sum(verified) - before:
        return []
    return [
        checks.OverstatementTooLarge(
            f"{mwh:,} MWh cannot be too many of {sum(verified) - before:,} that stand verified."
        )
    ]


def _tell(row: Resource, decision: str, ground: str, at: datetime) -> None:
    """Tell the representatives; the 30 days to replace credits begin with this notice.

    Source: 40 CFR 62.16450(b), (d)(3); AMB-19.
    """
    tell_representatives(
        row,
        event="resource_decided",
        at=at,
        context={
            "paper": "Credits",
            "decision": decision,
            "ground": ground,
            "cite": "40 CFR 62.16440, 62.16450",
        },
    )


def _owed(debt: DebtEntry) -> str:
    if not debt.open:
        return f"{debt.revoked:,} credits were revoked"
    return (
        f"{debt.revoked:,} credits were revoked and {debt.open:,} more are to be supplied by"
        f" {debt.due_on}"
    )


def _account(row: Resource) -> int:
    if row.account_id is None:
        raise Refused([checks.AccountMissing(f"{row.name} has no general account.")])
    return row.account_id


def _act(row: Resource, at: datetime, actor: str) -> Act:
    return Act(
        program=row.program,
        subject=f"resource:{row.pk}",
        at=at,
        actor=actor,
        cite="40 CFR 62.16440, 62.16450",
    )
