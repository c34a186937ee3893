"""Pages of the installation itself: the theme's style sheet, and errors."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from trueup.web.access import public
from trueup.web.pages import page
from trueup.web.theme import theme


@public
@require_safe
def theme_sheet(request: HttpRequest) -> HttpResponse:
    """The style sheet of the theme, from the file that the installation names."""
    style = theme().style
    etag = f'"{hashlib.sha256(style.encode()).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    return HttpResponse(
        style,
        content_type="text/css; charset=utf-8",
        headers={"ETag": etag, "Cache-Control": "max-age=300"},
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is at this address."""
    reason = exception.args[0] if exception.args else ""
    return page(
        request, "not_found", http_status=404, reason=reason if isinstance(reason, str) else ""
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """The page is for others."""
    return page(request, "forbidden", http_status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """The request cannot be read."""
    return page(request, "bad_request", http_status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form was sent without the mark that shows it came from our own page."""
    return page(request, "csrf_failure", http_status=403)
