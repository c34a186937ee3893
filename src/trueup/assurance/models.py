"""States' emissions against their assurance levels, and what each source owes for its group."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class StateAssessment(models.Model):
    """A State's emissions in a year against its assurance level; it is never changed.

    Attributes:
        level, tons: The State's assurance level and what its sources emitted.
        due: Allowances that all groups of the State owe together.
        due_on: The last day on which they are held in time.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    year = models.PositiveSmallIntegerField()
    level = models.DecimalField(max_digits=14, decimal_places=2)
    tons = models.PositiveBigIntegerField()
    due = models.PositiveBigIntegerField()
    due_on = models.DateField()
    decision = models.ForeignKey(
        "audit.Decision", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assessed_at = models.DateTimeField()
    assessed_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "year", "jurisdiction"), name="state_assessed_once"
            ),
        )

    def __str__(self) -> str:
        return f"assurance of {self.jurisdiction} for {self.year}"


class SourceShare(models.Model):
    """What one source owes of what its group owes.

    Attributes:
        representative: The designated representative, whose sources of the State are a group.
        group_tons, group_share, group_due: Of the whole group.
        tons: What this source emitted.
        due: Its part of what the group owes.
        taken: What was deducted when it was due; `claim` is for the rest.
        taken_at: Null until what is due was taken.
    """

    assessment = models.ForeignKey(StateAssessment, on_delete=models.PROTECT, related_name="shares")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    representative = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    group_tons = models.PositiveBigIntegerField()
    group_share = models.DecimalField(max_digits=14, decimal_places=2)
    group_due = models.PositiveBigIntegerField()
    tons = models.PositiveBigIntegerField()
    due = models.PositiveBigIntegerField()
    taken = models.PositiveBigIntegerField(default=0)
    claim = models.ForeignKey("ledger.Claim", null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("assessment", "account"), name="assurance_share_once"),
            models.CheckConstraint(
                condition=Q(taken__lte=F("due")) & Q(due__lte=F("group_due")),
                name="assurance_share_not_over",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=False) | Q(taken_at=None, taken=0, claim=None),
                name="assurance_taken_at_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("account",), condition=Q(taken_at=None, due__gt=0), name="assurance_to_take"
            ),
        )

    def __str__(self) -> str:
        return f"assurance share of account {self.account_id}"
