"""Early action: what the Administrator set, who applied, and what was awarded.

The instruments are in the ledger: each State's matching pool is two accounts of its own.

Source: 40 CFR 62.16431; 62.16231; preamble IV.D.6.b, V.D.4.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trueup.emissions.quantities import QuantityField
from trueup.rules.early_action import KINDS, MECHANISMS, YEARS


class EarlyActionSetting(models.Model):
    """What the rule leaves open, as a State has it from an instant on; append-only.

    Source: 40 CFR 62.16431(b), (c); 62.16231; AMB-31; MASS-AMB-31.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    per_mwh = QuantityField(null=True)
    per_ton = QuantityField(null=True)
    renewable_share = QuantityField(null=True)
    mechanism = models.CharField(max_length=20, blank=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(mechanism="") | Q(mechanism__in=MECHANISMS),
                name="early_action_mechanism",
            ),
        )
        indexes = (
            models.Index(fields=("program", "jurisdiction", "id"), name="early_action_setting"),
        )

    def __str__(self) -> str:
        return f"early action in {self.jurisdiction} of {self.program}"


class EarlyActionProject(models.Model):
    """A project that asks for the reward of early action; kept whatever is decided.

    Attributes:
        shows: Where it stands, how it is metered, whom it serves, in words.

    Source: 40 CFR 62.16431(a); 62.16235(e)(2); RATE-222, RATE-223; MASS-094, MASS-095.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=30)
    started_on = models.DateField()
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    shows = models.CharField(max_length=4000)
    state = models.CharField(max_length=10, default="applied")
    applied_at = models.DateTimeField()
    applied_by = models.CharField(max_length=60)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("program", "name"), name="early_action_project_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="early_action_kind"),
            models.CheckConstraint(
                condition=Q(state="applied", decided_at=None, decided_by="")
                | (
                    Q(state__in=("approved", "rejected"), decided_at__isnull=False)
                    & ~Q(decided_by="")
                ),
                name="early_action_decided_whole",
            ),
        )

    def __str__(self) -> str:
        return self.name


class EarlyActionAward(models.Model):
    """What a project's MWh of a year were rewarded with; append-only.

    Attributes:
        entitled: Matching instruments by the ratio; `matching` of them were there.
        early_tx, matching_tx: Transactions in the journal; null where there was nothing.

    Source: 40 CFR 62.16431(d); 62.16231(d); RATE-224 to RATE-227; MASS-096.
    """

    project = models.ForeignKey(EarlyActionProject, on_delete=models.PROTECT, related_name="awards")
    year = models.PositiveSmallIntegerField()
    mwh = QuantityField()
    early = models.PositiveBigIntegerField()
    entitled = models.PositiveBigIntegerField()
    matching = models.PositiveBigIntegerField()
    early_tx = models.BigIntegerField(null=True)
    matching_tx = models.BigIntegerField(null=True)
    awarded_at = models.DateTimeField()
    awarded_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("project", "year"), name="early_action_award_once"),
            models.CheckConstraint(condition=Q(year__in=YEARS), name="early_action_award_year"),
            models.CheckConstraint(
                condition=Q(matching__lte=F("entitled")), name="early_action_match_limited"
            ),
            models.CheckConstraint(
                condition=(
                    Q(early=0, early_tx__isnull=True) | Q(early__gt=0, early_tx__isnull=False)
                )
                & (
                    Q(matching=0, matching_tx__isnull=True)
                    | Q(matching__gt=0, matching_tx__isnull=False)
                ),
                name="early_action_award_moved",
            ),
        )

    def __str__(self) -> str:
        return f"{self.early} + {self.matching} to {self.project_id} for {self.year}"


class EarlyActionFile(models.Model):
    """What a sponsor's application rests on: its resource's papers, and the MWh it asks for.

    Attributes:
        resource: Its file among eligible resources, whose reports are verified.
        asked_2020, asked_2021: MWh for which the reward is asked. Append-only.

    Source: 40 CFR 62.16231(a); 62.16235(e)(2); 62.16245(a)(3); 62.16431(a); MASS-095.
    """

    project = models.OneToOneField(
        EarlyActionProject, on_delete=models.PROTECT, related_name="file"
    )
    resource = models.OneToOneField(
        "resources.Resource", on_delete=models.PROTECT, related_name="early_action"
    )
    asked_2020 = QuantityField()
    asked_2021 = QuantityField()

    def __str__(self) -> str:
        return f"file of {self.project_id}"


class EarlyActionLeftover(models.Model):
    """Early action allowances that were left after all awards, divided among units; append-only.

    Source: preamble V.D.4; MASS-099.
    """

    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3)
    vintage = models.PositiveSmallIntegerField()
    quantity = models.PositiveBigIntegerField()
    distributed_at = models.DateTimeField()
    distributed_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "jurisdiction", "vintage"), name="early_leftover_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="early_leftover_of_some"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.jurisdiction} {self.vintage} left"


class EarlyActionLeftoverShare(models.Model):
    """What one unit got of the leftover of a vintage; append-only.

    Source: preamble V.D.4; MASS-099.
    """

    leftover = models.ForeignKey(
        EarlyActionLeftover, on_delete=models.PROTECT, related_name="shares"
    )
    unit = models.ForeignKey("accounts.AffectedUnit", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveBigIntegerField()
    tx = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("leftover", "unit"), name="early_leftover_unit_once"),
            models.CheckConstraint(
                condition=Q(quantity=0, tx__isnull=True) | Q(quantity__gt=0, tx__isnull=False),
                name="early_leftover_recorded",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of leftover {self.leftover_id}"
