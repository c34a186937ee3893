"""What affected EGUs would be issued for a year, with the MWh and the rate behind it.

Source: 40 CFR 62.16434; preamble IV.D.6; RATE-033 to RATE-041, RATE-139.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trueup.emissions.earning import EguEarning, earnings
from trueup.emissions.operation import period_operation
from trueup.resources.credit_notices import comment_refusal
from trueup.resources.egu_issuance import noticed_units
from trueup.resources.issuing_facts import Round
from trueup.rules.rate import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """An affected EGU in one category.

    Attributes:
        mwh: Net MWh of the year. rate: Pounds a MWh of the year.
        is_covered: A closed notice says just this quantity.
        waiting: Why nothing is issued yet, if it is not covered.
    """

    account: int
    jurisdiction: str
    name: str
    category: str
    mwh: Decimal | None
    rate: Decimal | None
    quantity: int
    over_issued: int
    is_covered: bool = False
    waiting: str = ""


def unit_lines(of: Round) -> list[UnitLine]:
    """What each affected EGU has earned, as of now; nothing is asked of notices.

    Source: 40 CFR 62.16434(b), (c); RATE-034, RATE-035.
    """
    return _lines(of, frozenset(), needs_notice=False)


def covered_units(of: Round) -> list[UnitLine]:
    """The same, with whether a closed notice covers it with just this quantity.

    Source: preamble IV.D.6; RATE-139; AMB-10.
    """
    is_asked = of.rules.readings["comment_before_issuance"].is_on
    noticed = noticed_units(of.rules, of.year, of.at) if is_asked else frozenset()
    return _lines(of, noticed, needs_notice=is_asked)


def _lines(
    of: Round, noticed: frozenset[tuple[int, str, int]], *, needs_notice: bool
) -> list[UnitLine]:
    program = of.rules.code
    found = [
        one for one in earnings(program=program, year=of.year) if one.quantity or one.over_issued
    ]
    if not found:
        return []
    operation = period_operation(
        program=program,
        period=of.rules.period_of_year(of.year),
        facilities={one.owner.facility.id for one in found},
    )
    waiting = ""
    if needs_notice:
        today = of.rules.local_date(of.at)
        waiting = comment_refusal(program, of.year, today=today).sentence
    return [
        _line(
            one,
            operation[one.owner.unit.id].years.get(of.year) if one.owner.unit is not None else None,
            is_covered=not needs_notice
            or (one.owner.account, one.category, one.quantity) in noticed,
            waiting=waiting,
        )
        for one in found
    ]


def _line(one: EguEarning, year: Operation | None, *, is_covered: bool, waiting: str) -> UnitLine:
    facility, unit = one.owner.facility, one.owner.unit
    rate = year.co2_lb / year.net_mwh if year is not None and year.net_mwh else None
    return UnitLine(
        account=one.owner.account,
        jurisdiction=facility.jurisdiction,
        name=f"{facility.name}/{unit.unit_id}" if unit is not None else facility.name,
        category=one.category,
        mwh=year.net_mwh if year is not None else None,
        rate=rate,
        quantity=one.quantity,
        over_issued=one.over_issued,
        is_covered=is_covered,
        waiting="" if is_covered else waiting,
    )
