"""Units that lose their allocations, and methods with which States distribute allowances.

Source: 40 CFR 62.16240(a)(2), (3), (c); 62.16325(a), (b); preamble V.E.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

LOSS_GROUNDS = ("idle", "modified", "not_affected", "elsewhere")
METHOD_STATES = ("submitted", "approved", "disapproved")


class UnitLoss(models.Model):
    """An affected unit that gets no allocations from a vintage on: append-only.

    Attributes:
        from_vintage: The first year of the first period that was not yet recorded.

    Source: 40 CFR 62.16240(a)(2), (3), (c)(2); MASS-060, MASS-061, MASS-064.
    """

    program = models.CharField(max_length=20)
    unit = models.ForeignKey("accounts.AffectedUnit", on_delete=models.PROTECT, related_name="+")
    jurisdiction = models.CharField(max_length=3)
    ground = models.CharField(max_length=15)
    detail = models.CharField(max_length=400)
    from_vintage = models.PositiveSmallIntegerField()
    found_on = models.DateField()
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            # Once lost, allocations stay lost (MASS-AMB-14).
            models.UniqueConstraint(fields=("program", "unit"), name="unit_loss_once"),
            models.CheckConstraint(condition=Q(ground__in=LOSS_GROUNDS), name="unit_loss_ground"),
            models.CheckConstraint(condition=~Q(detail=""), name="unit_loss_says_why"),
        )

    def __str__(self) -> str:
        return f"unit {self.unit_id} from {self.from_vintage}: {self.ground}"


class StateMethod(models.Model):
    """A State's own way of distributing its allowances, for a period and those after it.

    Attributes:
        period: The period for which it was submitted.
        for_period: The first for which it holds: that one, or the first that was not yet
            recorded when it was approved. Empty until then.

    Source: 40 CFR 62.16325(a), (b); preamble V.E; MASS-068 to MASS-070.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    period = models.CharField(max_length=9)
    dispatched_on = models.DateField()
    note = models.CharField(max_length=500)
    state = models.CharField(max_length=12, default="submitted")
    for_period = models.CharField(max_length=9, blank=True)
    decided_on = models.DateField(null=True)
    ground = models.CharField(max_length=500, blank=True)
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "period"),
                condition=~Q(state="disapproved"),
                name="state_method_once",
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", decided_on__isnull=True, for_period="")
                | Q(state="approved", decided_on__isnull=False) & ~Q(for_period="")
                | Q(state="disapproved", decided_on__isnull=False) & ~Q(ground=""),
                name="state_method_decided",
            ),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.period}: {self.state}"


class StateTable(models.Model):
    """A State's table of allowances that was recorded for a period: append-only.

    Source: 40 CFR 62.16325(a), (b); preamble V.E; MASS-070, PLAT-061, PLAT-062.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    period = models.CharField(max_length=9)
    method = models.ForeignKey(StateMethod, on_delete=models.PROTECT, related_name="tables")
    run = models.OneToOneField(
        "allocation.AllocationRun", on_delete=models.PROTECT, related_name="+"
    )
    dispatched_on = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "period"), name="state_table_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.period}"
