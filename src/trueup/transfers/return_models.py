"""What was asked to come back: a transfer, and the one that would undo it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from trueup.transfers.act_models import GROUND_MAX, person_key, signature_key

SIDES = ("sender", "receiver")


class TransferReturn(models.Model):
    """A recorded transfer that one side wants undone, and the reverse one: append-only.

    One row links both: from a transfer to its return, and from the return to what it
    returns. A transfer has at most one.

    Attributes:
        key: Of the reverse: of the proposal until it is signed, then of the transfer.
        side: Who asked: the sender for it back, or the receiver who did not expect it.
        ground: Why, in words that both sides read.

    Source: PLAT-054, PLAT-094; 40 CFR 62.16330(b).
    """

    transfer = models.OneToOneField(
        "transfers.Transfer", on_delete=models.PROTECT, related_name="asked_to_return"
    )
    key = models.UUIDField(unique=True)
    side = models.CharField(max_length=10)
    asked_by = person_key()
    asked_at = models.DateTimeField()
    ground = models.CharField(max_length=GROUND_MAX)
    signature = signature_key()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(side__in=SIDES), name="transfer_return_side"),
            models.CheckConstraint(condition=~Q(ground=""), name="transfer_return_says_why"),
        )

    def __str__(self) -> str:
        return f"return {self.key} of transfer {self.transfer_id}, by the {self.side}"
