"""Second persons, lifetimes, waits, trusted accounts and consent: every rule, and attacks on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.contexts.registry import refused
from tests.contexts.transfers_registry import (
    NOON,
    OPENED,
    PROGRAM,
    SECOND,
    Registry,
    block,
    eastern,
    statements,
)
from trueup.accounts import services as accounts
from trueup.accounts import watchers
from trueup.accounts.entries import AgentSpec
from trueup.audit import queries as audit
from trueup.identity import services as identity
from trueup.ledger.entries import AccountEntry
from trueup.ledger.verify import audit as audit_books
from trueup.rules import programs
from trueup.tasks.models import Task
from trueup.transfers import proposals, queries, services, trusted
from trueup.transfers.act_models import Proposal, TransferAct
from trueup.transfers.deadlines import must_be_signed_by
from trueup.transfers.entries import ProposalEntry, TransferEntry
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db

RULES = programs.load(PROGRAM)
DEADLINE = RULES.deadline_at(RULES.period_named("2022-2024"))
TEN = block("AL-2022-1", "AL-2022-10")
ADMIN = "administrator"


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.allocate(made.barry, 300)
    return made


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit_books()
    assert report.clean, report.differences


def need_two(registry: Registry, account: AccountEntry | None = None) -> None:
    services.require_second_person(account=(account or registry.barry).id, at=OPENED, actor=ADMIN)


def asked(registry: Registry, *, by: int | None = None, at: datetime = NOON) -> TransferEntry:
    entry = registry.transfer(registry.barry, registry.gulf, TEN, by=by, at=at)
    assert entry.state == "awaiting_approval", entry
    return entry


def agent(registry: Registry, name: str, of: int, *, basis: str = "compliance") -> int:
    person = registry.person(name)
    accounts.file_delegation_notice(
        program=PROGRAM,
        basis=basis,
        delegator=of,
        agents=[AgentSpec(person=person, kinds=("transfers",))],
        received_at=OPENED,
    )
    return person


def set_safeguards(**values: object) -> None:
    services.set_safeguards(program=PROGRAM, at=OPENED, actor=ADMIN, **values)  # type: ignore[arg-type]


class TestSecondPerson:
    """PLAT-094: the one who asked, or whose agent asked, never approves."""

    def test_it_waits_with_its_serials_and_moves_nothing(self, registry: Registry) -> None:
        need_two(registry)

        entry = asked(registry)

        assert entry.asked_at == NOON
        assert registry.quantity(registry.gulf) == 0
        again = registry.transfer(registry.barry, registry.bay, TEN)
        assert again.reason_codes == {"serials_not_held"}

    @pytest.mark.parametrize("side", ["who asked", "whose agent asked", "agent of who asked"])
    def test_nobody_of_the_asking_side_approves(self, registry: Registry, side: str) -> None:
        need_two(registry)
        dan = agent(registry, "Dan Poe", registry.ana)
        asker, approver = {
            "who asked": (registry.ana, registry.ana),
            "whose agent asked": (dan, registry.ana),
            "agent of who asked": (registry.ana, dan),
        }[side]
        entry = asked(registry, by=asker)

        with refused("same_person"):
            services.approve(key=entry.key, person=approver, at=NOON + SECOND)

        assert Transfer.objects.get(key=entry.key).state == "awaiting_approval"

    def test_an_agent_of_both_is_nobodys_second_person(self, registry: Registry) -> None:
        need_two(registry)
        dan = agent(registry, "Dan Poe", registry.ana)
        accounts.file_delegation_notice(
            program=PROGRAM,
            basis="compliance",
            delegator=registry.bo,
            agents=[AgentSpec(person=dan, kinds=("transfers",))],
            received_at=OPENED,
        )
        entry = asked(registry, by=registry.ana)
        with refused("same_person"):
            services.approve(key=entry.key, person=dan, at=NOON + SECOND)
        services.cancel(key=entry.key, person=registry.ana, at=NOON + SECOND)

        entry = asked(registry, by=dan, at=NOON + 2 * SECOND)
        for person in (dan, registry.ana, registry.bo):
            with refused("same_person"):
                services.approve(key=entry.key, person=person, at=NOON + 3 * SECOND)

    def test_the_other_representatives_agent_may(self, registry: Registry) -> None:
        need_two(registry)
        dan = agent(registry, "Dan Poe", registry.bo)
        entry = services.approve(key=asked(registry).key, person=dan, at=NOON + SECOND)

        assert (entry.state, entry.approved_by) == ("recorded", dan)
        (act,) = queries.acts_of(entry.key)
        assert (act.what, act.person, act.principal) == ("approve", dan, registry.bo)

    def test_strangers_may_not(self, registry: Registry) -> None:
        need_two(registry)
        entry = asked(registry)

        for stranger in (registry.cy, registry.gil):
            with refused("not_authorized"):
                services.approve(key=entry.key, person=stranger, at=NOON + SECOND)
            with refused("not_authorized"):
                services.reject(key=entry.key, person=stranger, reason="no", at=NOON + SECOND)
            with refused("not_authorized"):
                services.cancel(key=entry.key, person=stranger, at=NOON + SECOND)

    def test_a_successor_may(self, registry: Registry) -> None:
        need_two(registry)
        entry = asked(registry)
        registry.name(registry.barry_facility, registry.eve, at=NOON + SECOND)

        entry = services.approve(key=entry.key, person=registry.eve, at=NOON + 2 * SECOND)

        assert entry.state == "recorded"

    def test_an_approval_counts_once(self, registry: Registry) -> None:
        need_two(registry)
        entry = services.approve(key=asked(registry).key, person=registry.bo, at=NOON + SECOND)

        with refused("not_awaiting_approval"):
            services.approve(key=entry.key, person=registry.bo, at=NOON + 2 * SECOND)
        with refused("not_waiting"):
            services.cancel(key=entry.key, person=registry.bo, at=NOON + 2 * SECOND)

    def test_a_rejection_says_why_to_both_and_frees_the_serials(self, registry: Registry) -> None:
        need_two(registry)
        key = asked(registry).key
        with refused("text_not_usable"):
            services.reject(key=key, person=registry.bo, reason=" ", at=NOON + SECOND)

        entry = services.reject(key=key, person=registry.bo, reason="not ours", at=NOON + SECOND)

        assert (entry.state, entry.ended_ground) == ("rejected", "not ours")
        assert registry.told(registry.cy, "transfer_rejected") == ["transfer_rejected"]
        assert "not ours" in audit.notices_of(registry.cy, event="transfer_rejected")[0].body
        asked(registry, at=NOON + 2 * SECOND)

    def test_who_cools_down_neither_submits_nor_approves_but_can_cancel(
        self, registry: Registry
    ) -> None:
        need_two(registry)
        entry = asked(registry)
        for person in (registry.ana, registry.bo):
            identity.start_cool_down(person=person, reason="password_reset", at=NOON, hours=24)

        with refused("cooling_down"):
            services.approve(key=entry.key, person=registry.bo, at=NOON + SECOND)
        late = registry.transfer(
            registry.barry, registry.gulf, block("AL-2022-20"), at=NOON + SECOND
        )
        assert late.reason_codes == {"cooling_down"}
        ended = services.cancel(key=entry.key, person=registry.bo, at=NOON + SECOND)
        assert ended.state == "cancelled"

    def test_a_cool_down_is_told_even_where_no_account_is_known(self, registry: Registry) -> None:
        identity.start_cool_down(person=registry.ana, reason="password_reset", at=NOON, hours=24)

        entry = registry.transfer("CPM-0000001", "CPM-0000002", TEN, at=NOON + SECOND)

        assert entry.reason_codes == {"unknown_account", "cooling_down"}

    def test_everything_is_checked_again(self, registry: Registry) -> None:
        need_two(registry, registry.gulf)
        registry.transfer(registry.barry, registry.gulf, TEN)
        entry = registry.transfer(registry.gulf, registry.bay, TEN, by=registry.cy)
        assert entry.state == "awaiting_approval"
        accounts.freeze_account(account=registry.gulf.id, ground="look", frozen_at=NOON)
        registry_alternate = registry.person("Fay Ito")
        _second(registry, registry_alternate)

        entry = services.approve(key=entry.key, person=registry_alternate, at=NOON + SECOND)

        assert entry.state == "refused"
        assert entry.reason_codes == {"account_frozen"}
        assert registry.quantity(registry.gulf) == 10

    def test_a_retirement_needs_one_too(self, registry: Registry) -> None:
        need_two(registry)
        (entry,) = services.submit_batch(
            [registry.retirement(registry.barry, 5)], program=PROGRAM, recorded_at=NOON
        )

        assert entry.state == "awaiting_approval"
        entry = services.approve(key=entry.key, person=registry.bo, at=NOON + SECOND)
        assert (entry.state, entry.kind) == ("recorded", "retirement")

    def test_whoever_can_approve_has_a_task_and_nobody_else(self, registry: Registry) -> None:
        need_two(registry)
        entry = asked(registry)

        task = Task.objects.get(subject=f"transfer:{entry.key}")
        assert (task.kind, task.account_id) == ("approve_transfer", registry.barry.id)
        assert set(task.exclusions.values_list("person_id", flat=True)) == {registry.ana}
        services.approve(key=entry.key, person=registry.bo, at=NOON + SECOND)
        task.refresh_from_db()
        assert task.outcome == "approved"

    def test_a_constant_number_of_statements(self, registry: Registry) -> None:
        need_two(registry)
        few = asked(registry).key
        with statements() as sent:
            services.approve(key=few, person=registry.bo, at=NOON + SECOND)
        entry = registry.transfer(
            registry.barry,
            registry.gulf,
            *(block(f"AL-2022-{number}") for number in range(20, 60, 2)),
        )
        many = entry.key
        with statements() as more:
            services.approve(key=many, person=registry.bo, at=NOON + SECOND)

        # Cut out of one holding the blocks are more rows, which SQLite changes one by one.
        if connection.vendor == "postgresql":
            assert len(sent.acts) == len(more.acts)


def _second(registry: Registry, person: int) -> None:
    """Give Gulf Brokers an alternate."""
    from trueup.accounts.models import Representative

    Representative.objects.create(
        account_id=registry.gulf.id, person_id=person, role="alternate", from_at=OPENED
    )


class TestSubmittedWithTheLastSignature:
    """MASS-014, MASS-045: the instant of the second signature is that of the submission."""

    @pytest.mark.parametrize(
        ("signed_at", "state"),
        [(DEADLINE - SECOND, "recorded"), (DEADLINE, "recorded"), (DEADLINE + SECOND, "held")],
    )
    def test_the_seconds_before_and_after_the_deadline(
        self, registry: Registry, signed_at: datetime, state: str
    ) -> None:
        need_two(registry)
        entry = asked(registry, at=DEADLINE - timedelta(hours=1))
        assert must_be_signed_by(entry, now=DEADLINE - SECOND) == DEADLINE

        entry = services.approve(key=entry.key, person=registry.bo, at=signed_at)

        assert (entry.state, entry.submitted_at) == (state, signed_at)
        assert entry.asked_at == DEADLINE - timedelta(hours=1)

    def test_before_it_is_not_on_its_way(self, registry: Registry) -> None:
        need_two(registry)
        asked(registry)

        assert queries.pending(program=PROGRAM, submitted_until=DEADLINE) == []
        assert queries.waiting_totals([registry.gulf.id])[registry.gulf.id] == (0, 0)
        assert queries.waiting_into([registry.gulf.id]) == {}

    def test_deductions_take_what_it_keeps(self, registry: Registry) -> None:
        need_two(registry)
        entry = asked(registry)

        assert services.free_for_deductions(program=PROGRAM, accounts=[registry.barry.id]) == 1
        services.cancel_instruments(
            program=PROGRAM, blocks=[TEN], ground="court", ended_at=NOON, key=uuid4()
        )
        entry = services.approve(key=entry.key, person=registry.bo, at=NOON + SECOND)
        assert entry.state == "refused"
        assert "serials_not_held" in entry.reason_codes

    def test_new_vintages_need_not_be_signed_by_a_deadline(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, TEN)

        assert must_be_signed_by(entry, now=DEADLINE) == DEADLINE
        later = must_be_signed_by(entry, now=DEADLINE + SECOND)
        assert later is not None
        assert later > DEADLINE


class TestLifetime:
    """PLAT-094: a proposal lapses after the program's hours; federally it does not."""

    def test_federally_never(self, registry: Registry) -> None:
        need_two(registry)
        entry = asked(registry)

        assert entry.expires_at is None
        assert services.expire_due(program=PROGRAM, now=NOON + timedelta(days=99)).transfers == 0

    def test_at_the_second(self, registry: Registry) -> None:
        need_two(registry)
        set_safeguards(second_signature_hours=24)
        key, end = asked(registry).key, NOON + timedelta(hours=24)

        assert services.expire_due(program=PROGRAM, now=end - SECOND).transfers == 0
        assert Transfer.objects.get(key=key).state == "awaiting_approval"
        with refused("expired"):  # Also before the clock has noticed.
            services.approve(key=key, person=registry.bo, at=end)
        assert services.expire_due(program=PROGRAM, now=end).transfers == 1

        row = Transfer.objects.get(key=key)
        assert (row.state, row.reservation_id, row.ended_by) == ("expired", None, "registry")
        assert registry.told(registry.ana, "transfer_expired") == ["transfer_expired"]
        assert registry.told(registry.cy, "transfer_expired") == ["transfer_expired"]
        with refused("expired"):
            services.approve(key=key, person=registry.bo, at=end + SECOND)
        assert registry.transfer(registry.barry, registry.bay, TEN).state == "awaiting_approval"

    def test_reminders_go_to_every_possible_approver_once(self, registry: Registry) -> None:
        need_two(registry)
        set_safeguards(second_signature_hours=24)
        asked(registry)
        half = NOON + timedelta(hours=12)

        assert services.expire_due(program=PROGRAM, now=half - SECOND).reminders == 0
        assert services.expire_due(program=PROGRAM, now=half).reminders == 1
        assert services.expire_due(program=PROGRAM, now=half + SECOND).reminders == 0
        assert len(registry.told(registry.bo, "transfer_awaiting_approval")) == 2
        assert registry.told(registry.ana, "transfer_awaiting_approval") == []


