"""Which language a page is in: what the reader chose, else what the browser asks for.

The data interface is English for everybody: machines read it, and what it says is what is
recorded (docs/decisions/0220).
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from trueup.web.access import public

API = "/api/"
REMEMBERED_SECONDS = 365 * 24 * 3600


class Language(LocaleMiddleware):
    """Django's own, but for machines always English; a page differs by what was chosen."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path_info.startswith(API):
            translation.activate("en")
            request.LANGUAGE_CODE = "en"
            return
        super().process_request(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path_info.startswith(API):
            response.headers.setdefault("Content-Language", "en")
            return response
        answer = super().process_response(request, response)
        patch_vary_headers(answer, ("Cookie",))
        return answer


@public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language that a reader chose, and go back to the page they were on."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    answer = redirect(back)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=REMEMBERED_SECONDS,
            secure=settings.BEHIND_HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return answer
