"""The API under /api/v1/: translate, one call, translate back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from trueup.api import (
    auctions,
    books,
    decisions,
    documents,
    early_action,
    forms,
    outcomes,
    public_reports,
    representation,
    resources,
    set_asides,
    tasks,
    transfers,
)
from trueup.api.asking import NotFound, NotSignedIn
from trueup.api.problems import CONTENT_TYPE, Reasons, problem, refused_problem
from trueup.api.reading import StrictParser
from trueup.rules.refusal import Refused

REASONS_SHOWN = 100


class ProblemAPI(NinjaAPI):
    """An API whose schema says that problems are problem documents."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"] = {
                            CONTENT_TYPE: response["content"]["application/json"]
                        }
        return schema


api = ProblemAPI(
    title="Trueup",
    version="1",
    description="The registry of an emission trading program. Reading is public; acts need"
    " a person who has signed in, with the session's cookie and, in `X-CSRFToken`, the value"
    " of the cookie `csrftoken`; each act is signed with a fresh code of an authenticator in"
    " `X-Second-Factor` and the statements accepted. A machine sends its key as `Authorization:"
    " Bearer`; it reads, and proposes what a person then signs. Lists come in pages."
    " Problems are RFC 9457 documents; the `type` ends with the refusal's code."
    " Fields that are not known are refused.",
    urls_namespace="api",
    parser=StrictParser(),
    docs_url=None,  # Its page needs inline scripts, which the content security policy refuses.
)
# Before what begins with a program: `tasks` and `documents` are none.
api.add_router("", tasks.router)
api.add_router("", documents.router)
api.add_router("", outcomes.router)
api.add_router("", books.router)
api.add_router("", resources.router)
api.add_router("", set_asides.router)
api.add_router("", early_action.router)
api.add_router("", transfers.router)
api.add_router("", decisions.router)
api.add_router("", representation.router)
api.add_router("", forms.router)
api.add_router("", auctions.router)
api.add_router("", public_reports.router)


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
    return problem(
        request,
        HTTPStatus.UNAUTHORIZED,
        detail="Send the cookie of your session, or a key that opens something.",
    )


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, HTTPStatus(error.status_code), detail=str(error))


@api.exception_handler(ValidationError)
def on_unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Each field that cannot be read, with its place."""
    reasons: Reasons = [
        {
            "code": f"request.{wrong['type']}",
            "cite": "",
            "sentence": f"{'.'.join(str(part) for part in wrong['loc'])}: {wrong['msg']}",
            "row": None,
        }
        for wrong in error.errors[:REASONS_SHOWN]
    ]
    detail = " ".join(str(reason["sentence"]) for reason in reasons)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return problem(request, status, kind="request.not_valid", detail=detail, reasons=reasons)
