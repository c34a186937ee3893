"""Many transfers at once: by one call, or from a file."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.db import connection

from tests.contexts.transfers_registry import (
    NOON,
    PROGRAM,
    Registry,
    block,
    eastern,
    statements,
    total,
)
from trueup.audit.models import Notice
from trueup.ledger import queries as ledger_queries
from trueup.ledger.entries import HoldingEntry, Range
from trueup.ledger.verify import audit as audit_books
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot
from trueup.transfers import queries, services
from trueup.transfers.choice import FreeSerials
from trueup.transfers.entries import FileOutcome
from trueup.transfers.files import HEADER, ROWS_MAX
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db

KEY = UUID("6f9619ff-8b86-d011-b42d-00cf4fc964ff")


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.allocate(made.barry, 3000)
    return made


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit_books()
    assert report.clean, report.differences


class TestEachForItself:
    """PLAT-054: each is recorded whole or not at all, whatever becomes of the others."""

    def test_the_right_ones_are_recorded_and_the_wrong_ones_refused(
        self, registry: Registry
    ) -> None:
        entries = services.submit_batch(
            [
                registry.spec(registry.barry, registry.gulf, block("AL-2022-1", "AL-2022-9")),
                registry.spec(registry.barry, registry.bay, block("AL-2022-9", "AL-2022-10")),
                registry.spec(registry.barry, registry.bay, vintage=2022, quantity=5),
                registry.spec(registry.barry, registry.bay, vintage=2022, quantity=0),
                registry.spec(registry.barry, registry.bay, block("AL-2022-20"), by=registry.cy),
                registry.retirement(registry.barry, 3),
            ],
            program=PROGRAM,
            recorded_at=NOON,
        )

        assert [entry.state for entry in entries] == [
            "recorded",
            "refused",
            "recorded",
            "refused",
            "refused",
            "recorded",
        ]
        assert [sorted(entry.reason_codes) for entry in entries if entry.reasons] == [
            ["serials_not_held"],
            ["not_whole_number"],
            ["not_authorized"],
        ]
        assert registry.held(registry.gulf) == ["AL-2022-1 to AL-2022-9"]
        assert registry.held(registry.bay) == ["AL-2022-10 to AL-2022-14"]
        assert str(entries[5].blocks[0]) == "AL-2022-15 to AL-2022-17"

    def test_later_ones_choose_from_what_earlier_ones_left_and_brought(
        self, registry: Registry
    ) -> None:
        entries = services.submit_batch(
            [
                registry.spec(registry.barry, registry.gulf, vintage=2022, quantity=10),
                registry.spec(registry.barry, registry.gaston, vintage=2022, quantity=10),
                registry.spec(
                    registry.gulf, registry.bay, vintage=2022, quantity=4, by=registry.cy
                ),
                registry.spec(
                    registry.gulf, registry.bay, vintage=2022, quantity=7, by=registry.cy
                ),
                registry.spec(
                    registry.gulf, registry.bay, vintage=2022, quantity=6, by=registry.cy
                ),
            ],
            program=PROGRAM,
            recorded_at=NOON,
        )

        assert [str(found) for entry in entries for found in entry.blocks] == [
            "AL-2022-1 to AL-2022-10",
            "AL-2022-11 to AL-2022-20",
            "AL-2022-1 to AL-2022-4",
            "AL-2022-5 to AL-2022-10",
        ]
        assert entries[3].reason_codes == {"serials_not_held"}

    def test_what_was_to_come_from_a_refused_one_is_looked_for_elsewhere(
        self, registry: Registry
    ) -> None:
        registry.transfer(registry.barry, registry.gulf, block("AL-2022-500", "AL-2022-509"))

        entries = services.submit_batch(
            [
                registry.spec(registry.barry, registry.gulf, block("AL-2022-505")),
                registry.spec(
                    registry.gulf, registry.bay, vintage=2022, quantity=10, by=registry.cy
                ),
            ],
            program=PROGRAM,
            recorded_at=NOON,
        )

        assert [entry.state for entry in entries] == ["refused", "recorded"]
        assert registry.quantity(registry.bay) == 10

    def test_each_receiver_is_told(self, registry: Registry) -> None:
        services.submit_batch(
            [
                registry.spec(registry.barry, registry.gulf, block("AL-2022-1")),
                registry.spec(registry.barry, registry.bay, block("AL-2022-2")),
                registry.spec(registry.barry, registry.bay, block("AL-2022-2")),
            ],
            program=PROGRAM,
            recorded_at=NOON,
        )

        assert registry.told(registry.cy) == ["transfer_recorded"]
        assert registry.told(registry.eve) == ["transfer_recorded", "transfer_not_recorded"]

    def test_late_and_timely_ones_in_their_order(self, registry: Registry) -> None:
        late = eastern("2025-05-02")
        registry.allocate(registry.barry, 10, vintage=2025)

        entries = services.submit_batch(
            [
                registry.spec(registry.barry, registry.gulf, block("AL-2022-1"), at=late),
                registry.spec(registry.barry, registry.gulf, block("AL-2025-1"), at=late),
                registry.spec(registry.barry, registry.bay, block("AL-2022-1"), at=late),
                registry.spec(registry.barry, registry.bay, vintage=2022, quantity=2, at=late),
            ],
            program=PROGRAM,
            recorded_at=late,
        )

        assert [entry.state for entry in entries] == ["held", "recorded", "refused", "held"]
        assert str(entries[3].blocks[0]) == "AL-2022-2 to AL-2022-3"

    def test_the_same_batch_again_is_answered_as_before(self, registry: Registry) -> None:
        specs = [
            registry.spec(registry.barry, registry.gulf, vintage=2022, quantity=number)
            for number in (1, 2, 9999)
        ]
        first = services.submit_batch(specs, program=PROGRAM, recorded_at=NOON)
        more = [*specs, registry.spec(registry.barry, registry.gulf, block("AL-2022-100"))]

        again = services.submit_batch(more, program=PROGRAM, recorded_at=NOON)

        assert again[:3] == first
        assert again[3].state == "recorded"
        assert registry.quantity(registry.gulf) == 4

    def test_one_key_for_two_requests_is_refused_before_anything_is_done(
        self, registry: Registry
    ) -> None:
        key = uuid4()
        specs = [
            registry.spec(registry.barry, registry.gulf, block("AL-2022-1"), key=key),
            registry.spec(registry.barry, registry.gulf, block("AL-2022-2"), key=key),
        ]

        with pytest.raises(Refused) as refused:
            services.submit_batch(specs, program=PROGRAM, recorded_at=NOON)

        assert refused.value.reasons == {"key_reused"}
        assert refused.value.refusals[0].row == 2
        assert not Transfer.objects.exists()


class TestAllOrNone:
    """PLAT-054."""

    def test_one_wrong_row_keeps_all_from_being_recorded(self, registry: Registry) -> None:
        notices = Notice.objects.count()
        specs = [
            registry.spec(registry.barry, registry.gulf, vintage=2022, quantity=2)
            for _ in range(250)
        ]
        specs[3] = registry.spec(registry.barry, registry.barry, block("AL-2022-2999"))
        specs[240] = registry.spec(registry.barry, registry.gulf, vintage=2022, quantity=4000)

        with pytest.raises(Refused) as refused:
            services.submit_batch(specs, program=PROGRAM, recorded_at=NOON, all_or_none=True)

        assert [(found.row, found.reason) for found in refused.value.refusals] == [
            (4, "same_account"),
            (241, "serials_not_held"),
        ]
        assert registry.quantity(registry.barry) == 3000
        assert not Transfer.objects.exists()
        assert Notice.objects.count() == notices

    def test_all_right_rows_are_recorded(self, registry: Registry) -> None:
        specs = [
            registry.spec(registry.barry, registry.gulf, vintage=2022, quantity=2)
            for _ in range(250)
        ]

        entries = services.submit_batch(specs, program=PROGRAM, recorded_at=NOON, all_or_none=True)

        assert total(entries, "recorded") == 250
        assert registry.held(registry.gulf) == ["AL-2022-1 to AL-2022-500"]
        assert (
            services.submit_batch(specs, program=PROGRAM, recorded_at=NOON, all_or_none=True)
            == entries
        )


class TestStatements:
    """A batch of any size takes as many statements (PostgreSQL; SQLite writes row by row)."""

    def test_a_hundred_take_as_many_as_ten(self, registry: Registry) -> None:
        def taken(count: int) -> int:
            specs = [
                registry.spec(registry.barry, registry.gulf, vintage=2022, quantity=2)
                for _ in range(count)
            ]
            with statements() as sent:
                entries = services.submit_batch(specs, program=PROGRAM, recorded_at=NOON)
            assert total(entries, "recorded") == count
            return len(sent.acts)

        few, many = taken(10), taken(100)

        if connection.vendor == "postgresql":
            # Keys, accounts, who acts, safeguards, holdings, the ledger's two, rows, notices.
            assert few == many == 9
        else:
            assert many > few


class TestFreeSerials:
    """PLAT-051 (note): the earliest recorded blocks go, lowest serials first."""

    LOT = Lot(jurisdiction="AL", year=2022)

    def holding(self, first: int, last: int, move: int, **more: int) -> HoldingEntry:
        return HoldingEntry(
            lot=self.LOT,
            lot_number=self.LOT.number(1),
            first=first,
            last=last,
            account=7,
            move=move,
            own=False,
            reservation=more.get("reservation"),
        )

    def range(self, low: int, high: int) -> Range:
        return Range(self.LOT.number(1), low, high)

    def test_in_order_of_recordation_then_of_serial(self) -> None:
        free = FreeSerials({7: [self.holding(1, 5, 30), self.holding(20, 22, 10)]})

        assert free.take(7, vintage=2022, quantity=4) == (self.range(20, 22), self.range(1, 1))
        assert free.take(7, vintage=2022, quantity=4) == (self.range(2, 5),)
        assert free.quantity(7, vintage=2022) == 0

    def test_too_few_stay_free(self) -> None:
        free = FreeSerials({7: [self.holding(1, 5, 30)]})

        assert free.take(7, vintage=2022, quantity=6) == (self.range(1, 5),)
        assert free.quantity(7, vintage=2022) == 5

    def test_what_waits_is_passed_over(self) -> None:
        free = FreeSerials({7: [self.holding(1, 5, 30, reservation=1), self.holding(6, 6, 30)]})

        assert free.quantity(7, vintage=2022) == 1

    def test_what_was_named_is_gone(self) -> None:
        free = FreeSerials({7: [self.holding(1, 10, 30)]})

        free.remove(7, [self.range(4, 5), self.range(10, 12)])

        assert free.take(7, vintage=2022, quantity=7) == (
            self.range(1, 3),
            self.range(6, 9),
        )

    def test_what_comes_in_goes_last(self) -> None:
        free = FreeSerials({7: [self.holding(5, 5, 30)]})

        free.add(7, [self.range(1, 1)])

        assert free.take(7, vintage=2022, quantity=2) == (self.range(5, 5), self.range(1, 1))


class TestFiles:
    """PLAT-050: one file moves lots to many receivers."""

    def send(self, registry: Registry, text: str | bytes, **more: object) -> FileOutcome:
        data = text if isinstance(text, bytes) else text.encode()
        return services.import_transfers(
            program=PROGRAM,
            source=registry.barry.number,
            data=data,
            submitted_by=registry.ana,
            submitted_at=NOON,
            key=KEY,
            **more,  # type: ignore[arg-type]
        )

    def rows(self, registry: Registry, *rows: str) -> str:
        filled = [
            row.replace("GULF", registry.gulf.number).replace("BAY", registry.bay.number)
            for row in rows
        ]
        return HEADER + "".join(f"{row}\r\n" for row in filled)

    def test_each_row_is_a_transfer(self, registry: Registry) -> None:
        outcome = self.send(
            registry,
            self.rows(
                registry,
                "AL-2022-11,AL-2022-20,,,GULF,PO 1,first",
                "AL-2022-30,,,,BAY,,",
                ',,2022,"1,000",BAY,,',
            ),
        )

        assert outcome.recorded == 3
        assert outcome.problems == ()
        assert registry.held(registry.gulf) == ["AL-2022-11 to AL-2022-20"]
        assert registry.quantity(registry.bay) == 1001
        (first, *_rest) = outcome.transfers
        assert (first.reference, first.note) == ("PO 1", "first")

    def test_what_a_spreadsheet_makes_of_the_template(self, registry: Registry) -> None:
        number = registry.gulf.number
        text = (
            "\ufeffFirst;Last;Receiving account;Note\r\n"
            f"AL-2022-001;AL-2022-009;{number};“Ümläut”\r\n"
            f"AL-2022-10;; {number} ;\r\n"
            ";;;\r\n;;;\r\n"
        )

        outcome = self.send(registry, text)

        assert outcome.recorded == 2
        assert outcome.transfers[0].note == "“Ümläut”"
        assert registry.held(registry.gulf) == ["AL-2022-1 to AL-2022-10"]

    def test_all_errors_are_told_by_row_and_nothing_is_recorded(self, registry: Registry) -> None:
        text = self.rows(
            registry,
            "AL-2022-1,AL-2022-5,,,GULF,,",
            "AL-2022-9,AL-2022-7,,,GULF,,",
            ",,2022,10.5,GULF,,",
            ",,2022,ten,GULF,,",
            ",,22,1,GULF,,",
            ",,2022,,GULF,,",
            ",,,,GULF,,",
            "AL-2022-5,AL-2022-6,,,GULF,,",
            "AL-2022-20,,,,G0100009999Z,,",
            "AL-2022-21,,,,,,",
            "AL-2022-21,,2022,5,GULF,,",
            "AL-2022-22,,,,GULF," + "x" * 101 + ",",
            ",AL-2022-22,,,GULF,,",
        )

        with pytest.raises(Refused) as refused:
            self.send(registry, text)

        assert [(found.row, found.reason) for found in refused.value.refusals] == [
            (3, "not_readable"),
            (4, "not_whole_number"),
            (5, "not_a_number"),
            (6, "not_a_number"),
            (7, "cell_missing"),
            (8, "cell_missing"),
            (9, "serials_not_held"),
            (10, "unknown_account"),
            (11, "cell_missing"),
            (12, "serials_or_quantity"),
            (13, "text_not_usable"),
            (14, "cell_missing"),
        ]
        assert registry.quantity(registry.barry) == 3000
        assert not Transfer.objects.exists()

    def test_a_row_that_can_be_read_and_not_recorded_keeps_back_all(
        self, registry: Registry
    ) -> None:
        text = self.rows(registry, "AL-2022-1,,,,GULF,,", "AL-2022-1,,,,BAY,,")

        with pytest.raises(Refused) as refused:
            self.send(registry, text)

        assert [(found.row, found.reason) for found in refused.value.refusals] == [
            (3, "serials_not_held")
        ]
        assert registry.quantity(registry.barry) == 3000
        assert not Transfer.objects.exists()

    def test_the_report_is_the_same_file_with_what_is_wrong(self, registry: Registry) -> None:
        text = self.rows(registry, "AL-2022-1,,,,GULF,,", ",,2022,ten,GULF,,")
        with pytest.raises(Refused) as refused:
            self.send(registry, text)

        report = services.error_report(text.encode(), refused.value.refusals).decode()

        lines = report.splitlines()
        assert lines[0] == HEADER.strip() + ",problem"
        assert lines[1].endswith(",,,")
        assert "ten" in lines[2]
        assert "not_a_number" in lines[2]

    def test_each_row_for_itself_if_that_is_wanted(self, registry: Registry) -> None:
        outcome = self.send(
            registry,
            self.rows(
                registry,
                "AL-2022-1,AL-2022-5,,,GULF,,",
                ",,2022,ten,GULF,,",
                "AL-2022-5,,,,BAY,,",
                ",,2022,2,BAY,,",
            ),
            all_or_none=False,
        )

        assert outcome.recorded == 2
        assert [(found.row, found.reason) for found in outcome.problems] == [
            (3, "not_a_number"),
            (4, "serials_not_held"),
        ]
        assert [entry.state for entry in outcome.transfers] == ["recorded", "refused", "recorded"]
        assert registry.told(registry.eve) == ["transfer_not_recorded", "transfer_recorded"]

    def test_the_same_file_twice_records_once(self, registry: Registry) -> None:
        text = self.rows(registry, "AL-2022-1,AL-2022-5,,,GULF,,", ",,2022,2,BAY,,")

        assert self.send(registry, text) == self.send(registry, text)
        assert registry.quantity(registry.barry) == 2993

    def test_another_file_with_the_same_key_is_refused(self, registry: Registry) -> None:
        self.send(registry, self.rows(registry, "AL-2022-1,,,,GULF,,"))

        with pytest.raises(Refused) as refused:
            self.send(registry, self.rows(registry, "AL-2022-2,,,,GULF,,"))

        assert [(found.row, found.reason) for found in refused.value.refusals] == [
            (2, "key_reused")
        ]

    @pytest.mark.parametrize(
        ("data", "reason", "row"),
        [
            (b"first,last,note\r\nAL-2022-1,,\r\n", "missing_column", 1),
            (b"vintage,receiving_account\r\n2022,X\r\n", "missing_column", 1),
            (b"receiving_account\r\nX\r\n", "missing_column", 1),
            (b"", "not_readable", 1),
            (b"first,last,receiving_account\r\n", "file_empty", 2),
            (
                "first,receiving_account,note\r\nAL-2022-1,X,für\r\n".encode("cp1252"),
                "not_readable",
                2,
            ),
            ("first,receiving_account\r\nAL-2022-1,X\r\n".encode("utf-16"), "not_readable", 1),
            (b'first,last,receiving_account\r\nAL-2022-1,,"X', "not_readable", 2),
            (b"first,last,receiving_account\r\nAL-2022-1,,X\r\nAL-2022-2,", "not_readable", 3),
            (b"PK\x03\x04 a workbook", "not_readable", 1),
        ],
    )
    def test_a_file_that_cannot_be_read_says_where(
        self, registry: Registry, data: bytes, reason: str, row: int
    ) -> None:
        with pytest.raises(Refused) as refused:
            self.send(registry, data)

        found = refused.value.refusals[0]
        assert (found.code, found.row) == (f"transfers.{reason}", row)
        assert not Transfer.objects.exists()

    def test_too_many_rows(self, registry: Registry) -> None:
        text = "vintage,quantity,receiving_account\n" + "2022,1,X\n" * (ROWS_MAX + 1)

        with pytest.raises(Refused) as refused:
            self.send(registry, text)

        assert refused.value.reasons == {"too_many_rows"}

    def test_late_rows_wait(self, registry: Registry) -> None:
        outcome = services.import_transfers(
            program=PROGRAM,
            source=registry.barry.number,
            data=self.rows(registry, ",,2022,5,GULF,,", ",,2022,5,BAY,,").encode(),
            submitted_by=registry.ana,
            submitted_at=eastern("2025-05-02"),
            key=KEY,
        )

        assert [entry.state for entry in outcome.transfers] == ["held", "held"]
        assert len(queries.held(program=PROGRAM)) == 2
        assert ledger_queries.balances(registry.barry.id)[0].reserved == 10
