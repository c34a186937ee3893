"""40 CFR 62.16245, 62.16240(b): set-asides, from the application to the books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.contexts.registry import PROGRAM, Registry, noon
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.allocation import services as allocation
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.rules.eligibility import Uprate
from trueup.rules.refusal import Refused
from trueup.set_asides import queries
from trueup.set_asides import services as set_asides
from trueup.set_asides.entries import DistributionEntry, ProjectSpec
from trueup.set_asides.models import Delivery, Distribution, Share, ShortfallEntry

pytestmark = pytest.mark.django_db
RENEWABLE, OUTPUT = "renewable_energy", "output_based"
FIRST, SECOND = "official:1", "official:2"


@dataclass(slots=True)
class SetAsides:
    """Projects by name in a small registry, and two officials."""

    registry: Registry = field(default_factory=Registry)
    projects: dict[str, int] = field(default_factory=dict)

    def file(self, name: str, state: str = "AL", account: str = "", **changes: object) -> int:
        account = account or name
        if account not in self.registry.accounts:
            self.registry.open_general(account, f"{account} Person")
        values: dict[str, object] = {
            "name": name,
            "jurisdiction": state,
            "account": self.registry.number(account),
            "category": "SOL",
            "kind": "photovoltaic",
            "capacity_mw": Decimal(1000),
            "in_service_on": date(2015, 6, 1),
            **changes,
        }
        entry = set_asides.file_project(
            ProjectSpec(**values),  # type: ignore[arg-type]
            program=PROGRAM,
            actor="person:1",
            dispatched_at=self.registry.tick(),
            received_at=self.registry.tick(),
        )
        self.projects[name] = entry.id
        return entry.id

    def approve(self, name: str, **values: object) -> None:
        set_asides.decide_project(
            project=self.projects[name],
            outcome="approved",
            actor=FIRST,
            at=self.registry.tick(),
            **values,  # type: ignore[arg-type]
        )

    def project_mwh(self, name: str, year: int, mwh: object, *, on: str = "") -> None:
        at = noon(on or f"{year - 1}-05-20")
        set_asides.file_projection(
            project=self.projects[name],
            generation_year=year,
            projected_mwh=Decimal(str(mwh)),
            method="Typical meteorological year.",
            actor="person:1",
            dispatched_at=at,
            received_at=at,
        )

    def accept(self, name: str, year: int, *, is_approved: bool = True) -> None:
        set_asides.decide_projection(
            project=self.projects[name],
            generation_year=year,
            is_approved=is_approved,
            actor=FIRST,
            at=self.registry.tick(),
        )

    def admitted(self, year: int, **mwh: int) -> None:
        """Projects that are approved with these projections."""
        for name, quantity in mwh.items():
            if name not in self.projects:
                self.file(name)
                self.approve(name)
            self.project_mwh(name, year, quantity)
            self.accept(name, year)

    def verify(self, name: str, year: int, mwh: object, *, on: str = "") -> None:
        set_asides.verify_generation(
            project=self.projects[name],
            generation_year=year,
            actual_mwh=Decimal(str(mwh)),
            actor=FIRST,
            at=noon(on or f"{year + 1}-06-01"),
        )

    def explain(self, name: str, year: int) -> None:
        set_asides.explain_shortfall(
            project=self.projects[name],
            generation_year=year,
            explanation="A transformer failed in March.",
            actor="person:1",
            at=noon(f"{year + 1}-06-02"),
        )

    def propose(self, vintage: int, state: str = "AL", purpose: str = RENEWABLE) -> None:
        set_asides.propose_distribution(
            program=PROGRAM,
            jurisdiction=state,
            vintage=vintage,
            purpose=purpose,
            actor=FIRST,
            at=self.registry.tick(),
        )

    def decide(
        self,
        vintage: int,
        state: str = "AL",
        purpose: str = RENEWABLE,
        *,
        actor: str = SECOND,
        act: Callable[..., list[DistributionEntry]] = set_asides.approve_distribution,
    ) -> list[DistributionEntry]:
        return act(
            program=PROGRAM,
            jurisdiction=state,
            vintage=vintage,
            purpose=purpose,
            actor=actor,
            at=self.registry.tick(),
        )

    def distribute(
        self, vintage: int, state: str = "AL", purpose: str = RENEWABLE, *, on: str = ""
    ) -> list[DistributionEntry]:
        self.registry.on(on or f"{vintage - 1}-12-01")
        self.propose(vintage, state, purpose)
        return self.decide(vintage, state, purpose)

    def shares(self, vintage: int, state: str = "AL", purpose: str = RENEWABLE) -> list[int]:
        found = [
            of
            for of in queries.distributions(program=PROGRAM, jurisdiction=state, purpose=purpose)
            if of.vintage == vintage and of.state == "recorded"
        ]
        return [share.quantity for share in queries.shares_of(found[0].id)]


@pytest.fixture
def books() -> SetAsides:
    found = SetAsides()
    found.registry.on("2021-04-01")
    return found


def reasons(act: Callable[[], object]) -> set[str]:
    """Why an act is refused; it must be, and leave nothing behind."""
    before = (Distribution.objects.count(), Share.objects.count(), Delivery.objects.count())
    with pytest.raises(Refused) as refused:
        act()
    after = (Distribution.objects.count(), Share.objects.count(), Delivery.objects.count())
    assert after == before
    return set(refused.value.reasons)


class TestRenewable:
    """MASS-080, MASS-081; 40 CFR 62.16245(a)(5)(i)."""

    def test_the_worked_example_is_in_the_books(self, books: SetAsides) -> None:
        books.admitted(2022, P1=1_000_000, P2=500_000, P3=2_000_000)
        (entry,) = books.distribute(2022)

        assert (entry.state, entry.quantity, entry.surplus) == ("recorded", 3_308_224, 0)
        assert not entry.is_late
        assert books.shares(2022) == [945_207, 472_603, 1_890_414]
        assert books.registry.total("P1", 2022) == 945_207
        assert books.registry.held("P1") == ["AL-2022-59733941 to AL-2022-60679147"]
        assert (
            queries.size_of(program=PROGRAM, jurisdiction="AL", vintage=2022, purpose=RENEWABLE)
            == 0
        )
        assert audit().clean

    def test_what_is_recorded_after_december_1_is_late(self, books: SetAsides) -> None:
        books.admitted(2022, P1=10)
        (entry,) = books.distribute(2022, on="2021-12-02")

        assert entry.is_late

    def test_only_what_is_approved_enters_the_pool(self, books: SetAsides) -> None:
        """MASS-079."""
        books.admitted(2022, P1=10)
        books.file("P2")
        books.project_mwh("P2", 2022, 1000)
        assert reasons(partial(books.accept, "P2", 2022)) == {"wrong_state"}
        books.approve("P2")
        books.distribute(2022)

        assert books.shares(2022) == [3_308_224]
        assert books.registry.total("P2") == 0

    def test_a_suspended_or_revoked_project_gets_nothing(self, books: SetAsides) -> None:
        books.admitted(2022, P1=10, P2=10)
        set_asides.decide_project(
            project=books.projects["P2"], outcome="suspended", actor=FIRST, at=books.registry.tick()
        )
        books.distribute(2022)

        assert books.shares(2022) == [3_308_224]

    def test_redirected_allowances_make_the_set_aside_larger(self, books: SetAsides) -> None:
        """MASS-062."""
        allocation.set_set_aside(
            program=PROGRAM, jurisdiction="AL", vintage=2022, purpose=RENEWABLE, quantity=3_400_000
        )
        books.admitted(2022, P1=10)
        books.distribute(2022)

        assert books.shares(2022) == [3_400_000]

    def test_a_set_aside_of_nothing_has_nothing_to_distribute(self, books: SetAsides) -> None:
        allocation.set_set_aside(
            program=PROGRAM, jurisdiction="AL", vintage=2022, purpose=RENEWABLE, quantity=0
        )
        books.admitted(2022, P1=10)

        assert reasons(partial(books.propose, 2022)) == {"nothing_in_it"}
        assert not Distribution.objects.exists()


class TestApplications:
    """MASS-075 to MASS-078."""

    def test_a_project_stands_in_one_pool_once(self, books: SetAsides) -> None:
        books.file("P1")

        assert reasons(partial(books.file, "P1")) == {"project_taken"}
        books.project_mwh("P1", 2022, 10)
        assert reasons(partial(books.project_mwh, "P1", 2022, 20)) == {"projection_taken"}

    def test_only_a_general_account_receives(self, books: SetAsides) -> None:
        """MASS-077."""
        assert reasons(partial(books.file, "P1", account="Barry")) == {"no_general_account"}

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"located_in": "KY"}, "other_state"),
            ({"category": "NUC", "kind": ""}, "kind_not_listed"),
            ({"in_service_on": date(2012, 12, 31)}, "capacity_not_new"),
            ({"is_affected_egu": True}, "is_affected_egu"),
        ],
    )
    def test_what_is_not_eligible_is_not_approved(
        self, books: SetAsides, changes: dict[str, object], reason: str
    ) -> None:
        books.file("P1", **changes)

        assert reasons(partial(books.approve, "P1")) == {reason}
        set_asides.decide_project(
            project=books.projects["P1"],
            outcome="rejected",
            actor=FIRST,
            at=books.registry.tick(),
            ground="Not eligible.",
        )
        assert reasons(partial(books.project_mwh, "P1", 2022, 10)) == {"wrong_state"}

    def test_a_day_of_service_in_doubt_is_for_the_administrator(self, books: SetAsides) -> None:
        """MASS-AMB-18."""
        books.file("P1", in_service_on=date(2013, 1, 1))

        assert reasons(partial(books.approve, "P1")) == {"service_date_to_decide"}
        books.approve("P1", accepts_date=True)
        books.project_mwh("P1", 2022, 10)
        (found,) = queries.projections_of(books.projects["P1"])
        assert found.eligible_mwh == 10

    def test_of_an_uprate_only_the_added_part_counts(self, books: SetAsides) -> None:
        """MASS-076."""
        books.file(
            "P1",
            in_service_on=date(1990, 1, 1),
            uprate=Uprate(on=date(2016, 5, 1), from_mw=Decimal(100), to_mw=Decimal(120)),
        )
        books.approve("P1")
        books.project_mwh("P1", 2022, 350_400)
        (found,) = queries.projections_of(books.projects["P1"])

        assert found.eligible_mwh == 58_400

    def test_a_projection_after_june_1_is_for_a_later_year(self, books: SetAsides) -> None:
        """MASS-078; MASS-AMB-19."""
        books.file("P1")

        assert reasons(partial(books.project_mwh, "P1", 2022, 10, on="2021-06-02")) == {"too_late"}
        books.project_mwh("P1", 2023, 10, on="2021-06-02")

    @pytest.mark.parametrize("mwh", ["-1", "NaN", "1e15"])
    def test_a_projection_is_a_quantity(self, books: SetAsides, mwh: str) -> None:
        books.file("P1")

        assert reasons(partial(books.project_mwh, "P1", 2022, mwh)) == {"not_a_quantity"}

    def test_another_program_has_no_set_aside(self, books: SetAsides) -> None:
        spec = ProjectSpec(
            name="P",
            jurisdiction="AL",
            account="x",
            category="SOL",
            capacity_mw=Decimal(1),
            in_service_on=date(2015, 1, 1),
        )

        assert reasons(
            lambda: set_asides.file_project(
                spec,
                program="cpp-rate",
                actor="person:1",
                dispatched_at=books.registry.now,
                received_at=books.registry.now,
            )
        ) == {"no_set_aside"}


class TestShortfalls:
    """MASS-082 to MASS-085; 40 CFR 62.16245(a)(5)(ii)-(iii)."""

    def test_a_shortfall_is_set_off_at_the_next_run(self, books: SetAsides) -> None:
        books.admitted(2022, P1=1_000_000)
        books.verify("P1", 2022, 850_000)
        books.explain("P1", 2022)
        books.admitted(2024, P1=1_000_000, P2=500_000, P3=2_000_000)
        assert queries.carried_mwh(program=PROGRAM, jurisdiction="AL") == {
            books.projects["P1"]: 150_000
        }
        books.distribute(2024)

        assert books.shares(2024) == [839_400, 493_765, 1_975_059]
        assert queries.carried_mwh(program=PROGRAM, jurisdiction="AL") == {}

    def test_what_is_larger_than_the_projection_is_carried_on(self, books: SetAsides) -> None:
        books.admitted(2022, P1=250_000)
        books.verify("P1", 2022, 0)
        books.explain("P1", 2022)
        books.admitted(2024, P1=100_000, P2=1)
        books.distribute(2024)

        assert books.shares(2024) == [0, 3_308_224]
        assert queries.carried_mwh(program=PROGRAM, jurisdiction="AL") == {
            books.projects["P1"]: 150_000
        }

    def test_a_providers_other_project_is_charged(self, books: SetAsides) -> None:
        """MASS-AMB-23."""
        books.file("P1", account="Sun Co")
        books.approve("P1")
        books.project_mwh("P1", 2022, 100)
        books.accept("P1", 2022)
        books.verify("P1", 2022, 95)
        books.file("P2", account="Sun Co")
        books.approve("P2")
        books.project_mwh("P2", 2024, 105)
        books.accept("P2", 2024)
        books.admitted(2024, P3=100)
        books.distribute(2024)

        assert books.shares(2024) == [1_654_112, 1_654_112]

    def test_it_is_verified_once_after_the_year(self, books: SetAsides) -> None:
        books.admitted(2022, P1=100)

        early = partial(books.verify, "P1", 2022, 100, on="2022-12-31")
        assert reasons(early) == {"year_not_over"}
        assert reasons(partial(books.verify, "P1", 2023, 100)) == {"unknown_projection"}
        books.verify("P1", 2022, 120)
        assert reasons(partial(books.verify, "P1", 2022, 100)) == {"verified_before"}
        assert queries.carried_mwh(program=PROGRAM, jurisdiction="AL") == {}

    @pytest.mark.parametrize(("mwh", "blocks"), [(900_000, False), ("899999.999", True)])
    def test_above_ten_percent_it_is_explained_first(
        self, books: SetAsides, mwh: object, blocks: bool
    ) -> None:
        """MASS-084."""
        books.admitted(2022, P1=1_000_000)
        books.verify("P1", 2022, mwh)

        if not blocks:
            assert reasons(partial(books.explain, "P1", 2022)) == {"nothing_to_explain"}
        else:
            more = partial(books.project_mwh, "P1", 2024, 10)
            assert reasons(more) == {"explanation_owed"}
            books.explain("P1", 2022)
        books.project_mwh("P1", 2024, 10)

    def test_three_short_years_bar_what_is_still_to_come(self, books: SetAsides) -> None:
        """MASS-085; MASS-AMB-24."""
        for year in (2022, 2023, 2024):
            books.admitted(year, P1=100)
        for year in (2025, 2026, 2027, 2028):
            books.admitted(year, P1=100)
            books.admitted(year, P2=50)
        for year in (2022, 2023, 2024):
            books.verify("P1", year, 80, on="2025-06-15")

        assert queries.barred_vintages(
            program=PROGRAM,
            jurisdiction="AL",
            account=books.registry.accounts["P1"].id,
        ) == [2026, 2027]
        for year, count in ((2025, 2), (2026, 1), (2028, 2)):
            pool = queries.pool_of(program=PROGRAM, jurisdiction="AL", vintage=year)
            assert len(pool) == count

    def test_two_short_years_do_not(self, books: SetAsides) -> None:
        for year, mwh in ((2022, 80), (2023, 95), (2024, 80)):
            books.admitted(year, P1=100)
            books.verify("P1", year, mwh, on="2025-06-15")
            if mwh == 80:
                books.explain("P1", year)

        assert (
            queries.barred_vintages(
                program=PROGRAM, jurisdiction="AL", account=books.registry.accounts["P1"].id
            )
            == []
        )


class TestSurplus:
    """MASS-086, MASS-087; 40 CFR 62.16245(a)(6)."""

    def test_without_projects_it_goes_to_the_units_by_initial_allocation(
        self, books: SetAsides
    ) -> None:
        books.registry.allocate(
            ("Barry", "1", 2022, 20_000_000),
            ("Barry", "2", 2022, 11_000_000),
            ("Gaston", "5", 2022, 1_234_567),
        )
        (entry,) = books.distribute(2022)

        assert entry.surplus == 3_308_224
        shares = queries.shares_of(entry.id)
        assert sum(share.quantity for share in shares) == 3_308_224
        assert all(share.is_surplus and share.unit for share in shares)
        assert [share.quantity for share in shares] == [2_052_594, 1_128_927, 126_703]
        assert books.registry.total("Barry", 2022) == 31_000_000 + 2_052_594 + 1_128_927

    def test_where_no_unit_was_allocated_anything_it_stays(self, books: SetAsides) -> None:
        (entry,) = books.distribute(2022)

        assert (entry.quantity, entry.surplus) == (3_308_224, 3_308_224)
        assert queries.shares_of(entry.id) == []
        assert (
            queries.size_of(program=PROGRAM, jurisdiction="AL", vintage=2022, purpose=RENEWABLE)
            == 3_308_224
        )


class TestTwoOfficials:
    """PLAT-018: proposed by one, recorded by another, once."""

    def test_nothing_is_recorded_by_the_proposal(self, books: SetAsides) -> None:
        books.admitted(2022, P1=10)
        books.propose(2022)

        assert books.registry.total("P1") == 0
        assert reasons(partial(books.decide, 2022, actor=FIRST)) == {"same_official"}

    def test_nothing_runs_twice(self, books: SetAsides) -> None:
        books.admitted(2022, P1=10)
        books.propose(2022)
        assert reasons(partial(books.propose, 2022)) == {"distributed_before"}
        books.decide(2022)
        assert reasons(partial(books.propose, 2022)) == {"distributed_before"}
        assert reasons(partial(books.decide, 2022)) == {"unknown_distribution"}
        assert books.registry.total("P1") == 3_308_224

    def test_what_changed_in_between_is_proposed_anew(self, books: SetAsides) -> None:
        books.admitted(2022, P1=10)
        books.propose(2022)
        books.admitted(2022, P2=10)

        assert reasons(partial(books.decide, 2022)) == {"changed_since"}
        books.decide(2022, act=set_asides.refuse_distribution)
        books.propose(2022)
        books.decide(2022)
        assert books.shares(2022) == [1_654_112, 1_654_112]


class TestOutputBased:
    """MASS-088 to MASS-093; 40 CFR 62.16245(b)."""

    @pytest.fixture
    def wyoming(self, books: SetAsides) -> SetAsides:
        registry = books.registry
        gas = UnitSpec(unit_id="1", unit_type="combined_cycle", net_summer_mw=Decimal(500))
        small = UnitSpec(unit_id="2", unit_type="combined_cycle", net_summer_mw=Decimal(100))
        coal = UnitSpec(unit_id="3", unit_type="steam", net_summer_mw=Decimal(500))
        registry.register(
            [FacilitySpec(oris_code=55, name="Rio", jurisdiction="WY", units=(gas, small, coal))]
        )
        registry.represent("Rio", "Ray Rio")
        registry.on("2025-02-01")
        self.report(books, ("1", 8_000_000), ("2", 1_500_000), ("3", 10_000_000))
        return books

    @staticmethod
    def report(books: SetAsides, *rows: tuple[str, int]) -> None:
        """Net MWh of 2022, the whole period's; nothing in 2023 and 2024."""
        emissions.report_annual(
            [
                AnnualReport(
                    facility=books.registry.facilities["Rio"],
                    unit=unit,
                    year=year,
                    co2_tons=Decimal(1),
                    net_mwh=Decimal(mwh if year == 2022 else 0),
                )
                for unit, mwh in rows
                for year in (2022, 2023, 2024)
            ],
            program=PROGRAM,
            actor="person:1",
            recorded_at=books.registry.tick(),
            is_final=True,
        )

    @staticmethod
    def publish(books: SetAsides, on: str = "2025-08-01", vintage: int = 2025) -> date:
        return set_asides.publish_output_data(
            program=PROGRAM, jurisdiction="WY", vintage=vintage, actor=FIRST, at=noon(on)
        ).comment_until

    @staticmethod
    def comment(books: SetAsides, on: str) -> bool:
        return set_asides.comment_on_output_data(
            program=PROGRAM,
            jurisdiction="WY",
            vintage=2025,
            by="person:1",
            text="Unit 2 generated more.",
            dispatched_at=noon(on),
            received_at=noon(on),
        )

    def test_oversubscribed_it_is_divided_in_all_vintages_of_the_period(
        self, wyoming: SetAsides
    ) -> None:
        """MASS-090; MASS-AMB-28."""
        self.publish(wyoming)
        found = wyoming.distribute(2025, "WY", OUTPUT, on="2025-11-01")

        assert [entry.vintage for entry in found] == [2025, 2026, 2027]
        assert {entry.is_late for entry in found} == {False}
        for vintage in (2025, 2026, 2027):
            assert wyoming.shares(vintage, "WY", OUTPUT) == [39_932, 5_182]
        assert wyoming.registry.total("Rio") == 3 * 45_114
        assert audit().clean

    def test_what_no_unit_earned_goes_to_all_units_that_were_allocated(
        self, wyoming: SetAsides
    ) -> None:
        """MASS-092."""
        for vintage in (2025, 2026, 2027):
            allocation.set_set_aside(
                program=PROGRAM,
                jurisdiction="WY",
                vintage=vintage,
                purpose=OUTPUT,
                quantity=300_000,
            )
        wyoming.registry.allocate(("Rio", "3", 2025, 1_000))
        self.publish(wyoming)
        wyoming.distribute(2025, "WY", OUTPUT, on="2025-11-01")

        assert wyoming.shares(2025, "WY", OUTPUT) == [244_453, 31_724, 23_823]
        assert wyoming.shares(2026, "WY", OUTPUT) == [244_453, 31_724]

    def test_data_come_first_then_comments_then_the_result(self, wyoming: SetAsides) -> None:
        """MASS-091."""
        propose = partial(wyoming.distribute, 2025, "WY", OUTPUT)
        assert reasons(partial(propose, on="2025-07-31")) == {"not_published"}
        assert self.publish(wyoming) == date(2025, 9, 2)
        assert reasons(partial(self.publish, wyoming)) == {"published_before"}
        assert reasons(partial(propose, on="2025-09-02")) == {"comment_period_open"}
        assert self.comment(wyoming, "2025-09-02")
        assert not self.comment(wyoming, "2025-09-03")
        propose(on="2025-11-03")

    def test_published_late_it_is_open_for_thirty_days_all_the_same(
        self, wyoming: SetAsides
    ) -> None:
        assert self.publish(wyoming, "2025-09-15") == date(2025, 10, 14)
        found = queries.output_notice(program=PROGRAM, jurisdiction="WY", vintage=2026)
        assert found is not None
        assert found.is_late
        assert [of.quantity for of in found.figures] == [39_932, 5_182]

    def test_the_first_period_has_none(self, wyoming: SetAsides) -> None:
        """MASS-051, MASS-093."""
        assert reasons(partial(self.publish, wyoming, "2022-08-01", 2022)) == {
            "no_generation_period"
        }

    def test_without_every_years_output_nothing_is_published(self, wyoming: SetAsides) -> None:
        wyoming.registry.register(
            [
                FacilitySpec(
                    oris_code=56,
                    name="Seco",
                    jurisdiction="WY",
                    units=(
                        UnitSpec(unit_id="1", unit_type="combined_cycle", net_summer_mw=Decimal(5)),
                    ),
                )
            ]
        )
        wyoming.registry.represent("Seco", "Sue Seco")

        assert reasons(partial(self.publish, wyoming)) == {"data_missing"}


