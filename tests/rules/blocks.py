"""Blocks for the tests of deduction, and a settlement that goes serial by serial.

The model is slow and plain on purpose: it knows no blocks, and says of every serial
number whether it goes and for what.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from trueup.rules.deduction import Block, Settlement, settle
from trueup.rules.requests import SerialRequest

Serial = tuple[int, int]  # Lot and running number; a lot here is its vintage.


def block(
    first: int, last: int, *, vintage: int = 2022, recorded_seq: int = 1, own: bool = True
) -> Block:
    """A block of a lot that is named by its vintage."""
    return Block(
        lot=vintage, first=first, last=last, vintage=vintage, recorded_seq=recorded_seq, own=own
    )


def request(first: int, last: int, *, vintage: int = 2022) -> SerialRequest:
    return SerialRequest(lot=vintage, first=first, last=last)


def serials(blocks: Iterable[Block]) -> list[Serial]:
    """Every serial number of the blocks, in order."""
    return [
        (each.vintage, number) for each in blocks for number in range(each.first, each.last + 1)
    ]


def settle_2022_to_2024(
    *held: Block, emissions_tons: int, requested: tuple[SerialRequest, ...] = ()
) -> Settlement:
    """Settle the first compliance period as `cpp-mass` reads the rule."""
    return settle(
        held,
        emissions_tons=emissions_tons,
        vintage_max=2024,
        excess_multiplier=2,
        excess_vintage_max=2027,
        requested=requested,
    )


@st.composite
def blocks_without_overlap(draw: st.DrawFn) -> list[Block]:
    """What an account may hold: blocks of five vintages, in any order."""
    held = []
    for vintage in (2020, 2022, 2024, 2025, 2028):
        next_number = 1
        for _ in range(draw(st.integers(0, 3))):
            first = next_number + draw(st.integers(0, 3))
            last = first + draw(st.integers(0, 12))
            next_number = last + 1
            held.append(
                block(
                    first,
                    last,
                    vintage=vintage,
                    recorded_seq=draw(st.integers(1, 4)),
                    own=draw(st.booleans()),
                )
            )
    return draw(st.permutations(held))


@st.composite
def serial_requests(draw: st.DrawFn) -> list[SerialRequest]:
    """Requests that may overlap, and may name what is not held or not usable."""
    requested = []
    for _ in range(draw(st.integers(0, 5))):
        first = draw(st.integers(1, 40))
        last = first + draw(st.integers(0, 15))
        vintage = draw(st.sampled_from((2020, 2022, 2024, 2025, 2028, 2030)))
        requested.append(request(first, last, vintage=vintage))
    return requested


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialBySerial:
    """What the model says a settlement takes, in order."""

    for_emissions: list[Serial]
    for_excess: list[Serial]


def settle_serial_by_serial(
    held: Sequence[Block],
    *,
    emissions_tons: int,
    vintage_max: int,
    excess_multiplier: int,
    excess_vintage_max: int,
    requested: Sequence[SerialRequest] = (),
) -> SerialBySerial:
    """Settle a facility by walking over single serial numbers."""
    ordered = sorted(
        held, key=lambda each: (not each.own, each.recorded_seq, each.vintage, each.first)
    )
    waiting = serials(ordered)
    asked_for: list[Serial] = []
    for each in requested:
        for number in range(each.first, each.last + 1):
            if (each.lot, number) in waiting and (each.lot, number) not in asked_for:
                asked_for.append((int(str(each.lot)), number))
    order = asked_for + [serial for serial in waiting if serial not in asked_for]
    for_emissions = [serial for serial in order if serial[0] <= vintage_max][:emissions_tons]
    due = excess_multiplier * (emissions_tons - len(for_emissions))
    left = [serial for serial in order if serial not in for_emissions]
    for_excess = [serial for serial in left if serial[0] <= excess_vintage_max][:due]
    return SerialBySerial(for_emissions=for_emissions, for_excess=for_excess)
