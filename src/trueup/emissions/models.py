"""What was reported for each monitoring location and period, every version of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trueup.emissions.quantities import QuantityField

KINDS = ("reported", "resubmitted", "adjusted", "withdrawn")


class SubmittedFile(models.Model):
    """A file that was taken in; append-only.

    Attributes:
        sha256: Digest of the file as it was received.
        feed: What its masses are: totals, or rates to be multiplied by operating time.

    Source: PLAT-070 (the file's origin is kept); 40 CFR 62.16365.
    """

    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    format = models.CharField(max_length=30)
    feed = models.CharField(max_length=30)
    is_resubmission = models.BooleanField()
    received_at = models.DateTimeField()
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(actor="") & ~Q(format="") & ~Q(feed=""),
                name="submitted_file_says_what",
            ),
        )
        indexes = (models.Index(fields=("sha256",), name="submitted_file_by_digest"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.format})"


class MonitoringLocation(models.Model):
    """Where mass is monitored: one unit, or a stack or duct that serves some.

    Attributes:
        unit: The unit that this location is, if it is one.
        operating_from, retired_on: Of a stack; a unit's own days are with the unit.

    Source: 40 CFR 62.16345(a)(7)-(8); MASS-155.
    """

    facility = models.ForeignKey(
        "accounts.Facility", on_delete=models.PROTECT, related_name="monitoring_locations"
    )
    location_id = models.CharField(max_length=40)
    unit = models.OneToOneField(
        "accounts.AffectedUnit",
        null=True,
        on_delete=models.PROTECT,
        related_name="monitoring_location",
    )
    operating_from = models.DateField(null=True)
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("facility", "location_id"), name="location_once_a_facility"
            ),
            models.CheckConstraint(condition=~Q(location_id=""), name="location_has_id"),
            models.CheckConstraint(
                condition=Q(unit=None) | Q(operating_from=None, retired_on=None),
                name="location_of_unit_has_units_days",
            ),
            models.CheckConstraint(
                condition=Q(operating_from=None)
                | Q(retired_on=None)
                | Q(retired_on__gte=F("operating_from")),
                name="location_days_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.facility_id}/{self.location_id}"


class LocationUnit(models.Model):
    """A unit that a stack or duct serves; either may have several of the other.

    Source: 40 CFR 62.16345(a)(7)-(8).
    """

    location = models.ForeignKey(
        MonitoringLocation, on_delete=models.PROTECT, related_name="unit_links"
    )
    unit = models.ForeignKey(
        "accounts.AffectedUnit", on_delete=models.PROTECT, related_name="location_links"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("location", "unit"), name="location_unit_once"),
        )

    def __str__(self) -> str:
        return f"{self.location_id} serves {self.unit_id}"


class EmissionRecord(models.Model):
    """One version of what a location reported for a quarter or a year; append-only.

    The highest version is current. A quantity that is null is missing, never zero.

    Attributes:
        quarter: 1 to 4; 0 for the whole year.
        kind: How this version came to be; a withdrawn one holds no mass.
        ground: Why it was adjusted or withdrawn.

    Source: 40 CFR 62.16360(a)(1), 62.16370; PLAT-073 (overwriting is impossible).
    """

    location = models.ForeignKey(
        MonitoringLocation, on_delete=models.PROTECT, related_name="records", db_index=False
    )
    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    co2_tons = QuantityField(null=True)
    gross_mwh = QuantityField(null=True)
    net_mwh = QuantityField(null=True)
    useful_thermal_mwh = QuantityField(null=True)
    operating_hours = QuantityField(null=True)
    file = models.ForeignKey(
        SubmittedFile, null=True, on_delete=models.PROTECT, related_name="records"
    )
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()
    ground = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("location", "year", "quarter", "version"), name="emission_record_version"
            ),
            models.CheckConstraint(
                condition=Q(quarter__range=(0, 4), version__gte=1), name="emission_record_period"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="emission_record_kind"),
            models.CheckConstraint(
                condition=(Q(co2_tons=None) | Q(co2_tons__gte=0))
                & (Q(gross_mwh=None) | Q(gross_mwh__gte=0))
                & (Q(net_mwh=None) | Q(net_mwh__gte=0))
                & (Q(useful_thermal_mwh=None) | Q(useful_thermal_mwh__gte=0))
                & (Q(operating_hours=None) | Q(operating_hours__gte=0)),
                name="emission_record_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(kind="withdrawn") | Q(co2_tons=None),
                name="emission_record_withdrawn_is_missing",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("reported", "resubmitted")) | ~Q(ground=""),
                name="emission_record_change_has_ground",
            ),
            models.CheckConstraint(condition=~Q(actor=""), name="emission_record_says_who"),
        )
        indexes = (models.Index(fields=("year", "location"), name="emission_record_by_year"),)

    def __str__(self) -> str:
        when = f"{self.year}" + (f" Q{self.quarter}" if self.quarter else "")
        return f"{self.location_id} {when} version {self.version}: {self.co2_tons} tons"


class Finalization(models.Model):
    """That a program's Administrator decided that a record is final; append-only.

    One record may serve several programs, each of which decides for itself.

    Source: 40 CFR 78.1(b)(18)(vi)-(vii); PLAT-075.
    """

    program = models.CharField(max_length=20)
    record = models.ForeignKey(
        EmissionRecord, on_delete=models.PROTECT, related_name="finalizations", db_index=False
    )
    decision = models.ForeignKey("audit.Decision", on_delete=models.PROTECT, related_name="+")
    finalized_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("record", "program"), name="finalization_once"),
        )

    def __str__(self) -> str:
        return f"{self.program}: {self.record_id} final by {self.decision_id}"
