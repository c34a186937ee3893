"""Tell the representatives of both accounts what became of a transfer.

Source: 40 CFR 62.16335(d), (e); PLAT-053.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from trueup.accounts import queries as accounts
from trueup.accounts.watchers import Copying, with_copies
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue, render
from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program
from trueup.transfers.authority import Submitters, representatives
from trueup.transfers.deadlines import tell_recorded_by, tell_refused_by
from trueup.transfers.entries import TransferEntry

RECORDED = "transfer_recorded"
NOT_RECORDED = "transfer_not_recorded"


def notify(
    entries: Sequence[TransferEntry],
    *,
    rules: Program,
    submitters: Submitters,
    at: datetime,
    released_at: Mapping[int, datetime] | None = None,
    copying: Sequence[Copying] | None = None,
) -> int:
    """Store the notices of what was recorded or refused, and copies, in two statements.

    Each representative gets one for each account; what the transferor noted for itself is
    not in the transferee's. Who waits is told when the waiting is over.

    Args:
        released_at: When the waiting was over, by the id of the transfer; from then on the
            time for a refusal runs.
        copying: Who gets copies, if that was read already; then it is one statement.
    """
    told = [entry for entry in entries if entry.state in ("recorded", "refused")]
    names = submitter_names(told, submitters)
    specs = []
    for entry in told:
        if entry.state == "recorded":
            due_on = tell_recorded_by(rules, at)
        else:
            due_on = tell_refused_by(rules, (released_at or {}).get(entry.id, entry.received_at))
        submitted_by = names.get(entry.id, "")
        context = _context(entry, rules=rules, at=at, submitted_by=submitted_by)
        specs += _of_transfer(entry, context, submitters=submitters, at=at, due_on=due_on)
    return audit.notify(with_copies(specs, copying)) if specs else 0


def _of_transfer(
    entry: TransferEntry,
    context: Mapping[str, ContextValue],
    *,
    submitters: Submitters,
    at: datetime,
    due_on: date,
) -> list[NoticeSpec]:
    event = RECORDED if entry.state == "recorded" else NOT_RECORDED
    texts: dict[str, tuple[str, str]] = {}
    specs = []
    for account, reference in _sides(entry):
        for seat in representatives(submitters.get(account.id, ())):
            if reference not in texts:
                texts[reference] = render(event, {**context, "reference": reference})
            subject, body = texts[reference]
            specs.append(
                NoticeSpec(
                    event=event,
                    program=entry.program,
                    person=seat.person,
                    account=account.id,
                    subject=subject,
                    body=body,
                    created_at=at,
                    due_on=due_on,
                )
            )
    return specs


def _sides(entry: TransferEntry) -> Iterable[tuple[AccountEntry, str]]:
    """Each account once, with the reference that its people may read."""
    if entry.source is not None:
        yield entry.source, entry.reference
    if entry.destination is not None and entry.destination != entry.source:
        yield entry.destination, ""


def _context(
    entry: TransferEntry, *, rules: Program, at: datetime, submitted_by: str
) -> dict[str, ContextValue]:
    is_recorded = entry.state == "recorded"
    return {
        "source": titled(entry.source, entry.source_number),
        "destination": titled(entry.destination, entry.destination_number),
        "quantity": entry.quantity,
        "instruments": rules.instruments,
        "submitted_at": entry.submitted_at,
        "submitted_by": submitted_by,
        "recorded_at": at if is_recorded else None,
        "decided_at": None if is_recorded else at,
        "tx": str(entry.tx) if entry.tx is not None else None,
        "decision": str(entry.decision) if entry.decision is not None else None,
        "blocks": entry.blocks,
        "reasons": [str(reason) for reason in entry.reasons],
        "cite": "40 CFR 62.16335(d)" if is_recorded else "40 CFR 62.16335(e)",
    }


def submitter_names(entries: Sequence[TransferEntry], submitters: Submitters) -> dict[int, str]:
    """Who submitted each, by the transfer's id: `Ana Ruiz (by agent Dan Poe)`.

    Most of them act for one of the accounts, so their names are known.
    """
    names = {seat.person: seat.name for acting in submitters.values() for seat in acting}
    concerned = {entry.submitted_by for entry in entries}
    concerned |= {entry.principal for entry in entries if entry.principal is not None}
    unknown = concerned - set(names)
    if unknown:
        names |= {person.id: person.name for person in accounts.people(unknown).values()}
    return {entry.id: named(entry, names) for entry in entries}


def named(entry: TransferEntry, names: Mapping[int, str]) -> str:
    """Who submitted a transfer, and in whose name."""
    name = names.get(entry.submitted_by, "")
    if entry.by_agent and entry.principal is not None:
        return f"{names.get(entry.principal, '')} (by agent {name})"
    return name


def titled(account: AccountEntry | None, number: str) -> str:
    return f"{account.name} ({account.number})" if account is not None else number
