"""Requests for help: anybody asks, officials answer, the asker follows the conversation."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from allauth.core.internal.httpkit import get_client_ip
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.accounts import queries as accounts
from trueup.accounts.entries import PersonEntry
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.support import queries, services
from trueup.support.entries import ANSWERED, CLOSED, OPEN, HelpEntry, HelpSpec
from trueup.web.access import caller_of, official, public, registered
from trueup.web.pages import Link, page
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sentences import say, say_all
from trueup.web.signed_acts import now
from trueup.web.views.people import person_of

FROM_ONE_ADDRESS_AN_HOUR = 10
HOUR_SECONDS = 3600

CATEGORIES = (
    ("signing_in", gettext_lazy("Signing in, passwords, second factors")),
    ("accounts", gettext_lazy("Accounts, representatives, agents")),
    ("transfers", gettext_lazy("Transfers and holdings")),
    ("emissions", gettext_lazy("Emissions and other data that I submit")),
    ("compliance", gettext_lazy("Compliance, deadlines, deductions")),
    ("data", gettext_lazy("Public data and the data interface")),
    ("other", gettext_lazy("Something else")),
)
STATES = {
    OPEN: (gettext_lazy("Waits for the registry"), "care"),
    ANSWERED: (gettext_lazy("Answered"), "good"),
    CLOSED: (gettext_lazy("Closed"), ""),
}
SATISFACTIONS = (
    ("solved", gettext_lazy("Yes")),
    ("partly", gettext_lazy("In part")),
    ("not_solved", gettext_lazy("No")),
)


class AskForm(forms.Form):
    """A question, and how its answer reaches whoever asks."""

    category = forms.ChoiceField(
        label=gettext_lazy("What is it about?"), choices=CATEGORIES, widget=forms.RadioSelect
    )
    subject = forms.CharField(label=gettext_lazy("In a few words"), max_length=160)
    text = forms.CharField(
        label=gettext_lazy("What do you need?"),
        help_text=gettext_lazy(
            "What you did, what happened, what you expected. Never write a password or a code."
        ),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    account = forms.CharField(
        label=gettext_lazy("Account number, if it is about one"), max_length=40, required=False
    )
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=200, required=False)
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("The answer, and the link to the conversation, go there."),
        max_length=254,
    )
    page = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    about = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)

    def __init__(self, *given: Any, person: PersonEntry | None) -> None:
        super().__init__(*given)
        self.account_id: int | None = None
        if person is not None:
            del self.fields["name"]
            self.fields["email"].required = not person.email
            if person.email:
                del self.fields["email"]

    def clean_account(self) -> str:
        number = str(self.cleaned_data.get("account") or "").strip().upper()
        if number:
            found = ledger.accounts_by_number([number])
            if not found:
                raise forms.ValidationError(
                    _("There is no account %(number)s.") % {"number": number}
                )
            self.account_id = next(iter(found.values())).id
        return number


class WordForm(forms.Form):
    """A message of the conversation."""

    text = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the registry for help, signed in or not; the request gets a number.

    Source: PLAT-014, PLAT-154.
    """
    person = person_of(request)
    if request.method != "POST":
        form = AskForm(None, person=person)
        form.initial = {
            "page": _page_they_came_from(request),
            "about": request.GET.get("about", "")[:120],
            "account": request.GET.get("account", "")[:40],
            "category": request.GET.get("category", ""),
        }
        return _ask_page(request, form)
    form = AskForm(request.POST, person=person)
    if not form.is_valid():
        return _ask_page(request, form, status=422)
    if _too_many(request):
        form.add_error(None, _("Too many requests came from here. Try again in an hour."))
        return _ask_page(request, form, status=429)
    try:
        entry = services.ask(
            _spec(form, person), asked_at=now(), address_of=lambda key: _address(request, key)
        )
    except Refused as refused:
        for refusal in refused.refusals:
            form.add_error(None, say(refusal.sentence))
        return _ask_page(request, form, status=422)
    messages.success(
        request, _("Your request is received. Its number is %(number)s.") % {"number": entry.number}
    )
    return HttpResponseRedirect(reverse("help-request", args=[entry.key]))


