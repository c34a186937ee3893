"""Who owns what, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PartySpec:
    """A person or an organization as a document names it.

    Attributes:
        identifier: What tells it from others of its name, if that is needed.
    """

    name: str
    kind: str = "organization"
    identifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyEntry:
    """A person or an organization that can own."""

    id: int
    name: str
    kind: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestEntry:
    """A party with an interest in an account; `until_on` is not included."""

    account: int
    party: PartyEntry
    kind: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipFilingEntry:
    """A change of the list, as it was filed; `due_on` was the last day in time."""

    id: int
    account: int
    changed_on: date
    filed_at: datetime
    due_on: date
    is_late: bool
    filed_by: str
    listed: tuple[str, ...]
    unlisted: tuple[str, ...]
    signature: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationSpec:
    """One party's hold on another, as somebody found it.

    Attributes:
        percentage: Share of the votes; 0 where `control` is not `shares`.
        source: Where this is known from.
    """

    owner: PartySpec
    owned: PartySpec
    from_on: date
    source: str
    percentage: Decimal = Decimal(0)
    control: str = "shares"
    until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationEntry:
    """One party's hold on another; `until_on` is not included."""

    id: int
    owner: PartyEntry
    owned: PartyEntry
    percentage: Decimal
    control: str
    from_on: date
    until_on: date | None
    source: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerGroup:
    """Parties that belong together, and the accounts in which they have an interest."""

    parties: tuple[PartyEntry, ...]
    accounts: tuple[int, ...]

    @property
    def name(self) -> str:
        """The first party's name, with how many others there are."""
        others = len(self.parties) - 1
        return f"{self.parties[0].name} and {others} more" if others else self.parties[0].name
