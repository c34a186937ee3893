"""Read facilities, units, persons, and who may act for which account.

Every function takes a constant number of statements, however many it is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection
from django.db.models import Q, QuerySet

from trueup.accounts.delegation_endings import seats_taken
from trueup.accounts.delegation_reads import (
    agencies_of,
    bases_of,
    delegation_notice,
    delegations_of,
    past_and_present_delegations,
)
from trueup.accounts.entries import (
    FacilityAccountEntry,
    FacilityEntry,
    PersonEntry,
    RepresentativeEntry,
    UnitEntry,
)
from trueup.accounts.models import (
    AffectedUnit,
    Facility,
    FacilityAccount,
    Person,
    Representative,
)
from trueup.accounts.submitters import SUBMISSION_KINDS, is_delegable, may_submit, submitters
from trueup.audit.statements import among, aware, execute, unfolded
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs

__all__ = [
    "SUBMISSION_KINDS",
    "accounts_of",
    "agencies_of",
    "bases_of",
    "compliance_account",
    "delegation_notice",
    "delegations_of",
    "exempt_from",
    "facilities",
    "facilities_by_id",
    "facilities_by_oris_code",
    "facilities_of",
    "facility",
    "facility_accounts",
    "facility_entry",
    "facility_of",
    "find_facility",
    "find_people",
    "is_delegable",
    "may_submit",
    "past_and_present_delegations",
    "past_and_present_representatives",
    "people",
    "people_with_email",
    "person",
    "person_entry",
    "person_of_user",
    "projected_dates_passed",
    "representatives",
    "seats_taken",
    "submitters",
    "unit",
    "unit_entry",
    "units_of",
]

PAGE = 100

_REPRESENTATIVES = """
    SELECT r.account_id, r.person_id, p.name, p.email, r.role, r.from_at, r.until_at
    FROM accounts_representative r, accounts_person p
    WHERE p.id = r.person_id
