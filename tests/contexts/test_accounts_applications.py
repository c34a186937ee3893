"""Applications for general accounts, from the draft to the account or the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.registry import refused
from trueup.accounts import (
    application_checks,
    application_clock,
    application_reads,
    ownership,
    queries,
    services,
)
from trueup.accounts.application_entries import ApplicationEntry, ApplicationSpec
from trueup.accounts.application_models import (
    Application,
    ApplicationSignature,
    ApplicationStep,
)
from trueup.accounts.models import Person
from trueup.accounts.ownership_entries import PartySpec
from trueup.audit import queries as audit
from trueup.identity import services as identity
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.tasks import queries as tasks

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def person(name: str, *, address: str = "1 Main Street, Mobile, AL", phone: str = "1") -> int:
    key = services.register_person(
        name=name, email=f"{name[0].lower()}@example.org", phone=phone, registered_at=NOON
    ).id
    Person.objects.filter(id=key).update(address=address)
    return key


@pytest.fixture
def cy() -> int:
    return person("Cy Dunn")


@pytest.fixture
def dee() -> int:
    return person("Dee Fox")


@pytest.fixture
def official() -> int:
    return person("Olga Ray")


def document(representative: int, *alternates: int, **more: object) -> ApplicationSpec:
    spec = ApplicationSpec(
        name="Gulf Brokers",
        representatives=(representative,),
        alternates=alternates,
        parties=(PartySpec(name="Gulf Brokers LLC"),),
    )
    return replace(spec, **more)  # type: ignore[arg-type]


def begin(applicant: int, spec: ApplicationSpec, **more: object) -> int:
    return services.begin_application(
        program=PROGRAM,
        applicant=applicant,
        document=spec,
        begun_at=NOON,
        **more,  # type: ignore[arg-type]
    ).id


def submit(
    application: int, by: int, *, signed: Sequence[int] = (), at: datetime = NOON
) -> ApplicationEntry:
    for signer in signed:
        services.sign_application(application=application, person=signer, at=at)
    return services.submit_application(application=application, by=by, at=at)


def submitted(applicant: int, *alternates: int) -> int:
    application = begin(applicant, document(applicant, *alternates))
    entry = submit(application, applicant, signed=(applicant, *alternates))
    assert entry.state == "submitted", entry.missing
    return application


def check_identity(*people: int) -> None:
    for key in people:
        identity.record_identity_check(
            person=key,
            checked_by="administrator",
            method="in_person",
            document="passport",
            checked_at=NOON,
        )


def approve(application: int, by: int | None, *, at: datetime = NOON + DAY) -> ApplicationEntry:
    return services.approve_application(application=application, by=by, at=at)


class TestComplete:
    """40 CFR 62.16320(c)(1), (2)(i); MASS-036, RATE-172, RATE-174, PLAT-024, PLAT-025."""

    def test_an_approved_application_opens_an_account_with_a_number(
        self, cy: int, official: int
    ) -> None:
        application = submitted(cy)
        check_identity(cy)

        entry = approve(application, official)

        assert entry.state == "approved"
        assert entry.account is not None
        account = ledger.account(entry.account)
        assert (account.kind, account.name, account.state) == ("general", "Gulf Brokers", "open")
        assert account.number
        assert account.opened_at == NOON + DAY
        (seat,) = queries.representatives([account.id])[account.id]
        assert (seat.person, seat.role) == (cy, "primary")
        listed = ownership.parties_of([account.id])[account.id]
        assert [party.name for party in listed] == ["Gulf Brokers LLC"]
        assert "account_opened" in [notice.event for notice in audit.notices_of(cy)]

    def test_one_owner_and_no_alternate_is_enough(self, cy: int) -> None:
        assert submitted(cy)

    def test_each_step_has_actor_time_and_reason(self, cy: int, official: int) -> None:
        application = submitted(cy)
        services.review_application(application=application, by=official, at=NOON + HOUR)
        services.ask_for_information(
            application=application, by=official, reason="Who is Gulf Brokers?", at=NOON + DAY
        )

        entry = submit(application, cy, at=NOON + 2 * DAY)

        assert [(step.act, step.state, step.actor) for step in entry.steps] == [
            ("begin", "draft", f"person:{cy}"),
            ("sign", "draft", f"person:{cy}"),
            ("submit", "submitted", f"person:{cy}"),
            ("review", "in_review", f"official:{official}"),
            ("ask", "information_requested", f"official:{official}"),
            ("submit", "submitted", f"person:{cy}"),
        ]
        assert entry.steps[4].reason == "Who is Gulf Brokers?"
        assert entry.steps[4].at == NOON + DAY
        acts = [event.act for event in audit.events_of(f"application:{application}")]
        assert acts[0] == "submit_application"
        assert len(acts) == len(entry.steps)

    def test_the_statement_and_the_text_that_was_signed_are_kept(self, cy: int) -> None:
        application = submitted(cy)

        (row,) = ApplicationSignature.objects.filter(application_id=application)
        assert [item["key"] for item in row.statements] == ["CERT-GA-APPLICATION"]
        assert len(row.digest) == 64
        assert row.method == "console"


class TestIncomplete:
    """MASS-036: two AARs, or an empty ownership list; PLAT-025: listing both defects."""

    def test_every_missing_element_is_named_and_nothing_is_opened(self, cy: int) -> None:
        application = begin(cy, ApplicationSpec(name=""))

        entry = submit(application, cy)

        assert entry.state == "incomplete"
        assert entry.missing == (
            "the name of the account",
            "the authorized account representative",
            "the persons with an ownership interest",
        )
        assert ledger.accounts(program=PROGRAM) == []
        assert audit.notices_of(cy)[0].event == "application_incomplete"

    def test_two_representatives_and_no_owners(self, cy: int, dee: int) -> None:
        spec = document(cy, representatives=(cy, dee), parties=())
        entry = submit(begin(cy, spec), cy, signed=(cy, dee))

        assert entry.missing == (
            "one authorized account representative: 2 are named",
            "the persons with an ownership interest",
        )

    def test_two_alternates_are_one_too_many(self, cy: int, dee: int, official: int) -> None:
        spec = document(cy, dee, official)
        entry = submit(begin(cy, spec), cy, signed=(cy, dee, official))

        assert entry.missing == ("at most one alternate: 2 are named",)

    def test_no_signature_is_a_missing_element(self, cy: int, dee: int) -> None:
        application = begin(cy, document(cy, dee))

        entry = submit(application, cy, signed=(cy,))

        assert entry.missing == ("the signature of Dee Fox under CERT-GA-APPLICATION",)
        assert submit(application, cy, signed=(dee,)).state == "submitted"

    def test_address_and_telephone_are_needed_and_e_mail_is_not(self) -> None:
        bare = person("Bo Lee", address="", phone="")
        Person.objects.filter(id=bare).update(email="")

        entry = submit(begin(bare, document(bare)), bare, signed=(bare,))

        assert entry.missing == (
            "the mailing address of Bo Lee",
            "the telephone number of Bo Lee",
        )

    def test_one_person_does_not_sit_in_both_seats(self, cy: int) -> None:
        entry = submit(begin(cy, document(cy, cy)), cy, signed=(cy,))

        assert entry.missing == ("an alternate who is another person than the representative",)

    def test_a_program_can_ask_for_an_alternate(self, cy: int) -> None:
        rules = programs.load(PROGRAM)
        asked = replace(
            rules.people,
            representation=replace(rules.people.representation, alternate_required=True),
        )
        missing = application_checks.missing_elements(
            document(cy),
            people=application_reads.contacts([cy]),
            signed={cy},
            rules=replace(rules, people=asked),
        )

        assert missing == ("the alternate authorized account representative",)

    def test_a_revision_must_be_signed_anew(self, cy: int) -> None:
        application = begin(cy, document(cy))
        services.sign_application(application=application, person=cy, at=NOON)
        services.revise_application(
            application=application, document=document(cy, name="Gulf Traders"), by=cy, at=NOON
        )

        assert submit(application, cy).missing == (
            "the signature of Cy Dunn under CERT-GA-APPLICATION",
        )
        assert submit(application, cy, signed=(cy,)).state == "submitted"

    def test_what_cannot_be_stored_is_refused_even_in_a_draft(self, cy: int) -> None:
        with refused("name_not_usable"):
            begin(cy, document(cy, name="Gulf\u202eBrokers"))
        with refused("jurisdiction_not_covered"):
            begin(cy, document(cy, jurisdiction="VT"))
        with refused("party_not_usable"):
            begin(cy, document(cy, parties=(PartySpec(name="x", kind="ghost"),)))
        with refused("unknown_person"):
            begin(cy + 100, document(cy))


class TestReview:
    """PLAT-026, PLAT-038, PLAT-094."""

    def test_whoever_applies_or_is_named_does_not_approve(self, cy: int, dee: int) -> None:
        application = submitted(cy, dee)
        check_identity(cy, dee)

        for named in (cy, dee):
            with refused("same_person"):
                approve(application, named)
            with refused("same_person"):
                services.reject_application(application=application, by=named, reason="no", at=NOON)
        assert ledger.accounts(program=PROGRAM) == []

    def test_approval_without_a_recorded_identity_check_is_refused(
        self, cy: int, dee: int, official: int
    ) -> None:
        application = submitted(cy, dee)
        check_identity(cy)

        with refused("identity_not_checked") as problem:
            approve(application, official)
        assert "Dee Fox" in str(problem.value)
        assert "Cy Dunn" not in str(problem.value)
        with refused("identity_not_checked"):
            approve(application, None)
        check_identity(dee)
        assert approve(application, official).state == "approved"

    def test_whoever_was_checked_before_needs_no_further_check(
        self, cy: int, official: int
    ) -> None:
        first = submitted(cy)
        check_identity(cy)
        approve(first, official)

        assert approve(submitted(cy), official).state == "approved"
        assert len(ledger.accounts(program=PROGRAM)) == 2

    def test_a_rejection_gives_its_reasons_and_is_a_decision(self, cy: int, official: int) -> None:
        application = submitted(cy)
        with refused("reason_missing"):
            services.reject_application(
                application=application, by=official, reason=" ", at=NOON + DAY
            )

        entry = services.reject_application(
            application=application, by=official, reason="The paper is forged.", at=NOON + DAY
        )

        assert (entry.state, entry.account) == ("rejected", None)
        (decision,) = audit.decisions_of([f"application:{application}"])[
            f"application:{application}"
        ]
        assert decision.reasons == ("The paper is forged.",)
        assert "The paper is forged." in audit.notices_of(cy)[0].body

    def test_a_question_needs_words(self, cy: int, official: int) -> None:
        application = submitted(cy)
        with refused("reason_missing"):
            services.ask_for_information(application=application, by=official, reason="", at=NOON)

    def test_what_is_decided_stays_decided(self, cy: int, official: int) -> None:
        application = submitted(cy)
        services.withdraw_application(application=application, by=cy, at=NOON)
        check_identity(cy)

        for act in (
            lambda: approve(application, official),
            lambda: submit(application, cy),
            lambda: services.review_application(application=application, by=official, at=NOON),
            lambda: services.withdraw_application(application=application, by=cy, at=NOON),
            lambda: services.revise_application(
                application=application, document=document(cy), by=cy, at=NOON
            ),
        ):
            with refused("step_not_permitted"):
                act()

    def test_a_draft_is_not_approved(self, cy: int, official: int) -> None:
        application = begin(cy, document(cy))
        check_identity(cy)
        with refused("step_not_permitted"):
            approve(application, official)

    def test_somebody_elses_application_is_not_touched(self, cy: int, dee: int) -> None:
        application = begin(cy, document(cy))
        for act in (
            lambda: services.revise_application(
                application=application, document=document(dee), by=dee, at=NOON
            ),
            lambda: submit(application, dee),
            lambda: services.withdraw_application(application=application, by=dee, at=NOON),
        ):
            with refused("not_the_applicant"):
                act()
        with refused("not_a_signer"):
            services.sign_application(application=application, person=dee, at=NOON)
        with refused("unknown_application"):
            submit(application + 1, cy)

    def test_nobody_signs_twice(self, cy: int) -> None:
        application = begin(cy, document(cy))
        services.sign_application(application=application, person=cy, at=NOON)
        with refused("signed_already"):
            services.sign_application(application=application, person=cy, at=NOON)

    def test_the_task_list_says_whose_turn_it_is(self, cy: int, official: int) -> None:
        application = submitted(cy)
        subject = f"application:{application}"

        (task,) = tasks.open_on(subject)
        assert (task.kind, task.function) == ("application_review", "review_applications")
        assert task.due_on == date(2021, 6, 30)
        assert tasks.excluded_from(task.key) == {cy}
        services.review_application(application=application, by=official, at=NOON + HOUR)
        assert tasks.open_on(subject) == [task]
        services.ask_for_information(
            application=application, by=official, reason="Why?", at=NOON + DAY
        )
        (task,) = tasks.open_on(subject)
        assert (task.kind, task.person) == ("application_answer", cy)
        submit(application, cy, at=NOON + 2 * DAY)
        check_identity(cy)
        approve(application, official, at=NOON + 3 * DAY)
        assert tasks.open_on(subject) == []


class TestDaysUsed:
    """PLAT-026, PLAT-094: days used against the target."""

    def test_days_with_the_applicant_do_not_count(self, cy: int, official: int) -> None:
        application = submitted(cy)  # June 1.
        services.ask_for_information(
            application=application, by=official, reason="Why?", at=NOON + 4 * DAY
        )
        submit(application, cy, at=NOON + 14 * DAY)  # June 15.

        entry = application_reads.application(application)
        assert entry is not None
        assert application_reads.days_used(entry, today=date(2021, 6, 16)) == 5 + 2

    def test_they_stop_with_the_decision(self, cy: int, official: int) -> None:
        application = submitted(cy)
        check_identity(cy)
        entry = approve(application, official, at=NOON + 9 * DAY)

        assert application_reads.days_used(entry, today=date(2022, 1, 1)) == 10


class TestSilence:
    """An applicant is reminded at 30 and at 60 days; after 90 the application lapses."""

    def events(self, cy: int) -> list[str]:
        return [notice.event for notice in reversed(audit.notices_of(cy))]

    def test_two_reminders_and_then_it_lapses(self, cy: int) -> None:
        application = begin(cy, document(cy, parties=()))
        submit(application, cy, signed=(cy,))

        said = []
        for days in range(1, 100):
            due = application_clock.run_due(PROGRAM, NOON + days * DAY)
            if due.reminded or due.lapsed:
                said.append((days, due.reminded, due.lapsed))

        assert said == [(30, 1, 0), (60, 1, 0), (90, 0, 1)]
        assert self.events(cy) == [
            "application_incomplete",
            "application_reminder",
            "application_reminder",
            "application_ended",
        ]
        entry = application_reads.application(application)
        assert entry is not None
        assert (entry.state, entry.steps[-1].actor) == ("lapsed", "registry")
        body = audit.notices_of(cy)[1].body
        assert "60 days" in body
        assert "2021-08-30" in body
        assert "the persons with an ownership interest" in body

    def test_a_word_from_the_applicant_begins_the_days_anew(self, cy: int) -> None:
        application = begin(cy, document(cy))
        application_clock.run_due(PROGRAM, NOON + 60 * DAY)
        services.revise_application(
            application=application, document=document(cy), by=cy, at=NOON + 80 * DAY
        )

        assert application_clock.run_due(PROGRAM, NOON + 100 * DAY).lapsed == 0
        assert application_clock.run_due(PROGRAM, NOON + 110 * DAY).reminded == 1
        assert application_clock.run_due(PROGRAM, NOON + 170 * DAY).lapsed == 1

    def test_the_silence_is_counted_from_the_question(self, cy: int, official: int) -> None:
        application = submitted(cy)
        services.ask_for_information(
            application=application, by=official, reason="Why?", at=NOON + 80 * DAY
        )

        assert application_clock.run_due(PROGRAM, NOON + 169 * DAY).lapsed == 0
        assert application_clock.run_due(PROGRAM, NOON + 170 * DAY).lapsed == 1

    def test_what_waits_for_the_administrator_never_lapses(self, cy: int) -> None:
        submitted(cy)

        assert application_clock.run_due(PROGRAM, NOON + 400 * DAY) == application_clock.Due()

    def test_a_clock_that_stood_still_reminds_once(self, cy: int) -> None:
        begin(cy, document(cy))

        assert application_clock.run_due(PROGRAM, NOON + 70 * DAY).reminded == 1
        assert application_clock.run_due(PROGRAM, NOON + 71 * DAY).reminded == 0


class TestSuperseding:
    """40 CFR 62.16320(c)(3)(i), (ii); MASS-038, RATE-176."""

    @pytest.fixture
    def account(self, cy: int, official: int) -> int:
        application = submitted(cy)
        check_identity(cy)
        opened = approve(application, official).account
        assert opened is not None
        return opened

    def seats(self, account: int) -> dict[str, int]:
        return {seat.role: seat.person for seat in queries.representatives([account])[account]}

    def test_signed_by_the_sitting_representative_it_has_effect_on_receipt(
        self, account: int, cy: int, dee: int
    ) -> None:
        check_identity(dee)
        application = begin(cy, document(dee), account=account)
        at = NOON + 5 * DAY

        entry = submit(application, cy, signed=(dee, cy), at=at)

        assert entry.state == "approved"
        assert self.seats(account) == {"primary": dee}
        assert not queries.may_submit(cy, account, at)
        assert queries.may_submit(cy, account, at - timedelta(seconds=1))
        assert queries.may_submit(dee, account, at)

    def test_a_stranger_names_nobody_without_review(
        self, account: int, cy: int, dee: int, official: int
    ) -> None:
        check_identity(dee)
        application = begin(dee, document(dee), account=account)

        entry = submit(application, dee, signed=(dee,), at=NOON + 5 * DAY)

        assert entry.state == "submitted"
        assert self.seats(account) == {"primary": cy}
        assert approve(application, official, at=NOON + 6 * DAY).state == "approved"
        assert self.seats(account) == {"primary": dee}

    def test_a_person_nobody_has_checked_is_not_seated_on_receipt(
        self, account: int, cy: int, dee: int
    ) -> None:
        application = begin(cy, document(cy, dee), account=account)

        assert submit(application, cy, signed=(cy, dee)).state == "submitted"
        assert self.seats(account) == {"primary": cy}

    def test_after_a_reset_of_credentials_it_is_reviewed_first(
        self, account: int, cy: int, dee: int
    ) -> None:
        check_identity(dee)
        identity.start_cool_down(person=cy, reason="password_reset", at=NOON + 5 * DAY, hours=24)
        application = begin(cy, document(dee), account=account)

        entry = submit(application, cy, signed=(dee, cy), at=NOON + 5 * DAY + HOUR)

        assert entry.state == "submitted"
        assert self.seats(account) == {"primary": cy}

    def test_an_alternate_it_leaves_out_sits_no_more(self, account: int, cy: int, dee: int) -> None:
        check_identity(dee)
        first = begin(cy, document(cy, dee), account=account)
        submit(first, cy, signed=(cy, dee), at=NOON + 2 * DAY)
        assert self.seats(account) == {"primary": cy, "alternate": dee}

        second = begin(cy, document(cy), account=account)
        submit(second, cy, signed=(cy,), at=NOON + 3 * DAY)
        assert self.seats(account) == {"primary": cy}

    def test_owners_change_with_it_and_the_change_is_filed(self, account: int, cy: int) -> None:
        spec = document(cy, parties=(PartySpec(name="New Owner"),), changed_on=date(2021, 6, 10))
        application = begin(cy, spec, account=account)

        submit(application, cy, signed=(cy,), at=datetime(2021, 7, 12, 16, 0, tzinfo=UTC))

        (filing,) = ownership.ownership_filings(account)
        assert (filing.listed, filing.unlisted) == (("New Owner",), ("Gulf Brokers LLC",))
        assert filing.due_on == date(2021, 7, 9)
        assert filing.is_late

    def test_a_closed_account_is_not_superseded(self, account: int, cy: int) -> None:
        application = begin(cy, document(cy), account=account)
        services.sign_application(application=application, person=cy, at=NOON)
        services.close_account(account=account, ground="x", closed_at=NOON + 2 * DAY)

        with refused("account_closed"):
            services.submit_application(application=application, by=cy, at=NOON + 3 * DAY)
        with refused("account_closed"):
            begin(cy, document(cy), account=account)


class TestConstraints:
    """What the database refuses, whoever asks."""

    def test_an_application_is_in_a_known_state_with_what_belongs_to_it(self, cy: int) -> None:
        rows = Application.objects.filter(id=begin(cy, document(cy)))
        for changes in (
            {"state": "lost"},
            {"kind": "gift"},
            {"state": "rejected"},
            {"decided_at": NOON},
            {"state": "submitted"},
            {"state": "approved", "decided_at": NOON, "received_at": NOON},
            {"kind": "supersede"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**changes)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.delete()

    def test_steps_and_signatures_are_never_changed(self, cy: int) -> None:
        application = submitted(cy)
        steps = ApplicationStep.objects.filter(application_id=application)
        signatures = ApplicationSignature.objects.filter(application_id=application)
        for act in (
            lambda: steps.update(actor="x"),
            steps.delete,
            lambda: signatures.update(digest="x"),
            signatures.delete,
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()

    def test_a_rejection_without_a_reason_is_not_stored(self, cy: int) -> None:
        application = submitted(cy)
        with pytest.raises(IntegrityError), transaction.atomic():
            ApplicationStep.objects.create(
                application_id=application,
                act="reject",
                state="rejected",
                actor="administrator",
                at=NOON,
            )
