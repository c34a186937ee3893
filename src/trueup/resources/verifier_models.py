"""Independent verifiers: who they are, what they may verify, and for whom.

Source: 40 CFR 62.16470 to 62.16480.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from trueup.resources.entries import ENGAGEMENT_STATES


class Verifier(models.Model):
    """An accredited independent verifier. Never deleted.

    Attributes:
        categories: Codes of what it may verify; none named: every category.
        sp_rating, moodys_rating: Of the insurer of its professional liability.
        debarred_on: From when it is debarred, suspended or proposed for debarment.

    Source: 40 CFR 62.16470; RATE-123 to RATE-126.
    """

    program = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    categories = models.JSONField(default=list)
    evidence = models.JSONField(default=dict)
    sp_rating = models.CharField(max_length=4, blank=True)
    moodys_rating = models.CharField(max_length=4, blank=True)
    accredited_at = models.DateTimeField()
    review_due_on = models.DateField(null=True)
    debarred_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_for = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("program", "name"), name="verifier_name_once"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_for="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_for="")),
                name="verifier_revoked_for_cause",
            ),
        )

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """Somebody of a verifier's accredited team, who may file and sign its reports.

    Source: 40 CFR 62.16470(c)(2), (3); RATE-117, RATE-124.
    """

    verifier = models.ForeignKey(Verifier, on_delete=models.PROTECT, related_name="team")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("verifier", "person"), condition=Q(until_at=None), name="team_member_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} of {self.verifier_id}"


class Engagement(models.Model):
    """That a verifier works for a resource: what was disclosed, and whether it was cleared.

    Source: 40 CFR 62.16475(d) to (f); RATE-129, RATE-130.
    """

    verifier = models.ForeignKey(Verifier, on_delete=models.PROTECT, related_name="engagements")
    resource = models.ForeignKey(
        "resources.Resource", on_delete=models.PROTECT, related_name="engagements"
    )
    state = models.CharField(max_length=10, default="disclosed")
    is_conflict = models.BooleanField(default=False)
    disclosure = models.CharField(max_length=2000)
    disclosed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("verifier", "resource"), name="engagement_once"),
            models.CheckConstraint(
                condition=Q(state__in=ENGAGEMENT_STATES), name="engagement_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved", is_conflict=True), name="engagement_no_conflict"
            ),
        )

    def __str__(self) -> str:
        return f"{self.verifier_id} for {self.resource_id}"
