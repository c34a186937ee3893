"""Accounts, holdings, transactions and the life of a serial number: public."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from trueup.api import schemas
from trueup.api.access import PUBLIC, rule
from trueup.api.asking import (
    READING,
    Before,
    Limit,
    NotFound,
    State,
    account_numbered,
    program_named,
)
from trueup.ledger import queries
from trueup.ledger.entries import Range, TransactionEntry
from trueup.rules.serials import parse_serial

router = Router(tags=["Books"])

BLOCKS_MAX = 10_000
Kind = Annotated[str, Query(pattern="^[a-z]{0,20}$")]
Search = Annotated[
    str,
    Query(max_length=100, pattern=r"^[^\x00]*$", description="Part of the name, or of a number."),
]
AfterNumber = Annotated[str, Query(max_length=12, description="Number of the last account.")]
AfterSerial = Annotated[str, Query(max_length=40, description="Last serial number of a page.")]
BlockLimit = Annotated[int, Query(ge=1, le=BLOCKS_MAX, description="Blocks to read at most.")]


@router.get("/{program}/accounts", response={200: schemas.AccountPage, **READING})
@rule(PUBLIC)
def list_accounts(
    request: HttpRequest,
    program: str,
    *,
    kind: Kind = "",
    jurisdiction: State = "",
    search: Search = "",
    limit: Limit = 100,
    after: AfterNumber = "",
) -> schemas.AccountPage:
    """Accounts in the order of their opening; `after` is the last number of the page before."""
    rules = program_named(program)
    found = queries.accounts(
        program=rules.code,
        kind=kind,
        jurisdiction=jurisdiction.upper(),
        search=search,
        limit=limit + 1,
        after=account_numbered(rules, after).id if after else 0,
    )
    page = found[:limit]
    return schemas.AccountPage(
        items=[schemas.Account.of(entry) for entry in page],
        next=page[-1].number if len(found) > limit else None,
    )


@router.get("/{program}/accounts/{number}", response={200: schemas.Account, **READING})
@rule(PUBLIC)
def get_account(request: HttpRequest, program: str, number: str) -> schemas.Account:
    """One account."""
    return schemas.Account.of(account_numbered(program_named(program), number))


@router.get("/{program}/accounts/{number}/balance", response={200: schemas.Balance, **READING})
@rule(PUBLIC)
def get_balance(request: HttpRequest, program: str, number: str) -> schemas.Balance:
    """How much an account holds of each lot, the oldest vintage first."""
    entry = account_numbered(program_named(program), number)
    balances = queries.balances(entry.id)
    return schemas.Balance(
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
    )


@router.get("/{program}/accounts/{number}/holdings", response={200: schemas.Holdings, **READING})
@rule(PUBLIC)
def get_holdings(
    request: HttpRequest,
    program: str,
    number: str,
    *,
    limit: Limit = 100,
    after: AfterSerial = "",
) -> schemas.Holdings:
    """The blocks that an account holds, in the order of their serial numbers.

    They are blocks as they were recorded; neighbours may touch.
    """
    rules = program_named(program)
    entry = account_numbered(rules, number)
    start = None
    if after:
        lot, serial = parse_serial(after)
        start = Range(lot.number(rules.number), serial, serial)
    found = queries.blocks_page(entry.id, limit=limit + 1, after=start)
    page = found[:limit]
    return schemas.Holdings(
        account=schemas.Account.of(entry),
        items=[schemas.Block.of(block) for block in page],
        next=page[-1].last_serial if len(found) > limit else None,
    )


@router.get(
    "/{program}/accounts/{number}/transactions",
    response={200: schemas.TransactionPage, **READING},
)
@rule(PUBLIC)
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


@router.get("/{program}/transactions", response={200: schemas.TransactionPage, **READING})
@rule(PUBLIC)
def list_transactions(
    request: HttpRequest, program: str, *, limit: Limit = 100, before: Before = None
) -> schemas.TransactionPage:
    """The journal of a program, the newest first; blocks are with each transaction by itself."""
    rules = program_named(program)
    return _page(queries.recent(program=rules.code, limit=limit + 1, before=before), limit)


@router.get(
    "/{program}/transactions/{tx}", response={200: schemas.TransactionWithBlocks, **READING}
)
@rule(PUBLIC)
def get_transaction(
    request: HttpRequest, program: str, tx: int, *, limit: BlockLimit = 1000
) -> schemas.TransactionWithBlocks:
    """One transaction with the serial numbers that it moved."""
    rules = program_named(program)
    entry = queries.transaction(tx) if 0 < tx < 2**40 else None
    if entry is None or entry.program != rules.code:
        raise NotFound(f"There is no transaction {tx} in {program}.")
    blocks = queries.blocks_of([tx], limit=limit).get(tx, [])
    return schemas.TransactionWithBlocks(
        transaction=schemas.Transaction.of(entry),
        blocks=[schemas.Block.of(block) for block in blocks],
        has_more_blocks=sum(block.quantity for block in blocks) < entry.quantity,
    )


@router.get("/{program}/serials/{serial}/history", response={200: schemas.SerialHistory, **READING})
@rule(PUBLIC)
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
        steps=[
            schemas.SerialStep(
                transaction=schemas.Transaction.of(step.transaction),
                block=schemas.Block.of(step.block),
            )
            for step in steps
        ],
    )


def _page(found: list[TransactionEntry], limit: int) -> schemas.TransactionPage:
    page = found[:limit]
    return schemas.TransactionPage(
        items=[schemas.Transaction.of(entry) for entry in page],
        next=page[-1].id if len(found) > limit else None,
    )
