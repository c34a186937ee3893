"""Certificates of representation where each affected unit has books of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.contexts.certificate_specs import certificate
from tests.contexts.registry import refused
from trueup.accounts import queries, services
from trueup.accounts.certificate_entries import CertificateEntry
from trueup.accounts.entries import FacilitySpec, UnitSpec

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-rate"
RECEIVED = datetime(2022, 2, 3, 15, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class TestByUnit:
    """40 CFR 62.16485, 62.16500, 62.16515(a)(1); RATE-154, RATE-156, RATE-161, RATE-168."""

    def facility(self) -> int:
        return services.register_facility(
            program=PROGRAM,
            facility=FacilitySpec(
                oris_code=1363,
                name="Cane",
                jurisdiction="KY",
                units=(UnitSpec(unit_id="1"), UnitSpec(unit_id="2")),
            ),
            registered_at=RECEIVED,
        ).id

    def person(self, name: str) -> int:
        return services.register_person(
            name=name, email="somebody@example.org", registered_at=RECEIVED
        ).id

    def file(self, facility: int, person: int, at: datetime = RECEIVED) -> CertificateEntry:
        spec = certificate(program=PROGRAM, facility=facility, primary=person, at=at)
        return services.file_certificate(spec, program=PROGRAM, received_at=at)

    def test_one_account_for_each_unit_and_no_second_one(self) -> None:
        facility, ana = self.facility(), self.person("Ana Ruiz")

        assert self.file(facility, ana).state == "in_force"
        assert self.file(facility, ana, RECEIVED + MINUTE).version == 2

        accounts = queries.facility_accounts(program=PROGRAM, facilities=[facility])
        assert [entry.unit.unit_id for entry in accounts if entry.unit] == ["1", "2"]
        seats = queries.representatives(entry.account for entry in accounts)
        assert all([seat.person for seat in found] == [ana] for found in seats.values())

    def test_another_person_than_in_the_acid_rain_program_is_refused(self) -> None:
        facility = self.facility()
        services.record_other_program(
            facility=facility, scheme="arp", primary=self.person("Ana Ruiz"), at=RECEIVED
        )

        with refused("differs_from_other_program"):
            self.file(facility, self.person("Carla Fox"))

    def test_an_agreement_that_nobody_asked_for_is_declined(self) -> None:
        facility, ana = self.facility(), self.person("Ana Ruiz")
        self.file(facility, ana)

        with refused("agreement_not_asked_for"):
            services.submit_agreement(
                program=PROGRAM,
                facility=facility,
                content=b"%PDF-1.7",
                media_type="application/pdf",
                received_at=RECEIVED + MINUTE,
                submitted_by=ana,
            )
