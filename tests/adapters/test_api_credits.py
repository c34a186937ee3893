"""Credits, resources and papers through the API: public, in pages, without what is withheld."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.contexts.resources_registry import PROGRAM, WIND, ResourceRegistry
from tests.contexts.test_resources_public import SECRET, upload
from trueup.resources import services
from trueup.resources.models import Document
from trueup.resources.public_entries import FileRedaction

pytestmark = pytest.mark.django_db

ROOT = f"/api/v1/{PROGRAM}"


@pytest.fixture
def registry(settings: Settings, tmp_path: Path) -> ResourceRegistry:
    settings.VAR_DIR = tmp_path
    found = ResourceRegistry()
    found.describe()
    found.accredit()
    found.clear()
    found.apply(uploads=[upload(tmp_path, SECRET)], technology="A secret blade")
    found.verify_application()
    found.approve()
    found.issue_year("5000.7")
    return found


def read(address: str, status: int = 200) -> Any:
    answer = Client().get(f"{ROOT}{address}")
    assert answer.status_code == status, answer.content
    return answer.json()


class TestCredits:
    """40 CFR 62.16515(h), (i); RATE-206, RATE-207, RATE-209."""

    def test_resources_come_in_pages_that_join_up(self, registry: ResourceRegistry) -> None:
        for number in range(3):
            registry.describe(replace(WIND, name=f"Hill {number}"))
        names, after = [], 0
        while after is not None:
            page = read(f"/resources?limit=2&after={after}")
            names += [item["name"] for item in page["items"]]
            after = page["next"]

        assert names == [WIND.name, "Hill 0", "Hill 1", "Hill 2"]
        (found,) = read("/resources?category=wnd&state=registered&jurisdiction=tx")["items"]
        assert found["credits_issued"] == 5000
        assert read("/resources?category=SOL")["items"] == []

    def test_an_issue_says_where_its_credits_are(self, registry: ResourceRegistry) -> None:
        (issue,) = read("/credit-issues?category=WND&year=2022")["items"]

        assert (issue["quantity"], issue["held"], issue["retired"]) == (5000, 5000, 0)
        assert issue["block"]["first"] == "TX-2023-WND-1"
        assert registry.resources[WIND.name].id == issue["resource"]

    def test_a_credit_is_traced_to_its_papers(self, registry: ResourceRegistry) -> None:
        with CaptureQueriesContext(connection) as few:
            origin = read("/serials/TX-2023-WND-17/origin")
        assert {paper["kind"] for paper in origin["papers"]} == {
            "eligibility_application",
            "emv_plan",
            "mv_report",
            "verification_report",
            "decision",
        }
        for year in (2023, 2024):
            registry.issue_year("6000", year)
        with CaptureQueriesContext(connection) as many:
            read("/serials/TX-2023-WND-17/origin")
        assert len(many) == len(few)

    def test_what_is_withheld_is_not_given_out(self, registry: ResourceRegistry) -> None:
        """PLAT-127; docs/decisions/0310."""
        paper = Document.objects.get(kind="eligibility_application")
        file = paper.attachments.get()
        services.redact(
            document=paper.pk,
            elements={"technology": "A trade secret."},
            files=[FileRedaction(attachment=file.pk, reason="Keys.")],
            made_at=registry.tick(),
        )

        found = read(f"/resources/{paper.resource_id}/papers")

        text = str(found)
        assert "A trade secret." in text
        for secret in ("A secret blade", file.sha256, paper.sha256):
            assert secret not in text

    def test_what_is_not_there_is_not_found(self, registry: ResourceRegistry) -> None:
        del registry
        read("/resources/999999", 404)
        read("/resources/999999/papers", 404)
        read("/serials/TX-2023-WND-900000/origin", 404)
        read("/credit-issues?after=-1", 422)
        read("/resources?category=%00", 422)
