"""Who may submit for which account: representatives, and the agents whom they have named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import connection

from trueup.accounts.delegation_models import DELEGABLE_KINDS
from trueup.accounts.entries import SubmitterEntry
from trueup.audit.statements import execute, unfolded
from trueup.rules.serials import PROGRAM_PLACE

# Kinds of submission, as a notice of delegation lists them, and in words.
SUBMISSION_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "transfers": "transfers of instruments",
        "deduction_requests": "requests to deduct identified instruments",
        "emissions_reports": "emissions and output data, and their adjustments",
        "monitoring_plans": "monitoring plans",
        "retirement_statements": "statements that a unit was permanently retired",
        "operating_dates": "actual dates of commercial operation",
        "compliance_reports": "compliance reports and explanations",
        "set_aside_submissions": "submissions about set-asides",
        "resource_submissions": "submissions about eligible resources",
        "account_requests": "requests to close an account",
        "auction_submissions": "applications and bids in auctions",
        "certificates": "certificates of representation",
        "delegations": "notices of delegation",
        "applications": "applications for general accounts",
    }
)

_IN_OFFICE = "{0}.from_at <= %s AND ({0}.until_at IS NULL OR {0}.until_at > %s)"
# The number of the program is the first part of an account's id. A compliance account
# is a facility's; those who represent any other account are its account representatives.
_SUBMITTERS = f"""
    SELECT r.account_id, r.person_id, p.name, p.email, r.role, r.person_id, p.name, r.role
    FROM accounts_representative r JOIN accounts_person p ON p.id = r.person_id
    WHERE r.account_id IN ({{many}}) AND {_IN_OFFICE.format("r")}
    UNION ALL
    SELECT r.account_id, d.agent_id, a.name, a.email, 'agent', r.person_id, p.name, r.role
    FROM accounts_representative r
    JOIN accounts_delegation d ON d.delegator_id = r.person_id
        AND d.program_number = r.account_id / {PROGRAM_PLACE}
    JOIN accounts_person p ON p.id = r.person_id
    JOIN accounts_person a ON a.id = d.agent_id
    LEFT JOIN accounts_facilityaccount f ON f.account_id = r.account_id
    WHERE r.account_id IN ({{many}}) AND {_IN_OFFICE.format("r")}
        AND d.kind = %s AND {_IN_OFFICE.format("d")} AND (d.ends_at IS NULL OR d.ends_at > %s)
        AND d.basis = CASE WHEN f.account_id IS NULL THEN 'general' ELSE 'compliance' END
"""  # noqa: S608
_ORDER = {"primary": 0, "alternate": 1, "agent": 2}


def submitters(
    accounts: Iterable[int], *, at: datetime, kind: str
) -> dict[int, list[SubmitterEntry]]:
    """Who could make a kind of submission for each account at an instant, and whose act it is.

    The primary comes first, then the alternate, then agents. An agent counts as long as
    the delegator sits in office at the account, the notice lists this kind and is not
    superseded, and the end that it sets has not come. One statement, however many
    accounts.

    Source: 40 CFR 62.16290(a)(2), (b)(2), (c); 62.16315(a), (c)(4), (e); 62.16320(c)(5).
    """
    wanted = list(dict.fromkeys(accounts))
    sql, parameters = submitters_select(wanted, at=at, kind=kind)
    return in_order(wanted, execute(sql, parameters).rows if wanted else ())


def submitters_select(
    accounts: Sequence[int], *, at: datetime, kind: str
) -> tuple[str, tuple[object, ...]]:
    """The SELECT of who could submit for accounts, for a statement that asks for more, too.

    Its eight columns are those that `in_order` reads.
    """
    if kind not in SUBMISSION_KINDS:
        raise ValueError(f"{kind!r} is not a kind of submission: {', '.join(SUBMISSION_KINDS)}")
    many, given = unfolded(accounts)
    instant = connection.ops.adapt_datetimefield_value(at)
    parameters = (
        *(*given, instant, instant),
        *(*given, instant, instant),
        *(kind, instant, instant, instant),
    )
    return _SUBMITTERS.format(many=many), parameters


def in_order(
    accounts: Iterable[int], rows: Iterable[Sequence[Any]]
) -> dict[int, list[SubmitterEntry]]:
    """The rows of the SELECT by account: the primary first, then the alternate, then agents."""
    found: dict[int, list[SubmitterEntry]] = {account: [] for account in accounts}
    for row in rows:
        account, person, name, email, role, principal, principal_name, principal_role = row
        found[account].append(
            SubmitterEntry(
                account=account,
                person=person,
                name=name,
                email=email,
                role=role,
                principal=principal,
                principal_name=principal_name,
                principal_role=principal_role,
            )
        )
    for entries in found.values():
        entries.sort(key=lambda entry: (_ORDER[entry.role], entry.principal_role == "alternate"))
    return found


def may_submit(person: int, account: int, at: datetime, *, kind: str = "certificates") -> bool:
    """Whether a person could make a kind of submission for an account at an instant.

    Without a kind: whether the person represents the account, as primary or alternate,
    because what cannot be delegated is theirs alone.

    Source: 40 CFR 62.16290(a)(2), (b)(2), (c); 62.16315(a); 62.16320(c)(2)(iii), (e).
    """
    return any(entry.person == person for entry in submitters([account], at=at, kind=kind)[account])


def principal_of(person: int, account: int, *, at: datetime, kind: str) -> int | None:
    """In whose name an agent submits for an account; None for a representative's own act.

    Source: 40 CFR 62.16315(a), (c)(4)(i).
    """
    for entry in submitters([account], at=at, kind=kind)[account]:
        if entry.person == person:
            return entry.principal if entry.role == "agent" else None
    return None


def is_delegable(kind: str) -> bool:
    """Whether an agent can be named for a kind of submission.

    Source: docs/decisions/0150; 40 CFR 62.16305(a)(5), 62.16315(a), (c)(5).
    """
    return kind in DELEGABLE_KINDS
