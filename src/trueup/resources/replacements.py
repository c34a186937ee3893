"""Take credits or allowances back, claim what is missing, bar who does not replace it in time.

Source: 40 CFR 62.16450(b), (d)(2), (3); RATE-146, RATE-148 to RATE-150; AMB-19;
62.16255(b), (d)(2), (3); MASS-103, MASS-104; MASS-AMB-34.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, ClaimSpec, HoldingEntry, Instruction, Range
from trueup.resources import checks
from trueup.resources.awards import own_numbers
from trueup.resources.decisions import CORRECTION, Act, decide, log
from trueup.resources.entries import DebtEntry
from trueup.resources.filing import refuse, require_ground
from trueup.resources.models import Bar, Debt, Resource
from trueup.resources.queries import debt_entries
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock, lot_of_number

EVERY_VINTAGE = 9999
REVOCATIONS = UUID("0c7e4a52-6f5b-4c7a-8f53-621645000d30")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingBack:
    """Credits to be taken back from a resource's account, and why."""

    resource: Resource
    account: int
    cause: str
    quantity: int
    ground: str
    cite: str
    at: datetime
    actor: str


def take_back(work: TakingBack) -> DebtEntry:
    """Revoke what the account holds and claim the rest; the 30 days begin with the notice.

    Source: 40 CFR 62.16450(b), (d)(2), (3); RATE-149; AMB-19.
    """
    rules = programs.load(work.resource.program)
    retirement = ledger.retirement_account(program=work.resource.program, opened_at=work.at)
    revoked = _revoke(work, retirement)
    claim = _claim(work, retirement, missing=work.quantity - revoked)
    debt = Debt.objects.create(
        resource=work.resource,
        account_id=work.account,
        cause=work.cause,
        demanded=work.quantity,
        revoked=revoked,
        claim_id=claim,
        due_on=rules.days_from(rules.local_date(work.at), _replacement_days(rules)),
        placed_at=work.at,
    )
    log(
        Act(
            program=work.resource.program,
            subject=f"resource:{work.resource.pk}",
            at=work.at,
            actor=work.actor,
            cite=work.cite,
        ),
        "take_back_ercs",
        demanded=work.quantity,
        revoked=revoked,
        due_on=str(debt.due_on),
    )
    (entry,) = debt_entries([debt])
    return entry


def _replacement_days(rules: Program) -> int:
    """Days in which what an account lacked is to be supplied; the notice's is the first.

    Source: 40 CFR 62.16450(b), (d)(3); 62.16255(b), (d)(3); AMB-19; MASS-AMB-34.
    """
    if rules.resources is None:
        raise AssertionError(f"nothing is taken back from resources of {rules.code}")
    return rules.resources.replacement_days


def _revoke(work: TakingBack, retirement: AccountEntry) -> int:
    """Take what is there of the number wanted; how many credits that was."""
    taken = _chosen(work.resource, work.account, work.quantity)
    if taken:
        ledger.record(
            [
                Instruction(
                    type="cancel",
                    source=work.account,
                    destination=retirement.id,
                    blocks=tuple(taken),
                    key=uuid5(REVOCATIONS, f"{work.resource.pk} {work.cause} {work.ground}"),
                    actor=work.actor,
                    submitted_at=work.at,
                    ground=work.ground[:400],
                    cite=work.cite,
                )
            ],
            program=work.resource.program,
            recorded_at=work.at,
        )
    return sum(block.quantity for block in taken)


def _claim(work: TakingBack, retirement: AccountEntry, *, missing: int) -> int | None:
    """Note what the account lacks; whatever arrives from now on is taken for it."""
    if not missing:
        return None
    spec = ClaimSpec(
        account=work.account,
        destination=retirement.id,
        owed=missing,
        vintage_max=EVERY_VINTAGE,
        ground=f"replacement for {work.resource.identifier}: {work.cause}"[:200],
    )
    return ledger.place_claims([spec], placed_at=work.at)[0]


