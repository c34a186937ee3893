"""Who did or decided what, when and under which paragraph; and what was told to whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

# 40 CFR 78.1(b)(18), (i) to (vii); the rest are decisions whose appeal the list leaves open.
APPEALABLE_CLASSES = ("i", "ii", "iii", "iv", "v", "vi", "vii")
UNCERTAIN_CLASS = "uncertain"


class Event(models.Model):
    """An act, as it happened: append-only, and the database says so.

    Attributes:
        actor: `person:17`, `administrator` or `registry`.
        act: The verb of the service: `register_facility`.
        subject: What was acted on: `facility:3`, `account:10000000000000001`.
        before: What the act changed, as it was; null where there was nothing.
    """

    at = models.DateTimeField()
    program = models.CharField(max_length=20, blank=True)
    actor = models.CharField(max_length=60)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    cite = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(actor="") & ~Q(act="") & ~Q(subject=""), name="audit_event_says_who"
            ),
        )
        indexes = (
            models.Index(fields=("subject", "id"), name="audit_event_subject"),
            models.Index(fields=("actor", "id"), name="audit_event_actor"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.act} {self.subject}"


class Decision(models.Model):
    """A final decision, identified, dated and with its reasons: append-only.

    Source: 40 CFR 62.16230; 78.1(a)(1), (b)(18).
    """

    decision_class = models.CharField(max_length=10)
    program = models.CharField(max_length=20)
    subject = models.CharField(max_length=120)
    outcome = models.CharField(max_length=60)
    reasons = models.JSONField(default=list)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(decision_class__in=(*APPEALABLE_CLASSES, UNCERTAIN_CLASS)),
                name="audit_decision_class",
            ),
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(outcome="") & ~Q(decided_by=""),
                name="audit_decision_says_who",
            ),
        )
        indexes = (models.Index(fields=("subject", "id"), name="audit_decision_subject"),)

    def __str__(self) -> str:
        return f"decision {self.pk} ({self.decision_class}): {self.outcome}"


class Notice(models.Model):
    """What a person was told, and whether it has been mailed.

    The text is kept as it was given. Person and account are never deleted; their
    foreign keys are not checked by the database, because the check would lock their
    rows for every transfer (docs/decisions/0041).

    Attributes:
        due_on: Last day on which the rule lets the notice go out; null if it sets none.
        address: Where it is mailed, if not to the person's present address.
        dedupe: A person gets a notice with the same non-empty text here only once.
        claim: The sender that has the notice in hand.
    """

    event = models.CharField(max_length=40)
    program = models.CharField(max_length=20, blank=True)
    person = models.ForeignKey(
        "accounts.Person",
        on_delete=models.PROTECT,
        related_name="notices",
        db_constraint=False,
        db_index=False,
    )
    account = models.ForeignKey(
        "ledger.Account",
        null=True,
        on_delete=models.PROTECT,
        related_name="notices",
        db_constraint=False,
        db_index=False,
    )
    subject = models.CharField(max_length=400)
    body = models.TextField()
    created_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    address = models.CharField(max_length=254, blank=True, db_default="")
    dedupe = models.CharField(max_length=200, blank=True)
    mailed_at = models.DateTimeField(null=True)
    attempt_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    error = models.CharField(max_length=500, blank=True, db_default="")
    claim = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "dedupe"), condition=~Q(dedupe=""), name="audit_notice_once"
            ),
            models.CheckConstraint(
                condition=~Q(event="") & ~Q(subject="") & ~Q(body=""), name="audit_notice_says_what"
            ),
            models.CheckConstraint(
                condition=Q(claim=None, claimed_at=None)
                | Q(claim__isnull=False, claimed_at__isnull=False, mailed_at=None),
                name="audit_notice_claim",
            ),
            models.CheckConstraint(
                condition=Q(mailed_at=None) | Q(mailed_at__gte=F("created_at")),
                name="audit_notice_mailed_after",
            ),
        )
        indexes = (
            models.Index(fields=("person", "id"), name="audit_notice_person"),
            models.Index(
                fields=("attempt_at", "id"),
                condition=Q(mailed_at=None),
                name="audit_notice_outbox",
            ),
        )

    def __str__(self) -> str:
        return f"notice {self.pk}: {self.subject}"
