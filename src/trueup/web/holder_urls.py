"""Addresses of what a holder of accounts reads: statements, units, notices, standing."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import account_statements

_ACCOUNT = "<program:code>/accounts/<account:number>"

urlpatterns: list[URLPattern] = [
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
    path(f"{_ACCOUNT}/as-of.xlsx", account_statements.as_of_xlsx, name="account-as-of-xlsx"),
]
