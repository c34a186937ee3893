"""Mail of a place to practise, which is shown here because it is sent to nobody.

Source: PLAT-155; docs/decisions/0278.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from trueup.demonstration import practice_mail
from trueup.web.access import signed_in
from trueup.web.pages import page

SHOWN = 25
ADDRESS_MAX = 254


@signed_in
@never_cache
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """What was written to everybody who practises, the newest first; `?to=` to one of them.

    Everybody knows the passwords of a place to practise, so everybody may read its mail.

    Source: PLAT-155.
    """
    if not settings.TRUEUP_SANDBOX:
        raise Http404("This is not a place to practise.")
    to = request.GET.get("to", "").strip()[:ADDRESS_MAX]
    found = practice_mail.mails(to=to, before=request.GET.get("before", ""), limit=SHOWN + 1)
    return page(
        request,
        "practice_mail",
        mails=found[:SHOWN],
        to=to,
        older=found[SHOWN - 1].key if len(found) > SHOWN else "",
    )
