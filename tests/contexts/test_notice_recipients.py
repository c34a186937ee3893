"""Each event is told to exactly those whom it concerns, and to nobody else; and by when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from allauth.account import signals
from django.contrib.auth.models import User
from django.core.mail import EmailMessage

from tests.contexts import registry as compliance_registry
from tests.contexts import transfers_registry
from tests.contexts.certificate_specs import certificate
from tests.contexts.registry import noon
from tests.contexts.transfers_registry import NOON, OPENED, PROGRAM, block, eastern
from trueup.accounts import application_clock, dormancy, services, watchers
from trueup.accounts.application_entries import ApplicationSpec
from trueup.accounts.entries import AgentSpec
from trueup.accounts.models import Person
from trueup.accounts.ownership_entries import PartySpec
from trueup.audit import queries as audit
from trueup.audit import services as audit_services
from trueup.audit.models import Notice
from trueup.compliance import services as compliance
from trueup.desk import state_mail
from trueup.emissions import services as emissions
from trueup.ledger.entries import AccountEntry
from trueup.officials import services as officials
from trueup.signing import services as signing
from trueup.signing.entries import Evidence
from trueup.transfers import brake, closing
from trueup.transfers import services as transfers

pytestmark = pytest.mark.django_db

TEN = block("AL-2022-1", "AL-2022-10")
MINUTE = timedelta(minutes=1)
ACCEPTED = ("CERT-COR-1", "CERT-COR-2", "CERT-COR-3", "CERT-GA-SUBMISSION")


@dataclass(slots=True)
class Told:
    """What was told: who was told of each event, and by when it was due."""

    by_event: dict[str, list[str]] = field(default_factory=dict)
    due_on: dict[str, date | None] = field(default_factory=dict)


@contextmanager
def telling() -> Iterator[Told]:
    """Collect the notices of an act: names in order, and the address if one is given."""
    before = set(Notice.objects.values_list("id", flat=True))
    told = Told()
    yield told
    for notice in Notice.objects.exclude(id__in=before).select_related("person").order_by("id"):
        first = notice.person.name.partition(" ")[0]
        name = f"{first} at {notice.address}" if notice.address else first
        told.by_event.setdefault(notice.event, []).append(name)
        told.due_on[notice.event] = notice.due_on
    for names in told.by_event.values():
        names.sort()


def opt_in(account: AccountEntry, person: int, representative: int) -> None:
    """The person gets copies of everything of this account that can be copied."""
    watchers.name_watcher(
        account=account.id,
        person=person,
        kind="copy",
        named_by=representative,
        at=OPENED,
        events=watchers.copied_events(),
    )


class Parties(transfers_registry.Registry):
    """Dan and Uma are Ana's agents at Barry; Dan alone opted in, and Eli did at Gulf.

    Gil at Gaston and Eve at Bay are nobody's concern here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.dan, self.uma, self.eli = (
            self.person("Dan Poe"),
            self.person("Uma Clerk"),
            self.person("Eli Fox"),
        )
        services.file_delegation_notice(
            program=PROGRAM,
            basis="compliance",
            delegator=self.ana,
            agents=[
                AgentSpec(person=agent, kinds=("transfers",)) for agent in (self.dan, self.uma)
            ],
            received_at=OPENED,
        )
        opt_in(self.barry, self.dan, self.ana)
        opt_in(self.gulf, self.eli, self.cy)
        self.allocate(self.barry, 300)


@pytest.fixture
def parties() -> Parties:
    return Parties()


def change_contact(parties: Parties) -> None:
    services.change_email(person=parties.ana, email="ana@new.example", at=NOON)


def reset_password(parties: Parties) -> None:
    user = User.objects.create_user("ana")
    services.link_user(person=parties.ana, user=user.pk, at=NOON, actor="administrator")
    signals.password_reset.send(sender=User, request=SimpleNamespace(), user=user)


def open_compliance_account(parties: Parties) -> None:
    parties.facility("Gadsden", 7, parties.gil, at=NOON)


def open_general_account(parties: Parties) -> None:
    parties.general("Third Brokers", parties.eve)


def complete_a_transfer(parties: Parties) -> None:
    assert parties.transfer(parties.barry, parties.gulf, TEN).state == "recorded"


def complete_an_agents_transfer(parties: Parties) -> None:
    entry = parties.transfer(parties.barry, parties.gulf, TEN, by=parties.uma, at=NOON)
    assert entry.state == "recorded"


