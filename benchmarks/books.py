"""Books of a chosen size for the benchmarks, made through the services.

python -m benchmarks.books --blocks 10000 --accounts 3000     (DATABASE_URL, empty)
"""

from __future__ import annotations

import argparse
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import django
from django.core.management import call_command
from django.db import connection

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
LOTS = ("AL", "GA", "OH", "TX", "WY")
LOT_SIZE = 200_000_000
BLOCKS_A_TRANSACTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many starting blocks and accounts there are."""

    blocks: int
    accounts: int


def make(size: Size) -> None:
    """Five lots of 200 million allowances, dealt out in equal blocks over the accounts."""
    from trueup.accounts import services as accounts
    from trueup.accounts.entries import GeneralAccountSpec
    from trueup.ledger import services

    person = accounts.register_person(
        name="Ana Ruiz", email="ana@benchmark.example", registered_at=NOON
    )
    rivals = accounts.open_general_accounts(
        [
            GeneralAccountSpec(name=f"Account {number}", representative=person.id)
            for number in range(size.accounts)
        ],
        program=PROGRAM,
        at=NOON,
    )
    reserve = services.open_account(
        program=PROGRAM, kind="origination", name="reserve", opened_at=NOON
    )
    for position, jurisdiction in enumerate(LOTS):
        _deal_out(jurisdiction, position, size, reserve.id, [account.id for account in rivals])


def _deal_out(
    jurisdiction: str, position: int, size: Size, reserve: int, accounts: list[int]
) -> None:
    from trueup.ledger import services
    from trueup.ledger.entries import Instruction, Range
    from trueup.rules import programs
    from trueup.rules.serials import Lot

    lot = Lot(jurisdiction=jurisdiction, year=2022)
    number = lot.number(programs.load(PROGRAM).number)
    services.originate(
        program=PROGRAM,
        lot=lot,
        shares=[(reserve, LOT_SIZE)],
        key=uuid.uuid4(),
        actor="administrator",
        recorded_at=NOON,
    )
    blocks = size.blocks // len(LOTS)
    width = LOT_SIZE // blocks
    for start in range(0, blocks, BLOCKS_A_TRANSACTION):
        services.record(
            [
                Instruction(
                    type="allocate",
                    source=reserve,
                    destination=accounts[(block * len(LOTS) + position) % len(accounts)],
                    blocks=(Range(number, block * width + 1, (block + 1) * width),),
                    key=uuid.uuid4(),
                    actor="administrator",
                    submitted_at=NOON,
                )
                for block in range(start, min(start + BLOCKS_A_TRANSACTION, blocks))
            ],
            program=PROGRAM,
            recorded_at=NOON,
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--blocks", type=int, required=True)
    arguments.add_argument("--accounts", type=int, required=True)
    given = arguments.parse_args()
    django.setup()
    call_command("migrate", verbosity=0)
    make(Size(blocks=given.blocks, accounts=given.accounts))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
