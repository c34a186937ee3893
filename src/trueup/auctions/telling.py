"""Who is told what of an auction, and what awaits whom; a constant number of statements.

Nobody is told what others bid, and no mail says what was bid before the close.

Source: RGGI-042, RGGI-044, RGGI-045; PLAT-052, PLAT-150.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.auctions.filing_models import Application, BidSchedule
from trueup.auctions.models import Auction, Award, Qualification
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.auction_bids import in_dollars
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

KIND = "auction_submissions"
FUNCTION = "auction"


def subject_of(row: Auction) -> str:
    """How tasks and the audit name an auction."""
    return f"auction:{row.pk}"


def announced(row: Auction, *, at: datetime) -> None:
    """Open the task of the officials who close it."""
    _open_official(row, "close_auction", f"Close auction {row.number}", at=at, due=row.closes_at)


def applied(row: Auction, application: Application, *, at: datetime) -> None:
    """Ask the officials to decide on an application, before bidding closes."""
    _open_official(
        row,
        "decide_bidder",
        f"Decide who may bid in auction {row.number}: application {application.pk}",
        at=at,
        due=row.closes_at,
        subject=f"bidder:{application.pk}",
    )


def decided(row: Auction, application: Application, *, actor: str, at: datetime) -> None:
    """Tell the account's people whether it may bid; then a task awaits them."""
    tasks.close_tasks(
        subject=f"bidder:{application.pk}", closed_at=at, outcome=application.state, actor=actor
    )
    _notify(
        row,
        "auction_application_decided",
        {
            application.account_id: {
                "decision": "accepted" if application.state == "accepted" else "refused",
                "reason": application.reason or None,
                "closes_at": row.closes_at,
            }
        },
        at=at,
        dedupe=f"bidder:{application.pk}:decided",
    )


def qualified(row: Auction, account: int, *, at: datetime) -> None:
    """Show an account's people that they may bid, and until when."""
    tasks.open_tasks(
        [
            TaskSpec(
                kind="enter_bids",
                program=row.program,
                subject=subject_of(row),
                title=f"Bid in auction {row.number}",
                opened_at=at,
                due_on=programs.load(row.program).local_date(row.closes_at),
                account=account,
                submission=KIND,
                dedupe=f"{subject_of(row)}:enter_bids:{account}",
            )
        ]
    )


def entered(row: Auction, schedule: BidSchedule, *, at: datetime) -> None:
    """A receipt to the account's people, which tells no quantity and no price."""
    _notify(
        row,
        "auction_bids_received",
        {
            schedule.account_id: {
                "bids": schedule.bids,
                "commitment": schedule.commitment,
                "entered_at": schedule.entered_at,
            }
        },
        at=at,
        dedupe=f"{subject_of(row)}:bids:{schedule.key}",
    )


def closed(
    row: Auction, price_cents: int | None, bidders: Iterable[int], *, actor: str, at: datetime
) -> None:
    """Tell each bidder its own result alone; and the officials what is next."""
    tasks.close_tasks(subject=subject_of(row), closed_at=at, outcome="closed", actor=actor)
    won = dict(Award.objects.filter(auction=row).values_list("account_id", "quantity"))
    price = None if price_cents is None else in_dollars(price_cents)
    _notify(
        row,
        "auction_result",
        {
            account: {
                "awarded": won.get(account, 0),
                "price": price,
                "to_pay": in_dollars(won[account] * (price_cents or 0)) if account in won else None,
            }
            for account in bidders
        },
        at=at,
        dedupe=f"{subject_of(row)}:result",
    )
    _open_official(row, "settle_auction", f"Settle auction {row.number}", at=at)


def settled(row: Auction, *, actor: str, at: datetime) -> None:
    """The next task of the officials is the delivery."""
    tasks.close_tasks(subject=subject_of(row), closed_at=at, outcome="settled", actor=actor)
    _open_official(row, "deliver_auction", f"Deliver auction {row.number}", at=at)


def delivered(row: Auction, *, actor: str, at: datetime) -> None:
    """Tell the winners that the allowances are in their accounts."""
    tasks.close_tasks(subject=subject_of(row), closed_at=at, outcome="delivered", actor=actor)
    awards = Award.objects.filter(auction=row, is_forfeited=False)
    _notify(
        row,
        "auction_delivered",
        {
            account: {"awarded": quantity, "tx": tx, "vintage": row.vintage}
            for account, quantity, tx in awards.values_list("account_id", "quantity", "tx_id")
        },
        at=at,
        dedupe=f"{subject_of(row)}:delivered",
    )


def cancelled(row: Auction, *, actor: str, at: datetime) -> None:
    """Tell who is qualified or has applied that there will be no auction."""
    waiting = list(row.applications.filter(state="waiting").values_list("id", flat=True))
    tasks.close_many(
        [subject_of(row), *(f"bidder:{key}" for key in waiting)],
        closed_at=at,
        outcome="cancelled",
        actor=actor,
    )
    concerned = set(Qualification.objects.filter(auction=row).values_list("account_id", flat=True))
    concerned |= set(row.applications.values_list("account_id", flat=True))
    _notify(
        row,
        "auction_cancelled",
        {account: {"reason": row.reason} for account in sorted(concerned)},
        at=at,
        dedupe=f"{subject_of(row)}:cancelled",
    )


def _open_official(
    row: Auction,
    kind: str,
    title: str,
    *,
    at: datetime,
    due: datetime | None = None,
    subject: str = "",
) -> None:
    day = programs.load(row.program).local_date(due) if due is not None else None
    tasks.open_tasks(
        [
            TaskSpec(
                kind=kind,
                program=row.program,
                subject=subject or subject_of(row),
                title=title,
                opened_at=at,
                due_on=day,
                function=FUNCTION,
            )
        ]
    )


def _notify(
    row: Auction,
    event: str,
    contexts: Mapping[int, Mapping[str, ContextValue]],
    *,
    at: datetime,
    dedupe: str,
) -> None:
    """A notice to the representatives of each account, with what concerns it alone."""
    if not contexts:
        return
    program = programs.load(row.program)
    entries = ledger.accounts_by_id(contexts)
    people = accounts.representatives(list(contexts), at=at)
    audit.notify(
        [
            NoticeSpec(
                event=event,
                program=row.program,
                person=one.person,
                account=account,
                created_at=at,
                context={
                    "auction": row.number,
                    "program": program.name,
                    "account": f"{entries[account].name} ({entries[account].number})",
                    **context,
                },
                dedupe=f"{dedupe}:{account}",
            )
            for account, context in contexts.items()
            for one in people[account]
        ]
    )
