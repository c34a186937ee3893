"""What is known of eligible resources, their papers, verifiers, and the credits issued.

Source: 40 CFR 62.16435 to 62.16480, 62.16515(g).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trueup.emissions.quantities import QuantityField
from trueup.resources.entries import (
    APPLICATION_STATES,
    APPROACHES,
    PLANS,
    REPORT_STATES,
    RESOURCE_STATES,
)
from trueup.rules.papers import KINDS


class HostState(models.Model):
    """How a State where resources are has chosen; without a row it follows the program.

    Source: 40 CFR 62.16435(a)(3); RATE-049, RATE-053; AMB-15, AMB-25.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    approach = models.CharField(max_length=4)
    plan = models.CharField(max_length=7)
    carries_fractions = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("program", "jurisdiction"), name="host_state_once"),
            models.CheckConstraint(
                condition=Q(approach__in=APPROACHES, plan__in=PLANS), name="host_state_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction} in {self.program}"


class Resource(models.Model):
    """Something that generates or saves electricity and asks for credits. Never deleted.

    Attributes:
        kind: Within the category: `on_shore`, `photovoltaic`, ....
        account: The general account in which its credits are recorded.
        identifier: Of the register, given with the registration.
        uprate_*: Capacity that was added to older capacity, in MW of nameplate.
        fraction_carried: Of a MWh, where the State carries fractions.

    Source: 40 CFR 62.16435, 62.16445(a)(2), (b), 62.16515(g)(3)-(5).
    """

    program = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=3)
    kind = models.CharField(max_length=20, blank=True)
    jurisdiction = models.CharField(max_length=3)
    account = models.ForeignKey(
        "ledger.Account", null=True, on_delete=models.PROTECT, related_name="resources"
    )
    state = models.CharField(max_length=12, default="described")
    identifier = models.CharField(max_length=20, blank=True)
    capacity_mw = QuantityField()
    in_service_on = models.DateField(null=True)
    grid = models.CharField(max_length=10)
    uprate_on = models.DateField(null=True)
    uprate_from_mw = QuantityField(null=True)
    uprate_to_mw = QuantityField(null=True)
    derated_on = models.DateField(null=True)
    is_relicensed = models.BooleanField(default=False)
    contract_with = models.CharField(max_length=3, blank=True)
    is_regional_supply = models.BooleanField(default=False)
    has_meter = models.BooleanField(default=True)
    savings_kind = models.CharField(max_length=12, blank=True)
    savings_basis = models.CharField(max_length=10, default="EX_POST")
    is_distributed = models.BooleanField(default=False)
    exclusion = models.CharField(max_length=20, blank=True)
    owner = models.CharField(max_length=200, blank=True)
    described_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("program", "name"), name="resource_name_once"),
            models.UniqueConstraint(
                fields=("program", "identifier"),
                condition=~Q(identifier=""),
                name="resource_identifier_once",
            ),
            models.CheckConstraint(condition=Q(state__in=RESOURCE_STATES), name="resource_state"),
            models.CheckConstraint(
                condition=~Q(state="registered")
                | (Q(registered_at__isnull=False, account__isnull=False) & ~Q(identifier="")),
                name="resource_registered_whole",
            ),
            models.CheckConstraint(
                condition=Q(uprate_on=None, uprate_from_mw=None, uprate_to_mw=None)
                | Q(
                    uprate_on__isnull=False,
                    uprate_from_mw__isnull=False,
                    uprate_to_mw__isnull=False,
                ),
                name="resource_uprate_whole",
            ),
        )
        indexes = (
            models.Index(fields=("program", "state", "id"), name="resource_by_state"),
            models.Index(fields=("program", "category", "id"), name="resource_by_category"),
        )

    def __str__(self) -> str:
        return self.name


class Application(models.Model):
    """An eligibility application on its way to a decision.

    Source: 40 CFR 62.16445(a), (b); RATE-061, RATE-073, RATE-074.
    """

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="applications")
    state = models.CharField(max_length=12, default="submitted")
    submitted_at = models.DateTimeField()
    question = models.CharField(max_length=2000, blank=True)
    verifier = models.ForeignKey(
        "resources.Verifier", null=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("resource",), condition=~Q(state="rejected"), name="application_one_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=APPLICATION_STATES), name="eligibility_application_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(verified_at__isnull=False),
                name="eligibility_application_verified",
            ),
        )

    def __str__(self) -> str:
        return f"application {self.pk} of {self.resource_id}"


class Report(models.Model):
    """An M&V report: MWh that a resource generated or saved in whole months of one year.

    Attributes:
        sequence: From 1, in order of filing; the first documents the installation.
        verified_mwh: What the verifier determined; the basis of issuance.
        is_excessive: Above capacity times hours; the verification analyses it.

    Source: 40 CFR 62.16445(c), 62.16460; RATE-110 to RATE-115.
    """

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="reports")
    year = models.PositiveSmallIntegerField()
    first_month = models.PositiveSmallIntegerField()
    last_month = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default="submitted")
    mwh = QuantityField()
    contract_mwh = QuantityField(null=True)
    rewarded_mwh = QuantityField(null=True)
    biogenic_share = QuantityField(null=True)
    is_excessive = models.BooleanField(default=False)
    is_late = models.BooleanField(default=False)
    filed_at = models.DateTimeField()
    verifier = models.ForeignKey(
        "resources.Verifier", null=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_mwh = QuantityField(null=True)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("resource", "sequence"), name="mv_report_sequence"),
            models.CheckConstraint(condition=Q(state__in=REPORT_STATES), name="mv_report_state"),
            models.CheckConstraint(
                condition=Q(
                    first_month__gte=1, last_month__lte=12, last_month__gte=F("first_month")
                ),
                name="mv_report_months",
            ),
            # 40 CFR 62.16445(e): what is issued was verified.
            models.CheckConstraint(
                condition=~Q(state__in=("verified", "issued"))
                | Q(verified_mwh__isnull=False, verified_at__isnull=False, verifier__isnull=False),
                name="mv_report_verified",
            ),
        )
        indexes = (models.Index(fields=("resource", "year"), name="mv_report_by_year"),)

    def __str__(self) -> str:
        return f"report {self.sequence} of {self.resource_id}"


