"""Tell those who represent a resource what was asked and decided.

Source: 40 CFR 62.16445(a)(1), (9), (b); PLAT-150.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.audit import services as audit
from trueup.audit.notices import ContextValue
from trueup.resources.models import Resource
from trueup.rules import programs


def tell_representatives(
    resource: Resource, *, event: str, at: datetime, context: Mapping[str, ContextValue]
) -> int:
    """Store a notice for each representative of a resource's account; how many are new.

    Source: 40 CFR 62.16445(a)(1); PLAT-150.
    """
    return tell_many([(resource, context)], event=event, at=at)


def tell_many(
    told: Sequence[tuple[Resource, Mapping[str, ContextValue]]], *, event: str, at: datetime
) -> int:
    """The same for many resources of one program, in two statements.

    Source: 40 CFR 62.16445(a)(1); PLAT-150.
    """
    known = [(row, context) for row, context in told if row.account_id is not None]
    if not known:
        return 0
    seats = accounts.representatives({row.account_id for row, _ in known if row.account_id})
    rules = programs.load(known[0][0].program)
    return audit.notify(
        [
            audit.NoticeSpec(
                event=event,
                program=row.program,
                person=seat.person,
                created_at=at,
                account=row.account_id,
                context={
                    "resource": row.name,
                    "program": rules.name,
                    "at": rules.local_date(at),
                    **context,
                },
            )
            for row, context in known
            for seat in seats[row.account_id or 0]
        ]
    )
