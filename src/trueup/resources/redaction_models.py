"""What of a paper the public does not get, who claimed it, and why.

Source: 40 CFR 62.16515(h), (i); PLAT-127; RATE-206; docs/decisions/0310.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

CLAIM_STATES = ("open", "granted", "refused")


class ConfidentialClaim(models.Model):
    """A sponsor's claim that parts of a paper are confidential; decided once.

    Until it is decided the public gets none of the parts.

    Attributes:
        elements: Names of elements of the paper. attachments: Ids of its files.

    Source: docs/decisions/0310.
    """

    document = models.ForeignKey(
        "resources.Document", on_delete=models.PROTECT, related_name="claims"
    )
    elements = models.JSONField(default=list)
    attachments = models.JSONField(default=list)
    ground = models.CharField(max_length=2000)
    state = models.CharField(max_length=10, default="open")
    claimed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(ground=""), name="claim_says_why"),
            models.UniqueConstraint(
                fields=("document",), condition=Q(state="open"), name="claim_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by="")
                | (
                    Q(state__in=("granted", "refused"), decided_at__isnull=False)
                    & ~Q(decided_by="")
                    & ~Q(decision="")
                ),
                name="claim_decided_whole",
            ),
        )

    def __str__(self) -> str:
        return f"claim {self.pk} on paper {self.document_id}"


class Redaction(models.Model):
    """What of a paper is kept from the public; the latest version counts. Append-only.

    Attributes:
        elements: Name of the element -> the reason that the public reads in its place.
        claim: Which it answers, if one did.

    Source: PLAT-127; docs/decisions/0310.
    """

    document = models.ForeignKey(
        "resources.Document", on_delete=models.PROTECT, related_name="redactions"
    )
    version = models.PositiveIntegerField()
    elements = models.JSONField(default=dict)
    claim = models.OneToOneField(
        ConfidentialClaim, null=True, on_delete=models.PROTECT, related_name="redaction"
    )
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("document", "version"), name="redaction_version"),
        )

    def __str__(self) -> str:
        return f"redaction {self.version} of paper {self.document_id}"


class RedactedFile(models.Model):
    """A file that is kept from the public, and what stands in its place; append-only.

    Attributes:
        sha256: Of the redacted file that the public gets; blank: it gets none.

    Source: PLAT-127; docs/decisions/0310.
    """

    redaction = models.ForeignKey(Redaction, on_delete=models.PROTECT, related_name="files")
    attachment = models.ForeignKey(
        "resources.Attachment", on_delete=models.PROTECT, related_name="redactions"
    )
    reason = models.CharField(max_length=1000)
    name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=80, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="redacted_file_says_why"),
            models.CheckConstraint(
                condition=Q(sha256="", name="", size_bytes=0)
                | (~Q(sha256="") & ~Q(name="") & Q(size_bytes__gt=0)),
                name="redacted_file_whole",
            ),
            models.UniqueConstraint(fields=("redaction", "attachment"), name="redacted_file_once"),
        )

    def __str__(self) -> str:
        return f"file {self.attachment_id} in redaction {self.redaction_id}"
