"""Transfers as representatives submit them, on whichever database the suite runs on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.contexts.transfers_registry import (
    NOON,
    PROGRAM,
    SECOND,
    Registry,
    block,
    eastern,
    statements,
)
from trueup.accounts import services as accounts
from trueup.audit import queries as audit
from trueup.ledger import account_reads
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Range, range_of
from trueup.ledger.models import Account, Program
from trueup.ledger.numbers import account_number
from trueup.ledger.verify import audit as audit_books
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import PROGRAM_PLACE
from trueup.transfers import queries, services
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db

MIDDLE = block("AL-2022-101", "AL-2022-150")


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


class TestNamedSerials:
    """40 CFR 62.16330(b); MASS-127, MASS-128."""

    def test_they_move_and_nothing_else_does(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)

        assert entry.state == "recorded"
        assert (entry.quantity, entry.blocks, entry.role) == (50, (MIDDLE,), "primary")
        assert registry.held(registry.gulf) == ["AL-2022-101 to AL-2022-150"]
        assert registry.quantity(registry.barry) == 250

    def test_the_journal_says_who_submitted_it_when_and_under_which_paragraph(
        self, registry: Registry
    ) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)

        assert entry.tx is not None
        line = ledger_queries.transaction(entry.tx)
        assert line is not None
        assert (line.type, line.event) == ("transfer", "transferred")
        assert line.actor == f"person:{registry.ana}"
        assert line.submitted_at == line.recorded_at == entry.recorded_at == NOON
        assert line.cite == "40 CFR 62.16330, 62.16335(a)"

    def test_several_blocks_are_recorded_whole_under_one_number(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry, registry.gulf, block("AL-2022-1"), block("AL-2022-7", "AL-2022-9")
        )

        assert entry.quantity == 4
        assert registry.held(registry.gulf) == ["AL-2022-1", "AL-2022-7 to AL-2022-9"]

    def test_one_missing_serial_refuses_all_of_them(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry, registry.gulf, block("AL-2022-1"), block("AL-2022-250", "AL-2022-301")
        )

        assert entry.state == "refused"
        assert entry.reason_codes == {"serials_not_held"}
        assert "AL-2022-301" in entry.reasons[0].sentence
        assert registry.quantity(registry.barry) == 300
        assert registry.quantity(registry.gulf) == 0

    def test_numbers_are_read_as_people_write_them(self, registry: Registry) -> None:
        number = registry.gulf.number
        entry = registry.transfer(
            registry.barry, f" {number[:4].lower()} {number[4:]} ", block("AL-2022-1")
        )

        assert entry.state == "recorded"

    def test_what_was_received_can_be_passed_on_at_once(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, MIDDLE)
        entry = registry.transfer(registry.gulf, registry.bay, MIDDLE, by=registry.cy)

        assert entry.state == "recorded"
        assert registry.quantity(registry.bay) == 50


class TestByQuantity:
    """PLAT-051; acceptance: the earliest recorded blocks go, lowest serials first."""

    def test_the_lowest_numbers_of_the_earliest_block_go(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, block("AL-2022-1", "AL-2022-10"))
        registry.transfer(
            registry.gulf, registry.barry, block("AL-2022-1", "AL-2022-10"), by=registry.cy
        )

        entry = registry.transfer(registry.barry, registry.gulf, vintage=2022, quantity=295)

        assert entry.state == "recorded"
        assert [str(found) for found in entry.blocks] == [
            "AL-2022-11 to AL-2022-300",
            "AL-2022-1 to AL-2022-5",
        ]

    def test_only_the_vintage_asked_for_goes(self, registry: Registry) -> None:
        registry.allocate(registry.barry, 50, vintage=2023)

        registry.transfer(registry.barry, registry.gulf, vintage=2023, quantity=10)

        assert registry.held(registry.gulf) == ["AL-2023-1 to AL-2023-10"]

    def test_too_few_are_refused_and_none_goes(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, vintage=2022, quantity=301)

        assert entry.reason_codes == {"serials_not_held"}
        assert "300" in entry.reasons[0].sentence
        assert entry.quantity == 301
        assert entry.blocks == ()
        assert registry.quantity(registry.gulf) == 0

    def test_others_may_take_the_chosen_numbers_meanwhile(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.let_a_rival_take_what_is_chosen(registry, monkeypatch, times=3)

        entry = registry.transfer(registry.barry, registry.gulf, vintage=2022, quantity=10)

        assert entry.state == "recorded"
        assert [str(found) for found in entry.blocks] == ["AL-2022-31 to AL-2022-40"]
        assert registry.quantity(registry.bay) == 30

    def test_until_there_are_too_few(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.let_a_rival_take_what_is_chosen(registry, monkeypatch, times=3)

        entry = registry.transfer(registry.barry, registry.gulf, vintage=2022, quantity=90)

        assert entry.reason_codes == {"serials_not_held"}
        assert registry.quantity(registry.gulf) == 0
        assert registry.quantity(registry.barry) == 30

    def let_a_rival_take_what_is_chosen(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch, *, times: int
    ) -> None:
        """Right after the choice, as a rival's transfer could be recorded in between."""
        choose = ledger_queries.choose
        left = [None] * times

        def chosen(account: int, *, vintage: int, quantity: int) -> tuple[Range, ...]:
            ranges = choose(account, vintage=vintage, quantity=quantity)
            if left:
                left.pop()
                blocks = [found.block for found in ranges]
                registry.transfer(registry.barry, registry.bay, *blocks, by=registry.bo)
            return ranges

        monkeypatch.setattr(ledger_queries, "choose", chosen)

    @pytest.mark.parametrize("vintage", [2031, 0, -1, 99999])
    def test_a_vintage_that_nobody_has_is_refused(self, registry: Registry, vintage: int) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, vintage=vintage, quantity=1)

        assert entry.reason_codes == {"serials_not_held"}

    @pytest.mark.parametrize(
        "quantity", [0, -5, Decimal("10.5"), Decimal("NaN"), Decimal("Infinity"), 10**30, True]
    )
    def test_what_is_not_a_whole_number_of_at_least_1_is_refused(
        self, registry: Registry, quantity: int | Decimal
    ) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, vintage=2022, quantity=quantity)

        assert entry.reason_codes == {"not_whole_number"}
        assert entry.quantity is None

    def test_a_whole_number_with_decimals_is_one(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry, registry.gulf, vintage=2022, quantity=Decimal("10.00")
        )

        assert (entry.state, entry.quantity) == ("recorded", 10)

    def test_neither_serials_nor_a_quantity_is_refused(self, registry: Registry) -> None:
        assert registry.transfer(registry.barry, registry.gulf).reason_codes == {"not_whole_number"}


