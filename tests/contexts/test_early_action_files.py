"""Early action with its papers, and what is left of a set-aside after all awards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.contexts.registry import Registry, noon
from tests.contexts.resources_registry import refused
from tests.contexts.set_aside_desk import P1, PROGRAM, SetAsideDesk
from trueup.allocation import early_reads, services
from trueup.allocation.early_entries import EarlyActionSpec
from trueup.allocation.early_models import EarlyActionFile, EarlyActionLeftover
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.resources import awards, queries
from trueup.resources import services as papers
from trueup.rules.early_action import EarlyActionRules

NEW = replace(P1, in_service_on=date(2019, 7, 1))
RULES = EarlyActionRules(
    per_mwh=Decimal("0.8"),
    per_ton=Decimal(1),
    renewable_share=Decimal("0.5"),
    mechanism="retire_later",
)


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit()
    assert report.clean, report.differences


@pytest.fixture
def desk() -> SetAsideDesk:
    found = SetAsideDesk()
    found.register(NEW)
    return found


def switch_on(desk: SetAsideDesk, tons: int = 100_000) -> None:
    services.set_early_action(
        program=PROGRAM, jurisdiction="AL", rules=RULES, set_at=desk.papers.tick()
    )
    services.grant_matching(
        program=PROGRAM,
        jurisdiction="AL",
        tons=tons,
        granted_at=desk.papers.tick(),
        key=uuid4(),
    )
    for vintage in (2022, 2023, 2024):
        services.originate_budget(
            program=PROGRAM, jurisdiction="AL", vintage=vintage, recorded_at=desk.papers.tick()
        )


def spec(desk: SetAsideDesk, **changes: object) -> EarlyActionSpec:
    values: dict[str, object] = {
        "name": "P1",
        "jurisdiction": "AL",
        "kind": "wind",
        "started_on": date(2018, 9, 7),
        "account": desk.papers.accounts["Sand Hill"].id,
        "shows": "Baldwin County, ANSI C12.20 meter",
        "resource": desk.papers.resources["P1"].id,
        "asked_2020": Decimal(10_000),
        "asked_2021": Decimal(12_000),
    }
    return EarlyActionSpec(**{**values, **changes})  # type: ignore[arg-type]


def applied(desk: SetAsideDesk, **changes: object) -> int:
    return services.apply_for_early_action(
        program=PROGRAM,
        spec=spec(desk, **changes),
        applied_by=desk.papers.person("Fay Ito"),
        applied_at=desk.papers.tick(),
    ).id


def approved(desk: SetAsideDesk) -> int:
    project = applied(desk)
    services.decide_on_early_action(
        project=project, approve=True, ground="shown", decided_at=desk.papers.tick()
    )
    return project


def report(desk: SetAsideDesk, mwh: str, year: int = 2020) -> None:
    desk.papers.on("2022-03-01")
    filed = desk.papers.report(mwh, year, resource="P1", said={"early_action": "yes"})
    desk.papers.verify(filed, mwh)


class TestFiles:
    """40 CFR 62.16235(e)(2), 62.16245(a); MASS-095: the rules of resources, where not changed."""

    def test_the_papers_say_what_the_project_is(self, desk: SetAsideDesk) -> None:
        with refused("file_missing"):
            applied(desk, kind="solar")
        with refused("file_missing"):
            applied(desk, jurisdiction="WY")
        with refused("file_missing"):
            applied(desk, resource=999)
        with refused("mwh_missing"):
            applied(desk, asked_2020=Decimal(0), asked_2021=Decimal(0))

    def test_a_resource_asks_once(self, desk: SetAsideDesk) -> None:
        applied(desk)
        with refused("project_known"):
            applied(desk, name="P1 again")
        assert EarlyActionFile.objects.count() == 1

    def test_what_it_rests_on_is_never_changed(self, desk: SetAsideDesk) -> None:
        applied(desk)
        with pytest.raises(DatabaseError), transaction.atomic():
            EarlyActionFile.objects.update(asked_2020=Decimal(1))

    def test_without_an_approved_application_it_is_not_approved(self) -> None:
        desk = SetAsideDesk()
        desk.papers.describe(NEW)
        project = applied(desk)

        with refused("file_not_ready"):
            services.decide_on_early_action(
                project=project, approve=True, ground="shown", decided_at=desk.papers.tick()
            )

    def test_mwh_of_2020_are_reported_for_early_action_alone(self, desk: SetAsideDesk) -> None:
        desk.papers.on("2022-03-01")
        with refused("before_first_year"):
            desk.papers.report("100", 2020, resource="P1")
        with refused("before_first_year"):
            desk.papers.report("100", 2019, resource="P1", said={"early_action": "yes"})

    def test_what_began_too_early_reports_nothing_of_2020(self) -> None:
        desk = SetAsideDesk()
        desk.register(replace(NEW, in_service_on=date(2018, 9, 6)))
        desk.papers.on("2022-03-01")
        with refused("before_first_year"):
            desk.papers.report("100", 2020, resource="P1", said={"early_action": "yes"})


class TestAwards:
    """40 CFR 62.16231(d), 62.16245(a)(4), 62.16270; MASS-096, MASS-100."""

    def test_what_the_verifier_found_is_rewarded(self, desk: SetAsideDesk) -> None:
        project = approved(desk)
        report(desk, "10000")
        switch_on(desk)

        award = services.award_early_action(
            project=project, year=2020, awarded_at=desk.papers.tick()
        )

        assert (award.mwh, award.early, award.matching) == (10_000, 4000, 4000)
        assert desk.held() == 8000
        (first, second) = awards.awards_of(desk.papers.resources["P1"].id)
        assert {first.purpose, second.purpose} == {"early_action", "matching"}
        (used,) = queries.reports_of(desk.papers.resources["P1"].id, year=2020)
        assert used.state == "issued"

    def test_more_than_was_verified_is_refused(self, desk: SetAsideDesk) -> None:
        project = approved(desk)
        report(desk, "10000")
        switch_on(desk)

        with refused("mwh_not_verified"):
            services.award_early_action(
                project=project, year=2020, mwh=Decimal(10_001), awarded_at=desk.papers.tick()
            )
        with refused("mwh_not_verified", "mwh_missing"):
            services.award_early_action(project=project, year=2021, awarded_at=desk.papers.tick())
        assert desk.held() == 0

    def test_a_suspended_one_is_awarded_nothing(self, desk: SetAsideDesk) -> None:
        project = approved(desk)
        report(desk, "10000")
        switch_on(desk)
        papers.suspend_issuance(
            resource=desk.papers.resources["P1"].id,
            cause="INVESTIGATION",
            ground="The meter is looked into.",
            suspended_at=desk.papers.tick(),
        )

        with refused("file_not_ready"):
            services.award_early_action(project=project, year=2020, awarded_at=desk.papers.tick())

    def test_an_ineligible_one_gives_all_of_it_back(self, desk: SetAsideDesk) -> None:
        project = approved(desk)
        report(desk, "10000")
        switch_on(desk)
        services.award_early_action(project=project, year=2020, awarded_at=desk.papers.tick())

        debt = papers.revoke_qualification(
            resource=desk.papers.resources["P1"].id,
            cause="INELIGIBLE",
            ground="It was built in 2011.",
            revoked_at=desk.papers.tick(),
        )

        assert debt is not None
        assert (debt.demanded, debt.revoked) == (8000, 8000)

    def test_awards_carry_the_vintages_of_the_set_aside(self, desk: SetAsideDesk) -> None:
        project = approved(desk)
        report(desk, "10000")
        switch_on(desk)
        services.award_early_action(project=project, year=2020, awarded_at=desk.papers.tick())

        held = ledger.holdings(desk.papers.accounts["Sand Hill"].id)
        assert {one.vintage for one in held} == {2022}
        assert {one.lot.category for one in held} == {"", "CEM"}


class TestLeftover:
    """Preamble V.D.4 (80 FR 64966); MASS-099: weights 5 to 3."""

    @pytest.fixture
    def units(self) -> Registry:
        return Registry()

    def allocate(self, registry: Registry, first: int, second: int) -> None:
        registry.allocate(("Barry", "1", 2022, first), ("Barry", "2", 2022, second))

    def test_it_goes_to_the_units_by_their_initial_allocations(self, units: Registry) -> None:
        services.set_set_aside(
            program=PROGRAM,
            jurisdiction="AL",
            vintage=2022,
            purpose="early_action",
            quantity=22_257,
        )
        self.allocate(units, 5000, 3000)

        shares = services.distribute_early_leftover(
            program=PROGRAM, jurisdiction="AL", distributed_at=units.tick()
        )

        assert [share.quantity for share in shares] == [13_911, 8_346]
        assert EarlyActionLeftover.objects.get().quantity == 22_257
        (state,) = early_reads.states_of(PROGRAM, jurisdictions=["AL"])
        assert state.leftover == 22_257

    def test_it_is_not_divided_twice(self, units: Registry) -> None:
        self.allocate(units, 5, 3)
        services.distribute_early_leftover(
            program=PROGRAM, jurisdiction="AL", distributed_at=units.tick()
        )
        with refused("nothing_left"):
            services.distribute_early_leftover(
                program=PROGRAM, jurisdiction="AL", distributed_at=units.tick()
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            EarlyActionLeftover.objects.create(
                program=PROGRAM,
                jurisdiction="AL",
                vintage=2022,
                quantity=1,
                distributed_at=noon("2023-02-01"),
                distributed_by="official:1",
            )

    def test_while_a_project_waits_nothing_is_divided(self, units: Registry) -> None:
        self.allocate(units, 5, 3)
        units.open_general("Gulf", "Cy Dunn")
        services.apply_for_early_action(
            program=PROGRAM,
            spec=EarlyActionSpec(
                name="Gulf Wind",
                jurisdiction="AL",
                kind="wind",
                started_on=date(2018, 9, 7),
                account=units.accounts["Gulf"].id,
                shows="as described",
            ),
            applied_by=None,
            applied_at=units.tick(),
        )

        with refused("awards_open"):
            services.distribute_early_leftover(
                program=PROGRAM, jurisdiction="AL", distributed_at=units.tick()
            )

    def test_without_units_that_were_allocated_anything_it_stays(self, units: Registry) -> None:
        with refused("nothing_left"):
            services.distribute_early_leftover(
                program=PROGRAM, jurisdiction="AL", distributed_at=units.tick()
            )
