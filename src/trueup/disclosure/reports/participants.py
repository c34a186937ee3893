"""Reports 1 to 4: accounts, who represents them, who owns and operates, and the sources.

Names only: no address, telephone number or electronic address of anybody is public.

Source: RGGI-048 items 1 to 4; FS l.64-68 (account owners).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db.models import Q

from trueup.accounts.models import FacilityAccount, Representative
from trueup.accounts.ownership_models import Interest
from trueup.accounts.queries import units_of
from trueup.disclosure.reports.entries import Bar, Chosen, ReportRow
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.ledger.numbers import ACCOUNT_KINDS
from trueup.rules.programs import Program
from trueup.rules.serials import PROGRAM_PLACE

STATE_KIND = "general (state)"


def kind_of(program: Program, account: AccountEntry) -> str:
    """What the public calls an account's kind: a State's own is a general one of the State.

    Source: RGGI-028.
    """
    rules = program.market.state_accounts
    if rules is not None and account.purpose in {of.purpose for of in rules.accounts}:
        return STATE_KIND
    return account.kind


def account_kinds(_program: Program) -> Sequence[str]:
    """The kinds that the list of accounts can be narrowed to."""
    return tuple(ACCOUNT_KINDS)


def accounts(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 1: every account with its kind and standing.

    Source: RGGI-048 item 1; RGGI-038.
    """
    found = ledger.accounts(
        program=program.code,
        kind=chosen.kind,
        jurisdiction=chosen.state,
        search=chosen.search,
        limit=limit,
        after=after,
    )
    return [
        ReportRow(
            key=entry.id,
            cells=(
                entry.number,
                entry.name,
                kind_of(program, entry),
                entry.jurisdiction,
                entry.state,
                program.local_date(entry.opened_at),
            ),
        )
        for entry in found
    ]


def account_bars(program: Program, _chosen: Chosen) -> list[Bar]:
    """How many accounts there are of each kind."""
    counted = ledger.account_counts(program=program.code)
    return [
        Bar(label=kind, series="accounts", amount=counted[kind])
        for kind in ACCOUNT_KINDS
        if counted.get(kind)
    ]


def representatives(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 2: who may act for each account now, by name.

    Source: RGGI-048 item 2.
    """
    rows = Representative.objects.filter(
        **_books(program), until_at=None, id__gt=after
    ).select_related("person")
    if chosen.kind:
        rows = rows.filter(role=chosen.kind)
    if chosen.search:
        rows = rows.filter(
            Q(person__name__icontains=chosen.search) | Q(account__name__icontains=chosen.search)
        )
    page = list(rows.order_by("id")[:limit])
    known = ledger.accounts_by_id({row.account_id for row in page})
    return [
        ReportRow(
            key=row.pk,
            cells=(
                known[row.account_id].number,
                known[row.account_id].name,
                row.person.name,
                row.role,
                program.local_date(row.from_at),
            ),
        )
        for row in page
    ]


def owners(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 3: who owns and operates sources, and who has an interest in general accounts.

    Source: RGGI-048 item 3; FS l.64-68.
    """
    rows = Interest.objects.filter(**_books(program), until_on=None, id__gt=after).select_related(
        "party"
    )
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.search:
        rows = rows.filter(
            Q(party__name__icontains=chosen.search) | Q(account__name__icontains=chosen.search)
        )
    page = list(rows.order_by("id")[:limit])
    known = ledger.accounts_by_id({row.account_id for row in page})
    return [
        ReportRow(
            key=row.pk,
            cells=(
                known[row.account_id].number,
                known[row.account_id].name,
                row.party.name,
                row.kind,
                row.from_on,
            ),
        )
        for row in page
    ]


def sources(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 4: the sources with their units and capacity, by ORIS code.

    Source: RGGI-048 item 4; RGGI-001.
    """
    page = source_page(program, chosen, limit, after)
    units = units_of([row.facility_id for row in page])
    return [
        ReportRow(
            key=row.facility.oris_code,
            cells=(
                row.facility.oris_code,
                row.facility.name,
                row.facility.jurisdiction,
                row.facility.county,
                len(units[row.facility_id]),
                sum((unit.nameplate_mw or 0 for unit in units[row.facility_id]), start=0) or None,
            ),
        )
        for row in page
    ]


def source_bars(program: Program, _chosen: Chosen) -> list[Bar]:
    """How many sources each State has."""
    rows = FacilityAccount.objects.filter(program=program.code, unit=None)
    counted = Counter(rows.values_list("facility__jurisdiction", flat=True))
    return [Bar(label=state, series="sources", amount=of) for state, of in sorted(counted.items())]


def source_page(program: Program, chosen: Chosen, limit: int, after: int) -> list[FacilityAccount]:
    """The sources after an ORIS code, in their order."""
    rows = FacilityAccount.objects.filter(
        program=program.code, unit=None, facility__oris_code__gt=after
    )
    if chosen.state:
        rows = rows.filter(facility__jurisdiction=chosen.state)
    if chosen.search:
        rows = rows.filter(facility__name__icontains=chosen.search)
    return list(rows.select_related("facility").order_by("facility__oris_code")[:limit])


def _books(program: Program) -> dict[str, int]:
    """The condition that an account is of a program: its number begins with the program's."""
    first = program.number * PROGRAM_PLACE
    return {"account_id__gte": first, "account_id__lt": first + PROGRAM_PLACE}
