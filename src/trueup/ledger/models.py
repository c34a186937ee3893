"""The books: accounts, lots, who holds what, and the journal.

Nobody outside the kernel imports this module. Lots, holdings, transactions and moves
are made by SQL in the first migration, because their constraints need composite and
deferred keys; the classes here describe them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

ACCOUNT_STATES = ("open", "frozen", "closed")


class Program(models.Model):
    """The books of one program. Its number is part of every account's and lot's id."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    code = models.CharField(max_length=20, unique=True)
    accounts_opened = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(number__range=(1, 89)), name="program_number"),
        )


class Account(models.Model):
    """Where instruments are recorded. Never deleted; its number is never used again."""

    id = models.BigIntegerField(primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    number = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    jurisdiction = models.CharField(max_length=3, blank=True)
    purpose = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, default="open")
    # Types of transaction that the emergency brake keeps from leaving: ` retire transfer `.
    stopped = models.CharField(max_length=400, db_default="")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind__in=("compliance", "general", "holding", "origination", "retirement")
                ),
                name="account_kind",
            ),
            models.CheckConstraint(condition=Q(state__in=ACCOUNT_STATES), name="account_state"),
            # One account a State and purpose (reserve, set-asides, retirement).
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "purpose"),
                condition=~Q(purpose=""),
                name="account_one_a_purpose",
            ),
        )
        indexes = (
            models.Index(fields=("program", "kind", "jurisdiction", "id"), name="account_browse"),
            models.Index(fields=("program", "name"), name="account_name"),
        )


class Lot(models.Model):
    """A number line. `next_serial` is the first number that has not been created."""

    id = models.BigIntegerField(primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.CharField(max_length=20)
    first = models.BigIntegerField(default=1)
    next_serial = models.BigIntegerField(default=1)

    class Meta:
        managed = False
        db_table = "ledger_lot"


class Transaction(models.Model):
    """A recorded transaction: append-only, and the database says so."""

    id = models.BigIntegerField(primary_key=True)
    type = models.CharField(max_length=24)
    ground = models.CharField(max_length=400)
    cite = models.CharField(max_length=200)
    actor = models.CharField(max_length=60)
    source = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="transactions_out"
    )
    destination = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="transactions_in"
    )
    quantity = models.BigIntegerField()
    key = models.UUIDField(unique=True)
    fingerprint = models.CharField(max_length=32)
    submitted_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    mends = models.ForeignKey("self", null=True, on_delete=models.PROTECT)

    class Meta:
        managed = False
        db_table = "ledger_tx"


class Move(models.Model):
    """A block that a transaction moved, and the move by which the giver had got it."""

    id = models.BigIntegerField(primary_key=True)
    tx = models.ForeignKey(Transaction, on_delete=models.PROTECT)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT)
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    source = models.ForeignKey(
        Account, null=True, db_column="from_id", on_delete=models.PROTECT, related_name="+"
    )
    destination = models.ForeignKey(
        Account, db_column="to_id", on_delete=models.PROTECT, related_name="+"
    )
    prev = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    tier = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "ledger_move"


class Reservation(models.Model):
    """Serial numbers that wait in a transfer and cannot go anywhere else meanwhile."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    note = models.CharField(max_length=200, blank=True)
    placed_at = models.DateTimeField()


class Holding(models.Model):
    """Who holds a lot's serial numbers from `lo` up to, not including, `nxt`.

    The rows of a lot form one chain without overlap or gap; a row without `nxt` closes
    it and belongs to nobody. A projection of the journal: it can be dropped and rebuilt
    from the moves.
    """

    pk = models.CompositePrimaryKey("lot_id", "lo")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT)
    lo = models.BigIntegerField()
    nxt = models.BigIntegerField(null=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT)
    move = models.ForeignKey(Move, null=True, on_delete=models.PROTECT)
    tier = models.SmallIntegerField(null=True)
    reservation = models.ForeignKey(Reservation, null=True, on_delete=models.PROTECT)

    class Meta:
        managed = False
        db_table = "ledger_holding"


class Hold(models.Model):
    """Until released, transfers of these vintages to or from the account wait.

    Source: 40 CFR 62.16335(b).
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    vintage_max = models.PositiveSmallIntegerField()
    ground = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "ground"),
                condition=Q(released_at=None),
                name="hold_one_a_ground",
            ),
        )


class Claim(models.Model):
    """Instruments that an account owes; each batch takes them as they arrive.

    Attributes:
        barred: Categories of credits that do not pay it, separated by blanks.

    Source: 40 CFR 62.16340(d), 62.16220(c)(1)(ii)(A); 62.16535(e), 62.16434(c)(3).
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="claims")
    destination = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    owed = models.PositiveBigIntegerField()
    taken = models.PositiveBigIntegerField(default=0)
    vintage_max = models.PositiveSmallIntegerField()
    barred = models.CharField(max_length=100, blank=True, db_default="")
    ground = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(taken__lte=F("owed")), name="claim_not_overtaken"),
        )
        indexes = (
            models.Index(
                fields=("account",),
                condition=Q(withdrawn_at=None, taken__lt=F("owed")),
                name="claim_open",
            ),
        )


class Issue(models.Model):
    """Numbers of a lot that were created together and share what stands behind them."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT)
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    vintage = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(lo__gte=1, hi__gte=F("lo")), name="issue_not_empty"),
            models.UniqueConstraint(fields=("lot", "lo"), name="issue_once"),
        )


class Disqualification(models.Model):
    """Credits that do not qualify any more for any compliance demonstration: append-only.

    Numbers may be named before they are issued; what was deducted stays deducted.

    Attributes:
        ground: Why, such as that a State counted them towards its own measures.

    Source: 40 CFR 62.16420(c)(3).
    """

    lot_id = models.BigIntegerField()
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    ground = models.CharField(max_length=200)
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(lo__gte=1, hi__gte=F("lo")), name="disqualification_not_empty"
            ),
            models.CheckConstraint(
                condition=~Q(actor="") & ~Q(ground=""), name="disqualification_says_why"
            ),
        )
        indexes = (models.Index(fields=("lot_id", "lo"), name="disqualification_by_lot"),)

    def __str__(self) -> str:
        return f"{self.lo} to {self.hi} of lot {self.lot_id}: {self.ground}"


class Brake(models.Model):
    """Types of transaction of a program that an official has stopped at once.

    Attributes:
        confirm_by: Last day for a second official to confirm it; it stays on all the same.
        lift_asked_by, lifted_by: The two officials who let the transactions go on.

    Source: PLAT-094; docs/decisions/0175.
    """

    key = models.UUIDField(unique=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    types = models.JSONField()
    ground = models.CharField(max_length=400)
    pulled_by = models.CharField(max_length=60)
    pulled_at = models.DateTimeField()
    confirm_by = models.DateField()
    confirmed_by = models.CharField(max_length=60, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    lift_asked_by = models.CharField(max_length=60, blank=True)
    lift_asked_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=60, blank=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(ground=""), name="brake_has_a_ground"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="")
                | Q(confirmed_at__isnull=False)
                & ~Q(confirmed_by="")
                & ~Q(confirmed_by=F("pulled_by")),
                name="brake_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by="")
                | Q(lifted_at__isnull=False, lift_asked_at__isnull=False)
                & ~Q(lifted_by="")
                & ~Q(lifted_by=F("lift_asked_by")),
                name="brake_lifted_by_two",
            ),
        )
        indexes = (models.Index(fields=("program",), condition=Q(lifted_at=None), name="brake_on"),)

    def __str__(self) -> str:
        return f"brake of {self.program_id}: {self.ground}"
