"""Persons, facilities and affected units: what is registered, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from trueup.accounts import queries, services
from trueup.accounts.entries import FacilitySpec, UnitEntry, UnitSpec
from trueup.accounts.models import AffectedUnit, Facility, Person
from trueup.audit import queries as audit
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
RECEIVED = datetime(2021, 2, 3, 15, 15, tzinfo=UTC)


def register(**changes: object) -> int:
    values: dict[str, object] = {"oris_code": 3, "name": "Barry", "jurisdiction": "AL"}
    spec = FacilitySpec(**{**values, **changes})  # type: ignore[arg-type]
    return services.register_facility(program=PROGRAM, facility=spec, registered_at=RECEIVED).id


def reasons(**changes: object) -> list[str]:
    with pytest.raises(Refused) as refused:
        register(**changes)
    assert not Facility.objects.exists()
    assert not AffectedUnit.objects.exists()
    return [refusal.reason for refusal in refused.value.refusals]


def one_unit(**values: object) -> UnitEntry:
    spec = UnitSpec(**{"unit_id": "1", **values})  # type: ignore[arg-type]
    return queries.units_of([register(units=(spec,))]).popitem()[1][0]


class TestPersons:
    """40 CFR 62.16290(a), (b); 62.16375: a natural person."""

    @pytest.mark.parametrize(
        "name", ["Ana Ruiz", "王秀英", "Νίκος Παππάς", "Ó Briain", "X Æ 12", "علی‌رضا", "Nguyen Co"]
    )
    def test_a_name_in_any_script_is_kept(self, name: str) -> None:
        person = services.register_person(name=name, registered_at=RECEIVED)

        assert queries.person(person.id) == person
        assert person.name == name
        assert queries.find_people(name) == [person]

    @pytest.mark.parametrize(
        "name",
        [
            "Alabama Power Company",
            "Gulf Brokers LLC",
            "Gulf Brokers, L.L.C.",
            "Entergy Corp.",
            "Vistra Corporation",
            "Smith & Co",
            "RWE Trading GmbH",
            "National Grid plc",
        ],
    )
    def test_a_company_is_not_a_person(self, name: str) -> None:
        with pytest.raises(Refused) as refused:
            services.register_person(name=name, registered_at=RECEIVED)

        assert refused.value.reasons == {"not_a_natural_person"}
        assert not Person.objects.exists()

    @pytest.mark.parametrize("name", ["", " \t\n", "x" * 201, "Ana\x00Ruiz", "…", "\u202eziuR anA"])
    def test_a_name_that_cannot_be_read_is_refused(self, name: str) -> None:
        with pytest.raises(Refused) as refused:
            services.register_person(name=name, registered_at=RECEIVED)
        assert refused.value.reasons == {"name_not_usable"}

    @pytest.mark.parametrize(
        "email", ["ana", "ana@", "a@b.org\nBcc: all@example.org", "ana@example.org, bo@example.org"]
    )
    def test_an_address_that_cannot_be_mailed_to_is_refused(self, email: str) -> None:
        with pytest.raises(Refused) as refused:
            services.register_person(name="Ana Ruiz", email=email, registered_at=RECEIVED)
        assert refused.value.reasons == {"contact_not_usable"}

    def test_an_endless_telephone_number_is_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            services.register_person(name="Ana Ruiz", phone="1" * 41, registered_at=RECEIVED)
        assert refused.value.reasons == {"contact_not_usable"}

    def test_an_address_may_be_lacking_and_two_persons_may_have_one_name(self) -> None:
        first = services.register_person(name="Ana Ruiz", registered_at=RECEIVED)
        second = services.register_person(name="Ana Ruiz", registered_at=RECEIVED)

        assert queries.find_people("Ana Ruiz") == [first, second]

    def test_the_log_does_not_keep_contact_data(self) -> None:
        person = services.register_person(
            name="Ana Ruiz", email="ana@example.org", phone="555 0100", registered_at=RECEIVED
        )

        (event,) = audit.events_of(f"person:{person.id}")
        assert event.after == {"name": "Ana Ruiz"}


class TestFacilities:
    """40 CFR 62.16210(a), 62.16305(a)(1); MASS-001, MASS-003; PLAT-035."""

    def test_a_facility_is_registered_with_its_units(self) -> None:
        barry = register(
            county="Mobile",
            latitude=Decimal("31.0069"),
            longitude=Decimal("-88.0103"),
            units=(
                UnitSpec(
                    unit_id="*CT-1",
                    unit_type="combined_cycle",
                    fuel="Pipeline Natural Gas",
                    nameplate_mw=Decimal("512.34"),
                    net_summer_mw=Decimal("500.125"),
                    operating_from=date(2000, 2, 22),
                ),
                UnitSpec(unit_id="Turbine Generators"),
            ),
        )

        entry = queries.facility(barry)
        assert entry is not None
        assert (entry.oris_code, entry.name, entry.jurisdiction) == (3, "Barry", "AL")
        assert (entry.latitude, entry.longitude) == (Decimal("31.006900"), Decimal("-88.010300"))
        first, second = queries.units_of([barry])[barry]
        assert first.unit_id == "*CT-1"
        assert first.nameplate_mw == Decimal("512.3")
        assert first.net_summer_mw == Decimal("500.125")
        assert first.operating_from == date(2000, 2, 22)
        assert second.unit_id == "Turbine Generators"
        assert second.nameplate_mw is None

    def test_the_nameplate_capacity_is_kept_to_the_nearest_tenth(self) -> None:
        for oris_code, given, kept in ((1, "512.34", "512.3"), (2, "512.35", "512.4")):
            spec = UnitSpec(unit_id="1", nameplate_mw=Decimal(given))
            facility = register(oris_code=oris_code, units=(spec,))
            assert queries.units_of([facility])[facility][0].nameplate_mw == Decimal(kept)

    @pytest.mark.parametrize("jurisdiction", ["VT", "AK", "DC", "ZZ", "", "al", "Alabama"])
    def test_a_jurisdiction_outside_the_program_is_refused(self, jurisdiction: str) -> None:
        assert reasons(jurisdiction=jurisdiction) == ["jurisdiction_not_covered"]

    def test_tribal_land_is_a_jurisdiction_of_its_own(self) -> None:
        assert register(oris_code=4941, name="Navajo", jurisdiction="TNN")

    def test_an_oris_code_belongs_to_one_facility(self) -> None:
        barry = register()

        with pytest.raises(Refused) as refused:
            register(name="Barry again", jurisdiction="GA")

        assert refused.value.reasons == {"facility_exists"}
        assert "Barry" in str(refused.value)
        assert list(Facility.objects.values_list("id", flat=True)) == [barry]

    def test_an_oris_code_that_comes_twice_in_one_request_is_refused(self) -> None:
        specs = [FacilitySpec(oris_code=3, name=name, jurisdiction="AL") for name in ("A", "B")]

        with pytest.raises(Refused) as refused:
            services.register_facilities(specs, program=PROGRAM, registered_at=RECEIVED)

        assert [(r.row, r.reason) for r in refused.value.refusals] == [(2, "facility_exists")]
        assert not Facility.objects.exists()

    @pytest.mark.parametrize("oris_code", [0, -3, 2**31, 10**30, "3", 3.0, True, None])
    def test_what_is_not_an_oris_code_is_refused(self, oris_code: object) -> None:
        assert reasons(oris_code=oris_code) == ["oris_code_not_usable"]

    @pytest.mark.parametrize(
        ("latitude", "longitude"),
        [
            ("91", "0"),
            ("0", "-180.1"),
            ("NaN", "0"),
            ("31.5", None),
            (None, "0"),
            ("Infinity", "0"),
        ],
    )
    def test_a_position_off_the_earth_is_refused(
        self, latitude: str | None, longitude: str | None
    ) -> None:
        position = {
            "latitude": None if latitude is None else Decimal(latitude),
            "longitude": None if longitude is None else Decimal(longitude),
        }
        assert reasons(**position) == ["position_not_usable"]

    def test_every_reason_is_given(self) -> None:
        units = (UnitSpec(unit_id="1", nameplate_mw=Decimal(-1)), UnitSpec(unit_id="1"))

        assert reasons(oris_code=0, name="", jurisdiction="VT", units=units) == [
            "oris_code_not_usable",
            "name_not_usable",
            "jurisdiction_not_covered",
            "capacity_not_usable",
            "unit_not_usable",
        ]

    def test_two_plants_may_have_one_name(self) -> None:
        first = register(oris_code=1, name="Riverside")
        second = register(oris_code=2, name="Riverside", jurisdiction="MD")

        assert [entry.id for entry in queries.facilities(search="riverside")] == [first, second]
        found = queries.find_facility(name="Riverside")
        assert found is not None
        assert found.id == first

    def test_the_registration_is_logged_with_the_units(self) -> None:
        barry = register(units=(UnitSpec(unit_id="1", nameplate_mw=Decimal("153.1")),))

        (event,) = audit.events_of(f"facility:{barry}")
        assert event.act == "register_facility"
        assert event.after is not None
        assert event.after["oris_code"] == 3
        assert "153.1" in str(event.after["units"])


class TestUnits:
    """40 CFR 62.16210(b), 62.16305(a)(1); MASS-022; PLAT-035."""

    @pytest.mark.parametrize("capacity", ["-0.1", "-500", "NaN", "Infinity", "100001"])
    @pytest.mark.parametrize("which", ["nameplate_mw", "net_summer_mw"])
    def test_a_capacity_that_cannot_be_is_refused(self, which: str, capacity: str) -> None:
        unit = UnitSpec(unit_id="1", **{which: Decimal(capacity)})  # type: ignore[arg-type]

        assert reasons(units=(unit,)) == ["capacity_not_usable"]

    @pytest.mark.parametrize("unit_id", ["", "  ", "x" * 41, "1\x00", "\u202e1"])
    def test_a_unit_id_that_cannot_be_read_is_refused(self, unit_id: str) -> None:
        assert reasons(units=(UnitSpec(unit_id=unit_id),)) == ["unit_not_usable"]

    def test_capitals_count_in_a_unit_id_and_blanks_around_it_do_not(self) -> None:
        barry = register(units=(UnitSpec(unit_id="6a"), UnitSpec(unit_id="6A ")))

        assert [unit.unit_id for unit in queries.units_of([barry])[barry]] == ["6A", "6a"]

    def test_a_simple_cycle_turbine_is_not_a_type_of_affected_unit(self) -> None:
        assert reasons(units=(UnitSpec(unit_id="1", unit_type="simple_cycle"),)) == [
            "unit_not_usable"
        ]

    def test_a_projected_date_is_replaced_by_the_actual_one(self) -> None:
        unit = one_unit(operating_from=date(2022, 3, 1), is_operation_projected=True)
        assert queries.projected_dates_passed(date(2022, 3, 1)) == []
        assert queries.projected_dates_passed(date(2022, 4, 15)) == [unit]

        services.supply_operating_date(
            unit=unit.id, operating_from=date(2022, 4, 2), supplied_at=RECEIVED
        )

        assert queries.projected_dates_passed(date(2022, 6, 1)) == []
        found = queries.unit(unit.id)
        assert found is not None
        assert found.operating_from == date(2022, 4, 2)
        (event,) = audit.events_of(f"unit:{unit.id}")
        assert event.before == {"operating_from": "2022-03-01", "is_operation_projected": True}

    def test_a_projection_needs_a_date(self) -> None:
        assert reasons(units=(UnitSpec(unit_id="1", is_operation_projected=True),)) == [
            "operating_date_missing"
        ]

    def test_the_date_of_a_unit_that_does_not_exist_is_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            services.supply_operating_date(
                unit=1, operating_from=date(2022, 4, 2), supplied_at=RECEIVED
            )
        assert refused.value.reasons == {"unknown_unit"}


class TestRetirement:
    """40 CFR 62.16215(a); MASS-147, MASS-148; PLAT-036."""

    FILED = datetime(2023, 9, 1, 14, 0, tzinfo=UTC)

    def retire(self, unit: UnitEntry, retired_on: date, **options: object) -> str:
        filed: dict[str, object] = {"filed_at": self.FILED, **options}
        retirement = services.retire_unit(
            program=PROGRAM,
            unit=unit.id,
            retired_on=retired_on,
            **filed,  # type: ignore[arg-type]
        )
        return f"{retirement.exempt_from}, due {retirement.due_on}, late {retirement.is_late}"

    def test_a_unit_is_exempt_from_the_first_day_of_the_next_period(self) -> None:
        unit = one_unit()

        assert self.retire(unit, date(2023, 8, 15)) == "2025-01-01, due 2023-09-13, late False"
        found = queries.unit(unit.id)
        assert found is not None
        assert queries.exempt_from(program=PROGRAM, unit=found) == date(2025, 1, 1)
        assert found.retirement_filed_at == self.FILED

    def test_a_unit_that_retires_on_the_first_day_of_a_period_waits_for_the_next(self) -> None:
        filed = datetime(2025, 1, 5, 14, 0, tzinfo=UTC)

        assert self.retire(one_unit(), date(2025, 1, 1), filed_at=filed).startswith("2028-01-01")

    def test_a_unit_that_retired_before_the_program_is_exempt_from_its_start(self) -> None:
        unit = one_unit(retired_on=date(2019, 4, 15))

        assert queries.exempt_from(program=PROGRAM, unit=unit) == date(2022, 1, 1)

    def test_a_unit_that_operates_is_not_exempt(self) -> None:
        assert queries.exempt_from(program=PROGRAM, unit=one_unit()) is None

    def test_a_late_statement_is_taken_and_marked(self) -> None:
        on_time = datetime(2023, 9, 14, 3, 59, tzinfo=UTC)  # Still September 13 in the east.
        late = datetime(2023, 9, 14, 4, 1, tzinfo=UTC)

        unit = one_unit()
        assert self.retire(unit, date(2023, 8, 15), filed_at=on_time).endswith("late False")
        other = queries.units_of([register(oris_code=4, units=(UnitSpec(unit_id="1"),))])
        assert self.retire(other.popitem()[1][0], date(2023, 8, 15), filed_at=late).endswith(
            "late True"
        )

    def test_only_the_representative_files(self) -> None:
        unit = one_unit()
        ana = services.register_person(name="Ana Ruiz", registered_at=RECEIVED).id
        cy = services.register_person(name="Cy Dunn", registered_at=RECEIVED).id
        services.name_designated_representative(
            program=PROGRAM, facility=unit.facility, person=ana, at=RECEIVED
        )

        with pytest.raises(Refused) as refused:
            self.retire(unit, date(2023, 8, 15), filed_by=cy)
        assert refused.value.reasons == {"not_authorized"}
        assert self.retire(unit, date(2023, 8, 15), filed_by=ana)
        assert audit.events_of(f"unit:{unit.id}")[0].actor == f"person:{ana}"

    def test_a_unit_retires_once_and_not_in_the_future_or_before_it_began(self) -> None:
        unit = one_unit(operating_from=date(2022, 5, 1))

        for retired_on, reason in (
            (date(2022, 4, 30), "retired_before_operation"),
            (date(2023, 9, 2), "retirement_not_yet"),
        ):
            with pytest.raises(Refused) as refused:
                self.retire(unit, retired_on)
            assert refused.value.reasons == {reason}
        self.retire(unit, date(2023, 8, 15))
        with pytest.raises(Refused) as refused:
            self.retire(unit, date(2023, 8, 16))
        assert refused.value.reasons == {"already_retired"}

    def test_a_unit_owes_data_for_the_years_in_which_it_existed(self) -> None:
        unit = one_unit(operating_from=date(2022, 5, 1), retired_on=date(2024, 1, 1))

        owed = [year for year in range(2020, 2027) if unit.owes_data_for(year)]
        assert owed == [2022, 2023, 2024]

    def test_a_unit_of_unknown_beginning_owes_data_for_every_year(self) -> None:
        unit = one_unit()

        assert all(unit.owes_data_for(year) for year in range(1990, 2040))


class TestFindingFacilities:
    """Pages and searches that never give everything at once."""

    @pytest.fixture(autouse=True)
    def three(self) -> None:
        for oris_code, name, jurisdiction in (
            (3, "Barry", "AL"),
            (26, "Gaston", "AL"),
            (6002, "Miller", "GA"),
        ):
            register(oris_code=oris_code, name=name, jurisdiction=jurisdiction)

    def test_pages_go_on_after_the_last_one(self) -> None:
        first = queries.facilities(limit=2)
        rest = queries.facilities(limit=2, after=(first[-1].name, first[-1].id))

        assert [entry.name for entry in first + rest] == ["Barry", "Gaston", "Miller"]

    def test_a_search_takes_a_part_of_the_name_or_the_oris_code(self) -> None:
        assert [entry.name for entry in queries.facilities(search="ast")] == ["Gaston"]
        assert [entry.name for entry in queries.facilities(search="6002")] == ["Miller"]
        assert queries.facilities(search="²" * 3) == []
        assert queries.facilities(search="9" * 40) == []

    def test_a_list_is_of_a_jurisdiction_or_of_a_program(self) -> None:
        assert [entry.name for entry in queries.facilities(jurisdiction="GA")] == ["Miller"]
        assert queries.facilities(program=PROGRAM) == []
        ana = services.register_person(name="Ana Ruiz", registered_at=RECEIVED).id
        barry = queries.find_facility(oris_code=3)
        assert barry is not None
        services.name_designated_representative(
            program=PROGRAM, facility=barry.id, person=ana, at=RECEIVED
        )
        assert queries.facilities(program=PROGRAM) == [barry]

    def test_facilities_are_found_by_their_codes(self) -> None:
        found = queries.facilities_by_oris_code([3, 6002, 7])

        assert {code: entry.name for code, entry in found.items()} == {3: "Barry", 6002: "Miller"}

    def test_a_search_for_nothing_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="ORIS"):
            queries.find_facility()
