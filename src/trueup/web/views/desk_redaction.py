"""Officials: what of a paper the public does not get, and the comments of the public.

Source: 40 CFR 62.16515(h), (i); PLAT-127; preamble IV.D.6.b; docs/decisions/0310, 0311.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.resources import comment_reads, public_papers, services
from trueup.resources import queries as resources
from trueup.resources.comments import QUESTION_MAX
from trueup.resources.entries import ResourceEntry
from trueup.resources.public_entries import ClaimEntry, FileRedaction
from trueup.resources.redaction import ALWAYS_PUBLIC
from trueup.resources.redaction_reads import WholePaper, redacted_as, whole_paper
from trueup.rules.papers import DECISION, elements_of
from trueup.rules.refusal import Refused
from trueup.web.access import caller_of, official
from trueup.web.body_limits import limited
from trueup.web.pages import Link, page, program_or_404
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.resource_words import PAPERS, named
from trueup.web.sentences import say, say_all
from trueup.web.signed_acts import now
from trueup.web.templatetags.words import word
from trueup.web.views.resource_comments import kept_upload, most_with_file
from trueup.web.views.resource_papers import file_answer

FUNCTION = "review_eligibility"
REASON_MAX = 300


class RedactionForm(forms.Form):
    """A reason beside each part that is withheld; a part without one is shown."""

    decision = forms.CharField(
        label=gettext_lazy("What the sponsor is told about the claim"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, paper: WholePaper, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.paper = paper
        labels = {one.name: one.label for one in elements_of(paper.kind)}
        self.parts = [
            name for name in paper.elements if name not in ALWAYS_PUBLIC and paper.kind != DECISION
        ]
        for name in self.parts:
            self.fields[f"element_{name}"] = forms.CharField(
                label=capfirst(word(labels.get(name, name))),
                help_text=paper.elements[name][:200],
                max_length=REASON_MAX,
                required=False,
            )
        for key, file in paper.files.items():
            self.fields[f"file_{key}"] = forms.CharField(
                label=_("File: %(name)s") % {"name": file.name},
                max_length=REASON_MAX,
                required=False,
            )
            self.fields[f"replacement_{key}"] = forms.FileField(
                label=_("Redacted version of %(name)s") % {"name": file.name}, required=False
            )

    def withheld_elements(self) -> dict[str, str]:
        """Element -> reason, of what is withheld."""
        found = {name: self.cleaned_data[f"element_{name}"] for name in self.parts}
        return {name: reason for name, reason in found.items() if reason}

    def withheld_files(self, folder: Path) -> list[FileRedaction]:
        """The files that are withheld, with what stands in their place."""
        found = []
        for key in self.paper.files:
            reason = self.cleaned_data[f"file_{key}"]
            if reason:
                own = folder / str(key)
                own.mkdir()
                found.append(
                    FileRedaction(
                        attachment=key,
                        reason=reason,
                        replacement=kept_upload(self.cleaned_data[f"replacement_{key}"], own),
                    )
                )
        return found


class OpenForm(forms.Form):
    """What the public is asked about an application."""

    question = forms.CharField(
        label=gettext_lazy("What the public is asked"),
        max_length=QUESTION_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@official(FUNCTION)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def redaction(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """One paper with a place for a reason beside each part; claims of the sponsor on top.

    Source: PLAT-127; docs/decisions/0310.
    """
    paper, entry = _paper(request, code, key)
    claim = next((one for one in public_papers.claims_of(key) if one.state == "open"), None)
    if request.method == "POST":
        form = RedactionForm(paper, request.POST, request.FILES)
        if form.is_valid() and _redact(request, form, claim):
            return HttpResponseRedirect(reverse("desk-redaction", args=[code, key]))
        return _redaction_page(request, paper, entry, form=form, claim=claim, status=422)
    form = RedactionForm(paper, initial=_initial(paper, claim))
    return _redaction_page(request, paper, entry, form=form, claim=claim)


redaction = limited(redaction, most=most_with_file)


@official(FUNCTION)
@never_cache
@require_safe
def paper_file(request: HttpRequest, code: str, key: int, attachment: int) -> HttpResponseBase:
    """A file of a paper as it was handed in, for the official who decides on it."""
    paper, _entry = _paper(request, code, key)
    if attachment not in paper.files:
        raise Http404(_("There is no such file."))
    return file_answer(paper.files[attachment])


@official(FUNCTION)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_comments(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Open an application for comments, for the program's days.

    Source: preamble IV.D.6.b; docs/decisions/0311.
    """
    program, entry = program_or_404(code), _resource(request, code, resources.resource(key))
    form = OpenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.open_comment_period(
                resource=entry.id,
                question=form.cleaned_data["question"],
                opened_at=now(),
                actor=caller_of(request).actor,
            )
            return HttpResponseRedirect(reverse("desk-comments", args=[code, made.id]))
        except Refused as refused:
            for refusal in refused.refusals:
                form.add_error(None, say(refusal.sentence))
    return page(
        request,
        "desk/open_comments",
        program=program,
        trail=_trail(entry),
        http_status=422 if form.errors else 200,
        resource=entry,
        form=form,
        days=program.credits.comment_days if program.credits is not None else 0,
    )


