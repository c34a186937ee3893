"""Sentences on operation, credits needed and credits earned (rate-based)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, rows_of
from tests.acceptance.world import World
from trueup.compliance import queries
from trueup.compliance import services as compliance
from trueup.emissions import services
from trueup.emissions.entries import OperationReport

THOUSANDTH = Decimal("0.001")


@sentence('the operation of "{unit}" is reported:')
def report(world: World, unit: str, datatable: DataTable) -> None:
    facility, _, unit_id = unit.rpartition("/")
    rows = [
        OperationReport(
            facility=world.facility(facility).id,
            unit=unit_id,
            year=int(row["year"]),
            co2_lb=_quantity(row["co2_lb"]),
            net_mwh=_quantity(row["net_mwh"]),
        )
        for row in rows_of(datatable, required=("year", "co2_lb", "net_mwh"))
    ]
    with world.act():
        services.report_operation(
            rows,
            program=world.program,
            actor="administrator",
            recorded_at=world.now,
            is_final=True,
        )


def _quantity(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@sentence('"{unit}" needs {quantity} {instruments} for {period}')
def check_needs(world: World, unit: str, quantity: int, instruments: str, period: str) -> None:
    world.require_instruments(instruments)
    found = queries.obligation(
        program=world.program, period=world.period(period), **world.owner(unit)
    )
    assert found == quantity, f"“{unit}” needs {found} {instruments}, not {quantity}"


@sentence('the adjusted rate of "{unit}" for {period} is {tons} lb/MWh')
def check_rate(world: World, unit: str, period: str, tons: Decimal) -> None:
    """After the deductions with the credits deducted, before with those that are held."""
    which = world.owner(unit)
    position = queries.position(program=world.program, period=world.period(period), **which)
    if position is None or position.rate is None:
        raise AssertionError(f"“{unit}” has no compliance account in a rate-based program")
    outcome = queries.outcome(program=world.program, period=world.period(period), **which)
    ercs = min(position.obligation, position.held) if outcome is None else outcome.deducted
    rate = position.rate.adjusted_rate(ercs=ercs)
    assert rate is not None, f"“{unit}” has no output and so no rate"
    found = _in_thousandths(rate)
    assert found == tons, f"the adjusted rate of “{unit}” is {found} lb/MWh, not {tons}"


def _in_thousandths(rate: Fraction) -> Decimal:
    shown = Decimal(rate.numerator) / Decimal(rate.denominator)
    return shown.quantize(THOUSANDTH, rounding=ROUND_HALF_UP)


@sentence('"{first}" to "{last}" count toward State measures')
def count_toward_state_measures(world: World, first: str, last: str) -> None:
    with world.act():
        compliance.count_toward_state_measures(
            program=world.program, blocks=[world.block(first, last)], recorded_at=world.now
        )
