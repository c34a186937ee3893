"""What a representative signs, word for word: this transfer, these serials, this receiver.

The text is made from the request alone, never from the time, so the page that shows it and
the service that acts on it make the same one.

Source: PLAT-050, PLAT-151; 40 CFR 62.16330(b)(1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from trueup.accounts.checks import tidy
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program
from trueup.rules.serials import parse_block
from trueup.rules.statements import Statement
from trueup.rules.trade_reports import TradeReport
from trueup.transfers.checks import account_number
from trueup.transfers.entries import RetirementSpec, TransferEntry, TransferSpec
from trueup.transfers.trades import lines_of

Accounts = Mapping[str, AccountEntry]

_ACTS = {
    "approve": "I approve this transfer as the second person.",
    "reject": "I reject this transfer.",
    "cancel": "I cancel this transfer.",
    "accept": "I accept this transfer into the account.",
    "decline": "I decline this transfer into the account.",
}


def canonical_text(
    spec: TransferSpec | Sequence[TransferSpec], *, known: Accounts | None = None
) -> str:
    """What is signed with one transfer, or with several at once.

    Args:
        known: The accounts by number, if they have been read already.

    Source: PLAT-151; 40 CFR 62.16330(b)(1).
    """
    specs = [spec] if isinstance(spec, TransferSpec) else list(spec)
    if known is None:
        known = ledger.accounts_by_number(
            number for each in specs for number in (each.source, each.destination) if number
        )
    texts = [_text_of(tidied(each), known) for each in specs]
    if len(texts) == 1:
        return texts[0]
    numbered = (f"{position}.\n{text}" for position, text in enumerate(texts, start=1))
    return f"{len(texts):,} transfers\n\n" + "\n\n".join(numbered)


def tidied(spec: TransferSpec) -> TransferSpec:
    """The same request as it is compared and stored: numbers in capitals, no stray blanks."""
    spec = replace(
        spec,
        source=account_number(spec.source),
        destination=account_number(spec.destination),
        reference=tidy(spec.reference),
        note="\n".join(tidy(line) for line in spec.note.splitlines()).strip(),
    )
    if isinstance(spec, RetirementSpec):
        return replace(spec, beneficiary=tidy(spec.beneficiary))
    return spec


def _text_of(spec: TransferSpec, known: Accounts) -> str:
    is_retirement = isinstance(spec, RetirementSpec)
    lines = [f"Key: {spec.key}", f"From: {_titled(spec.source, known)}"]
    if is_retirement:
        lines.append("To: the Administrator's retirement account, for good")
    else:
        lines.append(f"To: {_titled(spec.destination, known)}")
    if spec.blocks:
        lines.append(f"Quantity: {sum(block.quantity for block in spec.blocks)}")
        lines.append("Serial numbers:")
        lines += [f"  {block.first_serial} to {block.last_serial}" for block in spec.blocks]
    else:
        lines.append(f"Quantity: {spec.quantity} of vintage {spec.vintage}")
        lines.append("Serial numbers: the earliest recorded ones, the lowest first")
    if isinstance(spec, RetirementSpec):
        lines.append(f"Reason: {spec.reason}")
        if spec.beneficiary:
            lines.append(f"For: {spec.beneficiary}")
    if spec.trade is not None:
        lines += lines_of(spec.trade)
        if spec.by_consent:
            lines.append("The receiving side confirms these terms before anything moves.")
    if spec.reference:
        lines.append(f"Reference: {spec.reference}")
    if spec.note:
        lines.append("Note:")
        lines += [f"  {line}" for line in spec.note.splitlines()]
    return "\n".join(lines)


def canonical_act(entry: TransferEntry, act: str, *, ground: str = "") -> str:
    """What is signed with the approval, rejection, cancellation or acceptance of a transfer.

    Args:
        act: `approve`, `reject`, `cancel`, `accept` or `decline`.

    Source: PLAT-151.
    """
    lines = [
        _ACTS[act],
        f"Key: {entry.key}",
        f"From: {_entry_titled(entry.source, entry.source_number)}",
        f"To: {_entry_titled(entry.destination, entry.destination_number)}",
        f"Quantity: {entry.quantity}",
        "Serial numbers:",
        *(f"  {block.first_serial} to {block.last_serial}" for block in entry.blocks),
    ]
    if entry.trade is not None:
        lines += lines_of(entry.trade)
    if ground:
        lines.append(f"Why: {ground}")
    return "\n".join(lines)


def canonical_listing(account: AccountEntry, other: AccountEntry, *, act: str = "list") -> str:
    """What is signed to put an account on the list of trusted ones, or to approve of that.

    Source: PLAT-151; PLAT-094.
    """
    verb = "trusts" if act == "list" else "is right to trust"
    return (
        f"Account {account.name} ({account.number}) {verb} account {other.name}"
        f" ({other.number}): transfers to it do not wait."
    )


def canonical_acceptance(account: AccountEntry) -> str:
    """What is signed to agree once and for all to what is transferred into an account.

    Source: PLAT-052, PLAT-151.
    """
    return (
        f"Account {account.name} ({account.number}) agrees to every transfer into it, until it"
        " says otherwise."
    )


def canonical_second_person(account: AccountEntry, *, required: bool) -> str:
    """What is signed to have transfers of an account approved by a second person, or no more.

    Source: PLAT-094, PLAT-151.
    """
    verb = "requires" if required else "no longer requires"
    return (
        f"Account {account.name} ({account.number}) {verb} a second person to approve its"
        " transfers."
    )


def statements_for(rules: Program, accounts: Iterable[AccountEntry]) -> tuple[Statement, ...]:
    """The prescribed statements of a submission for accounts of these kinds.

    Source: 40 CFR 62.16295(a), 62.16320(c)(2)(ii), (e); MASS-027, MASS-037.
    """
    kinds = {account.kind for account in accounts}
    documents = ["submission_compliance"] if "compliance" in kinds else []
    if kinds - {"compliance"}:
        documents.append("submission_general")
    found = {
        statement.key: statement
        for document in documents
        for statement in rules.people.statements[document]
    }
    return tuple(found.values())


def spec_json(spec: TransferSpec) -> dict[str, Any]:
    """A request that nobody has signed, as a table stores it."""
    is_retirement = isinstance(spec, RetirementSpec)
    return {
        "kind": "retirement" if is_retirement else "transfer",
        "source": spec.source,
        "destination": spec.destination,
        "blocks": [[block.first_serial, block.last_serial] for block in spec.blocks],
        "vintage": spec.vintage,
        "quantity": None if spec.quantity is None else str(spec.quantity),
        "reference": spec.reference,
        "note": spec.note,
        "reason": spec.reason if isinstance(spec, RetirementSpec) else "",
        "beneficiary": spec.beneficiary if isinstance(spec, RetirementSpec) else "",
        **({"by_consent": True} if spec.by_consent else {}),
        **({"trade": _trade_json(spec.trade)} if spec.trade is not None else {}),
    }


def _trade_json(terms: TradeReport) -> dict[str, Any]:
    return {**asdict(terms), "agreed_on": terms.agreed_on.isoformat()}


def _trade_of(stored: Mapping[str, Any] | None) -> TradeReport | None:
    if stored is None:
        return None
    return TradeReport(**{**stored, "agreed_on": date.fromisoformat(stored["agreed_on"])})


def spec_of(
    stored: Mapping[str, Any], *, key: UUID, submitted_by: int, submitted_at: datetime
) -> TransferSpec:
    """A stored request, as it is submitted by whoever signs it now."""
    common: dict[str, Any] = {
        "source": stored["source"],
        "destination": stored["destination"],
        "submitted_by": submitted_by,
        "submitted_at": submitted_at,
        "key": key,
        "blocks": tuple(parse_block(first, last) for first, last in stored["blocks"]),
        "vintage": stored["vintage"],
        "quantity": None if stored["quantity"] is None else _number(stored["quantity"]),
        "reference": stored["reference"],
        "note": stored["note"],
        "by_consent": stored.get("by_consent", False),
        "trade": _trade_of(stored.get("trade")),
    }
    if stored["kind"] == "retirement":
        return RetirementSpec(**common, reason=stored["reason"], beneficiary=stored["beneficiary"])
    return TransferSpec(**common)


def _number(text: str) -> int | Decimal:
    number = Decimal(text)
    if number.is_finite() and number == number.to_integral_value():
        return int(number)
    return number


def _titled(number: str, known: Accounts) -> str:
    found = known.get(number)
    return _entry_titled(found, number)


def _entry_titled(account: AccountEntry | None, number: str) -> str:
    return f"{account.name} ({account.number})" if account is not None else number
