"""Allocation plans: read with all errors by row, recorded whole or not at all."""

from __future__ import annotations

import pytest

from tests.contexts.registry import PROGRAM, Registry, refused
from trueup.allocation import services
from trueup.allocation.entries import AllocationReceipt
from trueup.allocation.models import AllocationRun
from trueup.ledger import queries as ledger
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot

pytestmark = pytest.mark.django_db

PLAN = """oris_code,unit,vintage,quantity
3,1,2022,300
3,2,2022,40
26,5,2023,500
"""


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.on("2021-06-01")
    return registry


def imported(registry: Registry, text: str | bytes, name: str = "plan.csv") -> AllocationReceipt:
    return services.import_plan(
        program=PROGRAM,
        data=text if isinstance(text, bytes) else text.encode(),
        recorded_at=registry.tick(),
        file_name=name,
    )


def problems(refused: Refused) -> list[tuple[int | None, str]]:
    return [(refusal.row, refusal.reason) for refusal in refused.refusals]


class TestRecordingAPlan:
    """40 CFR 62.16240(a)(1); MASS-057."""

    def test_facilities_are_named_by_oris_code_and_unit(self, registry: Registry) -> None:
        receipt = imported(registry, PLAN)

        assert (receipt.rows, receipt.quantity) == (3, 840)
        assert registry.held("Barry") == ["AL-2022-1 to AL-2022-340"]
        assert registry.held("Gaston") == ["AL-2023-1 to AL-2023-500"]

    def test_or_by_account_number(self, registry: Registry) -> None:
        imported(registry, f"account,vintage,quantity\n{registry.number('Barry').lower()},2022,7\n")

        assert registry.total("Barry") == 7

    def test_what_a_spreadsheet_makes_of_it_is_read(self, registry: Registry) -> None:
        text = (
            "\ufeffORIS_code;Unit;Vintage;Quantity\r\n"
            '3;1;2022;1.234.567\r\n 3 ; 2 ;2022;"2.000,0"\r\n;;;\r\n;;;\r\n'
        )
        imported(registry, text)

        assert registry.total("Barry") == 1_236_567


class TestRefusedPlans:
    """All errors by row, and nothing recorded unless all is right; PLAT-060."""

    def test_all_errors_are_told_at_once(self, registry: Registry) -> None:
        text = (
            "oris_code,unit,vintage,quantity\n"
            "3,1,2022,300\n"
            "3,9,2022,300\n"
            "99,1,2022,300\n"
            "3,1,2022,200\n"
            "3,2,2022,-5\n"
            "3,2,2023,2.5\n"
            "3,2,2024,\n"
            "3,2,soon,5\n"
            ",,2024,5\n"
            "3,2,2025,5\n"
            "3,2,2022,1.06E+07\n"
        )
        with pytest.raises(Refused) as caught:
            imported(registry, text)

        assert problems(caught.value) == [
            (3, "unknown_unit"),
            (4, "unknown_facility"),
            (5, "duplicate_row"),
            (6, "not_whole_number"),
            (7, "not_whole_number"),
            (8, "cell_missing"),
            (9, "not_a_number"),
            (10, "cell_missing"),
            (11, "one_period_at_a_time"),
            (12, "not_a_number"),
        ]
        assert registry.total("Barry") == 0
        assert AllocationRun.objects.count() == 0

    def test_over_budget_by_one(self, registry: Registry) -> None:
        text = "oris_code,unit,vintage,quantity\n3,1,2022,300\n26,5,2022,59733641\n"
        with refused("over_budget") as caught:
            imported(registry, text)

        assert problems(caught.value) == [(3, "over_budget")]
        assert "are 1 more than" in str(caught.value)
        assert ledger.last_serial(program=PROGRAM, lot=Lot(jurisdiction="AL", year=2022)) == 0

    def test_the_same_plan_twice(self, registry: Registry) -> None:
        imported(registry, PLAN, name="June.csv")
        header, *rows = PLAN.splitlines()
        same = "\r\n".join([header.replace(",", ";"), *(r.replace(",", ";") for r in rows[::-1])])

        with refused("plan_recorded_before") as caught:
            imported(registry, same, name="June again.csv")

        assert "2021-06-01 from “June.csv”" in str(caught.value)
        assert registry.total("Barry") == 340

    @pytest.mark.parametrize("header", ["oris_code,unit,vintage", "unit,vintage,quantity"])
    def test_a_missing_column(self, registry: Registry, header: str) -> None:
        with refused("missing_column") as caught:
            imported(registry, f"{header}\n3,1,2022\n")

        assert "“quantity” is missing" in str(caught.value) or "“oris_code”" in str(caught.value)
        assert caught.value.refusals[0].code == "allocation.missing_column"

    def test_another_encoding(self, registry: Registry) -> None:
        text = PLAN + "3,Größe,2023,1\n"
        with refused("not_readable") as caught:
            imported(registry, text.encode("latin-1"))
        assert caught.value.refusals[0].row == 5

        with refused("not_readable"):
            imported(registry, PLAN.encode("utf-16"))

    def test_a_truncated_file(self, registry: Registry) -> None:
        with refused("not_readable") as caught:
            imported(registry, PLAN[: PLAN.rindex(",")])

        assert caught.value.refusals[0].row == 4
        assert registry.total("Barry") == 0

    @pytest.mark.parametrize("data", [b"", b" \r\n", b"PK\x03\x04 a workbook"])
    def test_no_table_at_all(self, registry: Registry, data: bytes) -> None:
        with refused("not_readable"):
            imported(registry, data)

    def test_a_plan_without_rows(self, registry: Registry) -> None:
        with refused("nothing_to_allocate"):
            imported(registry, "oris_code,unit,vintage,quantity\n")
