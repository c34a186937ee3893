"""Pages of States' plans and of trade between States; officials' lists and acts on them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.adapters.roles_of_access import Everyone
from tests.adapters.web_books import Page
from tests.contexts.registry import FIRST, PROGRAM, Registry, noon
from trueup.allocation import services as allocation
from trueup.disclosure.interstate import interstate_trade
from trueup.rules import programs
from trueup.rules.state_plans import Step
from trueup.state_plans import services as state_plans

pytestmark = pytest.mark.django_db


@pytest.fixture
def everyone() -> Everyone:
    for name in ("default", "process"):
        caches[name].clear()
    return Everyone(registry=Registry())


def seen(everyone: Everyone, role: str, name: str, *arguments: object, **given: str) -> str:
    address = reverse(name, args=[PROGRAM, *arguments])
    answer = everyone.clients[role].get(address, given)
    assert answer.status_code == 200, (address, answer.status_code)
    page = Page(answer.content.decode())
    assert page.problems() == [], address
    return page.text


def keep(state: str, *steps: Step) -> None:
    for step in steps:
        allocation.record_plan_step(
            program=PROGRAM, jurisdiction=state, step=step, recorded_at=noon("2026-06-01")
        )


def step(kind: str, on: date, **more: Any) -> Step:
    return Step(kind=kind, on=on, note="81 FR 1", **more)


OWN_PLAN = (
    step("received", date(2026, 1, 5), plan="own"),
    step("complete", date(2026, 2, 2)),
    step("approved", date(2026, 5, 4), plan="own", effective_on=date(2028, 1, 1)),
)


class TestPlans:
    """MASS-074; PLAT-007: the status of every plan is public."""

    def test_the_list_names_what_is_late(self, everyone: Everyone) -> None:
        keep("KY", step("failure_found", date(2024, 3, 1)))
        text = seen(everyone, "anonymous", "plans")
        assert "Kentucky" in text
        assert "Finding that nothing was submitted" in text
        assert "Late" in text
        assert "Wyoming" in text

    def test_a_plan_shows_steps_clocks_link_and_method(self, everyone: Everyone) -> None:
        keep("KY", *OWN_PLAN)
        state_plans.activate_link(
            program=PROGRAM,
            jurisdiction="KY",
            kind="mass",
            unit="short ton of CO2",
            plan_evidence="81 FR 1000",
            ready_evidence="81 FR 2000",
            tracking_evidence="this installation",
            active_from=date(2028, 1, 1),
            recorded_at=noon("2026-06-02"),
        )
        text = seen(everyone, "anonymous", "plan", "KY")
        for part in ("Submission received", "81 FR 2000", "Approval or disapproval", "2028"):
            assert part in text
        assert "Nothing is kept yet" in seen(everyone, "anonymous", "plan", "WY")

    def test_there_is_no_plan_of_a_state_that_the_program_lacks(self, everyone: Everyone) -> None:
        address = reverse("plan", args=[PROGRAM, "VT"])
        assert everyone.clients["anonymous"].get(address).status_code == 404

    def test_the_number_of_statements_does_not_grow(self, everyone: Everyone) -> None:
        def statements() -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                seen(everyone, "anonymous", "plans")
            return len(captured)

        statements()
        before = statements()
        for state in ("KY", "AL", "OH", "TX"):
            keep(state, *OWN_PLAN)
        assert statements() == before


class TestInterstate:
    """MASS-048, MASS-072; RATE-217; PLAT-092: trade between States on one installation."""

    @pytest.fixture
    def settled(self, everyone: Everyone) -> Everyone:
        """Barry in Alabama emitted 50 tons and covered 30 with Kentucky's allowances."""
        registry = everyone.registry
        registry.on("2021-06-01")
        registry.allocate(("Barry", "1", 2022, 20), ("Cane", "1", 2022, 100))
        registry.transfer("Cane", "Barry", 2022, 30)
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(50, 0, 0), u2=(0, 0, 0))
        registry.report_years("Cane", u1=(40, 0, 0), u2=(0, 0, 0))
        registry.on("2025-05-20")
        registry.run()
        return everyone

    def test_net_imports_add_up_to_nothing_and_each_state_settles_by_itself(
        self, settled: Everyone
    ) -> None:
        rows = {row.code: row for row in interstate_trade(programs.load(PROGRAM), FIRST)}
        alabama, kentucky = rows["AL"], rows["KY"]
        assert (alabama.own, alabama.imported, alabama.exported) == (20, 30, 0)
        assert (kentucky.own, kentucky.imported, kentucky.exported) == (40, 0, 30)
        assert alabama.partners == (("KY", 30),)
        assert sum(row.net_imports for row in rows.values()) == 0
        assert settled.registry.figures("Barry")[:3] == (50, 50, 0)
        assert settled.registry.figures("Cane")[:3] == (40, 40, 0)

    def test_what_is_given_back_is_imported_no_more(self, settled: Everyone) -> None:
        nothing = interstate_trade(
            programs.load(PROGRAM), programs.load(PROGRAM).next_period(FIRST)
        )
        assert not any(row.used or row.exported for row in nothing)

    def test_the_page_the_file_and_the_picture(self, settled: Everyone) -> None:
        text = seen(settled, "anonymous", "interstate", period="2022-2024")
        assert "Alabama" in text
        assert "KY 30" in text
        answer = settled.clients["anonymous"].get(
            reverse("interstate-csv", args=[PROGRAM]), {"period": "2022-2024"}
        )
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert "AL,Alabama,2022-2024,20,30,0,30" in lines
        drawn = settled.clients["anonymous"].get(
            reverse("chart-interstate", args=[PROGRAM, "2022-2024"])
        )
        assert drawn["Content-Type"].startswith("image/svg")

    def test_before_anything_is_deducted_the_page_says_so(self, everyone: Everyone) -> None:
        assert "Nothing was deducted" in seen(everyone, "anonymous", "interstate")


