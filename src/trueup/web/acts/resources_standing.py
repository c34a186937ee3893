"""Standing instructions: a part of each issue of a resource's credits goes to an account.

Source: 40 CFR 62.16530; PLAT-126; docs/decisions/0204.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts import queries as accounts
from trueup.ledger import queries as ledger
from trueup.resources import services
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.entries import StandingEntry, StandingSpec
from trueup.rules.ercs import FIRST_YEAR
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
from trueup.web.acts.resources_fields import QuantityField
from trueup.web.acts.transfers import RECEIVER, holders_of, titled
from trueup.web.signed_acts import (
    THING,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Step,
    StepForm,
    Submission,
    Values,
)

PRIORITY_MAX = 999
YEAR_MAX = 2200


class ToForm(StepForm):
    """To which account the part goes."""

    destination = fields.AccountField(
        label=gettext_lazy("Number of the receiving account"),
        help_text=gettext_lazy("On the next page you see whose account it is."),
    )

    def clean_destination(self) -> str:
        number = str(self.cleaned_data["destination"])
        found = fields.account_or_error(self.acting.program, number)
        if found.id == self.acting.acted_for.id:
            raise forms.ValidationError(
                _("The credits are issued into this account anyway. Give another one.")
            )
        if found.kind not in ("compliance", "general"):
            raise forms.ValidationError(_("This account does not receive transfers."))
        return number


class HowMuchForm(StepForm):
    """A percentage of each issue, or up to a number of credits; whole or in part."""

    percent = QuantityField(
        label=gettext_lazy("Percent of each issue"),
        required=False,
        decimals=5,
        help_text=gettext_lazy("Above 0, at most 100; or give a number of credits below."),
    )
    up_to = fields.WholeField(
        label=gettext_lazy("Up to so many credits of each issue"), required=False
    )
    takes_part = fields.ChoiceField(
        label=gettext_lazy("If less than that is left"),
        choices=(
            ("yes", gettext_lazy("What is left goes")),
            ("no", gettext_lazy("Nothing goes: all or nothing")),
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["takes_part"].initial = "yes"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        percent, up_to = cleaned.get("percent"), cleaned.get("up_to")
        if self.errors:
            return cleaned
        if (percent is None) == (up_to is None):
            self.add_error("percent", _("Give either a percentage or a number of credits."))
        elif percent is not None and not 0 < percent <= 100:
            self.add_error("percent", _("Give a percentage above 0 and up to 100."))
        return cleaned

    def values(self) -> dict[str, Any]:
        percent = self.cleaned_data.get("percent")
        return {
            "percent": format(percent, "f") if percent is not None else "",
            "up_to": self.cleaned_data.get("up_to"),
            "takes_part": self.cleaned_data["takes_part"],
        }


class WhenForm(StepForm):
    """In which order, for which vintages, and how it ends."""

    priority = fields.WholeField(
        label=gettext_lazy("Priority"),
        max_value=PRIORITY_MAX,
        help_text=gettext_lazy("Lower numbers are carried out first."),
    )
    from_vintage = fields.WholeField(
        label=gettext_lazy("From the vintage"), required=False, max_value=YEAR_MAX
    )
    to_vintage = fields.WholeField(
        label=gettext_lazy("To the vintage"), required=False, max_value=YEAR_MAX
    )
    is_irrevocable = fields.ChoiceField(
        label=gettext_lazy("How it ends"),
        choices=(
            ("no", gettext_lazy("Either side can end it")),
            (
                "yes",
                gettext_lazy("Irrevocable: only both sides together, or an official, end it"),
            ),
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["priority"].initial = 1
        self.fields["is_irrevocable"].initial = "no"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_vintage"), cleaned.get("to_vintage")
        for name, year in (("from_vintage", first), ("to_vintage", last)):
            if year is not None and year < FIRST_YEAR:
                self.add_error(
                    name, _("Credits have vintages from %(first)s on.") % {"first": FIRST_YEAR}
                )
        if first is not None and last is not None and last < first:
            self.add_error("to_vintage", _("The vintages end before they begin."))
        return cleaned


def spec_in(acting: Acting, values: Values) -> StandingSpec:
    """An instruction as a draft has it."""
    return StandingSpec(
        resource=int(acting.thing),
        destination=values["destination"],
        percent=Decimal(values["percent"]) if values["percent"] else None,
        up_to=values["up_to"],
        priority=values["priority"],
        from_vintage=values["from_vintage"],
        to_vintage=values["to_vintage"],
        takes_part=values["takes_part"] == "yes",
        is_irrevocable=values["is_irrevocable"] == "yes",
    )


def part_in_words(spec: StandingSpec | StandingEntry) -> str:
    """How much of each issue an instruction asks for."""
    if spec.percent is not None:
        return _("%(percent)s percent of each issue") % {
            "percent": format(spec.percent.normalize(), "f")
        }
    return _("Up to %(many)s credits of each issue") % {"many": f"{spec.up_to:,}"}


def vintages_in_words(spec: StandingSpec | StandingEntry) -> str:
    """For which vintages it holds."""
    first, last = spec.from_vintage, spec.to_vintage
    if first is None and last is None:
        return str(_("All vintages"))
    if first is None:
        return _("Up to %(last)s") % {"last": last}
    if last is None:
        return _("From %(first)s on") % {"first": first}
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _to_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    to = fields.account_or_error(acting.program, values["destination"])
    return [(_("To"), titled(to)), (_("Holder"), "\n".join(holders_of(to)) or to.name)]


def _much_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    spec = spec_in(acting, {**_NO_WHEN, **values})
    rest = _("What is left goes") if spec.takes_part else _("Nothing goes: all or nothing")
    return [(_("Part"), part_in_words(spec)), (_("If less than that is left"), rest)]


def _when_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    spec = spec_in(acting, values)
    kind = (
        _("Irrevocable: only both sides together, or an official, end it")
        if spec.is_irrevocable
        else _("Either side can end it")
    )
    return [
        (_("Priority"), str(spec.priority)),
        (_("Vintages"), vintages_in_words(spec)),
        (_("How it ends"), kind),
    ]


_NO_WHEN = {"priority": 1, "from_vintage": None, "to_vintage": None, "is_irrevocable": "no"}


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    spec, found = spec_in(acting, values), resource_of(acting)
    lines = [
        "Standing instruction",
        f"Resource: {found.name} ({found.identifier or found.id})",
        f"To account: {spec.destination}",
        f"Percent: {values['percent'] or '-'}",
        f"Up to: {spec.up_to or '-'}",
        f"Takes part: {'yes' if spec.takes_part else 'no'}",
        f"Priority: {spec.priority}",
        f"Vintages: {spec.from_vintage or '-'} to {spec.to_vintage or '-'}",
        f"Irrevocable: {'yes' if spec.is_irrevocable else 'no'}",
    ]
    rows = (*_to_rows(acting, values), *_much_rows(acting, values), *_when_rows(acting, values))
    return Submission(text="\n".join(lines), rows=rows)


def _give(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    entry = services.give_standing_instruction(
        spec_in(acting, values),
        person=acting.person.id,
        given_at=acting.at,
        signed=signed_by(GIVE, acting, _prepare(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("Standing instruction %(number)s is in force") % {"number": entry.id},
        sentences=(_("It is carried out within each issue, in the order of the priorities."),),
        links=home_links(acting),
    )


def standing_of(acting: Acting) -> StandingEntry:
    """The instruction of an act; raises ValueError without one, which `may` rules out."""
    found = sponsors.standing_entry_of(int(acting.thing))
    if found is None:
        raise ValueError("there is no such instruction")
    return found


def _may_end(acting: Acting) -> bool:
    """Whether the person represents a side that has not asked for the end yet."""
    found = sponsors.standing_entry_of(int(acting.thing))
    if found is None or found.ended_at is not None:
        return False
    of = sponsors.names_of([found.resource])[found.resource]
    sides = [
        account
        for account, asked in (
            (of.account, found.end_wanted_by_sponsor),
            (found.destination, found.end_wanted_by_holder),
        )
        if account is not None and asked is None
    ]
    return of.program == acting.program.code and any(
        accounts.may_submit(acting.person.id, account, acting.at) for account in sides
    )


def _prepare_end(acting: Acting, _values: Values, _key: UUID) -> Submission:
    entry = standing_of(acting)
    of = sponsors.names_of([entry.resource])[entry.resource]
    to = ledger.account(entry.destination)
    lines = ["End of a standing instruction", f"Instruction: {entry.id}"]
    lines += [f"Resource: {of.name}", f"To account: {to.number}"]
    return Submission(
        text="\n".join(lines),
        rows=(
            (_("Resource"), of.name),
            (_("To"), titled(to)),
            (_("Part"), part_in_words(entry)),
            (_("Vintages"), vintages_in_words(entry)),
        ),
        warnings=(
            (_("It is irrevocable: it ends when the other side has signed its end too."),)
            if entry.is_irrevocable
            else ()
        ),
    )


def _end(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    entry = services.end_standing_instruction(
        instruction=int(acting.thing),
        person=acting.person.id,
        at=acting.at,
        signed=signed_by(END, acting, _prepare_end(acting, values, key), evidence),
    )
    links = ((_("Your resources"), reverse("my-resources")),)
    if entry.ended_at is None:
        return Outcome(
            heading=_("You have asked for its end"),
            sentences=(_("It ends when the other side has signed too."),),
            kind="info",
            links=links,
        )
    return Outcome(heading=_("The standing instruction has ended"), links=links)


GIVE = SignedAct(
    name="give-standing",
    subject=THING,
    place=place("give-standing"),
    document="standing_instruction",
    title=gettext_lazy("Give a standing instruction"),
    lead=gettext_lazy(
        "A part of each issue of this resource's credits goes to another account, within the"
        " issue itself."
    ),
    button=gettext_lazy("Sign and give the instruction"),
    form_class=ActForm,
    prepare=_prepare,
    perform=_give,
    kind=KIND,
    account_of_thing=account_of,
    may=is_in(),
    steps=(
        Step(
            name="to",
            part=gettext_lazy("To whom"),
            title=gettext_lazy("To whom it goes"),
            form_class=ToForm,
            rows=_to_rows,
        ),
        RECEIVER,
        Step(
            name="much",
            part=gettext_lazy("How much"),
            title=gettext_lazy("How much of each issue"),
            form_class=HowMuchForm,
            rows=_much_rows,
        ),
        Step(
            name="when",
            part=gettext_lazy("When"),
            title=gettext_lazy("In which order, and for how long"),
            form_class=WhenForm,
            rows=_when_rows,
        ),
    ),
    certified=general_statements,
    then=gettext_lazy("It is in force at once, for every issue that follows."),
    home=home,
)
END = SignedAct(
    name="end-standing",
    subject=THING,
    place="<program:code>/standing-instructions/<journal:key>/end/",
    document="standing_instruction",
    title=gettext_lazy("End a standing instruction"),
    lead=gettext_lazy(
        "Credits that were moved stay where they are. An irrevocable instruction ends when both"
        " sides have signed."
    ),
    button=gettext_lazy("Sign its end"),
    form_class=ActForm,
    prepare=_prepare_end,
    perform=_end,
    may=_may_end,
    certified=general_statements,
)

ACTS = (GIVE, END)
