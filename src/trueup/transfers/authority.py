"""Who may submit, and who may be the second person.

Source: 40 CFR 62.16330(a); 62.16315; 62.16320(e); PLAT-094.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.accounts.checks import NotAuthorized
from trueup.accounts.entries import SubmitterEntry
from trueup.identity import queries as identity
from trueup.ledger.entries import AccountEntry
from trueup.rules.refusal import Refusal, Refused
from trueup.transfers.checks import CoolingDown, SamePerson

KIND = "transfers"
ADMINISTRATOR = "administrator"

Submitters = Mapping[int, Sequence[SubmitterEntry]]


def submitters(account_ids: Iterable[int], *, at: datetime) -> dict[int, list[SubmitterEntry]]:
    """Who may submit transfers out of each account at an instant; one statement.

    Source: 40 CFR 62.16330(a); 62.16315(a); 62.16320(e).
    """
    return accounts.submitters(account_ids, at=at, kind=KIND)


def representatives(entries: Iterable[SubmitterEntry]) -> list[SubmitterEntry]:
    """Those who represent the account themselves, the primary first."""
    return [entry for entry in entries if entry.role != "agent"]


def capacity_of(entries: Iterable[SubmitterEntry], person: int) -> SubmitterEntry | None:
    """In which capacity a person acts: in a seat of one's own, or else as the first agent's."""
    return next((entry for entry in entries if entry.person == person), None)


def require_capacity(
    account: AccountEntry, person: int, *, at: datetime
) -> tuple[SubmitterEntry, list[SubmitterEntry]]:
    """The capacity in which a person acts for an account now, and everybody who may.

    Raises Refused (`not_authorized`).

    Source: 40 CFR 62.16330(a); 62.16315(a); 62.16320(e).
    """
    everybody = submitters([account.id], at=at)[account.id]
    found = capacity_of(everybody, person)
    if found is None:
        raise Refused([not_authorized(account)])
    return found, everybody


def require_representative(account: AccountEntry, person: int, *, at: datetime) -> SubmitterEntry:
    """The seat of a person who represents an account; an agent has none.

    Raises Refused (`not_authorized`).

    Source: 40 CFR 62.16315(c)(5); PLAT-094.
    """
    everybody = submitters([account.id], at=at)[account.id]
    found = capacity_of(representatives(everybody), person)
    if found is None:
        raise Refused([not_authorized(account)])
    return found


def second_persons(
    entries: Sequence[SubmitterEntry], *, asked_by: int, principal: int | None
) -> list[SubmitterEntry]:
    """Those who can be the second person: neither who asked, nor anybody of that side.

    Out of the question are who asked, the representative whose agent asked, every agent of
    these two, and every representative whose agent is the one who asked.

    Source: PLAT-094; docs/decisions/0170.
    """
    asking = {asked_by}
    if principal is not None and principal != asked_by:
        asking |= {principal}
        asking |= {entry.principal for entry in entries if entry.person == asked_by}
    agents = {entry.person for entry in entries if entry.principal in asking}
    return [
        entry
        for entry in entries
        if entry.person not in asking
        and entry.principal not in asking
        and (entry.role != "agent" or entry.person not in agents)
    ]


def require_second_person(
    account: AccountEntry,
    person: int,
    *,
    asked_by: int,
    principal: int | None,
    at: datetime,
) -> SubmitterEntry:
    """The capacity in which a person is the second one.

    Raises Refused (`not_authorized`, `same_person`, `cooling_down`).

    Source: PLAT-094; docs/decisions/0170.
    """
    _, everybody = require_capacity(account, person, at=at)
    found = capacity_of(second_persons(everybody, asked_by=asked_by, principal=principal), person)
    if found is None:
        raise Refused(
            [
                SamePerson(
                    "A second person approves it: not who asked for it, not whose agent asked,"
                    " and no agent of theirs."
                )
            ]
        )
    require_no_cool_down(person, at=at)
    return found


def require_no_cool_down(person: int, *, at: datetime) -> None:
    """Refuse what moves instruments right after a reset of credentials.

    Raises Refused (`cooling_down`).

    Source: PLAT-094.
    """
    until = identity.cooling_down([person], at=at).get(person)
    if until is not None:
        raise Refused([cooling_down(until, at=at)])


def cooling_down(until: datetime, *, at: datetime) -> Refusal:
    """The refusal of whoever has just reset a password or a second factor."""
    if until > at:
        ends = f"until {until:%Y-%m-%d %H:%M} UTC"
    else:
        ends = "until an official has looked at it"
    return CoolingDown(
        f"Whoever submits this has just reset a password or a second factor: {ends} nothing is"
        " moved by that person. Another representative can submit it."
    )


def not_authorized(account: AccountEntry) -> Refusal:
    return NotAuthorized(
        f"Whoever submitted this does not represent account {account.number}; only its"
        " representative, the alternate, or an agent for transfers can act here."
    )


def is_official(actor: str) -> bool:
    """Whether an actor is the Administrator or one of the officials."""
    return actor == ADMINISTRATOR or actor.startswith("official:")
