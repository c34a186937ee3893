"""Early action at the command line and over the programming interface."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.contexts.set_aside_desk import P1, PROGRAM, SetAsideDesk
from trueup.allocation import services
from trueup.allocation.early_entries import EarlyActionSpec
from trueup.cli.early_acting import early_action

pytestmark = pytest.mark.django_db
NEW = replace(P1, in_service_on=date(2019, 7, 1))


def run(*words: str) -> dict[str, object]:
    answer = CliRunner().invoke(early_action, [*words, "--program", PROGRAM, "--json"])
    assert answer.exit_code == 0, answer.output or answer.exception
    found = json.loads(answer.output)
    return found if isinstance(found, dict) else {}


@pytest.fixture
def desk() -> SetAsideDesk:
    found = SetAsideDesk()
    found.register(NEW)
    found.papers.on("2022-03-01")
    report = found.papers.report("10000", 2020, resource="P1", said={"early_action": "yes"})
    found.papers.verify(report, "10000")
    project = services.apply_for_early_action(
        program=PROGRAM,
        spec=EarlyActionSpec(
            name="P1",
            jurisdiction="AL",
            kind="wind",
            started_on=date(2018, 9, 7),
            account=found.papers.accounts["Sand Hill"].id,
            shows="Baldwin County",
            resource=found.papers.resources["P1"].id,
            asked_2020=Decimal(10_000),
        ),
        applied_by=found.papers.person("Fay Ito"),
        applied_at=found.papers.tick(),
    )
    services.decide_on_early_action(
        project=project.id, approve=True, ground="shown", decided_at=found.papers.tick()
    )
    services.originate_budget(
        program=PROGRAM, jurisdiction="AL", vintage=2022, recorded_at=found.papers.tick()
    )
    return found


class TestFromTheShell:
    """40 CFR 62.16231(d), 62.16235(e); MASS-096: switched off until it is set."""

    AT = ("--at", "2022-03-02T12:00")

    def test_set_award_and_see(self, desk: SetAsideDesk) -> None:
        refused = CliRunner().invoke(
            early_action, ["award", "P1", "2020", *self.AT, "--program", PROGRAM]
        )
        assert refused.exit_code != 0

        run(
            *("set", "AL", "--per-mwh", "0.8", "--per-ton", "1", "--renewable-share", "0.5"),
            *("--mechanism", "retire_later", *self.AT),
        )
        given = run("award", "P1", "2020", *self.AT)

        assert (given["early"], given["matching"], given["not_matched"]) == (4000, 0, 4000)
        (state,) = run("status", "--state", "AL")["states"]  # type: ignore[misc]
        assert state["is_on"] is True
        assert state["early"] == 4000
        (project,) = run("projects")["projects"]  # type: ignore[misc]
        assert project["early"] == 4000

    def test_everybody_reads_it(self, desk: SetAsideDesk, client: Client) -> None:
        states = client.get(f"/api/v1/{PROGRAM}/early-action").json()
        assert {one["jurisdiction"]: one["is_on"] for one in states}["AL"] is False
        (project,) = client.get(f"/api/v1/{PROGRAM}/early-action/projects").json()["items"]
        assert project["name"] == "P1"
        assert project["resource"] == desk.papers.resources["P1"].id
