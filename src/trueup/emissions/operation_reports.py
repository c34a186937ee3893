"""Take in the operation of affected EGUs, as it is entered by hand.

Source: 40 CFR 62.16540(a); 62.16555(a)(1).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from trueup.emissions import intake
from trueup.emissions.entries import AnnualReport, OperationReport, RecordingResult
from trueup.emissions.quantities import DECIMALS
from trueup.emissions.refusals import NotANumber
from trueup.rules.refusal import Refused
from trueup.rules.units import tons_of


def report_operation(
    rows: Sequence[OperationReport],
    *,
    program: str,
    actor: str,
    recorded_at: datetime,
    is_resubmission: bool = False,
    is_final: bool = False,
) -> RecordingResult:
    """Take in the operation of affected EGUs, complete for their units and years, or none.

    Pounds are kept as tons of 2,000 pounds, exactly: to the fiftieth of a pound.

    Args:
        is_final: The Administrator decides at once that it is final in the program.

    Raises Refused with every reason, each with the position of its row from 1.

    Source: 40 CFR 62.16540(a); 62.16555(a)(1); RATE-235, RATE-238.
    """
    too_fine = [
        NotANumber(f"“co2_lb” is {row.co2_lb}: not in steps of 0.02 pounds.", row=number)
        for number, row in enumerate(rows, start=1)
        if row.co2_lb is not None and not _can_be_kept(row.co2_lb)
    ]
    if too_fine:
        raise Refused(too_fine)
    return intake.report_annual(
        [
            AnnualReport(
                facility=row.facility,
                unit=row.unit,
                year=row.year,
                quarter=row.quarter,
                co2_tons=None if row.co2_lb is None else tons_of(row.co2_lb),
                net_mwh=row.net_mwh,
                useful_thermal_mwh=row.useful_thermal_mwh,
            )
            for row in rows
        ],
        program=program,
        actor=actor,
        recorded_at=recorded_at,
        is_resubmission=is_resubmission,
        is_final=is_final,
    )


def _can_be_kept(co2_lb: Decimal) -> bool:
    if not co2_lb.is_finite():
        return False
    tons = tons_of(co2_lb)
    return tons == round(tons, DECIMALS)
