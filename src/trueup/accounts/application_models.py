"""Applications for general accounts: the document, who signed it, and every step taken."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

# Opening an account, or superseding the application of one that is open.
APPLICATION_KINDS = ("open", "supersede")
WITH_THE_APPLICANT = ("draft", "incomplete", "information_requested")
WITH_THE_ADMINISTRATOR = ("submitted", "in_review")
DECIDED = ("approved", "rejected", "withdrawn", "lapsed")
APPLICATION_STATES = (*WITH_THE_APPLICANT, *WITH_THE_ADMINISTRATOR, *DECIDED)


class Application(models.Model):
    """An application for a general account, or one that supersedes it.

    Attributes:
        account: The account that it supersedes; for a new one the account it opened.
        document: What it says: names, persons, parties with an ownership interest.
        revision: Counts what was changed; a signature is under one revision.
        received_at: When it was first received complete.
        heard_at: When the applicant was last heard of.
        reminders: How many reminders have gone out since then.

    Source: 40 CFR 62.16320(c)(1), (3); PLAT-025, PLAT-026.
    """

    program = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=24, default="draft")
    applicant = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="applications"
    )
    account = models.ForeignKey(
        "ledger.Account", null=True, on_delete=models.PROTECT, related_name="applications"
    )
    document = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    begun_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField()
    reminders = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=APPLICATION_KINDS), name="application_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=APPLICATION_STATES), name="application_state"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=DECIDED) & Q(decided_at__isnull=False))
                | (~Q(state__in=DECIDED) & Q(decided_at=None)),
                name="application_decided",
            ),
            # 40 CFR 62.16320(c)(1): what was approved has opened or changed an account.
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(account__isnull=False),
                name="application_approved_has_account",
            ),
            models.CheckConstraint(
                condition=Q(kind="open") | Q(account__isnull=False),
                name="application_supersedes_an_account",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(*WITH_THE_ADMINISTRATOR, "approved"))
                | Q(received_at__isnull=False),
                name="application_received_before_review",
            ),
            models.UniqueConstraint(
                fields=("account",),
                condition=Q(kind="open", account__isnull=False),
                name="application_opens_one_account",
            ),
        )
        indexes = (
            models.Index(fields=("program", "state", "id"), name="application_by_state"),
            models.Index(fields=("applicant", "id"), name="application_by_applicant"),
        )

    def __str__(self) -> str:
        return f"application {self.pk} ({self.state})"


class ApplicationStep(models.Model):
    """A step in the life of an application: who did it, when, and why. Never changed.

    Source: PLAT-026: each step has actor, time, reason.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=24)
    state = models.CharField(max_length=24)
    actor = models.CharField(max_length=60)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    missing = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=APPLICATION_STATES), name="application_step_state"
            ),
            models.CheckConstraint(condition=~Q(actor=""), name="application_step_actor"),
            models.CheckConstraint(
                condition=~Q(state__in=("rejected", "information_requested")) | ~Q(reason=""),
                name="application_step_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.application_id}: {self.act}"


class ApplicationSignature(models.Model):
    """One person's signature under one revision of an application. Never changed.

    Attributes:
        digest: Of the text that was signed, in hexadecimal SHA-256.
        method: How the signer proved to be present: `passkey`, `paper`, `console`.
        signature: What the signing keeps of it; null if said on the console or by a test.

    Source: 40 CFR 62.16320(c)(1)(ii)(D), (E).
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="signatures"
    )
    revision = models.PositiveIntegerField()
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    statements = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    method = models.CharField(max_length=20)
    signed_at = models.DateTimeField()
    signature = models.ForeignKey(
        "signing.Signature", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("application", "revision", "person"), name="application_signed_once"
            ),
            models.CheckConstraint(
                condition=Q(revision__gte=1), name="application_signature_revision"
            ),
        )

    def __str__(self) -> str:
        return f"{self.application_id}.{self.revision} by {self.person_id}"


class Closing(models.Model):
    """What may close a general account: its representative's request, or inactivity.

    Attributes:
        ends_on: Last day of the period after a notice of closure for inactivity; it is
            closed on the day after. Null for a request.
        good_cause: What the representative said against it; accepted if `ended_at` is set
            and the state is `kept`.

    Source: 40 CFR 62.16320(c)(6).
    """

    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="closings")
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default="pending")
    ground = models.CharField(max_length=400)
    asked_by = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    begun_at = models.DateTimeField()
    ends_on = models.DateField(null=True)
    good_cause = models.TextField(blank=True)
    good_cause_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="request", ends_on=None)
                | Q(kind="inactivity", ends_on__isnull=False),
                name="closing_kind",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", ended_at=None)
                | Q(state__in=("closed", "kept"), ended_at__isnull=False),
                name="closing_state",
            ),
            models.CheckConstraint(condition=~Q(ground=""), name="closing_has_a_ground"),
            models.CheckConstraint(
                condition=Q(good_cause="", good_cause_at=None)
                | (~Q(good_cause="") & Q(good_cause_at__isnull=False)),
                name="closing_good_cause_dated",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("begun_at")),
                name="closing_not_backwards",
            ),
            models.UniqueConstraint(
                fields=("account",), condition=Q(state="pending"), name="closing_one_at_a_time"
            ),
        )
        indexes = (
            models.Index(
                fields=("kind", "ends_on"), condition=Q(state="pending"), name="closing_pending"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id} ({self.state})"


class Objection(models.Model):
    """An objection to a representative or to what one did: kept, and of no effect.

    Source: 40 CFR 62.16310, 62.16320(c)(4).
    """

    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="objections"
    )
    by = models.CharField(max_length=200)
    about = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    received_at = models.DateTimeField()
    entered_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(text="") & ~Q(by=""), name="objection_not_empty"),
        )
        indexes = (models.Index(fields=("account", "id"), name="objection_by_account"),)

    def __str__(self) -> str:
        return f"objection {self.pk} on {self.account_id}"
