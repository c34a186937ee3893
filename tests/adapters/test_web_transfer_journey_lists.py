"""Many blocks at once: pasted, from files, too many, and unsafe ones."""

from __future__ import annotations

import time
import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook  # type: ignore[import-untyped]

from tests.adapters.signing_desk import Desk
from tests.adapters.web_books import Page
from trueup.web import sheets

pytestmark = pytest.mark.django_db

MANY = 10_000
# Every step with 10,000 blocks, on a slow machine that does other things too.
SECONDS = 60


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def paste(desk: Desk, text: str) -> HttpResponse:
    return desk.client.post(desk.address("transfer"), {"by": "serials", "blocks": text})


def send(desk: Desk, data: bytes, name: str = "blocks.csv") -> HttpResponse:
    upload = SimpleUploadedFile(name, data)
    return desk.client.post(desk.address("transfer"), {"by": "file", "file": upload})


def sheet(rows: list[list[object]]) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet()
    for row in rows:
        page.append(row)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def problem(answer: HttpResponse, field: str = "file") -> str:
    assert answer.status_code == 422, answer.get("Location")
    html = answer.content.decode()
    assert f'id="id_{field}_error"' in html
    return Page(html).text


class TestPasted:
    """PLAT-051: a list of 10,000 blocks works, one of 1,000,000 is refused with the limit."""

    def test_ten_thousand_blocks_are_submitted_in_seconds(self, desk: Desk) -> None:
        desk.shelf.registry.allocate(("Barry", "1", 2023, 2 * MANY))
        lines = "\r\n".join(f"AL-2023-{2 * number + 1}" for number in range(MANY))
        began = time.perf_counter()

        check = desk.walk("transfer", desk.answers(vintage="", quantity="", blocks=lines))
        answer = desk.sign(check.removesuffix("check/"))

        took = time.perf_counter() - began
        print(f"10,000 pasted blocks, from the first page to the receipt: {took:.1f} s")
        assert answer["Location"].endswith("/receipt/"), answer.content.decode()[:2000]
        assert desk.shelf.registry.total("Barry", 2023) == MANY
        assert took < SECONDS

    def test_the_number_of_blocks_costs_no_statements(self, desk: Desk) -> None:
        counts = []
        for blocks in (1, 300):
            first = len(counts) * 400 + 1
            lines = "\n".join(f"AL-2022-{first + 2 * number}" for number in range(blocks))
            answer = paste(desk, lines)
            place = str(answer["Location"])
            number = desk.shelf.registry.number("Gulf Brokers")
            receiver = desk.client.post(place, {"destination": number})["Location"]
            after = desk.client.post(receiver, {"ending": number[-4:]})["Location"]
            check = desk.client.post(after, {"read_0": "on", "read_1": "on"})["Location"]
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert desk.client.get(check).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_a_million_blocks_are_refused_by_their_length(self, desk: Desk) -> None:
        lines = "\n".join(f"AL-2022-{number}" for number in range(1_000_000))

        answer = paste(desk, lines)

        assert answer.status_code == 413
        assert "10,000 blocks" in Page(answer.content.decode()).text

    def test_one_too_many_is_refused_with_the_limit(self, desk: Desk) -> None:
        lines = "\n".join(f"AL-2022-{number}" for number in range(1, MANY + 2))
        assert "10,000" in problem(paste(desk, lines), "blocks")

    def test_each_wrong_line_is_named_and_all_are_kept(self, desk: Desk) -> None:
        text = problem(paste(desk, "AL-2022-1\nwhat\n\nAL-2022-9 to AL-2022-4\na b c d"), "blocks")
        for line in ("Line 2:", "Line 4:", "Line 5:"):
            assert line in text

    def test_what_is_named_twice_is_told(self, desk: Desk) -> None:
        told = problem(paste(desk, "AL-2022-1 to AL-2022-10\nAL-2022-10"), "blocks")
        assert "share a serial number" in told

    def test_what_is_elsewhere_is_told_with_the_place(self, desk: Desk) -> None:
        desk.shelf.registry.transfer("Barry", "Cane", 2022, 5)
        told = problem(paste(desk, "AL-2022-1 to AL-2022-10\nAL-2022-99999999999"), "blocks")
        assert "AL-2022-1 to AL-2022-5: not in this account, but in Cane" in told
        assert "there are no such serial numbers" in told

    @pytest.mark.parametrize("mark", [" to ", ",", ";", "\t", ", "])
    def test_two_columns_of_a_spreadsheet_can_be_pasted(self, desk: Desk, mark: str) -> None:
        answer = paste(desk, f"al-2022-1{mark}al-2022-10\r\n\r\nAL-2022-20\r\n")
        assert answer.status_code == 302, Page(answer.content.decode()).text