class TestDuties:
    """MASS-167: what is due, done, late; the clock does none of it."""

    def test_every_state_has_its_duties(self) -> None:
        found = queries.duties(program=PROGRAM, year=2025, today=date(2025, 8, 1))

        names = {duty.name for duty in found}
        assert names == {"renewable_distribution", "output_data", "output_distribution"}
        assert sum(duty.name == "renewable_distribution" for duty in found) == 50
        assert sum(duty.name == "output_data" for duty in found) == 45
        assert {duty.state for duty in found} == {"open"}

    def test_they_stand_open_overdue_done_or_done_late(self, books: SetAsides) -> None:
        def standing(state: str, today: date) -> str:
            (found,) = [
                duty
                for duty in queries.duties(program=PROGRAM, year=2021, today=today)
                if duty.jurisdiction == state
            ]
            return found.state

        assert standing("AL", date(2021, 12, 1)) == "open"
        assert standing("AL", date(2021, 12, 2)) == "overdue"
        books.distribute(2022, "AL")
        books.distribute(2022, "KY", on="2021-12-07")
        assert standing("AL", date(2021, 12, 2)) == "done"
        assert standing("KY", date(2021, 12, 8)) == "done_late"


class TestDatabase:
    """What can never be otherwise, whatever the code does."""

    def test_the_books_of_shares_and_shortfalls_are_kept(self, books: SetAsides) -> None:
        books.admitted(2022, P1=100)
        books.verify("P1", 2022, 80)
        books.distribute(2022)

        for statement in (
            "UPDATE set_asides_share SET quantity = 1",
            "DELETE FROM set_asides_share",
            "UPDATE set_asides_shortfallentry SET mwh = 1",
            "DELETE FROM set_asides_distribution",
            "DELETE FROM set_asides_project",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    @pytest.mark.parametrize(
        "values",
        [
            {"state": "recorded"},
            {"state": "recorded", "decided_by": FIRST, "decided_at": noon("2021-12-01")},
            {"surplus": 10**12},
            {"purpose": "early_action"},
            {"state": "gone"},
        ],
    )
    def test_a_distribution_is_recorded_by_two(
        self, books: SetAsides, values: dict[str, object]
    ) -> None:
        books.admitted(2022, P1=100)
        books.propose(2022)

        with pytest.raises(IntegrityError), transaction.atomic():
            Distribution.objects.update(**values)

    def test_a_vintage_is_distributed_once_whoever_asks(self, books: SetAsides) -> None:
        books.admitted(2022, P1=100)
        books.distribute(2022)
        row = Distribution.objects.get()
        row.pk, row.state, row.decided_at, row.decided_by = None, "proposed", None, ""

        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    def test_a_shortfall_has_one_cause(self, books: SetAsides) -> None:
        books.admitted(2022, P1=100)

        with pytest.raises(IntegrityError), transaction.atomic():
            ShortfallEntry.objects.create(
                project_id=books.projects["P1"], mwh=Decimal(5), at=books.registry.now
            )


def test_every_account_is_named_by_its_number(books: SetAsides) -> None:
    """MASS-087: what is published names accounts that everybody can look up."""
    books.admitted(2022, P1=100)
    books.distribute(2022)
    (share,) = queries.shares_of(queries.distributions(program=PROGRAM)[0].id)

    assert ledger.account(share.account).number == books.registry.number("P1")
