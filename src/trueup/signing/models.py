"""What was signed, by whom, and with what proof; the agreement that comes before it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

METHODS = ("passkey", "totp", "recovery_code", "paper", "console")
FACTORS = ("passkey", "totp", "recovery_code")
DIGEST_LENGTH = 64


def _person(**more: Any) -> models.ForeignKey[Any, Any]:
    """A person, who is never deleted: the database need not lock the row to know."""
    return models.ForeignKey(
        "accounts.Person",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        **more,
    )


def _account() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "ledger.Account",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )


class Signature(models.Model):
    """A signed submission: append-only, and the database says so.

    Attributes:
        document: The form, `form_version` its version.
        text: All that was signed, word for word, the statements included; `digest` its SHA-256.
        statements: Of each accepted statement its key and the digest of its words.
        signer: Who signed; `for_person` in whose name, if an agent did.
        method: How it was proven; `proof` is kept so that anyone can verify it later.
        nonce: Of the challenge or the paper, so that none is used twice; null on the console.
        received_at: When it arrived; for paper this counts.
        entered_by, approved_by: The two officials of a form on paper; never the signer.

    Source: PLAT-151, PLAT-152; MASS-027, MASS-037.
    """

    program = models.CharField(max_length=20, blank=True)
    document = models.CharField(max_length=40)
    form_version = models.CharField(max_length=20)
    text = models.TextField()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    statements = models.JSONField(default=list)
    signer = _person()
    for_person = _person(null=True)
    account = _account()
    method = models.CharField(max_length=20)
    proof = models.JSONField(default=dict)
    nonce = models.CharField(max_length=DIGEST_LENGTH, null=True, unique=True)  # noqa: DJ001
    signed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    entered_by = _person(null=True)
    approved_by = _person(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(method__in=METHODS), name="signature_method"),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(digest="") & ~Q(document="") & ~Q(form_version=""),
                name="signature_says_what",
            ),
            models.CheckConstraint(
                condition=Q(method="console", nonce=None)
                | (~Q(method="console") & Q(nonce__isnull=False)),
                name="signature_is_of_one_challenge",
            ),
            models.CheckConstraint(
                condition=Q(method="paper", entered_by__isnull=False, approved_by__isnull=False)
                & ~Q(entered_by=F("approved_by"))
                & ~Q(entered_by=F("signer"))
                & ~Q(approved_by=F("signer"))
                | (~Q(method="paper") & Q(entered_by=None, approved_by=None)),
                name="signature_on_paper_by_two",
            ),
            models.CheckConstraint(
                condition=Q(received_at__gte=F("signed_at")), name="signature_received_after"
            ),
        )
        indexes = (
            models.Index(fields=("signer", "id"), name="signature_signer"),
            models.Index(fields=("account", "id"), name="signature_account"),
        )

    def __str__(self) -> str:
        return f"signature {self.pk}: {self.document} by {self.signer_id} ({self.method})"


class Agreement(models.Model):
    """An electronic signature agreement on file: append-only.

    Source: PLAT-151.
    """

    person = _person()
    form_version = models.CharField(max_length=20)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="agreement")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "form_version"), name="agreement_once_a_version"
            ),
        )

    def __str__(self) -> str:
        return f"agreement {self.form_version} of {self.person_id}"


class Challenge(models.Model):
    """What a person is about to sign: single use, soon over, of this text and this person.

    Attributes:
        nonce: With the text it makes the challenge that a passkey answers.
        method, proof, proven_at: The second factor, once it was given for this challenge.
        used_at: When it was signed; never again.

    Source: PLAT-151.
    """

    nonce = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    person = _person()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    challenge = models.CharField(max_length=DIGEST_LENGTH)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    method = models.CharField(max_length=20, blank=True)
    proof = models.JSONField(default=dict)
    proven_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(method="", proven_at=None)
                | Q(method__in=FACTORS, proven_at__isnull=False),
                name="challenge_proven_by_a_factor",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(proven_at__isnull=False),
                name="challenge_used_when_proven",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("begun_at")), name="challenge_expires"
            ),
        )
        indexes = (models.Index(fields=("person", "expires_at"), name="challenge_person"),)

    def __str__(self) -> str:
        return f"challenge of {self.person_id} until {self.expires_at:%Y-%m-%d %H:%M:%S}"


class FactorAttempt(models.Model):
    """A second factor that was tried and was wrong.

    Source: PLAT-094.
    """

    person = _person()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("person", "at"), name="factor_attempt_person"),)

    def __str__(self) -> str:
        return f"wrong second factor of {self.person_id}"


class Draft(models.Model):
    """A submission whose answers are checked before it is signed, and what became of it.

    Attributes:
        key: Of the submission too, so that it is made once however often it is sent.
        person: Whose it is; nobody else can open it.
        act: What is to be done, as the pages name it.
        subject: What it is done to: an account's number, a transfer's key.
        answers: As they were typed, so that they can be changed.
        values: As they were understood; what is signed is made of these.
        changed_at: When an answer was last kept; a draft goes when it has lain untouched.
        done_at, outcome: When it was signed, and what is told of it.

    Source: PLAT-050, PLAT-051 (the serials before signing), PLAT-054.
    """

    key = models.UUIDField(unique=True)
    person = _person()
    program = models.CharField(max_length=20)
    act = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, blank=True)
    answers = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(fields=("person", "id"), name="signing_draft_person"),
            models.Index(
                fields=("program", "act", "id"),
                condition=Q(done_at=None),
                name="signing_draft_open",
            ),
        )

    def __str__(self) -> str:
        return f"draft {self.key}: {self.act}"


class Paper(models.Model):
    """A form that came on paper, entered by an official as its signer's submission.

    Attributes:
        digest: Of the text that was read off the paper.
        received_at: When it arrived, which counts; `entered_at` when it was typed.
        approved_by: The second official, who compared text and scan.

    Source: PLAT-154; 40 CFR 62.16375 "Receive or receipt of".
    """

    nonce = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    document = models.CharField(max_length=40)
    form_version = models.CharField(max_length=20)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    signer = _person()
    accepted = models.JSONField(default=list)
    received_at = models.DateTimeField()
    entered_by = _person()
    entered_at = models.DateTimeField()
    approved_by = _person(null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False)
                & ~Q(approved_by=F("entered_by"))
                & ~Q(approved_by=F("signer")),
                name="paper_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(entered_by=F("signer")), name="paper_not_entered_by_its_signer"
            ),
            models.CheckConstraint(
                condition=Q(entered_at__gte=F("received_at")), name="paper_received_before"
            ),
        )

    def __str__(self) -> str:
        return f"paper {self.pk}: {self.document} of {self.signer_id}"


class PaperScan(models.Model):
    """The scan of a form on paper: append-only.

    Attributes:
        content: Encrypted, so that a copy of the database shows no signature to copy.
        digest: SHA-256 of the file as it came.
    """

    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="scan")
    media_type = models.CharField(max_length=60)
    content = models.BinaryField()
    digest = models.CharField(max_length=DIGEST_LENGTH)

    def __str__(self) -> str:
        return f"scan of paper {self.paper_id}"