class TestFiles:
    """Spreadsheets are read with care: limits first, then row by row."""

    @pytest.mark.parametrize(
        "data",
        [
            b"first,last\nAL-2022-1,AL-2022-10\n",
            "\ufefffirst;last\r\nAL-2022-1;AL-2022-10\r\n".encode(),
            b"AL-2022-1 to AL-2022-10",
            sheet([["First", "Last"], ["AL-2022-1", "AL-2022-10"]]),
            sheet([["AL-2022-1 to AL-2022-10"]]),
        ],
    )
    def test_csv_xlsx_and_plain_files_work(self, desk: Desk, data: bytes) -> None:
        answer = send(desk, data)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        assert "10 allowances" in Page(desk.client.get(answer["Location"]).content.decode()).text

    def test_too_many_rows_are_refused_at_the_first_one_too_many(self, desk: Desk) -> None:
        rows = b"".join(b"AL-2022-%d\n" % number for number in range(1, 100_000))
        assert "10,0" in problem(send(desk, rows))
        book = sheet([[f"AL-2022-{number}"] for number in range(1, MANY + 3)])
        assert "10,0" in problem(send(desk, book, "many.xlsx"))

    def test_a_formula_is_refused_by_its_row(self, desk: Desk) -> None:
        book = sheet([["AL-2022-1"], ['=HYPERLINK("http://x", "AL-2022-2")']])
        assert "Row 2 holds a formula" in problem(send(desk, book, "formula.xlsx"))

    def test_macros_are_refused(self, desk: Desk) -> None:
        data = BytesIO(sheet([["AL-2022-1"]]))
        with zipfile.ZipFile(data, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"x")
        assert "macros" in problem(send(desk, data.getvalue(), "macro.xlsm"))

    def test_a_bomb_is_refused_before_it_is_unpacked(self, desk: Desk) -> None:
        data = BytesIO(sheet([["AL-2022-1"]]))
        with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet9.xml", b"0" * (sheets.UNPACKED_MAX + 1))
        assert len(data.getvalue()) < 100_000
        assert "unpacks to more than" in problem(send(desk, data.getvalue(), "bomb.xlsx"))

    def test_entities_in_the_xml_are_refused(self, desk: Desk) -> None:
        plain = BytesIO(sheet([["AL-2022-1"]]))
        bomb = BytesIO()
        with zipfile.ZipFile(plain) as source, zipfile.ZipFile(bomb, "w") as target:
            for part in source.infolist():
                body = source.read(part)
                if part.filename.startswith("xl/worksheets/"):
                    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
                    body = entity + body.partition(b"?>")[2] if b"?>" in body else entity + body
                target.writestr(part.filename, body)
        assert "cannot be read" in problem(send(desk, bomb.getvalue(), "entities.xlsx"))

    @pytest.mark.parametrize("data", [b"PK\x03\x04 nonsense", b"\xff\xfe\x00\x01", b"a\x00b"])
    def test_what_is_no_table_is_refused(self, desk: Desk, data: bytes) -> None:
        assert problem(send(desk, data))

    def test_a_file_that_is_too_large_is_refused_by_its_length(self, desk: Desk) -> None:
        answer = send(desk, b"AL-2022-1\n" * 900_000)
        assert answer.status_code == 413
