"""Meter-data reporters: named and ended by the sponsor; what they file accepted or disputed.

Source: 40 CFR 62.16455(c); PLAT-130; docs/decisions/0205.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trueup.accounts import queries as accounts
from trueup.resources import services
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.sponsor_entries import MeterMonth
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.acts.resources_common import (
    KIND,
    account_of,
    general_statements,
    home,
    home_links,
    is_in,
    place,
    resource_of,
    signed_by,
)
from trueup.web.acts.resources_fields import in_digits
from trueup.web.resource_words import METER_STATES, MONTHS, named
from trueup.web.signed_acts import (
    THING,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)

GROUND_MAX = 1000


class NameForm(ActForm):
    """Who is to report: a registered person, by name and address."""

    name = fields.TextField(label=gettext_lazy("Name"), max_length=200)
    email = fields.TextField(label=gettext_lazy("E-mail address, as registered"), max_length=254)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        found = fields.person_named(cleaned["name"], cleaned["email"])
        if found is None:
            self.add_error("name", _("Nobody is registered with this name and address."))
        elif found.id == self.acting.person.id:
            self.add_error(
                "name", _("Name another person: who accepts the data does not report them.")
            )
        else:
            cleaned["reporter"] = found.id
        return cleaned

    def values(self) -> dict[str, Any]:
        return {"reporter": self.cleaned_data["reporter"]}


class EndForm(ActForm):
    """Which reporter's task ends."""

    reporter = fields.ChoiceField(label=gettext_lazy("Who reports no longer"))

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        found = sponsors.reporters_of(int(self.acting.thing))
        people = sponsors.people_of(one.person for one in found)
        choice = self.fields["reporter"]
        if isinstance(choice, fields.ChoiceField):
            choice.choices = [(str(one.person), people.get(one.person, "")) for one in found]

    def values(self) -> dict[str, Any]:
        return {"reporter": int(self.cleaned_data["reporter"])}


class MonthsForm(ActForm):
    """Which months of meter data."""

    months = forms.MultipleChoiceField(
        label=gettext_lazy("Months"), widget=forms.CheckboxSelectMultiple
    )
    states: tuple[str, ...] = ("filed", "disputed")

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        found = sponsors.meter_months(int(self.acting.thing), states=self.states)
        choice = self.fields["months"]
        if isinstance(choice, forms.MultipleChoiceField):
            choice.choices = [(f"{one.year}-{one.month}", month_in_words(one)) for one in found]

    def values(self) -> dict[str, Any]:
        found = [text.split("-") for text in self.cleaned_data["months"]]
        return {
            "months": [[int(year), int(month)] for year, month in found],
            "ground": self.cleaned_data.get("ground", ""),
        }


class DisputeForm(MonthsForm):
    """Which months are not accepted, and why."""

    states = ("filed", "held")
    ground = fields.NoteField(
        label=gettext_lazy("What is wrong with them"),
        max_length=GROUND_MAX,
        help_text=gettext_lazy(
            "The reporter reads it. Nothing is issued for the year until the months are"
            " reported anew."
        ),
    )


def month_in_words(one: MeterMonth) -> str:
    """A month with its MWh, its version, and what it waits for."""
    return _("%(month)s %(year)s: %(mwh)s MWh, version %(version)s, %(state)s") % {
        "month": named(MONTHS, str(one.month)),
        "year": one.year,
        "mwh": in_digits(one.mwh),
        "version": one.version,
        "state": named(METER_STATES, one.state),
    }


def _of_resource(acting: Acting, what: str) -> str:
    found = resource_of(acting)
    return f"{what}\nResource: {found.name} ({found.identifier or found.id})"


def _prepare_reporter(what: str, label: str | Promise):  # type: ignore[no-untyped-def]
    def prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
        person = accounts.person(values["reporter"])
        name = person.name if person is not None else ""
        return Submission(
            text=f"{_of_resource(acting, what)}\nReporter: {name}",
            rows=((_("Resource"), resource_of(acting).name), (str(label), name)),
        )

    return prepare


_prepare_name = _prepare_reporter(
    "Name a meter-data reporter", gettext_lazy("Reports its meter data")
)
_prepare_end = _prepare_reporter("End a meter-data reporter", gettext_lazy("Reports no longer"))


