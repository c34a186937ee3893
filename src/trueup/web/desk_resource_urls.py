"""Addresses of the desk's pages on resources, their credits and verifiers."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import (
    desk_credit_flows,
    desk_credits,
    desk_invalid_credits,
    desk_resource,
    desk_resource_papers,
    desk_resources,
    desk_verifiers,
)

_DESK = "desk/<program:code>"

urlpatterns: list[URLPattern] = [
    path(f"{_DESK}/resources/", desk_resources.resources_queue, name="desk-resources"),
    path(f"{_DESK}/resources/<journal:number>/", desk_resource.resource, name="desk-resource"),
    path(
        f"{_DESK}/resources/applications/<journal:number>/",
        desk_resource_papers.application,
        name="desk-resource-application",
    ),
    path(
        f"{_DESK}/resources/reports/<journal:number>/",
        desk_resource_papers.report,
        name="desk-resource-report",
    ),
    path(
        f"{_DESK}/resources/files/<journal:number>/",
        desk_resource_papers.paper_file,
        name="desk-resource-file",
    ),
    path(
        f"{_DESK}/resources/<journal:number>/credits/",
        desk_invalid_credits.resource_credits,
        name="desk-resource-credits",
    ),
    path(
        f"{_DESK}/credits/invalid/",
        desk_invalid_credits.invalid_credits,
        name="desk-credits-invalid",
    ),
    path(f"{_DESK}/credits/flows/", desk_credit_flows.credit_flows, name="desk-credits-flows"),
    path(
        f"{_DESK}/credits/flows.csv",
        desk_credit_flows.credit_flows_csv,
        name="desk-credits-flows-csv",
    ),
    path(f"{_DESK}/credits/<journal:year>/", desk_credits.credits_of_year, name="desk-credits"),
    path(f"{_DESK}/calculations/<uuid:key>/", desk_credits.calculation, name="calculation"),
    path(
        f"{_DESK}/calculations/<uuid:key>/rows.csv",
        desk_credits.calculation_csv,
        name="calculation-csv",
    ),
    path(f"{_DESK}/verifiers/", desk_verifiers.verifiers, name="desk-verifiers"),
    path(f"{_DESK}/verifiers/<journal:number>/", desk_verifiers.verifier, name="desk-verifier"),
    path(
        f"{_DESK}/accreditations/<journal:number>/",
        desk_verifiers.accreditation,
        name="desk-accreditation",
    ),
]
