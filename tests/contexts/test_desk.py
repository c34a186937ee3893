"""The desk: acts of officials, and the second official without whom they are not done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.contexts.registry import PROGRAM, Registry
from trueup.audit import queries as audit
from trueup.audit.models import Decision, Notice
from trueup.desk import queries, services
from trueup.desk.acts import ACTS
from trueup.desk.entries import Done, ProposalEntry
from trueup.desk.models import Proposal, Verdict
from trueup.ledger import queries as ledger
from trueup.officials import queries as official_queries
from trueup.officials import services as officials
from trueup.officials.roles import FUNCTIONS
from trueup.rules.people import OFFICIAL_ACTS
from trueup.rules.refusal import Refused
from trueup.tasks import queries as tasks
from trueup.tasks.entries import Scope

pytestmark = pytest.mark.django_db


class Office(Registry):
    """The small registry with two administrators, State officials and others."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, role, state in (
            ("Olga Stone", "administrator", ""),
            ("Pete Moss", "administrator", ""),
            ("Ada Lane", "state_official", "AL"),
            ("Abe Lowe", "state_official", "AL"),
            ("Ken Ash", "state_official", "KY"),
            ("Mo Lin", "market_monitor", ""),
            ("Tess Ide", "technical", ""),
        ):
            self.appoint(name, role, jurisdiction=state)

    def appoint(self, name: str, role: str, **limits: Any) -> int:
        return officials.grant(
            person=self.person(name),
            role=role,
            program=PROGRAM,
            from_at=self.tick(),
            granted_by="administrator",
            reason="a test",
            **limits,
        ).id

    def act(self, name: str, by: str, **values: Any) -> Done:
        return services.act(name, program=PROGRAM, by=self.person(by), at=self.tick(), **values)

    def propose(self, name: str, by: str = "Olga Stone", **values: Any) -> ProposalEntry:
        done = self.act(name, by, **values)
        assert done.proposal is not None
        return done.proposal

    def approve(self, entry: ProposalEntry, by: str = "Pete Moss") -> ProposalEntry:
        return services.approve(
            proposal=entry.key, by=self.person(by), at=self.tick(), digest=entry.digest
        )

    def decline(self, entry: ProposalEntry, by: str = "Pete Moss") -> ProposalEntry:
        return services.decline(
            proposal=entry.key, by=self.person(by), at=self.tick(), reason="not so"
        )

    def state_of(self, name: str) -> str:
        return ledger.account(self.accounts[name].id).state


@pytest.fixture
def office() -> Office:
    return Office()


def reasons(act: Any) -> frozenset[str]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reasons


class TestTable:
    """PLAT-018: what officials can do is declared in one table."""

    def test_every_act_names_a_function_that_exists(self) -> None:
        assert {act.function for act in ACTS.values()} <= set(FUNCTIONS)
        assert {act.approver for act in ACTS.values()} - {""} <= set(FUNCTIONS)

    def test_every_act_that_a_program_can_guard_is_guarded_by_name(self) -> None:
        assert {act.rule for act in ACTS.values()} - {""} <= set(OFFICIAL_ACTS)
        assert {"originate", "allocate", "settle", "revoke", "correct", "unfreeze"} <= {
            act.rule for act in ACTS.values()
        }


