"""One's accounts as a table, however many: filtered, ordered, cut by key, added up.

What is owed and short is computed, not stored, so that no index can order by it: up to
FLEET_MAX accounts are read as a whole and put in order; beyond it the list goes by number
and the choices above it narrow it.

Source: PLAT-052, PLAT-080; docs/decisions/0231.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from trueup.desk.callers import Caller
from trueup.disclosure.standing import FleetSums, Standing, standings, sums_of
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.web.filters import FilterForm, SearchField
from trueup.web.paging import PAGE_SIZE, Page, number_after, page_of
from trueup.web.sorting import Sorting, sorting_of

FLEET_MAX = 1000
# From so many accounts on a list wants choices above it.
FILTERED_FROM = 10

_KEYS: dict[str, Callable[[Standing], Any]] = {
    "short": lambda row: (row.shortage, row.outstanding, row.is_preliminary),
    "name": lambda row: row.name.casefold(),
    "held": lambda row: row.held,
    "owed": lambda row: row.obligation or 0,
    "spare": lambda row: row.spare,
}
REPRESENTATIVE, AGENT, VIEWER = "representative", "agent", "viewer"


class FleetFilter(FilterForm):
    """Which of one's accounts to show."""

    search = SearchField(label=_("Name or number"))
    state = forms.ChoiceField(label=_("State"))
    role = forms.ChoiceField(
        label=_("You are"),
        choices=[
            ("", _("Anything")),
            (REPRESENTATIVE, _("Representative")),
            (AGENT, _("Agent")),
            (VIEWER, _("Viewer")),
        ],
    )

    def __init__(self, request: HttpRequest, entries: Sequence[AccountEntry]) -> None:
        places = sorted({entry.jurisdiction for entry in entries if entry.jurisdiction})
        choices = [("", _("All States")), *((place, place) for place in places)]
        super().__init__(request, choices={"state": choices})


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRow:
    """One account of the table, and what the person is to it."""

    standing: Standing
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The accounts of a person.

    Attributes:
        total: All of them; `found` those that fit the choices.
        sums: Of those that fit; None where they are too many to be read as a whole.
        single: The account, if there is one alone.
        owing: Those that owe something, the shortest first, for the chart.
    """

    total: int
    found: int
    programs: tuple[str, ...]
    ids: tuple[int, ...]
    sums: FleetSums | None
    single: Standing | None
    owing: tuple[Standing, ...]
    page: Page[FleetRow]
    sorting: Sorting
    filter: FleetFilter


def fleet_of(request: HttpRequest, caller: Caller) -> Fleet:
    """One's accounts as the address asks for them; a constant number of statements.

    Source: PLAT-018, PLAT-052, PLAT-080.
    """
    roles = roles_of(caller)
    entries = list(ledger.accounts_by_id(roles).values())
    chosen = FleetFilter(request, entries)
    fitting = [entry for entry in entries if _fits(entry, roles[entry.id], chosen.chosen)]
    sorting = sorting_of(request, tuple(_KEYS), default="-short")
    is_whole = len(fitting) <= FLEET_MAX
    if is_whole:
        ordered = in_order(standings(fitting, at=caller.at), sorting)
        rows = _after(ordered, number_after(request))
    else:
        fitting.sort(key=lambda entry: entry.id)
        later = [entry for entry in fitting if entry.id > number_after(request)]
        ordered = []
        rows = standings(later[: PAGE_SIZE + 1], at=caller.at)
    return Fleet(
        total=len(entries),
        found=len(fitting),
        programs=tuple(sorted({entry.program for entry in entries})),
        ids=tuple(sorted(caller.represents)),
        sums=sums_of(ordered) if is_whole else None,
        single=ordered[0] if is_whole and len(entries) == 1 and ordered else None,
        owing=tuple(row for row in in_order(ordered) if row.position is not None),
        page=page_of(
            request,
            [FleetRow(standing=row, role=roles[row.account.id]) for row in rows[: PAGE_SIZE + 1]],
            key=lambda row: row.standing.account.id,
        ),
        sorting=sorting,
        filter=chosen,
    )


def roles_of(caller: Caller) -> dict[int, str]:
    """What a person is to each account: the most that it is."""
    agent_of = {account for found in caller.delegated.values() for account in found}
    return (
        dict.fromkeys(caller.views, VIEWER)
        | dict.fromkeys(agent_of, AGENT)
        | dict.fromkeys(caller.represents, REPRESENTATIVE)
    )


def reads(caller: Caller, account: int) -> bool:
    """Whether the caller represents an account, is an agent for it, or may read it.

    Source: PLAT-018, PLAT-081.
    """
    return account in roles_of(caller)


def in_order(found: Sequence[Standing], sorting: Sorting | None = None) -> list[Standing]:
    """In the order asked for; without one, what is short first. Equal ones by number."""
    key = _KEYS[sorting.key if sorting is not None else "short"]
    is_descending = sorting.is_descending if sorting is not None else True
    by_number = sorted(found, key=lambda row: row.account.id)
    return sorted(by_number, key=key, reverse=is_descending)


def _fits(entry: AccountEntry, role: str, chosen: dict[str, Any]) -> bool:
    search = chosen["search"].casefold()
    return (
        (not chosen["state"] or entry.jurisdiction == chosen["state"])
        and (not chosen["role"] or role == chosen["role"])
        and (search in entry.name.casefold() or entry.number.casefold().startswith(search))
    )


def _after(rows: Sequence[Standing], account: int) -> Sequence[Standing]:
    """The rows after an account; all of them if it is not among them any more."""
    for place, row in enumerate(rows, start=1):
        if row.account.id == account:
            return rows[place:]
    return rows
