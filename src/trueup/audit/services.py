"""Log what was done, decide with reasons, and tell those concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from trueup.audit import appeals, histories, models, notices, outbox, receipts
from trueup.audit.entries import DecisionEntry, DecisionSpec, EventSpec, NoticeSpec
from trueup.audit.queries import decision_entry
from trueup.audit.statements import insert_many, insert_many_returning_ids

__all__ = [
    "DecisionSpec",
    "EventSpec",
    "NoticeSpec",
    "decide",
    "decide_appeal",
    "decide_many",
    "file_appeal",
    "log",
    "log_many",
    "notify",
    "person_of",
    "receipts_of",
    "send_mail",
    "settle_history",
]

send_mail = outbox.send_mail
settle_history = histories.settle_history
receipts_of = receipts.receipts
person_of = receipts.person_of
file_appeal = appeals.file_appeal
decide_appeal = appeals.decide_appeal


def log(
    *,
    at: datetime,
    program: str,
    actor: str,
    act: str,
    subject: str,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    cite: str = "",
    account: int | None = None,
) -> None:
    """Keep who did what to what, when, under which paragraph; it can never be changed.

    Source: PLAT-017.
    """
    event = EventSpec(
        at=at,
        program=program,
        actor=actor,
        act=act,
        subject=subject,
        before=before,
        after=after,
        cite=cite,
        account=account,
    )
    log_many([event])


def log_many(events: Sequence[EventSpec]) -> None:
    """Keep many acts with one statement, in their order.

    Source: PLAT-017.
    """
    insert_many(
        models.Event,
        [
            {
                "at": event.at,
                "program": event.program,
                "actor": event.actor,
                "act": event.act,
                "subject": event.subject,
                "account": event.account or _account_of(event.subject),
                "before": event.before,
                "after": event.after,
                "cite": event.cite,
            }
            for event in events
        ],
    )


def notify(specs: Sequence[NoticeSpec]) -> int:
    """Store notices, to be mailed by `send_mail`, and give the number of new ones.

    One statement stores them all, in the transaction of the act that they tell of. A
    notice whose `dedupe` the person already has is left out.

    Source: PLAT-053, PLAT-150; 40 CFR 62.16335(d), (e).
    """
    texts: dict[tuple[str, int], tuple[str, str]] = {}
    return insert_many(models.Notice, [_notice_row(spec, texts) for spec in specs], ignore=True)


def decide(
    *,
    decision_class: str,
    program: str,
    subject: str,
    outcome: str,
    reasons: Sequence[str],
    decided_at: datetime,
    decided_by: str,
) -> DecisionEntry:
    """Issue a final decision, identified and dated, with its reasons.

    Args:
        decision_class: The item of 78.1(b)(18) that names decisions of this kind, `i`
            to `vii`; `uncertain` for those that the list does not name.

    Source: 40 CFR 62.16230; 78.1(a)(1), (b)(18).
    """
    return decision_entry(
        models.Decision.objects.create(
            decision_class=decision_class,
            program=program,
            subject=subject,
            outcome=outcome,
            reasons=list(reasons),
            decided_at=decided_at,
            decided_by=decided_by,
        )
    )


def decide_many(specs: Sequence[DecisionSpec]) -> list[int]:
    """Issue many final decisions with one statement; their ids, in the order given.

    Source: 40 CFR 62.16230; 78.1(a)(1), (b)(18).
    """
    return insert_many_returning_ids(
        models.Decision,
        [
            {
                "decision_class": spec.decision_class,
                "program": spec.program,
                "subject": spec.subject,
                "outcome": spec.outcome,
                "reasons": list(spec.reasons),
                "decided_at": spec.decided_at,
                "decided_by": spec.decided_by,
            }
            for spec in specs
        ],
    )


def _account_of(subject: str) -> int | None:
    """The account that a subject names: `account:10000000000000001`."""
    kind, _, key = subject.partition(":")
    return int(key) if kind == "account" and key.isdigit() else None


def _notice_row(
    spec: NoticeSpec, texts: dict[tuple[str, int], tuple[str, str]]
) -> dict[str, object]:
    """A notice as it is stored; those that share a context share the text made from it."""
    subject, body = spec.subject, spec.body
    if spec.context is not None:
        key = (spec.event, id(spec.context))
        if key not in texts:
            texts[key] = notices.render(spec.event, spec.context)
        subject, body = texts[key]
    return {
        "event": spec.event,
        "program": spec.program,
        "person_id": spec.person,
        "account_id": spec.account,
        "subject": " ".join(subject.split())[: notices.SUBJECT_MAX],
        "body": body,
        "created_at": spec.created_at,
        "due_on": spec.due_on,
        "address": spec.address,
        "dedupe": spec.dedupe,
        "attempt_at": spec.created_at,
    }
