"""Where credits are now: who holds them, and who used them for which period.

Source: 40 CFR 62.16420(c)(5)(iv); 62.16450(d); RATE-029, RATE-149, RATE-151.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry
from trueup.compliance.grounds import STEPS, step_of
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry, HoldingEntry, Range, TransactionEntry
from trueup.rules.serials import SerialBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Credits that an account holds."""

    account: AccountEntry
    blocks: tuple[SerialBlock, ...]

    @property
    def quantity(self) -> int:
        return sum(block.quantity for block in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Credits that were deducted from an account for a compliance period.

    Attributes:
        period: The name of the period, as the journal has it.
        owner: The facility or affected EGU; None if the account is of none.
    """

    account: AccountEntry
    owner: FacilityAccountEntry | None
    period: str
    blocks: tuple[SerialBlock, ...]

    @property
    def quantity(self) -> int:
        return sum(block.quantity for block in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where some credits are; `taken_back` were cancelled or retired without being used."""

    held: tuple[Held, ...]
    used: tuple[Used, ...]
    taken_back: int


def whereabouts(ranges: Sequence[Range]) -> Whereabouts:
    """Who holds the credits of some ranges and who used them; five statements.

    Source: 40 CFR 62.16420(c)(5)(iv); 62.16450(d); RATE-029, RATE-149.
    """
    found = ledger.holdings_within(ranges)
    known = ledger.accounts_by_id({one.account for one in found})
    retired = [one for one in found if known[one.account].kind == "retirement"]
    bringing = {one.id: one for one in ledger.transactions({one.tx for one in retired})}
    held: dict[int, list[HoldingEntry]] = {}
    for one in found:
        if known[one.account].kind != "retirement":
            held.setdefault(one.account, []).append(one)
    used, taken_back = _used(retired, bringing)
    return Whereabouts(
        held=tuple(
            Held(account=known[account], blocks=_joined(parts)) for account, parts in held.items()
        ),
        used=used,
        taken_back=taken_back,
    )


def _used(
    retired: Iterable[HoldingEntry], bringing: dict[int, TransactionEntry]
) -> tuple[tuple[Used, ...], int]:
    """What was deducted, by account and period; and how much was retired otherwise."""
    grouped: dict[tuple[int, str], list[HoldingEntry]] = {}
    givers: dict[int, AccountEntry] = {}
    taken_back = 0
    for one in retired:
        by = bringing[one.tx]
        if by.source is None or by.type != "deduct" or step_of(by.ground) not in STEPS:
            taken_back += one.quantity
            continue
        givers[by.source.id] = by.source
        grouped.setdefault((by.source.id, by.ground.partition(" ")[2]), []).append(one)
    owners = accounts.facilities_of(givers)
    return (
        tuple(
            Used(
                account=givers[account],
                owner=owners.get(account),
                period=period,
                blocks=_joined(parts),
            )
            for (account, period), parts in grouped.items()
        ),
        taken_back,
    )


def _joined(parts: Sequence[HoldingEntry]) -> tuple[SerialBlock, ...]:
    """The blocks in serial order, adjacent ones as one."""
    joined: list[SerialBlock] = []
    for one in parts:
        if joined and joined[-1].lot == one.lot and joined[-1].last + 1 == one.first:
            joined[-1] = SerialBlock(lot=one.lot, first=joined[-1].first, last=one.last)
        else:
            joined.append(SerialBlock(lot=one.lot, first=one.first, last=one.last))
    return tuple(joined)
