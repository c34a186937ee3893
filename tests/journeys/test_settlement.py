"""A compliance period end to end: the reference settlement, and a settlement that is killed."""

from __future__ import annotations

import json
import signal
from textwrap import dedent

import pytest

from tests.conftest import SharedDatabase
from tests.contexts.registry import FIRST, PROGRAM, Registry
from trueup.audit import queries as audit_queries
from trueup.compliance import queries
from trueup.compliance.models import DeductionRun, Settlement
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.rules.serials import Lot
from trueup.transfers import queries as transfers


@pytest.mark.django_db
class TestTheReferenceSettlement:
    """MASS-139; 40 CFR 62.16335, 62.16340."""

    @pytest.fixture
    def registry(self) -> Registry:
        registry = Registry()
        registry.on("2021-06-01")
        registry.allocate(
            ("Barry", "1", 2022, 300),
            ("Gaston", "5", 2022, 250),
            ("Gaston", "5", 2023, 500),
            ("Gaston", "5", 2024, 100),
        )
        registry.on("2022-03-10")
        registry.transfer("Gaston", "Barry", 2023, 500)
        registry.on("2024-06-03")
        registry.allocate(("Barry", "1", 2025, 600))
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(350, 300, 250), u2=(0, 200, 0))
        registry.report_years("Gaston", u5=(0, 0, 0))
        return registry

    def test_the_steps_combine_as_in_the_catalogue(self, registry: Registry) -> None:
        barry = registry.facilities["Barry"]
        asked = {"program": PROGRAM, "period": FIRST, "facility": barry}
        assert queries.obligation(**asked) == 1100
        assert queries.shortage(**asked) == 300
        registry.on("2025-04-30")
        registry.transfer("Gaston", "Barry", 2022, 250)
        assert queries.shortage(**asked) == 50
        registry.on("2025-05-02")
        late = registry.transfer("Gaston", "Barry", 2024, 100)
        assert late.state == "held"

        registry.run()

        assert registry.figures("Barry") == (1100, 1050, 50, 100, 100, 0)
        assert registry.deducted("Barry") == [
            "AL-2022-1 to AL-2022-300 (emissions)",
            "AL-2023-1 to AL-2023-500 (emissions)",
            "AL-2022-301 to AL-2022-550 (emissions)",
            "AL-2025-1 to AL-2025-100 (excess)",
        ]
        assert registry.total("Barry", 2025) == 500
        assert registry.total("Barry", 2024) == 100
        holder = ledger.holder_of(
            program=PROGRAM, lot=Lot(jurisdiction="AL", year=2022), number=300
        )
        assert holder is not None
        assert holder.kind == "retirement"
        released = transfers.transfer(late.key)
        assert released is not None
        assert released.state == "recorded"
        assert released.due_on is not None
        (notice,) = audit_queries.notices_of(
            registry.person("Ana Ruiz"), event="deductions_recorded"
        )
        assert notice.account == registry.account("Barry").id
        rows = queries.supplement(**asked)
        assert sum(row.block.quantity for row in rows) == 1150
        assert audit().clean

    def test_totals_of_the_report_are_those_of_the_ledger(self, registry: Registry) -> None:
        """PLAT-088."""
        registry.on("2025-05-02")
        registry.run()

        taken = ledger.moved_totals(program=PROGRAM, type="deduct")
        statement = queries.statement(
            program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"]
        )
        assert statement is not None
        reported = sum(item.block.quantity for item in statement.deducted)
        assert reported == taken[registry.account("Barry").id]
        outcome = statement.outcome
        assert reported == outcome.deducted + outcome.excess_deducted
        assert statement.balance == registry.total("Barry")


