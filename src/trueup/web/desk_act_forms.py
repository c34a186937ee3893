"""A form on a page of the desk that leads to an act: tried first, then signed.

Source: PLAT-018, PLAT-110.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect

from trueup.desk import services
from trueup.desk.acts import ACTS
from trueup.desk.kinds import Act
from trueup.desk.parameters import Parameter
from trueup.rules.refusal import Refused
from trueup.web.access import caller_of
from trueup.web.acts.desk import PREFIX
from trueup.web.sentences import say_all
from trueup.web.views.desk_signing import to_sign


@dataclass(frozen=True, slots=True, kw_only=True)
class ActForm:
    """An act as a form on a page.

    Attributes:
        hidden: What the page knows already. fields: What the official fills in.
    """

    act: Act
    hidden: Mapping[str, Any]
    fields: Sequence[Parameter]


def form_of(name: str, **hidden: Any) -> ActForm:
    """The form of an act; what is not hidden is asked for."""
    act = ACTS[name]
    return ActForm(
        act=act,
        hidden=hidden,
        fields=[
            parameter
            for parameter in act.parameters
            if parameter.name not in hidden and parameter.name != "jurisdiction"
        ],
    )


def sign_from(
    request: HttpRequest, forms: Sequence[ActForm], *, program: str, back: str
) -> HttpResponseRedirect:
    """Try what was sent, and go on to where it is signed; or back, with the reasons.

    Nothing is done here: it is tried and taken back, so that it is refused now.
    """
    form = next((one for one in forms if one.act.name == request.POST.get("act")), None)
    if form is None:
        raise PermissionDenied
    given = {
        parameter.name: request.POST.get(parameter.name, "").strip() for parameter in form.fields
    }
    values = {**form.hidden, **{name: value for name, value in given.items() if value}}
    caller = caller_of(request)
    try:
        services.consequences(
            form.act.name, program=program, by=caller.person or 0, at=caller.at, **values
        )
    except Refused as refused:
        messages.error(request, say_all(refused.refusals))
        return HttpResponseRedirect(f"{back}#act-{form.act.name}")
    return to_sign(request, f"{PREFIX}{form.act.name}", values, program=program)
