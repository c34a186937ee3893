"""Documents as PDF: whoever may see a page may have the document of it.

Source: PLAT-088; docs/decisions/0073, 0082, 0274.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from trueup.accounts import queries as registered
from trueup.accounts.certificate_reads import certificate as read_certificate
from trueup.accounts.entries import UnitEntry
from trueup.desk.callers import Caller
from trueup.disclosure.account_statement import statement_head
from trueup.documents import jobs as document_jobs
from trueup.documents import queries, services
from trueup.documents.entries import DocumentEntry
from trueup.ledger.entries import AccountEntry
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.tasks import jobs
from trueup.web.access import caller_of, own, public
from trueup.web.limits import is_too_often, too_often
from trueup.web.pages import page, program_or_404, program_trail
from trueup.web.sentences import say
from trueup.web.views.account_statements import PeriodForm
from trueup.web.views.accounts import account_or_404
from trueup.web.views.facilities import facility_or_404
from trueup.web.views.transactions import concerns

# A longer statement is made by the worker.
MOVEMENTS_AT_ONCE = 400

Make = Callable[[datetime, str], DocumentEntry]


@public
@require_safe
def settlement_statement(
    request: HttpRequest, code: str, period: str, oris_code: int
) -> HttpResponse:
    """A facility's settlement statement; `?unit=` names the unit where each is settled.

    Source: 40 CFR 62.16340(e); PLAT-088.
    """
    program = program_or_404(code)
    try:
        chosen = program.period_named(period)
    except Refused as refused:
        raise Http404(say(refused.refusals[0].sentence)) from refused
    facility = facility_or_404(oris_code)
    unit = _unit_or_404(request, facility.id)
    return _issued(
        request,
        program,
        lambda at, by: services.issue_settlement_statement(
            program=program.code,
            period=chosen,
            facility=facility.id,
            unit=unit.id if unit else None,
            made_at=at,
            asked_by=by,
        ),
    )


@public
@require_safe
def account_statement(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """An account's statement for the days `?start=` to `?end=`; a long one by the worker.

    Source: PLAT-041, PLAT-140.
    """
    program, entry = program_or_404(code), account_or_404(code, number)
    form = PeriodForm(request.GET)
    if not form.is_valid():
        # The page shows what is wrong with the days.
        shown = reverse("account-statement", args=[program.code, entry.number])
        return HttpResponseRedirect(f"{shown}?{request.GET.urlencode()}")
    start, end = form.cleaned_data["start"], form.cleaned_data["end"]
    head = statement_head(entry.id, program=program.code, start=start, end=end)
    if head.transactions > MOVEMENTS_AT_ONCE:
        return _long_statement(request, program, entry, values={"start": start, "end": end})
    return _issued(
        request,
        program,
        lambda at, by: services.issue_account_statement(
            account=entry, start=start, end=end, made_at=at, asked_by=by
        ),
    )


@public
@require_safe
def reference_sheet(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Who an account is: its exact name, number, program, status and representatives.

    Source: PLAT-140.
    """
    program, entry = program_or_404(code), account_or_404(code, number)
    return _issued(
        request,
        program,
        lambda at, by: services.issue_reference_sheet(account=entry, made_at=at, asked_by=by),
    )


@public
@require_safe
def confirmation(request: HttpRequest, code: str, number: str, year: int) -> HttpResponse:
    """What an account held at the end of a year.

    Source: PLAT-041, PLAT-140.
    """
    program, entry = program_or_404(code), account_or_404(code, number)
    if not registered_in(entry, program, year):
        raise Http404(f"The account {number} was not open in {year}.")
    return _issued(
        request,
        program,
        lambda at, by: services.issue_confirmation(
            account=entry, year=year, made_at=at, asked_by=by
        ),
    )


@own(concerns)
@require_safe
def transfer_receipt(request: HttpRequest, code: str, key: UUID) -> HttpResponse:
    """The receipt of a recorded transfer, for the people of its two accounts.

    Source: MASS-168; 40 CFR 62.16335(e)(1).
    """
    program = program_or_404(code)
    return _issued(
        request,
        program,
        lambda at, by: services.issue_transfer_receipt(transfer=key, made_at=at, asked_by=by),
    )


def sees_certificate(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a certificate is the caller's to see: of a facility they act for, or an official.

    Source: PLAT-018; docs/decisions/0073.
    """
    found = read_certificate(arguments["certificate"])
    if found is None or found.program != arguments["code"]:
        return False
    owned = registered.facility_accounts(program=found.program, facilities=[found.facility])
    return any(caller.reads(entry.account) for entry in owned) or any(
        caller.may_somewhere(function, program=found.program)
        for function in ("review_applications", "review_submissions", "enter_paper")
    )


@own(sees_certificate)
@require_safe
def certificate(request: HttpRequest, code: str, certificate: int) -> HttpResponse:
    """A certificate of representation as it was received.

    Source: 40 CFR 62.16305(a), (b); 62.16500(a).
    """
    program = program_or_404(code)
    return _issued(
        request,
        program,
        lambda at, by: services.issue_certificate(certificate=certificate, made_at=at, asked_by=by),
    )


def registered_in(entry: AccountEntry, program: Program, year: int) -> bool:
    """Whether an account was open before a year ended."""
    return program.local_date(entry.opened_at).year <= year <= timezone.now().year


def _long_statement(
    request: HttpRequest, program: Program, entry: AccountEntry, *, values: Mapping[str, Any]
) -> HttpResponse:
    """The statement if it was made already; else the worker makes it, for who has signed in."""
    days = {name: value.isoformat() for name, value in values.items()}
    known = services.issued_account_statement(account=entry, **values)
    if known is not None:
        return _answer(known)
    caller = caller_of(request)
    if caller.person is None:
        return page(
            request,
            "document_refused",
            program=program,
            trail=program_trail(program),
            is_long=True,
            http_status=403,
        )
    key = jobs.start(
        document_jobs.ACCOUNT_STATEMENT,
        by=caller.person,
        program=program.code,
        values={"account": entry.id, **days},
        at=timezone.now(),
    )
    return HttpResponseRedirect(reverse("job", args=[key]))


def _issued(request: HttpRequest, program: Program, make: Make) -> HttpResponse:
    """The document as an answer; a page that says why if it is not issued."""
    if is_too_often(request, "make_document"):
        return too_often(request)
    caller = caller_of(request)
    by = caller.actor if caller.person is not None else ""
    try:
        return _answer(make(timezone.now(), by))
    except Refused as refused:
        return page(
            request,
            "document_refused",
            program=program,
            trail=program_trail(program),
            refusals=refused.refusals,
            http_status=404,
        )


def _answer(document: DocumentEntry) -> HttpResponse:
    response = HttpResponse(queries.file_of(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{document.file_name}"'
    response["Cache-Control"] = "private, no-cache"
    response["X-Document-Number"] = document.number
    return response


def _unit_or_404(request: HttpRequest, facility: int) -> UnitEntry | None:
    wanted = request.GET.get("unit", "")
    if not wanted:
        return None
    for unit in registered.units_of([facility]).get(facility, []):
        if unit.unit_id == wanted:
            return unit
    raise Http404("There is no such unit in this facility.")
