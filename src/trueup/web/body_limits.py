"""Forms that are too large are refused by their length, before any of it is read.

Django reads what is sent before a view is called, to compare the token against forgery; so
the view is exempted, its length is looked at, and the comparison is made then.

Source: PLAT-051 (a list of 1,000,000 blocks is refused with the limit); docs/decisions/0242.
"""

from __future__ import annotations

from functools import wraps
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from trueup.transfers.checks import BLOCKS_MAX
from trueup.web.access import View
from trueup.web.pages import page

# Of typed answers; a file that goes with them has its own limit (`sheets.FILE_MAX`).
TYPED_MAX = 2_400_000
SENT_MAX = 8_000_000


def limited(view: View) -> View:
    """A view whose answers may be long, and not longer; give it its rule of access first."""
    protected = csrf_protect(cast("Any", view))

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and _length(request) > _limit(request):
            return _too_much(request)
        try:
            return cast("HttpResponseBase", protected(request, *args, **kwargs))
        except RequestDataTooBig:
            return _too_much(request)

    return guarded


def _length(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isdigit() else SENT_MAX + 1


def _limit(request: HttpRequest) -> int:
    is_form = str(request.META.get("CONTENT_TYPE", "")).startswith("multipart/form-data")
    return SENT_MAX if is_form else TYPED_MAX


def _too_much(request: HttpRequest) -> HttpResponseBase:
    return page(
        request, "signing/too_much", http_status=413, blocks_max=BLOCKS_MAX, back=request.path
    )
