"""States' general accounts in public: what each is for, got, gave and has left.

Source: RGGI-003, RGGI-020 to RGGI-029.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.programs import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.state_accounts import queries, statements
from trueup.state_accounts.entries import StateBudget, Statement
from trueup.state_accounts.places import all_accounts
from trueup.web.access import caller_of, public
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of

OWN_SHOWN = 20
COLUMNS = (
    "brought",
    "allocated",
    "moved_in",
    "returned",
    "other",
    "moved_out",
    "offered",
    "awarded",
    "sold",
    "retired",
    "left",
)


@public
@require_safe
def state_accounts(request: HttpRequest, code: str) -> HttpResponse:
    """The States' accounts with what they hold, the years divided, and budgets kept apart.

    Source: RGGI-003, RGGI-020, RGGI-026, RGGI-028.
    """
    program = state_program_or_404(code)
    entries = all_accounts(program.code)
    held = ledger.totals_of([entry.id for entry in entries])
    rules = program.market.state_accounts
    known = {of.purpose: of for of in rules.accounts} if rules is not None else {}
    budgets, refusals = _budgets(program)
    return page(
        request,
        "state_accounts",
        program=program,
        trail=program_trail(program),
        accounts=[
            {"entry": entry, "rule": known[entry.purpose], "quantity": held[entry.id]}
            for entry in entries
        ],
        distributions=queries.distributions(program=program.code, limit=PAGE_SIZE),
        budgets=budgets,
        refusals=refusals,
        own_sources=_own_sources(request, program),
    )


@public
@require_safe
def state_account_statements(
    request: HttpRequest, code: str, jurisdiction: str, year: int
) -> HttpResponse:
    """What each account of a State got and gave in a year; not shown if it does not add up.

    Source: RGGI-029.
    """
    program = state_program_or_404(code)
    found, refusals = _statements(program, jurisdiction, year)
    moved = queries.shifts(
        program=program.code,
        jurisdiction=jurisdiction,
        limit=PAGE_SIZE + 1,
        before=number_after(request) or None,
    )
    return page(
        request,
        "state_account_statements",
        program=program,
        trail=program_trail(program, _all_accounts(program)),
        place=program.jurisdictions[jurisdiction],
        year=year,
        statements=found,
        refusals=refusals,
        page=page_of(request, moved, key=lambda row: row.id),
        csv=reverse("state-account-statements-csv", args=[program.code, jurisdiction, year]),
    )


@public
@require_safe
def state_account_statements_csv(
    _request: HttpRequest, code: str, jurisdiction: str, year: int
) -> HttpResponseBase:
    """The statements as a file.

    Source: RGGI-029, RGGI-047.
    """
    program = state_program_or_404(code)
    found, refusals = _statements(program, jurisdiction, year)
    if refusals:
        return HttpResponse(
            "\n".join(refusal.sentence for refusal in refusals),
            status=409,
            content_type="text/plain; charset=utf-8",
        )
    return csv_download(
        f"{program.code}-{jurisdiction}-{year}-state-accounts",
        ("state", "account", "year", *COLUMNS),
        (
            (jurisdiction, of.purpose, of.year, *(getattr(of, name) for name in COLUMNS))
            for of in found
        ),
    )


@public
@require_safe
def state_application(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One application to a set-aside: what was asked for, and what became of it.

    Source: RGGI-027.
    """
    program = state_program_or_404(code)
    try:
        found = queries.application(number, program=program.code)
    except Refused as refused:
        raise Http404(_("There is no such application.")) from refused
    rules = program.market.state_accounts
    certificates = queries.certificates(number, limit=PAGE_SIZE + 1, after=number_after(request))
    return page(
        request,
        "state_application",
        program=program,
        trail=program_trail(
            program,
            Link(
                name=_("Applications to set-asides"),
                address=reverse("report", args=[program.code, "set-asides"]),
            ),
        ),
        application=found,
        rule=rules.of_purpose(found.purpose) if rules is not None else None,
        page=page_of(request, certificates, key=lambda row: row[0]),
    )


def state_program_or_404(code: str) -> Program:
    """A program whose States have general accounts."""
    program = program_or_404(code)
    if program.market.state_accounts is None:
        raise Http404(_("The States of this program have no such accounts."))
    return program


def _own_sources(request: HttpRequest, program: Program) -> list[AccountEntry]:
    """The compliance accounts for which the reader can ask for allowances."""
    mine = ledger.accounts_by_id(caller_of(request).represents)
    return [
        entry
        for _, entry in sorted(mine.items())
        if entry.program == program.code and entry.kind == "compliance"
    ][:OWN_SHOWN]


def _all_accounts(program: Program) -> Link:
    return Link(name=_("State accounts"), address=reverse("state-accounts", args=[program.code]))


def _budgets(program: Program) -> tuple[list[StateBudget], Iterable[Refusal]]:
    try:
        return statements.state_budgets(program=program.code), ()
    except Refused as refused:
        return [], refused.refusals


def _statements(
    program: Program, jurisdiction: str, year: int
) -> tuple[list[Statement], Iterable[Refusal]]:
    if jurisdiction not in program.jurisdictions:
        raise Http404(_("There is no such State."))
    try:
        found = statements.statements(program=program.code, jurisdiction=jurisdiction, year=year)
    except Refused as refused:
        return [], refused.refusals
    return found, ()
