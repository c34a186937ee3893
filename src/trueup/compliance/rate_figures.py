"""What a rate-based obligation follows from.

Source: 40 CFR 62.16420(c)(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from trueup.rules.rate import Operation, adjusted_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFigures:
    """What an affected EGU emitted and put out in a period, and what it is held to.

    Attributes:
        subcategory: Empty if its type is not known; standard: in lb of CO2 a net MWh.

    Source: 40 CFR 62.16420(c)(1).
    """

    subcategory: str
    standard: int | None
    co2_lb: Decimal
    net_mwh: Decimal

    def adjusted_rate(self, *, ercs: int = 0) -> Fraction | None:
        """Pounds for each MWh, those of credits included; None without any MWh."""
        return adjusted_rate(Operation(co2_lb=self.co2_lb, net_mwh=self.net_mwh), ercs=ercs)
