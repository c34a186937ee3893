"""Files of emissions against the registry: all of a file or nothing of it."""

from __future__ import annotations

import hashlib
import json
import signal
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.conftest import SharedDatabase
from tests.contexts.emissions_files import (
    CAMPD_ANNUAL,
    CAMPD_HOURLY,
    as_json,
    campd_hours,
    campd_row,
    ecmps,
    summary,
    table,
    template_text,
)
from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.audit import queries as audit
from trueup.emissions import queries, services
from trueup.emissions.entries import LocationSpec, RecordingResult
from trueup.emissions.models import (
    EmissionRecord,
    Finalization,
    LocationUnit,
    MonitoringLocation,
    SubmittedFile,
)
from trueup.emissions.quantities import to_whole
from trueup.emissions.reports import Feed, Format
from trueup.rules.refusal import Refusal, Refused

PROGRAM = "cpp-mass"
REGISTERED = datetime(2021, 5, 3, 13, 0, tzinfo=UTC)
RECEIVED = datetime(2025, 2, 3, 14, 0, tzinfo=UTC)


@pytest.fixture
def barry(db: None) -> int:
    return a_facility(3, "Barry", "1", "2")


def a_facility(oris_code: int, name: str, *units: str | UnitSpec) -> int:
    specs = tuple(UnitSpec(unit_id=unit) if isinstance(unit, str) else unit for unit in units)
    facility = FacilitySpec(oris_code=oris_code, name=name, jurisdiction="AL", units=specs)
    return accounts.register_facility(
        program=PROGRAM, facility=facility, registered_at=REGISTERED
    ).id


@pytest.fixture
def importing(tmp_path: Path) -> Callable[..., RecordingResult]:
    def act(content: str | bytes, **options: object) -> RecordingResult:
        path = tmp_path / "received"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        values = {"received_at": RECEIVED, **options}
        return services.import_file(
            path=path,
            name="emissions.csv",
            program=PROGRAM,
            actor="person:1",
            **values,  # type: ignore[arg-type]
        )

    return act


Importing = Callable[..., RecordingResult]


def refusals_of(importing: Importing, content: str | bytes, **options: object) -> list[Refusal]:
    """What is refused; nothing may be recorded."""
    before = counts()
    with pytest.raises(Refused) as caught:
        importing(content, **options)
    assert counts() == before
    return list(caught.value.refusals)


def refused(importing: Importing, content: str | bytes, **options: object) -> list[tuple[str, int]]:
    return [
        (refusal.reason, refusal.row or 0) for refusal in refusals_of(importing, content, **options)
    ]


def counts() -> tuple[int, ...]:
    models = (SubmittedFile, MonitoringLocation, EmissionRecord, Finalization)
    return tuple(model.objects.count() for model in models)


def a_year(*rows: tuple[object, ...]) -> str:
    return template_text((*row, "") for row in rows)


