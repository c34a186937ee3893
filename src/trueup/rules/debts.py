"""Debts: what is owed for excess emissions and taken as soon as it arrives.

Source: 40 CFR 62.16220(c)(1)(ii)(A); 62.16340(d); preamble V.G.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trueup.rules.deduction import Block, in_order_of_deduction, joined, quantity_of, take


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """Allowances that a facility owes, and the latest vintage that meets the debt."""

    outstanding: int
    vintage_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtsMet:
    """What an arrival pays: for each debt, in order, the blocks taken and what stays owed."""

    taken: tuple[tuple[Block, ...], ...]
    outstanding: tuple[int, ...]


def meet_debts(arrived: Iterable[Block], *, debts: Sequence[Debt]) -> DebtsMet:
    """Take what has just arrived in a compliance account for what the facility owes.

    The oldest debt is met first. What arrived is taken first in, first out; a block may
    be split, and its lowest serial numbers go.

    Source: 40 CFR 62.16220(c)(1)(ii)(A); preamble V.G.5 (80 FR 65031).
    """
    left = in_order_of_deduction(arrived)
    taken: list[tuple[Block, ...]] = []
    outstanding: list[int] = []
    for debt in debts:
        paid, left = take(left, quantity=debt.outstanding, vintage_max=debt.vintage_max)
        taken.append(joined(paid))
        outstanding.append(debt.outstanding - quantity_of(paid))
    return DebtsMet(taken=tuple(taken), outstanding=tuple(outstanding))
