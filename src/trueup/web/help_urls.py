"""Addresses of help."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import help as views

urlpatterns: list[URLPattern] = [
    path("help/", views.help_page, name="help"),
    path("help/words/", views.words, name="help-words"),
    path("help/definitions/<str:section>/", views.definitions_of, name="help-definitions"),
    path("help/topics/<slug:topic>/", views.help_topic, name="help-topic"),
]
