"""The agreements behind transfers: what must be said, who sees it, and what is averaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.control_registry import BAY, CHALK, PROGRAM, RAVEN, RULES, ControlRegistry
from tests.contexts.registry import Registry, refused
from trueup.accounts import services as accounts
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.rules.trade_reports import TradeReport
from trueup.transfers import proposals, queries, returns, services, trades
from trueup.transfers.canonical import canonical_text
from trueup.transfers.entries import TransferEntry, TransferSpec
from trueup.transfers.trade_models import TradeTerms

pytestmark = pytest.mark.django_db

DAY = date(2015, 1, 5)
SPOT = TradeReport(kind="spot", agreed_on=DAY, price_cents=500)
GIFT = TradeReport(kind="other", agreed_on=DAY, reason="gift")
INDEXED = TradeReport(kind="forward", agreed_on=DAY, pricing_method="index of the day")


@pytest.fixture
def registry() -> ControlRegistry:
    found = ControlRegistry()
    found.give(CHALK, 2015, 1000)
    return found


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit()
    assert report.clean, report.differences


class TestWhatIsAskedFor:
    """RGGI-032: a kind, a day, and a price, how it is found, or why there is none."""

    @pytest.mark.parametrize("said", [SPOT, GIFT, INDEXED])
    def test_each_of_the_three_is_enough(
        self, registry: ControlRegistry, said: TradeReport
    ) -> None:
        entry = registry.transfer(CHALK, BAY, 2015, 10, trade=said)

        assert (entry.state, entry.trade) == ("recorded", said)
        stored = queries.transfer(entry.key, viewer=registry.person("Ana Ruiz"))
        assert stored is not None
        assert stored.trade == said

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            (replace(SPOT, price_cents=None), "price_missing"),
            (replace(SPOT, price_cents=0), "price_missing"),
            (replace(SPOT, reason="gift"), "price_and_reason"),
            (replace(GIFT, reason="because"), "reason_unknown"),
            (replace(SPOT, kind="barter"), "kind_unknown"),
            (replace(SPOT, agreed_on=DAY + timedelta(days=1)), "agreed_later"),
        ],
    )
    def test_what_is_not_enough_is_refused_with_its_reason(
        self, registry: ControlRegistry, said: TradeReport, reason: str
    ) -> None:
        entry = registry.transfer(CHALK, BAY, 2015, 10, trade=said)

        assert (entry.state, entry.reason_codes) == ("refused", {reason})
        assert registry.total(BAY) == 0

    def test_saying_nothing_is_refused(self, registry: ControlRegistry) -> None:
        at = registry.tick()
        entry = services.submit_transfer(
            program=PROGRAM,
            source=registry.accounts[CHALK].number,
            destination=registry.accounts[BAY].number,
            submitted_by=registry.person("Ana Ruiz"),
            submitted_at=at,
            vintage=2015,
            quantity=10,
            key=uuid4(),
        )

        assert entry.reason_codes == {"price_missing"}

    def test_the_federal_programs_ask_for_no_price(self, db: None) -> None:
        """MASS-168."""
        registry = Registry()
        registry.on("2021-06-01")
        registry.allocate(("Barry", "1", 2022, 10))
        entry = services.submit_transfer(
            program="cpp-mass",
            source=registry.number("Barry"),
            destination=registry.number("Gulf Brokers"),
            submitted_by=registry.representative("Barry"),
            submitted_at=registry.tick(),
            vintage=2022,
            quantity=10,
            key=uuid4(),
            trade=replace(SPOT, agreed_on=date(2021, 1, 1)),
        )

        assert entry.reason_codes == {"not_asked_for"}
        assert registry.transfer("Barry", "Gulf Brokers", 2022, 10).state == "recorded"

    def test_a_retirement_is_no_trade(self, registry: ControlRegistry) -> None:
        entry = services.retire(
            program=PROGRAM,
            source=registry.accounts[CHALK].number,
            submitted_by=registry.person("Ana Ruiz"),
            submitted_at=registry.tick(),
            vintage=2015,
            quantity=1,
            reason="other",
            key=uuid4(),
        )

        assert entry.state == "recorded"

    def test_a_repeated_request_with_another_price_is_another_one(
        self, registry: ControlRegistry
    ) -> None:
        key = uuid4()
        registry.transfer(CHALK, BAY, 2015, 10, trade=SPOT, key=key)
        registry.transfer(CHALK, BAY, 2015, 10, trade=SPOT, key=key)
        assert registry.total(BAY) == 10

        with refused("key_reused"):
            registry.transfer(CHALK, BAY, 2015, 10, trade=replace(SPOT, price_cents=501), key=key)

    def test_what_is_signed_says_the_terms(self, registry: ControlRegistry) -> None:
        spec = TransferSpec(
            source="C1",
            destination="G1",
            submitted_by=1,
            submitted_at=registry.now,
            key=uuid4(),
            vintage=2015,
            quantity=5,
            trade=SPOT,
            by_consent=True,
        )
        text = canonical_text(spec)

        assert "Agreement: spot, of 2015-01-05\nPrice of each: 5.00 US dollars" in text
        assert "The receiving side confirms these terms before anything moves." in text
        assert "No price: gift" in canonical_text(replace(spec, trade=GIFT))

    def test_a_return_is_no_trade(self, registry: ControlRegistry) -> None:
        sent = registry.transfer(CHALK, BAY, 2015, 10, trade=SPOT)
        proposal = returns.ask_back(
            key=sent.key, person=registry.person("Ana Ruiz"), reason="wrong", at=registry.tick()
        )
        back = proposals.sign_proposal(
            key=proposal.key, person=registry.person("Cy Dunn"), at=registry.tick()
        )

        assert back.state == "recorded"
        assert back.trade is not None
        assert back.trade.reason == "return"


class TestFiles:
    """RGGI-032, PLAT-050: a row says what was agreed."""

    HEADER = "vintage,quantity,receiving_account,agreement,agreed_on,price,no_price_because\n"

    def send(self, registry: ControlRegistry, *rows: str) -> list[TransferEntry]:
        number = registry.accounts[BAY].number
        data = self.HEADER + "".join(f"2015,10,{number},{row}\n" for row in rows)
        outcome = services.import_transfers(
            program=PROGRAM,
            source=registry.accounts[CHALK].number,
            data=data.encode(),
            submitted_by=registry.person("Ana Ruiz"),
            submitted_at=registry.tick(),
            key=uuid4(),
        )
        return list(outcome.transfers)

    def test_rows_have_a_price_or_a_reason(self, registry: ControlRegistry) -> None:
        found = self.send(registry, "spot,2015-01-05,5.00,", "other,2015-01-05,,gift")

        assert [entry.trade for entry in found] == [SPOT, GIFT]

    @pytest.mark.parametrize(
        "row", ["spot,2015-01-05,5.001,", "spot,tomorrow,5.00,", ",,,", "spot,2015-01-05,,"]
    )
    def test_a_row_that_says_too_little_stops_the_file(
        self, registry: ControlRegistry, row: str
    ) -> None:
        with refused(*({"agreed_later"} if "tomorrow" in row else {"price_missing"})):
            self.send(registry, "spot,2015-01-05,5.00,", row)
        assert registry.total(BAY) == 0


class TestTwoSidedTrades:
    """RGGI-035: the seller proposes, the buyer confirms the same terms, and the units move."""

    @pytest.fixture
    def offered(self, registry: ControlRegistry) -> TransferEntry:
        return registry.transfer(CHALK, BAY, 2015, 100, trade=SPOT, by_consent=True)

    def test_nothing_moves_before_the_buyer_confirms(
        self, registry: ControlRegistry, offered: TransferEntry
    ) -> None:
        assert offered.state == "awaiting_acceptance"
        assert (registry.total(CHALK), registry.total(BAY)) == (1000, 0)
        other = registry.transfer(CHALK, RAVEN, 2015, 901)
        assert other.reason_codes == {"serials_not_held"}

        seen = queries.transfer(offered.key, viewer=registry.person("Cy Dunn"))
        assert seen is not None
        assert seen.trade == SPOT
        entry = services.accept_incoming(
            key=offered.key, person=registry.person("Cy Dunn"), at=registry.tick()
        )
        assert (entry.state, registry.total(BAY)) == ("recorded", 100)

    def test_a_buyer_who_declines_releases_the_units(
        self, registry: ControlRegistry, offered: TransferEntry
    ) -> None:
        services.decline_incoming(
            key=offered.key,
            person=registry.person("Cy Dunn"),
            reason="not what we agreed",
            at=registry.tick(),
        )

        assert registry.transfer(CHALK, RAVEN, 2015, 1000).state == "recorded"

    def test_a_buyer_who_does_not_answer_in_time_releases_the_units(
        self, registry: ControlRegistry, offered: TransferEntry
    ) -> None:
        assert offered.expires_at is not None
        hours = RULES.people.safeguards.acceptance_hours
        assert offered.expires_at == registry.now + timedelta(hours=hours)
        registry.now = offered.expires_at + timedelta(seconds=1)
        with refused("expired"):
            services.accept_incoming(
                key=offered.key, person=registry.person("Cy Dunn"), at=registry.now
            )
        services.expire_due(program=PROGRAM, now=registry.now)

        assert registry.transfer(CHALK, RAVEN, 2015, 1000).state == "recorded"

    def test_the_seller_cannot_confirm_for_the_buyer(
        self, registry: ControlRegistry, offered: TransferEntry
    ) -> None:
        with refused("not_authorized"):
            services.accept_incoming(
                key=offered.key, person=registry.person("Ana Ruiz"), at=registry.tick()
            )

    def test_the_terms_cannot_be_changed_afterwards(
        self, registry: ControlRegistry, offered: TransferEntry
    ) -> None:
        row = TradeTerms.objects.get(transfer__key=offered.key)
        row.price_cents = 400
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.delete()


class TestWhoSeesWhat:
    """RGGI-049: the price stands with neither the parties nor the serial numbers."""

    def test_others_see_the_transfer_and_not_its_terms(self, registry: ControlRegistry) -> None:
        entry = registry.transfer(CHALK, BAY, 2015, 10, trade=SPOT)

        for viewer in (None, registry.person("Gil Orr")):
            seen = queries.transfer(entry.key, viewer=viewer)
            assert seen is not None
            assert seen.trade is None

    def test_the_report_names_neither_parties_nor_serial_numbers(
        self, registry: ControlRegistry
    ) -> None:
        entry = registry.transfer(CHALK, BAY, 2015, 10, trade=SPOT)
        (found,) = trades.recorded_trades(program=RULES)

        assert (found.kind, found.agreed_on, found.quantity, found.price_cents) == (
            "spot",
            DAY,
            10,
            500,
        )
        assert found.recorded_at == entry.recorded_at
        numbers = {registry.accounts[name].number for name in (CHALK, BAY)}
        assert not numbers & {str(value) for value in vars_of(found)}
        assert ledger.accounts_by_number(numbers)

    def test_what_is_not_recorded_is_in_no_report(self, registry: ControlRegistry) -> None:
        registry.transfer(CHALK, BAY, 2015, 2000, trade=SPOT)
        registry.transfer(CHALK, BAY, 2015, 10, trade=SPOT, by_consent=True)

        assert trades.recorded_trades(program=RULES) == []


def vars_of(found: object) -> list[object]:
    return [getattr(found, name) for name in type(found).__slots__]  # type: ignore[attr-defined]


class TestAverages:
    """RGGI-049: weighted, of one kind, priced, at arm's length, and none below three."""

    def trade(
        self, registry: ControlRegistry, quantity: int, cents: int, kind: str = "spot"
    ) -> None:
        said = TradeReport(kind=kind, agreed_on=DAY, price_cents=cents)
        assert registry.transfer(CHALK, BAY, 2015, quantity, trade=said).state == "recorded"

    def test_the_worked_example_and_its_count_and_volume(self, registry: ControlRegistry) -> None:
        """100 at 5.00 and 300 at 6.00: 5.75; the third is what makes it an average at all."""
        self.trade(registry, 100, 500)
        self.trade(registry, 300, 600)
        assert trades.averages(program=RULES) == []

        self.trade(registry, 100, 575)
        (found,) = trades.averages(program=RULES)
        assert (found.kind, found.trades, found.quantity) == ("spot", 3, 500)
        assert found.cents == Fraction(575)

    def test_kinds_are_not_mixed(self, registry: ControlRegistry) -> None:
        for kind in ("spot", "spot", "forward", "option"):
            self.trade(registry, 10, 500, kind)

        assert trades.averages(program=RULES) == []

    def test_what_has_no_price_does_not_count(self, registry: ControlRegistry) -> None:
        for said in (GIFT, INDEXED, replace(GIFT, kind="spot"), replace(INDEXED, kind="spot")):
            registry.transfer(CHALK, BAY, 2015, 10, trade=said)
        self.trade(registry, 10, 500)
        self.trade(registry, 10, 500)

        assert trades.averages(program=RULES) == []

    def test_a_trade_between_accounts_of_one_person_is_not_at_arms_length(
        self, registry: ControlRegistry
    ) -> None:
        own = accounts.open_general_account(
            program=PROGRAM,
            name="Ana's own",
            representative=registry.person("Ana Ruiz"),
            at=registry.tick(),
        )
        registry.accounts["own"] = own
        for _ in range(3):
            registry.transfer(CHALK, "own", 2015, 10, trade=SPOT)

        assert not TradeTerms.objects.filter(at_arms_length=True).exists()
        assert trades.averages(program=RULES) == []

    def test_they_are_of_the_days_asked_for(self, registry: ControlRegistry) -> None:
        for _ in range(3):
            self.trade(registry, 10, 500)

        assert len(trades.averages(program=RULES, first=DAY, last=DAY)) == 1
        assert trades.averages(program=RULES, first=DAY + timedelta(days=1)) == []
        assert trades.averages(program=RULES, last=DAY - timedelta(days=1)) == []
