"""Transfers and retirements: one thing a page, then checked, signed, and answered.

Source: 40 CFR 62.16330; PLAT-050, PLAT-051, PLAT-056, PLAT-094.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts import ownership
from trueup.accounts import queries as accounts
from trueup.ledger.entries import AccountEntry
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.transfers import services
from trueup.transfers.canonical import canonical_text, tidied
from trueup.transfers.entries import RetirementSpec, TransferEntry, TransferSpec
from trueup.transfers.models import BENEFICIARY_MAX, NOTE_MAX, REFERENCE_MAX
from trueup.transfers.submission import forecast
from trueup.transfers.whereabouts import elsewhere
from trueup.web.acts import choosing, fields, trades, warnings
from trueup.web.signed_acts import (
    ACCOUNT,
    ActForm,
    Acting,
    Forecast,
    Outcome,
    SignedAct,
    Step,
    StepForm,
    Submission,
    Values,
)
from trueup.web.templatetags.words import word
from trueup.web.transfer_words import state_of

KIND = "transfers"
LAST = 4


class ToForm(StepForm):
    """To whom it goes, by the account's number; what its own people note about it."""

    destination = fields.AccountField(
        label=gettext_lazy("Number of the receiving account"),
        help_text=gettext_lazy(
            "12 letters and digits, as its representative gave it to you. On the next page you"
            " see whose account it is."
        ),
    )
    reference = fields.TextField(
        label=gettext_lazy("Your reference"),
        required=False,
        max_length=REFERENCE_MAX,
        help_text=gettext_lazy("Shown to the people of your account alone."),
    )
    note = fields.NoteField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=NOTE_MAX,
        help_text=gettext_lazy("Shown to the people of your account alone."),
    )

    def clean_destination(self) -> str:
        number = str(self.cleaned_data["destination"])
        found = fields.account_or_error(self.acting.program, number)
        if found.id == self.acting.acted_for.id:
            raise forms.ValidationError(
                _("This is the account that the transfer comes from. Give another one.")
            )
        return number


class ReceiverForm(StepForm):
    """Whose account it is, confirmed by the end of its number."""

    ending = fields.TextField(
        label=gettext_lazy("Last four characters of the receiving account's number"),
        max_length=20,
        help_text=gettext_lazy(
            "Take them from your own papers, not from this page. They confirm that this is the"
            " account you mean."
        ),
    )

    @property
    def receiver(self) -> AccountEntry:
        return fields.account_or_error(self.acting.program, self.known["destination"])

    def clean_ending(self) -> str:
        typed = "".join(str(self.cleaned_data["ending"]).split()).upper()
        if typed != self.receiver.number[-LAST:]:
            raise forms.ValidationError(
                _(
                    "These are not the last four characters of the number of the account"
                    " shown. If it is not the account you mean, change the number."
                )
            )
        return typed

    def values(self) -> dict[str, Any]:
        return {"confirmed": self.known["destination"]}

    def shown(self) -> dict[str, Any]:
        receiver = self.receiver
        return {"receiver": receiver, "holders": holders_of(receiver)}


