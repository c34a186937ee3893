"""What transfers bring into the preview of a change of representatives.

Source: 40 CFR 62.16300(a), (b); PLAT-094.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.accounts import succession
from trueup.accounts.succession import Preview, Reported
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.transfers import proposals, queries
from trueup.transfers.entries import ProposalEntry, TransferEntry

# So many are told of; a change of representative needs no longer list to be understood.
TOLD_MAX = 1_000


def preview(
    *,
    program: str,
    facilities: Sequence[int],
    at: datetime,
    primary: int | None = None,
    alternate: int | None = None,
    drop_alternate: bool = False,
) -> Preview:
    """What would end with the predecessors and what would bind the successor, transfers included.

    Args:
        primary, alternate: Who is to sit there; None: as it is.

    Source: 40 CFR 62.16300(a), (b); 62.16315(c)(4)(i), (e); PLAT-094.
    """
    bare = succession.preview(
        program=program,
        facilities=facilities,
        at=at,
        primary=primary,
        alternate=alternate,
        drop_alternate=drop_alternate,
    )
    entries = accounts.facility_accounts(program=program, facilities=facilities)
    staying = {primary, alternate}
    away = {
        (entry.account, seat.person)
        for seat in bare.leaving
        for entry in entries
        if entry.facility.id == seat.facility.id and seat.person not in staying
    }
    return succession.preview(
        program=program,
        facilities=facilities,
        at=at,
        primary=primary,
        alternate=alternate,
        drop_alternate=drop_alternate,
        reported=reported(
            program=program, account_ids=[entry.account for entry in entries], away=away
        ),
    )


def reported(
    *, program: str, account_ids: Sequence[int], away: Collection[tuple[int, int]]
) -> list[Reported]:
    """What transfers have in hand for some accounts, when some persons leave their seats.

    What waits binds the successor, who can withdraw it; what was prepared for somebody who
    leaves and was not signed ends. Two statements, and one for the accounts.

    Args:
        away: Account and person, of each who represents the account no more.

    Source: 40 CFR 62.16300(a), (b).
    """
    rules = programs.load(program)
    waiting = queries.waiting_out_of(account_ids, limit=TOLD_MAX)
    found = [_waiting(entry, rules) for entry in waiting]
    for prepared in proposals.proposals_prepared_for({person for _, person in away}).values():
        found += [
            _unsigned(entry, rules)
            for entry in prepared
            if (entry.account, entry.principal) in away
        ]
    return found


def _waiting(entry: TransferEntry, rules: Program) -> Reported:
    if entry.source is None:
        raise AssertionError("what waits has an account to go out of")
    return Reported(
        account=entry.source.id,
        what=(
            f"{entry.kind} of {entry.quantity or 0:,} {rules.instruments}"
            f" to {_to(entry)} that waits"
        ),
        reference=str(entry.key),
        ends=False,
    )


def _to(entry: TransferEntry) -> str:
    if entry.destination is None:
        return entry.destination_number
    return f"{entry.destination.name} ({entry.destination.number})"


def _unsigned(entry: ProposalEntry, rules: Program) -> Reported:
    spec = entry.spec
    quantity = sum(block.quantity for block in spec.blocks) or spec.quantity or 0
    return Reported(
        account=entry.account,
        what=f"unsigned proposal of a transfer of {quantity:,} {rules.instruments}",
        reference=str(entry.key),
        ends=True,
    )
