"""What was given out of a set-aside by decision, and not by a formula."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Award(models.Model):
    """Instruments of a set-aside given to one account by two officials: append-only.

    Attributes:
        ground: Why, which is published.

    Source: PLAT-065; 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii).
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    vintage = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=20)
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveBigIntegerField()
    ground = models.CharField(max_length=500)
    tx = models.OneToOneField("ledger.Transaction", on_delete=models.PROTECT, related_name="+")
    proposed_by = models.CharField(max_length=60)
    approved_by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & ~Q(ground="") & ~Q(approved_by=F("proposed_by")),
                name="award_by_two",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.jurisdiction} {self.vintage} {self.purpose}"
