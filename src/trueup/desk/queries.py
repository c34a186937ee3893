"""Read proposals and what became of them; a constant number of statements each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from trueup.desk.checks import UnknownProposal
from trueup.desk.entries import ApprovalEntry, ProposalEntry, VerdictEntry
from trueup.desk.models import Proposal
from trueup.rules.refusal import Refused

PAGE = 50


def proposal(key: UUID) -> ProposalEntry | None:
    """A proposal by its key."""
    found = _entries(Proposal.objects.filter(key=key))
    return found[0] if found else None


def known(key: UUID) -> ProposalEntry:
    """A proposal by its key; raises Refused (`unknown_proposal`) if there is none."""
    found = proposal(key)
    if found is None:
        raise Refused([UnknownProposal("There is no such proposal.")])
    return found


def proposals(
    *,
    within: Q | None = None,
    program: str = "",
    kinds: Iterable[str] = (),
    acts: Iterable[str] = (),
    undecided: bool = False,
    limit: int = PAGE,
    before: int | None = None,
) -> list[ProposalEntry]:
    """Proposals, the newest first; `within` limits them to what a caller may see."""
    found = Proposal.objects.all() if within is None else Proposal.objects.filter(within)
    if program:
        found = found.filter(program=program)
    if wanted := list(kinds):
        found = found.filter(kind__in=wanted)
    if named := list(acts):
        found = found.filter(act__in=named)
    if undecided:
        found = found.filter(verdict=None, approval=None)
    if before is not None:
        found = found.filter(id__lt=before)
    return _entries(found.order_by("-id")[:limit])


def overdue_confirmations(
    today: date, *, within: Q | None = None, limit: int = PAGE
) -> list[ProposalEntry]:
    """What took effect at once and was not confirmed in time, the longest overdue first.

    Source: PLAT-094.
    """
    found = Proposal.objects.all() if within is None else Proposal.objects.filter(within)
    late = found.filter(kind="unconfirmed", verdict=None, due_on__lt=today)
    return _entries(late.order_by("due_on", "id")[:limit])


def _entries(found: QuerySet[Proposal]) -> list[ProposalEntry]:
    rows = found.select_related("proposed_by", "verdict__given_by", "outcome", "approval__given_by")
    return [_entry(row) for row in rows]


def _entry(row: Proposal) -> ProposalEntry:
    return ProposalEntry(
        key=row.key,
        id=row.pk,
        kind=row.kind,
        act=row.act,
        program=row.program,
        jurisdiction=row.jurisdiction,
        values=row.values,
        digest=row.digest,
        preview=row.preview,
        note=row.note,
        proposed_by=row.proposed_by_id,
        name=row.proposed_by.name,
        proposed_as=row.proposed_as,
        proposed_at=row.proposed_at,
        due_on=row.due_on,
        verdict=_verdict(row),
        approval=_approval(row),
    )


def _approval(row: Proposal) -> ApprovalEntry | None:
    found = getattr(row, "approval", None)
    if found is None:
        return None
    return ApprovalEntry(
        given_by=found.given_by_id,
        name=found.given_by.name,
        given_as=found.given_as,
        given_at=found.given_at,
        job=found.job,
    )


def _verdict(row: Proposal) -> VerdictEntry | None:
    verdict = getattr(row, "verdict", None)
    if verdict is None:
        return None
    outcome = getattr(row, "outcome", None)
    return VerdictEntry(
        verdict=verdict.verdict,
        given_by=verdict.given_by_id,
        name=verdict.given_by.name,
        given_as=verdict.given_as,
        given_at=verdict.given_at,
        reason=verdict.reason,
        result=outcome.result if outcome is not None else {},
        refusals=tuple(outcome.refusals) if outcome is not None else (),
    )
