"""Name who represents facilities, and so open their compliance accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from trueup.accounts import checks, queries
from trueup.accounts.entries import FacilityEntry, NamingSpec, PersonEntry, UnitEntry
from trueup.accounts.models import NAME_MAX, ROLES, FacilityAccount
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
from trueup.accounts.state_plan_units import account_refusals
from trueup.audit.statements import insert_many
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, AccountSpec
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused

# A facility's accounts in a program, by unit; None where one serves the whole facility.
Accounts = dict[int | None, int]


def name_designated_representative(
    *,
    program: str,
    facility: int,
    person: int,
    at: datetime,
    role: str = "primary",
    actor: str = "administrator",
) -> list[AccountEntry]:
    """Name a facility's designated representative, or the alternate, on receipt.

    The first one opens the facility's compliance account (rate-based: one for each
    unit); a later one supersedes, from this instant, and opens none. The other seat
    stays as it is, unless its holder is the one who is named.

    Returns the facility's compliance accounts.

    Raises Refused as `name_designated_representatives` does.

    Source: 40 CFR 62.16290(a), (b), 62.16300(a), (b), 62.16320(a); PLAT-023.
    """
    if role not in ROLES:
        raise ValueError(f"{role!r} is not a role: {ROLES}")
    naming = NamingSpec(facility=facility, **{role: person})
    try:
        named = name_designated_representatives([naming], program=program, at=at, actor=actor)
    except Refused as refused:
        raise Refused(checks.in_row(list(refused.refusals), None)) from None
    return named[facility]


def name_designated_representatives(
    specs: Sequence[NamingSpec], *, program: str, at: datetime, actor: str = "administrator"
) -> dict[int, list[AccountEntry]]:
    """Name the representatives of many facilities and open their accounts, all or none.

    Raises Refused with every reason (`unknown_facility`, `unknown_person`,
    `jurisdiction_not_covered`, `representative_missing`, `two_seats`,
    `superseded_already`, `no_compliance_accounts`, `state_plan_unit`); `row` counts the
    facilities from 1.

    Source: 40 CFR 62.16290(a), (b), 62.16300(a), (b), 62.16320(a); PLAT-022, PLAT-023.
    """
    if len({spec.facility for spec in specs}) != len(specs):
        raise ValueError("a facility is named twice")
    rules = programs.load(program)
    return looking_again(lambda: name_for_facilities(specs, rules=rules, at=at, actor=actor))


def name_for_facilities(
    specs: Sequence[NamingSpec], *, rules: Program, at: datetime, actor: str, whole: bool = False
) -> dict[int, list[AccountEntry]]:
    """Seat those who are named, in the caller's transaction.

    Args:
        whole: Both seats become what is said, as a certificate does it: an alternate who
            is not named leaves.
    """
    facilities = queries.facilities_by_id(spec.facility for spec in specs)
    own = {spec.facility: Accounts() for spec in specs}
    for entry in queries.facility_accounts(program=rules.code, facilities=facilities):
        own[entry.facility.id][entry.unit.id if entry.unit else None] = entry.account
    before = current_seats(account for accounts in own.values() for account in accounts.values())
    after = {
        spec.facility: seats_of(spec.primary, spec.alternate)
        if whole
        else _seats_after(spec, own[spec.facility], before)
        for spec in specs
    }
    people = queries.people(
        person for seats in (*after.values(), *before.values()) for person in seats.values()
    )
    _refuse(specs, facilities=facilities, after=after, people=people, rules=rules)

    new = [entry for key, entry in facilities.items() if not own[key]]
    refusals = account_refusals(new, rules=rules, on=rules.local_date(at))
    if refusals:
        raise Refused(refusals)
    opened = _open_accounts(facilities.values(), own=own, rules=rules, at=at)
    facility_of = {
        account: facility for facility, accounts in own.items() for account in accounts.values()
    }
    known = ledger_queries.accounts_by_id(facility_of)
    namings = [
        Naming(
            account=known[account],
            before=before.get(account, {}),
            after=after[facility],
            is_new=account in opened,
        )
        for account, facility in facility_of.items()
    ]
    titles = {account: facilities[facility] for account, facility in facility_of.items()}
    seat(namings, people=people, facilities=titles, at=at, actor=actor)
    return {
        facility: [known[account] for account in sorted(accounts.values())]
        for facility, accounts in own.items()
    }


def _seats_after(spec: NamingSpec, accounts: Accounts, before: Mapping[int, Seats]) -> Seats:
    """Who represents the facility once this naming is received; all its accounts agree."""
    now = next((before[account] for account in accounts.values()), {})
    return superseded(now, seats_of(spec.primary, spec.alternate))


def _refuse(
    specs: Sequence[NamingSpec],
    *,
    facilities: Mapping[int, FacilityEntry],
    after: Mapping[int, Seats],
    people: Mapping[int, PersonEntry],
    rules: Program,
) -> None:
    refusals: list[Refusal] = []
    for row, spec in enumerate(specs, start=1):
        found = facility_refusals(facilities.get(spec.facility), rules=rules)
        found += seat_refusals(after[spec.facility], people)
        refusals += checks.in_row(found, row)
    if refusals:
        raise Refused(refusals)


def facility_refusals(facility: FacilityEntry | None, *, rules: Program) -> list[Refusal]:
    """Whether there is such a facility, and the program has accounts for it."""
    if facility is None:
        return [checks.UnknownFacility("There is no such facility.")]
    refusals = checks.check_jurisdiction(facility.jurisdiction, rules=rules)
    if rules.books_per not in ("facility", "egu"):
        refusals.append(checks.NoComplianceAccounts(f"{rules.name} has no accounts of facilities."))
    return refusals


def _open_accounts(
    facilities: Iterable[FacilityEntry],
    *,
    own: Mapping[int, Accounts],
    rules: Program,
    at: datetime,
) -> set[int]:
    """Open the accounts that are missing, enter them into `own`, and give their ids.

    Source: 40 CFR 62.16320(a); PLAT-022.
    """
    missing = [
        (facility, unit)
        for facility, unit in _owed(list(facilities), rules=rules)
        if (unit.id if unit else None) not in own[facility.id]
    ]
    accounts = ledger.open_accounts(
        [
            AccountSpec(
                program=rules.code,
                kind="compliance",
                name=_account_name(facility, unit),
                jurisdiction=facility.jurisdiction,
            )
            for facility, unit in missing
        ],
        opened_at=at,
    )
    rows = []
    for (facility, unit), account in zip(missing, accounts, strict=True):
        unit_id = unit.id if unit else None
        own[facility.id][unit_id] = account.id
        rows.append(
            {
                "program": rules.code,
                "facility_id": facility.id,
                "unit_id": unit_id,
                "account_id": account.id,
            }
        )
    insert_many(FacilityAccount, rows)
    return {account.id for account in accounts}


def _owed(
    facilities: Sequence[FacilityEntry], *, rules: Program
) -> list[tuple[FacilityEntry, UnitEntry | None]]:
    """The accounts that facilities have in a program: one each, or one for each unit."""
    if rules.books_per == "facility":
        return [(facility, None) for facility in facilities]
    units = queries.units_of(facility.id for facility in facilities)
    return [(facility, unit) for facility in facilities for unit in units[facility.id]]


def _account_name(facility: FacilityEntry, unit: UnitEntry | None) -> str:
    """A compliance account is called by its facility, or by facility and unit."""
    if unit is None:
        return facility.name
    suffix = f"/{unit.unit_id}"
    return facility.name[: NAME_MAX - len(suffix)] + suffix
