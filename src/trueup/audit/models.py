"""Who did or decided what, when and under which paragraph; and what was told to whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trueup.rules import appeals

# 40 CFR 78.1(b)(18), (i) to (vii): kinds of decision that both federal programs have; what
# 78.1(b)(19) has besides (rules/tables/appealable_decisions.csv); and decisions whose appeal
# the lists leave open.
APPEALABLE_CLASSES = appeals.CLASSES
UNCERTAIN_CLASS = "uncertain"
APPEAL_OUTCOMES = ("affirmed", "changed", "remanded", "withdrawn", "dismissed")


class Event(models.Model):
    """An act, as it happened: append-only, and the database says so.

    Attributes:
        actor: `person:17`, `administrator` or `registry`.
        act: The verb of the service: `register_facility`.
        subject: What was acted on: `facility:3`, `account:10000000000000001`.
        account: The account concerned, where there is one; its key in the ledger.
        before: What the act changed, as it was; null where there was nothing.
    """

    at = models.DateTimeField()
    program = models.CharField(max_length=20, blank=True)
    actor = models.CharField(max_length=60)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    account = models.BigIntegerField(null=True)
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
            models.Index(fields=("act", "id"), name="audit_event_act"),
            models.Index(fields=("program", "id"), name="audit_event_program"),
            models.Index(fields=("at", "id"), name="audit_event_at"),
            models.Index(
                fields=("account", "id"),
                condition=Q(account__isnull=False),
                name="audit_event_account",
            ),
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


class Appeal(models.Model):
    """An appeal of a decision, and its outcome: a flag on the decision that halts nothing.

    Attributes:
        filed_by: The person; null for somebody whom the registry does not know.
        appellant: The name of such a person.
        returned: Instruments that went back because of it.
        corrected_by: The decision that carried the outcome out.
        transactions: Of the journal, by which it was carried out.

    Source: 78.1; MASS-166, RATE-266, PLAT-111.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="appeals")
    filed_by = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="appeals"
    )
    appellant = models.CharField(max_length=200, blank=True)
    filed_at = models.DateTimeField()
    reasons = models.TextField(blank=True)
    outcome = models.CharField(max_length=12, blank=True, default="")
    ruling = models.TextField(blank=True)
    returned = models.PositiveBigIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True, default="")
    corrected_by = models.ForeignKey(
        Decision, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    transactions = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(filed_by__isnull=False) | ~Q(appellant=""),
                name="audit_appeal_says_who",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at=None, returned=0, corrected_by=None)
                | (
                    Q(outcome__in=APPEAL_OUTCOMES, decided_at__isnull=False)
                    & ~Q(decided_by="")
                    & ~Q(ruling="")
                ),
                name="audit_appeal_decided",
            ),
            models.UniqueConstraint(
                fields=("decision",), condition=Q(outcome=""), name="audit_appeal_one_pending"
            ),
        )

    def __str__(self) -> str:
        return f"appeal {self.pk} of decision {self.decision_id}: {self.outcome or 'pending'}"


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
