"""Who represents whom, and the accounts that follow from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from trueup.accounts import queries, services
from trueup.accounts.entries import (
    FacilitySpec,
    GeneralAccountSpec,
    NamingSpec,
    PersonSpec,
    UnitSpec,
)
from trueup.accounts.models import FacilityAccount, Representative
from trueup.audit import queries as audit
from trueup.audit.models import Notice
from trueup.ledger import queries as ledger
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
RECEIVED = datetime(2021, 2, 3, 15, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def person(name: str) -> int:
    return services.register_person(
        name=name, email=f"{name.partition(' ')[0].lower()}@example.org", registered_at=RECEIVED
    ).id


def facility(name: str = "Barry", oris_code: int = 3, jurisdiction: str = "AL") -> int:
    spec = FacilitySpec(
        oris_code=oris_code,
        name=name,
        jurisdiction=jurisdiction,
        units=(UnitSpec(unit_id="1"), UnitSpec(unit_id="2")),
    )
    return services.register_facility(program=PROGRAM, facility=spec, registered_at=RECEIVED).id


def name(facility: int, person: int, *, role: str = "primary", at: datetime = RECEIVED) -> int:
    (account,) = services.name_designated_representative(
        program=PROGRAM, facility=facility, person=person, role=role, at=at
    )
    return account.id


def told(person: int) -> list[str]:
    return [notice.event for notice in reversed(audit.notices_of(person))]


def roles(account: int, at: datetime | None = None) -> dict[str, str]:
    return {seat.role: seat.name for seat in queries.representatives([account], at=at)[account]}


class TestOpeningAComplianceAccount:
    """40 CFR 62.16320(a); PLAT-022, PLAT-023; MASS-034."""

    def test_the_first_complete_certificate_opens_one_account(self) -> None:
        barry, ana = facility(), person("Ana Ruiz")

        account = name(barry, ana)

        entry = ledger.account(account)
        assert entry.kind == "compliance"
        assert entry.name == "Barry"
        assert entry.jurisdiction == "AL"
        assert entry.opened_at == RECEIVED
        assert queries.compliance_account(PROGRAM, barry) == entry
        assert roles(account) == {"primary": "Ana Ruiz"}

    def test_the_representative_is_told_of_the_account(self) -> None:
        ana = person("Ana Ruiz")
        account = name(facility(), ana)

        (notice,) = audit.notices_of(ana)
        assert notice.event == "account_opened"
        assert notice.account == account
        assert ledger.account(account).number in notice.body
        assert "designated representative" in notice.body
        assert "2021-02-03 10:15 EST" in notice.body

    def test_a_superseding_certificate_opens_no_second_account(self) -> None:
        barry = facility()
        account = name(barry, person("Ana Ruiz"))

        assert name(barry, person("Eve Hall"), at=RECEIVED + SECOND) == account
        assert FacilityAccount.objects.count() == 1
        assert len(ledger.accounts(program=PROGRAM)) == 1

    def test_the_same_certificate_again_changes_nothing(self) -> None:
        barry, ana = facility(), person("Ana Ruiz")
        account = name(barry, ana)
        before = audit.events_of(f"account:{account}")

        assert name(barry, ana, at=RECEIVED + SECOND) == account
        assert Representative.objects.count() == 1
        assert audit.events_of(f"account:{account}") == before
        assert told(ana) == ["account_opened"]

    def test_without_a_representative_an_alternate_opens_nothing(self) -> None:
        with pytest.raises(Refused) as refused:
            name(facility(), person("Bo Lee"), role="alternate")

        assert refused.value.reasons == {"representative_missing"}
        assert ledger.accounts(program=PROGRAM) == []

    def test_unknown_facilities_and_persons_are_refused_by_row(self) -> None:
        barry, ana = facility(), person("Ana Ruiz")

        with pytest.raises(Refused) as refused:
            services.name_designated_representatives(
                [
                    NamingSpec(facility=barry, primary=ana),
                    NamingSpec(facility=barry + 1, primary=ana),
                    NamingSpec(facility=barry + 2, primary=ana + 1),
                ],
                program=PROGRAM,
                at=RECEIVED,
            )

        assert [(r.row, r.reason) for r in refused.value.refusals] == [
            (2, "unknown_facility"),
            (3, "unknown_facility"),
            (3, "unknown_person"),
        ]
        assert queries.compliance_account(PROGRAM, barry) is None

    def test_what_was_done_is_logged(self) -> None:
        ana = person("Ana Ruiz")
        account = name(facility(), ana)

        (event,) = audit.events_of(f"account:{account}")
        assert event.act == "open_account"
        assert event.at == RECEIVED
        assert event.after is not None
        assert event.after["primary"] == f"person:{ana}"
        assert event.after["number"] == ledger.account(account).number


class TestOneRepresentativeAndOneAlternate:
    """40 CFR 62.16290(a), (b); MASS-017, MASS-019; PLAT-031."""

    def test_a_facility_has_a_representative_and_an_alternate(self) -> None:
        barry = facility()
        account = name(barry, person("Ana Ruiz"))
        name(barry, person("Bo Lee"), role="alternate", at=RECEIVED + SECOND)

        assert roles(account) == {"primary": "Ana Ruiz", "alternate": "Bo Lee"}

    def test_a_second_alternate_takes_the_place_of_the_first(self) -> None:
        barry = facility()
        account = name(barry, person("Ana Ruiz"))
        name(barry, person("Bo Lee"), role="alternate", at=RECEIVED + SECOND)
        name(barry, person("Cy Dunn"), role="alternate", at=RECEIVED + 2 * SECOND)

        assert roles(account) == {"primary": "Ana Ruiz", "alternate": "Cy Dunn"}

    def test_nobody_is_their_own_alternate(self) -> None:
        barry, ana = facility(), person("Ana Ruiz")

        with pytest.raises(Refused) as refused:
            services.name_designated_representatives(
                [NamingSpec(facility=barry, primary=ana, alternate=ana)],
                program=PROGRAM,
                at=RECEIVED,
            )
        assert refused.value.reasons == {"two_seats"}

    def test_the_representative_cannot_become_the_alternate_and_leave_no_representative(
        self,
    ) -> None:
        barry, ana = facility(), person("Ana Ruiz")
        account = name(barry, ana)

        with pytest.raises(Refused) as refused:
            name(barry, ana, role="alternate", at=RECEIVED + SECOND)
        assert refused.value.reasons == {"representative_missing"}
        assert roles(account) == {"primary": "Ana Ruiz"}

    def test_an_alternate_who_becomes_the_representative_leaves_the_other_seat(self) -> None:
        barry, bo = facility(), person("Bo Lee")
        account = name(barry, person("Ana Ruiz"))
        name(barry, bo, role="alternate", at=RECEIVED + SECOND)

        name(barry, bo, at=RECEIVED + 2 * SECOND)

        assert roles(account) == {"primary": "Bo Lee"}

    def test_the_two_can_change_places(self) -> None:
        barry, ana, bo = facility(), person("Ana Ruiz"), person("Bo Lee")
        account = name(barry, ana)
        name(barry, bo, role="alternate", at=RECEIVED + SECOND)

        services.name_designated_representatives(
            [NamingSpec(facility=barry, primary=bo, alternate=ana)],
            program=PROGRAM,
            at=RECEIVED + 2 * SECOND,
        )

        assert roles(account) == {"primary": "Bo Lee", "alternate": "Ana Ruiz"}

    def test_authority_begins_on_receipt(self) -> None:
        ana = person("Ana Ruiz")
        account = name(facility(), ana)

        assert not queries.may_submit(ana, account, RECEIVED - SECOND)
        assert queries.may_submit(ana, account, RECEIVED)

    def test_the_alternate_may_submit_too_and_a_stranger_may_not(self) -> None:
        barry, bo = facility(), person("Bo Lee")
        account = name(barry, person("Ana Ruiz"))
        name(barry, bo, role="alternate")

        assert queries.may_submit(bo, account, RECEIVED)
        assert not queries.may_submit(person("Cy Dunn"), account, RECEIVED)
        assert not queries.may_submit(bo, account + 1, RECEIVED)


class TestSuperseding:
    """40 CFR 62.16300(a), (b); MASS-023; PLAT-032."""

    def test_the_former_may_act_until_the_instant_of_receipt(self) -> None:
        barry, ana, eve = facility(), person("Ana Ruiz"), person("Eve Hall")
        account = name(barry, ana)
        superseded = RECEIVED + timedelta(days=400)

        name(barry, eve, at=superseded)

        assert queries.may_submit(ana, account, superseded - SECOND)
        assert not queries.may_submit(ana, account, superseded)
        assert queries.may_submit(eve, account, superseded)
        assert roles(account, at=superseded - SECOND) == {"primary": "Ana Ruiz"}
        assert roles(account) == {"primary": "Eve Hall"}

    def test_both_and_the_alternate_are_told(self) -> None:
        barry, ana, bo, eve = facility(), person("Ana Ruiz"), person("Bo Lee"), person("Eve Hall")
        name(barry, ana)
        name(barry, bo, role="alternate", at=RECEIVED + SECOND)

        name(barry, eve, at=RECEIVED + 2 * SECOND)

        assert told(ana) == ["account_opened", "representative_changed", "representative_changed"]
        assert told(bo) == ["representative_changed", "representative_changed"]
        assert told(eve) == ["representative_changed"]
        body = audit.notices_of(eve)[0].body
        assert "Until now: Ana Ruiz\nFrom now:  Eve Hall\n" in body

    def test_the_history_keeps_who_could_act_when(self) -> None:
        barry, ana, eve = facility(), person("Ana Ruiz"), person("Eve Hall")
        account = name(barry, ana)
        for step, who in enumerate((eve, ana, eve), start=1):
            name(barry, who, at=RECEIVED + step * SECOND)

        history = queries.past_and_present_representatives(account)
        assert [seat.name for seat in history] == ["Ana Ruiz", "Eve Hall", "Ana Ruiz", "Eve Hall"]
        assert [seat.until_at for seat in history] == [
            RECEIVED + SECOND,
            RECEIVED + 2 * SECOND,
            RECEIVED + 3 * SECOND,
            None,
        ]

    def test_the_change_is_logged_with_before_and_after(self) -> None:
        barry, ana, eve = facility(), person("Ana Ruiz"), person("Eve Hall")
        account = name(barry, ana)
        name(barry, eve, at=RECEIVED + SECOND)

        event = audit.events_of(f"account:{account}")[0]
        assert event.act == "name_representative"
        assert event.before == {"primary": f"person:{ana}"}
        assert event.after == {"primary": f"person:{eve}"}

    def test_a_role_that_does_not_exist_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="role"):
            name(facility(), person("Ana Ruiz"), role="deputy")


class TestGeneralAccounts:
    """40 CFR 62.16320(c); MASS-033, MASS-036, MASS-038, MASS-040; PLAT-024."""

    def open(self, title: str = "Gulf Brokers", **options: int) -> int:
        who = options.pop("representative", None) or person("Cy Dunn")
        return services.open_general_account(
            program=PROGRAM, name=title, representative=who, at=RECEIVED, **options
        ).id

    def test_an_application_opens_an_account_for_its_representative(self) -> None:
        cy = person("Cy Dunn")
        account = self.open(representative=cy)

        entry = ledger.account(account)
        assert (entry.kind, entry.name, entry.state) == ("general", "Gulf Brokers", "open")
        assert queries.may_submit(cy, account, RECEIVED)
        assert told(cy) == ["account_opened"]
        assert "authorized account representative" in audit.notices_of(cy)[0].body
        assert queries.facility_of(account) is None
        assert queries.accounts_of(cy) == [entry]

    def test_both_are_told_when_there_is_an_alternate(self) -> None:
        cy, dee = person("Cy Dunn"), person("Dee Fox")
        account = self.open(representative=cy, alternate=dee)

        assert roles(account) == {"primary": "Cy Dunn", "alternate": "Dee Fox"}
        assert told(cy) == told(dee) == ["account_opened"]

    def test_every_account_has_a_number_of_its_own_whatever_its_name(self) -> None:
        numbers = {ledger.account(self.open()).number for _ in range(3)}

        assert len(numbers) == 3

    def test_a_name_may_be_in_any_script(self) -> None:
        for title in ("東京電力 取引口座", "Ürünler & Söhne", "مؤسسة الخليج", "क्षमता", "O'Neil ½"):
            assert ledger.account(self.open(title)).name == title

    @pytest.mark.parametrize(
        "title", ["", "   ", "---", "x" * 201, "a\x00b", "a\u202egnikorB", "bell\x07", "\ud800x"]
    )
    def test_a_name_that_nobody_can_read_is_refused(self, title: str) -> None:
        with pytest.raises(Refused) as refused:
            self.open(title)

        assert refused.value.reasons == {"name_not_usable"}
        assert refused.value.refusals[0].row is None
        assert ledger.accounts(program=PROGRAM) == []

    def test_a_name_of_two_hundred_characters_fits(self) -> None:
        assert ledger.account(self.open("ä" * 200)).name == "ä" * 200

    def test_accents_and_blanks_are_stored_in_one_form(self) -> None:
        assert ledger.account(self.open("  Caf\u0065\u0301 \n Power ")).name == "Café Power"

    def test_two_representatives_in_one_person_are_refused(self) -> None:
        cy = person("Cy Dunn")
        with pytest.raises(Refused) as refused:
            self.open(representative=cy, alternate=cy)
        assert refused.value.reasons == {"two_seats"}

    def test_a_jurisdiction_outside_the_program_is_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            services.open_general_account(
                program=PROGRAM,
                name="Green Mountain",
                representative=person("Cy Dunn"),
                at=RECEIVED,
                jurisdiction="VT",
            )
        assert refused.value.reasons == {"jurisdiction_not_covered"}

    def test_all_or_none_of_many_are_opened(self) -> None:
        cy = person("Cy Dunn")
        specs = [
            GeneralAccountSpec(name="One", representative=cy),
            GeneralAccountSpec(name=" ", representative=cy + 1),
        ]
        with pytest.raises(Refused) as refused:
            services.open_general_accounts(specs, program=PROGRAM, at=RECEIVED)

        assert [(r.row, r.reason) for r in refused.value.refusals] == [
            (2, "name_not_usable"),
            (2, "unknown_person"),
        ]
        assert ledger.accounts(program=PROGRAM) == []

    def test_a_superseding_application_changes_the_representative(self) -> None:
        cy, dee = person("Cy Dunn"), person("Dee Fox")
        account = self.open(representative=cy)

        services.name_account_representative(account=account, person=dee, at=RECEIVED + SECOND)

        assert roles(account) == {"primary": "Dee Fox"}
        assert queries.may_submit(cy, account, RECEIVED)
        assert not queries.may_submit(cy, account, RECEIVED + SECOND)
        assert told(cy) == ["account_opened", "representative_changed"]

    def test_the_representative_of_a_facility_is_named_by_certificate_only(self) -> None:
        account = name(facility(), person("Ana Ruiz"))

        with pytest.raises(Refused) as refused:
            services.name_account_representative(
                account=account, person=person("Cy Dunn"), at=RECEIVED + SECOND
            )
        assert refused.value.reasons == {"named_by_certificate"}

    def test_an_unknown_account_has_no_representative(self) -> None:
        with pytest.raises(Refused) as refused:
            services.name_account_representative(account=1, person=person("Cy Dunn"), at=RECEIVED)
        assert refused.value.reasons == {"unknown_account"}


class TestManyAtOnce:
    """A national program is registered in a number of statements that does not grow."""

    def register(self, count: int, first_code: int) -> int:
        with CaptureQueriesContext(connection) as statements:
            people = services.register_people(
                [PersonSpec(name=f"Person {i}") for i in range(2 * count)], registered_at=RECEIVED
            )
            facilities = services.register_facilities(
                [
                    FacilitySpec(
                        oris_code=first_code + i,
                        name=f"Plant {i}",
                        jurisdiction="TX",
                        units=(UnitSpec(unit_id="1"), UnitSpec(unit_id="2")),
                    )
                    for i in range(count)
                ],
                program=PROGRAM,
                registered_at=RECEIVED,
            )
            named = services.name_designated_representatives(
                [
                    NamingSpec(
                        facility=entry.id, primary=people[2 * i].id, alternate=people[2 * i + 1].id
                    )
                    for i, entry in enumerate(facilities)
                ],
                program=PROGRAM,
                at=RECEIVED,
            )
        assert len(named) == count
        account = named[facilities[-1].id][0].id
        assert roles(account) == {
            "primary": f"Person {2 * count - 2}",
            "alternate": f"Person {2 * count - 1}",
        }
        # The ledger opens accounts in statements of a fixed size, which are its own.
        return sum('INTO "ledger_account"' not in line["sql"] for line in statements)

    def test_the_number_of_statements_does_not_grow(self) -> None:
        self.register(1, first_code=900)  # The program's first account opens its books.
        few = self.register(2, first_code=1)
        many = self.register(400, first_code=1000)

        assert many == few
        assert Notice.objects.filter(event="account_opened").count() == 2 * 403

    def test_queries_take_one_statement_for_many_accounts(self) -> None:
        self.register(50, first_code=1)
        entries = queries.facility_accounts(program=PROGRAM)
        accounts = [entry.account for entry in entries]

        for read in (
            lambda: queries.representatives(accounts),
            lambda: queries.representatives(accounts, at=RECEIVED),
            lambda: queries.facilities_of(accounts),
            lambda: queries.units_of([entry.facility.id for entry in entries]),
        ):
            with CaptureQueriesContext(connection) as statements:
                found = read()
            assert len(found) == 50
            assert len(statements) == 1
