"""How a sentence of a feature is written down beside the function that carries it out.

    @sentence('"{person}" retires {quantity} {instruments} of vintage {vintage} of "{source}"')

A name in braces stands for a value; what it looks like and what it becomes follows from
the name. `[is|becomes]` allows either word, `{state:open|frozen|closed}` too, and hands
over which it was; `[, dispatched {dispatched_on}|]` may be there or not. Any keyword may
stand before any sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, ParamSpec, TypeVar

from pytest_bdd import step
from pytest_bdd.parsers import StepParser

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Kind(NamedTuple):
    """What a value looks like in a sentence, and how it is read."""

    pattern: str
    read: Callable[[str], object]


def read_quantity(text: str) -> int | Decimal:
    """A whole number if it is one; another one is the rule's to refuse."""
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else number


def read_moment(text: str) -> datetime:
    """A minute, not yet in a time zone; 24:00 is the end of the day."""
    day, _, minute = text.partition(" ")
    hours, minutes = (int(part) for part in minute.split(":"))
    return datetime.combine(date.fromisoformat(day), time()) + timedelta(
        hours=hours, minutes=minutes
    )


NUMBER = r"-?\d+(?:\.\d+)?"
DAY = r"\d{4}-\d{2}-\d{2}"
TEXT = Kind(r'[^"]*', str)
KINDS: dict[str, Kind] = {
    "quantity": Kind(NUMBER, read_quantity),
    "tons": Kind(NUMBER, Decimal),
    "vintage": Kind(r"\d{4}", int),
    "year": Kind(r"\d{4}", int),
    "first_year": Kind(r"\d{4}", int),
    "last_year": Kind(r"\d{4}", int),
    "oris_code": Kind(r"\d+", int),
    "period": Kind(r"\d{4}(?:-\d{4})?", str),
    "settled": Kind(r"\d{4}(?:-\d{4})?", str),
    "price": Kind(NUMBER, str),
    "interim": Kind(r"\d{4}", str),
    "day": Kind(DAY, date.fromisoformat),
    "dispatched_on": Kind(DAY, date.fromisoformat),
    "received_on": Kind(DAY, date.fromisoformat),
    "moment": Kind(rf"{DAY} \d{{2}}:\d{{2}}", read_moment),
    "instruments": Kind("allowances?|ERCs?", str),
}
_PIECES = re.compile(r"\{(\w+)(?::([^}]+))?\}|\[([^\]]*)\]")


class Sentence(StepParser):
    """Matches a whole sentence and reads its values."""

    def __init__(self, wording: str) -> None:
        super().__init__(wording)
        self.readers: dict[str, Callable[[str], object]] = {}
        self.regex = re.compile(self._pattern(wording))

    def is_matching(self, name: str) -> bool:
        return self.regex.fullmatch(name) is not None

    def parse_arguments(self, name: str) -> dict[str, Any] | None:
        match = self.regex.fullmatch(name)
        if match is None:
            return None
        return {
            key: None if text is None else self.readers[key](text)
            for key, text in match.groupdict().items()
        }

    def _pattern(self, wording: str) -> str:
        parts, position = [], 0
        for piece in _PIECES.finditer(wording):
            parts.append(re.escape(wording[position : piece.start()]))
            parts.append(self._value(piece) if piece[1] else self._either(piece[3]))
            position = piece.end()
        return "".join(parts) + re.escape(wording[position:])

    def _value(self, piece: re.Match[str]) -> str:
        name, choice = piece[1], piece[2]
        kind = Kind("|".join(map(re.escape, choice.split("|"))), str) if choice else None
        kind = kind or KINDS.get(name, TEXT)
        self.readers[name] = kind.read
        return f"(?P<{name}>{kind.pattern})"

    def _either(self, choices: str) -> str:
        return f"(?:{'|'.join(self._pattern(choice) for choice in choices.split('|'))})"


def sentence(wording: str) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Let a function carry out a sentence, whatever keyword stands before it."""
    return step(Sentence(wording))
