"""Who acts for accounts, who of them may move nothing now, and who gets copies.

Every transfer asks all of it, so it is one statement (docs/decisions/0179).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.accounts.entries import SubmitterEntry
from trueup.accounts.submitters import in_order, submitters_select
from trueup.accounts.watchers import Copying, copies_select, in_order_of_naming
from trueup.audit.statements import execute
from trueup.identity import queries as identity

_ACTING = """{submitters}
    UNION ALL
    SELECT c.account_id, c.person_id, c.events, '', 'copy', c.id, '', '' FROM ({copies}) c
    UNION ALL
    SELECT 0, d.person_id, d.until, '', 'cooling', 0, '', '' FROM ({cooling}) d
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who does what for some accounts at an instant.

    Attributes:
        submitters: By account; the primary first, then the alternate, then agents.
        cooling: Until when those of the persons asked about move nothing who cool down.
        copying: Who gets copies of notices of the accounts.
    """

    submitters: dict[int, list[SubmitterEntry]]
    cooling: dict[int, datetime]
    copying: Sequence[Copying]


def acting(accounts: Iterable[int], *, people: Iterable[int], at: datetime, kind: str) -> Acting:
    """Who acts for accounts, and which of the persons cool down; one statement.

    Source: 40 CFR 62.16315(a); 62.16320(e); PLAT-094, PLAT-150.
    """
    wanted = list(dict.fromkeys(accounts))
    asked = list(dict.fromkeys(people))
    # No account and no person has the id 0: all may be unknown, and someone cool down.
    submitters, first = submitters_select(wanted or [0], at=at, kind=kind)
    copies, second = copies_select(wanted or [0])
    cooling, third = identity.cooling_down_select(asked or [0], at=at)
    sql = _ACTING.format(submitters=submitters, copies=copies, cooling=cooling)
    sitting, copied, ends = [], [], {}
    for row in execute(sql, (*first, *second, *third)).rows:
        if row[4] == "copy":
            copied.append((row[0], row[1], row[2], row[5]))
        elif row[4] == "cooling":
            ends[row[1]] = identity.until(row[2])
        else:
            sitting.append(row)
    return Acting(
        submitters=in_order(wanted, sitting),
        cooling=ends,
        copying=in_order_of_naming(copied),
    )
