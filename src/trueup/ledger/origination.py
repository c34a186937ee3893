"""Create instruments: the next numbers of a lot, share after share, issue after issue.

Source: 40 CFR 62.16325(c); 62.16515(f); PLAT-040.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from trueup.ledger import checks
from trueup.ledger.account_reads import accounts_by_id
from trueup.ledger.entries import Instruction, Origination, Range, Receipt
from trueup.ledger.models import Issue, Lot
from trueup.ledger.opening import open_books
from trueup.ledger.recordation import record_fresh
from trueup.ledger.store import store
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import Lot as SerialLot


def originate(
    *,
    program: str,
    lot: SerialLot,
    shares: Sequence[tuple[int, int]],
    key: UUID,
    actor: str,
    recorded_at: datetime,
    ground: str = "",
    cite: str = "40 CFR 62.16325(c)",
    vintage: int | None = None,
) -> tuple[Receipt, ...]:
    """Create one issue of instruments: the next numbers of a lot, share after share.

    Args:
        shares: Account id and quantity, in the order in which numbers are given.
        key: One key for all; each share's own key follows from it.
        vintage: Year of the MWh for credits; the lot's year unless it is given.

    Raises Refused as `record` does.

    Source: 40 CFR 62.16325(c); PLAT-040.
    """
    issue = Origination(
        lot=lot, shares=tuple(shares), key=key, ground=ground, cite=cite, vintage=vintage
    )
    (receipts,) = originate_many([issue], program=program, actor=actor, recorded_at=recorded_at)
    return receipts


@transaction.atomic
def originate_many(
    issues: Sequence[Origination], *, program: str, actor: str, recorded_at: datetime
) -> list[tuple[Receipt, ...]]:
    """Create many issues at once, each with a vintage of its own; all or none.

    Lots are taken in the order of their numbers, so that two who issue at once wait for
    each other and never in a circle. The receipts are in the order of the issues.

    Raises Refused as `record` does; `row` counts the shares of all issues from 1.

    Source: 40 CFR 62.16325(c); 62.16515(f); PLAT-040.
    """
    if not issues:
        return []
    rules = programs.load(program)
    _refuse_lots(issues, rules)
    _refuse_shares(issues)
    open_books(program)
    books = store()
    lots = {issue.lot.number(rules.number): issue.lot for issue in issues}
    following = {
        number: books.open_lot(number, rules.number, lots[number].code) for number in sorted(lots)
    }
    planned: list[list[Instruction]] = []
    for issue in issues:
        number = issue.lot.number(rules.number)
        of_issue = list(_instructions(issue, number, following[number], actor, recorded_at))
        following[number] = of_issue[-1].blocks[0].hi + 1
        planned.append(of_issue)
    receipts = record_fresh(
        [one for of_issue in planned for one in of_issue],
        program=program,
        recorded_at=recorded_at,
        fresh=[
            (one.blocks[0], issue.of_year)
            for issue, of_issue in zip(issues, planned, strict=True)
            for one in of_issue
        ],
    )
    if all(receipt.repeated for receipt in receipts):
        return _by_issue(receipts, planned)
    if any(receipt.repeated for receipt in receipts):
        raise Refused([checks.KeyReused("Some of these issues were recorded before.")])
    for number, start in following.items():
        Lot.objects.filter(id=number).update(next_serial=start)
    Issue.objects.bulk_create(
        [
            Issue(
                lot_id=of_issue[0].blocks[0].lot,
                lo=of_issue[0].blocks[0].lo,
                hi=of_issue[-1].blocks[0].hi,
                vintage=issue.of_year,
                created_at=recorded_at,
            )
            for issue, of_issue in zip(issues, planned, strict=True)
        ]
    )
    return _by_issue(receipts, planned)


def _instructions(
    issue: Origination, number: int, start: int, actor: str, recorded_at: datetime
) -> Iterator[Instruction]:
    for position, (account, quantity) in enumerate(issue.shares):
        yield Instruction(
            type="originate",
            source=None,
            destination=account,
            blocks=(Range(number, start, start + quantity - 1),),
            key=uuid5(issue.key, f"share {position}"),
            actor=actor,
            submitted_at=recorded_at,
            ground=issue.ground,
            cite=issue.cite,
        )
        start += quantity


def _by_issue(
    receipts: Sequence[Receipt], planned: Sequence[Sequence[Instruction]]
) -> list[tuple[Receipt, ...]]:
    following = iter(receipts)
    return [tuple(next(following) for _ in of_issue) for of_issue in planned]


def _refuse_lots(issues: Sequence[Origination], rules: Program) -> None:
    """Refuse number lines that the program does not have.

    Source: 40 CFR 62.16325(c); 62.16515(f); PLAT-041; RATE-040.
    """
    refusals: list[Refusal] = []
    for lot in dict.fromkeys(issue.lot for issue in issues):
        if lot.jurisdiction not in rules.places:
            refusals.append(
                checks.UnknownJurisdiction(
                    f"“{lot.jurisdiction}” is no State of this program; nothing is created for it."
                )
            )
        if rules.credits is not None and lot.category not in rules.credits.categories:
            refusals.append(
                checks.UnknownCategory(
                    f"“{lot.category}” is no category of credits of this program."
                    if lot.category
                    else "A credit needs its category, which stands in its serial number."
                )
            )
    if refusals:
        raise Refused(refusals)


def _refuse_shares(issues: Sequence[Origination]) -> None:
    """Refuse parts of instruments, and one State's instruments in another State's account.

    Source: PLAT-029; MASS-046.
    """
    refusals: list[Refusal] = []
    known = accounts_by_id(account for issue in issues for account, _ in issue.shares)
    for issue in issues:
        for account, quantity in issue.shares:
            if quantity < 1:
                refusals.append(
                    checks.NotWholeNumber(f"{quantity} is not a whole number of at least 1.")
                )
            of = known.get(account)
            if (
                of is not None
                and of.kind in ("origination", "holding")
                and of.jurisdiction not in ("", issue.lot.jurisdiction)
            ):
                refusals.append(
                    checks.DestinationNotPermitted(
                        f"Account {of.number} is of {of.jurisdiction}: the instruments of"
                        f" {issue.lot.jurisdiction} are created in an account of"
                        f" {issue.lot.jurisdiction}."
                    )
                )
    if refusals:
        raise Refused(refusals)
