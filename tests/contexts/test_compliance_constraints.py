"""What the database refuses of budgets, allocations and settlements, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.db.models import F

from tests.contexts.registry import FIRST, PROGRAM, Registry
from trueup.allocation.models import (
    AllocationRecord,
    AllocationRun,
    BudgetPart,
    SetAsideSize,
)
from trueup.compliance import deductions, services
from trueup.compliance.models import (
    Appeal,
    DeductionRun,
    HoldingsReview,
    Omission,
    Recovery,
    SerialRequest,
    Settlement,
)
from trueup.ledger import services as ledger
from trueup.ledger.checks import SerialsNotHeld
from trueup.ledger.entries import Instruction, Receipt
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot, SerialBlock

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> Registry:
    """One of everything: a budget, allocations, a run, a request, an appeal, a recovery."""
    registry = Registry()
    registry.on("2021-06-01")
    registry.allocate(("Barry", "1", 2022, 90), ("Gaston", "5", 2022, 5))
    services.recover_incorrect_allocation(
        program=PROGRAM,
        facility=registry.facilities["Gaston"],
        unit="5",
        ground="24 MW",
        found_at=registry.tick(),
    )
    registry.on("2025-02-03")
    registry.report_years("Barry", u1=(100, 0, 0), u2=(0, 0, 0))
    services.request_serials(
        program=PROGRAM,
        period=FIRST,
        facility=registry.facilities["Barry"],
        blocks=[SerialBlock(lot=Lot(jurisdiction="AL", year=2022), first=1, last=5)],
        submitted_by=registry.person("Ana Ruiz"),
        submitted_at=registry.tick(),
    )
    services.warn_of_insufficient_holdings(program=PROGRAM, now=registry.on("2025-03-02"))
    registry.on("2025-05-02")
    registry.run()
    services.file_appeal(
        program=PROGRAM,
        period=FIRST,
        facility=registry.facilities["Barry"],
        filed_by=registry.person("Ana Ruiz"),
        filed_at=registry.tick(),
    )
    SetAsideSize.objects.create(
        program=PROGRAM, jurisdiction="KY", vintage=2022, purpose="early_action", quantity=5
    )
    return registry


ONE_OF_EACH: Sequence[type[models.Model]] = (
    AllocationRecord,
    AllocationRun,
    Appeal,
    BudgetPart,
    DeductionRun,
    HoldingsReview,
    Omission,
    Recovery,
    SerialRequest,
    SetAsideSize,
    Settlement,
)


def again(model: type[models.Model]) -> None:
    """Insert a row once more, under a new key."""
    row = model.objects.first()  # type: ignore[attr-defined]
    row.pk = None
    row._state.adding = True
    row.save()


def changed(model: type[Any], **values: object) -> Callable[[], object]:
    """Insert the first row once more with other values."""

    def insert() -> None:
        row = model.objects.first()
        row.pk = None
        row._state.adding = True
        for name, value in values.items():
            setattr(row, name, value)
        row.save()

    return insert


@pytest.mark.parametrize(
    "model",
    [
        AllocationRun,
        Appeal,
        BudgetPart,
        HoldingsReview,
        Omission,
        Recovery,
        SetAsideSize,
        Settlement,
    ],
    ids=lambda model: model.__name__,
)
def test_each_is_there_once(registry: Registry, model: type[models.Model]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        again(model)


@pytest.mark.parametrize(
    "model",
    [AllocationRecord, AllocationRun, BudgetPart, Omission, Recovery, SerialRequest],
    ids=lambda model: model.__name__,
)
def test_what_is_recorded_is_never_changed(registry: Registry, model: type[Any]) -> None:
    """Style guide, 4.8: an error is corrected by a new entry."""
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(id=F("id") + 1000)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    "insert",
    [
        changed(BudgetPart, first=0, last=5),
        changed(BudgetPart, first=70_000_000, last=69_999_999),
        changed(BudgetPart, first=70_000_000, last=70_000_001, purpose="lottery"),
        changed(AllocationRecord, quantity=0),
        changed(SetAsideSize, vintage=2023, purpose="reserve"),
        changed(SetAsideSize, vintage=2023, quantity=-1),
        changed(Settlement, period="2025-2027", deducted=101),
        changed(Settlement, period="2025-2027", waived=11),
        changed(Settlement, period="2025-2027", retired_by_owner=11),
        changed(Recovery, period="2025-2027", taken=6),
        changed(Recovery, period="2025-2027", is_too_late=True),
        changed(DeductionRun, deducted=1000),
        changed(Appeal, state="withdrawn"),
        changed(Appeal, state="decided"),
    ],
)
def test_figures_that_cannot_be(registry: Registry, insert: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert()


def test_a_request_is_not_received_before_it_was_sent(registry: Registry) -> None:
    row = SerialRequest.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        changed(SerialRequest, received_at=row.submitted_at - timedelta(seconds=1))()


def test_two_runs_of_a_period_are_not_under_way_at_once(registry: Registry) -> None:
    changed(DeductionRun, finished_at=None)()
    with pytest.raises(IntegrityError), transaction.atomic():
        changed(DeductionRun, finished_at=None)()


def test_every_row_can_be_named(registry: Registry) -> None:
    for model in ONE_OF_EACH:
        assert str(model.objects.first())  # type: ignore[attr-defined]


def test_a_run_looks_again_when_serial_numbers_left_meanwhile(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rival's transfer of newer vintages may be recorded between reading and writing."""
    registry.on("2024-06-03")
    registry.allocate(("Gaston", "5", 2025, 100))
    registry.on("2025-02-03")
    registry.report_years("Gaston", u5=(20, 0, 0))
    registry.on("2025-05-20")
    record, tried = ledger.record, []

    def record_after_a_rival(
        instructions: Sequence[Instruction], **given: Any
    ) -> tuple[Receipt, ...]:
        tried.append(instructions)
        if len(tried) == 1:
            raise Refused([SerialsNotHeld("They left a moment ago.")])
        return record(instructions, **given)

    monkeypatch.setattr(deductions.ledger, "record", record_after_a_rival)
    registry.run()

    assert len(tried) == 2
    assert registry.figures("Gaston") == (20, 0, 20, 40, 40, 0)
