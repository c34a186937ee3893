"""Allowances of a set-aside that went to a resource.

Source: 40 CFR 62.16245(a)(5), 62.16231(d), 62.16365(a)(2)(iv)(A).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from trueup.resources.entries import AWARD_PURPOSES


class SetAsideAward(models.Model):
    """Allowances that a resource's project was given for a generation year; append-only.

    Attributes:
        purpose: Of which set-aside: `renewable_energy`, `early_action`, or `matching`.
        year: Of the MWh, projected or verified.
        tx: The transaction in the journal that moved them into the general account.

    Source: 40 CFR 62.16245(a)(5), 62.16231(d); MASS-080, MASS-104, MASS-164.
    """

    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="awards"
    )
    purpose = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    quantity = models.PositiveBigIntegerField()
    tx = models.BigIntegerField(unique=True)
    awarded_at = models.DateTimeField()
    awarded_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("resource", "purpose", "year"), name="set_aside_award_once"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=AWARD_PURPOSES), name="set_aside_award_purpose"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="set_aside_award_of_some"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} to {self.resource_id} for {self.year}"
