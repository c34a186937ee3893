"""Addresses of the public reports, and of States' general accounts."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from trueup.web import converters
from trueup.web.views import public_reports, state_accounts

register_converter(converters.YearConverter, "year")

_REPORT = "<program:code>/reports/<slug:name>"
_STATE = "<program:code>/state-accounts/<str:jurisdiction>/<year:year>"

urlpatterns: list[URLPattern] = [
    path("<program:code>/reports/", public_reports.reports, name="reports"),
    path(f"{_REPORT}/", public_reports.report, name="report"),
    path(f"{_REPORT}.csv", public_reports.report_csv, name="report-csv"),
    path(f"{_REPORT}.svg", public_reports.report_svg, name="chart-report"),
    path("<program:code>/state-accounts/", state_accounts.state_accounts, name="state-accounts"),
    path(
        "<program:code>/state-accounts/applications/<journal:number>/",
        state_accounts.state_application,
        name="state-application",
    ),
    path(f"{_STATE}/", state_accounts.state_account_statements, name="state-account-statements"),
    path(
        f"{_STATE}.csv",
        state_accounts.state_account_statements_csv,
        name="state-account-statements-csv",
    ),
]
