"""Read who has which role, and who may do what; a constant number of statements each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from trueup.audit.statements import among
from trueup.officials.entries import GrantEntry
from trueup.officials.models import Grant
from trueup.officials.roles import ROLES

PAGE = 100


def grants_of(person: int, *, at: datetime) -> list[GrantEntry]:
    """The roles that a person has at an instant.

    Source: PLAT-018, PLAT-019.
    """
    return _entries(_in_force(at).filter(person_id=person).order_by("id"))


def may(person: int, function: str, *, program: str, jurisdiction: str = "", at: datetime) -> bool:
    """Whether a person may decide this for a program, or for one State in it, at an instant.

    An act on the whole program ("" for the jurisdiction) is beyond who is limited to a
    State; an act for State B is beyond an official of State A.

    Source: PLAT-018, PLAT-019, PLAT-020.
    """
    return any(
        grant.allows(function, program=program, jurisdiction=jurisdiction)
        for grant in grants_of(person, at=at)
    )


def may_recommend(
    person: int, function: str, *, program: str, jurisdiction: str = "", at: datetime
) -> bool:
    """Whether a person may record a recommendation on this; decisions are for others.

    Source: PLAT-020.
    """
    return any(
        grant.allows_recommending(function, program=program, jurisdiction=jurisdiction)
        for grant in grants_of(person, at=at)
    )


def acting_as(
    person: int, function: str, *, program: str, jurisdiction: str = "", at: datetime
) -> GrantEntry | None:
    """The grant by which a person decides this: shows an agent and the authority behind it.

    Source: PLAT-020.
    """
    for grant in grants_of(person, at=at):
        if grant.allows(function, program=program, jurisdiction=jurisdiction):
            return grant
    return None


def holders(function: str, *, program: str, jurisdiction: str = "", at: datetime) -> list[int]:
    """Everyone who may decide this there at an instant, in ascending order.

    Source: PLAT-018, PLAT-019, PLAT-020.
    """
    roles = [name for name, role in ROLES.items() if function in role.functions]
    grants = _entries(_in_force(at).filter(role__in=roles, program__in=("", program)))
    return sorted(
        {
            grant.person
            for grant in grants
            if grant.allows(function, program=program, jurisdiction=jurisdiction)
        }
    )


def officials_of_states(*, program: str, at: datetime) -> dict[str, list[int]]:
    """The officials and designated agents of each State in a program, in ascending order.

    Source: PLAT-018, PLAT-019, PLAT-150.
    """
    roles = [name for name, role in ROLES.items() if role.of_state]
    found: dict[str, set[int]] = {}
    for grant in _entries(_in_force(at).filter(role__in=roles, program__in=("", program))):
        found.setdefault(grant.jurisdiction, set()).add(grant.person)
    return {state: sorted(people) for state, people in sorted(found.items())}


def has_role(person: int, role: str, *, at: datetime) -> bool:
    """Whether a person has a role anywhere at an instant."""
    return _in_force(at).filter(person_id=person, role=role).exists()


def needs_second_factor(persons: Iterable[int], *, at: datetime) -> set[int]:
    """Those of these persons who are officials of any kind, and so need a second factor."""
    found = _in_force(at).filter(person_id__in=among(persons))
    return set(found.values_list("person_id", flat=True))


def grants(
    *,
    at: datetime | None = None,
    limit: int = PAGE,
    after: int = 0,
    person: int | None = None,
    within: Q | None = None,
) -> list[GrantEntry]:
    """Roles as they were given, in that order; `at` leaves out what is not in force then."""
    found = _in_force(at) if at is not None else Grant.objects.all()
    if person is not None:
        found = found.filter(person_id=person)
    if within is not None:
        found = found.filter(within)
    return _entries(found.filter(id__gt=after).order_by("id")[:limit])


def grant(grant_id: int) -> GrantEntry | None:
    """A grant by its id."""
    found = _entries(Grant.objects.filter(id=grant_id))
    return found[0] if found else None


def _in_force(at: datetime) -> QuerySet[Grant]:
    return Grant.objects.filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at)


def _entries(found: QuerySet[Grant]) -> list[GrantEntry]:
    return [grant_entry(row, row.person.name) for row in found.select_related("person")]


def grant_entry(row: Grant, name: str) -> GrantEntry:
    role = ROLES[row.role]
    named = frozenset(row.functions)
    recommends = frozenset(row.recommends) or role.recommends
    own = frozenset() if role.needs_functions else role.functions - recommends
    return GrantEntry(
        id=row.id,
        person=row.person_id,
        name=name,
        role=row.role,
        program=row.program,
        jurisdiction=row.jurisdiction,
        functions=named or own,
        recommends=recommends,
        from_at=row.from_at,
        until_at=row.until_at,
        granted_by=row.granted_by,
        reason=row.reason,
        ended_by=row.ended_by,
        end_reason=row.end_reason,
    )