class TestEndingTheRequirement:
    """PLAT-094: turning the second person off needs a second person."""

    def test_one_asks_and_another_ends_it(self, registry: Registry) -> None:
        need_two(registry)
        services.ask_to_end_second_person(account=registry.barry.id, person=registry.ana, at=NOON)
        with refused("same_person"):
            services.end_second_person(account=registry.barry.id, person=registry.ana, at=NOON)
        with refused("not_authorized"):
            services.end_second_person(account=registry.barry.id, person=registry.cy, at=NOON)
        with refused("not_authorized"):
            services.end_second_person(account=registry.barry.id, actor="person:1", at=NOON)

        services.end_second_person(account=registry.barry.id, person=registry.bo, at=NOON)

        assert registry.transfer(registry.barry, registry.gulf, TEN).state == "recorded"
        assert queries.guards_of(registry.barry.id).second_person is False

    def test_nobody_ends_what_nobody_asked_to_end(self, registry: Registry) -> None:
        need_two(registry)

        with refused("not_required"):
            services.end_second_person(account=registry.barry.id, person=registry.bo, at=NOON)
        with refused("required_already"):
            need_two(registry)

    def test_an_agent_can_do_neither(self, registry: Registry) -> None:
        need_two(registry)
        dan = agent(registry, "Dan Poe", registry.bo)

        with refused("not_authorized"):
            services.ask_to_end_second_person(account=registry.barry.id, person=dan, at=NOON)