class TestReasons:
    """40 CFR 62.16335(e)(2): every reason is owed. MASS-127, PLAT-050."""

    def test_an_unknown_account(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, "G0100009999Z", block("AL-2022-1"))

        assert entry.state == "refused"
        assert entry.reason_codes == {"unknown_account"}
        assert entry.destination is None
        assert entry.destination_number == "G0100009999Z"

    def test_what_can_be_said_without_the_account_is_said_too(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry,
            "nonsense " * 30,
            block("AL-2022-1", "AL-2022-9"),
            block("AL-2022-9"),
            by=registry.cy,
        )

        assert [reason.reason for reason in entry.reasons] == [
            "unknown_account",
            "not_authorized",
            "duplicate_serials",
        ]

    def test_an_unknown_transferor(self, registry: Registry) -> None:
        entry = registry.transfer("C0100009999Z", registry.gulf, block("AL-2022-1"))

        assert entry.reason_codes == {"unknown_account"}
        assert registry.told(registry.cy) == ["transfer_not_recorded"]

    def test_a_closed_account(self, registry: Registry) -> None:
        accounts.close_account(account=registry.gulf.id, ground="asked", closed_at=NOON)

        entry = registry.transfer(registry.barry, registry.gulf, block("AL-2022-1"))

        assert entry.reason_codes == {"account_closed"}

    def test_a_frozen_account_sends_nothing_and_can_receive(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, MIDDLE)
        accounts.freeze_account(account=registry.gulf.id, ground="inquiry", frozen_at=NOON)

        out = registry.transfer(registry.gulf, registry.bay, MIDDLE, by=registry.cy)
        into = registry.transfer(registry.barry, registry.gulf, block("AL-2022-1"))

        assert out.reason_codes == {"account_frozen"}
        assert into.state == "recorded"

    def test_nobody_pulls_allowances_out_of_anothers_account(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE, by=registry.cy)

        assert entry.reason_codes == {"not_authorized"}
        assert entry.role == ""
        assert registry.quantity(registry.gulf) == 0

    def test_serials_that_are_elsewhere_or_were_never_created(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, MIDDLE)

        assert registry.transfer(registry.barry, registry.bay, MIDDLE).reason_codes == {
            "serials_not_held"
        }
        assert registry.transfer(registry.barry, registry.bay, block("WY-2031-1")).reason_codes == {
            "serials_not_held"
        }

    def test_retired_serials(self, registry: Registry) -> None:
        services.submit_batch(
            [registry.retirement(registry.barry, 10)], program=PROGRAM, recorded_at=NOON
        )

        entry = registry.transfer(registry.barry, registry.gulf, block("AL-2022-10", "AL-2022-11"))

        assert [reason.reason for reason in entry.reasons] == [
            "serials_retired",
            "serials_not_held",
        ]

    def test_nothing_comes_out_of_retirement(self, registry: Registry) -> None:
        (retired,) = services.submit_batch(
            [registry.retirement(registry.barry, 10)], program=PROGRAM, recorded_at=NOON
        )

        entry = registry.transfer(retired.destination_number, registry.barry, block("AL-2022-1"))

        assert {"not_authorized", "destination_not_permitted", "serials_retired"} <= set(
            entry.reason_codes
        )

    def test_overlapping_blocks_in_one_request(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry,
            registry.gulf,
            block("AL-2022-1", "AL-2022-10"),
            block("AL-2022-10", "AL-2022-20"),
        )

        assert entry.reason_codes == {"duplicate_serials"}

    def test_a_transfer_to_oneself(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.barry, MIDDLE)

        assert entry.reason_codes == {"same_account"}
        assert registry.told(registry.ana) == ["transfer_not_recorded"]

    def test_a_destination_that_representatives_cannot_send_to(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.reserve, MIDDLE)

        assert entry.reason_codes == {"destination_not_permitted"}

    def test_all_reasons_are_given_in_the_documented_order(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, MIDDLE)
        accounts.freeze_account(account=registry.gulf.id, ground="inquiry", frozen_at=NOON)

        entry = registry.transfer(
            registry.gulf,
            registry.reserve,
            block("AL-2022-1"),
            block("AL-2022-1", "AL-2022-2"),
            by=registry.ana,
        )

        assert [reason.reason for reason in entry.reasons] == [
            "not_authorized",
            "account_frozen",
            "destination_not_permitted",
            "duplicate_serials",
            "serials_not_held",
        ]
        assert all(reason.cite and reason.sentence for reason in entry.reasons)

    def test_a_quantity_that_is_too_large_is_refused_with_all_other_reasons(
        self, registry: Registry
    ) -> None:
        entry = registry.transfer(
            registry.barry, registry.barry, vintage=2022, quantity=1000, by=registry.cy
        )

        assert [reason.reason for reason in entry.reasons] == [
            "not_authorized",
            "same_account",
            "serials_not_held",
        ]

    def test_a_refusal_is_a_decision_with_its_reasons(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE, by=registry.cy)

        assert entry.decision is not None
        decision = audit.decision(entry.decision)
        assert decision is not None
        assert decision.decision_class == "iii"
        assert decision.subject == f"transfer:{entry.key}"
        assert decision.decided_at == NOON
        assert "accounts.not_authorized" in decision.reasons[0]


