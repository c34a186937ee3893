"""Sentences on reported emissions."""

from __future__ import annotations

from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, rows_of
from tests.acceptance.world import World
from trueup.emissions import services
from trueup.emissions.entries import AnnualReport


@sentence('the emissions of "{facility}" are reported:')
def report(world: World, facility: str, datatable: DataTable) -> None:
    of = world.facility(facility)
    rows = [
        AnnualReport(
            facility=of.id,
            unit=row["unit"],
            year=int(row["year"]),
            co2_tons=Decimal(row["co2_tons"]) if row["co2_tons"] else None,
        )
        for row in rows_of(datatable, required=("unit", "year", "co2_tons"))
    ]
    with world.act():
        services.report_annual(
            rows,
            program=world.program,
            actor="administrator",
            recorded_at=world.now,
            is_final=True,
        )