"""


def representatives(
    accounts: Iterable[int], *, at: datetime | None = None
) -> dict[int, list[RepresentativeEntry]]:
    """Who may act for each account, the primary first; now, or at an instant.

    Source: 40 CFR 62.16290(a)(2), (b)(2), 62.16300(a), (b), 62.16320(c)(3).
    """
    wanted = list(accounts)
    found: dict[int, list[RepresentativeEntry]] = {account: [] for account in wanted}
    if not wanted:
        return found
    # Every transfer asks this, and the ORM takes several times as long.
    office = "r.until_at IS NULL"
    instants: tuple[str | None, ...] = ()
    if at is not None:
        office = "r.from_at <= %s AND (r.until_at IS NULL OR r.until_at > %s)"
        instants = (connection.ops.adapt_datetimefield_value(at),) * 2
    many, given = unfolded(wanted)
    sql = f"{_REPRESENTATIVES} AND r.account_id IN ({many}) AND {office}"
    rows = execute(sql, (*given, *instants)).rows
    for account, person, name, email, role, from_at, until_at in rows:
        entry = RepresentativeEntry(
            account=account,
            person=person,
            name=name,
            email=email,
            role=role,
            from_at=aware(from_at),
            until_at=aware(until_at) if until_at is not None else None,
        )
        found[account].insert(0 if role == "primary" else 1, entry)
    return found


def past_and_present_representatives(account: int) -> list[RepresentativeEntry]:
    """Everyone who could ever act for an account, in the order of beginning."""
    rows = Representative.objects.filter(account_id=account).select_related("person")
    return [_representative_entry(row) for row in rows.order_by("from_at", "id")]


def accounts_of(person: int, *, at: datetime | None = None) -> list[AccountEntry]:
    """The accounts that a person may act for, in the order of opening."""
    ids = _in_office(at).filter(person_id=person).values_list("account_id", flat=True)
    known = ledger.accounts_by_id(ids)
    return [known[account] for account in sorted(known)]


def facility_of(account: int) -> FacilityAccountEntry | None:
    """Whose compliance account this is; None for an account of another kind."""
    return facilities_of([account]).get(account)


def facilities_of(accounts: Iterable[int]) -> dict[int, FacilityAccountEntry]:
    """Whose compliance accounts these are; accounts of other kinds are left out."""
    rows = FacilityAccount.objects.filter(account_id__in=among(accounts))
    return {entry.account: entry for entry in _facility_account_entries(rows)}


def facility_accounts(
    *, program: str, facilities: Iterable[int] | None = None, jurisdiction: str = ""
) -> list[FacilityAccountEntry]:
    """The compliance accounts of a program, or of some of its facilities, for a run over all.

    Source: 40 CFR 62.16320(a); PLAT-022.
    """
    rows = FacilityAccount.objects.filter(program=program)
    if facilities is not None:
        rows = rows.filter(facility_id__in=among(facilities))
    if jurisdiction:
        rows = rows.filter(facility__jurisdiction=jurisdiction)
    return _facility_account_entries(rows)


def compliance_account(
    program: str, facility: int, *, unit: int | None = None
) -> AccountEntry | None:
    """The compliance account of a facility, or of one of its units, in a program."""
    rows = FacilityAccount.objects.filter(program=program, facility_id=facility, unit_id=unit)
    account = rows.values_list("account_id", flat=True).first()
    return ledger.account(account) if account is not None else None


def units_of(facilities: Iterable[int]) -> dict[int, list[UnitEntry]]:
    """The affected units of each facility, in the order of their ids."""
    wanted = list(facilities)
    found: dict[int, list[UnitEntry]] = {facility: [] for facility in wanted}
    for row in AffectedUnit.objects.filter(facility_id__in=among(wanted)).order_by("unit_id"):
        found[row.facility_id].append(unit_entry(row))
    return found


def unit(unit_id: int) -> UnitEntry | None:
    """An affected unit by its key."""
    row = AffectedUnit.objects.filter(id=unit_id).first()
    return unit_entry(row) if row is not None else None


def exempt_from(*, program: str, unit: UnitEntry) -> date | None:
    """The day from which a retired unit is exempt; None if it is not retired.

    It is the first day of the compliance period after the one in which the unit
    retired; for a unit that retired before the program, the program's first day.

    Source: 40 CFR 62.16215(a).
    """
    if unit.retired_on is None:
        return None
    rules = programs.load(program)
    first_day = rules.schedule.printed[0].first_day
    if unit.retired_on < first_day:
        return first_day
    return rules.next_period(rules.period_of(unit.retired_on)).first_day


def projected_dates_passed(today: date, *, limit: int = PAGE) -> list[UnitEntry]:
    """Units whose projected date of operation has passed and whose actual date is owed.

    Source: 40 CFR 62.16305(a)(1).
    """
    rows = AffectedUnit.objects.filter(is_operation_projected=True, operating_from__lt=today)
    return [unit_entry(row) for row in rows.order_by("operating_from", "id")[:limit]]


def facility(facility_id: int) -> FacilityEntry | None:
    """A facility by its key."""
    return facilities_by_id([facility_id]).get(facility_id)


def find_facility(*, oris_code: int | None = None, name: str = "") -> FacilityEntry | None:
    """The facility with an ORIS code, or the first one registered with a name."""
    rows = Facility.objects.order_by("id")
    if oris_code is not None:
        rows = rows.filter(oris_code=oris_code)
    if name:
        rows = rows.filter(name=name)
    if oris_code is None and not name:
        raise ValueError("a facility is found by its ORIS code or its name")
    row = rows.first()
    return facility_entry(row) if row is not None else None


def facilities_by_id(ids: Iterable[int]) -> dict[int, FacilityEntry]:
    """Facilities by key; unknown keys are left out."""
    rows = Facility.objects.filter(id__in=among(ids))
    return {row.id: facility_entry(row) for row in rows}


def facilities_by_oris_code(codes: Iterable[int]) -> dict[int, FacilityEntry]:
    """Facilities by ORIS code; unknown codes are left out."""
    rows = Facility.objects.filter(oris_code__in=among(codes))
    return {row.oris_code: facility_entry(row) for row in rows}


def facilities(
    *,
    program: str = "",
    jurisdiction: str = "",
    search: str = "",
    order: str = "name",
    limit: int = PAGE,
    after: tuple[str, int] | None = None,
) -> list[FacilityEntry]:
    """Facilities in an order, a page at a time; of a program, those with an account in it.

    Args:
        search: Part of the name, or an ORIS code.
        order: `name` or `oris_code`, each with an index; `-` before it: the other way round.
        after: Name and key of the last facility of the page before; by ORIS code, the code
            stands for the key.
    """
    rows = Facility.objects.all()
    if program:
        rows = rows.filter(
            id__in=FacilityAccount.objects.filter(program=program).values("facility")
        )
    if jurisdiction:
        rows = rows.filter(jurisdiction=jurisdiction)
    if search:
        named = Q(name__icontains=search)
        is_code = search.isascii() and search.isdigit() and len(search) < 10
        rows = rows.filter(named | Q(oris_code=int(search)) if is_code else named)
    side, sign = ("lt", "-") if order.startswith("-") else ("gt", "")
    if order.removeprefix("-") == "oris_code":
        if after is not None:
            rows = rows.filter(**{f"oris_code__{side}": after[1]})
        return [facility_entry(row) for row in rows.order_by(f"{sign}oris_code")[:limit]]
    if after is not None:
        name, key = after
        beyond, same = {f"name__{side}": name}, {f"id__{side}": key}
        rows = rows.filter(Q(**beyond) | Q(name=name, **same))
    return [facility_entry(row) for row in rows.order_by(f"{sign}name", f"{sign}id")[:limit]]


def person(person_id: int) -> PersonEntry | None:
    """A person by key."""
    return people([person_id]).get(person_id)


def people(ids: Iterable[int]) -> dict[int, PersonEntry]:
    """Persons by key; unknown keys are left out."""
    return {row.id: person_entry(row) for row in Person.objects.filter(id__in=among(ids))}


def find_people(name: str, *, limit: int = PAGE) -> list[PersonEntry]:
    """Persons of a name, in the order of registration; names need not be unique."""
    rows = Person.objects.filter(name=name).order_by("id")
    return [person_entry(row) for row in rows[:limit]]


def people_with_email(email: str, *, limit: int = PAGE) -> list[PersonEntry]:
    """Persons with an e-mail address, in whatever capitals; it need not be one's own."""
    rows = Person.objects.filter(email__iexact=email).order_by("id")
    return [person_entry(row) for row in rows[:limit]]


