"""A small registry to hold auctions in: Maryland and New York, and three who bid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from trueup.accounts import services as accounts
from trueup.accounts.entries import PersonSpec
from trueup.auctions import services as auctions
from trueup.auctions.entries import (
    AuctionEntry,
    AuctionSpec,
    BidReceipt,
    ConsignmentSpec,
    ResultEntry,
)
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, AccountSpec, Origination
from trueup.rules.serials import Lot

PROGRAM = "rggi-md"
START = datetime(2016, 1, 11, 14, 0, tzinfo=UTC)
OPENS = datetime(2016, 3, 9, 14, 0, tzinfo=UTC)
CLOSES = datetime(2016, 3, 9, 19, 0, tzinfo=UTC)
OFFICIAL, SECOND = "official:1", "official:2"


@dataclass(slots=True)
class AuctionRegistry:
    """States' accounts, bidders by name, and a clock that moves a second with each act."""

    now: datetime = START
    accounts: dict[str, AccountEntry] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open_state("MD", 1000)
        self.open_state("NY", 1000)
        for name in ("A", "B", "C"):
            self.open_bidder(name)

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def at(self, now: datetime) -> datetime:
        self.now = now
        return now

    def open_state(self, state: str, quantity: int, purpose: str = "consumer") -> AccountEntry:
        (entry,) = ledger.open_accounts(
            [
                AccountSpec(
                    program=PROGRAM,
                    kind="holding",
                    name=f"{state} {purpose}",
                    jurisdiction=state,
                    purpose=purpose,
                )
            ],
            opened_at=self.tick(),
        )
        ledger.originate_many(
            [
                Origination(
                    lot=Lot(jurisdiction=state, year=2015),
                    shares=((entry.id, quantity),),
                    key=uuid4(),
                )
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=self.tick(),
        )
        self.accounts[state if purpose == "consumer" else f"{state} {purpose}"] = entry
        return entry

    def open_bidder(self, name: str) -> AccountEntry:
        spec = PersonSpec(name=f"{name} Bidder", email=f"{name.lower()}@example.org")
        (person,) = accounts.register_people([spec], registered_at=self.tick())
        self.people[name] = person.id
        self.accounts[name] = accounts.open_general_account(
            program=PROGRAM, name=name, representative=person.id, at=self.tick()
        )
        return self.accounts[name]

    def notice(
        self,
        number: str = "30",
        *,
        reserve: int = 205,
        offers: Sequence[tuple[str, int]] = (("MD", 100),),
        containment: Sequence[tuple[str, int, int]] = (),
        **changes: object,
    ) -> AuctionEntry:
        consignments = [
            *(ConsignmentSpec(account=self.number(of), quantity=size) for of, size in offers),
            *(
                ConsignmentSpec(account=self.number(of), quantity=size, trigger_cents=trigger)
                for of, size, trigger in containment
            ),
        ]
        values: dict[str, object] = {
            "number": number,
            "vintage": 2015,
            "reserve_price_cents": reserve,
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "consignments": consignments,
            "containment_ground": "Order 1 of the Department." if containment else "",
            **changes,
        }
        return auctions.publish_notice(
            AuctionSpec(**values),  # type: ignore[arg-type]
            program=PROGRAM,
            actor=OFFICIAL,
            noticed_at=self.tick(),
        )

    def qualify(self, *names: str, security: int | None = 10**9, number: str = "30") -> None:
        for name in names:
            auctions.qualify_bidder(
                program=PROGRAM,
                number=number,
                account=self.number(name),
                security_cents=security,
                actor=OFFICIAL,
                at=self.tick(),
            )

    def bid(self, name: str, quantity: int, price_cents: int, number: str = "30") -> BidReceipt:
        self.now = max(self.now, OPENS)
        return auctions.submit_bid(
            program=PROGRAM,
            number=number,
            account=self.number(name),
            person=self.people[name],
            quantity=quantity,
            price_cents=price_cents,
            key=uuid4(),
            at=self.tick(),
        )

    def close(self, number: str = "30") -> ResultEntry:
        self.now = max(self.now, CLOSES)
        auctions.ask_to_close(program=PROGRAM, number=number, actor=OFFICIAL, at=self.tick())
        return auctions.close_auction(program=PROGRAM, number=number, actor=SECOND, at=self.tick())

    def deliver(self, number: str = "30", unpaid: Sequence[str] = ()) -> AuctionEntry:
        auctions.settle_auction(
            program=PROGRAM,
            number=number,
            actor=OFFICIAL,
            at=self.tick(),
            unpaid=[self.number(name) for name in unpaid],
        )
        return auctions.deliver_auction(
            program=PROGRAM, number=number, actor=OFFICIAL, at=self.tick()
        )

    def number(self, name: str) -> str:
        return self.accounts[name].number

    def total(self, name: str) -> int:
        return sum(of.quantity for of in ledger_queries.balances(self.accounts[name].id))

    def held(self, name: str) -> list[str]:
        return [str(block) for block in ledger_queries.blocks_held(self.accounts[name].id)]
