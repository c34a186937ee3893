"""A change of representative over many facilities: what ends, what binds, and naming again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from trueup.accounts import certificate_reads as reads
from trueup.accounts import checks, queries
from trueup.accounts.certificate_entries import CertificateEntry, CertificateSpec, Signatory
from trueup.accounts.certificates import file_certificates
from trueup.accounts.delegation import file_delegation_notice
from trueup.accounts.delegation_reads import delegations_of_many, past_and_present_delegations
from trueup.accounts.entries import AgentSpec, DelegationEntry, FacilityEntry
from trueup.identity import queries as identity
from trueup.identity.entries import KeyEntry
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What another context has in hand for an account.

    Attributes:
        what: In words: `unsigned proposal of a transfer of 100 allowances`.
        reference: By which it is found: a transfer's key.
        ends: Whether it ends with the predecessor (an unsigned proposal), or binds the
            successor (a transfer that was submitted and waits).
    """

    account: int
    what: str
    reference: str
    ends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A seat that changes hands."""

    facility: FacilityEntry
    role: str
    person: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingAgent:
    """An agent who loses what a predecessor delegated.

    Attributes:
        is_whole: Whether the notice lapses; else it goes on where the delegator stays.
    """

    delegator: int
    delegator_name: str
    agent: int
    agent_name: str
    kinds: tuple[str, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change of representative does, before anybody signs it.

    Attributes:
        new: Facilities that get their first representative, and so an account.
        ends: Agents, keys and unsigned items that end with the predecessors.
        binds: Submitted items that wait, bind the successor, and can be stopped.
    """

    leaving: tuple[Leaving, ...]
    new: tuple[FacilityEntry, ...]
    agents: tuple[EndingAgent, ...]
    keys: tuple[KeyEntry, ...]
    ends: tuple[Reported, ...]
    binds: tuple[Reported, ...]


def preview(
    *,
    program: str,
    facilities: Sequence[int],
    at: datetime,
    primary: int | None = None,
    alternate: int | None = None,
    drop_alternate: bool = False,
    reported: Iterable[Reported] = (),
) -> Preview:
    """What would end with the predecessors, and what would bind the successor.

    Args:
        primary, alternate: Who is to sit there; None: as it is.
        reported: What other contexts have in hand for the accounts of these facilities
            (`accounts_of_facilities` gives them).

    Source: 40 CFR 62.16300(a), (b); 62.16315(c)(4)(i), (e); PLAT-094.
    """
    known = queries.facilities_by_id(facilities)
    accounts = queries.facility_accounts(program=program, facilities=facilities)
    facility_of = {entry.account: entry.facility for entry in accounts}
    named = {"primary": primary, "alternate": alternate}
    leaving: dict[tuple[int, str], Leaving] = {}
    away: set[tuple[int, int]] = set()
    for account, seats in queries.representatives(facility_of).items():
        after = {seat.role: named[seat.role] or seat.person for seat in seats} | {
            role: person for role, person in named.items() if person is not None
        }
        if drop_alternate and alternate is None:
            after.pop("alternate", None)
        for seat in seats:
            if after.get(seat.role) != seat.person:
                facility = facility_of[account]
                leaving[facility.id, seat.role] = Leaving(
                    facility=facility, role=seat.role, person=seat.person, name=seat.name
                )
                if seat.person not in after.values():
                    away.add((account, seat.person))
    waiting = [item for item in reported if item.account in facility_of]
    return Preview(
        leaving=tuple(leaving.values()),
        new=tuple(
            known[facility]
            for facility in facilities
            if facility in known and all(of.id != facility for of in facility_of.values())
        ),
        agents=_agents(away, program=program, at=at),
        keys=tuple(
            key
            for key in identity.live_keys({person for _, person in away}, at=at)
            if key.account is not None and (key.account, key.person) in away
        ),
        ends=tuple(item for item in waiting if item.ends),
        binds=tuple(item for item in waiting if not item.ends),
    )


def accounts_of_facilities(*, program: str, facilities: Iterable[int]) -> list[int]:
    """The compliance accounts of facilities, for what other contexts report."""
    entries = queries.facility_accounts(program=program, facilities=facilities)
    return [entry.account for entry in entries]


