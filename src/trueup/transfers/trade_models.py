"""What a transfer says of the agreement behind it, where the program asks for that."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

METHOD_MAX = 200
WORD_MAX = 40


class TradeTerms(models.Model):
    """The agreement behind a transfer, as the parties state it: append-only.

    Attributes:
        agreed_on: When it was agreed: the trade date.
        price_cents: For each instrument; null where there is none or it is not fixed.
        pricing_method: In words, where the price follows from something else.
        reason: Why there is no price, one of the program's.
        needs_buyer: Whether the receiving side must confirm the same terms first.
        at_arms_length: Whether nobody represents both accounts.

    Source: RGGI-032, RGGI-035, RGGI-049.
    """

    transfer = models.OneToOneField(
        "transfers.Transfer", on_delete=models.PROTECT, related_name="terms"
    )
    program = models.CharField(max_length=20)
    kind = models.CharField(max_length=WORD_MAX)
    agreed_on = models.DateField()
    price_cents = models.PositiveBigIntegerField(null=True)
    pricing_method = models.CharField(max_length=METHOD_MAX, blank=True)
    reason = models.CharField(max_length=WORD_MAX, blank=True)
    needs_buyer = models.BooleanField()
    at_arms_length = models.BooleanField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(reason="", price_cents__isnull=False)
                | Q(reason="", price_cents__isnull=True) & ~Q(pricing_method="")
                | ~Q(reason="") & Q(price_cents__isnull=True, pricing_method=""),
                name="trade_terms_price_or_reason",
            ),
            models.CheckConstraint(
                condition=Q(price_cents__isnull=True) | Q(price_cents__gte=1),
                name="trade_terms_price",
            ),
        )
        indexes = (models.Index(fields=("program", "kind", "agreed_on"), name="trade_terms_kind"),)

    def __str__(self) -> str:
        return f"terms of transfer {self.transfer_id}: {self.kind} of {self.agreed_on}"
