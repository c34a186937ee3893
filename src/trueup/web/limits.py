"""How often one address may ask for work that costs much; counted for all processes.

The rates are in the settings (`ACCOUNT_RATE_LIMITS`).

Source: PLAT-007.
"""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def is_too_often(request: HttpRequest, action: str) -> bool:
    """Count one more of an action; whether it is more than its rate allows."""
    return not ratelimit.consume(request, action=action)


def too_often(request: HttpRequest) -> HttpResponse:
    """The page that says to wait."""
    return render(request, "429.html", status=429)
