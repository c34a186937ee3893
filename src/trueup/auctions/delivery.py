"""Settle an auction, then deliver it: winners get theirs, States get the rest, at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from trueup.accounts.rivals import looking_again
from trueup.auctions import checks, telling
from trueup.auctions.entries import AuctionEntry
from trueup.auctions.models import Auction, Award
from trueup.auctions.noticing import locked, not_in_state
from trueup.auctions.queries import auction_entry
from trueup.auctions.returning import consigned, cut, returning
from trueup.audit import services as audit
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Instruction, Range
from trueup.rules.allocation import largest_remainder
from trueup.rules.refusal import Refused

CITE = "RGGI-031, RGGI-044; PLAT-067, PLAT-068"
AWARDS = UUID("6b0f2a52-9d0c-4f9e-8f57-0000524747a3")
BATCH = 1000  # Transactions that the ledger plans at once.


def settle_auction(
    *,
    program: str,
    number: str,
    actor: str,
    at: datetime,
    unpaid: Collection[str] = (),
) -> AuctionEntry:
    """Record that winners have paid; what the others won goes back with the unsold.

    The price of the others stays what it was. Money is recorded, not collected.

    Args:
        unpaid: Numbers of winners' accounts that did not pay.

    Raises Refused (`unknown_auction`, `not_in_state`, `not_a_winner`).

    Source: PLAT-068.
    """

    def act() -> AuctionEntry:
        row = locked(program=program, number=number)
        if row.state != "closed":
            raise Refused([not_in_state(row, "settled")])
        known = ledger_queries.accounts_numbered(program=program, numbers=unpaid)
        ids = {entry.id for entry in known.values()}
        winners = set(row.awards.values_list("account_id", flat=True))
        if len(known) < len(set(unpaid)) or not ids <= winners:
            raise Refused([checks.NotAWinner("Name accounts that won something.")])
        row.awards.filter(account_id__in=sorted(ids)).update(is_forfeited=True)
        row.state, row.settled_by, row.settled_at = "settled", actor, at
        row.save(update_fields=["state", "settled_by", "settled_at"])
        audit.log(
            at=at,
            program=program,
            actor=actor,
            act="settle_auction",
            subject=f"auction:{row.pk}",
            before={"state": "closed"},
            after={"state": "settled", "unpaid": sorted(unpaid)},
            cite="PLAT-068",
        )
        telling.settled(row, actor=actor, at=at)
        return auction_entry(row)

    return looking_again(act)


def deliver_auction(*, program: str, number: str, actor: str, at: datetime) -> AuctionEntry:
    """Deliver what was won, and give the States the rest back, in one transaction.

    Each winner gets one transaction, in order of account; the auction's account is empty
    and closed after it.

    Raises Refused (`unknown_auction`, `not_in_state`, `winner_not_open`).

    Source: RGGI-031, RGGI-043, RGGI-044; PLAT-067, PLAT-068.
    """

    def act() -> AuctionEntry:
        row = locked(program=program, number=number)
        if row.state != "settled":
            raise Refused([not_in_state(row, "delivered")])
        awards = list(row.awards.filter(is_forfeited=False).order_by("account_id"))
        _require_open([award.account_id for award in awards])
        _move(row, awards, actor=actor, at=at)
        ledger.close_account(row.account_id)
        row.state, row.delivered_at = "delivered", at
        row.save(update_fields=["state", "delivered_at"])
        audit.log(
            at=at,
            program=program,
            actor=actor,
            act="deliver_auction",
            subject=f"auction:{row.pk}",
            before={"state": "settled"},
            after={
                "state": "delivered",
                "winners": len(awards),
                "quantity": sum(award.quantity for award in awards),
            },
            cite=CITE,
        )
        telling.delivered(row, actor=actor, at=at)
        return auction_entry(row)

    return looking_again(act)


def _require_open(accounts: Sequence[int]) -> None:
    known = ledger_queries.accounts_by_id(accounts)
    closed = [entry.number for entry in known.values() if entry.state == "closed"]
    if closed:
        raise Refused(
            [checks.WinnerNotOpen(f"Closed: {', '.join(closed[:10])}; settle without them.")]
        )


def _move(row: Auction, awards: Sequence[Award], *, actor: str, at: datetime) -> None:
    """Record every delivery and return; say of each award by which transaction."""
    consignments = list(row.consignments.order_by("id"))
    wanted = sum(award.quantity for award in awards)
    # What was not paid for goes back in proportion to what each State sold.
    shares = largest_remainder(wanted, {of.pk: of.sold or 0 for of in consignments})
    blocks = consigned(row)
    pool: list[Range] = []
    instructions: list[Instruction] = []
    for of in consignments:
        taken, rest = cut(blocks[of.tx_id], shares[of.pk])
        pool += taken
        if rest:
            instructions.append(returning(row, of, rest, actor=actor, at=at))
    deliveries = _deliveries(row, awards, pool, actor=actor, at=at)
    txs: list[int] = []
    ordered = [*deliveries, *instructions]
    for start in range(0, len(ordered), BATCH):
        receipts = ledger.record(
            ordered[start : start + BATCH], program=row.program, recorded_at=at
        )
        txs += [receipt.tx for receipt in receipts]
    for award, tx in zip(awards, txs, strict=False):
        award.tx_id = tx
    Award.objects.bulk_update(awards, ["tx"], batch_size=BATCH)


def _deliveries(
    row: Auction,
    awards: Sequence[Award],
    pool: Sequence[Range],
    *,
    actor: str,
    at: datetime,
) -> list[Instruction]:
    """One transaction for each winner, from the first serial numbers of the pool on."""
    left = list(reversed(pool))
    found = []
    for award in awards:
        blocks: list[Range] = []
        missing = award.quantity
        while missing:
            part = left.pop()
            size = min(missing, part.quantity)
            blocks.append(Range(part.lot, part.lo, part.lo + size - 1))
            if size < part.quantity:
                left.append(Range(part.lot, part.lo + size, part.hi))
            missing -= size
        found.append(
            Instruction(
                type="award",
                source=row.account_id,
                destination=award.account_id,
                blocks=tuple(blocks),
                key=uuid5(AWARDS, f"{row.program} {row.number} {award.account_id}"),
                actor=actor,
                submitted_at=at,
                ground=f"auction {row.number}",
                cite=CITE,
            )
        )
    return found
