"""Comment periods of applications, and what the public said.

Source: 40 CFR 62.16515(i); preamble IV.D.6.b; RATE-213; docs/decisions/0311.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class CommentPeriod(models.Model):
    """The days in which anybody may comment on an application; append-only.

    Attributes:
        question: What the public is asked, in the official's words.
        opens_on, closes_on: The first and the last day, in the program's zone.

    Source: preamble IV.D.6.b; docs/decisions/0311.
    """

    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="comment_periods"
    )
    application = models.ForeignKey(
        "resources.Application", on_delete=models.PROTECT, related_name="comment_periods"
    )
    question = models.CharField(max_length=1000)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=60)
    opens_on = models.DateField()
    closes_on = models.DateField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(question="") & Q(closes_on__gte=models.F("opens_on")),
                name="comment_period_whole",
            ),
            models.UniqueConstraint(
                fields=("application", "opens_on"), name="comment_period_once_a_day"
            ),
        )
        indexes = (models.Index(fields=("closes_on", "id"), name="comment_period_by_end"),)

    def __str__(self) -> str:
        return f"comments on application {self.application_id} until {self.closes_on}"


class Comment(models.Model):
    """A comment of anybody, as it came in; append-only.

    Attributes:
        key: Of the form that was sent: sent twice, it is kept once.
        email: Never published.
        file_*: Its one attachment, kept under the digest of its content.

    Source: preamble IV.D.6.b; docs/decisions/0311.
    """

    period = models.ForeignKey(CommentPeriod, on_delete=models.PROTECT, related_name="comments")
    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=200)
    organization = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    text = models.CharField(max_length=10_000)
    filed_at = models.DateTimeField()
    file_name = models.CharField(max_length=200, blank=True)
    file_media_type = models.CharField(max_length=80, blank=True)
    file_size_bytes = models.PositiveBigIntegerField(default=0)
    file_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name="") & ~Q(text=""), name="comment_whole"),
            models.CheckConstraint(
                condition=Q(file_sha256="", file_name="", file_size_bytes=0)
                | (~Q(file_sha256="") & ~Q(file_name="") & Q(file_size_bytes__gt=0)),
                name="comment_file_whole",
            ),
        )
        indexes = (models.Index(fields=("period", "id"), name="comment_of_period"),)

    def __str__(self) -> str:
        return f"comment {self.pk} in period {self.period_id}"


class CommentWithheld(models.Model):
    """That an official keeps a comment from the public, and why; append-only.

    Source: docs/decisions/0311.
    """

    comment = models.OneToOneField(Comment, on_delete=models.PROTECT, related_name="withheld")
    reason = models.CharField(max_length=1000)
    withheld_at = models.DateTimeField()
    withheld_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="comment_withheld_says_why"),
        )

    def __str__(self) -> str:
        return f"comment {self.comment_id} withheld"
