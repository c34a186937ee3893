"""Facilities with their affected units, the persons who act, and the accounts they act for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

NAME_MAX = 200
ROLES = ("primary", "alternate")
UNIT_TYPES = ("steam", "igcc", "combined_cycle", "combined_heat_and_power")


def _fits(field: str) -> LessThanOrEqual:
    """A text that is there and is not too long; SQLite would store any length."""
    return LessThanOrEqual(Length(field), NAME_MAX)


class Person(models.Model):
    """A natural person who represents facilities or accounts. Never deleted.

    Source: 40 CFR 62.16375 "Designated representative"; 62.16290(a), (b).
    """

    name = models.CharField(max_length=NAME_MAX)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=400, blank=True, db_default="")
    fax = models.CharField(max_length=40, blank=True, db_default="")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="person"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name="") & Q(_fits("name")), name="person_name"),
        )
        indexes = (models.Index(fields=("name",), name="person_by_name"),)

    def __str__(self) -> str:
        return self.name


class Facility(models.Model):
    """A site whose affected units are settled together.

    Source: 40 CFR 62.16375 "Facility"; 62.16305(a)(1).
    """

    oris_code = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=NAME_MAX)
    jurisdiction = models.CharField(max_length=3)
    county = models.CharField(max_length=80, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    class Meta:
        verbose_name_plural = "facilities"
        constraints = (
            models.CheckConstraint(condition=Q(oris_code__gte=1), name="facility_oris_code"),
            models.CheckConstraint(condition=~Q(name="") & Q(_fits("name")), name="facility_name"),
            models.CheckConstraint(condition=~Q(jurisdiction=""), name="facility_jurisdiction"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                # A comparison with null is no refusal, so both are asked for.
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="facility_position",
            ),
        )
        indexes = (
            models.Index(fields=("name", "id"), name="facility_by_name"),
            models.Index(fields=("jurisdiction", "name", "id"), name="facility_by_jurisdiction"),
        )

    def __str__(self) -> str:
        return f"{self.name} (ORIS {self.oris_code})"


class AffectedUnit(models.Model):
    """One affected electric generating unit of a facility.

    Attributes:
        unit_id: As EPA knows it; any text, capitals count.
        operating_from: First day of commercial operation; null if long ago or unknown.
        is_operation_projected: `operating_from` is what was expected, not what happened.
        retired_on: Day of permanent retirement.
        retirement_filed_at: When the statement of retirement was received.

    Source: 40 CFR 62.16210(b), 62.16305(a)(1), 62.16215.
    """

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="units")
    unit_id = models.CharField(max_length=40)
    unit_type = models.CharField(max_length=30, blank=True)
    fuel = models.CharField(max_length=60, blank=True)
    nameplate_mw = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    net_summer_mw = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    operating_from = models.DateField(null=True)
    is_operation_projected = models.BooleanField(default=False)
    retired_on = models.DateField(null=True)
    retirement_filed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("facility", "unit_id"), name="unit_once_a_facility"),
            models.CheckConstraint(condition=~Q(unit_id=""), name="unit_has_id"),
            models.CheckConstraint(
                condition=Q(unit_type__in=("", *UNIT_TYPES)), name="unit_type_known"
            ),
            models.CheckConstraint(
                condition=(Q(nameplate_mw=None) | Q(nameplate_mw__gte=0))
                & (Q(net_summer_mw=None) | Q(net_summer_mw__gte=0)),
                name="unit_capacity_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(is_operation_projected=False) | Q(operating_from__isnull=False),
                name="unit_projected_date_given",
            ),
            models.CheckConstraint(
                condition=Q(retired_on=None, retirement_filed_at=None)
                | Q(retired_on__isnull=False, retirement_filed_at__isnull=False),
                name="unit_retirement_filed",
            ),
            models.CheckConstraint(
                condition=Q(retired_on=None)
                | Q(operating_from=None)
                | Q(retired_on__gte=F("operating_from")),
                name="unit_retired_after_operation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.facility_id}/{self.unit_id}"


class FacilityAccount(models.Model):
    """The compliance account of a facility, or of one of its units, in a program.

    Source: 40 CFR 62.16320(a); PLAT-022.
    """

    program = models.CharField(max_length=20)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="accounts")
    unit = models.ForeignKey(
        AffectedUnit, null=True, on_delete=models.PROTECT, related_name="accounts"
    )
    account = models.OneToOneField(
        "ledger.Account", on_delete=models.PROTECT, related_name="facility_account"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "facility"),
                condition=Q(unit=None),
                name="facility_account_one_a_facility",
            ),
            # A unit has one facility, so this is unique with the facility as well.
            models.UniqueConstraint(
                fields=("program", "unit"),
                condition=Q(unit__isnull=False),
                name="facility_account_one_a_unit",
            ),
        )

    def __str__(self) -> str:
        return f"{self.program}: {self.facility_id} {self.unit_id or ''}".rstrip()


class Representative(models.Model):
    """Who could act for an account from one instant until, not including, another.

    Primary is the designated representative of a facility or the authorized account
    representative of a general account; the alternate acts in their stead.

    Source: 40 CFR 62.16290(a), (b), 62.16300, 62.16320(c)(2), (3).
    """

    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="representatives", db_index=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="representations", db_index=False
    )
    role = models.CharField(max_length=10)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(role__in=ROLES), name="representative_role"),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gte=F("from_at")),
                name="representative_not_backwards",
            ),
            models.UniqueConstraint(
                fields=("account", "role"),
                condition=Q(until_at=None),
                name="representative_one_a_role",
            ),
            models.UniqueConstraint(
                fields=("account", "person"),
                condition=Q(until_at=None),
                name="representative_one_role_a_person",
            ),
        )
        indexes = (
            models.Index(fields=("account", "from_at"), name="representative_by_account"),
            models.Index(fields=("person", "account"), name="representative_by_person"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} of {self.account_id}"


# Models of their own topics, which Django finds through this module.
from trueup.accounts.application_models import (  # noqa: E402, F401
    Application,
    ApplicationSignature,
    ApplicationStep,
    Closing,
    Objection,
)
from trueup.accounts.certificate_models import (  # noqa: E402, F401
    AgreementDocument,
    AgreementRequest,
    Certificate,
    CertificateSignature,
    OtherProgramRepresentative,
)
from trueup.accounts.delegation_models import Delegation, DelegationNotice  # noqa: E402, F401
from trueup.accounts.note_models import CaptureNote, PermitNote  # noqa: E402, F401
from trueup.accounts.ownership_models import (  # noqa: E402, F401
    Association,
    Interest,
    OwnershipFiling,
    Party,
)
from trueup.accounts.retirement_models import ExemptionReview, RetirementProof  # noqa: E402, F401
from trueup.accounts.watcher_models import Watcher  # noqa: E402, F401