class TestWaits:
    """Transfers to accounts that are not trusted wait; 0 days by default."""

    def test_it_is_recorded_at_midnight_of_the_last_business_day(self, registry: Registry) -> None:
        set_safeguards(wait_business_days=2)
        at = eastern("2021-07-02", "16:00")  # A Friday; Monday the 5th is a holiday.

        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=at)

        midnight = eastern("2021-07-07", "00:00")
        assert (entry.state, entry.not_before_at) == ("delayed", midnight)
        assert services.record_due(program=PROGRAM, now=midnight - SECOND).recorded == 0
        assert services.record_due(program=PROGRAM, now=midnight).recorded == 1
        assert Transfer.objects.get(key=entry.key).recorded_at == midnight

    @pytest.mark.parametrize("what", ["frozen", "closed"])
    def test_all_checks_run_again(self, registry: Registry, what: str) -> None:
        registry.transfer(registry.barry, registry.gulf, TEN)
        set_safeguards(wait_business_days=1)
        entry = registry.transfer(registry.gulf, registry.bay, TEN, by=registry.cy)
        assert entry.state == "delayed"
        if what == "frozen":
            accounts.freeze_account(account=registry.gulf.id, ground="look", frozen_at=NOON)
        else:
            from trueup.ledger import services as ledger

            ledger.close_account(registry.bay.id)

        done = services.record_due(program=PROGRAM, now=NOON + timedelta(days=1))

        assert (done.recorded, done.refused) == (0, 1)
        found = queries.transfer(entry.key)
        assert found is not None
        assert found.reason_codes == {f"account_{what}"}
        assert registry.quantity(registry.gulf) == 10

    def test_what_was_submitted_in_office_binds_the_successor(self, registry: Registry) -> None:
        set_safeguards(wait_business_days=1)
        entry = registry.transfer(registry.barry, registry.gulf, TEN)
        other = registry.transfer(registry.barry, registry.gulf, block("AL-2022-50"))
        registry.name(registry.barry_facility, registry.eve, at=NOON + SECOND)

        with refused("not_authorized"):
            services.cancel(key=other.key, person=registry.ana, at=NOON + 2 * SECOND)
        services.cancel(key=other.key, person=registry.eve, at=NOON + 2 * SECOND)
        services.record_due(program=PROGRAM, now=NOON + timedelta(days=1))

        assert Transfer.objects.get(key=entry.key).state == "recorded"
        assert Transfer.objects.get(key=other.key).state == "cancelled"
        assert registry.told(registry.eve, "transfer_recorded") == ["transfer_recorded"]

    def test_an_official_stops_it_by_a_decision(self, registry: Registry) -> None:
        set_safeguards(wait_business_days=1)
        entry = registry.transfer(registry.barry, registry.gulf, TEN)
        for actor in ("", f"person:{registry.cy}", "key:1"):
            with refused("not_authorized"):
                services.stop(key=entry.key, ground="phishing", at=NOON, actor=actor)
        with refused("text_not_usable"):
            services.stop(key=entry.key, ground="", at=NOON, actor=ADMIN)

        entry = services.stop(key=entry.key, ground="phishing", at=NOON, actor="official:9")

        assert (entry.state, entry.ended_by) == ("cancelled", "official:9")
        assert entry.decision is not None
        for person in (registry.ana, registry.bo, registry.cy):
            assert registry.told(person, "transfer_cancelled") == ["transfer_cancelled"]

    def test_the_wait_and_the_deductions_run_side_by_side(self, registry: Registry) -> None:
        set_safeguards(wait_business_days=2)
        late = DEADLINE + timedelta(hours=12)
        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=late)
        assert entry.state == "delayed"
        assert {wait.code for wait in entry.waits} == {
            "transfers.delay_pending",
            "transfers.deductions_pending",
        }

        services.record_due(program=PROGRAM, now=late + timedelta(days=5))
        assert Transfer.objects.get(key=entry.key).state == "held"
        done = services.release_held(
            program=PROGRAM,
            period=RULES.period_named("2022-2024"),
            accounts=[registry.barry.id],
            released_at=late + timedelta(days=9),
        )
        assert done.recorded == 1

    def test_a_wait_never_outlasts_the_time_for_recording(self, registry: Registry) -> None:
        with refused("safeguard_not_usable"):
            set_safeguards(wait_business_days=5)
        with refused("safeguard_not_usable"):
            set_safeguards(wait_business_days=-1)
        with refused("safeguard_not_usable"):
            set_safeguards(receiver_acceptance="sometimes")
        with refused("not_authorized"):
            services.set_safeguards(program=PROGRAM, at=NOON, actor="person:1")

    def test_a_change_works_from_its_instant_and_not_backwards(self, registry: Registry) -> None:
        services.set_safeguards(
            program=PROGRAM, at=OPENED, actor=ADMIN, effective_at=NOON, wait_business_days=1
        )

        before = registry.transfer(registry.barry, registry.gulf, TEN, at=NOON - SECOND)
        after = registry.transfer(registry.barry, registry.gulf, block("AL-2022-50"), at=NOON)

        assert (before.state, after.state) == ("recorded", "delayed")
        assert queries.safeguards(program=PROGRAM, at=NOON).wait_business_days == 1


