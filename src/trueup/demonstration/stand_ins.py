"""Give the tons and MWh that EIA reports for a plant to the plant's units.

EIA knows plants, prime movers and fuels; a registry needs units. Units of one plant with
one technology and one fuel are a *class*. Each figure that EIA reports is given to the
class of its own technology and fuel; if the plant has none, to the largest class of its
technology (coal plants start on oil or gas); if it has none of that either, to its largest
class. A class's figure is split to its units by nameplate capacity. Classes share out all
the units of a plant and each figure goes to one class, so a plant's tons are the tons of
its units, to the thousandth. Simple-cycle turbines and engines are no class: what EIA
reports for them stays out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple, cast

import polars as pl

from trueup.rules.allocation import largest_remainder

YEARS = (2016, 2017, 2018)
STEAM, COMBINED_CYCLE = "steam", "combined_cycle"
COAL, GAS, PETROLEUM = "coal", "gas", "petroleum"
TECHNOLOGY_OF_PRIME_MOVER = {
    "ST": STEAM,
    "CA": COMBINED_CYCLE,
    "CT": COMBINED_CYCLE,
    "CS": COMBINED_CYCLE,
}
_FUEL_OF_GROUP = {"COAL": COAL, "GAS": GAS, "PET": PETROLEUM}
# Where a State's plants report only in part, EIA gives the rest under this code.
_PARTIALLY_REPORTING = 99999
_THOUSANDTHS = 1000
# 62.16540(a)(5)(i)(B): 3.413e6 Btu of useful heat count as a MWh.
MMBTU_A_MWH = Decimal("3.413")


class UnitClass(NamedTuple):
    """Units of one plant with one technology and one fuel; figures are split within it."""

    technology: str
    fuel: str


class UnitKey(NamedTuple):
    """ORIS code and unit id."""

    oris_code: int
    unit_id: str


class Capacity(NamedTuple):
    """What decides a unit's part: its class, and its megawatts of nameplate capacity."""

    key: UnitKey
    unit_class: UnitClass
    share_mw: Decimal


class Figures(NamedTuple):
    """Short tons of CO2, net MWh and MWh of useful heat of one year."""

    tons: Decimal
    mwh: Decimal
    heat_mwh: Decimal = Decimal(0)

    def __add__(self, other: tuple[object, ...]) -> Figures:
        """Both together, figure by figure."""
        return Figures(*(Decimal(a) + b for a, b in zip(self, cast(Figures, other), strict=True)))


NOTHING = Figures(Decimal(0), Decimal(0))
# By plant and year, what EIA reports for each class of prime mover and fuel.
Reported = Mapping[tuple[int, int], Mapping[UnitClass, Figures]]


def reported_figures(eia: pl.DataFrame) -> dict[tuple[int, int], dict[UnitClass, Figures]]:
    """Tons and MWh by plant, year and class, of coal, gas and petroleum in steam and
    combined-cycle units; simple-cycle turbines, engines and all else stay out."""
    rows = (
        eia.filter(
            pl.col("prime_mover").is_in(list(TECHNOLOGY_OF_PRIME_MOVER)),
            pl.col("fuel_group").is_in(list(_FUEL_OF_GROUP)),
        )
        .with_columns(
            pl.col("plant", "year").cast(pl.Int64),
            pl.col("prime_mover").replace_strict(TECHNOLOGY_OF_PRIME_MOVER).alias("technology"),
            pl.col("fuel_group").replace_strict(_FUEL_OF_GROUP).alias("fuel"),
            pl.col("kwh").cast(pl.Int64),
            pl.col("tons").cast(pl.Decimal(38, 15)),
            pl.col("useful_mmbtu").cast(pl.Decimal(38, 6)),
        )
        .group_by("plant", "year", "technology", "fuel")
        .agg(pl.col("tons", "kwh", "useful_mmbtu").sum())
        .sort("plant", "year", "technology", "fuel")
    )
    reported: dict[tuple[int, int], dict[UnitClass, Figures]] = defaultdict(dict)
    for plant, year, technology, fuel, tons, kwh, useful_mmbtu in rows.iter_rows():
        figures = Figures(tons, Decimal(kwh) / 1000, useful_mmbtu / MMBTU_A_MWH)
        reported[plant, year][UnitClass(technology, fuel)] = figures
    return dict(reported)


def is_plant(eia_plant: int) -> bool:
    """Whether an EIA plant code is a plant's, not the remainder of a State."""
    return eia_plant != _PARTIALLY_REPORTING


def substitutes_2017(reported: Reported) -> dict[tuple[int, int], dict[UnitClass, Figures]]:
    """The mean of 2016 and 2018 for each plant that EIA reports in both but not in 2017."""
    first, missing, last = YEARS
    means = {}
    for plant, year in reported:
        if year != first or (plant, missing) in reported or (plant, last) not in reported:
            continue
        before, after = reported[plant, first], reported[plant, last]
        means[plant, missing] = {
            unit_class: _mean(before.get(unit_class, NOTHING), after.get(unit_class, NOTHING))
            for unit_class in sorted(before.keys() | after.keys())
        }
    return {key: means[key] for key in means if is_plant(key[0])}


def apportion(
    figures: Mapping[UnitClass, Figures], units: Collection[Capacity]
) -> dict[UnitKey, Figures]:
    """Split one plant's figures of one year to the units it had that year.

    The units' tons add up to the plant's, rounded to the thousandth; so do the MWh,
    except that a class with negative generation counts as having generated nothing.
    """
    members: dict[UnitClass, list[Capacity]] = defaultdict(list)
    for unit in sorted(units):
        members[unit.unit_class].append(unit)
    given: dict[UnitClass, Figures] = dict.fromkeys(members, NOTHING)
    for source, figure in figures.items():
        given[_class_for(source, members)] += figure
    tons = _in_thousandths([given[unit_class].tons for unit_class in members])
    mwh = _in_thousandths([max(given[unit_class].mwh, Decimal(0)) for unit_class in members])
    heat = _in_thousandths([given[unit_class].heat_mwh for unit_class in members])
    split: dict[UnitKey, Figures] = {}
    for own, *of_class in zip(members.values(), tons, mwh, heat, strict=True):
        weights = {unit.key: unit.share_mw for unit in own}
        parts = [largest_remainder(thousandths, weights) for thousandths in of_class]
        for key in weights:
            split[key] = Figures(*(Decimal(part[key]) / _THOUSANDTHS for part in parts))
    return split


def _mean(one: Figures, other: Figures) -> Figures:
    return Figures(*(figure / 2 for figure in one + other))


def _class_for(source: UnitClass, members: Mapping[UnitClass, Sequence[Capacity]]) -> UnitClass:
    if source in members:
        return source
    of_technology = [c for c in members if c.technology == source.technology]
    return max(
        of_technology or list(members),
        key=lambda c: (sum(unit.share_mw for unit in members[c]), c),
    )


def _in_thousandths(values: Iterable[Decimal]) -> list[int]:
    """Whole thousandths of each value, so that their sum is the rounded sum of the values."""
    running, before, parts = Decimal(0), 0, []
    for value in values:
        running += value
        now = int((running * _THOUSANDTHS).quantize(Decimal(1), ROUND_HALF_UP))
        parts.append(now - before)
        before = now
    return parts
