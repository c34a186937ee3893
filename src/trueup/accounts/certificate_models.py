"""Certificates of representation as documents, their signatures, and what bears on them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

CERTIFICATE_STATES = ("incomplete", "held", "in_force", "superseded", "withdrawn")
# The programs whose representatives must be the same natural persons.
SCHEMES = {
    "arp": "Acid Rain Program",
    "tr_nox_annual": "TR NOx Annual Trading Program",
    "tr_nox_ozone": "TR NOx Ozone Season Trading Program",
    "tr_so2_1": "TR SO2 Group 1 Trading Program",
    "tr_so2_2": "TR SO2 Group 2 Trading Program",
}


class Certificate(models.Model):
    """One version of a facility's certificate of representation; kept for ever.

    Attributes:
        document: All that it says, as `certificate_text.document_of` writes it.
        missing: The elements without which it is not complete, in words.
        deadlines: Changes that it reports, with the day each was due and whether it is late.
        hold: Why a complete one is not in force yet.
        filed_at: When it was first received, in whatever state.
        received_at: When it was received complete, and so took effect.

    Source: 40 CFR 62.16305(a); 62.16300; 62.16310(a).
    """

    program = models.CharField(max_length=20)
    facility = models.ForeignKey(
        "accounts.Facility", on_delete=models.PROTECT, related_name="certificates"
    )
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    document = models.JSONField()
    missing = models.JSONField(default=list)
    deadlines = models.JSONField(default=list)
    is_late = models.BooleanField(default=False)
    hold = models.CharField(max_length=400, blank=True)
    primary = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    alternate = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    filed_by = models.CharField(max_length=60)
    filed_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=CERTIFICATE_STATES), name="certificate_state"
            ),
            # Complete with a representative and a time of receipt, or without effect.
            models.CheckConstraint(
                condition=Q(
                    state__in=("in_force", "superseded"),
                    received_at__isnull=False,
                    primary__isnull=False,
                )
                | Q(state__in=("incomplete", "held", "withdrawn"), received_at=None),
                name="certificate_in_force_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="superseded",
                    superseded_at__isnull=False,
                    superseded_at__gte=F("received_at"),
                )
                | (~Q(state="superseded") & Q(superseded_at=None)),
                name="certificate_superseded",
            ),
            models.CheckConstraint(
                condition=Q(state="held") & ~Q(hold="") | ~Q(state="held"),
                name="certificate_held_says_why",
            ),
            models.CheckConstraint(
                condition=Q(alternate=None) | Q(primary=None) | ~Q(alternate=F("primary")),
                name="certificate_two_persons",
            ),
            models.CheckConstraint(condition=~Q(filed_by=""), name="certificate_filed_by"),
            models.UniqueConstraint(
                fields=("program", "facility"),
                condition=Q(state="in_force"),
                name="certificate_one_in_force",
            ),
            models.UniqueConstraint(
                fields=("program", "facility", "version"), name="certificate_version"
            ),
        )

    def __str__(self) -> str:
        return f"certificate {self.version} of facility {self.facility_id} ({self.state})"


class CertificateSignature(models.Model):
    """One person's signature under a certificate. Never changed.

    Attributes:
        statements: Key and digest of each statement that was accepted.
        digest: Of the certificate's text; it counts while that is the text.
        method: `paper` where an official entered it; `console` where none was asked for.

    Source: 40 CFR 62.16305(a)(4), (5).
    """

    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="signatures"
    )
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10)
    statements = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    method = models.CharField(max_length=20)
    signed_at = models.DateTimeField()
    signature = models.ForeignKey(
        "signing.Signature", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=("primary", "alternate")), name="certificate_signature_role"
            ),
            models.CheckConstraint(
                condition=~Q(method="") & ~Q(digest=""), name="certificate_signature_method"
            ),
            models.UniqueConstraint(
                fields=("certificate", "role", "digest"), name="certificate_signed_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} under certificate {self.certificate_id}"


class OtherProgramRepresentative(models.Model):
    """Who represents a facility in the Acid Rain Program or a Transport Rule program.

    Source: 40 CFR 62.16375 and 62.16570, “Designated representative”.
    """

    facility = models.ForeignKey(
        "accounts.Facility", on_delete=models.PROTECT, related_name="other_representatives"
    )
    scheme = models.CharField(max_length=14)
    role = models.CharField(max_length=10)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(scheme__in=tuple(SCHEMES)), name="other_representative_scheme"
            ),
            models.CheckConstraint(
                condition=Q(role__in=("primary", "alternate")), name="other_representative_role"
            ),
            models.UniqueConstraint(
                fields=("facility", "scheme", "role"), name="other_representative_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme}: {self.person_id} {self.role} of {self.facility_id}"


class AgreementRequest(models.Model):
    """The Administrator asks to see the agreement behind a certificate.

    Source: 40 CFR 62.16305(b); 62.16500(b).
    """

    program = models.CharField(max_length=20)
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=400)
    requested_by = models.CharField(max_length=60)
    requested_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "facility"),
                condition=Q(answered_at=None),
                name="agreement_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answered_at__gte=F("requested_at")),
                name="agreement_request_answered",
            ),
        )

    def __str__(self) -> str:
        return f"agreement of facility {self.facility_id} asked for"


class AgreementDocument(models.Model):
    """An agreement that was handed in; nobody judges it. Never changed.

    Source: 40 CFR 62.16305(b); 62.16500(b).
    """

    program = models.CharField(max_length=20)
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(
        AgreementRequest, null=True, on_delete=models.PROTECT, related_name="documents"
    )
    media_type = models.CharField(max_length=60)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    submitted_by = models.CharField(max_length=60)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"agreement {self.pk} of facility {self.facility_id}"
