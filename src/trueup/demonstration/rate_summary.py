"""What came of the rate-based demonstration, by State: plain values to be kept and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from trueup.demonstration.summary import Audit, Trades

RATE_REAL = (
    "Standards, dates and arithmetic: 40 CFR part 62, subpart NNN, as proposed at 80 FR 64966"
    " (October 23, 2015). It never took effect, and no State chose it.",
    "Plants and units: names, ORIS codes, places, owners, capacities (EPA-EIA crosswalk; AMPD).",
    "CO2, net MWh and useful heat of each plant: EIA, 2016 to 2018.",
    "Wind, solar, hydro, geothermal and nuclear plants on line in 2013 or later, with their MWh"
    " of 2016: eGRID.",
)
RATE_STAND_INS = (
    "Years: 2016 to 2018 stand in for 2022 to 2024, and the MWh of 2016 for each year of the"
    " plants without CO2. Dates of units from 2016 on are six years later.",
    "Units: a plant's tons, MWh and useful heat are split to its units by nameplate capacity,"
    " class by class; negative generation counts as none.",
    "In service: the middle of the year on line. Interconnection: that of most of the State.",
    "People, sponsors, verifiers, brokers, papers and trades are invented from a seed.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateStateSummary:
    """One jurisdiction, or all; credits are counted where they were issued.

    Attributes:
        units: Affected EGUs; `resources` are the eligible resources in the State.
        issued: Credits of 2022 to 2024, of resources and of affected EGUs.
        needed: Whole credits that bring every EGU of the State to its standard.
        deducted: For them; `shortfall` is what no credit covered.
        short_units: How many EGUs had one.
        excess_due: Twice the shortfall; `excess_deducted` was taken by the end, and
            `outstanding` is still owed.
        banked: Left in compliance accounts for later periods.
    """

    jurisdiction: str
    name: str
    plants: int
    units: int
    resources: int
    issued: int
    needed: int
    deducted: int
    short_units: int
    shortfall: int
    excess_due: int
    excess_deducted: int
    outstanding: int
    banked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The credits of one category, and how many resources or EGUs they were issued to."""

    category: str
    name: str
    holders: int
    credits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSummary:
    """What came of the rate-based demonstration.

    Attributes:
        general_credits: In general accounts at the end; `retired` were deducted, for the
            period or for a shortfall. With what is banked they are all that was issued.
        papers: Applications, plans, reports, verification reports and decisions on file.
        seconds: How long it took; nothing else depends on the machine.
    """

    program: str
    period: str
    seed: int
    states: tuple[RateStateSummary, ...]
    supply: tuple[Supply, ...]
    trades: Trades
    audit: Audit
    general_credits: int
    retired: int
    papers: int
    seconds: float

    @property
    def nation(self) -> RateStateSummary:
        """All States together."""
        sums = {
            field.name: sum(getattr(state, field.name) for state in self.states)
            for field in fields(RateStateSummary)
            if field.name not in ("jurisdiction", "name")
        }
        return RateStateSummary(jurisdiction="", name="All States", **sums)

    @property
    def supply_below_need(self) -> Decimal:
        """By what part of the need the supply is smaller than it."""
        nation = self.nation
        return 1 - Decimal(nation.issued) / Decimal(nation.needed) if nation.needed else Decimal(0)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know to read the figures right."""
        nation, gap = self.nation, self.supply_below_need
        below = "below" if gap >= 0 else "above"
        return (
            f"All credits are {abs(gap):.1%} {below} what all affected EGUs need:"
            f" {nation.issued:,} of {nation.needed:,}.",
            f"{nation.units:,} affected EGUs at {nation.plants:,} plants,"
            f" {nation.resources:,} eligible resources, {self.papers:,} papers on file.",
        )

    def as_json(self) -> dict[str, Any]:
        """Everything as JSON can hold it, with totals and notes; `from_json` reads it."""
        return {
            **asdict(self),
            "nation": asdict(self.nation),
            "notes": list(self.notes),
            "real": list(RATE_REAL),
            "stand_ins": list(RATE_STAND_INS),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> RateSummary:
        """The summary that `as_json` wrote."""
        return cls(
            program=kept["program"],
            period=kept["period"],
            seed=kept["seed"],
            states=tuple(RateStateSummary(**state) for state in kept["states"]),
            supply=tuple(Supply(**supply) for supply in kept["supply"]),
            trades=Trades(**kept["trades"]),
            audit=Audit(**{**kept["audit"], "differences": tuple(kept["audit"]["differences"])}),
            general_credits=kept["general_credits"],
            retired=kept["retired"],
            papers=kept["papers"],
            seconds=kept["seconds"],
        )
