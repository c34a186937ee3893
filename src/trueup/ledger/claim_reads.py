"""Read holds and claims on accounts."""

from __future__ import annotations

from collections.abc import Iterable

from trueup.ledger.entries import (
    ClaimEntry,
    HoldEntry,
)
from trueup.ledger.models import Claim, Hold


def holds(accounts: Iterable[int], *, include_released: bool = False) -> dict[int, list[HoldEntry]]:
    """Holds that are in force on accounts, or all that ever were (62.16335(b))."""
    found: dict[int, list[HoldEntry]] = {}
    rows = Hold.objects.filter(account_id__in=list(accounts)).order_by("id")
    for hold in rows if include_released else rows.filter(released_at=None):
        entry = HoldEntry(
            account=hold.account_id,
            vintage_max=hold.vintage_max,
            ground=hold.ground,
            placed_at=hold.placed_at,
            released_at=hold.released_at,
        )
        found.setdefault(hold.account_id, []).append(entry)
    return found


def claims(accounts: Iterable[int]) -> dict[int, list[ClaimEntry]]:
    """Claims on accounts that were not withdrawn, met ones too, in order of placing."""
    found: dict[int, list[ClaimEntry]] = {}
    rows = Claim.objects.filter(account_id__in=list(accounts), withdrawn_at=None).order_by("id")
    for claim in rows:
        found.setdefault(claim.account_id, []).append(_claim_entry(claim))
    return found


def claims_by_id(ids: Iterable[int]) -> dict[int, ClaimEntry]:
    """Claims by id."""
    return {claim.pk: _claim_entry(claim) for claim in Claim.objects.filter(id__in=list(ids))}


def _claim_entry(claim: Claim) -> ClaimEntry:
    return ClaimEntry(
        id=claim.pk,
        account=claim.account_id,
        destination=claim.destination_id,
        owed=claim.owed,
        taken=claim.taken,
        vintage_max=claim.vintage_max,
        ground=claim.ground,
        placed_at=claim.placed_at,
        barred=frozenset(claim.barred.split()),
    )
