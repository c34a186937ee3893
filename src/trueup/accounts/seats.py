"""Who sits where: the two seats of an account, and what follows when one changes hands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.accounts import checks, delegation_endings, queries, watchers
from trueup.accounts.entries import FacilityEntry, PersonEntry
from trueup.accounts.models import ROLES, Representative
from trueup.audit import services as audit
from trueup.audit.entries import EventSpec, NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.audit.statements import among, insert_many
from trueup.identity import queries as identity_queries
from trueup.identity import services as identity
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused

Seats = Mapping[str, int]  # Who sits where: role and person.

TITLES = {
    ("compliance", "primary"): "designated representative",
    ("compliance", "alternate"): "alternate designated representative",
    ("general", "primary"): "authorized account representative",
    ("general", "alternate"): "alternate authorized account representative",
}
CITES = {
    "compliance": "40 CFR 62.16290(a), (b), 62.16320(a)",
    "general": "40 CFR 62.16320(c)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What is to become of one account's seats."""

    account: AccountEntry
    before: Seats
    after: Seats
    is_new: bool

    @property
    def changed(self) -> list[str]:
        return [role for role in ROLES if self.before.get(role) != self.after.get(role)]


def current_seats(accounts: Iterable[int]) -> dict[int, Seats]:
    """Who sits where now, for each account."""
    sitting = queries.representatives(accounts)
    return {
        account: {entry.role: entry.person for entry in entries}
        for account, entries in sitting.items()
    }


def seats_of(primary: int | None, alternate: int | None) -> Seats:
    """The seats that a certificate or an application names."""
    named = {"primary": primary, "alternate": alternate}
    return {role: person for role, person in named.items() if person is not None}


def superseded(before: Seats, named: Seats) -> Seats:
    """Who sits where after a naming; whoever moves to the other seat leaves the old one."""
    moving = set(named.values())
    staying = {
        role: person
        for role, person in before.items()
        if role not in named and person not in moving
    }
    return {**staying, **named}


def seat_refusals(seats: Seats, people: Mapping[int, PersonEntry]) -> list[Refusal]:
    """Whether an account can be left with these seats.

    Source: 40 CFR 62.16290(a), (b), 62.16320(c)(2).
    """
    refusals: list[Refusal] = []
    if "primary" not in seats:
        refusals.append(
            checks.RepresentativeMissing("An alternate needs a representative to stand in for.")
        )
    if len(set(seats.values())) != len(seats):
        refusals.append(
            checks.TwoSeats("The alternate must be another person than the representative.")
        )
    if any(person not in people for person in seats.values()):
        refusals.append(checks.UnknownPerson("The person named is not registered."))
    return refusals


def seat(
    namings: Sequence[Naming],
    *,
    people: Mapping[int, PersonEntry],
    facilities: Mapping[int, FacilityEntry],
    at: datetime,
    actor: str,
) -> None:
    """Write who sits where from now on, log it, and tell those concerned."""
    changing = [naming for naming in namings if naming.changed]
    leaving = _end_seats(changing, at=at)
    insert_many(
        Representative,
        [
            {
                "account_id": naming.account.id,
                "person_id": naming.after[role],
                "role": role,
                "from_at": at,
            }
            for naming in changing
            for role in naming.changed
            if role in naming.after
        ],
    )
    if leaving:
        delegation_endings.lapse_delegations(leaving, at=at)
        _revoke_keys(changing, leaving, at=at)
    audit.log_many([_event(naming, at=at, actor=actor) for naming in changing])
    audit.notify(
        watchers.with_copies(
            [
                notice
                for naming in changing
                for notice in _notices(
                    naming, people=people, facility=facilities.get(naming.account.id), at=at
                )
            ]
        )
    )