class TestTrustedAccounts:
    """Trusted by being listed, when a second person agreed and the days are over."""

    def test_it_needs_the_second_representative(self, registry: Registry) -> None:
        set_safeguards(wait_business_days=1, listing_business_days=1)
        listed = services.trust_account(
            account=registry.barry.id, other=registry.gulf.id, by=registry.ana, at=NOON
        )
        assert (listed.needs_approval, listed.state(NOON)) == (True, "awaiting_approval")
        with refused("same_person"):
            services.approve_trusted(
                account=registry.barry.id, other=registry.gulf.id, person=registry.ana, at=NOON
            )
        approved = services.approve_trusted(
            account=registry.barry.id, other=registry.gulf.id, person=registry.bo, at=NOON
        )

        midnight = eastern("2021-06-02", "00:00")
        assert approved.effective_at == midnight
        early = registry.transfer(registry.barry, registry.gulf, TEN, at=midnight - SECOND)
        late = registry.transfer(registry.barry, registry.gulf, block("AL-2022-50"), at=midnight)
        assert (early.state, late.state) == ("delayed", "recorded")

    def test_a_sole_representative_lists_alone(self, registry: Registry) -> None:
        listed = services.trust_account(
            account=registry.gulf.id, other=registry.bay.id, by=registry.cy, at=NOON
        )

        assert not listed.needs_approval
        assert listed.effective_at == eastern("2021-06-03", "00:00")  # Federally 2 days.

    def test_unless_the_account_asks_for_two(self, registry: Registry) -> None:
        need_two(registry, registry.gulf)
        listed = services.trust_account(
            account=registry.gulf.id, other=registry.bay.id, by=registry.cy, at=NOON
        )

        assert listed.effective_at is None

    def test_neither_strangers_nor_agents_list(self, registry: Registry) -> None:
        dan = agent(registry, "Dan Poe", registry.ana)
        for person in (registry.cy, dan):
            with refused("not_authorized"):
                services.trust_account(
                    account=registry.barry.id, other=registry.gulf.id, by=person, at=NOON
                )

    def test_only_another_account_once(self, registry: Registry) -> None:
        barry, gulf = registry.barry.id, registry.gulf.id
        with refused("same_account"):
            services.trust_account(account=barry, other=barry, by=registry.ana, at=NOON)
        with refused("unknown_account"):
            services.trust_account(account=barry, other=1, by=registry.ana, at=NOON)
        services.trust_account(account=barry, other=gulf, by=registry.ana, at=NOON)
        with refused("trusted_already"):
            services.trust_account(account=barry, other=gulf, by=registry.bo, at=NOON)
        services.remove_trusted(account=barry, other=gulf, person=registry.bo, at=NOON)
        with refused("not_listed"):
            services.remove_trusted(account=barry, other=gulf, person=registry.bo, at=NOON)
        assert trusted.trusted_accounts(barry) == []

    def test_trust_is_not_mutual(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, TEN)
        set_safeguards(wait_business_days=1)
        services.trust_account(
            account=registry.bay.id, other=registry.gulf.id, by=registry.eve, at=NOON
        )

        entry = registry.transfer(registry.gulf, registry.bay, TEN, by=registry.cy)

        assert entry.state == "delayed"


