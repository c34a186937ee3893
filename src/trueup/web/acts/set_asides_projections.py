"""File what a project is projected to generate; explain what was missing.

Source: 40 CFR 62.16245(a)(3)(ii), (a)(5)(iii); MASS-078, MASS-084; PLAT-151.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.resources.filing import SUBMISSIONS
from trueup.set_asides import queries, services
from trueup.set_asides.projections import last_day_of
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.acts.resources_fields import QuantityField
from trueup.web.acts.set_asides_common import (
    TEXT_MAX,
    account_of_project,
    certified,
    home,
    project_of,
    signed_by,
    text_of,
)
from trueup.web.signed_acts import (
    THING,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)

PLACE = "<program:code>/my-projects/<journal:key>/{name}/"
YEARS_AHEAD = 4


class ProjectionForm(ActForm):
    """For which year, how much, and how it was found."""

    year = fields.ChoiceField(label=gettext_lazy("Generation year"))
    mwh = QuantityField(label=gettext_lazy("Projected MWh of the year"), decimals=3)
    method = fields.NoteField(
        label=gettext_lazy("Method, sources of data and assumptions"), max_length=TEXT_MAX, rows=6
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["year"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(year), str(year)) for year in years_open(self.acting)]

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"year": int(given["year"]), "mwh": str(given["mwh"]), "method": given["method"]}


def years_open(acting: Acting) -> list[int]:
    """The generation years for which a projection can be filed now.

    Source: 40 CFR 62.16245(a)(3)(ii); MASS-078.
    """
    code = acting.program.code
    today = acting.program.local_date(acting.at)
    filed = {
        one.generation_year
        for one in queries.projections_of(int(acting.thing))
        if one.state != "rejected"
    }
    first = max(acting.program.schedule.printed[0].first_year, today.year + 1)
    return [
        year
        for year in range(first, first + YEARS_AHEAD)
        if year not in filed and last_day_of(code, year) >= today
    ]


def _prepare_projection(acting: Acting, values: Values, _key: UUID) -> Submission:
    found = project_of(acting)
    rows: dict[str, object] = {
        "Project": f"{found.name} ({found.id}), set-aside of {found.jurisdiction}",
        "Generation year": values["year"],
        "Projected MWh": values["mwh"],
        "Method, sources and assumptions": values["method"],
    }
    return Submission(
        text=text_of("Projection of a project of a renewable energy set-aside", rows),
        rows=(
            (_("Project"), found.name),
            (_("Generation year"), str(values["year"])),
            (_("Projected MWh of the year"), values["mwh"]),
            (_("Method, sources of data and assumptions"), values["method"]),
        ),
    )


def _project_mwh(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    services.file_projection(
        project=int(acting.thing),
        generation_year=values["year"],
        projected_mwh=Decimal(values["mwh"]),
        method=values["method"],
        actor=f"person:{acting.person.id}",
        dispatched_at=acting.at,
        received_at=acting.at,
        signed=signed_by(PROJECT, acting, _prepare_projection(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("The projection is filed"),
        sentences=(_("An official decides on it before the set-aside is distributed."),),
        links=(home(acting),),
    )


def _may_project(acting: Acting) -> bool:
    return acting.account is not None and project_of(acting).state not in ("rejected", "revoked")


PROJECT = SignedAct(
    name="file-projection",
    subject=THING,
    place=PLACE.format(name="file-projection"),
    document="set_aside_projection",
    title=gettext_lazy("File a projection"),
    lead=gettext_lazy(
        "What the project is projected to generate in a year, by June 1 of the year before."
    ),
    button=gettext_lazy("Sign and file it"),
    form_class=ProjectionForm,
    prepare=_prepare_projection,
    perform=_project_mwh,
    kind=SUBMISSIONS,
    account_of_thing=account_of_project,
    may=_may_project,
    certified=certified,
    home=home,
)


class ExplanationForm(ActForm):
    """Which year, and why."""

    year = fields.ChoiceField(label=gettext_lazy("Generation year"))
    text = fields.NoteField(
        label=gettext_lazy("Why less was generated than projected"), max_length=TEXT_MAX, rows=6
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["year"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (
                    str(one.generation_year),
                    _("%(year)s: %(actual)s of %(projected)s MWh")
                    % {
                        "year": one.generation_year,
                        "actual": one.actual_mwh,
                        "projected": one.projected_mwh,
                    },
                )
                for one in queries.deliveries_of(int(self.acting.thing))
                if one.is_to_explain and one.explained_at is None
            ]

    def values(self) -> dict[str, Any]:
        return {"year": int(self.cleaned_data["year"]), "text": self.cleaned_data["text"]}


def _prepare_explanation(acting: Acting, values: Values, _key: UUID) -> Submission:
    found = project_of(acting)
    rows: dict[str, object] = {
        "Project": f"{found.name} ({found.id}), set-aside of {found.jurisdiction}",
        "Generation year": values["year"],
        "Explanation": values["text"],
    }
    return Submission(
        text=text_of("Explanation of a shortfall", rows),
        rows=(
            (_("Project"), found.name),
            (_("Generation year"), str(values["year"])),
            (_("Why less was generated than projected"), values["text"]),
        ),
    )


def _explain(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    services.explain_shortfall(
        project=int(acting.thing),
        generation_year=values["year"],
        explanation=values["text"],
        actor=f"person:{acting.person.id}",
        at=acting.at,
        signed=signed_by(EXPLAIN, acting, _prepare_explanation(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("The shortfall is explained"),
        sentences=(_("Projections can be filed again. Work them over in the light of it."),),
        links=(home(acting),),
    )


def _has_to_explain(acting: Acting) -> bool:
    return acting.account is not None and any(
        one.is_to_explain and one.explained_at is None
        for one in queries.deliveries_of(int(acting.thing))
    )


EXPLAIN = SignedAct(
    name="explain-shortfall",
    subject=THING,
    place=PLACE.format(name="explain-shortfall"),
    document="shortfall_explanation",
    title=gettext_lazy("Explain a shortfall"),
    lead=gettext_lazy(
        "More than 10 percent less was generated than projected. Until it is explained, no"
        " projection can be filed."
    ),
    button=gettext_lazy("Sign and explain"),
    form_class=ExplanationForm,
    prepare=_prepare_explanation,
    perform=_explain,
    kind=SUBMISSIONS,
    account_of_thing=account_of_project,
    may=_has_to_explain,
    certified=certified,
    home=home,
)

ACTS = (PROJECT, EXPLAIN)
