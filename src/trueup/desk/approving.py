"""A second official approves what takes long: the word is kept, and a job carries it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from trueup.desk import checks, proposing, queries
from trueup.desk.acts import act_named
from trueup.desk.deciding import Word, carry_out, decided_already, for_second, require_first
from trueup.desk.entries import ProposalEntry
from trueup.desk.models import Approval
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.tasks import jobs


@transaction.atomic
def approve_in_job(
    *,
    proposal: UUID,
    by: int,
    at: datetime,
    digest: str = "",
    reason: str = "",
    evidence: Evidence | None = None,
) -> ProposalEntry:
    """Approve as a second official what takes long: the word is kept, a job carries it out.

    Raises Refused as `approve` does.

    Source: PLAT-018, PLAT-019, PLAT-094; PLAT-006.
    """
    entry, authority = for_second(proposal, by=by, at=at, digest=digest)
    if entry.kind != "proposal":
        raise Refused([checks.NotToBeConfirmed("This does not wait for an approval.")])
    require_first(entry, act_named(entry.act), at=at)
    signature = proposing.sign_act(
        proposing.verdict_text(entry, "executed", reason=reason.strip()),
        program=entry.program,
        document="official_verdict",
        by=by,
        at=at,
        evidence=evidence,
    )
    job = uuid4()
    try:
        with transaction.atomic():
            Approval.objects.create(
                proposal_id=entry.id,
                first_id=entry.proposed_by,
                given_by_id=by,
                given_as=authority.authority,
                given_at=at,
                reason=reason.strip(),
                signature_id=signature,
                job=job,
            )
    except IntegrityError as problem:
        raise Refused([decided_already()]) from problem
    _start(entry, by=by, at=at, job=job)
    return queries.known(proposal)


def resume(*, proposal: UUID, by: int, at: datetime) -> UUID:
    """Ask again for what was approved, if its job failed and nothing was done; the job's key.

    Raises Refused (`unknown_proposal`, `already_decided`, `nothing_to_do`).

    Source: PLAT-006, PLAT-018.
    """
    entry = queries.known(proposal)
    if entry.verdict is not None:
        raise Refused([decided_already()])
    if entry.approval is None:
        raise Refused([checks.NothingToDo("Nobody has approved it yet.")])
    return _start(entry, by=by, at=at, job=uuid4())


def carry_out_approved(
    proposal: UUID, *, at: datetime, tell: Callable[[str, int, int], None]
) -> ProposalEntry:
    """Carry out what two officials agreed on, in the job that it was left to.

    Every check is made again; what is refused is kept as refused, with the reasons.

    Source: PLAT-018, PLAT-094.
    """
    entry = queries.known(proposal)
    row = Approval.objects.filter(proposal_id=entry.id).first()
    if row is None:
        raise Refused([checks.NothingToDo("Nobody has approved it yet.")])
    if entry.verdict is not None:
        return entry
    word = Word(
        "executed",
        by=row.given_by_id,
        at=at,
        authority=None,
        evidence=None,
        reason=row.reason,
        signature=row.signature_id,
    )
    word.authority = row.given_as
    kind = act_named(entry.act)
    return carry_out(entry, lambda asked: kind.carry_out(replace(asked, tell=tell)), word)


def _start(entry: ProposalEntry, *, by: int, at: datetime, job: UUID) -> UUID:
    return jobs.start(
        "desk.carry_out",
        by=by,
        program=entry.program,
        jurisdiction=entry.jurisdiction,
        values={"proposal": str(entry.key)},
        at=at,
        key=job,
    )
