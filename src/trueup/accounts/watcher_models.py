"""Who may read an account without acting for it, and who gets copies of its notices."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

WATCHER_KINDS = ("viewer", "copy")


class Watcher(models.Model):
    """A viewer or a copy recipient of one account, from when until when; ended once.

    Neither has any right to submit.

    Attributes:
        kind: `viewer` reads; `copy` gets copies of the notices of `events`.
        named_by: The representative who named; `ended_by` who ended it.

    Source: PLAT-018, PLAT-150.
    """

    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="watchers", db_index=False
    )
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="watching", db_index=False
    )
    kind = models.CharField(max_length=8)
    events = models.JSONField(default=list)
    named_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True, db_default="")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=WATCHER_KINDS), name="watcher_kind"),
            models.CheckConstraint(
                condition=Q(until_at=None, ended_by="")
                | (Q(until_at__isnull=False, until_at__gte=F("from_at")) & ~Q(ended_by="")),
                name="watcher_ended_by",
            ),
            models.UniqueConstraint(
                fields=("account", "person", "kind"),
                condition=Q(until_at=None),
                name="watcher_once_at_a_time",
            ),
        )
        indexes = (
            models.Index(fields=("account", "kind"), name="watcher_by_account"),
            models.Index(fields=("person", "kind"), name="watcher_by_person"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} is a {self.kind} of {self.account_id}"
