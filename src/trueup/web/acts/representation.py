"""Agents: who makes which electronic submissions for a representative.

Source: 40 CFR 62.16315, 62.16320(c)(5).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts import application_reads, services
from trueup.accounts import delegation_reads as delegations
from trueup.accounts import queries as accounts
from trueup.accounts.application_entries import Contact
from trueup.accounts.delegation import delegation_text
from trueup.accounts.delegation_models import DELEGABLE_KINDS
from trueup.accounts.entries import AgentSpec, Reach
from trueup.accounts.submitters import SUBMISSION_KINDS
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.signed_acts import (
    PROGRAM,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)
from trueup.web.templatetags.words import word

AGENTS = 2  # Places on the page; agents named before take more.
_BASES = (
    ("compliance", gettext_lazy("Facilities")),
    ("general", gettext_lazy("General accounts")),
)
_ADDRESS_MAX, _NUMBER_MAX = 400, 40


class DelegationForm(ActForm):
    """Agents, how all are reached, and what each may submit."""

    basis = fields.ChoiceField(label=gettext_lazy("For which accounts"), choices=_BASES)
    address = fields.TextField(label=gettext_lazy("Your postal address"), max_length=_ADDRESS_MAX)
    phone = fields.TextField(label=gettext_lazy("Your telephone number"), max_length=_NUMBER_MAX)
    fax = fields.TextField(
        label=gettext_lazy("Your facsimile number"), max_length=_NUMBER_MAX, required=False
    )

    def __init__(self, data: Any = None, *, acting: Acting, files: Any = None) -> None:
        super().__init__(data, acting=acting, files=files)
        sits = delegations.bases_of(acting.person.id, program=acting.program.code)
        basis = self.fields["basis"]
        if isinstance(basis, fields.ChoiceField):
            basis.choices = [pair for pair in _BASES if pair[0] in sits]
        self.places = range(1, _places(acting) + 1)
        for place in self.places:
            self._ask_for_agent(place)

    def _ask_for_agent(self, place: int) -> None:
        number = {"number": place}
        asked = (
            ("name", _("Agent %(number)s: name"), 200),
            ("email", _("Agent %(number)s: e-mail address, as registered"), 254),
            ("address", _("Agent %(number)s: postal address"), _ADDRESS_MAX),
            ("phone", _("Agent %(number)s: telephone number"), _NUMBER_MAX),
            ("fax", _("Agent %(number)s: facsimile number"), _NUMBER_MAX),
        )
        for name, label, longest in asked:
            self.fields[f"{name}_{place}"] = fields.TextField(
                label=label % number, required=False, max_length=longest
            )
        self.fields[f"kinds_{place}"] = forms.MultipleChoiceField(
            label=_("Agent %(number)s: may submit") % number,
            required=False,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "usa-checkbox__input"}),
            choices=[(kind, capfirst(word(SUBMISSION_KINDS[kind]))) for kind in DELEGABLE_KINDS],
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["agents"] = []
        for place in self.places:
            given = {
                name: cleaned.get(f"{name}_{place}") or ""
                for name in ("name", "email", "address", "phone", "fax")
            }
            kinds = cleaned.get(f"kinds_{place}") or []
            if any(given.values()) or kinds:
                self._add_agent(place, given, list(kinds))
        return cleaned

    def _add_agent(self, place: int, given: dict[str, str], kinds: list[str]) -> None:
        person = fields.person_named(given["name"], given["email"])
        if person is None:
            self.add_error(f"name_{place}", _("Nobody is registered with this name and address."))
        if not kinds:
            self.add_error(f"kinds_{place}", _("Say what the agent may submit."))
        for name, sentence in (
            ("address", _("Give the agent's postal address.")),
            ("phone", _("Give the agent's telephone number.")),
        ):
            if not given[name] and f"{name}_{place}" not in self.errors:
                self.add_error(f"{name}_{place}", sentence)
        if person is not None:
            reach = {name: given[name] for name in ("address", "phone", "fax")}
            self.cleaned_data["agents"].append({"person": person.id, "kinds": kinds, **reach})

    def values(self) -> dict[str, Any]:
        names = ("basis", "agents", "address", "phone", "fax")
        return {name: self.cleaned_data[name] for name in names}


def _places(acting: Acting) -> int:
    """How many agents the page has room for."""
    named = delegations.delegations_of(acting.person.id, program=acting.program.code, at=acting.at)
    return max([AGENTS, *(len(notice.agents) + 1 for notice in named)])


def _reach(given: Values) -> Reach:
    return Reach(
        address=given.get("address", ""), phone=given.get("phone", ""), fax=given.get("fax", "")
    )


def _agents(values: Values) -> list[AgentSpec]:
    return [
        AgentSpec(person=agent["person"], kinds=tuple(agent["kinds"]), reach=_reach(agent))
        for agent in values["agents"]
    ]


def _initial_delegation(acting: Acting) -> dict[str, Any]:
    """The notice in force, so that a superseding one need not be typed anew."""
    named = delegations.delegations_of(acting.person.id, program=acting.program.code, at=acting.at)
    agents = named[0].agents if named else ()
    known = application_reads.contacts([acting.person.id, *(agent.person for agent in agents)])
    reaches = named[0].reaches if named else {}

    def reach_of(person: int) -> Reach | Contact:
        return reaches.get(person) or known[person]

    own = reach_of(acting.person.id)
    initial: dict[str, Any] = {"address": own.address, "phone": own.phone, "fax": own.fax}
    if named:
        initial["basis"] = named[0].basis
    for place, agent in enumerate(agents, start=1):
        reach = reach_of(agent.person)
        initial |= {
            f"name_{place}": agent.name,
            f"email_{place}": agent.email,
            f"kinds_{place}": list(agent.kinds),
            f"address_{place}": reach.address,
            f"phone_{place}": reach.phone,
            f"fax_{place}": reach.fax,
        }
    return initial


def _prepare_delegation(acting: Acting, values: Values, _key: UUID) -> Submission:
    agents = _agents(values)
    people = accounts.people(agent.person for agent in agents)
    rows = [
        (_("For"), str(dict(_BASES)[values["basis"]])),
        (_("You are reached at"), ", ".join(filter(None, (values["address"], values["phone"])))),
    ]
    for agent in agents:
        kinds = ", ".join(word(SUBMISSION_KINDS[kind]) for kind in agent.kinds)
        rows.append(
            (
                _("Agent %(name)s") % {"name": people[agent.person].name},
                _("May submit: %(kinds)s") % {"kinds": kinds},
            )
        )
    nobody = (_("Nobody is named: all delegation of yours for these accounts ends."),)
    return Submission(
        text=delegation_text(
            basis=values["basis"],
            delegator=acting.person.id,
            agents=agents,
            reach=_reach(values),
        ),
        rows=tuple(rows),
        warnings=() if agents else nobody,
    )


def _file_delegation(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    services.file_delegation_notice(
        program=acting.program.code,
        basis=values["basis"],
        delegator=acting.person.id,
        agents=_agents(values),
        received_at=acting.at,
        reach=_reach(values),
        evidence=evidence,
    )
    return Outcome(
        heading=_("The notice is in force"),
        sentences=(_("It supersedes your former notice for these accounts as a whole."),),
    )


DELEGATION = SignedAct(
    name="delegation",
    subject=PROGRAM,
    document="delegation",
    title=gettext_lazy("Notice of delegation"),
    lead=gettext_lazy(
        "You name agents who make listed kinds of electronic submission for you. The notice"
        " supersedes your former one as a whole; name again whoever is to go on."
    ),
    button=gettext_lazy("Sign and file the notice"),
    form_class=DelegationForm,
    prepare=_prepare_delegation,
    perform=_file_delegation,
    account_kind=lambda _acting, values: str(values["basis"]),
    may=lambda acting: bool(delegations.bases_of(acting.person.id, program=acting.program.code)),
    initial=_initial_delegation,
)
ACTS = (DELEGATION,)
