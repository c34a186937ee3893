"""Agents and trusted accounts, as a representative signs them."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest
from ninja import Router, Status

from trueup.accounts import queries as accounts
from trueup.accounts import services as accounts_services
from trueup.accounts.checks import UnknownPerson
from trueup.accounts.delegation import delegation_text
from trueup.accounts.entries import AgentSpec, DelegationEntry
from trueup.api import asking, schemas
from trueup.api import people_schemas as people
from trueup.api.access import REGISTERED, REPRESENTS, rule
from trueup.api.asking import ACTING, READING
from trueup.api.callers import SESSION, Asker, asker
from trueup.api.second_factor import SecondFactor, evidence_of
from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.signing import forms as library
from trueup.signing.entries import Evidence
from trueup.transfers import authority, services, trusted
from trueup.transfers.canonical import canonical_listing, statements_for
from trueup.transfers.entries import TrustedAccountEntry

router = Router(tags=["Representation"])

READING_OWN = {**READING, 401: schemas.Problem, 403: schemas.Problem}


@router.post("/{program}/delegations", auth=SESSION, response={201: people.Delegation, **ACTING})
@rule(REGISTERED, signs=True)
def file_delegation(
    request: HttpRequest, program: str, payload: people.DelegationIn, code: SecondFactor = ""
) -> Status[people.Delegation]:
    """File a notice of delegation; it supersedes your former one as a whole."""
    rules, who, at = asking.program_named(program), asker(request), asking.now()
    agents = _agents(payload.agents)
    evidence = evidence_of(
        who,
        code,
        program=rules.code,
        document="delegation",
        text=delegation_text(basis=payload.basis, delegator=who.person, agents=agents),
        statements=library.statements_for(
            "delegation", rules.people.statements, account_kind=payload.basis
        ),
        accepted=payload.accepted,
        at=at,
    )
    entry = accounts_services.file_delegation_notice(
        program=rules.code,
        basis=payload.basis,
        delegator=who.person,
        agents=agents,
        received_at=at,
        evidence=evidence,
    )
    return Status(HTTPStatus.CREATED.value, _delegation(entry))


@router.get(
    "/{program}/accounts/{number}/trusted",
    auth=SESSION,
    response={200: people.TrustedAccounts, **READING_OWN},
)
@rule(REPRESENTS)
def list_trusted(request: HttpRequest, program: str, number: str) -> people.TrustedAccounts:
    """The accounts to which transfers of this one do not wait, and since when."""
    account = _own(asking.program_named(program), asker(request), number)
    return people.TrustedAccounts(
        items=[_trusted(account, entry) for entry in trusted.trusted_accounts(account.id)]
    )


@router.post(
    "/{program}/accounts/{number}/trusted",
    auth=SESSION,
    response={201: people.Trusted, **ACTING},
)
@rule(REPRESENTS, signs=True)
def trust_account(
    request: HttpRequest,
    program: str,
    number: str,
    payload: people.TrustedIn,
    code: SecondFactor = "",
) -> Status[people.Trusted]:
    """Put an account on the list; it is trusted after a wait and, if need be, an approval."""
    rules, who, at = asking.program_named(program), asker(request), asking.now()
    account = _own(rules, who, number)
    other = asking.account_numbered(rules, payload.other)
    evidence = _listing_evidence(who, account, other, rules, payload, code=code, act="list")
    entry = services.trust_account(
        account=account.id, other=other.id, by=who.person, at=at, evidence=evidence
    )
    return Status(HTTPStatus.CREATED.value, _trusted(account, entry))


@router.post(
    "/{program}/accounts/{number}/trusted/approve",
    auth=SESSION,
    response={200: people.Trusted, **ACTING},
)
@rule(REPRESENTS, signs=True)
def approve_trusted(
    request: HttpRequest,
    program: str,
    number: str,
    payload: people.TrustedIn,
    code: SecondFactor = "",
) -> people.Trusted:
    """Approve, as the second person, that an account is trusted."""
    rules, who, at = asking.program_named(program), asker(request), asking.now()
    account = _own(rules, who, number)
    other = asking.account_numbered(rules, payload.other)
    evidence = _listing_evidence(who, account, other, rules, payload, code=code, act="approve")
    entry = services.approve_trusted(
        account=account.id, other=other.id, person=who.person, at=at, evidence=evidence
    )
    return _trusted(account, entry)


def _listing_evidence(
    who: Asker,
    account: AccountEntry,
    other: AccountEntry,
    rules: Program,
    payload: people.TrustedIn,
    *,
    code: str,
    act: str,
) -> Evidence:
    return evidence_of(
        who,
        code,
        program=rules.code,
        document="trusted_account",
        text=canonical_listing(account, other, act=act),
        statements=statements_for(rules, [account]),
        accepted=payload.accepted,
        at=asking.now(),
    )


def _own(rules: Program, who: Asker, number: str) -> AccountEntry:
    """An account that the person represents; an agent has no say in whom it trusts."""
    account = asking.account_numbered(rules, number)
    seats = accounts.representatives([account.id], at=asking.now())[account.id]
    if all(seat.person != who.person for seat in seats):
        raise Refused([authority.not_authorized(account)])
    return account


def _agents(named: list[people.AgentIn]) -> list[AgentSpec]:
    """The agents by name and address, both as registered.

    Raises Refused (`unknown_person`): one sentence, whichever of the two is wrong.
    """
    found: list[AgentSpec] = []
    unknown: list[Refusal] = []
    for row, one in enumerate(named, start=1):
        named_so = [
            person for person in accounts.people_with_email(one.email) if person.name == one.name
        ]
        if len(named_so) != 1:
            unknown.append(
                UnknownPerson("Nobody is registered with this name and address.", row=row)
            )
            continue
        found.append(AgentSpec(person=named_so[0].id, kinds=tuple(one.kinds), ends_at=one.ends_at))
    if unknown:
        raise Refused(unknown)
    return found


def _delegation(entry: DelegationEntry) -> people.Delegation:
    return people.Delegation(
        id=entry.id,
        basis=entry.basis,
        delegator=entry.delegator_name,
        received_at=entry.received_at,
        agents=[
            people.Agent(name=agent.name, kinds=list(agent.kinds), ends_at=agent.ends_at)
            for agent in entry.agents
        ],
    )


def _trusted(account: AccountEntry, entry: TrustedAccountEntry) -> people.Trusted:
    return people.Trusted(
        account=account.number,
        other=entry.other.number,
        state=entry.state(asking.now()),
        listed_at=entry.listed_at,
        effective_at=entry.effective_at,
    )
