"""The rule's own definitions, word for word, as the pages of help show them.

Source: 40 CFR 62.16375; 62.16570.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("glossary")
SECTIONS = ("62.16375", "62.16570")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A term and the paragraphs that define it; the anchor is its name in addresses."""

    term: str
    anchor: str
    text: tuple[str, ...]


@cache
def definitions(section: str) -> tuple[Definition, ...]:
    """The definitions of a section, in the rule's order."""
    path = FOLDER / f"{section}.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Definition(term=one["term"], anchor=one["anchor"], text=tuple(one["text"]))
        for one in data["definition"]
    )
