"""Agents: named by a notice of delegation, limited to kinds of submission, ended by the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.contexts.registry import refused, statements
from trueup.accounts import queries, services
from trueup.accounts.delegation_models import Delegation, DelegationNotice
from trueup.accounts.entries import AgentSpec, DelegationEntry, FacilitySpec, UnitSpec
from trueup.audit import queries as audit

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2024, 2, 1, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(slots=True)
class Office:
    """Ana represents Barry, with Ben as her alternate; Cy represents Gulf Brokers."""

    people: dict[str, int] = field(default_factory=dict)
    facilities: dict[str, int] = field(default_factory=dict)
    barry: int = 0
    gulf: int = 0

    def __post_init__(self) -> None:
        self.barry = self.represent("Barry", "Ana Ruiz", NOON - DAY)
        self.represent("Barry", "Ben Orr", NOON - DAY, role="alternate")
        self.gulf = services.open_general_account(
            program=PROGRAM,
            name="Gulf Brokers",
            representative=self.person("Cy Dunn"),
            at=NOON - DAY,
        ).id

    def person(self, name: str, *, email: bool = True) -> int:
        if name not in self.people:
            mail = f"{name.split(maxsplit=1)[0].lower()}@example.org" if email else ""
            entry = services.register_person(name=name, email=mail, registered_at=NOON - DAY)
            self.people[name] = entry.id
        return self.people[name]

    def represent(self, facility: str, name: str, at: datetime, *, role: str = "primary") -> int:
        if facility not in self.facilities:
            spec = FacilitySpec(
                oris_code=3 + len(self.facilities),
                name=facility,
                jurisdiction="AL",
                units=(UnitSpec(unit_id="1"),),
            )
            self.facilities[facility] = services.register_facility(
                program=PROGRAM, facility=spec, registered_at=at
            ).id
        (account,) = services.name_designated_representative(
            program=PROGRAM,
            facility=self.facilities[facility],
            person=self.person(name),
            at=at,
            role=role,
        )
        return account.id

    def delegate(
        self,
        delegator: str,
        at: datetime,
        *,
        basis: str = "compliance",
        ends_at: datetime | None = None,
        **agents: Sequence[str],
    ) -> DelegationEntry:
        """File a notice: `delegate("Ana Ruiz", NOON, Dan=["transfers"])`."""
        return services.file_delegation_notice(
            program=PROGRAM,
            basis=basis,
            delegator=self.person(delegator),
            agents=[
                AgentSpec(person=self.person(name), kinds=tuple(kinds), ends_at=ends_at)
                for name, kinds in agents.items()
            ],
            received_at=at,
        )

    def may(self, name: str, account: int, at: datetime, kind: str = "transfers") -> bool:
        return queries.may_submit(self.person(name), account, at, kind=kind)


@pytest.fixture
def office() -> Office:
    return Office()


@contextmanager
def refused_by_the_database() -> Iterator[None]:
    with pytest.raises(IntegrityError), transaction.atomic():
        yield


class TestDelegation:
    """40 CFR 62.16315(a) to (c); MASS-028, RATE-166."""

    def test_what_an_agent_submits_is_the_delegators_act(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        found = queries.submitters([office.barry], at=NOON + MINUTE, kind="transfers")

        primary, alternate, agent = found[office.barry]
        assert (primary.name, primary.role, primary.principal) == (
            "Ana Ruiz",
            "primary",
            office.person("Ana Ruiz"),
        )
        assert (alternate.name, alternate.role) == ("Ben Orr", "alternate")
        assert (agent.person, agent.role) == (office.person("Dan"), "agent")
        assert (agent.principal, agent.principal_role) == (office.person("Ana Ruiz"), "primary")
        assert agent.attributed == "Ana Ruiz (by agent Dan)"
        assert alternate.attributed == "representative (by alternate Ben Orr)"

    def test_an_agent_for_transfers_submits_no_certificate(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        assert office.may("Dan", office.barry, NOON, "transfers")
        assert not office.may("Dan", office.barry, NOON, "certificates")
        assert not queries.may_submit(office.person("Dan"), office.barry, NOON)

    def test_an_agent_for_transfers_submits_no_monitoring_plan(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        assert not office.may("Dan", office.barry, NOON, "monitoring_plans")

    @pytest.mark.parametrize("kind", ["certificates", "delegations", "applications", "anything"])
    def test_what_is_signed_in_person_is_not_delegated(self, office: Office, kind: str) -> None:
        with refused("kind_not_delegable"):
            office.delegate("Ana Ruiz", NOON, Dan=["transfers", kind])

    def test_a_notice_says_what_each_agent_may_submit(self, office: Office) -> None:
        with refused("kind_not_delegable"):
            office.delegate("Ana Ruiz", NOON, Dan=[])

        office.delegate(
            "Ana Ruiz", NOON, Dan=["transfers"], Eve=["emissions_reports", "deduction_requests"]
        )

        assert office.may("Eve", office.barry, NOON, "emissions_reports")
        assert not office.may("Eve", office.barry, NOON, "transfers")

    def test_an_agent_names_no_further_agent(self, office: Office) -> None:
        """PLAT-034."""
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        with refused("delegator_not_in_office"):
            office.delegate("Dan", NOON + MINUTE, Eve=["transfers"])

    def test_nobody_is_their_own_agent_and_nobody_is_named_twice(self, office: Office) -> None:
        with refused("agent_not_usable"):
            services.file_delegation_notice(
                program=PROGRAM,
                basis="compliance",
                delegator=office.person("Ana Ruiz"),
                agents=[AgentSpec(person=office.person("Ana Ruiz"), kinds=("transfers",))],
                received_at=NOON,
            )
        with refused("agent_not_usable"):
            services.file_delegation_notice(
                program=PROGRAM,
                basis="compliance",
                delegator=office.person("Ana Ruiz"),
                agents=[AgentSpec(person=office.person("Dan"), kinds=("transfers",))] * 2,
                received_at=NOON,
            )

    def test_an_agent_is_a_registered_person(self, office: Office) -> None:
        with refused("unknown_person"):
            services.file_delegation_notice(
                program=PROGRAM,
                basis="compliance",
                delegator=office.person("Ana Ruiz"),
                agents=[AgentSpec(person=10**9, kinds=("transfers",))],
                received_at=NOON,
            )

    def test_delegator_and_agents_are_told(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        for name in ("Ana Ruiz", "Dan"):
            (notice,) = audit.notices_of(office.person(name), event="delegation_changed")
            assert "Dan: transfers of instruments" in notice.body
        (event,) = audit.events_of(f"person:{office.person('Ana Ruiz')}", limit=1)
        assert event.act == "file_delegation_notice"


class TestWhenADelegationIsInForce:
    """40 CFR 62.16315(d), (e); MASS-029, RATE-167."""

    def test_it_begins_with_receipt(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        assert not office.may("Dan", office.barry, NOON - timedelta(microseconds=1))
        assert office.may("Dan", office.barry, NOON)

    def test_the_next_notice_supersedes_it_as_a_whole(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON - DAY, Dan=["transfers"], Gil=["emissions_reports"])
        office.delegate("Ana Ruiz", NOON, Eve=["transfers"])

        after = NOON + MINUTE
        assert not office.may("Dan", office.barry, after)
        assert not office.may("Gil", office.barry, after, "emissions_reports")
        assert office.may("Eve", office.barry, after)
        assert office.may("Dan", office.barry, NOON - MINUTE), "what he did before stands"

    def test_it_ends_when_the_delegator_leaves_office(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Eve=["transfers"])
        office.represent("Barry", "Kim Day", NOON + 60 * MINUTE)

        assert office.may("Eve", office.barry, NOON + 59 * MINUTE)
        assert not office.may("Eve", office.barry, NOON + 61 * MINUTE)

    def test_both_agents_lose_authority_with_the_delegator(self, office: Office) -> None:
        """RATE-167, error example."""
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"], Eve=["transfers"])
        office.represent("Barry", "Kim Day", NOON + MINUTE)

        found = queries.submitters([office.barry], at=NOON + MINUTE, kind="transfers")

        assert [entry.name for entry in found[office.barry]] == ["Kim Day", "Ben Orr"]

    def test_it_does_not_come_back_with_a_later_office(self, office: Office) -> None:
        """docs/decisions/0150."""
        office.delegate("Ana Ruiz", NOON, Eve=["transfers"])
        office.represent("Barry", "Kim Day", NOON + MINUTE)
        office.represent("Barry", "Ana Ruiz", NOON + 2 * MINUTE)

        assert not office.may("Eve", office.barry, NOON + 3 * MINUTE)
        (notice,) = queries.past_and_present_delegations(office.person("Ana Ruiz"))
        assert (notice.ended_as, notice.ended_at) == ("lapsed", NOON + MINUTE)

    def test_whoever_stays_in_office_elsewhere_keeps_her_agents_there(self, office: Office) -> None:
        gaston = office.represent("Gaston", "Ana Ruiz", NOON - MINUTE)
        office.delegate("Ana Ruiz", NOON, Eve=["transfers"])
        office.represent("Barry", "Kim Day", NOON + MINUTE)

        assert not office.may("Eve", office.barry, NOON + MINUTE)
        assert office.may("Eve", gaston, NOON + MINUTE)

    def test_the_agents_of_the_alternate_stay_when_the_representative_goes(
        self, office: Office
    ) -> None:
        office.delegate("Ben Orr", NOON, Dan=["transfers"])
        office.represent("Barry", "Kim Day", NOON + MINUTE)

        assert office.may("Dan", office.barry, NOON + MINUTE)

    def test_a_notice_without_agents_ends_all_delegation(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"], Eve=["transfers"])
        office.delegate("Ana Ruiz", NOON + MINUTE)

        assert not office.may("Dan", office.barry, NOON + MINUTE)
        assert not office.may("Eve", office.barry, NOON + MINUTE)

    def test_one_agent_is_ended_and_the_others_stay(self, office: Office) -> None:
        """PLAT-034."""
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"], Eve=["transfers"])

        services.end_delegation(
            program=PROGRAM,
            delegator=office.person("Ana Ruiz"),
            agent=office.person("Dan"),
            received_at=NOON + 5 * MINUTE,
        )

        assert office.may("Dan", office.barry, NOON + 4 * MINUTE)
        assert not office.may("Dan", office.barry, NOON + 6 * MINUTE)
        assert office.may("Eve", office.barry, NOON + 6 * MINUTE)
        with refused("no_such_agent"):
            services.end_delegation(
                program=PROGRAM,
                delegator=office.person("Ana Ruiz"),
                agent=office.person("Dan"),
                received_at=NOON + 7 * MINUTE,
            )

    def test_a_notice_can_set_an_end(self, office: Office) -> None:
        """PLAT-034."""
        with refused("agent_not_usable"):
            office.delegate("Ana Ruiz", NOON, ends_at=NOON, Dan=["transfers"])
        office.delegate("Ana Ruiz", NOON, ends_at=NOON + DAY, Dan=["transfers"])

        assert office.may("Dan", office.barry, NOON + DAY - MINUTE)
        assert not office.may("Dan", office.barry, NOON + DAY)

    def test_a_notice_received_before_the_one_in_force_is_refused(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        with refused("superseded_already"):
            office.delegate("Ana Ruiz", NOON - MINUTE, Eve=["transfers"])


class TestGeneralAccounts:
    """40 CFR 62.16320(c)(5); MASS-030, MASS-AMB-35."""

    def test_an_account_representative_delegates_in_the_same_way(self, office: Office) -> None:
        office.delegate("Cy Dunn", NOON, basis="general", Dan=["transfers"])

        (_, agent) = queries.submitters([office.gulf], at=NOON, kind="transfers")[office.gulf]

        assert (agent.name, agent.principal_name) == ("Dan", "Cy Dunn")
        assert not office.may("Dan", office.barry, NOON)

    def test_each_notice_has_the_statements_of_its_own_paragraph(self, office: Office) -> None:
        office.delegate("Cy Dunn", NOON, basis="general", Dan=["transfers"])
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        accepted = [
            [statement["key"] for statement in notice.statements]
            for notice in DelegationNotice.objects.order_by("id")
        ]
        assert accepted == [
            ["CERT-DEL-AAR-1", "CERT-DEL-AAR-2"],
            ["CERT-DEL-DR-1", "CERT-DEL-DR-2"],
        ]

    def test_a_notice_for_facilities_says_nothing_of_general_accounts(self, office: Office) -> None:
        services.name_account_representative(
            account=office.gulf, person=office.person("Ana Ruiz"), at=NOON, role="alternate"
        )
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        assert office.may("Dan", office.barry, NOON)
        assert not office.may("Dan", office.gulf, NOON)

    def test_only_who_represents_a_general_account_delegates_for_one(self, office: Office) -> None:
        with refused("delegator_not_in_office"):
            office.delegate("Ana Ruiz", NOON, basis="general", Dan=["transfers"])


class TestEmail:
    """40 CFR 62.16315(c)(1), (c)(4)(ii); MASS-031."""

    def test_a_notice_without_the_delegators_address_is_incomplete(self, office: Office) -> None:
        office.person("Kim Day", email=False)
        office.represent("Barry", "Kim Day", NOON)

        with refused("email_missing"):
            office.delegate("Kim Day", NOON, Dan=["transfers"])

    def test_so_is_one_without_an_agents(self, office: Office) -> None:
        office.person("Dan", email=False)

        with refused("email_missing"):
            office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

    def test_the_database_stores_no_notice_without_one(self, office: Office) -> None:
        with refused_by_the_database():
            DelegationNotice.objects.create(
                program=PROGRAM,
                basis="compliance",
                delegator_id=office.person("Ana Ruiz"),
                email="",
                method="console",
                received_at=NOON,
            )


class TestLooks:
    """One look answers for any number of accounts."""

    def test_one_statement_however_many_accounts(self, office: Office) -> None:
        accounts = [office.barry, office.gulf]
        accounts += [office.represent(f"Plant {n}", "Ana Ruiz", NOON) for n in range(8)]
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        for wanted in (accounts[:1], accounts):
            with statements() as sent:
                found = queries.submitters(wanted, at=NOON, kind="transfers")
            assert len(sent) == 1
        assert sum(entry.role == "agent" for entries in found.values() for entry in entries) == 9
        assert queries.submitters([], at=NOON, kind="transfers") == {}
        with pytest.raises(ValueError, match="not a kind"):
            queries.submitters(accounts, at=NOON, kind="anything")

    def test_an_agent_finds_whom_to_act_for(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers", "emissions_reports"])
        office.delegate("Cy Dunn", NOON, basis="general", Dan=["transfers"])

        found = queries.agencies_of(office.person("Dan"), at=NOON)

        assert [(entry.delegator_name, entry.basis) for entry in found] == [
            ("Ana Ruiz", "compliance"),
            ("Cy Dunn", "general"),
        ]
        assert found[0].agents[0].kinds == ("emissions_reports", "transfers")


class TestTheDatabaseKeepsThem:
    """Who could submit for whom decides which acts were valid."""

    def test_a_delegation_is_not_changed_or_removed(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])
        dan, eve = office.person("Dan"), office.person("Eve")
        attacks = [
            f"UPDATE accounts_delegation SET agent_id = {eve} WHERE agent_id = {dan}",
            "UPDATE accounts_delegation SET kind = 'emissions_reports'",
            "DELETE FROM accounts_delegation",
            "DELETE FROM accounts_delegationnotice",
            "UPDATE accounts_delegationnotice SET email = 'mallory@example.org'",
            "UPDATE accounts_delegationnotice SET statements = '[]'",
        ]
        for attack in attacks:
            with refused_by_the_database(), connection.cursor() as cursor:
                cursor.execute(attack)

    def test_what_has_ended_does_not_go_on(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])
        office.delegate("Ana Ruiz", NOON + MINUTE)

        with refused_by_the_database():
            Delegation.objects.update(until_at=NOON + DAY)
        with refused_by_the_database():
            DelegationNotice.objects.filter(ended_as="superseded").update(
                ended_at=None, ended_as=""
            )

    @pytest.mark.parametrize(
        "change",
        [{"kind": "certificates"}, {"basis": "holding"}, {"agent": "delegator"}, {"ends_at": NOON}],
    )
    def test_a_delegation_that_cannot_be_is_refused(
        self, office: Office, change: dict[str, object]
    ) -> None:
        notice = office.delegate("Ana Ruiz", NOON, Dan=["transfers"])
        values: dict[str, object] = {
            "notice_id": notice.id,
            "program_number": 1,
            "basis": "compliance",
            "delegator_id": notice.delegator,
            "agent_id": office.person("Eve"),
            "kind": "transfers",
            "from_at": NOON,
        }
        if change.get("agent") == "delegator":
            change = {"agent_id": notice.delegator}
        with pytest.raises(DatabaseError), transaction.atomic():
            Delegation.objects.create(**{**values, **change})

    def test_one_notice_is_in_force(self, office: Office) -> None:
        office.delegate("Ana Ruiz", NOON, Dan=["transfers"])

        with refused_by_the_database():
            DelegationNotice.objects.create(
                program=PROGRAM,
                basis="compliance",
                delegator_id=office.person("Ana Ruiz"),
                email="ana@example.org",
                method="console",
                received_at=NOON,
            )
