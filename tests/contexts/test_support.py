"""Requests for help, announcements with maintenance windows, and kept searches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.core.cache import caches
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from trueup.accounts import services as accounts
from trueup.audit import queries as audit
from trueup.audit.models import Event
from trueup.cli import clockwork
from trueup.rules.refusal import Refused
from trueup.support import queries, services
from trueup.support.entries import HelpEntry, HelpSpec
from trueup.support.models import Announcement, HelpMessage, HelpRequest, Letter
from trueup.tasks import queries as tasks
from trueup.tasks.entries import Scope

pytestmark = pytest.mark.django_db

NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
PROGRAM = "cpp-mass"


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    caches["process"].clear()
    yield
    caches["process"].clear()


def person(name: str = "Ana Ruiz", email: str = "ana@example.org") -> int:
    return accounts.register_person(name=name, email=email, registered_at=NOON).id


def address(key: UUID) -> str:
    return f"https://registry.example/help/requests/{key}/"


def ask(at: datetime = NOON, **given: Any) -> HelpEntry:
    spec = {
        "program": PROGRAM,
        "category": "transfers",
        "subject": "Where is it?",
        "text": "I sent 5 allowances.",
        "email": "nobody@example.org",
        **given,
    }
    return services.ask(HelpSpec(**spec), asked_at=at, address_of=address)


def answer(entry: HelpEntry, by: int, **given: Any) -> HelpEntry:
    return services.answer(
        key=entry.key,
        by=by,
        text=given.pop("text", "It waits out its delay."),
        at=given.pop("at", NOON + timedelta(hours=1)),
        address_of=address,
        **given,
    )


def open_tasks() -> list[str]:
    found = tasks.tasks_for(person=0, functions=[Scope(function="support")])
    return [task.title for task in found]


class TestAsking:
    """PLAT-014: a help request gets a number, a state and a history."""

    def test_a_request_gets_a_number_a_state_a_due_date_and_a_task(self) -> None:
        entry = ask()

        assert entry.number == f"H-{entry.id:06d}"
        assert entry.state == "open"
        assert entry.due_on == datetime(2021, 6, 3, tzinfo=UTC).date()
        assert open_tasks() == [f"{entry.number}: Where is it?"]
        assert [message.text for message in queries.conversation(entry.key)] == [
            "I sent 5 allowances."
        ]

    def test_a_stranger_is_written_a_letter_that_repeats_nothing_a_stranger_wrote(self) -> None:
        entry = ask(subject="Buy pills", text="at http://pills.example")

        assert services.send_letters(NOON) == 1
        assert services.send_letters(NOON) == 0
        (letter,) = mail.outbox
        assert letter.to == ["nobody@example.org"]
        assert entry.number in letter.subject
        assert address(entry.key) in letter.body
        assert "pills" not in letter.subject + letter.body

    def test_a_person_is_told_by_a_notice(self) -> None:
        ana = person()
        ask(person=ana, email="")

        (notice,) = audit.notices_of(ana)
        assert notice.event == "help_request_received"
        assert "I sent 5 allowances." in notice.body
        assert not Letter.objects.exists()

    def test_what_is_wrong_is_said_all_at_once(self) -> None:
        with pytest.raises(Refused) as refused:
            ask(category="x", subject=" ", text="", email="no address")

        assert len(refused.value.refusals) == 4
        assert not HelpRequest.objects.exists()

    def test_an_address_asks_ten_times_a_day(self) -> None:
        for _ in range(10):
            ask()
        with pytest.raises(Refused) as refused:
            ask(at=NOON + timedelta(hours=1))
        assert refused.value.reasons == {"too_many_requests"}

        assert ask(at=NOON + timedelta(days=2)).state == "open"
        assert ask(email="other@example.org").state == "open"

    def test_it_can_be_tied_to_a_submission(self) -> None:
        entry = ask(about="transfer:1f", page="/cpp-mass/transfers/1f/")

        found = queries.help_request(entry.key)
        assert found is not None
        assert (found.about, found.page) == ("transfer:1f", "/cpp-mass/transfers/1f/")

    def test_a_letter_that_cannot_be_mailed_is_tried_again_later(self, settings: Any) -> None:
        ask()
        settings.EMAIL_BACKEND = "no.such.Backend"
        assert services.send_letters(NOON) == 0
        assert "no" in Letter.objects.get().error

        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert services.send_letters(NOON + timedelta(minutes=1)) == 0
        assert services.send_letters(NOON + timedelta(hours=1)) == 1


class TestAnswering:
    """PLAT-014, PLAT-154: an official answers; the asker is told and can write on."""

    def test_an_answer_closes_the_task_and_tells_the_asker(self) -> None:
        ana, olga = person(), person("Olga Stone", "")
        entry = answer(ask(person=ana, email=""), olga)

        assert entry.state == "answered"
        assert open_tasks() == []
        assert audit.notices_of(ana)[0].event == "help_request_answered"
        assert "It waits out its delay." in audit.notices_of(ana)[0].body

    def test_writing_on_opens_it_again_with_a_new_task_and_date(self) -> None:
        olga = person("Olga Stone", "")
        entry = answer(ask(), olga, closes=True)
        assert entry.state == "closed"
        again = services.write(key=entry.key, text="Still.", at=NOON + timedelta(days=9))

        assert again.state == "open"
        assert again.due_on > entry.due_on
        assert len(open_tasks()) == 1
        assert [one.author for one in queries.conversation(entry.key)] == [
            "asker",
            "official",
            "asker",
        ]

    def test_one_closed_long_ago_stays_closed(self) -> None:
        entry = answer(ask(), person("Olga Stone", ""), closes=True)

        with pytest.raises(Refused) as refused:
            services.write(key=entry.key, text="Hm.", at=NOON + timedelta(days=60))
        assert refused.value.reasons == {"request_closed"}

    def test_a_note_is_for_officials_alone(self) -> None:
        entry = ask()
        services.note(key=entry.key, by=person("Olga Stone", ""), text="Odd.", at=NOON)

        assert [one.text for one in queries.conversation(entry.key)] == ["I sent 5 allowances."]
        assert len(queries.conversation(entry.key, notes=True)) == 2

    def test_a_closed_one_is_neither_answered_nor_closed_again(self) -> None:
        olga = person("Olga Stone", "")
        entry = services.close(key=ask().key, by="asker", at=NOON)
        for act in (
            lambda: answer(entry, olga),
            lambda: services.close(key=entry.key, by="asker", at=NOON),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.reasons == {"request_closed"}

    def test_satisfaction_is_said_of_a_closed_one(self) -> None:
        entry = ask()
        with pytest.raises(Refused) as refused:
            services.say_how_it_went(key=entry.key, satisfaction="solved")
        assert refused.value.reasons == {"request_not_closed"}

        services.close(key=entry.key, by="asker", at=NOON)
        with pytest.raises(Refused):
            services.say_how_it_went(key=entry.key, satisfaction="wonderful")
        assert services.say_how_it_went(key=entry.key, satisfaction="solved").satisfaction

    def test_a_key_that_nobody_was_given_opens_nothing(self) -> None:
        assert queries.help_request(uuid4()) is None
        with pytest.raises(Refused) as refused:
            services.write(key=uuid4(), text="x", at=NOON)
        assert refused.value.reasons == {"unknown_request"}

    def test_messages_are_never_changed_and_requests_never_removed(self) -> None:
        entry = ask()
        with pytest.raises(IntegrityError), transaction.atomic():
            HelpMessage.objects.filter(request_id=entry.id).update(text="other")
        with pytest.raises(IntegrityError), transaction.atomic():
            HelpRequest.objects.filter(id=entry.id).delete()

    def test_the_list_of_officials_goes_on_where_it_ended(self) -> None:
        entries = [ask(email=f"a{i}@example.org") for i in range(5)]
        first = queries.requests_in(Q(), limit=2)
        place = (first[-1].due_on, first[-1].id)
        rest = queries.requests_in(Q(), limit=9, after=place)

        assert [one.id for one in [*first, *rest]] == [one.id for one in entries]


def publish(at: datetime = NOON, **given: Any) -> Any:
    values = {
        "kind": "info",
        "audience": "all",
        "from_at": NOON,
        "until_at": NOON + timedelta(days=1),
        "texts": {"en": {"heading": "News", "text": "The plan is out."}},
        "by": "person:1",
        **given,
    }
    return services.publish(at=at, **values)


class TestAnnouncements:
    """PLAT-013, PLAT-014."""

    def test_it_is_shown_from_its_beginning_to_its_end(self) -> None:
        entry = publish(from_at=NOON + timedelta(hours=1))

        assert not entry.is_shown(NOON)
        assert entry.is_shown(NOON + timedelta(hours=1))
        assert not entry.is_shown(NOON + timedelta(days=1))

    def test_officials_news_is_for_officials(self) -> None:
        publish(audience="officials")
        publish(audience="signed_in")
        found = queries.announcements(NOON)

        def seen(*audiences: str) -> int:
            return len(queries.shown_to(found, frozenset(audiences), NOON))

        assert (seen(), seen("signed_in"), seen("signed_in", "officials")) == (0, 1, 2)

    def test_the_list_is_read_once_in_a_while_and_anew_after_a_change(self, settings: Any) -> None:
        settings.TRUEUP_ANNOUNCEMENT_SECONDS = 15
        entry = publish()
        with CaptureQueriesContext(connection) as statements:
            assert len(queries.announcements(NOON)) == 1
            assert len(queries.announcements(NOON)) == 1
        assert len(statements) == 1

        services.end(announcement=entry.id, by="person:1", at=NOON)
        assert queries.announcements(NOON) == ()

    def test_bad_ones_are_refused_with_all_that_is_wrong(self) -> None:
        with pytest.raises(Refused) as refused:
            publish(
                kind="maintenance",
                audience="officials",
                until_at=NOON - timedelta(days=1),
                texts={"es": {"heading": "", "text": "Hola"}},
            )
        assert len(refused.value.refusals) == 4
        assert not Announcement.objects.exists()

    def test_a_claim_of_compliance_with_the_whole_act_is_refused(self) -> None:
        """RATE-011; 40 CFR 62.16420(g)."""
        said = {"heading": "In full Clean Air Act compliance", "text": "Every plant is."}
        with pytest.raises(Refused) as refused:
            publish(texts={"en": said})
        assert refused.value.reasons == {"overstated"}
        assert not Announcement.objects.exists()

    def test_an_announcement_ends_once(self) -> None:
        entry = publish()
        services.end(announcement=entry.id, by="person:1", at=NOON)
        with pytest.raises(Refused) as refused:
            services.end(announcement=entry.id, by="person:1", at=NOON)
        assert refused.value.reasons == {"announcement_ended"}

    def test_holders_of_accounts_are_told_by_mail_once(self) -> None:
        ana = person()
        publish(told=[ana, ana])

        (notice,) = audit.notices_of(ana)
        assert notice.subject == "News"
        assert "The plan is out." in notice.body

    def test_publishing_and_ending_are_in_the_trail(self) -> None:
        entry = publish()
        services.end(announcement=entry.id, by="person:2", at=NOON)

        found = Event.objects.filter(subject=f"announcement:{entry.id}").order_by("id")
        assert [(one.act, one.actor) for one in found] == [
            ("publish_announcement", "person:1"),
            ("end_announcement", "person:2"),
        ]


class TestMaintenance:
    """PLAT-013: a window is announced, and within it nothing is written."""

    def test_it_is_announced_before_and_refuses_writes_within(self) -> None:
        begins = NOON + timedelta(hours=5)
        entry = publish(kind="maintenance", from_at=begins, until_at=begins + timedelta(hours=1))

        assert entry.is_shown(NOON)
        assert queries.window_at(NOON) is None
        assert queries.window_at(begins) == entry
        assert queries.window_at(begins + timedelta(hours=1)) is None

    def test_a_window_opens_on_time_though_the_list_is_kept(self, settings: Any) -> None:
        settings.TRUEUP_ANNOUNCEMENT_SECONDS = 15
        publish(kind="maintenance", from_at=NOON + timedelta(seconds=5))
        assert queries.window_at(NOON) is None
        assert queries.window_at(NOON + timedelta(seconds=5)) is not None

    def test_the_clock_waits_until_the_window_is_over(self) -> None:
        ask()
        window = publish(kind="maintenance")

        assert clockwork.run_once(NOON)["mailed"] == 0
        assert not mail.outbox
        assert clockwork.run_once(window.until_at)["mailed"] == 1


class TestSearches:
    """PLAT-017, PLAT-112: searches under a name, each its owner's alone."""

    def test_the_same_name_again_replaces_the_search(self) -> None:
        ana = person()
        for query in ("act=freeze", "act=close"):
            services.save_search(owner=ana, of="audit", name=" Freezes ", query=query, at=NOON)

        (found,) = queries.searches_of(ana)
        assert (found.name, found.query) == ("Freezes", "act=close")

    def test_nobody_removes_anothers(self) -> None:
        ana, cy = person(), person("Cy Dunn")
        kept = services.save_search(owner=ana, of="audit", name="Mine", query="", at=NOON)

        with pytest.raises(Refused):
            services.drop_search(search=kept.id, owner=cy)
        services.drop_search(search=kept.id, owner=ana)
        assert queries.searches_of(ana) == []

    def test_there_is_a_limit_and_names_and_lists_are_checked(self) -> None:
        ana = person()
        for number in range(50):
            services.save_search(owner=ana, of="audit", name=f"S{number}", query="", at=NOON)
        for wrong in ({"name": "one more"}, {"name": ""}, {"name": "S1", "of": "people"}):
            with pytest.raises(Refused) as refused:
                services.save_search(
                    **{"owner": ana, "of": "audit", "query": "", "at": NOON} | wrong
                )
            assert refused.value.reasons == {"search_not_usable"}
