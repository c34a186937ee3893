"""What was created for which purpose, and what was allocated to whom.

The allowances themselves are in the ledger; these rows say what a transaction was for.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

PURPOSES = ("reserve", "renewable_energy", "output_based", "early_action")
SET_ASIDES = PURPOSES[1:]
KINDS = ("table", "plan", "formula", "reserve")


class SetAsideSize(models.Model):
    """A set-aside of one vintage whose size is not that of the program's table.

    Source: 40 CFR 62.16240(a)(2)-(3), (c)(5).
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    vintage = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=20)
    quantity = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "vintage", "purpose"),
                name="set_aside_size_once",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=SET_ASIDES), name="set_aside_size_purpose"
            ),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.vintage} {self.purpose}: {self.quantity}"


class BudgetPart(models.Model):
    """Serial numbers of a lot that were created for one purpose: append-only.

    Source: 40 CFR 62.16235; 62.16325(c).
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    vintage = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=20)
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    tx = models.ForeignKey("ledger.Transaction", on_delete=models.PROTECT, related_name="+")
    originated_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "vintage", "first"), name="budget_part_once"
            ),
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="budget_part_purpose"),
            models.CheckConstraint(
                condition=Q(first__gte=1, last__gte=F("first")), name="budget_part_not_empty"
            ),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction}-{self.vintage}-{self.first} to {self.last}: {self.purpose}"


class AllocationRun(models.Model):
    """One recordation of allocations, whole: append-only.

    Attributes:
        key: Makes a repeated request harmless.
        digest: What was asked for, so that a key or a plan is not used for two things.
    """

    program = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    key = models.UUIDField(unique=True)
    digest = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200, blank=True)
    rows = models.PositiveIntegerField()
    quantity = models.PositiveBigIntegerField()
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="allocation_run_kind"),
            # PLAT-060: the same plan is not recorded twice.
            models.UniqueConstraint(
                fields=("program", "digest"),
                condition=Q(kind="plan"),
                name="allocation_plan_once",
            ),
        )
        indexes = (models.Index(fields=("program", "id"), name="allocation_run_browse"),)

    def __str__(self) -> str:
        return f"allocation {self.pk}: {self.quantity} in {self.rows} rows"


class AllocationRecord(models.Model):
    """Allowances of one vintage that were allocated to one recipient: append-only.

    Attributes:
        unit: The affected unit that they are for; null where there is none.
        jurisdiction: Whose allowances they are.

    Source: 40 CFR 62.16240(a)(1); 62.16325.
    """

    run = models.ForeignKey(AllocationRun, on_delete=models.PROTECT, related_name="records")
    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "accounts.AffectedUnit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    jurisdiction = models.CharField(max_length=3)
    vintage = models.PositiveSmallIntegerField()
    quantity = models.PositiveBigIntegerField()
    tx = models.ForeignKey("ledger.Transaction", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gte=1), name="allocation_whole"),
        )
        indexes = (models.Index(fields=("account", "vintage", "id"), name="allocation_of_account"),)

    def __str__(self) -> str:
        return f"{self.quantity} of vintage {self.vintage} to account {self.account_id}"


from trueup.allocation.change_models import (  # noqa: E402 - Django finds them here.
    StateMethod,
    StateTable,
    UnitLoss,
)
from trueup.allocation.early_models import (  # noqa: E402 - Django finds them here.
    EarlyActionAward,
    EarlyActionFile,
    EarlyActionLeftover,
    EarlyActionLeftoverShare,
    EarlyActionProject,
    EarlyActionSetting,
)

__all__ = [
    "AllocationRecord",
    "AllocationRun",
    "BudgetPart",
    "EarlyActionAward",
    "EarlyActionFile",
    "EarlyActionLeftover",
    "EarlyActionLeftoverShare",
    "EarlyActionProject",
    "EarlyActionSetting",
    "SetAsideSize",
    "StateMethod",
    "StateTable",
    "UnitLoss",
]