def fail_to_transfer(parties: Parties) -> None:
    missing = block("AL-2022-9001")
    assert parties.transfer(parties.barry, parties.gulf, missing).state == "refused"


def transfer_to_nobody(parties: Parties) -> None:
    assert parties.transfer(parties.barry, "999999999999", TEN).state == "refused"


def stop_a_transfer(parties: Parties) -> None:
    at = eastern("2025-05-20")
    entry = parties.transfer(parties.barry, parties.gulf, TEN, at=at)
    if entry.state == "recorded":
        raise AssertionError("it is held until the deductions are done")
    transfers.stop(key=entry.key, ground="stolen", at=at + MINUTE, actor="official:1")


def correct_an_error(parties: Parties) -> None:
    transfers.correct_error(
        program=PROGRAM,
        source=parties.barry.number,
        destination=parties.gulf.number,
        blocks=[TEN],
        ground="a clerk's slip",
        corrected_at=eastern("2025-05-20"),
        key=uuid4(),
    )


def freeze(parties: Parties) -> None:
    services.freeze_account(account=parties.gulf.id, ground="an investigation", frozen_at=NOON)


def unfreeze(parties: Parties) -> None:
    freeze(parties)
    services.unfreeze_account(account=parties.gulf.id, ground="all is well", released_at=NOON)


def give_notice_of_closure(parties: Parties) -> None:
    dormancy.give_notice(account=parties.gulf.id, sent_at=eastern("2024-06-03"))


def close(parties: Parties) -> None:
    closing.close_with_transfers(account=parties.gulf.id, asked_by=parties.cy, asked_at=NOON)


def change_the_alternate(parties: Parties) -> None:
    parties.name(parties.barry_facility, parties.person("Ben Orr"), role="alternate", at=NOON)


def change_agents(parties: Parties) -> None:
    services.file_delegation_notice(
        program=PROGRAM,
        basis="compliance",
        delegator=parties.ana,
        agents=[AgentSpec(person=parties.uma, kinds=("transfers",))],
        received_at=NOON,
    )


def limit(parties: Parties) -> None:
    transfers.limit_instruments(
        program=PROGRAM, blocks=[TEN], ground="an error is suspected", placed_at=NOON, key=uuid4()
    )


def pull_the_brake(parties: Parties) -> None:
    brake.pull_brake(
        program=PROGRAM, types=("transfer",), ground="a break-in", at=NOON, actor="official:1"
    )


def note_an_owner_change(parties: Parties) -> None:
    services.note_owner_change(
        program=PROGRAM,
        facility=parties.barry_facility,
        changed_on=date(2021, 6, 1),
        noted_at=NOON,
        actor="administrator",
    )


def retire_own(parties: Parties) -> None:
    transfers.retire(
        program=PROGRAM,
        source=parties.barry.number,
        submitted_by=parties.ana,
        submitted_at=NOON,
        key=uuid4(),
        reason="environmental benefit",
        vintage=2022,
        quantity=5,
    )


Act = Callable[[Parties], None]
BARRY = ["Ana", "Bo", "Dan"]
GULF = ["Cy", "Eli"]
EVERYBODY = ["Ana", "Bo", "Cy", "Eve", "Gil"]
TABLE: tuple[tuple[Act, Mapping[str, list[str]]], ...] = (
    (
        change_contact,
        {"contact_changed": ["Ana at ana@example.org", "Ana at ana@new.example"]},
    ),
    (reset_password, {"password_changed": ["Ana"], "cool_down_started": ["Ana"]}),
    (open_compliance_account, {"account_opened": ["Gil"]}),
    (open_general_account, {"account_opened": ["Eve"]}),
    (complete_a_transfer, {"transfer_recorded": sorted(BARRY + GULF)}),
    (complete_an_agents_transfer, {"transfer_recorded": sorted(BARRY + GULF)}),
    (fail_to_transfer, {"transfer_not_recorded": sorted(BARRY + GULF)}),
    (transfer_to_nobody, {"transfer_not_recorded": BARRY}),
    (stop_a_transfer, {"transfer_cancelled": sorted(BARRY + GULF)}),
    (correct_an_error, {"account_corrected": sorted(BARRY + GULF)}),
    (freeze, {"account_frozen": GULF}),
    (unfreeze, {"account_frozen": GULF, "account_unfrozen": GULF}),
    (give_notice_of_closure, {"account_closing": GULF}),
    (close, {"account_closing": GULF}),
    # Whoever leaves is told too.
    (change_the_alternate, {"representative_changed": ["Ana", "Ben", "Bo", "Dan"]}),
    (change_agents, {"delegation_changed": ["Ana", "Dan", "Uma"]}),
    (limit, {"instruments_limited": BARRY}),
    (pull_the_brake, {"transactions_stopped": EVERYBODY}),
    (note_an_owner_change, {"certificate_due": BARRY}),
    (retire_own, {"transfer_recorded": BARRY}),
)


