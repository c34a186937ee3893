"""Whatever goes wrong under /api/, the answer is a problem document (RFC 9457).

Django's own answers (an address or a method that there is not, a body that is too large,
an error of ours) are pages for people; here they become problems.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from trueup.api.problems import CONTENT_TYPE, problem

PREFIX = "/api/"
BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_DETAILS = {
    HTTPStatus.NOT_FOUND: "Nothing is at this address; /api/v1/openapi.json lists what is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The address does not take this method; see Allow.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The fault is ours. Nothing half done was kept.",
}


class ProblemMiddleware:
    """Turn error pages under /api/ into problem documents."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        if (refused := self._refuse_body(request)) is not None:
            return refused
        response = self.get_response(request)
        is_problem = response.headers.get("Content-Type", "").startswith(CONTENT_TYPE)
        if response.status_code < 400 or is_problem:
            return response
        status = HTTPStatus(response.status_code)
        made = problem(request, status, detail=_DETAILS.get(status, status.description))
        if "Allow" in response.headers:
            made.headers["Allow"] = response.headers["Allow"]
        return made

    def _refuse_body(self, request: HttpRequest) -> HttpResponseBase | None:
        """A body that is too large, or in another form, is not read at all."""
        if request.method not in BODY_METHODS:
            return None
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or (limit is not None and int(length) > limit):
            detail = f"A body has at most {limit:,} bytes; send several requests."
            return problem(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail=detail)
        if int(length) and request.content_type != "application/json":
            detail = "Send the body as application/json."
            return problem(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail=detail)
        return None
