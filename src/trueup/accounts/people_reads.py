"""Find persons, and who signs in as whom: for officials who help."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from trueup.accounts.entries import PersonEntry
from trueup.accounts.models import Person, Representative
from trueup.accounts.queries import person_entry
from trueup.ledger import queries as ledger

PAGE = 50
SHORTEST = 2


def search_people(text: str, *, limit: int = PAGE, after: int = 0) -> list[PersonEntry]:
    """Persons by a part of the name or of the e-mail address, by number, or by account.

    An account's number finds all who represent it or did. `after` is the last number seen.

    Source: PLAT-014, PLAT-154.
    """
    wanted = " ".join(text.split())
    if len(wanted) < SHORTEST and not wanted.isdigit():
        return []
    found = Q(name__icontains=wanted) | Q(email__icontains=wanted)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        found |= Q(id=int(wanted))
    accounts = [entry.id for entry in ledger.accounts_by_number([wanted.upper()]).values()]
    if accounts:
        seated = Representative.objects.filter(account_id__in=accounts)
        found |= Q(id__in=seated.values("person_id"))
    rows = Person.objects.filter(found, id__gt=after).order_by("id")[:limit]
    return [person_entry(row) for row in rows]


def user_of(person: int) -> int | None:
    """The user who signs in as a person; None if nobody does."""
    return Person.objects.filter(id=person).values_list("user_id", flat=True).first()


def holders_of_accounts(at: datetime) -> list[int]:
    """Every person who represents an account now: whom maintenance is announced to.

    Source: PLAT-013.
    """
    seated = Representative.objects.filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at)
    return sorted(set(seated.values_list("person_id", flat=True)))
