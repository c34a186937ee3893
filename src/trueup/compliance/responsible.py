"""Who answers for a finding on a facility or unit: its owners and operators, all of them.

Source: 40 CFR 62.16220(f); 62.16410(a); 62.16420(f); RATE-005.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trueup.accounts.ownership import interests_of

ROLES = ("owner", "operator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """An owner or operator of an account's facility or unit; `until_on` is not included."""

    name: str
    role: str
    from_on: date
    until_on: date | None


def responsible_for(account: int, *, on: date | None = None) -> list[Responsible]:
    """The owners and operators of an account's units, whoever is identified later included.

    Args:
        on: Those who had an interest on this day or came later; by default whoever has one now.

    Source: 40 CFR 62.16220(f); 62.16410(a); 62.16420(f); RATE-005.
    """
    found = [
        Responsible(name=one.party.name, role=one.kind, from_on=one.from_on, until_on=one.until_on)
        for one in interests_of(account)
        if one.kind in ROLES and (one.until_on is None or (on is not None and one.until_on > on))
    ]
    found.sort(key=lambda one: (ROLES.index(one.role), one.from_on, one.name))
    return found
