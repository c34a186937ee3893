"""How the instruments of a program are spread over groups of owners.

Whoever watches the market reads it here; limits on what one owner bids for or holds ask
the same function. A constant number of statements, however many accounts.

Source: PLAT-112; docs/decisions/0164.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trueup.accounts import owner_groups as groups
from trueup.accounts.ownership_entries import OwnerGroup
from trueup.ledger import queries as ledger
from trueup.rules import owner_groups, programs
from trueup.rules.owner_groups import SHOWN, WHOLE

HELD_IN = ("compliance", "general")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupHolding:
    """What a group of owners holds; `accounts` are those of this program.

    Attributes:
        percent: Of all instruments in accounts of participants.
        is_flagged: Above the program's `safeguards.concentration_percent`.
    """

    group: OwnerGroup
    accounts: tuple[int, ...]
    quantity: int
    percent: Decimal
    is_flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """The holdings of a program by group of owners, the largest first.

    Attributes:
        total: In the compliance and general accounts; what States and the Administrator
            keep is nobody's.
        unlisted: Held in accounts for which no owner is listed.
        flag_percent: The share above which a group is flagged.
        vintage: The only vintage that is counted; None: all of them.
        vintages: Those of which participants hold any, with the quantities.
    """

    program: str
    on: date
    vintage: int | None
    vintages: tuple[tuple[int, int], ...]
    total: int
    unlisted: int
    flag_percent: int
    holdings: tuple[GroupHolding, ...]

    @property
    def flagged(self) -> tuple[GroupHolding, ...]:
        return tuple(holding for holding in self.holdings if holding.is_flagged)

    def percent(self, quantity: int) -> Decimal:
        """A quantity as a share of the total, in percent."""
        return (Decimal(quantity) * WHOLE / self.total).quantize(SHOWN) if self.total else SHOWN * 0


def concentration(*, program: str, on: date, vintage: int | None = None) -> Concentration:
    """What each group of owners holds now; who belongs together is as of a day.

    Args:
        vintage: Count this one alone; its shares are of all instruments of it.

    Source: PLAT-112: holdings by owner group and share of total, flagged above 20 %.
    """
    rules = programs.load(program)
    held: dict[int, int] = {}
    of_vintage: dict[int, int] = {}
    totals = ledger.vintage_totals(program=program, kinds=HELD_IN)
    for (account, year), quantity in totals.items():
        of_vintage[year] = of_vintage.get(year, 0) + quantity
        if vintage in (None, year):
            held[account] = held.get(account, 0) + quantity
    total = sum(held.values())
    accounts_of = groups.accounts_by_party(held, on=on)
    found = owner_groups.groups(accounts_of, groups.holds(on=on), on=on)
    shares = owner_groups.shares(
        groups=found,
        accounts_of=accounts_of,
        held=held,
        total=total,
        flag_percent=rules.people.safeguards.concentration_percent,
    )
    known = groups.parties({party for share in shares for party in share.parties})
    listed = {account for accounts in accounts_of.values() for account in accounts}
    return Concentration(
        program=program,
        on=on,
        vintage=vintage,
        vintages=tuple(sorted(of_vintage.items())),
        total=total,
        unlisted=sum(quantity for account, quantity in held.items() if account not in listed),
        flag_percent=rules.people.safeguards.concentration_percent,
        holdings=tuple(
            GroupHolding(
                group=OwnerGroup(
                    parties=tuple(known[party] for party in share.parties),
                    accounts=share.accounts,
                ),
                accounts=share.accounts,
                quantity=share.quantity,
                percent=share.percent,
                is_flagged=share.is_flagged,
            )
            for share in shares
        ),
    )
