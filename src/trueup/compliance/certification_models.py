"""What sources certify after a period, and the certifications of their monitoring equipment."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

TEXT_MAX = 2000


class CertificationReport(models.Model):
    """A compliance certification report as it was filed: append-only; the newest one counts.

    Attributes:
        due_on: The last day on which it was on time, as the program had it.
        answers: Of each statement: its key, whether it is so, and why if not.

    Source: RGGI-034.
    """

    program = models.CharField(max_length=20)
    period = models.CharField(max_length=9)
    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    facility = models.ForeignKey(
        "accounts.Facility", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    filed_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    filed_at = models.DateTimeField()
    filed_on = models.DateField()
    due_on = models.DateField()
    answers = models.JSONField()
    remark = models.CharField(max_length=TEXT_MAX, blank=True)
    signature = models.ForeignKey(
        "signing.Signature",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        indexes = (
            models.Index(fields=("program", "period", "account"), name="certification_of_period"),
            models.Index(fields=("account", "id"), name="certification_of_account"),
        )

    def __str__(self) -> str:
        return f"certification {self.period} of account {self.account_id}"


class MonitoringRecord(models.Model):
    """That equipment of a source is certified, or does not apply: append-only; the newest counts.

    Attributes:
        quantity: What it measures, one of the program's.
        valid_until: The last day of the certification; null: no end.
        not_applicable: Why the source needs none; empty for a certification.

    Source: RGGI-004.
    """

    program = models.CharField(max_length=20)
    facility = models.ForeignKey(
        "accounts.Facility", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    quantity = models.CharField(max_length=40)
    certified_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    not_applicable = models.CharField(max_length=400, blank=True)
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(not_applicable="", certified_on__isnull=False)
                | ~Q(not_applicable="") & Q(certified_on__isnull=True, valid_until__isnull=True),
                name="monitoring_certified_or_not",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(certified_on__isnull=False, valid_until__gte=F("certified_on")),
                name="monitoring_valid_after",
            ),
        )
        indexes = (
            models.Index(fields=("program", "facility", "id"), name="monitoring_of_facility"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of facility {self.facility_id}"
