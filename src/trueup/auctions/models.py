"""Auctions: what was offered, who could bid, bids that nobody reads before the close, results.

The allowances are in the ledger, in an account of the auction's own from the notice until
delivery. Money is whole cents and is recorded, not collected.

Source: RGGI-040 to RGGI-045; PLAT-067, PLAT-068.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

# open: bids are taken between its instants; closed: opened and cleared; settled: who did not
# pay is known; delivered: allowances are with the winners; cancelled: never opened.
STATES = ("open", "closed", "settled", "delivered", "cancelled")


class Auction(models.Model):
    """One auction of allowances of one vintage.

    Attributes:
        account: Holds what is offered from the notice until delivery.
        reason: Why there is another auction in its quarter, or why it was cancelled.
        seed_digest: SHA-256 of the seed of the draw, published with the notice.
        sealed_seed: The seed, encrypted until the close.
        asked_by: The official who asked to close it; another one opens the bids.

    Source: RGGI-040, RGGI-041.
    """

    program = models.CharField(max_length=20)
    number = models.CharField(max_length=20)
    vintage = models.PositiveSmallIntegerField()
    quantity = models.PositiveBigIntegerField()
    reserve_price_cents = models.PositiveBigIntegerField()
    lot_size = models.PositiveIntegerField()
    bid_limit_percent = models.PositiveSmallIntegerField()
    bids_max = models.PositiveIntegerField()
    undersubscribed_price = models.CharField(max_length=20)
    is_security_required = models.BooleanField(default=True)
    account = models.OneToOneField("ledger.Account", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    seed_digest = models.CharField(max_length=64)
    sealed_seed = models.BinaryField()
    noticed_at = models.DateTimeField()
    noticed_by = models.CharField(max_length=60)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")
    asked_by = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=60, blank=True)
    settled_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("program", "number"), name="auction_number"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="auction_state"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, lot_size__gte=1, bids_max__gte=1),
                name="auction_offers_something",
            ),
            models.CheckConstraint(
                condition=Q(noticed_at__lte=F("opens_at"), opens_at__lt=F("closes_at")),
                name="auction_runs_forward",
            ),
            # Opened only after its close, on the word of two officials.
            models.CheckConstraint(
                condition=Q(state__in=("open", "cancelled"), closed_at__isnull=True)
                | (
                    Q(state__in=("closed", "settled", "delivered"))
                    & Q(closed_at__isnull=False, closed_at__gte=F("closes_at"))
                    & ~Q(closed_by="")
                    & ~Q(asked_by="")
                    & ~Q(closed_by=F("asked_by"))
                ),
                name="auction_closed_by_two",
            ),
            # PLAT-068: closed, settled, delivered, in this order.
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, delivered_at__isnull=True)
                | Q(
                    settled_at__isnull=False,
                    delivered_at__isnull=True,
                    state="settled",
                    settled_at__gte=F("closed_at"),
                )
                | Q(
                    settled_at__isnull=False,
                    delivered_at__isnull=False,
                    state="delivered",
                    delivered_at__gte=F("settled_at"),
                ),
                name="auction_in_order",
            ),
        )
        indexes = (models.Index(fields=("program", "closes_at"), name="auction_by_close"),)

    def __str__(self) -> str:
        return f"auction {self.number} of {self.quantity}: {self.state}"


class Consignment(models.Model):
    """What a State puts up, out of which of its accounts.

    Attributes:
        trigger_cents: Of a cost containment reserve, the price above which it is offered;
            null for what is offered at once.
        sold: Known from the close on.

    Source: RGGI-043.
    """

    auction = models.ForeignKey(Auction, on_delete=models.PROTECT, related_name="consignments")
    jurisdiction = models.CharField(max_length=3)
    source = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveBigIntegerField()
    trigger_cents = models.PositiveBigIntegerField(null=True)
    tx = models.ForeignKey("ledger.Transaction", on_delete=models.PROTECT, related_name="+")
    sold = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gte=1), name="consignment_not_empty"),
            models.CheckConstraint(
                condition=Q(sold__isnull=True) | Q(sold__isnull=False, sold__lte=F("quantity")),
                name="consignment_sold_at_most",
            ),
            models.UniqueConstraint(
                fields=("auction", "source"),
                condition=Q(trigger_cents__isnull=True),
                name="consignment_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction}: {self.quantity}"


class Qualification(models.Model):
    """That an account may bid, and for how much security was given.

    Attributes:
        security_cents: Null where the auction asks for none.

    Source: RGGI-042.
    """

    auction = models.ForeignKey(Auction, on_delete=models.PROTECT, related_name="qualifications")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    security_cents = models.PositiveBigIntegerField(null=True)
    decided_by = models.CharField(max_length=60)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("auction", "account"), name="qualification_once"),
        )

    def __str__(self) -> str:
        return f"account {self.account_id} in auction {self.auction_id}"


class SealedBid(models.Model):
    """A bid as it was entered: who and when, the rest encrypted.

    Attributes:
        key: Makes a repeated request harmless.
        sealed: Quantity, price and salt, encrypted with a key that the database has not.
        commitment: SHA-256 of what is sealed, which the bidder is given.

    Source: RGGI-041.
    """

    auction = models.ForeignKey(Auction, on_delete=models.PROTECT, related_name="bids")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    sealed = models.BinaryField()
    commitment = models.CharField(max_length=64)
    entered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_at__gte=F("entered_at")),
                name="bid_withdrawn_later",
            ),
        )
        indexes = (models.Index(fields=("auction", "account"), name="bids_of_account"),)

    def __str__(self) -> str:
        return f"bid {self.pk} in auction {self.auction_id}"


class OpenedBid(models.Model):
    """What a bid said, and what it won: written at the close, never changed.

    Source: RGGI-041, RGGI-045.
    """

    bid = models.OneToOneField(
        SealedBid, on_delete=models.PROTECT, primary_key=True, related_name="opened"
    )
    quantity = models.PositiveBigIntegerField()
    price_cents = models.PositiveBigIntegerField()
    awarded = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(quantity__gte=1, awarded__lte=F("quantity")), name="opened_bid_award"
            ),
        )

    def __str__(self) -> str:
        return f"bid {self.pk}: {self.awarded} of {self.quantity}"


class Result(models.Model):
    """What an auction came to: written at the close, never changed.

    Attributes:
        price_cents: Null if nothing was sold.
        released: Of a cost containment reserve, in `sold` already.
        seed: By which ties were drawn; its digest was in the notice.

    Source: RGGI-045.
    """

    auction = models.OneToOneField(
        Auction, on_delete=models.PROTECT, primary_key=True, related_name="result"
    )
    price_cents = models.PositiveBigIntegerField(null=True)
    sold = models.PositiveBigIntegerField()
    released = models.PositiveBigIntegerField()
    bids = models.PositiveIntegerField()
    bidders = models.PositiveIntegerField()
    winners = models.PositiveIntegerField()
    seed = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(price_cents__isnull=True, sold=0)
                | Q(price_cents__isnull=False, sold__gte=1),
                name="auction_result_priced",
            ),
        )

    def __str__(self) -> str:
        return f"result of auction {self.pk}: {self.sold} at {self.price_cents}"


class Award(models.Model):
    """What a winner gets; it goes back if it was not paid for.

    Source: RGGI-031, RGGI-044.
    """

    auction = models.ForeignKey(Auction, on_delete=models.PROTECT, related_name="awards")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveBigIntegerField()
    is_forfeited = models.BooleanField(default=False)
    tx = models.ForeignKey(
        "ledger.Transaction", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("auction", "account"), name="award_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="award_not_empty"),
            models.CheckConstraint(
                condition=Q(tx__isnull=True) | Q(tx__isnull=False, is_forfeited=False),
                name="award_forfeited_or_delivered",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} to account {self.account_id}"


# Kept in a module of their own, and found by Django here.
from trueup.auctions.filing_models import (  # noqa: E402, F401
    Application,
    BidSchedule,
    NoticeTerms,
)
