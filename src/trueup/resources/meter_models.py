"""Meter data: who may report them for a resource, and what was reported month by month.

Source: 40 CFR 62.16455(c), 62.16460; PLAT-130; docs/decisions/0205.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from trueup.emissions.quantities import QuantityField

READING_STATES = ("filed", "held", "accepted", "disputed", "superseded")


class MeterReporter(models.Model):
    """A person whom a resource named to report its meter data, until that ends."""

    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="meter_reporters"
    )
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("resource", "person"),
                condition=Q(until_at=None),
                name="meter_reporter_named_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} reports for {self.resource_id}"


class PlausibleOutput(models.Model):
    """How many MWh a resource can plausibly put out in a calendar month, of any year."""

    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="plausible_outputs"
    )
    month = models.PositiveSmallIntegerField()
    mwh = QuantityField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("resource", "month"), name="plausible_month_once"),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12), name="plausible_month"
            ),
        )

    def __str__(self) -> str:
        return f"{self.mwh} MWh in month {self.month} of {self.resource_id}"


class MeterReading(models.Model):
    """A month's MWh as reported; a correction is the next version and states the whole.

    Attributes:
        version: From 1 for each resource and month; the highest is the one that counts.
        state: `held` waits for evidence, `disputed` is what the sponsor does not accept.

    Source: PLAT-130; docs/decisions/0205.
    """

    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="meter_readings"
    )
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    mwh = QuantityField()
    state = models.CharField(max_length=10)
    reporter = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    evidence = models.CharField(max_length=2000, blank=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    ground = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("resource", "year", "month", "version"), name="meter_reading_version"
            ),
            models.UniqueConstraint(
                fields=("resource", "year", "month"),
                condition=~Q(state="superseded"),
                name="meter_reading_one_counts",
            ),
            models.CheckConstraint(
                condition=Q(state__in=READING_STATES), name="meter_reading_state"
            ),
            models.CheckConstraint(
                condition=Q(mwh__gte=0, month__gte=1, month__lte=12), name="meter_reading_of_month"
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d} of {self.resource_id}, version {self.version}"
