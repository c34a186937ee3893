"""Acts that are signed: the form, the answers checked, the second factor, the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from trueup.desk.callers import Caller
from trueup.rules.refusal import Refused
from trueup.rules.statements import Statement
from trueup.signing import factors, queries
from trueup.signing import services as signing
from trueup.signing.entries import DraftEntry, Evidence
from trueup.transfers import queries as transfers
from trueup.web import journeys, signed_acts
from trueup.web.access import View, official, own, registered, represents
from trueup.web.acting import acting_of, acting_on, address_of, person_who_asks
from trueup.web.body_limits import limited
from trueup.web.pages import page, program_or_404, program_trail
from trueup.web.sentences import say, say_with_cite
from trueup.web.signed_acts import Acting, SignedAct, Submission
from trueup.web.views.journeys import begin_page
from trueup.web.views.signing_drafts import (
    act_of,
    draft_of,
    own_accounts,
    owns_draft,
    trail_steps,
)
from trueup.web.views.signing_factors import passkey_options, prove

BLOCKS_SHOWN = 200
ANSWERS_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the sign page shows, and what was wrong with the last attempt.

    Attributes:
        problems: By the place where they are said: `statements`, `factor`, or above all.
    """

    act: SignedAct
    acting: Acting
    draft: DraftEntry
    submission: Submission
    statements: tuple[Statement, ...]
    problems: Mapping[str, list[str]]
    accepted: frozenset[str] = frozenset()


def act_page(act: SignedAct) -> View:
    """The view of an act's form; the address names the account, the transfer, or neither."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, code: str, **named: Any) -> HttpResponse:
        acting = acting_on(
            request,
            act,
            code=code,
            number=named.get("number", ""),
            key=named.get("key"),
        )
        if request.method == "POST":
            return _check(request, act, acting)
        form = act.form_class(acting=acting)
        form.initial = {**act.initial(acting), **_answers_before(request, act, acting)}
        return _form_page(request, act, acting, form)

    return view


def guarded(act: SignedAct) -> View:
    """The view of an act's first page with the rule that its address needs."""
    if not act.steps:
        return _ruled(act, act_page(act))

    def most(request: HttpRequest, _arguments: Mapping[str, Any]) -> int:
        return act.sent_max if request.user.is_authenticated else signed_acts.SENT_MAX

    return limited(_ruled(act, begin_page(act)), most=most)


def _ruled(act: SignedAct, view: View) -> View:
    if act.functions:
        return official(*act.functions)(view)
    if act.subject == signed_acts.ACCOUNT:
        return represents(act.kind)(view)
    if act.subject in (signed_acts.PROGRAM, signed_acts.THING):
        return registered(view)  # What belongs to whom the view itself asks.

    def acts_for_side(caller: Caller, arguments: Mapping[str, Any]) -> bool:
        entry = transfers.transfer(arguments["key"])
        side = act.account_of(entry) if entry is not None else None
        return side is not None and caller.acts_for(side.id, submission=act.kind)

    return own(acts_for_side)(view)


@registered
@never_cache
@require_http_methods(["GET", "HEAD"])
def agreement(request: HttpRequest) -> HttpResponse:
    """Put the electronic signature agreement before a person, on the way to a signature.

    Source: PLAT-151.
    """
    person = person_who_asks(request)
    draft = signing.keep_draft(
        person=person.id,
        program=settings.TRUEUP_PROGRAM,
        act="agreement",
        subject="",
        answers={},
        values={"then": _then(request)},
        created_at=signed_acts.now(),
    )
    return HttpResponseRedirect(reverse("sign", args=[draft.key]))


