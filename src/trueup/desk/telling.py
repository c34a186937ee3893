"""Who is asked for a second word, and who is told what came of it."""

from __future__ import annotations

from datetime import datetime

from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.desk.acts import act_named
from trueup.desk.entries import ProposalEntry
from trueup.desk.kinds import Act
from trueup.desk.models import Proposal
from trueup.officials import queries as officials
from trueup.rules import programs
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

SECOND_OFFICIAL = "second_official"
CONFIRMATION = "confirmation"
RECOMMENDATION = "recommendation"


def ask_second(row: Proposal, kind: Act) -> None:
    """Open the task of a second official, and tell everyone who could be the one.

    Source: PLAT-018, PLAT-094, PLAT-150.
    """
    unconfirmed = row.kind == "unconfirmed"
    _open(
        row,
        kind=CONFIRMATION if unconfirmed else SECOND_OFFICIAL,
        function=kind.approver or kind.function,
        title=f"{'Confirm' if unconfirmed else 'Approve'}: {kind.title}",
        event="second_official_needed",
    )


def ask_decider(row: Proposal, kind: Act) -> None:
    """Show a recommendation to those who may decide.

    Source: PLAT-020.
    """
    _open(
        row,
        kind=RECOMMENDATION,
        function=kind.function,
        title=f"Recommended: {kind.title}",
        event="second_official_needed",
    )


def decided(entry: ProposalEntry, *, verdict: str, by: int, at: datetime, reason: str = "") -> None:
    """Close the task and tell whoever proposed it.

    Source: PLAT-018, PLAT-150.
    """
    tasks.close_tasks(subject=entry.subject, closed_at=at, outcome=verdict, actor=f"official:{by}")
    if by == entry.proposed_by:
        return
    audit.notify(
        [
            NoticeSpec(
                event="proposal_decided",
                program=entry.program,
                person=entry.proposed_by,
                created_at=at,
                context={
                    "title": act_named(entry.act).title,
                    "program": programs.load(entry.program).name,
                    "verdict": verdict.replace("_", " "),
                    "decided_at": at,
                    "reason": reason or None,
                    "proposal": str(entry.key),
                },
                dedupe=f"{entry.subject}:decided",
            )
        ]
    )


def _open(row: Proposal, *, kind: str, function: str, title: str, event: str) -> None:
    state = f", {row.jurisdiction}" if row.jurisdiction else ""
    subject = f"proposal:{row.key}"
    tasks.open_tasks(
        [
            TaskSpec(
                kind=kind,
                program=row.program,
                subject=subject,
                title=f"{title}{state}",
                opened_at=row.proposed_at,
                due_on=row.due_on,
                function=function,
                jurisdiction=row.jurisdiction,
                dedupe=subject,
                excluded=(row.proposed_by_id,),
                opened_by=f"official:{row.proposed_by_id}",
            )
        ]
    )
    audiences = officials.holders(
        function, program=row.program, jurisdiction=row.jurisdiction, at=row.proposed_at
    )
    audit.notify(
        [
            NoticeSpec(
                event=event,
                program=row.program,
                person=person,
                created_at=row.proposed_at,
                due_on=row.due_on,
                context={
                    "title": f"{title}{state}",
                    "program": programs.load(row.program).name,
                    "proposed_as": row.proposed_as,
                    "proposed_at": row.proposed_at,
                    "due_on": row.due_on,
                    "note": row.note or None,
                    "proposal": str(row.key),
                },
                dedupe=subject,
            )
            for person in audiences
            if person != row.proposed_by_id
        ]
    )
