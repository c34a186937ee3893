"""Who was given which role, for which program and State, from when until when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trueup.officials.roles import ROLES

OF_STATE = tuple(name for name, role in ROLES.items() if role.of_state)


class Grant(models.Model):
    """A role that a person has from one instant until, not including, another.

    A grant is never removed; it ends once and cannot begin again.

    Attributes:
        program: Empty: every program of the installation.
        jurisdiction: The State to which the role is limited; empty: none.
        functions: What the person may decide; empty: all that the role may.
        recommends: What the person may only recommend.
        granted_by, ended_by: `person:17`, or `administrator` for the command line.

    Source: PLAT-018, PLAT-019, PLAT-020.
    """

    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="grants", db_index=False
    )
    role = models.CharField(max_length=20)
    program = models.CharField(max_length=20, blank=True)
    jurisdiction = models.CharField(max_length=3, blank=True)
    functions = models.JSONField(default=list)
    recommends = models.JSONField(default=list)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=60)
    reason = models.CharField(max_length=1000, blank=True)
    ended_by = models.CharField(max_length=60, blank=True, default="")
    end_reason = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(role__in=tuple(ROLES)), name="grant_role"),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gte=F("from_at")),
                name="grant_not_backwards",
            ),
            models.CheckConstraint(
                condition=(~Q(role__in=OF_STATE) & Q(jurisdiction=""))
                | (Q(role__in=OF_STATE) & ~Q(jurisdiction="") & ~Q(program="")),
                name="grant_of_state",
            ),
            models.CheckConstraint(condition=~Q(granted_by=""), name="grant_says_who"),
            models.UniqueConstraint(
                fields=("person", "role", "program", "jurisdiction"),
                condition=Q(until_at=None),
                name="grant_once",
            ),
        )
        indexes = (
            models.Index(fields=("person", "from_at"), name="grant_by_person"),
            models.Index(fields=("program", "role"), name="grant_by_program"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.program or 'every program'}"