@official(FUNCTION)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """The comments of a period as they come in; one can be kept from the public.

    Source: preamble IV.D.6.b; PLAT-127; docs/decisions/0311.
    """
    program, period = program_or_404(code), comment_reads.comment_period(key)
    if period is None:
        raise Http404(_("There is no such comment period."))
    entry = _resource(request, code, resources.resource(period.resource))
    if request.method == "POST":
        try:
            _withhold(request, key)
        except Refused as refused:
            messages.error(request, say_all(refused.refusals))
        return HttpResponseRedirect(request.get_full_path())
    rows = comment_reads.comments_of(key, limit=PAGE_SIZE + 1, after=number_after(request))
    return page(
        request,
        "desk/comments",
        program=program,
        trail=_trail(entry),
        resource=entry,
        period=period,
        page=page_of(request, rows, key=lambda row: row.id),
    )


@official(FUNCTION)
@never_cache
@require_safe
def comment_file(request: HttpRequest, code: str, key: int, comment: int) -> HttpResponseBase:
    """The file of a comment, for officials before it is published."""
    period, found = comment_reads.comment_period(key), comment_reads.comment(comment)
    if period is None or found is None or found.period != key or found.file is None:
        raise Http404(_("There is no such file."))
    _resource(request, code, resources.resource(period.resource))
    return file_answer(found.file)


def _redact(request: HttpRequest, form: RedactionForm, claim: ClaimEntry | None) -> bool:
    """Keep what was said; whether it was taken."""
    actor, at = caller_of(request).actor, now()
    try:
        if request.POST.get("do") == "refuse" and claim is not None:
            services.refuse_claim(
                claim=claim.id,
                decision=form.cleaned_data["decision"],
                decided_at=at,
                actor=actor,
            )
        else:
            with tempfile.TemporaryDirectory() as folder:
                services.redact(
                    document=form.paper.id,
                    elements=form.withheld_elements(),
                    files=form.withheld_files(Path(folder)),
                    made_at=at,
                    actor=actor,
                    claim=claim.id if claim is not None else None,
                    decision=form.cleaned_data["decision"],
                )
    except Refused as refused:
        for refusal in refused.refusals:
            form.add_error(None, say(refusal.sentence))
        return False
    messages.success(request, _("The public reads the paper so from now on."))
    return True


def _withhold(request: HttpRequest, period: int) -> None:
    """Keep one comment of this period from the public."""
    said = request.POST.get("comment", "")
    found = comment_reads.comment(int(said)) if said.isdigit() and len(said) < 19 else None
    if found is None or found.period != period:
        raise Http404(_("There is no such comment."))
    services.withhold_comment(
        comment=found.id,
        reason=request.POST.get("reason", ""),
        withheld_at=now(),
        actor=caller_of(request).actor,
    )


def _initial(paper: WholePaper, claim: ClaimEntry | None) -> dict[str, str]:
    """What is withheld now; what is claimed is proposed with the sponsor's ground."""
    elements, files = redacted_as(paper.id)
    initial = {f"element_{name}": reason for name, reason in elements.items()}
    initial |= {f"file_{key}": reason for key, reason in files.items()}
    if claim is not None:
        ground = claim.ground[:REASON_MAX]
        initial |= {f"element_{name}": ground for name in claim.elements}
        initial |= {f"file_{key}": ground for key in claim.attachments}
    return initial


def _redaction_page(
    request: HttpRequest,
    paper: WholePaper,
    entry: ResourceEntry,
    *,
    form: RedactionForm,
    claim: ClaimEntry | None,
    status: int = 200,
) -> HttpResponse:
    return page(
        request,
        "desk/redaction",
        program=program_or_404(entry.program),
        trail=_trail(entry),
        http_status=status,
        resource=entry,
        paper=paper,
        title=named(PAPERS, paper.kind),
        files=list(paper.files.items()),
        form=form,
        claim=claim,
    )


def _paper(request: HttpRequest, code: str, key: int) -> tuple[WholePaper, ResourceEntry]:
    paper = whole_paper(key)
    if paper is None:
        raise Http404(_("There is no such paper."))
    return paper, _resource(request, code, resources.resource(paper.resource))


def _resource(request: HttpRequest, code: str, found: ResourceEntry | None) -> ResourceEntry:
    """The resource, if it is of the program and of a State for which the official decides."""
    if found is None or found.program != code:
        raise Http404(_("There is no such resource in this program."))
    caller = caller_of(request)
    if not caller.may(FUNCTION, program=code, jurisdiction=found.jurisdiction):
        raise PermissionDenied
    return found


def _trail(entry: ResourceEntry) -> list[Link]:
    return [
        Link(name=_("Desk"), address=reverse("desk")),
        Link(name=entry.name, address=reverse("resource", args=[entry.program, entry.id])),
    ]