class TestSecondOfficial:
    """PLAT-018, PLAT-094: origination and the like need a second official."""

    def test_nothing_is_done_before_the_second_official_approves(self, office: Office) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)

        assert entry.state == "waiting"
        assert entry.preview["quantity"] > 0
        assert ledger.recent(program=PROGRAM, limit=5) == []

        done = office.approve(entry)
        assert done.state == "executed"
        assert done.verdict is not None
        assert done.verdict.result["quantity"] == entry.preview["quantity"]
        assert ledger.recent(program=PROGRAM, limit=5)

    def test_the_first_never_approves(self, office: Office) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)

        assert reasons(lambda: office.approve(entry, "Olga Stone")) == {"same_person"}
        assert reasons(lambda: office.decline(entry, "Olga Stone")) == {"same_person"}
        assert queries.known(entry.key).state == "waiting"

    def test_the_database_refuses_the_same_person_too(self, office: Office) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)

        with pytest.raises(IntegrityError), transaction.atomic():
            Verdict.objects.create(
                proposal_id=entry.id,
                verdict="executed",
                first_id=entry.proposed_by,
                given_by_id=entry.proposed_by,
                given_as="Administrator",
                given_at=office.tick(),
            )

    def test_it_is_carried_out_once(self, office: Office) -> None:
        office.appoint("Quin Roy", "administrator")
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)
        office.approve(entry)

        assert reasons(lambda: office.approve(entry, "Quin Roy")) == {"already_decided"}

    def test_a_verdict_that_came_in_between_is_found_by_the_database(self, office: Office) -> None:
        office.appoint("Quin Roy", "administrator")
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)
        stale = queries.known(entry.key)
        office.approve(entry)

        with patch("trueup.desk.queries.known", return_value=stale):
            found = reasons(lambda: office.approve(entry, "Quin Roy"))
        assert found == {"already_decided"}
        assert Verdict.objects.count() == 1

    def test_the_checks_run_again_and_a_refusal_is_kept_and_told(self, office: Office) -> None:
        first = office.propose("originate", jurisdiction="AL", vintage=2022)
        second = office.propose("originate", "Pete Moss", jurisdiction="AL", vintage=2022)
        office.approve(first)

        done = office.approve(second, "Olga Stone")

        assert done.state == "refused"
        assert done.verdict is not None
        assert [r["code"] for r in done.verdict.refusals] == ["allocation.already_originated"]
        told = audit.notices_of(office.person("Pete Moss"), event="proposal_decided")
        assert any("refused" in notice.subject for notice in told)

    def test_what_cannot_be_done_is_refused_when_it_is_asked_for(self, office: Office) -> None:
        office.approve(office.propose("originate", jurisdiction="AL", vintage=2022))

        assert reasons(
            lambda: office.act("originate", "Olga Stone", jurisdiction="AL", vintage=2022)
        ) == {"already_originated"}

    def test_the_second_approves_exactly_what_was_shown(self, office: Office) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)

        assert reasons(
            lambda: services.approve(
                proposal=entry.key,
                by=office.person("Pete Moss"),
                at=office.tick(),
                digest="0" * 64,
            )
        ) == {"changed_since"}

    def test_a_first_who_lost_the_role_proposed_nothing(self, office: Office) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)
        (grant,) = official_queries.grants_of(office.person("Olga Stone"), at=office.now)
        officials.end_grant(
            grant=grant.id, ended_at=office.tick(), ended_by="administrator", reason="left"
        )

        assert reasons(lambda: office.approve(entry)) == {"first_without_role"}

    def test_a_proposal_is_declined_with_a_reason(self, office: Office) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)

        assert reasons(
            lambda: services.decline(
                proposal=entry.key, by=office.person("Pete Moss"), at=office.tick(), reason=" "
            )
        ) == {"reason_missing"}
        declined = office.decline(entry)
        assert declined.state == "declined"
        assert declined.verdict is not None
        assert declined.verdict.reason == "not so"

    def test_only_who_proposed_it_withdraws_it(self, office: Office) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)

        def withdraw(by: str) -> ProposalEntry:
            return services.withdraw(
                proposal=entry.key, by=office.person(by), at=office.tick(), reason="a slip"
            )

        assert reasons(lambda: withdraw("Pete Moss")) == {"not_authorized"}
        assert withdraw("Olga Stone").state == "withdrawn"

    def test_a_proposal_that_does_not_exist_is_refused(self, office: Office) -> None:
        assert reasons(
            lambda: services.approve(
                proposal=uuid4(), by=office.person("Pete Moss"), at=office.tick()
            )
        ) == {"unknown_proposal"}

    def test_proposals_verdicts_and_outcomes_are_never_changed(self, office: Office) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)
        office.approve(entry)

        for table, column in (
            ("desk_proposal", "note"),
            ("desk_verdict", "reason"),
            ("desk_outcome", "result"),
        ):
            for statement in (f"UPDATE {table} SET {column} = '{{}}'", f"DELETE FROM {table}"):
                with (
                    pytest.raises(IntegrityError),
                    transaction.atomic(),
                    connection.cursor() as cursor,
                ):
                    cursor.execute(statement)
        assert Proposal.objects.get().note == ""


