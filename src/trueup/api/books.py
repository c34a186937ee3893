"""Accounts, holdings, transactions and the life of a serial number: public."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from trueup.api import schemas
from trueup.api.asking import NotFound, account_numbered, program_named
from trueup.ledger import queries
from trueup.ledger.entries import TransactionEntry
from trueup.rules.serials import parse_serial

router = Router(tags=["Books"])

Limit = Annotated[int, Query(ge=1, le=500, description="Rows of a page.")]
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
PROBLEMS = {400: schemas.Problem, 404: schemas.Problem, 422: schemas.Problem}


@router.get("/{program}/accounts", response={200: schemas.AccountPage, **PROBLEMS})
def list_accounts(
    request: HttpRequest,
    program: str,
    *,
    kind: str = "",
    jurisdiction: str = "",
    search: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 100,
    after: str = "",
) -> schemas.AccountPage:
    """Accounts in the order of their opening; `after` is the last number of the page before."""
    rules = program_named(program)
    start = account_numbered(rules, after).id if after else 0
    found = queries.accounts(
        program=program,
        kind=kind,
        jurisdiction=jurisdiction.upper(),
        search=search,
        limit=limit + 1,
        after=start,
    )
    page = found[:limit]
    return schemas.AccountPage(
        items=[schemas.Account.of(entry) for entry in page],
        next=page[-1].number if len(found) > limit else None,
    )


@router.get("/{program}/accounts/{number}", response={200: schemas.Account, **PROBLEMS})
def get_account(request: HttpRequest, program: str, number: str) -> schemas.Account:
    """One account."""
    return schemas.Account.of(account_numbered(program_named(program), number))


@router.get("/{program}/accounts/{number}/holdings", response={200: schemas.Holdings, **PROBLEMS})
def get_holdings(
    request: HttpRequest,
    program: str,
    number: str,
    *,
    limit: Limit = 500,
    after: Annotated[str, Query(max_length=40)] = "",
) -> schemas.Holdings:
    """What an account holds by lot, and its blocks in the order of their serial numbers."""
    entry = account_numbered(program_named(program), number)
    balances = queries.balances(entry.id)
    blocks = queries.blocks_held(entry.id)
    if after:
        lot, serial = parse_serial(after)
        blocks = [block for block in blocks if (block.lot, block.last) > (lot, serial)]
    page = blocks[:limit]
    return schemas.Holdings(
        account=schemas.Account.of(entry),
        total=sum(balance.quantity for balance in balances),
        lots=[
            schemas.LotBalance(
                lot=balance.lot.code,
                vintage=balance.vintage,
                quantity=balance.quantity,
                reserved=balance.reserved,
            )
            for balance in balances
        ],
        blocks=[schemas.Block.of(block) for block in page],
        next=page[-1].last_serial if len(blocks) > limit else None,
    )


@router.get(
    "/{program}/accounts/{number}/transactions",
    response={200: schemas.TransactionPage, **PROBLEMS},
)
def list_account_transactions(
    request: HttpRequest,
    program: str,
    number: str,
    *,
    limit: Limit = 100,
    before: Before = None,
) -> schemas.TransactionPage:
    """What was recorded into and out of an account, the newest first."""
    entry = account_numbered(program_named(program), number)
    return _page(queries.entries(entry.id, limit=limit + 1, before=before), limit)


@router.get("/{program}/transactions", response={200: schemas.TransactionPage, **PROBLEMS})
def list_transactions(
    request: HttpRequest, program: str, *, limit: Limit = 100, before: Before = None
) -> schemas.TransactionPage:
    """The journal of a program, the newest first."""
    rules = program_named(program)
    return _page(queries.recent(program=rules.code, limit=limit + 1, before=before), limit)


@router.get(
    "/{program}/serials/{serial}/history", response={200: schemas.SerialHistory, **PROBLEMS}
)
def get_serial_history(request: HttpRequest, program: str, serial: str) -> schemas.SerialHistory:
    """The life of one serial number, from its creation to where it is now."""
    rules = program_named(program)
    lot, number = parse_serial(serial)
    steps = queries.serial_history(program=rules.code, lot=lot, number=number)
    if not steps:
        raise NotFound(f"{serial} was never created in {program}.")
    return schemas.SerialHistory(
        serial=f"{lot.code}-{number}",
        held_by=schemas.Account.of(steps[-1].transaction.destination),
        steps=[schemas.Transaction.of(step.transaction, [step.block]) for step in steps],
    )


def _page(found: list[TransactionEntry], limit: int) -> schemas.TransactionPage:
    page = found[:limit]
    blocks = queries.blocks_of(entry.id for entry in page)
    return schemas.TransactionPage(
        items=[schemas.Transaction.of(entry, blocks.get(entry.id, [])) for entry in page],
        next=page[-1].id if len(found) > limit else None,
    )
