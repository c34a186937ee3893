"""Steps of the jurisdictions' plans, links between States, partner systems, lists of units.

Steps are append-only: a status is what follows from them on a day (`rules.state_plans`).

Source: 40 CFR 60.27; 62.16410(a); preamble III.A.1, IV.E, VI; MASS-071 to MASS-074.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from trueup.rules.state_plans import STEPS

PLANS = ("", "adopting", "own")


class PlanStep(models.Model):
    """A step of a jurisdiction's plan in a program: append-only.

    Attributes:
        on: The day of the step itself: receipt, decision, notice.
        effective_on: From when the units are under what was approved.
        first_period: The first compliance period of a State that joins under way.

    Source: 40 CFR 60.27(b)-(d), (g)-(k); 62.16410(a).
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    kind = models.CharField(max_length=30)
    on = models.DateField()
    plan = models.CharField(max_length=10, blank=True)
    effective_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    first_period = models.CharField(max_length=9, blank=True)
    note = models.CharField(max_length=500)
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=STEPS), name="plan_step_kind"),
            models.CheckConstraint(condition=Q(plan__in=PLANS), name="plan_step_plan"),
            models.CheckConstraint(condition=~Q(note=""), name="plan_step_says_why"),
        )
        indexes = (
            models.Index(fields=("program", "jurisdiction", "id"), name="plan_step_of_state"),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.kind} {self.on}"


class Link(models.Model):
    """A State with a plan of its own whose instruments and units are linked to the program.

    Attributes:
        tracking_system: Empty: this installation; else a partner system's name.

    Source: preamble III.A.1, V.A; MASS-072, RATE-216; PLAT-091.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    plan_evidence = models.CharField(max_length=300)
    kind = models.CharField(max_length=4)
    unit = models.CharField(max_length=40)
    ready_evidence = models.CharField(max_length=300)
    tracking_evidence = models.CharField(max_length=300)
    tracking_system = models.CharField(max_length=100, blank=True)
    active_from = models.DateField()
    ended_on = models.DateField(null=True)
    ended_because = models.CharField(max_length=500, blank=True)
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction"),
                condition=Q(ended_on__isnull=True),
                name="link_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ended_because="")
                | Q(ended_on__isnull=False) & ~Q(ended_because=""),
                name="link_end_says_why",
            ),
            # All five conditions are recorded, or there is no link (PLAT-091).
            models.CheckConstraint(
                condition=~Q(plan_evidence="") & ~Q(ready_evidence="") & ~Q(tracking_evidence=""),
                name="link_has_evidence",
            ),
        )

    def __str__(self) -> str:
        return f"link of {self.jurisdiction} to {self.program} from {self.active_from}"


class PartnerSystem(models.Model):
    """Another tracking system, approved for moves of a State's instruments.

    Source: 40 CFR 62.16515(j); RATE-214.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    name = models.CharField(max_length=100)
    plan_evidence = models.CharField(max_length=300)
    epa_evidence = models.CharField(max_length=300)
    approved_on = models.DateField()
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "name"), name="partner_system_once"
            ),
            models.CheckConstraint(
                condition=~Q(plan_evidence="") & ~Q(epa_evidence="") & ~Q(name=""),
                name="partner_system_has_evidence",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} for {self.jurisdiction} in {self.program}"


class ListedUnit(models.Model):
    """An affected EGU on the list that a State with a plan of its own supplied.

    Source: preamble IV.E.1; RATE-219; PLAT-106.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    oris_code = models.PositiveIntegerField()
    unit_id = models.CharField(max_length=40)
    unit_type = models.CharField(max_length=30)
    listed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "oris_code", "unit_id"),
                name="listed_unit_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.oris_code} {self.unit_id}"
