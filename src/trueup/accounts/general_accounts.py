"""Open general accounts and name who acts for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from trueup.accounts import checks, ownership, queries
from trueup.accounts import ownership_checks as reasons
from trueup.accounts.account_limits import existing_account, limit_refusals
from trueup.accounts.entries import GeneralAccountSpec, PersonEntry
from trueup.accounts.models import ROLES
from trueup.accounts.ownership_entries import PartySpec
from trueup.accounts.rivals import looking_again
from trueup.accounts.seats import (
    Naming,
    Seats,
    current_seats,
    seat,
    seat_refusals,
    seats_of,
    superseded,
)
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, AccountSpec
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused


def open_general_account(
    *,
    program: str,
    name: str,
    representative: int,
    at: datetime,
    alternate: int | None = None,
    jurisdiction: str = "",
    actor: str = "administrator",
) -> AccountEntry:
    """Open a general account, with the person who acts for it and an alternate.

    Raises Refused as `open_general_accounts` does.

    Source: 40 CFR 62.16320(c)(1), (2); PLAT-024.
    """
    spec = GeneralAccountSpec(
        name=name, representative=representative, alternate=alternate, jurisdiction=jurisdiction
    )
    try:
        return open_general_accounts([spec], program=program, at=at, actor=actor)[0]
    except Refused as refused:
        raise Refused(checks.in_row(list(refused.refusals), None)) from None


def open_general_accounts(
    specs: Sequence[GeneralAccountSpec],
    *,
    program: str,
    at: datetime,
    actor: str = "administrator",
) -> list[AccountEntry]:
    """Open general accounts, all or none, in the order given.

    Their applications are taken for complete, reviewed and approved; an application that
    is not yet is `applications.begin_application`'s matter.

    Raises Refused with every reason (`name_not_usable`, `unknown_person`, `two_seats`,
    `jurisdiction_not_covered`); `row` counts the accounts from 1.

    Source: 40 CFR 62.16320(c)(1), (2); PLAT-024.
    """
    rules = programs.load(program)

    def act() -> list[AccountEntry]:
        people = queries.people(
            person
            for spec in specs
            for person in (spec.representative, spec.alternate)
            if person is not None
        )
        _refuse(specs, people=people, rules=rules)
        accounts = ledger.open_accounts(
            [
                AccountSpec(
                    program=program,
                    kind="general",
                    name=checks.tidy(spec.name),
                    jurisdiction=spec.jurisdiction,
                )
                for spec in specs
            ],
            opened_at=at,
        )
        namings = [
            Naming(
                account=account,
                before={},
                after=seats_of(spec.representative, spec.alternate),
                is_new=True,
            )
            for account, spec in zip(accounts, specs, strict=True)
        ]
        seat(namings, people=people, facilities={}, at=at, actor=actor)
        ownership.list_parties(
            {account.id: _owners(spec) for account, spec in zip(accounts, specs, strict=True)},
            from_on=rules.local_date(at),
        )
        return accounts

    return looking_again(act)


def name_account_representative(
    *,
    account: int,
    person: int,
    at: datetime,
    role: str = "primary",
    actor: str = "administrator",
) -> None:
    """Name the authorized account representative of a general account, or the alternate.

    The new one supersedes from this instant; what the former one did stays binding.

    Raises Refused (`unknown_account`, `account_closed`, `named_by_certificate`,
    `unknown_person`, `two_seats`, `representative_missing`, `superseded_already`).

    Source: 40 CFR 62.16320(c)(2), (3)(i).
    """
    if role not in ROLES:
        raise ValueError(f"{role!r} is not a role: {ROLES}")

    def act() -> None:
        entry = existing_account(account)
        before = current_seats([account])[account]
        _reseat(entry, before=before, after=superseded(before, {role: person}), at=at, actor=actor)

    looking_again(act)


def seat_exactly(
    *, account: AccountEntry, primary: int, alternate: int | None, at: datetime, actor: str
) -> None:
    """Let a superseding application decide both seats; an alternate it omits is none.

    Raises Refused as `name_account_representative` does.

    Source: 40 CFR 62.16320(c)(3)(i), (ii).
    """
    before = current_seats([account.id])[account.id]
    _reseat(account, before=before, after=seats_of(primary, alternate), at=at, actor=actor)


def _reseat(
    account: AccountEntry, *, before: Seats, after: Seats, at: datetime, actor: str
) -> None:
    refusals: list[Refusal] = []
    if account.kind != "general":
        refusals.append(
            checks.NamedByCertificate(
                "A certificate of representation names who acts for this account."
            )
        )
    refusals += limit_refusals(account, "name_representative")
    people = queries.people({*before.values(), *after.values()})
    refusals += seat_refusals(after, people)
    if refusals:
        raise Refused(refusals)
    naming = Naming(account=account, before=before, after=after, is_new=False)
    seat([naming], people=people, facilities={}, at=at, actor=actor)


def _refuse(
    specs: Sequence[GeneralAccountSpec], *, people: Mapping[int, PersonEntry], rules: Program
) -> None:
    refusals: list[Refusal] = []
    for row, spec in enumerate(specs, start=1):
        found = checks.check_name(spec.name, of="account")
        if spec.jurisdiction:
            found += checks.check_jurisdiction(spec.jurisdiction, rules=rules)
        found += seat_refusals(seats_of(spec.representative, spec.alternate), people)
        found += [refusal for party in spec.owners for refusal in reasons.check_party(party)]
        refusals += checks.in_row(found, row)
    if refusals:
        raise Refused(refusals)


def _owners(spec: GeneralAccountSpec) -> list[PartySpec]:
    """Who has an ownership interest; without a word of it, whom the account is called after."""
    owners = spec.owners or (PartySpec(name=spec.name),)
    return [reasons.tidied(owner) for owner in owners]
