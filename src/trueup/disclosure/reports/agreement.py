"""Whether the reports agree with the books: what the nightly check asks.

Every row is read as it is published, and what the rows add up to is compared with the
journal, the holdings or the records that they are made from.

Source: RGGI-048 (“each report's totals agree with the ledger”).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from trueup.compliance import queries as compliance
from trueup.disclosure.reports import catalogue, emitted, market
from trueup.disclosure.reports.entries import Chosen, Report, ReportRow
from trueup.ledger import queries as ledger
from trueup.ledger.flow_reads import allocated_totals
from trueup.rules import programs
from trueup.rules.programs import Program
from trueup.state_accounts.queries import transactions_of

BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A report that says something else than the records below it."""

    report: str
    shown: Decimal
    recorded: Decimal

    def __str__(self) -> str:
        return f"{self.report}: the report says {self.shown:,}, the records {self.recorded:,}"


def all_rows(report: Report, program: Program, chosen: Chosen) -> Iterator[ReportRow]:
    """Every row of a report, read in parts; a constant number of statements each.

    Source: RGGI-047 (downloads).
    """
    after = 0
    while rows := report.read(program, chosen, BATCH, after):
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1].key


def disagreements(code: str) -> list[Disagreement]:
    """The reports of a program that do not agree with its books; empty if all do.

    Source: RGGI-048.
    """
    program = programs.load(code)
    found = []
    for name, check in _CHECKS.items():
        for shown, recorded in check(program, catalogue.BY_NAME[name]):
            if shown != recorded:
                found.append(Disagreement(report=name, shown=shown, recorded=recorded))
    return found


Compared = Iterator[tuple[Decimal, Decimal]]


def _sum(report: Report, program: Program, column: str, chosen: Chosen) -> Decimal:
    place = [of.key for of in report.columns].index(column)
    return sum(
        (Decimal(str(row.cells[place] or 0)) for row in all_rows(report, program, chosen)),
        Decimal(0),
    )


def _accounts(program: Program, report: Report) -> Compared:
    shown = sum(1 for _ in all_rows(report, program, Chosen()))
    yield Decimal(shown), Decimal(sum(ledger.account_counts(program=program.code).values()))


def _allocations(program: Program, report: Report) -> Compared:
    recorded = allocated_totals(program=program.code, kinds=market.ALLOCATING)
    yield (
        _sum(report, program, "quantity", Chosen()),
        Decimal(sum(quantity for _, _, quantity in recorded)),
    )


def _applications(program: Program, report: Report) -> Compared:
    place = [of.key for of in report.columns].index("application")
    numbers = [int(str(row.cells[place])) for row in all_rows(report, program, Chosen())]
    recorded = ledger.transactions(transactions_of(numbers, program=program.code))
    yield (
        _sum(report, program, "given", Chosen()),
        Decimal(sum(entry.quantity for entry in recorded)),
    )


def _years(program: Program, report: Report) -> Compared:
    """A source's year is rounded: a difference of half a ton a row is none."""
    rows = sum(1 for _ in all_rows(report, program, Chosen()))
    shown = _sum(report, program, "tons", Chosen())
    first = program.schedule.printed[0].first_year
    recorded = emitted.total_tons(program, range(first + 200))
    yield shown, shown if abs(shown - recorded) <= Decimal(rows) / 2 else recorded


def _findings(program: Program, report: Report) -> Compared:
    for period in compliance.periods_settled(program=program.code):
        totals = compliance.totals_by_state(program=program.code, period=period)
        yield (
            _sum(report, program, "deducted", Chosen(period=period)),
            Decimal(sum(total.deducted for total in totals.values())),
        )


_CHECKS: dict[str, Callable[[Program, Report], Compared]] = {
    "accounts": _accounts,
    "set-asides": _applications,
    "annual-emissions": _years,
    "compliance": _findings,
    "allocations": _allocations,
}
