"""Emissions by quarter and year, of a facility or of one unit, with how sure each figure is.

Missing is not zero: what was not reported has no figure, and no sum is made without it.

Source: PLAT-072, PLAT-074; 40 CFR 62.16345(a)(2), (7)-(8).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trueup.accounts.entries import UnitEntry
from trueup.emissions.calendar_quarters import QUARTERS, last_day
from trueup.emissions.entries import RecordEntry
from trueup.emissions.reports import WHOLE_YEAR

FINAL, PRELIMINARY, PARTLY, MISSING, BY_YEAR, AHEAD = (
    "final",
    "preliminary",
    "partly",
    "missing",
    "by_year",
    "ahead",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionCell:
    """Tons and net MWh of a quarter or a year, and how sure they are.

    Attributes:
        status: `final`, `preliminary`, `partly` (a unit is missing), `missing`, `by_year`
            (reported for the whole year alone) or `ahead` (the quarter is not over).
        lacking: Units that owe data and have none.
    """

    tons: Decimal | None
    mwh: Decimal | None
    status: str
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionYear:
    """A year with its quarters."""

    year: int
    quarters: tuple[EmissionCell, ...]
    whole: EmissionCell

    @property
    def has_quarters(self) -> bool:
        """Whether anything is known by quarter."""
        return any(cell.tons is not None or cell.mwh is not None for cell in self.quarters)


def emission_years(
    records: Iterable[RecordEntry], units: Sequence[UnitEntry], *, today: date
) -> list[EmissionYear]:
    """Reported years, the newest first, of the units given and what they share.

    Source: PLAT-072, PLAT-074.
    """
    by_year: dict[int, list[RecordEntry]] = {}
    for record in records:
        if record.kind != "withdrawn":
            by_year.setdefault(record.year, []).append(record)
    return [_year(year, found, units, today=today) for year, found in sorted(by_year.items())[::-1]]


def quarters_of(years: Iterable[EmissionYear], *, limit: int) -> list[tuple[str, EmissionCell]]:
    """The latest quarters with a figure, the earliest first, by name: `2024 Q1`."""
    found = [
        (f"{year.year} Q{quarter}", cell)
        for year in years
        for quarter, cell in reversed(list(zip(QUARTERS, year.quarters, strict=True)))
        if cell.tons is not None
    ]
    return found[:limit][::-1]


def own_records(records: Iterable[RecordEntry], unit: UnitEntry) -> list[RecordEntry]:
    """What was measured for a unit alone: at itself, or at a stack that serves no other.

    Source: 40 CFR 62.16345(a)(2); 62.16540(a)(7).
    """
    return [record for record in records if record.units == (unit.unit_id,)]


def shared_stacks(records: Iterable[RecordEntry], unit: UnitEntry) -> list[str]:
    """The stacks at which a unit is measured together with others."""
    return sorted(
        {
            record.unit_id
            for record in records
            if unit.unit_id in record.units and len(record.units) > 1
        }
    )


def _year(
    year: int, records: Sequence[RecordEntry], units: Sequence[UnitEntry], *, today: date
) -> EmissionYear:
    owing = [unit.unit_id for unit in units if unit.owes_data_for(year)]
    by_year = [record for record in records if record.quarter == WHOLE_YEAR]
    whole_units = {unit for record in by_year for unit in record.units}
    quarters = []
    for quarter in QUARTERS:
        of_quarter = [record for record in records if record.quarter == quarter]
        lacking = _lacking(of_quarter, owing, besides=whole_units)
        quarters.append(
            _cell(
                of_quarter,
                lacking=lacking,
                is_over=last_day(year, quarter) < today,
                by_year=bool(whole_units),
            )
        )
    ever = {unit for cell in quarters for unit in cell.lacking}
    is_over = last_day(year, WHOLE_YEAR) < today
    return EmissionYear(
        year=year,
        quarters=tuple(quarters),
        whole=_cell(records, lacking=sorted(ever), is_over=is_over, by_year=False),
    )


def _lacking(
    records: Sequence[RecordEntry], owing: Sequence[str], *, besides: set[str]
) -> list[str]:
    covered = {unit for record in records for unit in record.units} | besides
    return [unit for unit in owing if unit not in covered]


def _cell(
    records: Sequence[RecordEntry], *, lacking: Sequence[str], is_over: bool, by_year: bool
) -> EmissionCell:
    if not records:
        status = BY_YEAR if by_year and not lacking else MISSING if is_over else AHEAD
        return EmissionCell(tons=None, mwh=None, status=status, lacking=tuple(lacking))
    tons = [record.co2_tons for record in records]
    known = [value for value in tons if value is not None]
    mwh = [record.net_mwh for record in records if record.net_mwh is not None]
    is_whole = len(known) == len(tons)
    if lacking or not is_whole:
        status = PARTLY
    else:
        status = PRELIMINARY if any(record.is_provisional for record in records) else FINAL
    return EmissionCell(
        tons=sum(known, Decimal(0)) if known else None,
        mwh=sum(mwh, Decimal(0)) if mwh else None,
        status=status,
        lacking=tuple(lacking),
    )
