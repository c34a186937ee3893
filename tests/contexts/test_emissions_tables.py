"""Annual and quarterly files of emissions, as agencies and spreadsheets write them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.contexts.emissions_files import (
    AMPD_ALABAMA,
    CAMPD_ANNUAL,
    CAMPD_QUARTERLY,
    campd_row,
    table,
    template_text,
)
from trueup.emissions import formats
from trueup.emissions.problems import write_problems
from trueup.emissions.reports import Feed, Format, Parsed
from trueup.emissions.spreadsheet import DecimalMark, decimal_mark, number, parse_date
from trueup.rules.refusal import Refused


def read(folder: Path, content: str | bytes) -> Parsed:
    path = folder / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return formats.read(path)


def refused(folder: Path, content: str | bytes) -> tuple[str, int | None, str]:
    """The reason, the line and the sentence of the one refusal of a file."""
    with pytest.raises(Refused) as caught:
        read(folder, content)
    (refusal,) = caught.value.refusals
    return refusal.reason, refusal.row, refusal.sentence


def problem(folder: Path, content: str | bytes) -> tuple[str, int | None, str]:
    """The one problem of a file's rows."""
    parsed = read(folder, content)
    (refusal,) = parsed.problems
    assert parsed.problem_count == 1
    return refusal.reason, refusal.row, refusal.sentence


class TestCampd:
    """PLAT-070; the labels of EPA's Clean Air Markets Program Data."""

    def test_an_annual_file_gives_each_units_tons_load_and_hours(self, tmp_path: Path) -> None:
        row = campd_row("1", 2022, "350.125", **{"Gross Load (MWh)": "980.5"})
        text = table(CAMPD_ANNUAL, [{**row, "Sum of the Operating Time": "77.25"}])

        parsed = read(tmp_path, text)

        assert (parsed.format, parsed.feed) == (Format.CAMPD_ANNUAL, Feed.ANNUAL_TOTALS)
        (row,) = parsed.rows
        assert (row.facility, row.location, row.year, row.quarter) == ("3", "1", 2022, 0)
        assert row.co2_tons == Decimal("350.125")
        assert row.gross_mwh == Decimal("980.5")
        assert row.operating_hours == Decimal("77.25")

    def test_a_quarterly_file_keeps_the_quarters_apart(self, tmp_path: Path) -> None:
        rows = [campd_row("1", 2022, tons, Quarter=q) for q, tons in ((1, "1000.4"), (2, "999.6"))]

        parsed = read(tmp_path, table(CAMPD_QUARTERLY, rows))

        assert (parsed.format, parsed.feed) == (Format.CAMPD_QUARTERLY, Feed.QUARTERLY_TOTALS)
        assert [(row.quarter, row.co2_tons) for row in parsed.rows] == [
            (1, Decimal("1000.4")),
            (2, Decimal("999.6")),
        ]

    def test_a_blank_mass_is_missing_and_not_zero(self, tmp_path: Path) -> None:
        text = table(CAMPD_ANNUAL, [campd_row("1", 2022, None), campd_row("2", 2022, 0)])

        assert [row.co2_tons for row in read(tmp_path, text).rows] == [None, Decimal(0)]

    def test_unit_ids_are_text(self, tmp_path: Path) -> None:
        ids = ["CT1-1", "*51", "Turbine Generators", "007", "1E5"]
        text = table(CAMPD_ANNUAL, [campd_row(unit, 2022, 1) for unit in ids])

        assert [row.location for row in read(tmp_path, text).rows] == ids

    def test_a_file_by_month_is_refused(self, tmp_path: Path) -> None:
        labels = [label if label != "Quarter" else "Month" for label in CAMPD_QUARTERLY]

        reason, line, sentence = refused(tmp_path, table(labels, []))

        assert (reason, line) == ("format_unknown", 1)
        assert "by month" in sentence

    def test_a_file_of_facilities_without_units_is_refused(self, tmp_path: Path) -> None:
        labels = [label for label in CAMPD_ANNUAL if label != "Unit ID"]

        assert refused(tmp_path, table(labels, []))[0] == "missing_column"


