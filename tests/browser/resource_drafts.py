"""Journeys of sponsors and verifiers that were answered to their last page, but not signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse

from tests.adapters.sponsor_desk import STEPS_MAX, filled_in, on_page
from tests.adapters.web_books import Page
from tests.browser.rates import PROGRAM


def drafts(clients: Mapping[str, Client], things: Mapping[str, Any]) -> dict[str, UUID]:
    """The drafts' keys, by what is done with them."""
    from tests.adapters.test_web_sponsor import answers as of_application
    from tests.adapters.test_web_sponsor_reports import answers as of_report
    from tests.adapters.test_web_verifier import OF_REPORT

    months = {"year": "2027", "first_month": "5", "last_month": "6", "mwh": "100"}
    representative, verifier = clients["representative"], clients["verifier"]
    return {
        "application_draft": _answered(
            representative, "apply-for-eligibility", things["described"], of_application()
        ),
        "report_draft": _answered(
            representative, "report-output", things["resource"], of_report(**months)
        ),
        "verification_draft": _answered(verifier, "verify-report", things["report"], OF_REPORT),
    }


def _answered(client: Client, act: str, thing: int, answers: Mapping[str, Any]) -> UUID:
    """Answer each page until all answers can be checked, or a page says no."""
    place = reverse(f"act-{act}", args=[PROGRAM, thing])
    for _ in range(STEPS_MAX):
        page = Page(client.get(place, follow=True).content.decode())
        answer = client.post(place, {**filled_in(page), **on_page(page, dict(answers))})
        if answer.status_code != 302:
            raise AssertionError((place, Page(answer.content.decode()).text))
        place = str(answer["Location"])
        if place.endswith("/check/"):
            return UUID(place.split("/")[2])
    raise AssertionError(f"the journey has no end: {place}")
