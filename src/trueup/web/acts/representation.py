"""Agents: who makes which electronic submissions for a representative.

Source: 40 CFR 62.16315, 62.16320(c)(5).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from trueup.accounts import delegation_reads as delegations
from trueup.accounts import queries as accounts
from trueup.accounts import services
from trueup.accounts.delegation import delegation_text
from trueup.accounts.delegation_models import DELEGABLE_KINDS
from trueup.accounts.entries import AgentSpec
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

AGENTS = 3  # Places on the page; agents named before take more.
_BASES = (("compliance", "Facilities"), ("general", "General accounts"))


class DelegationForm(ActForm):
    """Agents, and what each may submit."""

    basis = fields.ChoiceField(label="For which accounts", choices=_BASES)

    def __init__(self, data: Any = None, *, acting: Acting) -> None:
        super().__init__(data, acting=acting)
        sits = delegations.bases_of(acting.person.id, program=acting.program.code)
        basis = self.fields["basis"]
        if isinstance(basis, fields.ChoiceField):
            basis.choices = [pair for pair in _BASES if pair[0] in sits]
        for place in range(1, _places(acting) + 1):
            self.fields[f"name_{place}"] = fields.TextField(
                label=f"Agent {place}: name", required=False, max_length=200
            )
            self.fields[f"email_{place}"] = fields.TextField(
                label=f"Agent {place}: e-mail address, as registered",
                required=False,
                max_length=254,
            )
            self.fields[f"kinds_{place}"] = forms.MultipleChoiceField(
                label=f"Agent {place}: may submit",
                required=False,
                widget=forms.CheckboxSelectMultiple(attrs={"class": "usa-checkbox__input"}),
                choices=[(kind, SUBMISSION_KINDS[kind].capitalize()) for kind in DELEGABLE_KINDS],
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["agents"] = []
        for place in range(1, _places(self.acting) + 1):
            name = cleaned.get(f"name_{place}") or ""
            email = cleaned.get(f"email_{place}") or ""
            kinds = cleaned.get(f"kinds_{place}") or []
            if not name and not email and not kinds:
                continue
            person = fields.person_named(name, email)
            if person is None:
                self.add_error(f"name_{place}", "Nobody is registered with this name and address.")
            elif not kinds:
                self.add_error(f"kinds_{place}", "Say what the agent may submit.")
            else:
                cleaned["agents"].append({"person": person.id, "kinds": list(kinds)})
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("basis", "agents")}


def _places(acting: Acting) -> int:
    """How many agents the page has room for."""
    named = delegations.delegations_of(acting.person.id, program=acting.program.code, at=acting.at)
    return max([AGENTS, *(len(notice.agents) + 1 for notice in named)])


def _agents(values: Values) -> list[AgentSpec]:
    return [
        AgentSpec(person=agent["person"], kinds=tuple(agent["kinds"])) for agent in values["agents"]
    ]


def _initial_delegation(acting: Acting) -> dict[str, Any]:
    """The notice in force, so that a superseding one need not be typed anew."""
    named = delegations.delegations_of(acting.person.id, program=acting.program.code, at=acting.at)
    if not named:
        return {}
    initial: dict[str, Any] = {"basis": named[0].basis}
    for place, agent in enumerate(named[0].agents, start=1):
        initial[f"name_{place}"] = agent.name
        initial[f"email_{place}"] = agent.email
        initial[f"kinds_{place}"] = list(agent.kinds)
    return initial


def _prepare_delegation(acting: Acting, values: Values, _key: UUID) -> Submission:
    agents = _agents(values)
    people = accounts.people(agent.person for agent in agents)
    rows = [("For", dict(_BASES)[values["basis"]])]
    for agent in agents:
        kinds = ", ".join(SUBMISSION_KINDS[kind] for kind in agent.kinds)
        rows.append((f"Agent {people[agent.person].name}", f"May submit: {kinds}"))
    nobody = ("Nobody is named: all delegation of yours for these accounts ends.",)
    return Submission(
        text=delegation_text(basis=values["basis"], delegator=acting.person.id, agents=agents),
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
        evidence=evidence,
    )
    return Outcome(
        heading="The notice is in force",
        sentences=("It supersedes your former notice for these accounts as a whole.",),
    )


DELEGATION = SignedAct(
    name="delegation",
    subject=PROGRAM,
    document="delegation",
    title="Notice of delegation",
    lead="You name agents who make listed kinds of electronic submission for you. The notice"
    " supersedes your former one as a whole; name again whoever is to go on.",
    button="Sign and file the notice",
    form_class=DelegationForm,
    prepare=_prepare_delegation,
    perform=_file_delegation,
    account_kind=lambda _acting, values: str(values["basis"]),
    may=lambda acting: bool(delegations.bases_of(acting.person.id, program=acting.program.code)),
    initial=_initial_delegation,
)
ACTS = (DELEGATION,)
