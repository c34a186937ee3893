"""What officials propose, and what a second official said of it: nothing of it changes.

A proposal says what is asked; its one verdict says how it ended. That a proposal has at
most one verdict is what makes two approvals at one instant carry it out once.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

# executed: carried out on a second official's approval. confirmed: carried out at once
# and confirmed. undone: carried out at once and taken back. refused: approved, but the
# checks said no when it was to be carried out. taken_up: a recommendation that an
# official followed.
VERDICTS = (
    "executed",
    "confirmed",
    "undone",
    "declined",
    "refused",
    "withdrawn",
    "taken_up",
)
SECOND_PERSONS = ("executed", "confirmed", "undone", "declined", "refused", "taken_up")
KINDS = ("proposal", "unconfirmed", "recommendation")


class Proposal(models.Model):
    """An act that one official asks for: append-only.

    Attributes:
        kind: `proposal` waits for a second official; `unconfirmed` was carried out at
            once and waits to be confirmed; `recommendation` waits for who may decide.
        act: A name in `desk.acts`.
        jurisdiction: The State whose matter it is; empty: the whole program's.
        values: The act's parameters, as `desk.parameters` stores them.
        digest: SHA-256 of act, program, State and values: what a second official approves.
        preview: What the act would do, or did, as of `proposed_at`.
        proposed_as: The authority under which it was proposed, in words.

    Source: PLAT-017, PLAT-018, PLAT-020.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=20)
    act = models.CharField(max_length=40)
    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3, blank=True)
    values = models.JSONField()
    digest = models.CharField(max_length=64)
    preview = models.JSONField(default=dict)
    note = models.CharField(max_length=1000, blank=True)
    proposed_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="proposals"
    )
    proposed_as = models.CharField(max_length=100)
    proposed_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    signature = models.ForeignKey(
        "signing.Signature", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="proposal_kind"),
            models.CheckConstraint(
                condition=~Q(act="") & ~Q(program="") & ~Q(digest="") & ~Q(proposed_as=""),
                name="proposal_says_what",
            ),
        )
        indexes = (models.Index(fields=("program", "id"), name="proposal_by_program"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.act} of {self.program} by {self.proposed_by_id}"


class Verdict(models.Model):
    """How a proposal ended, on whose word: append-only, and one a proposal.

    Attributes:
        first: Who proposed it, so that the database can refuse the same person.

    Source: PLAT-018, PLAT-094.
    """

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="verdict")
    verdict = models.CharField(max_length=12)
    first = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    given_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="verdicts"
    )
    given_as = models.CharField(max_length=100)
    given_at = models.DateTimeField()
    reason = models.CharField(max_length=1000, blank=True)
    signature = models.ForeignKey(
        "signing.Signature", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(verdict__in=VERDICTS), name="verdict_known"),
            models.CheckConstraint(
                condition=~Q(verdict__in=SECOND_PERSONS) | ~Q(given_by=F("first")),
                name="verdict_of_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(verdict__in=("declined", "undone", "withdrawn")) | ~Q(reason=""),
                name="verdict_gives_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.verdict} by {self.given_by_id}"


class Outcome(models.Model):
    """What came of carrying a proposal out: append-only; written with its verdict.

    Attributes:
        result: What was done, in figures and words.
        refusals: Why it was not done: code, cite and sentence of each reason.
    """

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="outcome")
    at = models.DateTimeField()
    result = models.JSONField(default=dict)
    refusals = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"outcome of {self.proposal_id}"


PREVIEW_KINDS = ("plan", "formula", "settlement")


class Approval(models.Model):
    """A second official's word on a proposal that a job carries out: append-only.

    The verdict is written by the job, in the transaction that carries it out.

    Source: PLAT-018, PLAT-094.
    """

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="approval")
    first = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    given_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    given_as = models.CharField(max_length=100)
    given_at = models.DateTimeField()
    reason = models.CharField(max_length=1000, blank=True)
    signature = models.ForeignKey(
        "signing.Signature", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    job = models.UUIDField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(given_by=F("first")), name="approval_of_a_second_person"
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id} approved by {self.given_by_id}"


class Preview(models.Model):
    """What an allocation or a settlement would do, as of an instant: append-only.

    Attributes:
        jurisdiction: The State whose plan it is; empty: the whole program's.
        digest: SHA-256 of all that is to be done: what officials sign.
        given: What was asked for: the period; the name of the file and its digest.
        totals: In figures, by State and vintage or as a whole.

    Source: PLAT-060, PLAT-081.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=12)
    program = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=3, blank=True)
    period = models.CharField(max_length=9, blank=True)
    digest = models.CharField(max_length=64)
    given = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    rows = models.PositiveIntegerField()
    made_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=PREVIEW_KINDS), name="preview_kind"),
            models.CheckConstraint(condition=~Q(digest=""), name="preview_has_digest"),
        )
        indexes = (models.Index(fields=("program", "kind", "period", "id"), name="preview_browse"),)

    def __str__(self) -> str:
        return f"preview of {self.kind} {self.period} ({self.program}), {self.made_at}"


class PreviewRow(models.Model):
    """What a preview says of one recipient, or of one facility: append-only.

    Attributes:
        place: Its number among the rows, from 1.
        outcome: Of a facility: `in_compliance`, `short`, or why it is left out.
        quantity: Allocated; or deducted for emissions.
        obligation, held, excess, excess_due, excess_deducted: Of a facility.
    """

    preview = models.ForeignKey(
        Preview, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    place = models.PositiveIntegerField()
    jurisdiction = models.CharField(max_length=3)
    name = models.CharField(max_length=250)
    oris_code = models.PositiveIntegerField(null=True)
    account = models.CharField(max_length=40)
    unit = models.CharField(max_length=40, blank=True)
    vintage = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=30, blank=True)
    quantity = models.PositiveBigIntegerField(default=0)
    obligation = models.PositiveBigIntegerField(default=0)
    held = models.PositiveBigIntegerField(default=0)
    excess = models.PositiveBigIntegerField(default=0)
    excess_due = models.PositiveBigIntegerField(default=0)
    excess_deducted = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("preview", "place"), name="preview_row_once"),
        )
        indexes = (
            models.Index(
                fields=("preview", "account", "unit", "vintage"), name="preview_row_of_account"
            ),
        )

    def __str__(self) -> str:
        return f"{self.preview_id}/{self.place} {self.name}"


class FacilityNote(models.Model):
    """What an official notes in a facility's file, for other officials: append-only.

    Source: PLAT-017.
    """

    program = models.CharField(max_length=20)
    facility = models.ForeignKey(
        "accounts.Facility", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    text = models.CharField(max_length=2000)
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    written_as = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="facility_note_says_something"),
        )
        indexes = (models.Index(fields=("facility", "program", "id"), name="facility_note_browse"),)

    def __str__(self) -> str:
        return f"note on facility {self.facility_id} by {self.by_id}"


class SecondTyping(models.Model):
    """What a second official typed off the paper of a proposal: append-only.

    Attributes:
        typed: The certificate's document, who signed which statements, and the receipt.

    Source: PLAT-154; docs/decisions/0297.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="typings")
    by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    typed = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"typing of proposal {self.proposal_id} by {self.by_id}"
