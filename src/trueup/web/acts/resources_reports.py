"""M&V reports: the months, the meters, the MWh, what else is to be said; corrections too.

Meter files are read and added up on the page where they are given, so that what is wrong
in which line is said there. Who gives the very months of a report that stands corrects it:
the whole total is stated anew, and the difference is shown. Quantities are exact decimals.

Source: 40 CFR 62.16445(c), 62.16450(a), 62.16460; RATE-110 to RATE-115; PLAT-124, PLAT-130.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.resources import queries as resources
from trueup.resources import services
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.entries import ReportEntry, ReportSpec
from trueup.resources.plans import approved_plan
from trueup.resources.previews import CreditPreview, preview_credits
from trueup.resources.report_corrections import (
    is_first_report,
    report_refusals,
    total_meter_file,
)
from trueup.rules.ercs import FIRST_YEAR
from trueup.rules.papers import REPORT, STATEMENTS, Element, paper_text
from trueup.rules.refusal import Refused
from trueup.rules.statements import statements_of
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
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
    signed_by,
)
from trueup.web.acts.resources_elements import ElementsForm, as_text
from trueup.web.acts.resources_fields import (
    SENT_MAX,
    FilesField,
    KeptFilesMixin,
    QuantityField,
    file_rows,
    in_digits,
    uploads_of,
)
from trueup.web.acts.resources_papers import FilesForm, cited
from trueup.web.resource_words import MONTHS, named
from trueup.web.sentences import plain
from trueup.web.signed_acts import (
    THING,
    ActForm,
    Acting,
    Forecast,
    Outcome,
    SignedAct,
    Step,
    StepForm,
    Submission,
    Values,
)

DECIMALS = 5
PROBLEMS_SHOWN = 40


class PeriodForm(StepForm):
    """Which months of which year; of a report that stands, to correct it."""

    year = fields.WholeField(
        label=gettext_lazy("Year"),
        help_text=gettext_lazy("MWh from 2022 on earn credits."),
    )
    first_month = forms.ChoiceField(
        label=gettext_lazy("First month"),
        choices=list(MONTHS.items()),
        widget=forms.Select(attrs={"class": "usa-select"}),
    )
    last_month = forms.ChoiceField(
        label=gettext_lazy("Last month"),
        choices=list(MONTHS.items()),
        widget=forms.Select(attrs={"class": "usa-select"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        today = self.acting.program.local_date(self.acting.at)
        asked = self.way if self.way.isdigit() else str(today.year - 1)
        self.fields["year"].initial = asked
        self.fields["first_month"].initial = "1"
        self.fields["last_month"].initial = "12"
        self.stands: ReportEntry | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        year = cleaned["year"]
        first, last = int(cleaned["first_month"]), int(cleaned["last_month"])
        today = self.acting.program.local_date(self.acting.at)
        if not FIRST_YEAR <= year <= today.year:
            self.add_error(
                "year",
                _("Give a year from %(first)s on that has begun.") % {"first": FIRST_YEAR},
            )
        elif last < first:
            self.add_error("last_month", _("The last month comes before the first."))
        elif today <= date(year, last, monthrange(year, last)[1]):
            self.add_error("last_month", _("These months are not over yet."))
        else:
            self._look_at_what_stands(year, first, last)
        return cleaned

    def values(self) -> dict[str, Any]:
        thing = int(self.acting.thing)
        corrects = self.stands.id if self.stands is not None else None
        tags = set(sponsors.tags_of_resource(thing))
        if is_first_report(thing, besides=corrects):
            tags.add("first")
        period = {
            "year": self.cleaned_data["year"],
            "first_month": int(self.cleaned_data["first_month"]),
            "last_month": int(self.cleaned_data["last_month"]),
        }
        before = {name: self.known.get(name) for name in period}
        fresh: dict[str, Any] = {} if before == period else {"meters": [], "metered": {}}
        return {
            **fresh,
            **period,
            "tags": sorted(tags),
            "corrects": corrects,
            "before_mwh": in_digits(self.stands.mwh) if self.stands is not None else "",
        }

    def _look_at_what_stands(self, year: int, first: int, last: int) -> None:
        for report in resources.reports_of(int(self.acting.thing), year=year):
            if report.state == "superseded":
                continue
            if (report.first_month, report.last_month) == (first, last):
                self.stands = report
            elif report.first_month <= last and first <= report.last_month:
                self.add_error(
                    "first_month",
                    _(
                        "Some of these months are in report %(number)s. To correct it, give"
                        " its very months, %(first)s to %(last)s."
                    )
                    % {
                        "number": report.sequence,
                        "first": named(MONTHS, str(report.first_month)),
                        "last": named(MONTHS, str(report.last_month)),
                    },
                )


class MetersForm(KeptFilesMixin, StepForm):
    """The files of the meters, each of which covers the months whole."""

    files = FilesField(  # type: ignore[assignment]
        label=gettext_lazy("Files of the meters"),
        required=False,
        accept=".csv",
        help_text=gettext_lazy(
            "CSV with the columns start,end,mwh, one interval a line; both instants with their"
            " distance from UTC, such as 2022-11-06T01:00-05:00, so that a change of the clock"
            " is no riddle. A file of each meter, without gaps."
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.begin_with(self.known.get("meters", ()))
        self.metered: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        before = {one["sha256"] for one in self.known_files}
        taken = self.take_in(cleaned.get("files") or ())
        good = []
        by_month: dict[str, Decimal] = {}
        intervals = 0
        for one in taken:
            try:
                total = self._total(one)
            except Refused as refused:
                self.add_error("files", _problems(one["name"], refused))
                continue
            good.append(one)
            intervals += total.intervals
            for month, mwh in total.by_month.items():
                by_month[str(month)] = by_month.get(str(month), Decimal(0)) + mwh
        if len(good) != len(taken):
            self.known_files = [one for one in good if one["sha256"] in before] or good
            self._show_kept()
        self.taken = good
        if good:
            self.metered = {
                "mwh": format(sum(by_month.values(), Decimal(0)), "f"),
                "intervals": intervals,
                "by_month": {month: format(mwh, "f") for month, mwh in by_month.items()},
            }
        return cleaned

    def values(self) -> dict[str, Any]:
        return {"meters": self.taken, "metered": self.metered}

    def shown(self) -> dict[str, Any]:
        return {"reported": reported_months(self.acting, self.known)}

    def _total(self, one: Mapping[str, Any]) -> Any:
        first_on, last_on = days_in(self.known)
        return total_meter_file(
            resource=int(self.acting.thing),
            digest=one["sha256"],
            first_on=first_on,
            last_on=last_on,
        )


class MwhForm(StepForm):
    """How many MWh are reported; no more than was metered."""

    mwh = QuantityField(
        decimals=DECIMALS,
        label=gettext_lazy("MWh reported"),
        help_text=gettext_lazy("All of these months together, with up to 5 decimals."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.metered = metered_in(self.acting, self.known)
        if self.metered is not None:
            self.fields["mwh"].initial = format(self.metered, "f")

    def clean_mwh(self) -> Decimal:
        mwh: Decimal = self.cleaned_data["mwh"]
        if self.metered is not None and mwh > self.metered:
            raise forms.ValidationError(
                _("%(mwh)s MWh were metered; no more can be reported.") % {"mwh": self.metered}
            )
        return mwh

    def values(self) -> dict[str, Any]:
        return {"mwh": format(self.cleaned_data["mwh"], "f")}

    def shown(self) -> dict[str, Any]:
        kept = self.known.get("metered") or {}
        months = [
            (named(MONTHS, month), mwh)
            for month, mwh in sorted(kept.get("by_month", {}).items(), key=lambda row: int(row[0]))
        ]
        return {
            "months": months,
            "intervals": kept.get("intervals"),
            "metered": self.metered,
            "preview": preview_of(self.acting, {**self.known, "mwh": format(self.metered, "f")})
            if self.metered is not None
            else None,
        }


class ReportPage(ElementsForm):
    """A page of the elements of a report."""

    document = REPORT

    def before(self) -> dict[str, Any]:
        plan = approved_plan(int(self.acting.thing))
        known = {"plan_version": str(plan.version)} if plan is not None else {}
        return {**known, **self.known.get(REPORT, {})}


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
    return element.cite.startswith("preamble") or element.cite == "62.16455(c)(4)"


_of_method = cited("62.16460(b)(1)", "62.16460(b)(2)(ii)", "62.16460(b)(2)(iii)")


def _of_methods(element: Element) -> bool:
    return element.cite == "PLAT-135" or _of_method(element)


def days_in(values: Values) -> tuple[date, date]:
    """The first and the last day of the months in a draft."""
    year, first, last = values["year"], values["first_month"], values["last_month"]
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def reported_months(acting: Acting, values: Values) -> list[Any]:
    """What named reporters filed for these months."""
    return [
        month
        for month in sponsors.meter_months(int(acting.thing), year=values["year"])
        if values["first_month"] <= month.month <= values["last_month"]
    ]


def metered_in(acting: Acting, values: Values) -> Decimal | None:
    """MWh that were metered: by files, or by reporters; the less of both; None by nobody."""
    kept = values.get("metered") or {}
    found = [Decimal(kept["mwh"])] if kept.get("mwh") else []
    months = reported_months(acting, values)
    if months:
        found.append(sum((month.mwh for month in months), Decimal(0)))
    return min(found, default=None)


def spec_in(acting: Acting, values: Values) -> ReportSpec:
    """A report as a draft has it."""
    paper = {name: as_text(value) for name, value in values.get(REPORT, {}).items()}
    statement = statements_of(acting.program.code)[STATEMENTS[REPORT]]
    meters = uploads_of(values.get("meters", ()))
    return ReportSpec(
        year=values["year"],
        first_month=values["first_month"],
        last_month=values["last_month"],
        mwh=Decimal(values["mwh"]),
        elements={**paper, "certification": statement.text},
        meter_file=meters[0] if meters else None,
        more_meter_files=meters[1:],
        uploads=uploads_of(values.get("files", ())),
    )


def preview_of(acting: Acting, values: Values) -> CreditPreview:
    """What the MWh of a draft would earn if they were verified as they stand."""
    kept = (values.get("metered") or {}).get("by_month", {})
    return preview_credits(
        resource=int(acting.thing),
        spec=spec_in(acting, values),
        by_month={int(month): Decimal(mwh) for month, mwh in kept.items()},
    )


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


def _problems(name: str, refused: Refused) -> list[str]:
    """What is wrong in which row of a file."""
    told = []
    for refusal in refused.refusals[:PROBLEMS_SHOWN]:
        sentence = plain(refusal.sentence)
        told.append(
            _("“%(name)s”, row %(row)s: %(sentence)s")
            % {"name": name, "row": refusal.row, "sentence": sentence}
            if refusal.row
            else _("“%(name)s”: %(sentence)s") % {"name": name, "sentence": sentence}
        )
    return told


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
        rows=tuple(
            row
            for step in STEPS
            if step.applies(acting, values)
            for row in step.rows(acting, values)
        ),
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
    certified=certified_by(STATEMENTS[REPORT]),
    then=gettext_lazy("The report is on record at once, and awaits its verification."),
    home=home,
    sent_max=SENT_MAX,
)

ACTS = (REPORT_OUTPUT,)
