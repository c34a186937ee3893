"""What may close an account, as it is kept: requests, and notices for inactivity."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from trueup.accounts.application_entries import ClosingEntry
from trueup.accounts.application_models import Closing
from trueup.audit.statements import among

OUTCOME_MAX = 400


def pending_closing(account: int) -> ClosingEntry | None:
    """The request or the notice that may close an account now.

    Source: 40 CFR 62.16320(c)(6).
    """
    row = Closing.objects.filter(account_id=account, state="pending").first()
    return closing_entry(row) if row is not None else None


def pending_closings(
    *, program_accounts: tuple[int, int], limit: int, after: int = 0
) -> list[ClosingEntry]:
    """What may close accounts whose ids are in a range, the oldest first, a page at a time."""
    first, last = program_accounts
    rows = Closing.objects.filter(
        state="pending", account_id__gte=first, account_id__lte=last, id__gt=after
    )
    return [closing_entry(row) for row in rows.order_by("id")[:limit]]


def notices_ending(*, program_accounts: tuple[int, int], first: date, last: date) -> list[date]:
    """The last days of pending notices, from one day to another, both included."""
    lowest, highest = program_accounts
    rows = Closing.objects.filter(
        state="pending",
        account_id__gte=lowest,
        account_id__lte=highest,
        ends_on__gte=first,
        ends_on__lte=last,
    )
    days = rows.values_list("ends_on", flat=True).distinct()
    return sorted(day for day in days if day is not None)


def closings_of(account: int) -> list[ClosingEntry]:
    """All requests to close an account and notices of closure, the newest first."""
    rows = Closing.objects.filter(account_id=account).order_by("-id")
    return [closing_entry(row) for row in rows]


def end_closings(accounts: Iterable[int], *, state: str, at: datetime, outcome: str) -> None:
    """Say what became of what was pending: `closed`, or `kept`."""
    Closing.objects.filter(account_id__in=among(accounts), state="pending").update(
        state=state, ended_at=at, outcome=outcome[:OUTCOME_MAX]
    )


def begin_closing(
    *,
    account: int,
    kind: str,
    ground: str,
    begun_at: datetime,
    ends_on: date | None = None,
    asked_by: int | None = None,
) -> ClosingEntry:
    """Keep what may close an account; there is one at a time."""
    return closing_entry(
        Closing.objects.create(
            account_id=account,
            kind=kind,
            ground=ground[:OUTCOME_MAX],
            begun_at=begun_at,
            ends_on=ends_on,
            asked_by_id=asked_by,
        )
    )


def closing_entry(row: Closing) -> ClosingEntry:
    return ClosingEntry(
        id=row.pk,
        account=row.account_id,
        kind=row.kind,
        state=row.state,
        ground=row.ground,
        asked_by=row.asked_by_id,
        begun_at=row.begun_at,
        ends_on=row.ends_on,
        good_cause=row.good_cause,
        good_cause_at=row.good_cause_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
    )
