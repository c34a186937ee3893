"""Every page asks the database as often for much as for little (PLAT-006).

The list of pages is generated from the addresses, as in the test of access: a new page is
in it from its first day. Each is shown to everybody of the registry's roles in turn until
somebody may see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.adapters.roles_of_access import FUNCTIONS, Everyone
from tests.adapters.test_access_everywhere import ENDING, address_of, pages
from tests.contexts.registry import PROGRAM, Registry
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.allocation import services as allocation
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferSpec

pytestmark = pytest.mark.django_db

ASKED = ("representative", "administrator", "technical", "other", *FUNCTIONS)
# They make something with each look, or keep it; how much there is does not matter to them.
WRITE = frozenset({"agreement"})
FEW, MORE = 3, 12


@pytest.fixture
def everyone() -> Everyone:
    everyone = Everyone(registry=Registry())
    everyone.registry.allocate(("Barry", "1", 2022, 10_000), ("Cane", "1", 2022, 500))
    everyone.registry.on("2025-02-03")
    return everyone


def grow(everyone: Everyone, first: int, count: int) -> None:
    """More facilities and accounts of Ana's, more transfers of Barry's, more tasks and data."""
    registry = everyone.registry
    for number in range(first, first + count):
        name = f"Plant {number}"
        spec = FacilitySpec(
            oris_code=500 + number,
            name=name,
            jurisdiction="AL",
            units=(UnitSpec(unit_id="1"), UnitSpec(unit_id="2")),
        )
        registry.register([spec])
        registry.represent(name, "Ana Ruiz")
        registry.open_general(f"Trader {number}", f"Person {number}")
        registry.allocate((name, "1", 2022, 100))
        allocation.record_from_reserve(
            program=PROGRAM,
            jurisdiction="AL",
            vintage=2022,
            quantity=10,
            account=registry.number("Barry"),
            recorded_at=registry.tick(),
        )
        registry.transfer("Barry", "Gulf Brokers", 2022, 7)
        registry.transfer(name, "Barry", 2022, 5)
        _prepare(everyone, 2)
        tasks.open_tasks([_task(everyone, name), _task(everyone, "", function="settle")])
        registry.report_years(name, u1=(10, 10, 10), u2=(10, 10, 10))


def _prepare(everyone: Everyone, quantity: int) -> None:
    """A transfer that a machine prepared for Ana's signature."""
    registry = everyone.registry
    spec = TransferSpec(
        source=registry.number("Barry"),
        destination=registry.number("Gulf Brokers"),
        submitted_by=everyone.ana,
        submitted_at=registry.tick(),
        key=uuid4(),
        vintage=2022,
        quantity=quantity,
    )
    transfers.propose_transfer(spec, program=PROGRAM, recorded_at=registry.now, actor="key:7")


def _task(everyone: Everyone, account: str, **audience: Any) -> TaskSpec:
    if account:
        audience = {"account": everyone.registry.account(account).id, "submission": "transfers"}
    return TaskSpec(
        kind="transfer_awaiting_approval",
        program=PROGRAM,
        subject=f"transfer:{uuid4()}",
        title="Approve",
        opened_at=everyone.registry.tick(),
        **audience,
    )


def asked(
    everyone: Everyone, shown: Mapping[str, tuple[str, int]] | None = None
) -> dict[str, tuple[str, int]]:
    """Who was shown each page, and how many statements it took."""
    found = {}
    for name, address in addresses(everyone):
        if shown is not None and name not in shown:
            continue
        for role in (shown[name][0],) if shown is not None else dict.fromkeys(ASKED):
            client = everyone.clients[role]
            if client.get(address).status_code != 200:  # The first look fills caches.
                continue
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(address)
                _ = answer.getvalue()
            if answer.status_code == 200:
                found[name] = (role, len(captured))
                break
    return found


def addresses(everyone: Everyone) -> list[tuple[str, str]]:
    """Every address that can be asked for."""
    return [
        (page.name or "", address_of(page, everyone))
        for _, page in pages()
        if page.name not in ENDING | WRITE
    ]


def test_every_page_takes_as_many_statements_for_much_as_for_little(everyone: Everyone) -> None:
    grow(everyone, 0, FEW)
    little = asked(everyone)
    grow(everyone, FEW, MORE)
    much = asked(everyone, little)

    more = {
        name: (little[name], much.get(name))
        for name in little
        if name in much and much[name][1] > little[name][1]
    }

    assert len(little) > 60
    assert more == {}
