"""Two who register the same at once: with real commits, on the database in use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from tests.conftest import SharedDatabase
from trueup.accounts import queries, services
from trueup.accounts.entries import FacilitySpec
from trueup.accounts.models import Facility, FacilityAccount, Representative
from trueup.ledger import queries as ledger
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.stress

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
RIVALS = 6


def at_once(act: Callable[[int], object]) -> list[object]:
    """What each of the rivals got: an answer, or the problem."""
    together = threading.Barrier(RIVALS)
    answers: list[object] = [None] * RIVALS

    def run(rival: int) -> None:
        try:
            together.wait()
            answers[rival] = act(rival)
        except Exception as problem:
            answers[rival] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(rival,)) for rival in range(RIVALS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def a_facility(oris_code: int = 3) -> int:
    return services.register_facility(
        program=PROGRAM,
        facility=FacilitySpec(oris_code=oris_code, name="Barry", jurisdiction="AL"),
        registered_at=NOON,
    ).id


def test_one_of_them_registers_the_facility(shared_database: SharedDatabase) -> None:
    """40 CFR 62.16375 "Facility"."""
    for oris_code in range(1, 11):
        answers = at_once(lambda _, code=oris_code: a_facility(code))

        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(refused) == RIVALS - 1, answers
        assert all(answer.reasons == {"facility_exists"} for answer in refused)
    assert Facility.objects.count() == 10


def test_one_account_is_opened_and_one_of_them_represents_it(
    shared_database: SharedDatabase,
) -> None:
    """40 CFR 62.16290(a), 62.16320(a)."""
    people = [
        services.register_person(name=f"Person {rival}", registered_at=NOON).id
        for rival in range(RIVALS)
    ]
    for turn in range(1, 6):
        facility = a_facility(turn)
        answers = at_once(
            lambda rival, facility=facility: services.name_designated_representative(
                program=PROGRAM, facility=facility, person=people[rival], at=NOON
            )
        )

        (account,) = FacilityAccount.objects.filter(facility_id=facility)
        assert {tuple(entry.id for entry in answer) for answer in answers} == {
            (account.account_id,)
        }, answers
        assert len(queries.representatives([account.account_id])[account.account_id]) == 1
        # All were named, one after the other.
        assert Representative.objects.filter(account_id=account.account_id).count() == RIVALS
    assert len(ledger.accounts(program=PROGRAM)) == 5


def test_all_supersede_one_after_the_other(shared_database: SharedDatabase) -> None:
    """40 CFR 62.16320(c)(3)(i)."""
    people = [
        services.register_person(name=f"Person {rival}", registered_at=NOON).id
        for rival in range(RIVALS + 1)
    ]
    account = services.open_general_account(
        program=PROGRAM, name="Gulf Brokers", representative=people[RIVALS], at=NOON
    ).id

    answers = at_once(
        lambda rival: services.name_account_representative(
            account=account, person=people[rival], at=NOON + timedelta(seconds=1)
        )
    )

    assert answers == [None] * RIVALS
    history = queries.past_and_present_representatives(account)
    assert sorted(seat.person for seat in history) == sorted(people)
    assert [seat.until_at is None for seat in history].count(True) == 1
