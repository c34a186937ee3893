"""What a draft of an M&V report says: its months, what was metered in them, its MWh.

Source: 40 CFR 62.16445(c), 62.16460; RATE-110 to RATE-115; PLAT-124, PLAT-130.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from trueup.resources import sponsor_reads as sponsors
from trueup.resources.entries import ReportSpec
from trueup.resources.previews import CreditPreview, preview_credits
from trueup.rules.papers import REPORT
from trueup.web.acts.resources_elements import paper_in
from trueup.web.acts.resources_fields import (
    uploads_of,
)
from trueup.web.signed_acts import (
    Acting,
    Values,
)


def days_in(values: Values) -> tuple[date, date]:
    """The first and the last day of the months in a draft."""
    year, first, last = values["year"], values["first_month"], values["last_month"]
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def reported_months(acting: Acting, values: Values) -> list[Any]:
    """What named reporters filed for these months."""
    return [
        month
        for month in sponsors.meter_months(int(acting.thing), year=values["year"])
        if values["first_month"] <= month.month <= values["last_month"]
    ]


def metered_in(acting: Acting, values: Values) -> Decimal | None:
    """MWh that were metered: by files, or by reporters; the less of both; None by nobody."""
    kept = values.get("metered") or {}
    found = [Decimal(kept["mwh"])] if kept.get("mwh") else []
    months = reported_months(acting, values)
    if months:
        found.append(sum((month.mwh for month in months), Decimal(0)))
    return min(found, default=None)


def spec_in(acting: Acting, values: Values) -> ReportSpec:
    """A report as a draft has it."""
    meters = uploads_of(values.get("meters", ()))
    return ReportSpec(
        year=values["year"],
        first_month=values["first_month"],
        last_month=values["last_month"],
        mwh=Decimal(values["mwh"]),
        elements=paper_in(acting, values, REPORT),
        meter_file=meters[0] if meters else None,
        more_meter_files=meters[1:],
        uploads=uploads_of(values.get("files", ())),
    )


def preview_of(acting: Acting, values: Values) -> CreditPreview:
    """What the MWh of a draft would earn if they were verified as they stand."""
    kept = (values.get("metered") or {}).get("by_month", {})
    return preview_credits(
        resource=int(acting.thing),
        spec=spec_in(acting, values),
        by_month={int(month): Decimal(mwh) for month, mwh in kept.items()},
    )