class TestConsent:
    """The receiver's acceptance is a program value: never, always, or standing."""

    def test_always(self, registry: Registry) -> None:
        set_safeguards(receiver_acceptance="always")
        services.agree_once_and_for_all(account=registry.gulf.id, person=registry.cy, at=OPENED)
        entry = registry.transfer(registry.barry, registry.gulf, TEN)
        assert entry.state == "awaiting_acceptance"
        # It is submitted: consent is no part of a correct submission.
        assert [found.key for found in queries.pending(program=PROGRAM, submitted_until=NOON)] == [
            entry.key
        ]
        for person in (registry.ana, registry.eve):
            with refused("not_authorized"):
                services.accept_incoming(key=entry.key, person=person, at=NOON + SECOND)

        entry = services.accept_incoming(key=entry.key, person=registry.cy, at=NOON + SECOND)

        assert (entry.state, entry.submitted_at) == ("recorded", NOON)
        with refused("not_awaiting_acceptance"):
            services.accept_incoming(key=entry.key, person=registry.cy, at=NOON + SECOND)

    def test_standing(self, registry: Registry) -> None:
        set_safeguards(receiver_acceptance="standing")
        services.agree_once_and_for_all(account=registry.gulf.id, person=registry.cy, at=OPENED)
        with refused("agreed_already"):
            services.agree_once_and_for_all(account=registry.gulf.id, person=registry.cy, at=NOON)
        assert registry.transfer(registry.barry, registry.gulf, TEN).state == "recorded"
        services.end_agreement(account=registry.gulf.id, person=registry.cy, at=NOON)

        entry = registry.transfer(registry.barry, registry.gulf, block("AL-2022-50"))
        assert entry.state == "awaiting_acceptance"

    def test_first_the_own_side_then_the_other_then_the_days(self, registry: Registry) -> None:
        need_two(registry)
        set_safeguards(receiver_acceptance="always", wait_business_days=1)

        entry = asked(registry)
        entry = services.approve(key=entry.key, person=registry.bo, at=NOON + SECOND)
        assert entry.state == "awaiting_acceptance"
        entry = services.accept_incoming(key=entry.key, person=registry.cy, at=NOON + 2 * SECOND)
        assert entry.state == "delayed"
        services.record_due(program=PROGRAM, now=NOON + timedelta(days=1))
        assert Transfer.objects.get(key=entry.key).state == "recorded"

    def test_nobody_speaks_for_retirement(self, registry: Registry) -> None:
        set_safeguards(receiver_acceptance="always")
        (entry,) = services.submit_batch(
            [registry.retirement(registry.barry, 5)], program=PROGRAM, recorded_at=NOON
        )

        assert entry.state == "recorded"


