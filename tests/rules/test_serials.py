"""40 CFR 62.16325(c): every allowance has a serial number of its own."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules.refusal import Refused
from trueup.rules.serials import (
    PROGRAM_PLACE,
    Lot,
    SerialBlock,
    join,
    lot_of_number,
    overlapping,
    parse_block,
    parse_lot,
    parse_serial,
    split,
)

ALABAMA_2022 = Lot(jurisdiction="AL", year=2022)
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
LARGEST_BIGINT = 2**63 - 1

lots = st.builds(
    Lot,
    jurisdiction=st.text(UPPER, min_size=2, max_size=3),
    year=st.integers(1000, 9999),
    category=st.one_of(
        st.just(""),
        st.builds(str.__add__, st.sampled_from(UPPER), st.text(UPPER + DIGITS, max_size=3)),
    ),
)
numbers = st.integers(1, 10**13 - 1)


@st.composite
def serial_blocks(draw: st.DrawFn) -> SerialBlock:
    lot = draw(st.sampled_from((ALABAMA_2022, Lot(jurisdiction="AL", year=2023))))
    first = draw(st.integers(1, 40))
    return SerialBlock(lot=lot, first=first, last=first + draw(st.integers(0, 15)))


@st.composite
def blocks_apart(draw: st.DrawFn) -> list[SerialBlock]:
    """Blocks of two lots that do not overlap, in any order."""
    blocks = []
    for lot in (ALABAMA_2022, Lot(jurisdiction="TX", year=2022)):
        next_number = 1
        for _ in range(draw(st.integers(0, 6))):
            first = next_number + draw(st.integers(0, 2))
            last = first + draw(st.integers(0, 9))
            next_number = last + 1
            blocks.append(SerialBlock(lot=lot, first=first, last=last))
    return draw(st.permutations(blocks))


def block(first: int, last: int) -> SerialBlock:
    return SerialBlock(lot=ALABAMA_2022, first=first, last=last)


def serials(*blocks: SerialBlock) -> list[tuple[Lot, int]]:
    return [(each.lot, number) for each in blocks for number in range(each.first, each.last + 1)]


class TestReading:
    """PLAT-040: `AL-2022-17`, `TX-2023-WND-17`."""

    @pytest.mark.parametrize(
        ("text", "lot", "number"),
        [
            ("AL-2022-17", ALABAMA_2022, 17),
            (" al-2022-0000017 ", ALABAMA_2022, 17),
            ("TUO-2030-1", Lot(jurisdiction="TUO", year=2030), 1),
            ("TX-2023-WND-17", Lot(jurisdiction="TX", year=2023, category="WND"), 17),
        ],
    )
    def test_a_serial_number(self, text: str, lot: Lot, number: int) -> None:
        assert parse_serial(text) == (lot, number)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "AL-2022",
            "AL-2022-0",
            "AL-2022--1",
            "AL-22-1",
            "A-2022-1",
            "AL-2022-1.5",
            "AL-2022-1 AL-2022-2",
            "AL-2022-WIND5-1",
            "AL-2022-99999999999999",
            "AL-2022-\u0661\u0667",  # Digits, but Arabic ones.
            "ÄL-2022-1",
            "ß-2022-1",  # SS in upper case.
        ],
    )
    def test_what_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(Refused) as refused:
            parse_serial(text)

        assert refused.value.refusals[0].code == "serials.not_readable"

    @pytest.mark.parametrize(
        "code", ["", "AL", "AL2022", "AL-2022-", "AL-2022-1A", "AL-\u0662\u0660\u0662\u0662"]
    )
    def test_what_is_no_lot_is_refused(self, code: str) -> None:
        with pytest.raises(Refused):
            parse_lot(code)

    def test_a_block_has_both_ends_in_one_lot_and_runs_forward(self) -> None:
        assert parse_block("AL-2022-5", "AL-2022-9") == block(5, 9)
        assert parse_block("AL-2022-5", "al-2022-5") == block(5, 5)
        with pytest.raises(Refused, match="not of one lot"):
            parse_block("AL-2022-5", "AL-2023-9")
        with pytest.raises(Refused, match="backwards"):
            parse_block("AL-2022-9", "AL-2022-5")

    @given(lot=lots, first=numbers, length=st.integers(0, 10**6))
    def test_what_is_written_is_read_back(self, lot: Lot, first: int, length: int) -> None:
        last = min(first + length, 10**13 - 1)
        written = SerialBlock(lot=lot, first=first, last=last)

        assert parse_lot(lot.code) == lot
        assert parse_serial(written.first_serial) == (lot, first)
        assert parse_block(written.first_serial, written.last_serial) == written

    def test_a_block_is_shown_by_its_ends(self) -> None:
        assert str(block(5, 9)) == "AL-2022-5 to AL-2022-9"
        assert str(block(5, 5)) == "AL-2022-5"

    def test_a_block_below_one_or_backwards_is_a_bug(self) -> None:
        for first, last in ((0, 5), (6, 5), (-1, -1)):
            with pytest.raises(ValueError, match="runs from 1 upwards"):
                block(first, last)


class TestLotNumber:
    """A lot's number, by which the database tells programs and lots apart."""

    @given(lot=lots, program_number=st.integers(1, 900))
    def test_it_can_be_read_back_and_fits_the_database(self, lot: Lot, program_number: int) -> None:
        number = lot.number(program_number)

        assert lot_of_number(number) == lot
        assert number // PROGRAM_PLACE == program_number
        assert 0 < number <= LARGEST_BIGINT

    @given(one=st.tuples(lots, st.integers(1, 900)), other=st.tuples(lots, st.integers(1, 900)))
    def test_no_two_lots_have_one_number(
        self, one: tuple[Lot, int], other: tuple[Lot, int]
    ) -> None:
        same_number = one[0].number(one[1]) == other[0].number(other[1])

        assert same_number == (one == other)

    @pytest.mark.parametrize(
        ("lot", "neighbour"),
        [
            (Lot(jurisdiction="ZZZ", year=2022), Lot(jurisdiction="AA", year=2023)),
            (
                Lot(jurisdiction="AL", year=2022, category="ZZZZ"),
                Lot(jurisdiction="AM", year=2022),
            ),
        ],
    )
    def test_no_place_runs_over_into_the_next(self, lot: Lot, neighbour: Lot) -> None:
        assert lot.number(1) < neighbour.number(1)

    @given(lot=lots, other=lots)
    def test_a_later_year_has_a_higher_number(self, lot: Lot, other: Lot) -> None:
        if lot.year < other.year:
            assert lot.number(1) < other.number(1)

    @pytest.mark.parametrize(
        "lot",
        [
            Lot(jurisdiction="TEXAS", year=2022),
            Lot(jurisdiction="AL", year=20222),
            Lot(jurisdiction="AL", year=2022, category="WINDY"),
        ],
    )
    def test_a_lot_that_could_not_be_read_back_has_none(self, lot: Lot) -> None:
        with pytest.raises(ValueError, match="not a lot"):
            lot.number(1)


