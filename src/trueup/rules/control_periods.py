"""Which periods a program settles: its compliance periods, and the interim ones within.

Source: RGGI-010 to RGGI-016; 40 CFR 62.16375 “Compliance period”.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trueup.rules import control_period
from trueup.rules.market_file import MarketRules
from trueup.rules.periods import CompliancePeriod, PeriodSchedule
from trueup.rules.readings import Reading
from trueup.rules.refusal import Refused


class ControlPeriods:
    """What a program says of the periods that it settles; a part of `Program`."""

    schedule: PeriodSchedule
    market: MarketRules
    readings: Mapping[str, Reading]

    def period_named(self, name: str) -> CompliancePeriod:
        """The compliance period of a name such as `2022-2024`, or the interim one `2015`.

        Raises Refused (`no_such_period`).

        Source: 40 CFR 62.16375 “Compliance period”; RGGI-010, RGGI-011.
        """
        return control_period.named_period(
            name, schedule=self.schedule, partial=self.market.partial
        )

    def interim_periods(self, period: CompliancePeriod) -> tuple[CompliancePeriod, ...]:
        """The interim control periods of a period; none where nothing is due within it.

        Source: RGGI-011, RGGI-014.
        """
        return control_period.interim_periods(period, partial=self.market.partial)

    def in_turn(self, since: CompliancePeriod) -> Iterator[CompliancePeriod]:
        """What is settled one after the other: interim control periods, then their period.

        Source: RGGI-010 to RGGI-012.
        """
        period: CompliancePeriod | None = since
        while period is not None:
            yield from self.interim_periods(period)
            yield period
            try:
                period = self.schedule.after(period)
            except Refused:
                period = None

    def control_period_of(self, period: CompliancePeriod) -> CompliancePeriod:
        """The period that an interim one is part of; a period itself.

        Source: RGGI-010, RGGI-011.
        """
        return self.schedule.of_year(period.first_year)

    def is_interim(self, period: CompliancePeriod) -> bool:
        """Whether a share of a year's emissions is settled, and not a whole period's."""
        return self.control_period_of(period) != period

    def settled_after(self, year: int) -> CompliancePeriod | None:
        """What is settled in the year after one; None if nothing is.

        Source: RGGI-012; 40 CFR 62.16375 “Allowance transfer deadline”.
        """
        return control_period.settled_after(
            year, schedule=self.schedule, partial=self.market.partial
        )

    def vintage_max(self, period: CompliancePeriod) -> int:
        """The latest vintage that covers emissions at a period's deadline.

        Source: 40 CFR 62.16340(a)(1); RGGI-015.
        """
        return control_period.vintage_max(self.control_period_of(period))

    @property
    def excess_multiplier(self) -> int:
        return self.readings["excess_multiplier"].whole_value

    def ratio_of(self, period: CompliancePeriod) -> int:
        """Instruments owed in all for a ton of excess; 0 where it waits for the period's end.

        Source: 40 CFR 62.16340(d); RGGI-016, reading b.
        """
        partial = self.market.partial
        waits = partial is not None and not partial.excess_ratio_applies
        return 0 if waits and self.is_interim(period) else self.excess_multiplier
