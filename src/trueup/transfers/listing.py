"""The outgoing and incoming transfers of an account, for its own people, a page at a time.

Source: PLAT-007; 40 CFR 62.16330, 62.16335(e).
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from trueup.transfers.entries import TransferEntry
from trueup.transfers.models import UNSIGNED, Transfer
from trueup.transfers.queries import PAGE, entries

# What a list can be cut down to, by the words that its people use.
RECEIVER_DECIDED = Q(state="rejected", asked_at=None) | Q(
    state="rejected", approved_by__isnull=False
)
FILTERS: dict[str, Q] = {
    "awaiting_approval": Q(state="awaiting_approval"),
    "awaiting_acceptance": Q(state="awaiting_acceptance"),
    "delayed": Q(state="delayed"),
    "held": Q(state="held"),
    "recorded": Q(state="recorded"),
    "refused": Q(state="refused"),
    "cancelled": Q(state="cancelled", decision=None),
    "stopped": Q(state="cancelled", decision__isnull=False),
    "rejected": Q(state="rejected") & ~RECEIVER_DECIDED,
    "declined": RECEIVER_DECIDED,
    "expired": Q(state="expired"),
}


def outgoing(
    account: int, *, states: Collection[str] = (), limit: int = PAGE, before: int | None = None
) -> list[TransferEntry]:
    """What an account sends, the newest first, with its own notes.

    Args:
        states: Of FILTERS; all if none is named.
        before: Id of the last transfer of the page before.

    Source: 40 CFR 62.16330; PLAT-051.
    """
    rows = Transfer.objects.filter(source_id=account)
    return entries(list(_cut(rows, states, before)[:limit]))


def incoming(
    account: int, *, states: Collection[str] = (), limit: int = PAGE, before: int | None = None
) -> list[TransferEntry]:
    """What is sent to an account, the newest first, without the notes of the senders.

    What the sending side has not submitted is nobody else's business: it is left out.

    Source: 40 CFR 62.16335(d), (e); PLAT-052.
    """
    rows = Transfer.objects.filter(destination_id=account).exclude(
        Q(state=UNSIGNED) | Q(state="expired") | Q(state="rejected") & ~RECEIVER_DECIDED
    )
    return [entry.public for entry in entries(list(_cut(rows, states, before)[:limit]))]


def _cut(
    rows: QuerySet[Transfer], states: Collection[str], before: int | None
) -> QuerySet[Transfer]:
    wanted = Q()
    for state in states:
        wanted |= FILTERS.get(state, Q(pk=None))
    rows = rows.filter(wanted)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return rows.order_by("-id")
