"""Acts of the desk that stop things, and those on applications and on closing."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.contexts.registry import PROGRAM
from tests.contexts.test_accounts_applications import check_identity, person, submitted
from tests.contexts.test_desk import Office, reasons
from trueup.accounts import application_reads, dormancy
from trueup.audit import queries as audit
from trueup.desk import services
from trueup.desk.entries import Done, ProposalEntry
from trueup.ledger import queries as ledger
from trueup.ledger.entries import BrakeEntry
from trueup.officials import services as officials
from trueup.tasks.models import Task
from trueup.transfers import queries as transfers

pytestmark = pytest.mark.django_db

GROUND = "phishing of several representatives"


@pytest.fixture
def office() -> Office:
    made = Office()
    made.on("2021-05-20")
    made.allocate(("Barry", "1", 2022, 100))
    return made


def appoint_elsewhere(office: Office, name: str) -> None:
    """Make somebody the administrator of another program."""
    officials.grant(
        person=office.person(name),
        role="administrator",
        program="cpp-rate",
        from_at=office.tick(),
        granted_by="administrator",
    )


def pull(office: Office, types: str = "transfer") -> ProposalEntry:
    return office.propose("brake", types=types, ground=GROUND)


def brakes() -> list[BrakeEntry]:
    return ledger.brakes(program=PROGRAM)


def brake_of(entry: ProposalEntry) -> BrakeEntry:
    found = ledger.brake(UUID(entry.preview["brake"]))
    assert found is not None
    return found


class TestBrake:
    """PLAT-094: one official stops at once, a second confirms, two let it go on."""

    def test_one_official_stops_transactions_at_once(self, office: Office) -> None:
        entry = pull(office)

        assert entry.state == "unconfirmed"
        assert brakes() == [brake_of(entry)]
        assert brake_of(entry).confirmed_at is None
        assert office.transfer("Barry", "Gulf Brokers", 2022, 5).state == "delayed"
        assert office.total("Barry") == 100

    def test_one_task_asks_for_the_second_official(self, office: Office) -> None:
        entry = pull(office)

        (task,) = Task.objects.filter(function="brake", closed_at=None)
        assert (task.subject, task.kind) == (entry.subject, "confirmation")
        assert task.due_on == entry.due_on

    def test_a_second_confirms_and_it_stays_on(self, office: Office) -> None:
        entry = pull(office)

        by = office.person("Pete Moss")
        confirmed = services.confirm(proposal=entry.key, by=by, at=office.tick())

        assert confirmed.state == "confirmed"
        assert brake_of(entry).confirmed_by == f"official:{by}"
        assert brake_of(entry).is_on
        assert not Task.objects.filter(function="brake", closed_at=None).exists()

    def test_the_first_does_not_confirm(self, office: Office) -> None:
        entry = pull(office)

        by = office.person("Olga Stone")
        assert reasons(lambda: services.confirm(proposal=entry.key, by=by, at=office.tick())) == {
            "same_person"
        }
        assert brake_of(entry).confirmed_at is None

    def test_a_second_who_disagrees_lets_the_transactions_go_on(self, office: Office) -> None:
        entry = pull(office)

        assert office.decline(entry).state == "undone"

        assert brakes() == []
        assert not Task.objects.filter(function="brake", closed_at=None).exists()
        assert office.transfer("Barry", "Gulf Brokers", 2022, 5).state == "recorded"

    def test_types_that_the_program_has_not_are_refused(self, office: Office) -> None:
        assert reasons(lambda: pull(office, "mint")) == {"unknown_type"}
        assert brakes() == []

    @pytest.mark.parametrize("name", ["Ada Lane", "Mo Lin", "Tess Ide", "Ana Ruiz"])
    def test_who_has_not_the_function_stops_nothing(self, office: Office, name: str) -> None:
        assert reasons(lambda: office.act("brake", name, types=["transfer"], ground=GROUND)) == {
            "not_authorized"
        }
        assert brakes() == []


class TestLiftingTheBrake:
    """PLAT-094: two officials let the transactions go on."""

    def lift(self, office: Office, entry: ProposalEntry) -> ProposalEntry:
        return office.propose("lift_brake", brake=str(brake_of(entry).key))

    def test_nothing_goes_on_before_the_second_approves(self, office: Office) -> None:
        entry = pull(office)
        lifting = self.lift(office, entry)

        assert brake_of(entry).is_on
        assert brake_of(entry).lift_asked_by == ""

        assert office.approve(lifting).state == "executed"
        assert brakes() == []
        first, second = office.person("Olga Stone"), office.person("Pete Moss")
        lifted = brake_of(entry)
        assert (lifted.lift_asked_by, lifted.lifted_by) == (
            f"official:{first}",
            f"official:{second}",
        )

    def test_the_first_does_not_approve(self, office: Office) -> None:
        lifting = self.lift(office, pull(office))

        assert reasons(lambda: office.approve(lifting, "Olga Stone")) == {"same_person"}
        assert len(brakes()) == 1

    def test_a_brake_that_there_is_not_is_refused(self, office: Office) -> None:
        assert reasons(lambda: office.propose("lift_brake", brake=str(uuid4()))) == {
            "unknown_brake"
        }

    def test_a_brake_of_another_program_is_refused(self, office: Office) -> None:
        entry = pull(office)
        appoint_elsewhere(office, "Rae Hill")

        assert reasons(
            lambda: services.act(
                "lift_brake",
                program="cpp-rate",
                by=office.person("Rae Hill"),
                at=office.tick(),
                brake=str(brake_of(entry).key),
            )
        ) == {"not_authorized"}
        assert len(brakes()) == 1

    def test_what_was_lifted_meanwhile_is_kept_as_refused(self, office: Office) -> None:
        entry = pull(office)
        lifting = self.lift(office, entry)
        office.decline(entry)

        done = office.approve(lifting)

        assert done.state == "refused"
        assert done.verdict is not None
        assert [r["code"] for r in done.verdict.refusals] == ["ledger.brake_lifted"]


class TestStoppingATransfer:
    """40 CFR 62.16335(e), PLAT-094: an official stops what waits, and gives the ground."""

    def stop(self, office: Office, transfer: str, by: str = "Olga Stone") -> Done:
        return office.act("stop_transfer", by, transfer=transfer, ground="a stolen password")

    def test_what_waits_is_stopped_with_a_decision(self, office: Office) -> None:
        pull(office)
        waiting = office.transfer("Barry", "Gulf Brokers", 2022, 5)

        done = self.stop(office, str(waiting.key))

        assert done.proposal is None
        assert done.result == {"transfer": str(waiting.key), "state": "cancelled"}
        found = transfers.transfer(waiting.key, viewer=None)
        assert found is not None
        assert found.state == "cancelled"
        subject = f"transfer:{waiting.key}"
        assert audit.decisions_of([subject])[subject][-1].reasons == ("a stolen password",)
        assert office.total("Barry") == 100

    def test_what_is_recorded_is_not_stopped(self, office: Office) -> None:
        recorded = office.transfer("Barry", "Gulf Brokers", 2022, 5)

        assert reasons(lambda: self.stop(office, str(recorded.key))) == {"not_waiting"}

    def test_a_transfer_that_there_is_not_is_refused(self, office: Office) -> None:
        assert reasons(lambda: self.stop(office, str(uuid4()))) == {"unknown_transfer"}

    def test_a_representative_stops_no_transfer_at_the_desk(self, office: Office) -> None:
        pull(office)
        waiting = office.transfer("Barry", "Gulf Brokers", 2022, 5)

        assert reasons(lambda: self.stop(office, str(waiting.key), "Ana Ruiz")) == {
            "not_authorized"
        }


class TestApplications:
    """40 CFR 62.16320(c)(1), (3); PLAT-026: officials review, ask, approve and reject."""

    @pytest.fixture
    def application(self, office: Office) -> int:
        office.on("2021-06-02")
        return submitted(person("Di Vance"))

    def act(self, office: Office, name: str, application: int, **more: Any) -> Any:
        done = office.act(name, "Olga Stone", application=application, **more)
        assert done.proposal is None
        return done.result

    def steps(self, application: int) -> list[tuple[str, str, str]]:
        kept = application_reads.application(application)
        assert kept is not None
        return [(step.act, step.actor, step.reason) for step in kept.steps]

    def test_it_is_reviewed_and_asked_about(self, office: Office, application: int) -> None:
        assert self.act(office, "review_application", application)["state"] == "in_review"
        asked = self.act(office, "ask_for_information", application, reason="Who owns it?")

        assert asked["state"] == "information_requested"
        official = f"official:{office.person('Olga Stone')}"
        assert self.steps(application)[-2:] == [
            ("review", official, ""),
            ("ask", official, "Who owns it?"),
        ]

    def test_it_is_rejected_with_a_reason(self, office: Office, application: int) -> None:
        self.act(office, "review_application", application)

        rejected = self.act(office, "reject_application", application, reason="It is forged.")

        assert rejected["state"] == "rejected"
        official = f"official:{office.person('Olga Stone')}"
        assert self.steps(application)[-1] == ("reject", official, "It is forged.")

    def test_an_approval_opens_the_account(self, office: Office, application: int) -> None:
        kept = application_reads.application(application)
        assert kept is not None
        check_identity(*kept.document.representatives)

        assert self.act(office, "approve_application", application)["state"] == "approved"

        kept = application_reads.application(application)
        assert kept is not None
        assert kept.account is not None
        assert ledger.account(kept.account).state == "open"

    def test_without_an_identity_check_it_is_not_approved(
        self, office: Office, application: int
    ) -> None:
        assert reasons(lambda: self.act(office, "approve_application", application)) == {
            "identity_not_checked"
        }

    def test_a_rejection_needs_a_reason(self, office: Office, application: int) -> None:
        assert reasons(lambda: self.act(office, "reject_application", application)) == {
            "value_not_usable"
        }

    def test_an_application_of_another_program_is_not_found(
        self, office: Office, application: int
    ) -> None:
        appoint_elsewhere(office, "Rae Hill")

        assert reasons(
            lambda: services.act(
                "review_application",
                program="cpp-rate",
                by=office.person("Rae Hill"),
                at=office.tick(),
                application=application,
            )
        ) == {"nothing_to_do"}

    def test_the_technical_administration_approves_nothing(
        self, office: Office, application: int
    ) -> None:
        assert reasons(
            lambda: office.act("approve_application", "Tess Ide", application=application)
        ) == {"not_authorized"}


class TestClosing:
    """40 CFR 62.16320(c)(6)(ii); MASS-042: notice to an inactive account, and good cause."""

    def give_notice(self, office: Office) -> Done:
        account = office.number("Gulf Brokers")
        return office.act("give_closing_notice", "Olga Stone", account=account)

    def decide(self, office: Office, accepted: str) -> Done:
        return office.act(
            "decide_good_cause",
            "Olga Stone",
            account=office.number("Gulf Brokers"),
            accepted=accepted,
            reason="it trades next year",
        )

    def state_good_cause(self, office: Office) -> None:
        dormancy.state_good_cause(
            account=office.accounts["Gulf Brokers"].id,
            by=office.person("Cy Dunn"),
            text="We will trade next year.",
            stated_at=office.tick(),
        )

    def test_an_inactive_account_is_given_notice(self, office: Office) -> None:
        office.on("2022-06-03")
        done = self.give_notice(office)

        # Thirty days end on a Sunday, and Monday is a holiday.
        assert done.result["ends_on"] == "2022-07-05"
        assert audit.notices_of(office.person("Cy Dunn"), event="account_closing")
        assert reasons(lambda: self.give_notice(office)) == {"under_notice"}

    def test_an_account_in_use_is_not(self, office: Office) -> None:
        assert reasons(lambda: self.give_notice(office)) == {"not_dormant"}

    def test_good_cause_that_is_accepted_keeps_it_open(self, office: Office) -> None:
        office.on("2022-06-03")
        self.give_notice(office)
        assert reasons(lambda: self.decide(office, "yes")) == {"no_notice"}
        self.state_good_cause(office)

        self.decide(office, "yes")

        assert audit.notices_of(office.person("Cy Dunn"), event="account_stays_open")
        assert not Task.objects.filter(function="close", closed_at=None).exists()

    def test_good_cause_that_is_not_accepted_leaves_the_notice(self, office: Office) -> None:
        office.on("2022-06-03")
        self.give_notice(office)
        self.state_good_cause(office)

        assert self.decide(office, "no").result["accepted"] == "no"

        assert not audit.notices_of(office.person("Cy Dunn"), event="account_stays_open")
        assert reasons(lambda: self.give_notice(office)) == {"under_notice"}

    def test_an_account_that_there_is_not_is_refused(self, office: Office) -> None:
        assert reasons(
            lambda: office.act("give_closing_notice", "Olga Stone", account="G0900000001X")
        ) == {"unknown_account"}
