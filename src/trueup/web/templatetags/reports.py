"""Cells of the public reports, as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django import template
from django.utils.text import capfirst

from trueup.disclosure.reports.entries import DAY, MONEY, NUMBER, WORD, Column
from trueup.web.report_words import worded
from trueup.web.templatetags.pages import NOTHING, day

register = template.Library()


@register.filter
def cell(value: object, column: Column) -> str:
    """A cell in words of the reader's language; a dash for what is not known."""
    if value is None or value == "":
        return NOTHING
    if column.kind == DAY and isinstance(value, date):
        return day(value)
    if column.kind == MONEY and isinstance(value, int | float | Decimal):
        return f"{value:,.2f}"
    if column.kind == NUMBER and isinstance(value, int | Decimal):
        return f"{value:,}"
    if column.kind == WORD:
        return capfirst(worded(value))
    return str(value)


@register.filter
def in_words(value: str) -> str:
    """A word of a report as a sentence begins with it."""
    return capfirst(worded(value))


@register.filter
def dollars(cents: float | None) -> str:
    """Cents as dollars and cents."""
    return NOTHING if cents is None else f"{Decimal(str(cents)) / 100:,.2f}"


@register.filter
def paired(cells: Sequence[object], headings: Sequence[object]) -> list[tuple[object, object]]:
    """Each cell of a row with its heading."""
    return list(zip(cells, headings, strict=True))
