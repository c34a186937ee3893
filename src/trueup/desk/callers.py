"""Who asks: a person with everything that decides what they may see and do, read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from django.db import connection

from trueup.audit.statements import execute
from trueup.officials import queries as officials
from trueup.officials.entries import GrantEntry
from trueup.rules.serials import PROGRAM_PLACE
from trueup.tasks.entries import Scope

VIEWS = "*"
_IN_OFFICE = "{0}.from_at <= %s AND ({0}.until_at IS NULL OR {0}.until_at > %s)"
# The reverse of accounts.submitters: for whom a person acts, not who acts for an account.
_ACTS_FOR = f"""
    SELECT r.account_id, '' FROM accounts_representative r
    WHERE r.person_id = %s AND {_IN_OFFICE.format("r")}
    UNION
    SELECT r.account_id, d.kind
    FROM accounts_delegation d
    JOIN accounts_representative r ON r.person_id = d.delegator_id
        AND d.program_number = r.account_id / {PROGRAM_PLACE} AND {_IN_OFFICE.format("r")}
    LEFT JOIN accounts_facilityaccount f ON f.account_id = r.account_id
    WHERE d.agent_id = %s AND {_IN_OFFICE.format("d")} AND (d.ends_at IS NULL OR d.ends_at > %s)
        AND d.basis = CASE WHEN f.account_id IS NULL THEN 'general' ELSE 'compliance' END
    UNION
    SELECT w.account_id, '{VIEWS}' FROM accounts_watcher w
    WHERE w.person_id = %s AND w.kind = 'viewer' AND {_IN_OFFICE.format("w")}
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person who has signed in, as of an instant.

    Attributes:
        person: None for a user who is no registered person.
        grants: The roles in force.
        represents: Accounts that the person represents, as primary or alternate.
        delegated: Accounts for which the person is an agent, by kind of submission.
        views: Accounts that somebody lets the person read, and no more.
    """

    person: int | None
    at: datetime
    grants: tuple[GrantEntry, ...] = ()
    represents: frozenset[int] = frozenset()
    delegated: Mapping[str, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    views: frozenset[int] = frozenset()

    @property
    def actor(self) -> str:
        """How the audit names the caller."""
        return f"person:{self.person}" if self.person is not None else "user"

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What the caller may decide as an official, and where."""
        return tuple(
            Scope(function=function, program=grant.program, jurisdiction=grant.jurisdiction)
            for grant in self.grants
            for function in sorted(grant.functions)
        )

    def acts_for(self, account: int, *, submission: str = "") -> bool:
        """Whether the caller may act for an account: as its representative, or as an agent.

        Source: 40 CFR 62.16290(a)(2), (b)(2), 62.16315(a), 62.16320(c)(5).
        """
        return account in self.represents or account in self.delegated.get(submission, ())

    def reads(self, account: int, *, submission: str = "") -> bool:
        """Whether the caller may read what only the people of an account see.

        Source: PLAT-018.
        """
        return account in self.views or self.acts_for(account, submission=submission)

    def may(self, function: str, *, program: str, jurisdiction: str = "") -> bool:
        """Whether the caller may decide this as an official there.

        Source: PLAT-018, PLAT-019, PLAT-020.
        """
        return any(
            grant.allows(function, program=program, jurisdiction=jurisdiction)
            for grant in self.grants
        )

    def may_somewhere(self, function: str, *, program: str = "") -> bool:
        """Whether the caller may decide this for some State, of one program or of any."""
        return any(
            function in grant.functions and (not program or grant.program in ("", program))
            for grant in self.grants
        )

    def acting_as(
        self, function: str, *, program: str, jurisdiction: str = ""
    ) -> GrantEntry | None:
        """The role by which the caller decides this there: shows an agent's authority too."""
        for grant in self.grants:
            if grant.allows(function, program=program, jurisdiction=jurisdiction):
                return grant
        return None


def caller(person: int | None, *, at: datetime) -> Caller:
    """A person with their roles, seats and delegations; two statements.

    Source: PLAT-004.
    """
    if person is None:
        return Caller(person=None, at=at)
    instant = connection.ops.adapt_datetimefield_value(at)
    seat = (person, instant, instant)
    agent = (instant, instant, person, instant, instant, instant)
    parameters = (*seat, *agent, *seat)
    seats: dict[str, set[int]] = {}
    for account, kind in execute(_ACTS_FOR, parameters).rows:
        seats.setdefault(kind, set()).add(account)
    represents, views = seats.pop("", set()), seats.pop(VIEWS, set())
    return Caller(
        person=person,
        at=at,
        grants=tuple(officials.grants_of(person, at=at)),
        represents=frozenset(represents),
        delegated=MappingProxyType({kind: frozenset(ids) for kind, ids in seats.items()}),
        views=frozenset(views),
    )
