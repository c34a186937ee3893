"""Decisions on transfers that wait: approve, reject, cancel, accept, decline; sign proposals."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from trueup.accounts.submitters import principal_of
from trueup.api import asking, schemas
from trueup.api.access import OWN, REPRESENTS, rule
from trueup.api.asking import ACTING, READING, NotFound
from trueup.api.callers import SESSION, SESSION_OR_KEY, Asker, asker
from trueup.api.problems import reasons_problem
from trueup.api.second_factor import SecondFactor, evidence_of
from trueup.api.submitting import proposal_of, transfer_of
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.transfers import authority, proposals, queries, services
from trueup.transfers.acting import require_ground
from trueup.transfers.canonical import canonical_act, canonical_text, statements_for, tidied
from trueup.transfers.entries import RetirementSpec, TransferEntry

router = Router(tags=["Transfers"])

KIND = "transfers"
DECIDED = {200: schemas.Transfer, **ACTING}
_DOCUMENTS = {
    "approve": "transfer_approval",
    "reject": "transfer_rejection",
    "cancel": "transfer_cancellation",
    "accept": "transfer_acceptance",
    "decline": "transfer_acceptance",
}


@router.post("/{program}/transfers/{uuid:key}/approve", auth=SESSION, response=DECIDED)
@rule(OWN, submission=KIND, signs=True)
def approve_transfer(
    request: HttpRequest,
    program: str,
    key: UUID,
    payload: schemas.DecisionIn,
    code: SecondFactor = "",
) -> schemas.Transfer:
    """Approve, as the second person, what another one has asked for; then it is submitted."""
    return _decide(request, program, key, payload, code, act="approve")


@router.post("/{program}/transfers/{uuid:key}/reject", auth=SESSION, response=DECIDED)
@rule(OWN, submission=KIND, signs=True)
def reject_transfer(
    request: HttpRequest,
    program: str,
    key: UUID,
    payload: schemas.DecisionIn,
    code: SecondFactor = "",
) -> schemas.Transfer:
    """Reject, as the second person, what another one has asked for; the reason is told."""
    return _decide(request, program, key, payload, code, act="reject")


@router.post("/{program}/transfers/{uuid:key}/cancel", auth=SESSION, response=DECIDED)
@rule(OWN, submission=KIND, signs=True)
def cancel_transfer(
    request: HttpRequest,
    program: str,
    key: UUID,
    payload: schemas.DecisionIn,
    code: SecondFactor = "",
) -> schemas.Transfer:
    """Call off a transfer of one's own account that waits."""
    return _decide(request, program, key, payload, code, act="cancel")


@router.post("/{program}/transfers/{uuid:key}/accept", auth=SESSION, response=DECIDED)
@rule(OWN, submission=KIND, signs=True)
def accept_transfer(
    request: HttpRequest,
    program: str,
    key: UUID,
    payload: schemas.DecisionIn,
    code: SecondFactor = "",
) -> schemas.Transfer:
    """Agree, for the receiving account, to a transfer that waits for it."""
    return _decide(request, program, key, payload, code, act="accept")


@router.post("/{program}/transfers/{uuid:key}/decline", auth=SESSION, response=DECIDED)
@rule(OWN, submission=KIND, signs=True)
def decline_transfer(
    request: HttpRequest,
    program: str,
    key: UUID,
    payload: schemas.DecisionIn,
    code: SecondFactor = "",
) -> schemas.Transfer:
    """Refuse, for the receiving account, a transfer that waits for it; the reason is told."""
    return _decide(request, program, key, payload, code, act="decline")


@router.get(
    "/{program}/accounts/{number}/proposals",
    auth=SESSION_OR_KEY,
    response={200: schemas.Proposals, 401: schemas.Problem, 403: schemas.Problem, **READING},
)
@rule(REPRESENTS, submission=KIND, scope="read")
def list_proposals(request: HttpRequest, program: str, number: str) -> schemas.Proposals:
    """Transfers out of an account that nobody has signed, the oldest first."""
    rules, who = asking.program_named(program), asker(request)
    account = asking.account_numbered(rules, number)
    if not who.may_see(account.id, program=rules.code):
        raise Refused([authority.not_authorized(account)])
    _require_own(who, account)
    return schemas.Proposals(
        items=[proposal_of(entry) for entry in proposals.proposals_of(account.id)]
    )


