"""What affected EGUs put out, as the rate-based program counts it.

Source: 40 CFR 62.16540(a)(5)(i)(A); RATE-238, RATE-239; docs/explanation/demonstration.md.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from trueup.demonstration.stand_ins import Figures
from trueup.rules.units import pounds_of

# Of combined heat and power whose electricity and useful heat are each a fifth of its
# output; the rule looks at twelve operating months, this at calendar years.
TRANSMISSION_FACTOR = Decimal("0.95")
_FIFTH = Decimal("0.2")
_THOUSANDTH = Decimal("0.001")


class Output(NamedTuple):
    """Pounds of CO2, net MWh as they count, and useful heat in MWh, of one year."""

    co2_lb: Decimal
    net_mwh: Decimal
    heat_mwh: Decimal


def output_of(figures: Figures) -> Output:
    """A unit's year as it is reported."""
    both = figures.mwh + figures.heat_mwh
    is_shared = both > 0 and min(figures.mwh, figures.heat_mwh) >= both * _FIFTH
    net = figures.mwh / TRANSMISSION_FACTOR if is_shared else figures.mwh
    return Output(
        co2_lb=pounds_of(figures.tons),
        net_mwh=net.quantize(_THOUSANDTH),
        heat_mwh=figures.heat_mwh,
    )
