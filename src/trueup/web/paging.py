"""Lists in parts, cut by the key of the last row shown: the last is as quick as the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from django.http import HttpRequest

PAGE_SIZE = 50
_LARGEST_KEY = 2**63 - 1

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """One part of a list, with the addresses of the first and of the next part."""

    rows: Sequence[Row]
    size: int
    first: bool
    start: str
    next: str


def number_after(request: HttpRequest, name: str = "after") -> int:
    """The number after which the page begins; what is not a number begins at the start."""
    text = request.GET.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return 0
    return min(int(text), _LARGEST_KEY)


def page_of(
    request: HttpRequest,
    rows: Sequence[Row],
    *,
    key: Callable[[Row], object],
    size: int = PAGE_SIZE,
    name: str = "after",
) -> Page[Row]:
    """A page of rows that were read with a limit of `size` + 1, to see whether more follow."""
    shown = rows[:size]
    return Page(
        rows=shown,
        size=size,
        first=not request.GET.get(name),
        start=_address(request, name, None),
        next=_address(request, name, key(shown[-1])) if len(rows) > size else "",
    )


def continued(
    request: HttpRequest, page: Page[Row], *, key: object, name: str = "after"
) -> Page[Row]:
    """The same page with more to follow after a key, though fewer rows than fit were found."""
    return replace(page, next=_address(request, name, key))


def _address(request: HttpRequest, name: str, value: object) -> str:
    query = request.GET.copy()
    query.pop(name, None)
    if value is not None:
        query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path
