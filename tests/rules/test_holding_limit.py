"""How much a group of owners may hold, as a program value."""

from __future__ import annotations

import re
from decimal import Decimal
from importlib.resources import files

import pytest

from trueup.rules import programs
from trueup.rules.control_period import (
    final_obligation,
    interim_due_on,
    interim_obligation,
    interim_years,
)
from trueup.rules.holding_limit import HoldingLimit, held_after
from trueup.rules.programs import ProgramFileError

CALIFORNIA = programs.load("california-like")
TEXT = (files("trueup.rules") / "programs" / "california-like.toml").read_text(encoding="utf-8")


def limit() -> HoldingLimit:
    assert CALIFORNIA.market.holding_limit is not None
    return CALIFORNIA.market.holding_limit


class TestLimit:
    """PLAT-112; the values are those of 17 CCR 95920."""

    @pytest.mark.parametrize(
        ("budget", "most"),
        [
            (394_500_000, 11_737_500),  # 2015, as California published it.
            (25_000_000, 2_500_000),
            (25_000_001, 2_500_000),
            (25_000_040, 2_500_001),
            (1_000_009, 100_000),  # A small program is its own base.
            (0, 0),
        ],
    )
    def test_it_follows_from_the_budget_and_is_rounded_down(self, budget: int, most: int) -> None:
        assert limit().of_budget(budget) == most

    def test_no_other_program_has_one(self) -> None:
        for code in programs.codes():
            if code != "california-like":
                assert programs.load(code).market.holding_limit is None

    def test_a_share_is_a_share(self) -> None:
        with pytest.raises(ValueError, match="between 0 and 100"):
            HoldingLimit(
                counted_in=frozenset({"general"}),
                base=1,
                base_percent=Decimal(101),
                above_percent=Decimal(0),
            )
        with pytest.raises(ValueError, match="not negative"):
            limit().of_budget(-1)


class TestHeldAfter:
    """Within a group nothing changes; what leaves it makes room."""

    @pytest.mark.parametrize(
        ("source", "destination", "after"), [(9, 1, 160), (1, 2, 150), (2, 9, 140), (8, 9, 150)]
    )
    def test_what_the_group_holds_then(self, source: int, destination: int, after: int) -> None:
        found = held_after(
            source=source, destination=destination, quantity=10, group={1, 2}, held={1: 100, 2: 50}
        )
        assert found == after


class TestProgramFile:
    """A file that says nonsense is refused with key and reason."""

    @pytest.mark.parametrize(
        ("line", "instead", "problem"),
        [
            ('counted_in = ["general"]', 'counted_in = ["retirement"]', "holding_limit.counted_in"),
            ('base_percent = "10"', 'base_percent = "ten"', "holding_limit.base_percent"),
            ('above_percent = "2.5"', 'above_percent = "102.5"', "holding_limit.above_percent"),
            ("base = 25000000", "base = 0", "holding_limit.base"),
            ('second_person = "every"', 'second_person = "some"', "safeguards.second_person"),
            ("acceptance_hours = 72", "acceptance_hours = -1", "safeguards.acceptance_hours"),
            ("share_percent = 30", "share_percent = 130", "partial_obligation.share_percent"),
        ],
    )
    def test_each_value_is_checked(self, line: str, instead: str, problem: str) -> None:
        assert line in TEXT
        with pytest.raises(ProgramFileError, match=re.escape(problem)):
            programs.read(TEXT.replace(line, instead), file="california-like.toml")


class TestYearlyObligation:
    """RGGI-014: 30 percent of the year before, the rest at the end of three years."""

    def test_300_of_1000_are_due_the_next_year(self) -> None:
        partial = CALIFORNIA.market.partial
        assert partial is not None
        period = CALIFORNIA.period_named("2015-2017")

        assert interim_years(period, partial=partial) == ((2016, 2015), (2017, 2016))
        assert interim_obligation(1000, partial=partial) == 300
        assert interim_due_on(2015, deadline=CALIFORNIA.deadline).isoformat() == "2016-11-01"
        tons = {2015: 1000, 2016: 0, 2017: 0}
        assert final_obligation(tons, surrendered=300) == 700