@transaction.atomic
def bar_for_unmet_debts(*, program: str, at: datetime) -> int:
    """Bar those who did not replace credits in time; how many were barred now.

    An ineligible resource is barred itself; for a final report its representative.

    Source: 40 CFR 62.16450(b), (d)(3); RATE-150; AMB-19.
    """
    today = programs.load(program).local_date(at)
    late = Debt.objects.filter(
        resource__program=program, due_on__lt=today, claim__isnull=False, bar=None
    ).select_related("resource")
    rows = {row.pk: row for row in late.order_by("id")}
    barred = 0
    for entry in debt_entries(rows.values()):
        if not entry.open:
            continue
        row = rows[entry.id]
        seats = accounts.representatives([entry.account])[entry.account]
        is_person = row.cause == "final_report" and bool(seats)
        Bar.objects.create(
            debt=row,
            person_id=seats[0].person if is_person else None,
            resource=None if is_person else row.resource,
            from_at=at,
        )
        ground = f"{entry.open:,} credits were not replaced by {row.due_on}."
        decide(_act(row.resource, at, "registry"), item=CORRECTION, outcome="barred", ground=ground)
        barred += 1
    return barred


@transaction.atomic
def readmit(*, debt: int, reason: str, at: datetime, actor: str = "administrator") -> None:
    """Let a barred resource or representative take part again.

    Raises Refused (`ground_missing`, `barred` if nobody is barred for this debt).

    Source: 40 CFR 62.16450(b), (d)(3); RATE-150.
    """
    refuse(require_ground(reason))
    found = Bar.objects.filter(debt_id=debt, until_at=None).select_related("debt__resource").first()
    if found is None:
        raise Refused([checks.Barred("Nobody is barred for this debt.")])
    found.until_at, found.readmitted_for = at, reason[:1000]
    found.save(update_fields=["until_at", "readmitted_for"])
    act = _act(found.debt.resource, at, actor)
    decide(act, item=CORRECTION, outcome="readmitted", ground=reason)


def chosen_credits(resource: int, quantity: int) -> tuple[str, ...]:
    """The serial numbers that would be taken back now, a block each.

    Source: 40 CFR 62.16450(b), (d)(2); RATE-149.
    """
    row = Resource.objects.get(id=resource)
    if row.account_id is None or quantity <= 0:
        return ()
    return tuple(
        str(SerialBlock(lot=lot_of_number(lot), first=lo, last=hi))
        for lot, lo, hi in _chosen(row, row.account_id, quantity)
    )


def _chosen(resource: Resource, account: int, quantity: int) -> list[Range]:
    """The resource's own numbers first, then others first in, first out (RATE-149)."""
    own = own_numbers(resource)
    free = [held for held in ledger_queries.holdings(account) if held.reservation is None]
    pieces = [piece for held in free for piece in _pieces(held, own)]
    pieces.sort(key=lambda piece: not piece[0])  # Stable: within each, first in, first out.
    chosen: list[Range] = []
    wanted = quantity
    for _, block in pieces:
        if not wanted:
            break
        part = min(wanted, block.quantity)
        chosen.append(Range(block.lot, block.lo, block.lo + part - 1))
        wanted -= part
    return chosen


def _pieces(held: HoldingEntry, own: Sequence[Range]) -> list[tuple[bool, Range]]:
    """A block cut where the resource's own numbers begin and end."""
    lot, lo, hi = held.range
    pieces: list[tuple[bool, Range]] = []
    for other in sorted(part for part in own if part.lot == lot and part.lo <= hi):
        if other.hi < lo:
            continue
        if lo < other.lo:
            pieces.append((False, Range(lot, lo, other.lo - 1)))
        end = min(hi, other.hi)
        pieces.append((True, Range(lot, max(lo, other.lo), end)))
        lo = end + 1
    if lo <= hi:
        pieces.append((False, Range(lot, lo, hi)))
    return pieces


def _act(row: Resource, at: datetime, actor: str) -> Act:
    return Act(
        program=row.program,
        subject=f"resource:{row.pk}",
        at=at,
        actor=actor,
        cite="40 CFR 62.16450(b), (d)(3)",
    )