class TestSplitting:
    def test_the_lowest_serial_numbers_are_split_off(self) -> None:
        assert split(block(11, 20), quantity=4) == (block(11, 14), block(15, 20))
        assert split(block(11, 20), quantity=10) == (block(11, 20), None)

    @pytest.mark.parametrize("quantity", [0, 11, -1])
    def test_no_more_than_there_are(self, quantity: int) -> None:
        with pytest.raises(ValueError, match="cannot take"):
            split(block(11, 20), quantity=quantity)

    @given(whole=serial_blocks(), data=st.data())
    def test_the_parts_are_the_whole(self, whole: SerialBlock, data: st.DataObject) -> None:
        quantity = data.draw(st.integers(1, whole.quantity))

        low, high = split(whole, quantity=quantity)

        assert low.quantity == quantity
        assert join([low] if high is None else [high, low]) == [whole]


class TestJoining:
    def test_neighbours_become_one_block(self) -> None:
        assert join([block(6, 9), block(1, 5), block(11, 12)]) == [block(1, 9), block(11, 12)]

    def test_lots_stay_apart(self) -> None:
        other = SerialBlock(lot=Lot(jurisdiction="AL", year=2023), first=6, last=9)

        assert join([block(1, 5), other]) == [block(1, 5), other]

    def test_an_overlap_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="overlap"):
            join([block(1, 5), block(5, 9)])

    @given(blocks=blocks_apart())
    def test_the_serial_numbers_stay_the_same_in_as_few_blocks_as_can_be(
        self, blocks: list[SerialBlock]
    ) -> None:
        joined = join(blocks)

        assert serials(*joined) == sorted(serials(*blocks))
        assert not any(
            one.lot == other.lot and one.last + 1 == other.first
            for one in joined
            for other in joined
        )


class TestOverlap:
    """MASS-127: no serial number twice in one transfer."""

    def test_blocks_that_share_a_serial_number_are_named(self) -> None:
        assert overlapping([block(5, 9), block(1, 5)]) == [(block(1, 5), block(5, 9))]
        assert overlapping([block(1, 5), block(6, 9)]) == []

    def test_a_block_inside_a_wide_one_is_found_after_another(self) -> None:
        wide = block(1, 100)

        assert overlapping([wide, block(2, 3), block(50, 60)]) == [
            (wide, block(2, 3)),
            (wide, block(50, 60)),
        ]

    @given(blocks=st.lists(serial_blocks(), max_size=8))
    def test_it_is_found_if_and_only_if_a_serial_number_is_named_twice(
        self, blocks: list[SerialBlock]
    ) -> None:
        named = serials(*blocks)

        assert bool(overlapping(blocks)) == (len(named) > len(set(named)))

    def test_twenty_thousand_blocks_are_quick(self) -> None:
        blocks = [block(n * 10, n * 10 + 9) for n in range(1, 20_001)]

        started = time.perf_counter()
        assert overlapping(blocks) == []
        assert time.perf_counter() - started < 5