class TestAgents:
    """40 CFR 62.16315: what an agent submits is the representative's act."""

    def test_the_transfer_keeps_both(self, registry: Registry) -> None:
        dan = agent(registry, "Dan Poe", registry.ana)
        entry = registry.transfer(registry.barry, registry.gulf, TEN, by=dan)

        assert (entry.state, entry.role) == ("recorded", "agent")
        assert (entry.submitted_by, entry.principal) == (dan, registry.ana)
        body = audit.notices_of(registry.cy, event="transfer_recorded")[0].body
        assert "Ana Ruiz (by agent Dan Poe)" in body

    def test_not_through_an_ended_delegation(self, registry: Registry) -> None:
        dan = agent(registry, "Dan Poe", registry.ana)
        accounts.end_delegation(
            program=PROGRAM, delegator=registry.ana, agent=dan, received_at=NOON
        )

        entry = registry.transfer(registry.barry, registry.gulf, TEN, by=dan, at=NOON + SECOND)

        assert entry.reason_codes == {"not_authorized"}

    def test_not_when_the_delegator_was_superseded(self, registry: Registry) -> None:
        dan = agent(registry, "Dan Poe", registry.ana)
        registry.name(registry.barry_facility, registry.eve, at=NOON)

        for person in (dan, registry.ana):
            entry = registry.transfer(
                registry.barry, registry.gulf, TEN, by=person, at=NOON + SECOND
            )
            assert entry.reason_codes == {"not_authorized"}

    def test_not_for_other_kinds(self, registry: Registry) -> None:
        person = registry.person("Dan Poe")
        accounts.file_delegation_notice(
            program=PROGRAM,
            basis="compliance",
            delegator=registry.ana,
            agents=[AgentSpec(person=person, kinds=("emissions_reports",))],
            received_at=OPENED,
        )

        entry = registry.transfer(registry.barry, registry.gulf, TEN, by=person)

        assert entry.reason_codes == {"not_authorized"}


