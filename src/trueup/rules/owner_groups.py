"""Which owners belong together, so that their holdings are counted as one.

The rule of this registry (docs/decisions/0164): one party controls another if it directs
it otherwise than by shares (management, a contract, a trust), or if more than half of the
votes are held by it and by all whom it controls, taken together. So chains count, and
holdings along several chains are added. A owns 60 % of B, B owns 60 % of C: A controls C,
though its interest in C is 36 %. A owns 30 % of D and controls B, which owns 25 % of D:
55 %, so A controls D. Nobody controls a company that two others own by halves.

A group is all who are joined by control, in either direction and by any number of steps:
a parent, all below it, and two companies under one parent. Two groups never overlap.

Holdings in a circle (A owns B, B owns A) are no problem for the one: who is found to be
controlled is never asked about again. For the other, the multiplied interest, each turn
round the circle adds less than the one before.

Source: PLAT-112 (holdings by owner group; the paper leaves open what a group is).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MAJORITY_PERCENT = Decimal(50)
WHOLE = Decimal(100)
SHARES = "shares"
ROUNDS_MAX = 200
SMALLEST = Decimal("0.0000001")
SHOWN = Decimal("0.001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One party's hold on another; `until_on` is not included.

    Attributes:
        percentage: Share of the votes.
        control: `shares`, or how else it directs the other, whatever its share.
    """

    owner: int
    owned: int
    percentage: Decimal
    control: str
    from_on: date
    until_on: date | None

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day.

        Source: PLAT-112.
        """
        return self.from_on <= on and (self.until_on is None or on < self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShare:
    """What a group holds of all instruments; `parties` and `accounts` in order of key."""

    parties: tuple[int, ...]
    accounts: tuple[int, ...]
    quantity: int
    percent: Decimal
    is_flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Why one party controls another.

    Attributes:
        percentage: The votes of the owner and of all whom it controls, taken together.
        direct: What of that is the owner's own.
        kinds: How else they direct it: management, a contract, a trust.
    """

    owner: int
    owned: int
    percentage: Decimal
    direct: Decimal
    kinds: tuple[str, ...]


def controlled_by(party: int, holds: Iterable[Hold], *, on: date) -> frozenset[int]:
    """All whom a party controls on a day, itself left out.

    Source: PLAT-112; docs/decisions/0164.
    """
    return frozenset(_controlled(party, _by_owner(holds, on=on)) - {party})


def group_of(party: int, holds: Iterable[Hold], *, on: date) -> frozenset[int]:
    """All who belong together with a party on a day, itself included.

    Source: PLAT-112; docs/decisions/0164.
    """
    (group,) = (found for found in groups([party], holds, on=on) if party in found)
    return group


def groups(parties: Iterable[int], holds: Iterable[Hold], *, on: date) -> list[frozenset[int]]:
    """The groups in which some parties and all who hold or are held belong together.

    Every party is in exactly one; one that nobody is joined to is a group by itself. They
    are in the order of their lowest key.

    Source: PLAT-112; docs/decisions/0164.
    """
    by_owner = _by_owner(holds, on=on)
    joined = {party: party for party in parties}
    for owner, direct in by_owner.items():
        joined.setdefault(owner, owner)
        for hold in direct:
            joined.setdefault(hold.owned, hold.owned)
    for owner in by_owner:
        for other in _controlled(owner, by_owner):
            first, second = sorted((_root(joined, owner), _root(joined, other)))
            joined[second] = first
    members: dict[int, set[int]] = defaultdict(set)
    for party in joined:
        members[_root(joined, party)].add(party)
    return [frozenset(members[root]) for root in sorted(members)]


