"""How an issue of credits is divided among standing instructions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules.standing import Standing, divide


def percent(key: int, share: str, *, priority: int = 1, takes_part: bool = True) -> Standing:
    return Standing(
        key=key, percent=Fraction(share), up_to=None, priority=priority, takes_part=takes_part
    )


def up_to(key: int, number: int, *, priority: int = 1, takes_part: bool = True) -> Standing:
    return Standing(key=key, percent=None, up_to=number, priority=priority, takes_part=takes_part)


def shares(issued: int, *instructions: Standing, vintage: int = 2022) -> dict[int, int]:
    parts = divide(issued, vintage=vintage, available=issued, instructions=instructions)
    return {part.key: part.given for part in parts}


class TestDividing:
    """docs/decisions/0204."""

    def test_each_in_its_order_until_nothing_is_left(self) -> None:
        assert shares(1000, percent(1, "40"), up_to(2, 500), percent(3, "20")) == {
            1: 400,
            2: 500,
            3: 100,
        }

    def test_the_lower_priority_number_goes_first(self) -> None:
        assert shares(100, up_to(1, 80, priority=2), up_to(2, 80, priority=1)) == {2: 80, 1: 20}

    def test_all_or_nothing_takes_nothing_of_too_little(self) -> None:
        assert shares(100, up_to(1, 80), up_to(2, 30, takes_part=False), up_to(3, 30)) == {
            1: 80,
            2: 0,
            3: 20,
        }

    def test_a_percentage_is_of_the_whole_issue_and_rounded_down(self) -> None:
        assert shares(999, percent(1, "33.3"), percent(2, "50")) == {1: 332, 2: 499}

    def test_another_vintage_is_not_concerned(self) -> None:
        later = Standing(key=1, percent=Fraction(50), up_to=None, priority=1, from_vintage=2023)
        ended = Standing(key=2, percent=Fraction(50), up_to=None, priority=1, to_vintage=2021)

        assert shares(10, later, ended) == {}
        assert shares(10, later, ended, vintage=2023) == {1: 5}

    def test_what_claims_have_taken_is_not_there(self) -> None:
        (part,) = divide(100, vintage=2022, available=30, instructions=[percent(1, "50")])

        assert (part.wanted, part.given) == (50, 30)

    def test_it_has_a_percentage_or_a_number_and_not_both(self) -> None:
        with pytest.raises(ValueError, match="percentage or a number"):
            Standing(key=1, percent=Fraction(1), up_to=1, priority=1)

    @given(
        st.integers(0, 10**9),
        st.integers(0, 10**9),
        st.lists(
            st.tuples(
                st.one_of(st.fractions(0, 100), st.integers(1, 10**9)),
                st.integers(1, 3),
                st.booleans(),
            ),
            max_size=8,
        ),
    )
    def test_never_more_than_there_is(
        self, issued: int, held: int, asked: list[tuple[Fraction | int, int, bool]]
    ) -> None:
        available = min(issued, held)
        instructions = [
            percent(key, str(share), priority=priority, takes_part=takes_part)
            if isinstance(share, Fraction)
            else up_to(key, share, priority=priority, takes_part=takes_part)
            for key, (share, priority, takes_part) in enumerate(asked)
        ]

        parts = divide(issued, vintage=2022, available=available, instructions=instructions)

        assert sum(part.given for part in parts) <= available
        assert all(0 <= part.given <= part.wanted for part in parts)
