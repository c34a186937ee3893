"""Addresses of a sponsor's resources and of those who report meter data."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import sponsor_meter, sponsor_papers, sponsor_resources, sponsor_tables

_ONE = "<program:code>/my-resources/<journal:resource_id>"

urlpatterns: list[URLPattern] = [
    path("you/resources/", sponsor_resources.my_resources, name="my-resources"),
    path(f"{_ONE}/", sponsor_resources.my_resource, name="my-resource"),
    path(f"{_ONE}/output.svg", sponsor_resources.output_chart, name="chart-my-resource"),
    path(f"{_ONE}/papers/", sponsor_papers.my_papers, name="my-resource-papers"),
    path(
        f"{_ONE}/papers/<journal:document_id>/", sponsor_papers.my_paper, name="my-resource-paper"
    ),
    path(
        f"{_ONE}/papers/<journal:document_id>/<slug:digest>/",
        sponsor_papers.my_file,
        name="my-resource-file",
    ),
    path(f"{_ONE}/meter-data/", sponsor_meter.of_resource, name="my-resource-meter-data"),
    path(
        "<program:code>/accounts/<account:number>/report-many.csv",
        sponsor_tables.reports_table,
        name="my-reports-table",
    ),
    path("you/meter-data/", sponsor_meter.meter_data, name="meter-data"),
]
