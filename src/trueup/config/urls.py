"""Addresses: the pages, and the API under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from trueup.api.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("", include("trueup.web.authentication.urls")),
    path("", include("trueup.web.urls")),
]

handler400 = "trueup.web.views.installation.bad_request"
handler403 = "trueup.web.views.installation.forbidden"
handler404 = "trueup.web.views.installation.not_found"
