"""What the database refuses, whoever asks and by whatever way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from trueup.accounts import queries, services
from trueup.accounts.entries import FacilitySpec, NamingSpec, UnitSpec
from trueup.accounts.models import (
    AffectedUnit,
    Facility,
    FacilityAccount,
    Person,
    Representative,
)
from trueup.ledger import services as ledger
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@contextmanager
def refused_by_the_database() -> Iterator[None]:
    with pytest.raises(IntegrityError), transaction.atomic():
        yield


@pytest.fixture
def barry() -> Facility:
    entry = services.register_facility(
        program=PROGRAM,
        facility=FacilitySpec(
            oris_code=3,
            name="Barry",
            jurisdiction="AL",
            units=(UnitSpec(unit_id="1"), UnitSpec(unit_id="2")),
        ),
        registered_at=NOON,
    )
    return Facility.objects.get(id=entry.id)


@pytest.fixture
def ana() -> Person:
    return Person.objects.create(name="Ana Ruiz")


@pytest.fixture
def bo() -> Person:
    return Person.objects.create(name="Bo Lee")


@pytest.fixture
def account(barry: Facility, ana: Person) -> int:
    (entry,) = services.name_designated_representative(
        program=PROGRAM, facility=barry.id, person=ana.id, at=NOON
    )
    return entry.id


def an_account(kind: str = "compliance") -> int:
    return ledger.open_account(program=PROGRAM, kind=kind, name="x", opened_at=NOON).id


class TestOneAccountAFacility:
    """40 CFR 62.16320(a); PLAT-022."""

    def test_a_second_account_in_the_program_is_refused(
        self, barry: Facility, account: int
    ) -> None:
        with refused_by_the_database():
            FacilityAccount.objects.create(program=PROGRAM, facility=barry, account_id=an_account())

    def test_an_account_in_another_program_is_not(self, barry: Facility, account: int) -> None:
        FacilityAccount.objects.create(program="rggi-md", facility=barry, account_id=an_account())

    def test_a_second_account_of_a_unit_is_refused(self, barry: Facility) -> None:
        unit = AffectedUnit.objects.filter(facility=barry).first()
        values = {"program": "cpp-rate", "facility": barry, "unit": unit}
        FacilityAccount.objects.create(**values, account_id=an_account())
        with refused_by_the_database():
            FacilityAccount.objects.create(**values, account_id=an_account())

    def test_an_account_serves_one_facility(self, barry: Facility, account: int) -> None:
        other = Facility.objects.create(oris_code=26, name="Gaston", jurisdiction="AL")
        with refused_by_the_database():
            FacilityAccount.objects.create(program=PROGRAM, facility=other, account_id=account)

    def test_a_facility_with_an_account_or_units_is_not_deleted(
        self, barry: Facility, account: int
    ) -> None:
        def delete() -> None:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM accounts_facility WHERE id = %s", [barry.id])
            connection.check_constraints()  # Else at the end of the transaction.

        with pytest.raises(IntegrityError), transaction.atomic():
            delete()


class TestOneRepresentativeARole:
    """40 CFR 62.16290(a), (b), 62.16300; MASS-017."""

    @pytest.mark.parametrize("role", ["primary", "alternate"])
    def test_two_at_once_are_refused(
        self, account: int, ana: Person, bo: Person, role: str
    ) -> None:
        cy = Person.objects.create(name="Cy Dunn")
        if role == "alternate":
            Representative.objects.create(account_id=account, person=bo, role=role, from_at=NOON)
        with refused_by_the_database():
            Representative.objects.create(account_id=account, person=cy, role=role, from_at=NOON)

    def test_one_person_in_both_seats_is_refused(self, account: int, ana: Person) -> None:
        with refused_by_the_database():
            Representative.objects.create(
                account_id=account, person=ana, role="alternate", from_at=NOON
            )

    def test_a_third_role_is_refused(self, account: int, bo: Person) -> None:
        with refused_by_the_database():
            Representative.objects.create(
                account_id=account, person=bo, role="deputy", from_at=NOON
            )

    def test_a_time_that_runs_backwards_is_refused(self, account: int, bo: Person) -> None:
        with refused_by_the_database():
            Representative.objects.create(
                account_id=account,
                person=bo,
                role="alternate",
                from_at=NOON,
                until_at=NOON - SECOND,
            )

    def test_times_of_one_role_that_overlap_are_refused(self, account: int, bo: Person) -> None:
        Representative.objects.filter(account_id=account).update(until_at=NOON + 10 * SECOND)

        with refused_by_the_database():
            Representative.objects.create(
                account_id=account, person=bo, role="primary", from_at=NOON + 9 * SECOND
            )
        Representative.objects.create(
            account_id=account, person=bo, role="primary", from_at=NOON + 10 * SECOND
        )

    @pytest.mark.parametrize(
        "change",
        [
            "DELETE FROM accounts_representative",
            "UPDATE accounts_representative SET person_id = person_id + 1",
            "UPDATE accounts_representative SET from_at = '2020-01-01 00:00:00'",
            "UPDATE accounts_representative SET role = 'alternate'",
            "UPDATE accounts_representative SET until_at = until_at",
        ],
    )
    def test_the_history_is_not_rewritten(self, account: int, bo: Person, change: str) -> None:
        with refused_by_the_database(), connection.cursor() as cursor:
            cursor.execute(change)

    def test_a_time_ends_once(self, account: int) -> None:
        Representative.objects.filter(account_id=account).update(until_at=NOON + SECOND)

        for until_at in (NOON + 2 * SECOND, None):
            with refused_by_the_database():
                Representative.objects.filter(account_id=account).update(until_at=until_at)

    def test_nothing_replaces_or_empties_it(self, account: int, bo: Person) -> None:
        if connection.vendor == "postgresql":
            attacks = ["TRUNCATE accounts_representative"]
        else:
            columns = "account_id, person_id, role, from_at"
            attacks = [
                "INSERT OR REPLACE INTO accounts_representative"
                " SELECT * FROM accounts_representative",
                f"INSERT OR REPLACE INTO accounts_representative ({columns})"
                f" SELECT account_id, {bo.id}, role, from_at FROM accounts_representative",
            ]
        connection.check_constraints()  # PostgreSQL empties no table with checks to come.
        for attack in attacks:
            with refused_by_the_database(), connection.cursor() as cursor:
                cursor.execute(attack)
        assert Representative.objects.get().person_id != bo.id

    def test_a_backdated_certificate_does_not_slip_in(
        self, account: int, barry: Facility, bo: Person
    ) -> None:
        with pytest.raises(Refused) as refused:
            services.name_designated_representative(
                program=PROGRAM, facility=barry.id, person=bo.id, at=NOON - SECOND
            )
        assert refused.value.reasons == {"superseded_already"}
        assert queries.may_submit(bo.id, account, NOON) is False


class TestPersonsAreKept:
    """Notices and the log name persons for ever; their data can change."""

    def test_a_person_is_not_deleted(self, ana: Person) -> None:
        connection.check_constraints()  # PostgreSQL empties no table with checks to come.
        attacks = ["DELETE FROM accounts_person", "DELETE FROM accounts_person WHERE id > 0"]
        if connection.vendor == "postgresql":
            attacks.append("TRUNCATE accounts_person CASCADE")
        else:
            attacks.append("INSERT OR REPLACE INTO accounts_person SELECT * FROM accounts_person")
        for attack in attacks:
            with refused_by_the_database(), connection.cursor() as cursor:
                cursor.execute(attack)

    def test_an_address_can_change(self, ana: Person) -> None:
        Person.objects.update(email="ana@example.org")

        assert Person.objects.get().email == "ana@example.org"


class TestFacilitiesAndUnits:
    """40 CFR 62.16305(a)(1); PLAT-035: also past the services."""

    @pytest.mark.parametrize(
        "change",
        [
            {"oris_code": 0},
            {"oris_code": 3},
            {"name": ""},
            {"name": "x" * 201},
            {"jurisdiction": ""},
            {"latitude": Decimal(91), "longitude": Decimal(0)},
            {"latitude": Decimal(0), "longitude": Decimal(-181)},
            {"latitude": Decimal(0)},
        ],
    )
    def test_a_facility_that_cannot_be_is_refused(
        self, barry: Facility, change: dict[str, object]
    ) -> None:
        values: dict[str, object] = {"oris_code": 26, "name": "Gaston", "jurisdiction": "AL"}
        with pytest.raises(DatabaseError), transaction.atomic():
            Facility.objects.create(**{**values, **change})

    @pytest.mark.parametrize(
        "change",
        [
            {"unit_id": "1"},
            {"unit_id": ""},
            {"unit_type": "wind"},
            {"nameplate_mw": Decimal("-0.1")},
            {"net_summer_mw": Decimal(-1)},
            {"is_operation_projected": True},
            {"retired_on": date(2023, 8, 15)},
            {"retirement_filed_at": NOON},
            {
                "operating_from": date(2023, 8, 16),
                "retired_on": date(2023, 8, 15),
                "retirement_filed_at": NOON,
            },
        ],
    )
    def test_a_unit_that_cannot_be_is_refused(
        self, barry: Facility, change: dict[str, object]
    ) -> None:
        with refused_by_the_database():
            AffectedUnit.objects.create(**{"facility": barry, "unit_id": "3", **change})

    @pytest.mark.parametrize("name", ["", "x" * 201])
    def test_a_person_without_a_usable_name_is_refused(self, name: str) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Person.objects.create(name=name)


class TestOneAccountAUnit:
    """PLAT-022: in a rate-based program each affected unit has books of its own."""

    @pytest.fixture(autouse=True)
    def books_per_unit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rate_based = replace(programs.load(PROGRAM), books_per="egu")
        load = programs.load

        def loaded(code: str) -> Program:
            return rate_based if code == PROGRAM else load(code)

        monkeypatch.setattr(programs, "load", loaded)

    def test_a_certificate_opens_one_account_for_each_unit(
        self, barry: Facility, ana: Person
    ) -> None:
        accounts = services.name_designated_representative(
            program=PROGRAM, facility=barry.id, person=ana.id, at=NOON
        )

        assert [entry.name for entry in accounts] == ["Barry/1", "Barry/2"]
        assert all(queries.may_submit(ana.id, entry.id, NOON) for entry in accounts)
        entry = queries.facility_of(accounts[1].id)
        assert entry is not None
        assert entry.unit is not None
        assert entry.unit.unit_id == "2"
        assert queries.compliance_account(PROGRAM, barry.id) is None
        assert queries.compliance_account(PROGRAM, barry.id, unit=entry.unit.id) == accounts[1]

    def test_a_unit_that_comes_later_gets_its_account_with_the_next_certificate(
        self, barry: Facility, ana: Person, bo: Person
    ) -> None:
        services.name_designated_representative(
            program=PROGRAM, facility=barry.id, person=ana.id, at=NOON
        )
        AffectedUnit.objects.create(facility=barry, unit_id="3")

        accounts = services.name_designated_representative(
            program=PROGRAM, facility=barry.id, person=bo.id, at=NOON + SECOND
        )

        assert [entry.name for entry in accounts] == ["Barry/1", "Barry/2", "Barry/3"]
        seats = queries.representatives([entry.id for entry in accounts])
        assert [[seat.name for seat in found] for found in seats.values()] == [["Bo Lee"]] * 3

    def test_the_longest_names_still_make_an_account_name(self, ana: Person) -> None:
        facility = services.register_facility(
            program=PROGRAM,
            facility=FacilitySpec(
                oris_code=7,
                name="x" * 200,
                jurisdiction="AL",
                units=(UnitSpec(unit_id="u" * 40),),
            ),
            registered_at=NOON,
        )
        (account,) = services.name_designated_representative(
            program=PROGRAM, facility=facility.id, person=ana.id, at=NOON
        )
        assert account.name == "x" * 159 + "/" + "u" * 40


class TestProgramsWithoutFacilities:
    """PLAT-022: only a program with facilities has compliance accounts."""

    def test_a_bank_has_no_compliance_accounts(
        self, barry: Facility, ana: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bank = replace(programs.load(PROGRAM), books_per="owner")
        monkeypatch.setattr(programs, "load", lambda code: bank)

        with pytest.raises(Refused) as refused:
            services.name_designated_representatives(
                [NamingSpec(facility=barry.id, primary=ana.id)], program=PROGRAM, at=NOON
            )
        assert refused.value.reasons == {"no_compliance_accounts"}
