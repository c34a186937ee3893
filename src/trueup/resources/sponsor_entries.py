"""What a sponsor sees of a resource of their own: plain, immutable values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from trueup.resources.entries import (
    DocumentEntry,
    IssuanceEntry,
    ReportEntry,
    ResourceEntry,
    ResourceSpec,
    StandingEntry,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityEntry:
    """An eligibility application and how far it has come."""

    id: int
    state: str
    submitted_at: datetime
    question: str
    verified_at: datetime | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorQuestion:
    """A question of an official, and the resource it is about."""

    key: UUID
    resource: int
    text: str
    element: str
    is_answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredQuestion:
    """A question of an official with the answer that was given."""

    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """A version of the EM&V plan.

    Attributes:
        state: `filed`, `approved`, `rejected` or `replaced` by a later approved one.
    """

    document: int
    version: int
    filed_at: datetime
    sha256: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterMonth:
    """A month of meter data as it counts now."""

    resource: int
    year: int
    month: int
    version: int
    mwh: Decimal
    state: str
    reporter: int
    filed_at: datetime
    evidence: str
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterEntry:
    """A person who reports the meter data of a resource."""

    resource: int
    person: int
    from_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfOutput:
    """What a resource reported for a year, and what it was issued."""

    year: int
    reported_mwh: Decimal
    verified_mwh: Decimal | None
    issued: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sponsored:
    """All that the page of a resource shows its sponsor."""

    resource: ResourceEntry
    spec: ResourceSpec
    tags: frozenset[str]
    application: EligibilityEntry | None
    plans: tuple[PlanVersion, ...]
    papers: tuple[DocumentEntry, ...]
    reports: tuple[ReportEntry, ...]
    issuances: tuple[IssuanceEntry, ...]
    standing: tuple[StandingEntry, ...]
    reporters: tuple[ReporterEntry, ...]
    open_months: tuple[MeterMonth, ...]
    is_suspended: bool
    revoked_at: datetime | None

    @property
    def years(self) -> tuple[YearOfOutput, ...]:
        """MWh reported and credits issued by year, the first first."""
        known = {report.year for report in self.reports if report.state != "superseded"}
        known |= {issue.year for issue in self.issuances}
        return tuple(self._year(year) for year in sorted(known))

    def _year(self, year: int) -> YearOfOutput:
        rows = [one for one in self.reports if one.year == year and one.state != "superseded"]
        verified = [one.verified_mwh for one in rows if one.verified_mwh is not None]
        return YearOfOutput(
            year=year,
            reported_mwh=sum((one.mwh for one in rows), Decimal(0)),
            verified_mwh=sum(verified, Decimal(0)) if verified else None,
            issued=sum(one.quantity for one in self.issuances if one.year == year),
        )
