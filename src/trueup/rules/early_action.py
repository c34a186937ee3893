"""Early action: what MWh of 2020 and 2021 are rewarded with, in both trading programs.

A project earns instruments of its State for each pair of MWh, and as many matching ones
out of the State's part of a national pool. What the rule leaves open (what a MWh is worth
in allowances, a ton in credits, the reserves, how stringency is kept) is `EarlyActionRules`;
without all of it nothing is awarded.

Source: 40 CFR 62.16431; 62.16231; 62.16235(e); preamble IV.D.6.b, V.D.4; RATE-222-231;
MASS-094-100; AMB-14, AMB-31; MASS-AMB-29 to MASS-AMB-32.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from trueup.rules.refusal import Refusal

YEARS = (2020, 2021)
STARTED_AFTER = date(2018, 9, 6)
MATCHING_ENDS = date(2023, 1, 1)  # What is unused on this day is retired.
POOL_TONS = 300_000_000
WIND, SOLAR, LOW_INCOME = "wind", "solar", "low_income_efficiency"
KINDS = (WIND, SOLAR, LOW_INCOME)
RENEWABLE_RESERVE, EFFICIENCY_RESERVE = "renewable", "efficiency"
RESERVES = (RENEWABLE_RESERVE, EFFICIENCY_RESERVE)
MECHANISMS = ("retire_later", "withhold")


class EarlyActionOff(Refusal):
    code = "early_action.switched_off"
    cite = "40 CFR 62.16431(b), (c); 62.16231; AMB-31"


class KindNotRewarded(Refusal):
    code = "early_action.kind_not_rewarded"
    cite = "40 CFR 62.16431(a)(1); 62.16235(e)(3)"


class YearNotRewarded(Refusal):
    code = "early_action.year_not_rewarded"
    cite = "40 CFR 62.16431(a)(1); 62.16231(a)"


class StartedTooEarly(Refusal):
    code = "early_action.started_too_early"
    cite = "40 CFR 62.16431(a)(2); 62.16231(a)"


class OutsideState(Refusal):
    code = "early_action.outside_state"
    cite = "40 CFR 62.16431(a)(2); 62.16231(a)"


class MeterMissing(Refusal):
    code = "early_action.meter_missing"
    cite = "40 CFR 62.16431(a)(1); preamble IV.D.6.b, V.D.4"


class MatchingEnded(Refusal):
    code = "early_action.matching_ended"
    cite = "preamble IV.D.6.b, V.D.4"


class SharesDoNotAddUp(Refusal):
    code = "early_action.shares_do_not_add_up"
    cite = "40 CFR 62.16431(c); 62.16231(c)"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyActionRules:
    """What the rule leaves open; each None or empty until the Administrator sets it.

    Attributes:
        per_mwh: Instruments for a MWh: 1 of credits by the rule, k of allowances.
        per_ton: Matching instruments for a ton of the pool: 1 of allowances.
        renewable_share: Part of a State's matching pool that is for wind and solar; the
            rest is for efficiency in low-income communities.
        mechanism: How awards are kept from weakening the standards, one of MECHANISMS.
    """

    per_mwh: Decimal | None = None
    per_ton: Decimal | None = None
    renewable_share: Decimal | None = None
    mechanism: str = ""

    def __post_init__(self) -> None:
        for value in (self.per_mwh, self.per_ton):
            if value is not None and (not value.is_finite() or value <= 0):
                raise ValueError(f"a ratio of early action is above zero: {value}")
        share = self.renewable_share
        if share is not None and not 0 <= share <= 1:
            raise ValueError(f"a share is between 0 and 1: {share}")
        if self.mechanism and self.mechanism not in MECHANISMS:
            raise ValueError(f"no mechanism {self.mechanism!r}: {', '.join(MECHANISMS)}")

    @property
    def unset(self) -> tuple[str, ...]:
        """The parameters that are still missing, by name."""
        given: dict[str, object] = {
            "per_mwh": self.per_mwh,
            "per_ton": self.per_ton,
            "renewable_share": self.renewable_share,
            "mechanism": self.mechanism or None,
        }
        return tuple(name for name, value in given.items() if value is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What an application for early action shows.

    Attributes:
        kind: One of KINDS.
        started_on: Begin of construction; of implementation for efficiency.
        is_in_or_benefits: The project is in the State or benefits it.
        is_metered: Wind and solar by a revenue-quality meter, savings by EM&V.
    """

    kind: str
    started_on: date
    is_in_or_benefits: bool = True
    is_metered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What MWh of a project earn.

    Attributes:
        early: Early-action instruments, out of the State's own.
        entitled: Matching instruments that the ratio gives.
        matching: As many of them as the State's reserve still has.
    """

    early: int
    entitled: int
    matching: int

    @property
    def unmatched(self) -> int:
        return self.entitled - self.matching


def read_rules(given: Mapping[str, Any]) -> EarlyActionRules:
    """The parameters as a program file states them; what it leaves out is not set.

    Raises ValueError for a parameter that there is not.

    Source: 40 CFR 62.16431(b), (c); AMB-31; MASS-AMB-31.
    """
    unknown = sorted(given.keys() - {"per_mwh", "per_ton", "renewable_share", "mechanism", "cite"})
    if unknown:
        raise ValueError(f"early action has no parameter {', '.join(unknown)}")
    numbers = {
        name: Decimal(str(given[name]))
        for name in ("per_mwh", "per_ton", "renewable_share")
        if name in given
    }
    return EarlyActionRules(mechanism=str(given.get("mechanism", "")), **numbers)


def check_switched_on(rules: EarlyActionRules) -> list[Refusal]:
    """Nothing is awarded before every parameter, and the offsetting mechanism, is set.

    Source: 40 CFR 62.16431(b), (c); RATE-228; MASS-096; AMB-31.
    """
    if not rules.unset:
        return []
    return [
        EarlyActionOff(
            f"Early action is switched off until the Administrator has set"
            f" {', '.join(rules.unset)}."
        )
    ]


def check_project(project: Project) -> list[Refusal]:
    """Every reason for which a project cannot take part.

    Source: 40 CFR 62.16431(a); 62.16231(a); RATE-222, RATE-223; MASS-094; MASS-AMB-29.
    """
    refusals: list[Refusal] = []
    if project.kind not in KINDS:
        refusals.append(
            KindNotRewarded(
                f"“{project.kind}” is not rewarded: only metered wind and solar, and demand-side"
                " efficiency in low-income communities."
            )
        )
    if project.started_on <= STARTED_AFTER:
        refusals.append(
            StartedTooEarly(
                f"The project started on {project.started_on}; only one that started after"
                f" {STARTED_AFTER} is rewarded."
            )
        )
    if not project.is_in_or_benefits:
        refusals.append(OutsideState("The project is not in the State and does not benefit it."))
    if not project.is_metered:
        refusals.append(MeterMissing("State the revenue-quality meter, or the plan of EM&V."))
    return refusals


def check_year(year: int) -> list[Refusal]:
    """Only MWh of 2020 and 2021 are rewarded.

    Source: 40 CFR 62.16431(a)(1); 62.16231(a); RATE-222; MASS-094.
    """
    if year in YEARS:
        return []
    return [YearNotRewarded(f"MWh of {year} are not rewarded: only those of 2020 and 2021.")]


def award(
    mwh: Decimal, *, kind: str, per_mwh: Decimal = Decimal(1), available: int | None = None
) -> Award:
    """What MWh earn: for two of them one instrument and one to match; two and two of savings.

    Args:
        per_mwh: What one MWh is worth: 1 credit, k allowances.
        available: What the reserve still has to match with; None: as much as is needed.

    Raises ValueError for MWh that are none, or an unknown kind, which is a caller's bug.

    Source: 40 CFR 62.16431(c), (d); 62.16231(d); RATE-224, RATE-225, RATE-227; MASS-096,
    MASS-097.
    """
    if not mwh.is_finite() or mwh < 0:
        raise ValueError(f"not a quantity of MWh: {mwh}")
    if kind not in KINDS:
        raise ValueError(f"not a kind of early action: {kind}")
    pairs = math.floor(Fraction(mwh) / 2)
    earned = math.floor(pairs * (2 if kind == LOW_INCOME else 1) * Fraction(per_mwh))
    return Award(
        early=earned,
        entitled=earned,
        matching=earned if available is None else min(earned, max(available, 0)),
    )


def reserve_of(kind: str) -> str:
    """Which of a State's two reserves matches a kind of project.

    Source: preamble IV.D.6.b, V.D.4; RATE-229; MASS-097.
    """
    return EFFICIENCY_RESERVE if kind == LOW_INCOME else RENEWABLE_RESERVE


def pool_shares(
    reductions: Mapping[str, Decimal | int], *, pool: int = POOL_TONS
) -> dict[str, int]:
    """Each State's part of the national pool, by its required reduction from 2012.

    Whole tons that add up to the pool: largest remainder, ties in order of the States' codes.

    Raises ValueError without any reduction, or with a negative one.

    Source: 40 CFR 62.16431(c); 62.16231(c); preamble IV.D.6.b, V.D.4; RATE-226; MASS-097.
    """
    return _by_largest_remainder(reductions, pool)


def check_shares(shares: Mapping[str, int], *, pool: int = POOL_TONS) -> list[Refusal]:
    """Shares that are set by hand add up to the pool.

    Source: 40 CFR 62.16431(c); RATE-226.
    """
    total = sum(shares.values())
    if total == pool and all(share >= 0 for share in shares.values()):
        return []
    return [SharesDoNotAddUp(f"The States' shares add up to {total:,} tons, not to {pool:,}.")]


def reserves_of(matching: int, *, renewable_share: Decimal) -> dict[str, int]:
    """A State's matching instruments in its two reserves; a fraction goes to efficiency.

    Source: preamble IV.D.6.b, V.D.4; RATE-229; MASS-097; AMB-31.
    """
    renewable = math.floor(matching * Fraction(renewable_share))
    return {RENEWABLE_RESERVE: renewable, EFFICIENCY_RESERVE: matching - renewable}


def redistribute(unclaimed: int, weights: Mapping[str, Decimal | int]) -> dict[str, int]:
    """What was not claimed, shared anew among those who take part; nothing is lost.

    Args:
        weights: Of reserves or States that can still use it; others are left out.

    Source: preamble IV.D.6.b, V.D.4; RATE-229; MASS-097.
    """
    return _by_largest_remainder(weights, unclaimed)


def check_matching(awarded_on: date) -> list[Refusal]:
    """After January 1, 2023 nothing is matched any more: what was unused is retired.

    Source: preamble IV.D.6.b, V.D.4; RATE-230; MASS-097; DL-25.
    """
    if awarded_on <= MATCHING_ENDS:
        return []
    return [MatchingEnded(f"Nothing is matched after {MATCHING_ENDS}; this is {awarded_on}.")]


def _by_largest_remainder(weights: Mapping[str, Decimal | int], total: int) -> dict[str, int]:
    exact = {name: Fraction(weight) for name, weight in weights.items()}
    whole = sum(exact.values(), Fraction(0))
    if total < 0 or any(weight < 0 for weight in exact.values()) or (total and not whole):
        raise ValueError(f"cannot share {total} by {dict(weights)}")
    if not whole:
        return dict.fromkeys(weights, 0)
    parts = {name: weight * total / whole for name, weight in exact.items()}
    shares = {name: math.floor(part) for name, part in parts.items()}
    left = total - sum(shares.values())
    by_remainder = sorted(parts, key=lambda name: (shares[name] - parts[name], name))
    for name in by_remainder[:left]:
        shares[name] += 1
    return shares
