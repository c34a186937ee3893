"""Sentences on the life of accounts: applications, owners, closing, retired units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, rows_of
from tests.acceptance.world import World, new_key
from trueup.accounts import (
    application_reads,
    closing_records,
    exemptions,
    objections,
    operation,
    owner_groups,
    ownership,
    retirement_proofs,
    services,
)
from trueup.accounts.application_entries import ApplicationEntry, ApplicationSpec
from trueup.accounts.models import Person
from trueup.accounts.ownership_entries import AssociationSpec, PartySpec
from trueup.disclosure.concentration import concentration
from trueup.identity import queries as identity_queries
from trueup.identity import services as identity
from trueup.transfers import closing
from trueup.transfers.entries import TransferSpec

COLUMNS = ("representatives", "alternates", "owners", "signed by")
ADDRESS, PHONE = "1 Main Street, Mobile, AL 36602", "+1 251 555 0100"


@sentence('"{person}" applies for the general account "{account}":')
def apply(world: World, person: str, account: str, datatable: DataTable) -> None:
    applicant = _reachable(world, person)
    with world.act():
        entry = services.begin_application(
            program=world.program,
            applicant=applicant,
            document=_document(world, account, datatable),
            begun_at=world.now,
        )
        _sign_and_submit(world, entry, applicant, datatable)


@sentence('"{person}" files a superseding application for "{account}":')
def supersede(world: World, person: str, account: str, datatable: DataTable) -> None:
    applicant = _reachable(world, person)
    superseded = world.opened_account(account)
    with world.act():
        entry = services.begin_application(
            program=world.program,
            applicant=applicant,
            document=_document(world, account, datatable),
            begun_at=world.now,
            account=superseded.id,
        )
        _sign_and_submit(world, entry, applicant, datatable)


@sentence('"{person}" completes the application for "{account}":')
def complete(world: World, person: str, account: str, datatable: DataTable) -> None:
    applicant = _reachable(world, person)
    before = _application(world, account)
    with world.act():
        entry = services.revise_application(
            application=before.id,
            document=_document(world, account, datatable),
            by=applicant,
            at=world.now,
        )
        _sign_and_submit(world, entry, applicant, datatable)


@sentence('the identity of "{person}" has been checked')
def check_identity(world: World, person: str) -> None:
    somebody = _reachable(world, person)
    if not identity_queries.is_identity_checked(somebody):
        identity.record_identity_check(
            person=somebody,
            checked_by="administrator",
            method="in_person",
            document="passport",
            checked_at=world.now,
        )


@sentence('"{official}" approves the application for "{account}"')
def approve(world: World, official: str, account: str) -> None:
    entry, by = _application(world, account), world.anybody(official)
    with world.act():
        services.approve_application(application=entry.id, by=by.id, at=world.now)


@sentence('"{official}" rejects the application for "{account}" because "{reason}"')
def reject(world: World, official: str, account: str, reason: str) -> None:
    entry, by = _application(world, account), world.anybody(official)
    with world.act():
        services.reject_application(application=entry.id, by=by.id, reason=reason, at=world.now)


@sentence('"{official}" asks about the application for "{account}": "{question}"')
def ask(world: World, official: str, account: str, question: str) -> None:
    entry, by = _application(world, account), world.anybody(official)
    with world.act():
        services.ask_for_information(application=entry.id, by=by.id, reason=question, at=world.now)


@sentence('"{person}" withdraws the application for "{account}"')
def withdraw(world: World, person: str, account: str) -> None:
    entry, by = _application(world, account), world.anybody(person)
    with world.act():
        services.withdraw_application(application=entry.id, by=by.id, at=world.now)


@sentence(
    'the application for "{account}" is {state:submitted|incomplete|information requested'
    "|approved|rejected|withdrawn|lapsed}"
)
def check_application(world: World, account: str, state: str) -> None:
    found = _application(world, account).state.replace("_", " ")
    assert found == state, f"the application for “{account}” is {found}, not {state}"


@sentence('the application for "{account}" lacks "{element}"')
def check_lacks(world: World, account: str, element: str) -> None:
    missing = _application(world, account).missing
    assert element in missing, f"the application for “{account}” lacks: {missing or 'nothing'}"


@sentence('the application for "{account}" has used {days} of {target} days')
def check_days(world: World, account: str, days: str, target: str) -> None:
    used = application_reads.days_used(_application(world, account), today=world.clock.today)
    owed = world.rules.people.general_accounts.target_days
    assert (used, owed) == (int(days), int(target)), f"it has used {used} of {owed} days"


@sentence('"{person}" files that "{party}" has an interest in "{account}" since {day}')
def file_interest(world: World, person: str, party: str, account: str, day: date) -> None:
    _file(world, person, account, day, listed=[PartySpec(name=party)])


@sentence('"{person}" files that "{party}" has no interest in "{account}" since {day}')
def file_no_interest(world: World, person: str, party: str, account: str, day: date) -> None:
    _file(world, person, account, day, unlisted=[PartySpec(name=party)])


@sentence('the latest change of owners of "{account}" was due by {day} and is {state:late|on time}')
def check_filing(world: World, account: str, day: date, state: str) -> None:
    filings = ownership.ownership_filings(world.opened_account(account).id)
    assert filings, f"no change of owners of “{account}” was filed"
    found = (filings[0].due_on, "late" if filings[0].is_late else "on time")
    assert found == (day, state), f"it was due by {found[0]} and is {found[1]}"


@sentence('the owners of "{account}" on {day} are "{names}"')
def check_owners(world: World, account: str, day: date, names: str) -> None:
    listed = ownership.parties_of([world.opened_account(account).id], on=day)
    found = {party.name for parties in listed.values() for party in parties}
    assert found == set(_names(names)), f"the owners of “{account}” on {day}: {sorted(found)}"


@sentence('"{person}" objects to what the representative of "{account}" did')
def object_to(world: World, person: str, account: str) -> None:
    with world.act():
        services.log_objection(
            account=world.opened_account(account).id,
            by=person,
            text="I do not agree to what was done.",
            received_at=world.now,
        )


@sentence('an objection about "{account}" is on file')
def check_objection(world: World, account: str) -> None:
    assert objections.objections_of(world.opened_account(account).id)


@sentence(
    '"{person}" asks to close the account "{account}", with the transfer of {quantity}'
    ' {instruments} of vintage {vintage} to "{destination}"'
)
def close_with_transfer(
    world: World,
    person: str,
    account: str,
    quantity: int,
    instruments: str,
    vintage: int,
    destination: str,
) -> None:
    world.require_instruments(instruments)
    closed, somebody = world.opened_account(account), world.anybody(person)
    everything = TransferSpec(
        source=closed.number,
        destination=world.number_of(destination),
        submitted_by=somebody.id,
        submitted_at=world.now,
        key=new_key(),
        vintage=vintage,
        quantity=quantity,
    )
    with world.act():
        closing.close_with_transfers(
            account=closed.id, asked_by=somebody.id, asked_at=world.now, transfers=[everything]
        )


@sentence('the Administrator gives notice of closure for inactivity to "{account}"')
def give_notice(world: World, account: str) -> None:
    idle = world.opened_account(account)
    with world.act():
        closing.give_notice_of_closure(account=idle.id, sent_at=world.now)


@sentence('"{person}" states good cause to keep "{account}" open')
def state_good_cause(world: World, person: str, account: str) -> None:
    with world.act():
        services.state_good_cause(
            account=world.opened_account(account).id,
            by=world.anybody(person).id,
            text="A purchase has been agreed on.",
            stated_at=world.now,
        )


@sentence('the Administrator {decision:accepts|does not accept} the good cause of "{account}"')
def decide_good_cause(world: World, decision: str, account: str) -> None:
    with world.act():
        services.decide_good_cause(
            account=world.opened_account(account).id,
            accepted=decision == "accepts",
            reason="the contract was shown" if decision == "accepts" else "nothing was shown",
            decided_at=world.now,
        )


@sentence('the Administrator reopens the account "{account}"')
def reopen(world: World, account: str) -> None:
    with world.act():
        services.reopen_account(account=world.opened_account(account).id)


@sentence('the account "{account}" is under notice of closure until {day}')
def check_notice(world: World, account: str, day: date) -> None:
    found = closing_records.pending_closing(world.opened_account(account).id)
    assert found is not None, f"the account “{account}” is not under notice of closure"
    assert found.ends_on == day, f"the notice ends on {found.ends_on}, not {day}"


@sentence('the account "{account}" is not under notice of closure')
def check_no_notice(world: World, account: str) -> None:
    assert closing_records.pending_closing(world.opened_account(account).id) is None


@sentence('"{owner}" holds {percent} percent of "{owned}" since {day}')
def associate(world: World, owner: str, percent: str, owned: str, day: date) -> None:
    spec = AssociationSpec(
        owner=PartySpec(name=owner),
        owned=PartySpec(name=owned),
        percentage=Decimal(percent),
        from_on=day,
        source="company register",
    )
    with world.act():
        services.record_associations([spec], recorded_at=world.now)


@sentence('the accounts "{first}" and "{second}" {answer:are|are not} of one owner on {day}')
def check_one_owner(world: World, first: str, second: str, answer: str, day: date) -> None:
    found = owner_groups.is_one_owner(
        world.opened_account(first).id, world.opened_account(second).id, on=day
    )
    assert found == (answer == "are")


@sentence(
    'the owners of "{account}" hold {percent} percent of all {instruments}'
    ", {flag:flagged|not flagged}"
)
def check_share(world: World, account: str, percent: str, instruments: str, flag: str) -> None:
    world.require_instruments(instruments)
    account_id = world.opened_account(account).id
    found = concentration(program=world.program, on=world.clock.today)
    (holding,) = (one for one in found.holdings if account_id in one.accounts)
    said = f"{holding.percent} percent, {'flagged' if holding.is_flagged else 'not flagged'}"
    assert holding.percent == Decimal(percent), said
    assert holding.is_flagged == (flag == "flagged"), said


@sentence('the statement of retirement of unit "{unit}" of "{facility}" is {state:late|on time}')
def check_statement(world: World, unit: str, facility: str, state: str) -> None:
    found = operation.retirement_of(program=world.program, unit=world.unit(facility, unit).id)
    assert found is not None, f"unit “{unit}” of “{facility}” is not retired"
    assert found.is_late == (state == "late"), f"it was due by {found.due_on}"


@sentence('proof that unit "{unit}" of "{facility}" retired was created on {day}')
def record_proof(world: World, unit: str, facility: str, day: date) -> None:
    with world.act():
        services.record_proof(
            program=world.program,
            unit=world.unit(facility, unit).id,
            what="Termination of the permits",
            created_on=day,
            recorded_at=world.now,
            actor="administrator",
        )


@sentence('the proof that unit "{unit}" of "{facility}" retired is kept until {day}')
def check_proof(world: World, unit: str, facility: str, day: date) -> None:
    found = retirement_proofs.proofs_of(world.unit(facility, unit).id)
    assert [proof.keep_until for proof in found] == [day]


@sentence('the exemption of unit "{unit}" of "{facility}" {answer:is|is not} under review')
def check_review(world: World, unit: str, facility: str, answer: str) -> None:
    found = exemptions.is_under_review(program=world.program, unit=world.unit(facility, unit).id)
    assert found == (answer == "is")


def _application(world: World, account: str) -> ApplicationEntry:
    """The latest application that is about an account of this name."""
    entries = application_reads.applications(program=world.program)
    found = [entry for entry in entries if entry.document.name == account]
    assert found, f"nobody applied for “{account}”"
    return found[-1]


def _document(world: World, account: str, datatable: DataTable) -> ApplicationSpec:
    (row,) = rows_of(datatable, required=("representatives",), optional=COLUMNS)
    return ApplicationSpec(
        name=account,
        representatives=tuple(_reachable(world, name) for name in _names(row["representatives"])),
        alternates=tuple(_reachable(world, name) for name in _names(row.get("alternates", ""))),
        parties=tuple(PartySpec(name=name) for name in _names(row.get("owners", ""))),
    )


def _sign_and_submit(
    world: World, entry: ApplicationEntry, applicant: int, datatable: DataTable
) -> None:
    """Whoever is named signs, unless the table says who does."""
    (row,) = rows_of(datatable, required=("representatives",), optional=COLUMNS)
    named = (*entry.document.representatives, *entry.document.alternates)
    signers = dict.fromkeys(named)
    if "signed by" in row:
        signers = {_reachable(world, name): None for name in _names(row["signed by"])}
    for signer in signers:
        services.sign_application(application=entry.id, person=signer, at=world.now)
    services.submit_application(application=entry.id, by=applicant, at=world.now)


def _file(
    world: World,
    person: str,
    account: str,
    day: date,
    *,
    listed: list[PartySpec] | None = None,
    unlisted: list[PartySpec] | None = None,
) -> None:
    with world.act():
        services.file_ownership_change(
            account=world.opened_account(account).id,
            changed_on=day,
            filed_at=world.now,
            listed=listed or (),
            unlisted=unlisted or (),
            filed_by=world.anybody(person).id,
        )


def _reachable(world: World, name: str) -> int:
    """Somebody who has given a mailing address and a telephone number."""
    somebody = world.anybody(name)
    Person.objects.filter(id=somebody.id, address="").update(address=ADDRESS, phone=PHONE)
    return somebody.id


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