class TestAmpd:
    """The old headers, with a blank after each comma."""

    def test_the_real_file_of_2018_is_refused_for_it_has_no_co2(self, tmp_path: Path) -> None:
        reason, line, sentence = refused(tmp_path, AMPD_ALABAMA.read_bytes())

        assert (reason, line) == ("missing_column", 1)
        assert "“CO2 (short tons)”" in sentence

    def test_the_real_file_with_a_co2_column_is_read(self, tmp_path: Path) -> None:
        lines = AMPD_ALABAMA.read_text(encoding="utf-8").splitlines()
        extended = [lines[0] + ", CO2 (short tons)"]
        extended += [f"{line},{number}.5" for number, line in enumerate(lines[1:])]

        parsed = read(tmp_path, "\n".join(extended))

        assert (parsed.format, parsed.feed) == (Format.AMPD_ANNUAL, Feed.ANNUAL_TOTALS)
        assert parsed.problems == ()
        assert len(parsed.rows) == len(lines) - 1
        barry = {row.location: row for row in parsed.rows if row.facility == "3"}
        assert barry["4"].gross_mwh == Decimal("979760.5")
        assert barry["6A"].co2_tons is not None


class TestWhatExcelMakes:
    """Issue 2: imports accept what Excel makes of our own templates."""

    ROWS = (("3", "1", 2022, "1234.5", ""), ("3", "2", 2022, "0", ""))
    EXPECTED = [("3", "1", Decimal("1234.5")), ("3", "2", Decimal(0))]

    def check(self, folder: Path, content: str | bytes) -> None:
        parsed = read(folder, content)
        assert parsed.format is Format.TEMPLATE
        assert parsed.problems == ()
        rows = [(row.facility, row.location, row.co2_tons) for row in parsed.rows]
        assert rows == self.EXPECTED

    def test_a_byte_order_mark(self, tmp_path: Path) -> None:
        self.check(tmp_path, b"\xef\xbb\xbf" + template_text(self.ROWS).encode())

    def test_semicolons(self, tmp_path: Path) -> None:
        self.check(tmp_path, template_text(self.ROWS, ";"))

    def test_semicolons_with_decimal_commas(self, tmp_path: Path) -> None:
        self.check(tmp_path, template_text(self.ROWS, ";").replace("1234.5", "1234,5"))

    def test_excels_own_separator_line(self, tmp_path: Path) -> None:
        self.check(tmp_path, "sep=;\r\n" + template_text(self.ROWS, ";"))

    def test_tabs(self, tmp_path: Path) -> None:
        self.check(tmp_path, template_text(self.ROWS, "\t"))

    def test_line_feeds_alone_and_no_last_line_end(self, tmp_path: Path) -> None:
        self.check(tmp_path, template_text(self.ROWS).replace("\r\n", "\n").rstrip("\n"))

    def test_trailing_blank_rows(self, tmp_path: Path) -> None:
        self.check(tmp_path, template_text(self.ROWS) + ",,,,\r\n,,,,\r\n\r\n")

    def test_thousands_separators_inside_quotes(self, tmp_path: Path) -> None:
        self.check(tmp_path, template_text(self.ROWS).replace("1234.5", '"1,234.5"'))

    def test_capitals_and_blanks_in_the_header(self, tmp_path: Path) -> None:
        self.check(tmp_path, template_text(self.ROWS).replace("co2_tons", " CO2_Tons "))

    def test_leading_zeros_of_an_oris_code(self, tmp_path: Path) -> None:
        self.check(tmp_path, template_text(self.ROWS).replace("\r\n3,", "\r\n0003,"))

    def test_blank_cells_that_excel_leaves_off_at_the_end_of_a_row(self, tmp_path: Path) -> None:
        self.check(tmp_path, template_text(self.ROWS).replace(",0,\r\n", ",0\r\n"))

    def test_a_comma_that_could_be_either_is_refused(self, tmp_path: Path) -> None:
        text = template_text(self.ROWS, ";").replace("1234.5", "350,125")

        reason, line, sentence = problem(tmp_path, text)

        assert (reason, line) == ("not_a_number", 2)
        assert "thousands or decimals" in sentence

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2022-01-31", (2022, 1, 31)),
            ("1/31/2022", (2022, 1, 31)),
            ("01-31-2022", (2022, 1, 31)),
            ("2022-01-31T00:00:00", (2022, 1, 31)),
            ("31/1/2022", None),
            ("2022-02-29", None),
            ("44592", None),
        ],
    )
    def test_dates(self, text: str, expected: tuple[int, int, int] | None) -> None:
        day = parse_date(text)

        assert (day and (day.year, day.month, day.day)) == expected

    def test_one_clear_decimal_comma_settles_it_for_the_file(self) -> None:
        mark = decimal_mark(["350,125", "0,25"], separator=";")

        assert mark is DecimalMark.COMMA
        assert number("350,125", mark) == Decimal("350.125")
        assert number("1.350", mark) == Decimal(1350)


