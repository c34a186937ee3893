"""Every kind of task that the registry opens leads somewhere real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import resolve

from tests.adapters.roles_of_access import Everyone
from tests.contexts.registry import PROGRAM, Registry
from trueup.accounts import queries as accounts
from trueup.tasks.entries import TaskEntry
from trueup.tasks.models import Task
from trueup.web.task_addresses import BY_SUBJECT, address_of

pytestmark = pytest.mark.django_db

SOURCE = Path(__file__).resolve().parents[2] / "src" / "trueup"
KEY = "00000000-0000-0000-0000-000000000007"


def subjects() -> set[str]:
    """What tasks are about, as the code that opens them writes it: `transfer:`."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        if "TaskSpec(" in text:
            found |= set(re.findall(r'f"([a-z_]+):\{', text))
    return found


def task(kind: str, subject: str, *, account: int | None = None, function: str = "") -> TaskEntry:
    row = Task(kind=kind, program=PROGRAM, subject=subject, title="x", account_id=account)
    return TaskEntry(
        id=0,
        key=row.key,
        kind=kind,
        program=PROGRAM,
        subject=subject,
        title="x",
        account=account,
        person=None,
        function=function,
        jurisdiction="",
        submission="",
        opened_at=None,  # type: ignore[arg-type]
        due_on=None,
        claimed_by=None,
        claimer="",
        claimed_at=None,
        closed_at=None,
        outcome="",
    )


@pytest.fixture
def registry() -> Registry:
    return Registry()


class TestAddresses:
    """PLAT-052, PLAT-094: a task leads to where it is done."""

    def test_every_subject_that_the_code_writes_has_a_place(self) -> None:
        # What the log and other things are named by, and no task.
        others = {"deductions", "identity", "person", "grant", "announcement", "watcher"} | {
            "official",
            "program",
        }
        handled = {*BY_SUBJECT, "trusted_account", "second_person", "cool_down"}

        assert subjects() - handled - others == set()

    @pytest.mark.parametrize(
        ("kind", "subject", "view"),
        [
            ("second_official", f"proposal:{KEY}", "proposal"),
            ("confirmation", f"proposal:{KEY}", "proposal"),
            ("recommendation", f"proposal:{KEY}", "proposal"),
            ("transfer_awaiting_approval", f"transfer:{KEY}", "transfer"),
            ("transfer_awaiting_acceptance", f"transfer:{KEY}", "transfer"),
            ("application_review", "application:5", "application"),
            ("application_answer", "application:5", "application-progress"),
            ("help_request", f"help:{KEY}", "desk-help-request"),
            ("confirm_brake", f"brake:{KEY}", "act-desk/lift_brake"),
            ("lift_brake", f"brake:{KEY}", "act-desk/lift_brake"),
            ("review_cool_down", "cool_down:1", "desk-people"),
            ("sign_proposal", f"proposal:{KEY}", "act-sign-proposal"),
        ],
    )
    def test_a_task_by_what_it_names(self, kind: str, subject: str, view: str) -> None:
        assert resolve(address_of(task(kind, subject)).split("?")[0]).url_name == view

    @pytest.mark.parametrize(
        ("kind", "view"),
        [
            ("approve_trusted_account", "act-approve-trusted"),
            ("end_second_person", "act-no-second-person"),
        ],
    )
    def test_a_task_of_an_account(self, registry: Registry, kind: str, view: str) -> None:
        account = registry.accounts["Gulf Brokers"].id
        subject = f"{'trusted_account' if 'trusted' in kind else 'second_person'}:{account}:1"

        address = address_of(task(kind, subject, account=account))
        assert resolve(address).url_name == view

    def test_a_task_about_a_facility_or_a_unit(self, registry: Registry) -> None:
        barry, facility = registry.accounts["Barry"].id, registry.facilities["Barry"]
        unit = accounts.units_of([facility])[facility][0].id

        for subject in (f"facility:{facility}", f"unit:{unit}"):
            mine = address_of(task("revise_certificate", subject, account=barry))
            assert resolve(mine).url_name == "act-certificate"
            theirs = address_of(task("exemption_review", subject, function="review_submissions"))
            assert resolve(theirs.split("?")[0]).url_name == "desk-facility"
        good = address_of(task("good_cause", f"account:{barry}", function="close"))
        assert resolve(good).url_name == "account"

    def test_what_is_gone_leads_nowhere(self) -> None:
        assert address_of(task("good_cause", "account:999999", function="close")) == ""
        assert address_of(task("unheard", "of:1")) == ""

    def test_each_of_a_persons_tasks_opens(self) -> None:
        everyone = Everyone(registry=Registry())
        page = everyone.clients["second"].get("/tasks/")

        assert page.status_code == 200
        row = Task.objects.get(kind="second_official")
        opened = everyone.clients["second"].get(f"/tasks/{row.key}/").content.decode()
        assert f"/desk/proposals/{everyone.things['proposal']}/" in opened
