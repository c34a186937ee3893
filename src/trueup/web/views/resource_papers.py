"""From a credit to its papers: issues with their document sets, papers, their files."""

from __future__ import annotations

import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.resources import public_papers, trace
from trueup.resources import queries as resources
from trueup.resources.entries import AttachmentEntry
from trueup.resources.files import path_of
from trueup.web.access import public
from trueup.web.credit_words import category_name, rows_of
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.resource_words import PAPERS, named
from trueup.web.views.resources import (
    credits_link,
    resource_link,
    resource_or_404,
    resources_link,
)

_SAFE = re.compile(r"[^\w.-]+", re.ASCII)


@public
@require_safe
def resource_papers(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Every paper of a resource in order of filing.

    Source: 40 CFR 62.16515(h); PLAT-120, PLAT-144.
    """
    program, entry = program_or_404(code), resource_or_404(code, key)
    rows = public_papers.public_papers_of(
        entry.id, limit=PAGE_SIZE + 1, after=number_after(request)
    )
    return page(
        request,
        "resources/papers",
        program=program,
        trail=program_trail(
            program, credits_link(code), resources_link(code), resource_link(entry)
        ),
        resource=entry,
        page=page_of(request, rows, key=lambda row: row.id),
    )


@public
@require_safe
def paper(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """A paper element by element; what is withheld shows the reason in its place.

    Source: 40 CFR 62.16515(g)(10), (h); PLAT-089, PLAT-144.
    """
    program = program_or_404(code)
    found = public_papers.public_paper(key)
    entry = resources.resource(found.resource) if found is not None else None
    if found is None or entry is None or entry.program != code:
        raise Http404(_("There is no such paper."))
    return page(
        request,
        "resources/paper",
        program=program,
        trail=program_trail(
            program, credits_link(code), resources_link(code), resource_link(entry)
        ),
        resource=entry,
        paper=found,
        title=named(PAPERS, found.kind),
        rows=rows_of(found, program),
    )


@public
@require_safe
def paper_file(request: HttpRequest, code: str, key: int, attachment: int) -> HttpResponseBase:
    """A file of a paper as the public gets it; one that is withheld is not there.

    Source: PLAT-097, PLAT-127; docs/decisions/0310.
    """
    del request
    found = public_papers.public_paper(key)
    entry = resources.resource(found.resource) if found is not None else None
    files = found.files if found is not None and entry is not None else ()
    file = next((one.file for one in files if one.id == attachment), None)
    if file is None or entry is None or entry.program != code:
        raise Http404(_("There is no such file."))
    return file_answer(file)


@public
@require_safe
def issue(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """An issue to a resource, with the document set on which it rests.

    Source: 40 CFR 62.16515(h); RATE-206; PLAT-121.
    """
    program = program_or_404(code)
    found = trace.issue(program=code, issuance=key)
    if found is None:
        raise Http404(_("There is no such issue."))
    return page(
        request,
        "resources/issue",
        program=program,
        trail=program_trail(
            program, credits_link(code), resources_link(code), resource_link(found.resource)
        ),
        trace=found,
        category=category_name(program, found.resource.category),
    )


@public
@require_safe
def egu_issue(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """An issue to an affected EGU: the notice before it, and the unit's operation data.

    Source: 40 CFR 62.16434, 62.16515(h); RATE-139, RATE-206.
    """
    program = program_or_404(code)
    found = trace.egu_issue(program=code, issuance=key)
    if found is None:
        raise Http404(_("There is no such issue."))
    return page(
        request,
        "resources/egu_issue",
        program=program,
        trail=program_trail(
            program,
            credits_link(code),
            Link(name=_("Issues"), address=reverse("credit-report", args=[code, "issues"])),
        ),
        trace=found,
        category=category_name(program, found.issue.category),
    )


def file_answer(file: AttachmentEntry) -> HttpResponseBase:
    """A file to keep; a browser is told not to open it as a page."""
    kept = path_of(file.sha256)
    if not kept.is_file():
        raise Http404(_("There is no such file."))
    answer = FileResponse(
        kept.open("rb"),
        as_attachment=True,
        filename=_SAFE.sub("_", file.name) or "file",
        content_type=file.media_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
