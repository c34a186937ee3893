"""Rows of the tables that are shipped with the rules, in `rules/tables/`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def read_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a table that is shipped with the rules, by column.

    Raises FileNotFoundError if there is no such table.
    """
    text = (files("trueup.rules") / "tables" / name).read_text(encoding="utf-8")
    return tuple(MappingProxyType(row) for row in csv.DictReader(text.splitlines()))
