"""Addresses of user support: requests for help, announcements, people, papers, searches."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import (
    account_people,
    announcements,
    desk_reading,
    help_requests,
    identity_papers,
    market,
    owner_groups,
    people_desk,
    saved_searches,
    verifying,
)

urlpatterns: list[URLPattern] = [
    path("help/ask/", help_requests.ask, name="help-ask"),
    path("help/requests/", help_requests.own_requests, name="help-requests"),
    path("help/requests/<uuid:key>/", help_requests.request_page, name="help-request"),
    path("desk/help/", help_requests.desk_requests, name="desk-help"),
    path("desk/help/<uuid:key>/", help_requests.desk_request, name="desk-help-request"),
    path("desk/announcements/", announcements.announcements, name="announcements"),
    path(
        "desk/announcements/<journal:announcement>/end/", announcements.end, name="announcement-end"
    ),
    path("desk/people/", people_desk.people, name="desk-people"),
    path("desk/people/<journal:person>/", people_desk.person, name="desk-person"),
    path("desk/people/<journal:person>/act/", people_desk.act, name="desk-person-act"),
    path("desk/papers/", identity_papers.papers, name="identity-papers"),
    path("desk/papers/<journal:scan>/", identity_papers.paper, name="identity-paper"),
    path("desk/audit.xlsx", desk_reading.audit_trail_xlsx, name="audit-trail-xlsx"),
    path("<program:code>/market/", market.market, name="market"),
    path("<program:code>/market.csv", market.market_csv, name="market-csv"),
    path("<program:code>/market.xlsx", market.market_xlsx, name="market-xlsx"),
    path(
        "<program:code>/market/<journal:vintage>/groups.svg",
        market.groups_svg,
        name="chart-groups",
    ),
    path(
        "<program:code>/market/owners/<journal:party>/",
        owner_groups.owner_group,
        name="owner-group",
    ),
    path("<program:code>/market/transactions/", market.transactions, name="market-transactions"),
    path(
        "<program:code>/market/transactions.csv",
        market.transactions_csv,
        name="market-transactions-csv",
    ),
    path("desk/searches/", saved_searches.searches, name="saved-searches"),
    path(
        "<program:code>/accounts/<account:number>/watchers/",
        account_people.watchers_page,
        name="watchers",
    ),
    path(
        "<program:code>/accounts/<account:number>/objections/",
        account_people.objections_page,
        name="objections",
    ),
    path(
        "applications/<journal:application>/",
        account_people.application_progress,
        name="application-progress",
    ),
    path("you/verifying/", verifying.verifying, name="verifying"),
    path("applications/", account_people.own_applications, name="own-applications"),
]
