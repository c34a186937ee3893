"""Transfers and retirements: the public sees what was recorded, an account's people theirs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from ninja import Header, Router, Status
from ninja.security import django_auth

from trueup.accounts import queries as accounts
from trueup.api import schemas
from trueup.api.asking import (
    ACTING,
    READING,
    Before,
    Limit,
    NotFound,
    account_numbered,
    now,
    program_named,
    signatory,
    viewer,
)
from trueup.api.problems import reasons_problem
from trueup.api.submitting import Signing, batch_keys, specs_of, transfer_of
from trueup.rules.program import Program
from trueup.transfers import queries, services
from trueup.transfers.entries import TransferEntry

router = Router(tags=["Transfers"])

Key = Annotated[
    UUID | None,
    Header(
        alias="Idempotency-Key",
        description="A UUID. The same request with the same key is carried out once; another"
        " request with it is refused (409).",
    ),
]
WAITING = frozenset({"held", "delayed", "awaiting_approval"})
SUBMITTED = {201: schemas.Transfer, 202: schemas.Transfer, **ACTING}


@router.get(
    "/{program}/accounts/{number}/transfers", response={200: schemas.TransferPage, **READING}
)
def list_transfers(
    request: HttpRequest,
    program: str,
    number: str,
    *,
    limit: Limit = 100,
    before: Before = None,
) -> schemas.TransferPage:
    """Transfers of an account, the newest first: recorded ones, and to its people all."""
    account = account_numbered(program_named(program), number)
    found = queries.transfers_of(account.id, viewer=viewer(request), limit=limit + 1, before=before)
    page = found[:limit]
    return schemas.TransferPage(
        items=[transfer_of(entry) for entry in page],
        next=page[-1].id if len(found) > limit else None,
    )


@router.get("/{program}/transfers/{uuid:key}", response={200: schemas.Transfer, **READING})
def get_transfer(request: HttpRequest, program: str, key: UUID) -> schemas.Transfer:
    """One transfer by its key; one that is not recorded only for the accounts' people."""
    rules, person = program_named(program), viewer(request)
    found = queries.transfer(key, viewer=person)
    if found is None or found.program != rules.code or not _may_see(person, found):
        raise NotFound(f"There is no transfer {key} in {program}.")
    return transfer_of(found)


@router.post("/{program}/transfers", auth=django_auth, response=SUBMITTED)
def submit_transfer(
    request: HttpRequest, program: str, payload: schemas.TransferIn, key: Key = None
) -> HttpResponse | Status[schemas.Transfer]:
    """Submit a transfer: 201 recorded, 202 it waits, 403 or 422 refused with every reason."""
    return _submit_one(request, program_named(program), payload, key)


@router.post("/{program}/retirements", auth=django_auth, response=SUBMITTED)
def submit_retirement(
    request: HttpRequest, program: str, payload: schemas.RetirementIn, key: Key = None
) -> HttpResponse | Status[schemas.Transfer]:
    """Retire of one's own motion, for good; it counts for no obligation."""
    return _submit_one(request, program_named(program), payload, key)


@router.post(
    "/{program}/transfers/batch", auth=django_auth, response={200: schemas.Transfers, **ACTING}
)
def submit_transfers(
    request: HttpRequest, program: str, payload: schemas.TransfersIn, key: Key = None
) -> schemas.Transfers:
    """Submit many transfers at once, all or none, or each for itself; `state` says what became."""
    return _submit_many(request, program_named(program), payload, payload.transfers, key)


@router.post(
    "/{program}/retirements/batch", auth=django_auth, response={200: schemas.Transfers, **ACTING}
)
def submit_retirements(
    request: HttpRequest, program: str, payload: schemas.RetirementsIn, key: Key = None
) -> schemas.Transfers:
    """Retire in many lots at once, for many beneficiaries, all or none, or each for itself."""
    return _submit_many(request, program_named(program), payload, payload.retirements, key)


def _submit_one(
    request: HttpRequest,
    rules: Program,
    item: schemas.TransferIn | schemas.RetirementIn,
    key: UUID | None,
) -> HttpResponse | Status[schemas.Transfer]:
    signing = Signing(person=signatory(request), at=now())
    specs = specs_of([item], keys=[key or uuid4()], signing=signing)
    (entry,) = services.submit_batch(specs, program=rules.code, recorded_at=signing.at)
    if entry.state == "refused":
        reasons = [reason.model_dump() for reason in transfer_of(entry).reasons]
        return reasons_problem(request, reasons)
    status = HTTPStatus.ACCEPTED if entry.state in WAITING else HTTPStatus.CREATED
    return Status(status.value, transfer_of(entry))


def _submit_many(
    request: HttpRequest,
    rules: Program,
    payload: schemas.TransfersIn | schemas.RetirementsIn,
    items: list[schemas.TransferIn] | list[schemas.RetirementIn],
    key: UUID | None,
) -> schemas.Transfers:
    signing = Signing(person=signatory(request), at=now())
    keys = batch_keys(key or uuid4(), payload, count=len(items))
    specs = specs_of(items, keys=keys, signing=signing, is_batch=True)
    entries = services.submit_batch(
        specs,
        program=rules.code,
        recorded_at=signing.at,
        all_or_none=payload.all_or_none,
    )
    return schemas.Transfers(items=[transfer_of(entry) for entry in entries])


def _may_see(person: int | None, entry: TransferEntry) -> bool:
    """Whether somebody may know of a transfer: what is recorded is public.

    Source: MASS-168; docs/decisions/0073.
    """
    if entry.state == "recorded":
        return True
    if person is None:
        return False
    own = {account.number for account in accounts.accounts_of(person)}
    return bool(own & {entry.source_number, entry.destination_number})