def person_of_user(user: int) -> PersonEntry | None:
    """The person who signs in as this user."""
    row = Person.objects.filter(user_id=user).first()
    return person_entry(row) if row is not None else None


def facility_entry(row: Facility) -> FacilityEntry:
    return FacilityEntry(
        id=row.id,
        oris_code=row.oris_code,
        name=row.name,
        jurisdiction=row.jurisdiction,
        county=row.county,
        latitude=row.latitude,
        longitude=row.longitude,
    )


def unit_entry(row: AffectedUnit) -> UnitEntry:
    return UnitEntry(
        id=row.id,
        facility=row.facility_id,
        unit_id=row.unit_id,
        unit_type=row.unit_type,
        fuel=row.fuel,
        nameplate_mw=row.nameplate_mw,
        net_summer_mw=row.net_summer_mw,
        operating_from=row.operating_from,
        is_operation_projected=row.is_operation_projected,
        retired_on=row.retired_on,
        retirement_filed_at=row.retirement_filed_at,
    )


def person_entry(row: Person) -> PersonEntry:
    return PersonEntry(id=row.id, name=row.name, email=row.email, phone=row.phone)


def _representative_entry(row: Representative) -> RepresentativeEntry:
    return RepresentativeEntry(
        account=row.account_id,
        person=row.person_id,
        name=row.person.name,
        email=row.person.email,
        role=row.role,
        from_at=row.from_at,
        until_at=row.until_at,
    )


def _facility_account_entries(rows: QuerySet[FacilityAccount]) -> list[FacilityAccountEntry]:
    return [
        FacilityAccountEntry(
            account=row.account_id,
            program=row.program,
            facility=facility_entry(row.facility),
            unit=unit_entry(row.unit) if row.unit is not None else None,
        )
        for row in rows.select_related("facility", "unit").order_by("account_id")
    ]


def _in_office(at: datetime | None) -> QuerySet[Representative]:
    if at is None:
        return Representative.objects.filter(until_at=None)
    begun = Representative.objects.filter(from_at__lte=at)
    return begun.filter(Q(until_at=None) | Q(until_at__gt=at))
