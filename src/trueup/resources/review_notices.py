"""Tell those who represent a resource what was asked and decided.

Source: 40 CFR 62.16445(a)(1), (9), (b); PLAT-150.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    if resource.account_id is None:
        return 0
    seats = accounts.representatives([resource.account_id])[resource.account_id]
    rules = programs.load(resource.program)
    return audit.notify(
        [
            audit.NoticeSpec(
                event=event,
                program=resource.program,
                person=seat.person,
                created_at=at,
                account=resource.account_id,
                context={
                    "resource": resource.name,
                    "program": rules.name,
                    "at": rules.local_date(at),
                    **context,
                },
            )
            for seat in seats
        ]
    )
