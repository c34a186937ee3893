"""What came of the demonstration of RGGI: plain values to be kept and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from trueup.demonstration.summary import Audit, Trades

RGGI_REAL = (
    "Plants and units in Maryland: names, ORIS codes, places, owners, capacities (EPA-EIA"
    " crosswalk; AMPD).",
    "Tons of CO2 of each plant: EIA, 2016 to 2018.",
    "Control periods, interim obligations, March 1, 3:1 and the five accounts: Maryland's paper.",
)
RGGI_STAND_INS = (
    "Years: 2016 to 2018 stand in for 2021 to 2023. A unit that had not begun to operate emits"
    " nothing; dates of units from 2016 on are left out.",
    "Units: a plant's tons are split to its units by nameplate capacity, class by class.",
    "Budgets: 106 percent of each year's tons; they are not Maryland's. One auction a year and its"
    " reserve price stand in for the quarterly ones.",
    "People, brokers, bids, prices, trades, applications and certificates are invented from a"
    " seed. There are no offset projects, and no tons by quarter.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RggiStateSummary:
    """One State, or all, at the end of the control period.

    Attributes:
        budget: Of the three years; `auctioned` of it was sold.
        emissions_tons: Of the three years. interim: Deducted at the interim deadlines;
            deducted: At the end. shortfall: Tons that nothing covered then.
        certified: Certification reports that were filed, of all periods.
    """

    jurisdiction: str
    name: str
    plants: int
    units: int
    budget: int
    auctioned: int
    emissions_tons: int
    interim: int
    deducted: int
    short_sources: int
    shortfall: int
    excess_due: int
    outstanding: int
    certified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RggiSummary:
    """What came of the demonstration of RGGI.

    Attributes:
        auctions: Held and delivered; prices are in cents, in the order of their years.
        seconds: How long it took; nothing else depends on the machine.
    """

    program: str
    period: str
    seed: int
    states: tuple[RggiStateSummary, ...]
    auctions: int
    price_cents: tuple[int, ...]
    trades: Trades
    audit: Audit
    seconds: float

    @property
    def nation(self) -> RggiStateSummary:
        """All States together."""
        sums = {
            field.name: sum(getattr(state, field.name) for state in self.states)
            for field in fields(RggiStateSummary)
            if field.name not in ("jurisdiction", "name")
        }
        return RggiStateSummary(jurisdiction="", name="All States", **sums)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know to read the figures right."""
        prices = ", ".join(f"${cents / 100:.2f}" for cents in self.price_cents)
        return (
            f"{self.auctions:,} auctions were held and delivered, at {prices}.",
            f"{self.nation.certified:,} certification reports were filed, some of them late.",
        )

    def as_json(self) -> dict[str, Any]:
        """Everything as JSON can hold it, with totals and notes; `from_json` reads it."""
        return {
            **asdict(self),
            "nation": asdict(self.nation),
            "notes": list(self.notes),
            "real": list(RGGI_REAL),
            "stand_ins": list(RGGI_STAND_INS),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> RggiSummary:
        """The summary that `as_json` wrote."""
        return cls(
            program=kept["program"],
            period=kept["period"],
            seed=kept["seed"],
            states=tuple(RggiStateSummary(**state) for state in kept["states"]),
            auctions=kept["auctions"],
            price_cents=tuple(kept["price_cents"]),
            trades=Trades(**kept["trades"]),
            audit=Audit(**{**kept["audit"], "differences": tuple(kept["audit"]["differences"])}),
            seconds=kept["seconds"],
        )
