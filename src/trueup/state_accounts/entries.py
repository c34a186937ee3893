"""What goes into a State's general accounts and what comes out: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StateYearEntry:
    """What a State decided for a year."""

    jurisdiction: str
    year: int
    budget: int
    tons_per_mwh: Decimal | None
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionEntry:
    """A year's allowances as they were divided among a State's accounts.

    Attributes:
        shares: By purpose, in the order of the program's file.
        txs: The transactions by purpose; an account that got nothing has none.
    """

    id: int
    jurisdiction: str
    year: int
    budget: int
    is_late: bool
    due_on: date
    recorded_at: datetime
    shares: Mapping[str, int]
    txs: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyEntry:
    """A State's budget of a year that is to be divided among its accounts.

    Attributes:
        budget: None until the State has set it.
        is_late: It was done too late, or is not done and the day has passed.
    """

    jurisdiction: str
    year: int
    due_on: date
    budget: int | None
    recorded_at: datetime | None
    is_late: bool

    @property
    def is_ready(self) -> bool:
        """Whether it can be done now."""
        return self.budget is not None and self.recorded_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSpec:
    """A renewable energy certificate of one MWh; without a day it was not retired."""

    serial: str
    retired_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSpec:
    """What somebody asks for, with the proof that the set-aside wants.

    Attributes:
        oris_code: The source; none for who brings certificates.
        quantity: Asked for; left out where a formula says how many.
    """

    jurisdiction: str
    purpose: str
    year: int
    oris_code: int | None = None
    quantity: int | None = None
    export_percent: Decimal | None = None
    contract: str = ""
    viability: str = ""
    finding: str = ""
    in_service_on: date | None = None
    certificates: Sequence[CertificateSpec] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationEntry:
    """An application as everybody may see it.

    Attributes:
        source: Name of the source; blank for who brings certificates.
        amount: Of a sale, in dollars.
    """

    id: int
    key: UUID
    program: str
    jurisdiction: str
    purpose: str
    year: int
    facility: int | None
    source: str
    oris_code: int | None
    account: int | None
    export_percent: Decimal | None
    contract: str
    viability: str
    finding: str
    in_service_on: date | None
    mwh: Decimal | None
    quantity: int
    is_short_of_years: bool
    state: str
    filed_at: datetime
    completed_at: datetime | None
    decided_at: datetime | None
    reason: str
    executed_at: datetime | None
    given: int | None
    missing: int | None
    price_cents: int | None
    amount: Decimal | None
    tx: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftEntry:
    """A decision that moved allowances between two accounts of a State."""

    id: int
    source: str
    destination: str
    vintage: int
    quantity: int
    reason: str
    decided_at: datetime
    tx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetAwardEntry:
    """Offset allowances that a project was awarded for a year."""

    resource: int
    year: int
    tons: Decimal
    quantity: int
    awarded_at: datetime
    tx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What came into an account of a State in a year, what left it, and what is left.

    Attributes:
        brought: What it held when the year began.
        other: What none of the other words says, such as a correction; out is negative.
    """

    purpose: str
    year: int
    brought: int
    allocated: int
    moved_in: int
    moved_out: int
    offered: int
    returned: int
    awarded: int
    sold: int
    retired: int
    other: int
    left: int

    @property
    def adds_up(self) -> bool:
        """Whether what came in less what went out is what is left."""
        came = self.brought + self.allocated + self.moved_in + self.returned + self.other
        went = self.moved_out + self.offered + self.awarded + self.sold + self.retired
        return came - went == self.left


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBudget:
    """Allowances of one State and where they are: issued there, used anywhere.

    Attributes:
        used: By the State in which the sources are that surrendered them.
    """

    jurisdiction: str
    issued: int
    in_state_accounts: int
    in_market: int
    retired: int
    used: Mapping[str, int]

    @property
    def adds_up(self) -> bool:
        """Whether all that was issued is somewhere, once."""
        spent = self.retired + sum(self.used.values())
        return self.issued == self.in_state_accounts + self.in_market + spent
