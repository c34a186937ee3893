"""What bidders file, and what a notice says besides: applications, schedules of bids, terms.

Source: RGGI-041, RGGI-042; PLAT-066.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

SECURITIES = ("letter_of_credit", "bond", "cash", "other", "none")
APPLICATION_STATES = ("waiting", "accepted", "refused", "withdrawn")


class NoticeTerms(models.Model):
    """What a notice says of an auction besides what clears it.

    Attributes:
        sitting: Auctions with the same one are of several vintages and held together: who
            qualifies for one does for all, with one security.
        qualify_until: Last instant at which an application to qualify is received.
        how_to_qualify: Told to those who apply.
        containment_ground: By which paper the cost containment reserve is offered above its
            trigger.

    Source: RGGI-040, RGGI-042; PLAT-066.
    """

    auction = models.OneToOneField(
        "auctions.Auction", on_delete=models.PROTECT, primary_key=True, related_name="terms"
    )
    sitting = models.CharField(max_length=20)
    qualify_until = models.DateTimeField()
    how_to_qualify = models.CharField(max_length=2000, blank=True)
    containment_ground = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(sitting=""), name="terms_of_a_sitting"),)
        indexes = (models.Index(fields=("sitting", "auction"), name="terms_by_sitting"),)

    def __str__(self) -> str:
        return f"terms of auction {self.pk}"


class Application(models.Model):
    """An account's application to qualify for an auction, with the security it gives.

    Attributes:
        key: Of the submission: makes a repeated one harmless.
        for_person: The representative in whose name an agent applied.
        reason: Why it was refused.

    Source: RGGI-042.
    """

    key = models.UUIDField(unique=True)
    auction = models.ForeignKey(
        "auctions.Auction", on_delete=models.PROTECT, related_name="applications"
    )
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    for_person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    security_kind = models.CharField(max_length=20)
    security_cents = models.PositiveBigIntegerField(null=True)
    reference = models.CharField(max_length=200, blank=True)
    signature = models.ForeignKey(
        "signing.Signature", null=True, on_delete=models.PROTECT, related_name="+"
    )
    filed_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=APPLICATION_STATES), name="bidder_application_state"
            ),
            models.CheckConstraint(
                condition=Q(security_kind="none", security_cents__isnull=True)
                | (
                    Q(security_kind__in=SECURITIES[:-1])
                    & Q(security_cents__isnull=False, security_cents__gte=1)
                ),
                name="bidder_application_security",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True, decided_by="")
                | (
                    ~Q(state="waiting")
                    & ~Q(decided_by="")
                    & Q(decided_at__isnull=False, decided_at__gte=F("filed_at"))
                ),
                name="bidder_application_decided",
            ),
            models.UniqueConstraint(
                fields=("auction", "account"),
                condition=Q(state="waiting"),
                name="bidder_application_once",
            ),
        )
        indexes = (
            models.Index(fields=("auction", "id"), name="bidder_applications"),
            models.Index(fields=("account", "id"), name="bidder_applications_of"),
        )

    def __str__(self) -> str:
        return f"application {self.pk} of account {self.account_id}: {self.state}"


class BidSchedule(models.Model):
    """All bids of an account as they were entered at once; the later takes their place.

    Attributes:
        key: Of the submission; the keys of its bids are made from it.
        bids: How many; 0 takes all bids back.
        commitment: SHA-256 over the commitments of its bids, in their order.

    Source: RGGI-041.
    """

    key = models.UUIDField(unique=True)
    auction = models.ForeignKey(
        "auctions.Auction", on_delete=models.PROTECT, related_name="schedules"
    )
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    for_person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    bids = models.PositiveIntegerField()
    commitment = models.CharField(max_length=64)
    signature = models.ForeignKey(
        "signing.Signature", null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("auction", "account", "id"), name="bid_schedules_of"),)

    def __str__(self) -> str:
        return f"{self.bids} bids of account {self.account_id} in auction {self.auction_id}"
