"""What templates say of credits, papers and reports."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from trueup.rules.program import Program
from trueup.web.credit_report_rows import Linked, Row
from trueup.web.credit_reports import Report
from trueup.web.resource_words import PAPERS, named
from trueup.web.templatetags.pages import day, quantity

register = template.Library()

ENGAGEMENTS = {
    "disclosed": _("Disclosed, not cleared yet"),
    "approved": _("Cleared"),
    "refused": _("Refused"),
}

ACCREDITATIONS = {
    "submitted": _("Awaits a decision"),
    "accredited": _("Accredited"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
}


@register.filter
def paper_name(kind: str) -> str:
    """What a kind of paper is called."""
    return named(PAPERS, kind)


@register.filter
def engagement_name(state: str) -> str:
    """How far an engagement has come."""
    return named(ENGAGEMENTS, state)


@register.filter
def accreditation_name(state: str) -> str:
    """How far an application for accreditation has come."""
    return named(ACCREDITATIONS, state)


@register.filter
def cells(row: Row, report: Report) -> list[tuple[str, object, object]]:
    """Name, heading and cell of each column."""
    return [
        (name, heading, cell)
        for (name, heading), cell in zip(report.columns, row.cells, strict=True)
    ]


@register.filter
def is_number(cell: object) -> bool:
    """Whether a cell stands at the right."""
    return isinstance(cell, int)


@register.simple_tag
def report_cell(cell: object, program: Program) -> str | SafeString:
    """A cell of a report as the page shows it."""
    if isinstance(cell, Linked):
        dress = format_html(' class="{}"', cell.css) if cell.css else ""
        return format_html('<a href="{}"{}><bdi>{}</bdi></a>', cell.address, dress, cell.text)
    if isinstance(cell, datetime):
        return day(cell, program)
    if isinstance(cell, date):
        return day(cell)
    if isinstance(cell, int):
        return quantity(cell)
    return format_html("<bdi>{}</bdi>", cell) if cell not in ("", None) else "\u2013"
