"""What keeps instruments from leaving an account too easily, as it is set and agreed.

Whether a guard is in force is asked of every transfer, in one statement (`guards.py`).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from trueup.transfers.act_models import ACTOR_MAX, GROUND_MAX, person_key, signature_key

ACCEPTANCES = ("never", "always", "standing")


def account_key() -> models.ForeignKey[Any, Any]:
    """An account, which is never deleted."""
    return models.ForeignKey(
        "ledger.Account",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )


class ProgramSafeguards(models.Model):
    """A program's safeguards from an instant on, in place of its file's: append-only.

    Source: PLAT-052; docs/decisions/0172.
    """

    program = models.CharField(max_length=20)
    effective_at = models.DateTimeField()
    second_signature_hours = models.PositiveIntegerField()
    wait_business_days = models.PositiveIntegerField()
    listing_business_days = models.PositiveIntegerField()
    receiver_acceptance = models.CharField(max_length=10)
    set_by = models.CharField(max_length=ACTOR_MAX)
    set_at = models.DateTimeField()
    ground = models.CharField(max_length=GROUND_MAX, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(receiver_acceptance__in=ACCEPTANCES), name="safeguards_acceptance"
            ),
            models.CheckConstraint(
                condition=Q(effective_at__gte=F("set_at")), name="safeguards_not_in_the_past"
            ),
        )
        indexes = (
            models.Index(fields=("program", "effective_at", "id"), name="safeguards_in_force"),
        )

    def __str__(self) -> str:
        return f"safeguards of {self.program} from {self.effective_at:%Y-%m-%d %H:%M:%S}"


class SecondPersonRule(models.Model):
    """An account whose transfers a second person approves, from an instant until another.

    Turning it off needs a second person as well: one asks for it, another one ends it.

    Source: PLAT-094.
    """

    account = account_key()
    required_by = models.CharField(max_length=ACTOR_MAX)
    required_at = models.DateTimeField()
    end_asked_by = models.CharField(max_length=ACTOR_MAX, blank=True)
    end_asked_principal = person_key(null=True)
    end_asked_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=ACTOR_MAX, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account",),
                condition=Q(ended_at=None),
                name="second_person_one_an_account",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="")
                | Q(ended_at__isnull=False, end_asked_at__isnull=False)
                & ~Q(ended_by="")
                & ~Q(ended_by=F("end_asked_by")),
                name="second_person_ended_by_two",
            ),
        )

    def __str__(self) -> str:
        return f"second person for {self.account_id} since {self.required_at:%Y-%m-%d}"


class TrustedAccount(models.Model):
    """An account to which another one's transfers go without a wait, once that has begun.

    Attributes:
        needs_approval: A second person must agree; `approved_by` is that person.
        effective_at: From when it counts; null while it awaits approval.

    Source: PLAT-094; docs/decisions/0173.
    """

    account = account_key()
    other = account_key()
    listed_by = person_key()
    principal = person_key()
    listed_at = models.DateTimeField()
    needs_approval = models.BooleanField()
    approved_by = person_key(null=True)
    approved_at = models.DateTimeField(null=True)
    effective_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=ACTOR_MAX, blank=True)
    removed_at = models.DateTimeField(null=True)
    listing_signature = signature_key()
    approval_signature = signature_key()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "other"),
                condition=Q(removed_at=None),
                name="trusted_account_once",
            ),
            models.CheckConstraint(
                condition=~Q(account=F("other")), name="trusted_account_another"
            ),
            models.CheckConstraint(
                condition=Q(effective_at=None)
                | Q(needs_approval=False)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="trusted_account_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | ~Q(approved_by=F("listed_by")) & ~Q(approved_by=F("principal")),
                name="trusted_account_approved_by_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} trusts {self.other_id}"


class StandingAcceptance(models.Model):
    """An account that has agreed once and for all to what is transferred into it.

    Source: PLAT-052 (receiver's acceptance); docs/decisions/0174.
    """

    account = account_key()
    agreed_by = person_key()
    principal = person_key()
    agreed_at = models.DateTimeField()
    ended_by = models.CharField(max_length=ACTOR_MAX, blank=True)
    ended_at = models.DateTimeField(null=True)
    signature = signature_key()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account",),
                condition=Q(ended_at=None),
                name="standing_acceptance_one_an_account",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="")
                | Q(ended_at__isnull=False) & ~Q(ended_by=""),
                name="standing_acceptance_ended_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} accepts since {self.agreed_at:%Y-%m-%d}"
