"""A program's file: its sections, checked as they are read.

Every key must be known and present, of its type, and every section must cite its
paragraph; what is wrong is said with file, key and reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

Value = TypeVar("Value")


class ProgramFileError(ValueError):
    """A program's file cannot be used; says file, key and what is wrong."""


class Section:
    """A table of a program's file, from which every key must be taken once.

    Use it in a `with` statement: at the end, keys that nobody took are unknown keys.
    """

    def __init__(self, values: Mapping[str, Any], *, file: str, path: str = "") -> None:
        self._values = dict(values)
        self._file = file
        self.path = path

    def __enter__(self) -> Section:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._values:
            raise self.error(min(self._values), "is not a key of this section")

    def error(self, key: str, reason: str) -> ProgramFileError:
        where = f"{self.path}.{key}" if self.path else key
        return ProgramFileError(f"{self._file}: {where}: {reason}")

    def has(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        """The keys that are still to be taken."""
        return iter(tuple(self._values))

    def text(self, key: str) -> str:
        value = self._take(key, str, "a text")
        if not value.strip():
            raise self.error(key, "is empty")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in choices:
            raise self.error(key, f"must be {' or '.join(choices)}, not {value!r}")
        return value

    def whole(self, key: str, *, at_least: int = 1) -> int:
        value = self._take(key, int, "a whole number")
        if value < at_least:
            raise self.error(key, f"must be at least {at_least}, not {value}")
        return value

    def flag(self, key: str) -> bool:
        return self._take(key, bool, "true or false")

    def texts(self, key: str, *, may_be_empty: bool = False) -> tuple[str, ...]:
        if may_be_empty and self._values.get(key) == []:
            return tuple(self._take(key, list, "a list of texts"))
        return self._list(key, str, "texts")

    def wholes(self, key: str) -> tuple[int, ...]:
        return self._list(key, int, "whole numbers")

    def peek(self, key: str) -> Any:
        """A value that stays to be taken; None if there is none."""
        return self._values.get(key)

    def value(self, key: str) -> Any:
        """A value of whatever type; whoever takes it checks it."""
        value: Any = self._take(key, object, "")
        return value

    def section(self, key: str) -> Section:
        values = self._take(key, dict, "a section")
        return Section(values, file=self._file, path=f"{self.path}.{key}" if self.path else key)

    def list_of_sections(self, key: str) -> list[Section]:
        path = f"{self.path}.{key}" if self.path else key
        return [
            Section(values, file=self._file, path=f"{path}[{place}]")
            for place, values in enumerate(self._list(key, dict, "sections"), start=1)
        ]

    @contextmanager
    def about(self, key: str) -> Iterator[None]:
        """Say of a ValueError inside that it is about this key."""
        try:
            yield
        except ProgramFileError:
            raise
        except (ValueError, FileNotFoundError) as problem:
            raise self.error(key, str(problem)) from problem

    def _take(self, key: str, kind: type[Value], what: str) -> Value:
        if key not in self._values:
            raise self.error(key, "is missing")
        value = self._values.pop(key)
        if not _is_of(kind, value):
            raise self.error(key, f"must be {what}, not {value!r}")
        return value  # type: ignore[no-any-return]

    def _list(self, key: str, kind: type[Value], what: str) -> tuple[Value, ...]:
        values = self._take(key, list, f"a list of {what}")
        if not values or not all(_is_of(kind, value) for value in values):
            raise self.error(key, f"must be a list of {what}, not {values!r}")
        return tuple(values)


def _is_of(kind: type, value: object) -> bool:
    """Like isinstance, but true and false are no whole numbers."""
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))
