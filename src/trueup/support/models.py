"""Help requests with their conversations, announcements, and searches kept by readers."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from trueup.support.entries import (
    AUDIENCES,
    AUTHORS,
    CATEGORIES,
    CLOSED,
    EVERYBODY,
    KINDS,
    MAINTENANCE,
    SATISFACTIONS,
    SEARCHES,
    STATES,
)


class HelpRequest(models.Model):
    """A question to the registry, tracked until it is closed. Never deleted.

    Attributes:
        key: In the address of the conversation, for whoever asked without signing in.
        state: `open` awaits the registry, `answered` the asker, `closed` nobody.
        about: A submission that it is tied to: `transfer:<key>`.

    Source: PLAT-014, PLAT-154.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    program = models.CharField(max_length=20)
    category = models.CharField(max_length=20)
    subject = models.CharField(max_length=160)
    state = models.CharField(max_length=10)
    person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="help_requests"
    )
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    page = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey(
        "ledger.Account", null=True, on_delete=models.PROTECT, related_name="help_requests"
    )
    about = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, blank=True, default="")
    satisfaction = models.CharField(max_length=12, blank=True, default="")
    satisfaction_text = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(category__in=CATEGORIES) & ~Q(subject=""), name="help_says_what"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="help_state"),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(email=""), name="help_can_be_answered"
            ),
            models.CheckConstraint(
                condition=(~Q(state=CLOSED) & Q(closed_at=None, closed_by=""))
                | (Q(state=CLOSED, closed_at__isnull=False) & ~Q(closed_by="")),
                name="help_closed_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction="")
                | Q(satisfaction__in=SATISFACTIONS, closed_at__isnull=False),
                name="help_satisfaction_when_closed",
            ),
        )
        indexes = (
            models.Index(fields=("state", "due_on", "id"), name="help_by_state"),
            models.Index(fields=("email", "asked_at"), name="help_by_email"),
        )

    def __str__(self) -> str:
        return f"H-{self.pk:06d}: {self.subject}"


class HelpMessage(models.Model):
    """What was said in a conversation, or noted for officials alone: append-only."""

    request = models.ForeignKey(
        HelpRequest, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    at = models.DateTimeField()
    author = models.CharField(max_length=10)
    person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="help_messages"
    )
    text = models.CharField(max_length=8000)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(author__in=AUTHORS) & ~Q(text=""), name="help_message_says_what"
            ),
        )
        indexes = (models.Index(fields=("request", "id"), name="help_message_by_request"),)

    def __str__(self) -> str:
        return f"{self.author} on {self.request_id}"


class Letter(models.Model):
    """A mail to somebody whom the registry knows only by the address they gave.

    Registered persons have notices (`audit.Notice`); a stranger has no person to tell.
    """

    request = models.ForeignKey(HelpRequest, on_delete=models.PROTECT, related_name="letters")
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=400)
    body = models.TextField()
    written_at = models.DateTimeField()
    attempt_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(address=""), name="letter_addressed"),)
        indexes = (
            models.Index(fields=("attempt_at",), condition=Q(mailed_at=None), name="letter_due"),
        )

    def __str__(self) -> str:
        return f"letter {self.pk} on {self.request_id}"


class Announcement(models.Model):
    """What the pages announce, and when; for maintenance, when nothing is written.

    Attributes:
        from_at, until_at: When it is shown; of maintenance, the window itself.
        texts: By language, `{"en": {"heading": ..., "text": ...}}`.

    Source: PLAT-013, PLAT-014.
    """

    kind = models.CharField(max_length=12)
    audience = models.CharField(max_length=10)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    texts = models.JSONField()
    published_by = models.CharField(max_length=60)
    published_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=KINDS, audience__in=AUDIENCES), name="announcement_kind"
            ),
            models.CheckConstraint(
                condition=~Q(kind=MAINTENANCE) | Q(audience=EVERYBODY),
                name="announcement_maintenance_to_all",
            ),
            models.CheckConstraint(
                condition=Q(until_at__gt=F("from_at")), name="announcement_not_backwards"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="")
                | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="announcement_ended_by_whom",
            ),
        )
        indexes = (
            models.Index(
                fields=("until_at",), condition=Q(ended_at=None), name="announcement_to_come"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.from_at} to {self.until_at}"


class SavedSearch(models.Model):
    """A search of a list under a name, for the person who kept it."""

    owner = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="saved_searches"
    )
    list = models.CharField(max_length=20)
    program = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000, blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "saved searches"
        constraints = (
            models.CheckConstraint(
                condition=Q(list__in=SEARCHES) & ~Q(name=""), name="search_says_what"
            ),
            models.UniqueConstraint(
                fields=("owner", "list", "program", "name"), name="search_name_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.list})"
