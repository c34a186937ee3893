"""What each state of an account permits: every cell of the table, asked of the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from tests.contexts.transfers_registry import NOON, PROGRAM, Registry, block, eastern
from trueup.accounts import services as accounts
from trueup.accounts.account_limits import REFUSALS
from trueup.accounts.ownership_entries import PartySpec
from trueup.ledger import services as books
from trueup.ledger.entries import Instruction, range_of
from trueup.rules import account_states, programs
from trueup.rules.account_states import ACTS, LIMITS, STATES
from trueup.rules.refusal import Refused
from trueup.transfers import closing
from trueup.transfers import services as transfers

pytestmark = pytest.mark.django_db

# After a year without transfers, so that every account of the test can be given notice.
LATER = eastern("2023-01-10")
MINE = block("AL-2022-1", "AL-2022-5")
BARRYS = block("AL-2022-101", "AL-2022-105")


class Case:
    """Gulf's account in one of the states, with allowances in it where the act needs them."""

    def __init__(self, state: str, *, is_filled: bool) -> None:
        self.registry = Registry()
        self.account = self.registry.gulf
        if is_filled:
            self.registry.allocate(self.account, 100)
        else:
            self.registry.allocate(self.registry.bay, 100)
        self.registry.allocate(self.registry.barry, 10)
        self.number = self.account.number
        if state == "under_notice":
            closing.give_notice_of_closure(account=self.account.id, sent_at=LATER)
        elif state == "frozen":
            accounts.freeze_account(account=self.account.id, ground="inquiry", frozen_at=LATER)
        elif state == "closed":
            accounts.close_account(account=self.account.id, ground="asked", closed_at=LATER)

    def transfer(self, source: str, destination: str, by: int, blocks: object) -> frozenset[str]:
        entry = transfers.submit_transfer(
            program=PROGRAM,
            source=source,
            destination=destination,
            submitted_by=by,
            submitted_at=LATER,
            key=uuid4(),
            blocks=[blocks],  # type: ignore[list-item]
        )
        assert entry.state in ("recorded", "refused"), entry.state
        return frozenset(reason.code.rpartition(".")[2] for reason in entry.reasons)

    def send(self) -> frozenset[str]:
        return self.transfer(self.number, self.registry.bay.number, self.registry.cy, MINE)

    def receive(self) -> frozenset[str]:
        return self.transfer(self.registry.barry.number, self.number, self.registry.ana, BARRYS)

    def retire(self) -> frozenset[str]:
        entry = transfers.retire(
            program=PROGRAM,
            source=self.number,
            submitted_by=self.registry.cy,
            submitted_at=LATER,
            key=uuid4(),
            reason="environmental benefit",
            blocks=[MINE],
        )
        return frozenset(reason.code.rpartition(".")[2] for reason in entry.reasons)

    def deduct(self) -> None:
        rules = programs.load(PROGRAM)
        retirement = books.open_account(
            program=PROGRAM, kind="retirement", name="retirement", opened_at=LATER
        )
        books.record(
            [
                Instruction(
                    type="cancel",
                    source=self.account.id,
                    destination=retirement.id,
                    blocks=(range_of(MINE, program_number=rules.number),),
                    key=uuid4(),
                    actor="administrator",
                    submitted_at=LATER,
                    ground="court order",
                )
            ],
            program=PROGRAM,
            recorded_at=LATER,
        )

    def correct_into(self) -> None:
        transfers.correct_error(
            program=PROGRAM,
            source=self.registry.barry.number,
            destination=self.number,
            blocks=[BARRYS],
            ground="wrong account",
            corrected_at=LATER,
            key=uuid4(),
        )

    def name_representative(self) -> None:
        accounts.name_account_representative(
            account=self.account.id, person=self.registry.eve, at=LATER
        )

    def file_ownership_change(self) -> None:
        accounts.file_ownership_change(
            account=self.account.id,
            changed_on=date(2023, 1, 5),
            filed_at=LATER,
            listed=[PartySpec(name="Another owner")],
        )

    def object(self) -> None:
        accounts.log_objection(
            account=self.account.id, by="A co-owner", text="No.", received_at=LATER
        )

    def freeze(self) -> None:
        accounts.freeze_account(account=self.account.id, ground="inquiry", frozen_at=LATER)

    def unfreeze(self) -> None:
        accounts.unfreeze_account(account=self.account.id, ground="ended", released_at=LATER)

    def close_empty(self) -> None:
        closing.close_with_transfers(
            account=self.account.id, asked_by=self.registry.cy, asked_at=LATER
        )

    def close_with_transfers(self) -> None:
        everything = self.registry.spec(
            self.account,
            self.registry.bay,
            block("AL-2022-1", "AL-2022-100"),
            by=self.registry.cy,
            at=LATER,
        )
        closing.close_with_transfers(
            account=self.account.id,
            asked_by=self.registry.cy,
            asked_at=LATER,
            transfers=[everything],
        )

    def notice_of_closure(self) -> None:
        closing.give_notice_of_closure(account=self.account.id, sent_at=LATER)

    def good_cause(self) -> None:
        accounts.state_good_cause(
            account=self.account.id, by=self.registry.cy, text="We buy soon.", stated_at=LATER
        )

    def reopen(self) -> None:
        accounts.reopen_account(account=self.account.id)


