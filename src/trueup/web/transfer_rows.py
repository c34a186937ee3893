"""Transfers, proposals and drafts as rows of one table: `web/signing/transfer_rows.html`.

Source: PLAT-007, PLAT-051, PLAT-052.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.serials import SerialBlock
from trueup.signing.entries import DraftEntry
from trueup.transfers.canonical import tidied
from trueup.transfers.entries import ProposalEntry, TransferEntry
from trueup.web.acts.fields import blocks_from_json
from trueup.web.transfer_words import (
    StateWords,
    state_of,
    state_of_draft,
    state_of_proposal,
)

# The acts whose drafts are transfers that were not submitted.
DRAFTED: Mapping[str, str | Promise] = {
    "transfer": gettext_lazy("Transfer"),
    "retire": gettext_lazy("Retirement"),
    "top-up": gettext_lazy("Fleet top-up"),
    "serial-request": gettext_lazy("Request for the deductions"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRow:
    """One transfer, whatever has become of it.

    Attributes:
        key: By which a list is cut: the transfer's id; 0 for what has none.
        other: The account on the other side, by name; `other_number` its number.
        incoming: Whether it is on its way into the account whose list it is.
        quantity: None where nothing was chosen yet.
        vintages: Of the serial numbers: `2022, 2023`.
        at: When it was submitted, prepared or last changed.
    """

    key: int
    address: str
    what: str | Promise
    other: str
    other_number: str
    incoming: bool
    quantity: int | None
    vintages: str
    state: StateWords
    at: datetime


def rows_of_transfers(entries: Iterable[TransferEntry], *, account: int) -> list[TransferRow]:
    """Submitted transfers as the people of an account see them."""
    return [_row_of_transfer(entry, account) for entry in entries]


def rows_of_proposals(entries: Iterable[ProposalEntry]) -> list[TransferRow]:
    """What was prepared for a representative to sign; it is not submitted."""
    found = list(entries)
    known = ledger.accounts_by_number(entry.destination_number for entry in found)
    return [_row_of_proposal(entry, known) for entry in found]


def rows_of_drafts(drafts: Iterable[DraftEntry]) -> list[TransferRow]:
    """What a person has begun and not signed; it is not submitted."""
    found = [draft for draft in drafts if draft.act in DRAFTED]
    known = ledger.accounts_by_number(str(draft.values.get("destination", "")) for draft in found)
    return [_row_of_draft(draft, known) for draft in found]


def vintages_of(blocks: Iterable[SerialBlock]) -> str:
    """The vintages of some blocks, each once: `2022, 2023`."""
    return ", ".join(str(year) for year in sorted({block.lot.year for block in blocks}))


def _row_of_transfer(entry: TransferEntry, account: int) -> TransferRow:
    incoming = entry.destination is not None and entry.destination.id == account
    other = entry.source if incoming else entry.destination
    number = entry.source_number if incoming else entry.destination_number
    return TransferRow(
        key=entry.id,
        address=reverse("transfer", args=[entry.program, entry.key]),
        what=_("Retirement") if entry.kind == "retirement" else _("Transfer"),
        other=_named(other, number),
        other_number=number,
        incoming=incoming,
        quantity=entry.quantity,
        vintages=vintages_of(entry.blocks) or str(entry.vintage or ""),
        state=state_of(entry),
        at=entry.submitted_at,
    )


def _row_of_proposal(entry: ProposalEntry, known: Mapping[str, AccountEntry]) -> TransferRow:
    spec = tidied(entry.spec)
    is_retirement = not spec.destination
    act = "act-sign-retirement-proposal" if is_retirement else "act-sign-proposal"
    quantity = sum(block.quantity for block in spec.blocks) or int(spec.quantity or 0)
    return TransferRow(
        key=0,
        address=reverse(act, args=[entry.program, entry.key]),
        what=_("Retirement") if is_retirement else _("Transfer"),
        other=_named(known.get(spec.destination), spec.destination),
        other_number=spec.destination,
        incoming=False,
        quantity=quantity or None,
        vintages=vintages_of(spec.blocks) or str(spec.vintage or ""),
        state=state_of_proposal(entry),
        at=entry.proposed_at,
    )


def _row_of_draft(draft: DraftEntry, known: Mapping[str, AccountEntry]) -> TransferRow:
    kept: Sequence[Sequence[str]] = draft.values.get("blocks", ())
    blocks = blocks_from_json(kept)
    number = str(draft.values.get("destination", ""))
    return TransferRow(
        key=0,
        address=reverse("draft", args=[draft.key]),
        what=DRAFTED[draft.act],
        other=_named(known.get(number), number),
        other_number=number,
        incoming=False,
        quantity=sum(block.quantity for block in blocks) or None,
        vintages=vintages_of(blocks),
        state=state_of_draft(),
        at=draft.changed_at,
    )


def _named(account: AccountEntry | None, number: str) -> str:
    return account.name if account is not None else number
