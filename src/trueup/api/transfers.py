"""Transfers and retirements: the public sees what was recorded, an account's people theirs."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Header, Router, Status

from trueup.accounts import queries as accounts
from trueup.accounts.submitters import principal_of
from trueup.api import asking, schemas
from trueup.api.access import OWN, PUBLIC, REPRESENTS, rule
from trueup.api.asking import ACTING, READING, Before, Limit, NotFound
from trueup.api.callers import SESSION_OR_KEY, Asker, asker, reader
from trueup.api.problems import reasons_problem
from trueup.api.second_factor import code_of, evidence_of
from trueup.api.submitting import Signing, batch_keys, proposal_of, specs_of, transfer_of
from trueup.ledger import queries as ledger
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.signing.checks import KeyCannotSign
from trueup.signing.entries import Evidence
from trueup.transfers import queries, services
from trueup.transfers.canonical import canonical_text, statements_for, tidied
from trueup.transfers.entries import ProposalEntry, RetirementSpec, TransferEntry, TransferSpec

router = Router(tags=["Transfers"])

SCOPE = "propose_transfers"
Key = Annotated[
    UUID | None,
    Header(
        alias="Idempotency-Key",
        description="A UUID. The same request with the same key is carried out once; another"
        " request with it is refused (409).",
    ),
]
WAITING = frozenset({"held", "delayed", "awaiting_approval", "awaiting_acceptance"})
SUBMITTED = {
    201: schemas.Transfer,
    202: schemas.Transfer | schemas.Proposal,
    **ACTING,
}
SIGNED = (
    " A person signs it with `X-Second-Factor` and `accepted`; an API key proposes it, for a"
    " person to sign."
)


@router.get(
    "/{program}/accounts/{number}/transfers", response={200: schemas.TransferPage, **READING}
)
@rule(PUBLIC)
def list_transfers(
    request: HttpRequest,
    program: str,
    number: str,
    *,
    limit: Limit = 100,
    before: Before = None,
) -> schemas.TransferPage:
    """Transfers of an account, the newest first: recorded ones, and to its people all."""
    rules = asking.program_named(program)
    account = asking.account_numbered(rules, number)
    who = reader(request)
    viewer = who.person if who and who.may_see(account.id, program=rules.code) else None
    found = queries.transfers_of(account.id, viewer=viewer, limit=limit + 1, before=before)
    page = found[:limit]
    return schemas.TransferPage(
        items=[transfer_of(entry) for entry in page],
        next=page[-1].id if len(found) > limit else None,
    )


@router.get("/{program}/transfers/{uuid:key}", response={200: schemas.Transfer, **READING})
@rule(OWN)
def get_transfer(request: HttpRequest, program: str, key: UUID) -> schemas.Transfer:
    """One transfer by its key; one that is not recorded only for the accounts' people."""
    rules, who = asking.program_named(program), reader(request)
    found = queries.transfer(key, viewer=who.person if who else None)
    if found is None or found.program != rules.code or not _may_see(who, found):
        raise NotFound(f"There is no transfer {key} in {program}.")
    return transfer_of(found)


@router.post(
    "/{program}/transfers",
    auth=SESSION_OR_KEY,
    response=SUBMITTED,
    description="Submit a transfer: 201 recorded, 202 it waits or is only proposed, 403 or 422"
    " refused with every reason." + SIGNED,
)
@rule(REPRESENTS, submission="transfers", scope=SCOPE, signs=True)
def submit_transfer(
    request: HttpRequest, program: str, payload: schemas.SignedTransferIn, key: Key = None
) -> HttpResponse | Status[schemas.Transfer | schemas.Proposal]:
    return _submit_one(request, asking.program_named(program), payload, key)


@router.post(
    "/{program}/retirements",
    auth=SESSION_OR_KEY,
    response=SUBMITTED,
    description="Retire of one's own motion, for good; it counts for no obligation." + SIGNED,
)
@rule(REPRESENTS, submission="transfers", scope=SCOPE, signs=True)
def submit_retirement(
    request: HttpRequest, program: str, payload: schemas.SignedRetirementIn, key: Key = None
) -> HttpResponse | Status[schemas.Transfer | schemas.Proposal]:
    return _submit_one(request, asking.program_named(program), payload, key)


@router.post(
    "/{program}/transfers/batch",
    auth=SESSION_OR_KEY,
    response={200: schemas.Transfers, 202: schemas.Proposals, **ACTING},
    description="Submit many transfers at once, all or none, or each for itself; `state` says"
    " what became of each. One signature stands for all." + SIGNED,
)
@rule(REPRESENTS, submission="transfers", scope=SCOPE, signs=True)
def submit_transfers(
    request: HttpRequest, program: str, payload: schemas.TransfersIn, key: Key = None
) -> Status[schemas.Transfers | schemas.Proposals]:
    return _submit_many(request, asking.program_named(program), payload, payload.transfers, key)


