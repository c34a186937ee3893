"""A language in which every message of the catalogue stands between ⟦ and ⟧.

What people read on a page in it is either marked, or data, or was forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import trans_real

from tools.message_gaps import LITERAL_ELEMENTS, READ_ATTRIBUTES, VOID

CODE = "es"
_WORD = re.compile(r"[^\W\d_]{2,}")
# What a line of data is put together from: "Barry (AL)", "AL, Alabama".
_PARTS = re.compile(r"[,():;/]+")
_CONTEXT_END = "\x04"
# What names a paragraph, an hour, a file: the same in every language.
_CITES = re.compile(
    r"\b[0-9a-f]{64}\b|(40 CFR|80 FR|RFC|preamble|(PLAT|MASS|RATE|RGGI|AMB)-\d|6[02]\.\d|78\.\d).*"
    r"|E[SD]T|UTC|CSV|PDF|XLSX|JSON|SHA|Trueup|ORIS|CO2?|EPA|PEM|OpenAPI|MWh"
)


class PseudoTranslation:
    """What Django asks of the translations of a language."""

    def gettext(self, message: str) -> str:
        return f"⟦{message.rpartition(_CONTEXT_END)[2]}⟧" if message else ""

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.gettext(singular if count == 1 else plural)

    def to_language(self) -> str:
        return CODE

    def language(self) -> str:
        return CODE


@contextmanager
def pseudo_language() -> Iterator[None]:
    """Put the pseudo-language in the place of Spanish."""
    kept = trans_real._translations.get(CODE)
    trans_real._translations[CODE] = PseudoTranslation()  # type: ignore[assignment]
    try:
        yield
    finally:
        if kept is None:
            del trans_real._translations[CODE]
        else:
            trans_real._translations[CODE] = kept


class Data:
    """The texts of the database and of the programs' data: what no catalogue translates."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        self.more = set(more)

    @cached_property
    def texts(self) -> set[str]:
        found = set(self.more)
        for model in apps.get_models():
            fields = [
                field.attname
                for field in model._meta.concrete_fields
                if isinstance(field, models.CharField | models.TextField | models.JSONField)
            ]
            if fields:
                for row in model._default_manager.values_list(*fields)[:500]:
                    for value in row:
                        found.update(_strings(value))
        return {_plain(text) for text in found}

    @cached_property
    def long_texts(self) -> str:
        return "\n".join(text for text in self.texts if " " in text)

    def has(self, text: str) -> bool:
        """Whether a text on a page is one of these, whole; or several words within one."""
        plain = _plain(text)
        if plain in self.texts or (plain.count(" ") > 1 and plain in self.long_texts):
            return True
        parts = [_plain(part) for part in _PARTS.split(text)]
        return len(parts) > 1 and all(
            part in self.texts for part in parts if part and _WORD.search(_CITES.sub(" ", part))
        )


class Reader(HTMLParser):
    """Read a page as people do, and keep what is neither marked nor data."""

    def __init__(self, data: Data) -> None:
        super().__init__()
        self.data = data
        self.found: list[str] = []
        self.depth = 0
        self._literal: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_literal = bool(self._literal) or tag in LITERAL_ELEMENTS or given.get("lang") == "en"
        is_literal = is_literal or given.get("data-text") == "help"
        for name in READ_ATTRIBUTES & given.keys():
            if not is_literal:
                self._look(given[name], within=False)
        if tag not in VOID and (is_literal or tag in ("bdi", "time", "textarea")):
            self._literal.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._literal:
            while self._literal.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._literal:
            self.depth += data.count("⟦") - data.count("⟧")
        else:
            self._look(data, within=True)

    def _look(self, text: str, *, within: bool) -> None:
        """Keep the words outside all marks; `within`: a mark may span several elements."""
        depth, outside = (self.depth if within else 0), ""
        for letter in text:
            if letter == "⟦":
                depth += 1
                outside += " · "
            elif letter == "⟧":
                depth -= 1
            elif depth == 0:
                outside += letter
        if within:
            self.depth = depth
        for part in re.split(r"[·\n|]| {2,}", outside):
            if _WORD.search(_CITES.sub(" ", part)) and not self.data.has(part):
                self.found.append(" ".join(part.split()))


def forgotten(html: str, data: Data) -> list[str]:
    """The texts of a page that are neither in the catalogue nor data."""
    reader = Reader(data)
    reader.feed(html)
    reader.close()
    return reader.found


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield from value.splitlines()
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _plain(text: str) -> str:
    """A text without what stands around words: numbers, marks, blanks."""
    return re.sub(r"[\W\d_]+", " ", text).strip()
