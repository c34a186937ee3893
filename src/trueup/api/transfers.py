"""Transfers: the public sees what was recorded, an account's people all that is theirs."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Query, Router
from ninja.security import django_auth

from trueup.api import schemas
from trueup.api.asking import NotFound, account_numbered, program_named, signatory, viewer
from trueup.api.problems import reasons_problem
from trueup.rules.serials import SerialBlock, parse_block
from trueup.transfers import queries, services
from trueup.transfers.entries import Reason, TransferEntry, TransferSpec

router = Router(tags=["Transfers"])

Key = Annotated[
    UUID | None,
    Header(alias="Idempotency-Key", description="The same key is carried out once."),
]
PROBLEMS = {
    400: schemas.Problem,
    401: schemas.Problem,
    403: schemas.Problem,
    404: schemas.Problem,
    409: schemas.Problem,
    422: schemas.Problem,
}
WAITING = frozenset({"held", "delayed", "awaiting_approval"})


@router.get(
    "/{program}/accounts/{number}/transfers", response={200: schemas.TransferPage, **PROBLEMS}
)
def list_transfers(
    request: HttpRequest,
    program: str,
    number: str,
    *,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> schemas.TransferPage:
    """Transfers of an account, the newest first."""
    account = account_numbered(program_named(program), number)
    found = queries.transfers_of(account.id, viewer=viewer(request), limit=limit + 1, before=before)
    page = found[:limit]
    return schemas.TransferPage(
        items=[_transfer(entry) for entry in page],
        next=page[-1].id if len(found) > limit else None,
    )


@router.get("/{program}/transfers/{key}", response={200: schemas.Transfer, **PROBLEMS})
def get_transfer(request: HttpRequest, program: str, key: UUID) -> schemas.Transfer:
    """One transfer by its key."""
    rules = program_named(program)
    found = queries.transfer(key, viewer=viewer(request))
    if found is None or found.program != rules.code:
        raise NotFound(f"There is no transfer {key} in {program}.")
    return _transfer(found)


@router.post(
    "/{program}/transfers",
    auth=django_auth,
    response={201: schemas.Transfer, 202: schemas.Transfer, **PROBLEMS},
)
def submit_transfer(
    request: HttpRequest, program: str, payload: schemas.TransferIn, key: Key = None
) -> HttpResponse | tuple[int, schemas.Transfer]:
    """Submit a transfer: 201 recorded, 202 it waits, 422 refused with every reason."""
    rules = program_named(program)
    spec = _spec(payload, key=key or uuid4(), person=signatory(request), at=timezone.now())
    entry = services.submit_batch([spec], program=rules.code, recorded_at=spec.submitted_at)[0]
    if entry.state == "refused":
        return reasons_problem(request, [_reason(reason) for reason in entry.reasons])
    status = HTTPStatus.ACCEPTED if entry.state in WAITING else HTTPStatus.CREATED
    return status.value, _transfer(entry)


@router.post(
    "/{program}/transfers/batch",
    auth=django_auth,
    response={200: list[schemas.Transfer], **PROBLEMS},
)
def submit_transfers(
    request: HttpRequest, program: str, payload: schemas.TransfersIn, key: Key = None
) -> list[schemas.Transfer]:
    """Submit many transfers at once, all or none, or each for itself."""
    rules = program_named(program)
    person, at, batch = signatory(request), timezone.now(), key or uuid4()
    specs = [
        _spec(item, key=uuid5(batch, f"transfer {row}"), person=person, at=at, row=row)
        for row, item in enumerate(payload.transfers, start=1)
    ]
    entries = services.submit_batch(
        specs, program=rules.code, recorded_at=at, all_or_none=payload.all_or_none
    )
    return [_transfer(entry) for entry in entries]


def _spec(
    payload: schemas.TransferIn, *, key: UUID, person: int, at: datetime, row: int | None = None
) -> TransferSpec:
    return TransferSpec(
        source=payload.source,
        destination=payload.destination,
        submitted_by=person,
        submitted_at=at,
        key=key,
        blocks=tuple(_block(block) for block in payload.blocks or ()),
        vintage=payload.vintage,
        quantity=payload.quantity,
        reference=payload.reference,
        note=payload.note,
        row=row,
    )


def _block(block: schemas.BlockIn) -> SerialBlock:
    return parse_block(block.first, block.last)


def _reason(reason: Reason) -> dict[str, str | int | None]:
    return {
        "code": reason.code,
        "cite": reason.cite,
        "sentence": reason.sentence,
        "row": None,
    }


def _transfer(entry: TransferEntry) -> schemas.Transfer:
    return schemas.Transfer(
        key=str(entry.key),
        state=entry.state,
        kind=entry.kind,
        source=entry.source_number,
        destination=entry.destination_number,
        quantity=entry.quantity,
        blocks=[schemas.Block.of(block) for block in entry.blocks],
        submitted_at=entry.submitted_at,
        received_at=entry.received_at,
        due_on=entry.due_on,
        recorded_at=entry.recorded_at,
        transaction=entry.tx,
        waits=[schemas.Reason.model_validate(_reason(reason)) for reason in entry.waits],
        reasons=[schemas.Reason.model_validate(_reason(reason)) for reason in entry.reasons],
        reference=entry.reference,
        note=entry.note,
    )
