"""The second factor on the page of signing: a passkey, or a code, for exactly this text.

Source: PLAT-152.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from trueup.signing import factors
from trueup.signing import services as signing
from trueup.signing.entries import ChallengeEntry, Evidence, Site
from trueup.web.signed_acts import Acting


def prove(request: HttpRequest, acting: Acting, accepted: tuple[str, ...]) -> Evidence:
    """Prove who signs, by the passkey or the code that was sent with the page.

    Raises Refused for a proof that does not hold.
    """
    nonce = request.POST.get("nonce", "")
    given = request.POST.get("assertion", "")
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    if given:
        return signing.prove_passkey(
            nonce=nonce,
            person=acting.person.id,
            user=user,
            response=_assertion(given),
            site=_site(request),
            at=acting.at,
            accepted=accepted,
        )
    return signing.prove_code(
        nonce=nonce,
        person=acting.person.id,
        user=user.pk,
        code=request.POST.get("code", "")[:20],
        at=acting.at,
        accepted=accepted,
    )


def passkey_options(request: HttpRequest, begun: ChallengeEntry) -> str:
    """What the page's script hands to the browser, as JSON."""
    options = factors.passkey_options(request.user, begun.challenge, site=_site(request))
    return json.dumps(options)


def _assertion(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _site(request: HttpRequest) -> Site:
    host = request.get_host()
    return Site(name=host.rpartition(":")[0] or host, origin=f"{request.scheme}://{host}")