class TestDesk:
    """MASS-060, MASS-061, MASS-074: officials see what is late and who was idle."""

    def test_late_steps_come_first_with_the_acts(self, everyone: Everyone) -> None:
        keep("KY", step("failure_found", date(2024, 3, 1)))
        keep("AL", step("failure_found", date(2024, 5, 1)))
        text = seen(everyone, "administrator", "desk-state-plans")
        assert text.index("Kentucky") < text.index("Alabama")
        assert "Keep a step" in text
        assert "Late steps of State plans" in self.console(everyone)

    def console(self, everyone: Everyone) -> str:
        answer = everyone.clients["administrator"].get(reverse("desk"), {"program": PROGRAM})
        return Page(answer.content.decode()).text

    def test_an_idle_unit_is_proposed_from_the_list(self, everyone: Everyone) -> None:
        registry = everyone.registry
        registry.on("2021-06-01")
        registry.allocate(("Barry", "2", 2022, 10))
        registry.on("2025-02-03")
        registry.report("Barry", *(("2", year, 0) for year in (2023, 2024)))
        text = seen(everyone, "administrator", "desk-lost-allocations")
        assert "2023, 2024" in text
        address = reverse("desk-lost-allocations", args=[PROGRAM])
        answer = everyone.clients["administrator"].post(
            address,
            {
                "act": "end_allocations",
                "facility": "3",
                "unit": "2",
                "loss": "idle",
                "ground": "No operation in 2023 and 2024, as reported.",
            },
        )
        assert answer.status_code == 302
        assert "/sign/" in answer["Location"]
        refused = everyone.clients["administrator"].post(
            address,
            {"act": "end_allocations", "facility": "3", "unit": "1", "loss": "idle", "ground": "x"},
        )
        assert refused["Location"].endswith("#act-end_allocations")

    def test_who_decides_for_one_state_does_not_keep_plans(self, everyone: Everyone) -> None:
        """MASS-073: what a State's official may do is limited; plans are the Administrator's."""
        listed = reverse("desk-state-plans", args=[PROGRAM])
        assert everyone.clients["state"].get(listed).status_code == 200
        assert "Keep a step" not in seen(everyone, "state", "desk-state-plans")
        act = reverse("act-desk/record_plan_step", args=[PROGRAM])
        assert everyone.clients["state"].get(act).status_code == 403
        assert everyone.clients["administrator"].get(act).status_code == 200
