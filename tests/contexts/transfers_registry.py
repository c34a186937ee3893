"""A small registry for tests of transfers: two facilities, two brokers, their people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import connection

from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.audit import queries as audit
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, AccountSpec, Instruction, Range
from trueup.rules import programs
from trueup.rules.serials import Lot, SerialBlock, parse_block
from trueup.transfers import services
from trueup.transfers.entries import RetirementSpec, TransferEntry, TransferSpec

PROGRAM = "cpp-mass"
EASTERN = ZoneInfo("America/New_York")
OPENED = datetime(2021, 2, 3, 15, 15, tzinfo=UTC)


def eastern(day: str, time: str = "09:00") -> datetime:
    """An instant as a scenario names it."""
    return datetime.fromisoformat(f"{day} {time}").replace(tzinfo=EASTERN).astimezone(UTC)


NOON = eastern("2021-06-01", "12:00")


def block(first: str, last: str = "") -> SerialBlock:
    return parse_block(first, last or first)


class Registry:
    """Barry (Ana Ruiz, alternate Bo Lee), Gaston (Gil Orr), Gulf (Cy Dunn), Bay (Eve Hall)."""

    def __init__(self) -> None:
        self.ana, self.bo, self.cy = (
            self.person("Ana Ruiz"),
            self.person("Bo Lee"),
            self.person("Cy Dunn"),
        )
        self.gil, self.eve = self.person("Gil Orr"), self.person("Eve Hall")
        self.barry = self.facility("Barry", 3, self.ana)
        self.gaston = self.facility("Gaston", 26, self.gil)
        self.name(self.barry_facility, self.bo, role="alternate")
        self.gulf = self.general("Gulf Brokers", self.cy)
        self.bay = self.general("Bay Traders", self.eve)
        (self.reserve,) = ledger.open_accounts(
            [AccountSpec(program=PROGRAM, kind="origination", name="AL reserve")], opened_at=OPENED
        )

    def person(self, name: str) -> int:
        email = f"{name.partition(' ')[0].lower()}@example.org"
        return accounts.register_person(name=name, email=email, registered_at=OPENED).id

    def facility(
        self, name: str, oris_code: int, representative: int, *, at: datetime = OPENED
    ) -> AccountEntry:
        spec = FacilitySpec(
            oris_code=oris_code, name=name, jurisdiction="AL", units=(UnitSpec(unit_id="1"),)
        )
        entry = accounts.register_facility(program=PROGRAM, facility=spec, registered_at=at)
        if name == "Barry":
            self.barry_facility = entry.id
        return self.name(entry.id, representative, at=at)

    def name(
        self, facility: int, person: int, *, role: str = "primary", at: datetime = OPENED
    ) -> AccountEntry:
        (account,) = accounts.name_designated_representative(
            program=PROGRAM, facility=facility, person=person, role=role, at=at
        )
        return account

    def general(self, name: str, representative: int, *, program: str = PROGRAM) -> AccountEntry:
        return accounts.open_general_account(
            program=program, name=name, representative=representative, at=OPENED
        )

    def allocate(self, account: AccountEntry, quantity: int, *, vintage: int = 2022) -> None:
        """Create allowances and allocate them at once."""
        lot = Lot(jurisdiction="AL", year=vintage)
        first = ledger_queries.last_serial(program=PROGRAM, lot=lot) + 1
        ledger.originate(
            program=PROGRAM,
            lot=lot,
            shares=[(self.reserve.id, quantity)],
            key=uuid4(),
            actor="administrator",
            recorded_at=NOON,
        )
        number = lot.number(programs.load(PROGRAM).number)
        ledger.record(
            [
                Instruction(
                    type="allocate",
                    source=self.reserve.id,
                    destination=account.id,
                    blocks=(Range(number, first, first + quantity - 1),),
                    key=uuid4(),
                    actor="administrator",
                    submitted_at=NOON,
                )
            ],
            program=PROGRAM,
            recorded_at=NOON,
        )

    def transfer(
        self,
        source: AccountEntry | str,
        destination: AccountEntry | str,
        *blocks: SerialBlock,
        by: int | None = None,
        at: datetime = NOON,
        key: UUID | None = None,
        **more: Any,
    ) -> TransferEntry:
        return services.submit_transfer(
            program=PROGRAM,
            source=source if isinstance(source, str) else source.number,
            destination=destination if isinstance(destination, str) else destination.number,
            submitted_by=by if by is not None else self.ana,
            submitted_at=at,
            key=key or uuid4(),
            blocks=blocks,
            **more,
        )

    def spec(
        self,
        source: AccountEntry,
        destination: AccountEntry,
        *blocks: SerialBlock,
        by: int | None = None,
        at: datetime = NOON,
        vintage: int | None = None,
        quantity: int | Decimal | None = None,
        key: UUID | None = None,
        **more: Any,
    ) -> TransferSpec:
        return TransferSpec(
            source=source.number,
            destination=destination.number,
            submitted_by=by if by is not None else self.ana,
            submitted_at=at,
            key=key or uuid4(),
            blocks=blocks,
            vintage=vintage,
            quantity=quantity,
            **more,
        )

    def retirement(self, source: AccountEntry, quantity: int, **more: Any) -> RetirementSpec:
        return RetirementSpec(
            source=source.number,
            submitted_by=self.ana,
            submitted_at=NOON,
            key=uuid4(),
            vintage=2022,
            quantity=quantity,
            reason=more.pop("reason", "environmental benefit"),
            **more,
        )

    def held(self, account: AccountEntry) -> list[str]:
        return [str(found) for found in ledger_queries.blocks_held(account.id)]

    def quantity(self, account: AccountEntry) -> int:
        return ledger_queries.totals_of([account.id])[account.id]

    def told(self, person: int, event: str = "") -> list[str]:
        """The events that a person was told of, oldest first, those of accounts left out."""
        of_accounts = ("account_opened", "account_frozen", "representative_changed")
        return [
            notice.event
            for notice in reversed(audit.notices_of(person, event=event))
            if notice.event not in of_accounts
        ]


class Statements:
    """What was sent to the database, the kernel's own statements included."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    @property
    def acts(self) -> list[str]:
        """Those that read or write; savepoints are left out.

        SQLite names a statement once more for each trigger that it sets off.
        """
        return [text for text, _ in groupby(self.sent) if "SAVEPOINT" not in text]


@contextmanager
def statements() -> Iterator[Statements]:
    """Count every statement on either engine, savepoints too.

    The kernel speaks to the driver itself, so Django's own record would miss it.
    """
    seen = Statements()
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        connection.connection.set_trace_callback(seen.sent.append)
        try:
            yield seen
        finally:
            connection.connection.set_trace_callback(None)
        return
    import psycopg

    plain, client = psycopg.Cursor.execute, psycopg.ClientCursor.execute

    def counted(original: Any) -> Any:
        def execute(self: Any, query: Any, *arguments: Any, **named: Any) -> Any:
            seen.sent.append(str(query))
            return original(self, query, *arguments, **named)

        return execute

    with patch.object(psycopg.Cursor, "execute", counted(plain)):
        if client is plain:
            yield seen
        else:
            with patch.object(psycopg.ClientCursor, "execute", counted(client)):
                yield seen


def total(entries: Sequence[TransferEntry], state: str) -> int:
    return sum(1 for entry in entries if entry.state == state)


SECOND = timedelta(seconds=1)
