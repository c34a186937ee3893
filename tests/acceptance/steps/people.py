"""Sentences on people, facilities and accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, Row, rows_of
from tests.acceptance.world import World
from tests.contexts.certificate_specs import certificate, certificates, signatory
from trueup.accounts import queries, services
from trueup.accounts.certificate_drafts import signed_on_the_console
from trueup.accounts.certificate_entries import CertificateEntry
from trueup.accounts.certificate_reads import certificates_of
from trueup.accounts.entries import AgentSpec, FacilitySpec, UnitSpec
from trueup.transfers import closing

UNIT_COLUMNS = ("type", "net_summer_mw", "operating_from", "retired_on")


@sentence(
    'the facility "{facility}" with ORIS code {oris_code} in "{jurisdiction}"'
    ' with the affected units "{units}"'
)
def register_facility(
    world: World, facility: str, oris_code: int, jurisdiction: str, units: str
) -> None:
    specs = [UnitSpec(unit_id=unit.strip()) for unit in units.split(",") if unit.strip()]
    _register(world, facility, oris_code, jurisdiction, specs)


@sentence(
    'the facility "{facility}" with ORIS code {oris_code} in "{jurisdiction}"'
    " with the affected units:"
)
def register_facility_with_table(
    world: World, facility: str, oris_code: int, jurisdiction: str, datatable: DataTable
) -> None:
    rows = rows_of(datatable, required=("unit",), optional=UNIT_COLUMNS)
    _register(world, facility, oris_code, jurisdiction, [_unit(row) for row in rows])


def _unit(row: Row) -> UnitSpec:
    capacity = row.get("net_summer_mw")
    return UnitSpec(
        unit_id=row["unit"],
        unit_type=row.get("type", ""),
        net_summer_mw=Decimal(capacity) if capacity else None,
        operating_from=_day(row.get("operating_from")),
        retired_on=_day(row.get("retired_on")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _register(
    world: World, name: str, oris_code: int, jurisdiction: str, units: list[UnitSpec]
) -> None:
    spec = FacilitySpec(
        oris_code=oris_code, name=name, jurisdiction=jurisdiction, units=tuple(units)
    )
    with world.act():
        world.facilities[name] = services.register_facility(
            program=world.program, facility=spec, registered_at=world.now
        )


@sentence('"{person}" is the designated representative of "{facility}"')
@sentence('a certificate of representation names "{person}" for "{facility}"')
def name_representative(world: World, person: str, facility: str) -> None:
    _name(world, person, facility, role="primary")


@sentence('"{person}" is the alternate designated representative of "{facility}"')
def name_alternate(world: World, person: str, facility: str) -> None:
    _name(world, person, facility, role="alternate")


def _name(world: World, person: str, facility: str, *, role: str) -> None:
    """File a complete certificate, signed by both, that leaves the other seat as it is."""
    of = world.facility(facility)
    somebody = world.anybody(person)
    other = "alternate" if role == "primary" else "primary"
    with world.act():
        spec = certificate(program=world.program, facility=of.id, **{role: somebody.id})
        sitting = spec.signatories.get(other)
        if sitting is not None and sitting.person == somebody.id:
            spec = replace(spec, **{other: None})  # Who takes the other seat leaves the one.
        if spec.alternate is None and world.rules.people.representation.alternate_required:
            stand_in = world.anybody(f"Alternate of {facility}")
            spec = replace(spec, alternate=signatory(stand_in.id))
        filed = services.file_certificate(
            signed_on_the_console(spec, program=world.program, at=world.now),
            program=world.program,
            received_at=world.now,
        )
        if filed.state == "incomplete":
            raise AssertionError(f"the certificate lacks {', '.join(filed.missing)}")


@sentence('the general account "{account}" with authorized account representative "{person}"')
def open_general_account(world: World, account: str, person: str) -> None:
    if world.find_account(account) is not None:
        raise AssertionError(f"there is an account “{account}” already")
    somebody = world.anybody(person)
    with world.act():
        services.open_general_account(
            program=world.program, name=account, representative=somebody.id, at=world.now
        )


@sentence('"{person}" asks to close the account "{account}"')
def close_account(world: World, person: str, account: str) -> None:
    asked = world.opened_account(account)
    somebody = world.anybody(person)
    with world.act():
        closing.close_with_transfers(account=asked.id, asked_by=somebody.id, asked_at=world.now)


@sentence('the Administrator freezes the account "{account}"')
def freeze_account(world: World, account: str) -> None:
    freezing = world.opened_account(account)
    with world.act():
        services.freeze_account(account=freezing.id, ground="investigation", frozen_at=world.now)


@sentence('the Administrator unfreezes the account "{account}"')
def unfreeze_account(world: World, account: str) -> None:
    frozen = world.opened_account(account)
    with world.act():
        services.unfreeze_account(
            account=frozen.id, ground="investigation ended", released_at=world.now
        )


@sentence('the account "{account}" is {state:open|frozen|closed}')
def check_state(world: World, account: str, state: str) -> None:
    found = world.opened_account(account).state
    assert found == state, f"the account “{account}” is {found}, not {state}"


@sentence('"{person}" files that unit "{unit}" of "{facility}" was permanently retired on {day}')
def retire_unit(world: World, person: str, unit: str, facility: str, day: date) -> None:
    retiring = world.unit(facility, unit)
    somebody = world.anybody(person)
    with world.act():
        services.retire_unit(
            program=world.program,
            unit=retiring.id,
            retired_on=day,
            filed_at=world.now,
            filed_by=somebody.id,
            permits="PERMIT_OBLIGATION",
        )


@sentence('unit "{unit}" of "{facility}" is exempt from {day}')
def check_exempt(world: World, unit: str, facility: str, day: date) -> None:
    found = queries.exempt_from(program=world.program, unit=world.unit(facility, unit))
    assert found == day, f"unit “{unit}” of “{facility}” is exempt from {found}, not {day}"


@sentence('the request is refused with "{code}"')
def check_request_refused(world: World, code: str) -> None:
    world.require_refused("request", code)


@sentence('"{agent}" is an agent of "{delegator}" for "{kinds}"')
def name_agent(world: World, agent: str, delegator: str, kinds: str) -> None:
    by, somebody = world.anybody(delegator), world.anybody(agent)
    named = tuple(kind.strip() for kind in kinds.split(","))
    with world.act():
        in_force = queries.delegations_of(by.id, program=world.program, at=world.now)
        for basis in queries.bases_of(by.id, program=world.program) or ["compliance"]:
            others = [
                AgentSpec(person=entry.person, kinds=entry.kinds, ends_at=entry.ends_at)
                for notice in in_force
                if notice.basis == basis
                for entry in notice.agents
                if entry.person != somebody.id
            ]
            services.file_delegation_notice(
                program=world.program,
                basis=basis,
                delegator=by.id,
                agents=[*others, AgentSpec(person=somebody.id, kinds=named)],
                received_at=world.now,
            )


@sentence('"{delegator}" ends the delegation to "{agent}"')
def end_delegation(world: World, delegator: str, agent: str) -> None:
    by, somebody = world.anybody(delegator), world.anybody(agent)
    with world.act():
        services.end_delegation(
            program=world.program, delegator=by.id, agent=somebody.id, received_at=world.now
        )


@sentence('"{delegator}" gives a notice of delegation that names "{agent}" for "{kinds}"')
def give_notice_of_delegation(world: World, delegator: str, agent: str, kinds: str) -> None:
    by, somebody = world.anybody(delegator), world.anybody(agent)
    named = tuple(kind.strip() for kind in kinds.split(","))
    with world.act():
        for basis in queries.bases_of(by.id, program=world.program) or ["compliance"]:
            services.file_delegation_notice(
                program=world.program,
                basis=basis,
                delegator=by.id,
                agents=[AgentSpec(person=somebody.id, kinds=named)],
                received_at=world.now,
            )


@sentence('"{person}" {answer:may|may not} submit "{kind}" for "{account}"')
def check_may_submit(world: World, person: str, answer: str, kind: str, account: str) -> None:
    who, where = world.person(person), world.opened_account(account)
    found = queries.may_submit(who.id, where.id, world.now, kind=kind)
    assert found == (answer == "may"), f"“{person}” {'may' if found else 'may not'} submit {kind}"


@sentence('"{successor}" names the agents of "{predecessor}" again')
def name_agents_again(world: World, successor: str, predecessor: str) -> None:
    with world.act():
        services.name_agents_again(
            program=world.program,
            basis="compliance",
            successor=world.person(successor).id,
            predecessor=world.person(predecessor).id,
            received_at=world.now,
        )


@sentence('a certificate of representation for "{facility}" names "{person}" and lacks {element}')
def file_incomplete_certificate(world: World, facility: str, person: str, element: str) -> None:
    of, somebody = world.facility(facility), world.anybody(person)
    changes = {
        "the county": {"county": ""},
        "the owners": {"owners": ()},
        "the Indian-country answer": {"indian_country": None},
    }
    signatures = {
        "a signature": {"signed_on": None},
        "the statement CERT-COR-2": {"accepted": ("CERT-COR-1", "CERT-COR-3")},
    }
    if element not in {**changes, **signatures}:
        raise AssertionError(f"say which is missing: {', '.join({**changes, **signatures})}")
    with world.act():
        spec = signed_on_the_console(
            certificate(program=world.program, facility=of.id, primary=somebody.id),
            program=world.program,
            at=world.now,
        )
        if element in signatures and spec.primary is not None:
            spec = replace(spec, primary=replace(spec.primary, **signatures[element]))
        services.file_certificate(
            replace(spec, **changes.get(element, {})), program=world.program, received_at=world.now
        )


@sentence('certificates of representation name "{person}" for "{facilities}"')
def change_representatives(world: World, person: str, facilities: str) -> None:
    somebody = world.anybody(person)
    ids = [world.facility(name.strip()).id for name in facilities.split(",")]
    with world.act():
        services.file_certificates(
            certificates(program=world.program, facilities=ids, primary=somebody.id, at=world.now),
            program=world.program,
            received_at=world.now,
        )


@sentence('a certificate of representation reports that "{owner}" owns "{facility}" since {day}')
def report_owner(world: World, owner: str, facility: str, day: date) -> None:
    of = world.facility(facility).id
    with world.act():
        spec = certificate(program=world.program, facility=of)
        spec = replace(spec, owners=(owner,), owners_changed_on=day)
        services.file_certificate(
            signed_on_the_console(spec, program=world.program, at=world.now),
            program=world.program,
            received_at=world.now,
        )


@sentence('the latest certificate of "{facility}" is {state:in force|incomplete|held|late|on time}')
def check_certificate(world: World, facility: str, state: str) -> None:
    latest = _latest_certificate(world, facility)
    found = {latest.state.replace("_", " "), "late" if latest.is_late else "on time"}
    assert state in found, f"the certificate of “{facility}” is {' and '.join(sorted(found))}"


@sentence('the latest certificate of "{facility}" lacks "{element}"')
def check_certificate_lacks(world: World, facility: str, element: str) -> None:
    missing = _latest_certificate(world, facility).missing
    assert element in missing, f"the certificate of “{facility}” lacks {', '.join(missing) or '-'}"


@sentence('the change that "{facility}" reports was due by {day}')
def check_change_due(world: World, facility: str, day: date) -> None:
    due = [change.due_on for change in _latest_certificate(world, facility).changes]
    assert due == [day], f"due by {', '.join(map(str, due)) or 'no day'}, not {day}"


def _latest_certificate(world: World, facility: str) -> CertificateEntry:
    of = world.facility(facility).id
    found = certificates_of(program=world.program, facility=of, limit=1)
    assert found, f"“{facility}” has no certificate of representation"
    return found[0]


@sentence('"{person}" represents "{facility}" in the Acid Rain Program')
def record_acid_rain(world: World, person: str, facility: str) -> None:
    services.record_other_program(
        facility=world.facility(facility).id,
        scheme="arp",
        primary=world.anybody(person).id,
        at=world.now,
    )


@sentence('the difference in the certificate of "{facility}" is resolved because "{reason}"')
def release_certificate(world: World, facility: str, reason: str) -> None:
    with world.act():
        services.release_certificate(
            _latest_certificate(world, facility).id,
            reason=reason,
            released_at=world.now,
            actor="administrator",
        )


@sentence('"{person}" is a viewer of "{account}"')
def name_viewer(world: World, person: str, account: str) -> None:
    _watch(world, person, account, kind="viewer", events=())


@sentence('"{person}" gets copies of "{event}" for "{account}"')
def name_copy_recipient(world: World, person: str, event: str, account: str) -> None:
    _watch(world, person, account, kind="copy", events=(event,))


def _watch(world: World, person: str, account: str, *, kind: str, events: tuple[str, ...]) -> None:
    watched = world.opened_account(account)
    seats = queries.representatives([watched.id])[watched.id]
    with world.act():
        services.name_watcher(
            account=watched.id,
            person=world.anybody(person).id,
            kind=kind,
            events=events,
            named_by=seats[0].person,
            at=world.now,
        )
