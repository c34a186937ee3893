"""Tell those concerned what was decided, published and distributed: one statement each.

Source: 40 CFR 62.16245(a)(5), (a)(7), (b)(3)(iii), (b)(5); PLAT-150.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.audit import services as audit
from trueup.audit.notices import ContextValue
from trueup.rules import programs
from trueup.set_asides.entries import DistributionEntry, PlannedDistribution
from trueup.set_asides.models import Award, Delivery, OutputNotice, Project

PURPOSES = {
    "renewable_energy": "renewable energy set-aside",
    "output_based": "output-based set-aside",
}


def tell_decided(rows: Sequence[Project], *, at: datetime) -> int:
    """Tell the representatives of projects what was decided; how many notices are new.

    Source: 40 CFR 62.16245(a)(5); PLAT-150.
    """
    told: dict[int, list[str]] = {}
    for row in rows:
        ground = f" ({row.ground})" if row.ground else ""
        told.setdefault(row.account_id, []).append(
            f"{row.name}, {row.jurisdiction}: {row.state}{ground}"
        )
    if not rows:
        return 0
    return _tell(
        rows[0].program,
        "project_decided",
        {account: {"decided": lines} for account, lines in told.items()},
        at=at,
    )


def tell_to_explain(rows: Sequence[Delivery], *, at: datetime) -> int:
    """Ask providers to explain shortfalls above the limit; how many notices are new.

    Source: 40 CFR 62.16245(a)(5)(iii); MASS-084.
    """
    told: dict[int, list[str]] = {}
    for row in rows:
        if row.is_to_explain:
            told.setdefault(row.project.account_id, []).append(
                f"{row.project.name}, {row.generation_year}: {row.actual_mwh} of"
                f" {row.projected_mwh} MWh"
            )
    if not told:
        return 0
    return _tell(
        rows[0].project.program,
        "shortfall_to_explain",
        {account: {"shortfalls": lines} for account, lines in told.items()},
        at=at,
    )


def tell_distributed(
    entry: DistributionEntry, planned: PlannedDistribution, *, at: datetime
) -> int:
    """Tell who got something of a distribution; how many notices are new.

    Source: 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); 62.16245(a)(7), (b)(5); MASS-087.
    """
    got: dict[int, int] = {}
    for share in planned.shares:
        got[share.account] = got.get(share.account, 0) + share.quantity
    rules = programs.load(entry.program)
    return _tell(
        entry.program,
        "set_aside_distributed",
        {
            account: {
                "set_aside": f"{PURPOSES[entry.purpose]} of {entry.jurisdiction}",
                "vintage": str(entry.vintage),
                "quantity": f"{quantity:,} {rules.instruments}",
                "whole": f"{entry.quantity:,} {rules.instruments}",
            }
            for account, quantity in got.items()
        },
        at=at,
    )


def tell_awarded(row: Award) -> int:
    """Tell who got something of a set-aside by decision; how many notices are new.

    Source: PLAT-065, PLAT-150.
    """
    instruments = programs.load(row.program).instruments
    quantity = f"{row.quantity:,} {instruments}"
    return _tell(
        row.program,
        "set_aside_distributed",
        {
            row.account_id: {
                "set_aside": f"{PURPOSES.get(row.purpose, row.purpose)} of {row.jurisdiction}",
                "vintage": str(row.vintage),
                "quantity": quantity,
                "whole": quantity,
            }
        },
        at=row.at,
    )


def tell_published(notice: OutputNotice, accounts_of: Sequence[int], *, at: datetime) -> int:
    """Tell who has units in published output data, and until when comments are taken.

    Source: 40 CFR 62.16245(b)(3)(iii); MASS-091.
    """
    return _tell(
        notice.program,
        "output_data_published",
        {
            account: {
                "set_aside": f"{PURPOSES['output_based']} of {notice.jurisdiction}",
                "period": notice.period,
                "comment_until": notice.comment_until,
            }
            for account in accounts_of
        },
        at=at,
    )


def _tell(
    program: str, event: str, told: Mapping[int, Mapping[str, ContextValue]], *, at: datetime
) -> int:
    seats = accounts.representatives(set(told))
    rules = programs.load(program)
    return audit.notify(
        [
            audit.NoticeSpec(
                event=event,
                program=program,
                person=seat.person,
                created_at=at,
                account=account,
                context={"program": rules.name, "at": rules.local_date(at), **context},
            )
            for account, context in told.items()
            for seat in seats.get(account, ())
        ]
    )
