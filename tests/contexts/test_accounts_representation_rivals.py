"""Two who supersede at one instant: with real commits, on the database in use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.conftest import SharedDatabase
from tests.contexts.certificate_specs import certificate
from tests.contexts.test_accounts_rivals import RIVALS, at_once
from trueup.accounts import certificate_reads as reads
from trueup.accounts import queries, services
from trueup.accounts.delegation_models import DelegationNotice
from trueup.accounts.entries import AgentSpec, FacilitySpec, UnitSpec

pytestmark = pytest.mark.stress

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)


def people(count: int) -> list[int]:
    return [
        services.register_person(
            name=f"Person {number}", email=f"p{number}@example.org", registered_at=NOON
        ).id
        for number in range(count)
    ]


def a_facility(oris_code: int) -> int:
    return services.register_facility(
        program=PROGRAM,
        facility=FacilitySpec(
            oris_code=oris_code, name="Barry", jurisdiction="AL", units=(UnitSpec(unit_id="1"),)
        ),
        registered_at=NOON,
    ).id


def test_certificates_at_one_instant_supersede_one_after_the_other(
    shared_database: SharedDatabase,
) -> None:
    """40 CFR 62.16300(a); MASS-023: one is in force, and the seat is its."""
    persons = people(RIVALS)
    facility = a_facility(3)
    specs = [
        certificate(program=PROGRAM, facility=facility, primary=person, at=NOON)
        for person in persons
    ]

    answers = at_once(
        lambda rival: services.file_certificate(specs[rival], program=PROGRAM, received_at=NOON)
    )

    assert all(isinstance(answer, reads.CertificateEntry) for answer in answers), answers
    versions = reads.certificates_of(program=PROGRAM, facility=facility)
    assert sorted(entry.version for entry in versions) == list(range(1, RIVALS + 1))
    states = [entry.state for entry in versions]
    assert states.count("in_force") == 1
    assert states.count("superseded") == RIVALS - 1
    in_force = next(entry for entry in versions if entry.state == "in_force")
    account = queries.compliance_account(PROGRAM, facility)
    assert account is not None
    (seat,) = queries.representatives([account.id])[account.id]
    assert in_force.spec.primary is not None
    assert seat.person == in_force.spec.primary.person


def test_notices_of_delegation_at_one_instant_leave_one_in_force(
    shared_database: SharedDatabase,
) -> None:
    """40 CFR 62.16315(d), (e); MASS-029: the latest wins in full."""
    delegator, *agents = people(RIVALS + 1)
    facility = a_facility(3)
    services.name_designated_representative(
        program=PROGRAM, facility=facility, person=delegator, at=NOON
    )

    answers = at_once(
        lambda rival: (
            services.file_delegation_notice(
                program=PROGRAM,
                basis="compliance",
                delegator=delegator,
                agents=[AgentSpec(person=agents[rival], kinds=("transfers",))],
                received_at=NOON,
            ).id
        )
    )

    assert all(isinstance(answer, int) for answer in answers), answers
    (notice,) = DelegationNotice.objects.filter(ended_at=None)
    account = queries.compliance_account(PROGRAM, facility)
    assert account is not None
    found = queries.submitters([account.id], at=NOON, kind="transfers")[account.id]
    assert [entry.role for entry in found] == ["primary", "agent"]
    assert found[1].person == notice.delegations.get().agent_id
