"""Give notice of an auction: what is offered leaves the States' accounts; or cancel it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from trueup.accounts.rivals import looking_again
from trueup.auctions import checks, notice_checks, sealing, telling
from trueup.auctions.entries import AuctionEntry, AuctionSpec, ConsignmentSpec
from trueup.auctions.filing_models import NoticeTerms
from trueup.auctions.models import Auction, Consignment
from trueup.auctions.queries import auction_entry, find
from trueup.auctions.returning import give_back
from trueup.audit import services as audit
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, AccountSpec, Instruction
from trueup.rules import programs
from trueup.rules.auction_bids import AuctionRules, in_dollars
from trueup.rules.refusal import Refusal, Refused

CITE = "RGGI-040, RGGI-041, RGGI-043"
AUCTIONS = UUID("6b0f2a52-9d0c-4f9e-8f57-0000524747a1")


def publish_notice(
    spec: AuctionSpec, *, program: str, actor: str, noticed_at: datetime
) -> AuctionEntry:
    """Announce an auction, and take what is offered out of the States' accounts.

    It waits in an account of the auction's own, where nothing else can be done with it.

    Raises Refused with every reason (`no_auctions`, `number_taken`, `number_not_usable`,
    `nothing_offered`, `times_not_in_order`, `reason_missing`, `unknown_account`,
    `not_of_state`, `no_containment`, `trigger_missing`, `trigger_not_of_program`,
    `containment_used_up`, `too_few_held`).

    Source: RGGI-025, RGGI-040 to RGGI-043; PLAT-066, PLAT-067.
    """
    rules = rules_of(program)

    def act() -> AuctionEntry:
        accounts = _sources(spec.consignments, program=program)
        refusals = notice_checks.refusals(
            spec, program=program, rules=rules, at=noticed_at, known=accounts
        )
        if refusals:
            raise Refused(refusals)
        (account,) = ledger.open_accounts(
            [AccountSpec(program=program, kind="holding", name=f"auction {spec.number}")],
            opened_at=noticed_at,
        )
        row = _create(
            spec, program=program, rules=rules, account=account.id, actor=actor, at=noticed_at
        )
        _consign(row, spec.consignments, accounts, actor=actor, at=noticed_at)
        telling.announced(row, at=noticed_at)
        audit.log(
            at=noticed_at,
            program=program,
            actor=actor,
            act="publish_auction",
            subject=f"auction:{row.pk}",
            after={"number": row.number, "quantity": row.quantity, "vintage": row.vintage},
            cite=CITE,
        )
        return auction_entry(row)

    return looking_again(act)


def _create(
    spec: AuctionSpec, *, program: str, rules: AuctionRules, account: int, actor: str, at: datetime
) -> Auction:
    """The auction with its terms, and the sealed seed of its draw."""
    _, digest, sealed = sealing.new_seed()
    row = Auction.objects.create(
        program=program,
        number=spec.number,
        vintage=spec.vintage,
        quantity=notice_checks.offered(spec),
        reserve_price_cents=spec.reserve_price_cents,
        lot_size=rules.lot_size,
        bid_limit_percent=rules.bid_limit_percent,
        bids_max=rules.bids_max,
        undersubscribed_price=rules.undersubscribed_price,
        is_security_required=spec.is_security_required,
        account_id=account,
        reason=spec.reason,
        seed_digest=digest,
        sealed_seed=sealed,
        noticed_at=at,
        noticed_by=actor,
        opens_at=spec.opens_at,
        closes_at=spec.closes_at,
    )
    NoticeTerms.objects.create(
        auction=row,
        sitting=spec.sitting or spec.number,
        qualify_until=spec.qualify_until or spec.closes_at,
        how_to_qualify=spec.how_to_qualify.strip(),
        containment_ground=spec.containment_ground.strip(),
    )
    return row


def publish_sitting(
    specs: Sequence[AuctionSpec], *, program: str, actor: str, noticed_at: datetime
) -> list[AuctionEntry]:
    """Announce auctions of several vintages that are held together: all of them or none.

    Each vintage is cleared by itself and has its own price; who qualifies for one does for
    all, with one security.

    Raises Refused as `publish_notice` does.

    Source: RGGI-041, RGGI-042; PLAT-067; docs/decisions/0346.
    """

    def act() -> list[AuctionEntry]:
        return [
            publish_notice(spec, program=program, actor=actor, noticed_at=noticed_at)
            for spec in specs
        ]

    return looking_again(act)


def cancel_auction(
    *, program: str, number: str, reason: str, actor: str, at: datetime
) -> AuctionEntry:
    """Call an auction off before its bids are opened; all that was offered goes back.

    Raises Refused (`unknown_auction`, `not_in_state`, `reason_missing`).

    Source: PLAT-067.
    """

    def act() -> AuctionEntry:
        row = locked(program=program, number=number)
        if row.state != "open":
            raise Refused([not_in_state(row, "cancelled")])
        if not reason.strip():
            raise Refused([checks.ReasonMissing("Say why the auction is called off.")])
        parts = [(of, of.quantity) for of in row.consignments.order_by("id")]
        give_back(row, parts, actor=actor, at=at)
        row.state, row.reason = "cancelled", reason
        row.save(update_fields=["state", "reason"])
        ledger.close_account(row.account_id)
        telling.cancelled(row, actor=actor, at=at)
        audit.log(
            at=at,
            program=program,
            actor=actor,
            act="cancel_auction",
            subject=f"auction:{row.pk}",
            before={"state": "open"},
            after={"state": "cancelled", "reason": reason},
            cite="PLAT-067",
        )
        return auction_entry(row)

    return looking_again(act)


def rules_of(program: str) -> AuctionRules:
    """What a program says of its auctions.

    Raises Refused (`no_auctions`).
    """
    rules = programs.load(program).market.auctions
    if rules is None:
        raise Refused([checks.NoAuctions(f"There are no auctions in {program}.")])
    return rules


def locked(*, program: str, number: str) -> Auction:
    """An auction's row, which nobody else changes until the end of the transaction.

    The ledger's lock of its account orders rivals on SQLite, too.

    Raises Refused (`unknown_auction`).
    """
    ledger.lock_account(find(program=program, number=number).account_id)
    return Auction.objects.select_for_update().get(program=program, number=number)


def find_all(*, program: str, number: str) -> list[Auction]:
    """The auctions that are held together with one, that one among them, in order.

    Raises Refused (`unknown_auction`).
    """
    row = find(program=program, number=number)
    found = Auction.objects.filter(program=program, terms__sitting=row.terms.sitting)
    return list(found.order_by("id"))


def not_in_state(row: Auction, wanted: str) -> Refusal:
    """Why an auction is not closed, settled, delivered or cancelled as it is now."""
    return checks.NotInState(f"Auction {row.number} is {row.state}; it cannot be {wanted}.")


def _sources(consignments: Sequence[ConsignmentSpec], *, program: str) -> dict[str, AccountEntry]:
    return ledger_queries.accounts_numbered(
        program=program, numbers=[of.account for of in consignments]
    )


def _consign(
    row: Auction,
    consignments: Sequence[ConsignmentSpec],
    accounts: dict[str, AccountEntry],
    *,
    actor: str,
    at: datetime,
) -> None:
    """Move what is offered into the auction's account, one transaction a State's account."""
    for place, of in enumerate(consignments):
        source = accounts[of.account]
        try:
            blocks = ledger_queries.choose(source.id, vintage=row.vintage, quantity=of.quantity)
        except Refused as refused:
            raise Refused(
                [checks.TooFewHeld(refusal.sentence) for refusal in refused.refusals]
            ) from None
        (receipt,) = ledger.record(
            [
                Instruction(
                    type="consign",
                    source=source.id,
                    destination=row.account_id,
                    blocks=blocks,
                    key=uuid5(AUCTIONS, f"{row.program} {row.number} {place}"),
                    actor=actor,
                    submitted_at=at,
                    ground=_ground(row, of),
                    cite=CITE,
                )
            ],
            program=row.program,
            recorded_at=at,
        )
        Consignment.objects.create(
            auction=row,
            jurisdiction=source.jurisdiction,
            source_id=source.id,
            quantity=of.quantity,
            trigger_cents=of.trigger_cents,
            tx_id=receipt.tx,
        )


def _ground(row: Auction, of: ConsignmentSpec) -> str:
    """Why a State's allowances leave its account; of a reserve with the trigger (PLAT-066)."""
    if of.trigger_cents is None:
        return f"auction {row.number}"
    return f"auction {row.number}, if the price were above {in_dollars(of.trigger_cents)}"