class TestAuthority:
    """PLAT-018, PLAT-019, PLAT-020: limited to State, program and function."""

    def test_an_official_of_one_state_does_nothing_for_another(self, office: Office) -> None:
        for state in ("AL", "KY"):
            office.approve(office.propose("originate", jurisdiction=state, vintage=2022))
        values = {"vintage": 2022, "quantity": 200, "account": office.accounts["Barry"].number}

        assert reasons(
            lambda: office.act("record_from_reserve", "Ada Lane", jurisdiction="KY", **values)
        ) == {"not_authorized"}
        entry = office.propose("record_from_reserve", "Ada Lane", jurisdiction="AL", **values)
        assert reasons(lambda: office.approve(entry, "Ken Ash")) == {"not_authorized"}
        assert office.approve(entry, "Abe Lowe").state == "executed"

    def test_a_states_plan_has_that_states_rows_alone(self, office: Office) -> None:
        for state in ("AL", "KY"):
            office.approve(office.propose("originate", jurisdiction=state, vintage=2022))
        plan = "account,vintage,quantity\n{},2022,10\n"

        def propose(facility: str) -> ProposalEntry:
            return office.propose(
                "import_plan",
                "Ada Lane",
                jurisdiction="AL",
                plan=plan.format(office.accounts[facility].number),
            )

        assert reasons(lambda: propose("Cane")) == {"not_authorized"}
        assert office.approve(propose("Barry"), "Abe Lowe").state == "executed"

    def test_a_state_official_does_not_import_the_whole_programs_plan(self, office: Office) -> None:
        plan = f"account,vintage,quantity\n{office.accounts['Barry'].number},2022,10\n"
        assert reasons(lambda: office.act("import_plan", "Ada Lane", plan=plan)) == {
            "not_authorized"
        }

    @pytest.mark.parametrize("name", ["Mo Lin", "Tess Ide", "Ana Ruiz", "Ada Lane"])
    def test_who_has_not_the_function_creates_nothing(self, office: Office, name: str) -> None:
        assert reasons(lambda: office.act("originate", name, jurisdiction="AL", vintage=2022)) == {
            "not_authorized"
        }

    def test_a_value_that_no_parameter_takes_is_refused(self, office: Office) -> None:
        assert reasons(
            lambda: office.act(
                "originate", "Olga Stone", jurisdiction="AL", vintage=2022, actor="registry"
            )
        ) == {"value_not_usable"}

    def test_an_account_of_another_program_is_not_frozen(self, office: Office) -> None:
        assert reasons(
            lambda: office.act("freeze", "Olga Stone", account="C0900000001X", ground="?")
        ) == {"unknown_account"}


