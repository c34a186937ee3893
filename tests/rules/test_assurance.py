"""Assurance levels of States: who owes more when a State's sources emit too much together."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules import programs
from trueup.rules.assurance import AssuranceRules, GroupTons, assess, divide, read_levels

CSAPR = programs.load("csapr-like")


def rules() -> AssuranceRules:
    assert CSAPR.market.assurance is not None
    return CSAPR.market.assurance


def group(name: str, tons: int, allocated: int) -> GroupTons[str]:
    return GroupTons(group=name, tons=tons, allocated=allocated)


class TestProgramFile:
    """The levels are EPA's table; a program without the section has none."""

    def test_the_levels_are_those_printed(self) -> None:
        assert rules().level("AL", 2017) == Decimal("84915.16")
        assert rules().level("PA", 2021) == Decimal("140648.92")
        assert rules().level("AL", 2016) is rules().level("CA", 2017) is None
        assert (rules().ratio, rules().due.month, rules().due.day) == (2, 11, 1)
        assert len(rules().levels) == 23 * 5

    def test_a_level_is_the_budget_and_its_variability(self) -> None:
        for (state, year), level in rules().levels.items():
            budget = CSAPR.budget(state, year)
            assert budget is not None
            assert level == budget.total * Decimal("1.18")

    def test_no_other_program_has_any(self) -> None:
        for code in programs.codes():
            if code != "csapr-like":
                assert programs.load(code).market.assurance is None

    def test_a_state_has_one_level_a_year(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = {"jurisdiction": "AL", "year": "2017", "assurance_level": "1"}
        monkeypatch.setattr("trueup.rules.assurance.read_rows", lambda _: (row, row))
        with pytest.raises(ValueError, match=r"row 2: AL has two levels for 2017"):
            read_levels("twice.csv")


class TestAssess:
    """40 CFR 97.406(c)(2), 97.425: two for one, shared by how far each is above its share."""

    def test_nobody_owes_at_the_level(self) -> None:
        found = assess([group("A", 600, 500), group("B", 400, 500)], level=Decimal(1000), ratio=2)

        assert (found.tons, found.above, found.due) == (1000, 0, 0)

    def test_a_ton_above_it_is_owed_twice_by_who_is_above_the_share(self) -> None:
        found = assess([group("A", 601, 500), group("B", 400, 500)], level=Decimal(1000), ratio=2)

        assert [(of.group, of.share, of.above, of.due) for of in found.groups] == [
            ("A", 500, 101, 2),
            ("B", 500, 0, 0),
        ]

    def test_what_is_owed_is_shared_by_excess(self) -> None:
        found = assess(
            [group("A", 800, 500), group("B", 350, 250), group("C", 50, 250)],
            level=Decimal(1000),
            ratio=2,
        )

        # 200 above: 400 owed; A is 300 above its share and B 100.
        assert (found.above, [of.due for of in found.groups]) == (200, [300, 100, 0])

    def test_a_level_has_decimals_and_what_is_owed_has_none(self) -> None:
        found = assess([group("A", 85_000, 71_962)], level=Decimal("84915.16"), ratio=2)

        assert found.above == Fraction(8484, 100)
        assert found.due == 170  # 169.68

    def test_where_nothing_was_allocated_all_that_is_emitted_is_above(self) -> None:
        found = assess([group("A", 300, 0), group("B", 100, 0)], level=Decimal(200), ratio=2)

        assert [of.due for of in found.groups] == [300, 100]

    def test_a_state_without_sources_owes_nothing(self) -> None:
        assert assess([], level=Decimal(10), ratio=2).due == 0

    def test_negative_figures_are_a_bug(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            assess([group("A", -1, 0)], level=Decimal(0), ratio=2)

    @given(
        st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=8),
        st.integers(0, 10**6),
    )
    def test_together_they_owe_the_ratio_and_who_is_not_above_owes_nothing(
        self, figures: list[tuple[int, int]], level: int
    ) -> None:
        groups = [group(str(n), tons, given) for n, (tons, given) in enumerate(figures)]
        found = assess(groups, level=Decimal(level), ratio=2)

        assert abs(found.due - 2 * found.above) <= Fraction(len(groups), 2)
        assert all(of.above > 0 for of in found.groups if of.due)


class TestDivide:
    """What a group owes is divided among its sources by their tons, all of it."""

    def test_by_largest_remainder(self) -> None:
        assert divide(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
        assert divide(7, {"a": 0, "b": 5}) == {"a": 0, "b": 7}
        assert divide(0, {"a": 0}) == {"a": 0}

    @given(
        st.integers(0, 10**6),
        st.dictionaries(st.integers(0, 9), st.integers(1, 10**6), min_size=1),
    )
    def test_nothing_is_lost(self, due: int, tons: dict[int, int]) -> None:
        assert sum(divide(due, tons).values()) == due
