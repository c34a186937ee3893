"""The resources whose credits go to some accounts: what a sponsor sees of their own."""

from __future__ import annotations

from collections.abc import Iterable

from trueup.audit.statements import among
from trueup.resources.entries import ResourceEntry
from trueup.resources.models import Resource
from trueup.resources.queries import resource_entry

PAGE = 100


def resources_of_accounts(accounts: Iterable[int], *, limit: int = PAGE) -> list[ResourceEntry]:
    """The resources whose credits go to these accounts, in the order of description.

    Source: 40 CFR 62.16445(a); PLAT-124.
    """
    wanted = sorted(set(accounts))
    if not wanted:
        return []
    rows = Resource.objects.filter(account_id__in=among(wanted)).order_by("id")
    return [resource_entry(row) for row in rows[:limit]]
