"""What goes into this context and what comes out of it: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from trueup.rules.serials import SerialBlock


class StateVintage(NamedTuple):
    """One jurisdiction's allowances of one vintage: what a budget is for."""

    jurisdiction: str
    vintage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRow:
    """Allowances of one vintage for one recipient.

    Attributes:
        account: Number of the account that receives.
        unit: Id of the facility's affected unit that they are for; empty for none.
        jurisdiction: From whose reserve; the account's own State unless it is given.
        line: Line of the file where it stands, for refusals.
    """

    account: str
    vintage: int
    quantity: int
    unit: str = ""
    jurisdiction: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRow:
    """Net generation of an affected unit in the baseline years.

    Attributes:
        annual_mwh: By year; a year that is left out has no data. A unit without any
            data that began operation in the last baseline year or later gets an estimate.
    """

    account: str
    unit: str
    annual_mwh: Mapping[int, Decimal | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginatedPart:
    """Serial numbers that were created for one purpose."""

    purpose: str
    block: SerialBlock
    tx: int
    originated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationReceipt:
    """A recorded allocation.

    Attributes:
        run: Id under which its rows are kept.
        transactions: One for each account that received, in order.
        repeated: The key had been recorded before; nothing was done again.
    """

    run: int
    key: UUID
    rows: int
    quantity: int
    transactions: tuple[int, ...]
    recorded_at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationEntry:
    """One row of a recorded allocation."""

    id: int
    run: int
    kind: str
    account: int
    unit: str
    jurisdiction: str
    vintage: int
    quantity: int
    tx: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """A recordation of allocations."""

    id: int
    program: str
    kind: str
    file_name: str
    rows: int
    quantity: int
    actor: str
    recorded_at: datetime
