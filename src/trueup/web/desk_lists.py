"""Lists of the desk: filtered, sorted by a column, cut by the place of the last row shown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from trueup.web.paging import PAGE_SIZE, Page, number_after, page_of
from trueup.web.sorting import Sorting

Entry = TypeVar("Entry")
Row = TypeVar("Row", bound=Model)


def page_of_rows(
    request: HttpRequest, rows: QuerySet[Row], sorting: Sorting, fields: Mapping[str, str]
) -> Page[Row]:
    """A page of a table, in the order chosen; what follows begins after the last row's place.

    Args:
        fields: The field by which each key of the sorting orders.
    """
    field = fields[sorting.key]
    after = number_after(request)
    if after:
        last = rows.model._default_manager.filter(pk=after).values_list(field, flat=True).first()
        if last is not None:
            rows = rows.filter(_beyond(field, last, after, sorting.is_descending))
    sign = "-" if sorting.is_descending else ""
    found = list(rows.order_by(f"{sign}{field}", f"{sign}pk")[: PAGE_SIZE + 1])
    return page_of(request, found, key=lambda row: row.pk)


def page_of_list(
    request: HttpRequest,
    entries: list[Entry],
    sorting: Sorting,
    keys: Mapping[str, Callable[[Entry], Any]],
) -> Page[Entry]:
    """A page of a list that is at hand, in the order chosen."""
    ordered = sorted(entries, key=keys[sorting.key], reverse=sorting.is_descending)
    after = number_after(request)
    part = [(after + place, entry) for place, entry in enumerate(ordered[after:], start=1)]
    page = page_of(request, part[: PAGE_SIZE + 1], key=operator.itemgetter(0))
    return Page(
        rows=[entry for _, entry in page.rows],
        size=page.size,
        first=page.first,
        start=page.start,
        next=page.next,
    )


def any_of(conditions: list[Q]) -> Q:
    """One of these at least; none of nothing."""
    return reduce(operator.or_, conditions, Q(pk__in=()))


def _beyond(field: str, value: object, pk: int, is_descending: bool) -> Q:
    way = "lt" if is_descending else "gt"
    return Q(**{f"{field}__{way}": value}) | Q(**{field: value, f"pk__{way}": pk})