_RUN = dedent(
    """
    import json, os, signal, sys
    from datetime import datetime, UTC

    import django

    django.setup()
    from trueup.compliance import deductions, services
    from trueup.compliance.models import Settlement
    from trueup.rules.periods import CompliancePeriod

    point = sys.argv[1]
    deductions.CHUNK = 1

    def die(expected):
        if point == expected:
            assert Settlement.objects.count() > 0, "nothing has been settled yet"
            os.kill(os.getpid(), signal.SIGKILL)

    def progress(stage, done, total):
        if done == total - 1:
            die("in the middle")

    tell = deductions.tell_of_deductions

    def tell_and_die(*args, **kwargs):
        die("before the notices")
        tell(*args, **kwargs)

    deductions.tell_of_deductions = tell_and_die
    release = deductions.transfers.release_held

    def release_and_die(**kwargs):
        release(**kwargs)
        die("before the end")

    deductions.transfers.release_held = release_and_die
    result = services.run_deductions(
        program="cpp-mass",
        period=CompliancePeriod(first_year=2022, last_year=2024),
        recorded_at=datetime(2025, 5, 2, 18, 0, tzinfo=UTC),
        progress=progress,
    )
    die("after the end")
    print(json.dumps(len(result.outcomes)))
    """
)


def _ready_to_settle() -> Registry:
    registry = Registry()
    registry.on("2021-06-01")
    registry.allocate(("Barry", "1", 2022, 300), ("Gaston", "5", 2022, 90), ("Cane", "1", 2022, 60))
    registry.on("2025-02-03")
    registry.report_years("Barry", u1=(100, 50, 50), u2=(0, 0, 0))
    registry.report_years("Gaston", u5=(100, 0, 0))
    registry.report_years("Cane", u1=(60, 0, 0), u2=(0, 0, 0))
    registry.on("2025-05-02")
    registry.transfer("Barry", "Gulf Brokers", 2022, 10)
    return registry


def _books(registry: Registry) -> tuple[object, ...]:
    names = ("Barry", "Gaston", "Cane", "Gulf Brokers")
    return (
        *(tuple(registry.held(name)) for name in names),
        ledger.claims([registry.account("Gaston").id]),
        len(transfers.held(program=PROGRAM)),
        DeductionRun.objects.count(),
        Settlement.objects.count(),
        len(audit_queries.notices_of(registry.person("Ana Ruiz"), event="deductions_recorded")),
    )


@pytest.mark.stress
@pytest.mark.parametrize("point", ["in the middle", "before the notices", "before the end"])
def test_a_settlement_that_is_killed_leaves_the_books_as_before(
    shared_database: SharedDatabase, point: str
) -> None:
    """Issue 2: kill the process in the middle of a settlement."""
    registry = _ready_to_settle()
    before = _books(registry)

    killed = shared_database.start("-c", _RUN, point)
    printed, _ = killed.communicate(timeout=120)

    assert killed.returncode == -signal.SIGKILL, printed
    assert _books(registry) == before
    assert audit().clean
    assert json.loads(shared_database.run("-c", _RUN, "never")) == 3
    _is_settled(registry)


@pytest.mark.stress
def test_a_settlement_that_is_killed_after_its_end_stands(
    shared_database: SharedDatabase,
) -> None:
    """Issue 2: before or after, and nothing in between; a second run takes nothing."""
    registry = _ready_to_settle()
    killed = shared_database.start("-c", _RUN, "after the end")
    printed, _ = killed.communicate(timeout=120)

    assert killed.returncode == -signal.SIGKILL, printed
    _is_settled(registry)
    assert json.loads(shared_database.run("-c", _RUN, "never")) == 0
    _is_settled(registry)


def _is_settled(registry: Registry) -> None:
    assert registry.figures("Barry") == (200, 200, 0, 0, 0, 0)
    assert registry.figures("Gaston") == (100, 90, 10, 20, 0, 20)
    assert registry.figures("Cane") == (60, 60, 0, 0, 0, 0)
    # The late transfer of ten takes others than those that were deducted (62.16335(b)).
    assert registry.held("Barry") == ["AL-2022-211 to AL-2022-300"]
    assert len(transfers.held(program=PROGRAM)) == 0
    assert audit().clean


@pytest.mark.stress
def test_two_runs_of_a_period_at_once_settle_each_facility_once(
    shared_database: SharedDatabase,
) -> None:
    """MASS-135: nothing is deducted twice."""
    registry = _ready_to_settle()
    processes = [shared_database.start("-c", _RUN, "never") for _ in range(2)]
    printed = [process.communicate(timeout=120)[0] for process in processes]

    assert sorted(json.loads(each.splitlines()[-1]) for each in printed) == [0, 3], printed
    _is_settled(registry)
