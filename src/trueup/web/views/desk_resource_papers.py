"""A paper under review: what it says beside the rule, checks, checklist, questions, decision.

Source: 40 CFR 62.16445(a), (b), (e), 62.16455 to 62.16475; PLAT-120, PLAT-122.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.desk.callers import Caller
from trueup.resources import checklists, comment_reads, paper_reads, questions, reviews, self_checks
from trueup.resources.checklists import Subject
from trueup.resources.files import path_of
from trueup.resources.models import Application, Attachment, Document, Report
from trueup.resources.self_checks import Check
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.web.access import caller_of, official
from trueup.web.acts.desk import PREFIX
from trueup.web.pages import Link, page
from trueup.web.resource_words import APPLICATION_STATES, REPORT_STATES
from trueup.web.sentences import say_all
from trueup.web.views.desk_resource_words import OUTCOME_LOOKS, OUTCOMES
from trueup.web.views.desk_resources import FUNCTIONS, require_state, resources_or_404, state_of
from trueup.web.views.desk_signing import to_sign

APPROVE, DISAPPROVE, ASK = "approve", "disapprove", "ask"
BUTTONS = (
    (APPROVE, gettext_lazy("Approve")),
    (DISAPPROVE, gettext_lazy("Disapprove")),
    (ASK, gettext_lazy("Ask the sponsor")),
)
ACTS = {
    "application": {APPROVE: "approve_resource", DISAPPROVE: "disapprove_resource"},
    "report": {APPROVE: "accept_report", DISAPPROVE: "disapprove_report"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What is reviewed, as its page takes it."""

    program: Program
    subject: Subject
    papers: Sequence[Document]
    checks: Sequence[Check]
    tags: frozenset[str]
    title: str
    state: str
    address: str


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """An eligibility application with its EM&V plan and verification report, under review.

    Source: 40 CFR 62.16445(a), (b); RATE-061 to RATE-075.
    """
    program = resources_or_404(code)
    row = Application.objects.select_related("resource").filter(id=number).first()
    if row is None or row.resource.program != program.code:
        raise Http404("There is no such application.")
    require_state(caller_of(request), program.code, row.resource.jurisdiction)
    papers = paper_reads.papers_of_application(row)
    subject = reviews.subject_of_application(row)
    paper = Paper(
        program=program,
        subject=subject,
        papers=papers,
        checks=self_checks.checks_of_application(row, papers),
        tags=subject.tags | {"of_application"},
        title=_("Eligibility application of %(name)s") % {"name": row.resource.name},
        state=str(APPLICATION_STATES.get(row.state, row.state)),
        address=reverse("desk-resource-application", args=[program.code, number]),
    )
    if request.method == "POST":
        return _act(request, paper)
    return _show(
        request,
        paper,
        asked=questions.questions_of(application=row.pk),
        periods=[
            period
            for period in comment_reads.comment_periods_of(row.resource_id)
            if period.application == row.pk
        ],
        is_open=row.state in {"submitted", "info_asked"},
    )


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """An M&V report with its verification report, under review.

    Source: 40 CFR 62.16445(c) to (e), 62.16460, 62.16465; RATE-110 to RATE-136.
    """
    program = resources_or_404(code)
    row = Report.objects.select_related("resource", "verifier").filter(id=number).first()
    if row is None or row.resource.program != program.code:
        raise Http404("There is no such report.")
    require_state(caller_of(request), program.code, row.resource.jurisdiction)
    papers = paper_reads.papers_of_report(row)
    subject = reviews.subject_of_report(row)
    paper = Paper(
        program=program,
        subject=subject,
        papers=papers,
        checks=self_checks.checks_of_report(row, papers),
        tags=subject.tags | {"of_report"},
        title=_("M&V report of %(name)s, %(year)s") % {"name": row.resource.name, "year": row.year},
        state=str(REPORT_STATES.get(row.state, row.state)),
        address=reverse("desk-resource-report", args=[program.code, number]),
    )
    if request.method == "POST":
        return _act(request, paper)
    return _show(
        request,
        paper,
        asked=questions.questions_of(report=row.pk),
        report=row,
        decisions=paper_reads.reviews_of(row.pk),
        is_open=row.state in {"submitted", "verified", "incomplete"},
    )


