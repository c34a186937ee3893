"""40 CFR 62.16220(c)(1)(ii)(A), preamble V.G.5: debts are met on arrival."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.rules.blocks import block, blocks_without_overlap, serials
from trueup.rules.debts import Debt, meet_debts
from trueup.rules.deduction import Block, quantity_of


class TestArrival:
    """MASS-141."""

    def test_what_arrives_pays_and_the_rest_remains(self) -> None:
        met = meet_debts([block(1, 75)], debts=[Debt(outstanding=60, vintage_max=2027)])

        assert met.taken == ((block(1, 60),),)
        assert met.outstanding == (0,)

    def test_too_little_pays_a_part(self) -> None:
        met = meet_debts([block(1, 50)], debts=[Debt(outstanding=200, vintage_max=2027)])

        assert met.taken == ((block(1, 50),),)
        assert met.outstanding == (150,)

    def test_a_vintage_that_is_too_new_pays_nothing(self) -> None:
        met = meet_debts(
            [block(1, 50, vintage=2028)], debts=[Debt(outstanding=10, vintage_max=2027)]
        )

        assert met.taken == ((),)
        assert met.outstanding == (10,)

    def test_the_older_debt_is_met_first(self) -> None:
        met = meet_debts(
            [block(1, 50), block(1, 30, vintage=2028, recorded_seq=2)],
            debts=[
                Debt(outstanding=40, vintage_max=2027),
                Debt(outstanding=60, vintage_max=2029),
            ],
        )

        assert met.taken == (
            (block(1, 40),),
            (block(41, 50), block(1, 30, vintage=2028, recorded_seq=2)),
        )
        assert met.outstanding == (0, 20)

    def test_without_a_debt_nothing_is_taken(self) -> None:
        met = meet_debts([block(1, 50)], debts=[])

        assert met.taken == ()
        assert met.outstanding == ()


@given(
    arrived=blocks_without_overlap(),
    debts=st.lists(
        st.builds(
            Debt, outstanding=st.integers(0, 60), vintage_max=st.sampled_from((2024, 2027, 2029))
        ),
        max_size=4,
    ),
)
def test_a_debt_stays_open_only_if_nothing_usable_is_left(
    arrived: list[Block], debts: list[Debt]
) -> None:
    met = meet_debts(arrived, debts=debts)

    taken = [serial for blocks in met.taken for serial in serials(blocks)]
    assert len(taken) == len(set(taken))
    left = set(serials(arrived)) - set(taken)
    for debt, blocks, outstanding in zip(debts, met.taken, met.outstanding, strict=True):
        assert quantity_of(blocks) + outstanding == debt.outstanding
        assert outstanding == 0 or not any(vintage <= debt.vintage_max for vintage, _ in left)
