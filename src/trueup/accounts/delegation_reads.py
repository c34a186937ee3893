"""Read notices of delegation: whose agents are in force, and for whom a person is an agent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from trueup.accounts.delegation_endings import offices
from trueup.accounts.delegation_models import Delegation, DelegationNotice
from trueup.accounts.entries import AgentEntry, DelegationEntry, Reach
from trueup.audit.statements import among
from trueup.rules import programs


def delegation_notice(notice: int) -> DelegationEntry:
    """A notice of delegation by its key; raises KeyError if there is none."""
    return {entry.id: entry for entry in _entries(DelegationNotice.objects.filter(id=notice))}[
        notice
    ]


def delegations_of(
    delegator: int, *, at: datetime, program: str = "", basis: str = ""
) -> list[DelegationEntry]:
    """The notices of a delegator in force at an instant: at most one a program and basis.

    Source: 40 CFR 62.16315(d), (e).
    """
    return delegations_of_many([delegator], at=at, program=program, basis=basis)


def delegations_of_many(
    delegators: Iterable[int], *, at: datetime, program: str = "", basis: str = ""
) -> list[DelegationEntry]:
    """The notices of several delegators in force at an instant, in the order of receipt."""
    rows = DelegationNotice.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at),
        delegator_id__in=among(delegators),
        received_at__lte=at,
    )
    if program:
        rows = rows.filter(program=program)
    if basis:
        rows = rows.filter(basis=basis)
    return _entries(rows)


def past_and_present_delegations(delegator: int, *, limit: int = 100) -> list[DelegationEntry]:
    """Every notice that a person ever gave, the latest first."""
    rows = DelegationNotice.objects.filter(delegator_id=delegator).order_by("-id")[:limit]
    return sorted(_entries(rows), key=lambda entry: -entry.id)


def agencies_of(agent: int, *, at: datetime) -> list[DelegationEntry]:
    """The notices in force at an instant that name a person as an agent."""
    named = Delegation.objects.filter(
        Q(until_at=None) | Q(until_at__gt=at),
        Q(ends_at=None) | Q(ends_at__gt=at),
        agent_id=agent,
        from_at__lte=at,
    )
    return _entries(DelegationNotice.objects.filter(id__in=named.values("notice_id")))


def bases_of(person: int, *, program: str) -> list[str]:
    """For which kinds of account a person sits in office now, and so may delegate.

    Source: 40 CFR 62.16315(a); 62.16320(c)(5).
    """
    number = programs.load(program).number
    return sorted(basis for place, basis, _ in offices([person]) if place == number)


def _entries(rows: QuerySet[DelegationNotice]) -> list[DelegationEntry]:
    notices = list(rows.select_related("delegator"))
    agents: dict[int, dict[int, AgentEntry]] = {notice.id: {} for notice in notices}
    named = Delegation.objects.filter(notice_id__in=among(agents)).select_related("agent")
    for row in named.order_by("id"):
        former = agents[row.notice_id].get(row.agent_id)
        agents[row.notice_id][row.agent_id] = AgentEntry(
            person=row.agent_id,
            name=row.agent.name,
            email=row.agent.email,
            kinds=(*(former.kinds if former is not None else ()), row.kind),
            ends_at=row.ends_at,
        )
    entries = [
        DelegationEntry(
            id=notice.id,
            program=notice.program,
            basis=notice.basis,
            delegator=notice.delegator_id,
            delegator_name=notice.delegator.name,
            email=notice.email,
            received_at=notice.received_at,
            ended_at=notice.ended_at,
            ended_as=notice.ended_as,
            method=notice.method,
            signature=notice.signature_id,
            agents=tuple(agents[notice.id].values()),
            reaches={
                int(person): Reach(address=given["address"], phone=given["phone"], fax=given["fax"])
                for person, given in (notice.contacts or {}).items()
            },
        )
        for notice in notices
    ]
    return sorted(entries, key=lambda entry: (entry.received_at, entry.id))
