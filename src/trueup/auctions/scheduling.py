"""All bids of an account, entered at once: what is entered later takes their place.

What is signed names each bid by its commitment alone, because signatures are read by
officials and by the public; quantities and prices stay sealed until the close.

Source: RGGI-041, RGGI-042; PLAT-151; docs/decisions/0345.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from trueup.accounts.rivals import looking_again
from trueup.accounts.submitters import principal_of
from trueup.auctions import bid_checks, checks, sealing, telling
from trueup.auctions.bid_checks import KIND, locked_for_bids, receiver, require_open
from trueup.auctions.bidding import receipt
from trueup.auctions.entries import ScheduleReceipt
from trueup.auctions.filing_models import BidSchedule
from trueup.auctions.models import Auction, SealedBid
from trueup.auctions.queries import find
from trueup.auctions.sealing import Content
from trueup.audit import services as audit
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused
from trueup.signing.entries import Evidence
from trueup.transfers.signed import sign

CITE = "RGGI-041, RGGI-042"
BIDS = UUID("6b0f2a52-9d0c-4f9e-8f57-0000524747a4")


def sealed_bids(bids: Iterable[tuple[int, int]]) -> str:
    """Quantities and prices in cents, encrypted, to be kept until they are entered.

    Source: RGGI-041.
    """
    return sealing.seal_all(
        [sealing.new_content(quantity=quantity, price_cents=price) for quantity, price in bids]
    )


def bids_text(entry: AccountEntry, *, number: str, bids: Sequence[Content]) -> str:
    """What is signed with the bids of an account, word for word: no quantity, no price.

    Source: RGGI-041; PLAT-151.
    """
    account = f"Account: {entry.name} ({entry.number})"
    if not bids:
        return f"I withdraw all bids of this account in auction {number}.\n{account}"
    return "\n".join(
        [
            f"I enter these {len(bids)} sealed bids in auction {number}; they replace all"
            " earlier bids of the account. Each stands for the quantity and the price, in"
            " cents, of which its commitment is the SHA-256 of quantity/price/salt.",
            account,
            *(f"  {place}. {of.commitment}" for place, of in enumerate(bids, start=1)),
        ]
    )


def why_not(
    *, program: str, number: str, account: str, bids: Sequence[Content], at: datetime
) -> list[Refusal]:
    """Every reason why these bids would not be taken now; nothing is entered.

    Source: RGGI-041, RGGI-042.
    """
    try:
        row = find(program=program, number=number)
        entry = receiver(program=program, account=account)
        require_open(row, at)
    except Refused as refused:
        return list(refused.refusals)
    return bid_checks.refusals(row, entry, bids, at=at) if bids else []


def enter_bids(
    *,
    program: str,
    number: str,
    account: str,
    person: int,
    bids: Sequence[Content],
    key: UUID,
    at: datetime,
    evidence: Evidence | None = None,
) -> ScheduleReceipt:
    """Take all bids of an account, sealed, in place of those it had entered before.

    Without any bid all are withdrawn. All are taken or none.

    Args:
        evidence: That they were signed as `bids_text` says; None on the console.

    Raises Refused with every reason (as `submit_bid`, and what signing refuses).

    Source: RGGI-041, RGGI-042.
    """

    def act() -> ScheduleReceipt:
        row = locked_for_bids(program=program, number=number)
        entry = receiver(program=program, account=account)
        before = BidSchedule.objects.filter(key=key).first()
        if before is not None:
            return _repeated(before, row, entry, bids)
        require_open(row, at)
        bid_checks.require_submitter(entry, person=person, at=at)
        refused = bid_checks.refusals(row, entry, bids, at=at) if bids else []
        if refused:
            raise Refused(refused)
        schedule = _store(row, entry, bids, person=person, key=key, at=at, evidence=evidence)
        telling.entered(row, schedule, at=at)
        audit.log(
            at=at,
            program=program,
            actor=f"person:{person}",
            act="enter_bids" if bids else "withdraw_bids",
            subject=f"auction:{row.pk}",
            account=entry.id,
            after={"schedule": schedule.pk, "bids": len(bids), "commitment": schedule.commitment},
            cite=CITE,
        )
        return _receipt(schedule)

    return looking_again(act)


def commitment_of(bids: Iterable[Content]) -> str:
    """SHA-256 over the commitments of bids, in their order, a line each.

    Source: RGGI-041.
    """
    return hashlib.sha256("\n".join(of.commitment for of in bids).encode()).hexdigest()


def _store(
    row: Auction,
    entry: AccountEntry,
    bids: Sequence[Content],
    *,
    person: int,
    key: UUID,
    at: datetime,
    evidence: Evidence | None,
) -> BidSchedule:
    principal = principal_of(person, entry.id, at=at, kind=KIND)
    signature = sign(
        rules=programs.load(row.program),
        document="auction_bids",
        text=bids_text(entry, number=row.number, bids=bids),
        accounts=[entry],
        signer=person,
        principal=principal,
        evidence=evidence,
        signed_at=at,
    )
    standing = SealedBid.objects.filter(auction=row, account_id=entry.id, withdrawn_at=None)
    standing.update(withdrawn_at=at)
    SealedBid.objects.bulk_create(
        SealedBid(
            auction=row,
            account_id=entry.id,
            person_id=person,
            key=uuid5(BIDS, f"{key} {place}"),
            sealed=sealing.seal(of),
            commitment=of.commitment,
            entered_at=at,
        )
        for place, of in enumerate(bids)
    )
    return BidSchedule.objects.create(
        key=key,
        auction=row,
        account_id=entry.id,
        person_id=person,
        for_person_id=principal,
        bids=len(bids),
        commitment=commitment_of(bids),
        signature_id=signature,
        entered_at=at,
    )


def _repeated(
    before: BidSchedule, row: Auction, entry: AccountEntry, bids: Sequence[Content]
) -> ScheduleReceipt:
    same = (before.auction_id, before.account_id) == (row.pk, entry.id)
    if not same or before.commitment != commitment_of(bids):
        raise Refused([checks.KeyReused("This request's key was used for other bids.")])
    return _receipt(before, repeated=True)


def _receipt(schedule: BidSchedule, *, repeated: bool = False) -> ScheduleReceipt:
    keys = [uuid5(BIDS, f"{schedule.key} {place}") for place in range(schedule.bids)]
    rows = {row.key: row for row in SealedBid.objects.filter(key__in=keys)}
    return ScheduleReceipt(
        key=schedule.key,
        auction=schedule.auction_id,
        account=schedule.account_id,
        bids=tuple(receipt(rows[key], bid_checks.opened(rows[key])) for key in keys),
        commitment=schedule.commitment,
        entered_at=schedule.entered_at,
        repeated=repeated,
    )
