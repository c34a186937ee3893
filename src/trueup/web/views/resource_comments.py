"""Comment periods of applications: what is asked, a form for anybody, what was said after.

Source: preamble IV.D.6.b; RATE-213; docs/decisions/0311.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from allauth.core.internal.httpkit import get_client_ip
from django import forms
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from trueup.resources import comment_reads, public_reads, services
from trueup.resources import queries as resources
from trueup.resources.comments import NAME_MAX, TEXT_MAX
from trueup.resources.entries import ResourceEntry, Upload
from trueup.resources.files import BYTES_MAX, MEDIA_TYPES
from trueup.resources.public_entries import CommentPeriodEntry, CommentSpec
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.web.access import public
from trueup.web.body_limits import limited
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sentences import say
from trueup.web.signed_acts import now
from trueup.web.views.resource_papers import file_answer
from trueup.web.views.resources import credits_link, resource_link

FROM_ONE_ADDRESS_AN_HOUR = 10
HOUR_SECONDS = 3600
_PIECE = 1024 * 1024


class CommentForm(forms.Form):
    """What somebody has to say; `website` is for machines, people do not see it."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=NAME_MAX)
    organization = forms.CharField(
        label=gettext_lazy("For whom you speak, if not for yourself"),
        max_length=NAME_MAX,
        required=False,
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("It is not published."),
        max_length=NAME_MAX,
        required=False,
    )
    text = forms.CharField(
        label=gettext_lazy("Your comment"),
        help_text=gettext_lazy("It is published under your name when the time for comments ends."),
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    file = forms.FileField(
        label=gettext_lazy("A file that belongs to it"),
        help_text=gettext_lazy("PDF, PNG, JPEG, CSV or text; at most 50 MB. It is published too."),
        required=False,
    )
    website = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)


@public
@require_safe
def comment_periods(request: HttpRequest, code: str) -> HttpResponse:
    """The comment periods of a program, the newest first.

    Source: preamble IV.D.6.b; RATE-213.
    """
    program = program_or_404(code)
    rows = comment_reads.comment_periods(
        program=code, limit=PAGE_SIZE + 1, before=number_after(request) or None
    )
    known = public_reads.resources_by_id([row.resource for row in rows])
    return page(
        request,
        "resources/comment_periods",
        program=program,
        trail=program_trail(program, credits_link(code)),
        page=page_of(
            request,
            [{"period": row, "resource": known[row.resource]} for row in rows],
            key=lambda row: row["period"].id,
        ),
        today=program.local_date(now()),
    )


def most_with_file(_request: HttpRequest, _arguments: Any) -> int:
    """How many bytes a form with one file may have."""
    return BYTES_MAX + _PIECE


@public
@require_http_methods(["GET", "HEAD", "POST"])
def comment_period(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """One comment period: the form while it is open, what was said when it is over.

    Source: preamble IV.D.6.b; RATE-213; docs/decisions/0311.
    """
    program, period, entry = _found(code, key)
    today = program.local_date(now())
    if request.method == "POST":
        form = CommentForm(request.POST, request.FILES)
        refused = _received(request, form, period)
        if refused == 0:
            return HttpResponseRedirect(reverse("comment-received", args=[code, key]))
        return _page(request, program, period, entry, form=form, status=refused)
    form = CommentForm(initial={"key": uuid4()})
    return _page(request, program, period, entry, form=form if period.is_open(today) else None)


comment_period = limited(comment_period, most=most_with_file)


@public
@require_safe
def comment_received(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """That a comment was received, and when it is published."""
    program, period, entry = _found(code, key)
    return page(
        request,
        "resources/comment_received",
        program=program,
        trail=_trail(program, entry),
        period=period,
        resource=entry,
    )


@public
@require_safe
def comment_file(request: HttpRequest, code: str, key: int, comment: int) -> HttpResponseBase:
    """The file of a published comment."""
    del request
    program, period, _entry = _found(code, key)
    found = comment_reads.comment(comment)
    is_published = program.local_date(now()) > period.closes_on
    if found is None or found.period != period.id or not is_published:
        raise Http404(_("There is no such file."))
    file = comment_reads.as_published(found).file
    if file is None:
        raise Http404(_("There is no such file."))
    return file_answer(file)


def _received(request: HttpRequest, form: CommentForm, period: CommentPeriodEntry) -> int:
    """Take a comment in; 0, or the status of the page that says what is wrong."""
    if not form.is_valid():
        return 422
    if form.cleaned_data["website"]:
        return 0  # A machine filled in what no person sees.
    if _too_many(request):
        form.add_error(None, _("Too many comments came from here. Try again in an hour."))
        return 429
    given: UploadedFile[Any] | None = form.cleaned_data["file"]
    try:
        with tempfile.TemporaryDirectory() as folder:
            services.file_comment(
                period=period.id,
                spec=_spec(form.cleaned_data, kept_upload(given, Path(folder))),
                filed_at=now(),
            )
    except Refused as refused:
        for refusal in refused.refusals:
            form.add_error(None, say(refusal.sentence))
        return 422
    return 0


def _spec(answers: dict[str, Any], upload: Upload | None) -> CommentSpec:
    key: UUID = answers["key"]
    return CommentSpec(
        key=key,
        name=answers["name"],
        organization=answers["organization"],
        email=answers["email"],
        text=answers["text"],
        upload=upload,
    )


def kept_upload(given: UploadedFile[Any] | None, folder: Path) -> Upload | None:
    """What came in as a file of our own, read in pieces."""
    if given is None:
        return None
    path = folder / "file"
    with path.open("wb") as file:
        for piece in given.chunks(_PIECE):
            file.write(piece)
    media_type = given.content_type or ""
    return Upload(
        name=given.name or "file",
        media_type=media_type if media_type in MEDIA_TYPES else _type_of(given.name or ""),
        path=path,
    )


def _type_of(name: str) -> str:
    """What a file is by its ending, where the browser does not say it in our words."""
    endings = {".csv": "text/csv", ".txt": "text/plain", ".pdf": "application/pdf"}
    return endings.get(Path(name).suffix.lower(), "unknown")


def _page(
    request: HttpRequest,
    program: Program,
    period: CommentPeriodEntry,
    entry: ResourceEntry,
    *,
    form: CommentForm | None,
    status: int = 200,
) -> HttpResponse:
    today = program.local_date(now())
    comments = comment_reads.published_comments(
        period, today=today, limit=PAGE_SIZE + 1, after=number_after(request)
    )
    return page(
        request,
        "resources/comment_period",
        program=program,
        trail=_trail(program, entry),
        http_status=status,
        period=period,
        resource=entry,
        form=form,
        is_open=period.is_open(today),
        page=page_of(request, comments, key=lambda row: row.id),
    )


def _found(code: str, key: int) -> tuple[Program, CommentPeriodEntry, ResourceEntry]:
    program, period = program_or_404(code), comment_reads.comment_period(key)
    entry = resources.resource(period.resource) if period is not None else None
    if period is None or entry is None or entry.program != code:
        raise Http404(_("There is no such comment period."))
    return program, period, entry


def _trail(program: Program, entry: ResourceEntry) -> list[Link]:
    return program_trail(program, credits_link(program.code), resource_link(entry))


def _too_many(request: HttpRequest) -> bool:
    """Whether one network address has commented too often in an hour."""
    count = f"comment:{get_client_ip(request) or 'unknown'}"
    cache.add(count, 0, HOUR_SECONDS)
    try:
        return cache.incr(count) > FROM_ONE_ADDRESS_AN_HOUR
    except ValueError:  # It ran out in between.
        return False
