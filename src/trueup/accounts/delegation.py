"""Notices of delegation: a representative names agents for kinds of electronic submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from trueup.accounts import checks, delegation_endings, queries, submitters, watchers
from trueup.accounts.delegation_models import BASES, Delegation, DelegationNotice
from trueup.accounts.entries import AgentSpec, DelegationEntry, PersonEntry, Reach
from trueup.accounts.models import Person
from trueup.accounts.rivals import looking_again
from trueup.accounts.signed_forms import keep_signature
from trueup.audit import services as audit
from trueup.audit.entries import EventSpec, NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.audit.statements import insert_many
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.signing.entries import Evidence

CITES = {"compliance": "40 CFR 62.16315", "general": "40 CFR 62.16320(c)(5)"}
TITLES = {
    "compliance": "designated representative or alternate",
    "general": "authorized account representative or alternate",
}


def file_delegation_notice(
    *,
    program: str,
    basis: str,
    delegator: int,
    agents: Sequence[AgentSpec],
    received_at: datetime,
    reach: Reach | None = None,
    evidence: Evidence | None = None,
) -> DelegationEntry:
    """Receive a notice of delegation; it supersedes the delegator's former one as a whole.

    It takes effect on receipt and covers every account of this basis (`compliance`:
    facilities; `general`: general accounts) for which the delegator sits in office when
    the agent submits. A notice without agents ends all delegation.

    Args:
        reach: The delegator's address, telephone and facsimile as the notice gives them;
            None: as the registry knows them. Each agent's are in its spec.
        evidence: The delegator's signature of `delegation_text`; None: said on the console.

    Raises Refused with every reason (`unknown_person`, `delegator_not_in_office`,
    `email_missing`, `kind_not_delegable`, `agent_not_usable`, `superseded_already`,
    `electronic_only`), or as `signing.services.sign` does.

    Source: 40 CFR 62.16315(a) to (e); 62.16320(c)(5).
    """
    if basis not in BASES:
        raise ValueError(f"{basis!r} is not a basis: {BASES}")
    rules = programs.load(program)

    def act() -> DelegationEntry:
        people = queries.people([delegator, *(agent.person for agent in agents)])
        former = _in_force(program=program, basis=basis, delegator=delegator)
        refusals = [
            *_refusals(rules, basis, delegator, agents=agents, people=people, at=received_at),
            *_receipt_refusals(former, evidence, at=received_at),
        ]
        if refusals:
            raise Refused(refusals)
        contacts = _contacts(delegator, reach=reach, agents=agents)
        text = _text(basis, agents=agents, contacts=contacts, delegator=delegator)
        signature = _sign(text, rules, basis, delegator, evidence=evidence, at=received_at)
        before = _agents_of(former)
        if former is not None:
            delegation_endings.end_notices([former.id], at=received_at, ended_as="superseded")
        notice = DelegationNotice.objects.create(
            program=program,
            basis=basis,
            delegator_id=delegator,
            email=people[delegator].email,
            contacts=contacts,
            statements=_statements(rules, basis=basis),
            method=evidence.method if evidence is not None else "console",
            signature_id=signature,
            received_at=received_at,
        )
        _insert(notice, agents=agents, rules=rules)
        _log_and_tell(notice, agents=agents, before=before, people=people)
        return queries.delegation_notice(notice.id)

    return looking_again(act)


def end_delegation(
    *,
    program: str,
    delegator: int,
    agent: int,
    received_at: datetime,
) -> list[DelegationEntry]:
    """End what one agent may do: new notices that name all the delegator's others again.

    For the console and rehearsals; a person files and signs the superseding notice itself.

    Raises Refused as `file_delegation_notice` does, and `no_such_agent`.

    Source: 40 CFR 62.16315(d), (e); PLAT-034.
    """

    def act() -> list[DelegationEntry]:
        superseding = []
        for notice in queries.delegations_of(delegator, program=program, at=received_at):
            if all(entry.person != agent for entry in notice.agents):
                continue
            staying = [
                AgentSpec(person=entry.person, kinds=entry.kinds, ends_at=entry.ends_at)
                for entry in notice.agents
                if entry.person != agent
            ]
            superseding.append(
                file_delegation_notice(
                    program=program,
                    basis=notice.basis,
                    delegator=delegator,
                    agents=staying,
                    received_at=received_at,
                )
            )
        if not superseding:
            raise Refused([checks.NoSuchAgent("No notice in force names this agent.")])
        return superseding

    return looking_again(act)


def delegation_text(
    *,
    basis: str,
    delegator: int,
    agents: Sequence[AgentSpec],
    reach: Reach | None = None,
) -> str:
    """What a delegator signs: the agents, how all are reached, and what each may submit.

    Source: 40 CFR 62.16315(c); PLAT-151.
    """
    contacts = _contacts(delegator, reach=reach, agents=agents)
    if len(contacts) != len({delegator, *(agent.person for agent in agents)}):
        raise Refused([checks.UnknownPerson("The person named is not registered.")])
    return _text(basis, agents=agents, contacts=contacts, delegator=delegator)


def _contacts(
    delegator: int, *, reach: Reach | None, agents: Sequence[AgentSpec]
) -> dict[str, dict[str, str]]:
    """Name, address, telephone, e-mail and facsimile of everybody in a notice, by person.

    Source: 40 CFR 62.16315(c)(1), (2).
    """
    given = {agent.person: agent.reach for agent in agents} | {delegator: reach}
    found: dict[str, dict[str, str]] = {}
    for row in Person.objects.filter(id__in=list(given)).order_by("id"):
        said = given[row.id] or Reach(address=row.address, phone=row.phone, fax=row.fax)
        found[str(row.id)] = {
            "name": row.name,
            "address": " ".join(said.address.split()),
            "phone": said.phone.strip(),
            "email": row.email,
            "fax": said.fax.strip(),
        }
    return found


def _said(contact: Mapping[str, str]) -> str:
    """A person as the text of a notice names them; what was not given is left out."""
    parts = [contact["name"], contact["address"]]
    parts.append(f"telephone {contact['phone']}" if contact["phone"] else "")
    parts.append(contact["email"])
    parts.append(f"facsimile {contact['fax']}" if contact["fax"] else "")
    return ", ".join(part for part in parts if part)


def _text(
    basis: str,
    *,
    agents: Sequence[AgentSpec],
    contacts: Mapping[str, Mapping[str, str]],
    delegator: int,
) -> str:
    lines = [f"Delegator: {_said(contacts[str(delegator)])}, {TITLES[basis]}"]
    for agent in agents:
        until = f", until {agent.ends_at.isoformat()}" if agent.ends_at is not None else ""
        kinds = ", ".join(
            submitters.SUBMISSION_KINDS.get(kind, kind) for kind in sorted(set(agent.kinds))
        )
        lines.append(f"Agent: {_said(contacts[str(agent.person)])}{until}: {kinds}")
    if not agents:
        lines.append("Agent: nobody; all delegation ends")
    return "\n".join([*lines, "This supersedes any earlier notice as a whole."])


def _sign(
    text: str,
    rules: Program,
    basis: str,
    delegator: int,
    *,
    evidence: Evidence | None,
    at: datetime,
) -> int | None:
    return keep_signature(
        program=rules.code,
        form="delegation",
        text=text,
        signer=delegator,
        evidence=evidence,
        signed_at=at,
        account_kind=basis,
    )


def _refusals(
    rules: Program,
    basis: str,
    delegator: int,
    *,
    agents: Sequence[AgentSpec],
    people: Mapping[int, PersonEntry],
    at: datetime,
) -> list[Refusal]:
    if delegator not in people or any(agent.person not in people for agent in agents):
        return [checks.UnknownPerson("The person named is not registered.")]
    refusals: list[Refusal] = []
    if (rules.number, basis, delegator) not in delegation_endings.offices([delegator]):
        refusals.append(
            checks.DelegatorNotInOffice(
                f"Only a {TITLES[basis]} can delegate; an agent cannot, and nobody else."
            )
        )
    for person in (people[delegator], *(people[agent.person] for agent in agents)):
        if not person.email:
            refusals.append(
                checks.EmailMissing(
                    f"{person.name} has no e-mail address; a delegation needs those of the"
                    " delegator and of each agent."
                )
            )
    named = [agent.person for agent in agents]
    if delegator in named or len(set(named)) != len(named):
        refusals.append(
            checks.AgentNotUsable("An agent is somebody else than the delegator, and named once.")
        )
    for agent in agents:
        refusals += _kind_refusals(agent, name=people[agent.person].name, at=at)
    return refusals


def _receipt_refusals(
    former: DelegationNotice | None, evidence: Evidence | None, *, at: datetime
) -> list[Refusal]:
    refusals: list[Refusal] = []
    if former is not None and former.received_at > at:
        refusals.append(
            checks.SupersededAlready("A later notice of delegation was received already.")
        )
    if evidence is not None and evidence.method == "paper":
        refusals.append(
            checks.ElectronicOnly("A notice of delegation is submitted electronically.")
        )
    return refusals


def _kind_refusals(agent: AgentSpec, *, name: str, at: datetime) -> list[Refusal]:
    refusals: list[Refusal] = []
    if not agent.kinds:
        refusals.append(checks.KindNotDelegable(f"Say what {name} may submit, at least one kind."))
    for kind in sorted(set(agent.kinds)):
        if not submitters.is_delegable(kind):
            words = submitters.SUBMISSION_KINDS.get(kind, f"“{kind}”")
            refusals.append(checks.KindNotDelegable(f"No agent can be named for {words}."))
    if agent.ends_at is not None and agent.ends_at <= at:
        refusals.append(checks.AgentNotUsable(f"The authority of {name} would end before today."))
    return refusals


def _in_force(*, program: str, basis: str, delegator: int) -> DelegationNotice | None:
    return DelegationNotice.objects.filter(
        program=program, basis=basis, delegator_id=delegator, ended_at=None
    ).first()


def _agents_of(notice: DelegationNotice | None) -> list[int]:
    if notice is None:
        return []
    rows = Delegation.objects.filter(notice=notice).order_by("agent_id")
    return sorted(set(rows.values_list("agent_id", flat=True)))


def _statements(rules: Program, *, basis: str) -> list[dict[str, str]]:
    statements = rules.people.statements[f"delegation_{basis}"]
    return [{"key": statement.key, "digest": statement.digest} for statement in statements]


def _insert(notice: DelegationNotice, *, agents: Sequence[AgentSpec], rules: Program) -> None:
    insert_many(
        Delegation,
        [
            {
                "notice_id": notice.id,
                "program_number": rules.number,
                "basis": notice.basis,
                "delegator_id": notice.delegator_id,
                "agent_id": agent.person,
                "kind": kind,
                "from_at": notice.received_at,
                "ends_at": agent.ends_at,
            }
            for agent in agents
            for kind in sorted(set(agent.kinds))
        ],
    )


def _copied_to(notice: DelegationNotice) -> set[int]:
    """Who gets copies of this for an account for which the delegator acts."""
    held = queries.accounts_of(notice.delegator_id)
    is_compliance = notice.basis == "compliance"
    ids = [
        account.id
        for account in held
        if account.program == notice.program and (account.kind == "compliance") == is_compliance
    ]
    copies = watchers.copy_recipients(ids, "delegation_changed")
    return {person for people in copies.values() for person in people}


def _log_and_tell(
    notice: DelegationNotice,
    *,
    agents: Sequence[AgentSpec],
    before: Sequence[int],
    people: Mapping[int, PersonEntry],
) -> None:
    """Log the notice and tell the delegator and every agent, former ones and copies too."""
    cite = CITES[notice.basis]
    listed = {f"person:{agent.person}": sorted(set(agent.kinds)) for agent in agents}
    audit.log_many(
        [
            EventSpec(
                at=notice.received_at,
                program=notice.program,
                actor=f"person:{notice.delegator_id}",
                act="file_delegation_notice",
                subject=f"person:{notice.delegator_id}",
                before={"agents": [f"person:{agent}" for agent in before]},
                after={"notice": notice.id, "basis": notice.basis, "agents": listed},
                cite=cite,
            )
        ]
    )
    context: dict[str, ContextValue] = {
        "delegator": people[notice.delegator_id].name,
        "office": TITLES[notice.basis],
        "program": programs.load(notice.program).name,
        "agents": [
            f"{people[agent.person].name}: "
            + ", ".join(submitters.SUBMISSION_KINDS[kind] for kind in sorted(set(agent.kinds)))
            for agent in agents
        ]
        or ["nobody: all delegation has ended"],
        "received_at": notice.received_at,
        "cite": cite,
    }
    told = {notice.delegator_id, *before, *(agent.person for agent in agents)}
    told |= _copied_to(notice)
    audit.notify(
        [
            NoticeSpec(
                event="delegation_changed",
                program=notice.program,
                person=person,
                created_at=notice.received_at,
                context=context,
            )
            for person in sorted(told)
        ]
    )
