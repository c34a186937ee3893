"""What this context hands out: plain, immutable values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from trueup.rules.state_plans import Clock, PlanStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class StateStanding:
    """Where one jurisdiction's plan stands today.

    Attributes:
        mode: Under whose plan its units are today: `federal`, `adopting`, `own`, `none`.
        first_period: The first compliance period of a State that joined under way.
    """

    jurisdiction: str
    name: str
    standing: PlanStanding
    mode: str
    first_period: str
    link: LinkEntry | None
    today: date

    @property
    def late(self) -> tuple[Clock, ...]:
        return tuple(c for c in self.standing.open_clocks() if c.is_late(self.today))

    @property
    def next_clock(self) -> Clock | None:
        """What is due next, or is late the longest."""
        return min(self.standing.open_clocks(), key=lambda c: c.due_on, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEntry:
    """A link of a State with a plan of its own, with the evidence of its five conditions."""

    id: int
    program: str
    jurisdiction: str
    plan_evidence: str
    kind: str
    unit: str
    ready_evidence: str
    tracking_evidence: str
    tracking_system: str
    active_from: date
    ended_on: date | None
    ended_because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSystemEntry:
    """Another tracking system that was approved for a State's instruments."""

    jurisdiction: str
    name: str
    plan_evidence: str
    epa_evidence: str
    approved_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUnitEntry:
    """A unit on a State's own list."""

    jurisdiction: str
    oris_code: int
    unit_id: str
    unit_type: str
    listed_at: datetime
