"""40 CFR 62.16245(a): many projects at once; and what two officials agree on as previewed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.contexts.registry import PROGRAM, noon
from tests.contexts.test_set_asides import FIRST, RENEWABLE, SECOND, SetAsides, reasons
from trueup.allocation import services as allocation
from trueup.audit.models import Decision, Notice
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.rules.refusal import Refused
from trueup.set_asides import agreed, queries
from trueup.set_asides import services as set_asides
from trueup.set_asides.awards import AwardEntry
from trueup.set_asides.entries import ProjectSpec
from trueup.set_asides.models import Bar, Delivery, Distribution, Project, Projection

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> SetAsides:
    return SetAsides()


def specs(books: SetAsides, count: int, **changes: object) -> list[ProjectSpec]:
    if "Sun Co" not in books.registry.accounts:
        books.registry.open_general("Sun Co", "Sol Ray")
    values: dict[str, object] = {
        "jurisdiction": "AL",
        "account": books.registry.number("Sun Co"),
        "category": "SOL",
        "kind": "photovoltaic",
        "capacity_mw": Decimal(100),
        "in_service_on": date(2015, 6, 1),
        **changes,
    }
    return [
        ProjectSpec(name=f"P{number}", **values)  # type: ignore[arg-type]
        for number in range(1, count + 1)
    ]


def file_all(books: SetAsides, wanted: list[ProjectSpec]) -> list[int]:
    filed = set_asides.file_projects(
        wanted,
        program=PROGRAM,
        actor="person:1",
        dispatched_at=noon("2021-05-20"),
        received_at=noon("2021-05-20"),
    )
    return [entry.id for entry in filed]


def admit(
    books: SetAsides, count: int, *, mwh: int = 100, years: tuple[int, ...] = (2022,)
) -> list[int]:
    """Projects that are filed, approved and projected, all at once."""
    ids = file_all(books, specs(books, count))
    set_asides.decide_projects(ids, outcome="approved", actor=FIRST, at=noon("2021-06-10"))
    for year in years:
        project_all(ids, year, mwh)
    return ids


def project_all(ids: list[int], year: int, mwh: int) -> None:
    at = noon(f"{year - 1}-05-20")
    set_asides.file_projections(
        {one: Decimal(mwh) for one in ids},
        generation_year=year,
        method="Typical meteorological year.",
        actor="person:1",
        dispatched_at=at,
        received_at=at,
    )
    set_asides.decide_projections(ids, generation_year=year, is_approved=True, actor=FIRST, at=at)


class TestMany:
    """MASS-077 to MASS-085 for hundreds of projects: constant statements, all or nothing."""

    def test_they_stand_in_the_pool_like_those_filed_one_by_one(self, books: SetAsides) -> None:
        admit(books, 3, mwh=1000)

        pool = queries.pool_of(program=PROGRAM, jurisdiction="AL", vintage=2022)
        assert [of.mwh for of in pool] == [Decimal(1000)] * 3
        assert Decision.objects.filter(subject__startswith="project:").count() == 3

    def test_the_statements_do_not_grow_with_the_projects(self, books: SetAsides) -> None:
        def statements(act: Callable[[], object]) -> int:
            with CaptureQueriesContext(connection) as captured:
                act()
            return len(captured)

        few = specs(books, 5)
        many = [
            ProjectSpec(**{**_fields(spec), "name": f"Q{number}"})
            for number, spec in enumerate(specs(books, 200))
        ]
        ids: list[list[int]] = []
        costs = [
            statements(lambda wanted=wanted: ids.append(file_all(books, wanted)))
            for wanted in (few, many)
        ]
        # SQLite takes so many values a statement that two hundred rows need a few more.
        assert costs[1] <= costs[0] + 8, costs
        costs = [
            statements(
                lambda one=one: set_asides.decide_projects(
                    one, outcome="approved", actor=FIRST, at=noon("2021-06-10")
                )
            )
            for one in ids
        ]
        assert costs[1] <= costs[0] + 8, costs
        costs = [statements(lambda one=one: project_all(one, 2022, 10)) for one in ids]
        assert costs[1] <= costs[0] + 8, costs
        costs = [
            statements(
                lambda one=one: set_asides.verify_generations(
                    {key: Decimal(8) for key in one},
                    generation_year=2022,
                    actor=FIRST,
                    at=noon("2023-06-01"),
                )
            )
            for one in ids
        ]
        assert costs[1] <= costs[0] + 8, costs

    def test_one_that_is_wrong_stops_all(self, books: SetAsides) -> None:
        books.registry.open_general("Sun Co", "Sol Ray")
        twice = [*specs(books, 2), specs(books, 1)[0]]
        assert reasons(partial(file_all, books, twice)) == {"project_taken"}
        mixed = [*specs(books, 1), *specs(books, 1, capacity_mw=Decimal(0), jurisdiction="XX")]
        assert reasons(partial(file_all, books, mixed)) == {"no_set_aside", "not_a_quantity"}
        assert reasons(partial(file_all, books, specs(books, 1, account="nobody"))) == {
            "no_general_account"
        }
        assert not Project.objects.exists()

    def test_what_is_not_eligible_is_not_approved(self, books: SetAsides) -> None:
        """MASS-075."""
        ids = file_all(books, [*specs(books, 2)])
        ids += file_all(
            books,
            [
                ProjectSpec(**{**_fields(spec), "name": "Elsewhere", "located_in": "UT"})
                for spec in specs(books, 1)
            ],
        )
        act = partial(
            set_asides.decide_projects, ids, outcome="approved", actor=FIRST, at=noon("2021-06-10")
        )
        assert reasons(act) == {"other_state"}
        assert not Project.objects.filter(state="approved").exists()

    def test_late_and_filed_before_are_refused(self, books: SetAsides) -> None:
        """MASS-078."""
        ids = admit(books, 2)
        act = partial(
            set_asides.file_projections,
            {ids[0]: Decimal(1), ids[1]: Decimal(-1)},
            generation_year=2022,
            method="x",
            actor="person:1",
            dispatched_at=noon("2021-06-02"),
            received_at=noon("2021-06-02"),
        )
        assert reasons(act) == {"projection_taken", "too_late", "not_a_quantity"}
        assert Projection.objects.count() == 2

    def test_three_short_years_bar_the_provider(self, books: SetAsides) -> None:
        """MASS-083 to MASS-085."""
        years = (2022, 2023, 2024)
        ids = admit(books, 3, years=years)
        for year in years:
            set_asides.verify_generations(
                {one: Decimal(80) for one in ids},
                generation_year=year,
                actor=FIRST,
                at=noon("2025-06-16"),
            )

        assert Delivery.objects.filter(is_to_explain=True).count() == 9
        assert sorted(Bar.objects.values_list("vintage", flat=True)) == [2026, 2027]
        assert queries.carried_mwh(program=PROGRAM, jurisdiction="AL") == dict.fromkeys(
            ids, Decimal(60)
        )
        assert Notice.objects.filter(event="shortfall_to_explain").count() == 3


def _fields(spec: ProjectSpec) -> dict[str, object]:
    return {name: getattr(spec, name) for name in ProjectSpec.__dataclass_fields__}


OF = {"program": PROGRAM, "jurisdiction": "AL", "vintage": 2022, "purpose": RENEWABLE}


class TestAgreed:
    """MASS-081, PLAT-018: two officials record what the preview shows, or nothing."""

    def test_what_was_previewed_is_recorded_and_told(self, books: SetAsides) -> None:
        admit(books, 2)
        shown = agreed.preview(**OF, at=noon("2021-12-01"))
        assert not shown.refusals
        assert sum(share.quantity for share in shown.planned[0].shares) == 3_308_224

        (entry,) = set_asides.distribute(
            **OF,
            digest=shown.digest,
            proposed_by=FIRST,
            approved_by=SECOND,
            at=noon("2021-12-01"),
        )

        assert (entry.state, entry.is_late) == ("recorded", False)
        assert books.registry.total("Sun Co") == 3_308_224
        assert Notice.objects.filter(event="set_aside_distributed").count() == 1
        assert audit().clean

    def test_another_distribution_than_the_one_shown_is_refused(self, books: SetAsides) -> None:
        ids = admit(books, 2)
        shown = agreed.preview(**OF, at=noon("2021-11-20"))
        set_asides.decide_projects(ids[:1], outcome="suspended", actor=FIRST, at=noon("2021-11-21"))
        act = partial(
            set_asides.distribute,
            **OF,
            digest=shown.digest,
            proposed_by=FIRST,
            approved_by=SECOND,
            at=noon("2021-12-01"),
        )
        assert reasons(act) == {"changed_since"}
        assert not Distribution.objects.exists()

    def test_one_official_is_not_enough(self, books: SetAsides) -> None:
        admit(books, 1)
        shown = agreed.preview(**OF, at=noon("2021-12-01"))
        act = partial(
            set_asides.distribute,
            **OF,
            digest=shown.digest,
            proposed_by=FIRST,
            approved_by=FIRST,
            at=noon("2021-12-01"),
        )
        assert reasons(act) == {"same_official"}
        assert not Distribution.objects.exists()

    def test_the_preview_says_why_it_cannot_be_done(self, books: SetAsides) -> None:
        admit(books, 1)
        books.distribute(2022)
        shown = agreed.preview(**OF, at=noon("2021-12-01"))
        codes = {refusal.code.split(".")[-1] for refusal in shown.refusals}
        assert codes == {"distributed_before"}


class TestAwards:
    """PLAT-065: budget, set-aside, award by decision, leftover; two officials, append-only."""

    @staticmethod
    def award(books: SetAsides, quantity: int, **changes: object) -> AwardEntry:
        values: dict[str, object] = {
            **OF,
            "account": books.registry.number("Sun Co"),
            "quantity": quantity,
            "ground": "The project that the State chose.",
            "proposed_by": FIRST,
            "approved_by": SECOND,
            "key": uuid4(),
            "at": noon("2021-12-05"),
            **changes,
        }
        return set_asides.award_by_decision(**values)  # type: ignore[arg-type]

    @pytest.fixture
    def kept(self, books: SetAsides) -> SetAsides:
        """A set-aside of 50, divided by the formula: nobody earned it, and no unit is there."""
        books.registry.open_general("Sun Co", "Sol Ray")
        allocation.set_set_aside(
            program=PROGRAM, jurisdiction="AL", vintage=2022, purpose=RENEWABLE, quantity=50
        )
        assert reasons(partial(self.award, books, 30)) == {"divided_by_formula"}
        books.distribute(2022)
        return books

    def test_what_is_left_is_awarded_and_the_rest_stays(self, kept: SetAsides) -> None:
        entry = self.award(kept, 30)

        assert (entry.quantity, kept.registry.total("Sun Co")) == (30, 30)
        size = queries.size_of(**OF)
        assert size == 20
        assert Decision.objects.filter(subject=f"award:{entry.id}").exists()
        assert Notice.objects.filter(event="set_aside_distributed").exists()
        assert audit().clean

    def test_one_more_than_there_is_exceeds_the_set_aside(self, kept: SetAsides) -> None:
        assert reasons(partial(self.award, kept, 51)) == {"exceeds_set_aside"}
        self.award(kept, 30)
        assert reasons(partial(self.award, kept, 21)) == {"exceeds_set_aside"}
        assert kept.registry.total("Sun Co") == 30

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"approved_by": FIRST}, "same_official"),
            ({"account": "nobody"}, "no_general_account"),
            ({"quantity": 0}, "not_a_quantity"),
            ({"jurisdiction": "AL", "vintage": 1999}, "divided_by_formula"),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, kept: SetAsides, changes: dict[str, object], reason: str
    ) -> None:
        quantity = int(str(changes.pop("quantity", 10)))
        assert reasons(partial(self.award, kept, quantity, **changes)) == {reason}
        assert kept.registry.total("Sun Co") == 0

    def test_the_same_key_gives_it_once(self, kept: SetAsides) -> None:
        key = uuid4()
        self.award(kept, 10, key=key)
        with pytest.raises((Refused, IntegrityError)):
            self.award(kept, 10, key=key)
        assert kept.registry.total("Sun Co") == 10

    def test_the_row_stays_as_it_is(self, kept: SetAsides) -> None:
        row = self.award(kept, 10)
        for statement in (
            f"UPDATE set_asides_award SET quantity = 11 WHERE id = {row.id}",
            f"DELETE FROM set_asides_award WHERE id = {row.id}",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_replaying_the_ledger_gives_the_balances(books: SetAsides) -> None:
    """MASS-055: every movement keeps type, time, serials, accounts and legal basis."""
    admit(books, 2)
    books.distribute(2022)
    account = ledger.find_account(program=PROGRAM, number=books.registry.number("Sun Co"))
    assert account is not None

    found = ledger.entries(account.id, limit=100)
    blocks = ledger.blocks_of([entry.id for entry in found])
    replayed = 0
    for entry in found:
        assert (entry.type, entry.cite != "", entry.source is not None) == ("allocate", True, True)
        assert entry.destination.id == account.id
        assert entry.recorded_at == books.registry.now
        replayed += sum(block.quantity for block in blocks[entry.id])
    assert replayed == books.registry.total("Sun Co") == 3_308_224
    assert audit().clean
