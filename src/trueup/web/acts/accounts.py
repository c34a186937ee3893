"""Accounts: list owners, close; and a unit's permanent retirement.

Source: 40 CFR 62.16215, 62.16300(c), 62.16320(c).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts import ownership, queries, services
from trueup.accounts.checks import tidy
from trueup.accounts.operation import retirement_text
from trueup.accounts.ownership_entries import PartySpec
from trueup.ledger import queries as ledger
from trueup.signing.entries import Evidence
from trueup.transfers.canonical import tidied
from trueup.transfers.closing import close_with_transfers, closure_text
from trueup.transfers.entries import TransferSpec
from trueup.web.acts import fields, owner_tables
from trueup.web.acts.trades import own_accounts
from trueup.web.acts.transfers import titled
from trueup.web.signed_acts import (
    ACCOUNT,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)


class OwnersForm(ActForm):
    """Who has an interest now, and who has none any more."""

    changed_on = fields.DayField(label=gettext_lazy("Day of the change"))
    listed = fields.NoteField(
        label=gettext_lazy("Has an interest now"),
        required=False,
        help_text=gettext_lazy("One name a line."),
    )
    unlisted = forms.MultipleChoiceField(
        label=gettext_lazy("Has an interest no more"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "usa-checkbox__input"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a table of all changes"),
        required=False,
        help_text=gettext_lazy(
            "XLSX or CSV, at most 1,000 rows. Columns: name; organization or person; what tells"
            " it from others of its name; now or no more. All but the name may be empty. If one"
            " row is wrong, nothing is taken."
        ),
        widget=forms.FileInput(attrs={"class": "usa-file-input__input", "accept": ".csv,.xlsx"}),
    )

    def __init__(self, data: Any = None, *, acting: Acting) -> None:
        super().__init__(data, acting=acting)
        choice = self.fields["unlisted"]
        if isinstance(choice, forms.MultipleChoiceField):
            choice.choices = [(str(one.id), one.name) for one in _parties(acting)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["table"] = []
        typed = cleaned.get("listed", "").strip() or cleaned.get("unlisted")
        if not cleaned.get("file"):
            if not self.errors and not typed:
                self.add_error(
                    "listed", _("Say who has an interest now, or who has none any more.")
                )
            return cleaned
        if typed:
            self.add_error("file", _("Give the changes here or in a table, not both."))
            return cleaned
        try:
            found = owner_tables.read_owners(cleaned["file"], _parties(self.acting))
        except forms.ValidationError as problem:
            self.add_error("file", problem)
            return cleaned
        cleaned["table"], cleaned["unlisted"] = found
        return cleaned

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "changed_on": cleaned["changed_on"].isoformat(),
            "listed": [tidy(line) for line in cleaned["listed"].splitlines() if line.strip()],
            "table": cleaned["table"],
            "unlisted": [int(key) for key in cleaned["unlisted"]],
        }


def _interest(acting: Acting) -> str:
    return "owner" if acting.acted_for.kind == "compliance" else "interest"


def _parties(acting: Acting) -> list[Any]:
    account = acting.acted_for.id
    return ownership.parties_of([account], kind=_interest(acting))[account]


def _change(acting: Acting, values: Values) -> dict[str, Any]:
    gone = set(values["unlisted"])
    return {
        "changed_on": fields.day_of(values["changed_on"]),
        "listed": [
            *(PartySpec(name=name) for name in values["listed"]),
            *(PartySpec(**row) for row in values.get("table", ())),
        ],
        "unlisted": [ownership.spec_of(one) for one in _parties(acting) if one.id in gone],
    }


def _prepare_owners(acting: Acting, values: Values, _key: UUID) -> Submission:
    change = _change(acting, values)
    rows = (
        (_("Account"), titled(acting.acted_for)),
        (_("Day of the change"), values["changed_on"]),
        (_("Has an interest now"), "\n".join(one.name for one in change["listed"])),
        (_("Has an interest no more"), "\n".join(one.name for one in change["unlisted"])),
    )
    return Submission(
        text=ownership.change_text(acting.acted_for, **change),
        rows=tuple((label, answer) for label, answer in rows if answer),
    )


def _file_owners(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.file_ownership_change(
        account=acting.acted_for.id,
        filed_at=acting.at,
        filed_by=acting.person.id,
        kind=_interest(acting),
        evidence=evidence,
        **_change(acting, values),
    )
    late = (
        (_("It was due on %(day)s, and is marked as late.") % {"day": entry.due_on},)
        if entry.is_late
        else ()
    )
    return Outcome(
        heading=_("The change is filed"), sentences=late, kind="warning" if late else "success"
    )


class ClosureForm(ActForm):
    """Where what is left is to go."""

    destination = fields.AccountField(
        label=gettext_lazy("Transfer what is left to account"),
        required=False,
        help_text=gettext_lazy("Leave this empty if the account holds nothing."),
    )

    def clean_destination(self) -> str:
        number = str(self.cleaned_data["destination"])
        if number:
            fields.account_or_error(self.acting.program, number)
        elif ledger.totals_of([self.acting.acted_for.id])[self.acting.acted_for.id]:
            raise forms.ValidationError(_("The account holds instruments; say where they go."))
        return number

    def values(self) -> dict[str, Any]:
        blocks = (
            ledger.blocks_held(self.acting.acted_for.id) if self.cleaned_data["destination"] else []
        )
        return {
            "destination": self.cleaned_data["destination"],
            "blocks": fields.blocks_json(blocks),
        }


def _emptying(acting: Acting, values: Values, key: UUID) -> list[TransferSpec]:
    if not values["destination"]:
        return []
    spec = TransferSpec(
        source=acting.acted_for.number,
        destination=values["destination"],
        submitted_by=acting.person.id,
        submitted_at=acting.at,
        key=uuid5(key, "closure"),
        blocks=fields.blocks_from_json(values["blocks"]),
        trade=own_accounts(acting),
    )
    return [tidied(spec)]


def _prepare_closure(acting: Acting, values: Values, key: UUID) -> Submission:
    transfers = _emptying(acting, values, key)
    rows = [(_("Account to close"), titled(acting.acted_for))]
    rows += [(_("What is left goes to"), spec.destination) for spec in transfers]
    return Submission(
        text=closure_text(acting.acted_for, transfers),
        rows=tuple(rows),
        blocks=tuple(block for spec in transfers for block in spec.blocks),
        warnings=(_("An account that was closed is not opened again."),),
    )


def _close(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    entry = close_with_transfers(
        account=acting.acted_for.id,
        asked_by=acting.person.id,
        asked_at=acting.at,
        transfers=_emptying(acting, values, key),
        evidence=evidence,
    )
    if entry.closes_later:
        return Outcome(
            heading=_("The account is closed as soon as what is left has gone"), kind="info"
        )
    return Outcome(heading=_("The account is closed"))


class RetiredUnitForm(ActForm):
    """Which unit was permanently retired, and when."""

    unit = fields.ChoiceField(label=gettext_lazy("Unit"))
    retired_on = fields.DayField(
        label=gettext_lazy("Day of the permanent retirement"),
        help_text=gettext_lazy("The statement is due within 30 days of it."),
    )

    permits = fields.ChoiceField(
        label=gettext_lazy("What became of its permits"),
        help_text=gettext_lazy("A unit that only stands still is not permanently retired."),
        choices=(
            (
                "PERMIT_OBLIGATION",
                gettext_lazy("The operating permit binds it to the conditions of retired units"),
            ),
            (
                "PERMITS_TERMINATED",
                gettext_lazy("Every permit under the Clean Air Act is given up"),
            ),
        ),
    )

    def __init__(self, data: Any = None, *, acting: Acting) -> None:
        super().__init__(data, acting=acting)
        if not acting.program.is_rate_based:
            del self.fields["permits"]
        choice = self.fields["unit"]
        if isinstance(choice, fields.ChoiceField):
            choice.choices = [
                (str(unit.id), unit.unit_id) for unit in _units(acting) if not unit.retired_on
            ]

    def values(self) -> dict[str, Any]:
        return {
            "unit": int(self.cleaned_data["unit"]),
            "retired_on": self.cleaned_data["retired_on"].isoformat(),
            "permits": self.cleaned_data.get("permits", ""),
        }


def _units(acting: Acting) -> list[Any]:
    found = queries.facility_of(acting.acted_for.id)
    if found is None:
        return []
    return queries.units_of([found.facility.id])[found.facility.id]


def _unit(acting: Acting, values: Values) -> Any:
    for unit in _units(acting):
        if unit.id == values["unit"]:
            return unit
    raise ValueError("the unit is not the facility's")


def _prepare_retired(acting: Acting, values: Values, _key: UUID) -> Submission:
    unit = _unit(acting, values)
    return Submission(
        text=retirement_text(
            unit,
            retired_on=fields.day_of(values["retired_on"]),
            permits=values.get("permits", ""),
        ),
        rows=(
            (_("Facility"), titled(acting.acted_for)),
            (_("Unit"), unit.unit_id),
            (_("Permanently retired on"), values["retired_on"]),
        ),
    )


def _file_retired(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    filed = services.retire_unit(
        program=acting.program.code,
        unit=_unit(acting, values).id,
        retired_on=fields.day_of(values["retired_on"]),
        filed_at=acting.at,
        filed_by=acting.person.id,
        evidence=evidence,
        permits=values.get("permits", ""),
    )
    late = (_("The statement was due on %(day)s, and is marked as late.") % {"day": filed.due_on},)
    return Outcome(
        heading=_("The unit is exempt from %(day)s on") % {"day": filed.exempt_from},
        sentences=late if filed.is_late else (),
        kind="warning" if filed.is_late else "success",
        links=((_("Your accounts"), reverse("you")),),
    )


ACTS = (
    SignedAct(
        name="owners",
        subject=ACCOUNT,
        document="owners",
        title=gettext_lazy("Change of owners"),
        lead=gettext_lazy(
            "The list of those with an interest is kept current; a change is filed within 30 days."
        ),
        button=gettext_lazy("Sign and file the change"),
        form_class=OwnersForm,
        prepare=_prepare_owners,
        perform=_file_owners,
    ),
    SignedAct(
        name="close",
        subject=ACCOUNT,
        document="closure",
        title=gettext_lazy("Close the account"),
        lead=gettext_lazy(
            "A general account is closed on request, empty or with the transfer of what is left."
        ),
        button=gettext_lazy("Sign and close the account"),
        form_class=ClosureForm,
        prepare=_prepare_closure,
        perform=_close,
        may=lambda acting: acting.acted_for.kind == "general",
    ),
    SignedAct(
        name="retired-unit",
        subject=ACCOUNT,
        document="retired_unit",
        title=gettext_lazy("Statement that a unit was retired"),
        lead=gettext_lazy(
            "A unit that was permanently retired is exempt from the next compliance period on."
            " Proof is kept for 5 years."
        ),
        button=gettext_lazy("Sign and file the statement"),
        form_class=RetiredUnitForm,
        prepare=_prepare_retired,
        perform=_file_retired,
        kind="retirement_statements",
        may=lambda acting: acting.acted_for.kind == "compliance",
    ),
)
