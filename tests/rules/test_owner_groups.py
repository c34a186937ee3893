"""Which owners belong together: control along chains, in circles, and over time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules.owner_groups import (
    Hold,
    controlled_by,
    group_of,
    groups,
    interest_percent,
    reasons,
    shares,
)

BEGIN, DAY = date(2020, 1, 1), date(2024, 6, 1)
A, B, C, D, E = range(1, 6)


def hold(
    owner: int,
    owned: int,
    percentage: object,
    *,
    control: str = "shares",
    from_on: date = BEGIN,
    until_on: date | None = None,
) -> Hold:
    return Hold(
        owner=owner,
        owned=owned,
        percentage=Decimal(str(percentage)),
        control=control,
        from_on=from_on,
        until_on=until_on,
    )


class TestReasons:
    """PLAT-112: why a group is one is shown beside it; docs/decisions/0164."""

    def test_votes_of_those_who_are_controlled_count_with_the_owners(self) -> None:
        holds = [hold(A, B, 60), hold(A, D, 30), hold(B, D, 25)]

        found = reasons({A, B, D}, holds, on=DAY)

        assert [(one.owner, one.owned, one.percentage, one.direct) for one in found] == [
            (A, B, Decimal(60), Decimal(60)),
            (A, D, Decimal(55), Decimal(30)),
        ]

    def test_another_kind_of_control_is_named(self) -> None:
        (found,) = reasons({A, B}, [hold(A, B, 0, control="contract")], on=DAY)

        assert (found.percentage, found.kinds) == (Decimal(0), ("contract",))

    def test_of_a_circle_both_control_each_other(self) -> None:
        holds = [hold(A, B, 60), hold(B, A, 70)]

        found = reasons({A, B}, holds, on=DAY)

        assert [(one.owner, one.owned) for one in found] == [(A, B), (B, A)]

    def test_a_hold_that_has_ended_is_no_reason(self) -> None:
        assert reasons({A, B}, [hold(A, B, 60, until_on=DAY)], on=DAY) == []


class TestControl:
    """PLAT-112: holdings by owner group; docs/decisions/0164."""

    def test_more_than_half_of_the_votes_is_control_and_half_is_not(self) -> None:
        assert controlled_by(A, [hold(A, B, 50)], on=DAY) == frozenset()
        assert controlled_by(A, [hold(A, B, "50.001")], on=DAY) == {B}

    def test_a_chain_counts_even_where_the_interest_is_less_than_half(self) -> None:
        chain = [hold(A, B, 60), hold(B, C, 60)]

        assert controlled_by(A, chain, on=DAY) == {B, C}
        assert interest_percent(A, C, chain, on=DAY) == 36

    def test_a_chain_is_cut_where_nobody_controls(self) -> None:
        assert controlled_by(A, [hold(A, B, 40), hold(B, C, 100)], on=DAY) == frozenset()

    def test_votes_of_those_who_are_controlled_are_added(self) -> None:
        both = [hold(A, D, 30), hold(A, B, 80), hold(B, D, 25)]

        assert controlled_by(A, both, on=DAY) == {B, D}
        assert interest_percent(A, D, both, on=DAY) == 50

    def test_a_joint_venture_of_two_halves_belongs_to_nobody(self) -> None:
        halves = [hold(A, C, 50), hold(B, C, 50)]

        assert groups([A, B, C], halves, on=DAY) == [{A}, {B}, {C}]

    @pytest.mark.parametrize("control", ["management", "contract", "trust", "other"])
    def test_another_kind_of_control_needs_no_share(self, control: str) -> None:
        assert controlled_by(A, [hold(A, B, 0, control=control)], on=DAY) == {B}

    def test_two_companies_under_one_parent_outside_the_registry_are_one_group(self) -> None:
        assert group_of(B, [hold(A, B, 51), hold(A, C, 51)], on=DAY) == {A, B, C}

    def test_a_group_is_of_a_day(self) -> None:
        sold = [
            hold(A, B, 100, until_on=date(2023, 1, 1)),
            hold(C, B, 100, from_on=date(2023, 1, 1)),
        ]

        assert group_of(B, sold, on=date(2022, 12, 31)) == {A, B}
        assert group_of(B, sold, on=date(2023, 1, 1)) == {B, C}
        assert group_of(B, sold, on=date(2019, 12, 31)) == {B}


class TestCircles:
    """Holdings in a circle end, and count once."""

    def test_two_who_hold_each_other_are_one_group(self) -> None:
        circle = [hold(A, B, 100), hold(B, A, 100)]

        assert group_of(A, circle, on=DAY) == {A, B}
        assert interest_percent(A, B, circle, on=DAY) == 100

    def test_a_circle_below_the_owner_counts_every_turn(self) -> None:
        # B's own part of itself, by way of C, is a quarter: 40 / (1 - 0.25).
        circle = [hold(A, B, 40), hold(B, C, 50), hold(C, B, 50)]

        assert interest_percent(A, B, circle, on=DAY) == Decimal("53.333")

    def test_a_long_circle_ends(self) -> None:
        ring = [hold(party, party % 300 + 1, 51) for party in range(1, 301)]

        assert group_of(7, ring, on=DAY) == frozenset(range(1, 301))


class TestShares:
    """PLAT-112: share of total, flagged above 20 %."""

    def test_a_share_at_the_limit_is_not_flagged_and_one_above_is(self) -> None:
        found = shares(
            groups=[{A}, {B}],
            accounts_of={A: {1}, B: {2}},
            held={1: 200, 2: 201, 3: 599},
            total=1000,
            flag_percent=20,
        )

        assert [(one.parties, one.percent, one.is_flagged) for one in found] == [
            ((B,), Decimal("20.100"), True),
            ((A,), Decimal("20.000"), False),
        ]

    def test_an_account_of_two_members_counts_once_and_of_two_groups_for_each(self) -> None:
        found = shares(
            groups=[{A, B}, {C}],
            accounts_of={A: {1}, B: {1, 2}, C: {2}},
            held={1: 10, 2: 5},
            total=20,
            flag_percent=20,
        )

        assert [(one.parties, one.quantity) for one in found] == [((A, B), 15), ((C,), 5)]

    def test_a_group_that_holds_nothing_is_left_out(self) -> None:
        assert shares(groups=[{A}], accounts_of={A: {1}}, held={}, total=0, flag_percent=20) == []


PARTIES = range(1, 8)
holdings = st.lists(
    st.builds(
        hold,
        st.sampled_from(PARTIES),
        st.sampled_from(PARTIES),
        st.integers(1, 100),
        control=st.sampled_from(("shares", "shares", "management")),
    ).filter(lambda one: one.owner != one.owned),
    max_size=12,
)


@given(held=holdings)
def test_everybody_is_in_exactly_one_group(held: list[Hold]) -> None:
    """docs/decisions/0164: two groups never overlap."""
    found = groups(PARTIES, held, on=DAY)

    assert sorted(party for group in found for party in group) == list(PARTIES)


@given(held=holdings)
def test_whoever_controls_is_in_the_group_of_the_controlled(held: list[Hold]) -> None:
    """docs/decisions/0164: joined by control, in either direction."""
    for party in PARTIES:
        group = group_of(party, held, on=DAY)
        assert controlled_by(party, held, on=DAY) <= group


@given(held=holdings)
def test_control_is_what_a_search_by_definition_finds(held: list[Hold]) -> None:
    """The definition, applied until nothing more is found, in place of the fast way."""
    for party in PARTIES:
        found = {party}
        while True:
            more = {
                other for other in PARTIES if other not in found and _is_held_by(found, other, held)
            }
            if not more:
                break
            found |= more
        assert controlled_by(party, held, on=DAY) == found - {party}


def _is_held_by(holders: set[int], other: int, held: list[Hold]) -> bool:
    direct = [one for one in held if one.owner in holders and one.owned == other]
    votes = sum(one.percentage for one in direct if one.control == "shares")
    return votes > 50 or any(one.control != "shares" for one in direct)


def test_a_share_of_a_share_is_never_more_than_the_whole() -> None:
    """Multiplied interests, over all pairs of a thorny web."""
    web = [hold(A, B, 70), hold(B, C, 70), hold(C, A, 70), hold(A, D, 50), hold(C, D, 50)]

    for owner, owned in product((A, B, C), (A, B, C, D)):
        if owner != owned:
            assert 0 <= interest_percent(owner, owned, web, on=DAY) <= 100
