"""What a settlement statement says.

Source: 40 CFR 62.16340(e), 62.16535(f); PLAT-088.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from trueup.compliance.entries import Statement
from trueup.compliance.models import Settlement
from trueup.compliance.responsible import responsible_for
from trueup.compliance.statements import statement as read_statement
from trueup.documents.checks import NothingToIssue
from trueup.documents.entries import Facts
from trueup.documents.facts import (
    account_values,
    block_values,
    instant,
    last_position,
    program_values,
    runs,
)
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.scope import scope_note

KIND = "settlement_statement"


class Settled(NamedTuple):
    """A settlement of a period: its key, whose it is."""

    key: int
    facility: int
    unit: int | None


def settled_in(*, program: str, period: CompliancePeriod) -> Iterator[Settled]:
    """The settlements of a period, in the order in which they were made."""
    rows = Settlement.objects.filter(program=program, period=period.name).order_by("id")
    for row in rows.values_list("id", "facility_id", "unit_id"):
        yield Settled(*row)


def settlement_facts(
    *, program: str, period: CompliancePeriod, facility: int, unit: int | None = None
) -> Facts:
    """The settlement of a facility, or of an affected EGU, with every serial number.

    Raises Refused (`nothing_to_issue`) if it was not settled.

    Source: 40 CFR 62.16340(e); PLAT-088.
    """
    rules = programs.load(program)
    found = read_statement(program=program, period=period, facility=facility, unit=unit)
    if found is None:
        raise Refused([NothingToIssue(f"There is no settlement for {period.name}.")])
    row = found.outcome
    deducted = [
        {
            **block_values(item.block),
            "ground": item.ground,
            "tx": item.tx,
            "recorded_at": instant(item.recorded_at, rules),
        }
        for item in found.deducted
    ]
    returned = [
        {
            **block_values(item.block),
            "tx": item.tx,
            "mends": item.mends,
            "recorded_at": instant(item.recorded_at, rules),
        }
        for item in found.returned
    ]
    positions = [item.tx for item in found.deducted] + [item.tx for item in found.returned]
    return Facts(
        kind=KIND,
        program=program,
        subject={"period": period.name, "facility": facility, "unit": unit},
        title=f"{row.name}, compliance period {period.name}",
        values={
            "program": program_values(rules),
            # A status that changes later does not change what was settled.
            "account": {**account_values(found.account), "state": ""},
            "outcome": _outcome(found, rules),
            "scope": scope_note(rules.name),
            "responsible": [
                {"name": one.name, "role": one.role} for one in responsible_for(found.account.id)
            ],
            "locations": _locations(found),
            "reported_tons": found.reported_tons,
            "deducted": deducted,
            "returned": returned,
        },
        positions=runs(positions),
        journal_until=last_position(program),
        is_public=True,
    )


def _locations(found: Statement) -> list[dict[str, object]]:
    """Where the tons were reported, exactly and as they count."""
    return [
        {
            "location": one.location,
            "units": list(one.units),
            "tons_exact": str(one.tons_exact),
            "tons": one.tons,
        }
        for one in found.locations
    ]


def _partial(found: Statement, rules: Program) -> dict[str, str]:
    """What the obligation is a share or the rest of, where a program has interim periods.

    Source: RGGI-011, RGGI-013.
    """
    partial = rules.market.partial
    if partial is None:
        return {}
    if rules.is_interim(found.outcome.period):
        return {
            "note": f"An interim control period: {partial.share_percent} percent of the year's"
            " emissions are due."
        }
    settled = sum(one.obligation for one in found.interim)
    return {
        "note": f"The source emitted {found.reported_tons:,} tons in the control period, as"
        f" reported now; {settled:,} of them were settled in its interim control periods."
    }


def _outcome(found: Statement, rules: Program) -> dict[str, Any]:
    row = found.outcome
    place = rules.jurisdictions.get(row.facility.jurisdiction)
    return {
        "name": row.name,
        "facility": row.facility.name,
        "oris_code": row.facility.oris_code,
        "jurisdiction": place.name if place else row.facility.jurisdiction,
        "period": row.period.name,
        "deadline_on": rules.deadline_on(row.period).isoformat(),
        "obligation": row.obligation,
        "held": row.held,
        "deducted": row.deducted,
        "waived": row.waived,
        "retired_by_owner": row.retired_by_owner,
        "excess": row.excess,
        "excess_due": row.excess_due,
        "excess_deducted": row.excess_deducted,
        "outstanding": row.outstanding,
        "is_in_compliance": row.is_in_compliance,
        "settled_at": instant(row.settled_at, rules) if row.settled_at else "",
        "decision": row.decision,
        **_partial(found, rules),
        "passed_over": [
            {**block_values(one.block), "reason": one.reason} for one in row.passed_over
        ],
        "rate": None
        if found.rate is None
        else {
            "subcategory": found.rate.subcategory,
            "standard": found.rate.standard,
            "co2_lb": str(found.rate.co2_lb),
            "net_mwh": str(found.rate.net_mwh),
        },
    }
