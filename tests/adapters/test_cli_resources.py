"""PLAT-151: the resources of a rate-based program from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.conf import LazySettings

from tests.contexts.resources_registry import WIND, ResourceRegistry
from tests.rules.papers import complete
from trueup.cli.main import cli
from trueup.resources.models import Report
from trueup.rules.papers import REPORT, VERIFICATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry(settings: LazySettings) -> ResourceRegistry:
    """Sand Hill Wind is registered, and Northwind Audit cleared for it."""
    settings.TRUEUP_BANNER = "demonstration"
    found = ResourceRegistry()
    found.accredit()
    found.register()
    return found


def trueup(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["resources", *map(str, arguments)])


def document(*arguments: object) -> Any:
    result = trueup(*arguments, "--json")
    assert result.exit_code == 0, result.stdout + result.stderr
    return json.loads(result.stdout)


def refused(*arguments: object) -> set[str]:
    result = trueup(*arguments, "--json")
    assert result.exit_code == 1, result.stdout + result.stderr
    return {one["code"].rpartition(".")[2] for one in json.loads(result.stdout)["refused"]}


def said(folder: Path, document: str, tags: frozenset[str], **more: str) -> Path:
    path = folder / f"{document}.json"
    path.write_text(json.dumps(complete(document, tags, **more)), encoding="utf-8")
    return path


class TestRegister:
    """RATE-063, RATE-074: what is entered, listed and shown."""

    def test_a_resource_is_described_listed_and_shown(self, registry: ResourceRegistry) -> None:
        entered = document(
            "describe", "Rio Sun", "--category", "sol", "--kind", "photovoltaic",
            "--state", "tx", "--capacity", "25.04", "--in-service", "2016-03-01",
            "--account", "Sand Hill", "--at", "2021-09-02",
        )  # fmt: skip
        assert (entered["category"], entered["state"], entered["standing"]) == (
            "SOL",
            "TX",
            "described",
        )
        assert entered["capacity_mw"].startswith("25.0")
        names = [one["name"] for one in document("list")["resources"]]
        assert names == [WIND.name, "Rio Sun"]
        assert [one["name"] for one in document("list", "--category", "SOL")["resources"]] == [
            "Rio Sun"
        ]
        assert trueup("list", "--csv").stdout.splitlines()[0].startswith("number,resource,category")
        shown = document("show", WIND.name)
        assert shown["standing"] == "registered"
        assert "eligibility_application" in [paper["kind"] for paper in shown["papers"]]

    def test_what_is_not_there_is_refused_and_what_is_no_number_is_wrong_usage(
        self, registry: ResourceRegistry
    ) -> None:
        assert refused("show", "Nowhere") == {"unknown_resource"}
        wrong = trueup(
            "describe", "X", "--category", "SOL", "--state", "TX", "--capacity", "many",
            "--in-service", "2016-03-01", "--account", "Sand Hill",
        )  # fmt: skip
        assert wrong.exit_code == 2


class TestFromReportToCredits:
    """RATE-110, RATE-135, RATE-139; PLAT-089: the whole way by commands."""

    @pytest.fixture
    def filed(self, registry: ResourceRegistry, tmp_path: Path) -> Path:
        document(
            "report", WIND.name, 2022, "--mwh", "5000.7", "--as", "Fay Ito",
            "--at", "2023-02-01",
            "--elements", said(tmp_path, REPORT, registry.tags(WIND.name, "first")),
        )  # fmt: skip
        return tmp_path

    def test_report_verify_notice_issue_trace(self, filed: Path) -> None:
        verified = document(
            "verify", WIND.name, 2022, "--mwh", "5000.7", "--verifier", "Northwind Audit",
            "--as", "Northwind Audit lead", "--at", "2023-03-01",
            "--elements",
            said(filed, VERIFICATION, frozenset({"all", "of_report"}),
                 signed_by="Northwind Audit lead"),
        )  # fmt: skip
        assert verified["verified_mwh"].startswith("5000.7")
        noticed = document("notice", 2022, "--at", "2023-05-31")
        assert (noticed["closes_on"], noticed["resources"]) == ("2023-06-29", 1)
        assert refused("issue", 2022, WIND.name, "--at", "2023-06-29") == {"comment_period_open"}
        issued = document("issue", 2022, "--at", "2023-06-30")
        assert issued["issued"] == [
            {
                "resource": WIND.name,
                "year": 2022,
                "quantity": 5000,
                "first": "TX-2023-WND-1",
                "last": "TX-2023-WND-5000",
            }
        ]
        traced = document("trace", "TX-2023-WND-17")
        assert [paper["kind"] for paper in traced["papers"]] == [
            "eligibility_application",
            "emv_plan",
            "verification_report",
            "decision",
            "mv_report",
            "verification_report",
            "decision",
        ]
        assert refused("trace", "TX-2023-WND-5001") == {"unknown_resource"}
        assert document("show", WIND.name)["issued"][0]["quantity"] == 5000

    def test_without_a_verification_nothing_is_issued(self, filed: Path) -> None:
        document("notice", 2022, "--at", "2023-05-31")
        assert refused("issue", 2022, "--at", "2023-06-30") == {"nothing_to_issue"}
        assert "verification_missing" in refused("issue", 2022, WIND.name, "--at", "2023-06-30")

    def test_elements_are_one_json_object_of_texts(
        self, registry: ResourceRegistry, tmp_path: Path
    ) -> None:
        for content in (b"[1]", b'{"findings": 1}', b"\xff", b""):
            path = tmp_path / "wrong.json"
            path.write_bytes(content)
            result = trueup(
                "report", WIND.name, 2022, "--mwh", "1", "--elements", path, "--as", "Fay Ito"
            )
            assert result.exit_code == 2
        assert Report.objects.count() == 0

    def test_a_meter_file_with_a_gap_files_nothing(
        self, registry: ResourceRegistry, tmp_path: Path
    ) -> None:
        meter = tmp_path / "meter.csv"
        meter.write_text(
            "start,end,mwh\n2022-01-01T00:00-06:00,2022-01-02T00:00-06:00,1\n"
            "2022-01-03T00:00-06:00,2022-02-01T00:00-06:00,1\n"
        )
        assert refused(
            "report", WIND.name, 2022, "--mwh", "1", "--months", "1", "--as", "Fay Ito",
            "--at", "2023-02-01", "--meter-file", meter,
            "--elements", said(tmp_path, REPORT, registry.tags(WIND.name, "first")),
        ) == {"gap"}  # fmt: skip
        assert Report.objects.count() == 0

    def test_affected_units_are_issued_apart(self, registry: ResourceRegistry) -> None:
        assert refused("issue", 2022, "--units", "--at", "2023-06-30") == {"nothing_to_issue"}
        assert trueup("issue", 2022, WIND.name, "--units").exit_code == 2