def reasons(group: Collection[int], holds: Iterable[Hold], *, on: date) -> list[Control]:
    """Every control by which the members of a group belong together, in order of keys.

    Source: PLAT-112; docs/decisions/0164.
    """
    by_owner = _by_owner(holds, on=on)
    found = []
    for owner in sorted(group):
        controlled = _controlled(owner, by_owner)
        for owned in sorted(controlled - {owner}):
            # What the controlled company holds of itself or below it adds nothing.
            theirs = [
                hold
                for holder in controlled - {owned}
                for hold in by_owner.get(holder, ())
                if hold.owned == owned
            ]
            votes = [hold for hold in theirs if hold.control == SHARES]
            found.append(
                Control(
                    owner=owner,
                    owned=owned,
                    percentage=sum((hold.percentage for hold in votes), Decimal(0)),
                    direct=sum(
                        (hold.percentage for hold in votes if hold.owner == owner), Decimal(0)
                    ),
                    kinds=tuple(sorted({hold.control for hold in theirs} - {SHARES})),
                )
            )
    return found


def interest_percent(owner: int, owned: int, holds: Iterable[Hold], *, on: date) -> Decimal:
    """What part of a party belongs to another, multiplied along each chain and added up.

    It is shown beside a group and decides nothing. Rounded to a thousandth of a percent.

    Source: PLAT-112; docs/decisions/0164.
    """
    by_owner = _by_owner(holds, on=on)
    total = Decimal(0)
    parts = {owner: Decimal(1)}
    for _ in range(ROUNDS_MAX):
        following: dict[int, Decimal] = defaultdict(Decimal)
        for holder, part in parts.items():
            for hold in by_owner.get(holder, ()):
                # What comes back to the owner round a circle is the owner's already.
                if hold.owned != owner:
                    following[hold.owned] += part * hold.percentage / WHOLE
        parts = {party: part for party, part in following.items() if part > SMALLEST}
        total += parts.get(owned, Decimal(0))
        if not parts:
            break
    return min(total * WHOLE, WHOLE).quantize(SHOWN)


def shares(
    *,
    groups: Sequence[Collection[int]],
    accounts_of: Mapping[int, Collection[int]],
    held: Mapping[int, int],
    total: int,
    flag_percent: int,
) -> list[GroupShare]:
    """What each group holds of all instruments, the largest first; those with none left out.

    An account in which parties of several groups have an interest counts in full for each
    of them: the rule asks for no percentages in the list of interests. A group is flagged
    if its share is above, not at, the given one.

    Args:
        accounts_of: By party.
        held: By account.

    Source: PLAT-112; docs/decisions/0164.
    """
    found = []
    for group in groups:
        accounts = {account for party in group for account in accounts_of.get(party, ())}
        quantity = sum(held.get(account, 0) for account in accounts)
        if not quantity:
            continue
        percent = Decimal(quantity) * WHOLE / total
        found.append(
            GroupShare(
                parties=tuple(sorted(group)),
                accounts=tuple(sorted(accounts)),
                quantity=quantity,
                percent=percent.quantize(SHOWN),
                is_flagged=percent > flag_percent,
            )
        )
    return sorted(found, key=lambda share: (-share.quantity, share.parties))


def _by_owner(holds: Iterable[Hold], *, on: date) -> dict[int, list[Hold]]:
    found: dict[int, list[Hold]] = defaultdict(list)
    for hold in holds:
        if hold.is_in_force(on):
            found[hold.owner].append(hold)
    return dict(found)


def _controlled(party: int, by_owner: Mapping[int, Sequence[Hold]]) -> set[int]:
    """The party and all whom it controls: votes add up as more of them are found."""
    controlled = {party}
    votes: dict[int, Decimal] = defaultdict(Decimal)
    asking = [party]
    while asking:
        for hold in by_owner.get(asking.pop(), ()):
            if hold.owned in controlled:
                continue
            if hold.control == SHARES:
                votes[hold.owned] += hold.percentage
            if hold.control != SHARES or votes[hold.owned] > MAJORITY_PERCENT:
                controlled.add(hold.owned)
                asking.append(hold.owned)
    return controlled


def _root(joined: dict[int, int], party: int) -> int:
    while joined[party] != party:
        joined[party] = joined[joined[party]]
        party = joined[party]
    return party
