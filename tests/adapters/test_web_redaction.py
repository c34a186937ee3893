"""A sponsor claims, an official decides and withholds, the public gets what is left."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.adapters.sponsor_desk import SponsorDesk
from tests.adapters.test_web_desk_resources import Desk
from tests.contexts.resources_registry import PROGRAM, WIND
from tests.contexts.test_resources_public import HARMLESS, SECRET, comment, upload
from trueup.resources import services
from trueup.resources.models import Comment, ConfidentialClaim, Document, Redaction
from trueup.signing.models import Signature

pytestmark = pytest.mark.django_db

OFFICIAL = "Olga Stone"


def public(name: str, *arguments: object) -> str:
    response = Client().get(reverse(name, args=[PROGRAM, *arguments]))
    return response.content.decode() if response.status_code == 200 else str(response.status_code)


def application() -> Document:
    return Document.objects.get(kind="eligibility_application")


class TestClaim:
    """PLAT-127, docs/decisions/0310: the sponsor claims, with a signature."""

    @pytest.fixture
    def desk(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
    ) -> SponsorDesk:
        found = SponsorDesk(monkeypatch, settings, tmp_path)
        found.registry.apply(uploads=[upload(tmp_path, SECRET)], technology="A secret blade")
        return found

    def test_what_is_claimed_is_withheld_at_once(self, desk: SponsorDesk) -> None:
        paper = application()
        assert "A secret blade" in public("paper", paper.pk)

        receipt = desk.sign_form(
            "claim-confidential",
            {
                "elements": ["technology"],
                "attached": [str(paper.attachments.get().pk)],
                "ground": "A trade secret.",
            },
            thing=paper.pk,
        )

        assert "claim is received" in receipt
        assert "A secret blade" not in public("paper", paper.pk)
        assert public("paper-file", paper.pk, paper.attachments.get().pk) == "404"
        assert Signature.objects.filter(text__contains="A trade secret.").count() == 1

    def test_nobody_else_claims_and_nothing_is_no_claim(self, desk: SponsorDesk) -> None:
        paper = application()
        address = desk.address("claim-confidential", paper.pk)
        assert desk.client.post(address, {"ground": "Because."}).status_code == 422
        forged = {"elements": ["nameplate_mw"], "ground": "Because."}
        assert desk.client.post(address, forged).status_code == 422

        desk.be("Eve Eden")
        claimed = {"elements": ["technology"], "ground": "Because."}
        assert desk.client.post(address, claimed).status_code in (403, 404)
        assert ConfidentialClaim.objects.count() == 0


class TestOfficial:
    """PLAT-127, RATE-213: officials withhold, with reasons, and read comments first."""

    @pytest.fixture
    def desk(self, settings: Settings, tmp_path: Path) -> Desk:
        settings.VAR_DIR = tmp_path
        found = Desk()
        found.describe()
        found.apply(uploads=[upload(tmp_path, SECRET)], technology="A secret blade")
        return found

    def send(self, desk: Desk, **said: Any) -> int:
        paper = application()
        address = reverse("desk-redaction", args=[PROGRAM, paper.pk])
        return desk.browser(OFFICIAL).post(address, said).status_code

    def test_a_redacted_file_stands_in_the_place_of_the_filed_one(self, desk: Desk) -> None:
        paper, file = application(), application().attachments.get()
        assert "A secret blade" in desk.seen("desk-redaction", paper.pk, by=OFFICIAL)

        status = self.send(
            desk,
            element_technology="A trade secret.",
            **{
                f"file_{file.pk}": "Keys of meters.",
                f"replacement_{file.pk}": SimpleUploadedFile(
                    "meters-public.csv", HARMLESS, content_type="text/csv"
                ),
            },
        )

        assert status == 302
        shown = public("paper", paper.pk)
        assert "A secret blade" not in shown
        assert "A trade secret." in shown
        given = Client().get(reverse("paper-file", args=[PROGRAM, paper.pk, file.pk]))
        assert b"".join(given.streaming_content) == HARMLESS  # type: ignore[attr-defined]
        whole = desk.browser(OFFICIAL).get(
            reverse("desk-paper-file", args=[PROGRAM, paper.pk, file.pk])
        )
        assert b"".join(whole.streaming_content) == SECRET  # type: ignore[attr-defined]

    def test_a_claim_is_granted_in_part_or_refused_with_words(self, desk: Desk) -> None:
        paper = application()
        services.claim_confidential(
            document=paper.pk,
            elements=["technology", "control_area"],
            ground="A trade secret.",
            claimed_by=desk.person("Fay Ito"),
            claimed_at=desk.tick(),
        )
        assert "The sponsor claims" in desk.seen("desk-redaction", paper.pk, by=OFFICIAL)
        assert self.send(desk, do="refuse", decision="") == 422

        assert self.send(desk, do="keep", element_technology="Secret.", decision="In part.") == 302

        assert ConfidentialClaim.objects.get().state == "granted"
        assert Redaction.objects.get().elements == {"technology": "Secret."}

    def test_others_get_none_of_it(self, desk: Desk) -> None:
        paper, file = application(), application().attachments.get()
        sponsor = desk.browser("Fay Ito")
        for name, arguments in (
            ("desk-redaction", [paper.pk]),
            ("desk-paper-file", [paper.pk, file.pk]),
            ("desk-open-comments", [desk.resources[WIND.name].id]),
        ):
            address = reverse(name, args=[PROGRAM, *arguments])
            assert sponsor.get(address).status_code == 403
            assert sponsor.post(address, {}).status_code in (403, 405)
            assert Client().get(address).status_code in (302, 401)

    def test_comments_are_opened_read_and_withheld(self, desk: Desk) -> None:
        resource = desk.resources[WIND.name].id
        assert "30 days" in desk.seen("desk-open-comments", resource, by=OFFICIAL)

        place = desk.post("desk-open-comments", resource, by=OFFICIAL, question="Is it new?")

        period = int(place.rstrip("/").rpartition("/")[2])
        desk.now = datetime.now(UTC)  # The pages go by the real clock.
        said = comment(period, desk, email="ada@example.org")
        assert "ada@example.org" in desk.seen("desk-comments", period, by=OFFICIAL)
        assert "It is older." not in public("comment-period", period)
        desk.post("desk-comments", period, by=OFFICIAL, comment=str(said), reason="Abuse.")
        assert "Not published" in desk.seen("desk-comments", period, by=OFFICIAL)
        assert Comment.objects.get().withheld.reason == "Abuse."
