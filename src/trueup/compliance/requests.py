"""Requests that named serial numbers be deducted first.

Source: 40 CFR 62.16340(c)(1); MASS-137, MASS-AMB-40; PLAT-085.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry
from trueup.audit import services as audit
from trueup.compliance import checks
from trueup.compliance.entries import PassedOver, RequestReceipt
from trueup.compliance.models import SerialRequest
from trueup.compliance.obligations import barred_for
from trueup.compliance.passing_over import passed_over
from trueup.compliance.settling import as_requests, read_available
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import SerialBlock
from trueup.signing.entries import Evidence
from trueup.transfers.signed import sign

CITE = "40 CFR 62.16340(c)(1)"


def request_text(
    account: AccountEntry, *, period: CompliancePeriod, blocks: Sequence[SerialBlock]
) -> str:
    """What a representative signs who names the serial numbers, word for word.

    Source: PLAT-151; 40 CFR 62.16340(c)(1).
    """
    return "\n".join(
        [
            f"For the compliance period {period.name} I request that these serial numbers be"
            " deducted first.",
            f"Account: {account.name} ({account.number})",
            f"Quantity: {sum(block.quantity for block in blocks)}",
            "Serial numbers, in this order:",
            *(f"  {block.first_serial} to {block.last_serial}" for block in blocks),
        ]
    )


@transaction.atomic
def request_serials(
    *,
    program: str,
    period: CompliancePeriod,
    facility: int,
    blocks: Sequence[SerialBlock],
    submitted_by: int,
    submitted_at: datetime,
    received_at: datetime | None = None,
    unit: int | None = None,
    evidence: Evidence | None = None,
) -> RequestReceipt:
    """Take in a representative's request that serial numbers be deducted first.

    Requests add up in the order submitted. What cannot be used, or is asked for after
    the deadline, is passed over in the deductions; the receipt says what that would be
    now.

    Args:
        unit: Key of the affected EGU, where each has an account of its own.
        evidence: That it was signed as `request_text` says; None on the console.

    Raises Refused (`unknown_facility`, `nothing_asked_for`, `not_authorized`, and what
    signing refuses).

    Source: 40 CFR 62.16340(c)(1); 62.16535(c); MASS-014, MASS-137; RATE-196.
    """
    rules = programs.load(program)
    account = _account(program, (facility, unit), blocks, submitted_by, at=submitted_at)
    signature = sign(
        rules=rules,
        document="serial_request",
        text=request_text(account, period=period, blocks=blocks),
        accounts=[account],
        signer=submitted_by,
        principal=None,
        evidence=evidence,
        signed_at=submitted_at,
    )
    stored = SerialRequest.objects.create(
        program=program,
        period=period.name,
        account_id=account.id,
        submitted_by_id=submitted_by,
        submitted_at=submitted_at,
        received_at=received_at or submitted_at,
        is_late=submitted_at > rules.deadline_at(period),
        blocks=[[block.first_serial, block.last_serial] for block in blocks],
    )
    _log(stored, rules=rules, signature=signature)
    entries = accounts.facility_accounts(program=program, facilities=[facility])
    return RequestReceipt(
        request=stored.pk,
        is_late=stored.is_late,
        unusable=_unusable_now(account, blocks, entries, rules=rules, period=period),
    )


def _log(stored: SerialRequest, *, rules: Program, signature: int | None) -> None:
    audit.log(
        at=stored.received_at,
        program=rules.code,
        actor=f"person:{stored.submitted_by_id}",
        act="request_serials",
        subject=f"account:{stored.account_id}",
        after={
            "period": stored.period,
            "blocks": stored.blocks,
            "is_late": stored.is_late,
            "signature": signature,
        },
        cite="40 CFR 62.16535(c)" if rules.is_rate_based else CITE,
    )


def _unusable_now(
    account: AccountEntry,
    blocks: Sequence[SerialBlock],
    entries: Sequence[FacilityAccountEntry],
    *,
    rules: Program,
    period: CompliancePeriod,
) -> tuple[PassedOver, ...]:
    """What of a request would be passed over if the deductions ran now."""
    barred = barred_for(entries, rules=rules)
    available = read_available([account.id], rules=rules, period=period, barred=barred)[account.id]
    held = [*available.held, *available.arrived_later]
    return passed_over(
        as_requests(blocks, rules=rules),
        used=[block for block in held if block.vintage <= rules.vintage_max(period)],
        held=held,
        unusable=available.unusable,
        vintage_max=rules.vintage_max(period),
    )


def _account(
    program: str,
    owner: tuple[int, int | None],
    blocks: Sequence[SerialBlock],
    person: int,
    *,
    at: datetime,
) -> AccountEntry:
    """The account of a facility, or of its unit, if the person may ask this for it."""
    account = accounts.compliance_account(program, owner[0], unit=owner[1])
    if account is None:
        raise Refused([checks.UnknownFacility("The facility has no compliance account.")])
    refusals: list[Refusal] = []
    if not blocks:
        refusals.append(checks.NothingAskedFor("Name at least one serial number."))
    if not accounts.may_submit(person, account.id, at):
        refusals.append(
            checks.NotAuthorized(f"Only a representative of {account.name} can ask this for it.")
        )
    if refusals:
        raise Refused(refusals)
    return account