@registered
@never_cache
@require_safe
def own_requests(request: HttpRequest) -> HttpResponse:
    """One's own requests, the newest first.

    Source: PLAT-014.
    """
    rows = queries.requests_of(
        caller_of(request).person or 0, limit=PAGE_SIZE + 1, before=number_after(request) or None
    )
    return page(
        request,
        "support/requests",
        trail=[_help_link()],
        page=page_of(request, rows, key=lambda row: row.id),
        rows=[_shown(row) for row in rows[:PAGE_SIZE]],
    )


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, key: UUID) -> HttpResponse:
    """The conversation, for whoever has its address, which nobody can guess.

    A request of a signed-in person is shown to that person alone.

    Source: PLAT-014.
    """
    entry = queries.help_request(key)
    if entry is not None and entry.person is not None and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if entry is None or entry.person not in (None, caller_of(request).person):
        raise Http404("There is no such request.")
    form = WordForm(request.POST if request.POST.get("do") == "write" else None)
    if request.method == "POST" and (form.is_valid() or not form.is_bound):
        try:
            _do_as_asker(request, entry, form)
        except Refused as refused:
            messages.error(request, say_all(refused.refusals))
        return HttpResponseRedirect(reverse("help-request", args=[key]))
    return page(
        request,
        "support/request",
        trail=[_help_link()],
        http_status=422 if form.errors else 200,
        shown=_shown(entry),
        conversation=queries.conversation(key),
        form=form,
        satisfactions=SATISFACTIONS,
        is_mine=entry.person is not None,
    )


@official("support")
@never_cache
@require_safe
def desk_requests(request: HttpRequest) -> HttpResponse:
    """The requests of a state, the first due first.

    Source: PLAT-014, PLAT-154.
    """
    caller = caller_of(request)
    state = request.GET.get("state", OPEN)
    state = state if state in STATES else OPEN
    rows = queries.requests_in(
        _within(request), state=state, limit=PAGE_SIZE + 1, after=_place(request)
    )
    return page(
        request,
        "support/desk_requests",
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        page=page_of(request, rows, key=lambda row: f"{row.due_on}.{row.id}"),
        rows=[_shown(row, today=caller.at.date()) for row in rows[:PAGE_SIZE]],
        states=[(name, words, name == state) for name, (words, _kind) in STATES.items()],
    )


@official("support")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_request(request: HttpRequest, key: UUID) -> HttpResponse:
    """One request with its conversation and the officials' notes; answer, note, close.

    Source: PLAT-014, PLAT-154.
    """
    entry = queries.help_request(key)
    caller = caller_of(request)
    if entry is None or not caller.may_somewhere("support", program=entry.program):
        raise Http404("There is no such request.")
    form = WordForm(request.POST if request.POST.get("do") in ("answer", "note") else None)
    if request.method == "POST" and (form.is_valid() or not form.is_bound):
        try:
            _do_as_official(request, entry, form)
        except Refused as refused:
            messages.error(request, say_all(refused.refusals))
        return HttpResponseRedirect(reverse("desk-help-request", args=[key]))
    return page(
        request,
        "support/desk_request",
        program=programs.load(entry.program),
        trail=[
            Link(name=_("Desk"), address=reverse("desk")),
            Link(name=_("Help requests"), address=reverse("desk-help")),
        ],
        http_status=422 if form.errors else 200,
        shown=_shown(entry, today=caller.at.date()),
        conversation=queries.conversation(key, notes=True),
        form=form,
        person=accounts.person(entry.person) if entry.person is not None else None,
        account=ledger.account(entry.account) if entry.account is not None else None,
    )