@own(owns_draft)
@never_cache
@sensitive_post_parameters("code", "assertion")
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, key: UUID) -> HttpResponse:
    """Check the answers, accept the statements, and give a second factor for exactly this.

    Source: PLAT-151, PLAT-152; MASS-027, MASS-037.
    """
    draft = draft_of(request, key)
    if draft.done_at is not None:
        return HttpResponseRedirect(reverse("sign-receipt", args=[key]))
    act = act_of(draft)
    acting = acting_of(request, act, draft)
    person = acting.person
    if act.steps and journeys.next_step(act, acting, draft.values) is not None:
        return HttpResponseRedirect(reverse("draft", args=[key]))
    if act.document != "agreement" and not queries.has_agreement(person.id, on=acting.at.date()):
        return HttpResponseRedirect(f"{reverse('agreement')}?then={key}")
    submission = act.prepare(acting, draft.values, draft.key)
    asked = Asked(
        act=act,
        acting=acting,
        draft=draft,
        submission=submission,
        statements=act.statements(acting, draft.values),
        problems={},
    )
    if request.method == "POST":
        return _sign(request, asked)
    return _sign_page(request, asked)


@own(owns_draft)
@never_cache
@require_http_methods(["GET", "HEAD"])
def receipt(request: HttpRequest, key: UUID) -> HttpResponse:
    """What became of a signed act, and what was kept of the signature."""
    draft = draft_of(request, key)
    if draft.done_at is None:
        return HttpResponseRedirect(reverse("sign", args=[key]))
    act = act_of(draft)
    program = program_or_404(draft.program)
    signature = queries.signature_with(str(draft.outcome.get("nonce", "")))
    return page(
        request,
        "signing/receipt",
        program=program,
        trail=program_trail(program, own_accounts()),
        act=act,
        outcome=draft.outcome,
        signature=signature,
        done_at=draft.done_at,
        progress=journeys.progress(act, journeys.RECEIPT, program=program) if act.steps else None,
    )


def _check(request: HttpRequest, act: SignedAct, acting: Acting) -> HttpResponse:
    """Read the answers; keep them for the signature, or say beside each what is wrong."""
    form = act.form_class(request.POST, acting=acting)
    form.files = request.FILES
    if int(request.META.get("CONTENT_LENGTH") or 0) > ANSWERS_MAX:
        form.add_error(None, _("This is too much for one submission; make several."))
    if not form.is_valid():
        return _form_page(request, act, acting, form)
    answers = {
        name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"
    }
    draft = signing.keep_draft(
        person=acting.person.id,
        program=acting.program.code,
        act=act.name,
        subject=acting.subject,
        answers=answers,
        values=form.values(),
        created_at=acting.at,
    )
    return HttpResponseRedirect(reverse("sign", args=[draft.key]))