@router.post(
    "/{program}/proposals/{uuid:key}/sign",
    auth=SESSION,
    response={201: schemas.Transfer, 202: schemas.Transfer, **ACTING},
)
@rule(OWN, submission=KIND, signs=True)
def sign_proposal(
    request: HttpRequest,
    program: str,
    key: UUID,
    payload: schemas.DecisionIn,
    code: SecondFactor = "",
) -> HttpResponse | Status[schemas.Transfer]:
    """Sign what a machine or an agent has prepared: it is submitted under the same key."""
    rules, who = asking.program_named(program), asker(request)
    found = proposals.proposal(key)
    if found is None or found.program != rules.code or not _acts_for(who, found.account):
        raise NotFound(f"There is no proposal {key} of yours in {program}.")
    spec, at = tidied(found.spec), asking.now()
    account = ledger.account(found.account)
    evidence = evidence_of(
        who,
        code,
        program=rules.code,
        document="retirement" if isinstance(spec, RetirementSpec) else "transfer",
        text=canonical_text(spec),
        statements=statements_for(rules, [account]),
        accepted=payload.accepted,
        at=at,
        for_person=principal_of(who.person, account.id, kind=KIND, at=at),
    )
    entry = services.sign_proposal(key=key, person=who.person, at=at, evidence=evidence)
    if entry.state == "refused":
        reasons = [reason.model_dump() for reason in transfer_of(entry).reasons]
        return reasons_problem(request, reasons)
    status = HTTPStatus.CREATED if entry.state == "recorded" else HTTPStatus.ACCEPTED
    return Status(status.value, transfer_of(entry))


def _decide(
    request: HttpRequest,
    program: str,
    key: UUID,
    payload: schemas.DecisionIn,
    code: str,
    *,
    act: str,
) -> schemas.Transfer:
    """Sign and do one decision; a transfer of others is as if it were not there.

    Source: PLAT-004, PLAT-094, PLAT-151.
    """
    rules, who = asking.program_named(program), asker(request)
    entry, account = _waiting(who, rules, key, act=act)
    at = asking.now()
    evidence = evidence_of(
        who,
        code,
        program=rules.code,
        document=_DOCUMENTS[act],
        text=canonical_act(entry, act, ground=_ground(act, payload.reason)),
        statements=statements_for(rules, [account]),
        accepted=payload.accepted,
        at=at,
        for_person=principal_of(who.person, account.id, kind=KIND, at=at),
    )
    _perform(act, key, who.person, reason=payload.reason, at=at, evidence=evidence)
    done = queries.transfer(key, viewer=who.person)
    if done is None:
        raise NotFound(f"There is no transfer {key} in {program}.")
    return transfer_of(done)


def _perform(
    act: str, key: UUID, person: int, *, reason: str, at: datetime, evidence: Evidence
) -> None:
    match act:
        case "approve":
            services.approve(key=key, person=person, at=at, evidence=evidence)
        case "reject":
            services.reject(key=key, person=person, reason=reason, at=at, evidence=evidence)
        case "cancel":
            services.cancel(key=key, person=person, at=at, reason=reason, evidence=evidence)
        case "accept":
            services.accept_incoming(key=key, person=person, at=at, evidence=evidence)
        case "decline":
            services.decline_incoming(
                key=key, person=person, reason=reason, at=at, evidence=evidence
            )
        case _:
            raise ValueError(f"there is no decision {act!r}")


def _waiting(
    who: Asker, rules: Program, key: UUID, *, act: str
) -> tuple[TransferEntry, AccountEntry]:
    """The transfer, and the account for which the decision is made."""
    entry = queries.transfer(key, viewer=who.person)
    side = None
    if entry is not None and entry.program == rules.code:
        side = entry.destination if act in ("accept", "decline") else entry.source
    if entry is None or side is None or not _acts_for(who, side.id):
        raise NotFound(f"There is no transfer {key} of yours in {rules.code}.")
    return entry, side


def _ground(act: str, reason: str) -> str:
    """The reason as the services sign it: tidied where there is one, and never empty."""
    return require_ground(reason) if act in ("reject", "cancel", "decline") and reason else ""


def _acts_for(who: Asker, account: int) -> bool:
    seats = authority.submitters([account], at=asking.now())[account]
    return authority.capacity_of(seats, who.person) is not None


def _require_own(who: Asker, account: AccountEntry) -> None:
    if not _acts_for(who, account.id):
        raise Refused([authority.not_authorized(account)])
