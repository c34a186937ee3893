"""What stays to be watched of a retired unit: the proof that it retired, and alarms."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class RetirementProof(models.Model):
    """A record that proves a retirement, and until when it is kept at the facility.

    Attributes:
        keep_until: Five years from the day it was created, or as extended.
        extended_at, extension: When and why it is to be kept for longer, in writing.

    Source: 40 CFR 62.16215(b)(2).
    """

    unit = models.ForeignKey(
        "accounts.AffectedUnit", on_delete=models.PROTECT, related_name="proofs"
    )
    what = models.CharField(max_length=200)
    created_on = models.DateField()
    keep_until = models.DateField()
    extended_at = models.DateTimeField(null=True)
    extension = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(what=""), name="retirement_proof_named"),
            models.CheckConstraint(
                condition=Q(keep_until__gt=F("created_on")), name="retirement_proof_kept"
            ),
            models.CheckConstraint(
                condition=Q(extended_at=None, extension="")
                | (Q(extended_at__isnull=False) & ~Q(extension="")),
                name="retirement_proof_extended_in_writing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.what} of {self.unit_id}"


class ExemptionReview(models.Model):
    """An exemption that is under review since emissions were reported despite it.

    Source: 40 CFR 62.16215(b)(1); MASS-149, PLAT-036.
    """

    program = models.CharField(max_length=20)
    unit = models.ForeignKey(
        "accounts.AffectedUnit", on_delete=models.PROTECT, related_name="exemption_reviews"
    )
    state = models.CharField(max_length=10, default="open")
    raised_at = models.DateTimeField()
    ground = models.CharField(max_length=400)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None, outcome="")
                | (Q(state__in=("upheld", "ended"), ended_at__isnull=False) & ~Q(outcome="")),
                name="exemption_review_state",
            ),
            models.CheckConstraint(condition=~Q(ground=""), name="exemption_review_ground"),
            models.UniqueConstraint(
                fields=("program", "unit"),
                condition=Q(state="open"),
                name="exemption_review_one_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.program}: unit {self.unit_id} ({self.state})"
