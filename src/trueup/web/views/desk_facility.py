"""A facility's whole file on one page, for officials.

Source: PLAT-018, PLAT-019, PLAT-140.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trueup.accounts import queries as accounts
from trueup.desk import services
from trueup.desk.callers import Caller
from trueup.desk.facility_file import SHOWN, facility_file
from trueup.desk.notes import FUNCTIONS, TEXT_MAX, WRITERS
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.web.access import caller_of, own
from trueup.web.pages import Link, page
from trueup.web.sentences import say_all
from trueup.web.views.facilities import emissions_table, facility_or_404, unit_years


def sees_file(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a caller works with the files of this facility's State in some program."""
    found = accounts.find_facility(oris_code=arguments["oris_code"])
    return found is not None and any(
        caller.may(function, program=code, jurisdiction=found.jurisdiction)
        for code in programs.codes()
        for function in FUNCTIONS
    )


@own(sees_file)
@require_http_methods(["GET", "HEAD", "POST"])
def facility(request: HttpRequest, oris_code: int) -> HttpResponse:
    """Certificates, people, accounts, emissions, settlements, notices, appeals and notes.

    Source: PLAT-018, PLAT-140.
    """
    caller, entry = caller_of(request), facility_or_404(oris_code)
    mine = [
        programs.load(code)
        for code in programs.offered(settings.TRUEUP_PROGRAM)
        if _may(caller, FUNCTIONS, code, entry.jurisdiction)
    ]
    program = next((one for one in mine if one.code == request.GET.get("program")), mine[0])
    address = f"{reverse('desk-facility', args=[oris_code])}?program={program.code}"
    if request.method == "POST":
        try:
            services.write_note(
                program=program.code,
                facility=entry,
                by=caller.person or 0,
                text=request.POST.get("text", ""),
                at=caller.at,
            )
        except Refused as refused:
            messages.error(request, say_all(refused.refusals))
        else:
            messages.success(request, _("The note is kept."))
        return HttpResponseRedirect(f"{address}#notes")
    return page(
        request,
        "desk/facility",
        program=program,
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        file=facility_file(entry, program=program.code, today=program.local_date(caller.at)),
        facility=entry,
        programs=mine,
        address=address,
        emissions=emissions_table(unit_years(program, entry)),
        shown=SHOWN,
        note_max=TEXT_MAX,
        may_write=_may(caller, WRITERS, program.code, entry.jurisdiction),
        acts=_acts(caller, program, entry.jurisdiction),
    )


def _may(caller: Caller, functions: tuple[str, ...], program: str, state: str) -> bool:
    return any(caller.may(one, program=program, jurisdiction=state) for one in functions)


def _acts(caller: Caller, program: Program, state: str) -> list[Link]:
    """What an official can do about a facility, with the forms filled as far as can be."""
    wanted = (
        ("adjust_after_audit", "review_submissions", _("Put an audited mass in place")),
        ("recover_incorrect_allocation", "revoke", _("Take back a mistaken allocation")),
        ("decide_appeal", "appeals", _("Keep the outcome of an appeal")),
        ("correct_error", "correct", _("Correct an account error")),
    )
    return [
        Link(name=title, address=reverse(f"act-desk/{name}", args=[program.code]))
        for name, function, title in wanted
        if caller.may(function, program=program.code, jurisdiction=state)
    ]
