"""Tell those who can do something about a transfer that waits, and keep it on their lists.

Source: PLAT-094, PLAT-150; docs/decisions/0170.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from trueup.accounts.entries import SubmitterEntry
from trueup.accounts.watchers import with_copies
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec
from trueup.transfers.authority import Submitters, representatives, second_persons
from trueup.transfers.entries import TransferEntry
from trueup.transfers.models import UNSIGNED
from trueup.transfers.notices import submitter_names, titled
from trueup.transfers.waits import DELAY_PENDING

APPROVE, ACCEPT = "approve_transfer", "accept_transfer"
AWAITING_APPROVAL = "transfer_awaiting_approval"
AWAITING_ACCEPTANCE = "transfer_awaiting_acceptance"
DELAYED = "transfer_delayed"
CALLED_OFF = {
    "cancelled": "transfer_cancelled",
    "rejected": "transfer_rejected",
    "expired": "transfer_expired",
}


def subject_of(entry: TransferEntry) -> str:
    """What tasks and the log call a transfer."""
    return f"transfer:{entry.key}"


def tell_of_waiting(
    entries: Sequence[TransferEntry],
    *,
    rules: Program,
    submitters: Submitters,
    at: datetime,
    reminders: Mapping[int, str] | None = None,
) -> int:
    """Tell who can approve, accept or stop transfers, and open the tasks; three statements.

    Args:
        reminders: Which reminder it is, by the transfer's id; None: they are told first.

    Returns the number of notices that are new.

    Source: PLAT-094; docs/decisions/0170.
    """
    entries = [entry for entry in entries if awaits_somebody(entry)]
    if not entries:
        return 0
    names = submitter_names(entries, submitters)
    specs: list[TaskSpec] = []
    notices: list[NoticeSpec] = []
    for entry in entries:
        if entry.source is None or entry.destination is None:
            raise ValueError("nothing waits in an unknown account")
        told = _told(entry, submitters)
        context = _context(entry, submitted_by=names.get(entry.id, ""), rules=rules)
        context["reminder"] = "This is a reminder." if reminders else ""
        event, account, people = told
        of_transfer = _notices(
            entry, event=event, account=account, people=people, context=context, at=at
        )
        if reminders:
            dedupe = f"{event} {entry.key} {reminders[entry.id]}"
            of_transfer = [replace(notice, dedupe=dedupe) for notice in of_transfer]
        else:
            specs += _tasks(entry, rules=rules, at=at)
        notices += of_transfer
    told_now = audit.notify(with_copies(notices))
    if specs:
        tasks.open_tasks(specs)
    return told_now


def awaits_somebody(entry: TransferEntry) -> bool:
    """Whether somebody should sign, accept, or look at a transfer while it waits.

    What is held for deductions goes on as it came, and everybody knows of the brake.
    """
    if entry.state == "delayed":
        return any(wait.code == DELAY_PENDING for wait in entry.waits)
    return entry.state in (UNSIGNED, "awaiting_acceptance")


def _told(
    entry: TransferEntry, submitters: Submitters
) -> tuple[str, AccountEntry, list[SubmitterEntry]]:
    """The event, the account concerned, and who can do something about it."""
    if entry.source is None or entry.destination is None:
        raise ValueError("nothing waits in an unknown account")
    if entry.state == UNSIGNED:
        everybody = submitters.get(entry.source.id, ())
        people = second_persons(everybody, asked_by=entry.submitted_by, principal=entry.principal)
        return AWAITING_APPROVAL, entry.source, people
    if entry.state == "awaiting_acceptance":
        people = representatives(submitters.get(entry.destination.id, ()))
        return AWAITING_ACCEPTANCE, entry.destination, people
    return DELAYED, entry.source, representatives(submitters.get(entry.source.id, ()))


def _tasks(entry: TransferEntry, *, rules: Program, at: datetime) -> list[TaskSpec]:
    """One task for each signature that is missing.

    Source: PLAT-094.
    """
    if entry.state not in (UNSIGNED, "awaiting_acceptance"):
        return []
    is_approval = entry.state == UNSIGNED
    account = entry.source if is_approval else entry.destination
    if account is None or entry.destination is None or entry.source is None:
        raise ValueError("nothing waits in an unknown account")
    asked = {entry.submitted_by, entry.principal or entry.submitted_by}
    verb = "Approve" if is_approval else "Accept"
    return [
        TaskSpec(
            kind=APPROVE if is_approval else ACCEPT,
            program=entry.program,
            subject=subject_of(entry),
            title=(
                f"{verb} {entry.quantity or 0:,} {rules.instruments} from"
                f" {entry.source.name} to {entry.destination.name}"
            ),
            opened_at=at,
            due_on=rules.local_date(entry.expires_at) if entry.expires_at else None,
            account=account.id,
            submission="transfers",
            dedupe=f"{APPROVE if is_approval else ACCEPT} {entry.key}",
            excluded=tuple(sorted(asked)) if is_approval else (),
            opened_by=f"person:{entry.submitted_by}",
        )
    ]


def close_task(entry: TransferEntry, *, kind: str = "", at: datetime, outcome: str) -> None:
    """Take a transfer off the lists of those whom it awaited."""
    tasks.close_tasks(subject=subject_of(entry), kind=kind, closed_at=at, outcome=outcome)


def tell_of_end(
    entries: Sequence[TransferEntry],
    *,
    rules: Program,
    submitters: Submitters,
    at: datetime,
    due_on: date | None = None,
) -> None:
    """Tell the representatives of both sides that transfers were called off, and why.

    Source: issue 3, items 6 and 7; 40 CFR 62.16335(e).
    """
    names = submitter_names(entries, submitters)
    notices: list[NoticeSpec] = []
    for entry in entries:
        context = _context(entry, submitted_by=names.get(entry.id, ""), rules=rules)
        context |= {"ended_at": entry.ended_at, "ground": entry.ended_ground}
        for account in (entry.source, entry.destination):
            if account is None:
                continue
            notices += _notices(
                entry,
                event=CALLED_OFF[entry.state],
                account=account,
                people=representatives(submitters.get(account.id, ())),
                context=context,
                at=at,
                due_on=due_on,
            )
    audit.notify(with_copies(notices))
    tasks.close_many(
        [subject_of(entry) for entry in entries],
        closed_at=at,
        outcome=entries[0].state if entries else "ended",
    )


def _notices(
    entry: TransferEntry,
    *,
    event: str,
    account: AccountEntry,
    people: Iterable[SubmitterEntry],
    context: dict[str, ContextValue],
    at: datetime,
    due_on: date | None = None,
) -> list[NoticeSpec]:
    return [
        NoticeSpec(
            event=event,
            program=entry.program,
            person=person,
            account=account.id,
            context=context,
            created_at=at,
            due_on=due_on,
        )
        for person in dict.fromkeys(found.person for found in people)
    ]


def _context(entry: TransferEntry, *, submitted_by: str, rules: Program) -> dict[str, ContextValue]:
    return {
        "source": titled(entry.source, entry.source_number),
        "destination": titled(entry.destination, entry.destination_number),
        "quantity": entry.quantity,
        "instruments": rules.instruments,
        "asked_at": entry.asked_at or entry.submitted_at,
        "submitted_by": submitted_by,
        "expires_at": entry.expires_at,
        "not_before_at": entry.not_before_at,
        "blocks": entry.blocks,
        "waits": [str(wait) for wait in entry.waits],
    }
