"""Who asks for allowances of a set-aside, what was promised and generated, who got what.

A provider is the general account that a project's allowances go to; its shortfalls are
entries that are added up.

Source: 40 CFR 62.16245; 62.16240(b); MASS-075 to MASS-093.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trueup.set_asides import award_models

Award = award_models.Award
PURPOSES = ("renewable_energy", "output_based")
PROJECT_STATES = ("submitted", "approved", "rejected", "suspended", "revoked")
PROJECTION_STATES = ("submitted", "approved", "rejected")
DISTRIBUTION_STATES = ("proposed", "recorded", "refused")


class Project(models.Model):
    """A renewable resource that asks for allowances of one State's set-aside.

    Attributes:
        jurisdiction: Whose set-aside it asks for.
        located_in: Where the resource is.
        account: The general account that receives, which stands for its provider.
        resource: Its file among eligible resources, where its documents are kept.
        is_date_accepted: The Administrator accepted a day of service that is in doubt.

    Source: 40 CFR 62.16245(a)(2), (a)(3)(i); MASS-075 to MASS-077.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    name = models.CharField(max_length=200)
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey(
        "resources.Resource", null=True, on_delete=models.PROTECT, related_name="+"
    )
    located_in = models.CharField(max_length=3)
    category = models.CharField(max_length=3)
    kind = models.CharField(max_length=20, blank=True)
    capacity_mw = models.DecimalField(max_digits=12, decimal_places=3)
    in_service_on = models.DateField()
    grid = models.CharField(max_length=10)
    uprate_on = models.DateField(null=True)
    uprate_from_mw = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    uprate_to_mw = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    derated_on = models.DateField(null=True)
    is_relicensed = models.BooleanField(default=False)
    is_utility_scale = models.BooleanField(default=True)
    is_affected_egu = models.BooleanField(default=False)
    is_date_accepted = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="submitted")
    filed_by = models.CharField(max_length=60)
    dispatched_at = models.DateTimeField()
    received_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    ground = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "name"), name="project_once_a_state"
            ),
            models.CheckConstraint(condition=Q(state__in=PROJECT_STATES), name="project_state"),
            models.CheckConstraint(
                condition=Q(state="submitted") | (Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="project_decided",
            ),
            models.CheckConstraint(
                condition=Q(
                    uprate_on__isnull=True,
                    uprate_from_mw__isnull=True,
                    uprate_to_mw__isnull=True,
                )
                | Q(
                    uprate_on__isnull=False,
                    uprate_from_mw__isnull=False,
                    uprate_to_mw__isnull=False,
                ),
                name="project_uprate_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.jurisdiction}): {self.state}"


class Projection(models.Model):
    """What a project promises for a generation year.

    `eligible_mwh` is the part that counts; of an uprate, the added capacity's.

    Source: 40 CFR 62.16245(a)(3)(ii), (a)(5); MASS-078, MASS-079.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="projections")
    generation_year = models.PositiveSmallIntegerField()
    projected_mwh = models.DecimalField(max_digits=18, decimal_places=3)
    eligible_mwh = models.DecimalField(max_digits=18, decimal_places=3)
    method = models.TextField()
    state = models.CharField(max_length=10, default="submitted")
    filed_by = models.CharField(max_length=60)
    dispatched_at = models.DateTimeField()
    received_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            # A project stands in one pool once; what was rejected does not count.
            models.UniqueConstraint(
                fields=("project", "generation_year"),
                condition=~Q(state="rejected"),
                name="projection_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(state__in=PROJECTION_STATES), name="projection_state"
            ),
            models.CheckConstraint(
                condition=Q(eligible_mwh__gte=0, eligible_mwh__lte=F("projected_mwh")),
                name="projection_eligible_part",
            ),
            models.CheckConstraint(
                condition=Q(state="submitted") | (Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="projection_decided",
            ),
        )

    def __str__(self) -> str:
        return f"{self.eligible_mwh} MWh of {self.generation_year}: {self.state}"


class Delivery(models.Model):
    """What a project promised for a year and was verified to have generated.

    `is_to_explain`: the shortfall is larger than the program's percentage.

    Source: 40 CFR 62.16245(a)(4), (a)(5)(ii)-(iii); MASS-082 to MASS-084.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="deliveries")
    generation_year = models.PositiveSmallIntegerField()
    projected_mwh = models.DecimalField(max_digits=18, decimal_places=3)
    actual_mwh = models.DecimalField(max_digits=18, decimal_places=3)
    is_to_explain = models.BooleanField()
    explanation = models.TextField(blank=True)
    explained_at = models.DateTimeField(null=True)
    verified_by = models.CharField(max_length=60)
    verified_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("project", "generation_year"), name="delivery_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(actual_mwh__gte=0, projected_mwh__gte=0), name="delivery_mwh"
            ),
            models.CheckConstraint(
                condition=Q(explained_at__isnull=True, explanation="")
                | (Q(explained_at__isnull=False, is_to_explain=True) & ~Q(explanation="")),
                name="delivery_explained",
            ),
        )

    def __str__(self) -> str:
        return f"{self.actual_mwh} of {self.projected_mwh} MWh in {self.generation_year}"


