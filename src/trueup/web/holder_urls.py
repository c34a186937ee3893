"""Addresses of what a holder of accounts reads: statements, units, notices, standing."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import (
    account_statements,
    emission_pictures,
    facilities,
    pictures,
    settlement_support,
    settlements,
    your_accounts,
)

_FACILITY = "<program:code>/facilities/<oris:oris_code>"
_SETTLEMENT = "<program:code>/settlements/<period:period>/<oris:oris_code>/units/<path:unit_id>"
_ACCOUNT = "<program:code>/accounts/<account:number>"

urlpatterns: list[URLPattern] = [
    path("you/", your_accounts.you, name="you"),
    path("you/accounts.csv", your_accounts.fleet_csv, name="fleet-csv"),
    path("you/standing.svg", your_accounts.fleet_chart, name="chart-fleet"),
    path("you/notices/", your_accounts.my_notices, name="my-notices"),
    path("you/notices/<journal:notice_id>/", your_accounts.my_notice, name="my-notice"),
    path(f"{_ACCOUNT}/standing.svg", your_accounts.account_chart, name="chart-account-standing"),
    path(f"{_ACCOUNT}/statement/", account_statements.statement, name="account-statement"),
    path(
        f"{_ACCOUNT}/statement.csv", account_statements.statement_csv, name="account-statement-csv"
    ),
    path(
        f"{_ACCOUNT}/statement.xlsx",
        account_statements.statement_xlsx,
        name="account-statement-xlsx",
    ),
    path(f"{_ACCOUNT}/as-of/", account_statements.as_of, name="account-as-of"),
    path(f"{_ACCOUNT}/as-of.csv", account_statements.as_of_csv, name="account-as-of-csv"),
    path(
        f"{_FACILITY}/quarters.svg",
        emission_pictures.quarters_chart,
        name="chart-facility-quarters",
    ),
    path(f"{_FACILITY}/units/<path:unit_id>/", facilities.unit, name="unit"),
    path(f"{_FACILITY}/units/<path:unit_id>.svg", emission_pictures.unit_chart, name="chart-unit"),
    # Before the statement: the name of a unit may have slashes.
    path(f"{_SETTLEMENT}/papers/", settlement_support.support, name="settlement-support"),
    path(
        f"{_SETTLEMENT}/papers.csv",
        settlement_support.support_csv,
        name="settlement-support-csv",
    ),
    path(f"{_SETTLEMENT}/", settlements.settlement_of_unit, name="settlement-of-unit"),
    path(f"{_SETTLEMENT}.csv", settlements.settlement_of_unit_csv, name="settlement-of-unit-csv"),
    path(f"{_SETTLEMENT}.svg", pictures.settlement, name="chart-settlement-of-unit"),
    path(f"{_ACCOUNT}/as-of.xlsx", account_statements.as_of_xlsx, name="account-as-of-xlsx"),
]