class WhyForm(StepForm):
    """Why instruments are retired, and for whom."""

    reason = fields.ChoiceField(
        label=gettext_lazy("Reason"), help_text=gettext_lazy("It is public.")
    )
    beneficiary = fields.TextField(
        label=gettext_lazy("On behalf of"),
        required=False,
        max_length=BENEFICIARY_MAX,
        help_text=gettext_lazy("If it is to be said; it is public."),
    )
    reference = fields.TextField(
        label=gettext_lazy("Your reference"),
        required=False,
        max_length=REFERENCE_MAX,
        help_text=gettext_lazy("Shown to the people of your account alone."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        choice = self.fields["reason"]
        if isinstance(choice, fields.ChoiceField):
            reasons = self.acting.program.retirement_reasons
            choice.choices = [(reason, reason.capitalize()) for reason in reasons]


def holders_of(account: AccountEntry) -> list[str]:
    """Whose account it is: the facility with its owners, or those with an interest.

    Source: 40 CFR 62.16320(a), (c)(1); PLAT-007.
    """
    kind = "owner" if account.kind == "compliance" else "interest"
    found = [party.name for party in ownership.parties_of([account.id], kind=kind)[account.id]]
    facility = accounts.facility_of(account.id)
    if facility is not None and facility.facility.name != account.name:
        found.insert(0, facility.facility.name)
    return found


def spec_of(acting: Acting, values: Values, *, key: UUID) -> TransferSpec:
    """What is asked for, as the service takes it."""
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
        return TransferSpec(
            destination=values["destination"],
            trade=trades.terms_from(values),
            by_consent=values.get("needs_buyer", False),
            **common,
        )
    return RetirementSpec(
        reason=values["reason"], beneficiary=values.get("beneficiary", ""), **common
    )


def _prepare(acting: Acting, values: Values, key: UUID) -> Submission:
    spec = spec_of(acting, values, key=key)
    rows = [(_("From"), titled(acting.acted_for))]
    if isinstance(spec, RetirementSpec):
        rows += _why_rows(acting, values)
    else:
        rows += _to_rows(acting, values)
        rows += trades.rows_of(spec.trade, needs_buyer=spec.by_consent)
    return Submission(
        text=canonical_text(tidied(spec)),
        rows=(*rows, *choosing.rows(acting, values)),
        blocks=spec.blocks,
    )


def _to_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    to = fields.account_or_error(acting.program, values["destination"])
    found = [
        (_("To"), titled(to)),
        (_("Your reference"), values.get("reference", "")),
        (_("Note"), values.get("note", "")),
    ]
    return [(label, answer) for label, answer in found if answer]


def _receiver_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    to = fields.account_or_error(acting.program, values["destination"])
    return [(_("Holder"), "\n".join(holders_of(to)) or to.name)]


def _why_rows(_acting: Acting, values: Values) -> list[tuple[str, str]]:
    found = [
        (_("Retired for"), str(values["reason"]).capitalize()),
        (_("On behalf of"), values.get("beneficiary", "")),
        (_("Your reference"), values.get("reference", "")),
    ]
    return [(label, answer) for label, answer in found if answer]


def _warning_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    found = warnings.warnings_of(acting, values)
    return [(_("Warnings you have read"), "\n".join(item.heading for item in found))]


def _forecast(acting: Acting, values: Values, key: UUID) -> Forecast:
    return forecast_of(acting, [spec_of(acting, values, key=key)])


def forecast_of(acting: Acting, specs: Sequence[TransferSpec]) -> Forecast:
    """What signing would do now; of what it would be refused for, where the numbers are."""
    try:
        entries, refusals = forecast(specs, program=acting.program.code, recorded_at=acting.at)
    except Refused as refused:
        entries, refusals = [], list(refused.refusals)
    blocks = [block for spec in specs for block in spec.blocks]
    moved = elsewhere(acting.acted_for.id, blocks, rules=acting.program) if refusals else []
    told = (f"{refusal.sentence} ({refusal.cite})" for refusal in refusals)
    return Forecast(
        refusals=tuple(dict.fromkeys(told)),
        waits=tuple(dict.fromkeys(wait.sentence for entry in entries for wait in entry.waits)),
        moved=tuple(moved),
    )


def _perform(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    spec = spec_of(acting, values, key=key)
    (entry,) = services.submit_batch(
        [spec], program=acting.program.code, recorded_at=acting.at, evidence=evidence
    )
    return outcome_of(entry, acting)


def outcome_of(entry: TransferEntry, acting: Acting) -> Outcome:
    """What became of a transfer, as its receipt says it."""
    what = f"{entry.quantity or 0:,} {word(acting.program.instruments)}"
    address = reverse("transfer", args=[acting.program.code, entry.key])
    name = (
        _("The retirement of %(what)s")
        if entry.kind == "retirement"
        else _("The transfer of %(what)s")
    )
    links: tuple[tuple[str, str], ...] = ((name % {"what": what}, address),)
    reasons = tuple(f"{reason.sentence} ({reason.cite})" for reason in entry.reasons)
    waits = tuple(f"{reason.sentence} ({reason.cite})" for reason in entry.waits)
    if entry.state == "recorded":
        if entry.kind == "transfer":
            back = reverse("act-ask-back", args=[acting.program.code, entry.key])
            links = (*links, (_("Ask for it back"), back))
        return Outcome(heading=_("Recorded: %(what)s") % {"what": what}, links=links)
    if entry.state == "refused":
        return Outcome(heading=_("Not recorded"), sentences=reasons, kind="error", links=links)
    if waits:
        heading = _("Submitted; it waits")
        return Outcome(heading=heading, sentences=waits, kind="info", links=links)
    return Outcome(heading=str(state_of(entry).word), links=links)


def titled(account: AccountEntry) -> str:
    return f"{account.name} ({account.number})"


WHAT = Step(
    name="what",
    part=gettext_lazy("What goes"),
    title=gettext_lazy("What goes"),
    form_class=choosing.WhatForm,
    template="signing/step_what",
    rows=choosing.rows,
)
TO = Step(
    name="to",
    part=gettext_lazy("To whom"),
    title=gettext_lazy("To whom it goes"),
    form_class=ToForm,
    rows=_to_rows,
)
RECEIVER = Step(
    name="receiver",
    part=gettext_lazy("To whom"),
    title=gettext_lazy("Is this the account you mean?"),
    form_class=ReceiverForm,
    template="signing/step_receiver",
    heading=gettext_lazy("The receiving account"),
    rows=_receiver_rows,
    is_done=lambda _acting, values: values.get("confirmed") == values.get("destination"),
)
WHY = Step(
    name="why",
    part=gettext_lazy("Why"),
    title=gettext_lazy("Why, and for whom"),
    form_class=WhyForm,
    rows=_why_rows,
)
WARNINGS = Step(
    name="warnings",
    part=gettext_lazy("Warnings"),
    title=gettext_lazy("Read this before you go on"),
    form_class=warnings.WarningsForm,
    template="signing/step_warnings",
    heading=gettext_lazy("Warnings"),
    rows=_warning_rows,
    applies=warnings.are_there,
    is_done=warnings.all_read,
)


TRANSFER = SignedAct(
    name="transfer",
    subject=ACCOUNT,
    document="transfer",
    title=gettext_lazy("Transfer to another account"),
    lead=gettext_lazy(
        "Instruments leave this account for another one. A transfer that is recorded can be"
        " given back only by whoever received it."
    ),
    button=gettext_lazy("Sign and submit the transfer"),
    form_class=ActForm,
    prepare=_prepare,
    perform=_perform,
    kind=KIND,
    steps=(WHAT, TO, RECEIVER, trades.TERMS, WARNINGS),
    forecast=_forecast,
)
RETIREMENT = SignedAct(
    name="retire",
    subject=ACCOUNT,
    document="retirement",
    title=gettext_lazy("Retire of your own motion"),
    lead=gettext_lazy("Instruments leave this account for good and count for no obligation."),
    button=gettext_lazy("Sign and retire"),
    then=gettext_lazy("It is submitted and recorded at once. You get a receipt."),
    form_class=ActForm,
    prepare=_prepare,
    perform=_perform,
    kind=KIND,
    steps=(WHAT, WHY, WARNINGS),
    forecast=_forecast,
)

ACTS = (TRANSFER, RETIREMENT)
