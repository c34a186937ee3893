"""Sentences on eligible resources, their verifiers, and the credits issued to them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, rows_of, same_rows
from tests.acceptance.world import UnknownNameError, World
from tests.rules.papers import complete
from trueup.ledger import queries as ledger
from trueup.resources import award_trace, queries, services
from trueup.resources.entries import (
    ReportSpec,
    ResourceEntry,
    ResourceSpec,
    VerifierEntry,
    VerifierSpec,
)
from trueup.resources.filing import tags_for
from trueup.resources.models import Engagement, Resource
from trueup.resources.verifiers import EVIDENCE
from trueup.rules.eligibility import FEDERAL_KINDS
from trueup.rules.papers import APPLICATION, PLAN, REPORT, VERIFICATION
from trueup.rules.serials import parse_serial
from trueup.set_asides import services as set_asides


@sentence('the accredited verifier "{verifier}"')
def accredit(world: World, verifier: str) -> None:
    _accredit(world, verifier)


@sentence('the verifier "{verifier}" is accredited for "{categories}" only')
def limit_accreditation(world: World, verifier: str, categories: str) -> None:
    known = queries.find_verifier(program=world.program, name=verifier)
    services.limit_accreditation(
        verifier=(known or _accredit(world, verifier)).id,
        categories=[category.strip() for category in categories.split(",")],
        at=world.now,
    )


@sentence('"{verifier}" declares a conflict of interest with "{resource}"')
def declare_conflict(world: World, verifier: str, resource: str) -> None:
    with world.act():
        services.disclose_engagement(
            verifier=verifier_named(world, verifier),
            resource=resource_named(world, resource).id,
            disclosure="a conflict of interest",
            is_conflict=True,
            disclosed_at=world.now,
        )


@sentence('the Administrator revokes the accreditation of "{verifier}"')
def revoke_accreditation(world: World, verifier: str) -> None:
    with world.act():
        services.revoke_accreditation(
            verifier=verifier_named(world, verifier),
            cause="NEGLIGENCE",
            ground="said in the scenario",
            revoked_at=world.now,
        )


@sentence(
    'the eligible resource "{resource}" of category "{category}" in "{jurisdiction}"'
    ' with general account "{account}"'
)
def describe(world: World, resource: str, category: str, jurisdiction: str, account: str) -> None:
    """What the sentence leaves out does not stand in the way (rule 5)."""
    opened = world.opened_account(account)
    if category not in FEDERAL_KINDS:
        services.set_host_state(
            program=world.program,
            jurisdiction=jurisdiction,
            approach=world.rules.kind,
            plan="model",
            set_at=world.now,
        )
    with world.act():
        services.describe_resource(
            program=world.program,
            spec=ResourceSpec(
                name=resource,
                category=category,
                kind=FEDERAL_KINDS.get(category, ("",))[0],
                jurisdiction=jurisdiction,
                capacity_mw=Decimal(0 if category == "DSM" else 1000),
                in_service_on=date(2015, 6, 1),
                contract_with=jurisdiction,
                is_regional_supply=True,
            ),
            account=opened.id,
            described_at=world.now,
        )


@sentence('"{person}" submits the eligibility application of "{resource}"')
def submit_application(world: World, person: str, resource: str) -> None:
    entry = resource_named(world, resource)
    somebody = world.anybody(person)
    tags = _tags(entry)
    number = ledger.account(entry.account).number if entry.account is not None else ""
    with world.act():
        services.submit_application(
            resource=entry.id,
            application=complete(APPLICATION, tags, program=world.program, account_number=number),
            plan=complete(PLAN, tags, program=world.program),
            submitted_by=somebody.id,
            submitted_at=world.now,
        )


@sentence('"{verifier}" submits a verification report for the application of "{resource}"')
def verify_application(world: World, verifier: str, resource: str) -> None:
    entry = resource_named(world, resource)
    somebody = world.anybody(verifier)
    with world.act():
        services.verify_application(
            resource=entry.id,
            verifier=_cleared(world, verifier, entry),
            elements=complete(
                VERIFICATION,
                ("all", "of_application"),
                program=world.program,
                signed_by=verifier,
            ),
            submitted_by=somebody.id,
            submitted_at=world.now,
        )


@sentence('the Administrator approves the eligibility application of "{resource}"')
def approve_application(world: World, resource: str) -> None:
    with world.act():
        services.approve_application(
            resource=resource_named(world, resource).id, decided_at=world.now
        )


@sentence('"{person}" submits an M&V report of {quantity} MWh for {year} for "{resource}"')
def submit_report(
    world: World, person: str, quantity: int | Decimal, year: int, resource: str
) -> None:
    entry = resource_named(world, resource)
    somebody = world.anybody(person)
    said = {"contract_mwh": str(quantity), "biogenic_share": "1"}
    elements = complete(REPORT, _tags(entry, "first"), program=world.program, **said)
    with world.act():
        services.submit_report(
            resource=entry.id,
            spec=ReportSpec(year=year, mwh=Decimal(quantity), elements=elements),
            submitted_by=somebody.id,
            submitted_at=world.now,
        )


@sentence(
    '"{verifier}" submits a verification report of {quantity} MWh for {year} for "{resource}"'
)
def verify_report(
    world: World, verifier: str, quantity: int | Decimal, year: int, resource: str
) -> None:
    entry = resource_named(world, resource)
    somebody = world.anybody(verifier)
    reports = [
        report for report in queries.reports_of(entry.id, year=year) if report.state != "superseded"
    ]
    reported = reports[-1].mwh if reports else Decimal(quantity)
    said = {"signed_by": verifier, "excess_analysis": "as metered"}
    if Decimal(quantity) < reported:
        said |= {"misstatement": "FOUND", "misstatement_explained": "found by the verifier"}
    with world.act():
        services.verify_report(
            report=reports[-1].id if reports else 0,
            verifier=_cleared(world, verifier, entry),
            verified_mwh=Decimal(quantity),
            elements=complete(VERIFICATION, ("all", "of_report"), program=world.program, **said),
            submitted_by=somebody.id,
            submitted_at=world.now,
        )


@sentence("the Administrator publishes the credit notice for {year}")
def publish_credit_notice(world: World, year: int) -> None:
    with world.act():
        services.publish_credit_notice(program=world.program, year=year, published_at=world.now)


@sentence('the Administrator issues {instruments} to "{resource}" for {year}')
def issue(world: World, instruments: str, resource: str, year: int) -> None:
    world.require_instruments(instruments)
    with world.act("issuance"):
        services.issue_ercs(
            resource=resource_named(world, resource).id, year=year, issued_at=world.now
        )


@sentence("the Administrator issues the {instruments} of affected units for {year}")
def issue_to_affected_units(world: World, instruments: str, year: int) -> None:
    world.require_instruments(instruments)
    with world.act("issuance"):
        services.issue_to_affected_units(program=world.program, year=year, issued_at=world.now)


@sentence('"{unit}" was issued {quantity} {instruments} of category "{category}" for {year}')
def check_issued_to_unit(
    world: World, unit: str, quantity: int, instruments: str, category: str, year: int
) -> None:
    world.require_instruments(instruments)
    account = world.opened_account(unit)
    found = queries.egu_issuances_of(account.id, year=year)
    issued = sum(one.quantity for one in found if one.category == category)
    assert issued == quantity, f"{unit} was issued {issued} of {category} for {year}"


@sentence('the issuance is refused with "{code}"')
def check_issuance_refused(world: World, code: str) -> None:
    world.require_refused("issuance", code)


@sentence('"{serial}" traces to these documents:')
def check_trace(world: World, serial: str, datatable: DataTable) -> None:
    expected = rows_of(datatable, required=("kind",))
    lot, number = parse_serial(serial)
    found = queries.trace(program=world.program, lot=lot, number=number)
    award = award_trace.award_of_serial(program=world.program, lot=lot, number=number)
    if found is None and award is None:
        raise AssertionError(f"{serial} comes from no eligible resource")
    papers = found.documents if found is not None else award.papers if award is not None else ()
    kinds = [{"kind": paper.kind} for paper in papers]
    same_rows(kinds, expected, what=f"{serial} traces to other documents")


@sentence(
    'the Administrator finds the M&V report of "{resource}" for {year} overstated by {quantity} MWh'
)
def find_overstated(world: World, resource: str, year: int, quantity: int) -> None:
    with world.act():
        services.find_overstated(
            resource=resource_named(world, resource).id,
            year=year,
            mwh=quantity,
            ground="said in the scenario",
            found_at=world.now,
        )


@sentence('the Administrator revokes the qualification of "{resource}"')
def revoke_qualification(world: World, resource: str) -> None:
    with world.act():
        services.revoke_qualification(
            resource=resource_named(world, resource).id,
            cause="INELIGIBLE",
            ground="said in the scenario",
            revoked_at=world.now,
        )


@sentence('the Administrator rejects the verification report for the application of "{resource}"')
def reject_verification(world: World, resource: str) -> None:
    with world.act():
        services.reject_application_verification(
            resource=resource_named(world, resource).id,
            ground="said in the scenario",
            rejected_at=world.now,
        )


@sentence('"{project}" is verified for {year} as its M&V reports say')
def verify_from_reports(world: World, project: str, year: int) -> None:
    with world.act():
        set_asides.verify_from_report(
            resource=resource_named(world, project).id, year=year, actor="official:1", at=world.now
        )


@sentence('"{account}" owes {quantity} {instruments} by {day}')
def check_owes(world: World, account: str, quantity: int, instruments: str, day: date) -> None:
    world.require_instruments(instruments)
    debts = [debt for debt in queries.debts_of(world.opened_account(account).id) if debt.open]
    found = {(debt.open, debt.due_on) for debt in debts}
    assert (quantity, day) in found, f"“{account}” does not owe {quantity} by {day}; it owes: " + (
        ", ".join(f"{open_} by {due}" for open_, due in sorted(found)) or "nothing"
    )


def _accredit(world: World, verifier: str) -> VerifierEntry:
    return services.accredit_verifier(
        program=world.program,
        spec=VerifierSpec(
            name=verifier,
            team=(world.anybody(verifier).id,),
            evidence=dict.fromkeys(EVIDENCE, "shown"),
            sp_rating="AAA",
        ),
        accredited_at=world.now,
    )


def verifier_named(world: World, name: str) -> int:
    """A verifier's id; 0, which is nobody's, for who is not accredited."""
    found = queries.find_verifier(program=world.program, name=name)
    return found.id if found is not None else 0


def _cleared(world: World, name: str, resource: ResourceEntry) -> int:
    """A verifier that is cleared for a resource, unless something was disclosed (rule 5)."""
    verifier = verifier_named(world, name)
    if (
        verifier
        and not Engagement.objects.filter(verifier_id=verifier, resource_id=resource.id).exists()
    ):
        services.disclose_engagement(
            verifier=verifier,
            resource=resource.id,
            disclosure="nothing to disclose",
            is_conflict=False,
            disclosed_at=world.now,
        )
        services.clear_engagement(verifier=verifier, resource=resource.id, decided_at=world.now)
    return verifier


def resource_named(world: World, name: str) -> ResourceEntry:
    found = queries.find_resource(program=world.program, name=name)
    if found is None:
        raise UnknownNameError(f"no resource is called “{name}”")
    return found


def _tags(entry: ResourceEntry, *more: str) -> frozenset[str]:
    return tags_for(Resource.objects.get(id=entry.id), *more)
