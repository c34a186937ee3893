"""Retirement of one's own motion, and what the Administrator reverses, corrects, ends, limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.transfers_registry import (
    NOON,
    PROGRAM,
    SECOND,
    Registry,
    block,
    eastern,
)
from trueup.accounts import services as accounts
from trueup.audit import queries as audit
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, ClaimSpec
from trueup.ledger.services import retirement_account
from trueup.ledger.verify import audit as audit_books
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import parse_serial
from trueup.transfers import queries, services
from trueup.transfers.entries import ActReceipt, LimitationEntry, TransferEntry
from trueup.transfers.models import Limitation, Transfer

pytestmark = pytest.mark.django_db

MIDDLE = block("AL-2022-101", "AL-2022-150")
LATER = eastern("2025-05-20")


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


def holder(serial: str) -> str:
    lot, number = parse_serial(serial)
    found = ledger_queries.holder_of(program=PROGRAM, lot=lot, number=number)
    return found.name if found is not None else ""


def history(serial: str) -> list[tuple[str, str]]:
    lot, number = parse_serial(serial)
    return [
        (step.event, step.transaction.destination.name)
        for step in ledger_queries.serial_history(program=PROGRAM, lot=lot, number=number)
    ]


class TestVoluntaryRetirement:
    """PLAT-056; 40 CFR 62.16320(b); MASS-035."""

    def retire(self, registry: Registry, **more: object) -> TransferEntry:
        asked: dict[str, object] = {
            "source": registry.barry.number,
            "submitted_by": registry.ana,
            "submitted_at": NOON,
            "key": uuid4(),
            "reason": "environmental benefit",
            "vintage": 2022,
            "quantity": 5,
            **more,
        }
        return services.retire(program=PROGRAM, **asked)  # type: ignore[arg-type]

    def test_it_goes_to_the_retirement_account_for_good(self, registry: Registry) -> None:
        entry = self.retire(registry, beneficiary="Friends of the Coosa", reference="gift 7")

        assert (entry.state, entry.kind, entry.quantity) == ("recorded", "retirement", 5)
        assert (entry.reason, entry.beneficiary) == (
            "environmental benefit",
            "Friends of the Coosa",
        )
        assert holder("AL-2022-5") == "retirement"
        assert history("AL-2022-5")[-1] == ("transferred", "retirement")

    def test_the_journal_says_why_and_not_for_whom(self, registry: Registry) -> None:
        entry = self.retire(registry, beneficiary="Friends of the Coosa")

        line = ledger_queries.transaction(entry.tx or 0)
        assert line is not None
        assert (line.type, line.ground) == ("retire", "environmental benefit")
        assert "Coosa" not in repr(line)
        public = queries.transfer(entry.key)
        assert public is not None
        assert public.beneficiary == "Friends of the Coosa"

    def test_only_the_owners_people_are_told(self, registry: Registry) -> None:
        self.retire(registry)

        assert registry.told(registry.ana) == ["transfer_recorded"]
        assert registry.told(registry.bo) == ["transfer_recorded"]

    @pytest.mark.parametrize("reason", ["", "because I can", "x" * 100])
    def test_a_reason_that_the_program_does_not_list(self, registry: Registry, reason: str) -> None:
        entry = self.retire(registry, reason=reason)

        assert entry.state == "refused"
        assert "reason_not_listed" in entry.reason_codes
        assert registry.quantity(registry.barry) == 300

    def test_a_reason_that_is_too_long_is_no_submission(self, registry: Registry) -> None:
        with pytest.raises(Refused) as refused:
            self.retire(registry, reason="x" * 101)

        assert refused.value.reasons == {"text_not_usable"}

    def test_undoing_it_is_refused(self, registry: Registry) -> None:
        entry = self.retire(registry)

        with pytest.raises(Refused) as refused:
            services.reverse(transfer=entry.key, ground="changed my mind", reversed_at=NOON)

        assert refused.value.reasons == {"not_reversible"}

    def test_nobody_retires_what_is_anothers(self, registry: Registry) -> None:
        assert self.retire(registry, submitted_by=registry.cy).reason_codes == {"not_authorized"}

    def test_there_is_one_retirement_account(self, registry: Registry) -> None:
        self.retire(registry)
        self.retire(registry)

        assert len(ledger_queries.accounts(program=PROGRAM, kind="retirement")) == 1


class TestReversal:
    """40 CFR 62.16355; PLAT-110; acceptance: a reversal returns the same serials."""

    def reverse(self, entry: TransferEntry, **more: object) -> ActReceipt:
        asked: dict[str, object] = {"ground": "wrong account", "reversed_at": LATER, **more}
        return services.reverse(transfer=entry.key, **asked)  # type: ignore[arg-type]

    def test_the_same_serials_come_back(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)

        receipt = self.reverse(entry)

        assert registry.held(registry.barry) == ["AL-2022-1 to AL-2022-300"]
        line = ledger_queries.transaction(receipt.transactions[0])
        assert line is not None
        assert (line.type, line.event, line.mends) == ("adjust", "adjusted", entry.tx)
        assert (line.ground, line.actor) == ("wrong account", "administrator")
        found = queries.transfer(entry.key)
        assert found is not None
        assert (found.state, found.reversal) == ("recorded", receipt.transactions[0])

    def test_an_own_allocation_comes_back_as_one(self, registry: Registry) -> None:
        self.reverse(registry.transfer(registry.barry, registry.gulf, MIDDLE))

        assert all(held.own for held in ledger_queries.holdings(registry.barry.id))

    def test_both_sides_are_told_within_ten_business_days(self, registry: Registry) -> None:
        self.reverse(registry.transfer(registry.barry, registry.gulf, MIDDLE))

        for person in (registry.ana, registry.bo, registry.cy):
            (notice,) = audit.notices_of(person, event="account_corrected")
            assert notice.due_on == date(2025, 6, 3)
            assert "wrong account" in notice.body
            assert "AL-2022-101 to AL-2022-150" in notice.body

    def test_it_is_a_decision_and_an_event(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)
        receipt = self.reverse(entry)

        decision = audit.decision(receipt.decision)
        assert decision is not None
        assert (decision.decision_class, decision.outcome) == ("v", "transfer reversed")
        assert decision.reasons == ("wrong account",)
        (event,) = audit.events_of(f"transfer:{entry.key}")
        assert (event.act, event.actor, event.cite) == (
            "reverse",
            "administrator",
            "40 CFR 62.16355",
        )

    def test_what_has_moved_on_cannot_be_given_back(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)
        registry.transfer(registry.gulf, registry.bay, block("AL-2022-150"), by=registry.cy)

        with pytest.raises(Refused) as refused:
            self.reverse(entry)

        assert refused.value.reasons == {"serials_not_held"}
        assert audit.events_of(f"transfer:{entry.key}") == []
        assert registry.told(registry.ana) == ["transfer_recorded"]

    def test_not_twice(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)
        self.reverse(entry)
        registry.transfer(registry.barry, registry.gulf, MIDDLE)

        with pytest.raises(Refused) as refused:
            self.reverse(entry)

        assert refused.value.reasons == {"already_reversed"}
        assert registry.quantity(registry.gulf) == 50

    def test_what_was_not_recorded_or_is_not_known(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, block("AL-2022-999"))
        with pytest.raises(Refused) as refused:
            self.reverse(entry)
        assert refused.value.reasons == {"not_recorded"}

        with pytest.raises(Refused) as refused:
            services.reverse(transfer=uuid4(), ground="x", reversed_at=LATER)
        assert refused.value.reasons == {"unknown_transfer"}

    def test_only_the_administrator_with_a_ground(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)

        with pytest.raises(Refused) as refused:
            self.reverse(entry, actor=f"person:{registry.ana}", ground=" ")

        assert refused.value.reasons == {"not_authorized", "ground_missing"}
        assert registry.quantity(registry.gulf) == 50

    def test_a_frozen_account_does_not_hinder_the_administrator(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)
        accounts.freeze_account(account=registry.gulf.id, ground="inquiry", frozen_at=NOON)

        self.reverse(entry)

        assert registry.quantity(registry.barry) == 300


class TestCorrection:
    """40 CFR 62.16355; MASS-145, PLAT-110."""

    def correct(
        self, source: AccountEntry, destination: AccountEntry, **more: object
    ) -> ActReceipt:
        asked: dict[str, object] = {
            "source": source.number,
            "destination": destination.number,
            "blocks": [MIDDLE],
            "ground": "delivered to the wrong account",
            "corrected_at": LATER,
            "key": uuid4(),
            **more,
        }
        return services.correct_error(program=PROGRAM, **asked)  # type: ignore[arg-type]

    def test_what_is_in_the_wrong_account_goes_to_the_right_one(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE)

        receipt = self.correct(registry.gulf, registry.bay, mends=entry.tx)

        assert registry.held(registry.bay) == ["AL-2022-101 to AL-2022-150"]
        line = ledger_queries.transaction(receipt.transactions[0])
        assert line is not None
        assert (line.type, line.mends) == ("adjust", entry.tx)
        decision = audit.decision(receipt.decision)
        assert decision is not None
        assert decision.decision_class == "v"

    def test_both_sides_are_told_within_ten_business_days(self, registry: Registry) -> None:
        self.correct(registry.barry, registry.gulf)

        for person in (registry.ana, registry.bo, registry.cy):
            (notice,) = audit.notices_of(person, event="account_corrected")
            assert notice.due_on == date(2025, 6, 3)

    def test_out_of_retirement_too(self, registry: Registry) -> None:
        services.submit_batch(
            [registry.retirement(registry.barry, 10)], program=PROGRAM, recorded_at=NOON
        )
        retirement = retirement_account(program=PROGRAM, opened_at=NOON)

        self.correct(retirement, registry.barry, blocks=[block("AL-2022-1", "AL-2022-10")])

        assert registry.quantity(registry.barry) == 300
        assert history("AL-2022-3")[-1] == ("adjusted", "Barry")

    def test_without_a_ground_or_by_another_it_is_refused(self, registry: Registry) -> None:
        with pytest.raises(Refused) as refused:
            self.correct(registry.barry, registry.gulf, ground="", actor="person:1")

        assert refused.value.reasons == {"not_authorized", "ground_missing"}
        assert registry.quantity(registry.barry) == 300

    def test_unknown_accounts_and_serials(self, registry: Registry) -> None:
        with pytest.raises(Refused) as refused:
            self.correct(registry.barry, replace(registry.gulf, number="G0100009999Z"))
        assert refused.value.reasons == {"unknown_account"}

        with pytest.raises(Refused) as refused:
            self.correct(registry.gulf, registry.barry)
        assert refused.value.reasons == {"serials_not_held"}
        assert audit.events(program=PROGRAM, limit=1)[0].act != "correct_error"

    def test_the_same_order_again_is_answered_as_before(self, registry: Registry) -> None:
        key = uuid4()
        first = self.correct(registry.barry, registry.gulf, key=key)

        assert self.correct(registry.barry, registry.gulf, key=key) == first
        assert registry.told(registry.cy) == ["account_corrected"]
        with pytest.raises(Refused) as refused:
            self.correct(registry.barry, registry.bay, key=key)
        assert refused.value.reasons == {"key_reused"}

    def test_an_official_may(self, registry: Registry) -> None:
        self.correct(registry.barry, registry.gulf, actor="official:7")

        assert registry.quantity(registry.gulf) == 50


class TestEnding:
    """40 CFR 62.16220(c)(5); MASS-008: allowances may be ended, with a ground."""

    def end(self, *blocks: object, **more: object) -> ActReceipt:
        asked: dict[str, object] = {
            "blocks": list(blocks),
            "ground": "court order",
            "ended_at": LATER,
            "key": uuid4(),
            **more,
        }
        return services.cancel_instruments(program=PROGRAM, **asked)  # type: ignore[arg-type]

    def test_whoever_holds_them(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, MIDDLE)

        receipt = self.end(block("AL-2022-99", "AL-2022-152"))

        assert (receipt.quantity, len(receipt.transactions)) == (54, 2)
        assert registry.quantity(registry.gulf) == 0
        assert registry.quantity(registry.barry) == 246
        assert history("AL-2022-101")[-1] == ("cancelled", "retirement")

    def test_they_cannot_be_transferred_any_more(self, registry: Registry) -> None:
        self.end(block("AL-2022-1", "AL-2022-10"))

        entry = registry.transfer(registry.barry, registry.gulf, block("AL-2022-5"))

        assert "serials_retired" in entry.reason_codes

    def test_it_is_decided_logged_and_told(self, registry: Registry) -> None:
        receipt = self.end(block("AL-2022-1", "AL-2022-10"))

        decision = audit.decision(receipt.decision)
        assert decision is not None
        assert decision.is_appeal_uncertain
        assert decision.outcome == "allowances ended"
        assert decision.reasons == ("court order",)
        (event,) = audit.events_of(decision.subject)
        assert event.act == "cancel_instruments"
        for person in (registry.ana, registry.bo):
            (notice,) = audit.notices_of(person, event="instruments_ended")
            assert "court order" in notice.body
            assert "AL-2022-1 to AL-2022-10" in notice.body
        assert registry.told(registry.cy) == []

    def test_a_great_many_blocks(self, registry: Registry) -> None:
        registry.allocate(registry.barry, 3000)
        blocks = [block(f"AL-2022-{number}") for number in range(1, 2500, 2)]

        receipt = self.end(*blocks)

        assert receipt.quantity == len(blocks) == 1250
        assert registry.quantity(registry.barry) == 3300 - 1250

    def test_those_in_a_reserve_too(self, registry: Registry) -> None:
        ledger.originate(
            program=PROGRAM,
            lot=parse_serial("WY-2022-1")[0],
            shares=[(registry.reserve.id, 5)],
            key=uuid4(),
            actor="administrator",
            recorded_at=NOON,
        )

        self.end(block("WY-2022-1", "WY-2022-5"))

        assert holder("WY-2022-3") == "retirement"

    def test_those_that_wait_in_a_transfer_which_is_refused_in_its_turn(
        self, registry: Registry
    ) -> None:
        late = eastern("2025-05-02")
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE, at=late)

        self.end(block("AL-2022-149", "AL-2022-160"))
        services.release_held(
            program=PROGRAM,
            period=programs.load(PROGRAM).period_named("2022-2024"),
            accounts=[registry.barry.id],
            released_at=LATER,
        )

        found = queries.transfer(entry.key)
        assert found is not None
        assert found.reason_codes == {"serials_retired", "serials_not_held"}
        assert registry.quantity(registry.barry) == 288

    @pytest.mark.parametrize(
        ("blocks", "reason"),
        [
            ([], "not_whole_number"),
            ([block("AL-2022-1"), block("AL-2022-1")], "duplicate_serials"),
            ([block("AL-2022-300", "AL-2022-301")], "serials_not_held"),
            ([block("WY-2031-1")], "serials_not_held"),
        ],
    )
    def test_what_cannot_be_ended(
        self, registry: Registry, blocks: list[object], reason: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            self.end(*blocks)

        assert refused.value.reasons == {reason}
        assert registry.quantity(registry.barry) == 300

    def test_what_is_retired_already(self, registry: Registry) -> None:
        self.end(block("AL-2022-1", "AL-2022-10"))

        with pytest.raises(Refused) as refused:
            self.end(block("AL-2022-10", "AL-2022-20"))

        assert refused.value.reasons == {"serials_retired"}
        assert registry.quantity(registry.barry) == 290

    def test_only_the_administrator_with_a_ground(self, registry: Registry) -> None:
        with pytest.raises(Refused) as refused:
            self.end(block("AL-2022-1"), actor="person:1", ground="")

        assert refused.value.reasons == {"not_authorized", "ground_missing"}

    def test_the_same_order_again_is_answered_as_before(self, registry: Registry) -> None:
        key = uuid4()
        first = self.end(block("AL-2022-1"), key=key)

        assert self.end(block("AL-2022-1"), key=key) == first
        with pytest.raises(Refused) as refused:
            self.end(block("AL-2022-2"), key=key)
        assert refused.value.reasons == {"key_reused"}


class TestLimiting:
    """40 CFR 62.16220(c)(5); MASS-008: allowances may be limited, with a ground."""

    def limit(self, *blocks: object, **more: object) -> list[LimitationEntry]:
        asked: dict[str, object] = {
            "blocks": list(blocks),
            "ground": "under review",
            "placed_at": LATER,
            "key": uuid4(),
            **more,
        }
        return services.limit_instruments(program=PROGRAM, **asked)  # type: ignore[arg-type]

    def test_they_stay_and_go_nowhere(self, registry: Registry) -> None:
        (limited,) = self.limit(MIDDLE)

        assert (limited.account.name, limited.quantity, limited.blocks) == ("Barry", 50, (MIDDLE,))
        assert registry.quantity(registry.barry) == 300
        out = registry.transfer(registry.barry, registry.gulf, block("AL-2022-101"))
        assert out.reason_codes == {"serials_not_held"}
        assert (
            registry.transfer(registry.barry, registry.gulf, vintage=2022, quantity=250).state
            == "recorded"
        )
        assert queries.limitations(account=registry.barry.id) == [limited]

    def test_until_the_limitation_is_lifted(self, registry: Registry) -> None:
        (limited,) = self.limit(MIDDLE)

        (lifted,) = services.lift_limitation(
            limitation=limited.key, ground="review closed", lifted_at=LATER + SECOND
        )

        assert lifted.lifted_at == LATER + SECOND
        assert registry.transfer(registry.barry, registry.gulf, MIDDLE).state == "recorded"
        assert queries.limitations(account=registry.barry.id) == []
        assert queries.limitations(account=registry.barry.id, include_lifted=True) == [lifted]
        assert registry.told(registry.ana)[:2] == ["instruments_limited", "limitation_lifted"]
        with pytest.raises(Refused) as refused:
            services.lift_limitation(limitation=limited.key, ground="again", lifted_at=LATER)
        assert refused.value.reasons == {"already_lifted"}

    def test_in_several_accounts_under_one_order(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, MIDDLE)
        key = uuid4()

        found = self.limit(block("AL-2022-150", "AL-2022-151"), key=key)

        assert sorted(entry.account.name for entry in found) == ["Barry", "Gulf Brokers"]
        assert self.limit(block("AL-2022-150", "AL-2022-151"), key=key) == found
        assert len(services.lift_limitation(limitation=key, ground="x", lifted_at=LATER)) == 2

    def test_a_transfer_that_waits_with_some_of_them_is_refused_in_its_turn(
        self, registry: Registry
    ) -> None:
        late = eastern("2025-05-02")
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE, at=late)

        self.limit(block("AL-2022-150"))
        services.release_held(
            program=PROGRAM,
            period=programs.load(PROGRAM).period_named("2022-2024"),
            accounts=[registry.barry.id],
            released_at=LATER,
        )

        found = queries.transfer(entry.key)
        assert found is not None
        assert found.reason_codes == {"serials_not_held"}

    def test_what_is_limited_can_be_ended(self, registry: Registry) -> None:
        self.limit(MIDDLE)

        services.cancel_instruments(
            program=PROGRAM, blocks=[MIDDLE], ground="court order", ended_at=LATER, key=uuid4()
        )

        assert holder("AL-2022-120") == "retirement"

    def test_but_not_limited_twice(self, registry: Registry) -> None:
        self.limit(MIDDLE)

        with pytest.raises(Refused) as refused:
            self.limit(block("AL-2022-150", "AL-2022-151"))

        assert refused.value.reasons == {"serials_not_held"}
        assert Limitation.objects.count() == 1

    def test_an_unknown_limitation(self, registry: Registry) -> None:
        with pytest.raises(Refused) as refused:
            services.lift_limitation(limitation=uuid4(), ground="x", lifted_at=LATER)

        assert refused.value.reasons == {"unknown_limitation"}

    @pytest.mark.parametrize(
        "change", [{"ground": ""}, {"reservation_id": None}, {"lifted_at": LATER}]
    )
    def test_a_limitation_that_contradicts_itself(
        self, registry: Registry, change: dict[str, object]
    ) -> None:
        self.limit(MIDDLE)

        with pytest.raises(IntegrityError), transaction.atomic():
            Limitation.objects.update(**change)


class TestDebts:
    """40 CFR 62.16340(d); MASS-141: what is owed is taken as it arrives."""

    def owe(self, registry: Registry, quantity: int) -> None:
        retirement = retirement_account(program=PROGRAM, opened_at=NOON)
        spec = ClaimSpec(
            account=registry.gaston.id,
            destination=retirement.id,
            owed=quantity,
            vintage_max=2027,
            ground="excess 2022-2024",
        )
        ledger.place_claims([spec], placed_at=NOON)

    def test_a_transfer_is_recorded_and_the_debt_is_met_out_of_it(self, registry: Registry) -> None:
        self.owe(registry, 30)

        entry = registry.transfer(registry.barry, registry.gaston, MIDDLE)

        assert entry.state == "recorded"
        assert registry.held(registry.gaston) == ["AL-2022-131 to AL-2022-150"]
        assert history("AL-2022-101")[-1] == ("deducted", "retirement")

    def test_while_it_is_owed_usable_allowances_stay(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gaston, MIDDLE)
        self.owe(registry, 500)

        entry = registry.transfer(registry.gaston, registry.gulf, MIDDLE, by=registry.gil)

        assert entry.reason_codes == {"debt_outstanding"}


class TestPages:
    """MASS-168: what is recorded is public; the rest is for the account's own people."""

    def test_an_accounts_transfers_newest_first_a_page_at_a_time(self, registry: Registry) -> None:
        entries = [
            registry.transfer(registry.barry, registry.gulf, block(f"AL-2022-{number}"))
            for number in (1, 2, 3)
        ]
        entries.append(
            registry.transfer(registry.gulf, registry.barry, block("AL-2022-1"), by=registry.cy)
        )

        first = queries.transfers_of(registry.gulf.id, limit=3)
        rest = queries.transfers_of(registry.gulf.id, limit=3, before=first[-1].id)

        assert [entry.key for entry in first + rest] == [entry.key for entry in entries[::-1]]

    def test_refused_ones_are_seen_by_the_people_of_either_account_alone(
        self, registry: Registry
    ) -> None:
        refused = registry.transfer(registry.barry, registry.gulf, block("AL-2022-999"))

        for viewer, seen in ((None, []), (registry.eve, []), (registry.ana, [refused.key])):
            found = queries.transfers_of(registry.barry.id, viewer=viewer)
            assert [entry.key for entry in found] == seen
        assert [entry.key for entry in queries.transfers_of(registry.gulf.id, viewer=registry.cy)]

    def test_the_transfer_behind_a_transaction(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, MIDDLE, reference="PO 1")
        tx = entry.tx or 0

        assert queries.transfers_recorded([tx])[tx].reference == ""
        assert queries.transfers_recorded([tx], viewer=registry.bo)[tx].reference == "PO 1"
        assert queries.transfers_recorded([tx + 1]) == {}
        assert Transfer.objects.get(tx=tx).key == entry.key
