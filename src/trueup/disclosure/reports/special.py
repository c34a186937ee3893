"""Reports 6 and 7: applications to set-asides, and offset projects.

Source: RGGI-048 items 6 and 7; RGGI-027, RGGI-033.
"""

from __future__ import annotations

from collections.abc import Sequence

from trueup.disclosure.reports.entries import Chosen, ReportRow
from trueup.resources import queries as resources
from trueup.rules.programs import Program
from trueup.state_accounts import queries as state_accounts
from trueup.state_accounts.offsets import awarded_to


def set_asides(program: Program) -> Sequence[str]:
    """The set-asides that are applied to, by their names in the books."""
    rules = program.market.state_accounts
    return tuple(of.purpose for of in rules.accounts if not of.takes_rest) if rules else ()


def applications(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 6: what was asked of set-asides, and what became of it, the latest first.

    Source: RGGI-027, RGGI-048 item 6.
    """
    rules = program.market.state_accounts
    found = state_accounts.applications(
        program=program.code,
        purpose=chosen.kind,
        year=chosen.year,
        limit=limit,
        before=after or None,
    )
    titles = {of.purpose: of.title for of in rules.accounts} if rules is not None else {}
    return [
        ReportRow(
            key=entry.id,
            cells=(
                entry.id,
                titles.get(entry.purpose, entry.purpose),
                entry.jurisdiction,
                entry.year,
                entry.source,
                entry.state,
                entry.quantity,
                entry.given,
                program.local_date(entry.decided_at) if entry.decided_at is not None else None,
            ),
        )
        for entry in found
    ]


def offset_projects(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 7: offset projects with their type, State, standing and what they were awarded.

    Source: RGGI-033, RGGI-048 item 7.
    """
    found = resources.resources(
        program=program.code, jurisdiction=chosen.state, limit=limit, after=after
    )
    awarded = awarded_to([entry.id for entry in found])
    categories = program.resources.categories if program.resources is not None else {}
    return [
        ReportRow(
            key=entry.id,
            cells=(
                entry.identifier,
                entry.name,
                categories[entry.category].name if entry.category in categories else entry.category,
                entry.jurisdiction,
                entry.state,
                awarded.get(entry.id, 0),
            ),
        )
        for entry in found
    ]
