"""Programs, emissions and settlements: public."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router

from trueup.accounts import queries as accounts
from trueup.api import schemas
from trueup.api.access import PUBLIC, rule
from trueup.api.asking import READING, After, Limit, NotFound, State, now, program_named
from trueup.compliance import queries as compliance
from trueup.compliance.entries import Outcome
from trueup.emissions import queries as emissions
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused

router = Router(tags=["Programs, emissions, settlements"])

PERIODS_SHOWN = 4


@router.get("/programs", response=list[schemas.Program])
@rule(PUBLIC)
def list_programs(request: HttpRequest) -> list[schemas.Program]:
    """The programs of this registry, each with the period that runs and those that follow."""
    return [_program(programs.load(code)) for code in programs.offered(settings.TRUEUP_PROGRAM)]


@router.get("/{program}/emissions", response={200: schemas.EmissionsPage, **READING})
@rule(PUBLIC)
def list_emissions(
    request: HttpRequest,
    program: str,
    *,
    year: Annotated[int | None, Query(ge=1980, le=2200)] = None,
    jurisdiction: State = "",
    facility: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="ORIS code")] = None,
    limit: Limit = 100,
    after: After = 0,
) -> schemas.EmissionsPage:
    """Current records by unit and year or quarter; provisional ones say so (PLAT-074)."""
    rules = program_named(program)
    home = None
    if facility is not None:
        home = accounts.find_facility(oris_code=facility)
        if home is None:
            raise NotFound(f"There is no facility with the ORIS code {facility}.")
    found = emissions.public_records(
        program=rules.code,
        year=year,
        jurisdiction=jurisdiction.upper(),
        facility=home.id if home is not None else None,
        limit=limit + 1,
        after=after,
    )
    page = found[:limit]
    homes = accounts.facilities_by_id({record.facility for record in page})
    return schemas.EmissionsPage(
        items=[
            schemas.Emissions(
                facility=homes[record.facility].oris_code,
                unit=record.unit_id,
                year=record.year,
                quarter=record.quarter,
                co2_tons=record.co2_tons,
                net_mwh=record.net_mwh,
                is_provisional=record.is_provisional,
                version=record.version,
            )
            for record in page
        ],
        next=page[-1].id if len(found) > limit else None,
    )


@router.get("/{program}/settlements/{period}", response={200: schemas.SettlementPage, **READING})
@rule(PUBLIC)
def list_settlements(
    request: HttpRequest,
    program: str,
    period: str,
    *,
    jurisdiction: State = "",
    outcome: Annotated[str, Query(pattern="^(in|not_in)?$")] = "",
    limit: Limit = 100,
    after: After = 0,
) -> schemas.SettlementPage:
    """Outcomes of a compliance period by ORIS code."""
    rules = program_named(program)
    found = compliance.outcomes(
        program=rules.code,
        period=rules.period_named(period),
        jurisdiction=jurisdiction.upper(),
        in_compliance={"in": True, "not_in": False}.get(outcome),
        limit=limit + 1,
        after=after,
    )
    page = found[:limit]
    return schemas.SettlementPage(
        items=[_settlement(each) for each in page],
        next=page[-1].facility.oris_code if len(found) > limit else None,
    )


@router.get(
    "/{program}/settlements/{period}/{oris_code}", response={200: schemas.Statement, **READING}
)
@rule(PUBLIC)
def get_statement(
    request: HttpRequest, program: str, period: str, oris_code: int
) -> schemas.Statement:
    """A facility's settlement with every block that was deducted, in order."""
    rules = program_named(program)
    facility = accounts.find_facility(oris_code=oris_code) if 0 < oris_code < 2**31 else None
    found = (
        compliance.statement(
            program=rules.code, period=rules.period_named(period), facility=facility.id
        )
        if facility is not None
        else None
    )
    if found is None:
        raise NotFound(f"The facility {oris_code} has no settlement of {period} in {program}.")
    return schemas.Statement(
        settlement=_settlement(found.outcome),
        balance=found.balance,
        blocks=[
            schemas.DeductedBlock(
                first=item.block.first_serial,
                last=item.block.last_serial,
                quantity=item.block.quantity,
                ground=item.ground,
                transaction=item.tx,
                recorded_at=item.recorded_at,
            )
            for item in found.deducted
        ],
    )


def _settlement(outcome: Outcome) -> schemas.Settlement:
    if outcome.settled_at is None:
        raise ValueError(f"a preview is not a settlement: {outcome}")
    return schemas.Settlement(
        facility=outcome.facility.oris_code,
        name=outcome.facility.name,
        jurisdiction=outcome.facility.jurisdiction,
        period=outcome.period.name,
        recorded_at=outcome.settled_at,
        obligation=outcome.obligation,
        deducted=outcome.deducted,
        excess=outcome.excess,
        excess_due=outcome.excess_due,
        excess_deducted=outcome.excess_deducted,
        outstanding=outcome.outstanding,
        in_compliance=outcome.is_in_compliance,
    )


def _program(rules: Program) -> schemas.Program:
    today = rules.local_date(now())
    period = rules.period_of_year(max(today.year, rules.schedule.printed[0].first_year))
    periods = [period]
    with suppress(Refused):  # A program can end.
        while len(periods) < PERIODS_SHOWN:
            periods.append(rules.next_period(periods[-1]))
    return schemas.Program(
        code=rules.code,
        name=rules.name,
        kind=rules.kind,
        instrument=rules.instrument,
        unit=rules.unit,
        periods=[_period(rules, each) for each in periods],
    )


def _period(rules: Program, period: CompliancePeriod) -> schemas.Period:
    return schemas.Period(
        name=period.name,
        first_year=period.first_year,
        last_year=period.last_year,
        deadline_on=rules.deadline_on(period),
        recordation_on=rules.recordation_on(period) if rules.allocates else None,
    )
