"""Apply for allowances of a State's renewable energy set-aside.

Source: 40 CFR 62.16245(a)(3)(i); MASS-075 to MASS-077; PLAT-151.
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

from trueup.resources import sponsor_reads as sponsors
from trueup.resources.filing import SUBMISSIONS
from trueup.rules.eligibility import Uprate
from trueup.set_asides import services
from trueup.set_asides.entries import ProjectSpec
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.acts.resources_fields import QuantityField
from trueup.web.acts.set_asides_common import (
    TEXT_MAX,
    certified,
    signed_by,
    text_of,
)
from trueup.web.resource_words import GRIDS
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
CATEGORY_KINDS = {
    "WND/on_shore": gettext_lazy("Wind, on shore"),
    "SOL/photovoltaic": gettext_lazy("Solar, photovoltaic"),
    "SOL/concentrated": gettext_lazy("Solar, concentrated"),
    "GEO/": gettext_lazy("Geothermal"),
    "HYD/": gettext_lazy("Hydropower"),
}


class ProjectForm(ActForm):
    """Which project asks, and in which State."""

    name = fields.TextField(label=gettext_lazy("Name of the project"), max_length=200)
    jurisdiction = fields.ChoiceField(label=gettext_lazy("State of the set-aside"))
    resource = fields.ChoiceField(
        label=gettext_lazy("Its file among eligible resources"),
        required=False,
        help_text=gettext_lazy("The EM&V plan, M&V reports and their verification are kept there."),
    )
    category = fields.ChoiceField(
        label=gettext_lazy("What generates"), choices=list(CATEGORY_KINDS.items())
    )
    capacity_mw = QuantityField(label=gettext_lazy("Nameplate capacity, MW"), decimals=3)
    in_service_on = fields.DayField(label=gettext_lazy("In service since"))
    grid = fields.ChoiceField(label=gettext_lazy("Grid"), choices=list(GRIDS.items()))
    uprate_on = fields.DayField(
        label=gettext_lazy("Day of an uprate"),
        required=False,
        help_text=gettext_lazy("Only the output of the added capacity counts."),
    )
    uprate_from_mw = QuantityField(
        label=gettext_lazy("Capacity before the uprate, MW"), decimals=3, required=False
    )
    details = fields.NoteField(
        label=gettext_lazy("Owner or operator, ORIS code, balancing authority, EIA-860"),
        required=False,
        max_length=TEXT_MAX,
        help_text=gettext_lazy("Each where it applies."),
    )
    is_utility_scale = forms.BooleanField(
        label=gettext_lazy("The resource is of utility scale."), required=False
    )
    is_sole_filing = forms.BooleanField(
        label=gettext_lazy("This application is filed with nobody else, in no other State.")
    )
    allows_inspection = forms.BooleanField(
        label=gettext_lazy("The Administrator may inspect and audit the resource.")
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        program, account = self.acting.program, self.acting.acted_for
        states = sorted(program.jurisdictions.values(), key=lambda place: place.name)
        mine = sponsors.resources_of_accounts([account.id], limit=RESOURCES_SHOWN)
        for name, choices in (
            ("jurisdiction", [(place.code, place.name) for place in states]),
            ("resource", [("", _("None yet")), *((str(one.id), one.name) for one in mine)]),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("uprate_on")) != bool(given.get("uprate_from_mw")):
            self.add_error("uprate_from_mw", _("Give both the day and the capacity before."))
        return given

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        on, before = given["uprate_on"], given["uprate_from_mw"]
        return {
            **{name: given[name] for name in ("name", "jurisdiction", "category", "grid")},
            "resource": int(given["resource"]) if given["resource"] else None,
            "capacity_mw": str(given["capacity_mw"]),
            "in_service_on": given["in_service_on"].isoformat(),
            "uprate_on": on.isoformat() if on else "",
            "uprate_from_mw": str(before) if before else "",
            "details": given["details"],
            "is_utility_scale": given["is_utility_scale"],
        }


def _spec(acting: Acting, values: Values) -> ProjectSpec:
    category, _slash, kind = values["category"].partition("/")
    uprate = None
    if values["uprate_on"]:
        uprate = Uprate(
            on=date.fromisoformat(values["uprate_on"]),
            from_mw=Decimal(values["uprate_from_mw"]),
            to_mw=Decimal(values["capacity_mw"]),
        )
    return ProjectSpec(
        name=values["name"],
        jurisdiction=values["jurisdiction"],
        account=acting.acted_for.number,
        category=category,
        kind=kind,
        capacity_mw=Decimal(values["capacity_mw"]),
        in_service_on=date.fromisoformat(values["in_service_on"]),
        grid=values["grid"],
        uprate=uprate,
        is_utility_scale=values["is_utility_scale"],
        resource=values["resource"],
    )


def _prepare_project(acting: Acting, values: Values, _key: UUID) -> Submission:
    place = acting.program.jurisdictions[values["jurisdiction"]]
    rows: dict[str, object] = {
        "Project": values["name"],
        "Set-aside of": place.code,
        "Account": acting.acted_for.number,
        "Resource": values["resource"] or "-",
        "What generates": values["category"],
        "Capacity, MW": values["capacity_mw"],
        "In service since": values["in_service_on"],
        "Grid": values["grid"],
        "Uprate": f"{values['uprate_on']} from {values['uprate_from_mw']} MW"
        if values["uprate_on"]
        else "-",
        "Utility scale": "yes" if values["is_utility_scale"] else "no",
        "Details": values["details"] or "-",
        "Filed with nobody else": "yes",
        "Inspection and audit allowed": "yes",
    }
    return Submission(
        text=text_of("Eligibility application for a renewable energy set-aside", rows),
        rows=(
            (_("Project"), values["name"]),
            (_("State of the set-aside"), place.name),
            (_("Account of its allowances"), acting.acted_for.number),
            (_("What generates"), str(CATEGORY_KINDS[values["category"]])),
            (_("Nameplate capacity, MW"), values["capacity_mw"]),
            (_("In service since"), values["in_service_on"]),
            *(((_("Day of an uprate"), values["uprate_on"]),) if values["uprate_on"] else ()),
            *(((_("Details"), values["details"]),) if values["details"] else ()),
        ),
    )


def _file_project(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    entry = services.file_project(
        _spec(acting, values),
        program=acting.program.code,
        actor=f"person:{acting.person.id}",
        dispatched_at=acting.at,
        received_at=acting.at,
        signed=signed_by(FILE, acting, _prepare_project(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("The application is filed"),
        sentences=(
            _("File the projection of the first year now: it is due by June 1 of the year before."),
        ),
        links=(
            (
                _("File a projection"),
                reverse("act-file-projection", args=[entry.program, entry.id]),
            ),
            (entry.name, reverse("my-project", args=[entry.program, entry.id])),
        ),
    )


def _takes_projects(acting: Acting) -> bool:
    return (
        acting.account is not None
        and acting.account.kind == "general"
        and acting.program.renewable_energy is not None
    )


FILE = SignedAct(
    name="file-project",
    subject=ACCOUNT,
    document="set_aside_project",
    title=gettext_lazy("Apply for allowances of a set-aside"),
    lead=gettext_lazy(
        "A renewable project asks for allowances of one State's set-aside, for one general account."
    ),
    button=gettext_lazy("Sign and file it"),
    form_class=ProjectForm,
    prepare=_prepare_project,
    perform=_file_project,
    kind=SUBMISSIONS,
    may=_takes_projects,
    certified=certified,
    home=lambda _acting: (_("Your projects"), reverse("my-projects")),
)

ACTS = (FILE,)
