"""Savings that were claimed, by customer and measure, so that nobody claims them again.

Source: 40 CFR 62.16455(c)(7)(vi)(C); RATE-102.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class SavingClaim(models.Model):
    """The saving of a customer by a measure in a year, claimed by one report.

    Attributes:
        customer: A number that is the customer's alone, or of a vendor where customers are
            not known; without case and blanks.
        measure: What saves, in words; without case and blanks.
    """

    program = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    customer = models.CharField(max_length=100)
    measure = models.CharField(max_length=100)
    report = models.ForeignKey(
        "resources.Report", on_delete=models.PROTECT, related_name="saving_claims"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "year", "customer", "measure"), name="saving_claimed_once"
            ),
            models.CheckConstraint(
                condition=~Q(customer="") & ~Q(measure=""), name="saving_claim_named"
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} at {self.customer}, {self.year}"
