"""Credits of a whole program: the supply by category, and what was done year by year.

Source: 40 CFR 62.16515(i)(2); RATE-209; PLAT-142.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from trueup.disclosure.kept_sums import Sums, kept
from trueup.ledger import queries as ledger
from trueup.ledger.fate_reads import yearly_totals
from trueup.rules.programs import Program

RETIREMENT = "retirement"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryTotal:
    """Credits of a category and the year of their MWh: still held, and retired."""

    category: str
    vintage: int
    held: int
    retired: int

    @property
    def issued(self) -> int:
        return self.held + self.retired


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTotal:
    """What was done with credits in a year; no system of another country is connected.

    Attributes:
        deducted: For compliance. retired: By their holders' own wish.
        moved_in, moved_out: From and to other tracking systems (62.16515(j)).
    """

    year: int
    issued: int
    transferred: int
    deducted: int
    retired: int
    cancelled: int
    moved_in: int = 0
    moved_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTotals:
    """The supply by category, and the years, the earliest first."""

    categories: tuple[CategoryTotal, ...]
    years: tuple[YearTotal, ...]


def credit_totals(program: str) -> tuple[CreditTotals, datetime]:
    """The sums over a program's credits, and when they were read.

    Source: 40 CFR 62.16515(i)(2); RATE-209; docs/decisions/0295.
    """
    return kept(CREDITS, program)


def _make(program: Program, _argument: str, _at: datetime) -> CreditTotals:
    return CreditTotals(categories=_categories(program), years=_years(program))


def _categories(program: Program) -> tuple[CategoryTotal, ...]:
    held: defaultdict[tuple[int, str], int] = defaultdict(int)
    retired: defaultdict[tuple[int, str], int] = defaultdict(int)
    for total in ledger.lot_totals(program.code):
        if total.lot.category:
            sums = retired if total.kind == RETIREMENT else held
            sums[total.vintage, total.lot.category] += total.quantity
    return tuple(
        CategoryTotal(
            category=category,
            vintage=vintage,
            held=held[vintage, category],
            retired=retired[vintage, category],
        )
        for vintage, category in sorted({*held, *retired})
    )


def _years(program: Program) -> tuple[YearTotal, ...]:
    found = yearly_totals(program.code)

    def total(year: int, kind: str) -> int:
        return found.get((year, kind), (0, 0))[1]

    return tuple(
        YearTotal(
            year=year,
            issued=total(year, "originate"),
            transferred=total(year, "transfer"),
            deducted=total(year, "deduct"),
            retired=total(year, "retire"),
            cancelled=total(year, "cancel"),
        )
        for year in sorted({year for year, _ in found})
    )


def _usual(program: Program, _at: datetime) -> list[str]:
    return [""] if program.is_rate_based else []


CREDITS = Sums(name="credits", make=_make, usual=_usual)