class TestImport:
    """PLAT-070; 40 CFR 62.16360(a)(1)."""

    def test_an_annual_file_is_recorded_with_its_origin(
        self, barry: int, importing: Importing
    ) -> None:
        content = table(CAMPD_ANNUAL, [campd_row("1", 2022, "350.125"), campd_row("2", 2022, None)])

        result = importing(content)

        assert (result.recorded, result.format, result.feed) == (
            2,
            Format.CAMPD_ANNUAL,
            Feed.ANNUAL_TOTALS,
        )
        one, two = queries.unit_years(facility=barry, program=PROGRAM)
        assert (one.unit_id, one.co2_tons, two.co2_tons) == ("1", Decimal("350.125"), None)
        assert (one.file, one.feed, one.received_at) == ("emissions.csv", "annual_totals", RECEIVED)
        assert one.is_provisional
        (file,) = queries.files()
        assert file.sha256 == hashlib.sha256(content.encode()).hexdigest()
        assert file.size_bytes == len(content)

    def test_an_import_is_logged(self, barry: int, importing: Importing) -> None:
        result = importing(a_year((3, "1", 2022, 5)))

        (event,) = audit.events_of(f"emissions_file:{result.file}")
        assert (event.act, event.actor) == ("import_emissions", "person:1")
        assert event.after is not None
        assert event.after["recorded"] == 1

    def test_facilities_are_named_by_oris_code_or_by_name(
        self, barry: int, importing: Importing
    ) -> None:
        importing(a_year(("0003", "1", 2022, 5), ("Barry", "2", 2022, 6)))

        records = queries.unit_years(facility=barry, program=PROGRAM)
        assert [record.co2_tons for record in records] == [5, 6]

    def test_one_facility_by_two_names_is_not_counted_twice(
        self, barry: int, importing: Importing
    ) -> None:
        assert refused(importing, a_year((3, "1", 2022, 5), ("Barry", "1", 2022, 5))) == [
            ("duplicate_record", 3)
        ]

    def test_hours_become_quarters(self, barry: int, importing: Importing) -> None:
        rows = campd_hours("1", date(2022, 1, 1), date(2022, 12, 31), tons="1.005")

        result = importing(table(CAMPD_HOURLY, rows))

        assert result.recorded == 4
        records = queries.unit_years(facility=barry, program=PROGRAM)
        assert [record.quarter for record in records] == [1, 2, 3, 4]
        assert sum(record.co2_tons or 0 for record in records) == Decimal("8803.8")

    def test_a_quarterly_report_by_stack(self, barry: int, importing: Importing) -> None:
        spec = LocationSpec(facility=barry, location_id="CS1", units=("1", "2"))
        services.register_stacks([spec], actor="administrator", recorded_at=REGISTERED)

        importing(as_json(ecmps(summaries=[summary(900, 900, stack="CS1")])))

        (record,) = queries.unit_years(facility=barry, program=PROGRAM)
        assert (record.unit_id, record.units, record.co2_tons) == ("CS1", ("1", "2"), 900)

    def test_progress_is_told_from_reading_to_recording(
        self, barry: int, importing: Importing
    ) -> None:
        stages: list[str] = []

        importing(
            a_year((3, "1", 2022, 5)), progress=lambda stage, done, total: stages.append(stage)
        )

        assert stages == ["reading", "checking", "recording"]

    def test_units_that_the_registry_does_not_know_can_be_passed_over(
        self, barry: int, importing: Importing
    ) -> None:
        """A State's whole file has units that are in no program."""
        content = table(
            CAMPD_ANNUAL,
            [
                campd_row("1", 2022, 5),
                campd_row("GT1", 2022, 6),
                campd_row("1", 2022, "x", facility=99),
            ],
        )

        result = importing(content, passes_over_unknown=True)

        assert result.recorded == 1
        assert result.passed_over == {("3", "GT1"), ("99", "1")}


