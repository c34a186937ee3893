"""M&V reports of many resources: a table, checked by row, shown, and signed once.

Source: 40 CFR 62.16445(c), 62.16460; PLAT-051; docs/decisions/0371.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trueup.resources import services
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.bulk_entries import ReportFiling
from trueup.resources.bulk_reports import reports_refusals
from trueup.resources.entries import ResourceEntry
from trueup.rules.papers import REPORT, paper_text
from trueup.rules.refusal import Refusal
from trueup.signing.entries import Evidence
from trueup.web.acts import report_tables
from trueup.web.acts.resources_common import (
    KIND,
    certified_by,
    forecast_of,
    signed_by,
    takes_resources,
)
from trueup.web.acts.resources_fields import in_digits
from trueup.web.resource_words import MONTHS, named
from trueup.web.sentences import plain
from trueup.web.signed_acts import (
    ACCOUNT,
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

REPORTS_SHOWN = 50


class TableForm(StepForm):
    """The table of reports; what is wrong in which row is said beside it."""

    file = forms.FileField(
        label=gettext_lazy("Table of reports"),
        required=False,
        help_text=gettext_lazy(
            "XLSX or CSV, at most 500 rows and 5 MB, one report a row. If one row is wrong,"
            " nothing is taken."
        ),
        widget=forms.FileInput(
            attrs={"class": "usa-file-input__input", "accept": ".csv,.xlsx,.txt"}
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.rows: report_tables.Rows = list(self.known.get("rows", ()))
        self.name = str(self.known.get("name", ""))
        self.fields["file"].required = not self.rows
        self.fields["file"].error_messages["required"] = _("Give a table of reports.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("file"):
            self.rows = report_tables.read_table(cleaned["file"])
            self.name = cleaned["file"].name[:120]
        if self.errors:
            return cleaned
        problems = problems_of(self.acting, self.rows)
        if problems:
            self.add_error("file", [*problems, _("Nothing of the table was taken.")])
        return cleaned

    def values(self) -> dict[str, Any]:
        return {"rows": self.rows, "name": self.name}

    def shown(self) -> dict[str, Any]:
        """What is kept of a table that was read before, and what a table can say."""
        return {
            "account": self.acting.account,
            "kept": self.known.get("name", ""),
            "many": len(self.known.get("rows", ())),
        }


def resources_in(acting: Acting, rows: report_tables.Rows) -> dict[str, ResourceEntry]:
    """The resources of a table that are the account's and registered, by identifier."""
    found = sponsors.registered_of_account(
        acting.acted_for.id,
        limit=report_tables.ROWS_MAX,
        identifiers={row["resource"] for row in rows},
    )
    return {one.identifier: one for one in found}


def filings_in(acting: Acting, values: Values) -> list[ReportFiling]:
    """The reports of a draft; those of resources that are no longer the account's are left out."""
    known = {name: one.id for name, one in resources_in(acting, values["rows"]).items()}
    return report_tables.filings_of(
        [row for row in values["rows"] if row["resource"] in known],
        named=known,
        program=acting.program.code,
        person=acting.person.id,
    )


def problems_of(acting: Acting, rows: report_tables.Rows) -> list[str]:
    """Everything that is wrong with the reports of a table, with their rows."""
    known = resources_in(acting, rows)
    told = _("Row %(line)s: %(problem)s")
    strange = [row for row in rows if row["resource"] not in known]
    if strange:
        unknown = _("no registered resource “%(name)s” has its credits recorded in this account.")
        return [
            told % {"line": row["line"], "problem": unknown % {"name": row["resource"][:60]}}
            for row in strange[: report_tables.PROBLEMS_SHOWN]
        ]
    refusals = reports_refusals(filings_in(acting, {"rows": rows}), at=acting.at)
    return [
        told % {"line": rows[(one.row or 1) - 1]["line"], "problem": plain(one.sentence)}
        for one in refusals[: report_tables.PROBLEMS_SHOWN]
    ]


def _rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    rows, known = values["rows"], resources_in(acting, values["rows"])
    shown = [
        (_("Table"), values["name"]),
        (_("Reports"), f"{len(rows):,}"),
        (_("MWh reported"), in_digits(sum((Decimal(row["mwh"]) for row in rows), Decimal(0)))),
    ]
    shown += [
        (
            known[row["resource"]].name if row["resource"] in known else row["resource"],
            _("%(first)s to %(last)s %(year)s: %(mwh)s MWh")
            % {
                "first": named(MONTHS, str(row["first_month"])),
                "last": named(MONTHS, str(row["last_month"])),
                "year": row["year"],
                "mwh": in_digits(Decimal(row["mwh"])),
            },
        )
        for row in rows[:REPORTS_SHOWN]
    ]
    more = len(rows) - REPORTS_SHOWN
    if more > 0:
        words = ngettext(
            "%(many)d report is in the text that you sign, and not listed here",
            "%(many)d reports are in the text that you sign, and not listed here",
            more,
        )
        shown.append((_("Further reports"), words % {"many": more}))
    return shown


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    lines = [f"M&V reports: {len(values['rows'])}, account {acting.acted_for.number}"]
    for row, filing in zip(values["rows"], filings_in(acting, values), strict=False):
        lines += [
            f"Resource: {row['resource']}",
            f"Year: {row['year']}",
            f"Months: {row['first_month']}-{row['last_month']}",
            f"MWh: {row['mwh']}",
            paper_text(REPORT, filing.spec.elements),
        ]
    return Submission(text="\n".join(lines), rows=tuple(_rows(acting, values)))


def _forecast(acting: Acting, values: Values, _key: UUID) -> Forecast:
    """What became wrong since the table was read."""
    filings = filings_in(acting, values)
    if len(filings) < len(values["rows"]):
        return Forecast(refusals=(_("A resource of the table is no longer this account's."),))
    refusals: list[Refusal] = reports_refusals(filings, at=acting.at)
    return forecast_of(refusals[: report_tables.PROBLEMS_SHOWN])


def _perform(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    found = services.submit_reports(
        filings_in(acting, values),
        submitted_at=acting.at,
        signed=signed_by(REPORT_MANY, acting, _prepare(acting, values, key), evidence),
    )
    return Outcome(
        heading=ngettext(
            "%(many)d report is submitted", "%(many)d reports are submitted", len(found)
        )
        % {"many": len(found)},
        sentences=(_("An accredited verifier files its report on each of them next."),),
        kind="info",
        links=((_("Your resources"), reverse("my-resources")),),
    )


REPORT_MANY = SignedAct(
    name="report-many",
    subject=ACCOUNT,
    document="mv_report",
    title=gettext_lazy("Report for many resources at once"),
    lead=gettext_lazy(
        "A table holds one M&V report a row. Each row is checked as a single report is, and you"
        " sign once. Reports with meter files, and corrections, are filed one by one."
    ),
    button=gettext_lazy("Sign and submit the reports"),
    form_class=ActForm,
    prepare=_prepare,
    perform=_perform,
    kind=KIND,
    may=takes_resources,
    steps=(
        Step(
            name="table",
            part=gettext_lazy("Table"),
            title=gettext_lazy("The table of reports"),
            form_class=TableForm,
            template="sponsor/step_table",
            rows=_rows,
        ),
    ),
    forecast=_forecast,
    certified=certified_by(REPORT),
    then=gettext_lazy("The reports are on record at once, and await their verification."),
    home=lambda _acting: (str(_("Your resources")), reverse("my-resources")),
)

ACTS = (REPORT_MANY,)
