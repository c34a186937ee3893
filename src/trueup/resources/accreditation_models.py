"""Applications for accreditation, and what verifiers disclose of each engagement.

Source: 40 CFR 62.16470, 62.16475; RATE-123 to RATE-131.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

ACCREDITATION_STATES = ("submitted", "accredited", "rejected", "withdrawn")


class AccreditationApplication(models.Model):
    """A verifier's application for accreditation, as it was signed; decided once.

    Attributes:
        categories: None named: every category.
        team: Ids of the persons of the team.
        evidence: What shows each requirement.
        is_free_of_debarment: The statement of 62.16470(c)(5).
        verifier: What it became.

    Source: 40 CFR 62.16470(b), (c); RATE-124 to RATE-126.
    """

    program = models.CharField(max_length=20)
    key = models.UUIDField(unique=True)
    applicant = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    categories = models.JSONField(default=list)
    team = models.JSONField(default=list)
    evidence = models.JSONField(default=dict)
    insurer = models.CharField(max_length=200)
    sp_rating = models.CharField(max_length=4, blank=True)
    moodys_rating = models.CharField(max_length=4, blank=True)
    is_free_of_debarment = models.BooleanField()
    state = models.CharField(max_length=12, default="submitted")
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    ground = models.CharField(max_length=2000, blank=True)
    verifier = models.OneToOneField(
        "resources.Verifier", null=True, on_delete=models.PROTECT, related_name="application"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "name"),
                condition=Q(state="submitted"),
                name="accreditation_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", decided_at=None, verifier=None)
                | Q(state="accredited", decided_at__isnull=False, verifier__isnull=False)
                | Q(state__in=("rejected", "withdrawn"), decided_at__isnull=False, verifier=None),
                name="accreditation_decided_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"


class EngagementDisclosure(models.Model):
    """What a verifier disclosed of an engagement, each time; append-only.

    Attributes:
        answers: Each of the seven tests -> `yes` or `no`.
        isolation: Measures that are to keep a conflict away.

    Source: 40 CFR 62.16475(a), (d)-(f); RATE-127, RATE-129, RATE-130.
    """

    engagement = models.ForeignKey(
        "resources.Engagement", on_delete=models.PROTECT, related_name="disclosures"
    )
    version = models.PositiveIntegerField()
    answers = models.JSONField(default=dict)
    text = models.CharField(max_length=2000)
    isolation = models.CharField(max_length=2000, blank=True)
    disclosed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    disclosed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("engagement", "version"), name="engagement_disclosure_version"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="engagement_disclosure_says_what"),
        )

    def __str__(self) -> str:
        return f"disclosure {self.version} of engagement {self.engagement_id}"
