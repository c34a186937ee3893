"""Appeals: filed against a decision, flagged on it, halting nothing, with their outcome.

This is the one place where appeals are kept. A context that can carry an outcome out
(compliance for deductions) calls `decide_appeal` in its own transaction and names the
decision and the transactions by which it did so.

Source: 78.1; MASS-165, MASS-166; RATE-264 to RATE-267; PLAT-111.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from trueup.audit import checks
from trueup.audit.entries import AppealEntry
from trueup.audit.models import APPEAL_OUTCOMES, Appeal, Decision
from trueup.audit.statements import among
from trueup.rules.refusal import Refused

CITE = "78.1"


def file_appeal(
    *,
    decision: int,
    filed_at: datetime,
    filed_by: int | None = None,
    appellant: str = "",
    reasons: str = "",
) -> AppealEntry:
    """Keep that a decision is appealed; nothing is halted by it.

    Args:
        filed_by: A person of the registry; else `appellant` names who it was.

    Raises Refused (`unknown_decision`, `appeal_pending`, `reasons_missing`).

    Source: 78.1; MASS-166; PLAT-111.
    """
    from trueup.audit.services import log

    with transaction.atomic():
        found = Decision.objects.filter(id=decision).first()
        if found is None:
            raise Refused([checks.UnknownDecision(f"There is no decision {decision}.")])
        if filed_by is None and not appellant.strip():
            raise Refused([checks.ReasonsMissing("Say who appeals.")])
        try:
            with transaction.atomic():
                row = Appeal.objects.create(
                    decision=found,
                    filed_by_id=filed_by,
                    appellant=appellant.strip(),
                    filed_at=filed_at,
                    reasons=reasons,
                )
        except IntegrityError as problem:
            raise Refused(
                [checks.AppealPending("An appeal of this decision is pending already.")]
            ) from problem
        log(
            at=filed_at,
            program=found.program,
            actor=f"person:{filed_by}" if filed_by is not None else "administrator",
            act="file_appeal",
            subject=found.subject,
            after={"appeal": row.pk, "decision": decision, "appellant": row.appellant},
            cite=CITE,
        )
    return _entry(row)


def decide_appeal(
    *,
    appeal: int,
    outcome: str,
    ruling: str,
    decided_at: datetime,
    decided_by: str,
    returned: int = 0,
    corrected_by: int | None = None,
    transactions: Sequence[int] = (),
) -> AppealEntry:
    """Keep the outcome of an appeal with the decision, and by what it was carried out.

    Args:
        outcome: `affirmed`, `changed`, `remanded`, `withdrawn` or `dismissed`.
        corrected_by: The decision that carried it out.

    Raises Refused (`no_appeal_pending`, `outcome_not_known`, `reasons_missing`).

    Source: 78.1; MASS-166; PLAT-111.
    """
    from trueup.audit.services import log

    if outcome not in APPEAL_OUTCOMES:
        raise Refused(
            [checks.OutcomeNotKnown(f"An outcome is one of {', '.join(APPEAL_OUTCOMES)}.")]
        )
    if not ruling.strip():
        raise Refused([checks.ReasonsMissing("Give the ruling in words.")])
    with transaction.atomic():
        changed = Appeal.objects.filter(id=appeal, outcome="").update(
            outcome=outcome,
            ruling=ruling.strip(),
            returned=returned,
            decided_at=decided_at,
            decided_by=decided_by,
            corrected_by_id=corrected_by,
            transactions=list(transactions),
        )
        if not changed:
            raise Refused([checks.NoAppealPending("No such appeal is pending.")])
        row = Appeal.objects.select_related("decision", "filed_by").get(id=appeal)
        log(
            at=decided_at,
            program=row.decision.program,
            actor=decided_by,
            act="decide_appeal",
            subject=row.decision.subject,
            before={"outcome": "pending"},
            after={
                "appeal": appeal,
                "outcome": outcome,
                "ruling": ruling.strip(),
                "returned": returned,
                "corrected_by": corrected_by,
                "transactions": list(transactions),
            },
            cite=CITE,
        )
    return _entry(row)


def appeals_of(decisions: Iterable[int]) -> dict[int, list[AppealEntry]]:
    """The appeals of decisions, each list in the order of filing; the flag on a decision."""
    found: dict[int, list[AppealEntry]] = {decision: [] for decision in decisions}
    rows = Appeal.objects.filter(decision_id__in=among(found))
    for row in rows.select_related("decision", "filed_by").order_by("id"):
        found[row.decision_id].append(_entry(row))
    return found


def appeals_on(subject: str) -> list[AppealEntry]:
    """The appeals of all decisions on a subject, in the order of filing."""
    rows = Appeal.objects.filter(decision__subject=subject)
    return [_entry(row) for row in rows.select_related("decision", "filed_by").order_by("id")]


def pending_appeals(*, program: str = "", limit: int = 100) -> list[AppealEntry]:
    """Appeals that await their outcome, the oldest first."""
    rows = Appeal.objects.filter(outcome="")
    if program:
        rows = rows.filter(decision__program=program)
    found = rows.select_related("decision", "filed_by").order_by("id")[:limit]
    return [_entry(row) for row in found]


def _entry(row: Appeal) -> AppealEntry:
    return AppealEntry(
        id=row.pk,
        decision=row.decision_id,
        decision_class=row.decision.decision_class,
        program=row.decision.program,
        subject=row.decision.subject,
        filed_by=row.filed_by_id,
        appellant=row.filed_by.name if row.filed_by is not None else row.appellant,
        filed_at=row.filed_at,
        reasons=row.reasons,
        outcome=row.outcome,
        ruling=row.ruling,
        returned=row.returned,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        corrected_by=row.corrected_by_id,
        transactions=tuple(row.transactions),
    )
