"""What was signed, for those concerned; and the library of forms, for everyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.desk.callers import Caller
from trueup.rules import programs
from trueup.signing import forms as library
from trueup.signing import queries
from trueup.signing.entries import Form, FormVersion, SignatureEntry
from trueup.web.access import own, public
from trueup.web.pages import Link, page


def may_see(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """The signer, who represents the account, and whoever may read the audit trail."""
    found = queries.signature(arguments["signature_id"])
    if found is None:
        return False
    if caller.person in (found.signer, found.for_person, found.entered_by, found.approved_by):
        return caller.person is not None
    is_own = found.account is not None and caller.acts_for(found.account)
    return is_own or caller.may_somewhere("read_audit", program=found.program)


@own(may_see)
@require_safe
def signature(request: HttpRequest, signature_id: int) -> HttpResponse:
    """A signature with its text, verified now.

    Source: PLAT-151, PLAT-152.
    """
    found = _signature(signature_id)
    return page(
        request,
        "signing/signature",
        program=programs.load(found.program or settings.TRUEUP_PROGRAM),
        trail=[Link(name=_("Your accounts"), address=reverse("you"))],
        signature=found,
        verification=queries.verify(found),
    )


@own(may_see)
@require_safe
def signature_json(request: HttpRequest, signature_id: int) -> HttpResponse:  # noqa: ARG001
    """All that was kept of a signature, so that anyone can verify it.

    Source: PLAT-151.
    """
    answer = JsonResponse(asdict(_signature(signature_id)))
    answer["Content-Disposition"] = f'attachment; filename="signature-{signature_id}.json"'
    return answer


@public
@require_safe
def forms(request: HttpRequest) -> HttpResponse:
    """The library of forms; superseded versions are marked.

    Source: PLAT-153.
    """
    today = timezone.localdate()
    rows = [(item, _versions(item, today)) for item in library.forms().values()]
    return page(request, "signing/forms", trail=[_help()], rows=rows)


@public
@require_safe
def form(request: HttpRequest, key: str) -> HttpResponse:
    """One form: its versions, and the statements that belong to it.

    Source: PLAT-152, PLAT-153.
    """
    if key not in library.forms():
        raise Http404(_("There is no such form."))
    item = library.form(key)
    prescribed = programs.load(settings.TRUEUP_PROGRAM).people.statements
    found = [
        (heading, library.statements_for(key, prescribed, account_kind=kind))
        for heading, kind in (
            (_("For a facility"), "compliance"),
            (_("For a general account"), "general"),
        )
    ]
    if found[0][1] == found[1][1]:
        found = [(_("What is certified"), found[0][1])]
    return page(
        request,
        "signing/form_text",
        trail=[_help(), Link(name=_("Forms"), address=reverse("forms"))],
        item=item,
        versions=_versions(item, timezone.localdate()),
        statements=[(heading, statements) for heading, statements in found if statements],
    )


def _signature(signature_id: int) -> SignatureEntry:
    found = queries.signature(signature_id)
    if found is None:
        raise Http404("There is no such signature.")
    return found


def _versions(item: Form, today: date) -> list[tuple[FormVersion, bool]]:
    return [(version, version.is_in_force(today)) for version in reversed(item.versions)]


def _help() -> Link:
    return Link(name=_("Help"), address=reverse("help"))