class TestBadInput:
    """Issue 2, "Bad input": a clear refusal naming what and where."""

    def test_utf_16(self, tmp_path: Path) -> None:
        reason, _, sentence = refused(tmp_path, template_text([]).encode("utf-16"))

        assert reason == "not_readable"
        assert "UTF-16" in sentence

    def test_another_encoding_names_the_line_of_the_first_bad_byte(self, tmp_path: Path) -> None:
        text = template_text([("3", "1", 2022, 5, ""), ("Fábrica", "1", 2022, 5, "")])

        reason, line, sentence = refused(tmp_path, text.encode("latin-1"))

        assert (reason, line) == ("not_readable", 3)
        assert "0xE1" in sentence

    def test_a_workbook(self, tmp_path: Path) -> None:
        assert "workbook" in refused(tmp_path, b"PK\x03\x04 and so on")[2]

    def test_an_empty_file(self, tmp_path: Path) -> None:
        assert refused(tmp_path, b"")[0] == "not_readable"

    def test_no_header_that_we_know(self, tmp_path: Path) -> None:
        reason, line, sentence = refused(tmp_path, "plant,amount\n1,2\n")

        assert (reason, line) == ("format_unknown", 1)
        assert "plant, amount" in sentence

    def test_a_last_row_that_is_cut_off(self, tmp_path: Path) -> None:
        whole = table(CAMPD_ANNUAL, [campd_row("1", 2022, 5), campd_row("2", 2022, 123456)])
        cut = whole[: whole.index("123456") + 3]

        reason, line, sentence = refused(tmp_path, cut)

        assert (reason, line) == ("not_readable", 3)
        assert "cut off" in sentence

    def test_a_last_row_of_the_template_that_is_cut_off(self, tmp_path: Path) -> None:
        whole = template_text([("3", "1", 2022, 5, ""), ("3", "2", 2022, 123456, 7)])
        cut = whole[: whole.index("123456") + 3]

        assert refused(tmp_path, cut)[:2] == ("not_readable", 3)

    def test_a_cut_inside_quotes(self, tmp_path: Path) -> None:
        whole = table(CAMPD_ANNUAL, [campd_row("1", 2022, 5), campd_row("2", 2022, 6)])
        cut = whole[: whole.rindex("ARP") + 2]

        assert refused(tmp_path, cut)[:2] == ("not_readable", 3)

    def test_a_row_with_too_many_cells(self, tmp_path: Path) -> None:
        text = template_text([("3", "1", 2022, 5, "", "")]).replace("5,,", "5,,x")

        assert refused(tmp_path, text)[:2] == ("not_readable", 2)

    @pytest.mark.parametrize("missing", ["facility", "unit", "year", "co2_tons"])
    def test_a_missing_column_is_named(self, tmp_path: Path, missing: str) -> None:
        text = template_text([("3", "1", 2022, 5, "")]).replace(missing, "remark", 1)

        reason, line, sentence = refused(tmp_path, text)

        assert (reason, line) == ("missing_column", 1)
        assert f"“{missing}”" in sentence

    @pytest.mark.parametrize(
        ("cells", "reason"),
        [
            (("3", "1", 2022, "-0.001", ""), "negative_mass"),
            (("3", "1", 2022, "5", "-1"), "negative_output"),
            (("3", "1", 2022, "1.06E+07", ""), "not_a_number"),
            (("3", "1", 2022, "n/a", ""), "not_a_number"),
            (("3", "1", 2022, "nan", ""), "not_a_number"),
            (("3", "1", 2022, "5.1234", ""), "not_a_number"),
            (("3", "1", 2022, "1,2", ""), "not_a_number"),
            (("3", "1", 2022, "99999999999", ""), "not_a_number"),
            (("3", "1", 2022, "9" * 40 + ".1234", ""), "not_a_number"),
            (("3", "1", "9" * 5000, "5", ""), "not_a_number"),
            (("3", "1", "22", "5", ""), "not_a_number"),
            (("3", "1", "2022.5", "5", ""), "not_a_number"),
            (("3", "1", "", "5", ""), "incomplete_record"),
            (("", "1", 2022, "5", ""), "incomplete_record"),
            (("3", "", 2022, "5", ""), "incomplete_record"),
        ],
    )
    def test_a_bad_cell_is_refused_with_its_line(
        self, tmp_path: Path, cells: tuple[object, ...], reason: str
    ) -> None:
        good = ("3", "9", 2022, "1", "")
        quoted = tuple(f'"{cell}"' if "," in str(cell) else cell for cell in cells)

        assert problem(tmp_path, template_text([good, quoted]))[:2] == (reason, 3)

    def test_a_duplicate_unit_year_names_both_lines(self, tmp_path: Path) -> None:
        row = ("3", "1", 2022, 5, "")

        reason, line, sentence = problem(tmp_path, template_text([row, row]))

        assert (reason, line) == ("duplicate_record", 3)
        assert "line 2" in sentence

    def test_all_rows_with_a_problem_are_named(self, tmp_path: Path) -> None:
        parsed = read(tmp_path, template_text([("3", f"{n}", 2022, "-1", "") for n in range(1500)]))

        assert parsed.problem_count == 1500
        assert [problem.row for problem in parsed.problems] == list(range(2, 1002))

    def test_a_problem_after_a_quoted_line_break_has_the_right_line(self, tmp_path: Path) -> None:
        text = template_text([('"Two\nlines"', "1", 2022, 5, ""), ("3", "1", 2022, -5, "")])

        assert problem(tmp_path, text)[1] == 4


