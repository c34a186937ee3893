"""The eligibility application with its EM&V plan, and later versions of both.

Source: 40 CFR 62.16445(a), 62.16455; RATE-061 to RATE-109; PLAT-123, PLAT-135.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.resources import services
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.forecasts import why_not_apply, why_not_plan
from trueup.rules.papers import APPLICATION, PLAN, paper_text
from trueup.signing.entries import Evidence
from trueup.web.acts.resources_common import (
    KIND,
    account_of,
    certified_by,
    forecast_of,
    home,
    home_links,
    is_in,
    place,
    resource_of,
    rows_of_steps,
    signed_by,
)
from trueup.web.acts.resources_elements import paper_in
from trueup.web.acts.resources_fields import (
    SENT_MAX,
    uploads_of,
)
from trueup.web.acts.resources_paper_pages import APPLICATION_STEPS, FILES, PLAN_STEPS
from trueup.web.signed_acts import (
    THING,
    ActForm,
    Acting,
    Forecast,
    Outcome,
    SignedAct,
    Submission,
    Values,
)


def _both(acting: Acting, values: Values) -> tuple[dict[str, str], dict[str, str]]:
    return paper_in(acting, values, APPLICATION), paper_in(acting, values, PLAN)


def _text(acting: Acting, values: Values, *documents: str) -> str:
    found = resource_of(acting)
    lines = [f"Resource: {found.name} ({found.category}, {found.jurisdiction}), number {found.id}"]
    lines += [paper_text(one, paper_in(acting, values, one)) for one in documents]
    lines += [f"File: {one['name']}, SHA-256 {one['sha256']}" for one in _files(values)]
    return "\n".join(lines)


def _files(values: Values) -> list[dict[str, Any]]:
    return [*values.get("files", ()), *values.get("places", ())]


def _prepare_application(acting: Acting, values: Values, _key: UUID) -> Submission:
    return Submission(
        text=_text(acting, values, APPLICATION, PLAN),
        rows=rows_of_steps(acting, values, (*APPLICATION_STEPS, *PLAN_STEPS, FILES)),
    )


def _forecast_application(acting: Acting, values: Values, _key: UUID) -> Forecast:
    application, plan = _both(acting, values)
    return forecast_of(
        why_not_apply(
            resource=int(acting.thing),
            application=application,
            plan=plan,
            person=acting.person.id,
            at=acting.at,
        )
    )


def _apply(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    application, plan = _both(acting, values)
    services.submit_application(
        resource=int(acting.thing),
        application=application,
        plan=plan,
        submitted_by=acting.person.id,
        submitted_at=acting.at,
        uploads=uploads_of(_files(values)),
        signed=signed_by(APPLY, acting, _prepare_application(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("The application is submitted"),
        sentences=(
            _("An accredited verifier files its report next; then an official decides."),
            _("You are told of every question and of the decision."),
        ),
        kind="info",
        links=home_links(acting),
    )


def _prepare_supply(acting: Acting, values: Values, _key: UUID) -> Submission:
    return Submission(
        text=_text(acting, values, APPLICATION),
        rows=rows_of_steps(acting, values, (*APPLICATION_STEPS, FILES)),
    )


def _supply(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    services.supply_information(
        resource=int(acting.thing),
        application=paper_in(acting, values, APPLICATION),
        submitted_by=acting.person.id,
        submitted_at=acting.at,
        uploads=uploads_of(_files(values)),
        signed=signed_by(SUPPLY, acting, _prepare_supply(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("The information is supplied"),
        sentences=(_("It is the next version of the application; its review goes on."),),
        kind="info",
        links=home_links(acting),
    )


def _prepare_plan(acting: Acting, values: Values, _key: UUID) -> Submission:
    return Submission(
        text=_text(acting, values, PLAN), rows=rows_of_steps(acting, values, (*PLAN_STEPS, FILES))
    )


def _forecast_plan(acting: Acting, values: Values, _key: UUID) -> Forecast:
    return forecast_of(
        why_not_plan(
            resource=int(acting.thing),
            plan=paper_in(acting, values, PLAN),
            person=acting.person.id,
            at=acting.at,
        )
    )


def _change_plan(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    found = services.file_plan_version(
        resource=int(acting.thing),
        plan=paper_in(acting, values, PLAN),
        submitted_by=acting.person.id,
        submitted_at=acting.at,
        uploads=uploads_of(_files(values)),
        signed=signed_by(CHANGE_PLAN, acting, _prepare_plan(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("Version %(version)s of the EM&V plan is filed") % {"version": found.version},
        sentences=(_("The version before holds until an official has decided on it."),),
        kind="info",
        links=home_links(acting),
    )


def _is_asked(acting: Acting) -> bool:
    found = sponsors.application_of(int(acting.thing)) if acting.account is not None else None
    return found is not None and found.state == "info_asked"


def _has_application(acting: Acting) -> bool:
    found = sponsors.application_of(int(acting.thing)) if acting.account is not None else None
    return found is not None and found.state != "rejected"


APPLY = SignedAct(
    name="apply-for-eligibility",
    subject=THING,
    place=place("apply"),
    document="eligibility_application",
    title=gettext_lazy("Apply for eligibility"),
    lead=gettext_lazy(
        "The application shows that the resource can earn credits, and carries the plan of how"
        " its MWh are measured. What you answer is kept; you can stop and go on later."
    ),
    button=gettext_lazy("Sign and submit the application"),
    form_class=ActForm,
    prepare=_prepare_application,
    perform=_apply,
    kind=KIND,
    account_of_thing=account_of,
    may=is_in("described", "rejected"),
    steps=(*APPLICATION_STEPS, *PLAN_STEPS, FILES),
    forecast=_forecast_application,
    certified=certified_by(APPLICATION, PLAN),
    then=gettext_lazy(
        "The application is on record at once, with the digest of each file. A verifier and an"
        " official look at it next."
    ),
    home=home,
    sent_max=SENT_MAX,
)
SUPPLY = SignedAct(
    name="supply-information",
    subject=THING,
    place=place("supply"),
    document="eligibility_application",
    title=gettext_lazy("Supply what was asked for"),
    lead=gettext_lazy(
        "You submit the next version of the application. The version before stays on record."
    ),
    button=gettext_lazy("Sign and submit this version"),
    form_class=ActForm,
    prepare=_prepare_supply,
    perform=_supply,
    kind=KIND,
    account_of_thing=account_of,
    may=_is_asked,
    steps=(*APPLICATION_STEPS, FILES),
    certified=certified_by(APPLICATION),
    then=gettext_lazy("The version is on record at once, and the review goes on."),
    home=home,
    sent_max=SENT_MAX,
)
CHANGE_PLAN = SignedAct(
    name="change-plan",
    subject=THING,
    place=place("plan"),
    document="emv_plan",
    title=gettext_lazy("File a version of the EM&V plan"),
    lead=gettext_lazy(
        "You file the next version of the plan. The version before stays on record, and it"
        " holds until an official has approved this one."
    ),
    button=gettext_lazy("Sign and file this version"),
    form_class=ActForm,
    prepare=_prepare_plan,
    perform=_change_plan,
    kind=KIND,
    account_of_thing=account_of,
    may=_has_application,
    steps=(*PLAN_STEPS, FILES),
    forecast=_forecast_plan,
    certified=certified_by(PLAN),
    then=gettext_lazy("The version is on record at once; an official decides on it."),
    home=home,
    sent_max=SENT_MAX,
)
ACTS = (APPLY, SUPPLY, CHANGE_PLAN)