class ReportedMonth(models.Model):
    """A month of a resource whose MWh are reported; no MWh is reported twice.

    Source: 40 CFR 62.16445(a)(4); preamble IV.D.6.b; RATE-057.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="months")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("resource", "year", "month"), name="month_reported_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d} of {self.resource_id}"


class Document(models.Model):
    """A paper as it was filed, with its elements; append-only.

    Attributes:
        version: From 1, of this kind of paper for this application or report.
        sha256: Of its elements, sorted, as JSON.
        filed_by: Who filed it: `person:17`, `administrator`.

    Source: 40 CFR 62.16515(g)(10); PLAT-089, PLAT-097.
    """

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="documents")
    application = models.ForeignKey(
        Application, null=True, on_delete=models.PROTECT, related_name="documents"
    )
    report = models.ForeignKey(
        Report, null=True, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(max_length=30)
    version = models.PositiveIntegerField()
    elements = models.JSONField()
    sha256 = models.CharField(max_length=64)
    filed_at = models.DateTimeField()
    filed_by = models.CharField(max_length=60)
    verifier = models.ForeignKey(
        "resources.Verifier", null=True, on_delete=models.PROTECT, related_name="documents"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="document_kind"),
            models.CheckConstraint(condition=~Q(filed_by=""), name="document_says_who"),
            models.UniqueConstraint(
                fields=("application", "kind", "version"),
                condition=Q(report=None),
                name="document_version_of_application",
            ),
            models.UniqueConstraint(
                fields=("report", "kind", "version"),
                condition=Q(report__isnull=False),
                name="document_version_of_report",
            ),
            # 40 CFR 62.16445(d): only a verifier files a verification report.
            models.CheckConstraint(
                condition=Q(kind="verification_report", verifier__isnull=False)
                | (~Q(kind="verification_report") & Q(verifier=None)),
                name="document_of_verifier",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.version} of {self.resource_id}"


class Attachment(models.Model):
    """A file that belongs to a paper, kept under the digest of its content; append-only.

    Source: 40 CFR 62.16515(g)(10); PLAT-097.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(name="") & Q(size_bytes__gt=0), name="attachment_not_empty"
            ),
        )

    def __str__(self) -> str:
        return self.name


from trueup.resources.accreditation_models import (  # noqa: E402 - they name the models above.
    AccreditationApplication,
    EngagementDisclosure,
)
from trueup.resources.award_models import SetAsideAward  # noqa: E402
from trueup.resources.comment_models import Comment, CommentPeriod, CommentWithheld  # noqa: E402
from trueup.resources.egu_models import (  # noqa: E402 - they name the models above.
    EguIssuance,
    EguRound,
    NoticedEarning,
)
from trueup.resources.issuance_models import (  # noqa: E402 - they name the models above.
    Bar,
    CreditNotice,
    Debt,
    Issuance,
    IssuanceDocument,
    IssuanceReport,
    NoticedReport,
    Overstatement,
    Suspension,
)
from trueup.resources.meter_models import MeterReading, MeterReporter, PlausibleOutput  # noqa: E402
from trueup.resources.redaction_models import (  # noqa: E402 - they name the models above.
    ConfidentialClaim,
    RedactedFile,
    Redaction,
)
from trueup.resources.review_models import (  # noqa: E402 - they name the models above.
    Calculation,
    CalculationRow,
    ReportReview,
    ReviewAnswer,
    ReviewQuestion,
    ReviewTick,
    VerifierReview,
)
from trueup.resources.saving_models import SavingClaim  # noqa: E402
from trueup.resources.standing_models import (  # noqa: E402 - they name the models above.
    StandingInstruction,
    StandingPart,
)
from trueup.resources.verifier_models import Engagement, TeamMember, Verifier  # noqa: E402

__all__ = [
    "AccreditationApplication",
    "Application",
    "Attachment",
    "Bar",
    "Calculation",
    "CalculationRow",
    "Comment",
    "CommentPeriod",
    "CommentWithheld",
    "ConfidentialClaim",
    "CreditNotice",
    "Debt",
    "Document",
    "EguIssuance",
    "EguRound",
    "Engagement",
    "EngagementDisclosure",
    "HostState",
    "Issuance",
    "IssuanceDocument",
    "IssuanceReport",
    "MeterReading",
    "MeterReporter",
    "NoticedEarning",
    "NoticedReport",
    "Overstatement",
    "PlausibleOutput",
    "RedactedFile",
    "Redaction",
    "Report",
    "ReportReview",
    "ReportedMonth",
    "Resource",
    "ReviewAnswer",
    "ReviewQuestion",
    "ReviewTick",
    "SavingClaim",
    "SetAsideAward",
    "StandingInstruction",
    "StandingPart",
    "Suspension",
    "TeamMember",
    "Verifier",
    "VerifierReview",
]
