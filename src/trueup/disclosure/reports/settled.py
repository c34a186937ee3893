"""Report 11: what each source owed, surrendered and still owes, and whether it complied.

Source: RGGI-018, RGGI-048 item 11.
"""

from __future__ import annotations

from collections import Counter

from trueup.compliance import queries as compliance
from trueup.compliance.models import Settlement
from trueup.compliance.outcomes import outcomes_of
from trueup.disclosure.reports.entries import Bar, Chosen, ReportRow
from trueup.disclosure.reports.participants import source_page
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program

COMPLIANT, SHORT, PENDING = "in_compliance", "not_in_compliance", "pending"


def findings(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Every source of a period, settled or not; one that is not is pending, not compliant.

    Source: RGGI-018, RGGI-048 item 11.
    """
    period = latest_or(program, chosen)
    page = source_page(program, chosen, limit, after)
    found = {
        outcome.facility.id: outcome
        for outcome in outcomes_of(
            Settlement.objects.filter(
                program=program.code,
                period=period.name,
                unit=None,
                facility_id__in=[row.facility_id for row in page],
            )
        )
    }
    rows = []
    for row in page:
        outcome = found.get(row.facility_id)
        figures: tuple[object, ...] = (None,) * 5
        finding = PENDING
        if outcome is not None:
            figures = (
                outcome.obligation,
                outcome.deducted,
                outcome.excess,
                outcome.excess_due,
                outcome.outstanding,
            )
            finding = COMPLIANT if outcome.is_in_compliance else SHORT
        rows.append(
            ReportRow(
                key=row.facility.oris_code,
                cells=(
                    row.facility.oris_code,
                    row.facility.name,
                    row.facility.jurisdiction,
                    period.name,
                    *figures,
                    finding,
                ),
            )
        )
    return rows


def finding_bars(program: Program, chosen: Chosen) -> list[Bar]:
    """How many sources complied with each period that was settled."""
    counted: Counter[tuple[str, str]] = Counter()
    for period in compliance.periods_settled(program=program.code):
        for total in compliance.totals_by_state(program=program.code, period=period).values():
            counted[period.name, COMPLIANT] += total.in_compliance
            counted[period.name, SHORT] += total.facilities - total.in_compliance
    del chosen
    return [
        Bar(label=name, series=series, amount=amount)
        for (name, series), amount in sorted(counted.items())
    ]


def latest_or(program: Program, chosen: Chosen) -> CompliancePeriod:
    """The period that was chosen, else the latest that was settled, else the first."""
    if chosen.period is not None:
        return chosen.period
    settled = compliance.periods_settled(program=program.code)
    return settled[0] if settled else program.schedule.printed[0]