class TestRecommendations:
    """PLAT-020: an agent recommends, an official decides, and both are shown."""

    def test_an_agent_recommends_and_an_official_takes_it_up(self, office: Office) -> None:
        office.approve(office.propose("originate", jurisdiction="AL", vintage=2022))
        office.appoint(
            "Gus Orr", "state_agent", jurisdiction="AL", recommends=("holding_accounts",)
        )
        values = {
            "jurisdiction": "AL",
            "vintage": 2022,
            "quantity": 5,
            "account": office.accounts["Barry"].number,
        }
        assert reasons(lambda: office.act("record_from_reserve", "Gus Orr", **values)) == {
            "not_authorized"
        }
        entry = services.recommend(
            "record_from_reserve",
            program=PROGRAM,
            by=office.person("Gus Orr"),
            at=office.tick(),
            note="a new unit",
            **values,
        )
        assert entry.proposed_as == "designated agent of the State AL"
        assert entry.state == "recommended"

        done = services.take_up(proposal=entry.key, by=office.person("Ada Lane"), at=office.tick())
        assert done.proposal is not None
        assert done.proposal.proposed_as == "official of the State AL"
        assert "Gus Orr, designated agent of the State AL" in done.proposal.note
        assert queries.known(entry.key).state == "taken_up"

    def test_an_agent_of_one_state_recommends_nothing_for_another(self, office: Office) -> None:
        office.appoint(
            "Gus Orr", "state_agent", jurisdiction="AL", recommends=("holding_accounts",)
        )
        assert reasons(
            lambda: services.recommend(
                "record_from_reserve",
                program=PROGRAM,
                by=office.person("Gus Orr"),
                at=office.tick(),
                note="a new unit",
                jurisdiction="KY",
                vintage=2022,
                quantity=5,
                account=office.accounts["Barry"].number,
            )
        ) == {"not_authorized"}


class TestFreeze:
    """MASS-044, PLAT-094: a freeze acts at once and is confirmed by a second official."""

    def freeze(self, office: Office) -> ProposalEntry:
        account = office.accounts["Gulf Brokers"].number
        return office.propose("freeze", account=account, ground="stolen password")

    def test_it_acts_at_once_and_waits_to_be_confirmed(self, office: Office) -> None:
        office.on("2021-06-04")  # A Friday.
        entry = self.freeze(office)

        assert office.state_of("Gulf Brokers") == "frozen"
        assert entry.state == "unconfirmed"
        assert entry.due_on == date(2021, 6, 7)

        confirmed = services.confirm(
            proposal=entry.key, by=office.person("Pete Moss"), at=office.tick()
        )
        assert confirmed.state == "confirmed"
        assert office.state_of("Gulf Brokers") == "frozen"

    def test_the_first_does_not_confirm(self, office: Office) -> None:
        entry = self.freeze(office)

        assert reasons(
            lambda: services.confirm(
                proposal=entry.key, by=office.person("Olga Stone"), at=office.tick()
            )
        ) == {"same_person"}

    def test_a_second_who_disagrees_undoes_it(self, office: Office) -> None:
        entry = self.freeze(office)

        assert office.decline(entry).state == "undone"
        assert office.state_of("Gulf Brokers") == "open"

    def test_one_that_is_not_confirmed_in_time_stays_and_is_overdue(self, office: Office) -> None:
        entry = self.freeze(office)
        assert entry.due_on is not None

        assert queries.overdue_confirmations(entry.due_on) == []
        late = queries.overdue_confirmations(entry.due_on + timedelta(days=1))
        assert [found.key for found in late] == [entry.key]
        assert office.state_of("Gulf Brokers") == "frozen"

    def test_only_general_accounts_freeze(self, office: Office) -> None:
        assert reasons(
            lambda: office.act(
                "freeze", "Olga Stone", account=office.accounts["Barry"].number, ground="?"
            )
        ) == {"freeze_not_permitted"}

    def test_releasing_needs_a_second_official_before_it_is_done(self, office: Office) -> None:
        self.freeze(office)
        entry = office.propose(
            "unfreeze", account=office.accounts["Gulf Brokers"].number, ground="all well"
        )

        assert office.state_of("Gulf Brokers") == "frozen"
        office.approve(entry)
        assert office.state_of("Gulf Brokers") == "open"