def succeeding_certificates(
    *,
    program: str,
    facilities: Sequence[int],
    primary: Signatory | None = None,
    alternate: Signatory | None = None,
    drop_alternate: bool = False,
) -> list[CertificateSpec]:
    """The certificates that a change takes: each repeats the one in force but for the persons.

    Raises Refused (`unknown_facility`).

    Source: 40 CFR 62.16300(a), (b).
    """
    repeated = reads.prefilled(program=program, facilities=facilities)
    if len(repeated) != len(set(facilities)):
        raise Refused([checks.UnknownFacility("There is no such facility.")])
    specs = []
    for facility in facilities:
        spec = repeated[facility]
        changed = replace(spec, primary=primary or spec.primary)
        stand_in = None if drop_alternate else spec.alternate
        specs.append(replace(changed, alternate=alternate or stand_in))
    return specs


def change_representatives(
    *,
    program: str,
    facilities: Sequence[int],
    received_at: datetime,
    primary: Signatory | None = None,
    alternate: Signatory | None = None,
    drop_alternate: bool = False,
    evidence: Mapping[int, Evidence] | None = None,
    filed_by: int | None = None,
    actor: str = "administrator",
) -> list[CertificateEntry]:
    """Change who represents many facilities: a certificate each, one act, all or none.

    Every person named signs once, under `certificate_reads.signing_text` of
    `succeeding_certificates`; while one has not, all of them wait.

    Raises Refused as `file_certificates` does.

    Source: 40 CFR 62.16300(a), (b), 62.16305(a); docs/decisions/0154.
    """
    return file_certificates(
        succeeding_certificates(
            program=program,
            facilities=facilities,
            primary=primary,
            alternate=alternate,
            drop_alternate=drop_alternate,
        ),
        program=program,
        received_at=received_at,
        evidence=evidence,
        filed_by=filed_by,
        actor=actor,
    )


def agents_to_name_again(
    *, program: str, basis: str, successor: int, predecessor: int, at: datetime
) -> list[AgentSpec]:
    """The successor's own agents, and those of the predecessor's last notice.

    Source: 40 CFR 62.16315(d), (e).
    """
    own = queries.delegations_of(successor, at=at, program=program, basis=basis)
    former = [
        notice
        for notice in past_and_present_delegations(predecessor)
        if notice.program == program and notice.basis == basis and notice.ended_as != "superseded"
    ]
    named: dict[int, AgentSpec] = {}
    for notice in (*former[:1], *own):
        for agent in notice.agents:
            if agent.person == successor or (agent.ends_at is not None and agent.ends_at <= at):
                continue
            kinds = named[agent.person].kinds if agent.person in named else ()
            named[agent.person] = AgentSpec(
                person=agent.person,
                kinds=tuple(sorted({*kinds, *agent.kinds})),
                ends_at=agent.ends_at,
            )
    return list(named.values())


def name_agents_again(
    *,
    program: str,
    basis: str,
    successor: int,
    predecessor: int,
    received_at: datetime,
    evidence: Evidence | None = None,
) -> DelegationEntry:
    """Name the predecessor's agents again, with one notice that the successor signs.

    Raises Refused as `file_delegation_notice` does, and `no_such_agent`.

    Source: 40 CFR 62.16315(a) to (e); 62.16320(c)(5).
    """
    agents = agents_to_name_again(
        program=program,
        basis=basis,
        successor=successor,
        predecessor=predecessor,
        at=received_at,
    )
    if not agents:
        raise Refused([checks.NoSuchAgent("The predecessor had no agents to name again.")])
    return file_delegation_notice(
        program=program,
        basis=basis,
        delegator=successor,
        agents=agents,
        received_at=received_at,
        evidence=evidence,
    )


def _agents(
    away: Iterable[tuple[int, int]], *, program: str, at: datetime
) -> tuple[EndingAgent, ...]:
    leaving: dict[int, set[int]] = {}
    for account, person in away:
        leaving.setdefault(person, set()).add(account)
    notices = delegations_of_many(leaving, at=at, program=program, basis="compliance")
    if not notices:
        return ()
    seats: dict[int, set[int]] = {}
    for account, person in queries.seats_taken(leaving, program=program):
        seats.setdefault(person, set()).add(account)
    return tuple(
        EndingAgent(
            delegator=notice.delegator,
            delegator_name=notice.delegator_name,
            agent=agent.person,
            agent_name=agent.name,
            kinds=agent.kinds,
            is_whole=not seats.get(notice.delegator, set()) - leaving[notice.delegator],
        )
        for notice in notices
        for agent in notice.agents
    )
