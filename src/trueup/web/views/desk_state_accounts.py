"""Officials' pages of a State's general accounts: the yearly division, and applications.

Source: RGGI-020 to RGGI-031; PLAT-018, PLAT-019.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from trueup.desk import authority, state_accounting
from trueup.desk import queries as desk
from trueup.desk.callers import Caller
from trueup.ledger import queries as ledger
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.state_general_accounts import SELL
from trueup.state_accounts import queries
from trueup.state_accounts import services as states
from trueup.state_accounts.entries import ApplicationEntry, DutyEntry
from trueup.state_accounts.places import accounts_of
from trueup.web.access import caller_of, official
from trueup.web.acts.desk import PREFIX
from trueup.web.acts.fields import CountField
from trueup.web.components import TaskItem
from trueup.web.desk_act_forms import ActForm, form_of, sign_from
from trueup.web.pages import Link, page
from trueup.web.report_words import worded
from trueup.web.sentences import say
from trueup.web.views.desk_signing import to_sign
from trueup.web.views.state_accounts import state_program_or_404

FUNCTIONS = ("allocate", "holding_accounts", "review_eligibility")
SHOWN = 50
ACTS = tuple(act.name for act in state_accounting.ACTS)


class DivisionForm(forms.Form):
    """What each account gets; the one that takes the rest can be left out."""

    def __init__(self, *arguments: Any, program: Program, **named: Any) -> None:
        super().__init__(*arguments, **named)
        rules = program.market.state_accounts
        for of in rules.accounts if rules is not None else ():
            self.fields[of.purpose] = CountField(
                label=worded(of.title).capitalize(),
                required=not of.takes_rest,
                help_text=_("Left out: what is left of the budget.") if of.takes_rest else of.cite,
            )

    def quantities(self) -> dict[str, int]:
        """The quantities that were given, by account."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_state_accounts(request: HttpRequest, code: str) -> HttpResponse:
    """Which budgets are to be divided by when, and which applications wait.

    Source: RGGI-020, RGGI-027.
    """
    program, caller = state_program_or_404(code), caller_of(request)
    forms_ = _free_forms(caller, program)
    if request.method == "POST":
        back = reverse("desk-state-accounts", args=[program.code])
        return sign_from(request, forms_, program=program.code, back=back)
    duties = [
        duty
        for duty in queries.duties(program=program.code, today=program.local_date(caller.at))
        if _sees(caller, program, duty.jurisdiction)
    ]
    waiting = [
        entry
        for state in ("filed", "complete", "approved")
        for entry in queries.applications(program=program.code, state=state, limit=SHOWN)
        if _sees(caller, program, entry.jurisdiction)
    ]
    return page(
        request,
        "desk/state_accounts",
        program=program,
        trail=[_desk()],
        duties=[_item(duty, program) for duty in duties],
        waiting=[_waiting(entry, program) for entry in waiting],
        forms=forms_,
        proposals=desk.proposals(
            within=authority.proposals_in(caller), program=program.code, acts=ACTS, limit=SHOWN
        ),
    )


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_state_year(request: HttpRequest, code: str, jurisdiction: str, year: int) -> HttpResponse:
    """Divide a State's budget: filled in, previewed, signed; a second official approves.

    Source: RGGI-020, RGGI-025, RGGI-030; PLAT-018.
    """
    program, caller = state_program_or_404(code), caller_of(request)
    if jurisdiction not in program.jurisdictions:
        raise Http404(_("There is no such State."))
    known = queries.state_year(program=program.code, jurisdiction=jurisdiction, year=year)
    form = DivisionForm(*([request.POST] if request.method == "POST" else []), program=program)
    preview: dict[str, int] = {}
    is_late = False
    if request.method == "POST" and form.is_valid():
        try:
            preview, is_late = states.division(
                program=program.code,
                jurisdiction=jurisdiction,
                year=year,
                quantities=form.quantities(),
                today=program.local_date(caller.at),
            )
        except Refused as refused:
            for refusal in refused.refusals:
                form.add_error(None, say(refusal.sentence))
        else:
            if "sign" in request.POST:
                return to_sign(
                    request,
                    f"{PREFIX}distribute_state_budget",
                    {
                        "jurisdiction": jurisdiction,
                        "year": year,
                        "shares": ", ".join(f"{of} {size}" for of, size in preview.items()),
                    },
                    program=program.code,
                )
    return page(
        request,
        "desk/state_year",
        program=program,
        trail=[_desk(), _home(program)],
        http_status=422 if form.errors else 200,
        place=program.jurisdictions[jurisdiction],
        year=year,
        known=known,
        form=form,
        preview=preview,
        is_late=is_late,
        steps=[_("What each gets"), _("Preview"), _("Second official"), _("Recorded")],
        step=2 if preview else 1,
    )


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_state_application(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """An application at the desk: what it shows, what the account holds, what can be done.

    Source: RGGI-021 to RGGI-027.
    """
    program, caller = state_program_or_404(code), caller_of(request)
    try:
        found = queries.application(number, program=program.code)
    except Refused as refused:
        raise Http404(_("There is no such application.")) from refused
    if not _sees(caller, program, found.jurisdiction):
        raise Http404(_("There is no such application."))
    forms_ = _forms(caller, program, found)
    if request.method == "POST":
        back = reverse("desk-state-application", args=[program.code, number])
        return sign_from(request, forms_, program=program.code, back=back)
    accounts = accounts_of(found.jurisdiction, program=program.code)
    account = accounts.get(found.purpose)
    rules = program.market.state_accounts
    rule = rules.of_purpose(found.purpose) if rules is not None else None
    return page(
        request,
        "desk/state_application",
        program=program,
        trail=[_desk(), _home(program)],
        application=found,
        rule=rule,
        account=account,
        held=ledger.totals_of([account.id])[account.id] if account is not None else 0,
        reserve=state_accounting.reserve_price_cents(program.code, at=caller.at)
        if rule is not None and rule.use == SELL
        else None,
        forms=forms_,
    )


def _sees(caller: Caller, program: Program, jurisdiction: str) -> bool:
    return any(
        caller.may(one, program=program.code, jurisdiction=jurisdiction) for one in FUNCTIONS
    )


def _item(duty: DutyEntry, program: Program) -> TaskItem:
    """A duty as a line: its day, and whether it can be done now."""
    title = _("%(state)s: divide the budget of %(year)s") % {
        "state": program.jurisdictions[duty.jurisdiction].name,
        "year": duty.year,
    }
    hint = _("Due %(day)s") % {"day": duty.due_on.isoformat()}
    address = reverse("desk-state-year", args=[program.code, duty.jurisdiction, duty.year])
    if duty.recorded_at is not None:
        address = reverse(
            "state-account-statements", args=[program.code, duty.jurisdiction, duty.year]
        )
        status, kind = (_("Done late"), "care") if duty.is_late else (_("Done"), "good")
    elif duty.budget is None:
        status, kind = (
            (_("Overdue: set the budget"), "bad")
            if duty.is_late
            else (
                _("Set the budget first"),
                "note",
            )
        )
    else:
        status, kind = (_("Overdue"), "bad") if duty.is_late else (_("Ready"), "care")
    return TaskItem(title=title, status=status, hint=hint, kind=kind, address=address)


def _waiting(entry: ApplicationEntry, program: Program) -> TaskItem:
    title = _("Application %(number)s, %(set_aside)s") % {
        "number": entry.id,
        "set_aside": worded(entry.purpose),
    }
    return TaskItem(
        title=title,
        status=worded(entry.state).capitalize(),
        hint=f"{entry.jurisdiction} {entry.year}" + (f", {entry.source}" if entry.source else ""),
        kind="care" if entry.state == "approved" else "note",
        address=reverse("desk-state-application", args=[program.code, entry.id]),
    )


def _free_forms(caller: Caller, program: Program) -> list[ActForm]:
    """The acts that need no row: a year's budget, and a move between accounts."""
    forms_ = []
    place = _own_state(caller, program)
    given = {"jurisdiction": place} if place else {}
    if caller.may_somewhere("allocate", program=program.code):
        forms_.append(form_of("set_state_year", **given))
    if caller.may_somewhere("holding_accounts", program=program.code):
        forms_.append(form_of("move_between_state_accounts", **given))
    return forms_


def _own_state(caller: Caller, program: Program) -> str:
    """The State for which an official acts; the first one that has budgets for the others."""
    limited = [
        grant.jurisdiction
        for grant in caller.grants
        if grant.program in ("", program.code) and grant.jurisdiction
    ]
    known = [entry.jurisdiction for entry in queries.state_years(program=program.code)]
    return next(iter([*limited, *known]), "MD" if "MD" in program.jurisdictions else "")


def _forms(caller: Caller, program: Program, found: ApplicationEntry) -> list[ActForm]:
    """What can be done with an application as it stands, by who may."""
    given = {"jurisdiction": found.jurisdiction, "application": found.id}
    where = {"program": program.code, "jurisdiction": found.jurisdiction}
    forms_: list[ActForm] = []
    if caller.may("review_eligibility", **where):
        if found.state == "filed":
            forms_.append(form_of("complete_state_application", **given))
        if found.state == "complete":
            forms_.append(form_of("approve_state_application", **given))
        if found.state in ("filed", "complete"):
            forms_.append(form_of("refuse_state_application", **given))
    if found.state == "approved" and caller.may("holding_accounts", **where):
        form = form_of("execute_state_application", **given)
        rules = program.market.state_accounts
        if rules is not None and rules.of_purpose(found.purpose).use != SELL:
            form = ActForm(act=form.act, hidden=form.hidden, fields=())
        forms_.append(form)
    return forms_


def _desk() -> Link:
    return Link(name=_("Desk"), address=reverse("desk"))


def _home(program: Program) -> Link:
    return Link(
        name=_("State accounts"), address=reverse("desk-state-accounts", args=[program.code])
    )
