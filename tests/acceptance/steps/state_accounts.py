"""Sentences on a State's general accounts, and on the public reports."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, columns_of, rows_of, same_rows
from tests.acceptance.world import UnknownNameError, World, new_key
from trueup.disclosure.reports import agreement, catalogue
from trueup.disclosure.reports.entries import Chosen
from trueup.resources import queries as resources
from trueup.rules.auction_bids import price_in_cents
from trueup.state_accounts import queries, services, statements
from trueup.state_accounts.entries import ApplicationEntry, ApplicationSpec, CertificateSpec

OFFICIAL = "official:1"
WORDS = ("allocated", "moved_in", "moved_out", "offered", "awarded", "sold", "retired", "left")


@sentence(
    'the budget of "{state}" for {year} is {quantity} {instruments}'
    "[, and a MWh stands for {tons} tons|]"
)
def set_budget(
    world: World, state: str, year: int, quantity: int, instruments: str, tons: Decimal | None
) -> None:
    world.require_instruments(instruments)
    with world.act():
        services.set_state_year(
            program=world.program,
            jurisdiction=state,
            year=year,
            budget=quantity,
            tons_per_mwh=tons,
            actor=OFFICIAL,
            at=world.now,
        )


@sentence('the Administrator divides the budget of "{state}" for {year}:')
def divide(world: World, state: str, year: int, datatable: DataTable) -> None:
    """The account that takes the rest can be left out."""
    rows = rows_of(datatable, required=("account", "quantity"))
    with world.act("division"):
        services.distribute_budget(
            program=world.program,
            jurisdiction=state,
            year=year,
            quantities={_purpose(world, row["account"]): int(row["quantity"]) for row in rows},
            actor=OFFICIAL,
            recorded_at=world.now,
        )


@sentence('the division is refused with "{code}"')
def check_division_refused(world: World, code: str) -> None:
    world.require_refused("division", code)


@sentence('the division of "{state}" for {year} is {standing:late|in time}')
def check_in_time(world: World, state: str, year: int, standing: str) -> None:
    found = [
        of
        for of in queries.distributions(program=world.program, jurisdiction=state)
        if of.year == year
    ]
    assert found, f"the budget of {state} for {year} was not divided"
    assert found[0].is_late == (standing == "late")


@sentence(
    '"{person}" applies for "{facility}" to the limited industrial exemption set-aside of'
    " {year}, exports limited to {tons} percent"
)
def apply_limited(world: World, person: str, facility: str, year: int, tons: Decimal) -> None:
    _file(world, person, _of_source(world, facility, "liesa", year, export_percent=tons))


@sentence(
    '"{person}" applies for "{facility}" to the long-term contract set-aside of {year} for'
    " {quantity} {instruments} {having:with|without} a contract"
)
def apply_contract(
    world: World,
    person: str,
    facility: str,
    year: int,
    quantity: int,
    instruments: str,
    having: str,
) -> None:
    world.require_instruments(instruments)
    contract = "power purchase agreement" if having == "with" else ""
    spec = _of_source(
        world, facility, "ltc", year, quantity=quantity, contract=contract, viability="statement"
    )
    _file(world, person, spec)


@sentence(
    '"{person}" applies for "{facility}" to the clean generation set-aside of {year} for'
    " {quantity} {instruments}, in service since {day}, {having:with|without} a permit finding"
)
def apply_clean(
    world: World,
    person: str,
    facility: str,
    year: int,
    quantity: int,
    instruments: str,
    day: date,
    having: str,
) -> None:
    world.require_instruments(instruments)
    finding = "permit" if having == "with" else ""
    spec = _of_source(
        world, facility, "cgsa", year, quantity=quantity, finding=finding, in_service_on=day
    )
    _file(world, person, spec)


@sentence(
    '"{person}" brings the {having:retired|open} certificates "{first}" to "{last}" to the'
    ' voluntary renewable set-aside of "{state}" for {year}'
)
def bring(
    world: World, person: str, having: str, first: str, last: str, state: str, year: int
) -> None:
    """A serial number ends in its running number: GATS-1 to GATS-2000."""
    prefix, _, start = first.rpartition("-")
    numbers = range(int(start), int(last.rpartition("-")[2]) + 1)
    day = world.rules.local_date(world.now) if having == "retired" else None
    spec = ApplicationSpec(
        jurisdiction=state,
        purpose="vrsa",
        year=year,
        certificates=[
            CertificateSpec(serial=f"{prefix}-{number}", retired_on=day) for number in numbers
        ],
    )
    _file(world, person, spec)


@sentence("the Administrator approves the application")
def approve(world: World) -> None:
    """It is found complete first (rule 4)."""
    entry = _latest(world)
    with world.act("application"):
        if entry.state == "filed":
            services.find_complete(application=entry.id, actor=OFFICIAL, at=world.now)
        services.approve_application(application=entry.id, actor=OFFICIAL, at=world.now)


@sentence("the Administrator carries out the application[ at {tons}, the reserve price {price}|]")
def execute(world: World, tons: Decimal | None, price: str | None) -> None:
    with world.act("application"):
        services.execute_application(
            application=_latest(world).id,
            actor=OFFICIAL,
            at=world.now,
            price_cents=None if tons is None else price_in_cents(tons),
            reserve_price_cents=None if price is None else price_in_cents(Decimal(price)),
        )


@sentence('the application is refused with "{code}"')
def check_application_refused(world: World, code: str) -> None:
    world.require_refused("application", code)


@sentence("the application gave {quantity} {instruments}[, {missing} are missing|]")
def check_given(world: World, quantity: int, instruments: str, missing: str | None) -> None:
    world.require_instruments(instruments)
    entry = _latest(world)
    assert (entry.state, entry.given) == ("executed", quantity), f"it is {entry}"
    assert entry.missing == int(missing or 0)


@sentence(
    'the Administrator moves {quantity} {instruments} of vintage {vintage} from "{source}" to'
    ' "{destination}" because "{reason}"'
)
def move(
    world: World,
    quantity: int,
    instruments: str,
    vintage: int,
    source: str,
    destination: str,
    reason: str,
) -> None:
    world.require_instruments(instruments)
    with world.act():
        services.move_between(
            program=world.program,
            jurisdiction=source.partition(" ")[0],
            source=_purpose(world, source),
            destination=_purpose(world, destination),
            vintage=vintage,
            quantity=quantity,
            reason=reason,
            key=new_key(),
            actor=OFFICIAL,
            at=world.now,
        )


@sentence('the Administrator awards offset allowances to "{resource}" for {year}')
def award_offsets(world: World, resource: str, year: int) -> None:
    found = resources.find_resource(program=world.program, name=resource)
    if found is None:
        raise UnknownNameError(f"no project is called “{resource}”")
    with world.act("award"):
        services.award_offset_allowances(resource=found.id, year=year, actor=OFFICIAL, at=world.now)


@sentence('the award is refused with "{code}"')
def check_award_refused(world: World, code: str) -> None:
    world.require_refused("award", code)


@sentence('allowances of "{account}" cannot be used to "{use}"')
def check_use(world: World, account: str, use: str) -> None:
    with world.act():
        services.check_act(program=world.program, purpose=_purpose(world, account), use=use)
    world.require_refused("request", "other_use")


@sentence('the statement of "{account}" for {year} is:')
def check_statement(world: World, account: str, year: int, datatable: DataTable) -> None:
    expected = rows_of(datatable, required=(), optional=WORDS)
    purpose = _purpose(world, account)
    state = account.partition(" ")[0]
    (found,) = [
        of
        for of in statements.statements(program=world.program, jurisdiction=state, year=year)
        if of.purpose == purpose
    ]
    shown = [{word: str(getattr(found, word)) for word in columns_of(datatable)}]
    same_rows(shown, expected, what=f"the statement of “{account}” for {year}")


@sentence("the budgets of the States are:")
def check_budgets(world: World, datatable: DataTable) -> None:
    """`used_in` lists States with what their sources surrendered: `MD 400, NY 100`."""
    expected = rows_of(datatable, required=("issued_by", "issued", "used_in"))
    found = [
        {
            "issued_by": of.jurisdiction,
            "issued": str(of.issued),
            "used_in": ", ".join(f"{state} {used}" for state, used in of.used.items()),
        }
        for of in statements.state_budgets(program=world.program)
    ]
    same_rows(found, expected, what="the budgets kept apart")


@sentence('the report "{name}" shows:')
def check_report(world: World, name: str, datatable: DataTable) -> None:
    """The columns that the table names, in the order of the report."""
    report = catalogue.BY_NAME[name]
    expected = rows_of(datatable, required=(), optional=[of.key for of in report.columns])
    places = [[of.key for of in report.columns].index(key) for key in columns_of(datatable)]
    found = [
        {
            key: "" if row.cells[place] is None else str(row.cells[place])
            for key, place in zip(columns_of(datatable), places, strict=True)
        }
        for row in agreement.all_rows(report, world.rules, Chosen())
    ]
    same_rows(found, expected, what=f"the report “{name}”")


@sentence('the report "{name}" says an average price of {tons} over {quantity} trades')
def check_average(world: World, name: str, tons: Decimal, quantity: int) -> None:
    report = catalogue.BY_NAME[name]
    figures = report.figures(world.rules, Chosen()) if report.figures is not None else []
    found = [(Decimal(str(of.cents)) / 100, of.trades) for of in figures]
    assert found == [(tons, quantity)], f"the averages are {found}"


@sentence('the report "{name}" says no average price')
def check_no_average(world: World, name: str) -> None:
    report = catalogue.BY_NAME[name]
    assert report.figures is not None
    assert report.figures(world.rules, Chosen()) == []


@sentence("every report agrees with the books")
def check_agreement(world: World) -> None:
    found = agreement.disagreements(world.program)
    assert not found, "; ".join(str(of) for of in found)


def _of_source(
    world: World, facility: str, purpose: str, year: int, **facts: object
) -> ApplicationSpec:
    of = world.facility(facility)
    return ApplicationSpec(
        jurisdiction=of.jurisdiction,
        purpose=purpose,
        year=year,
        oris_code=of.oris_code,
        **facts,  # type: ignore[arg-type]
    )


def _file(world: World, person: str, spec: ApplicationSpec) -> None:
    who = world.anybody(person)
    with world.act("application"):
        services.file_application(
            spec,
            program=world.program,
            key=new_key(),
            actor=f"person:{who.id}",
            applicant=who.id,
            filed_at=world.now,
        )


def _latest(world: World) -> ApplicationEntry:
    found = queries.applications(program=world.program, limit=1)
    if not found:
        raise AssertionError("no application was filed")
    return found[0]


def _purpose(world: World, name: str) -> str:
    """What an account is for, by its name: `MD clean generation set-aside`."""
    rules = world.rules.market.state_accounts
    purposes = {of.title: of.purpose for of in rules.accounts} if rules is not None else {}
    title = name.partition(" ")[2]
    if title not in purposes:
        raise UnknownNameError(f"“{name}” is no account of a State")
    return purposes[title]
