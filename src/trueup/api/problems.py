"""One mapping from what the registry refuses to what HTTP calls it (RFC 9457).

A problem's `type` names the refusal's code, so a client can decide by it; every reason
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
    "key_reused": HTTPStatus.CONFLICT,
    "not_authorized": HTTPStatus.FORBIDDEN,
    "unknown_program": HTTPStatus.NOT_FOUND,
    "no_such_period": HTTPStatus.NOT_FOUND,
    "not_readable": HTTPStatus.BAD_REQUEST,
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


def status_of(reasons: Iterable[str]) -> HTTPStatus:
    """The status of a refusal with these reasons: that of the first one that has its own."""
    for reason in reasons:
        if reason in STATUSES:
            return STATUSES[reason]
    return HTTPStatus.UNPROCESSABLE_ENTITY


def refused_problem(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Every reason of a refusal as one problem."""
    return reasons_problem(request, [reason_of(refusal) for refusal in refused.refusals])


def reasons_problem(
    request: HttpRequest, reasons: list[dict[str, str | int | None]]
) -> HttpResponse:
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
    reasons: list[dict[str, str | int | None]] | None = None,
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
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status.value, content_type=CONTENT_TYPE
    )
