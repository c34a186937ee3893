"""Standing instructions: who gets a part of each issue of a resource's credits.

Source: 40 CFR 62.16530; PLAT-126; docs/decisions/0204.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trueup.emissions.quantities import QuantityField


class StandingInstruction(models.Model):
    """An instruction of a resource's representative; it ends, and is never changed.

    Attributes:
        percent: Of each issue; null where `up_to` says a number of credits.
        takes_part: Whether less than the whole is taken when less is left.
        is_irrevocable: It ends only when both sides want it, or an official ends it.
        end_wanted_by_sponsor, end_wanted_by_holder: The persons who asked for the end.

    Source: PLAT-126; docs/decisions/0204.
    """

    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="standing_instructions"
    )
    destination = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    percent = QuantityField(null=True)
    up_to = models.PositiveBigIntegerField(null=True)
    priority = models.PositiveSmallIntegerField()
    from_vintage = models.PositiveSmallIntegerField(null=True)
    to_vintage = models.PositiveSmallIntegerField(null=True)
    takes_part = models.BooleanField(default=True)
    is_irrevocable = models.BooleanField(default=False)
    given_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    end_wanted_by_sponsor = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    end_wanted_by_holder = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)
    ended_for = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(percent__isnull=False, percent__gt=0, percent__lte=100, up_to=None)
                | Q(percent=None, up_to__isnull=False, up_to__gt=0),
                name="standing_percent_or_number",
            ),
            models.CheckConstraint(
                condition=Q(from_vintage=None)
                | Q(to_vintage=None)
                | Q(to_vintage__gte=F("from_vintage")),
                name="standing_vintages",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="")
                | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="standing_ended_whole",
            ),
        )
        indexes = (
            models.Index(
                fields=("resource",), condition=Q(ended_at=None), name="standing_in_force"
            ),
        )

    def __str__(self) -> str:
        return f"standing instruction {self.pk} of {self.resource_id}"


class StandingPart(models.Model):
    """What an instruction was given of one issue, or why it was given nothing; append-only."""

    issuance = models.ForeignKey(
        "resources.Issuance", on_delete=models.PROTECT, related_name="parts"
    )
    instruction = models.ForeignKey(
        StandingInstruction, on_delete=models.PROTECT, related_name="parts"
    )
    wanted = models.PositiveBigIntegerField()
    given = models.PositiveBigIntegerField()
    tx = models.BigIntegerField(null=True, unique=True)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("issuance", "instruction"), name="standing_part_once_an_issue"
            ),
            models.CheckConstraint(
                condition=Q(given=0, tx=None) | Q(given__gt=0, tx__isnull=False),
                name="standing_part_moved",
            ),
            models.CheckConstraint(
                condition=Q(given__lte=F("wanted")), name="standing_part_not_more"
            ),
        )

    def __str__(self) -> str:
        return f"{self.given} of issue {self.issuance_id} by {self.instruction_id}"
