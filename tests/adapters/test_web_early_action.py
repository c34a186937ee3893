"""Pages of early action: everybody's, a sponsor's, an official's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.urls import reverse
from pytest_django import Settings

from tests.adapters.sponsor_desk import SponsorDesk
from tests.contexts.set_aside_desk import P1, PROGRAM
from trueup.allocation import early_reads, services
from trueup.allocation.early_entries import EarlyActionSpec
from trueup.rules.early_action import EarlyActionRules
from trueup.signing.models import Signature

pytestmark = pytest.mark.django_db
NEW = replace(P1, in_service_on=date(2019, 7, 1))
RULES = EarlyActionRules(
    per_mwh=Decimal("0.8"),
    per_ton=Decimal(1),
    renewable_share=Decimal("0.5"),
    mechanism="retire_later",
)
ANSWERS = {
    "started_on": "2018-09-07",
    "asked_2020": "10000",
    "asked_2021": "12000",
    "shows": "Baldwin County, ANSI C12.20 meter",
    "is_in_state": "on",
}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> SponsorDesk:
    settings.TRUEUP_PROGRAM = PROGRAM
    return SponsorDesk(monkeypatch, settings, tmp_path, program=PROGRAM, spec=NEW)


def awarded(desk: SponsorDesk) -> int:
    """A project with an award, in a State where early action is switched on."""
    registry = desk.registry
    project = services.apply_for_early_action(
        program=PROGRAM,
        spec=EarlyActionSpec(
            name="P7",
            jurisdiction="AL",
            kind="wind",
            started_on=date(2018, 9, 7),
            account=registry.accounts["Sand Hill"].id,
            shows="Baldwin County",
        ),
        applied_by=None,
        applied_at=registry.tick(),
    )
    services.decide_on_early_action(
        project=project.id, approve=True, ground="shown", decided_at=registry.tick()
    )
    services.set_early_action(
        program=PROGRAM, jurisdiction="AL", rules=RULES, set_at=registry.tick()
    )
    services.grant_matching(
        program=PROGRAM, jurisdiction="AL", tons=6000, granted_at=registry.tick(), key=uuid4()
    )
    services.originate_budget(
        program=PROGRAM, jurisdiction="AL", vintage=2022, recorded_at=registry.tick()
    )
    services.award_early_action(
        project=project.id, year=2020, mwh=Decimal(10_000), awarded_at=registry.tick()
    )
    return project.id


class TestApplying:
    """40 CFR 62.16235(e)(2); MASS-095; PLAT-151."""

    def test_from_the_form_to_the_receipt(self, desk: SponsorDesk) -> None:
        account = desk.registry.accounts["Sand Hill"].number
        text = desk.sign_form(
            "apply-for-early-action", {**ANSWERS, "resource": str(desk.wind)}, account
        )

        assert "The application is filed" in text
        found = early_reads.find_project(program=PROGRAM, name="P1")
        assert found is not None
        assert (found.kind, found.jurisdiction, found.state) == ("wind", "AL", "applied")
        signature = Signature.objects.get(document="early_action")
        assert [one["key"] for one in signature.statements] == ["CERT-ELIG"]
        assert "P1" in desk.page(reverse("my-early-action")).text

    def test_what_began_too_early_is_refused_and_nothing_is_kept(self, desk: SponsorDesk) -> None:
        account = desk.registry.accounts["Sand Hill"].number
        place = desk.address("apply-for-early-action", account)
        said = {**ANSWERS, "resource": str(desk.wind), "started_on": "2018-09-06"}
        answer = desk.client.post(place, said)
        assert answer.status_code == 302
        assert desk.sign(str(answer["Location"]).removesuffix("check/")).status_code != 302
        assert early_reads.projects(PROGRAM) == []


class TestPublic:
    """40 CFR 62.16231; RATE-213; MASS-096 to MASS-099."""

    def test_where_it_is_switched_off_it_says_so(self, desk: SponsorDesk) -> None:
        page = desk.page(reverse("early-action", args=[PROGRAM]))
        assert "Early action is switched off" in page.text

    def test_pool_asked_awarded_and_left_by_state(self, desk: SponsorDesk) -> None:
        project = awarded(desk)
        page = desk.page(reverse("early-action-state", args=[PROGRAM, "AL"]))

        for figure in ("4,000", "3,000", "1,000 could not be matched", "10,000", "0.8"):
            assert figure in page.text, figure
        assert reverse("chart-early-action-state", args=[PROGRAM, "AL"]) in page.html
        shown = desk.page(reverse("early-action-project", args=[PROGRAM, project])).text
        assert "4,000" in shown
        assert "Baldwin County" in shown

    def test_all_states_in_a_constant_number_of_statements(
        self, desk: SponsorDesk, django_assert_max_num_queries: object
    ) -> None:
        awarded(desk)
        with django_assert_max_num_queries(25):  # type: ignore[operator]
            desk.page(reverse("early-action", args=[PROGRAM]))
        table = desk.client.get(reverse("early-action-csv", args=[PROGRAM]))
        lines = b"".join(table.streaming_content).decode().splitlines()  # type: ignore[arg-type]
        assert len(lines) == 51
        assert [line for line in lines if line.startswith("AL,yes")]

    def test_the_pictures_are_drawn(self, desk: SponsorDesk) -> None:
        awarded(desk)
        for place in (
            reverse("chart-early-action", args=[PROGRAM]),
            reverse("chart-early-action-state", args=[PROGRAM, "AL"]),
        ):
            answer = desk.client.get(place)
            assert answer["Content-Type"].startswith("image/svg")

    def test_no_other_program_has_it(self, desk: SponsorDesk) -> None:
        assert desk.client.get(reverse("early-action", args=["rggi-md"])).status_code == 404
        assert (
            desk.client.get(reverse("early-action-state", args=[PROGRAM, "VT"])).status_code == 404
        )
