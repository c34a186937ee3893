"""The register of issued documents: which was issued about what, and its bytes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

KINDS = (
    "settlement_statement",
    "account_statement",
    "transfer_receipt",
    "certificate_of_representation",
    "reference_sheet",
    "confirmation_of_holdings",
)


class Document(models.Model):
    """A document that the registry issued: append-only, and the database says so.

    Attributes:
        number: What is printed on it, `D-7K3M-9QXT-2WHP`; it cannot be guessed.
        subject: What it is about, as plain JSON that names its facts again.
        title: What it is about, for a reader.
        facts_digest: SHA-256 of the facts as attached to it.
        file_digest: SHA-256 of the file; file_bytes its length.
        positions: Of the journal, on which it rests: pairs of first and last.
        journal_until: The last position of the journal when it was made.
        asked_by: The actor who asked first; empty for the public.
        is_public: Whether everybody may learn what it is about.
        is_practice: Whether the registry that made it was a place to practise.
    """

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=30)
    program = models.CharField(max_length=20)
    subject = models.JSONField()
    title = models.TextField()
    # Who asks twice for the same facts is given the same document.
    facts_digest = models.CharField(max_length=64, unique=True)
    file_digest = models.CharField(max_length=64, unique=True)
    file_bytes = models.PositiveIntegerField()
    positions = models.JSONField(default=list)
    journal_until = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60, blank=True)
    is_public = models.BooleanField()
    is_practice = models.BooleanField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="documents_document_kind"),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(program="") & ~Q(title=""),
                name="documents_document_says_what",
            ),
        )
        indexes = (models.Index(fields=("program", "kind", "id"), name="documents_of_program"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"


class DocumentFile(models.Model):
    """The bytes of a document, signature included, as they were issued: append-only."""

    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, primary_key=True, related_name="file"
    )
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of document {self.document_id}"
