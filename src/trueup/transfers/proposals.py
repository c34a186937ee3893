"""Transfers that are prepared and unsigned: they move and keep nothing until they are signed.

An API key or an agent's draft makes one; a representative, or an agent for transfers, signs
it, and only then is it submitted. It ends with the representative for whom it was prepared.

Source: PLAT-050; 40 CFR 62.16330(b)(1)(iii), 62.16300; docs/decisions/0177.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.statements import among
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec
from trueup.transfers import authority, checks, submission
from trueup.transfers.act_models import NUMBER_MAX, Proposal
from trueup.transfers.canonical import spec_json, spec_of, tidied
from trueup.transfers.drafts import lapses_at
from trueup.transfers.entries import ProposalEntry, TransferEntry, TransferSpec
from trueup.transfers.guards import guards_for
from trueup.transfers.queries import stored_with_keys

PAGE = 100
CHUNK = 100
LAPSED = "nobody signed it in time"
SUCCEEDED = "its representative is no longer in office"
CITE = "40 CFR 62.16330(b)(1)(iii); PLAT-050"


@transaction.atomic
def propose_transfer(
    spec: TransferSpec,
    *,
    program: str,
    recorded_at: datetime,
    actor: str = "",
) -> ProposalEntry:
    """Prepare a transfer or a retirement that a representative may sign; nothing is kept back.

    The same request with the same key gives the proposal that is there.

    Args:
        spec: `submitted_by` is who drafted it, or whose API key asks.
        actor: `key:17` for a machine; blank: the person.

    Raises Refused (`unknown_account`, `not_authorized`, `key_reused`, and as
    `submit_transfer` does for what cannot be stored).

    Source: PLAT-050; docs/decisions/0177.
    """
    spec = tidied(spec)
    checks.refuse_unusable([spec])
    account = ledger.accounts_by_number([spec.source]).get(spec.source)
    if account is None or account.program != program:
        raise Refused(
            [ledger_checks.UnknownAccount(f"There is no account with the number “{spec.source}”.")]
        )
    fingerprint = checks.fingerprint_of(spec)
    before = Proposal.objects.filter(key=spec.key).first()
    taken = before is None and bool(stored_with_keys([spec.key]))
    if taken or (before is not None and before.fingerprint != fingerprint):
        raise Refused([ledger_checks.KeyReused("This request's key was used before.")])
    if before is not None:
        return proposal_entry(before)
    by, _ = authority.require_capacity(account, spec.submitted_by, at=recorded_at)
    actor = actor or f"person:{by.person}"
    return prepare(spec, account=account, principal=by.principal, actor=actor, at=recorded_at)


def prepare(
    spec: TransferSpec, *, account: AccountEntry, principal: int, actor: str, at: datetime
) -> ProposalEntry:
    """Keep what a representative may sign, and put it on the list of the account's people.

    Args:
        principal: The representative for whom it is prepared; it ends with that seat.

    Source: PLAT-050; docs/decisions/0177.
    """
    guards = guards_for([(account, None)], rules=programs.load(account.program), at=at)
    row = Proposal.objects.create(
        key=spec.key,
        program=account.program,
        account_id=account.id,
        destination_number=spec.destination[:NUMBER_MAX],
        spec=spec_json(spec),
        fingerprint=checks.fingerprint_of(spec),
        proposed_by_id=spec.submitted_by,
        principal_id=principal,
        actor=actor,
        proposed_at=at,
        expires_at=lapses_at(guards, at),
    )
    _log(row, act="propose_transfer", actor=row.actor, at=at)
    tasks.open_tasks([_task(row, account, spec)])
    return proposal_entry(row)


def sign_proposal(
    *, key: UUID, person: int, at: datetime, evidence: Evidence | None = None
) -> TransferEntry:
    """Sign a proposal: it is submitted now, by whoever signs it, under the same key.

    Raises Refused (`unknown_transfer`, `not_proposed`, `proposal_ended`, `expired`,
    `not_authorized`, and as `submit_transfer` does).

    Source: PLAT-050; 40 CFR 62.16330(b)(1)(iii).
    """
    with transaction.atomic():
        row = _locked(key)
        account = ledger.account(row.account_id)
        by, everybody = authority.require_capacity(account, person, at=at)
        if row.expires_at is not None and at >= row.expires_at:
            raise Refused([checks.Expired("The proposal has lapsed; prepare it anew.")])
        if row.principal_id not in {seat.person for seat in authority.representatives(everybody)}:
            raise Refused(
                [checks.ProposalEnded("The proposal ended with its representative; make it anew.")]
            )
        _end(row, state="signed", at=at, actor=f"person:{by.person}", ground="signed")
        spec = spec_of(row.spec, key=key, submitted_by=person, submitted_at=at)
        (entry,) = submission.submit([spec], program=row.program, recorded_at=at, evidence=evidence)
    return entry


def is_open(key: UUID) -> bool:
    """Whether there is a proposal with this key that nobody has signed."""
    return Proposal.objects.filter(key=key, state="proposed").exists()


@transaction.atomic
def cancel(*, key: UUID, person: int, at: datetime, ground: str) -> ProposalEntry:
    """Drop a proposal, by anybody who acts for the account.

    Raises Refused (`unknown_transfer`, `not_proposed`, `not_authorized`).
    """
    row = _locked(key)
    account = ledger.account(row.account_id)
    by, _ = authority.require_capacity(account, person, at=at)
    _end(row, state="cancelled", at=at, actor=f"person:{by.person}", ground=ground)
    return proposal_entry(row)


def proposals_of(account: int, *, limit: int = PAGE, after: int = 0) -> list[ProposalEntry]:
    """The unsigned proposals of an account, the oldest first: they end with a predecessor.

    Source: 40 CFR 62.16300 (what a change of representative ends).
    """
    rows = Proposal.objects.filter(account_id=account, state="proposed", id__gt=after)
    return [proposal_entry(row) for row in rows.order_by("id")[:limit]]


def proposals_prepared_for(people: Iterable[int]) -> dict[int, list[ProposalEntry]]:
    """The unsigned proposals prepared for each representative; one statement.

    Source: 40 CFR 62.16300.
    """
    rows = Proposal.objects.filter(principal_id__in=among(people), state="proposed")
    found: dict[int, list[ProposalEntry]] = {}
    for row in rows.order_by("id"):
        found.setdefault(row.principal_id, []).append(proposal_entry(row))
    return found


def proposal(key: UUID) -> ProposalEntry | None:
    """A proposal by its key, in whatever state."""
    row = Proposal.objects.filter(key=key).first()
    return proposal_entry(row) if row is not None else None


def end_due(*, program: str, now: datetime) -> int:
    """End proposals that lapsed, and those whose representative is no longer in office.

    The clock calls this.

    Source: PLAT-094; 40 CFR 62.16300.
    """
    ended, after = 0, 0
    while True:
        with transaction.atomic():
            rows = list(
                Proposal.objects.select_for_update()
                .filter(program=program, state="proposed", id__gt=after)
                .order_by("id")[:CHUNK]
            )
            if not rows:
                return ended
            after = rows[-1].pk
            sitting = authority.submitters({row.account_id for row in rows}, at=now)
            over = [
                (row, *why) for row in rows if (why := _why_over(row, sitting, now=now)) is not None
            ]
            _end_many(over, at=now, actor="registry")
            ended += len(over)


def _why_over(
    row: Proposal, sitting: authority.Submitters, *, now: datetime
) -> tuple[str, str] | None:
    if row.expires_at is not None and now >= row.expires_at:
        return "expired", LAPSED
    seats = authority.representatives(sitting.get(row.account_id, ()))
    if row.principal_id not in {seat.person for seat in seats}:
        return "ended", SUCCEEDED
    return None


def _locked(key: UUID) -> Proposal:
    row = Proposal.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise Refused([checks.UnknownTransfer("There is no such proposal.")])
    if row.state != "proposed":
        raise Refused([checks.NotProposed(f"The proposal is {row.state} already.")])
    return row


def _end(row: Proposal, *, state: str, at: datetime, actor: str, ground: str) -> None:
    _end_many([(row, state, ground)], at=at, actor=actor)


def _end_many(ending: Sequence[tuple[Proposal, str, str]], *, at: datetime, actor: str) -> None:
    """End proposals, log it, and take them off the lists; a constant number of statements."""
    if not ending:
        return
    for row, state, ground in ending:
        row.state, row.ended_at, row.ended_by, row.ended_ground = state, at, actor, ground
    fields = ["state", "ended_at", "ended_by", "ended_ground"]
    Proposal.objects.bulk_update([row for row, _, _ in ending], fields)
    audit.log_many(
        [
            audit.EventSpec(
                at=at,
                program=row.program,
                actor=actor,
                act="end_proposal",
                subject=f"proposal:{row.key}",
                before={"state": "proposed"},
                after={"state": state, "ground": ground},
                cite=CITE,
            )
            for row, state, ground in ending
        ]
    )
    tasks.close_many(
        [f"proposal:{row.key}" for row, _, _ in ending], closed_at=at, outcome=ending[0][1]
    )


def _log(row: Proposal, *, act: str, actor: str, at: datetime) -> None:
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"proposal:{row.key}",
        after={"spec": row.spec, "principal": row.principal_id},
        cite=CITE,
    )


def _task(row: Proposal, account: AccountEntry, spec: TransferSpec) -> TaskSpec:
    rules = programs.load(row.program)
    quantity = sum(block.quantity for block in spec.blocks) or spec.quantity
    return TaskSpec(
        kind="sign_proposal",
        program=row.program,
        subject=f"proposal:{row.key}",
        title=f"Sign or drop: {quantity} {rules.instruments} from {account.name}",
        opened_at=row.proposed_at,
        due_on=rules.local_date(row.expires_at) if row.expires_at else None,
        account=account.id,
        submission="transfers",
        dedupe=f"sign_proposal {row.key}",
        opened_by=row.actor,
    )


def proposal_entry(row: Proposal) -> ProposalEntry:
    stored: Mapping[str, object] = row.spec
    spec = spec_of(
        stored, key=row.key, submitted_by=row.proposed_by_id, submitted_at=row.proposed_at
    )
    return ProposalEntry(
        key=row.key,
        program=row.program,
        account=row.account_id,
        destination_number=row.destination_number,
        spec=spec,
        state=row.state,
        proposed_by=row.proposed_by_id,
        principal=row.principal_id,
        actor=row.actor,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        ended_ground=row.ended_ground,
    )