class TestTold:
    """PLAT-017, PLAT-150: who could be the second is asked; everything is logged."""

    def test_everyone_who_could_be_the_second_is_asked_and_nobody_else(
        self, office: Office
    ) -> None:
        office.propose("originate", jurisdiction="AL", vintage=2022)

        asked = Notice.objects.filter(event="second_official_needed")
        assert {notice.person_id for notice in asked} == {office.person("Pete Moss")}

    def test_the_task_is_the_seconds_and_ends_with_the_word(self, office: Office) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)
        scopes = [Scope(function="originate", program=PROGRAM)]

        def tasks_of(name: str) -> list[str]:
            found = tasks.tasks_for(person=office.person(name), functions=scopes)
            return [task.subject for task in found]

        assert tasks_of("Olga Stone") == []
        assert tasks_of("Pete Moss") == [entry.subject]
        office.approve(entry)
        assert tasks_of("Pete Moss") == []

    def test_the_audit_names_both_officials_and_their_authority(self, office: Office) -> None:
        entry = office.propose("originate", jurisdiction="AL", vintage=2022)
        office.approve(entry)

        by_act = {event.act: event for event in audit.events_of(entry.subject)}
        assert by_act["propose"].actor == f"official:{office.person('Olga Stone')}"
        approved = by_act["proposal_executed"]
        assert approved.actor == f"official:{office.person('Pete Moss')}"
        assert approved.before is not None
        assert approved.before["proposed_by"] == f"official:{office.person('Olga Stone')}"
        assert approved.after is not None
        assert approved.after["as"] == "Administrator (program operation)"


class TestRoles:
    """PLAT-018: technical administration gives roles, program operation agrees to them."""

    def test_a_role_is_given_by_two(self, office: Office) -> None:
        val = office.person("Val Dow")
        entry = office.propose(
            "grant_role", "Tess Ide", person=val, role="auditor", reason="yearly audit"
        )
        assert not official_queries.has_role(val, "auditor", at=office.now)

        assert office.approve(entry).state == "executed"
        assert official_queries.has_role(val, "auditor", at=office.now)

    def test_an_administrator_gives_no_role_alone(self, office: Office) -> None:
        assert reasons(
            lambda: office.act(
                "grant_role", "Olga Stone", person=1, role="administrator", reason="?"
            )
        ) == {"not_authorized"}

    def test_a_role_ends_at_once(self, office: Office) -> None:
        pete = office.person("Pete Moss")
        (grant,) = official_queries.grants_of(pete, at=office.now)

        office.act("end_role", "Tess Ide", grant=grant.id, reason="left")

        assert not official_queries.grants_of(pete, at=office.now)


class TestCorrections:
    """62.16355, PLAT-110: the Administrator's correction, with a reason and a second official."""

    def test_the_reason_is_required_and_both_parties_are_told(self, office: Office) -> None:
        office.approve(office.propose("originate", jurisdiction="AL", vintage=2022))
        office.approve(
            office.propose(
                "record_from_reserve",
                jurisdiction="AL",
                vintage=2022,
                quantity=10,
                account=office.accounts["Barry"].number,
            )
        )
        (block,) = ledger.blocks_held(office.accounts["Barry"].id)
        values = {
            "source": office.accounts["Barry"].number,
            "destination": office.accounts["Gulf Brokers"].number,
            "blocks": f"{block.first_serial} to {block.last_serial}",
        }
        assert reasons(lambda: office.act("correct_error", "Olga Stone", **values)) == {
            "value_not_usable"
        }

        entry = office.propose("correct_error", ground="wrong account", **values)
        assert Decision.objects.filter(decision_class="v").count() == 0
        office.approve(entry)

        told = Notice.objects.filter(event="account_corrected")
        assert {notice.person_id for notice in told} == {
            office.person("Ana Ruiz"),
            office.person("Cy Dunn"),
        }
        assert Decision.objects.get(decision_class="v").decided_by == (
            f"official:{office.person('Olga Stone')}"
        )
