"""Addresses of early action: for everybody, for sponsors, for officials."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import desk_early_action, early_action

_ALL = "<program:code>/early-action"
_DESK = "desk/<program:code>/early-action"

urlpatterns: list[URLPattern] = [
    path(f"{_ALL}/", early_action.early_action, name="early-action"),
    path("<program:code>/early-action.csv", early_action.early_action_csv, name="early-action-csv"),
    path(f"{_ALL}/awards.svg", early_action.awards_chart, name="chart-early-action"),
    path(
        f"{_ALL}/states/<str:jurisdiction>/",
        early_action.early_action_state,
        name="early-action-state",
    ),
    path(
        f"{_ALL}/states/<str:jurisdiction>/awards.svg",
        early_action.state_chart,
        name="chart-early-action-state",
    ),
    path(
        f"{_ALL}/projects/<journal:key>/",
        early_action.early_action_project,
        name="early-action-project",
    ),
    path("you/early-action/", early_action.my_early_action, name="my-early-action"),
    path(f"{_DESK}/", desk_early_action.desk_early_action, name="desk-early-action"),
    path(
        f"{_DESK}/projects/<journal:number>/",
        desk_early_action.desk_early_project,
        name="desk-early-project",
    ),
]
