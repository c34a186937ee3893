"""Set-asides from the command line and the data interface.

Source: 40 CFR 62.16245; MASS-080, MASS-087, MASS-168; PLAT-018, PLAT-151.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.conf import LazySettings
from django.test import Client

from tests.contexts.registry import PROGRAM, Registry
from tests.contexts.test_set_asides import SetAsides
from trueup.cli.main import cli
from trueup.officials import services as officials
from trueup.set_asides.models import Distribution

pytestmark = pytest.mark.django_db

FILED = (
    "file", "Mesa Sun", "--state", "al", "--account", "Sun Co", "--category", "sol",
    "--kind", "photovoltaic", "--capacity", "100", "--in-service", "2015-06-01",
    "--at", "2021-05-10",
)  # fmt: skip


def trueup(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["set-asides", *map(str, arguments)])


def document(*arguments: object) -> Any:
    result = trueup(*arguments, "--json")
    assert result.exit_code == 0, result.stdout + result.stderr
    return json.loads(result.stdout)


def refused(*arguments: object) -> set[str]:
    result = trueup(*arguments, "--json")
    assert result.exit_code == 1, result.stdout + result.stderr
    return {one["code"].rpartition(".")[2] for one in json.loads(result.stdout)["refused"]}


@pytest.fixture
def registry(settings: LazySettings) -> Registry:
    settings.TRUEUP_BANNER = "demonstration"
    found = Registry()
    found.open_general("Sun Co", "Sol Ray")
    for name in ("Olga Stone", "Pete Moss"):
        officials.grant(
            person=found.person(name),
            role="administrator",
            program=PROGRAM,
            from_at=found.now,
            granted_by="registry",
            reason="For the test.",
        )
    return found


class TestCommandLine:
    """PLAT-018: from the application to the result, two officials for the distribution."""

    def test_a_set_aside_is_distributed(self, registry: Registry) -> None:
        assert document(*FILED)["state"] == "submitted"
        assert refused(*FILED) == {"project_taken"}
        document(
            "project", "Mesa Sun", 2022, "--state", "AL", "--mwh", "1000", "--at", "2021-05-20"
        )
        late = ("project", "Mesa Sun", 2023, "--state", "AL", "--mwh", "1", "--at", "2022-06-03")
        assert refused(*late) == {"too_late"}
        decide = ("decide", "Mesa Sun", "--state", "AL", "--at", "2021-07-01")
        assert document(*decide, "--outcome", "approved")["state"] == "approved"
        assert document(*decide, "--year", 2022)["projection"] == "approved"

        shown = document("preview", "AL", 2022, "--at", "2021-11-20")
        assert [one["quantity"] for one in shown["shares"]] == [3_308_224]
        of = ("AL", 2022, "--at", "2021-11-30")
        proposed = document("propose", *of, "--as", "Olga Stone")
        assert not Distribution.objects.exists()
        same = trueup("approve", proposed["proposal"], "--as", "Olga Stone", "--json")
        assert same.exit_code == 1
        done = document("approve", proposed["proposal"], "--as", "Pete Moss", "--at", "2021-12-01")
        assert done["state"] == "executed"
        assert registry.total("Sun Co") == 3_308_224
        (row,) = document("list", 2022, "--state", "AL")["set_asides"]
        assert (row["distributed"], row["projects"]) == (3_308_224, 1)
        states = {
            one["jurisdiction"]: one["standing"]
            for one in document("duties", 2021, "--at", "2021-12-02")["duties"]
        }
        assert (states["AL"], states["WY"]) == ("done", "overdue")
        assert refused("propose", *of, "--as", "Olga Stone") == {"distributed_before"}

    def test_what_is_verified_is_recorded(self, registry: Registry) -> None:
        document(*FILED)
        document(
            "project", "Mesa Sun", 2022, "--state", "AL", "--mwh", "1000", "--at", "2021-05-20"
        )
        decide = ("decide", "Mesa Sun", "--state", "AL", "--at", "2021-07-01")
        document(*decide, "--outcome", "approved", "--year", 2022)
        verified = ("decide", "Mesa Sun", "--state", "AL", "--year", 2022, "--verified-mwh", "800")
        assert refused(*verified, "--at", "2022-12-30") == {"year_not_over"}
        assert document(*verified, "--at", "2023-06-01")["to_explain"] is True
        assert trueup("decide", "Mesa Sun", "--state", "AL").exit_code == 2
        assert refused("decide", "No One", "--state", "AL", "--year", 2022) == {"unknown_project"}


def read(path: str, *, status: int = 200) -> Any:
    answer = Client().get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.content
    return answer.json()


class TestInterface:
    """MASS-087, MASS-168: what is published can be read by machines, page by page."""

    def test_states_projects_and_shares(self) -> None:
        books = SetAsides()
        books.admitted(2022, P1=1000, P2=500)
        books.distribute(2022)
        books.verify("P1", 2022, 700)
        (row,) = read(f"{PROGRAM}/set-asides?vintage=2022&jurisdiction=al")["items"]
        assert (row["distributed"], row["is_late"]) == (3_308_224, False)
        page = read(f"{PROGRAM}/set-asides/projects?limit=1")
        assert Decimal(page["items"][0]["owed_mwh"]) == 300
        rest = read(f"{PROGRAM}/set-asides/projects?limit=1&after={page['next']}")
        assert [one["name"] for one in rest["items"]] == ["P2"]
        assert rest["next"] is None
        shares = read(f"{PROGRAM}/set-asides/results/{row['result']}/shares?limit=1")
        assert shares["items"][0]["quantity"] == 2_205_483
        assert shares["next"] is not None
        assert read(f"{PROGRAM}/set-asides/notices")["items"] == []

    def test_what_is_not_there_is_404(self) -> None:
        read("cpp-rate/set-asides?vintage=2022", status=404)
        read(f"{PROGRAM}/set-asides?vintage=2022&jurisdiction=XX", status=404)
        read(f"{PROGRAM}/set-asides/results/999999/shares", status=404)
        read(f"{PROGRAM}/set-asides", status=422)
