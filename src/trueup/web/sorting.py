"""The order of a list, chosen by a link in the heading of a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """By which column a list is ordered, and the addresses that order it otherwise.

    Attributes:
        key: The column's key. name: The word in the address that names it.
        cut: Words of the address that a new order makes void: where a page began.
    """

    key: str
    is_descending: bool
    path: str
    query: QueryDict
    default: str
    name: str = "sort"
    cut: tuple[str, ...] = ("after",)

    @property
    def order(self) -> str:
        """The order as the queries are asked for it: `-` before the key is downwards."""
        return f"-{self.key}" if self.is_descending else self.key

    def address(self, key: str) -> str:
        """The list ordered by a column; by the same one again: the other way round."""
        value = f"-{key}" if key == self.key and not self.is_descending else key
        query = self.query.copy()
        for word in (self.name, *self.cut):
            query.pop(word, None)
        if value != self.default:
            query[self.name] = value
        return f"{self.path}?{query.urlencode()}" if query else self.path

    def direction(self, key: str) -> str:
        """What `aria-sort` says of a column."""
        if key != self.key:
            return ""
        return "descending" if self.is_descending else "ascending"


def sorting_of(
    request: HttpRequest,
    keys: Sequence[str],
    *,
    default: str = "",
    name: str = "sort",
    cut: tuple[str, ...] = ("after",),
) -> Sorting:
    """The order that the address asks for; what is no column of the list asks for nothing.

    Args:
        keys: The columns by which an index allows to order.
        default: The order without a word in the address; `-key` is descending. The first key.
    """
    default = default or keys[0]
    asked = request.GET.get(name, "")
    chosen = asked if asked.removeprefix("-") in keys else default
    return Sorting(
        key=chosen.removeprefix("-"),
        is_descending=chosen.startswith("-"),
        path=request.path,
        query=request.GET,
        default=default,
        name=name,
        cut=cut,
    )
