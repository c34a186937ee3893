"""What was done to a transfer after it was asked for; and what nobody has signed yet."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

ACTS = ("approve", "reject", "accept", "decline", "cancel", "stop", "expire")
PROPOSAL_STATES = ("proposed", "signed", "cancelled", "expired", "ended")
NUMBER_MAX, ACTOR_MAX, GROUND_MAX = 40, 60, 400


def person_key(**more: Any) -> models.ForeignKey[Any, Any]:
    """A person, who is never deleted: the database need not lock the row to know."""
    return models.ForeignKey(
        "accounts.Person",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        **more,
    )


def signature_key() -> models.ForeignKey[Any, Any]:
    """The signature that proves an act; null on the console and in rehearsals."""
    return models.ForeignKey(
        "signing.Signature",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )


class TransferAct(models.Model):
    """An act on a transfer after it was asked for: append-only, and each kind once.

    Attributes:
        person, principal: Who did it, and whose act it is; null for an official or the clock.
        actor: `person:17`, `official:3`, `administrator`, `registry`.

    Source: PLAT-017; 40 CFR 62.16335(b).
    """

    transfer = models.ForeignKey(
        "transfers.Transfer", on_delete=models.PROTECT, related_name="acts"
    )
    what = models.CharField(max_length=10)
    person = person_key(null=True)
    principal = person_key(null=True)
    actor = models.CharField(max_length=ACTOR_MAX)
    at = models.DateTimeField()
    ground = models.CharField(max_length=GROUND_MAX, blank=True)
    signature = signature_key()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(what__in=ACTS), name="transfer_act_what"),
            models.UniqueConstraint(fields=("transfer", "what"), name="transfer_act_once"),
            models.CheckConstraint(
                condition=~Q(what__in=("reject", "decline", "stop")) | ~Q(ground=""),
                name="transfer_act_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.what} of {self.transfer_id} by {self.actor}"


class Proposal(models.Model):
    """A transfer that somebody has prepared and nobody has signed: it moves and keeps nothing.

    Attributes:
        key: The transfer's, once it is signed.
        proposed_by: Who drafted it, or whose API key did; `actor` says which.
        principal: The representative for whom it was prepared; it ends with that seat.
        spec: What is to be transferred, as `canonical.spec_json` writes it.

    Source: PLAT-050; 40 CFR 62.16330(b)(1)(iii).
    """

    key = models.UUIDField(unique=True)
    program = models.CharField(max_length=20)
    account = models.ForeignKey(
        "ledger.Account",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    destination_number = models.CharField(max_length=NUMBER_MAX)
    spec = models.JSONField()
    fingerprint = models.CharField(max_length=32)
    state = models.CharField(max_length=10, default="proposed")
    proposed_by = person_key()
    principal = person_key()
    actor = models.CharField(max_length=ACTOR_MAX)
    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=ACTOR_MAX, blank=True)
    ended_ground = models.CharField(max_length=GROUND_MAX, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=PROPOSAL_STATES), name="proposal_state"),
            models.CheckConstraint(
                condition=Q(state="proposed", ended_at=None, ended_by="")
                | ~Q(state="proposed") & Q(ended_at__isnull=False) & ~Q(ended_by=""),
                name="proposal_ended_by_somebody",
            ),
        )
        indexes = (
            models.Index(
                fields=("account", "id"), condition=Q(state="proposed"), name="proposal_open"
            ),
        )

    def __str__(self) -> str:
        return f"proposal {self.key} ({self.state})"
