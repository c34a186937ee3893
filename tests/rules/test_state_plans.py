"""Steps of a jurisdiction's plan, and what follows from them on a day."""

from __future__ import annotations

from datetime import date

import pytest

from trueup.rules.state_plans import (
    MODES,
    STEPS,
    Step,
    missing_before,
    months_after,
    standing_of,
)

RECEIVED = Step(kind="received", on=date(2020, 2, 10), plan="own")
COMPLETE = Step(kind="complete", on=date(2020, 3, 2))


def approved(kind: str = "approved", on: date = date(2020, 9, 1), **more: object) -> Step:
    return Step(kind=kind, on=on, effective_on=date(2022, 1, 1), **more)  # type: ignore[arg-type]


class TestClocks:
    """40 CFR 60.27(b)-(d), (g)-(k); MASS-074."""

    def test_without_a_decision_a_submission_is_deemed_complete_after_six_months(self) -> None:
        before = standing_of([RECEIVED], today=date(2020, 8, 9))
        assert before.status == "received"
        after = standing_of([RECEIVED], today=date(2020, 8, 10))
        assert (after.status, after.since) == ("complete", date(2020, 8, 10))
        assert after.timeline[-1].is_automatic

    def test_completeness_is_decided_within_sixty_days_and_is_late_after_them(self) -> None:
        (clock,) = standing_of([RECEIVED], today=date(2020, 4, 9)).clocks
        assert (clock.name, clock.due_on) == ("completeness", date(2020, 4, 9))
        assert not clock.is_late(date(2020, 4, 9))
        assert clock.is_late(date(2020, 4, 10))

    def test_a_decision_is_due_twelve_months_after_the_submission_was_complete(self) -> None:
        found = standing_of([RECEIVED, COMPLETE], today=date(2020, 4, 1))
        (clock,) = found.open_clocks()
        assert (clock.name, clock.due_on) == ("decision", date(2021, 3, 2))

    def test_a_disapproval_or_a_failure_starts_the_clock_of_the_federal_plan(self) -> None:
        for steps in (
            [RECEIVED, COMPLETE, Step(kind="disapproved", on=date(2020, 9, 1))],
            [Step(kind="failure_found", on=date(2020, 9, 1))],
        ):
            (clock,) = standing_of(steps, today=date(2021, 1, 1)).open_clocks()
            assert (clock.name, clock.due_on) == ("federal_plan", date(2021, 9, 1))

    def test_a_missed_condition_turns_an_approval_into_a_disapproval(self) -> None:
        steps = [
            RECEIVED,
            COMPLETE,
            approved("conditionally_approved", due_on=date(2021, 9, 1)),
        ]
        on_the_day = standing_of(steps, today=date(2021, 9, 1))
        assert on_the_day.status == "conditionally_approved"
        after = standing_of(steps, today=date(2021, 9, 2))
        assert (after.status, after.since) == ("disapproved", date(2021, 9, 2))
        assert after.mode_on(date(2022, 6, 1)) == "federal"
        assert [clock.name for clock in after.open_clocks()] == ["federal_plan"]

    def test_a_condition_that_is_met_leaves_the_approval(self) -> None:
        steps = [
            RECEIVED,
            COMPLETE,
            approved("conditionally_approved", due_on=date(2021, 9, 1)),
            Step(kind="condition_met", on=date(2021, 8, 1)),
        ]
        found = standing_of(steps, today=date(2022, 9, 2))
        assert found.status == "condition_met"
        assert found.mode_on(date(2022, 6, 1)) == "own"

    def test_a_condition_missed_after_it_took_effect_ends_it_then(self) -> None:
        steps = [
            RECEIVED,
            COMPLETE,
            approved("conditionally_approved", due_on=date(2022, 3, 1)),
        ]
        found = standing_of(steps, today=date(2023, 1, 1))
        assert found.mode_on(date(2022, 2, 1)) == "own"
        assert found.mode_on(date(2022, 3, 2)) == "federal"

    def test_of_a_part_that_is_not_approved_a_federal_plan_is_due(self) -> None:
        steps = [RECEIVED, COMPLETE, approved("partly_approved")]
        found = standing_of(steps, today=date(2020, 10, 1))
        assert [clock.name for clock in found.open_clocks()] == ["federal_plan"]
        assert found.mode_on(date(2022, 1, 1)) == "own"

    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            (date(2020, 8, 31), 6, date(2021, 2, 28)),
            (date(2020, 12, 31), 2, date(2021, 2, 28)),
            (date(2020, 1, 31), 12, date(2021, 1, 31)),
        ],
    )
    def test_months_end_on_the_last_day_there_is(
        self, day: date, months: int, expected: date
    ) -> None:
        assert months_after(day, months) == expected


class TestModes:
    """40 CFR 62.16210(a), 62.16410(a); RATE-220."""

    def test_where_nothing_is_kept_the_federal_plan_applies(self) -> None:
        found = standing_of([], today=date(2021, 1, 1))
        assert found.status == ""
        assert found.mode_on(date(2021, 1, 1)) == "federal"

    def test_a_mode_begins_on_its_day(self) -> None:
        steps = [
            Step(kind="not_covered", on=date(2019, 1, 1), effective_on=date(2019, 1, 1)),
            Step(kind="federal_plan", on=date(2020, 12, 1), effective_on=date(2021, 1, 1)),
        ]
        found = standing_of(steps, today=date(2022, 1, 1))
        assert found.mode_on(date(2020, 12, 31)) == "none"
        assert found.mode_on(date(2021, 1, 1)) == "federal"
        assert {mode.name for mode in found.modes} <= set(MODES)

    def test_a_withdrawn_plan_gives_way_to_the_federal_one(self) -> None:
        steps = [
            RECEIVED,
            COMPLETE,
            approved(),
            Step(kind="withdrawn", on=date(2023, 5, 1), effective_on=date(2025, 1, 1)),
        ]
        found = standing_of(steps, today=date(2026, 1, 1))
        assert found.mode_on(date(2024, 12, 31)) == "own"
        assert found.mode_on(date(2025, 1, 1)) == "federal"


class TestOrder:
    """40 CFR 60.27; a step follows on what is there."""

    @pytest.mark.parametrize(
        ("steps", "kind", "part"),
        [
            ([], "complete", "completeness"),
            ([], "approved", "complete submission"),
            ([RECEIVED, COMPLETE], "received", "decided on"),
            ([], "condition_met", "conditional"),
            ([], "withdrawn", "withdrawn"),
            ([RECEIVED, COMPLETE, approved()], "federal_plan", "of its own"),
        ],
    )
    def test_what_cannot_follow(self, steps: list[Step], kind: str, part: str) -> None:
        assert part in missing_before(steps, kind, on=date(2021, 1, 4))

    def test_an_earlier_day_is_refused(self) -> None:
        assert "in their order" in missing_before([RECEIVED], "complete", on=date(2020, 2, 9))

    def test_what_can_follow(self) -> None:
        assert missing_before([], "received", on=date(2020, 2, 10)) == ""
        assert missing_before([RECEIVED], "complete", on=date(2020, 3, 2)) == ""
        assert missing_before([RECEIVED, COMPLETE], "approved", on=date(2020, 9, 1)) == ""

    def test_every_step_can_be_asked_about(self) -> None:
        for kind in STEPS:
            missing_before([], kind, on=date(2020, 1, 1))
        with pytest.raises(ValueError, match="no step"):
            missing_before([], "unknown", on=date(2020, 1, 1))