# What the account must hold for an act to be possible at all.
NEEDS_INSTRUMENTS = frozenset({"send", "retire", "deduct", "close_with_transfers"})
# An account in these states holds nothing, or could not have come into them.
EMPTY = frozenset({"under_notice", "closed"})


def reasons_against(act: str, state: str) -> frozenset[str]:
    case = Case(state, is_filled=act in NEEDS_INSTRUMENTS and state not in EMPTY)
    if act in NEEDS_INSTRUMENTS and state == "under_notice":
        # What arrives ends the notice with the next clock; until then it is under notice.
        case.registry.transfer(
            case.registry.bay,
            case.account,
            block("AL-2022-1", "AL-2022-100"),
            by=case.registry.eve,
            at=LATER,
        )
    service: Callable[[], frozenset[str] | None] = getattr(case, act)
    try:
        return service() or frozenset()
    except Refused as refused:
        return frozenset(refused.reasons)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTS)
def test_every_cell_of_the_table_is_what_the_service_says(act: str, state: str) -> None:
    """MASS-041 to MASS-044; RATE-147, RATE-178, RATE-179; MASS-AMB-13."""
    limit = account_states.limit(act, state)

    found = reasons_against(act, state)

    if limit:
        assert limit in found, f"{act} of an account that is {state}: {set(found) or 'done'}"
    else:
        assert not found, f"{act} of an account that is {state}: {set(found)}"


def test_the_table_has_a_cell_for_every_state_and_no_strange_reason() -> None:
    """40 CFR 62.16255(c), 62.16320(c)(6)."""
    used = {cell for row in LIMITS.values() for cell in row.values() if cell}

    assert used == set(REFUSALS)
    assert all(set(row) == set(STATES) for row in LIMITS.values())
    assert set(STATES) == {"under_notice", *stored_states()}


def stored_states() -> set[str]:
    """The states that the database knows for an account."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "ledger_account")
    assert "account_state" in found
    known = {"open", "frozen", "closed"}
    account = Registry().gulf.id
    for state in (*known, "under_notice"):
        with transaction.atomic():
            try:
                with connection.cursor() as cursor, transaction.atomic():
                    cursor.execute(
                        "UPDATE ledger_account SET state = %s WHERE id = %s", [state, account]
                    )
            except (IntegrityError, DataError):  # PostgreSQL also minds the length.
                assert state not in known
            else:
                assert state in known
    return known


def test_only_general_accounts_are_frozen() -> None:
    """MASS-044, RATE-147: a freeze is for general accounts."""
    registry = Registry()
    with pytest.raises(Refused) as refused:
        accounts.freeze_account(account=registry.barry.id, ground="inquiry", frozen_at=NOON)
    assert refused.value.reasons == {"freeze_not_permitted"}
