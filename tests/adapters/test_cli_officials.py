"""`trueup officials`: how a new installation names its first officials."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone

from trueup.accounts import services as accounts
from trueup.accounts.entries import PersonSpec
from trueup.audit.models import Event
from trueup.cli.main import cli
from trueup.officials import queries
from trueup.officials.models import Grant

pytestmark = pytest.mark.django_db

OLGA = "olga@example.org"


def trueup(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["officials", *(str(argument) for argument in arguments)])


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def reasons(result: Result) -> list[str]:
    assert result.exit_code == 1, result.output
    return [refusal["code"] for refusal in json.loads(result.stdout)["refused"]]


@pytest.fixture
def olga() -> int:
    return register("Olga Stone", OLGA)


def register(name: str, email: str) -> int:
    spec = PersonSpec(name=name, email=email)
    return accounts.register_people([spec], registered_at=timezone.now())[0].id


class TestFirstOfficials:
    """PLAT-018; docs/decisions/0181: the command line names the first officials."""

    def test_a_registered_person_becomes_administrator_of_every_program(self, olga: int) -> None:
        made = document(trueup("grant", OLGA.upper(), "--role", "administrator", "--json"))

        assert (made["as"], made["person"], made["program"]) == ("administrator", olga, "")
        for program in ("cpp-mass", "cpp-rate"):
            assert queries.may(olga, "originate", program=program, at=timezone.now())
        event = Event.objects.get(act="grant_role")
        assert (event.actor, event.subject) == ("administrator", f"person:{olga}")

    def test_people_read_what_was_done(self, olga: int) -> None:
        result = trueup("grant", olga, "--role", "technical", "--reason", "first of all")

        assert "Olga Stone is Technical administration in every program." in result.stdout

    def test_a_state_official_is_limited_to_program_and_state(self, olga: int) -> None:
        of_state = ("--role", "state_official", "--state", "al")

        assert reasons(trueup("grant", OLGA, *of_state, "--json")) == ["officials.limit_missing"]
        document(trueup("grant", OLGA, *of_state, "--program", "cpp-mass", "--json"))
        at = timezone.now()
        assert queries.may(olga, "allocate", program="cpp-mass", jurisdiction="AL", at=at)
        assert not queries.may(olga, "allocate", program="cpp-mass", jurisdiction="KY", at=at)

    def test_an_agent_has_the_functions_that_are_named(self, olga: int) -> None:
        made = document(
            trueup(
                *("grant", OLGA, "--role", "state_agent", "--program", "cpp-mass", "--state", "AL"),
                *("--function", "allocate", "--recommends", "review_eligibility", "--json"),
            )
        )

        assert (made["functions"], made["recommends"]) == (["allocate"], ["review_eligibility"])

    def test_both_administrations_need_a_reason_of_their_own(self, olga: int) -> None:
        document(trueup("grant", OLGA, "--role", "administrator", "--json"))
        technical = ("grant", OLGA, "--role", "technical", "--json")

        assert reasons(trueup(*technical)) == ["officials.duties_not_apart"]
        document(trueup(*technical, "--apart-reason", "there is nobody else yet"))


class TestWhoIsMeant:
    """PLAT-004: a role is given to one known person, or to nobody."""

    def test_nobody_with_that_address_is_refused(self) -> None:
        result = trueup("grant", OLGA, "--role", "administrator", "--json")

        assert reasons(result) == ["accounts.unknown_person"]
        assert OLGA in result.stderr
        assert not Grant.objects.exists()

    def test_several_with_that_address_are_named_and_nobody_is_chosen(self, olga: int) -> None:
        other = register("Olga Stein", OLGA)

        result = trueup("grant", OLGA, "--role", "administrator")

        assert result.exit_code == 2
        assert f"{olga}, {other}" in result.stderr
        assert not Grant.objects.exists()

    @pytest.mark.usefixtures("olga")
    def test_a_name_is_not_enough(self) -> None:
        result = trueup("grant", "Olga Stone", "--role", "administrator")

        assert result.exit_code == 2
        assert "e-mail address or number" in result.stderr
        assert not Grant.objects.exists()

    @pytest.mark.usefixtures("olga")
    @pytest.mark.parametrize(
        "wrong",
        [
            ("--role", "king"),
            ("--role", "administrator", "--program", "no-such"),
            ("--role", "state_official", "--program", "cpp-mass", "--state", "XX"),
            ("--role", "administrator", "--function", "mint"),
        ],
    )
    def test_what_there_is_not_is_wrong_usage(self, wrong: tuple[str, ...]) -> None:
        assert trueup("grant", OLGA, *wrong).exit_code == 2
        assert not Grant.objects.exists()


class TestEnding:
    """PLAT-018: a role ends with a reason, and stays in the list of all."""

    def test_an_ended_role_is_gone_and_remembered(self, olga: int) -> None:
        made = document(trueup("grant", OLGA, "--role", "administrator", "--json"))

        ended = document(trueup("end", made["grant"], "--reason", "has left", "--json"))

        assert (ended["end_reason"], ended["person"]) == ("has left", olga)
        assert document(trueup("list", "--json")) == {"officials": []}
        (kept,) = document(trueup("list", "--all", "--json"))["officials"]
        assert kept["until_at"] == ended["until_at"]
        assert "There are no officials" in trueup("list").stdout

    def test_a_role_that_is_not_in_force_does_not_end(self) -> None:
        assert reasons(trueup("end", 7, "--reason", "x", "--json")) == ["officials.role_not_held"]

    def test_the_list_is_a_table(self, olga: int) -> None:
        made = document(trueup("grant", OLGA, "--role", "auditor", "--json"))

        (row,) = csv.DictReader(io.StringIO(trueup("list", "--csv").stdout))
        assert (row["grant"], row["person"]) == (str(made["grant"]), str(olga))
        assert (row["role"], row["program"], row["until"]) == ("auditor", "every", "")
