"""Sentences on obligations, deductions, appeals and adjustments (mass-based)."""

from __future__ import annotations

from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, columns_of, rows_of, same_rows
from tests.acceptance.world import World
from trueup.compliance import certification, queries, services, statements
from trueup.compliance.entries import Outcome
from trueup.rules.certification import Answer
from trueup.rules.serials import SerialBlock, parse_block

OUTCOME_COLUMNS = (
    "obligation",
    "deducted",
    "excess",
    "excess_due",
    "excess_deducted",
    "outstanding",
)
RATE_COLUMNS = {"needed": "obligation", "shortfall": "excess"}  # What rates call them.
DEDUCTIONS = "deductions"


@sentence('the obligation of "{facility}" for {period} is {quantity}')
def check_obligation(world: World, facility: str, period: str, quantity: int) -> None:
    found = queries.obligation(
        program=world.program,
        period=world.period(period),
        **world.owner(facility),
    )
    assert found == quantity, f"the obligation of “{facility}” is {found}, not {quantity}"


@sentence('"{facility}" is short of {quantity} {instruments} for {period}')
def check_short(world: World, facility: str, quantity: int, instruments: str, period: str) -> None:
    world.require_instruments(instruments)
    found = queries.shortage(
        program=world.program,
        period=world.period(period),
        **world.owner(facility),
    )
    assert found == quantity, f"“{facility}” is short of {found} {instruments}, not {quantity}"


@sentence(
    '"{person}" asks that "{first}" to "{last}" be deducted first for "{facility}" for {period}'
)
def request_serials(
    world: World, person: str, first: str, last: str, facility: str, period: str
) -> None:
    of = world.owner(facility)
    submitter = world.anybody(person)
    with world.act():
        services.request_serials(
            program=world.program,
            period=world.period(period),
            **of,
            blocks=[world.block(first, last)],
            submitted_by=submitter.id,
            submitted_at=world.now,
        )


@sentence("the Administrator runs the deductions for {period}")
def run_deductions(world: World, period: str) -> None:
    with world.act(DEDUCTIONS):
        services.run_deductions(
            program=world.program, period=world.period(period), recorded_at=world.now
        )


@sentence("the Administrator runs the interim deductions for {interim}")
def run_interim_deductions(world: World, interim: str) -> None:
    run_deductions(world, interim)


@sentence('the deductions are refused with "{code}"')
def check_deductions_refused(world: World, code: str) -> None:
    world.require_refused(DEDUCTIONS, code)


@sentence('"{facility}" is left out of the deductions for {period} with "{code}"')
def check_left_out(world: World, facility: str, period: str, code: str) -> None:
    found = queries.omission(
        program=world.program,
        period=world.period(period),
        **world.owner(facility),
    )
    assert found is not None, f"“{facility}” was not left out of the deductions for {period}"
    assert found.reason == code, f"“{facility}” was left out with {found.reason}, not {code}"


@sentence('the outcome of "{facility}" for {period} is:')
def check_outcome(world: World, facility: str, period: str, datatable: DataTable) -> None:
    expected = rows_of(datatable, required=(), optional=(*OUTCOME_COLUMNS, *RATE_COLUMNS))
    outcome = _outcome(world, facility, period)
    found = {
        column: str(getattr(outcome, RATE_COLUMNS.get(column, column)))
        for column in columns_of(datatable)
    }
    same_rows([found], expected, what=f"the outcome of “{facility}” is another one")


@sentence('the outcome of "{facility}" for the interim control period {interim} is:')
def check_interim_outcome(world: World, facility: str, interim: str, datatable: DataTable) -> None:
    check_outcome(world, facility, interim, datatable)


@sentence('these blocks of "{facility}" were deducted for {period}, in order:')
def check_deducted(world: World, facility: str, period: str, datatable: DataTable) -> None:
    rows = rows_of(datatable, required=("first", "last"), optional=("ground",))
    has_ground = "ground" in columns_of(datatable)
    expected = [(parse_block(row["first"], row["last"]), row.get("ground", "")) for row in rows]
    deducted = statements.deducted_blocks(
        program=world.program,
        period=world.period(period),
        **world.owner(facility),
    )
    found = [(item.block, item.ground if has_ground else "") for item in deducted]
    same_rows(
        _drawn(found), _drawn(expected), what=f"the deductions of “{facility}” are other ones"
    )


