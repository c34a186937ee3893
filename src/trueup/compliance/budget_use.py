"""Whose budget the allowances are of that were used, and where: one market, budgets apart.

Source: RGGI-003; PLAT-086.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from trueup.accounts import queries as accounts
from trueup.compliance.models import Settlement
from trueup.compliance.statements import journals_of
from trueup.rules.periods import CompliancePeriod

Route = tuple[str, str]  # The State that issued them, and the State whose sources used them.


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUse:
    """One State's budget and its sources in a settlement.

    Attributes:
        used_at_home: Of its own budget by its own sources; used_elsewhere: by others'.
        used_of_others: Of other States' budgets by its own sources.
    """

    jurisdiction: str
    used_at_home: int
    used_elsewhere: int
    used_of_others: int

    @property
    def deducted(self) -> int:
        """From its sources, whosever budget it was."""
        return self.used_at_home + self.used_of_others


def used_by_origin(*, program: str, period: CompliancePeriod) -> dict[Route, int]:
    """What was deducted for a period, by who issued it and who used it.

    A constant number of statements. What was given back is not counted.

    Source: RGGI-003.
    """
    rows = Settlement.objects.filter(program=program, period=period.name)
    place_of = dict(rows.values_list("account_id", "facility_id"))
    known = accounts.facilities_by_id(set(place_of.values()))
    used: Counter[Route] = Counter()
    for account, journal in journals_of(list(place_of), period).items():
        place = known[place_of[account]].jurisdiction
        for _, block in journal.kept():
            used[block.lot.jurisdiction, place] += block.quantity
    return dict(used)


def budget_uses(used: Mapping[Route, int], *, deducted: Mapping[str, int]) -> list[BudgetUse]:
    """Each State's use, in order of its code.

    Args:
        deducted: From each State's sources, as their settlements say.

    Raises ValueError if the two do not balance: budgets were mixed up.

    Source: RGGI-003.
    """
    states = sorted({state for route in used for state in route} | set(deducted))
    found = [
        BudgetUse(
            jurisdiction=state,
            used_at_home=used.get((state, state), 0),
            used_elsewhere=sum(n for (of, by), n in used.items() if of == state != by),
            used_of_others=sum(n for (of, by), n in used.items() if by == state != of),
        )
        for state in states
    ]
    for use in found:
        if use.deducted != deducted.get(use.jurisdiction, 0):
            raise ValueError(
                f"{use.jurisdiction}: {use.deducted} were used,"
                f" {deducted.get(use.jurisdiction, 0)} deducted"
            )
    return found
