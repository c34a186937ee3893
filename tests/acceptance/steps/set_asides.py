"""Sentences on set-asides: projects, distributions, output-based results."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from tests.acceptance.clock import eastern
from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, Row, rows_of, same_rows
from tests.acceptance.world import World
from trueup.accounts import queries as accounts
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.ledger import queries as ledger
from trueup.resources import queries as resources
from trueup.rules.eligibility import Uprate
from trueup.set_asides import queries, services
from trueup.set_asides.entries import ProjectEntry, ProjectSpec

PURPOSES = {"renewable energy": "renewable_energy", "output-based": "output_based"}
FIRST, SECOND = "official:1", "official:2"
IN_SERVICE_ON = date(2015, 6, 1)


@sentence('these approved renewable projects in "{jurisdiction}" for {year}:')
def approve_projects(world: World, jurisdiction: str, year: int, datatable: DataTable) -> None:
    """Filed in time and approved, whenever the sentence stands (rules 4 and 5)."""
    filed_at = eastern(datetime.combine(date(year - 1, 5, 20), time(12)))
    for row in rows_of(datatable, required=("project", "account", "projected_mwh")):
        project = _project(world, row["project"], jurisdiction, row["account"])
        _explain(world, project)
        services.file_projection(
            project=project.id,
            generation_year=year,
            projected_mwh=Decimal(row["projected_mwh"]),
            method="As described.",
            actor="administrator",
            dispatched_at=filed_at,
            received_at=filed_at,
        )
        services.decide_projection(
            project=project.id,
            generation_year=year,
            is_approved=True,
            actor=FIRST,
            at=world.now,
        )


@sentence('"{project}" is verified at {tons} MWh for {year}')
def verify(world: World, project: str, tons: Decimal, year: int) -> None:
    with world.act():
        services.verify_generation(
            project=_known(world, project).id,
            generation_year=year,
            actual_mwh=tons,
            actor=FIRST,
            at=world.now,
        )


@sentence('"{project}" is projected at {tons} MWh for {year}[, dispatched {dispatched_on}|]')
def project_mwh(
    world: World, project: str, tons: Decimal, year: int, dispatched_on: date | None
) -> None:
    at = world.now
    if dispatched_on is not None:
        at = eastern(datetime.combine(dispatched_on, time(12)))
    with world.act():
        services.file_projection(
            project=_known(world, project).id,
            generation_year=year,
            projected_mwh=tons,
            method="As described.",
            actor="administrator",
            dispatched_at=at,
            received_at=max(at, world.now),
        )


@sentence('the shortfall of "{project}" for {year} is explained')
def explain(world: World, project: str, year: int) -> None:
    with world.act():
        services.explain_shortfall(
            project=_known(world, project).id,
            generation_year=year,
            explanation="As described.",
            actor="administrator",
            at=world.now,
        )


@sentence(
    "the Administrator distributes the {set_aside:renewable energy|output-based} set-aside"
    ' of "{jurisdiction}" for {vintage}'
)
def distribute(world: World, set_aside: str, jurisdiction: str, vintage: int) -> None:
    """Proposed by one official and recorded by another (rule 4)."""
    with world.act():
        for act, actor in (
            (services.propose_distribution, FIRST),
            (services.approve_distribution, SECOND),
        ):
            act(
                program=world.program,
                jurisdiction=jurisdiction,
                vintage=vintage,
                purpose=PURPOSES[set_aside],
                actor=actor,
                at=world.now,
            )


@sentence('the net generation of "{facility}" is reported:')
def report_generation(world: World, facility: str, datatable: DataTable) -> None:
    rows = [
        AnnualReport(
            facility=world.facility(facility).id,
            unit=row["unit"],
            year=int(row["year"]),
            co2_tons=Decimal(0),
            net_mwh=Decimal(row["net_mwh"]),
        )
        for row in rows_of(datatable, required=("unit", "year", "net_mwh"))
    ]
    with world.act():
        emissions.report_annual(
            rows,
            program=world.program,
            actor="administrator",
            recorded_at=world.now,
            is_final=True,
        )


@sentence('the Administrator publishes the output-based results of "{jurisdiction}" for {year}')
def publish(world: World, jurisdiction: str, year: int) -> None:
    with world.act():
        services.publish_output_data(
            program=world.program,
            jurisdiction=jurisdiction,
            vintage=year,
            actor=FIRST,
            at=world.now,
        )


@sentence('"{person}" comments on the output-based results of "{jurisdiction}" for {year}')
def comment(world: World, person: str, jurisdiction: str, year: int) -> None:
    with world.act():
        world.is_comment_on_time = services.comment_on_output_data(
            program=world.program,
            jurisdiction=jurisdiction,
            vintage=year,
            by=f"person:{world.person(person).id}",
            text="As described.",
            dispatched_at=world.now,
            received_at=world.now,
        )


@sentence("the comment is {standing:on time|late}")
def check_comment(world: World, standing: str) -> None:
    found = "on time" if world.is_comment_on_time else "late"
    assert found == standing, f"the comment is {found}"


@sentence('"{account}" files these projects in the set-aside of "{jurisdiction}":')
def file_projects(world: World, account: str, jurisdiction: str, datatable: DataTable) -> None:
    """One application a row; a column that is left out has what is usual for it."""
    rows = rows_of(
        datatable,
        required=("project",),
        optional=(
            "category",
            "kind",
            "in_service_on",
            "located_in",
            "grid",
            "capacity_mw",
            "uprate_on",
            "uprate_from_mw",
            "derated_on",
            "relicensed",
            "utility_scale",
            "affected_egu",
        ),
    )
    for row in rows:
        with world.act():
            services.file_project(
                _spec(world, row, jurisdiction, account),
                program=world.program,
                actor="administrator",
                dispatched_at=world.now,
                received_at=world.now,
            )


def _spec(world: World, row: Row, jurisdiction: str, account: str) -> ProjectSpec:
    capacity = Decimal(row.get("capacity_mw") or 1000)
    uprate = None
    if row.get("uprate_on"):
        uprate = Uprate(
            on=date.fromisoformat(row["uprate_on"]),
            from_mw=Decimal(row["uprate_from_mw"]),
            to_mw=capacity,
        )
    derated = row.get("derated_on")
    return ProjectSpec(
        name=row["project"],
        jurisdiction=jurisdiction,
        account=world.number_of(account),
        category=row.get("category") or "SOL",
        kind=row.get("kind", "photovoltaic" if not row.get("category") else ""),
        capacity_mw=capacity,
        in_service_on=date.fromisoformat(row.get("in_service_on") or IN_SERVICE_ON.isoformat()),
        grid=row.get("grid") or "EASTERN",
        located_in=row.get("located_in", ""),
        uprate=uprate,
        derated_on=date.fromisoformat(derated) if derated else None,
        is_relicensed=row.get("relicensed") == "yes",
        is_utility_scale=row.get("utility_scale") != "no",
        is_affected_egu=row.get("affected_egu") == "yes",
    )


@sentence('the Administrator {decision:approves|rejects|suspends|revokes} the project "{project}"')
def decide_project(world: World, decision: str, project: str) -> None:
    outcome = {"approves": "approved", "rejects": "rejected", "suspends": "suspended"}
    with world.act():
        services.decide_project(
            project=_known(world, project).id,
            outcome=outcome.get(decision, "revoked"),
            actor=FIRST,
            at=world.now,
            ground="As described.",
        )


@sentence('the Administrator {decision:approves|rejects} the projection of "{project}" for {year}')
def decide_projection(world: World, decision: str, project: str, year: int) -> None:
    with world.act():
        services.decide_projection(
            project=_known(world, project).id,
            generation_year=year,
            is_approved=decision == "approves",
            actor=FIRST,
            at=world.now,
        )


@sentence('{tons} MWh of the projection of "{project}" for {year} count')
def check_eligible(world: World, tons: Decimal, project: str, year: int) -> None:
    found = {
        of.generation_year: of.eligible_mwh
        for of in queries.projections_of(_known(world, project).id)
        if of.state != "rejected"
    }
    assert found.get(year) == tons, f"{found.get(year)} MWh count, not {tons}"


@sentence('"{project}" still owes {tons} MWh')
def check_owed(world: World, project: str, tons: Decimal) -> None:
    entry = _known(world, project)
    owed = queries.carried_mwh(program=world.program, jurisdiction=entry.jurisdiction)
    assert owed.get(entry.id, 0) == tons, f"“{project}” owes {owed.get(entry.id, 0)} MWh"


@sentence('the duties of the set-asides of "{jurisdiction}" in {year} are:')
def check_duties(world: World, jurisdiction: str, year: int, datatable: DataTable) -> None:
    found = [
        {
            "duty": of.name.replace("_", " "),
            "vintage": str(of.vintage),
            "due": of.effective_on.isoformat(),
            "standing": of.state.replace("_", " "),
        }
        for of in queries.duties(
            program=world.program, year=year, today=world.rules.local_date(world.now)
        )
        if of.jurisdiction == jurisdiction
    ]
    expected = rows_of(datatable, required=("duty", "vintage", "due", "standing"))
    columns = list(expected[0]) if expected else []
    same_rows(
        [{name: row[name] for name in columns} for row in found],
        expected,
        what=f"duties of {jurisdiction} in {year}",
    )


@sentence("these {instruments} of vintage {vintage} were distributed:")
def check_distributed(world: World, instruments: str, vintage: int, datatable: DataTable) -> None:
    """By project, by unit (`Cane/2`) or by facility, of the latest distribution."""
    world.require_instruments(instruments)
    found = _distributed(world, vintage)
    rows = rows_of(datatable, required=("recipient", "quantity"))
    for row in rows:
        got = found.get(row["recipient"], 0)
        expected = int(row["quantity"])
        assert got == expected, f"“{row['recipient']}” got {got}, not {expected}"
    told = sum(int(row["quantity"]) for row in rows)
    assert told == found[""], f"{found['']} were distributed, the feature tells of {told}"


@sentence(
    'nothing of the {set_aside:renewable energy|output-based} set-aside of "{jurisdiction}"'
    ' for {vintage} can go to "{account}"'
)
def check_barred(
    world: World, set_aside: str, jurisdiction: str, vintage: int, account: str
) -> None:
    assert set_aside in PURPOSES
    barred = queries.barred_vintages(
        program=world.program,
        jurisdiction=jurisdiction,
        account=world.opened_account(account).id,
    )
    assert vintage in barred, f"“{account}” is barred from {barred}"


def _distributed(world: World, vintage: int) -> dict[str, int]:
    """What each got of the latest distribution of a vintage, by each of its names; all: ``."""
    latest = next(
        of
        for of in queries.distributions(program=world.program)
        if of.vintage == vintage and of.state == "recorded"
    )
    projects = {of.id: of.name for of in queries.projects(program=world.program)}
    facilities = {of.id: name for name, of in world.facilities.items()}
    found: dict[str, int] = {"": 0}
    for share in queries.shares_of(latest.id):
        names = {"", ledger.account(share.account).name}
        if share.project is not None:
            names.add(projects[share.project])
        unit = None if share.unit is None else accounts.unit(share.unit)
        if unit is not None:
            facility = facilities[unit.facility]
            names |= {facility, f"{facility}/{unit.unit_id}"}
        for name in names:
            found[name] = found.get(name, 0) + share.quantity
    return found


def _project(world: World, name: str, jurisdiction: str, account: str) -> ProjectEntry:
    """A project by its name, filed and approved by this sentence if not before."""
    world.projects[name] = account
    known = queries.find_project(program=world.program, jurisdiction=jurisdiction, name=name)
    if known is not None:
        return known
    file = resources.find_resource(program=world.program, name=name)
    filed = services.file_project(
        ProjectSpec(
            name=name,
            jurisdiction=jurisdiction,
            account=world.number_of(account),
            category="SOL",
            kind="photovoltaic",
            capacity_mw=Decimal(1000),
            in_service_on=IN_SERVICE_ON,
            resource=file.id if file is not None else None,
        ),
        program=world.program,
        actor="administrator",
        dispatched_at=world.now,
        received_at=world.now,
    )
    return services.decide_project(project=filed.id, outcome="approved", actor=FIRST, at=world.now)


def _known(world: World, name: str) -> ProjectEntry:
    for entry in queries.projects(program=world.program):
        if entry.name == name:
            return entry
    raise AssertionError(f"no project is called “{name}”")


def _explain(world: World, project: ProjectEntry) -> None:
    """What is to be explained before anything further is filed is explained (rule 4)."""
    for of in queries.deliveries_of(project.id):
        if of.is_to_explain and of.explained_at is None:
            services.explain_shortfall(
                project=project.id,
                generation_year=of.generation_year,
                explanation="As described.",
                actor="administrator",
                at=world.now,
            )
