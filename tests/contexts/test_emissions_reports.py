"""Quarterly reports in EPA's ECMPS form."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.contexts.emissions_files import as_json, days, ecmps, ecmps_hour, summary
from trueup.emissions import formats
from trueup.emissions.reports import Feed, Format, Parsed
from trueup.rules.refusal import Refused

NEW_YEAR = date(2022, 1, 1)
MARCH = date(2022, 3, 31)


def read(folder: Path, report: dict[str, object] | str | bytes) -> Parsed:
    path = folder / "report.json"
    if isinstance(report, dict):
        report = as_json(report)
    path.write_bytes(report.encode() if isinstance(report, str) else report)
    return formats.read(path)


def reasons(folder: Path, report: dict[str, object]) -> list[tuple[str, int | None]]:
    return [(problem.reason, problem.row) for problem in read(folder, report).problems]


class TestSummaryValues:
    """40 CFR 62.16360(a)(1); MASS-160: running sums of mass."""

    def test_the_quarters_mass_is_the_summary_value(self, tmp_path: Path) -> None:
        values = [summary(1000.4, 1000.4), summary(12, 12, stack="CS1")]
        values.append(dict(summary(500), parameterCode="HIT"))
        values.append(dict(summary(1900.25), parameterCode="OPTIME"))

        parsed = read(tmp_path, ecmps(summaries=values))

        assert (parsed.format, parsed.feed) == (Format.ECMPS_QUARTERLY, Feed.QUARTERLY_TOTALS)
        unit, stack = parsed.rows
        assert (unit.facility, unit.location, unit.year, unit.quarter) == ("3", "1", 2022, 1)
        assert (unit.co2_tons, unit.operating_hours) == (Decimal("1000.4"), Decimal("1900.25"))
        assert (stack.location, stack.co2_tons) == ("CS1", Decimal(12))

    def test_a_missing_total_is_missing_and_not_zero(self, tmp_path: Path) -> None:
        assert read(tmp_path, ecmps(summaries=[summary(None)])).rows[0].co2_tons is None

    def test_in_the_first_quarter_the_total_to_date_is_the_quarters(self, tmp_path: Path) -> None:
        report = ecmps(summaries=[summary(1000.4, 1100.4)])

        assert reasons(tmp_path, report) == [("totals_differ", 1)]

    def test_in_a_later_quarter_the_total_to_date_is_kept_to_be_compared(
        self, tmp_path: Path
    ) -> None:
        parsed = read(tmp_path, ecmps(quarter=2, summaries=[summary(1000.4, 2100.4)]))

        assert parsed.rows[0].year_to_date_tons == Decimal("2100.4")

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (-1, "negative_mass"),
            (1.0001, "not_a_number"),
            ("5", "not_a_number"),
            (1e300, "not_a_number"),
            (1e-300, "not_a_number"),
            (True, "not_a_number"),
        ],
    )
    def test_a_bad_value_is_refused(self, tmp_path: Path, value: object, reason: str) -> None:
        assert reasons(tmp_path, ecmps(summaries=[summary(value)])) == [(reason, 1)]

    def test_a_value_twice_is_refused(self, tmp_path: Path) -> None:
        report = ecmps(summaries=[summary(1), summary(1)])

        assert reasons(tmp_path, report) == [("duplicate_record", 2)]

    def test_a_record_of_two_locations_is_refused(self, tmp_path: Path) -> None:
        report = ecmps(summaries=[dict(summary(1), stackPipeId="CS1"), summary(1)])

        assert reasons(tmp_path, report) == [("incomplete_record", 1)]


class TestHours:
    """40 CFR 62.16345(a)(1): the hourly rate times the operating time."""

    def test_the_hours_alone_are_summed(self, tmp_path: Path) -> None:
        hours = [ecmps_hour(NEW_YEAR, 0, 1, 250.4), ecmps_hour(NEW_YEAR, 1, 0.75, 251.2)]

        parsed = read(tmp_path, ecmps(hours=hours))

        assert parsed.feed is Feed.HOURLY_RATES
        (row,) = parsed.rows
        assert (row.co2_tons, row.gross_mwh) == (Decimal("438.8"), Decimal(350))
        assert (row.operating_hours, row.hours_reported) == (Decimal("1.75"), 2)

    def test_a_mass_of_the_hour_is_not_multiplied(self, tmp_path: Path) -> None:
        hours = [ecmps_hour(NEW_YEAR, 0, 0.5, 10, parameter="CO2M")]

        assert read(tmp_path, ecmps(hours=hours)).rows[0].co2_tons == Decimal(10)

    def test_the_unadjusted_value_stands_where_none_is_adjusted(self, tmp_path: Path) -> None:
        hour = ecmps_hour(NEW_YEAR, 0, 1, 5)
        hour["derivedHourlyValueData"] = [{"parameterCode": "CO2", "unadjustedHourlyValue": 7}]

        assert read(tmp_path, ecmps(hours=[hour])).rows[0].co2_tons == Decimal(7)

    def test_hours_must_come_to_the_summary(self, tmp_path: Path) -> None:
        hours = [ecmps_hour(NEW_YEAR, 0, 1, 250.4), ecmps_hour(NEW_YEAR, 1, 0.75, 251.2)]

        assert reasons(tmp_path, ecmps(summaries=[summary(438.9)], hours=hours)) == []
        assert reasons(tmp_path, ecmps(summaries=[summary(439.0)], hours=hours)) == [
            ("totals_differ", 1)
        ]

    def test_a_unit_monitored_at_a_stack_states_no_co2_of_its_own(self, tmp_path: Path) -> None:
        hours = [
            ecmps_hour(NEW_YEAR, 0, 1, None, unit="1"),
            ecmps_hour(NEW_YEAR, 0, 1, 300, stack="CS1"),
        ]

        assert [row.location for row in read(tmp_path, ecmps(hours=hours)).rows] == ["CS1"]

    @pytest.mark.parametrize(
        ("hour", "reason"),
        [
            (ecmps_hour(NEW_YEAR, 1, 1, None), "incomplete_record"),
            (ecmps_hour(NEW_YEAR, 1, None, 5), "incomplete_record"),
            (ecmps_hour(NEW_YEAR, 1, 1, -5), "negative_mass"),
            (ecmps_hour(NEW_YEAR, 1, 1.01, 5), "operating_time_out_of_range"),
            (ecmps_hour(NEW_YEAR, 1, -0.1, 5), "operating_time_out_of_range"),
            (ecmps_hour(NEW_YEAR, 24, 1, 5), "hour_out_of_range"),
            (ecmps_hour(NEW_YEAR, 0, 1, 5), "duplicate_record"),
            (ecmps_hour(date(2022, 4, 1), 1, 1, 5), "date_not_readable"),
            (ecmps_hour(NEW_YEAR, 1, 0, 5, parameter="CO2M"), "contradictory_record"),
            (ecmps_hour(NEW_YEAR, 1, 1, 5, load=-1), "negative_output"),
        ],
    )
    def test_a_bad_hour_is_refused_with_its_number(
        self, tmp_path: Path, hour: dict[str, object], reason: str
    ) -> None:
        report = ecmps(hours=[ecmps_hour(NEW_YEAR, 0, 1, 5), hour])

        assert reasons(tmp_path, report) == [(reason, 2)]

    def test_a_whole_quarter(self, tmp_path: Path) -> None:
        hours = [
            ecmps_hour(day, hour, 1, Decimal("0.1"))
            for day in days(NEW_YEAR, MARCH)
            for hour in range(24)
        ]

        (row,) = read(tmp_path, ecmps(summaries=[summary(216, 216)], hours=hours)).rows

        assert row.co2_tons == Decimal(216)
        assert row.operating_hours == 2160


class TestBadInput:
    """Issue 2, "Bad input"."""

    def refused(self, folder: Path, report: dict[str, object] | str | bytes) -> tuple[str, str]:
        with pytest.raises(Refused) as caught:
            read(folder, report)
        (refusal,) = caught.value.refusals
        return refusal.reason, refusal.sentence

    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
    def test_a_report_that_is_cut_off(self, tmp_path: Path, share: float) -> None:
        text = as_json(ecmps(summaries=[summary(1000.4, 1000.4)] * 5))

        reason, sentence = self.refused(tmp_path, text[: int(len(text) * share)])

        assert reason == "not_readable"
        assert "cut off" in sentence

    def test_another_encoding(self, tmp_path: Path) -> None:
        text = as_json(ecmps(summaries=[summary(1)])).replace("null", '"Fábrica"', 1)

        assert self.refused(tmp_path, text.encode("latin-1"))[0] == "not_readable"
        assert self.refused(tmp_path, text.encode("utf-16"))[0] == "not_readable"

    def test_a_byte_order_mark_is_read(self, tmp_path: Path) -> None:
        content = b"\xef\xbb\xbf" + as_json(ecmps(summaries=[summary(1)])).encode()

        assert read(tmp_path, content).rows[0].co2_tons == Decimal(1)

    @pytest.mark.parametrize("name", ["orisCode", "year", "quarter"])
    def test_whose_report_it_is_must_be_said(self, tmp_path: Path, name: str) -> None:
        report = dict(ecmps(summaries=[summary(1)]), **{name: None})

        assert self.refused(tmp_path, report) == (
            "missing_column",
            f"“{name}” is missing from the report.",
        )

    def test_a_report_without_emissions(self, tmp_path: Path) -> None:
        assert self.refused(tmp_path, ecmps())[0] == "missing_column"

    @pytest.mark.parametrize(
        "text",
        [
            "{}",
            '{"orisCode": 3} x',
            '{"orisCode": NaN}',
            "{" + '"a":{' * 99_999,
            '{"a":' + "9" * 5000,
        ],
    )
    def test_some_other_document(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(Refused):
            read(tmp_path, text)

    def test_a_list_that_is_none(self, tmp_path: Path) -> None:
        report = dict(ecmps(), summaryValueData={"unitId": "1"})

        assert self.refused(tmp_path, report)[0] == "not_readable"

    def test_a_quarter_that_is_none(self, tmp_path: Path) -> None:
        report = ecmps(quarter=5, summaries=[summary(1)])

        assert self.refused(tmp_path, report)[0] == "not_a_number"
