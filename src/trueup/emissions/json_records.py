"""Read the members of JSON records, and keep what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from trueup.emissions.refusals import PROBLEMS_MAX, IncompleteRecord, NotANumber, NotReadable
from trueup.emissions.totals import DECIMALS_MAX, MASS_MAX
from trueup.rules.refusal import Refusal, Refused


@dataclass(slots=True)
class Problems:
    """The problems of a file: the first ones, and the number of all."""

    count: int = 0
    _shown: list[Refusal] = field(default_factory=list)

    def add(self, problem: Refusal) -> None:
        self.count += 1
        if len(self._shown) < PROBLEMS_MAX:
            self._shown.append(problem)

    @property
    def shown(self) -> tuple[Refusal, ...]:
        return tuple(self._shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a list, its number there from 1, and where its problems go."""

    members: Mapping[str, Any]
    list_name: str
    number: int
    problems: Problems

    def refuse(self, kind: type[Refusal], sentence: str) -> None:
        """Keep a problem of this record."""
        where = f"{self.list_name} record {self.number}"
        self.problems.add(kind(f"{where}: {sentence}", row=self.number))

    def location(self) -> str | None:
        """The unit or the stack that the record names; it names exactly one of the two."""
        names = [self.members.get(name) for name in ("unitId", "stackPipeId")]
        given = [name.strip() for name in names if isinstance(name, str) and name.strip()]
        if len(given) == 1:
            return given[0]
        self.refuse(IncompleteRecord, f"it names {len(given)} locations; a record names one.")
        return None

    def quantity(
        self, name: str, *, negative: type[Refusal], decimals: int = DECIMALS_MAX
    ) -> Decimal | None:
        """A measured quantity, or None if it is missing or has a problem."""
        value = self.members.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.refuse(NotANumber, f"“{name}” is {value!r}, not a number.")
        elif value < 0:
            self.refuse(negative, f"“{name}” is {value}: it is negative.")
        elif value >= MASS_MAX:
            self.refuse(NotANumber, f"“{name}” is {value}: it is too large.")
        elif Decimal(value) != round(Decimal(value), decimals):
            self.refuse(NotANumber, f"“{name}” is {value}: it has over {decimals} decimals.")
        else:
            return Decimal(value)
        return None

    def records(self, name: str) -> list[Record]:
        """The records of a list inside this one."""
        return list(records_of(self.members, name, self.problems, inside=self))


def records_of(
    members: Mapping[str, Any], name: str, problems: Problems, *, inside: Record | None = None
) -> Iterator[Record]:
    """The records of a list, numbered from 1; a list that is missing is empty.

    Raises Refused (`not_readable`) if it is no list of records.
    """
    values = members.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        row = inside.number if inside is not None else None
        raise Refused([NotReadable(f"“{name}” is not a list of records.", row=row)])
    for number, value in enumerate(values, start=1):
        if inside is None:
            yield Record(members=value, list_name=name, number=number, problems=problems)
        else:  # Named by the outer record, which is easier to find.
            yield Record(
                members=value, list_name=inside.list_name, number=inside.number, problems=problems
            )
