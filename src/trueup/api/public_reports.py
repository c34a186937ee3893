"""The public reports, and States' general accounts: the same that the pages show.

No key of a price leads to a transfer or to an account (RGGI-049).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from trueup.api.access import PUBLIC, rule
from trueup.api.asking import READING, After, Limit, NotFound, program_named
from trueup.disclosure.reports import catalogue
from trueup.disclosure.reports.entries import Chosen
from trueup.rules.program import Program
from trueup.state_accounts import statements

router = Router(tags=["Public reports"])
Year = Annotated[int | None, Query(ge=2000, le=2200)]
Word = Annotated[str, Query(max_length=60, pattern=r"^[^\x00]*$")]


class ReportSummary(Schema):
    number: int
    name: str
    columns: list[str]
    filters: list[str]
    cite: str


class ReportPage(Schema):
    """Each row has a cell for each column, in their order; null is not known."""

    name: str
    columns: list[str]
    rows: list[list[str | int | float | None]]
    next: int | None


class AccountStatement(Schema):
    account: str
    year: int
    brought: int
    allocated: int
    moved_in: int
    moved_out: int
    offered: int
    returned: int
    awarded: int
    sold: int
    retired: int
    left: int


class BudgetKeptApart(Schema):
    jurisdiction: str
    issued: int
    in_state_accounts: int
    in_market: int
    retired: int
    used: dict[str, int]


@router.get("/{program}/reports", response={200: list[ReportSummary], **READING})
@rule(PUBLIC)
def list_reports(request: HttpRequest, program: str) -> list[ReportSummary]:
    """The reports that a program publishes."""
    _publishing(program)
    return [
        ReportSummary(
            number=report.number,
            name=report.name,
            columns=[column.key for column in report.columns],
            filters=list(report.filters),
            cite=report.cite,
        )
        for report in catalogue.REPORTS
    ]


@router.get("/{program}/reports/{name}", response={200: ReportPage, **READING})
@rule(PUBLIC)
def get_report(
    request: HttpRequest,
    program: str,
    name: str,
    *,
    state: Word = "",
    year: Year = None,
    period: Word = "",
    kind: Word = "",
    search: Word = "",
    limit: Limit = 100,
    after: After = 0,
) -> ReportPage:
    """Rows of a report; `after` is `next` of the page before."""
    rules = _publishing(program)
    report = catalogue.BY_NAME.get(name)
    if report is None:
        raise NotFound(f"There is no report “{name}”.")
    chosen = Chosen(
        state=state.upper(),
        year=year,
        period=rules.period_named(period) if period else None,
        kind=kind,
        search=search,
    )
    found = report.read(rules, chosen, limit + 1, after)
    page = found[:limit]
    return ReportPage(
        name=report.name,
        columns=[column.key for column in report.columns],
        rows=[[_cell(cell) for cell in row.cells] for row in page],
        next=page[-1].key if len(found) > limit else None,
    )


@router.get(
    "/{program}/state-accounts/{jurisdiction}/{year}",
    response={200: list[AccountStatement], **READING},
)
@rule(PUBLIC)
def get_statements(
    request: HttpRequest, program: str, jurisdiction: str, year: int
) -> list[AccountStatement]:
    """What each account of a State got, gave and has left in a year."""
    rules = program_named(program)
    if rules.market.state_accounts is None or jurisdiction not in rules.jurisdictions:
        raise NotFound("There are no such accounts.")
    if not 2000 <= year <= 2200:
        raise NotFound("There is no such year.")
    found = statements.statements(program=rules.code, jurisdiction=jurisdiction, year=year)
    return [
        AccountStatement(
            account=of.purpose,
            **{
                name: getattr(of, name)
                for name in AccountStatement.model_fields
                if name != "account"
            },
        )
        for of in found
    ]


@router.get("/{program}/state-budgets", response={200: list[BudgetKeptApart], **READING})
@rule(PUBLIC)
def get_budgets(request: HttpRequest, program: str) -> list[BudgetKeptApart]:
    """Each State's allowances and where they are, wherever they were used."""
    rules = program_named(program)
    if rules.market.state_accounts is None:
        raise NotFound("The States of this program have no such accounts.")
    return [
        BudgetKeptApart(
            jurisdiction=of.jurisdiction,
            issued=of.issued,
            in_state_accounts=of.in_state_accounts,
            in_market=of.in_market,
            retired=of.retired,
            used=dict(of.used),
        )
        for of in statements.state_budgets(program=rules.code)
    ]


def _publishing(program: str) -> Program:
    rules = program_named(program)
    if not catalogue.publishes(rules):
        raise NotFound("This program publishes no such reports.")
    return rules


def _cell(value: object) -> str | int | float | None:
    if value is None or isinstance(value, str | int | float):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
