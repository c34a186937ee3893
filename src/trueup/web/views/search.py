"""The search box: straight to what a number names, else a list of what has the name."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from trueup.accounts import queries as registered
from trueup.ledger import queries as ledger
from trueup.ledger.numbers import is_account_number
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import parse_serial
from trueup.web.access import public
from trueup.web.pages import page, program_trail
from trueup.web.views.resources import found_resources, listed

FOUND_SHOWN = 20
LONGEST_TEXT = 100
LONGEST_CODE = 9


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find an account, a serial number, a facility or a resource by what was typed.

    Source: 40 CFR 62.16515(h); RATE-207; PLAT-145.
    """
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_TEXT]
    program = programs.load(settings.TRUEUP_PROGRAM)
    exact = _exact(program.code, text)
    if exact is not None:
        return exact
    limit = FOUND_SHOWN + 1 if text else 0
    accounts = ledger.accounts(program=program.code, search=text, limit=limit)
    facilities = registered.facilities(program=program.code, search=text, limit=limit)
    resources = []
    if program.resources is not None and text:
        resources = listed(program, found_resources(program, text, limit=limit))
    return page(
        request,
        "search",
        program=program,
        trail=program_trail(program),
        search_text=text,
        accounts=accounts[:FOUND_SHOWN],
        more_accounts=len(accounts) > FOUND_SHOWN,
        facilities=facilities[:FOUND_SHOWN],
        more_facilities=len(facilities) > FOUND_SHOWN,
        resources=resources[:FOUND_SHOWN],
        more_resources=len(resources) > FOUND_SHOWN,
    )


def _exact(code: str, text: str) -> HttpResponse | None:
    """The one page that a number names, if it names one."""
    compact = "".join(text.split()).upper()
    if is_account_number(compact):
        found = ledger.find_account(program=code, number=compact)
        return redirect("account", code, compact) if found else None
    if compact.isascii() and compact.isdigit() and len(compact) <= LONGEST_CODE:
        facility = registered.find_facility(oris_code=int(compact))
        return redirect("facility", code, facility.oris_code) if facility else None
    try:
        lot, number = parse_serial(compact)
    except Refused:
        return None
    holder = ledger.holder_of(program=code, lot=lot, number=number)
    return redirect("serial", code, f"{lot.code}-{number}") if holder else None