@official(*FUNCTIONS)
@require_safe
def paper_file(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """A file of a paper as it was handed in, for officials.

    Source: 40 CFR 62.16515(g)(10); PLAT-120.
    """
    program = resources_or_404(code)
    found = Attachment.objects.select_related("document__resource").filter(id=number).first()
    if found is None or found.document.resource.program != program.code:
        raise Http404("There is no such file.")
    require_state(caller_of(request), program.code, found.document.resource.jurisdiction)
    return FileResponse(
        path_of(found.sha256).open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type="application/octet-stream",
    )


def _show(request: HttpRequest, paper: Paper, **more: Any) -> HttpResponse:
    caller, resource = caller_of(request), paper.subject.resource
    if resource is None:
        raise Http404("There is no such paper.")
    items = checklists.checklist(paper.subject)
    decides = more["is_open"] and may_review(caller, paper.program, resource.jurisdiction)
    return page(
        request,
        "desk/resources/paper",
        program=paper.program,
        trail=_trail(paper.program),
        paper=paper,
        resource=resource,
        shown=paper_reads.shown(paper.papers, tags=paper.tags),
        outcomes=OUTCOMES,
        looks=OUTCOME_LOOKS,
        items=items,
        ticked=sum(item.is_ticked for item in items),
        decides=decides,
        buttons=BUTTONS if decides else (),
        elements=[
            stated.name
            for one in paper_reads.shown(paper.papers, tags=paper.tags)
            for stated in one.stated
        ]
        if decides
        else [],
        **more,
    )


def may_review(caller: Caller, program: Program, jurisdiction: str) -> bool:
    """Whether an official decides on papers of a State's resources."""
    of = jurisdiction if jurisdiction in program.jurisdictions else ""
    return caller.may("review_eligibility", program=program.code, jurisdiction=of)


def _act(request: HttpRequest, paper: Paper) -> HttpResponseRedirect:
    """Tick an item here; a decision or a question goes on to where it is signed."""
    caller, resource = caller_of(request), paper.subject.resource
    if resource is None or not may_review(caller, paper.program, resource.jurisdiction):
        return HttpResponseRedirect(paper.address)
    if request.POST.get("item"):
        tick(request, paper.subject)
        return HttpResponseRedirect(f"{paper.address}#checklist")
    do, said = request.POST.get("do", ""), request.POST.get("said", "").strip()
    if do not in dict(BUTTONS) or not said:
        messages.error(request, _("Write the grounds, or the question, and choose what to do."))
        return HttpResponseRedirect(f"{paper.address}#decide")
    values: dict[str, object] = {
        **state_of(paper.program, resource.jurisdiction),
        "resource": resource.pk,
    }
    if paper.subject.kind == checklists.REPORT:
        values["report"] = paper.subject.id
    if do == ASK:
        name = "ask_sponsor"
        values |= {"question": said, **_given(request.POST, "element", "due_on")}
    else:
        name = ACTS[paper.subject.kind][do]
        values["grounds"] = said
    return to_sign(request, f"{PREFIX}{name}", values, program=paper.program.code)


def tick(request: HttpRequest, subject: Subject) -> None:
    """Tick an item of a checklist, or take the tick back; what is wrong stands on the page."""
    caller = caller_of(request)
    try:
        checklists.tick_item(
            subject,
            item=request.POST.get("item", ""),
            is_ticked=request.POST.get("to") != "open",
            by=caller.person or 0,
            at=caller.at,
            note=request.POST.get("note", ""),
        )
    except Refused as refused:
        messages.error(request, say_all(refused.refusals))


def _given(posted: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: posted.get(name, "").strip() for name in names if posted.get(name, "").strip()}


def _trail(program: Program) -> list[Link]:
    return [
        Link(name=_("Desk"), address=reverse("desk")),
        Link(name=_("Resources"), address=reverse("desk-resources", args=[program.code])),
    ]