def _do_as_asker(request: HttpRequest, entry: HelpEntry, form: WordForm) -> None:
    caller = caller_of(request)
    match request.POST.get("do"):
        case "write":
            text = form.cleaned_data["text"]
            services.write(key=entry.key, text=text, at=now(), person=caller.person)
        case "close":
            services.close(
                key=entry.key,
                by=f"person:{entry.person}" if entry.person is not None else "asker",
                at=now(),
            )
        case "rate":
            services.say_how_it_went(
                key=entry.key,
                satisfaction=request.POST.get("satisfaction", ""),
                text=request.POST.get("satisfaction_text", ""),
            )
            messages.success(request, _("Thank you."))


def _do_as_official(request: HttpRequest, entry: HelpEntry, form: WordForm) -> None:
    caller = caller_of(request)
    by = caller.person or 0
    match request.POST.get("do"):
        case "answer":
            services.answer(
                key=entry.key,
                by=by,
                text=form.cleaned_data["text"],
                at=now(),
                address_of=lambda key: _address(request, key),
                closes=request.POST.get("closes") == "yes",
            )
            messages.success(request, _("The answer is sent."))
        case "note":
            services.note(key=entry.key, by=by, text=form.cleaned_data["text"], at=now())
        case "close":
            services.close(key=entry.key, by=caller.actor, at=now())


def _ask_page(request: HttpRequest, form: AskForm, *, status: int = 200) -> HttpResponse:
    return page(request, "support/ask", trail=[_help_link()], http_status=status, form=form)


def _spec(form: AskForm, person: PersonEntry | None) -> HelpSpec:
    answers = form.cleaned_data
    return HelpSpec(
        program=settings.TRUEUP_PROGRAM,
        category=answers["category"],
        subject=answers["subject"],
        text=answers["text"],
        person=person.id if person is not None else None,
        name=person.name if person is not None else answers.get("name", ""),
        email=answers.get("email", "") or "",
        page=answers["page"],
        account=form.account_id,
        about=answers["about"],
    )


def _shown(entry: HelpEntry, *, today: date | None = None) -> dict[str, Any]:
    words, kind = STATES[entry.state]
    return {
        "entry": entry,
        "state": words,
        "kind": kind,
        "category": dict(CATEGORIES)[entry.category],
        "satisfaction": dict(SATISFACTIONS).get(entry.satisfaction, ""),
        "late": today is not None and entry.is_late(today),
    }


def _within(request: HttpRequest) -> Q:
    """The requests of the programs for which the caller helps."""
    found = Q(pk__in=())
    for grant in caller_of(request).grants:
        if "support" in grant.functions:
            found |= Q(program=grant.program) if grant.program else Q(pk__isnull=False)
    return found


def _place(request: HttpRequest) -> queries.Place | None:
    day, _dot, number = request.GET.get("after", "").partition(".")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def _page_they_came_from(request: HttpRequest) -> str:
    """A path of ours; another site's address is nobody's business."""
    given = request.GET.get("from", "")
    if not given:
        parts = urlsplit(request.headers.get("Referer", ""))
        given = parts.path if parts.netloc == request.get_host() else ""
    is_ours = given.startswith("/") and not given.startswith("//") and given.isprintable()
    return given[:300] if is_ours else ""


def _too_many(request: HttpRequest) -> bool:
    """Whether one network address has asked too often in an hour; counted for all processes."""
    count = f"help:{get_client_ip(request) or 'unknown'}"
    cache.add(count, 0, HOUR_SECONDS)
    try:
        return cache.incr(count) > FROM_ONE_ADDRESS_AN_HOUR
    except ValueError:  # It ran out in between.
        return False


def _address(request: HttpRequest, key: UUID) -> str:
    return request.build_absolute_uri(reverse("help-request", args=[key]))


def _help_link() -> Link:
    return Link(name=_("Help"), address=reverse("help"))
