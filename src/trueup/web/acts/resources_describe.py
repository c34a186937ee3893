"""Put a resource on record, or correct its description: one thing a page.

Source: 40 CFR 62.16435(a), 62.16445(a)(2); RATE-043 to RATE-055, RATE-063.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.resources import services
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.entries import ResourceEntry
from trueup.rules.eligibility import MASS
from trueup.signing.entries import Evidence
from trueup.web import resource_words as words
from trueup.web.acts.resources_common import (
    KIND,
    account_of,
    general_statements,
    home,
    is_in,
    place,
    rows_of_steps,
    signed_by,
    takes_resources,
)
from trueup.web.acts.resources_description import (
    SAVES,
    YES_NO,
    ChangesForm,
    DescriptionForm,
    ExclusionForm,
    NameForm,
    OutsideForm,
    PlaceForm,
    SizeForm,
    spec_in,
    values_of,
)
from trueup.web.resource_words import named
from trueup.web.signed_acts import (
    ACCOUNT,
    THING,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Step,
    Submission,
    Values,
)


def _named_rows(form_class: type[DescriptionForm], *names: str):  # type: ignore[no-untyped-def]
    """Label and answer of a page's questions, codes in words."""

    def rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
        form = form_class({}, acting=acting, known=values)
        found = []
        for name in names:
            if name in form.fields and values.get(name):
                found.append((str(form.fields[name].label), _in_words(name, values)))
        return found

    return rows


def _in_words(name: str, values: Values) -> str:
    known: dict[str, words.Names] = {
        "category": words.CATEGORIES,
        "kind": words.KINDS.get(values["category"], {}),
        "grid": words.GRIDS,
        "savings_kind": words.SAVINGS_KINDS,
        "savings_basis": words.SAVINGS_BASES,
        "exclusion": words.EXCLUSIONS,
    }
    value = str(values[name])
    if value in ("yes", "no"):
        return str(dict(YES_NO)[value])
    return named(known.get(name, {}), value)


def _is_outside(acting: Acting, values: Values) -> bool:
    """Whether the State where the resource is has mass-based limits, and credits are earned."""
    if not acting.program.is_rate_based:
        return False
    state = values.get("jurisdiction", "")
    program = acting.program.code
    return bool(state) and sponsors.host_of_state(program=program, jurisdiction=state) == MASS


def _step(
    name: str, title: str | Promise, form_class: type[DescriptionForm], *names: str, **more: Any
) -> Step:
    return Step(
        name=name,
        part=title,
        title=title,
        form_class=form_class,
        rows=_named_rows(form_class, *names),
        **more,
    )


STEPS = (
    _step("name", gettext_lazy("What it is"), NameForm, "name", "category", "owner"),
    _step("place", gettext_lazy("Where it is"), PlaceForm, "kind", "jurisdiction", "grid"),
    _step(
        "size",
        gettext_lazy("Size and age"),
        SizeForm,
        "capacity_mw",
        "in_service_on",
        "has_meter",
        "savings_kind",
        "savings_basis",
        "is_distributed",
    ),
    _step(
        "changes",
        gettext_lazy("Changes of capacity"),
        ChangesForm,
        "uprate_on",
        "uprate_from_mw",
        "uprate_to_mw",
        "derated_on",
        "is_relicensed",
        applies=lambda _acting, values: values.get("category") != SAVES,
    ),
    _step(
        "outside",
        gettext_lazy("Delivery"),
        OutsideForm,
        "contract_with",
        "is_regional_supply",
        applies=_is_outside,
    ),
    _step("exclusion", gettext_lazy("Exclusions"), ExclusionForm, "exclusion"),
)


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    rows = rows_of_steps(acting, values, STEPS)
    lines = [f"{name}: {value}" for name, value in values_of(spec_in(values)).items() if value]
    return Submission(text="\n".join(("Description of a resource", *lines)), rows=rows)


def _describe(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    entry = services.describe_resource(
        program=acting.program.code,
        spec=spec_in(values),
        account=acting.acted_for.id,
        described_at=acting.at,
        actor=f"person:{acting.person.id}",
        signed=signed_by(DESCRIBE, acting, _prepare(acting, values, key), evidence),
    )
    return _outcome(entry)


def _describe_anew(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    entry = services.describe_anew(
        resource=int(acting.thing),
        spec=spec_in(values),
        person=acting.person.id,
        at=acting.at,
        signed=signed_by(ANEW, acting, _prepare(acting, values, key), evidence),
    )
    return _outcome(entry)


def _outcome(entry: ResourceEntry) -> Outcome:
    arguments = [entry.program, entry.id]
    return Outcome(
        heading=_("%(name)s is on record") % {"name": entry.name},
        sentences=(_("Nothing is decided yet. Apply for its eligibility next."),),
        kind="info",
        links=(
            (_("Apply for eligibility"), reverse("act-apply-for-eligibility", args=arguments)),
            (entry.name, reverse("my-resource", args=arguments)),
        ),
    )


DESCRIBE = SignedAct(
    name="describe-resource",
    subject=ACCOUNT,
    document="resource_paper",
    title=gettext_lazy("Put a resource on record"),
    lead=gettext_lazy(
        "A resource generates or saves electricity and can earn credits, which are recorded in"
        " this account. You describe it first; then you apply for its eligibility."
    ),
    button=gettext_lazy("Sign and put it on record"),
    form_class=ActForm,
    prepare=_prepare,
    perform=_describe,
    kind=KIND,
    may=takes_resources,
    steps=STEPS,
    certified=general_statements,
    then=gettext_lazy("The description is on record. Nothing is decided by it."),
    home=lambda _acting: (str(_("Your resources")), reverse("my-resources")),
)
ANEW = SignedAct(
    name="describe-anew",
    subject=THING,
    place=place("describe"),
    document="resource_paper",
    title=gettext_lazy("Correct the description of a resource"),
    lead=gettext_lazy("It can be corrected until the application is submitted."),
    button=gettext_lazy("Sign and correct it"),
    form_class=ActForm,
    prepare=_prepare,
    perform=_describe_anew,
    kind=KIND,
    account_of_thing=account_of,
    may=is_in("described", "rejected"),
    steps=STEPS,
    certified=general_statements,
    then=gettext_lazy("The description is on record. Nothing is decided by it."),
    home=home,
)
ACTS = (DESCRIBE, ANEW)
