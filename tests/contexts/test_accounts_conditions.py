"""Freezing, releasing and closing accounts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from trueup.accounts import queries, services
from trueup.accounts.entries import FacilitySpec
from trueup.audit import queries as audit
from trueup.audit.models import Decision, Event, Notice
from trueup.ledger import queries as ledger
from trueup.ledger import services as books
from trueup.ledger.entries import ClaimSpec, Instruction
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


@pytest.fixture
def cy() -> int:
    return services.register_person(name="Cy Dunn", registered_at=NOON).id


@pytest.fixture
def brokers(cy: int) -> int:
    return services.open_general_account(
        program=PROGRAM, name="Gulf Brokers", representative=cy, at=NOON
    ).id


@pytest.fixture
def barry() -> int:
    facility = services.register_facility(
        program=PROGRAM,
        facility=FacilitySpec(oris_code=3, name="Barry", jurisdiction="AL"),
        registered_at=NOON,
    )
    ana = services.register_person(name="Ana Ruiz", registered_at=NOON).id
    (account,) = services.name_designated_representative(
        program=PROGRAM, facility=facility.id, person=ana, at=NOON
    )
    return account.id


def freeze(account: int, ground: str = "investigation", **options: bool) -> str:
    return services.freeze_account(account=account, ground=ground, frozen_at=LATER, **options).state


def close(account: int, ground: str = "asked for by its representative", **options: bool) -> str:
    return services.close_account(account=account, ground=ground, closed_at=LATER, **options).state


def fill(account: int, quantity: int) -> None:
    """Give an account allowances, straight from their creation by way of a reserve."""
    reserve = books.open_account(
        program=PROGRAM,
        kind="origination",
        name="AL reserve",
        opened_at=NOON,
        jurisdiction="AL",
        purpose="reserve",
    )
    books.originate(
        program=PROGRAM,
        lot=Lot(jurisdiction="AL", year=2022),
        shares=[(reserve.id, quantity)],
        key=uuid4(),
        actor="administrator",
        recorded_at=NOON,
    )
    (block,) = ledger.holdings(reserve.id)
    books.record(
        [
            Instruction(
                type="allocate",
                source=reserve.id,
                destination=account,
                blocks=(block.range,),
                key=uuid4(),
                actor="administrator",
                submitted_at=NOON,
            )
        ],
        program=PROGRAM,
        recorded_at=NOON,
    )


class TestFreezing:
    """40 CFR 62.16255(c), (d)(1); MASS-044, MASS-AMB-13."""

    def test_a_general_account_is_frozen_and_released(self, brokers: int) -> None:
        assert freeze(brokers) == "frozen"
        assert (
            services.unfreeze_account(
                account=brokers, ground="found to be in order", released_at=LATER
            ).state
            == "open"
        )

    def test_it_is_logged_decided_and_told(self, brokers: int, cy: int) -> None:
        freeze(brokers)

        event = audit.events_of(f"account:{brokers}")[0]
        assert (event.act, event.at, event.before) == ("freeze_account", LATER, {"state": "open"})
        assert event.after == {"state": "frozen", "ground": "investigation"}
        (decision,) = audit.decisions_of([f"account:{brokers}"])[f"account:{brokers}"]
        assert decision.is_appeal_uncertain
        assert decision.reasons == ("investigation",)
        notice = audit.notices_of(cy)[0]
        assert notice.event == "account_frozen"
        assert "Reason:  investigation" in notice.body
        assert f"Decision: {decision.id}" in notice.body

    def test_a_compliance_account_is_frozen_only_to_correct_an_error(self, barry: int) -> None:
        with pytest.raises(Refused) as refused:
            freeze(barry)
        assert refused.value.reasons == {"freeze_not_permitted"}
        assert ledger.account(barry).state == "open"

        assert freeze(barry, ground="allowances of another facility", as_correction=True)
        assert ledger.account(barry).state == "frozen"

    def test_an_account_is_not_frozen_twice_nor_released_when_open(self, brokers: int) -> None:
        with pytest.raises(Refused) as refused:
            services.unfreeze_account(account=brokers, ground="x", released_at=LATER)
        assert refused.value.reasons == {"not_frozen"}
        freeze(brokers)
        with pytest.raises(Refused) as refused:
            freeze(brokers)
        assert refused.value.reasons == {"account_frozen"}

    def test_a_freeze_needs_a_ground_and_an_account(self, brokers: int) -> None:
        with pytest.raises(Refused) as refused:
            freeze(brokers, ground="  ")
        assert refused.value.reasons == {"ground_missing"}
        with pytest.raises(Refused) as refused:
            freeze(brokers + 1)
        assert refused.value.reasons == {"unknown_account"}
        assert not Decision.objects.exists()


class TestClosing:
    """40 CFR 62.16320(c)(6); MASS-041, MASS-043; PLAT-027."""

    def test_an_empty_general_account_is_closed_and_told(self, brokers: int, cy: int) -> None:
        assert close(brokers) == "closed"

        notice = audit.notices_of(cy)[0]
        assert notice.event == "account_closing"
        assert "Closing: 2021-06-02" in notice.body
        event = audit.events_of(f"account:{brokers}")[0]
        assert (event.act, event.before) == ("close_account", {"state": "open"})

    def test_an_account_that_holds_one_allowance_stays_open(self, brokers: int) -> None:
        fill(brokers, 1)
        events = Event.objects.count()

        with pytest.raises(Refused) as refused:
            close(brokers)

        assert refused.value.reasons == {"account_not_empty"}
        assert "still holds 1 allowances" in str(refused.value)
        assert ledger.account(brokers).state == "open"
        assert Event.objects.count() == events
        assert not Notice.objects.filter(event="account_closing").exists()

    def test_an_account_that_owes_stays_open(self, brokers: int, barry: int) -> None:
        retirement = books.open_account(
            program=PROGRAM, kind="retirement", name="retirement", opened_at=NOON
        )
        books.place_claims(
            [
                ClaimSpec(
                    account=brokers,
                    destination=retirement.id,
                    owed=5,
                    vintage_max=2024,
                    ground="error",
                )
            ],
            placed_at=NOON,
        )

        with pytest.raises(Refused) as refused:
            close(brokers)
        assert refused.value.reasons == {"debt_outstanding"}

    def test_a_compliance_account_stays_open(self, barry: int) -> None:
        with pytest.raises(Refused) as refused:
            close(barry)
        assert refused.value.reasons == {"stays_open"}
        assert close(barry, as_correction=True) == "closed"

    def test_every_reason_is_given(self, barry: int) -> None:
        fill(barry, 1000)

        with pytest.raises(Refused) as refused:
            close(barry, ground="")
        assert [refusal.reason for refusal in refused.value.refusals] == [
            "ground_missing",
            "stays_open",
            "account_not_empty",
        ]
        assert "1,000" in str(refused.value)

    def test_the_accounts_of_the_administrator_are_never_closed(self) -> None:
        retirement = books.open_account(
            program=PROGRAM, kind="retirement", name="retirement", opened_at=NOON
        )

        for as_correction in (False, True):
            with pytest.raises(Refused) as refused:
                close(retirement.id, as_correction=as_correction)
            assert refused.value.reasons == {"stays_open"}

    def test_what_is_closed_stays_closed(self, brokers: int, cy: int) -> None:
        close(brokers)

        for act in (close, freeze):
            with pytest.raises(Refused) as refused:
                act(brokers)
            assert "account_closed" in refused.value.reasons
        with pytest.raises(Refused) as refused:
            services.name_account_representative(account=brokers, person=cy, at=LATER)
        assert refused.value.reasons == {"account_closed"}

    def test_a_frozen_account_that_is_empty_can_be_closed(self, brokers: int) -> None:
        freeze(brokers)

        assert close(brokers) == "closed"

    def test_the_number_of_a_closed_account_is_not_given_again(self, brokers: int, cy: int) -> None:
        number = ledger.account(brokers).number
        close(brokers)

        again = services.open_general_account(
            program=PROGRAM, name="Gulf Brokers", representative=cy, at=LATER
        )
        assert again.number != number

    def test_who_represented_it_is_still_known(self, brokers: int, cy: int) -> None:
        close(brokers)

        assert [seat.person for seat in queries.representatives([brokers])[brokers]] == [cy]