class TestErrorReport:
    """Issue 2: the error report is the same file with a column "problem"."""

    def test_it_is_the_same_file_with_a_last_column(self, tmp_path: Path) -> None:
        text = template_text([("3", "1", 2022, "5", ""), ("3", "2", 2022, "-5", "")], ";")
        content = b"\xef\xbb\xbf" + text.encode()
        parsed = read(tmp_path, content)
        report = tmp_path / "report.csv"

        write_problems(source=tmp_path / "file.csv", problems=parsed.problems, target=report)

        lines = report.read_bytes().split(b"\r\n")
        assert lines[0] == b"\xef\xbb\xbffacility;unit;year;co2_tons;net_mwh;problem"
        assert lines[1] == b"3;1;2022;5;;"
        assert lines[2].startswith(b"3;2;2022;-5;;")
        assert b"it cannot be negative. (negative_mass)" in lines[2]

    def test_it_can_be_mended_and_read_again(self, tmp_path: Path) -> None:
        text = template_text([('"Two\nlines"', "1", 2022, "-5", ""), ("3", "2", 2022, "5", "")])
        parsed = read(tmp_path, text)
        report = tmp_path / "report.csv"
        write_problems(source=tmp_path / "file.csv", problems=parsed.problems, target=report)

        mended = read(tmp_path, report.read_text(encoding="utf-8").replace("-5", "5", 1))

        assert mended.problems == ()
        assert [row.facility for row in mended.rows] == ["Two\nlines", "3"]

    def test_a_missing_column_is_said_beside_the_header(self, tmp_path: Path) -> None:
        text = "facility,unit,year\r\n3,1,2022\r\n"
        with pytest.raises(Refused) as caught:
            read(tmp_path, text)
        report = tmp_path / "report.csv"

        write_problems(source=tmp_path / "file.csv", problems=caught.value.refusals, target=report)

        first = report.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith('facility,unit,year,"problem; The column “co2_tons” is missing.')

    def test_what_is_not_readable_becomes_a_list(self, tmp_path: Path) -> None:
        with pytest.raises(Refused) as caught:
            read(tmp_path, "facility\n".encode("utf-16"))
        report = tmp_path / "report.csv"

        write_problems(source=tmp_path / "file.csv", problems=caught.value.refusals, target=report)

        assert "emissions.not_readable" in report.read_text(encoding="utf-8")
