"""40 CFR 62.16340(c)(1): serial numbers that a representative asks for."""

from __future__ import annotations

import time

from tests.rules.blocks import block, request, serials, settle_2022_to_2024


class TestRequests:
    """MASS-137; 40 CFR 62.16340(c)(1)."""

    def test_serial_numbers_that_were_asked_for_go_first(self) -> None:
        own = block(1, 300)
        bought = block(1, 500, vintage=2023, recorded_seq=2, own=False)

        settlement = settle_2022_to_2024(
            own, bought, emissions_tons=250, requested=(request(101, 300, vintage=2023),)
        )

        assert serials(settlement.for_emissions) == [
            *((2023, n) for n in range(101, 301)),
            *((2022, n) for n in range(1, 51)),
        ]

    def test_requests_add_up_in_the_order_in_which_they_were_submitted(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 100),
            emissions_tons=30,
            requested=(request(50, 59), request(1, 10), request(90, 99)),
        )

        assert serials(settlement.for_emissions) == [
            (2022, n) for n in (*range(50, 60), *range(1, 11), *range(90, 100))
        ]

    def test_a_serial_number_that_is_asked_for_twice_goes_once(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 100), emissions_tons=60, requested=(request(41, 60), request(31, 80))
        )

        assert serials(settlement.for_emissions) == [
            (2022, n) for n in (*range(41, 61), *range(31, 41), *range(61, 81), *range(1, 11))
        ]

    def test_a_request_may_name_serial_numbers_of_several_blocks(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 10, recorded_seq=2),
            block(11, 20, recorded_seq=1, own=False),
            emissions_tons=8,
            requested=(request(8, 15),),
        )

        assert serials(settlement.for_emissions) == [(2022, n) for n in range(8, 16)]

    def test_what_is_too_new_for_emissions_is_passed_over(self) -> None:
        own_2025 = block(1, 100, vintage=2025, recorded_seq=2)

        settlement = settle_2022_to_2024(
            block(1, 100),
            own_2025,
            emissions_tons=20,
            requested=(request(1, 50, vintage=2025), request(91, 100)),
        )

        assert serials(settlement.for_emissions) == [
            (2022, n) for n in (*range(91, 101), *range(1, 11))
        ]

    def test_but_goes_first_for_excess_emissions(self) -> None:
        own_2025 = block(1, 100, vintage=2025, recorded_seq=2)

        settlement = settle_2022_to_2024(
            block(1, 100), own_2025, emissions_tons=110, requested=(request(31, 50, vintage=2025),)
        )

        assert serials(settlement.for_excess) == [(2025, n) for n in range(31, 51)]

    def test_what_is_not_held_is_passed_over(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 10),
            emissions_tons=10,
            requested=(request(500, 600), request(1, 10, vintage=2019), request(6, 700)),
        )

        assert serials(settlement.for_emissions) == [
            (2022, n) for n in (*range(6, 11), *range(1, 6))
        ]

    def test_more_may_be_asked_for_than_is_needed(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 100), emissions_tons=5, requested=(request(21, 100),)
        )

        assert settlement.for_emissions == (block(21, 25),)


def test_neighbours_that_were_cut_by_a_request_are_one_block_again() -> None:
    settlement = settle_2022_to_2024(
        block(1, 300), emissions_tons=150, requested=(request(1, 100),)
    )

    assert settlement.for_emissions == (block(1, 150),)


def test_ten_thousand_blocks_and_requests_take_no_quadratic_time() -> None:
    held = [block(n * 10 + 1, n * 10 + 10, recorded_seq=n % 7) for n in range(10_000)]
    requested = tuple(request(n * 10 + 1, n * 10 + 35) for n in range(10_000))

    started = time.perf_counter()
    settlement = settle_2022_to_2024(*held, emissions_tons=75_000, requested=requested)

    assert settlement.deducted == 75_000
    assert time.perf_counter() - started < 5  # Quadratic work takes far longer.
