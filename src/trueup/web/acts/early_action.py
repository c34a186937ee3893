"""Apply for the reward of early action.

Source: 40 CFR 62.16231(a); 62.16235(e)(2); 62.16431(a); MASS-094, MASS-095; RATE-222,
RATE-223; PLAT-151.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.allocation import services
from trueup.allocation.early_entries import EarlyActionSpec
from trueup.allocation.early_files import KIND_OF_CATEGORY
from trueup.resources import queries as resources
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.filing import SUBMISSIONS
from trueup.rules.papers import APPLICATION, statement_for
from trueup.rules.statements import Statement
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.acts.resources_common import signed_by
from trueup.web.acts.resources_fields import QuantityField
from trueup.web.early_words import KINDS, said
from trueup.web.signed_acts import (
    ACCOUNT,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)

RESOURCES_SHOWN = 200
TEXT_MAX = 4000


class EarlyActionForm(ActForm):
    """Which resource asks, and for which MWh."""

    resource = fields.ChoiceField(
        label=gettext_lazy("Its file among eligible resources"),
        help_text=gettext_lazy("Wind, sun, or savings of this account, with its papers."),
    )
    started_on = fields.DayField(
        label=gettext_lazy("Begin of construction"),
        help_text=gettext_lazy("Of efficiency, of implementation. It must be after 2018-09-06."),
    )
    asked_2020 = QuantityField(label=gettext_lazy("MWh of 2020"), decimals=3)
    asked_2021 = QuantityField(label=gettext_lazy("MWh of 2021"), decimals=3)
    shows = fields.NoteField(
        label=gettext_lazy("Where it is, how it is metered, whom it serves"),
        max_length=TEXT_MAX,
        help_text=gettext_lazy(
            "Of efficiency, name the determination that the community is a low-income one."
        ),
    )
    is_in_state = forms.BooleanField(
        label=gettext_lazy("The project is in the State, or benefits it.")
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        account = self.acting.acted_for
        mine = sponsors.resources_of_accounts([account.id], limit=RESOURCES_SHOWN)
        field = self.fields["resource"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (str(one.id), one.name) for one in mine if one.category in KIND_OF_CATEGORY
            ]

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "resource": int(given["resource"]),
            "started_on": given["started_on"].isoformat(),
            "asked_2020": str(given["asked_2020"]),
            "asked_2021": str(given["asked_2021"]),
            "shows": given["shows"],
        }


def _spec(acting: Acting, values: Values) -> EarlyActionSpec:
    found = resources.resource(values["resource"])
    if found is None:
        raise ValueError("there is no such resource")
    return EarlyActionSpec(
        name=found.name,
        jurisdiction=found.jurisdiction,
        kind=KIND_OF_CATEGORY.get(found.category, found.category),
        started_on=date.fromisoformat(values["started_on"]),
        account=acting.acted_for.id,
        shows=values["shows"],
        resource=found.id,
        asked_2020=Decimal(values["asked_2020"]),
        asked_2021=Decimal(values["asked_2021"]),
    )


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    spec = _spec(acting, values)
    lines = (
        "Application for early action",
        f"Resource: {spec.name}, number {spec.resource}",
        f"State: {spec.jurisdiction}",
        f"Kind: {spec.kind}",
        f"Started: {spec.started_on}",
        f"Account: {acting.acted_for.number}",
        f"MWh of 2020: {spec.asked_2020}",
        f"MWh of 2021: {spec.asked_2021}",
        f"It shows: {' / '.join(spec.shows.splitlines())}",
        "The project is in the State, or benefits it: yes",
    )
    return Submission(
        text="\n".join(lines),
        rows=(
            (_("Resource"), spec.name),
            (_("State"), acting.program.jurisdictions[spec.jurisdiction].name)
            if spec.jurisdiction in acting.program.jurisdictions
            else (_("State"), spec.jurisdiction),
            (_("Kind"), said(KINDS, spec.kind)),
            (_("Started"), str(spec.started_on)),
            (_("Account of its awards"), acting.acted_for.number),
            (_("MWh of 2020"), str(spec.asked_2020)),
            (_("MWh of 2021"), str(spec.asked_2021)),
            (_("What it shows"), spec.shows),
        ),
    )


def _apply(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    entry = services.apply_for_early_action(
        program=acting.program.code,
        spec=_spec(acting, values),
        applied_by=acting.person.id,
        applied_at=acting.at,
        signed=signed_by(APPLY, acting, _prepare(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("The application is filed"),
        sentences=(
            _("An official decides on it; awards follow the verified M&V reports."),
            _("Nothing is awarded in a State where early action is switched off."),
        ),
        kind="info",
        links=(
            (entry.name, reverse("early-action-project", args=[entry.program, entry.id])),
            (_("Your early action"), reverse("my-early-action")),
        ),
    )


def _certified(acting: Acting) -> tuple[Statement, ...]:
    return (statement_for(APPLICATION, program=acting.program.code),)


def _may(acting: Acting) -> bool:
    rules = acting.program.resources
    return (
        acting.account is not None
        and acting.account.kind == "general"
        and rules is not None
        and bool(rules.early_years)
    )


APPLY = SignedAct(
    name="apply-for-early-action",
    subject=ACCOUNT,
    document="early_action",
    title=gettext_lazy("Apply for early action"),
    lead=gettext_lazy("MWh of 2020 and 2021 are rewarded, into one general account."),
    button=gettext_lazy("Sign and file it"),
    form_class=EarlyActionForm,
    prepare=_prepare,
    perform=_apply,
    kind=SUBMISSIONS,
    may=_may,
    certified=_certified,
    home=lambda _acting: (_("Your early action"), reverse("my-early-action")),
)

ACTS = (APPLY,)