class Distribution(models.Model):
    """One State's set-aside of one vintage, divided: proposed by one official, approved by another.

    Attributes:
        quantity: All that the set-aside held of the vintage.
        surplus: What went to the State's units, or stayed where there were none.
        digest: Of the whole preview, so that what is approved is what was proposed.

    Source: 40 CFR 62.16240(b); 62.16245(a)(5)-(7), (b)(3)-(5).
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    vintage = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=20)
    state = models.CharField(max_length=10, default="proposed")
    quantity = models.PositiveBigIntegerField()
    surplus = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    is_late = models.BooleanField(default=False)

    class Meta:
        constraints = (
            # Nothing runs twice: one that is proposed or recorded bars another.
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "vintage", "purpose"),
                condition=~Q(state="refused"),
                name="distribution_once",
            ),
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="distribution_purpose"),
            models.CheckConstraint(
                condition=Q(state__in=DISTRIBUTION_STATES), name="distribution_state"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True)
                | (
                    Q(state__in=("recorded", "refused"))
                    & Q(decided_at__isnull=False)
                    & ~Q(decided_by="")
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="distribution_by_two",
            ),
            models.CheckConstraint(
                condition=Q(surplus__lte=F("quantity")), name="distribution_surplus"
            ),
        )

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.vintage} {self.purpose}: {self.state}"


class Share(models.Model):
    """What one recipient got of a distribution: append-only.

    Attributes:
        project: Whose projection earned it; null for a unit's share.
        unit: Whose output earned it, or whose initial allocation, of a surplus.
        net_mwh: Of a project, its projection less the shortfalls charged to it.

    Source: 40 CFR 62.16245(a)(7), (b)(5); 62.16325(d), (e); MASS-087.
    """

    distribution = models.ForeignKey(Distribution, on_delete=models.PROTECT, related_name="shares")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        "accounts.AffectedUnit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    is_surplus = models.BooleanField(default=False)
    net_mwh = models.DecimalField(null=True, max_digits=18, decimal_places=3)
    quantity = models.PositiveBigIntegerField()
    tx = models.ForeignKey(
        "ledger.Transaction", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(project__isnull=False, unit__isnull=True, is_surplus=False)
                | Q(project__isnull=True, unit__isnull=False),
                name="share_of_one",
            ),
            models.CheckConstraint(
                condition=Q(quantity=0, tx__isnull=True) | Q(quantity__gte=1, tx__isnull=False),
                name="share_recorded",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of distribution {self.distribution_id}"


class ShortfallEntry(models.Model):
    """MWh that a project came to owe, or that were set off: append-only; their sum is owed.

    Source: 40 CFR 62.16245(a)(5)(ii)-(iii); MASS-083; MASS-AMB-22, MASS-AMB-23.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="shortfalls")
    mwh = models.DecimalField(max_digits=18, decimal_places=3)
    delivery = models.OneToOneField(
        Delivery, null=True, on_delete=models.PROTECT, related_name="shortfall"
    )
    distribution = models.ForeignKey(
        Distribution, null=True, on_delete=models.PROTECT, related_name="set_off"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(mwh__gt=0, delivery__isnull=False, distribution__isnull=True)
                | Q(mwh__lt=0, delivery__isnull=True, distribution__isnull=False),
                name="shortfall_has_cause",
            ),
            models.UniqueConstraint(
                fields=("project", "distribution"),
                condition=Q(distribution__isnull=False),
                name="shortfall_set_off_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.mwh} MWh of project {self.project_id}"


class Bar(models.Model):
    """A vintage of which a provider gets nothing, by shortfalls in all of a period: append-only.

    Source: 40 CFR 62.16245(a)(5)(iii); MASS-085; MASS-AMB-24.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    vintage = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=9)
    found_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "account", "vintage"), name="bar_once"
            ),
        )

    def __str__(self) -> str:
        return f"account {self.account_id}: nothing of {self.jurisdiction} {self.vintage}"


class OutputNotice(models.Model):
    """Data and preliminary results of a State's output-based set-aside: append-only.

    Attributes:
        digest: Of the preliminary result.

    Source: 40 CFR 62.16245(b)(3)(iii); MASS-091.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    period = models.CharField(max_length=9)
    digest = models.CharField(max_length=64)
    published_by = models.CharField(max_length=60)
    published_at = models.DateTimeField()
    comment_until = models.DateField()
    is_late = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "period"), name="output_notice_once"
            ),
        )

    def __str__(self) -> str:
        return f"output of {self.jurisdiction} for {self.period}"


class OutputFigure(models.Model):
    """One unit's data and amount of each vintage of the period in a notice: append-only.

    Source: 40 CFR 62.16245(b)(3)(i), (iii); MASS-088 to MASS-090.
    """

    notice = models.ForeignKey(OutputNotice, on_delete=models.PROTECT, related_name="figures")
    unit = models.ForeignKey("accounts.AffectedUnit", on_delete=models.PROTECT, related_name="+")
    net_summer_mw = models.DecimalField(max_digits=9, decimal_places=3)
    net_mwh = models.DecimalField(max_digits=18, decimal_places=3)
    quantity = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("notice", "unit"), name="output_figure_once"),
        )

    def __str__(self) -> str:
        return f"unit {self.unit_id}: {self.quantity}"


class Comment(models.Model):
    """A comment on a notice of output data: append-only.

    Source: 40 CFR 62.16245(b)(3)(iii); MASS-091, MASS-167.
    """

    notice = models.ForeignKey(OutputNotice, on_delete=models.PROTECT, related_name="comments")
    by = models.CharField(max_length=60)
    text = models.TextField()
    dispatched_at = models.DateTimeField()
    received_at = models.DateTimeField()
    is_late = models.BooleanField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
        )

    def __str__(self) -> str:
        return f"comment {self.pk} on notice {self.notice_id}"
