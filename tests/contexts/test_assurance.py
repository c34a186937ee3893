"""Assurance levels of States: who is assessed, what is kept, and what nobody can do twice."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.allocation import services as allocation
from trueup.allocation.entries import AllocationRow
from trueup.assurance import queries, services
from trueup.assurance.models import SourceShare, StateAssessment
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.ledger.verify import audit
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

PROGRAM = "csapr-like"
OPENED = datetime(2016, 6, 1, 15, 0, tzinfo=UTC)
REPORTED = datetime(2018, 2, 1, 15, 0, tzinfo=UTC)
ASSESSED = datetime(2018, 6, 1, 15, 0, tzinfo=UTC)
DUE = datetime(2018, 11, 2, 3, 59, 59, tzinfo=UTC)  # The last second of November 1.
AFTER = datetime(2018, 11, 2, 4, 0, 1, tzinfo=UTC)


class Books:
    """One plant in Michigan that emits far more than the State's level."""

    def __init__(self, tons: int = 80_000, allocated: int = 63_040) -> None:
        person = accounts.register_person(
            name="Ana Ruiz", email="ana@example.org", registered_at=OPENED
        )
        self.facility = accounts.register_facility(
            program=PROGRAM,
            facility=FacilitySpec(
                oris_code=1733, name="Monroe", jurisdiction="MI", units=(UnitSpec(unit_id="1"),)
            ),
            registered_at=OPENED,
        )
        (self.account,) = accounts.name_designated_representative(
            program=PROGRAM, facility=self.facility.id, person=person.id, role="primary", at=OPENED
        )
        allocation.record_allocations(
            program=PROGRAM,
            rows=[
                AllocationRow(
                    account=self.account.number, unit="1", vintage=2017, quantity=allocated
                )
            ],
            recorded_at=OPENED,
        )
        emissions.report_annual(
            [AnnualReport(facility=self.facility.id, unit="1", year=2017, co2_tons=Decimal(tons))],
            program=PROGRAM,
            actor="administrator",
            recorded_at=REPORTED,
            is_final=True,
        )


class TestAssessing:
    """40 CFR 97.425(b); docs/decisions/0366."""

    def test_every_state_with_a_level_is_assessed_once(self) -> None:
        Books()
        found = services.assess_states(program=PROGRAM, year=2017, assessed_at=ASSESSED)

        assert len(found) == 23
        above = {state.jurisdiction: (state.above, state.due) for state in found if state.above}
        assert above == {"MI": (Decimal("5612.80"), 11_226)}
        assert {state.due_on.isoformat() for state in found} == {"2018-11-01"}
        assert queries.years(PROGRAM) == [2017]
        with pytest.raises(Refused) as again:
            services.assess_states(program=PROGRAM, year=2017, assessed_at=ASSESSED)
        assert again.value.reasons == {"assessed_already"}

    def test_a_year_or_a_program_without_levels_is_refused(self) -> None:
        for program, year in ((PROGRAM, 2022), ("cpp-mass", 2022)):
            with pytest.raises(Refused) as none:
                services.assess_states(program=program, year=year, assessed_at=ASSESSED)
            assert none.value.reasons == {"no_assurance_levels"}

    def test_the_database_keeps_what_was_assessed(self) -> None:
        Books()
        services.assess_states(program=PROGRAM, year=2017, assessed_at=ASSESSED)
        row = StateAssessment.objects.get(jurisdiction="MI")

        for change in (
            lambda: StateAssessment.objects.filter(pk=row.pk).update(tons=1),
            lambda: StateAssessment.objects.filter(pk=row.pk).delete(),
            lambda: SourceShare.objects.all()._raw_delete("default"),
            lambda: SourceShare.objects.update(taken=20_000),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()


class TestTaking:
    """40 CFR 97.406(c)(2)(ii): by November 1; what is missing is taken as it arrives."""

    def test_the_last_second_is_in_time(self) -> None:
        Books()
        services.assess_states(program=PROGRAM, year=2017, assessed_at=ASSESSED)
        with pytest.raises(Refused) as early:
            services.take_what_is_due(program=PROGRAM, year=2017, recorded_at=DUE)
        assert early.value.reasons == {"not_due_yet"}

        taken = services.take_what_is_due(program=PROGRAM, year=2017, recorded_at=AFTER)

        assert (taken.sources, taken.due, taken.deducted) == (1, 11_226, 11_226)
        with pytest.raises(Refused) as twice:
            services.take_what_is_due(program=PROGRAM, year=2017, recorded_at=AFTER)
        assert twice.value.reasons == {"taken_already"}
        assert audit().clean

    def test_what_is_missing_is_owed_and_taken_when_it_comes(self) -> None:
        books = Books(allocated=1_000)
        services.assess_states(program=PROGRAM, year=2017, assessed_at=ASSESSED)
        taken = services.take_what_is_due(program=PROGRAM, year=2017, recorded_at=AFTER)
        assert taken.outstanding == 10_226

        allocation.record_allocations(
            program=PROGRAM,
            rows=[
                AllocationRow(account=books.account.number, unit="1", vintage=2017, quantity=20_000)
            ],
            recorded_at=AFTER,
        )
        (share,) = queries.shares(program=PROGRAM, year=2017, jurisdiction="MI")

        assert (share.deducted, share.outstanding) == (11_226, 0)
        assert audit().clean

    def test_where_nobody_owes_there_is_nothing_to_take(self) -> None:
        Books(tons=10)
        services.assess_states(program=PROGRAM, year=2017, assessed_at=ASSESSED)
        taken = services.take_what_is_due(program=PROGRAM, year=2017, recorded_at=AFTER)

        assert (taken.sources, taken.due, taken.outstanding) == (0, 0, 0)