class TestWhoMaySubmit:
    """40 CFR 62.16330(a), 62.16290, 62.16320(e); MASS-133."""

    def test_the_alternate_may(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE, by=registry.bo)

        assert (entry.state, entry.role) == ("recorded", "alternate")

    def test_a_former_representative_may_not(self, registry: Registry) -> None:
        registry.name(registry.barry_facility, registry.eve, at=NOON)

        after = registry.transfer(registry.barry, registry.gulf, MIDDLE, at=NOON + SECOND)

        assert after.reason_codes == {"not_authorized"}

    def test_what_was_signed_in_office_and_arrived_later_binds(self, registry: Registry) -> None:
        registry.name(registry.barry_facility, registry.eve, at=NOON)

        entry = registry.transfer(
            registry.barry,
            registry.gulf,
            MIDDLE,
            at=NOON - SECOND,
            received_at=NOON + SECOND,
        )

        assert (entry.state, entry.role) == ("recorded", "primary")

    def test_a_new_representative_cannot_sign_for_the_time_before(self, registry: Registry) -> None:
        registry.name(registry.barry_facility, registry.eve, at=NOON)

        entry = registry.transfer(
            registry.barry,
            registry.gulf,
            MIDDLE,
            by=registry.eve,
            at=NOON - SECOND,
            received_at=NOON + SECOND,
        )

        assert entry.reason_codes == {"not_authorized"}


