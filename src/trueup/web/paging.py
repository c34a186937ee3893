"""Lists in parts: cut by the key of the last row shown, so the last page is as quick as the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


def key_from(request: HttpRequest, name: str = "after") -> int:
    """The key that the address gives; anything that is not one starts at the beginning."""
    text = request.GET.get(name, "")
    return min(int(text), _LARGEST_KEY) if text.isascii() and text.isdigit() else 0


def page_of(
    request: HttpRequest,
    rows: Sequence[Row],
    *,
    key: Callable[[Row], int],
    size: int = PAGE_SIZE,
    name: str = "after",
) -> Page[Row]:
    """A page of rows that were read with a limit of `size` + 1, to see whether more follow."""
    shown = rows[:size]
    more = len(rows) > size
    return Page(
        rows=shown,
        size=size,
        first=not key_from(request, name),
        start=_address(request, name, None),
        next=_address(request, name, key(shown[-1])) if more else "",
    )


def _address(request: HttpRequest, name: str, value: int | None) -> str:
    query = request.GET.copy()
    query.pop(name, None)
    if value is not None:
        query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path
