"""Refusals as HTTP problems (RFC 9457): two types, and one mapping between them.

A problem's `type` ends with the refusal's code, so a client can decide by it; every reason
that applies is listed, with its paragraph.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from trueup.rules.refusal import Refusal, Refused

# What is not here is a request that was understood and cannot be carried out: 422.
STATUSES = {
    # Who asks may not.
    "not_authorized": HTTPStatus.FORBIDDEN,
    "no_agreement": HTTPStatus.FORBIDDEN,
    "second_factor_missing": HTTPStatus.FORBIDDEN,
    "second_factor_wrong": HTTPStatus.FORBIDDEN,
    "code_used_before": HTTPStatus.FORBIDDEN,
    "key_cannot_sign": HTTPStatus.FORBIDDEN,
    "too_many_attempts": HTTPStatus.TOO_MANY_REQUESTS,
    # The address names what there is not. (An account in a body is another matter: 422.)
    "unknown_program": HTTPStatus.NOT_FOUND,
    "no_such_period": HTTPStatus.NOT_FOUND,
    "before_program_start": HTTPStatus.NOT_FOUND,
    "after_program_end": HTTPStatus.NOT_FOUND,
    "never_created": HTTPStatus.NOT_FOUND,
    # Another request came first; the same one again will not do better. So with every
    # reason that says `already`.
    "key_reused": HTTPStatus.CONFLICT,
    "appeal_pending": HTTPStatus.CONFLICT,
    "facility_exists": HTTPStatus.CONFLICT,
    "location_exists": HTTPStatus.CONFLICT,
    "plan_recorded_before": HTTPStatus.CONFLICT,
    "registry_not_empty": HTTPStatus.CONFLICT,
    # It is not what it should be before anybody asks what it means.
    "not_readable": HTTPStatus.BAD_REQUEST,
    "workbook_not_readable": HTTPStatus.BAD_REQUEST,
    "format_unknown": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
CONTENT_TYPE = "application/problem+json"
TITLES = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.UNAUTHORIZED: "Sign in first.",
    HTTPStatus.FORBIDDEN: "You may not do this.",
    HTTPStatus.NOT_FOUND: "There is no such thing.",
    HTTPStatus.CONFLICT: "The request contradicts an earlier one.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The request was refused; nothing was changed.",
}

Reasons = list[dict[str, str | int | None]]


def status_of(reasons: Iterable[str]) -> HTTPStatus:
    """The status of a refusal with these reasons: that of the first one that has its own."""
    for reason in reasons:
        if reason in STATUSES:
            return STATUSES[reason]
        if reason.startswith("already_") or reason.endswith("_already"):
            return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY


def refused_problem(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Every reason of a refusal as one problem."""
    return reasons_problem(request, [reason_of(refusal) for refusal in refused.refusals])


def reasons_problem(request: HttpRequest, reasons: Reasons) -> HttpResponse:
    """Reasons, each with code, cite, sentence and row, as one problem."""
    codes = [str(reason["code"]).rpartition(".")[2] for reason in reasons]
    return problem(
        request,
        status_of(codes),
        kind=str(reasons[0]["code"]),
        detail=" ".join(str(reason["sentence"]) for reason in reasons),
        reasons=reasons,
    )


def reason_of(refusal: Refusal) -> dict[str, str | int | None]:
    return {
        "code": refusal.code,
        "cite": refusal.cite,
        "sentence": refusal.sentence,
        "row": refusal.row,
    }


def problem(
    request: HttpRequest,
    status: HTTPStatus,
    *,
    kind: str = "about:blank",
    detail: str = "",
    reasons: Reasons | None = None,
) -> HttpResponse:
    """A problem document; `kind` is a refusal's code, or nothing in particular."""
    body = {
        "type": kind if kind == "about:blank" else f"tag:trueup,2026:{kind}",
        "title": TITLES.get(status, status.phrase),
        "status": status.value,
        "detail": detail,
        "instance": request.path,
        "reasons": reasons or [],
    }
    # Names in a request can hold what no encoding can: they are shown as escapes.
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", errors="backslashreplace")
    return HttpResponse(text, status=status.value, content_type=CONTENT_TYPE)