class TestCopies:
    """PLAT-150: who was named for copies gets one of each notice of the account."""

    def test_of_each_transfer_of_a_batch(self, registry: Registry) -> None:
        clerk = registry.person("Uma Clerk")
        watchers.name_watcher(
            account=registry.barry.id,
            person=clerk,
            kind="copy",
            named_by=registry.ana,
            at=OPENED,
            events=("transfer_recorded",),
        )
        specs = [
            registry.spec(registry.barry, registry.gulf, block(f"AL-2022-{number}"), reference="x")
            for number in (1, 2, 3)
        ]

        services.submit_batch(specs, program=PROGRAM, recorded_at=NOON)

        assert registry.told(clerk) == ["transfer_recorded"] * 3


class TestProposals:
    """PLAT-050: unsigned is not submitted; it ends with its representative."""

    def propose(self, registry: Registry, **more: object) -> ProposalEntry:
        spec = registry.spec(registry.barry, registry.gulf, TEN)
        return services.propose_transfer(spec, program=PROGRAM, recorded_at=NOON, **more)  # type: ignore[arg-type]

    def test_it_keeps_nothing(self, registry: Registry) -> None:
        found = self.propose(registry, actor="key:7")

        assert (found.state, found.actor, found.principal) == ("proposed", "key:7", registry.ana)
        assert registry.transfer(registry.barry, registry.bay, TEN).state == "recorded"
        assert queries.transfer(found.key) is None

    def test_a_representative_signs_it(self, registry: Registry) -> None:
        key = self.propose(registry).key
        entry = services.sign_proposal(key=key, person=registry.bo, at=NOON + SECOND)

        assert (entry.state, entry.submitted_by, entry.key) == ("recorded", registry.bo, key)
        assert entry.submitted_at == NOON + SECOND
        with refused("not_proposed"):
            services.sign_proposal(key=key, person=registry.bo, at=NOON + 2 * SECOND)

    def test_the_same_request_again_is_the_same_proposal(self, registry: Registry) -> None:
        spec = registry.spec(registry.barry, registry.gulf, TEN)
        first = services.propose_transfer(spec, program=PROGRAM, recorded_at=NOON)
        assert services.propose_transfer(spec, program=PROGRAM, recorded_at=NOON) == first
        other = registry.spec(registry.barry, registry.bay, TEN, key=spec.key)
        with refused("key_reused"):
            services.propose_transfer(other, program=PROGRAM, recorded_at=NOON)

    def test_strangers_neither_propose_nor_sign(self, registry: Registry) -> None:
        key = self.propose(registry).key
        with refused("not_authorized"):
            services.sign_proposal(key=key, person=registry.cy, at=NOON + SECOND)
        with refused("not_authorized"):
            services.cancel(key=key, person=registry.cy, at=NOON + SECOND)
        spec = registry.spec(registry.barry, registry.gulf, TEN, by=registry.cy)
        with refused("not_authorized"):
            services.propose_transfer(spec, program=PROGRAM, recorded_at=NOON)

    def test_it_ends_with_the_predecessor(self, registry: Registry) -> None:
        key = self.propose(registry).key
        assert [found.key for found in proposals.proposals_of(registry.barry.id)] == [key]
        registry.name(registry.barry_facility, registry.eve, at=NOON + SECOND)

        with refused("proposal_ended"):
            services.sign_proposal(key=key, person=registry.eve, at=NOON + 2 * SECOND)
        assert services.expire_due(program=PROGRAM, now=NOON + 2 * SECOND).proposals == 1
        assert Proposal.objects.get(key=key).state == "ended"

    def test_signed_it_meets_the_safeguards(self, registry: Registry) -> None:
        need_two(registry)
        key = self.propose(registry).key

        entry = services.sign_proposal(key=key, person=registry.ana, at=NOON + SECOND)

        assert entry.state == "awaiting_approval"


