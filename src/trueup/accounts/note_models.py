"""What is kept of a facility without gating anything: its permits, and captured CO2.

Source: 40 CFR 62.16220(d), 62.16360(e); MASS-009, MASS-162.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

PERMIT_STATES = ("in_force", "revision_pending", "ended")


class PermitNote(models.Model):
    """A reference to a facility's permit, as somebody noted it; append-only, the latest holds.

    Source: 40 CFR 62.16220(d); MASS-009.
    """

    facility = models.ForeignKey(
        "accounts.Facility", on_delete=models.PROTECT, related_name="permit_notes"
    )
    reference = models.CharField(max_length=200)
    state = models.CharField(max_length=20)
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(reference=""), name="permit_note_names_one"),
            models.CheckConstraint(condition=Q(state__in=PERMIT_STATES), name="permit_note_state"),
        )

    def __str__(self) -> str:
        return f"{self.reference}: {self.state}"


class CaptureNote(models.Model):
    """Whether a unit captures CO2 to comply, and who receives it; append-only, the latest holds.

    Attributes:
        receiver: The facility to which it is passed; empty where the unit reports itself.
        reports: Whether the unit, or that facility, reports under part 98 PP and RR.

    Source: 40 CFR 62.16360(e); MASS-162.
    """

    unit = models.ForeignKey(
        "accounts.AffectedUnit", on_delete=models.PROTECT, related_name="capture_notes"
    )
    captures = models.BooleanField()
    receiver = models.CharField(max_length=200, blank=True)
    reports = models.BooleanField(default=False)
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=60)

    def __str__(self) -> str:
        return f"unit {self.unit_id}: {'captures' if self.captures else 'does not capture'} CO2"
