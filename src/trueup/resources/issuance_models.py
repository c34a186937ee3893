"""What was noticed, issued, found wrong and taken back.

Source: 40 CFR 62.16445(e), (f), 62.16450; preamble IV.D.6.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trueup.emissions.quantities import QuantityField


class CreditNotice(models.Model):
    """A year's calculated credits, published for comment; append-only.

    Attributes:
        closes_on: Last day for comment; nothing is issued on it or before.

    Source: preamble IV.D.6; RATE-139; AMB-10.
    """

    program = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField()
    closes_on = models.DateField()

    class Meta:
        indexes = (models.Index(fields=("program", "year"), name="credit_notice_by_year"),)

    def __str__(self) -> str:
        return f"notice of {self.year}, {self.program}"


class NoticedReport(models.Model):
    """A verified report that a notice covers, and the MWh that it showed; append-only."""

    notice = models.ForeignKey(CreditNotice, on_delete=models.PROTECT, related_name="reports")
    report = models.ForeignKey("resources.Report", on_delete=models.PROTECT, related_name="notices")
    verified_mwh = QuantityField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("notice", "report"), name="report_noticed_once"),
        )

    def __str__(self) -> str:
        return f"report {self.report_id} in notice {self.notice_id}"


class Issuance(models.Model):
    """Credits issued to a resource for a year; append-only.

    Attributes:
        lot: The lot's number in the books; the numbers from `lo` to `hi` were issued.
        tx: The transaction in the journal; null if corrections took everything.
        corrected: Credits that were not issued because earlier ones were too many.

    Source: 40 CFR 62.16445(e), (f), 62.16515(f); RATE-135 to RATE-143.
    """

    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="issuances"
    )
    year = models.PositiveSmallIntegerField()
    quantity = models.PositiveBigIntegerField()
    corrected = models.PositiveBigIntegerField(default=0)
    fraction_carried = models.CharField(max_length=60, blank=True)
    lot = models.BigIntegerField(null=True)
    lo = models.BigIntegerField(null=True)
    hi = models.BigIntegerField(null=True)
    tx = models.BigIntegerField(null=True, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            # RATE-138: one round for a resource and a year.
            models.UniqueConstraint(fields=("resource", "year"), name="issuance_once_a_year"),
            models.UniqueConstraint(fields=("lot", "lo"), name="issuance_serials_once"),
            models.CheckConstraint(
                condition=Q(quantity=0, lot=None, lo=None, hi=None, tx=None)
                | Q(
                    quantity=F("hi") - F("lo") + 1,
                    quantity__gt=0,
                    lot__isnull=False,
                    tx__isnull=False,
                ),
                name="issuance_serials_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} to {self.resource_id} for {self.year}"


class IssuanceReport(models.Model):
    """A report whose MWh were credited; each only once. Append-only.

    Source: 40 CFR 62.16445(a)(4), (e); RATE-057.
    """

    issuance = models.ForeignKey(Issuance, on_delete=models.PROTECT, related_name="reports")
    report = models.OneToOneField(
        "resources.Report", on_delete=models.PROTECT, related_name="issuance"
    )

    def __str__(self) -> str:
        return f"report {self.report_id} in issuance {self.issuance_id}"


class IssuanceDocument(models.Model):
    """A paper on which an issuance rests, in order of filing; append-only.

    Source: 40 CFR 62.16515(g)(10), (i); PLAT-089.
    """

    issuance = models.ForeignKey(Issuance, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey(
        "resources.Document", on_delete=models.PROTECT, related_name="issuances"
    )
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("issuance", "position"), name="issuance_document_position"
            ),
        )

    def __str__(self) -> str:
        return f"document {self.document_id} of issuance {self.issuance_id}"


class Overstatement(models.Model):
    """MWh by which a report was found to be too high, and how many were made up for.

    Attributes:
        taken: Of the next issues; what is left waits for the one after.

    Source: 40 CFR 62.16450(a), (b); RATE-145, RATE-146.
    """

    report = models.ForeignKey(
        "resources.Report", on_delete=models.PROTECT, related_name="overstatements"
    )
    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="overstatements"
    )
    mwh = models.PositiveBigIntegerField()
    taken = models.PositiveBigIntegerField(default=0)
    is_final_report = models.BooleanField(default=False)
    ground = models.CharField(max_length=1000)
    found_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(mwh__gt=0, taken__lte=F("mwh")), name="overstatement_not_overtaken"
            ),
            models.CheckConstraint(condition=~Q(ground=""), name="overstatement_says_why"),
        )

    def __str__(self) -> str:
        return f"{self.mwh} MWh too many in report {self.report_id}"


class Debt(models.Model):
    """Credits that were revoked or demanded, with the day by which the rest is due.

    Attributes:
        demanded: To be taken back in all.
        revoked: Taken from the account at once.
        claim: The ledger's claim for the rest; null if the account held enough.
        cause: `ineligible` bars the resource if it is not met, `final_report` the person.

    Source: 40 CFR 62.16450(b), (d); RATE-146, RATE-148, RATE-149; AMB-19.
    """

    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="debts"
    )
    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="credit_debts"
    )
    cause = models.CharField(max_length=12)
    demanded = models.PositiveBigIntegerField()
    revoked = models.PositiveBigIntegerField()
    claim = models.ForeignKey("ledger.Claim", null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    placed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(revoked__lte=F("demanded")), name="credit_debt_not_overtaken"
            ),
            models.CheckConstraint(
                condition=Q(cause__in=("ineligible", "final_report")), name="credit_debt_cause"
            ),
            models.CheckConstraint(
                condition=Q(revoked=F("demanded"), claim=None)
                | Q(revoked__lt=F("demanded"), claim__isnull=False),
                name="credit_debt_claimed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.demanded - self.revoked} of {self.resource_id} by {self.due_on}"


class Suspension(models.Model):
    """A time in which nothing is issued to a resource; reports are still taken.

    Source: 40 CFR 62.16450(e); RATE-144.
    """

    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="suspensions"
    )
    cause = models.CharField(max_length=30)
    ground = models.CharField(max_length=1000)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("resource",), condition=Q(until_at=None), name="suspension_one_a_time"
            ),
            models.CheckConstraint(condition=~Q(ground=""), name="suspension_says_why"),
        )

    def __str__(self) -> str:
        return f"{self.resource_id} from {self.from_at}"


class Bar(models.Model):
    """A resource or a representative that did not replace credits, until readmitted.

    Source: 40 CFR 62.16450(b), (d)(3); RATE-150; AMB-19.
    """

    debt = models.OneToOneField(Debt, on_delete=models.PROTECT, related_name="bar")
    resource = models.ForeignKey(
        "resources.Resource", null=True, on_delete=models.PROTECT, related_name="bars"
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    readmitted_for = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(resource=None, person__isnull=False)
                | Q(resource__isnull=False, person=None),
                name="bar_of_one",
            ),
        )

    def __str__(self) -> str:
        return f"bar for debt {self.debt_id}"