class TestConstraints:
    """What the database refuses, whoever writes."""

    @pytest.mark.parametrize(
        "change",
        [
            {"state": "delayed"},
            {"state": "held"},
            {"asked_at": None},
            {"state": "cancelled"},
            {"state": "expired"},
            {"ended_ground": "because"},
        ],
    )
    def test_one_that_awaits_approval_does_not_go_on(
        self, registry: Registry, change: dict[str, object]
    ) -> None:
        need_two(registry)
        entry = asked(registry)

        with pytest.raises(IntegrityError), transaction.atomic():
            Transfer.objects.filter(key=entry.key).update(**change)

    def test_nobody_is_one_s_own_second_person(self, registry: Registry) -> None:
        need_two(registry)
        entry = services.approve(key=asked(registry).key, person=registry.bo, at=NOON + SECOND)

        with pytest.raises(IntegrityError), transaction.atomic():
            Transfer.objects.filter(key=entry.key).update(approved_by=registry.ana)

    def test_acts_are_kept(self, registry: Registry) -> None:
        need_two(registry)
        services.approve(key=asked(registry).key, person=registry.bo, at=NOON + SECOND)

        with pytest.raises(IntegrityError), transaction.atomic():
            TransferAct.objects.update(at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            TransferAct.objects.all().delete()
