"""Addresses of documents, of the page that checks them, and of mail of practice."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import document_checks, documents, practice

_ACCOUNT = "<program:code>/accounts/<account:number>"

urlpatterns: list[URLPattern] = [
    path("check/", document_checks.check, name="check-document"),
    path("check/certificate.pem", document_checks.certificate, name="registry-certificate"),
    path("practice/mail/", practice.mail, name="practice-mail"),
    path(f"{_ACCOUNT}/statement.pdf", documents.account_statement, name="account-statement-pdf"),
    path(
        f"{_ACCOUNT}/reference-sheet.pdf",
        documents.reference_sheet,
        name="account-reference-sheet-pdf",
    ),
    path(
        f"{_ACCOUNT}/confirmation/<int:year>.pdf",
        documents.confirmation,
        name="account-confirmation-pdf",
    ),
    path(
        "<program:code>/settlements/<period:period>/<oris:oris_code>.pdf",
        documents.settlement_statement,
        name="settlement-pdf",
    ),
    path(
        "<program:code>/transfers/<uuid:key>/receipt.pdf",
        documents.transfer_receipt,
        name="transfer-receipt-pdf",
    ),
    path(
        "<program:code>/certificates/<journal:certificate>.pdf",
        documents.certificate,
        name="certificate-pdf",
    ),
]
