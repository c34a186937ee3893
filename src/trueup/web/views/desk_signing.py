"""From a page of the desk to the page that signs one of its acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import reverse

from trueup.signing import services as signing
from trueup.web.signed_acts import now
from trueup.web.views.people import person_of


def to_sign(
    request: HttpRequest, act: str, values: Mapping[str, Any], *, program: str
) -> HttpResponseRedirect:
    """Keep the answers as a draft, and go on to where they are checked and signed."""
    person = person_of(request)
    if person is None:
        raise Http404("There is nobody to sign.")
    draft = signing.keep_draft(
        person=person.id,
        program=program,
        act=act,
        subject="",
        answers={name: [value] for name, value in values.items()},
        values=values,
        created_at=now(),
    )
    return HttpResponseRedirect(reverse("sign", args=[draft.key]))
