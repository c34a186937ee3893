"""Two who decide about the same account at once: with real commits, on the database in use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.db import connections

from tests.conftest import SharedDatabase
from tests.contexts.transfers_registry import Registry
from trueup.accounts import ownership, services
from trueup.accounts.application_entries import ApplicationSpec
from trueup.accounts.entries import GeneralAccountSpec
from trueup.accounts.models import Person
from trueup.accounts.ownership_entries import AssociationSpec, PartySpec
from trueup.accounts.ownership_models import Association
from trueup.identity import services as identity
from trueup.ledger import queries as ledger
from trueup.ledger import verify
from trueup.rules.refusal import Refused
from trueup.transfers import closing
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferSpec

pytestmark = pytest.mark.stress

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
RIVALS = 4


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """What each of the rivals got: an answer, or the problem."""
    together = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(rival: int) -> None:
        try:
            together.wait()
            answers[rival] = acts[rival]()
        except Exception as problem:
            answers[rival] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(rival,)) for rival in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def one_came_through(answers: list[object], *reasons: str) -> None:
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refused) == len(answers) - 1, answers
    for answer in refused:
        assert set(reasons) & set(answer.reasons), answer


def test_an_application_is_approved_once(shared_database: SharedDatabase) -> None:
    """40 CFR 62.16320(c)(1); PLAT-026: one account for one application."""
    cy = services.register_person(name="Cy Dunn", registered_at=NOON).id
    Person.objects.filter(id=cy).update(address="1 Main Street", phone="1")
    identity.record_identity_check(
        person=cy,
        checked_by="administrator",
        method="in_person",
        document="passport",
        checked_at=NOON,
    )
    for turn in range(1, 6):
        spec = ApplicationSpec(
            name=f"Account {turn}", representatives=(cy,), parties=(PartySpec(name="Owner"),)
        )
        application = services.begin_application(
            program=PROGRAM, applicant=cy, document=spec, begun_at=NOON
        ).id
        services.sign_application(application=application, person=cy, at=NOON)
        services.submit_application(application=application, by=cy, at=NOON)

        def approve(application: int = application) -> object:
            return services.approve_application(application=application, by=None, at=NOON)

        one_came_through(at_once([approve] * RIVALS), "step_not_permitted")
        assert len(ledger.accounts(program=PROGRAM)) == turn


def test_two_cannot_take_the_last_two_owners_off_a_list(shared_database: SharedDatabase) -> None:
    """PLAT-037: the last party cannot be removed."""
    cy = services.register_person(name="Cy Dunn", registered_at=NOON).id
    for turn in range(5):
        owners = (PartySpec(name="One"), PartySpec(name="Two"))
        spec = GeneralAccountSpec(name=f"Account {turn}", representative=cy, owners=owners)
        account = services.open_general_accounts([spec], program=PROGRAM, at=NOON)[0].id

        def remove(owner: PartySpec, account: int = account) -> object:
            return services.file_ownership_change(
                account=account,
                changed_on=date(2021, 6, 1),
                filed_at=NOON + timedelta(hours=1),
                unlisted=[owner],
            )

        one_came_through(at_once([partial(remove, owner) for owner in owners]), "last_party")
        assert len(ownership.parties_of([account])[account]) == 1


def test_nobody_is_held_for_more_than_the_whole_by_rivals(shared_database: SharedDatabase) -> None:
    """docs/decisions/0164."""
    child = PartySpec(name="Child")
    record = [
        AssociationSpec(
            owner=PartySpec(name=f"Owner {rival}"),
            owned=child,
            percentage=Decimal(60),
            from_on=date(2020, 1, 1),
            source="register",
        )
        for rival in range(RIVALS)
    ]
    # The parties exist before, so that the lock on the one who is held is what decides.
    ownership.ensure_parties([child, *(spec.owner for spec in record)])

    def act(spec: AssociationSpec) -> Callable[[], object]:
        return lambda: services.record_associations([spec], recorded_at=NOON)

    one_came_through(at_once([act(spec) for spec in record]), "association_not_usable")
    assert Association.objects.count() == 1


def test_a_closing_and_a_transfer_into_the_account_do_not_both_come_through(
    shared_database: SharedDatabase,
) -> None:
    """40 CFR 62.16320(c)(6); PLAT-027: nothing is ever in a closed account."""
    registry = Registry()
    registry.allocate(registry.barry, 10)
    outcomes = set()
    for turn in range(1, 11):
        account = registry.general(f"Account {turn}", registry.cy)

        def close(account: int = account.id) -> object:
            return closing.close_with_transfers(
                account=account, asked_by=registry.cy, asked_at=NOON
            )

        spec = TransferSpec(
            source=registry.barry.number,
            destination=account.number,
            submitted_by=registry.ana,
            submitted_at=NOON,
            key=uuid4(),
            vintage=2022,
            quantity=1,
        )

        def send(spec: TransferSpec = spec) -> object:
            (entry,) = transfers.submit_batch([spec], program=PROGRAM, recorded_at=NOON)
            return entry.state

        closed, sent = at_once([close, send])
        balance = ledger.totals_of([account.id])[account.id]
        state = ledger.account(account.id).state
        outcomes.add((state, balance, sent if isinstance(sent, str) else type(sent).__name__))
        assert (state, balance) in {("closed", 0), ("open", 1)}, (closed, sent)
    assert outcomes <= {("closed", 0, "refused"), ("open", 1, "recorded")}, outcomes
    assert verify.audit().clean


def test_a_notice_and_its_clock_close_an_account_once(shared_database: SharedDatabase) -> None:
    """40 CFR 62.16320(c)(6)(ii); MASS-042."""
    registry = Registry()
    sent_at = NOON + timedelta(days=800)
    notices = [
        lambda: closing.give_notice_of_closure(account=registry.bay.id, sent_at=sent_at)
    ] * RIVALS
    one_came_through(at_once(list(notices)), "under_notice")

    later = sent_at + timedelta(days=60)
    clocks = [lambda: closing.close_due(program=PROGRAM, now=later)] * RIVALS
    answers = at_once(list(clocks))

    done = [answer for answer in answers if isinstance(answer, closing.Due)]
    assert len(done) == RIVALS, answers
    assert sum(due.closed for due in done) == 1
    assert ledger.account(registry.bay.id).state == "closed"
