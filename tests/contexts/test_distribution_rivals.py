"""Two who close an auction, or record a distribution, at once: with real commits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connections

from tests.conftest import SharedDatabase
from tests.contexts.auction_registry import CLOSES, OFFICIAL, OPENS, PROGRAM, AuctionRegistry
from tests.contexts.registry import Registry, noon
from trueup.auctions import queries as auction_queries
from trueup.auctions import services as auctions
from trueup.auctions.models import OpenedBid, SealedBid
from trueup.ledger.verify import audit
from trueup.rules.refusal import Refused
from trueup.set_asides import agreed
from trueup.set_asides import services as set_asides
from trueup.set_asides.entries import ProjectSpec
from trueup.set_asides.models import Distribution, Share

pytestmark = pytest.mark.stress
RIVALS = 4


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


def one_did_it(answers: list[object], *, others: str) -> bool:
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    problems = [answer for answer in answers if isinstance(answer, Exception)]
    return problems == refused and [set(of.reasons) for of in refused] == [{others}] * (RIVALS - 1)


def test_one_of_them_opens_the_bids(shared_database: SharedDatabase) -> None:
    """RGGI-041: two officials who close an auction at once."""
    registry = AuctionRegistry()
    registry.notice()
    registry.qualify("A")
    registry.bid("A", 60, 300)
    registry.at(CLOSES)
    auctions.ask_to_close(program=PROGRAM, number="30", actor=OFFICIAL, at=registry.tick())
    at = registry.tick()

    answers = at_once(
        lambda rival: auctions.close_auction(
            program=PROGRAM, number="30", actor=f"official:{rival + 2}", at=at
        )
    )

    assert one_did_it(answers, others="not_in_state"), answers
    assert OpenedBid.objects.count() == 1
    registry.deliver()
    assert registry.total("A") == 60
    assert audit().clean


def test_security_is_not_spent_twice(shared_database: SharedDatabase) -> None:
    """RGGI-042: bids of one account at the same instant, of which one fits."""
    registry = AuctionRegistry()
    registry.notice(offers=[("MD", 1000)])
    registry.qualify("A", security=20_000)

    answers = at_once(
        lambda rival: auctions.submit_bid(
            program=PROGRAM,
            number="30",
            account=registry.number("A"),
            person=registry.people["A"],
            quantity=60,
            price_cents=300 + rival,
            key=uuid4(),
            at=OPENS,
        )
    )

    assert one_did_it(answers, others="over_security"), answers
    entry = auction_queries.auction(program=PROGRAM, number="30")
    assert auction_queries.bids_entered(entry.id) == SealedBid.objects.count() == 1


def approved_project(registry: Registry) -> None:
    """One project of Alabama with approved MWh for 2022."""
    registry.open_general("Sun Co", "Sol Ray")
    filed_at = noon("2021-05-20")
    project = set_asides.file_project(
        ProjectSpec(
            name="P1",
            jurisdiction="AL",
            account=registry.number("Sun Co"),
            category="GEO",
            capacity_mw=Decimal(10),
            in_service_on=date(2015, 1, 1),
        ),
        program="cpp-mass",
        actor="person:1",
        dispatched_at=filed_at,
        received_at=filed_at,
    ).id
    set_asides.decide_project(project=project, outcome="approved", actor="official:1", at=filed_at)
    set_asides.file_projection(
        project=project,
        generation_year=2022,
        projected_mwh=Decimal(10),
        method="As described.",
        actor="person:1",
        dispatched_at=filed_at,
        received_at=filed_at,
    )
    set_asides.decide_projection(
        project=project, generation_year=2022, is_approved=True, actor="official:1", at=filed_at
    )


def test_one_agreed_distribution_is_recorded(shared_database: SharedDatabase) -> None:
    """PLAT-018, MASS-081: officials who approve one previewed distribution at once."""
    registry = Registry()
    approved_project(registry)
    of = {
        "program": "cpp-mass",
        "jurisdiction": "AL",
        "vintage": 2022,
        "purpose": "renewable_energy",
        "at": noon("2021-12-01"),
    }
    digest = agreed.preview(**of).digest

    answers = at_once(
        lambda rival: set_asides.distribute(
            **of, digest=digest, proposed_by="official:1", approved_by=f"second:{rival}"
        )
    )

    assert one_did_it(answers, others="distributed_before"), answers
    assert Share.objects.count() == Distribution.objects.count() == 1
    assert registry.total("Sun Co") == 3_308_224
    assert audit().clean


def test_one_of_them_records_the_distribution(shared_database: SharedDatabase) -> None:
    """PLAT-018; 40 CFR 62.16240(b): nothing runs twice."""
    registry = Registry()
    approved_project(registry)
    act = {"program": "cpp-mass", "jurisdiction": "AL", "vintage": 2022}
    of = {**act, "purpose": "renewable_energy", "at": noon("2021-12-01")}

    proposed = at_once(
        lambda rival: set_asides.propose_distribution(actor=f"official:{rival}", **of)
    )
    assert one_did_it(proposed, others="distributed_before"), proposed
    by = Distribution.objects.get().proposed_by
    answers = at_once(
        lambda rival: set_asides.approve_distribution(
            **{**of, "actor": f"second:{rival}", "at": noon("2021-12-02")}
        )
    )

    assert by.startswith("official:")
    assert one_did_it(answers, others="unknown_distribution"), answers
    assert Share.objects.count() == 1
    assert registry.total("Sun Co") == 3_308_224
    assert audit().clean
