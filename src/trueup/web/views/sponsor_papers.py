"""The papers of a sponsor's resource: every version with its digest, elements and files.

Source: PLAT-089, PLAT-097, PLAT-120; 40 CFR 62.16515(g)(10).
"""

from __future__ import annotations

import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.resources import queries as resources
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.entries import DocumentEntry
from trueup.resources.files import path_of
from trueup.rules.papers import elements_of
from trueup.rules.program import Program
from trueup.web.access import own
from trueup.web.credit_words import cited
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.resource_words import ANSWERS, PAPERS, named
from trueup.web.templatetags.words import word
from trueup.web.views.sponsor_resources import own_resources, reads_resource

_SAFE = re.compile(r"[^\w.-]+", re.ASCII)


@own(reads_resource)
@require_safe
def my_papers(request: HttpRequest, code: str, resource_id: int) -> HttpResponse:
    """Every paper of a resource in order of filing.

    Source: PLAT-120.
    """
    program = program_or_404(code)
    rows = resources.papers_of(resource_id, limit=PAGE_SIZE + 1, after=number_after(request))
    return page(
        request,
        "sponsor/papers",
        program=program,
        trail=program_trail(program, own_resources(), _home(code, resource_id)),
        resource=resources.resource(resource_id),
        page=page_of(request, rows, key=lambda row: row.id),
    )


@own(reads_resource)
@require_safe
def my_paper(request: HttpRequest, code: str, resource_id: int, document_id: int) -> HttpResponse:
    """One paper as it was filed, element by element.

    Source: PLAT-089, PLAT-120.
    """
    program = program_or_404(code)
    paper = sponsors.paper_of(resource_id, document_id)
    if paper is None:
        raise Http404("There is no such paper.")
    return page(
        request,
        "sponsor/paper",
        program=program,
        trail=program_trail(program, own_resources(), _home(code, resource_id)),
        resource=resources.resource(resource_id),
        paper=paper,
        title=named(PAPERS, paper.kind),
        rows=rows_of(paper, program),
    )


@own(reads_resource)
@require_safe
def my_file(
    _request: HttpRequest, *, resource_id: int, document_id: int, digest: str, **_named: object
) -> HttpResponseBase:
    """A file of a paper, as it was handed in; a browser is told not to open it as a page.

    Source: PLAT-097.
    """
    found = sponsors.attachment_of(resource_id, document_id, digest)
    if found is None or not path_of(found.sha256).is_file():
        raise Http404("There is no such file.")
    answer = FileResponse(
        path_of(found.sha256).open("rb"),
        as_attachment=True,
        filename=_SAFE.sub("_", found.name) or "file",
        content_type=found.media_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def rows_of(paper: DocumentEntry, program: Program) -> list[tuple[str, str, str]]:
    """Label, answer and paragraph of the elements of a paper, in the order of the rule."""
    known = {element.name: element for element in elements_of(paper.kind)}
    ordered = [name for name in known if name in paper.elements]
    ordered += [name for name in paper.elements if name not in known]
    rows = []
    for name in ordered:
        element = known.get(name)
        label = word(element.label) if element is not None else name.replace("_", " ")
        rows.append(
            (
                capfirst(label),
                named(ANSWERS, paper.elements[name]),
                f"40 CFR {cited(program, element.cite)}"
                if element is not None and element.cite[0] == "6"
                else "",
            )
        )
    return rows


def _home(code: str, resource_id: int) -> Link:
    found = resources.resource(resource_id)
    return Link(
        name=found.name if found is not None else _("Resource"),
        address=reverse("my-resource", args=[code, resource_id]),
    )