def _name(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    services.name_meter_reporter(
        resource=int(acting.thing),
        reporter=values["reporter"],
        named_by=acting.person.id,
        at=acting.at,
        signed=signed_by(NAME, acting, _prepare_name(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("The reporter is named"),
        sentences=(_("They file for this resource and for no other by that."),),
        links=home_links(acting),
    )


def _end(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    services.end_meter_reporter(
        resource=int(acting.thing),
        reporter=values["reporter"],
        ended_by=acting.person.id,
        at=acting.at,
        signed=signed_by(END, acting, _prepare_end(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("They report no longer"),
        sentences=(_("What was reported stays."),),
        links=home_links(acting),
    )


def _prepare_months(what: str):  # type: ignore[no-untyped-def]
    def prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
        months = [f"{year}-{month:02d}" for year, month in values["months"]]
        rows = [(_("Resource"), resource_of(acting).name), (_("Months"), ", ".join(months))]
        text = f"{_of_resource(acting, what)}\nMonths: {', '.join(months)}"
        if values.get("ground"):
            rows.append((_("What is wrong with them"), values["ground"]))
            text += f"\nGround: {' / '.join(values['ground'].splitlines())}"
        return Submission(text=text, rows=tuple(rows))

    return prepare


_prepare_accept = _prepare_months("Accept meter data")
_prepare_dispute = _prepare_months("Dispute meter data")


def _by_year(values: Values) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for year, month in values["months"]:
        found.setdefault(year, []).append(month)
    return found


def _accept(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    signed = signed_by(ACCEPT, acting, _prepare_accept(acting, values, key), evidence)
    many = services.accept_meter_months(
        resource=int(acting.thing),
        months=_by_year(values),
        person=acting.person.id,
        at=acting.at,
        signed=signed,
    )
    return _decided(
        ngettext("%(many)d month is accepted", "%(many)d months are accepted", many)
        % {"many": many},
        acting,
    )


def _dispute(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    signed = signed_by(DISPUTE, acting, _prepare_dispute(acting, values, key), evidence)
    many = services.dispute_meter_months(
        resource=int(acting.thing),
        months=_by_year(values),
        ground=values["ground"],
        person=acting.person.id,
        at=acting.at,
        signed=signed,
    )
    return _decided(
        ngettext("%(many)d month is disputed", "%(many)d months are disputed", many)
        % {"many": many},
        acting,
    )


def _decided(heading: str, acting: Acting) -> Outcome:
    address = reverse("my-resource-meter-data", args=[acting.program.code, acting.thing])
    return Outcome(heading=heading, links=((_("Meter data"), address), *home_links(acting)))


_COMMON: dict[str, Any] = {
    "subject": THING,
    "document": "resource_paper",
    "kind": KIND,
    "account_of_thing": account_of,
    "certified": general_statements,
    "home": home,
}
NAME = SignedAct(
    name="name-reporter",
    place=place("name-reporter"),
    title=gettext_lazy("Name who reports the meter data"),
    lead=gettext_lazy(
        "A reporter files the MWh of each month for this resource. You accept them or dispute"
        " them; nothing is issued on what you dispute."
    ),
    button=gettext_lazy("Sign and name the reporter"),
    form_class=NameForm,
    prepare=_prepare_name,
    perform=_name,
    may=is_in(),
    **_COMMON,
)
END = SignedAct(
    name="end-reporter",
    place=place("end-reporter"),
    title=gettext_lazy("End a reporter's task"),
    lead=gettext_lazy("They file nothing more for this resource. What was reported stays."),
    button=gettext_lazy("Sign and end it"),
    form_class=EndForm,
    prepare=_prepare_end,
    perform=_end,
    may=is_in(),
    **_COMMON,
)
ACCEPT = SignedAct(
    name="accept-meter-data",
    place=place("accept-meter-data"),
    title=gettext_lazy("Accept meter data"),
    lead=gettext_lazy("You confirm the MWh of these months; a report can state no more."),
    button=gettext_lazy("Sign and accept them"),
    form_class=MonthsForm,
    prepare=_prepare_accept,
    perform=_accept,
    may=is_in(),
    **_COMMON,
)
DISPUTE = SignedAct(
    name="dispute-meter-data",
    place=place("dispute-meter-data"),
    title=gettext_lazy("Dispute meter data"),
    lead=gettext_lazy(
        "You say that the MWh of these months are wrong. No credits are issued for the year"
        " until the reporter has filed them anew."
    ),
    button=gettext_lazy("Sign and dispute them"),
    form_class=DisputeForm,
    prepare=_prepare_dispute,
    perform=_dispute,
    may=is_in(),
    **_COMMON,
)
ACTS = (NAME, END, ACCEPT, DISPUTE)
