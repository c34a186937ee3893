"""Acts that are asked for one thing a page: each answer is kept on the server at once.

Back, another window, a closed browser, a lost session: the draft has what was answered, and
its address leads to the first page that is still open.

Source: PLAT-050, PLAT-051, PLAT-054; docs/decisions/0240.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from trueup.rules.refusal import Refused
from trueup.signing import queries
from trueup.signing import services as signing
from trueup.signing.entries import DraftEntry
from trueup.web import journeys
from trueup.web.access import View, caller_of, own
from trueup.web.acting import acting_of, acting_on
from trueup.web.acts import ACTS
from trueup.web.body_limits import limited
from trueup.web.pages import page, program_trail
from trueup.web.signed_acts import SENT_MAX, Acting, SignedAct, Step, StepForm, now
from trueup.web.views.signing_drafts import act_of, draft_of, owns_draft, trail_steps

BLOCKS_SHOWN = 200


def begin_page(act: SignedAct) -> View:
    """The view of a journey's first page; with its answer there is a draft."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, code: str, **named: Any) -> HttpResponse:
        acting = acting_on(
            request, act, code=code, number=named.get("number", ""), key=named.get("key")
        )
        first = act.steps[0]
        if request.method != "POST":
            form = first.form_class(acting=acting, known={}, way=request.GET.get("by", ""))
            form.initial = act.initial(acting)
            return _step_page(request, act, acting, first, form)
        form = first.form_class(request.POST, files=request.FILES, acting=acting, known={})
        if not form.is_valid():
            return _step_page(request, act, acting, first, form)
        values = journeys.answered({}, first, form.values())
        draft = signing.keep_draft(
            person=acting.person.id,
            program=acting.program.code,
            act=act.name,
            subject=acting.subject,
            answers={first.name: _typed(request, form)},
            values=values,
            created_at=acting.at,
        )
        return HttpResponseRedirect(journeys.address_after(act, acting, values, key=draft.key))

    return view


def _sent_max(request: HttpRequest, arguments: Mapping[str, Any]) -> int:
    """How much a page of a draft may be sent: what its act takes, if the draft is one's own."""
    person = caller_of(request).person if request.user.is_authenticated else None
    found = queries.draft(arguments["key"], person=person, at=now()) if person else None
    return ACTS[found.act].sent_max if found is not None and found.act in ACTS else SENT_MAX


@partial(limited, most=_sent_max)
@own(owns_draft)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, key: UUID, name: str) -> HttpResponse:
    """One page of a journey that was begun; what was answered before can be changed."""
    draft = draft_of(request, key)
    if draft.done_at is not None:
        return HttpResponseRedirect(reverse("sign-receipt", args=[key]))
    act = act_of(draft)
    asked = journeys.step_named(act, name)
    if asked is None:
        raise Http404("There is no such page.")
    acting = acting_of(request, act, draft)
    open_step = journeys.next_step(act, acting, draft.values)
    if _is_ahead(act, asked, open_step) or not asked.applies(acting, draft.values):
        address = journeys.address_after(act, acting, draft.values, key=key)
        return HttpResponseRedirect(address)
    if request.method != "POST":
        way = request.GET.get("by", "")
        form = asked.form_class(acting=acting, known=draft.values, way=way)
        form.initial = _initial(form, draft, asked)
        return _step_page(request, act, acting, asked, form, draft=draft)
    return _answer(request, act, acting, asked, draft)


@own(owns_draft)
@never_cache
@require_http_methods(["GET", "HEAD"])
def draft_page(request: HttpRequest, key: UUID) -> HttpResponse:
    """The address of a draft: it leads to the first page that is still open."""
    draft = draft_of(request, key)
    if draft.done_at is not None:
        return HttpResponseRedirect(reverse("sign-receipt", args=[key]))
    act = act_of(draft)
    if not act.steps:
        return HttpResponseRedirect(reverse("sign", args=[key]))
    acting = acting_of(request, act, draft)
    return HttpResponseRedirect(journeys.address_after(act, acting, draft.values, key=key))


