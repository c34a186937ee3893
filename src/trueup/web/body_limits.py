"""Forms that are too large are refused by their length, before any of it is read.

Django reads what is sent before a view is called, to compare the token against forgery; so
the view is exempted, its length is looked at, and the comparison is made then.

Source: PLAT-051 (a list of 1,000,000 blocks is refused with the limit); docs/decisions/0242.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from trueup.transfers.checks import BLOCKS_MAX
from trueup.web.access import View
from trueup.web.pages import page
from trueup.web.signed_acts import SENT_MAX

# Of typed answers; a file that goes with them has its own limit (`sheets.FILE_MAX`).
TYPED_MAX = 2_400_000
Most = Callable[[HttpRequest, Mapping[str, Any]], int]


def _as_usual(_request: HttpRequest, _arguments: Mapping[str, Any]) -> int:
    return SENT_MAX


def limited(view: View, *, most: Most = _as_usual) -> View:
    """A view whose answers may be long, and not longer; give it its rule of access first.

    Args:
        most: How many bytes may be sent with files.
    """
    protected = csrf_protect(cast("Any", view))

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and _length(request) > _limit(request, most, kwargs):
            return _too_much(request, most(request, kwargs))
        try:
            return cast("HttpResponseBase", protected(request, *args, **kwargs))
        except RequestDataTooBig:
            return _too_much(request, most(request, kwargs))

    return guarded


def _length(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isdigit() else sys.maxsize


def _limit(request: HttpRequest, most: Most, arguments: Mapping[str, Any]) -> int:
    is_form = str(request.META.get("CONTENT_TYPE", "")).startswith("multipart/form-data")
    return most(request, arguments) if is_form else TYPED_MAX


def _too_much(request: HttpRequest, limit: int) -> HttpResponseBase:
    return page(
        request,
        "signing/too_much",
        http_status=413,
        blocks_max=BLOCKS_MAX,
        files_max=limit if limit > SENT_MAX else 0,
        back=request.path,
    )
