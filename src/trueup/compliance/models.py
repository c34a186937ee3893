"""Runs of deductions, their outcome for each facility, and what came before and after.

The deductions themselves are in the ledger: which serial numbers went, and what is still
owed. These rows say what they were for.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

OMISSION_REASONS = ("emissions_incomplete", "emissions_not_final", "subcategory_missing")
APPEAL_STATES = ("pending", "decided")


class DeductionRun(models.Model):
    """One run of deductions for a compliance period.

    Attributes:
        finished_at: Null only within the run's own database transaction; two runs of a
            period cannot be under way at once.
        settled, left_out: Facilities. The other figures are sums over the settled ones.
    """

    program = models.CharField(max_length=20)
    period = models.CharField(max_length=9)
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    settled = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    obligation = models.PositiveBigIntegerField(default=0)
    deducted = models.PositiveBigIntegerField(default=0)
    excess_due = models.PositiveBigIntegerField(default=0)
    excess_deducted = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "period"),
                condition=Q(finished_at=None),
                name="deduction_run_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(deducted__lte=F("obligation")), name="deduction_run_not_over"
            ),
        )
        indexes = (models.Index(fields=("program", "period", "id"), name="deduction_run_browse"),)

    def __str__(self) -> str:
        return f"deductions {self.period}, run {self.pk}"


class Settlement(models.Model):
    """The outcome of one facility in one compliance period, as it stands.

    What changed it since the run is in the audit's events and decisions.

    Attributes:
        unit: The affected EGU, where each is settled by an account of its own; its tons
            are credits then, and its emissions are the need for them.
        held: What was available at the deadline.
        waived: Tons for which an appeal returned what had been deducted.
        retired_by_owner: Tons for which the owner retired allowances, where the program
            counts that.
        claim: What is still owed for excess emissions, in the ledger; null if nothing
            was missing.
        passed_over: Serial numbers that were asked for and not used, and why.

    Source: 40 CFR 62.16340; 62.16535.
    """

    run = models.ForeignKey(DeductionRun, on_delete=models.PROTECT, related_name="settlements")
    program = models.CharField(max_length=20)
    period = models.CharField(max_length=9)
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        "accounts.AffectedUnit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    obligation = models.PositiveBigIntegerField()
    held = models.PositiveBigIntegerField()
    deducted = models.PositiveBigIntegerField()
    waived = models.PositiveBigIntegerField(default=0)
    retired_by_owner = models.PositiveBigIntegerField(default=0)
    excess_due = models.PositiveBigIntegerField()
    claim = models.ForeignKey("ledger.Claim", null=True, on_delete=models.PROTECT, related_name="+")
    passed_over = models.JSONField(default=list)
    decision = models.ForeignKey(
        "audit.Decision", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "period", "account"), name="settlement_once_a_period"
            ),
            # 40 CFR 62.16340(b)(1): until the number equals the tons, and not beyond.
            models.CheckConstraint(
                condition=Q(obligation__gte=F("deducted") + F("waived") + F("retired_by_owner")),
                name="settlement_not_over",
            ),
        )
        indexes = (models.Index(fields=("facility", "program"), name="settlement_of_facility"),)

    def __str__(self) -> str:
        return f"settlement {self.period} of account {self.account_id}"

    @property
    def exempt(self) -> int:
        """Tons for which nothing is deducted."""
        return self.waived + self.retired_by_owner


class Omission(models.Model):
    """A facility that a run left out, and why.

    Attributes:
        missing: Units and years that have no complete data.
    """

    run = models.ForeignKey(DeductionRun, on_delete=models.PROTECT, related_name="omissions")
    program = models.CharField(max_length=20)
    period = models.CharField(max_length=9)
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        "accounts.AffectedUnit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=24)
    missing = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("run", "account"), name="omission_once_a_run"),
            models.CheckConstraint(
                condition=Q(reason__in=OMISSION_REASONS), name="omission_reason"
            ),
        )

    def __str__(self) -> str:
        return f"account {self.account_id} left out of run {self.run_id}: {self.reason}"


class SerialRequest(models.Model):
    """Serial numbers that a representative asks to have deducted first: append-only.

    Attributes:
        submitted_at, received_at: When it was dispatched, and when it arrived.
        is_late: Dispatched after the deadline; it is passed over.
        blocks: First and last serial number of each block, in the order asked for.

    Source: 40 CFR 62.16340(c)(1).
    """

    program = models.CharField(max_length=20)
    period = models.CharField(max_length=9)
    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    submitted_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField()
    is_late = models.BooleanField()
    blocks = models.JSONField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(received_at__gte=F("submitted_at")), name="serial_request_received"
            ),
        )
        indexes = (
            models.Index(
                fields=("account", "period", "submitted_at"), name="serial_request_of_account"
            ),
        )

    def __str__(self) -> str:
        return f"request {self.pk} for account {self.account_id}, {self.period}"


class HoldingsReview(models.Model):
    """That all accounts were reviewed for one lead time, so that none is warned twice.

    Source: PLAT-082.
    """

    program = models.CharField(max_length=20)
    period = models.CharField(max_length=9)
    lead_days = models.PositiveSmallIntegerField()
    reviewed_at = models.DateTimeField()
    short = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "period", "lead_days"), name="holdings_review_once"
            ),
        )

    def __str__(self) -> str:
        return f"review {self.period}, {self.lead_days} days ahead: {self.short} short"


class Appeal(models.Model):
    """An appeal against a facility's deductions, and its outcome.

    Attributes:
        returned: Allowances that went back because of it.
        ruling: What was decided, in words.

    Source: 78.1; MASS-166, PLAT-111.
    """

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="appeals")
    decision = models.ForeignKey("audit.Decision", on_delete=models.PROTECT, related_name="+")
    filed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    reasons = models.TextField(blank=True)
    state = models.CharField(max_length=10, default="pending")
    ruling = models.TextField(blank=True)
    returned = models.PositiveBigIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=APPEAL_STATES), name="appeal_state"),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at=None, returned=0)
                | Q(state="decided", decided_at__isnull=False),
                name="appeal_decided",
            ),
            models.UniqueConstraint(
                fields=("settlement",), condition=Q(state="pending"), name="appeal_one_pending"
            ),
        )

    def __str__(self) -> str:
        return f"appeal {self.pk} ({self.state})"


class Recovery(models.Model):
    """What was done about allowances that were allocated to a unit by mistake.

    Attributes:
        quantity: Recorded for the unit in the period. taken: Taken back at once.
        is_too_late: The period's deductions were done; nothing is taken back.
        claim: What the account lacked, in the ledger; null if nothing.

    Source: 40 CFR 62.16240(c); MASS-063 to MASS-067.
    """

    program = models.CharField(max_length=20)
    period = models.CharField(max_length=9)
    unit = models.ForeignKey("accounts.AffectedUnit", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveBigIntegerField()
    taken = models.PositiveBigIntegerField()
    is_too_late = models.BooleanField()
    claim = models.ForeignKey("ledger.Claim", null=True, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(max_length=400)
    found_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "recoveries"
        constraints = (
            models.UniqueConstraint(
                fields=("program", "period", "unit"), name="recovery_once_a_period"
            ),
            models.CheckConstraint(
                condition=Q(taken__lte=F("quantity"))
                & (Q(is_too_late=False) | Q(taken=0, claim=None)),
                name="recovery_not_over",
            ),
        )

    def __str__(self) -> str:
        return f"recovery {self.period} of unit {self.unit_id}: {self.taken} of {self.quantity}"


from trueup.compliance.certification_models import (  # noqa: E402
    CertificationReport,
    MonitoringRecord,
)

__all__ = [
    "APPEAL_STATES",
    "OMISSION_REASONS",
    "Appeal",
    "CertificationReport",
    "DeductionRun",
    "HoldingsReview",
    "MonitoringRecord",
    "Omission",
    "Recovery",
    "SerialRequest",
    "Settlement",
]
