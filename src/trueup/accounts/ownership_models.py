"""Who has an interest in what an account holds, and which companies belong together."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

INTEREST_KINDS = ("interest", "owner", "operator")
PARTY_KINDS = ("person", "organization")
CONTROLS = ("shares", "management", "contract", "trust", "other")


class Party(models.Model):
    """A person or an organization that can own: in an account, or in another one.

    It need not have an account here. Never deleted.

    Attributes:
        identifier: What tells it from others of its name: a company register's number.

    Source: 40 CFR 62.16320(c)(1)(ii)(C); PLAT-037, PLAT-112.
    """

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, default="organization")
    identifier = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name_plural = "parties"
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="party_name"),
            models.CheckConstraint(condition=Q(kind__in=PARTY_KINDS), name="party_kind"),
            models.UniqueConstraint(fields=("name", "identifier"), name="party_once"),
        )

    def __str__(self) -> str:
        return self.name


class OwnershipFiling(models.Model):
    """A change of the persons with an interest in an account, as it was filed.

    Attributes:
        due_on: Last day for filing it; a later one is taken and marked late.
        listed, unlisted: Names of those who came and of those who went.

    Source: 40 CFR 62.16320(c)(3)(iii), 62.16300(c).
    """

    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="ownership_filings"
    )
    changed_on = models.DateField()
    filed_at = models.DateTimeField()
    due_on = models.DateField()
    is_late = models.BooleanField()
    filed_by = models.CharField(max_length=60)
    listed = models.JSONField(default=list)
    unlisted = models.JSONField(default=list)
    signature = models.ForeignKey(
        "signing.Signature", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = (models.Index(fields=("account", "id"), name="ownership_filing_by_account"),)

    def __str__(self) -> str:
        return f"{self.account_id} on {self.changed_on}"


class Interest(models.Model):
    """A party with an interest in an account from one day until, not including, another.

    Kinds are `interest` in a general account, and `owner` and `operator` of a facility.

    Source: 40 CFR 62.16320(c)(1)(ii)(C); PLAT-037.
    """

    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="interests"
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="interests")
    kind = models.CharField(max_length=10, default="interest")
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=INTEREST_KINDS), name="interest_kind"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="interest_not_backwards",
            ),
            models.UniqueConstraint(
                fields=("account", "party", "kind"),
                condition=Q(until_on=None),
                name="interest_once_at_a_time",
            ),
        )
        indexes = (models.Index(fields=("account", "from_on"), name="interest_by_account"),)

    def __str__(self) -> str:
        return f"{self.party_id} in {self.account_id}"


class Association(models.Model):
    """One party's hold on another, from one day until, not including, another.

    Attributes:
        percentage: Share of the votes; 0 where the hold is of another kind.
        control: `shares`, or how else the one directs the other, whatever its share.
        source: Where this is known from: a register, an annual report, a filing.

    Source: PLAT-112; 40 CFR 62.16320(c)(1)(ii)(C).
    """

    owner = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="holds")
    owned = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="held_by")
    percentage = models.DecimalField(max_digits=6, decimal_places=3)
    control = models.CharField(max_length=12, default="shares")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    source = models.CharField(max_length=400)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(owner=F("owned")), name="association_of_two"),
            models.CheckConstraint(
                condition=Q(percentage__range=(0, 100)), name="association_percentage"
            ),
            models.CheckConstraint(condition=Q(control__in=CONTROLS), name="association_control"),
            models.CheckConstraint(
                condition=~Q(control="shares") | Q(percentage__gt=0),
                name="association_shares_are_some",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="association_not_backwards",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="association_has_a_source"),
            models.UniqueConstraint(
                fields=("owner", "owned", "control"),
                condition=Q(until_on=None),
                name="association_once_at_a_time",
            ),
        )
        indexes = (
            models.Index(fields=("owned", "from_on"), name="association_by_owned"),
            models.Index(fields=("owner", "from_on"), name="association_by_owner"),
        )

    def __str__(self) -> str:
        return f"{self.owner_id} holds {self.percentage} % of {self.owned_id}"