def _drawn(blocks: list[tuple[SerialBlock, str]]) -> list[dict[str, str]]:
    """Rows as the feature has them; consecutive numbers of one ground are one row."""
    joined: list[tuple[SerialBlock, str]] = []
    for block, ground in blocks:
        first = block.first
        if joined and joined[-1][1] == ground and _follows(joined[-1][0], block):
            first = joined.pop()[0].first
        joined.append((SerialBlock(lot=block.lot, first=first, last=block.last), ground))
    return [
        {"first": block.first_serial, "last": block.last_serial, "ground": ground}
        for block, ground in joined
    ]


def _follows(before: SerialBlock, block: SerialBlock) -> bool:
    return before.lot == block.lot and before.last + 1 == block.first


@sentence('"{facility}" is in compliance for {period}')
def check_in_compliance(world: World, facility: str, period: str) -> None:
    outcome = _outcome(world, facility, period)
    assert outcome.is_in_compliance, f"“{facility}” has an excess of {outcome.excess}"


@sentence('"{facility}" is not in compliance for {period}')
def check_not_in_compliance(world: World, facility: str, period: str) -> None:
    outcome = _outcome(world, facility, period)
    assert not outcome.is_in_compliance, f"“{facility}” has no excess emissions"


def _outcome(world: World, facility: str, period: str) -> Outcome:
    of = world.owner(facility)
    found = queries.outcome(program=world.program, period=world.period(period), **of)
    if found is None:
        raise AssertionError(f"“{facility}” is not settled for {period}")
    return found


@sentence('"{person}" appeals the deductions for {period} of "{facility}"')
def appeal(world: World, person: str, period: str, facility: str) -> None:
    of = world.owner(facility)
    appellant = world.anybody(person)
    with world.act():
        services.file_appeal(
            program=world.program,
            period=world.period(period),
            **of,
            filed_by=appellant.id,
            filed_at=world.now,
        )
        world.appeal = (facility, period)


@sentence('the appeal is decided: {quantity} {instruments} go back to "{facility}"')
def decide_appeal(world: World, quantity: int, instruments: str, facility: str) -> None:
    world.require_instruments(instruments)
    if world.appeal is None or world.appeal[0] != facility:
        raise AssertionError(f"nobody has appealed for “{facility}”")
    with world.act():
        services.decide_appeal(
            program=world.program,
            period=world.period(world.appeal[1]),
            **world.owner(facility),
            returned=quantity,
            ruling="as decided on appeal",
            decided_at=world.now,
        )


@sentence(
    'the emissions of "{facility}" unit "{unit}" for {year} are adjusted to {tons} after audit'
)
def adjust(world: World, facility: str, unit: str, year: int, tons: Decimal) -> None:
    of = world.facility(facility)
    with world.act():
        services.adjust_after_audit(
            program=world.program,
            facility=of.id,
            unit=unit,
            year=year,
            co2_tons=tons,
            ground="audit",
            recorded_at=world.now,
        )


@sentence('"{person}" files the certification report of "{facility}" for {settled}')
def file_certification(world: World, person: str, facility: str, settled: str) -> None:
    """Every statement of the report is so."""
    asked = world.rules.market.certification
    if asked is None:
        raise AssertionError(f"{world.program} asks for no certification report")
    with world.act():
        services.file_certification(
            program=world.program,
            period=world.period(settled),
            facility=world.facility(facility).id,
            answers=[Answer(statement=key, is_so=True) for key in asked.statements],
            filed_by=world.anybody(person).id,
            filed_at=world.now,
        )


@sentence(
    'the certification report of "{facility}" for {settled} is {state:filed|late|missing|not due}'
)
def check_certification(world: World, facility: str, settled: str, state: str) -> None:
    (found,) = certification.certifications(
        program=world.program,
        period=world.period(settled),
        today=world.clock.today,
        facilities=[world.facility(facility).id],
    )
    assert found.state == state.replace(" ", "_"), f"the report is {found.state}, not {state}"


@sentence('"{user}" used {quantity} {instruments} that "{issuer}" issued, for {settled}')
def check_budget_use(
    world: World, user: str, quantity: int, instruments: str, issuer: str, settled: str
) -> None:
    """Sources of one State, and the budget of another or its own."""
    world.require_instruments(instruments)
    used = queries.used_by_origin(program=world.program, period=world.period(settled))
    found = used.get((issuer, user), 0)
    assert found == quantity, f"{user} used {found} of {issuer}, not {quantity}"
