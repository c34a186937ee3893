"""The questions of an M&V report: the months, the meters, the MWh.

Meter files are read and added up on the page where they are given, so that what is wrong
in which line is said there. Who gives the very months of a report that stands corrects it.

Source: 40 CFR 62.16445(c), 62.16450(a), 62.16460; RATE-110 to RATE-115; PLAT-124, PLAT-130.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.resources import queries as resources
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.entries import ReportEntry
from trueup.resources.plans import approved_plan
from trueup.resources.report_corrections import (
    is_first_report,
    total_meter_file,
)
from trueup.resources.report_years import first_year, is_early_year
from trueup.rules.papers import REPORT
from trueup.rules.refusal import Refused
from trueup.web.acts import fields
from trueup.web.acts.resources_common import resource_of
from trueup.web.acts.resources_elements import ElementsForm
from trueup.web.acts.resources_fields import (
    FilesField,
    KeptFilesMixin,
    QuantityField,
    in_digits,
)
from trueup.web.acts.resources_report_drafts import days_in, metered_in, preview_of, reported_months
from trueup.web.resource_words import MONTHS, named
from trueup.web.sentences import plain
from trueup.web.signed_acts import (
    StepForm,
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
        began = resource_of(self.acting).in_service_on
        first_of_all = first_year(self.acting.program, began_on=began)
        if not first_of_all <= year <= today.year:
            self.add_error(
                "year",
                _("Give a year from %(first)s on that has begun.") % {"first": first_of_all},
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
        if is_early_year(self.acting.program.code, self.cleaned_data["year"]):
            tags.add("early")
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
