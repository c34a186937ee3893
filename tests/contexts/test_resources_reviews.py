"""Papers under review: the checklist, questions back and forth, and decisions with grounds."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.contexts.resources_registry import WIND, ResourceRegistry, refused
from tests.rules.papers import complete
from trueup.audit.models import Event, Notice
from trueup.resources import checklists, queries, questions, reviews, services
from trueup.resources.checklists import Subject
from trueup.resources.entries import ReportEntry
from trueup.resources.models import Application, Report, ReportReview, ReviewTick
from trueup.rules.papers import APPLICATION

pytestmark = pytest.mark.django_db


class Office(ResourceRegistry):
    """The small registry with an official who reviews."""

    def subject(self) -> Subject:
        row = Application.objects.select_related("resource").latest("id")
        return reviews.subject_of_application(row)

    def report_subject(self, report: ReportEntry) -> Subject:
        return reviews.subject_of_report(
            Report.objects.select_related("resource").get(id=report.id)
        )

    def tick_all(self, subject: Subject, *, leave: str = "") -> None:
        for state in checklists.checklist(subject):
            if state.item.code != leave and not state.is_ticked:
                self.tick_one(subject, state.item.code)

    def tick_one(self, subject: Subject, item: str, *, is_ticked: bool = True) -> None:
        checklists.tick_item(
            subject,
            item=item,
            is_ticked=is_ticked,
            by=self.person("Olga Stone"),
            at=self.tick(),
            note="" if is_ticked else "on second thought",
        )

    def applied(self) -> Subject:
        self.describe()
        self.accredit()
        self.clear()
        self.apply()
        self.verify_application()
        return self.subject()

    def approve_reviewed(self) -> None:
        reviews.approve_reviewed_application(
            resource=self.resources[WIND.name].id,
            grounds="All is shown.",
            decided_at=self.tick(),
            actor="official:1",
        )

    def verified(self) -> ReportEntry:
        self.register()
        self.on("2023-02-01")
        return self.verify(self.report())


@pytest.fixture
def office() -> Office:
    return Office()


class TestChecklist:
    """RATE-074; 40 CFR 62.16445(b): every item is ticked by somebody before it is approved."""

    def test_an_application_is_approved_when_every_item_is_ticked(self, office: Office) -> None:
        subject = office.applied()
        office.tick_all(subject)

        office.approve_reviewed()

        found = queries.resource(office.resources[WIND.name].id)
        assert found is not None
        assert found.state == "registered"
        (notice,) = Notice.objects.filter(event="resource_decided")
        assert "All is shown." in notice.body
        assert "approved; registered as" in notice.body

    def test_one_open_item_refuses_the_approval_and_is_named(self, office: Office) -> None:
        subject = office.applied()
        office.tick_all(subject, leave="verification")

        with refused("review_open"):
            office.approve_reviewed()
        assert not Notice.objects.filter(event="resource_decided").exists()

    def test_a_tick_says_who_and_when_and_can_be_taken_back_with_a_reason(
        self, office: Office
    ) -> None:
        subject = office.applied()
        office.tick_one(subject, "identity")
        (state,) = [s for s in checklists.checklist(subject) if s.item.code == "identity"]
        assert (state.name, state.is_ticked) == ("Olga Stone", True)
        assert state.at is not None

        with refused("ground_missing"):
            checklists.tick_item(
                subject, item="identity", is_ticked=False, by=1, at=office.now, note=" "
            )
        office.tick_one(subject, "identity", is_ticked=False)
        (state,) = [s for s in checklists.checklist(subject) if s.item.code == "identity"]
        assert not state.is_ticked
        assert state.note == "on second thought"

    def test_a_tick_twice_is_one_tick(self, office: Office) -> None:
        subject = office.applied()
        office.tick_one(subject, "identity")
        office.tick_one(subject, "identity")

        assert ReviewTick.objects.count() == 1
        assert Event.objects.filter(act="tick_review_item").count() == 1

    def test_another_version_opens_every_item_again(self, office: Office) -> None:
        subject = office.applied()
        office.tick_all(subject)
        row = Application.objects.latest("id")
        questions.ask_about_application(
            application=row.pk, text="Which feeder?", asked_at=office.on("2021-06-01"), actor="x"
        )
        number = office.accounts["Sand Hill"].number
        services.supply_information(
            resource=office.resources[WIND.name].id,
            application=complete(APPLICATION, office.tags(), account_number=number),
            submitted_by=office.person("Fay Ito"),
            submitted_at=office.on("2021-06-02"),
        )

        states = checklists.checklist(office.subject())
        assert all(state.is_stale and not state.is_ticked for state in states)
        with refused("review_open"):
            office.approve_reviewed()

    def test_an_unknown_item_is_refused(self, office: Office) -> None:
        subject = office.applied()

        with refused("unknown_item"):
            office.tick_one(subject, "nonsense")

    def test_nothing_is_ticked_after_the_decision(self, office: Office) -> None:
        subject = office.applied()
        office.tick_all(subject)
        office.approve_reviewed()

        with refused("decided_already"):
            office.tick_one(office.subject(), "identity", is_ticked=False)

    def test_a_tick_is_kept_for_ever(self, office: Office) -> None:
        office.tick_one(office.applied(), "identity")

        with pytest.raises(DatabaseError), transaction.atomic():
            ReviewTick.objects.all().delete()

    def test_the_items_follow_from_what_the_resource_is(self, office: Office) -> None:
        codes = {state.item.code for state in checklists.checklist(office.applied())}

        assert {"meters", "verification"} <= codes
        assert codes.isdisjoint({"savings", "contract", "biogenic", "comments", "locations"})


class TestDisapproval:
    """40 CFR 62.16445(b): an application is disapproved with its grounds, which are told."""

    def test_it_needs_grounds_and_no_ticks(self, office: Office) -> None:
        office.applied()
        resource = office.resources[WIND.name].id

        with refused("ground_missing"):
            reviews.disapprove_application(
                resource=resource, grounds=" ", decided_at=office.now, actor="official:1"
            )
        entry = reviews.disapprove_application(
            resource=resource, grounds="It is of 2011.", decided_at=office.now, actor="official:1"
        )

        assert entry.state == "rejected"
        (notice,) = Notice.objects.filter(event="resource_decided")
        assert "It is of 2011." in notice.body

    def test_it_is_decided_once(self, office: Office) -> None:
        office.applied()
        given = {
            "resource": office.resources[WIND.name].id,
            "grounds": "No.",
            "decided_at": office.now,
            "actor": "official:1",
        }
        reviews.disapprove_application(**given)  # type: ignore[arg-type]

        with refused("application_missing"):
            reviews.disapprove_application(**given)  # type: ignore[arg-type]


class TestQuestions:
    """RATE-073: what is asked pauses the review until it is answered."""

    def ask(self, office: Office, **more: Any) -> questions.QuestionEntry:
        return questions.ask_about_application(
            application=Application.objects.latest("id").pk,
            text="Which feeder does it use?",
            asked_at=office.on("2021-06-01"),
            actor="official:1",
            **more,
        )

    def answer(self, office: Office, entry: questions.QuestionEntry, by: str = "Fay Ito") -> None:
        questions.answer_question(
            question=entry.key,
            text="Feeder 12.",
            answered_by=office.person(by),
            answered_at=office.on("2021-06-03"),
        )

    def test_approval_waits_for_the_answer(self, office: Office) -> None:
        office.tick_all(office.applied())
        entry = self.ask(office, element="grid_showing")

        with refused("question_open"):
            office.approve_reviewed()
        self.answer(office, entry)
        office.approve_reviewed()

        (kept,) = questions.questions_of(application=Application.objects.latest("id").pk)
        assert (kept.answer, kept.is_open, kept.element) == ("Feeder 12.", False, "grid_showing")

    def test_the_representative_is_told_what_is_asked_and_until_when(self, office: Office) -> None:
        office.applied()
        self.ask(office)

        (notice,) = Notice.objects.filter(event="resource_question")
        assert "Which feeder does it use?" in notice.body
        assert "2021-07-01" in notice.body

    def test_a_question_is_answered_once(self, office: Office) -> None:
        office.applied()
        entry = self.ask(office)
        self.answer(office, entry)

        with refused("question_answered"):
            self.answer(office, entry)

    def test_nobody_else_answers(self, office: Office) -> None:
        office.applied()
        entry = self.ask(office)

        with refused("not_representative"):
            self.answer(office, entry, by="Cy Dunn")

    def test_two_questions_both_keep_the_review_waiting(self, office: Office) -> None:
        office.applied()
        first, second = self.ask(office), self.ask(office)
        self.answer(office, first)
        assert office.subject().state == "info_asked"

        self.answer(office, second)
        assert office.subject().state == "submitted"

    def test_an_empty_question_is_refused(self, office: Office) -> None:
        office.applied()

        with refused("ground_missing"):
            questions.ask_about_application(
                application=Application.objects.latest("id").pk,
                text=" ",
                asked_at=office.now,
                actor="official:1",
            )


class TestReports:
    """RATE-132, RATE-136: what is issued rests on reports that nobody doubts."""

    def test_a_report_is_accepted_when_every_item_is_ticked(self, office: Office) -> None:
        report = office.verified()
        given = {"report": report.id, "grounds": "In order.", "decided_at": office.now}
        with refused("review_open"):
            reviews.accept_report(**given, actor="official:1")  # type: ignore[arg-type]
        office.tick_all(office.report_subject(report))

        reviews.accept_report(**given, actor="official:1")  # type: ignore[arg-type]

        assert ReportReview.objects.get().outcome == "accepted"
        with refused("decided_already"):
            reviews.accept_report(**given, actor="official:2")  # type: ignore[arg-type]

    def test_a_disapproved_report_is_incomplete_and_nothing_is_issued(self, office: Office) -> None:
        report = office.verified()
        office.notice()
        reviews.disapprove_report(
            report=report.id, grounds="A conflict.", decided_at=office.now, actor="official:1"
        )
        office.on("2023-06-30")

        with refused("verification_missing"):
            office.issue()
        with refused("decided_already"):
            reviews.disapprove_report(
                report=report.id, grounds="Again.", decided_at=office.now, actor="official:1"
            )

    def test_an_unverified_report_is_not_accepted(self, office: Office) -> None:
        office.register()
        office.on("2023-02-01")
        report = office.report()
        office.tick_all(office.report_subject(report))

        with refused("verification_missing"):
            reviews.accept_report(
                report=report.id, grounds="Fine.", decided_at=office.now, actor="official:1"
            )

    def test_an_open_question_about_a_report_stops_its_issue(self, office: Office) -> None:
        report = office.verified()
        office.notice()
        entry = questions.ask_about_report(
            report=report.id, text="Why so much in May?", asked_at=office.now, actor="official:1"
        )
        office.on("2023-06-30")
        with refused("question_open"):
            office.issue()

        questions.answer_question(
            question=entry.key,
            text="It was windy.",
            answered_by=office.person("Fay Ito"),
            answered_at=office.now,
        )
        assert office.issue().quantity == 5000
