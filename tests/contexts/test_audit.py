"""The audit: what is logged and decided stays, and everyone concerned is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from trueup.accounts.models import Person
from trueup.audit import notices, queries, services
from trueup.audit.entries import DecisionSpec, EventSpec, NoticeSpec
from trueup.audit.models import Decision, Event, Notice
from trueup.audit.statements import insert_many_returning_ids
from trueup.rules.refusal import Refusal
from trueup.rules.serials import parse_block

pytestmark = pytest.mark.django_db

NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)


def a_person(name: str = "Ana Ruiz") -> int:
    return Person.objects.create(name=name, email="ana@example.org").pk


def a_notice(person: int, **changes: object) -> NoticeSpec:
    values: dict[str, object] = {
        "event": "account_frozen",
        "program": "cpp-mass",
        "person": person,
        "subject": "Account frozen: Barry",
        "body": "The account is frozen.",
        "created_at": NOON,
    }
    return NoticeSpec(**{**values, **changes})  # type: ignore[arg-type]


def log_one() -> None:
    services.log(
        at=NOON,
        program="cpp-mass",
        actor="administrator",
        act="freeze_account",
        subject="account:7",
        before={"state": "open"},
        after={"state": "frozen", "ground": "investigation"},
        cite="40 CFR 62.16255(c)",
    )


def decide_one() -> int:
    return services.decide(
        decision_class="iii",
        program="cpp-mass",
        subject="transfer:7",
        outcome="not recorded",
        reasons=["The account does not hold AL-2022-301.", "Zweiter Grund: ungültig"],
        decided_at=NOON,
        decided_by="administrator",
    ).id


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


class TestLog:
    """PLAT-017: who did what, with the values before and after."""

    def test_an_act_is_kept_as_it_was_given(self) -> None:
        log_one()

        (event,) = queries.events_of("account:7")
        assert event.at == NOON
        assert event.actor == "administrator"
        assert event.before == {"state": "open"}
        assert event.after == {"state": "frozen", "ground": "investigation"}
        assert event.cite == "40 CFR 62.16255(c)"

    def test_many_acts_take_one_statement_and_keep_their_order(self) -> None:
        acts = [
            EventSpec(
                at=NOON, program="", actor="registry", act="open", subject=f"s:{i}", after={"i": i}
            )
            for i in range(2500)
        ]

        with CaptureQueriesContext(
            connection,
        ) as statements:
            services.log_many(acts)

        assert len(statements) == 1
        assert [event.subject for event in Event.objects.order_by("id")] == [
            act.subject for act in acts
        ]
        assert Event.objects.get(subject="s:2499").after == {"i": 2499}

    def test_nothing_to_log_is_no_statement(self) -> None:
        with CaptureQueriesContext(connection) as statements:
            services.log_many([])

        assert len(statements) == 0

    def test_values_in_any_script_and_of_any_kind_come_back(self) -> None:
        after = {
            "name": "東京 Ωμέγα 🏭 'quoted\" \\",
            "n": 10**15,
            "none": None,
            "list": [1, "a"],
        }
        services.log(at=NOON, program="", actor="registry", act="x", subject="s", after=after)

        assert queries.events_of("s")[0].after == after

    def test_an_act_without_an_actor_is_not_stored(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            services.log(at=NOON, program="", actor="", act="x", subject="s")

    def test_an_instant_without_a_time_zone_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            services.log(
                at=NOON.replace(tzinfo=None),
                program="",
                actor="registry",
                act="x",
                subject="s",
            )

    def test_pages_go_on_where_the_one_before_ended(self) -> None:
        for _ in range(3):
            log_one()

        newest = queries.events_of("account:7", limit=2)
        rest = queries.events_of("account:7", limit=2, before=newest[-1].id)

        assert [len(newest), len(rest)] == [2, 1]
        assert queries.events(program="cpp-mass") == newest + rest


class TestNobodyChangesWhatWasLogged:
    """PLAT-017: no user, the administrator included, can change or delete an entry."""

    ATTACKS = (
        "UPDATE {table} SET {column} = 'registry'",
        "UPDATE {table} SET id = id + 1000",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE id = (SELECT min(id) FROM {table})",
    )

    @pytest.mark.parametrize("attack", ATTACKS)
    @pytest.mark.parametrize(
        ("table", "column"), [("audit_event", "actor"), ("audit_decision", "decided_by")]
    )
    def test_update_and_delete_are_refused(self, table: str, column: str, attack: str) -> None:
        log_one()
        decide_one()

        with pytest.raises(IntegrityError, match="are kept"):
            execute(attack.format(table=table, column=column))

        assert Event.objects.get().actor == "administrator"
        assert Decision.objects.get().decided_by == "administrator"

    @pytest.mark.parametrize("table", ["audit_event", "audit_decision"])
    def test_the_whole_table_cannot_be_emptied_or_a_row_replaced(self, table: str) -> None:
        log_one()
        decide_one()
        copy = f"SELECT * FROM {table}"
        if connection.vendor == "postgresql":
            attack = f"TRUNCATE {table} CASCADE"
        else:
            attack = f"INSERT OR REPLACE INTO {table} {copy}"

        with pytest.raises(IntegrityError, match="are kept"):
            execute(attack)

    def test_an_insert_that_turns_into_an_update_is_refused(self) -> None:
        decide_one()

        with pytest.raises(IntegrityError, match="are kept"):
            execute(
                "INSERT INTO audit_decision SELECT * FROM audit_decision WHERE true"
                " ON CONFLICT (id) DO UPDATE SET outcome = 'recorded'"
            )

    def test_neither_does_the_orm(self) -> None:
        log_one()

        for attack in (Event.objects.all().delete, lambda: Event.objects.update(act="other")):
            with pytest.raises(IntegrityError), transaction.atomic():
                attack()


class TestDecisions:
    """40 CFR 78.1(b)(18): identified, dated, with reasons."""

    def test_a_decision_has_an_id_and_its_reasons(self) -> None:
        number = decide_one()

        found = queries.decision(number)
        assert found is not None
        assert found.decision_class == "iii"
        assert found.decided_at == NOON
        assert found.reasons[1] == "Zweiter Grund: ungültig"
        assert not found.is_appeal_uncertain
        assert queries.decisions_of(["transfer:7", "transfer:8"]) == {
            "transfer:7": [found],
            "transfer:8": [],
        }

    def test_many_decisions_take_one_statement(self) -> None:
        specs = [
            DecisionSpec(
                decision_class="iv",
                program="cpp-mass",
                subject=f"settlement:{i}",
                outcome="deducted",
                reasons=(f"reason {i}",),
                decided_at=NOON,
                decided_by="administrator",
            )
            for i in range(300)
        ]

        with CaptureQueriesContext(connection) as statements:
            ids = services.decide_many(specs)

        assert len(statements) == 1
        last = queries.decision(ids[-1])
        assert last is not None
        assert (last.subject, last.reasons) == ("settlement:299", ("reason 299",))

    def test_a_class_that_the_appeal_list_does_not_have_is_refused(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(
                decision_class="viii",
                program="cpp-mass",
                subject="s",
                outcome="o",
                decided_at=NOON,
                decided_by="administrator",
            )


class TestNotify:
    """PLAT-053 and PLAT-150: the notices of an act are stored with it."""

    def test_two_notices_of_a_transfer_take_one_statement(self) -> None:
        ana, cy = a_person(), a_person("Cy Dunn")

        with CaptureQueriesContext(connection) as statements:
            stored = services.notify([a_notice(ana), a_notice(cy)])

        assert stored == 2
        assert len(statements) == 1

    def test_a_thousand_notices_take_one_statement(self) -> None:
        ana = a_person()

        with CaptureQueriesContext(connection) as statements:
            stored = services.notify([a_notice(ana) for _ in range(1000)])

        assert stored == 1000
        assert len(statements) == 1

    def test_a_person_is_told_once_what_has_the_same_dedupe(self) -> None:
        ana, cy = a_person(), a_person("Cy Dunn")
        warning = a_notice(ana, dedupe="short:2022-2024:30")

        assert services.notify([warning, warning]) == 1
        assert services.notify([warning]) == 0
        assert services.notify([a_notice(cy, dedupe="short:2022-2024:30"), a_notice(ana)]) == 2
        assert len(queries.notices_of(ana)) == 2

    def test_a_notice_that_says_nothing_is_not_stored(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            services.notify([a_notice(a_person(), body="")])

    def test_a_notice_keeps_account_due_date_and_event(self) -> None:
        ana = a_person()
        services.notify(
            [
                a_notice(ana, account=10**16 + 7, due_on=date(2021, 6, 7)),
                a_notice(ana, event="other"),
            ]
        )

        (notice,) = queries.notices_of(ana, event="account_frozen")
        assert notice.account == 10**16 + 7
        assert notice.due_on == date(2021, 6, 7)
        assert notice.created_at == NOON
        assert notice.mailed_at is None

    def test_notices_are_overdue_from_the_day_after_their_last_day(self) -> None:
        ana = a_person()
        services.notify([a_notice(ana, due_on=date(2021, 6, 7)), a_notice(ana)])

        assert queries.overdue_notices(date(2021, 6, 7)) == []
        assert len(queries.overdue_notices(date(2021, 6, 8))) == 1
        Notice.objects.update(mailed_at=NOON)
        assert queries.overdue_notices(date(2021, 6, 8)) == []

    def test_a_subject_is_one_line_whatever_is_put_into_it(self) -> None:
        ana = a_person()
        services.notify([a_notice(ana, subject="Frozen\r\nBcc: all@example.org" + "x" * 500)])

        (notice,) = queries.notices_of(ana)
        assert notice.subject.startswith("Frozen Bcc: all@example.org")
        assert len(notice.subject) == 400


class NotHeld(Refusal):
    code = "testing.serials_not_held"
    cite = "40 CFR 62.16330(b)(2)"


# One value for each name that any text has.
EVERYTHING: dict[str, notices.ContextValue] = {
    name: f"<{name}>" for event in notices.events() for name in notices.text_of(event).names
}


class TestTexts:
    """PLAT-150: a text for each event, that says what happened."""

    EVENTS = (
        "account_closing",
        "account_corrected",
        "account_frozen",
        "account_opened",
        "account_safeguard_changed",
        "account_stays_open",
        "account_unfrozen",
        "agreement_requested",
        "allocations_ended",
        "announcement_published",
        "api_key_created",
        "application_ended",
        "application_incomplete",
        "application_information_requested",
        "application_received",
        "application_reminder",
        "auction_application_decided",
        "auction_bids_received",
        "auction_cancelled",
        "auction_delivered",
        "auction_result",
        "assurance_deducted",
        "certificate_due",
        "certification_due",
        "contact_changed",
        "cool_down_started",
        "deductions_recorded",
        "delegation_changed",
        "draft_not_submitted",
        "exemption_alarm",
        "help_request_answered",
        "help_request_received",
        "instruments_ended",
        "instruments_limited",
        "insufficient_holdings",
        "limitation_lifted",
        "output_data_published",
        "password_changed",
        "project_decided",
        "proposal_decided",
        "record_looked_at",
        "representative_changed",
        "resource_decided",
        "resource_question",
        "second_factor_changed",
        "second_official_needed",
        "set_aside_distributed",
        "shortfall_to_explain",
        "sign_in_from_new_place",
        "sign_in_helped",
        "state_application_decided",
        "state_day",
        "submission_received",
        "transactions_released",
        "transactions_stopped",
        "transfer_awaiting_acceptance",
        "transfer_awaiting_approval",
        "transfer_cancelled",
        "transfer_delayed",
        "transfer_expired",
        "transfer_not_recorded",
        "transfer_recorded",
        "transfer_rejected",
        "transfer_return_asked",
    )

    def test_every_event_has_a_text(self) -> None:
        assert set(self.EVENTS) == set(notices.events())

    @pytest.mark.parametrize("event", EVENTS)
    def test_a_text_shows_every_value_that_it_names(self, event: str) -> None:
        subject, body = notices.render(event, EVERYTHING)

        shown = f"{subject}\n{body}"
        assert all(f"<{name}>" in shown for name in notices.text_of(event).names)
        assert "{" not in shown
        assert "\n\n\n" not in body

    @pytest.mark.parametrize("event", EVENTS)
    def test_a_text_can_do_without_what_it_may_leave_out(self, event: str) -> None:
        needed = {name: f"<{name}>" for name, must in notices.text_of(event).names.items() if must}

        subject, body = notices.render(event, needed)

        assert subject
        assert "{" not in body
        assert not body.endswith(":")
        assert ":\n\n" not in body

    @pytest.mark.parametrize("event", EVENTS)
    def test_a_text_without_a_value_that_it_needs_is_a_bug(self, event: str) -> None:
        for name, must in notices.text_of(event).names.items():
            if must:
                lacking = {key: value for key, value in EVERYTHING.items() if key != name}
                with pytest.raises(ValueError, match=name):
                    notices.render(event, lacking)

    def test_an_event_without_a_text_is_a_bug(self) -> None:
        for event in ("no_such_event", "../notices", ""):
            with pytest.raises(ValueError, match="no text"):
                notices.render(event, {})

    def test_values_read_as_people_write_them(self) -> None:
        _, body = notices.render(
            "transfer_not_recorded",
            {
                "source": "Barry (C0100000017K)",
                "destination": "Gulf Brokers (G0100000025X)",
                "quantity": 1234567,
                "instruments": "allowances",
                "decided_at": datetime(2021, 6, 2, 3, 30, tzinfo=UTC),
                "reasons": [NotHeld("The account does not hold AL-2022-301."), "Account closed."],
                "blocks": [
                    parse_block("AL-2022-250", "AL-2022-301"),
                    parse_block("AL-2023-5", "AL-2023-5"),
                ],
            },
        )

        assert "Quantity:     1,234,567 allowances" in body
        assert "2021-06-01 23:30 EDT" in body
        assert (
            "Reasons:\n"
            "  - The account does not hold AL-2022-301. (40 CFR 62.16330(b)(2))\n"
            "  - Account closed."
        ) in body
        assert "Serial numbers:\n  AL-2022-250 to AL-2022-301\n  AL-2023-5\n" in body

    def test_zero_is_a_value_and_nothing_is_not(self) -> None:
        figures = {**EVERYTHING, "excess": 0, "outstanding": None, "obligation": Decimal("1100.5")}

        _, body = notices.render("deductions_recorded", figures)

        assert "Excess emissions:   0\n" in body
        assert "Outstanding" not in body
        assert "1,100.5 <instruments>" in body

    def test_a_long_list_ends_with_how_many_more_there_are(self) -> None:
        _, body = notices.render(
            "transfer_recorded", {**EVERYTHING, "blocks": [f"AL-2022-{i}" for i in range(2500)]}
        )

        assert "  AL-2022-999\n  ... and 1,500 more, which the registry shows" in body
        assert "AL-2022-1000" not in body

    def test_what_no_text_can_show_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="source"):
            notices.render("transfer_recorded", {**EVERYTHING, "source": object()})  # type: ignore[dict-item]

    def test_a_notice_is_made_from_its_context(self) -> None:
        ana = a_person()
        context = {"account": "Barry", "frozen_at": NOON, "ground": "investigation"}
        services.notify([a_notice(ana, subject="", body="", context=context)])

        (notice,) = queries.notices_of(ana)
        assert notice.subject == "Account frozen: Barry"
        assert "Reason:  investigation" in notice.body

    def test_notices_of_one_act_each_have_their_own_text(self) -> None:
        ana, cy = a_person(), a_person("Cy Dunn")
        frozen = {"account": "Barry", "frozen_at": NOON, "ground": "investigation"}
        released = {"account": "Barry", "released_at": NOON, "ground": "in order"}
        services.notify(
            [
                a_notice(ana, context=frozen),
                a_notice(cy, context=frozen),
                a_notice(cy, event="account_unfrozen", context=released),
                a_notice(ana, context={**frozen, "ground": "for cause"}),
            ]
        )

        told = list(Notice.objects.order_by("id").values_list("subject", "body"))
        assert told[0] == told[1]
        assert told[2][0] == "Account released: Barry"
        assert "for cause" in told[3][1]


class TestRowsInOneStatement:
    """Ids belong to the rows in the order in which they were given."""

    def test_new_ids_come_in_the_order_of_the_rows(self) -> None:
        names = [f"Person {(i * 7919) % 1000:04d}" for i in range(1000)]

        ids = insert_many_returning_ids(
            Person, [{"name": name, "email": "", "phone": ""} for name in names]
        )

        stored = dict(Person.objects.values_list("id", "name"))
        assert [stored[number] for number in ids] == names

    def test_a_notice_waits_from_when_it_was_made(self) -> None:
        ana = a_person()
        services.notify([a_notice(ana)])

        stored = Notice.objects.get()
        assert stored.attempt_at == NOON
        assert stored.attempts == 0
        assert stored.mailed_at is None
        assert stored.attempt_at < NOON + timedelta(seconds=1)
