"""Choose the real plants and units of the demonstration.

Names, places, capacities, owners and dates are facts from public data; tons and MWh by
unit are stand-ins (`stand_ins`). docs/explanation/demonstration.md explains each step;
data/README.md names the sources.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from trueup.demonstration.stand_ins import (
    COAL,
    GAS,
    PETROLEUM,
    TECHNOLOGY_OF_PRIME_MOVER,
    YEARS,
    Capacity,
    Figures,
    Reported,
    UnitClass,
    UnitKey,
    apportion,
    is_plant,
    reported_figures,
    substitutes_2017,
)

TRIBAL_LANDS = {2442: "TNN", 4941: "TNN", 7790: "TUO", 55177: "TFM"}
CAPACITY_FLOOR_MW = Decimal(25)

_DATA = files("trueup.demonstration") / "data"
# EIA's fuel codes as EIA groups them, with the gases that it does not group.
_FUEL_OF_EIA_CODE = {
    **dict.fromkeys(("BIT", "LIG", "SUB", "RC", "SGC", "WC"), COAL),
    **dict.fromkeys(("NG", "OG", "BFG"), GAS),
    **dict.fromkeys(("DFO", "RFO", "WO", "KER", "JF", "PC", "PG", "SGP"), PETROLEUM),
}
_FUEL_OF_CAMD_NAME = {
    **dict.fromkeys(("Coal", "Coal Refuse"), COAL),
    **dict.fromkeys(("Pipeline Natural Gas", "Natural Gas", "Process Gas", "Other Gas"), GAS),
    **dict.fromkeys(("Diesel Oil", "Residual Oil", "Other Oil", "Petroleum Coke"), PETROLEUM),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantUnit:
    """An affected unit: real name, capacity and dates; stand-in figures by real year.

    Attributes:
        eia_plant: EIA's code of the plant, which is not always the ORIS code.
        nameplate_mw: Of the steam and combined-cycle generators that the unit serves.
        share_mw: Its part of them; units that share a generator share its capacity.
        operating_from, retired_on: Where the sources know them.
        figures: Tons of CO2 and MWh of each year in which the unit existed.
    """

    key: UnitKey
    eia_plant: int
    unit_class: UnitClass
    nameplate_mw: Decimal
    share_mw: Decimal
    operating_from: date | None
    retired_on: date | None
    figures: Mapping[int, Figures]

    @property
    def unit_id(self) -> str:
        return self.key.unit_id

    def existed_in(self, year: int) -> bool:
        """Whether the unit could have run on at least one day of the year."""
        begun = self.operating_from is None or self.operating_from.year <= year
        return begun and (self.retired_on is None or self.retired_on > date(year, 1, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A real plant of the demonstration.

    `is_substituted_2017` marks plants some of whose 2017 figures are the mean of two years.
    """

    oris_code: int
    name: str
    jurisdiction: str
    county: str
    latitude: Decimal
    longitude: Decimal
    owner: str
    operator: str
    is_substituted_2017: bool
    units: tuple[PlantUnit, ...]

    @property
    def emissions_tons(self) -> Decimal:
        return sum((f.tons for u in self.units for f in u.figures.values()), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of what EIA reports the chosen units stand for; tons of the three years.

    Attributes:
        sector_tons: All of the electric power sector, all fuels, all prime movers.
        class_tons: Of it, coal, gas and petroleum in steam and combined-cycle units.
        covered_tons: Of that, given to units of the demonstration.
        substituted_tons: Given to units for 2017 in place of reports that EIA has only in
            a State's remainder; not in `covered_tons`.
    """

    sector_tons: Decimal
    class_tons: Decimal
    covered_tons: Decimal
    substituted_tons: Decimal

    @property
    def share_of_sector(self) -> Decimal:
        return self.covered_tons / self.sector_tons

    @property
    def share_of_class(self) -> Decimal:
        return self.covered_tons / self.class_tons


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalData:
    """The plants of the demonstration in the order of jurisdiction and ORIS code."""

    plants: tuple[Plant, ...]
    coverage: Coverage


def read_extract(name: str) -> pl.DataFrame:
    """Read one of the extracts that the project ships; every column as text."""
    return pl.read_csv((_DATA / name).read_bytes(), infer_schema=False)


@cache
def national_data(jurisdictions: tuple[str, ...]) -> NationalData:
    """The demonstration's plants in these jurisdictions, from the shipped extracts."""
    return choose_plants(
        eia=read_extract("eia_plant_emissions.csv.gz"),
        crosswalk=read_extract("epa_eia_crosswalk.csv.gz"),
        attributes=read_extract("ampd_unit_attributes.csv.gz"),
        jurisdictions=jurisdictions,
    )


def choose_plants(
    *,
    eia: pl.DataFrame,
    crosswalk: pl.DataFrame,
    attributes: pl.DataFrame,
    jurisdictions: Collection[str],
) -> NationalData:
    """Choose plants and units, and split EIA's tons and MWh to the units.

    Taken are the steam and combined-cycle units of the crosswalk that serve generators of
    more than 25 MW, burn coal, gas or petroleum, were not retired before 2016, and stand
    in one of the jurisdictions at a plant of the electric power sector (EIA sector codes
    1 to 3) for which EIA reports such fuel in such units in 2016 to 2018.

    Args:
        eia: Rows of EIA's emissions by plant of that sector.
        crosswalk: Rows of EPA's crosswalk, one a unit and generator.
        attributes: County, owner, operator and first operation of units.
        jurisdictions: Codes of Table 1; a plant elsewhere is left out.
    """
    reported = reported_figures(eia)
    eia_plants = {plant for plant, _ in reported if is_plant(plant)}
    table = _unit_table(crosswalk, attributes, jurisdictions, eia_plants)
    rows = table.rows(named=True)
    units = [_unit(row) for row in rows]
    substitutes = substitutes_2017(reported)
    units = _with_figures(units, {**reported, **substitutes})
    return NationalData(
        plants=_plants(rows, units, substituted={plant for plant, _ in substitutes}),
        coverage=_coverage(eia, reported, substitutes, covered={u.eia_plant for u in units}),
    )


def _unit_table(
    crosswalk: pl.DataFrame,
    attributes: pl.DataFrame,
    jurisdictions: Collection[str],
    eia_plants: Collection[int],
) -> pl.DataFrame:
    """One row a unit: what it is, where it stands and what capacity it serves."""
    tribal = pl.col("plant").replace_strict(TRIBAL_LANDS, default=None)
    return (
        _generators(crosswalk)
        # The largest generator comes first: it decides what is said once of the unit.
        .sort("plant", "unit", "eia_nameplate_mw", descending=(False, False, True))
        .group_by("plant", "unit", maintain_order=True)
        .agg(
            pl.col("name", "state", "latitude", "longitude", "eia_plant").first(),
            pl.col("status", "status_on").first(),
            pl.col("burns").drop_nulls().first(),
            # Combined cycle, if any of its generators is.
            pl.col("technology").min(),
            pl.col("eia_nameplate_mw").sum().alias("nameplate_mw"),
            pl.col("share_mw").sum(),
        )
        .filter(pl.col("nameplate_mw") > CAPACITY_FLOOR_MW)
        .filter(pl.col("burns").is_not_null())
        .filter(pl.col("eia_plant").is_in(list(eia_plants)))
        .with_columns(pl.coalesce(tribal, pl.col("state")).alias("jurisdiction"))
        .filter(pl.col("jurisdiction").is_in(list(jurisdictions)))
        .join(attributes.cast({"plant": pl.Int64}), on=("plant", "unit"), how="left")
        .sort("jurisdiction", "plant", "unit")
    )


def _generators(crosswalk: pl.DataFrame) -> pl.DataFrame:
    """One row a unit and steam or combined-cycle generator that it serves, with its share."""
    shared_by = pl.len().over("eia_plant", "eia_generator")
    # EIA's fuel is that of the years at hand, CAMD's a later one.
    burns = pl.coalesce(
        pl.col("eia_fuel").replace_strict(_FUEL_OF_EIA_CODE, default=None),
        pl.col("fuel").replace_strict(_FUEL_OF_CAMD_NAME, default=None),
    )
    technology = pl.col("eia_unit_type").replace_strict(TECHNOLOGY_OF_PRIME_MOVER)
    return (
        crosswalk.filter(pl.col("eia_unit_type").is_in(list(TECHNOLOGY_OF_PRIME_MOVER)))
        .filter(~pl.col("retire_year").cast(pl.Int32).is_between(1, YEARS[0] - 1))
        .unique(("plant", "unit", "eia_plant", "eia_generator"), maintain_order=True)
        .with_columns(
            pl.col("plant", "eia_plant").cast(pl.Int64),
            pl.col("eia_nameplate_mw").cast(pl.Decimal(12, 3)),
        )
        .with_columns(
            (pl.col("eia_nameplate_mw") / shared_by).alias("share_mw"),
            technology.alias("technology"),
            burns.alias("burns"),
        )
    )


def _unit(row: Mapping[str, Any]) -> PlantUnit:
    """A unit as the sources have it, before it has figures."""
    known = [row["commercial_operation_on"]]
    is_operating = row["status"] == "OPR"
    if is_operating:
        known.append(row["status_on"])
    begun = min((date.fromisoformat(text) for text in known if text), default=None)
    return PlantUnit(
        key=UnitKey(row["plant"], row["unit"]),
        eia_plant=row["eia_plant"],
        unit_class=UnitClass(row["technology"], row["burns"]),
        nameplate_mw=row["nameplate_mw"],
        share_mw=row["share_mw"],
        operating_from=begun,
        retired_on=None if is_operating else date.fromisoformat(row["status_on"]),
        figures={},
    )


def _with_figures(units: Iterable[PlantUnit], figures: Reported) -> list[PlantUnit]:
    """The units with their tons and MWh of each year in which they existed.

    If EIA reports for a year in which none of a plant's units existed by their dates, all
    of them have figures of that year. Years without a report of the plant are nothing.
    """
    by_plant: dict[int, list[PlantUnit]] = defaultdict(list)
    for unit in units:
        by_plant[unit.eia_plant].append(unit)
    given: dict[UnitKey, dict[int, Figures]] = defaultdict(dict)
    for eia_plant, members in by_plant.items():
        for year in YEARS:
            of_year = figures.get((eia_plant, year), {})
            present = [unit for unit in members if unit.existed_in(year)]
            if not present and any(figure.tons > 0 for figure in of_year.values()):
                present = members
            if not present:
                continue
            capacities = [Capacity(u.key, u.unit_class, u.share_mw) for u in present]
            for key, figure in apportion(of_year, capacities).items():
                given[key][year] = figure
    return [
        replace(unit, figures=given[unit.key])
        for members in by_plant.values()
        for unit in members
        if given[unit.key]
    ]


def _plants(
    rows: Iterable[Mapping[str, Any]], units: Iterable[PlantUnit], *, substituted: Collection[int]
) -> tuple[Plant, ...]:
    """Facilities by ORIS code, in the order of the rows, each with its units."""
    sites: dict[int, Mapping[str, Any]] = {}
    for row in rows:
        # The first row that knows an owner speaks for the plant.
        if row["plant"] not in sites or not sites[row["plant"]]["owner"]:
            sites[row["plant"]] = row
    members: dict[int, list[PlantUnit]] = defaultdict(list)
    for unit in units:
        members[unit.key.oris_code].append(unit)
    return tuple(
        Plant(
            oris_code=oris_code,
            name=site["name"],
            jurisdiction=site["jurisdiction"],
            county=site["county"] or "",
            latitude=Decimal(site["latitude"]),
            longitude=Decimal(site["longitude"]),
            owner=_first_name(site["owner"]),
            operator=_first_name(site["operator"]),
            is_substituted_2017=any(unit.eia_plant in substituted for unit in members[oris_code]),
            units=tuple(sorted(members[oris_code], key=lambda unit: unit.key)),
        )
        for oris_code, site in sites.items()
        if members[oris_code]
    )


def _first_name(names: str | None) -> str:
    """The first of several owners or operators; their names may hold commas themselves."""
    return re.split(r", (?!(?:Inc|LLC|L\.?P|LP|L\.?L\.?C|Ltd|Corp|Co|N\.?A)\b)", names or "")[0]


def _coverage(
    eia: pl.DataFrame, reported: Reported, substitutes: Reported, *, covered: Collection[int]
) -> Coverage:
    def tons_of(figures: Reported, plants: Collection[int] | None = None) -> Decimal:
        chosen = (of_year for key, of_year in figures.items() if plants is None or key[0] in plants)
        return sum((f.tons for of_year in chosen for f in of_year.values()), Decimal(0))

    return Coverage(
        sector_tons=sum((Decimal(tons) for tons in eia["tons"]), Decimal(0)),
        class_tons=tons_of(reported),
        covered_tons=tons_of(reported, covered),
        substituted_tons=tons_of(substitutes, covered),
    )