def _sign(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Prove and perform, once; what is wrong is said where it can be mended."""
    accepted = tuple(request.POST.getlist("accepted"))
    missing = [item for item in asked.statements if item.key not in accepted]
    if missing:
        problems = {"statements": [_("Accept each statement; without it this is not certified.")]}
        return _sign_page(request, _again(asked, problems, accepted), status=422)
    if _has_gone_stale(asked):
        return HttpResponseRedirect(reverse("sign-check", args=[asked.draft.key]))
    try:
        evidence = prove(request, asked.acting, accepted)
    except Refused as refused:
        if _is_done(asked):
            return HttpResponseRedirect(reverse("sign-receipt", args=[asked.draft.key]))
        problems = {"factor": [say(refusal.sentence) for refusal in refused.refusals]}
        return _sign_page(request, _again(asked, problems, accepted), status=422)
    try:
        _perform(asked, evidence)
    except Refused as refused:
        if not _is_done(asked):
            problems = {"": [say_with_cite(item) for item in refused.refusals]}
            return _sign_page(request, _again(asked, problems, accepted), status=422)
    return HttpResponseRedirect(reverse("sign-receipt", args=[asked.draft.key]))


def _has_gone_stale(asked: Asked) -> bool:
    """Whether it would be refused by now: the check explains why, and no code is used up."""
    if not asked.act.steps or _is_done(asked):
        return False
    return bool(asked.act.forecast(asked.acting, asked.draft.values, asked.draft.key).refusals)


@transaction.atomic
def _perform(asked: Asked, evidence: Evidence) -> None:
    """The act, and that its draft is done: both or neither."""
    draft = asked.draft
    outcome = asked.act.perform(asked.acting, draft.values, draft.key, evidence)
    signing.finish_draft(
        key=draft.key,
        outcome={**outcome.as_json(), "nonce": evidence.detail["challenge"]},
        done_at=asked.acting.at,
    )


def _is_done(asked: Asked) -> bool:
    """Whether another request of the same draft came first."""
    now = queries.draft(asked.draft.key, person=asked.acting.person.id, at=asked.acting.at)
    return now is not None and now.done_at is not None


def _again(asked: Asked, problems: Mapping[str, list[str]], accepted: tuple[str, ...]) -> Asked:
    return Asked(
        act=asked.act,
        acting=asked.acting,
        draft=asked.draft,
        submission=asked.submission,
        statements=asked.statements,
        problems=problems,
        accepted=frozenset(accepted),
    )


def _form_page(
    request: HttpRequest, act: SignedAct, acting: Acting, form: signed_acts.ActForm
) -> HttpResponse:
    return page(
        request,
        "signing/form",
        program=acting.program,
        trail=program_trail(acting.program, *trail_steps(acting, act)),
        http_status=422 if form.errors else 200,
        act=act,
        acting=acting,
        form=form,
    )


def _sign_page(request: HttpRequest, asked: Asked, *, status: int = 200) -> HttpResponse:
    acting, submission = asked.acting, asked.submission
    begun = signing.begin(
        program=acting.program.code if asked.act.document != "agreement" else "",
        document=submission.document or asked.act.document,
        text=submission.text,
        statements=asked.statements,
        signer=acting.person.id,
        for_person=acting.for_person,
        at=acting.at,
    )
    methods = factors.methods_of(request.user.pk or 0)
    return page(
        request,
        "signing/sign",
        program=acting.program,
        trail=program_trail(acting.program, *trail_steps(acting, asked.act)),
        http_status=status,
        asked=asked,
        act=asked.act,
        begun=begun,
        blocks=submission.blocks[:BLOCKS_SHOWN],
        is_cut=len(submission.blocks) > BLOCKS_SHOWN,
        methods=methods,
        passkey=passkey_options(request, begun) if "passkey" in methods else "",
        change=_change(asked),
        progress=journeys.progress(asked.act, journeys.SIGN, program=acting.program)
        if asked.act.steps
        else None,
        problems=[text for texts in asked.problems.values() for text in texts],
        statement_problems=asked.problems.get("statements", []),
        factor_problems=asked.problems.get("factor", []),
    )


def _then(request: HttpRequest) -> str:
    """The draft that waits for the agreement, if one does."""
    try:
        return str(UUID(request.GET.get("then", "")))
    except ValueError:
        return ""


def _answers_before(request: HttpRequest, act: SignedAct, acting: Acting) -> dict[str, Any]:
    """The answers of a draft that is to be changed."""
    try:
        key = UUID(request.GET.get("draft", ""))
    except ValueError:
        return {}
    draft = queries.draft(key, person=acting.person.id, at=acting.at)
    if draft is None or draft.act != act.name or draft.subject != acting.subject:
        return {}
    form = act.form_class(acting=acting)
    return {
        name: values if _is_many(form, name) else (values[-1] if values else "")
        for name, values in draft.answers.items()
    }


def _is_many(form: signed_acts.ActForm, name: str) -> bool:
    field = form.fields.get(name)
    return field is not None and getattr(field.widget, "allow_multiple_selected", False)


def _change(asked: Asked) -> str:
    """Where the answers can be changed; the agreement has none."""
    if asked.act.name == "agreement":
        return ""
    if asked.act.steps:
        return reverse("sign-check", args=[asked.draft.key])
    return f"{address_of(asked.act, asked.acting)}?draft={asked.draft.key}"
