"""Transfers that are called off before they are recorded, or lapse; and the reminders.

Source: PLAT-045, PLAT-094; docs/decisions/0170, 0171.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from trueup.accounts.checks import NotAuthorized
from trueup.audit import services as audit
from trueup.ledger import services as ledger
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.transfers import authority, proposals
from trueup.transfers.acting import Act, end, keep_acts, look_up, refuse_expired, require_ground
from trueup.transfers.canonical import canonical_act
from trueup.transfers.checks import NotWaiting
from trueup.transfers.entries import ProposalEntry, TransferEntry
from trueup.transfers.models import UNSIGNED, WAITING, Transfer
from trueup.transfers.orders import GROUND_MAX
from trueup.transfers.queries import entries
from trueup.transfers.register import TRANSFER_DECISION
from trueup.transfers.signed import sign
from trueup.transfers.telling import tell_of_end, tell_of_waiting

CHUNK = 100
CANCELLED = "cancelled by the transferor"
LAPSED = "nobody gave the second signature in time"
UNACCEPTED = "the receiving side did not agree in time"
# Without a lifetime, everybody who can approve is reminded this often.
REMINDER = timedelta(days=1)
SOONEST = timedelta(minutes=30)
UNACCEPTED_AT_ONCE = 500  # The clock comes again for the rest.


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed:
    """What lapsed by itself, and of what people were reminded."""

    transfers: int = 0
    proposals: int = 0
    reminders: int = 0


@transaction.atomic
def cancel(
    *,
    key: UUID,
    person: int,
    at: datetime,
    reason: str = "",
    evidence: Evidence | None = None,
) -> TransferEntry | ProposalEntry:
    """Call off a transfer that waits, or a proposal that nobody has signed.

    Whoever acts for the transferor now can do so: either representative, also one who has
    come into office since it was submitted, or an agent for transfers.

    Args:
        reason: Told to both sides.

    Raises Refused (`unknown_transfer`, `not_waiting`, `expired`, `not_authorized`,
    `text_not_usable`, and what signing refuses).

    Source: 40 CFR 62.16300; PLAT-094; docs/decisions/0171.
    """
    ground = require_ground(reason or CANCELLED)
    if proposals.is_open(key):
        return proposals.cancel(key=key, person=person, at=at, ground=ground)
    case = look_up(key)
    refuse_expired(case.entry, at=at)
    if case.entry.state not in WAITING:
        raise Refused([_not_waiting(case.entry)])
    by, _ = authority.require_capacity(case.source, person, at=at)
    signature = sign(
        rules=case.rules,
        document="transfer_cancellation",
        text=canonical_act(case.entry, "cancel", ground=reason and ground),
        accounts=[case.source],
        signer=by.person,
        principal=by.principal,
        evidence=evidence,
        signed_at=at,
    )
    act = Act(what="cancel", at=at, by=by, ground=ground, signature=signature)
    return end(case, act, state="cancelled")


@transaction.atomic
def stop(*, key: UUID, ground: str, at: datetime, actor: str) -> TransferEntry:
    """Stop a transfer that waits, by an official: a decision, with its ground told to both.

    Args:
        actor: `administrator` or `official:3`.

    Raises Refused (`unknown_transfer`, `not_waiting`, `not_authorized`,
    `text_not_usable`).

    Source: 40 CFR 62.16335(e), 78.1(b)(18)(iii); PLAT-094.
    """
    case = look_up(key)
    if not authority.is_official(actor):
        raise Refused([NotAuthorized("Only an official can stop a transfer of others.")])
    said = require_ground(ground[: GROUND_MAX + 1])
    if case.entry.state not in WAITING:
        raise Refused([_not_waiting(case.entry)])
    decision = audit.decide(
        decision_class=TRANSFER_DECISION,
        program=case.entry.program,
        subject=f"transfer:{key}",
        outcome="transfer stopped",
        reasons=[said],
        decided_at=at,
        decided_by=actor,
    )
    act = Act(what="stop", at=at, actor=actor, ground=said)
    return end(case, act, state="cancelled", decision=decision.id)


def expire_due(*, program: str, now: datetime) -> Lapsed:
    """Let lapse what nobody signed in time, and remind those who could still sign.

    The clock calls this. Proposals also end with the representative for whom they were
    prepared.

    Source: PLAT-094; docs/decisions/0170.
    """
    rules = programs.load(program)
    due = Transfer.objects.filter(program=program, state=UNSIGNED, expires_at__lte=now)
    ids = list(due.order_by("id").values_list("id", flat=True))
    lapsed = 0
    for start in range(0, len(ids), CHUNK):
        lapsed += _expire_chunk(ids[start : start + CHUNK], rules, now=now)
    lapsed += _end_unaccepted(rules, now=now)
    return Lapsed(
        transfers=lapsed,
        proposals=proposals.end_due(program=program, now=now),
        reminders=_remind(rules, now=now),
    )


@transaction.atomic
def _expire_chunk(ids: Iterable[int], rules: Program, *, now: datetime) -> int:
    rows = list(
        Transfer.objects.select_for_update().filter(id__in=list(ids), state=UNSIGNED).order_by("id")
    )
    if not rows:
        return 0
    ledger.release_all(row.reservation_id for row in rows if row.reservation_id is not None)
    for row in rows:
        row.state, row.reservation_id, row.waits = "expired", None, []
        row.ended_at, row.ended_by, row.ended_ground = now, "registry", LAPSED
    fields = ["state", "reservation", "waits", "ended_at", "ended_by", "ended_ground"]
    Transfer.objects.bulk_update(rows, fields)
    keep_acts([(row, Act(what="expire", at=now, actor="registry", ground=LAPSED)) for row in rows])
    ended = entries(rows)
    tell_of_end(ended, rules=rules, submitters=_submitters(ended, at=now), at=now)
    return len(rows)


@transaction.atomic
def _end_unaccepted(rules: Program, *, now: datetime) -> int:
    """Decline what the receiver has not agreed to in the program's time, if it has one.

    Source: PLAT-052, PLAT-094 (program values); docs/decisions/0365.
    """
    if not rules.people.safeguards.acceptance_hours:
        return 0
    due = Transfer.objects.filter(
        program=rules.code, state="awaiting_acceptance", expires_at__lte=now
    )
    keys = list(due.order_by("id").values_list("key", flat=True)[:UNACCEPTED_AT_ONCE])
    for key in keys:
        act = Act(what="expire", at=now, actor="registry", ground=UNACCEPTED)
        end(look_up(key), act, state="rejected")
    return len(keys)


@transaction.atomic
def _remind(rules: Program, *, now: datetime) -> int:
    """Remind everybody who can approve: at half of the lifetime, or once a day without one.

    A reminder that was sent is not sent again: its `dedupe` says which it is.

    Source: PLAT-094; docs/decisions/0170.
    """
    waiting = Transfer.objects.filter(
        program=rules.code, state=UNSIGNED, asked_at__lte=now - SOONEST
    ).order_by("id")
    reminded, after = 0, 0
    while rows := list(waiting.filter(id__gt=after)[:CHUNK]):
        after = rows[-1].pk
        found = entries(rows)
        which = {entry.id: _reminder_of(entry, now=now) for entry in found}
        due = [entry for entry in found if which[entry.id]]
        if due:
            reminded += tell_of_waiting(
                due, rules=rules, submitters=_submitters(due, at=now), at=now, reminders=which
            )
    return reminded


def _reminder_of(entry: TransferEntry, *, now: datetime) -> str:
    """Which reminder is due for a transfer; "" if none."""
    asked_at = entry.asked_at or entry.submitted_at
    if entry.expires_at is not None:
        half = asked_at + (entry.expires_at - asked_at) / 2
        return "half" if now >= half else ""
    days = (now - asked_at) // REMINDER
    return str(days) if days else ""


def _submitters(ended: Iterable[TransferEntry], *, at: datetime) -> authority.Submitters:
    parties = {
        account.id
        for entry in ended
        for account in (entry.source, entry.destination)
        if account is not None
    }
    return authority.submitters(parties, at=at)


def _not_waiting(entry: TransferEntry) -> NotWaiting:
    return NotWaiting(
        f"The transfer does not wait any more: it is {entry.state}."
        " What is recorded can be mended by the Administrator alone."
    )
