"""What came of the demonstration, by State: plain values that can be kept and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

REAL = (
    "Goals, set-asides, dates and arithmetic: 40 CFR part 62, subpart MMM, as proposed at"
    " 80 FR 64966 (October 23, 2015). It never took effect.",
    "Plants and units: names, ORIS codes, places, owners, capacities (EPA-EIA crosswalk; AMPD).",
    "Tons of CO2 and MWh of each plant: EIA, 2016 to 2018.",
    "Projects: wind, sun, water and heat of the earth on line in 2013 or later, with State, MW"
    " and MWh: eGRID 2016.",
)
STAND_INS = (
    "Years: the CO2 of 2016 to 2018 stands in for 2022 to 2024, the MWh of the same years for"
    " 2010 to 2012, which divide the budgets. Dates from 2016 on are six years later.",
    "Units: a plant's tons and MWh are split to its units by nameplate capacity, class by class;"
    " negative generation counts as none.",
    "Projects: the MWh of 2016 stand in for each year, July 1 for the day on line.",
    "People, brokers, sponsors and trades are invented from a seed. Set-asides for early action"
    " are not distributed; the output-based ones begin in 2025.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSummary:
    """One jurisdiction, or all; allowances of 2022 to 2024 unless said otherwise.

    Attributes:
        budget: Goal of the three years; `unit_pool` of it was for units, and
            `set_asides` is what lies undistributed in set-aside accounts.
        emissions_tons: Obligation of the facilities: whole tons of the three years.
        deducted: For those tons; the rest of them is `excess`.
        short_facilities: How many facilities had excess emissions.
        excess_due: Twice the excess, from vintages up to 2027; `excess_deducted` was
            taken by the end, and `outstanding` is still owed.
        banked: Left in compliance accounts for later periods.
        substituted: Plants whose 2017 is the mean of 2016 and 2018.
        projects: How many projects got a part of the renewable energy set-aside;
            `to_projects` is what they got, and `to_units` what went to the State's units
            because there was no project.
    """

    jurisdiction: str
    name: str
    plants: int
    units: int
    budget: int
    unit_pool: int
    set_asides: int
    emissions_tons: int
    deducted: int
    short_facilities: int
    excess: int
    excess_due: int
    excess_deducted: int
    outstanding: int
    banked: int
    substituted: int
    projects: int = 0
    to_projects: int = 0
    to_units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trades:
    """Transfers that were submitted, and what became of them.

    Attributes:
        recorded: At once; `held` were submitted after the deadline and waited for the
            deductions, after which `released` were recorded.
        refused: At once or when they were released.
        allowances: Quantity of all that were recorded.
    """

    submitted: int
    recorded: int
    held: int
    released: int
    refused: int
    allowances: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the replay of the journal found."""

    moves: int
    lots: int
    serials: int
    differences: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of the demonstration.

    Attributes:
        share_of_sector, share_of_class: Part of EIA's tons of the electric power sector,
            and of coal, gas and petroleum in its steam and combined-cycle units, that the
            units stand for. Of the whole nation, whatever States were chosen.
        broker_allowances: Of 2022 to 2024, in brokers' general accounts at the end.
        sponsor_allowances: Of 2022 to 2024, in general accounts of projects' sponsors.
        taken_on_arrival: Of 2022 to 2024, bought too late and taken for excess emissions
            when they arrived. With it the budget is set-asides, banked, brokers',
            sponsors' and deducted allowances.
        seconds: How long it took; nothing else depends on the machine.
    """

    program: str
    period: str
    seed: int
    states: tuple[StateSummary, ...]
    trades: Trades
    audit: Audit
    share_of_sector: Decimal
    share_of_class: Decimal
    broker_allowances: int
    taken_on_arrival: int
    seconds: float
    sponsor_allowances: int = 0

    @property
    def nation(self) -> StateSummary:
        """All States together."""
        sums = {
            field.name: sum(getattr(state, field.name) for state in self.states)
            for field in fields(StateSummary)
            if field.name not in ("jurisdiction", "name")
        }
        return StateSummary(jurisdiction="", name="All States", **sums)

    @property
    def pool_below_emissions(self) -> Decimal:
        """By what part of the emissions the units' pools are smaller than them."""
        nation = self.nation
        return 1 - Decimal(nation.unit_pool) / Decimal(nation.emissions_tons)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know to read the figures right."""
        nation, gap = self.nation, self.pool_below_emissions
        below = "below" if gap >= 0 else "above"
        return (
            f"The units' pools are {abs(gap):.1%} {below} these emissions: a part of each budget is"
            " set aside, and the rest is divided by MWh.",
            f"Renewable energy set-asides: {nation.to_projects:,} allowances went to"
            f" {nation.projects:,} projects, and {nation.to_units:,} back to the units of States"
            f" without one. {nation.set_asides:,} lie undistributed in other set-asides.",
            f"Plants: {nation.plants:,}, with {nation.units:,} units. All plants of the"
            f" demonstration stand for {self.share_of_class:.1%} of EIA's tons of coal, gas and"
            " petroleum in steam and combined-cycle units, and for"
            f" {self.share_of_sector:.1%} of all tons of its electric power sector.",
            f"Plants with the mean of 2016 and 2018 for 2017, which EIA does not give for them:"
            f" {nation.substituted:,}.",
        )

    def as_json(self) -> dict[str, Any]:
        """Everything as JSON can hold it, with totals and notes; `from_json` reads it."""
        return {
            **asdict(self),
            "share_of_sector": str(self.share_of_sector),
            "share_of_class": str(self.share_of_class),
            "nation": asdict(self.nation),
            "notes": list(self.notes),
            "real": list(REAL),
            "stand_ins": list(STAND_INS),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Summary:
        """The summary that `as_json` wrote."""
        return cls(
            program=kept["program"],
            period=kept["period"],
            seed=kept["seed"],
            states=tuple(StateSummary(**state) for state in kept["states"]),
            trades=Trades(**kept["trades"]),
            audit=Audit(**{**kept["audit"], "differences": tuple(kept["audit"]["differences"])}),
            share_of_sector=Decimal(kept["share_of_sector"]),
            share_of_class=Decimal(kept["share_of_class"]),
            broker_allowances=kept["broker_allowances"],
            taken_on_arrival=kept["taken_on_arrival"],
            seconds=kept["seconds"],
            sponsor_allowances=kept.get("sponsor_allowances", 0),
        )