class TestProgramsApart:
    """PLAT-044: the books of two programs never mix."""

    def test_an_account_of_another_program(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        codes = {1: PROGRAM, 2: "cpp-rate"}
        monkeypatch.setattr(account_reads, "_program_codes", lambda: codes)
        Program.objects.create(number=2, code="cpp-rate")
        identity = 2 * PROGRAM_PLACE + 1
        other = Account.objects.create(
            id=identity,
            program_id=2,
            number=account_number(identity, "general"),
            kind="general",
            name="Elsewhere",
            opened_at=NOON,
        )

        entry = registry.transfer(registry.barry, other.number, MIDDLE)

        assert entry.reason_codes == {"wrong_program"}
        assert registry.quantity(registry.barry) == 300


class TestTimes:
    """MASS-014, MASS-129, MASS-131, MASS-132: dispatch, receipt and the days after them."""

    def test_it_is_due_within_five_business_days_of_receipt(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry,
            registry.gulf,
            MIDDLE,
            at=eastern("2024-07-01"),
            received_at=eastern("2024-11-27"),
            recorded_at=eastern("2024-11-29"),
        )

        assert entry.due_on == date(2024, 12, 4)
        assert entry.submitted_at == eastern("2024-07-01")
        assert entry.received_at == eastern("2024-11-27")
        assert entry.recorded_at == eastern("2024-11-29")

    def test_recordation_is_told_within_five_business_days(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, MIDDLE, at=eastern("2025-05-01"))

        (notice,) = audit.notices_of(registry.cy, event="transfer_recorded")
        assert notice.due_on == date(2025, 5, 7)

    def test_refusal_is_told_within_ten_business_days_of_receipt(self, registry: Registry) -> None:
        registry.transfer(
            registry.barry, registry.gulf, block("AL-2022-999"), at=eastern("2025-05-20")
        )

        (notice,) = audit.notices_of(registry.cy, event="transfer_not_recorded")
        assert notice.due_on == date(2025, 6, 3)

    def test_received_before_it_was_dispatched_is_no_submission(self, registry: Registry) -> None:
        with pytest.raises(Refused) as refused:
            registry.transfer(registry.barry, registry.gulf, MIDDLE, received_at=NOON - SECOND)

        assert refused.value.reasons == {"received_before_submitted"}
        assert not Transfer.objects.exists()

    def test_decided_before_it_was_received_is_a_bug(self, registry: Registry) -> None:
        with pytest.raises(ValueError, match="before it was received"):
            registry.transfer(registry.barry, registry.gulf, MIDDLE, recorded_at=NOON - SECOND)


class TestNotices:
    """40 CFR 62.16335(d), (e); PLAT-053."""

    def test_all_representatives_of_both_accounts_are_told_of_recordation(
        self, registry: Registry
    ) -> None:
        registry.transfer(registry.barry, registry.gulf, MIDDLE)

        for person in (registry.ana, registry.bo, registry.cy):
            assert registry.told(person) == ["transfer_recorded"]
        assert registry.told(registry.gil) == []
        (notice,) = audit.notices_of(registry.cy, event="transfer_recorded")
        for text in ("Barry", registry.gulf.number, "AL-2022-101 to AL-2022-150", "Ana Ruiz"):
            assert text in notice.body

    def test_of_refusal_with_the_reasons(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, block("AL-2022-301"))

        for person in (registry.ana, registry.bo, registry.cy):
            assert registry.told(person) == ["transfer_not_recorded"]
        (notice,) = audit.notices_of(registry.cy, event="transfer_not_recorded")
        assert entry.reasons[0].sentence in notice.body
        assert f"Decision: {entry.decision}" in notice.body

    def test_of_an_unknown_transferee_only_the_transferor_is_told(self, registry: Registry) -> None:
        registry.transfer(registry.barry, "G0100009999Z", MIDDLE)

        assert registry.told(registry.ana) == ["transfer_not_recorded"]
        assert registry.told(registry.cy) == []

    def test_who_represents_both_accounts_is_told_for_each(self, registry: Registry) -> None:
        own = registry.general("Ruiz Trading", registry.ana)
        registry.transfer(registry.barry, own, MIDDLE)

        found = audit.notices_of(registry.ana, event="transfer_recorded")
        assert {notice.account for notice in found} == {registry.barry.id, own.id}

    def test_a_former_representative_is_not_told(self, registry: Registry) -> None:
        registry.name(registry.barry_facility, registry.eve, at=NOON)
        registry.transfer(
            registry.barry, registry.gulf, MIDDLE, at=NOON - SECOND, recorded_at=NOON + SECOND
        )

        assert "transfer_recorded" not in registry.told(registry.ana)
        assert "transfer_recorded" in registry.told(registry.eve)


class TestPrivateTexts:
    """“Your reference” and the note are only for the transferor's people."""

    def test_the_transferors_people_see_them_and_nobody_else(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry, registry.gulf, MIDDLE, reference="PO 4711", note="for Q2\nwith Gulf"
        )

        def seen_by(viewer: int | None) -> tuple[str, str]:
            found = queries.transfer(entry.key, viewer=viewer)
            assert found is not None
            return found.reference, found.note

        assert seen_by(registry.ana) == seen_by(registry.bo) == ("PO 4711", "for Q2\nwith Gulf")
        assert seen_by(registry.cy) == seen_by(registry.eve) == seen_by(None) == ("", "")

    def test_a_reference_is_in_the_transferors_notice_alone(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, MIDDLE, reference="PO 4711", note="hush")

        (own,) = audit.notices_of(registry.ana, event="transfer_recorded")
        (other,) = audit.notices_of(registry.cy, event="transfer_recorded")
        assert "PO 4711" in own.body
        assert "PO 4711" not in other.body
        assert "hush" not in own.body + other.body

    def test_neither_is_in_the_journal(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry, registry.gulf, MIDDLE, reference="PO 4711", note="hush"
        )

        assert entry.tx is not None
        assert "PO 4711" not in repr(ledger_queries.transaction(entry.tx))
        assert "hush" not in repr(ledger_queries.transaction(entry.tx))

    @pytest.mark.parametrize(
        "texts",
        [
            {"reference": "x" * 101},
            {"note": "x" * 2001},
            {"note": "a\0b"},
            {"reference": "\u202ex"},
        ],
    )
    def test_what_cannot_be_kept_or_read_is_no_submission(
        self, registry: Registry, texts: dict[str, str]
    ) -> None:
        with pytest.raises(Refused) as refused:
            registry.transfer(registry.barry, registry.gulf, MIDDLE, **texts)

        assert refused.value.reasons == {"text_not_usable"}
        assert not Transfer.objects.exists()

    def test_every_script_is_kept(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry, registry.gulf, MIDDLE, reference="заказ 7", note="für später — 注記"
        )

        found = queries.transfer(entry.key, viewer=registry.ana)
        assert found is not None
        assert (found.reference, found.note) == ("заказ 7", "für später — 注記")


class TestRepeatedRequests:
    """PLAT-054: a key makes a repeated request harmless."""

    @pytest.mark.parametrize("asked", [{"vintage": 2022, "quantity": 50}, {}])
    def test_the_same_request_is_answered_with_what_became_of_it(
        self, registry: Registry, asked: dict[str, int]
    ) -> None:
        key = uuid4()
        blocks = () if asked else (MIDDLE,)
        first = registry.transfer(registry.barry, registry.gulf, *blocks, key=key, **asked)
        again = registry.transfer(
            registry.barry, registry.gulf, *blocks, key=key, at=NOON + SECOND, **asked
        )

        assert again == first
        assert registry.quantity(registry.gulf) == 50
        assert registry.told(registry.cy) == ["transfer_recorded"]

    def test_a_refused_one_stays_refused_even_if_it_could_be_recorded_now(
        self, registry: Registry
    ) -> None:
        key = uuid4()
        first = registry.transfer(registry.gulf, registry.bay, MIDDLE, by=registry.cy, key=key)
        registry.transfer(registry.barry, registry.gulf, MIDDLE)

        again = registry.transfer(registry.gulf, registry.bay, MIDDLE, by=registry.cy, key=key)

        assert again == first
        assert again.state == "refused"
        assert registry.quantity(registry.bay) == 0
        assert registry.told(registry.eve) == ["transfer_not_recorded"]

    @pytest.mark.parametrize(
        "other",
        [
            {"reference": "other"},
            {"note": "other"},
            {"by": "bo"},
            {"destination": "bay"},
            {"blocks": (block("AL-2022-1"),)},
        ],
    )
    def test_another_request_with_the_same_key_is_refused(
        self, registry: Registry, other: dict[str, object]
    ) -> None:
        key = uuid4()
        registry.transfer(registry.barry, registry.gulf, MIDDLE, key=key)
        changed = dict(other)
        destination = registry.bay if changed.pop("destination", "") else registry.gulf
        blocks = changed.pop("blocks", (MIDDLE,))
        by = registry.bo if changed.pop("by", "") else registry.ana

        with pytest.raises(Refused) as refused:
            registry.transfer(registry.barry, destination, *blocks, by=by, key=key, **changed)

        assert refused.value.reasons == {"key_reused"}
        assert Transfer.objects.count() == 1
        assert registry.quantity(registry.gulf) == 50

    def test_a_key_that_the_ledger_knows_from_elsewhere_is_refused(
        self, registry: Registry
    ) -> None:
        key = uuid4()
        ledger.reverse(
            tx=registry.transfer(registry.barry, registry.gulf, MIDDLE).tx or 0,
            key=key,
            actor="administrator",
            ground="error",
            recorded_at=NOON,
        )

        with pytest.raises(Refused) as refused:
            registry.transfer(registry.barry, registry.gulf, MIDDLE, key=key)

        assert refused.value.reasons == {"key_reused"}

    def test_serials_and_a_quantity_at_once_are_no_submission(self, registry: Registry) -> None:
        for asked in ({"vintage": 2022, "quantity": 1}, {"quantity": 1}):
            with pytest.raises(Refused) as refused:
                registry.transfer(
                    registry.barry, registry.gulf, *([MIDDLE] if len(asked) > 1 else []), **asked
                )
            assert refused.value.reasons == {"serials_or_quantity"}


class TestStatements:
    """docs/decisions/0179: one recorded transfer takes a fixed number of statements.

    On PostgreSQL accounts, who acts for them (and cools down, and gets copies), the
    safeguards, the ledger's facts, its write, the transfer and the notices; SQLite takes
    the kernel's two part by part.
    """

    OF_ONE = {"postgresql": 7, "sqlite": 15}

    def test_one_transfer(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, block("AL-2022-1"))

        with statements() as sent:
            registry.transfer(registry.barry, registry.gulf, MIDDLE)

        assert len(sent.acts) == self.OF_ONE[connection.vendor], sent.acts

    def test_one_by_quantity_takes_one_more(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, block("AL-2022-1"))
        with statements() as named:
            registry.transfer(registry.barry, registry.gulf, block("AL-2022-2", "AL-2022-11"))

        with statements() as chosen:
            registry.transfer(registry.barry, registry.gulf, vintage=2022, quantity=10)

        assert len(chosen.acts) == len(named.acts) + 1, chosen.acts

    def test_one_after_the_deadline_reads_the_holds(self, registry: Registry) -> None:
        at = eastern("2025-05-02")
        services.mark_done(
            program=PROGRAM,
            period=programs.load(PROGRAM).period_named("2022-2024"),
            accounts=[registry.barry.id],
            released_at=at,
        )

        with statements() as sent:
            entry = registry.transfer(registry.barry, registry.gulf, MIDDLE, at=at)

        assert entry.state == "recorded"
        assert len(sent.acts) == self.OF_ONE[connection.vendor] + 1, sent.acts


class TestConstraints:
    """What the database refuses, whoever writes."""

    @pytest.mark.parametrize(
        "change",
        [
            {"state": "lost"},
            {"kind": "gift"},
            {"tx_id": None},
            {"recorded_at": None},
            {"state": "refused"},
            {"state": "held"},
            {"source_id": None},
            {"quantity": None},
            {"quantity": 0},
            {"received_at": NOON - SECOND},
            {"reason": "other"},
            {"beneficiary": "the public"},
        ],
    )
    def test_a_transfer_that_contradicts_itself(
        self, registry: Registry, change: dict[str, object]
    ) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)

        with pytest.raises(IntegrityError), transaction.atomic():
            Transfer.objects.filter(key=entry.key).update(**change)

    def test_one_transaction_records_one_transfer(self, registry: Registry) -> None:
        first = registry.transfer(registry.barry, registry.gulf, MIDDLE)
        second = registry.transfer(registry.barry, registry.gulf, block("AL-2022-1"))

        with pytest.raises(IntegrityError), transaction.atomic():
            Transfer.objects.filter(key=second.key).update(tx_id=first.tx)

    def test_a_final_transfer_keeps_no_serials(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)
        reservation = ledger.reserve(
            account=registry.barry.id,
            blocks=[range_of(block("AL-2022-1"), program_number=1)],
            placed_at=NOON,
        )

        with pytest.raises(IntegrityError), transaction.atomic():
            Transfer.objects.filter(key=entry.key).update(reservation_id=reservation)
