"""Around an account: who else reads it, objections about it, and how an application stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.accounts import application_reads as applications
from trueup.accounts import objections as objections_of_accounts
from trueup.accounts import queries as accounts
from trueup.accounts import services, watchers
from trueup.accounts.application_entries import ApplicationEntry
from trueup.desk.callers import Caller
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.web.access import caller_of, own, registered, represents
from trueup.web.acts import fields
from trueup.web.application_words import STEPS
from trueup.web.components import TimelineEvent
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sentences import say, say_all
from trueup.web.signed_acts import now
from trueup.web.templatetags.words import word

STATES = {
    "draft": gettext_lazy("Draft: not submitted"),
    "incomplete": gettext_lazy("Incomplete: something is missing"),
    "submitted": gettext_lazy("Submitted"),
    "in_review": gettext_lazy("In review"),
    "information_requested": gettext_lazy("The registry asks you for information"),
    "approved": gettext_lazy("Approved: the account is open"),
    "rejected": gettext_lazy("Rejected"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "lapsed": gettext_lazy("Lapsed"),
}


class WatcherForm(forms.Form):
    """Whom to let read the account, or to send copies of notices."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What they get"),
        choices=(
            ("viewer", gettext_lazy("They read the account, and do nothing")),
            ("copy", gettext_lazy("They get copies of chosen notices")),
        ),
        widget=forms.RadioSelect,
        initial="viewer",
    )
    name = fields.TextField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail address, as registered"), max_length=254)
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Copies of which notices"),
        help_text=gettext_lazy("For copies only."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        choice = self.fields["events"]
        if isinstance(choice, forms.MultipleChoiceField):
            choice.choices = [
                (event, word(event.replace("_", " ").capitalize()))
                for event in watchers.copied_events()
            ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        cleaned["person"] = fields.person_named(cleaned["name"], cleaned["email"])
        if cleaned["person"] is None:
            self.add_error("name", _("Nobody is registered with this name and address."))
        if cleaned["kind"] == "copy" and not cleaned["events"]:
            self.add_error("events", _("Choose at least one kind of notice."))
        return cleaned


class ObjectionForm(forms.Form):
    """An objection to who represents an account, or to what was submitted for it."""

    about = fields.TextField(
        label=gettext_lazy("What it is about"),
        help_text=gettext_lazy("Such as a certificate, or a transfer with its number."),
        max_length=200,
        required=False,
    )
    text = fields.NoteField(label=gettext_lazy("Your objection"), rows=6, max_length=4000)


@represents()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def watchers_page(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Who reads an account or gets copies of its notices; name somebody, or end it.

    Source: PLAT-018, PLAT-150.
    """
    program, account = _account(code, number)
    caller = caller_of(request)
    form = WatcherForm(request.POST if "name" in request.POST else None)
    if request.method == "POST":
        try:
            if "end" in request.POST:
                _end_watcher(request, account)
            elif form.is_valid():
                services.name_watcher(
                    account=account.id,
                    person=form.cleaned_data["person"].id,
                    kind=form.cleaned_data["kind"],
                    named_by=caller.person or 0,
                    at=caller.at,
                    events=form.cleaned_data["events"]
                    if form.cleaned_data["kind"] == "copy"
                    else (),
                )
                messages.success(request, _("They are named, and told."))
        except Refused as refused:
            if form.is_bound:
                for refusal in refused.refusals:
                    form.add_error(None, say(refusal.sentence))
            else:
                messages.error(request, say_all(refused.refusals))
        if not form.errors:
            return HttpResponseRedirect(reverse("watchers", args=[code, account.number]))
    return page(
        request,
        "account_watchers",
        program=program,
        trail=program_trail(program, _link(program, account)),
        http_status=422 if form.errors else 200,
        account=account,
        form=form,
        rows=watchers.watchers_of(account.id, at=caller.at),
    )


@registered
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def objections_page(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Object to who represents an account; it is kept, and changes nobody's authority.

    Those who act for the account, and officials, see what others objected.

    Source: 40 CFR 62.16310, 62.16320(c)(4).
    """
    program, account = _account(code, number)
    caller = caller_of(request)
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = accounts.person(caller.person or 0)
        try:
            services.log_objection(
                account=account.id,
                by=person.name if person is not None else "",
                text=form.cleaned_data["text"],
                about=form.cleaned_data["about"],
                received_at=now(),
                actor=caller.actor,
            )
        except Refused as refused:
            for refusal in refused.refusals:
                form.add_error(None, say(refusal.sentence))
        else:
            messages.success(request, _("Your objection is kept with the account."))
            return HttpResponseRedirect(reverse("objections", args=[code, account.number]))
    sees_all = caller.acts_for(account.id) or caller.may_somewhere(
        "review_applications", program=program.code
    )
    found = objections_of_accounts.objections_of(
        account.id, limit=PAGE_SIZE + 1, before=number_after(request)
    )
    rows = found if sees_all else [row for row in found if row.entered_by == caller.actor]
    return page(
        request,
        "account_objections",
        program=program,
        trail=program_trail(program, _link(program, account)),
        http_status=422 if form.errors else 200,
        account=account,
        form=form,
        sees_all=sees_all,
        page=page_of(request, rows, key=lambda row: row.id),
    )


def is_of_application(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether an application is the caller's, or names them; for the rule of access."""
    entry = applications.application(arguments["application"])
    return entry is not None and caller.person in entry.people


@own(is_of_application)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_progress(request: HttpRequest, application: int) -> HttpResponse:
    """How one's application stands: its steps, what is missing, what to do next.

    Source: PLAT-026; 40 CFR 62.16320(c)(1).
    """
    entry = applications.application(application)
    if entry is None:
        raise Http404("There is no such application.")
    caller = caller_of(request)
    if request.method == "POST":
        _step(request, entry, caller)
        return HttpResponseRedirect(reverse("application-progress", args=[application]))
    program = program_or_404(entry.program)
    people = accounts.people(entry.people)
    signed = {signature.person for signature in entry.signatures}
    named = (*entry.document.representatives, *entry.document.alternates)
    account = ledger.account(entry.account) if entry.account is not None else None
    return page(
        request,
        "application_progress",
        program=program,
        trail=[Link(name=_("Your accounts"), address=reverse("you"))],
        entry=entry,
        state=STATES.get(entry.state, entry.state),
        account=account,
        events=[
            TimelineEvent(when=step.at, what=str(STEPS.get(step.act, step.act)), note=step.reason)
            for step in entry.steps
        ],
        signatures=[(people[person].name, person in signed) for person in named],
        must_sign=entry.waits_for_the_applicant
        and caller.person in named
        and caller.person not in signed,
        is_applicant=entry.applicant == caller.person,
        can_submit=entry.waits_for_the_applicant
        and entry.applicant == caller.person
        and signed >= set(named),
        can_withdraw=entry.applicant == caller.person
        and (entry.waits_for_the_applicant or entry.waits_for_the_administrator),
        days=applications.days_used(entry, today=program.local_date(caller.at)),
        target=program.people.general_accounts.target_days,
    )


@registered
@require_safe
def own_applications(request: HttpRequest) -> HttpResponse:
    """The applications that one has begun, in every program, the newest first.

    Source: PLAT-026.
    """
    caller = caller_of(request)
    found = [
        entry
        for code in programs.codes()
        for entry in applications.applications(program=code, applicant=caller.person or 0)
    ]
    found.sort(key=lambda entry: entry.begun_at, reverse=True)
    return page(
        request,
        "applications",
        trail=[Link(name=_("Your accounts"), address=reverse("you"))],
        rows=[(entry, STATES.get(entry.state, entry.state)) for entry in found],
    )


def _step(request: HttpRequest, entry: ApplicationEntry, caller: Caller) -> None:
    by = caller.person or 0
    try:
        match request.POST.get("do"):
            case "submit":
                services.submit_application(application=entry.id, by=by, at=caller.at)
            case "withdraw":
                services.withdraw_application(
                    application=entry.id,
                    by=by,
                    at=caller.at,
                    reason=request.POST.get("reason", "")[:400],
                )
    except Refused as refused:
        messages.error(request, say_all(refused.refusals))


def _end_watcher(request: HttpRequest, account: AccountEntry) -> None:
    caller = caller_of(request)
    number = request.POST.get("end", "")
    found = {row.id for row in watchers.watchers_of(account.id, at=caller.at)}
    if number.isdecimal() and int(number) in found:
        services.end_watcher(watcher=int(number), at=caller.at, ended_by=caller.person)
        messages.success(request, _("It is ended."))


def _account(code: str, number: str) -> tuple[Program, AccountEntry]:
    program = program_or_404(code)
    found = ledger.find_account(program=program.code, number=number)
    if found is None:
        raise Http404("There is no such account.")
    return program, found


def _link(program: Program, account: AccountEntry) -> Link:
    return Link(name=account.name, address=reverse("account", args=[program.code, account.number]))
