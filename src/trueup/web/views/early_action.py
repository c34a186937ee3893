"""Early action for everybody and for sponsors: pools, projects, awards, what is left.

Source: 40 CFR 62.16231; 62.16235(e); 62.16431; preamble IV.D.6.b, V.D.4; MASS-094 to
MASS-100; RATE-213, RATE-222 to RATE-231; PLAT-052.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.allocation import early_reads
from trueup.allocation.early_entries import (
    EarlyActionAwardEntry,
    EarlyActionProjectEntry,
    EarlyActionState,
)
from trueup.allocation.early_settings import rules_of
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.resources import queries as resources
from trueup.resources.filing import SUBMISSIONS
from trueup.rules import programs
from trueup.rules.early_action import YEARS
from trueup.rules.program import Program
from trueup.web import charts
from trueup.web.access import caller_of, public, registered
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.views.pictures import look_of, picture

COLUMNS = (
    *("state", "switched_on", "set_aside", "projects", "asked_mwh", "early", "matching"),
    *("not_matched", "to_units", "left", "left_to_match"),
)


def with_early_action_or_404(code: str) -> Program:
    """A program that knows early action: one in which eligible resources take part."""
    program = program_or_404(code)
    if program.resources is None or not program.resources.early_years:
        raise Http404("The program knows no early action.")
    return program


def state_or_404(program: Program, jurisdiction: str) -> str:
    """A State of the program."""
    if jurisdiction not in program.jurisdictions:
        raise Http404("There is no such State in this program.")
    return jurisdiction


def early_link(code: str) -> Link:
    return Link(name=_("Early action"), address=reverse("early-action", args=[code]))


@public
@require_safe
def early_action(request: HttpRequest, code: str) -> HttpResponse:
    """Early action in every State: what there is, who asked, what was awarded, what is left.

    Source: 40 CFR 62.16231; 62.16431; MASS-096 to MASS-099; RATE-213.
    """
    program = with_early_action_or_404(code)
    rows = early_reads.states_of(code)
    return page(
        request,
        "early_action/list",
        program=program,
        trail=program_trail(program),
        rows=rows,
        names=program.jurisdictions,
        totals=totals_of(rows),
        csv=reverse("early-action-csv", args=[code]),
    )


def totals_of(rows: Sequence[EarlyActionState]) -> dict[str, int]:
    """The figures of all States together."""
    return {
        "pool": sum(row.pool for row in rows),
        "projects": sum(row.projects for row in rows),
        "early": sum(row.early for row in rows),
        "matching": sum(row.matching for row in rows),
        "left": sum(row.left for row in rows),
        "left_matching": sum(row.left_matching for row in rows),
        "on": sum(1 for row in rows if row.is_on),
    }


@public
@require_safe
def early_action_csv(_request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The same for a spreadsheet."""
    with_early_action_or_404(code)
    return csv_download("early-action", COLUMNS, _csv_rows(early_reads.states_of(code)))


def _csv_rows(rows: Iterable[EarlyActionState]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            row.jurisdiction,
            "yes" if row.is_on else "no",
            row.pool,
            row.projects,
            row.asked_mwh,
            row.early,
            row.matching,
            row.unmatched,
            row.leftover,
            row.left,
            row.left_matching,
        )


@public
@require_safe
def awards_chart(request: HttpRequest, code: str) -> HttpResponse:
    """What was awarded and what is left, of all States together."""
    with_early_action_or_404(code)
    return _chart(request, totals_of(early_reads.states_of(code)))


def _chart(request: HttpRequest, totals: dict[str, int]) -> HttpResponse:
    series = [_("Awarded"), _("Left")]
    rows: list[dict[str, str | int]] = [
        {"year": label, "series": name, "amount": amount}
        for label, awarded, left in (
            (_("Early"), totals["early"], totals["left"]),
            (_("Matching"), totals["matching"], totals["left_matching"]),
        )
        for name, amount in zip(series, (awarded, left), strict=True)
    ]
    drawn = charts.amounts_by_year(
        rows, shown=look_of(request), series=series, unit=_("Instruments")
    )
    return picture(request, drawn)


