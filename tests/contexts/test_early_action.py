"""40 CFR 62.16431, 62.16231: early action through the ledger, in both programs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.rate_registry import FIRST, noon
from trueup.accounts import services as accounts
from trueup.allocation import early_reads, services
from trueup.allocation.early_entries import EarlyActionProjectEntry, EarlyActionSpec
from trueup.allocation.early_models import EarlyActionAward
from trueup.allocation.early_pools import Reserve, reserves
from trueup.audit.models import Decision
from trueup.ledger import queries as ledger
from trueup.ledger import verify
from trueup.rules.early_action import EarlyActionRules
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot

pytestmark = pytest.mark.django_db

SET = EarlyActionRules(
    per_mwh=Decimal(1),
    per_ton=Decimal(1),
    renewable_share=Decimal("0.5"),
    mechanism="retire_later",
)
RENEWABLE = Reserve(jurisdiction="TX", name="renewable")
EFFICIENCY = Reserve(jurisdiction="TX", name="efficiency")


@dataclass
class Books:
    """Texas with a general account; a clock that moves a second with each act."""

    program: str = "cpp-rate"
    now: datetime = field(default_factory=lambda: noon("2022-03-01"))

    def __post_init__(self) -> None:
        self.person = accounts.register_person(name="Fay Ito", registered_at=self.tick()).id
        self.account = accounts.open_general_account(
            program=self.program, name="Sand Hill", representative=self.person, at=self.tick()
        )

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def switch_on(self, rules: EarlyActionRules = SET, *, tons: int = 0) -> None:
        services.set_early_action(
            program=self.program, jurisdiction="TX", rules=rules, set_at=self.tick()
        )
        if tons:
            services.grant_matching(
                program=self.program,
                jurisdiction="TX",
                tons=tons,
                granted_at=self.tick(),
                key=uuid4(),
            )

    def apply(self, name: str = "P1", **changes: Any) -> EarlyActionProjectEntry:
        values: dict[str, Any] = {
            "name": name,
            "jurisdiction": "TX",
            "kind": "wind",
            "started_on": date(2018, 9, 7),
            "account": self.account.id,
            "shows": "Nolan County, ANSI C12.20 meter",
        }
        return services.apply_for_early_action(
            program=self.program,
            spec=EarlyActionSpec(**{**values, **changes}),
            applied_by=self.person,
            applied_at=self.tick(),
        )

    def approved(self, name: str = "P1", **changes: Any) -> int:
        project = self.apply(name, **changes)
        services.decide_on_early_action(
            project=project.id, approve=True, ground="shown", decided_at=self.tick()
        )
        return project.id

    def award(self, project: int, mwh: str, *, year: int = 2020, **changes: Any) -> Any:
        return services.award_early_action(
            project=project, year=year, mwh=Decimal(mwh), awarded_at=self.tick(), **changes
        )

    @property
    def held(self) -> dict[str, int]:
        """By lot, what the project's account holds."""
        return {one.lot.code: one.quantity for one in ledger.balances(self.account.id)}


@pytest.fixture
def books() -> Books:
    return Books()