class TestWhoIsTold:
    """PLAT-053, PLAT-150: each event in a test gives exactly the expected recipients."""

    @pytest.mark.parametrize(("act", "expected"), TABLE, ids=[act.__name__ for act, _ in TABLE])
    def test_exactly_these(
        self, parties: Parties, act: Act, expected: Mapping[str, list[str]]
    ) -> None:
        with telling() as told:
            act(parties)

        assert told.by_event == expected

    def test_a_copy_goes_to_a_representatives_delegate_of_that_account_alone(
        self, parties: Parties
    ) -> None:
        opt_in(parties.barry, parties.eve, parties.ana)
        with telling() as told:
            change_agents(parties)
        assert told.by_event == {"delegation_changed": ["Ana", "Dan", "Eve", "Uma"]}

        with telling() as told:
            services.file_delegation_notice(
                program=PROGRAM,
                basis="general",
                delegator=parties.cy,
                agents=[AgentSpec(person=parties.uma, kinds=("transfers",))],
                received_at=NOON,
            )
        assert told.by_event == {"delegation_changed": ["Cy", "Eli", "Uma"]}

    def test_who_opted_out_again_is_not_told(self, parties: Parties) -> None:
        (watcher,) = watchers.watchers_of(parties.barry.id, at=NOON)
        services.end_watcher(watcher=watcher.id, at=NOON, ended_by=parties.dan)

        with telling() as told:
            complete_a_transfer(parties)

        assert told.by_event == {"transfer_recorded": ["Ana", "Bo", "Cy", "Eli"]}

    def test_a_copy_has_the_words_and_the_day_of_the_notice(self, parties: Parties) -> None:
        complete_a_transfer(parties)

        for of, copy in ((parties.ana, parties.dan), (parties.cy, parties.eli)):
            (notice,) = audit.notices_of(of, event="transfer_recorded")
            (copied,) = audit.notices_of(copy, event="transfer_recorded")
            assert replace(copied, id=notice.id, person=notice.person) == notice


@dataclass(slots=True)
class Period:
    """Barry is short by 100 of 1,000; Bo is its alternate, and Dan gets copies."""

    books: compliance_registry.Registry

    def __post_init__(self) -> None:
        books = self.books
        books.represent("Barry", "Bo Lee", "alternate")
        opt_in(books.accounts["Barry"], books.person("Dan Poe"), books.person("Ana Ruiz"))
        books.on("2021-06-01")
        books.allocate(("Barry", "1", 2022, 900), ("Gaston", "5", 2022, 1000))
        books.on("2025-02-03")
        books.report_years("Barry", u1=(400, 300, 300), u2=(0, 0, 0))
        books.report_years("Gaston", u5=(1000, 0, 0))
        books.report_years("Cane", u1=(0, 0, 0), u2=(0, 0, 0))


@pytest.fixture
def period() -> Period:
    return Period(compliance_registry.Registry(now=OPENED - timedelta(days=1)))


class TestWhoIsToldOfAPeriod:
    """PLAT-082, PLAT-088, PLAT-150."""

    def test_insufficient_holdings_go_to_the_short(self, period: Period) -> None:
        with telling() as told:
            compliance.warn_of_insufficient_holdings(program=PROGRAM, now=noon("2025-03-02"))

        assert told.by_event == {"insufficient_holdings": BARRY}

    def test_the_report_of_deductions_goes_to_each_facilitys_own(self, period: Period) -> None:
        period.books.on("2025-05-07")
        with telling() as told:
            period.books.run()

        assert told.by_event == {"deductions_recorded": sorted([*BARRY, "Gil", "Kim"])}
        assert told.due_on == {"deductions_recorded": date(2025, 5, 13)}

    def test_what_is_taken_back_is_told_as_a_correction(self, period: Period) -> None:
        with telling() as told:
            compliance.recover_incorrect_allocation(
                program=PROGRAM,
                facility=period.books.facilities["Barry"],
                unit="1",
                ground="24 MW",
                found_at=period.books.on("2025-03-03"),
            )

        assert told.by_event == {"account_corrected": BARRY}
        assert told.due_on == {"account_corrected": date(2025, 3, 14)}


