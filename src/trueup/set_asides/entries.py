"""What goes into set-asides and what comes out of them: plain, immutable values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from trueup.rules.eligibility import Showing, Uprate


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSpec:
    """What an eligibility application says of a project.

    Attributes:
        jurisdiction: Whose set-aside it asks for.
        located_in: Where it is; empty: in that State.
        account: Number of the general account of its provider.
        resource: Id of its file among eligible resources, where it has one.
    """

    name: str
    jurisdiction: str
    account: str
    category: str
    capacity_mw: Decimal
    in_service_on: date
    kind: str = ""
    grid: str = "EASTERN"
    located_in: str = ""
    uprate: Uprate | None = None
    derated_on: date | None = None
    is_relicensed: bool = False
    is_utility_scale: bool = True
    is_affected_egu: bool = False
    resource: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEntry:
    """A project as everybody may see it."""

    id: int
    program: str
    jurisdiction: str
    name: str
    account: int
    showing: Showing
    located_in: str
    state: str
    resource: int | None
    received_at: datetime
    decided_at: datetime | None
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionEntry:
    """What a project promises for a generation year."""

    id: int
    project: int
    generation_year: int
    projected_mwh: Decimal
    eligible_mwh: Decimal
    state: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEntry:
    """What a project was verified to have generated of its promise."""

    project: int
    generation_year: int
    projected_mwh: Decimal
    actual_mwh: Decimal
    is_to_explain: bool
    explanation: str
    explained_at: datetime | None
    verified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShare:
    """What one recipient would get.

    Attributes:
        project: Id; None for a unit's share.
        unit: Id of the affected unit; None for a project's.
    """

    account: int
    quantity: int
    project: int | None = None
    unit: int | None = None
    is_surplus: bool = False
    net_mwh: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDistribution:
    """How a set-aside of one State and vintage would be divided now.

    Attributes:
        quantity: All that it holds of the vintage.
        surplus: What no project or unit earned.
        kept: What of the surplus stays, because no unit was allocated anything.
        set_off_mwh: By project, shortfalls that this distribution would use up.
    """

    jurisdiction: str
    vintage: int
    purpose: str
    quantity: int
    surplus: int
    kept: int
    shares: tuple[PlannedShare, ...]
    set_off_mwh: tuple[tuple[int, Fraction], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionEntry:
    """A distribution as it was proposed, recorded or refused."""

    id: int
    program: str
    jurisdiction: str
    vintage: int
    purpose: str
    state: str
    quantity: int
    surplus: int
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareEntry:
    """What one recipient got; the name is the project's, or its facility's and unit's."""

    distribution: int
    account: int
    project: int | None
    unit: int | None
    is_surplus: bool
    net_mwh: Decimal | None
    quantity: int
    tx: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFigureEntry:
    """One unit's data and preliminary amount, for each vintage of the period."""

    unit: int
    net_summer_mw: Decimal
    net_mwh: Decimal
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputNoticeEntry:
    """Data and preliminary results as they were published."""

    id: int
    jurisdiction: str
    period: str
    published_at: datetime
    comment_until: date
    is_late: bool
    figures: tuple[OutputFigureEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something that the Administrator is to do by a day.

    Attributes:
        name: `renewable_distribution`, `output_data` or `output_distribution`.
        printed_on, effective_on: The day in the rule, and the last that is in time.
        state: `done`, `done_late`, `open` or `overdue`.
    """

    name: str
    jurisdiction: str
    vintage: int
    printed_on: date
    effective_on: date
    state: str
    cite: str