def reasons(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return set(refused.value.reasons)


class TestApplying:
    """RATE-222, RATE-223; MASS-094, MASS-095; 40 CFR 62.16431(a)."""

    def test_a_wind_farm_of_september_7_of_2018_is_taken_in(self, books: Books) -> None:
        assert books.apply().state == "applied"
        assert [one.name for one in early_reads.projects("cpp-rate")] == ["P1"]

    def test_everything_that_is_wrong_is_named_and_nothing_is_kept(self, books: Books) -> None:
        found = reasons(
            lambda: books.apply(kind="geothermal", started_on=date(2018, 9, 6), shows=" ")
        )
        assert found == {"kind_not_rewarded", "started_too_early", "showing_missing"}
        assert early_reads.projects("cpp-rate") == []

    def test_a_general_account_comes_first(self, books: Books) -> None:
        """MASS-095."""
        assert reasons(lambda: books.apply(account=999)) == {"general_account_missing"}

    def test_only_who_acts_for_the_account_applies_and_once(self, books: Books) -> None:
        other = accounts.register_person(name="Cy Dunn", registered_at=books.tick()).id
        own, books.person = books.person, other
        assert reasons(books.apply) == {"not_authorized"}
        books.person = own
        books.apply()
        assert reasons(books.apply) == {"project_known"}

    def test_it_is_decided_once_with_reasons(self, books: Books) -> None:
        project = books.apply().id
        decide = services.decide_on_early_action
        at = books.tick()
        assert reasons(
            lambda: decide(project=project, approve=True, ground=" ", decided_at=at)
        ) == {"showing_missing"}
        decide(project=project, approve=False, ground="no meter", decided_at=at)
        assert reasons(
            lambda: decide(project=project, approve=True, ground="x", decided_at=at)
        ) == {"decided"}
        assert Decision.objects.filter(outcome="early action rejected").exists()
        books.switch_on()
        assert reasons(lambda: books.award(project, "10")) == {"not_approved"}


class TestSwitch:
    """RATE-228; MASS-096; AMB-31: off until its parameters are set."""

    def test_without_parameters_nothing_is_awarded_or_granted(self, books: Books) -> None:
        project = books.approved()
        assert reasons(lambda: books.award(project, "10")) == {"switched_off"}
        assert reasons(lambda: books.switch_on(EarlyActionRules(), tons=10)) == {"switched_off"}

    def test_without_a_mechanism_that_offsets_it_stays_off(self, books: Books) -> None:
        project = books.approved()
        books.switch_on(
            EarlyActionRules(per_mwh=Decimal(1), per_ton=Decimal(1), renewable_share=Decimal("0.5"))
        )
        assert reasons(lambda: books.award(project, "10")) == {"switched_off"}
        assert books.held == {}


class TestAwards:
    """RATE-224, RATE-225, RATE-227, RATE-231; 40 CFR 62.16431(c), (d)."""

    def test_1001_mwh_of_wind_are_500_and_500(self, books: Books) -> None:
        books.switch_on(tons=2000)
        books.award(books.approved(), "1001")
        assert books.held == {"TX-2022-CEA": 500, "TX-2022-CEM": 500}
        assert reserves("cpp-rate") == {RENEWABLE: 500, EFFICIENCY: 1000}

    def test_1001_mwh_saved_are_1000_and_1000(self, books: Books) -> None:
        books.switch_on(tons=2000)
        books.award(books.approved(kind="low_income_efficiency"), "1001")
        assert books.held == {"TX-2022-CEA": 1000, "TX-2022-CEM": 1000}

    def test_when_the_match_runs_out_early_action_goes_on(self, books: Books) -> None:
        books.switch_on(tons=240)
        found = books.award(books.approved(), "1000")
        assert (found.early, found.matching, found.unmatched) == (500, 120, 380)
        assert books.held == {"TX-2022-CEA": 500, "TX-2022-CEM": 120}

    def test_a_reserve_matches_its_own_kind_until_it_is_redistributed(self, books: Books) -> None:
        """RATE-229."""
        books.switch_on(
            EarlyActionRules(
                per_mwh=Decimal(1),
                per_ton=Decimal(1),
                renewable_share=Decimal(0),
                mechanism="withhold",
            ),
            tons=1000,
        )
        wind = books.approved()
        assert books.award(wind, "1000").matching == 0
        with pytest.raises(Refused) as refused:
            self.redistribute(books, 1001)
        assert refused.value.reasons == {"over_reserve"}
        self.redistribute(books, 1000)
        assert books.award(wind, "1000", year=2021).matching == 500
        assert reserves("cpp-rate") == {RENEWABLE: 500, EFFICIENCY: 0}

    @staticmethod
    def redistribute(books: Books, quantity: int) -> None:
        services.redistribute_matching(
            program="cpp-rate",
            source=EFFICIENCY,
            destination=RENEWABLE,
            quantity=quantity,
            recorded_at=books.tick(),
            key=uuid4(),
        )

    def test_a_years_mwh_are_awarded_once_whatever_the_code_does(self, books: Books) -> None:
        books.switch_on()
        project = books.approved()
        books.award(project, "1000")
        assert reasons(lambda: books.award(project, "1000")) == {"awarded_already"}
        first = EarlyActionAward.objects.get()
        for act in (
            lambda: EarlyActionAward.objects.create(
                project_id=project,
                year=2020,
                mwh=Decimal(1),
                early=0,
                entitled=0,
                matching=0,
                awarded_at=books.now,
                awarded_by="x",
            ),
            lambda: EarlyActionAward.objects.filter(id=first.pk).update(early=501),
            first.delete,
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()
        assert books.held == {"TX-2022-CEA": 500}

    @pytest.mark.parametrize(
        ("mwh", "year", "reason"),
        [
            ("0", 2020, "mwh_missing"),
            ("-2", 2020, "mwh_missing"),
            ("NaN", 2020, "mwh_missing"),
            ("10", 2019, "year_not_rewarded"),
            ("10", 2022, "year_not_rewarded"),
        ],
    )
    def test_what_is_no_early_mwh_changes_nothing(
        self, books: Books, mwh: str, year: int, reason: str
    ) -> None:
        books.switch_on(tons=100)
        project = books.approved()
        assert reasons(lambda: books.award(project, mwh, year=year)) == {reason}
        assert books.held == {}

    def test_one_mwh_earns_nothing_and_is_kept(self, books: Books) -> None:
        books.switch_on(tons=100)
        found = books.award(books.approved(), "1.9")
        assert (found.early, found.matching) == (0, 0)
        assert early_reads.awards_of(found.project) == [found]

    def test_they_are_usable_from_the_first_period_on(self, books: Books) -> None:
        """RATE-231; AMB-14: their vintage is 2020 or 2021, which no period has."""
        books.switch_on(tons=100)
        books.award(books.approved(), "20")
        vintages = {one.vintage for one in ledger.balances(books.account.id)}
        assert vintages == {2020, 2021}
        assert all(vintage <= FIRST.last_year for vintage in vintages)


class TestEndOfMatching:
    """RATE-230; MASS-097; DL-25."""

    def test_what_is_unused_on_january_1_of_2023_is_retired(self, books: Books) -> None:
        books.switch_on(tons=4000)
        books.now = noon("2022-12-31")
        retire = services.retire_unused_matching
        at = books.tick()
        assert reasons(lambda: retire(program="cpp-rate", retired_at=at)) == {"matching_runs"}
        books.now = noon("2023-01-01")

        assert retire(program="cpp-rate", retired_at=books.tick()) == 4000

        assert sum(reserves("cpp-rate").values()) == 0
        kinds = {total.kind: total.quantity for total in ledger.lot_totals("cpp-rate")}
        assert kinds == {"retirement": 4000}
        assert retire(program="cpp-rate", retired_at=books.tick()) == 0
        assert verify.audit().clean

    def test_a_match_of_january_2_is_refused_and_early_action_goes_on(self, books: Books) -> None:
        books.switch_on(tons=100)
        project = books.approved()
        books.now = noon("2023-01-02")
        assert reasons(lambda: books.award(project, "10")) == {"matching_ended"}
        assert books.award(project, "10", matches=False).early == 5
        assert books.held == {"TX-2023-CEA": 5}


class TestAllowances:
    """MASS-096 to MASS-098; 40 CFR 62.16231, 62.16235(e): out of the State's set-aside."""

    @pytest.fixture
    def books(self) -> Books:
        found = Books(program="cpp-mass")
        found.switch_on(
            EarlyActionRules(
                per_mwh=Decimal("0.8"),
                per_ton=Decimal(1),
                renewable_share=Decimal("0.5"),
                mechanism="withhold",
            ),
            tons=20_000,
        )
        for vintage in (2022, 2023, 2024):
            services.originate_budget(
                program="cpp-mass",
                jurisdiction="TX",
                vintage=vintage,
                recorded_at=found.tick(),
            )
        return found

    @pytest.mark.parametrize(("kind", "each"), [("wind", 4000), ("low_income_efficiency", 8000)])
    def test_ten_thousand_mwh_at_0_8(self, books: Books, kind: str, each: int) -> None:
        found = books.award(books.approved(kind=kind), "10000")
        assert (found.early, found.matching) == (each, each)
        assert books.held == {"TX-2022": each, "TX-2022-CEM": each}

    def test_no_more_than_the_set_aside_has(self, books: Books) -> None:
        """MASS-098."""
        set_aside = services.state_account(
            program="cpp-mass",
            jurisdiction="TX",
            purpose="early_action",
            opened_at=books.tick(),
        ).id
        most = ledger.totals_of([set_aside])[set_aside]
        too_many, exactly = (2 * math.ceil(wanted / 0.8) for wanted in (most + 1, most))
        project = books.approved()
        assert reasons(lambda: books.award(project, str(too_many))) == {"over_set_aside"}
        assert books.held == {}
        books.award(project, str(exactly))
        assert ledger.totals_of([set_aside])[set_aside] == 0
        assert verify.audit().clean

    def test_a_budget_is_still_numbered_from_one(self, books: Books) -> None:
        holder = ledger.holder_of(
            program="cpp-mass", lot=Lot(jurisdiction="TX", year=2022), number=1
        )
        assert holder is not None
        assert holder.purpose == "reserve"
