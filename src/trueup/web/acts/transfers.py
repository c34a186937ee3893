"""Transfers: submit one, and decide those that wait.

Source: 40 CFR 62.16330; PLAT-050, PLAT-051, PLAT-056.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock
from trueup.signing.entries import Evidence
from trueup.transfers import services
from trueup.transfers.canonical import canonical_text, tidied
from trueup.transfers.entries import RetirementSpec, TransferEntry, TransferSpec
from trueup.transfers.models import BENEFICIARY_MAX, NOTE_MAX, REFERENCE_MAX
from trueup.transfers.submission import reasons_against
from trueup.web.acts import fields
from trueup.web.signed_acts import (
    ACCOUNT,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)

KIND = "transfers"
# Where a reason against a transfer is shown; the others are shown above the form.
_FIELD_OF = {
    "unknown_account": "destination",
    "same_account": "destination",
    "serials_not_held": "blocks",
    "serials_retired": "blocks",
    "text_not_usable": "note",
    "reason_not_listed": "reason",
}


class InstrumentsForm(ActForm):
    """Which instruments: blocks of serial numbers, or so many of a vintage."""

    blocks = fields.NoteField(
        label="Serial numbers",
        required=False,
        help_text="One block a line, such as AL-2022-101 to AL-2022-200. Leave this empty to"
        " give a vintage and a quantity instead.",
    )
    vintage = fields.WholeField(label="Vintage", required=False, max_value=9999)
    quantity = fields.WholeField(
        label="Quantity",
        required=False,
        max_value=10**13,
        help_text="The ones that were recorded first go first. You see their serial numbers"
        " before you sign.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        typed = cleaned["blocks"].strip()
        if typed and (cleaned["vintage"] or cleaned["quantity"]):
            raise forms.ValidationError("Give serial numbers, or a vintage and a quantity.")
        if typed:
            try:
                cleaned["chosen"] = fields.blocks_of(typed)
            except forms.ValidationError as problem:
                self.add_error("blocks", problem)
        elif cleaned["vintage"] and cleaned["quantity"]:
            self._choose(cleaned)
        else:
            self.add_error("blocks", "Say what goes: serial numbers, or a vintage and a quantity.")
        if not self.errors:
            self._refuse(cleaned)
        return cleaned

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "blocks": fields.blocks_json(cleaned["chosen"]),
            **{
                name: cleaned[name]
                for name in ("destination", "reference", "note", "reason", "beneficiary")
                if name in cleaned
            },
        }

    def _choose(self, cleaned: dict[str, Any]) -> None:
        """The serial numbers of a vintage, which are then signed.

        Source: PLAT-051 (note).
        """
        try:
            chosen = ledger.choose(
                self.acting.acted_for.id, vintage=cleaned["vintage"], quantity=cleaned["quantity"]
            )
        except Refused as refused:
            self.add_error("quantity", [refusal.sentence for refusal in refused.refusals])
            return
        cleaned["chosen"] = [item.block for item in chosen]
        if sum(block.quantity for block in cleaned["chosen"]) < cleaned["quantity"]:
            self.add_error("quantity", "The account does not hold so many that are free.")

    def _refuse(self, cleaned: dict[str, Any]) -> None:
        """Say beside the fields why it would not be recorded; nothing is kept of this."""
        self.cleaned_data = cleaned
        spec = _spec(self.acting, self.values(), key=UUID(int=0))
        for refusal in reasons_against(
            [spec], program=self.acting.program.code, recorded_at=self.acting.at
        ):
            field = _FIELD_OF.get(refusal.reason)
            self.add_error(field if field in self.fields else None, refusal.sentence)


class TransferForm(InstrumentsForm):
    """Which instruments go where."""

    destination = fields.AccountField(
        label="To account", help_text="Its number: 12 letters and digits."
    )
    reference = fields.TextField(
        label="Your reference",
        required=False,
        max_length=REFERENCE_MAX,
        help_text="Shown to the people of your account alone.",
    )
    note = fields.NoteField(
        label="Note",
        required=False,
        max_length=NOTE_MAX,
        help_text="Shown to the people of your account alone.",
    )
    field_order = ("destination",)

    def clean_destination(self) -> str:
        number = str(self.cleaned_data["destination"])
        fields.account_or_error(self.acting.program, number)
        return number


class RetirementForm(InstrumentsForm):
    """Which instruments are retired, why and for whom."""

    reason = fields.ChoiceField(label="Reason", help_text="It is public.")
    beneficiary = fields.TextField(
        label="On behalf of",
        required=False,
        max_length=BENEFICIARY_MAX,
        help_text="If it is to be said; it is public.",
    )
    reference = fields.TextField(label="Your reference", required=False, max_length=REFERENCE_MAX)

    def __init__(self, data: Any = None, *, acting: Acting) -> None:
        super().__init__(data, acting=acting)
        reasons = acting.program.retirement_reasons
        choice = self.fields["reason"]
        if isinstance(choice, fields.ChoiceField):
            choice.choices = [(reason, reason.capitalize()) for reason in reasons]


def _spec(acting: Acting, values: Values, *, key: UUID) -> TransferSpec:
    common: dict[str, Any] = {
        "source": acting.acted_for.number,
        "submitted_by": acting.person.id,
        "submitted_at": acting.at,
        "key": key,
        "blocks": fields.blocks_from_json(values["blocks"]),
        "reference": values.get("reference", ""),
        "note": values.get("note", ""),
    }
    if "destination" in values:
        return TransferSpec(destination=values["destination"], **common)
    return RetirementSpec(
        reason=values["reason"], beneficiary=values.get("beneficiary", ""), **common
    )


def _prepare(acting: Acting, values: Values, key: UUID) -> Submission:
    spec = _spec(acting, values, key=key)
    quantity = sum(block.quantity for block in spec.blocks)
    rows = [("From", titled(acting.acted_for))]
    if isinstance(spec, RetirementSpec):
        rows += [("Retired for", spec.reason.capitalize()), ("On behalf of", spec.beneficiary)]
    else:
        to = fields.account_or_error(acting.program, spec.destination)
        rows.append(("To", titled(to)))
    rows += [
        ("Quantity", f"{quantity:,} {acting.program.instruments}"),
        ("Vintage", _vintages(spec.blocks)),
        ("Your reference", spec.reference),
        ("Note", spec.note),
    ]
    return Submission(
        text=canonical_text(tidied(spec)),
        rows=tuple((label, answer) for label, answer in rows if answer),
        blocks=spec.blocks,
    )


def _perform(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    spec = _spec(acting, values, key=key)
    (entry,) = services.submit_batch(
        [spec], program=acting.program.code, recorded_at=acting.at, evidence=evidence
    )
    return outcome_of(entry, acting)


def outcome_of(entry: TransferEntry, acting: Acting) -> Outcome:
    """What became of a transfer, as its receipt says it."""
    what = f"{entry.quantity or 0:,} {acting.program.instruments}"
    address = reverse("transfer", args=[acting.program.code, entry.key])
    links = ((f"The {entry.kind}, {what}", address),)
    reasons = tuple(f"{reason.sentence} ({reason.cite})" for reason in entry.reasons)
    waits = tuple(f"{reason.sentence} ({reason.cite})" for reason in entry.waits)
    if entry.state == "recorded":
        return Outcome(heading=f"Recorded: {what}", links=links)
    if entry.state == "refused":
        return Outcome(heading="Not recorded", sentences=reasons, kind="error", links=links)
    if waits:
        return Outcome(heading="Submitted; it waits", sentences=waits, kind="info", links=links)
    return Outcome(heading=f"The {entry.kind} is {entry.state.replace('_', ' ')}", links=links)


def titled(account: AccountEntry) -> str:
    return f"{account.name} ({account.number})"


def _vintages(blocks: tuple[SerialBlock, ...]) -> str:
    totals: dict[int, int] = {}
    for block in blocks:
        totals[block.lot.year] = totals.get(block.lot.year, 0) + block.quantity
    return ", ".join(f"{year}: {totals[year]:,}" for year in sorted(totals))


TRANSFER = SignedAct(
    name="transfer",
    subject=ACCOUNT,
    document="transfer",
    title="Submit a transfer",
    lead="Instruments leave this account for another one. A transfer that is recorded can be"
    " given back only by whoever received it.",
    button="Sign and submit the transfer",
    form_class=TransferForm,
    prepare=_prepare,
    perform=_perform,
    kind=KIND,
)
RETIREMENT = SignedAct(
    name="retire",
    subject=ACCOUNT,
    document="retirement",
    title="Retire of your own motion",
    lead="Instruments leave this account for good and count for no obligation.",
    button="Sign and retire",
    form_class=RetirementForm,
    prepare=_prepare,
    perform=_perform,
    kind=KIND,
)

ACTS = (TRANSFER, RETIREMENT)