@router.post(
    "/{program}/retirements/batch",
    auth=SESSION_OR_KEY,
    response={200: schemas.Transfers, 202: schemas.Proposals, **ACTING},
    description="Retire in many lots at once, for many beneficiaries, all or none, or each for"
    " itself. One signature stands for all." + SIGNED,
)
@rule(REPRESENTS, submission="transfers", scope=SCOPE, signs=True)
def submit_retirements(
    request: HttpRequest, program: str, payload: schemas.RetirementsIn, key: Key = None
) -> Status[schemas.Transfers | schemas.Proposals]:
    return _submit_many(request, asking.program_named(program), payload, payload.retirements, key)


def _submit_one(
    request: HttpRequest,
    rules: Program,
    item: schemas.SignedTransferIn | schemas.SignedRetirementIn,
    key: UUID | None,
) -> HttpResponse | Status[schemas.Transfer | schemas.Proposal]:
    who = asker(request)
    signing = Signing(person=who.person, at=asking.now())
    specs = specs_of([item], keys=[key or uuid4()], signing=signing)
    if who.key is not None:
        (proposed,) = _propose(who, specs, rules=rules, signing=signing)
        return Status(HTTPStatus.ACCEPTED.value, proposal_of(proposed))
    evidence = _evidence(request, who, specs, rules=rules, accepted=item.accepted, signing=signing)
    (entry,) = services.submit_batch(
        specs, program=rules.code, recorded_at=signing.at, evidence=evidence
    )
    if entry.state == "refused":
        reasons = [reason.model_dump() for reason in transfer_of(entry).reasons]
        return reasons_problem(request, reasons)
    status = HTTPStatus.ACCEPTED if entry.state in WAITING else HTTPStatus.CREATED
    return Status(status.value, transfer_of(entry))


def _submit_many(
    request: HttpRequest,
    rules: Program,
    payload: schemas.TransfersIn | schemas.RetirementsIn,
    items: Sequence[schemas.TransferIn | schemas.RetirementIn],
    key: UUID | None,
) -> Status[schemas.Transfers | schemas.Proposals]:
    who = asker(request)
    signing = Signing(person=who.person, at=asking.now())
    keys = batch_keys(key or uuid4(), payload, count=len(items))
    specs = specs_of(items, keys=keys, signing=signing, is_batch=True)
    if who.key is not None:
        proposed = _propose(who, specs, rules=rules, signing=signing)
        found = schemas.Proposals(items=[proposal_of(entry) for entry in proposed])
        return Status(HTTPStatus.ACCEPTED.value, found)
    evidence = _evidence(
        request, who, specs, rules=rules, accepted=payload.accepted, signing=signing
    )
    entries = services.submit_batch(
        specs,
        program=rules.code,
        recorded_at=signing.at,
        all_or_none=payload.all_or_none,
        evidence=evidence,
    )
    return Status(
        HTTPStatus.OK.value, schemas.Transfers(items=[transfer_of(entry) for entry in entries])
    )


@transaction.atomic
def _propose(
    who: Asker, specs: Sequence[TransferSpec], *, rules: Program, signing: Signing
) -> list[ProposalEntry]:
    """What a machine asks for: proposals, all or none, for a representative to sign.

    Source: PLAT-050; PLAT-094.
    """
    known = ledger.accounts_by_number(tidied(spec).source for spec in specs)
    for spec in specs:
        account = known.get(tidied(spec).source)
        if who.key is None or not who.key.covers(
            SCOPE, account=account.id if account else None, program=rules.code
        ):
            raise Refused(
                [KeyCannotSign("The key was not given for proposing transfers of this account.")]
            )
    return [
        services.propose_transfer(spec, program=rules.code, recorded_at=signing.at, actor=who.actor)
        for spec in specs
    ]


def _evidence(
    request: HttpRequest,
    who: Asker,
    specs: Sequence[TransferSpec],
    *,
    rules: Program,
    accepted: Sequence[str],
    signing: Signing,
) -> Evidence:
    """One signature for what a request asks for: the text is the service's own.

    Source: PLAT-050, PLAT-151.
    """
    tidy = [tidied(spec) for spec in specs]
    known = ledger.accounts_by_number(
        number for spec in tidy for number in (spec.source, spec.destination) if number
    )
    sources = [known[spec.source] for spec in tidy if spec.source in known]
    principal = (
        principal_of(who.person, sources[0].id, kind="transfers", at=signing.at)
        if sources
        else None
    )
    kind = "retirement" if isinstance(tidy[0], RetirementSpec) else "transfer"
    return evidence_of(
        who,
        code_of(request),
        program=rules.code,
        document=kind if len(tidy) == 1 else "transfer_batch",
        text=canonical_text(tidy, known=known),
        statements=statements_for(rules, sources),
        accepted=accepted,
        at=signing.at,
        for_person=principal,
    )


def _may_see(who: Asker | None, entry: TransferEntry) -> bool:
    """Whether somebody may know of a transfer: what is recorded is public.

    Source: MASS-168; docs/decisions/0073.
    """
    if entry.state == "recorded":
        return True
    if who is None:
        return False
    own = {
        account.number
        for account in accounts.accounts_of(who.person)
        if who.may_see(account.id, program=entry.program)
    }
    return bool(own & {entry.source_number, entry.destination_number})
