"""A sponsor's pages in the mass-based program: the same journeys, by its own rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from pytest_django import Settings

from tests.adapters.sponsor_desk import SponsorDesk
from tests.adapters.test_web_sponsor import answers
from tests.contexts.set_aside_desk import P1, PROGRAM
from trueup.resources.models import Document, Resource
from trueup.rules.papers import APPLICATION, PLAN, statement_for
from trueup.signing.models import Signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> SponsorDesk:
    settings.TRUEUP_PROGRAM = PROGRAM
    return SponsorDesk(monkeypatch, settings, tmp_path, program=PROGRAM, spec=P1)


class TestApplying:
    """40 CFR 62.16245(a)(3), 62.16260; MASS-077, MASS-078, MASS-106; PLAT-123."""

    def test_from_the_first_page_to_the_receipt(self, desk: SponsorDesk) -> None:
        text = desk.sign_journey("apply-for-eligibility", answers(projected_mwh="350400"))

        assert "The application is submitted" in text
        paper = Document.objects.get(kind=APPLICATION)
        assert paper.elements["projected_mwh"] == "350400"
        assert paper.elements["certification"] == statement_for(APPLICATION, program=PROGRAM).text
        signature = Signature.objects.get(document="eligibility_application")
        assert [one["key"] for one in signature.statements] == ["CERT-ELIG", "CERT-EMV"]
        assert Document.objects.get(kind=PLAN).elements["meter_type"] == "SETTLEMENT"
        assert "Under review" in desk.page(reverse("my-resource", args=[PROGRAM, desk.wind])).text

    def test_each_question_cites_the_programs_own_rule(self, desk: SponsorDesk) -> None:
        page = desk.page(desk.address("apply-for-eligibility"))

        assert "62.16245(a)(3)(i)" in page.text
        assert "62.164" not in page.text

    def test_what_is_not_eligible_is_told_before_it_is_signed(self, desk: SponsorDesk) -> None:
        Resource.objects.update(in_service_on="2011-01-01", grid="OTHER")
        page = desk.page(desk.walk(desk.address("apply-for-eligibility"), answers()))

        assert "this would not be recorded" in page.text
        assert "62.16245(a)(2)(ii)" in page.text
        assert "62.16245(a)(2)(iii)" in page.text

    def test_the_list_leads_to_each_resource(self, desk: SponsorDesk) -> None:
        assert "P1" in desk.page(reverse("my-resources")).text

    def test_a_resource_is_put_on_record(self, desk: SponsorDesk) -> None:
        desk.registry.describe(replace(P1, name="P9", capacity_mw=Decimal(20)))
        assert "P9" in desk.page(reverse("my-resources")).text
