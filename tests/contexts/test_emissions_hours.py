"""Hourly files: summed as columns, every hour checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contexts.emissions_files import (
    AMPD_HOURLY,
    CAMPD_HOURLY,
    CEMS_HOURLY,
    Cells,
    campd_hour,
    campd_hours,
    table,
)
from trueup.emissions import formats, hourly, hourly_files
from trueup.emissions.hourly_frames import parquet_columns
from trueup.emissions.hourly_parquet import sum_sound_file
from trueup.emissions.problems import write_problems
from trueup.emissions.reports import Feed, Format, Parsed
from trueup.rules.refusal import Refused

NEW_YEAR = date(2022, 1, 1)
MARCH = date(2022, 3, 31)


def read(folder: Path, content: str | bytes, **options: object) -> Parsed:
    path = folder / "hours.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return formats.read(path, **options)  # type: ignore[arg-type]


def a_file(rows: Iterable[Cells], **form: object) -> str:
    return table(CAMPD_HOURLY, rows, **form)


def a_day(**changes: object) -> list[Cells]:
    """The first day of 2022 of unit 1, its third hour changed."""
    rows = [dict(row) for row in campd_hours("1", NEW_YEAR, NEW_YEAR)]
    rows[2].update(changes)
    return list(rows)


def problem(folder: Path, content: str | bytes) -> tuple[str, int | None, str]:
    parsed = read(folder, content)
    (refusal,) = parsed.problems
    assert parsed.problem_count == 1
    return refusal.reason, refusal.row, refusal.sentence


class TestHourlyMass:
    """40 CFR 62.16345(a)(1)-(2); MASS-152, MASS-153."""

    def test_hours_are_summed_by_unit_and_quarter(self, tmp_path: Path) -> None:
        rows = [
            *campd_hours("1", date(2022, 3, 30), date(2022, 4, 1), tons="1.005"),
            *campd_hours("2", MARCH, MARCH, tons="250.400", time="0.50"),
        ]

        parsed = read(tmp_path, a_file(rows))

        assert (parsed.format, parsed.feed) == (Format.CAMPD_HOURLY, Feed.HOURLY_TOTALS)
        sums = {(row.location, row.quarter): row for row in parsed.rows}
        assert list(sums) == [("1", 1), ("1", 2), ("2", 1)]
        assert sums["1", 1].co2_tons == Decimal("48.24")
        assert sums["1", 2].co2_tons == Decimal("24.12")
        assert sums["2", 1].co2_tons == Decimal("6009.6")
        assert sums["2", 1].operating_hours == 12
        assert sums["2", 1].gross_mwh == 120
        assert sums["1", 1].hours_reported == 48

    def test_a_rate_is_multiplied_by_the_operating_time(self, tmp_path: Path) -> None:
        rows = [
            {
                "ORISPL_CODE": 3,
                "UNITID": "1",
                "OP_DATE": "01-01-2022",
                "OP_HOUR": hour,
                "OP_TIME": time,
                "GLOAD (MW)": 100,
                "CO2_MASS (tons)": rate,
            }
            for hour, (time, rate) in enumerate((("1.00", "250.4"), ("0.75", "251.2")))
        ]

        parsed = read(tmp_path, table(CEMS_HOURLY, rows))

        assert (parsed.format, parsed.feed) == (Format.CEMS_HOURLY, Feed.HOURLY_RATES)
        (row,) = parsed.rows
        assert row.co2_tons == Decimal("438.8")
        assert row.gross_mwh == 175

    def test_the_feed_can_be_named_when_a_file_is_of_another(self, tmp_path: Path) -> None:
        rows = [campd_hour("1", NEW_YEAR, 0, "0.75", "251.2")]

        parsed = read(tmp_path, a_file(rows), feed=Feed.HOURLY_RATES)

        assert parsed.feed is Feed.HOURLY_RATES
        assert parsed.rows[0].co2_tons == Decimal("188.4")

    def test_the_old_headers_are_totals(self, tmp_path: Path) -> None:
        row = {
            " Facility ID (ORISPL)": 3,
            " Unit ID": "1",
            " Date": "01-31-2018",
            " Hour": 5,
            " Operating Time": ".25",
            " CO2 (short tons)": "62.6",
        }

        parsed = read(tmp_path, table(AMPD_HOURLY, [row]))

        assert (parsed.format, parsed.feed) == (Format.AMPD_HOURLY, Feed.HOURLY_TOTALS)
        assert parsed.rows[0].co2_tons == Decimal("62.6")

    def test_an_hour_without_operation_is_zero_and_one_without_data_is_missing(
        self, tmp_path: Path
    ) -> None:
        idle = [campd_hour("1", NEW_YEAR, hour, 0, None) for hour in range(24)]
        silent = [campd_hour("2", NEW_YEAR, hour, None, None) for hour in range(24)]

        one, two = read(tmp_path, a_file([*idle, *silent])).rows

        assert (one.co2_tons, one.hours_reported) == (Decimal(0), 24)
        assert (two.co2_tons, two.hours_reported) == (None, 0)

    def test_output_that_is_not_given_is_missing_and_not_zero(self, tmp_path: Path) -> None:
        without = [campd_hour("1", NEW_YEAR, hour, 1, 5) for hour in range(24)]
        idle = [campd_hour("2", NEW_YEAR, hour, 0, None) for hour in range(24)]

        one, two = read(tmp_path, a_file([*without, *idle])).rows

        assert (one.gross_mwh, two.gross_mwh) == (None, Decimal(0))

    def test_thousandths_are_added_exactly(self, tmp_path: Path) -> None:
        """A tenth, added ten times in binary, is not one."""
        rows = list(campd_hours("1", NEW_YEAR, date(2022, 1, 10), tons="0.1"))

        assert read(tmp_path, a_file(rows)).rows[0].co2_tons == Decimal("24.0")


class TestWhatIsRead:
    def test_excels_dates_line_ends_and_blank_rows(self, tmp_path: Path) -> None:
        text = a_file(a_day(), quoting=1).replace("2022-01-01", "1/1/2022")
        blank = "," * (len(CAMPD_HOURLY) - 1) + "\r\n"
        content = "\ufeff" + text.replace("\n", "\r\n") + blank + blank + "\r\n"

        parsed = read(tmp_path, content)

        assert parsed.problems == ()
        assert parsed.rows[0].co2_tons == Decimal("36.0")

    def test_semicolons_with_decimal_commas(self, tmp_path: Path) -> None:
        rows = campd_hours("1", NEW_YEAR, NEW_YEAR, tons="350,125", time="0,25")
        text = a_file(rows, delimiter=";")

        assert read(tmp_path, text).rows[0].co2_tons == Decimal("8403.000")

    def test_thousands_separators(self, tmp_path: Path) -> None:
        assert read(tmp_path, a_file(a_day(**{"CO2 Mass (short tons)": "1,000.5"}))).rows[
            0
        ].co2_tons == Decimal("1035.0")

    def test_unit_ids_are_text(self, tmp_path: Path) -> None:
        rows = [campd_hour(unit, NEW_YEAR, 0, 1, 1) for unit in ("007", "*51", "1E5", "2")]

        assert [row.location for row in read(tmp_path, a_file(rows)).rows] == [
            "007",
            "*51",
            "1E5",
            "2",
        ]

    def test_the_two_spellings_of_a_day_are_one_day(self, tmp_path: Path) -> None:
        rows = a_day(Date="1/1/2022", Hour=3)

        reason, line, _ = problem(tmp_path, a_file(rows))

        assert (reason, line) == ("duplicate_record", 5)

    def test_a_parquet_file(self, tmp_path: Path) -> None:
        path = tmp_path / "hours.parquet"
        pl.DataFrame(
            {
                "facilityId": [3] * 24,
                "unitId": ["1"] * 24,
                "date": [NEW_YEAR] * 24,
                "hour": range(24),
                "opTime": [1.0] * 24,
                "co2Mass": [1.005] * 24,
            }
        ).write_parquet(path)

        parsed = formats.read(path)

        assert parsed.format is Format.HOURLY_PARQUET
        assert parsed.rows[0].co2_tons == Decimal("24.12")

    def test_what_the_registry_does_not_know_can_be_passed_over(self, tmp_path: Path) -> None:
        rows = [*a_day(), *(dict(row, **{"Unit ID": "GT9"}) for row in a_day(Hour=99))]

        parsed = read(tmp_path, a_file(rows), known={("3", "1")})

        assert [row.location for row in parsed.rows] == ["1"]
        assert parsed.problems == ()
        assert parsed.passed_over == {("3", "GT9")}

    def test_progress_is_told_in_bytes(self, tmp_path: Path) -> None:
        told: list[tuple[str, int, int]] = []

        read(tmp_path, a_file(a_day()), progress=lambda *said: told.append(said))

        size = (tmp_path / "hours.csv").stat().st_size
        assert told[-1] == ("reading", size, size)


class TestChecks:
    """40 CFR 62.16345(a)(1); MASS-152: every hour, with its line."""

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"CO2 Mass (short tons)": "-0.001"}, "negative_mass"),
            ({"Gross Load (MW)": "-1"}, "negative_output"),
            ({"Operating Time": "1.01"}, "operating_time_out_of_range"),
            ({"Operating Time": "-0.01"}, "operating_time_out_of_range"),
            ({"Hour": "24"}, "hour_out_of_range"),
            ({"Hour": "-1"}, "hour_out_of_range"),
            ({"Hour": "1"}, "duplicate_record"),
            ({"CO2 Mass (short tons)": ""}, "incomplete_record"),
            ({"Operating Time": ""}, "incomplete_record"),
            ({"Operating Time": "0"}, "contradictory_record"),
            ({"CO2 Mass (short tons)": "1.0005"}, "not_a_number"),
            ({"CO2 Mass (short tons)": "nan"}, "not_a_number"),
            ({"CO2 Mass (short tons)": "inf"}, "not_a_number"),
            ({"CO2 Mass (short tons)": "n/a"}, "not_a_number"),
            ({"Operating Time": "0.333"}, "not_a_number"),
            ({"Hour": "two"}, "not_a_number"),
            ({"Facility ID": "Barry"}, "not_a_number"),
            ({"Date": "31/1/2022"}, "date_not_readable"),
            ({"Date": ""}, "incomplete_record"),
            ({"Unit ID": ""}, "incomplete_record"),
        ],
    )
    def test_a_bad_hour_is_refused_with_its_line(
        self, tmp_path: Path, changes: dict[str, object], reason: str
    ) -> None:
        parsed = read(tmp_path, a_file(a_day(**changes)))

        assert (reason, 4) in [(found.reason, found.row) for found in parsed.problems]
        assert {found.row for found in parsed.problems} == {4}

    def test_lines_are_right_after_blank_lines_and_quoted_line_breaks(self, tmp_path: Path) -> None:
        rows = a_day(**{"CO2 Mass (short tons)": "-5"})
        rows[0] = dict(rows[0], **{"Facility Name": "Two\nlines"})
        text = a_file(rows).replace("Code\n", "Code\n\n")

        assert problem(tmp_path, text)[1] == 6

    def test_lines_are_right_in_every_piece_of_a_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = [dict(row) for row in campd_hours("1", NEW_YEAR, date(2022, 1, 20))]
        rows[0]["Facility Name"] = 'A "name"\nof two lines'
        for number in (3, 200, 479):
            rows[number]["CO2 Mass (short tons)"] = "-5"
        rows[300]["CO2 Mass (short tons)"] = "n/a"
        monkeypatch.setattr(hourly_files.pieces, "__kwdefaults__", {"piece_bytes": 4_000})

        parsed = read(tmp_path, a_file(rows))

        assert [found.row for found in parsed.problems] == [6, 203, 303, 482]

    def test_duplicates_far_apart_are_found(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = list(campd_hours("1", NEW_YEAR, date(2022, 1, 20)))
        monkeypatch.setattr(hourly_files.pieces, "__kwdefaults__", {"piece_bytes": 4_000})

        reason, line, sentence = problem(tmp_path, a_file([*rows, rows[5]]))

        assert (reason, line) == ("duplicate_record", 482)
        assert "2022-01-01 hour 5" in sentence

    def test_problems_are_counted_beyond_those_that_are_listed(self, tmp_path: Path) -> None:
        rows = campd_hours("1", NEW_YEAR, MARCH, tons="-1")

        parsed = read(tmp_path, a_file(rows))

        assert parsed.problem_count == 90 * 24
        assert 0 < len(parsed.problems) <= 1000

    def test_the_error_report_marks_the_rows(self, tmp_path: Path) -> None:
        parsed = read(tmp_path, a_file(a_day(Hour=24)))
        report = tmp_path / "report.csv"

        write_problems(source=tmp_path / "hours.csv", problems=parsed.problems, target=report)

        lines = report.read_text(encoding="utf-8").splitlines()
        assert lines[0].endswith(",problem")
        assert [line.endswith("(hour_out_of_range)") for line in lines[1:5]] == [
            False,
            False,
            True,
            False,
        ]

    def test_a_missing_column_is_named(self, tmp_path: Path) -> None:
        labels = [label for label in CAMPD_HOURLY if label != "CO2 Mass (short tons)"]
        with pytest.raises(Refused) as caught:
            read(tmp_path, table(labels, []))

        (refusal,) = caught.value.refusals
        assert (refusal.reason, refusal.row) == ("missing_column", 1)
        assert "“CO2 Mass (short tons)”" in refusal.sentence

    @pytest.mark.parametrize("ending", ["", "\n"])
    def test_a_last_row_that_is_cut_off(self, tmp_path: Path, ending: str) -> None:
        text = a_file(a_day())
        cut = text[: text.rindex("Combined cycle")] + ending
        with pytest.raises(Refused) as caught:
            read(tmp_path, cut)

        (refusal,) = caught.value.refusals
        assert (refusal.reason, refusal.row) == ("not_readable", 25)

    def test_a_cut_inside_quotes(self, tmp_path: Path) -> None:
        text = a_file(a_day())
        with pytest.raises(Refused) as caught:
            read(tmp_path, text[: text.rindex("CSNOX") + 2])

        assert caught.value.reasons == {"not_readable"}

    def test_an_unquoted_comma_in_the_first_row(self, tmp_path: Path) -> None:
        text = a_file(a_day()).replace("Barry", "Barry, Inc.", 1)
        with pytest.raises(Refused) as caught:
            read(tmp_path, text)

        (refusal,) = caught.value.refusals
        assert (refusal.reason, refusal.row) == ("not_readable", 2)
        assert "33 cells" in refusal.sentence

    def test_an_unquoted_comma_in_a_later_row_moves_the_cells(self, tmp_path: Path) -> None:
        rows = a_day()
        text = a_file(rows[:5]) + a_file(rows[5:]).partition("\n")[2].replace("Barry", "B, Inc.", 1)

        assert {found.row for found in read(tmp_path, text).problems} == {7}

    def test_32_bit_numbers_cannot_keep_three_decimals(self, tmp_path: Path) -> None:
        path = tmp_path / "hours.parquet"
        pl.DataFrame(
            {"facilityId": [3], "unitId": ["1"], "date": [NEW_YEAR], "hour": [0], "opTime": [1.0]}
        ).with_columns(co2Mass=pl.lit(1.0, dtype=pl.Float32)).write_parquet(path)

        with pytest.raises(Refused) as caught:
            formats.read(path)
        assert caught.value.reasons == {"not_readable"}


hours = st.tuples(
    st.sampled_from(["1", "CT-2", "*3"]),
    st.integers(0, 400),
    st.integers(0, 23),
    st.integers(0, 100),
    st.integers(0, 9_999_999),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(hours, max_size=80, unique_by=lambda hour: hour[:3]),
    piece_bytes=st.integers(200, 20_000),
    is_rate=st.booleans(),
)
def test_the_sums_of_hours_are_those_of_plain_arithmetic(
    tmp_path: Path,
    drawn: list[tuple[str, int, int, int, int]],
    piece_bytes: int,
    is_rate: bool,
) -> None:
    """MASS-153: nothing is lost or rounded, however the file is cut into pieces."""
    rows, expected = [], defaultdict[tuple[str, int, int], Decimal](Decimal)
    for unit, day_number, hour, hundredths, thousandths in drawn:
        day = NEW_YEAR + timedelta(days=day_number)
        time = Decimal(hundredths) / 100
        tons = Decimal(thousandths if hundredths else 0) / 1000
        rows.append(campd_hour(unit, day, hour, time, tons))
        expected[unit, day.year, (day.month + 2) // 3] += tons * time if is_rate else tons
    path = tmp_path / "hours.csv"
    path.write_text(a_file(rows), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hourly_files.pieces, "__kwdefaults__", {"piece_bytes": piece_bytes})
        parsed = hourly.sum_hours(
            path,
            layout=hourly_files.CAMPD,
            feed=Feed.HOURLY_RATES if is_rate else Feed.HOURLY_TOTALS,
        )

    assert parsed.problems == ()
    assert {(row.location, row.year, row.quarter): row.co2_tons for row in parsed.rows} == expected


odd_hours = st.fixed_dictionaries(
    {
        "unitId": st.sampled_from(["1", "2"]),
        "date": st.dates(NEW_YEAR, date(2022, 1, 2)),
        "hour": st.integers(-1, 24) | st.integers(0, 23) | st.none(),
        "opTime": st.sampled_from([0.0, 0.25, 1.0, 1.01, -0.5, 0.333, float("nan"), None]),
        "grossLoad": st.sampled_from([0.0, 100.0, -1.0, 5.0005, float("inf"), None]),
        "co2Mass": st.sampled_from([0.0, 1.005, -0.001, 1.0005, 1e10, float("nan"), None]),
    }
)
sound_hours = st.fixed_dictionaries(
    {
        "unitId": st.sampled_from(["1", "2"]),
        "date": st.dates(NEW_YEAR, date(2022, 7, 2)),
        "hour": st.integers(0, 23),
        "opTime": st.sampled_from([0.25, 1.0]),
        "grossLoad": st.sampled_from([0.0, 99.999, None]),
        "co2Mass": st.integers(0, 10**7).map(lambda thousandths: thousandths / 1000),
    }
)
SCHEMA = {
    "facilityId": pl.Int64,
    "unitId": pl.String,
    "date": pl.Date,
    "hour": pl.Int64,
    "opTime": pl.Float64,
    "grossLoad": pl.Float64,
    "co2Mass": pl.Float64,
}


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.lists(sound_hours, max_size=12) | st.lists(sound_hours | odd_hours, max_size=4),
    feed=st.sampled_from([Feed.HOURLY_TOTALS, Feed.HOURLY_RATES]),
)
def test_both_readers_of_parquet_find_the_same(
    tmp_path: Path, hours: list[dict[str, object]], feed: Feed
) -> None:
    """40 CFR 62.16345(a)(1): the quick reader takes what passes every check, and only that."""
    path = tmp_path / "hours.parquet"
    pl.DataFrame([{"facilityId": 3, **hour} for hour in hours], schema=SCHEMA).write_parquet(path)
    everything = {("3", "1"), ("3", "2")}

    slow = hourly.sum_parquet_hours(path, feed=feed, known=everything)
    quick = sum_sound_file(path, parquet_columns(pl.Schema(SCHEMA)), pl.Schema(SCHEMA), feed)

    assert (quick is None) == (slow.problem_count > 0)
    if quick is not None:
        rows = {(row.location, row.quarter): row for row in slow.rows}
        assert len(quick) == len(rows)
        for sums in quick:
            row = rows[sums.unit, sums.quarter]
            assert sums.reported(row.line) == row