def agreed(person: int) -> Evidence:
    """The person's word on the console, for whatever the form asks."""
    console = Evidence(method="console", accepted=ACCEPTED)
    signing.accept_agreement(person=person, evidence=console, accepted_at=OPENED)
    return console


class TestSubmissionReceived:
    """PLAT-150: a receipt to whoever submits, and to those in whose name it speaks."""

    def test_an_application_to_all_who_sign_it(self, parties: Parties) -> None:
        Person.objects.update(address="1 Main Street, Mobile, AL", phone="1")
        spec = ApplicationSpec(
            name="Fourth Brokers",
            representatives=(parties.eve,),
            alternates=(parties.gil,),
            parties=(PartySpec(name="Fourth Brokers LLC"),),
        )
        begun = services.begin_application(
            program=PROGRAM, applicant=parties.eve, document=spec, begun_at=NOON
        )
        for signer in (parties.eve, parties.gil):
            services.sign_application(application=begun.id, person=signer, at=NOON)

        with telling() as told:
            services.submit_application(application=begun.id, by=parties.eve, at=NOON)

        assert told.by_event == {"application_received": ["Eve", "Gil"]}
        with telling() as told:
            application_clock.run_due(PROGRAM, NOON + timedelta(days=365))
        assert told.by_event == {}

    def test_a_certificate_to_who_signs_it(self, parties: Parties) -> None:
        console = agreed(parties.ana)
        spec = certificate(program=PROGRAM, facility=parties.barry_facility, at=NOON)

        with telling() as told:
            services.file_certificate(
                spec, program=PROGRAM, received_at=NOON, evidence={parties.ana: console}
            )

        assert told.by_event["submission_received"] == ["Ana"]

    def test_a_list_of_owners_and_its_copies(self, parties: Parties) -> None:
        console = agreed(parties.cy)

        with telling() as told:
            services.file_ownership_change(
                account=parties.gulf.id,
                listed=[PartySpec(name="Gulf Brokers LLC")],
                changed_on=date(2021, 6, 1),
                filed_at=NOON,
                filed_by=parties.cy,
                evidence=console,
            )

        assert told.by_event == {"submission_received": GULF}

    def test_an_emissions_file_to_its_sender_and_the_representatives(
        self, period: Period, tmp_path: Path
    ) -> None:
        books = period.books
        path = tmp_path / "received"
        path.write_text("facility,unit,year,co2_tons\n26,5,2025,12\n")

        def send(actor: str, resubmission: bool = False) -> dict[str, list[str]]:
            with telling() as told:
                emissions.import_file(
                    path=path,
                    name="emissions.csv",
                    program=PROGRAM,
                    actor=actor,
                    received_at=noon("2026-02-03"),
                    is_resubmission=resubmission,
                )
            return told.by_event

        agent = f"person:{books.person('Uma Clerk')}"
        assert send(agent) == {"submission_received": ["Gil", "Uma"]}
        assert send("administrator", resubmission=True) == {}


class TestByWhen:
    """40 CFR 62.16335(d), (e), 62.16355: the examples of MASS-131, MASS-132 and MASS-145."""

    def test_recordation_within_five_business_days(self, parties: Parties) -> None:
        with telling() as told:
            parties.transfer(parties.barry, parties.gulf, TEN, at=eastern("2024-05-07"))

        assert told.due_on == {"transfer_recorded": date(2024, 5, 13)}

    def test_a_refusal_within_ten_of_receipt(self, parties: Parties) -> None:
        with telling() as told:
            parties.transfer(
                parties.barry, parties.gulf, block("AL-2022-9001"), at=eastern("2025-05-20")
            )

        assert told.due_on == {"transfer_not_recorded": date(2025, 6, 3)}

    def test_a_transfer_that_is_stopped_too(self, parties: Parties) -> None:
        with telling() as told:
            stop_a_transfer(parties)

        assert told.due_on == {"transfer_cancelled": date(2025, 6, 3)}

    def test_a_correction_within_ten(self, parties: Parties) -> None:
        with telling() as told:
            correct_an_error(parties)

        assert told.due_on == {"account_corrected": date(2025, 6, 3)}

    def test_it_is_overdue_the_day_after_unless_it_was_mailed(self, parties: Parties) -> None:
        with telling():
            correct_an_error(parties)

        def overdue(today: date) -> set[str]:
            return {notice.event for notice in audit.overdue_notices(today)}

        assert overdue(date(2025, 6, 3)) == set()
        assert overdue(date(2025, 6, 4)) == {"account_corrected"}
        Notice.objects.update(mailed_at=eastern("2025-06-03"))
        assert overdue(date(2025, 6, 4)) == set()


