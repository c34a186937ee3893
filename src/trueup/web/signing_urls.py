"""Addresses of what is signed."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web import signed_acts
from trueup.web.acts import ACTS
from trueup.web.signed_acts import SignedAct
from trueup.web.views import journeys, signatures, signing, top_up_sheets, transfer_lists

_PLACES = {
    signed_acts.ACCOUNT: "<program:code>/accounts/<account:number>/{name}/",
    signed_acts.TRANSFER: "<program:code>/transfers/<uuid:key>/{name}/",
    signed_acts.PROGRAM: "<program:code>/{name}/",
}


def _act(act: SignedAct) -> URLPattern:
    address = act.place or _PLACES[act.subject].format(name=act.name)
    return path(address, signing.guarded(act), name=f"act-{act.name}")


urlpatterns: list[URLPattern] = [
    path("sign/agreement/", signing.agreement, name="agreement"),
    path("sign/<uuid:key>/", signing.sign, name="sign"),
    path("sign/<uuid:key>/receipt/", signing.receipt, name="sign-receipt"),
    path("sign/<uuid:key>/draft/", journeys.draft_page, name="draft"),
    path("sign/<uuid:key>/check/", journeys.check, name="sign-check"),
    path("sign/<uuid:key>/discard/", journeys.discard, name="sign-discard"),
    path("sign/<uuid:key>/top-up.xlsx", top_up_sheets.top_up_sheet, name="top-up-sheet"),
    path("sign/<uuid:key>/steps/<slug:name>/", journeys.step, name="sign-step"),
    path(
        "<program:code>/accounts/<account:number>/transfers/",
        transfer_lists.transfers,
        name="transfers",
    ),
    path("signatures/<journal:signature_id>/", signatures.signature, name="signature"),
    path(
        "signatures/<journal:signature_id>.json", signatures.signature_json, name="signature-json"
    ),
    path("forms/", signatures.forms, name="forms"),
    path("forms/<slug:key>/", signatures.form, name="form"),
    *(_act(act) for act in ACTS.values() if act.name != "agreement"),
]
