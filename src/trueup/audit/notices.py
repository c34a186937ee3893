"""The texts of notices: one file an event in `texts/`, readable by anyone.

The first line of a file is the subject, the rest the body. `{name}` stands for a value
that the notice must have. `{name?}` stands for one that it may have: without it the
whole line is left out, and with it a heading (a line that ends in a colon) just above.
A value that is a list fills a line for each of its items.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources

from django.utils import timezone

from trueup.rules.refusal import Refusal
from trueup.rules.serials import SerialBlock

ContextItem = str | int | Decimal | date | SerialBlock | Refusal | None
ContextValue = ContextItem | Sequence[ContextItem]

# A mail lists this many items and says how many more there are.
ITEMS_MAX = 1000
SUBJECT_MAX = 400

_PLACE = re.compile(r"\{([a-z_]+)(\??)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a text, cut at its places: text, name, text, name, ..., text."""

    pieces: tuple[str, ...]
    optional: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        return self.pieces[1::2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The text of an event's notice."""

    subject: Line
    body: tuple[Line, ...]

    @property
    def names(self) -> dict[str, bool]:
        """The values that the text can take, and whether it must have each."""
        names: dict[str, bool] = {}
        for line in (self.subject, *self.body):
            for name in line.names:
                names[name] = names.get(name, False) or name not in line.optional
        return names


def events() -> tuple[str, ...]:
    """The events that have a text, in alphabetical order."""
    folder = resources.files("trueup.audit") / "texts"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".txt") for name in names if name.endswith(".txt")))


@cache
def text_of(event: str) -> Text:
    """The text of an event's notice.

    Raises ValueError if there is none, which is a caller's bug.
    """
    file = resources.files("trueup.audit") / "texts" / f"{event}.txt"
    if not re.fullmatch(r"[a-z_]+", event) or not file.is_file():
        raise ValueError(f"there is no text for the event {event!r}")
    subject, *body = file.read_text(encoding="utf-8").rstrip("\n").split("\n")
    return Text(subject=_cut(subject), body=tuple(_cut(line) for line in body))


def render(event: str, context: Mapping[str, ContextValue]) -> tuple[str, str]:
    """The subject and the body of an event's notice.

    Raises ValueError if a value is missing or no text can show it, which is a caller's bug.
    """
    text = text_of(event)
    shown = {name: _shown(name, value) for name, value in context.items()}
    subject = " ".join(" ".join(_filled(event, text.subject, shown)).split())
    body: list[str] = []
    for line in text.body:
        filled = _filled(event, line, shown)
        if not filled and body and body[-1].endswith(":"):
            body.pop()  # A heading with nothing below it.
        body += filled
    return subject, _without_double_blanks(body)


def _cut(line: str) -> Line:
    pieces = _PLACE.split(line)
    names = pieces[1::3]
    optional = frozenset(name for name, mark in zip(names, pieces[2::3], strict=True) if mark)
    return Line(
        pieces=tuple(pieces[i] for i in range(len(pieces)) if i % 3 != 2), optional=optional
    )


def _filled(event: str, line: Line, shown: Mapping[str, str | list[str]]) -> list[str]:
    names = line.names
    if not names:
        return [line.pieces[0]]
    values: list[str | list[str]] = []
    for name in names:
        value = shown.get(name, "")
        if not value:
            if name in line.optional:
                return []
            raise ValueError(f"a notice of {event} needs {name}")
        values.append(value)
    rows = max((len(value) for value in values if isinstance(value, list)), default=1)
    filled = []
    for row in range(rows):
        parts = [line.pieces[0]]
        for value, after in zip(values, line.pieces[2::2], strict=True):
            parts.append(value if isinstance(value, str) else value[row])
            parts.append(after)
        filled.append("".join(parts))
    return filled


def _shown(name: str, value: ContextValue) -> str | list[str]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return _item(name, value)
    items = [_item(name, item) for item in value[:ITEMS_MAX]]
    if len(value) > ITEMS_MAX:
        items.append(f"... and {len(value) - ITEMS_MAX:,} more, which the registry shows")
    return items


def _item(name: str, value: ContextItem) -> str:  # noqa: PLR0911 - one a type.
    match value:
        case str():
            return value
        case None:
            return ""
        case int():
            return f"{value:,}"
        case datetime():
            return f"{timezone.localtime(value, timezone.get_default_timezone()):%Y-%m-%d %H:%M %Z}"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:,f}"
        case SerialBlock():
            return str(value)
        case Refusal():
            return f"{value.sentence} ({value.cite})"
        case _:
            raise ValueError(f"a notice cannot show {name}: {value!r}")


def _without_double_blanks(lines: Sequence[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    return "\n".join(kept).strip("\n")
