"""Addresses of set-asides: for everybody, for sponsors, for officials."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import (
    desk_distributions,
    desk_set_asides,
    set_aside_results,
    set_asides,
    sponsor_projects,
)

_ALL = "<program:code>/set-asides"
_DESK = "desk/<program:code>/set-asides"
_DISTRIBUTION = f"{_DESK}/<str:jurisdiction>/<slug:purpose>/<int:vintage>"

urlpatterns: list[URLPattern] = [
    path(f"{_ALL}/", set_asides.set_asides, name="set-asides"),
    path("<program:code>/set-asides.csv", set_asides.set_asides_csv, name="set-asides-csv"),
    path(f"{_ALL}/projects/", set_asides.projects, name="set-aside-projects"),
    path(f"{_ALL}/projects.csv", set_asides.projects_csv, name="set-aside-projects-csv"),
    path(f"{_ALL}/projects/<journal:key>/", set_asides.project, name="set-aside-project"),
    path(
        f"{_ALL}/results/<journal:key>/",
        set_aside_results.distribution,
        name="set-aside-distribution",
    ),
    path(
        f"{_ALL}/results/<journal:key>/shares.csv",
        set_aside_results.distribution_csv,
        name="set-aside-distribution-csv",
    ),
    path(f"{_ALL}/notices/<journal:key>/", set_aside_results.output_notice, name="output-notice"),
    path(
        f"{_ALL}/notices/<journal:key>/units.csv",
        set_aside_results.output_notice_csv,
        name="output-notice-csv",
    ),
    path(f"{_ALL}/states/<str:jurisdiction>/", set_asides.set_aside_state, name="set-aside-state"),
    path(
        f"{_ALL}/states/<str:jurisdiction>/shares.svg",
        set_asides.state_chart,
        name="chart-set-aside-state",
    ),
    path("you/projects/", sponsor_projects.my_projects, name="my-projects"),
    path(
        "<program:code>/my-projects/<journal:project_id>/",
        sponsor_projects.my_project,
        name="my-project",
    ),
    path(f"{_DESK}/", desk_set_asides.desk_set_asides, name="desk-set-asides"),
    path(f"{_DESK}/projects/<journal:number>/", desk_set_asides.desk_project, name="desk-project"),
    path(f"{_DISTRIBUTION}/", desk_distributions.desk_distribution, name="desk-distribution"),
    path(
        f"{_DISTRIBUTION}/shares.csv",
        desk_distributions.desk_distribution_csv,
        name="desk-distribution-csv",
    ),
]