def _end_seats(namings: Sequence[Naming], *, at: datetime) -> set[int]:
    """End the seats that change hands, and give who sat there; they may not act from now on.

    Raises Refused (`superseded_already`) if one began later than this.
    """
    ending = {
        (naming.account.id, role)
        for naming in namings
        for role in naming.changed
        if role in naming.before
    }
    if not ending:
        return set()
    sitting = Representative.objects.filter(
        until_at=None, account_id__in=among(account for account, _ in ending)
    )
    rows = [
        (key, from_at)
        for key, account, role, from_at in sitting.values_list(
            "id", "account_id", "role", "from_at"
        )
        if (account, role) in ending
    ]
    if any(from_at > at for _, from_at in rows):
        raise Refused(
            [checks.SupersededAlready("Another representative was named later than that.")]
        )
    Representative.objects.filter(id__in=among(key for key, _ in rows)).update(until_at=at)
    return {
        naming.before[role]
        for naming in namings
        for role in naming.changed
        if role in naming.before
    }


def _revoke_keys(namings: Iterable[Naming], leaving: Iterable[int], *, at: datetime) -> None:
    """Revoke the keys of those who leave an account that are limited to it.

    Source: 40 CFR 62.16300(a), (b); PLAT-094.
    """
    away = {
        (naming.account.id, person)
        for naming in namings
        for person in naming.before.values()
        if person not in naming.after.values()
    }
    for key in identity_queries.live_keys(leaving, at=at):
        if key.account is not None and (key.account, key.person) in away:
            identity.revoke_api_keys(key=key.id, at=at, actor="registry")


def _event(naming: Naming, *, at: datetime, actor: str) -> EventSpec:
    account = naming.account
    now = {role: f"person:{person}" for role, person in naming.after.items()}
    if naming.is_new:
        before = None
        now = {"number": account.number, "kind": account.kind, "name": account.name, **now}
    else:
        before = {role: f"person:{person}" for role, person in naming.before.items()}
    return EventSpec(
        at=at,
        program=account.program,
        actor=actor,
        act="open_account" if naming.is_new else "name_representative",
        subject=f"account:{account.id}",
        before=before,
        after=now,
        cite=CITES[account.kind],
    )


def _notices(
    naming: Naming,
    *,
    people: Mapping[int, PersonEntry],
    facility: FacilityEntry | None,
    at: datetime,
) -> list[NoticeSpec]:
    """Tell whoever may act now, and whoever may no longer.

    Source: PLAT-023, PLAT-150; 40 CFR 62.16290(a)(2), 62.16300(a), (b).
    """
    account = naming.account
    common: dict[str, ContextValue] = {"account": titled(account), "cite": CITES[account.kind]}
    told: list[tuple[str, int, dict[str, ContextValue]]] = []
    if naming.is_new:
        opened: dict[str, ContextValue] = {
            **common,
            "kind": account.kind,
            "program": programs.load(account.program).name,
            "facility": f"{facility.name}, ORIS code {facility.oris_code}" if facility else None,
            "opened_at": at,
        }
        for role, person in naming.after.items():
            told.append(("account_opened", person, {**opened, "role": _title(account, role)}))
    else:
        for role in naming.changed:
            changed = {
                **common,
                "role": _title(account, role),
                "former": _name(naming.before.get(role), people),
                "current": _name(naming.after.get(role), people) or "nobody",
                "changed_at": at,
            }
            for person in sorted({*naming.before.values(), *naming.after.values()}):
                told.append(("representative_changed", person, changed))
    return [
        NoticeSpec(
            event=event,
            program=account.program,
            person=person,
            account=account.id,
            created_at=at,
            context=context,
        )
        for event, person, context in told
    ]


def _title(account: AccountEntry, role: str) -> str:
    return TITLES[account.kind, role]


def _name(person: int | None, people: Mapping[int, PersonEntry]) -> str:
    return people[person].name if person is not None else ""


def titled(account: AccountEntry) -> str:
    """An account as a notice names it."""
    return f"{account.name} ({account.number})"
