"""The parameters of official acts: read from a form or a call, stored as plain JSON.

What is stored is what a second official approves, so each kind has one way of writing a
value: `clean` gives it, and refuses what it cannot read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any
from uuid import UUID

from trueup.desk.checks import ValueNotUsable
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import SerialBlock, parse_block

TEXT_MAX = 1000
FILE_MAX = 2_000_000
WHOLE_MAX = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One value of an act.

    Attributes:
        kind: A key of KINDS.
        choices: What it can be, for a `choice`.
    """

    name: str
    label: str
    kind: str = "text"
    required: bool = True
    help: str = ""
    choices: tuple[str, ...] = ()


def clean(
    parameters: Sequence[Parameter], values: Mapping[str, Any], *, program: str
) -> dict[str, Any]:
    """The values as they are stored; raises Refused (`value_not_usable`) for each bad one.

    A value that no parameter takes is refused as well: nothing is set by the way.
    """
    problems: list[Refusal] = []
    cleaned: dict[str, Any] = {}
    known = {parameter.name for parameter in parameters}
    for name in sorted(set(values) - known):
        problems.append(ValueNotUsable(f"There is no parameter {name!r} here."))
    for parameter in parameters:
        value = values.get(parameter.name)
        if value in (None, "", [], ()):
            if parameter.required:
                problems.append(ValueNotUsable(f"{parameter.label}: give it."))
            continue
        try:
            read = READERS[parameter.kind](value, parameter, program)
        except Refused as refused:
            problems += [
                ValueNotUsable(f"{parameter.label}: {refusal.sentence}")
                for refusal in refused.refusals
            ]
        except (ValueError, TypeError, InvalidOperation):
            problems.append(
                ValueNotUsable(f"{parameter.label}: “{str(value)[:60]}” cannot be read.")
            )
        else:
            cleaned[parameter.name] = read
    if problems:
        raise Refused(problems)
    return cleaned


def digest_of(act: str, *, program: str, jurisdiction: str, values: Mapping[str, Any]) -> str:
    """What a second official approves, in 64 characters: SHA-256 of everything that counts.

    Source: PLAT-151.
    """
    whole = {"act": act, "program": program, "jurisdiction": jurisdiction, "values": values}
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def blocks_of(values: Mapping[str, Any], name: str = "blocks") -> list[SerialBlock]:
    """Serial numbers as a service takes them."""
    return [parse_block(first, last) for first, last in values[name]]


def shown(parameter: Parameter, value: Any) -> str:
    """A stored value as a page shows it."""
    if parameter.kind == "blocks":
        return ", ".join(first if first == last else f"{first} to {last}" for first, last in value)
    if parameter.kind == "names":
        return ", ".join(value)
    if parameter.kind == "file":
        digest = hashlib.sha256(value.encode()).hexdigest()
        return f"{len(value.splitlines()):,} lines, SHA-256 {digest}"
    if parameter.kind == "boolean":
        return "yes" if value else "no"
    if parameter.kind == "instant":
        return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M} UTC"
    return str(value)


def _text(value: Any, parameter: Parameter, _program: str) -> str:
    text = str(value).strip()
    limit = FILE_MAX if parameter.kind == "file" else TEXT_MAX
    if not text or len(text) > limit or "\x00" in text:
        raise Refused([ValueNotUsable(f"write 1 to {limit:,} characters.")])
    return text


def _whole(value: Any, _parameter: Parameter, _program: str) -> int:
    number = int(str(value).replace(",", "").strip())
    if isinstance(value, bool) or abs(number) > WHOLE_MAX:
        raise ValueError
    return number


def _decimal(value: Any, _parameter: Parameter, _program: str) -> str:
    number = Decimal(str(value).replace(",", "").strip())
    if not number.is_finite():
        raise ValueError
    return f"{number:f}"


def _state(value: Any, _parameter: Parameter, program: str) -> str:
    code = str(value).strip().upper()
    if code not in programs.load(program).jurisdictions:
        raise Refused([ValueNotUsable(f"{code} is no jurisdiction of the program.")])
    return code


def _instant(value: Any, _parameter: Parameter, program: str) -> str:
    """`2016-03-09 09:00` in the program's time zone, or an instant that names its own."""
    moment = datetime.fromisoformat(str(value).strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=programs.load(program).zone)
    return moment.astimezone(UTC).isoformat()


def _period(value: Any, _parameter: Parameter, program: str) -> str:
    return programs.load(program).period_named(str(value).strip()).name


def _blocks(value: Any, _parameter: Parameter, _program: str) -> list[list[str]]:
    """Lines of a form (`AL-2022-1 to AL-2022-50`), pairs, or blocks."""
    lines: Sequence[Any] = (
        [line for line in value.replace(",", "\n").splitlines() if line.strip()]
        if isinstance(value, str)
        else list(value)
    )
    found = []
    for line in lines:
        if isinstance(line, SerialBlock):
            block = line
        elif isinstance(line, str):
            first, _, last = line.partition(" to ")
            block = parse_block(first.strip(), (last or first).strip())
        else:
            block = parse_block(*line)
        found.append([block.first_serial, block.last_serial])
    return found


def _choice(value: Any, parameter: Parameter, _program: str) -> str:
    text = str(value)
    if text not in parameter.choices:
        raise Refused([ValueNotUsable(f"choose one of {', '.join(parameter.choices)}.")])
    return text


def _names(value: Any, _parameter: Parameter, _program: str) -> list[str]:
    words = value.replace(",", " ").split() if isinstance(value, str) else [str(v) for v in value]
    return sorted(set(words))


READERS: Mapping[str, Callable[[Any, Parameter, str], Any]] = MappingProxyType(
    {
        "text": _text,
        "file": _text,
        "account": _text,
        "facility": _whole,
        "person": _whole,
        "whole": _whole,
        "decimal": _decimal,
        "jurisdiction": _state,
        "period": _period,
        "instant": _instant,
        "blocks": _blocks,
        "choice": _choice,
        "names": _names,
        "date": lambda value, _parameter, _program: date.fromisoformat(str(value)).isoformat(),
        "key": lambda value, _parameter, _program: str(UUID(str(value))),
        "boolean": lambda value, _parameter, _program: (
            str(value).lower() in ("1", "true", "yes", "on")
        ),
    }
)


# What many acts ask for.
GROUND = Parameter(name="ground", label="Ground", help="Told to those concerned.")
STATE = Parameter(name="jurisdiction", label="State", kind="jurisdiction")
