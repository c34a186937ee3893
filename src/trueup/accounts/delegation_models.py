"""Notices of delegation, and what each agent may submit by them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

BASES = ("compliance", "general")
ENDINGS = ("", "superseded", "lapsed")

# What an agent can be named for; certificates, applications and notices are signed in person.
DELEGABLE_KINDS = (
    "transfers",
    "deduction_requests",
    "emissions_reports",
    "monitoring_plans",
    "retirement_statements",
    "operating_dates",
    "compliance_reports",
    "set_aside_submissions",
    "resource_submissions",
    "account_requests",
    "auction_submissions",
)


class DelegationNotice(models.Model):
    """A notice of delegation: a representative names agents. Kept for ever, ended once.

    Attributes:
        basis: Kind of the accounts for which the delegator acts: those of facilities
            (62.16315) or general accounts (62.16320(c)(5)).
        email: The delegator's address, which the notice must give.
        contacts: By person, what the notice gave of the delegator and of each agent: postal
            address, telephone, e-mail address, facsimile.
        statements: Key and digest of each prescribed text that was accepted.
        method: How it was signed; `console` where no signature was asked for.
        ended_as: `superseded` by the next notice, or `lapsed` with the last office.

    Source: 40 CFR 62.16315(b) to (d); 62.16320(c)(5).
    """

    program = models.CharField(max_length=20)
    basis = models.CharField(max_length=10)
    delegator = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="delegation_notices"
    )
    email = models.CharField(max_length=254)
    contacts = models.JSONField(null=True)
    statements = models.JSONField(default=list)
    method = models.CharField(max_length=20)
    signature = models.ForeignKey(
        "signing.Signature", null=True, on_delete=models.PROTECT, related_name="+"
    )
    received_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_as = models.CharField(max_length=10, blank=True, db_default="")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(basis__in=BASES), name="delegation_notice_basis"),
            models.CheckConstraint(condition=~Q(email=""), name="delegation_notice_email"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_as="")
                | Q(
                    ended_at__isnull=False,
                    ended_at__gte=F("received_at"),
                    ended_as__in=ENDINGS[1:],
                ),
                name="delegation_notice_ended",
            ),
            models.UniqueConstraint(
                fields=("program", "basis", "delegator"),
                condition=Q(ended_at=None),
                name="delegation_notice_one_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"notice of delegation {self.pk} of {self.delegator_id}"


class Delegation(models.Model):
    """What one agent may submit for a delegator, from when until when.

    Program, basis and delegator are those of the notice, so that one look at this
    table answers who may submit.

    Attributes:
        kind: A kind of electronic submission.
        ends_at: The end that the notice set; null if it set none.
        until_at: When it ended before that.

    Source: 40 CFR 62.16315(a), (c)(3), (e); PLAT-034.
    """

    notice = models.ForeignKey(
        DelegationNotice, on_delete=models.PROTECT, related_name="delegations"
    )
    program_number = models.PositiveIntegerField()
    basis = models.CharField(max_length=10)
    delegator = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="delegations", db_index=False
    )
    agent = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="agencies", db_index=False
    )
    kind = models.CharField(max_length=30)
    from_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(basis__in=BASES), name="delegation_basis"),
            models.CheckConstraint(condition=Q(kind__in=DELEGABLE_KINDS), name="delegation_kind"),
            models.CheckConstraint(condition=~Q(agent=F("delegator")), name="delegation_to_other"),
            models.CheckConstraint(
                condition=(Q(until_at=None) | Q(until_at__gte=F("from_at")))
                & (Q(ends_at=None) | Q(ends_at__gt=F("from_at"))),
                name="delegation_not_backwards",
            ),
            models.UniqueConstraint(
                fields=("notice", "agent", "kind"), name="delegation_once_a_notice"
            ),
        )
        indexes = (
            models.Index(fields=("delegator", "kind"), name="delegation_by_delegator"),
            models.Index(fields=("agent", "until_at"), name="delegation_by_agent"),
        )

    def __str__(self) -> str:
        return f"{self.agent_id} may submit {self.kind} for {self.delegator_id}"
