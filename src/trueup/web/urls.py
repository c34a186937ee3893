"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, register_converter

from trueup.web import converters, language
from trueup.web.views import (
    accounts,
    certifications,
    facilities,
    gallery,
    installation,
    listings,
    pictures,
    program,
    search,
    serials,
    settlements,
    state_plans,
    transactions,
)

register_converter(converters.ProgramConverter, "program")
register_converter(converters.AccountNumberConverter, "account")
register_converter(converters.SerialConverter, "serial")
register_converter(converters.PeriodConverter, "period")
register_converter(converters.JournalNumberConverter, "journal")
register_converter(converters.OrisCodeConverter, "oris")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("trueup.web.holder_urls")),
    path("", include("trueup.web.signing_urls")),
    path("", include("trueup.web.sponsor_urls")),
    path("", include("trueup.web.desk_urls")),
    path("", include("trueup.web.desk_resource_urls")),
    path("", include("trueup.web.support_urls")),
    path("", include("trueup.web.documents_urls")),
    path("", include("trueup.web.resources_urls")),
    path("", include("trueup.web.auction_urls")),
    path("", include("trueup.web.set_aside_urls")),
    path("", include("trueup.web.early_urls")),
    path("", include("trueup.web.reports_urls")),
    path("", program.home, name="home"),
    path("search/", search.search, name="search"),
    path("", include("trueup.web.help_urls")),
    path("components/", gallery.components, name="components"),
    path("language/", language.choose_language, name="set_language"),
    path("theme.css", installation.theme_sheet, name="theme"),
    path("<program:code>/", program.program, name="program"),
    path("<program:code>/states/", program.states, name="states"),
    path("<program:code>/states.csv", program.states_csv, name="states-csv"),
    path("<program:code>/states/<str:jurisdiction>/", program.state, name="state"),
    path("<program:code>/states/<str:jurisdiction>/plan/", state_plans.plan, name="plan"),
    path("<program:code>/plans/", state_plans.plans, name="plans"),
    path("<program:code>/interstate/", state_plans.interstate, name="interstate"),
    path("<program:code>/interstate.csv", state_plans.interstate_csv, name="interstate-csv"),
    path(
        "<program:code>/charts/<period:period>/interstate.svg",
        state_plans.interstate_svg,
        name="chart-interstate",
    ),
    path("<program:code>/charts/<period:period>/states.svg", pictures.states, name="chart-states"),
    path(
        "<program:code>/charts/<period:period>/map.svg", pictures.compliance_map, name="chart-map"
    ),
    path("<program:code>/facilities/", listings.facilities, name="facilities"),
    path("<program:code>/facilities.csv", listings.facilities_csv, name="facilities-csv"),
    path("<program:code>/facilities/<oris:oris_code>/", facilities.facility, name="facility"),
    path(
        "<program:code>/facilities/<oris:oris_code>/emissions.svg",
        pictures.emissions,
        name="chart-emissions",
    ),
    path("<program:code>/accounts/", listings.accounts, name="accounts"),
    path("<program:code>/accounts.csv", listings.accounts_csv, name="accounts-csv"),
    path("<program:code>/accounts/<account:number>/", accounts.account, name="account"),
    path(
        "<program:code>/accounts/<account:number>/history/",
        accounts.account_history,
        name="account-history",
    ),
    path(
        "<program:code>/accounts/<account:number>/holdings.csv",
        accounts.account_holdings_csv,
        name="account-holdings-csv",
    ),
    path(
        "<program:code>/accounts/<account:number>/history.csv",
        accounts.account_history_csv,
        name="account-history-csv",
    ),
    path("<program:code>/serials/<serial:serial_number>/", serials.serial, name="serial"),
    path("<program:code>/transfers/<uuid:key>/", transactions.transfer, name="transfer"),
    path("<program:code>/settlements/", settlements.periods, name="settlements"),
    path(
        "<program:code>/settlements/<period:period>/",
        settlements.settlements,
        name="settlements-of-period",
    ),
    path(
        "<program:code>/settlements/<period:period>/certifications/",
        certifications.certifications,
        name="certifications",
    ),
    path(
        "<program:code>/settlements/<period:period>/outcomes.csv",
        settlements.settlements_csv,
        name="settlements-of-period-csv",
    ),
    path(
        "<program:code>/settlements/<period:period>/<oris:oris_code>/",
        settlements.settlement,
        name="settlement",
    ),
    path(
        "<program:code>/settlements/<period:period>/<oris:oris_code>.csv",
        settlements.settlement_csv,
        name="settlement-csv",
    ),
    path(
        "<program:code>/settlements/<period:period>/<oris:oris_code>.svg",
        pictures.settlement,
        name="chart-settlement",
    ),
    path("<program:code>/transactions/", transactions.transactions, name="transactions"),
    path(
        "<program:code>/transactions.csv",
        transactions.transactions_csv,
        name="transactions-csv",
    ),
    path("<program:code>/transactions/<journal:tx>/", transactions.transaction, name="transaction"),
]
