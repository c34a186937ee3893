"""How often one address may ask for work that costs much; counted for all processes.

Source: PLAT-007.
"""

from __future__ import annotations

from typing import Literal

# The public module counts no GET, and these are GET.
from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# Of one address; `60/m/ip` is sixty a minute.
RATES = {"make_document": "60/m/ip", "check_document": "30/m/ip"}

Action = Literal["make_document", "check_document"]


def is_too_often(request: HttpRequest, action: Action) -> bool:
    """Count one more of an action; whether it is more than its rate allows."""
    used = ratelimit.consume(request, app="trueup.web", action=action, config=RATES, limit_get=True)
    return used is None


def too_often(request: HttpRequest) -> HttpResponse:
    """The page that says to wait."""
    return render(request, "429.html", status=429)
