"""What the description of a resource asks, one thing a page, and how a draft keeps it.

Source: 40 CFR 62.16435(a), (c), 62.16445(a)(2); RATE-043 to RATE-055, RATE-063.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.resources import sponsor_reads as sponsors
from trueup.resources.entries import ResourceSpec
from trueup.rules.eligibility import Uprate
from trueup.web import resource_words as words
from trueup.web.acts import fields
from trueup.web.acts.resources_fields import QuantityField
from trueup.web.signed_acts import (
    StepForm,
    Values,
)

YES_NO = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))
NO_YES = (YES_NO[1], YES_NO[0])
SAVES = "DSM"


class DescriptionForm(StepForm):
    """A page of the description; of a resource that is on record it begins with that."""

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.ask()
        if not self.is_bound and self.acting.thing:
            before = values_of(sponsors.spec_of_resource(int(self.acting.thing)))
            for name, field in self.fields.items():
                field.initial = before.get(name)

    def ask(self) -> None:
        """Ask what depends on the answers before."""

    def values(self) -> dict[str, Any]:
        return {name: _kept(value) for name, value in self.cleaned_data.items()}


class NameForm(DescriptionForm):
    """What it is called, what it is, and whose."""

    name = fields.TextField(label=gettext_lazy("Name of the resource"), max_length=200)
    category = fields.ChoiceField(
        label=gettext_lazy("Category"),
        choices=list(words.CATEGORIES.items()),
        help_text=gettext_lazy("40 CFR 62.16435(a)(4)"),
    )
    owner = fields.TextField(
        label=gettext_lazy("Owner"),
        max_length=200,
        help_text=gettext_lazy(
            "Who owns it, by the name under which the owner is registered. No verifier may"
            " have the same owner."
        ),
    )


class PlaceForm(DescriptionForm):
    """Where it is, and which grid it supplies."""

    jurisdiction = fields.TextField(
        label=gettext_lazy("State"),
        max_length=3,
        help_text=gettext_lazy("Two letters, such as TX. Tribal lands have three."),
    )
    grid = fields.ChoiceField(
        label=gettext_lazy("Grid that it supplies, or on which it saves electricity"),
        choices=list(words.GRIDS.items()),
        help_text=gettext_lazy("40 CFR 62.16435(a)(2)"),
    )

    def ask(self) -> None:
        kinds = words.KINDS.get(str(self.known.get("category", "")), {})
        if kinds:
            self.fields["kind"] = fields.ChoiceField(label=_("Kind"), choices=list(kinds.items()))

    def clean_jurisdiction(self) -> str:
        code = str(self.cleaned_data["jurisdiction"]).upper()
        if not (len(code) in (2, 3) and code.isascii() and code.isalpha()):
            raise forms.ValidationError(_("Give the State by its two letters, such as TX."))
        return code


class SizeForm(DescriptionForm):
    """How large it is and since when; of savings, how they come about."""

    in_service_on = fields.DayField(
        label=gettext_lazy("First day in service, or on which the measure was implemented"),
        help_text=gettext_lazy(
            "Only what was installed after January 1, 2013 can earn credits: 40 CFR 62.16435(a)(1)."
        ),
    )

    def ask(self) -> None:
        if self.known.get("category") == SAVES:
            self.fields["savings_kind"] = fields.ChoiceField(
                label=_("How electricity is saved"), choices=list(words.SAVINGS_KINDS.items())
            )
            self.fields["savings_basis"] = fields.ChoiceField(
                label=_("How the savings are known"), choices=list(words.SAVINGS_BASES.items())
            )
        else:
            self.fields["capacity_mw"] = QuantityField(
                label=_("Nameplate capacity in MW"),
                help_text=_("It is kept to a tenth of a MW from 1 MW on."),
            )
            self.fields["has_meter"] = fields.ChoiceField(
                label=_("Is its output metered by a revenue-quality meter?"), choices=YES_NO
            )
        self.fields["is_distributed"] = fields.ChoiceField(
            label=_("Is it made of many single measures or units at scattered places?"),
            choices=NO_YES,
        )

    def clean_capacity_mw(self) -> Decimal:
        capacity: Decimal = self.cleaned_data["capacity_mw"]
        if not capacity:
            raise forms.ValidationError(_("Give a capacity above 0 MW."))
        return capacity


class ChangesForm(DescriptionForm):
    """Uprates, derates and relicensing, which decide what of it is new."""

    uprate_on = fields.DayField(
        label=gettext_lazy("Day on which capacity was added to older capacity"),
        required=False,
        help_text=gettext_lazy("Only of an uprate: then the added part alone earns credits."),
    )
    uprate_from_mw = QuantityField(label=gettext_lazy("Capacity before it, in MW"), required=False)
    uprate_to_mw = QuantityField(label=gettext_lazy("Capacity after it, in MW"), required=False)
    derated_on = fields.DayField(
        label=gettext_lazy("Day on which capacity was reduced before that"),
        required=False,
        help_text=gettext_lazy("An uprate after a derate of 2013 or later earns nothing."),
    )
    is_relicensed = fields.ChoiceField(
        label=gettext_lazy("Was it relicensed, or its license extended?"), choices=NO_YES
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {
            name: cleaned.get(name) for name in ("uprate_on", "uprate_from_mw", "uprate_to_mw")
        }
        if any(value is not None for value in given.values()):
            for name, value in given.items():
                if value is None and name not in self.errors:
                    self.add_error(name, _("Of an uprate give the day and both capacities."))
        before, after = given["uprate_from_mw"], given["uprate_to_mw"]
        if before is not None and after is not None and after <= before:
            self.add_error("uprate_to_mw", _("An uprate ends with more than it began with."))
        return cleaned


class OutsideForm(DescriptionForm):
    """A resource in a mass-based State: the proof that a rate-based one is supplied."""

    contract_with = fields.TextField(
        label=gettext_lazy("Rate-based State that the contract delivers to"),
        required=False,
        max_length=3,
        help_text=gettext_lazy(
            "The State where the resource is has mass-based limits. Only renewable resources"
            " with a contract of delivery into a rate-based State can earn credits."
        ),
    )
    is_regional_supply = fields.ChoiceField(
        label=gettext_lazy("Is it on record as a supply of that State's region?"), choices=NO_YES
    )

    def clean_contract_with(self) -> str:
        code = str(self.cleaned_data["contract_with"]).upper()
        if code and not (len(code) in (2, 3) and code.isascii() and code.isalpha()):
            raise forms.ValidationError(_("Give the State by its two letters, such as TX."))
        return code


class ExclusionForm(DescriptionForm):
    """What earns nothing whatever else it passes."""

    exclusion = fields.ChoiceField(
        label=gettext_lazy("Is it one of these?"),
        choices=list(words.EXCLUSIONS.items()),
        required=False,
        help_text=gettext_lazy("40 CFR 62.16435(c)"),
    )


def values_of(spec: ResourceSpec) -> dict[str, Any]:
    """A description as the pages ask for it."""
    uprate = spec.uprate
    return {
        "name": spec.name,
        "category": spec.category,
        "owner": spec.owner,
        "kind": spec.kind,
        "jurisdiction": spec.jurisdiction,
        "grid": spec.grid,
        "capacity_mw": format(spec.capacity_mw, "f"),
        "in_service_on": spec.in_service_on.isoformat() if spec.in_service_on else "",
        "has_meter": _yes(is_so=spec.has_meter),
        "savings_kind": spec.savings_kind,
        "savings_basis": spec.savings_basis,
        "is_distributed": _yes(is_so=spec.is_distributed),
        "uprate_on": uprate.on.isoformat() if uprate else "",
        "uprate_from_mw": format(uprate.from_mw, "f") if uprate else "",
        "uprate_to_mw": format(uprate.to_mw, "f") if uprate else "",
        "derated_on": spec.derated_on.isoformat() if spec.derated_on else "",
        "is_relicensed": _yes(is_so=spec.is_relicensed),
        "contract_with": spec.contract_with,
        "is_regional_supply": _yes(is_so=spec.is_regional_supply),
        "exclusion": spec.exclusion,
    }


def spec_in(values: Values) -> ResourceSpec:
    """A description as a draft has it."""
    saves = values["category"] == SAVES
    uprate = None
    if values.get("uprate_on"):
        uprate = Uprate(
            on=date.fromisoformat(values["uprate_on"]),
            from_mw=Decimal(values["uprate_from_mw"]),
            to_mw=Decimal(values["uprate_to_mw"]),
            of_license=values.get("is_relicensed") == "yes",
        )
    return ResourceSpec(
        name=values["name"],
        category=values["category"],
        jurisdiction=values["jurisdiction"],
        capacity_mw=Decimal(0 if saves else values["capacity_mw"]),
        in_service_on=date.fromisoformat(values["in_service_on"]),
        kind=values.get("kind", ""),
        grid=values["grid"],
        uprate=uprate,
        derated_on=date.fromisoformat(values["derated_on"]) if values.get("derated_on") else None,
        is_relicensed=values.get("is_relicensed") == "yes",
        contract_with=values.get("contract_with", ""),
        is_regional_supply=values.get("is_regional_supply") == "yes",
        has_meter=saves or values.get("has_meter") == "yes",
        savings_kind=values.get("savings_kind", "") if saves else "",
        savings_basis=values.get("savings_basis", "EX_POST") if saves else "EX_POST",
        is_distributed=values.get("is_distributed") == "yes",
        exclusion=values.get("exclusion", ""),
        owner=values["owner"],
    )


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "no"


def _kept(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value or ""
