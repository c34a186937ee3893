"""How officials review papers: what they ticked, asked, were answered and decided.

Source: 40 CFR 62.16445(a)(9), (b), (e), 62.16470(d), 62.16475; preamble IV.D.6;
docs/decisions/0305.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from trueup.emissions.quantities import QuantityField

REPORT_OUTCOMES = ("accepted", "disapproved")
CALCULATION_KINDS = ("resources", "affected_units", "notice")


class ReviewTick(models.Model):
    """An official ticked, or took back, an item of a review checklist: append-only.

    The last row of an item counts, as long as the paper it looked at is the latest.

    Attributes:
        paper: The last paper that there was; a later one opens the item again.

    Source: 40 CFR 62.16445(b), (e); docs/decisions/0305.
    """

    application = models.ForeignKey(
        "resources.Application", null=True, on_delete=models.PROTECT, related_name="ticks"
    )
    report = models.ForeignKey(
        "resources.Report", null=True, on_delete=models.PROTECT, related_name="ticks"
    )
    accreditation = models.ForeignKey(
        "resources.AccreditationApplication",
        null=True,
        on_delete=models.PROTECT,
        related_name="ticks",
    )
    item = models.CharField(max_length=40)
    is_ticked = models.BooleanField()
    note = models.CharField(max_length=1000, blank=True)
    paper = models.ForeignKey(
        "resources.Document", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(application__isnull=False, report=None, accreditation=None)
                | Q(application=None, report__isnull=False, accreditation=None)
                | Q(application=None, report=None, accreditation__isnull=False),
                name="review_tick_of_one",
            ),
            models.CheckConstraint(condition=~Q(item=""), name="review_tick_says_what"),
        )

    def __str__(self) -> str:
        return f"{self.item} {self.is_ticked} by {self.by_id}"


class ReviewQuestion(models.Model):
    """A question to the sponsor about an application or a report: append-only.

    Attributes:
        element: The element of the paper that it is about; blank: the whole paper.
        due_on: By when an answer is asked for.

    Source: 40 CFR 62.16445(a)(9); RATE-073.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    application = models.ForeignKey(
        "resources.Application", null=True, on_delete=models.PROTECT, related_name="questions"
    )
    report = models.ForeignKey(
        "resources.Report", null=True, on_delete=models.PROTECT, related_name="questions"
    )
    element = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=2000)
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    due_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(application__isnull=False, report=None)
                | Q(application=None, report__isnull=False),
                name="review_question_of_one",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="review_question_says_what"),
        )

    def __str__(self) -> str:
        return f"question {self.pk}"


class ReviewAnswer(models.Model):
    """The sponsor's answer to a question; one a question, append-only.

    Source: 40 CFR 62.16445(a)(9); RATE-073.
    """

    question = models.OneToOneField(ReviewQuestion, on_delete=models.PROTECT, related_name="answer")
    text = models.CharField(max_length=5000)
    answered_by = models.CharField(max_length=60)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="review_answer_says_what"),
        )

    def __str__(self) -> str:
        return f"answer to question {self.question_id}"


class ReportReview(models.Model):
    """An official's decision on a verified M&V report; the last counts. Append-only.

    Attributes:
        paper: The verification report on which it was decided; a later one needs another.

    Source: 40 CFR 62.16445(e), 62.16475(g); RATE-132, RATE-136.
    """

    report = models.ForeignKey("resources.Report", on_delete=models.PROTECT, related_name="reviews")
    outcome = models.CharField(max_length=12)
    grounds = models.CharField(max_length=2000)
    paper = models.ForeignKey(
        "resources.Document", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome__in=REPORT_OUTCOMES) & ~Q(grounds=""),
                name="report_review_whole",
            ),
            models.UniqueConstraint(fields=("report", "paper"), name="report_review_once_a_paper"),
        )

    def __str__(self) -> str:
        return f"report {self.report_id} {self.outcome}"


class VerifierReview(models.Model):
    """A periodic review of an accredited verifier: append-only.

    Source: 40 CFR 62.16470(c)(1)(i); preamble IV.D.7; RATE-134.
    """

    verifier = models.ForeignKey(
        "resources.Verifier", on_delete=models.PROTECT, related_name="reviews"
    )
    finding = models.CharField(max_length=2000)
    next_due_on = models.DateField()
    reviewed_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(finding=""), name="verifier_review_says_what"),
        )

    def __str__(self) -> str:
        return f"review of {self.verifier_id} at {self.reviewed_at}"


class Calculation(models.Model):
    """What a notice or an issue of credits would be, as of an instant: append-only.

    Attributes:
        kind: `resources`, `affected_units`: an issue to them; `notice`: for comment.
        digest: SHA-256 of all that is to be done: what officials sign.
        totals: `ercs`, `ready`, `left_out`, and `states`: State, category, rows, credits.

    Source: preamble IV.D.6; RATE-135 to RATE-139; docs/decisions/0306.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=16)
    program = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    totals = models.JSONField(default=dict)
    rows = models.PositiveIntegerField()
    made_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=CALCULATION_KINDS) & ~Q(digest=""), name="calculation_kind"
            ),
        )
        indexes = (
            models.Index(fields=("program", "year", "kind", "id"), name="calculation_browse"),
        )

    def __str__(self) -> str:
        return f"calculation of {self.kind} {self.year} ({self.program})"


class CalculationRow(models.Model):
    """What a calculation says of one resource, or of one affected EGU: append-only.

    Attributes:
        place: Its number among the rows, from 1.
        reasons: Codes of what is missing; none: it is ready.
        sentences: The same, in words.
        rate: Pounds of CO2 a MWh, of an affected EGU.
    """

    calculation = models.ForeignKey(
        Calculation, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    place = models.PositiveIntegerField()
    jurisdiction = models.CharField(max_length=3)
    category = models.CharField(max_length=3)
    name = models.CharField(max_length=250)
    resource = models.ForeignKey(
        "resources.Resource", null=True, on_delete=models.PROTECT, related_name="+"
    )
    account = models.ForeignKey(
        "ledger.Account", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reasons = models.JSONField(default=list)
    sentences = models.JSONField(default=list)
    is_ready = models.BooleanField()
    mwh = QuantityField(null=True)
    rate = QuantityField(null=True)
    corrected = models.PositiveBigIntegerField(default=0)
    quantity = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("calculation", "place"), name="calculation_row_once"),
        )

    def __str__(self) -> str:
        return f"{self.calculation_id}/{self.place} {self.name}"
