"""What every kind of document says in the same way: accounts, blocks, instants, positions.

Facts are plain JSON: whole numbers, texts, truth values; decimals as text, instants with
the program's own offset. Written canonically they are the attachment of the document, and
their SHA-256 is printed on it.

Source: PLAT-088; docs/decisions/0270.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from trueup.documents.entries import Facts, Positions
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program
from trueup.rules.serials import SerialBlock


def canonical(facts: Facts, *, is_practice: bool) -> bytes:
    """The facts as the bytes that are attached and hashed: keys in order, no blanks, UTF-8."""
    whole: dict[str, Any] = {
        "kind": facts.kind,
        "program": facts.program,
        "positions": [list(run) for run in facts.positions],
        "subject": facts.subject,
        "facts": facts.values,
    }
    if is_practice:
        whole["practice"] = True
    return json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def program_values(program: Program) -> dict[str, str]:
    return {
        "code": program.code,
        "name": program.name,
        "instrument": program.instrument,
        "instruments": program.instruments,
        "unit": program.unit,
    }


def account_values(entry: AccountEntry) -> dict[str, str]:
    """An account as documents name it: its exact name, its number, kind, State and status."""
    return {
        "number": entry.number,
        "name": entry.name,
        "kind": entry.kind,
        "jurisdiction": entry.jurisdiction,
        "state": entry.state,
    }


def party_values(entry: AccountEntry | None) -> dict[str, str] | None:
    """The other side of a transaction: without its status, which can change later."""
    if entry is None:
        return None
    return {key: value for key, value in account_values(entry).items() if key != "state"}


def block_values(block: SerialBlock) -> dict[str, Any]:
    return {
        "first": block.first_serial,
        "last": block.last_serial,
        "vintage": block.lot.year,
        "quantity": block.quantity,
    }


def instant(at: datetime, program: Program) -> str:
    """An instant in the program's zone, to the second, with its offset."""
    return at.astimezone(program.zone).replace(microsecond=0).isoformat()


def runs(positions: Iterable[int]) -> Positions:
    """Journal positions as runs, in order: 3, 4, 5, 9 are 3 to 5 and 9 to 9."""
    found: list[tuple[int, int]] = []
    for position in sorted(set(positions)):
        if found and found[-1][1] + 1 == position:
            found[-1] = (found[-1][0], position)
        else:
            found.append((position, position))
    return tuple(found)


def last_position(program: str) -> int:
    """The last position of the journal of a program; 0 in an empty one."""
    newest = ledger.recent(program=program, limit=1)
    return newest[0].id if newest else 0


def sums_by_vintage(blocks: Iterable[Mapping[str, Any]]) -> list[dict[str, int]]:
    sums: dict[int, int] = {}
    for block in blocks:
        sums[block["vintage"]] = sums.get(block["vintage"], 0) + block["quantity"]
    return [{"vintage": vintage, "quantity": sums[vintage]} for vintage in sorted(sums)]
