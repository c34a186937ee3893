"""Keep a search under a name, and drop it; each is its owner's alone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from trueup.audit import services as audit
from trueup.rules.refusal import Refusal, Refused
from trueup.support import checks
from trueup.support.entries import SEARCHES, SearchEntry
from trueup.support.models import SavedSearch
from trueup.support.queries import search_entry

NAME_MAX = 80
QUERY_MAX = 1000
OF_ONE_MAX = 50


@transaction.atomic
def save_search(
    *, owner: int, of: str, name: str, query: str, at: datetime, program: str = ""
) -> SearchEntry:
    """Keep a search of a list under a name; the same name again replaces it.

    Raises Refused (`search_not_usable`).

    Source: PLAT-017, PLAT-112, PLAT-140.
    """
    wanted = " ".join(name.split())
    refusals: list[Refusal] = []
    if of not in SEARCHES or not 0 < len(wanted) <= NAME_MAX or len(query) > QUERY_MAX:
        refusals.append(
            checks.SearchNotUsable(f"Give the search a name of at most {NAME_MAX} characters.")
        )
    others = SavedSearch.objects.filter(owner_id=owner)
    same = {"list": of, "program": program, "name": wanted}
    if not refusals and others.exclude(**same).count() >= OF_ONE_MAX:
        refusals.append(
            checks.SearchNotUsable(f"You keep {OF_ONE_MAX} searches; remove one of them first.")
        )
    if refusals:
        raise Refused(refusals)
    row, _ = SavedSearch.objects.update_or_create(
        owner_id=owner,
        list=of,
        program=program,
        name=wanted,
        defaults={"query": query, "kept_at": at},
    )
    audit.log(
        at=at,
        program=program,
        actor=f"person:{owner}",
        act="keep_search",
        subject=f"search:{row.pk}",
        after={**same, "query": query},
        cite="PLAT-017",
    )
    return search_entry(row)


@transaction.atomic
def drop_search(*, search: int, owner: int) -> None:
    """Remove a search of one's own.

    Raises Refused (`search_not_usable`).

    Source: PLAT-017.
    """
    dropped, _ = SavedSearch.objects.filter(id=search, owner_id=owner).delete()
    if not dropped:
        raise Refused([checks.SearchNotUsable("There is no such search of yours.")])