@public
@require_safe
def early_action_state(request: HttpRequest, code: str, jurisdiction: str) -> HttpResponse:
    """Early action in one State: what is set, its projects, and what units got of the rest.

    Source: 40 CFR 62.16231; 62.16431; MASS-094 to MASS-099.
    """
    program = with_early_action_or_404(code)
    state = state_or_404(program, jurisdiction)
    (row,) = early_reads.states_of(code, jurisdictions=[state])
    found = early_reads.projects(
        code, jurisdiction=state, limit=PAGE_SIZE + 1, after=number_after(request)
    )
    shares = early_reads.leftover_shares(program=code, jurisdiction=state)
    return page(
        request,
        "early_action/state",
        program=program,
        trail=program_trail(program, early_link(code)),
        place=program.jurisdictions[state],
        row=row,
        rules=rules_of(code, state),
        page=page_of(request, found, key=lambda one: one.id),
        shares=shares,
        **listed(found, shares=[share.account for share in shares]),
    )


def listed(
    found: Sequence[EarlyActionProjectEntry], *, shares: Iterable[int] = ()
) -> dict[str, Any]:
    """What tables of projects show beside them: awards, files, accounts."""
    ids = [one.id for one in found]
    return {
        "awards": early_reads.awards_of_all(ids),
        "files": early_reads.files_of(ids),
        "accounts": ledger.accounts_by_id({*(one.account for one in found), *shares}),
    }


@public
@require_safe
def state_chart(request: HttpRequest, code: str, jurisdiction: str) -> HttpResponse:
    """What was awarded and what is left in one State."""
    program = with_early_action_or_404(code)
    state = state_or_404(program, jurisdiction)
    return _chart(request, totals_of(early_reads.states_of(code, jurisdictions=[state])))


def project_or_404(code: str, key: int) -> EarlyActionProjectEntry:
    """A project of the program."""
    found = early_reads.project(key)
    if found is None or found.program != code:
        raise Http404("There is no such project.")
    return found


def project_context(found: EarlyActionProjectEntry) -> dict[str, Any]:
    """What the pages of a project show of it."""
    file = early_reads.files_of([found.id]).get(found.id)
    awards: list[EarlyActionAwardEntry] = early_reads.awards_of(found.id)
    return {
        "found": found,
        "file": file,
        "resource": resources.resource(file.resource) if file is not None else None,
        "awarded": awards,
        "account": ledger.account(found.account),
        "years": YEARS,
    }


@public
@require_safe
def early_action_project(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """A project of early action: what it is, what it asks for, what it was awarded.

    Source: 40 CFR 62.16231; 62.16431; MASS-094 to MASS-096; RATE-213.
    """
    program = with_early_action_or_404(code)
    found = project_or_404(code, key)
    state = program.jurisdictions[found.jurisdiction]
    return page(
        request,
        "early_action/project",
        program=program,
        trail=program_trail(
            program,
            early_link(code),
            Link(name=state.name, address=reverse("early-action-state", args=[code, state.code])),
        ),
        **project_context(found),
    )


@registered
@require_safe
def my_early_action(request: HttpRequest) -> HttpResponse:
    """The projects of early action whose awards go to one's accounts.

    Source: 40 CFR 62.16235(e)(2); MASS-095; PLAT-052.
    """
    caller = caller_of(request)
    mine = caller.represents | caller.delegated.get(SUBMISSIONS, frozenset()) | caller.views
    known = ledger.accounts_by_id(sorted(mine))
    codes = sorted({account.program for account in known.values()})
    found = [
        one for code in codes for one in early_reads.projects(code, account=mine, limit=PAGE_SIZE)
    ]
    return page(
        request,
        "early_action/mine",
        trail=[Link(name=_("Your accounts"), address=reverse("you"))],
        rows=found,
        may_apply=[
            known[one] for one in sorted(caller.represents & set(known)) if _takes(known[one])
        ],
        **listed(found),
    )


def _takes(account: AccountEntry) -> bool:
    """Whether an account can be credited with early action."""
    rules = programs.load(account.program).resources
    return account.kind == "general" and rules is not None and bool(rules.early_years)
