"""Addresses of auctions: what everybody sees, what a bidder sees, the officials' pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import auctions, bidding, desk_auctions

_ACCOUNT = "<program:code>/accounts/<account:number>/auctions"
_DESK = "desk/<program:code>/auctions"

urlpatterns: list[URLPattern] = [
    path("<program:code>/auctions/", auctions.auctions, name="auctions"),
    path("<program:code>/auctions.csv", auctions.auctions_csv, name="auctions-csv"),
    path("<program:code>/auctions/prices.svg", auctions.prices_chart, name="chart-auction-prices"),
    path("<program:code>/auctions/<slug:auction>/", auctions.auction, name="auction"),
    path(
        "<program:code>/auctions/<slug:auction>/curve.svg",
        auctions.curve_chart,
        name="chart-auction-curve",
    ),
    path(
        "<program:code>/auctions/<slug:auction>/awards.csv",
        auctions.awards_csv,
        name="auction-awards-csv",
    ),
    path(f"{_ACCOUNT}/", bidding.account_auctions, name="account-auctions"),
    path(f"{_ACCOUNT}/<slug:auction>/", bidding.account_auction, name="account-auction"),
    path(f"{_DESK}/", desk_auctions.auctions, name="desk-auctions"),
    path(f"{_DESK}/<slug:auction>/", desk_auctions.auction, name="desk-auction"),
    path(f"{_DESK}/<slug:auction>/curve.svg", desk_auctions.curve_chart, name="chart-desk-auction"),
]