def stan() -> int:
    return Person.objects.get(name="Stan Alaba").pk


class TestStateOfficials:
    """PLAT-150; docs/decisions/0331: officials of the account's State, once a day."""

    @pytest.fixture
    def officials_there(self, parties: Parties) -> Parties:
        for name, role, state in (
            ("Stan Alaba", "state_official", "AL"),
            ("Agnes Ent", "state_agent", "AL"),
            ("Ken Ash", "state_official", "KY"),
        ):
            officials.grant(
                person=parties.person(name),
                role=role,
                program=PROGRAM,
                jurisdiction=state,
                functions=("allocate",) if role == "state_agent" else (),
                from_at=OPENED,
                granted_by="administrator",
            )
        state_mail.tell_state_officials(program=PROGRAM, now=NOON - timedelta(days=1))
        return parties

    def told(self, at: datetime) -> Told:
        with telling() as told:
            state_mail.tell_state_officials(program=PROGRAM, now=at)
        return told

    @pytest.mark.parametrize(
        ("act", "event"),
        [
            (open_compliance_account, "account_opened"),
            (complete_a_transfer, "transfer_recorded"),
            (fail_to_transfer, "transfer_not_recorded"),
            (limit, "instruments_limited"),
            (note_an_owner_change, "certificate_due"),
            (change_the_alternate, "representative_changed"),
        ],
        ids=lambda value: getattr(value, "__name__", value),
    )
    def test_what_the_accounts_people_are_told_is_told_to_their_state_the_next_day(
        self, officials_there: Parties, act: Act, event: str
    ) -> None:
        with telling() as told:
            act(officials_there)
        assert event in told.by_event

        assert self.told(NOON).by_event == {}
        assert self.told(NOON + timedelta(days=1)).by_event == {"state_day": ["Agnes", "Stan"]}
        assert self.told(NOON + timedelta(days=1, hours=1)).by_event == {}
        assert self.told(NOON + timedelta(days=2)).by_event == {}

    def test_each_thing_is_listed_once_with_its_account(self, officials_there: Parties) -> None:
        complete_a_transfer(officials_there)
        self.told(NOON + timedelta(days=1))

        (notice,) = audit.notices_of(stan(), event="state_day")
        assert notice.subject.startswith("Accounts of Alabama, ")
        assert notice.subject.endswith("(1)")
        assert notice.body.count(f"  {officials_there.barry.number} Barry: ") == 1

    def test_what_concerns_a_person_alone_is_not_told(self, officials_there: Parties) -> None:
        change_contact(officials_there)
        reset_password(officials_there)

        assert self.told(NOON + timedelta(days=1)).by_event == {}

    def test_a_clock_that_stood_still_catches_up(self, officials_there: Parties) -> None:
        complete_a_transfer(officials_there)

        assert self.told(NOON + timedelta(days=9)).by_event == {"state_day": ["Agnes", "Stan"]}
        (notice,) = audit.notices_of(stan(), event="state_day")
        assert f"{(NOON - timedelta(days=1)).date()} to {(NOON + timedelta(days=8)).date()}" in (
            notice.subject
        )

    def test_the_mail_does_not_say_that_they_represent_the_account(
        self, officials_there: Parties, mailoutbox: list[EmailMessage]
    ) -> None:
        complete_a_transfer(officials_there)
        Person.objects.filter(name="Stan Alaba").update(email="stan@al.example")
        self.told(NOON + timedelta(days=1))
        audit_services.send_mail(NOON + timedelta(days=1, hours=1))

        (mail,) = [one for one in mailoutbox if one.to == ["stan@al.example"]]
        assert "because" not in mail.body
