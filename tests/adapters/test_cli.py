"""The command line: what it prints where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from django.conf import LazySettings

from tests.contexts.registry import Registry
from trueup.cli.main import COMMANDS, cli
from trueup.cli.naming import instant
from trueup.emissions import queries as emissions
from trueup.ledger import queries as ledger
from trueup.rules import programs

pytestmark = pytest.mark.django_db

AT = "2021-06-01"
ANA = "ana@example.org"


@pytest.fixture
def registry() -> Registry:
    """Barry holds 1,000 allowances of 2022."""
    made = Registry()
    made.on("2021-05-20")
    made.allocate(("Barry", "1", 2022, 1000))
    return made


def trueup(*arguments: object, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=stdin)


def document(result: Result) -> Any:
    """Standard output as one JSON document."""
    return json.loads(result.stdout)


def transfer(*more: object) -> Result:
    return trueup("transfer", "Barry", "Gulf Brokers", "--as", ANA, "--at", AT, *more)


class TestEveryCommand:
    @pytest.mark.parametrize("name", sorted(COMMANDS))
    def test_help_says_what_it_does_with_an_example(self, name: str) -> None:
        result = trueup(name, "--help")

        assert result.exit_code == 0
        assert f"trueup {name}" in result.stdout.partition("Example")[2]
        assert "--json" in result.stdout

    def test_an_unknown_command_is_wrong_usage(self) -> None:
        assert trueup("mint").exit_code == 2

    @pytest.mark.parametrize(
        "arguments",
        [
            ("holdings",),
            ("holdings", "Barry", "--json", "--csv"),
            ("transfer", "Barry", "Cane", "--vintage", "2022", "--quantity", "1"),
            ("transfer", "Barry", "Cane", "--as", "1"),
            ("transfer", "Barry", "Cane", "--as", "1", "--vintage", "2022"),
            ("transfer", "Barry", "Cane", "--as", "1", "--vintage", "2022", "--quantity", "ten"),
            ("transfer", "Barry", "--as", "1", "--each"),
            ("allocate", "there-is-no-such-file.csv"),
            ("originate", "AL"),
            ("originate", "AL", "--vintage", "2022", "--period", "2022-2024"),
            ("clock", "--every", "60", "--json"),
            ("serve", "--address", "nowhere"),
            ("serve", "--address", "127.0.0.1:99999"),
        ],
    )
    def test_wrong_usage_ends_with_2_and_says_it_on_standard_error(
        self, arguments: tuple[str, ...]
    ) -> None:
        result = trueup(*arguments)

        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        assert "Error" in result.stderr

    def test_what_is_no_refusal_does_not_end_with_1(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def breaks(*_: object, **__: object) -> None:
            raise RuntimeError("the inside")

        monkeypatch.setattr(ledger, "balances", breaks)

        result = trueup("holdings", "Barry", "--json")

        assert result.exit_code == 4
        assert result.stdout == ""
        assert "RuntimeError" in result.stderr


class TestReading:
    """PLAT-040, PLAT-141."""

    def test_holdings_are_one_document(self, registry: Registry) -> None:
        result = trueup("holdings", "Barry", "--json")

        assert result.exit_code == 0
        found = document(result)
        assert found["total"] == 1000
        assert found["blocks"] == [{"first": "AL-2022-1", "last": "AL-2022-1000", "quantity": 1000}]
        assert result.stderr == ""

    def test_holdings_are_a_table_for_spreadsheets(self, registry: Registry) -> None:
        result = trueup("holdings", registry.number("Barry").lower(), "--csv")

        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        assert rows == [{"first": "AL-2022-1", "last": "AL-2022-1000", "quantity": "1000"}]

    def test_holdings_are_a_table_for_people(self, registry: Registry) -> None:
        assert "AL-2022-1000" in trueup("holdings", "Barry").stdout

    def test_an_empty_account_holds_nothing(self, registry: Registry) -> None:
        result = trueup("holdings", "Gulf Brokers", "--json")

        assert (result.exit_code, document(result)["total"]) == (0, 0)
        assert trueup("holdings", "Gulf Brokers", "--csv").stdout.strip() == "first,last,quantity"

    def test_a_serial_number_tells_its_life(self, registry: Registry) -> None:
        found = document(trueup("history", "AL-2022-0017", "--json"))

        assert found["held_by"]["name"] == "Barry"
        assert [step["event"] for step in found["steps"]] == ["originated", "allocated"]

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (("holdings", "Nowhere"), "ledger.unknown_account"),
            (("history", "AL-2022"), "serials.not_readable"),
            (("history", "WY-2022-1"), "serials.never_created"),
            (("settle", "2023-2025"), "period.no_such_period"),
        ],
    )
    def test_what_is_not_there_is_refused_with_1(
        self, registry: Registry, arguments: tuple[str, ...], code: str
    ) -> None:
        result = trueup(*arguments, "--json")

        assert result.exit_code == 1
        assert [reason["code"] for reason in document(result)["refused"]] == [code]
        assert "nothing was changed" in result.stderr

    def test_a_clean_audit_ends_with_0(self, registry: Registry) -> None:
        result = trueup("audit", "--json")

        assert result.exit_code == 0
        assert document(result)["clean"] is True

    def test_an_audit_that_finds_a_difference_ends_with_3(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from trueup.cli import books
        from trueup.ledger.verify import AuditReport

        report = AuditReport(moves=1, lots=1, serials=1, differences=("AL-2022-1 is in two",))
        monkeypatch.setattr(books, "replay", lambda **_: report)

        result = trueup("audit", "--json")

        assert result.exit_code == 3
        assert document(result)["differences"] == ["AL-2022-1 is in two"]


class TestTransfers:
    """40 CFR 62.16330, 62.16335; PLAT-050 to PLAT-054."""

    def test_by_vintage_and_quantity(self, registry: Registry) -> None:
        result = transfer("--vintage", 2022, "--quantity", 100, "--reference", "PO-7", "--json")

        assert result.exit_code == 0, result.output
        made = document(result)["transfer"]
        assert (made["state"], made["quantity"], made["reference"]) == ("recorded", 100, "PO-7")
        assert made["as"] == f"person:{registry.person('Ana Ruiz')}"
        assert registry.total("Gulf Brokers") == 100

    @pytest.mark.parametrize("who", ["ANA@example.org", "Ana Ruiz"])
    def test_by_serial_numbers_as_a_person_however_named(
        self, registry: Registry, who: str
    ) -> None:
        options = ("--serials", "AL-2022-11", "AL-2022-20", "--serials", "AL-2022-1", "AL-2022-1")

        result = trueup(
            "transfer", "Barry", registry.number("Gulf Brokers"), "--as", who, "--at", AT, *options
        )

        assert result.exit_code == 0, result.output
        assert registry.held("Gulf Brokers") == ["AL-2022-1", "AL-2022-11 to AL-2022-20"]

    @pytest.mark.parametrize(
        ("options", "codes"),
        [
            (("--vintage", 2022, "--quantity", 1001), {"serials_not_held"}),
            (("--vintage", 2022, "--quantity", 0), {"not_whole_number"}),
            (("--vintage", 2022, "--quantity", 10.5), {"not_whole_number"}),
            (("--vintage", 2022, "--quantity", -5), {"not_whole_number"}),
            (("--serials", "AL-2022-9", "AL-2022-1"), {"not_readable"}),
            (("--serials", "WY-2022-1", "WY-2022-2"), {"serials_not_held"}),
        ],
    )
    def test_a_refusal_ends_with_1_and_gives_the_reasons(
        self, registry: Registry, options: tuple[object, ...], codes: set[str]
    ) -> None:
        result = transfer(*options, "--json")

        assert result.exit_code == 1, result.output
        said = {reason["code"].rpartition(".")[2] for reason in document(result)["refused"]}
        assert said == codes
        assert registry.total("Barry") == 1000

    def test_somebody_elses_account_is_refused(self, registry: Registry) -> None:
        options = ("--as", "cy@example.org", "--at", AT, "--vintage", 2022, "--quantity", 1)

        result = trueup("transfer", "Barry", "Cane", *options)

        assert result.exit_code == 1
        assert "not_authorized" in result.stderr

    def test_nobody_is_refused(self, registry: Registry) -> None:
        options = ("--as", "nobody@example.org", "--vintage", 2022, "--quantity", 1)

        result = trueup("transfer", "Barry", "Cane", *options)

        assert result.exit_code == 1
        assert "unknown_person" in result.stderr

    def test_persons_who_share_an_address_are_told_apart_by_id(self, registry: Registry) -> None:
        registry.person("Ana Other")

        result = transfer("--vintage", 2022, "--quantity", 1)

        assert result.exit_code == 2
        assert str(registry.person("Ana Other")) in result.stderr

    def test_the_same_key_is_carried_out_once(self, registry: Registry) -> None:
        key = uuid4()
        for _ in range(2):
            done = transfer("--vintage", 2022, "--quantity", 100, "--key", key)
            assert done.exit_code == 0
        other = transfer("--vintage", 2022, "--quantity", 101, "--key", key)

        assert registry.total("Barry") == 900
        assert other.exit_code == 1
        assert "key_reused" in other.stderr

    def test_after_the_deadline_a_transfer_is_held_and_says_why(self, registry: Registry) -> None:
        options = ("--vintage", 2022, "--quantity", 5, "--as", ANA, "--at", "2025-05-02T00:01")

        result = trueup("transfer", "Barry", "Gulf Brokers", *options)

        assert result.exit_code == 0
        assert "held" in result.stdout
        assert "It waits" in result.stdout

    def test_retired_for_good_with_a_reason_from_the_list(self, registry: Registry) -> None:
        options = ("--as", ANA, "--at", AT, "--vintage", 2022, "--quantity", 5)
        reason = "environmental benefit"

        assert trueup("retire", "Barry", *options, "--reason", "fun").exit_code == 1
        result = trueup("retire", "Barry", *options, "--reason", reason, "--json")

        assert result.exit_code == 0
        assert document(result)["transfer"]["kind"] == "retirement"
        assert registry.total("Barry") == 995


class TestTransferFiles:
    """PLAT-050: one file to many receivers."""

    def lines(self, registry: Registry, *quantities: object) -> str:
        number = registry.number("Gulf Brokers")
        rows = [f"2022,{quantity},{number},row" for quantity in quantities]
        return "\n".join(["vintage,quantity,receiving_account,note", *rows, ""])

    def submit(self, text: str, *more: object) -> Result:
        options = ("--file", "-", "--as", ANA, "--at", AT)
        return trueup("transfer", "Barry", *options, *more, stdin=text)

    def test_all_rows_are_recorded(self, registry: Registry) -> None:
        result = self.submit(self.lines(registry, 10, 20), "--json")

        assert result.exit_code == 0, result.output
        assert document(result)["recorded"] == 2
        assert registry.total("Gulf Brokers") == 30

    def test_a_wrong_row_keeps_back_all_and_the_report_says_which(
        self, registry: Registry, tmp_path: Path
    ) -> None:
        report = tmp_path / "problems.csv"
        text = self.lines(registry, 10, 5000).replace(",", ";")

        result = self.submit(text, "--problems", report, "--json")

        assert result.exit_code == 1
        assert [reason["row"] for reason in document(result)["refused"]] == [3]
        assert registry.total("Barry") == 1000
        rows = list(csv.DictReader(report.open(encoding="utf-8"), delimiter=";"))
        assert rows[0]["problem"] == ""
        assert "serials_not_held" in rows[1]["problem"]

    def test_each_for_itself_the_others_are_recorded(self, registry: Registry) -> None:
        result = self.submit(self.lines(registry, 10, 5000, 20), "--each", "--json")

        assert result.exit_code == 1
        assert document(result)["recorded"] == 2
        assert [problem["row"] for problem in document(result)["problems"]] == [3]
        assert registry.total("Gulf Brokers") == 30

    def test_the_same_file_is_carried_out_once_unless_it_has_another_key(
        self, registry: Registry
    ) -> None:
        text = self.lines(registry, 10)
        self.submit(text)
        again = trueup(
            *("transfer", "Barry", "--file", "-", "--as", ANA, "--at", "2021-06-02", "--json"),
            stdin=text,
        )

        assert again.exit_code == 0
        assert document(again)["repeated"] == 1
        assert registry.total("Barry") == 990
        assert self.submit(text, "--key", uuid4()).exit_code == 0
        assert registry.total("Barry") == 980

    @pytest.mark.parametrize("data", [b"", b"nonsense", b"\xff\xfe\x00", b"PK\x03\x04"])
    def test_a_file_that_is_no_table_is_refused(self, registry: Registry, data: bytes) -> None:
        result = trueup("transfer", "Barry", "--file", "-", "--as", ANA, "--at", AT, stdin=data)

        assert result.exit_code == 1, result.output


class TestBudgetsAndPlans:
    """40 CFR 62.16235, 62.16240; PLAT-060."""

    def test_budgets_are_originated_once_all_or_none(self, registry: Registry) -> None:
        made = trueup("originate", "ky", "--period", "2022-2024", "--at", AT, "--json")
        again = trueup("originate", "WY", "KY", "--vintage", 2022, "--at", AT, "--json")

        assert made.exit_code == 0, made.output
        budgets = [programs.load("cpp-mass").budget("KY", year) for year in (2022, 2023, 2024)]
        assert document(made)["total"] == sum(budget.total for budget in budgets if budget)
        assert document(made)["as"] == "administrator"
        assert again.exit_code == 1
        assert (
            ledger.account_of_purpose(program="cpp-mass", purpose="reserve", jurisdiction="WY")
            is None
        )

    def test_every_jurisdiction_at_once(self, registry: Registry) -> None:
        result = trueup("originate", "--all", "--vintage", 2025, "--at", AT, "--csv")

        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        assert len({row["first"][:2] for row in rows}) > 40

    def test_a_plan_is_recorded_once(self, registry: Registry, tmp_path: Path) -> None:
        plan = tmp_path / "plan.csv"
        plan.write_text("oris_code,unit,vintage,quantity\n3,1,2023,10\n26,5,2023,20\n")

        first = trueup("allocate", plan, "--at", AT, "--json")
        again = trueup("allocate", plan, "--at", AT, "--json")

        assert first.exit_code == 0, first.output
        assert (document(first)["rows"], document(first)["quantity"]) == (2, 30)
        assert again.exit_code == 1
        assert document(again)["refused"][0]["code"] == "allocation.plan_recorded_before"
        assert registry.total("Barry", 2023) == 10

    def test_a_plan_with_a_wrong_row_records_nothing(
        self, registry: Registry, tmp_path: Path
    ) -> None:
        plan, report = tmp_path / "plan.csv", tmp_path / "problems.csv"
        plan.write_text(
            "oris_code,unit,vintage,quantity\n3,1,2023,10\n26,5,2023,2.5\n999,1,2023,1\n"
        )

        result = trueup("allocate", plan, "--at", AT, "--problems", report, "--json")

        assert result.exit_code == 1
        assert {reason["row"] for reason in document(result)["refused"]} == {3, 4}
        assert registry.total("Barry", 2023) == 0
        assert len(report.read_text().splitlines()) == 4


class TestEmissionsAndSettlement:
    """40 CFR 62.16340, 62.16345; PLAT-070, PLAT-081."""

    LATE = "2025-05-19"

    def report(self, tmp_path: Path, *rows: str) -> Path:
        path = tmp_path / "emissions.csv"
        path.write_text("\n".join(["facility,unit,year,co2_tons,net_mwh", *rows, ""]))
        return path

    def complete(self, tmp_path: Path) -> Path:
        rows = [f"3,{unit},{year},200.4," for unit in (1, 2) for year in (2022, 2023, 2024)]
        return self.report(tmp_path, *rows)

    def test_a_whole_period_from_the_shell(self, registry: Registry, tmp_path: Path) -> None:
        imported = trueup(
            "import-emissions", self.complete(tmp_path), "--at", "2025-02-01", "--as", ANA, "--json"
        )
        assert (imported.exit_code, document(imported)["recorded"]) == (0, 6)
        finalized = document(trueup("finalize", "2022-2024", "--at", "2025-02-02", "--json"))
        assert finalized["finalized"] == [3]
        assert {row["facility"] for row in finalized["incomplete"]} == {26, 1363}

        preview = trueup("settle", "2022-2024", "--at", self.LATE, "--json")
        assert preview.exit_code == 0
        (outcome,) = document(preview)["outcomes"]
        assert (outcome["obligation"], outcome["deducted"], outcome["excess_due"]) == (
            1202,
            1000,
            404,
        )
        assert registry.total("Barry") == 1000

        recorded = trueup("settle", "2022-2024", "--record", "--at", self.LATE, "--json")
        assert recorded.exit_code == 0
        assert document(recorded)["outcomes"] == document(preview)["outcomes"]
        assert document(recorded)["recorded"] is True
        assert registry.total("Barry") == 0
        left_out = {row["facility"]: row["reason"] for row in document(recorded)["left_out"]}
        assert left_out == {26: "emissions_incomplete", 1363: "emissions_incomplete"}
        assert trueup("audit").exit_code == 0

    def test_before_the_deadline_nothing_is_deducted(
        self, registry: Registry, tmp_path: Path
    ) -> None:
        trueup("import-emissions", self.complete(tmp_path), "--at", "2025-02-01")
        early = trueup("settle", "2022-2024", "--record", "--at", "2025-05-01T23:59", "--json")
        preview = trueup("settle", "2022-2024", "--at", "2025-05-01T23:59", "--json")

        assert early.exit_code == 1
        assert document(early)["refused"][0]["code"] == "compliance.deadline_not_passed"
        assert document(preview)["is_projection"] is True

    def test_a_file_with_wrong_rows_is_refused_whole(
        self, registry: Registry, tmp_path: Path
    ) -> None:
        path = self.report(
            tmp_path, "3,1,2022,10.5,", "3,1,2022,10.5,", "3,2,2022,-1,", "9,1,2022,1,"
        )
        report = tmp_path / "problems.csv"

        result = trueup("import-emissions", path, "--at", "2025-02-01", "--problems", report)

        assert result.exit_code == 1
        for code in ("duplicate_record", "negative_mass", "unknown_facility"):
            assert code in result.stderr
        assert "problem" in report.read_text().splitlines()[0]
        assert emissions.files() == []

    def test_an_unknown_facility_is_not_finalized(self, registry: Registry) -> None:
        result = trueup("finalize", "2022-2024", "--facility", 999, "--json")

        assert result.exit_code == 1
        assert document(result)["refused"][0]["code"] == "accounts.unknown_facility"

    def test_the_clock_warns_and_releases_without_deciding(
        self, registry: Registry, tmp_path: Path
    ) -> None:
        trueup("import-emissions", self.complete(tmp_path), "--at", "2025-02-01")

        done = document(trueup("clock", "--at", "2025-04-24", "--json"))
        again = document(trueup("clock", "--at", "2025-04-24", "--json"))

        assert done["warned"] == 1
        assert done["mailed"] > 0
        assert not any(again.values())
        assert registry.total("Barry") == 1000


class TestRehearsals:
    """The wall clock is read at the edge; a rehearsal names another instant."""

    def test_a_day_is_its_morning_in_the_programs_zone(self) -> None:
        assert instant("cpp-mass", "2025-05-19").isoformat() == "2025-05-19T13:00:00+00:00"
        assert instant("cpp-mass", "2025-05-01T23:59").isoformat() == "2025-05-02T03:59:00+00:00"
        assert instant("cpp-mass", "2025-05-01T23:59Z").isoformat() == "2025-05-01T23:59:00+00:00"

    def test_where_it_counts_nobody_names_the_instant(
        self, registry: Registry, settings: LazySettings
    ) -> None:
        settings.TRUEUP_BANNER = "government"

        result = transfer("--vintage", 2022, "--quantity", 1)

        assert result.exit_code == 2
        assert registry.total("Barry") == 1000

    def test_an_instant_that_cannot_be_read_is_wrong_usage(self, registry: Registry) -> None:
        result = trueup("settle", "2022-2024", "--at", "yesterday")

        assert result.exit_code == 2
