"""Submitted transfers and what became of them; what the Administrator limits."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

KINDS = ("transfer", "retirement")
UNSIGNED = "awaiting_approval"
# What is submitted, and waits for something else than a signature of the sending side.
SUBMITTED = ("held", "delayed", "awaiting_acceptance")
WAITING = (*SUBMITTED, UNSIGNED)
ENDED = ("cancelled", "rejected", "expired")
STATES = ("recorded", "refused", *WAITING, *ENDED)

GOING_ON = ("recorded", *SUBMITTED)

NUMBER_MAX = 40
ACTOR_MAX = 60
GROUND_MAX = 400
REFERENCE_MAX = 100
NOTE_MAX = 2000
BENEFICIARY_MAX = 200
REASON_MAX = 100


class Transfer(models.Model):
    """A transfer or a voluntary retirement as a representative submitted it.

    Accounts and persons are never deleted; their foreign keys are not checked by the
    database, because the check would lock their rows for every transfer
    (docs/decisions/0041).

    Attributes:
        source, destination: Null only if there is no account with the number given.
        role: In which seat the submitter could act, or `agent`; blank if in none.
        principal: The representative whose act it is; null if the submitter is none.
        asked_at: When the first signature was given, if a second person must sign too.
        approved_by: The second person; then it counts as submitted.
        submitted_at, received_at: When it was dispatched, and when it arrived; of one
            that needs two signatures, when the second one was given.
        expires_at: When it lapses for want of the second signature, or of the receiver's
            consent; null: never.
        not_before_at: The end of its wait, if the destination is not trusted.
        accepted_at: When the receiving side agreed, where that is asked for.
        ended_at, ended_by, ended_ground: When, by whom and why it was called off.
        vintage: What was asked for, of a transfer by quantity that waited.
        signature: Of the submitter; those of the others are with their acts.
        due_on: Last day for recording it; null while it is held, or lacks a signature.
        tx: The transaction that recorded it; `reversal` the one that gave it back.
        quantity: Null where no whole number of at least 1 was asked for.
        blocks: First and last serial number of each block, in the order in which they go.
        waits: What it waits for; `is_late` if deductions are among it.
        reasons: Why it was not recorded.
        reservation: Keeps the serial numbers of a transfer that waits.
        reference, note: Only for the people of the transferor account.
        fingerprint: What was asked for, so that a repeated key can be told from a reused one.

    Source: 40 CFR 62.16330, 62.16335; PLAT-050, PLAT-056.
    """

    key = models.UUIDField(unique=True)
    program = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=20)
    source = models.ForeignKey(
        "ledger.Account",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    source_number = models.CharField(max_length=NUMBER_MAX)
    destination = models.ForeignKey(
        "ledger.Account",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    destination_number = models.CharField(max_length=NUMBER_MAX)
    submitted_by = models.ForeignKey(
        "accounts.Person",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    role = models.CharField(max_length=10, blank=True)
    principal = models.ForeignKey(
        "accounts.Person",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    asked_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        "accounts.Person",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    not_before_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=ACTOR_MAX, blank=True)
    ended_ground = models.CharField(max_length=GROUND_MAX, blank=True)
    signature = models.ForeignKey(
        "signing.Signature",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    due_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(null=True)
    tx = models.OneToOneField(
        "ledger.Transaction", null=True, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.BigIntegerField(null=True)
    vintage = models.BigIntegerField(null=True)
    blocks = models.JSONField(default=list)
    waits = models.JSONField(default=list)
    is_late = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    decision = models.ForeignKey(
        "audit.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reservation = models.ForeignKey(
        "ledger.Reservation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reversal = models.ForeignKey(
        "ledger.Transaction", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reference = models.CharField(max_length=REFERENCE_MAX, blank=True)
    note = models.TextField(blank=True)
    reason = models.CharField(max_length=REASON_MAX, blank=True)
    beneficiary = models.CharField(max_length=BENEFICIARY_MAX, blank=True)
    fingerprint = models.CharField(max_length=32)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="transfer_kind"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="transfer_state"),
            models.CheckConstraint(
                condition=Q(state="recorded", tx__isnull=False, recorded_at__isnull=False)
                | (~Q(state="recorded") & Q(tx=None, recorded_at=None, reversal=None)),
                name="transfer_recorded_by_a_transaction",
            ),
            # 40 CFR 62.16335(e): not to record is a decision, with reasons. So is an
            # official's stopping it; its own people need none to call it off.
            models.CheckConstraint(
                condition=Q(state="refused", decision__isnull=False)
                | Q(state="cancelled")
                | (~Q(state__in=("refused", "cancelled")) & Q(decision=None)),
                name="transfer_refused_by_a_decision",
            ),
            # A transfer that needs a second person does not go on without one.
            models.CheckConstraint(
                condition=Q(asked_at=None, approved_by=None) & ~Q(state__in=(UNSIGNED, "expired"))
                | Q(asked_at__isnull=False)
                & ~(Q(approved_by=None) & Q(state__in=GOING_ON))
                & ~(Q(approved_by__isnull=False) & Q(state__in=(UNSIGNED, "expired"))),
                name="transfer_approved_if_asked",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | ~Q(approved_by=F("submitted_by"))
                & (Q(principal=None) | ~Q(approved_by=F("principal"))),
                name="transfer_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False)
                & ~Q(ended_by="")
                & ~Q(ended_ground="")
                | ~Q(state__in=ENDED) & Q(ended_at=None, ended_by="", ended_ground=""),
                name="transfer_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="expired")
                | Q(expires_at__isnull=False, ended_at__gte=F("expires_at")),
                name="transfer_expired_in_time",
            ),
            models.CheckConstraint(
                condition=Q(recorded_at=None)
                | Q(not_before_at=None)
                | Q(recorded_at__gte=F("not_before_at")),
                name="transfer_recorded_after_its_wait",
            ),
            models.CheckConstraint(
                condition=Q(recorded_at=None) | Q(recorded_at__gte=F("submitted_at")),
                name="transfer_recorded_after_submission",
            ),
            models.CheckConstraint(
                condition=Q(state="refused")
                | Q(source__isnull=False, destination__isnull=False, quantity__isnull=False),
                name="transfer_says_what_and_where",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WAITING) | Q(reservation=None),
                name="transfer_reserves_while_it_waits",
            ),
            models.CheckConstraint(
                condition=Q(quantity=None) | Q(quantity__gte=1), name="transfer_whole_number"
            ),
            models.CheckConstraint(
                condition=Q(received_at__gte=F("submitted_at")), name="transfer_received_after"
            ),
            models.CheckConstraint(
                condition=Q(kind="retirement") | Q(reason="", beneficiary=""),
                name="transfer_reason_is_of_a_retirement",
            ),
        )
        indexes = (
            models.Index(fields=("source", "id"), name="transfer_source"),
            models.Index(fields=("destination", "id"), name="transfer_destination"),
            models.Index(
                fields=("state", "due_on"),
                condition=Q(state__in=WAITING),
                name="transfer_waits",
            ),
            # Whole: SQLite finds no row by a partial one when the state is a parameter.
            models.Index(fields=("program", "state", "submitted_at"), name="transfer_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.state})"


class Limitation(models.Model):
    """Allowances that the Administrator limited: they stay, and can go nowhere.

    Attributes:
        key: Of the order, which may concern several accounts.
        reservation: Keeps the serial numbers; null once the limitation is lifted.
        blocks: First and last serial number of each block.

    Source: 40 CFR 62.16220(c)(5); MASS-008.
    """

    key = models.UUIDField()
    program = models.CharField(max_length=20)
    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    reservation = models.ForeignKey(
        "ledger.Reservation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    blocks = models.JSONField(default=list)
    quantity = models.BigIntegerField()
    ground = models.CharField(max_length=400)
    decision = models.ForeignKey(
        "audit.Decision", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("key", "account"), name="limitation_once"),
            models.CheckConstraint(condition=~Q(ground=""), name="limitation_has_a_ground"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, reservation__isnull=False)
                | Q(lifted_at__isnull=False, reservation=None),
                name="limitation_keeps_until_lifted",
            ),
        )

    def __str__(self) -> str:
        return f"limitation {self.key}: {self.ground}"


from trueup.transfers.act_models import Proposal, TransferAct  # noqa: E402, F401
from trueup.transfers.guard_models import (  # noqa: E402, F401
    ProgramSafeguards,
    SecondPersonRule,
    StandingAcceptance,
    TrustedAccount,
)
from trueup.transfers.return_models import TransferReturn  # noqa: E402, F401
from trueup.transfers.trade_models import TradeTerms  # noqa: E402, F401
