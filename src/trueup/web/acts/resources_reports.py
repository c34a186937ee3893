"""M&V reports: what is asked, what is shown before it is signed, and corrections too.

Who gives the very months of a report that stands corrects it: the whole total is stated
anew, and the difference is shown. Quantities are exact decimals.

Source: 40 CFR 62.16445(c), 62.16450(a), 62.16460; RATE-110 to RATE-115; PLAT-124, PLAT-130.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.resources import services
from trueup.resources.report_corrections import (
    report_refusals,
)
from trueup.rules.papers import REPORT, Element, paper_text
from trueup.signing.entries import Evidence
from trueup.web.acts import resources_elements as elements
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
from trueup.web.acts.resources_fields import (
    SENT_MAX,
    file_rows,
    in_digits,
)
from trueup.web.acts.resources_paper_pages import FilesForm, cited
from trueup.web.acts.resources_report_drafts import preview_of, spec_in
from trueup.web.acts.resources_report_forms import MetersForm, MwhForm, PeriodForm, ReportPage
from trueup.web.resource_words import MONTHS, named
from trueup.web.signed_acts import (
    THING,
    ActForm,
    Acting,
    Forecast,
    Outcome,
    SignedAct,
    Step,
    Submission,
    Values,
)


def _page(name: str, title: str | Promise, takes: Any) -> Step:
    return Step(
        name=name,
        part=gettext_lazy("Statements"),
        title=title,
        form_class=type("ReportForm", (ReportPage,), {"takes": staticmethod(takes)}),
        rows=elements.rows(REPORT, takes),
        applies=elements.applies(REPORT, takes),
    )


def _of_changes(element: Element) -> bool:
    return element.cite in {"62.16460(b)(2)(iv)", "62.16460(b)(2)(v)"}


def _of_credit(element: Element) -> bool:
    return element.cite.startswith(("preamble", "62.16431")) or element.cite == "62.16455(c)(4)"


_of_method = cited(
    "62.16460(b)(1)", "62.16460(b)(2)(ii)", "62.16460(b)(2)(iii)", "62.16455(c)(7)(viii)"
)


def _of_methods(element: Element) -> bool:
    return element.cite == "PLAT-135" or _of_method(element)


def _period_rows(_acting: Acting, values: Values) -> list[tuple[str, str]]:
    first, last = (named(MONTHS, str(values[name])) for name in ("first_month", "last_month"))
    rows = [
        (
            _("Months"),
            _("%(first)s to %(last)s %(year)s")
            % {"first": first, "last": last, "year": values["year"]},
        )
    ]
    if values.get("corrects"):
        rows.append(
            (
                _("Corrects a report that stands"),
                _("%(mwh)s MWh were reported.") % {"mwh": values["before_mwh"]},
            )
        )
    return rows


def _meter_rows(_acting: Acting, values: Values) -> list[tuple[str, str]]:
    kept = values.get("metered") or {}
    rows = file_rows(values.get("meters", ()), label=_("Meter file"))
    if kept.get("mwh"):
        rows.append(
            (
                _("Metered"),
                _("%(mwh)s MWh in %(intervals)s intervals")
                % {"mwh": kept["mwh"], "intervals": f"{kept['intervals']:,}"},
            )
        )
    return rows


def _mwh_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    preview = preview_of(acting, values)
    rows = [
        (_("MWh reported"), values["mwh"]),
        (_("Credits if verified as they stand"), f"{preview.whole:,}"),
        (
            _("Fraction of a MWh that is left"),
            _("%(part)s MWh, carried to the next issue") % {"part": _decimal(preview.fraction)}
            if preview.carries
            else _("%(part)s MWh, dropped") % {"part": _decimal(preview.fraction)},
        ),
    ]
    if values.get("corrects"):
        difference = Decimal(values["mwh"]) - Decimal(values["before_mwh"])
        words = _("Credit of %(mwh)s MWh") if difference >= 0 else _("Debit of %(mwh)s MWh")
        rows.append((_("Difference"), words % {"mwh": in_digits(abs(difference))}))
    return rows


def _decimal(part: Any) -> str:
    """A fraction in decimals, cut after five."""
    return format((Decimal(part.numerator) / Decimal(part.denominator)).normalize(), "f")[:7]


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    found = resource_of(acting)
    spec = spec_in(acting, values)
    lines = [
        f"Resource: {found.name} ({found.identifier})",
        f"Year: {spec.year}",
        f"Months: {spec.first_month}-{spec.last_month}",
        f"MWh: {values['mwh']}",
        paper_text(REPORT, spec.elements),
    ]
    if values.get("corrects"):
        lines.insert(1, f"Corrects report: {values['corrects']}, {values['before_mwh']} MWh")
    kept = [*values.get("meters", ()), *values.get("files", ())]
    lines += [f"File: {one['name']}, SHA-256 {one['sha256']}" for one in kept]
    preview = preview_of(acting, values)
    return Submission(
        text="\n".join(lines),
        rows=rows_of_steps(acting, values, STEPS),
        warnings=tuple(
            _(
                "%(month)s is above what the resource plausibly puts out: add evidence, and"
                " expect a question."
            )
            % {"month": named(MONTHS, str(month))}
            for month in preview.above_plausible
        ),
    )


def _forecast(acting: Acting, values: Values, _key: UUID) -> Forecast:
    return forecast_of(
        report_refusals(
            resource=int(acting.thing),
            spec=spec_in(acting, values),
            person=acting.person.id,
            at=acting.at,
            corrects=values.get("corrects"),
        )
    )


def _perform(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    spec = spec_in(acting, values)
    signed = signed_by(REPORT_OUTPUT, acting, _prepare(acting, values, key), evidence)
    filed: dict[str, Any] = {
        "spec": spec,
        "submitted_by": acting.person.id,
        "submitted_at": acting.at,
        "signed": signed,
    }
    if not values.get("corrects"):
        services.submit_report(resource=int(acting.thing), **filed)
        return Outcome(
            heading=_("The report is submitted"),
            sentences=(_("An accredited verifier files its report on it next."),),
            kind="info",
            links=home_links(acting),
        )
    correction = services.correct_report(report=values["corrects"], **filed)
    told = (
        _("Credits were issued on the report: an official decides on the difference.")
        if correction.is_for_official
        else _("It takes the place of the report before, and is verified anew.")
    )
    words = (
        _("Corrected: a credit of %(mwh)s MWh")
        if correction.difference >= 0
        else _("Corrected: a debit of %(mwh)s MWh")
    )
    return Outcome(
        heading=words % {"mwh": in_digits(abs(correction.difference))},
        sentences=(told,),
        kind="info",
        links=home_links(acting),
    )


STEPS = (
    Step(
        name="period",
        part=gettext_lazy("Months"),
        title=gettext_lazy("Which months"),
        form_class=PeriodForm,
        rows=_period_rows,
    ),
    Step(
        name="meters",
        part=gettext_lazy("Meters"),
        title=gettext_lazy("What the meters say"),
        form_class=MetersForm,
        template="sponsor/step_meters",
        rows=_meter_rows,
    ),
    Step(
        name="mwh",
        part=gettext_lazy("MWh"),
        title=gettext_lazy("How many MWh"),
        form_class=MwhForm,
        template="sponsor/step_mwh",
        rows=_mwh_rows,
    ),
    _page("method", gettext_lazy("How they were quantified"), _of_methods),
    _page("changes", gettext_lazy("What has changed"), _of_changes),
    _page("credit", gettext_lazy("Credit, contract and fuel"), _of_credit),
    Step(
        name="files",
        part=gettext_lazy("Files"),
        title=gettext_lazy("Other files that belong to it"),
        form_class=FilesForm,
        template="sponsor/step_files",
        rows=lambda _acting, values: file_rows(values.get("files", ())),
    ),
)
REPORT_OUTPUT = SignedAct(
    name="report-output",
    subject=THING,
    place=place("report"),
    document="mv_report",
    title=gettext_lazy("Report what was generated or saved"),
    lead=gettext_lazy(
        "An M&V report states the MWh of whole months. Credits are issued on it when a verifier"
        " has confirmed it. To correct a report, state the whole total of its months anew."
    ),
    button=gettext_lazy("Sign and submit the report"),
    form_class=ActForm,
    prepare=_prepare,
    perform=_perform,
    kind=KIND,
    account_of_thing=account_of,
    may=is_in("registered"),
    steps=STEPS,
    forecast=_forecast,
    certified=certified_by(REPORT),
    then=gettext_lazy("The report is on record at once, and awaits its verification."),
    home=home,
    sent_max=SENT_MAX,
)
ACTS = (REPORT_OUTPUT,)
