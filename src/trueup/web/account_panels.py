"""What the people of an account see on its page beyond what everyone sees.

Source: PLAT-018, PLAT-051, PLAT-052, PLAT-094; docs/decisions/0073, 0232.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.accounts import delegation_reads, watchers
from trueup.accounts.certificate_entries import WatcherEntry
from trueup.accounts.entries import DelegationEntry, RepresentativeEntry
from trueup.accounts.ownership import parties_of
from trueup.accounts.ownership_entries import PartyEntry
from trueup.audit import queries as audit
from trueup.audit.entries import NoticeEntry
from trueup.desk.callers import Caller
from trueup.disclosure.serial_requests import AskedSerials, asked_serials
from trueup.ledger.entries import AccountEntry
from trueup.signing import queries as signing
from trueup.transfers import listing, queries, trusted
from trueup.transfers.entries import AccountGuards, TrustedAccountEntry
from trueup.transfers.proposals import proposals_of
from trueup.web.transfer_rows import (
    DRAFTED,
    TransferRow,
    rows_of_drafts,
    rows_of_proposals,
    rows_of_transfers,
)

TRANSFERS_SHOWN = 10
NOTICES_SHOWN = 5
TRUSTED_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedRow:
    """An account on the list of those trusted, and since when it takes effect."""

    entry: TrustedAccountEntry
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPanels:
    """The panels of an account's own people.

    Attributes:
        may_act: Whether one represents the account; a viewer reads only.
        unsigned: Drafts and prepared transfers: not submitted.
        requests: Which serial numbers were asked for, and what was used.
        owners, operators: Of the facility; `owners` of a general account: with an interest.
    """

    may_act: bool
    unsigned: list[TransferRow]
    outgoing: list[TransferRow]
    incoming: list[TransferRow]
    requests: list[AskedSerials]
    trusted: list[TrustedRow]
    guards: AccountGuards
    delegations: list[DelegationEntry]
    owners: list[PartyEntry]
    operators: list[PartyEntry]
    watchers: list[WatcherEntry]
    notices: list[NoticeEntry]


def own_panels(
    caller: Caller, entry: AccountEntry, seats: Sequence[RepresentativeEntry]
) -> OwnPanels:
    """Read all of it; a constant number of statements.

    Source: PLAT-018, PLAT-051, PLAT-052, PLAT-094.
    """
    person, at = caller.person or 0, caller.at
    is_compliance = entry.kind == "compliance"
    drafts = signing.drafts_of(
        person, at=at, acts=tuple(DRAFTED), program=entry.program, subject=entry.number
    )
    return OwnPanels(
        may_act=entry.id in caller.represents,
        unsigned=[
            *rows_of_drafts(drafts[:TRANSFERS_SHOWN]),
            *rows_of_proposals(proposals_of(entry.id, limit=TRANSFERS_SHOWN)),
        ],
        outgoing=rows_of_transfers(
            listing.outgoing(entry.id, limit=TRANSFERS_SHOWN), account=entry.id
        ),
        incoming=rows_of_transfers(
            listing.incoming(entry.id, limit=TRANSFERS_SHOWN), account=entry.id
        ),
        requests=asked_serials(entry.id, program=entry.program) if is_compliance else [],
        trusted=_trusted(entry.id, at=at),
        guards=queries.guards_of(entry.id),
        delegations=delegation_reads.delegations_of_many(
            [seat.person for seat in seats],
            at=at,
            program=entry.program,
            basis="compliance" if is_compliance else "general",
        ),
        owners=parties_of([entry.id], kind="owner" if is_compliance else "interest")[entry.id],
        operators=parties_of([entry.id], kind="operator")[entry.id] if is_compliance else [],
        watchers=watchers.watchers_of(entry.id, at=at),
        notices=audit.notices_of(person, account=entry.id, limit=NOTICES_SHOWN),
    )


def _trusted(account: int, *, at: datetime) -> list[TrustedRow]:
    return [
        TrustedRow(entry=entry, state=entry.state(at))
        for entry in trusted.trusted_accounts(account, limit=TRUSTED_SHOWN)
    ]
