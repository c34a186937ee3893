"""A State's general accounts: what a year divides, who asks for it, and what was done.

The allowances are in the ledger, in a holding account a State and purpose; these rows say
what was decided. Money is whole cents and is recorded, not collected.

Source: RGGI-020 to RGGI-030; COMAR 26.09.02.06 to 26.09.02.09.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

# filed, complete, approved, executed, in this order; or refused instead.
STATES = ("filed", "complete", "approved", "refused", "executed")


class StateYear(models.Model):
    """What a State decides for a year that the sources leave open.

    Attributes:
        budget: All allowances of the year's vintage.
        tons_per_mwh: What a MWh of renewable energy stands for; null: no such year.

    Source: RGGI-020, RGGI-023.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    year = models.PositiveSmallIntegerField()
    budget = models.PositiveBigIntegerField()
    tons_per_mwh = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    decided_by = models.CharField(max_length=60)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "year"), name="state_year_once"
            ),
            models.CheckConstraint(condition=Q(budget__gte=1), name="state_year_has_budget"),
            models.CheckConstraint(
                condition=Q(tons_per_mwh__isnull=True)
                | Q(tons_per_mwh__isnull=False, tons_per_mwh__gte=0),
                name="state_year_factor",
            ),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.year}: {self.budget}"


class Distribution(models.Model):
    """That a year's allowances were divided among a State's accounts: once, append-only.

    Attributes:
        is_late: It was done after the day by which it is due.

    Source: RGGI-020.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    year = models.PositiveSmallIntegerField()
    budget = models.PositiveBigIntegerField()
    is_late = models.BooleanField()
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            # Nothing runs twice.
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "year"), name="state_distribution_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.year}: {self.budget} divided"


class Share(models.Model):
    """What one account of the State got of a year: append-only.

    Source: RGGI-020, RGGI-030.
    """

    distribution = models.ForeignKey(Distribution, on_delete=models.PROTECT, related_name="shares")
    purpose = models.CharField(max_length=20)
    quantity = models.PositiveBigIntegerField()
    tx = models.ForeignKey(
        "ledger.Transaction", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("distribution", "purpose"), name="state_share_once_a_purpose"
            ),
            models.CheckConstraint(
                condition=Q(quantity=0, tx__isnull=True) | Q(quantity__gte=1, tx__isnull=False),
                name="state_share_recorded",
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose}: {self.quantity}"


class Application(models.Model):
    """Somebody asks for allowances of a State's set-aside in a year.

    Attributes:
        purpose: The set-aside.
        account: Where allowances go that are sold or awarded; of a source, its compliance
            account. Null for who asks that allowances be retired for certificates.
        export_percent: Of generation, that a permit lets the source export at most.
        contract, viability, finding: The papers that show what the set-aside asks for.
        mwh: Of the certificates.
        quantity: Asked for; found from emissions or certificates where a formula says so.
        given, missing: Once executed: what was retired, sold or awarded; what was not there.
        is_short_of_years: The average has fewer years than it should.
        price_cents: Of a sale, for each allowance.

    Source: RGGI-021 to RGGI-024, RGGI-027.
    """

    program = models.CharField(max_length=20)
    key = models.UUIDField(unique=True)
    jurisdiction = models.CharField(max_length=3)
    purpose = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    account = models.ForeignKey(
        "ledger.Account", null=True, on_delete=models.PROTECT, related_name="+"
    )
    facility = models.ForeignKey(
        "accounts.Facility", null=True, on_delete=models.PROTECT, related_name="+"
    )
    applicant = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    export_percent = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    contract = models.CharField(max_length=300, blank=True)
    viability = models.CharField(max_length=300, blank=True)
    finding = models.CharField(max_length=300, blank=True)
    in_service_on = models.DateField(null=True)
    mwh = models.DecimalField(max_digits=18, decimal_places=3, null=True)
    quantity = models.PositiveBigIntegerField()
    is_short_of_years = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="filed")
    filed_by = models.CharField(max_length=60)
    filed_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    executed_by = models.CharField(max_length=60, blank=True)
    executed_at = models.DateTimeField(null=True)
    given = models.PositiveBigIntegerField(null=True)
    missing = models.PositiveBigIntegerField(null=True)
    price_cents = models.PositiveBigIntegerField(null=True)
    tx = models.ForeignKey(
        "ledger.Transaction", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=STATES), name="state_application_state"),
            # One for a source, a set-aside and a year, unless it was refused.
            models.UniqueConstraint(
                fields=("program", "purpose", "year", "facility"),
                condition=Q(facility__isnull=False) & ~Q(state="refused"),
                name="state_application_once",
            ),
            # RGGI-027: only what was approved is executed.
            models.CheckConstraint(
                condition=Q(state="filed", completed_at__isnull=True, decided_at__isnull=True)
                | Q(state="complete", completed_at__isnull=False, decided_at__isnull=True)
                | Q(state="refused", decided_at__isnull=False)
                | (
                    Q(state__in=("approved", "executed"))
                    & Q(completed_at__isnull=False, decided_at__isnull=False)
                    & Q(decided_at__gte=F("completed_at"))
                    & ~Q(decided_by="")
                ),
                name="state_application_in_order",
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(state="executed")
                    & Q(executed_at__isnull=True, given__isnull=True, missing__isnull=True)
                    & Q(tx__isnull=True)
                )
                | (
                    Q(state="executed", executed_at__isnull=False)
                    & Q(given__isnull=False, missing__isnull=False)
                    & (Q(given=0, tx__isnull=True) | Q(given__gte=1, tx__isnull=False))
                ),
                name="state_application_executed",
            ),
        )
        indexes = (models.Index(fields=("program", "year", "id"), name="state_application_browse"),)

    def __str__(self) -> str:
        return f"{self.purpose} {self.year}: {self.state}"


class Certificate(models.Model):
    """A renewable energy certificate that was given for allowances: used once, for ever.

    Attributes:
        is_released: Its application was refused; it may be used again.

    Source: RGGI-023.
    """

    program = models.CharField(max_length=20)
    serial = models.CharField(max_length=80)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="certificates"
    )
    retired_on = models.DateField()
    is_released = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "serial"),
                condition=Q(is_released=False),
                name="certificate_used_once",
            ),
            models.CheckConstraint(condition=~Q(serial=""), name="certificate_has_serial"),
        )
        indexes = (models.Index(fields=("application", "id"), name="certificate_browse"),)

    def __str__(self) -> str:
        return self.serial


class Shift(models.Model):
    """A decision that moves allowances from one account of a State to another.

    Source: RGGI-025, RGGI-026.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    key = models.UUIDField(unique=True)
    source = models.CharField(max_length=20)
    destination = models.CharField(max_length=20)
    vintage = models.PositiveSmallIntegerField()
    quantity = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=500)
    decided_by = models.CharField(max_length=60)
    decided_at = models.DateTimeField()
    tx = models.OneToOneField("ledger.Transaction", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & ~Q(source=F("destination")),
                name="state_shift_moves",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="state_shift_reason"),
        )
        indexes = (models.Index(fields=("program", "jurisdiction", "id"), name="shift_browse"),)

    def __str__(self) -> str:
        return f"{self.quantity} from {self.source} to {self.destination}"


class OffsetAward(models.Model):
    """Offset allowances that a project was awarded for a verified year: append-only.

    Attributes:
        tons: Kept out of the air, as they were verified; whole ones count.

    Source: RGGI-033.
    """

    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="offset_awards"
    )
    year = models.PositiveSmallIntegerField()
    tons = models.DecimalField(max_digits=18, decimal_places=3)
    quantity = models.PositiveBigIntegerField()
    awarded_by = models.CharField(max_length=60)
    awarded_at = models.DateTimeField()
    tx = models.OneToOneField("ledger.Transaction", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("resource", "year"), name="offset_award_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, tons__gte=F("quantity")), name="offset_award_covered"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} to project {self.resource_id} for {self.year}"
