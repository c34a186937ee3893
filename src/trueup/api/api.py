"""The API under /api/v1/: translate, one call, translate back."""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from trueup.api import books, outcomes, transfers
from trueup.api.asking import NotFound, NotSignedIn
from trueup.api.problems import problem, refused_problem
from trueup.rules.refusal import Refused

api = NinjaAPI(
    title="Trueup",
    version="1",
    description="The registry of an emission trading program. Reading is public; acts need"
    " a person who has signed in. Lists come in pages; problems are RFC 9457 documents.",
    urls_namespace="api",
    docs_url=None,  # Its page needs inline scripts, which the content security policy refuses.
)
api.add_router("", outcomes.router)
api.add_router("", books.router)
api.add_router("", transfers.router)


@api.exception_handler(Refused)
def on_refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    return refused_problem(request, refused)


@api.exception_handler(NotFound)
@api.exception_handler(NotSignedIn)
def on_asking(request: HttpRequest, error: NotFound | NotSignedIn) -> HttpResponse:
    return problem(request, error.status, detail=str(error))


@api.exception_handler(Http404)
def on_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, HTTPStatus.NOT_FOUND, detail=str(error))


@api.exception_handler(AuthenticationError)
def on_not_signed_in(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problem(request, HTTPStatus.UNAUTHORIZED, detail="Sign in, or send your session.")


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, HTTPStatus(error.status_code), detail=str(error))


@api.exception_handler(ValidationError)
def on_unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Each field that cannot be read, with its place."""
    reasons: list[dict[str, str | int | None]] = [
        {
            "code": f"request.{wrong['type']}",
            "cite": "",
            "sentence": f"{'.'.join(str(part) for part in wrong['loc'])}: {wrong['msg']}",
            "row": None,
        }
        for wrong in error.errors
    ]
    detail = " ".join(str(reason["sentence"]) for reason in reasons)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return problem(request, status, kind="request.not_valid", detail=detail, reasons=reasons)
