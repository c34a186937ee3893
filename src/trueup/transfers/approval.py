"""The second person of the sending side, and the consent of the receiving side.

Source: PLAT-052, PLAT-094; docs/decisions/0170, 0174.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from trueup.accounts.entries import SubmitterEntry
from trueup.ledger import queries as ledger_queries
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.transfers import authority, waits
from trueup.transfers.acting import (
    Act,
    Case,
    end,
    keep_acts,
    look_up,
    refuse_expired,
    refuse_unaccepted,
    require_ground,
)
from trueup.transfers.canonical import canonical_act
from trueup.transfers.checks import NotAwaitingAcceptance, NotAwaitingApproval
from trueup.transfers.drafts import Submission, acceptance_lapses_at, find_further_waits
from trueup.transfers.entries import TransferEntry
from trueup.transfers.guards import guards_for
from trueup.transfers.models import UNSIGNED, WAITING
from trueup.transfers.onward import Item, go_on
from trueup.transfers.queries import entries
from trueup.transfers.release import ranges_of, remaining_waits
from trueup.transfers.return_models import TransferReturn
from trueup.transfers.signed import sign
from trueup.transfers.telling import ACCEPT, APPROVE, close_task, tell_of_waiting
from trueup.transfers.trade_models import TradeTerms
from trueup.transfers.vintages import read_vintages, vintages_in


@transaction.atomic
def approve(
    *, key: UUID, person: int, at: datetime, evidence: Evidence | None = None
) -> TransferEntry:
    """Approve a transfer as the second person: now it counts as submitted.

    It is recorded at once, or waits for what else it has to wait for, or is refused: its
    state says which. Of two approvals at the same instant one counts.

    Args:
        person: Neither who asked, nor whose agent asked, nor an agent of these.

    Raises Refused (`unknown_transfer`, `not_awaiting_approval`, `expired`,
    `not_authorized`, `same_person`, `cooling_down`, and what signing refuses).

    Source: PLAT-094; 40 CFR 62.16330(b)(1)(iii); docs/decisions/0170.
    """
    case = look_up(key)
    by = _second_person(case, person, at=at)
    act = Act(what="approve", at=at, by=by, signature=_signed(case, "approve", by, evidence, at=at))
    row = case.row
    row.approved_by_id, row.submitted_at, row.received_at = person, at, at
    guards = guards_for([(case.source, case.destination)], rules=case.rules, at=at)
    (entry,) = entries([row])
    still, row.not_before_at = find_further_waits(
        Submission(
            kind=entry.kind,
            source=case.source,
            destination=case.destination,
            vintages=vintages_in(case.rules, entry.blocks),
            submitted_at=at,
            by_consent=_needs_receiver(key),
        ),
        rules=case.rules,
        guards=guards,
        holds=ledger_queries.holds({case.source.id, case.destination.id}, include_released=True),
        at=at,
    )
    if waits.state_of(still) == "awaiting_acceptance":
        row.expires_at = acceptance_lapses_at(guards, at) or row.expires_at
    item = Item(row=row, entry=entry, released_at=at, waits=still)
    return _go_on(case, item, act, kind=APPROVE)


@transaction.atomic
def reject(
    *, key: UUID, person: int, reason: str, at: datetime, evidence: Evidence | None = None
) -> TransferEntry:
    """Decline a transfer as the second person: its serial numbers are free again.

    Raises Refused (`text_not_usable` without a reason, and as `approve`).

    Source: PLAT-094; docs/decisions/0170.
    """
    case = look_up(key)
    ground = require_ground(reason)
    by = _second_person(case, person, at=at)
    signature = _signed(case, "reject", by, evidence, at=at, ground=ground)
    act = Act(what="reject", at=at, by=by, ground=ground, signature=signature)
    return end(case, act, state="rejected")


@transaction.atomic
def accept_incoming(
    *, key: UUID, person: int, at: datetime, evidence: Evidence | None = None
) -> TransferEntry:
    """Agree, for the receiving side, to a transfer that waits for that.

    Raises Refused (`unknown_transfer`, `not_awaiting_acceptance`, `not_authorized`, and
    what signing refuses).

    Source: PLAT-052 (program value); docs/decisions/0174.
    """
    case = look_up(key)
    by = _receiver(case, person, at=at)
    signature = _signed(case, "accept", by, evidence, at=at)
    case.row.accepted_at = at
    holds = ledger_queries.holds({case.source.id, case.destination.id}, include_released=True)
    ranges = ranges_of(case.entry, case.rules)
    known = read_vintages(case.rules, {item.lot for item in ranges})
    still = remaining_waits(case.entry, case.rules, holds=holds, known=known, at=at)
    item = Item(row=case.row, entry=case.entry, released_at=at, waits=still)
    return _go_on(case, item, Act(what="accept", at=at, by=by, signature=signature), kind=ACCEPT)


@transaction.atomic
def decline_incoming(
    *, key: UUID, person: int, reason: str, at: datetime, evidence: Evidence | None = None
) -> TransferEntry:
    """Refuse, for the receiving side, a transfer that waits for its consent.

    Raises Refused (`text_not_usable` without a reason, and as `accept_incoming`).

    Source: PLAT-052 (program value); docs/decisions/0174.
    """
    case = look_up(key)
    ground = require_ground(reason)
    by = _receiver(case, person, at=at)
    signature = _signed(case, "decline", by, evidence, at=at, ground=ground)
    act = Act(what="decline", at=at, by=by, ground=ground, signature=signature)
    return end(case, act, state="rejected")


def _go_on(case: Case, item: Item, act: Act, *, kind: str) -> TransferEntry:
    """Store what becomes of a transfer that somebody has agreed to."""
    go_on([item], case.rules, at=act.at)
    keep_acts([(case, act)])
    close_task(item.entry, kind=kind, at=act.at, outcome=f"{act.what}d")
    if item.entry.state in WAITING:
        parties = [case.source.id, case.destination.id]
        tell_of_waiting(
            [item.entry],
            rules=case.rules,
            submitters=authority.submitters(parties, at=act.at),
            at=act.at,
        )
    return item.entry


def _needs_receiver(key: UUID) -> bool:
    """Whether the receiving side has to agree: to a return, or to the terms of a trade.

    Source: docs/decisions/0243; RGGI-035.
    """
    return (
        TransferReturn.objects.filter(key=key, side="receiver").exists()
        or TradeTerms.objects.filter(transfer__key=key, needs_buyer=True).exists()
    )


def _second_person(case: Case, person: int, *, at: datetime) -> SubmitterEntry:
    refuse_expired(case.entry, at=at)
    if case.entry.state != UNSIGNED:
        raise Refused(
            [
                NotAwaitingApproval(
                    f"The transfer awaits no approval: it is {named(case.entry.state)}."
                )
            ]
        )
    return authority.require_second_person(
        case.source,
        person,
        asked_by=case.entry.submitted_by,
        principal=case.entry.principal,
        at=at,
    )


def _receiver(case: Case, person: int, *, at: datetime) -> SubmitterEntry:
    if case.entry.state != "awaiting_acceptance":
        raise Refused(
            [
                NotAwaitingAcceptance(
                    "The transfer does not wait for the receiving side:"
                    f" it is {named(case.entry.state)}."
                )
            ]
        )
    refuse_unaccepted(case.entry, rules=case.rules, at=at)
    by, _ = authority.require_capacity(case.destination, person, at=at)
    return by


def _signed(
    case: Case,
    what: str,
    by: SubmitterEntry,
    evidence: Evidence | None,
    *,
    at: datetime,
    ground: str = "",
) -> int | None:
    is_receiver = what in ("accept", "decline")
    forms = {"approve": "approval", "reject": "rejection"}
    return sign(
        rules=case.rules,
        document=f"transfer_{forms.get(what, 'acceptance')}",
        text=canonical_act(case.entry, what, ground=ground),
        accounts=[case.destination if is_receiver else case.source],
        signer=by.person,
        principal=by.principal,
        evidence=evidence,
        signed_at=at,
    )


def named(state: str) -> str:
    """A state in words."""
    return state.replace("_", " ")
