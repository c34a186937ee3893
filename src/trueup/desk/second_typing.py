"""What a second official typed off a paper, beside what the first one typed.

The second types the paper without having seen the first one's text. Only where both say
the same is it filed.

Source: PLAT-154; PLAT-018; docs/decisions/0297.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from trueup.desk import checks
from trueup.desk.entries import ProposalEntry
from trueup.desk.models import SecondTyping
from trueup.rules.refusal import Refused
from trueup.signing import queries as signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of a paper of which two officials typed different things."""

    field: str
    first: str
    second: str


def typed(
    certificate: Mapping[str, Any],
    *,
    accepted: Mapping[int, Sequence[str]],
    received_at: datetime,
) -> dict[str, Any]:
    """What one official typed off a paper, as it is kept and compared."""
    return {
        "certificate": dict(certificate),
        "signed_by": {str(person): sorted(keys) for person, keys in sorted(accepted.items())},
        "received_at": received_at.astimezone(UTC).isoformat(),
    }


def first_typing(entry: ProposalEntry) -> dict[str, Any]:
    """What the first official typed, of a proposal to file a certificate on paper."""
    papers = signatures.papers(entry.values["papers"])
    return typed(
        json.loads(entry.values["certificate"]),
        accepted={paper.signer: paper.accepted for paper in papers},
        received_at=min(paper.received_at for paper in papers),
    )


def last_typing(entry: ProposalEntry, *, by: int) -> dict[str, Any] | None:
    """What an official typed off the paper of a proposal, the last time."""
    row = SecondTyping.objects.filter(proposal_id=entry.id, by_id=by).order_by("-id").first()
    return dict(row.typed) if row is not None else None


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    """The fields of which two typings say different things, in the order of their names."""
    old, new = dict(_fields(first)), dict(_fields(second))
    return [
        Difference(field=name, first=old.get(name, ""), second=new.get(name, ""))
        for name in sorted(old.keys() | new.keys())
        if old.get(name, "") != new.get(name, "")
    ]


def require_same(entry: ProposalEntry, by: int) -> None:
    """Refuse an approval by who has not typed the paper, or typed something else.

    Raises Refused (`not_typed_again`).

    Source: PLAT-154; docs/decisions/0297.
    """
    second = last_typing(entry, by=by)
    if second is None:
        sentence = "Type what the paper says yourself before you approve it."
        raise Refused([checks.NotTypedAgain(sentence)])
    if differences(first_typing(entry), second):
        sentence = "What you typed off the paper is not what the first official typed."
        raise Refused([checks.NotTypedAgain(sentence)])


def _fields(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every value of a document by its path; what is empty is as if it were not there."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _fields(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value, start=1):
            yield from _fields(item, f"{name}.{place}")
    elif value not in (None, ""):
        yield name, str(value)
