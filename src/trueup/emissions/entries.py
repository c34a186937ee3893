"""What goes into this context and what comes out of it: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from trueup.accounts.entries import UnitEntry
from trueup.emissions.reports import WHOLE_YEAR, Feed, Format
from trueup.rules.rate import Operation, in_all


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualReport:
    """What is entered for a unit, or a stack, and a year; None is missing, not zero.

    Attributes:
        facility: The facility's key.
        unit: The unit's id, or the stack's.
    """

    facility: int
    unit: str
    year: int
    co2_tons: Decimal | None
    quarter: int = WHOLE_YEAR
    gross_mwh: Decimal | None = None
    net_mwh: Decimal | None = None
    useful_thermal_mwh: Decimal | None = None
    operating_hours: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationReport:
    """What is entered of an affected EGU, or a stack, and a year; None is missing, not zero.

    Attributes:
        facility: The facility's key.
        unit: The unit's id, or the stack's.
        co2_lb: Pounds of CO2.
        net_mwh: Net electric and mechanical output, as it counts (62.16540(a)(5)(i)(A)).
        useful_thermal_mwh: Useful thermal output, which counts besides.
    """

    facility: int
    unit: str
    year: int
    co2_lb: Decimal | None
    net_mwh: Decimal | None
    useful_thermal_mwh: Decimal | None = None
    quarter: int = WHOLE_YEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResult:
    """What an import or an entry did.

    Attributes:
        file: Key of the file; None if there was none.
        recorded: New versions that were recorded.
        superseded: Those of them that replaced an earlier one.
        unchanged: Rows that say what is recorded already; nothing was done for them.
        withdrawn: Records that gave way, because their mass is reported elsewhere now.
        passed_over: Facilities and units that the registry does not know.
        alerts: What was recorded and should not be, such as mass of a retired unit.
        alert_count: All of them; `alerts` holds the first.
    """

    file: int | None
    format: Format | None
    feed: Feed | None
    recorded: int
    superseded: int
    unchanged: int
    withdrawn: int
    passed_over: frozenset[tuple[str, str]] = frozenset()
    alerts: tuple[str, ...] = ()
    alert_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalizationResult:
    """What a finalization decided: facilities by key, and what the others lack.

    Attributes:
        decision: The decision's number; None if no facility was ready.
        already_final: Facilities with nothing left to decide.
    """

    decision: int | None
    finalized: tuple[int, ...]
    already_final: tuple[int, ...]
    incomplete: dict[int, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentResult:
    """An adjustment after audit: both values of each quantity, and the decision.

    Attributes:
        original, adjusted: By name (`co2_tons`, `net_mwh`, ...); None where none is stated.
    """

    original: Mapping[str, Decimal | None]
    adjusted: Mapping[str, Decimal | None]
    decision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationTotal:
    """The mass of a monitoring location in a period, exact and in whole tons.

    Attributes:
        unit_id: The unit's id, or the stack's.
        units: The units that a stack serves; of a unit, itself.
    """

    unit_id: str
    tons_exact: Decimal
    tons: int
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityEmissions:
    """A facility's emissions in a compliance period.

    Attributes:
        tons: Sum of the locations, each rounded once for the whole period.
        missing: Units and years that have no complete data.
        missing_quarters: Of these, the quarters that are missing.
        final: Whether nothing is missing and every record is final in the program.
        state: `open` (nothing reported), `submitted`, `final` or `adjusted`.
    """

    facility: int
    locations: tuple[LocationTotal, ...]
    tons: int
    missing: tuple[tuple[str, int], ...]
    missing_quarters: tuple[tuple[str, int, int], ...]
    final: bool
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOperation:
    """The operation of an affected EGU in a compliance period.

    Attributes:
        years: Pounds and net MWh of each year, as far as they are reported.
        missing: The unit and the years that have no complete data; quarters likewise.
        final: Whether nothing is missing and every record is final in the program.
        final_years: The years of which that can be said.
        state: `open` (nothing reported), `submitted`, `final` or `adjusted`.
    """

    unit: UnitEntry
    years: Mapping[int, Operation]
    missing: tuple[tuple[str, int], ...]
    missing_quarters: tuple[tuple[str, int, int], ...]
    final: bool
    final_years: frozenset[int]
    state: str

    @property
    def total(self) -> Operation:
        """The sums of the period.

        Source: 40 CFR 62.16420(c)(1).
        """
        return in_all(self.years.values())

    def until(self, year: int) -> Operation:
        """The sums from the period's start to the end of a year.

        Source: 40 CFR 62.16434(b).
        """
        return in_all(operation for known, operation in self.years.items() if known <= year)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEntry:
    """A version of a record, with where it came from.

    Attributes:
        unit_id: The unit's id, or the stack's.
        quarter: 1 to 4; 0 for the whole year.
        kind: `reported`, `resubmitted`, `adjusted` or `withdrawn`.
        is_provisional: Not final in the program that was asked about.
        file: Name of the file; empty if it was entered.
    """

    id: int
    facility: int
    unit_id: str
    units: tuple[str, ...]
    year: int
    quarter: int
    version: int
    kind: str
    co2_tons: Decimal | None
    gross_mwh: Decimal | None
    net_mwh: Decimal | None
    useful_thermal_mwh: Decimal | None
    operating_hours: Decimal | None
    is_provisional: bool
    recorded_at: datetime
    actor: str
    ground: str
    file: str = ""
    feed: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """A file that was taken in."""

    id: int
    name: str
    sha256: str
    size_bytes: int
    format: str
    feed: str
    is_resubmission: bool
    received_at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationSpec:
    """A stack or duct to be registered, and the units that it serves."""

    facility: int
    location_id: str
    units: tuple[str, ...] = field(default_factory=tuple)
    operating_from: date | None = None
    retired_on: date | None = None