@own(owns_draft)
@never_cache
@require_http_methods(["GET", "HEAD"])
def check(request: HttpRequest, key: UUID) -> HttpResponse:
    """All answers on one page, each with a link to change it; and what signing would do.

    Serial numbers that have moved since they were chosen are explained here.

    Source: PLAT-050, PLAT-051; 40 CFR 62.16335(b), (e)(2).
    """
    draft = draft_of(request, key)
    if draft.done_at is not None:
        return HttpResponseRedirect(reverse("sign-receipt", args=[key]))
    act = act_of(draft)
    acting = acting_of(request, act, draft)
    if not act.steps or journeys.next_step(act, acting, draft.values) is not None:
        return HttpResponseRedirect(reverse("draft", args=[key]))
    submission = act.prepare(acting, draft.values, draft.key)
    return page(
        request,
        "signing/check",
        program=acting.program,
        trail=program_trail(acting.program, *trail_steps(acting, act)),
        act=act,
        acting=acting,
        draft=draft,
        progress=journeys.progress(act, journeys.CHECK, program=acting.program),
        answers=[
            (one, reverse("sign-step", args=[key, one.name]), one.rows(acting, draft.values))
            for one in act.steps
            if one.applies(acting, draft.values)
        ],
        submission=submission,
        blocks=submission.blocks[:BLOCKS_SHOWN],
        block_count=len(submission.blocks),
        forecast=act.forecast(acting, draft.values, draft.key),
        choose_again=reverse("sign-step", args=[key, act.steps[0].name]),
    )


@own(owns_draft)
@never_cache
@require_POST
def discard(request: HttpRequest, key: UUID) -> HttpResponse:
    """Throw away a draft; nothing was submitted, so nothing has to be called off.

    Source: PLAT-051; docs/decisions/0240.
    """
    draft = draft_of(request, key)
    if draft.done_at is not None:
        return HttpResponseRedirect(reverse("sign-receipt", args=[key]))
    act = act_of(draft)
    acting = acting_of(request, act, draft)
    signing.discard_draft(key=key, person=draft.person)
    if act.home is not None:
        return HttpResponseRedirect(act.home(acting)[1])
    if acting.account is None:
        return HttpResponseRedirect(reverse("you"))
    number = acting.account.number
    return HttpResponseRedirect(reverse("transfers", args=[draft.program, number]))


def _answer(
    request: HttpRequest, act: SignedAct, acting: Acting, asked: Step, draft: DraftEntry
) -> HttpResponse:
    """Keep what was answered, and go on; or say beside each answer what is wrong."""
    form = asked.form_class(request.POST, files=request.FILES, acting=acting, known=draft.values)
    if not form.is_valid():
        return _step_page(request, act, acting, asked, form, draft=draft)
    values = journeys.answered(draft.values, asked, form.values())
    answers = {**draft.answers, asked.name: _typed(request, form)}
    try:
        signing.change_draft(
            key=draft.key,
            person=draft.person,
            answers=answers,
            values=values,
            changed_at=acting.at,
        )
    except Refused:  # Another window has signed it meanwhile.
        return HttpResponseRedirect(reverse("sign-receipt", args=[draft.key]))
    return HttpResponseRedirect(journeys.address_after(act, acting, values, key=draft.key))


def _step_page(
    request: HttpRequest,
    act: SignedAct,
    acting: Acting,
    asked: Step,
    form: StepForm,
    *,
    draft: DraftEntry | None = None,
) -> HttpResponse:
    return page(
        request,
        asked.template,
        program=acting.program,
        trail=program_trail(acting.program, *trail_steps(acting, act)),
        http_status=422 if form.errors else 200,
        act=act,
        acting=acting,
        step=asked,
        form=form,
        draft=draft,
        progress=journeys.progress(act, asked.part, program=acting.program),
        so_far=_so_far(act, acting, asked, draft),
        **form.shown(),
    )


def _so_far(
    act: SignedAct, acting: Acting, asked: Step, draft: DraftEntry | None
) -> list[tuple[str, str]]:
    """What was answered on the pages before, in short."""
    found: list[tuple[str, str]] = []
    for one in act.steps if draft is not None else ():
        if one.name == asked.name:
            break
        if draft is not None and one.holds(acting, draft.values):
            found += one.rows(acting, draft.values)
    return found


def _typed(request: HttpRequest, form: StepForm) -> dict[str, list[str]]:
    """What was typed into a page's questions, to be shown when it is changed."""
    if form.is_secret:
        return {}
    return {name: request.POST.getlist(name) for name in form.fields if name in request.POST}


def _initial(form: StepForm, draft: DraftEntry, asked: Step) -> dict[str, Any]:
    kept: Mapping[str, list[str]] = draft.answers.get(asked.name, {})
    return {name: texts[-1] for name, texts in kept.items() if texts and name in form.fields} | (
        {"by": form.way} if form.way else {}
    )


def _is_ahead(act: SignedAct, asked: Step, open_step: Step | None) -> bool:
    """Whether a page comes after one that is still to be answered."""
    if open_step is None:
        return False
    order = [one.name for one in act.steps]
    return order.index(asked.name) > order.index(open_step.name)