class TestRefusals:
    """Issue 2, "Bad input": named with line and reason, nothing recorded."""

    def test_everything_wrong_is_named_at_once(self, barry: int, importing: Importing) -> None:
        a_facility(26, "Gaston", "5")
        content = a_year(
            (3, "1", 2022, 5),
            (99, "1", 2022, 5),
            (3, "5", 2022, 5),
            (3, "2", 2025, 5),
            (3, "1", 2022, 6),
            (26, "5", 2022, -7),
        )

        refusals = refusals_of(importing, content)

        assert [(refusal.reason, refusal.row) for refusal in refusals] == [
            ("unknown_facility", 3),
            ("unknown_unit", 4),
            ("year_not_over", 5),
            ("duplicate_record", 6),
            ("negative_mass", 7),
        ]
        assert "It has: 1, 2." in refusals[1].sentence

    def test_a_unit_of_another_facility_is_pointed_out(
        self, barry: int, importing: Importing
    ) -> None:
        a_facility(26, "Gaston", "5")
        (refusal,) = refusals_of(importing, a_year((3, "5", 2022, 5), (26, "5", 2022, 5)))

        assert refusal.reason == "unknown_unit"
        assert "Gaston has one." in refusal.sentence

    def test_the_same_file_twice(self, barry: int, importing: Importing) -> None:
        content = a_year((3, "1", 2022, 5), (3, "2", 2022, 5))
        importing(content)

        assert refused(importing, content) == [("duplicate_record", 2), ("duplicate_record", 3)]

    def test_a_resubmission_replaces_what_differs(self, barry: int, importing: Importing) -> None:
        """PLAT-073."""
        importing(a_year((3, "1", 2022, 5), (3, "2", 2022, 5)))

        result = importing(a_year((3, "1", 2022, 6), (3, "2", 2022, 5)), is_resubmission=True)

        assert (result.recorded, result.superseded, result.unchanged) == (1, 1, 1)
        history = queries.record_history(facility=barry, unit="1", year=2022, program=PROGRAM)
        assert [record.co2_tons for record in history] == [6, 5]

    def test_hours_that_are_missing(self, barry: int, importing: Importing) -> None:
        """40 CFR 62.16345(a)(2): a file cut off between two rows is not taken for whole."""
        rows = list(campd_hours("1", date(2022, 1, 1), date(2022, 3, 31)))
        content = table(CAMPD_HOURLY, rows[:-1])

        (refusal,) = refusals_of(importing, content)

        assert (refusal.reason, refusal.row) == ("hours_missing", 2)
        assert "2159 of 2160 hours" in refusal.sentence
        assert importing(content, has_operating_hours_only=True).recorded == 1

    def test_hours_before_a_units_first_day_are_not_missing(
        self, db: None, importing: Importing
    ) -> None:
        a_facility(3, "Barry", UnitSpec(unit_id="1", operating_from=date(2022, 3, 1)))
        rows = campd_hours("1", date(2022, 3, 1), date(2022, 3, 31))

        assert importing(table(CAMPD_HOURLY, rows)).recorded == 1

    def test_a_quarter_that_is_not_over(self, barry: int, importing: Importing) -> None:
        content = as_json(ecmps(year=2025, summaries=[summary(5, 5)]))

        assert refused(importing, content) == [("quarter_not_over", 1)]

    def test_a_total_to_date_that_is_not_the_sum_of_the_quarters(
        self, barry: int, importing: Importing
    ) -> None:
        importing(as_json(ecmps(quarter=1, summaries=[summary(1000.4, 1000.4)])))
        second = ecmps(quarter=2, summaries=[summary(999.6, 2001.0)])

        assert refused(importing, as_json(second)) == [("totals_differ", 1)]

        second = ecmps(quarter=2, summaries=[summary(999.6, 2000.0)])
        assert importing(as_json(second)).recorded == 1

    def test_a_quarter_after_the_year(self, barry: int, importing: Importing) -> None:
        importing(a_year((3, "1", 2022, 5)))

        report = as_json(ecmps(quarter=1, summaries=[summary(5, 5)]))
        assert refused(importing, report) == [("duplicate_record", 1)]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "not_readable"),
            ("facility,unit,year\r\n3,1,2022\r\n", "missing_column"),
            ("a,b\r\n1,2\r\n", "format_unknown"),
            (a_year((3, "1", 2022, 5)).encode("utf-16"), "not_readable"),
            (a_year(("Fábrica", "1", 2022, 5)).encode("latin-1"), "not_readable"),
            (a_year((3, "1", 2022, 12345)).rstrip(",\r\n")[:-2] + '"', "not_readable"),
            (as_json(ecmps(summaries=[summary(5)]))[:-50], "not_readable"),
        ],
    )
    def test_a_file_that_cannot_be_read(
        self, barry: int, importing: Importing, content: str | bytes, reason: str
    ) -> None:
        assert [found for found, _ in refused(importing, content)] == [reason]

    def test_a_bad_byte_in_a_column_that_is_not_used(
        self, barry: int, importing: Importing
    ) -> None:
        rows = campd_hours("1", date(2022, 1, 1), date(2022, 3, 31))
        content = table(CAMPD_HOURLY, rows).encode().replace(b"Barry", b"B\xe1rry", 3)

        assert refused(importing, content) == [("not_readable", 2)]

    def test_a_bad_byte_far_into_a_large_file(
        self, barry: int, importing: Importing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("trueup.emissions.fingerprint._BLOCK_BYTES", 97)
        lines = a_year(*((3, "é" * (number % 7), 2022, 5) for number in range(90))).encode()

        assert refused(importing, lines + b"\xe9,1,2022,5,\r\n") == [("not_readable", 92)]
        assert refused(importing, lines + "é".encode()[:1]) == [("not_readable", 92)]
        first = b"facility,unit,year,co2_tons\n3,".ljust(95, b"x") + "€".encode()
        assert refused(importing, first + b"\xff\n3,1,2022,5\n") == [("not_readable", 2)]
        assert {reason for reason, _ in refused(importing, lines)} == {
            "incomplete_record",
            "duplicate_record",
            "unknown_unit",
        }

    def test_too_many_problems_are_counted(self, barry: int, importing: Importing) -> None:
        found = refusals_of(importing, a_year(*((99, f"{n}", 2022, 5) for n in range(1200))))

        assert len(found) == 1001
        assert "200 more problems" in found[-1].sentence


def _insert(table_name: str) -> tuple[str, ...]:
    return (
        f"UPDATE {table_name} SET id = id",
        f"DELETE FROM {table_name}",
    )


class TestTheDatabaseRefuses:
    """PLAT-073: overwriting is impossible, whoever asks."""

    @pytest.mark.parametrize(
        "statement",
        [
            statement
            for name in ("submittedfile", "emissionrecord", "finalization")
            for statement in _insert(f"emissions_{name}")
        ],
    )
    def test_changing_what_is_recorded(
        self, barry: int, importing: Importing, statement: str
    ) -> None:
        importing(a_year((3, "1", 2022, 5)))
        records = list(EmissionRecord.objects.values_list("id", flat=True))
        from trueup.emissions.finalization import decide_final

        decide_final(
            program=PROGRAM,
            records=records,
            subject="s",
            reasons=[],
            decided_at=RECEIVED,
            decided_by="administrator",
        )
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    @pytest.mark.parametrize(
        "changes",
        [
            {"version": 1},
            {"quarter": 5},
            {"version": 0},
            {"co2_tons": Decimal("-0.001")},
            {"net_mwh": Decimal("-0.001")},
            {"kind": "guessed"},
            {"kind": "withdrawn", "ground": "mistake"},
            {"kind": "adjusted"},
            {"actor": ""},
        ],
    )
    def test_a_record_that_says_too_little_or_too_much(
        self, barry: int, importing: Importing, changes: dict[str, object]
    ) -> None:
        importing(a_year((3, "1", 2022, 5)))
        before = EmissionRecord.objects.get()
        values: dict[str, object] = {
            "location": before.location,
            "year": 2022,
            "quarter": 0,
            "version": 2,
            "kind": "resubmitted",
            "co2_tons": Decimal(5),
            "actor": "person:1",
            "recorded_at": RECEIVED,
        }
        EmissionRecord.objects.create(**values)
        with pytest.raises(IntegrityError), transaction.atomic():
            EmissionRecord.objects.create(**{**values, "version": 3, **changes})

    def test_two_finalizations_of_one_record_in_a_program(
        self, barry: int, importing: Importing
    ) -> None:
        importing(a_year((3, "1", 2022, 5)))
        record = EmissionRecord.objects.get()
        decision = _decision()
        values = {
            "program": PROGRAM,
            "record": record,
            "decision_id": decision,
            "finalized_at": RECEIVED,
        }
        Finalization.objects.create(**values)
        Finalization.objects.create(**{**values, "program": "rggi-md"})
        with pytest.raises(IntegrityError), transaction.atomic():
            Finalization.objects.create(**values)

    def test_a_location_or_a_link_twice(self, barry: int) -> None:
        spec = LocationSpec(facility=barry, location_id="CS1", units=("1",))
        services.register_stacks([spec], actor="administrator", recorded_at=REGISTERED)
        link = LocationUnit.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            LocationUnit.objects.create(location=link.location, unit=link.unit)
        with pytest.raises(IntegrityError), transaction.atomic():
            MonitoringLocation.objects.create(facility_id=barry, location_id="CS1")

    def test_the_mass_is_kept_as_a_whole_number(self, barry: int, importing: Importing) -> None:
        importing(a_year((3, "1", 2022, "350.125")))
        with connection.cursor() as cursor:
            cursor.execute("SELECT co2_tons FROM emissions_emissionrecord")
            (stored,) = cursor.fetchone()

        assert stored == to_whole(Decimal("350.125")) == 35_012_500


def _decision() -> int:
    from trueup.audit import services as audit_services

    return audit_services.decide(
        decision_class="vii",
        program=PROGRAM,
        subject="s",
        outcome="final",
        reasons=[],
        decided_at=RECEIVED,
        decided_by="administrator",
    ).id


_IMPORT = dedent(
    """
    import json, os, signal, sys
    from datetime import datetime, UTC
    from pathlib import Path

    import django

    django.setup()
    from django.db import connection
    from trueup.emissions import services
    from trueup.emissions.models import EmissionRecord

    def progress(stage, done, total):
        if stage == sys.argv[2]:
            if stage == "recording":
                assert EmissionRecord.objects.count() == 2, "it has not been recorded yet"
            os.kill(os.getpid(), signal.SIGKILL)

    services.import_file(
        path=Path(sys.argv[1]), name="killed.csv", program="cpp-mass", actor="person:1",
        received_at=datetime(2025, 2, 3, 14, 0, tzinfo=UTC), progress=progress,
    )
    print(json.dumps(EmissionRecord.objects.count()))
    """
)


@pytest.mark.stress
@pytest.mark.parametrize("stage", ["reading", "checking", "recording"])
def test_an_import_that_is_killed_leaves_the_books_as_before(
    shared_database: SharedDatabase, tmp_path: Path, stage: str
) -> None:
    """Issue 2: kill the process in the middle of an import."""
    a_facility(3, "Barry", "1", "2")
    path = tmp_path / "killed.csv"
    path.write_text(a_year((3, "1", 2022, 5), (3, "2", 2022, 5)), encoding="utf-8")

    killed = shared_database.start("-c", _IMPORT, str(path), stage)
    printed, _ = killed.communicate(timeout=120)

    assert killed.returncode == -signal.SIGKILL, printed
    assert counts() == (0, 0, 0, 0)
    assert json.loads(shared_database.run("-c", _IMPORT, str(path), "never")) == 2


_RIVAL = dedent(
    """
    import sys, time
    from datetime import datetime, UTC
    from pathlib import Path

    import django

    django.setup()
    from trueup.emissions import recording, services
    from trueup.rules.refusal import Refused

    read = recording.current_records

    def read_slowly(**wanted):
        found = read(**wanted)
        time.sleep(0.5)  # Between reading and writing, a rival has time to do the same.
        return found

    recording.current_records = read_slowly

    def wait_for_the_others(stage, done, total):
        if stage == "checking":
            time.sleep(max(0.0, float(sys.argv[2]) - time.time()))

    try:
        services.import_file(
            path=Path(sys.argv[1]), name="rival.csv", program="cpp-mass", actor="person:1",
            received_at=datetime(2025, 2, 3, 14, 0, tzinfo=UTC), progress=wait_for_the_others,
        )
        print("recorded")
    except Refused as refused:
        print(",".join(sorted(refused.reasons)))
    """
)


@pytest.mark.stress
def test_of_rivals_with_one_report_one_records_it(
    shared_database: SharedDatabase, tmp_path: Path
) -> None:
    """PLAT-070: a year and its quarters, or the same year twice, however close in time."""
    plant = a_facility(3, "Barry", "1")
    annual, quarter = tmp_path / "annual.csv", tmp_path / "quarter.json"
    annual.write_text(a_year((3, "1", 2022, 5)), encoding="utf-8")
    quarter.write_text(as_json(ecmps(summaries=[summary(5, 5)])), encoding="utf-8")
    start = str(time.time() + 8)

    rivals = [
        shared_database.start("-c", _RIVAL, str(path), start)
        for path in (annual, quarter, annual, quarter)
    ]
    said = sorted(rival.communicate(timeout=120)[0].strip() for rival in rivals)

    assert said == ["duplicate_record", "duplicate_record", "duplicate_record", "recorded"]
    assert len(queries.unit_years(facility=plant, program=PROGRAM)) == 1
