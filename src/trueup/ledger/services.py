"""What can be done to the books; every function is one database transaction.

Nothing else writes holdings or the journal. Adapters do not come here: the contexts
named after the rule's headings do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F

from trueup.audit.statements import among
from trueup.ledger import checks
from trueup.ledger.entries import (
    AccountEntry,
    AccountSpec,
    ClaimSpec,
    Instruction,
    Range,
    Receipt,
)
from trueup.ledger.models import (
    Account,
    Claim,
    Hold,
    Holding,
    Issue,
    Lot,
    Move,
    Program,
    Reservation,
)
from trueup.ledger.models import Transaction as JournalLine
from trueup.ledger.numbers import account_number
from trueup.ledger.plan import OWN, Plan, plan_batch
from trueup.ledger.queries import account_entry
from trueup.ledger.store import Store, concerned, store
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import PROGRAM_PLACE
from trueup.rules.serials import Lot as SerialLot

# A batch whose rows keep changing under it is given up after this many plans.
PLANS = 200
BATCH = 1000


def open_account(
    *,
    program: str,
    kind: str,
    name: str,
    opened_at: datetime,
    jurisdiction: str = "",
    purpose: str = "",
) -> AccountEntry:
    """Open an account with a number of its own that is never given again.

    Source: 40 CFR 62.16320(d); PLAT-021.
    """
    spec = AccountSpec(
        program=program, kind=kind, name=name, jurisdiction=jurisdiction, purpose=purpose
    )
    return open_accounts([spec], opened_at=opened_at)[0]


@transaction.atomic
def open_accounts(specs: Sequence[AccountSpec], *, opened_at: datetime) -> list[AccountEntry]:
    """Open many accounts of one or several programs at once, in the order given.

    Source: 40 CFR 62.16320(d); PLAT-021.
    """
    next_ids = {code: _number_accounts(code, specs) for code in {spec.program for spec in specs}}
    accounts = []
    for spec in specs:
        identity = next_ids[spec.program]
        next_ids[spec.program] += 1
        accounts.append(
            Account(
                id=identity,
                program_id=identity // PROGRAM_PLACE,
                number=account_number(identity, spec.kind),
                kind=spec.kind,
                name=spec.name,
                jurisdiction=spec.jurisdiction,
                purpose=spec.purpose,
                opened_at=opened_at,
            )
        )
    Account.objects.bulk_create(accounts, batch_size=BATCH)
    return [account_entry(account) for account in accounts]


def freeze_account(account: int) -> None:
    """Keep an account from sending; it can still receive.

    Source: 40 CFR 62.16255(c), (d)(1).
    """
    Account.objects.filter(id=account, state="open").update(state="frozen")


def unfreeze_account(account: int) -> None:
    """Let a frozen account send again.

    Source: 40 CFR 62.16255(c).
    """
    Account.objects.filter(id=account, state="frozen").update(state="open")


@transaction.atomic
def close_account(account: int) -> None:
    """Close an account that holds nothing. Its number is never given again.

    Raises Refused (`account_not_empty`).

    Source: 40 CFR 62.16320(c)(6).
    """
    entry = Account.objects.select_for_update().get(id=account)
    if entry.holding_set.exists():
        raise Refused([checks.AccountNotEmpty(f"Account {entry.number} still holds instruments.")])
    Account.objects.filter(id=account).update(state="closed")


@transaction.atomic
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
    """Create instruments: the next numbers of a lot, share after share.

    Args:
        shares: Account id and quantity, in the order in which numbers are given.
        key: One key for all; each share's own key follows from it.
        vintage: Year of the MWh for credits; the lot's year unless it is given.

    Raises Refused as `record` does.

    Source: 40 CFR 62.16325(c); PLAT-040.
    """
    rules = programs.load(program)
    number = lot.number(rules.number)
    _open_books(program)
    books = store()
    start = books.open_lot(number, rules.number, lot.code)
    instructions = []
    for position, (account, quantity) in enumerate(shares):
        if quantity < 1:
            raise Refused(
                [checks.NotWholeNumber(f"{quantity} is not a whole number of at least 1.")]
            )
        instructions.append(
            Instruction(
                type="originate",
                source=None,
                destination=account,
                blocks=(Range(number, start, start + quantity - 1),),
                key=uuid5(key, f"share {position}"),
                actor=actor,
                submitted_at=recorded_at,
                ground=ground,
                cite=cite,
            )
        )
        start += quantity
    receipts = record(instructions, program=program, recorded_at=recorded_at)
    if any(receipt.repeated for receipt in receipts):
        return receipts
    Lot.objects.filter(id=number).update(next_serial=start)
    Issue.objects.create(
        lot_id=number,
        lo=instructions[0].blocks[0].lo,
        hi=start - 1,
        vintage=vintage if vintage is not None else lot.year,
        created_at=recorded_at,
    )
    return receipts


@transaction.atomic
def record(
    instructions: Sequence[Instruction], *, program: str, recorded_at: datetime
) -> tuple[Receipt, ...]:
    """Record a batch of transactions, all or none.

    A key that was recorded before with the same request gives its old receipt. Claims
    on the accounts that receive are met at once, in the same database transaction.

    Raises Refused with every reason; `row` counts the instructions from 1.

    Source: 40 CFR 62.16330(b), 62.16335(a) and (c).
    """
    plan = _carry_out(instructions, program=program, recorded_at=recorded_at, all_or_none=True)
    return tuple(outcome for outcome in plan.outcomes if isinstance(outcome, Receipt))


@transaction.atomic(savepoint=False)
def record_each(
    instructions: Sequence[Instruction], *, program: str, recorded_at: datetime
) -> tuple[Receipt | Refused, ...]:
    """Record each transaction of a batch that can be recorded, and say why of the others.

    Source: 40 CFR 62.16330(b), 62.16335(a) and (c).
    """
    plan = _carry_out(instructions, program=program, recorded_at=recorded_at, all_or_none=False)
    return tuple(plan.outcomes)


def check(
    instructions: Sequence[Instruction], *, program: str, recorded_at: datetime
) -> tuple[Receipt | Refused, ...]:
    """What `record_each` would answer now; nothing is written.

    Source: 40 CFR 62.16330(b).
    """
    plan = _decide(store(), instructions, program=program, recorded_at=recorded_at)
    return tuple(plan.outcomes)


@transaction.atomic
def reserve(*, account: int, blocks: Sequence[Range], placed_at: datetime, note: str = "") -> int:
    """Set serial numbers aside for a transfer that waits; they cannot go elsewhere.

    Returns the reservation's id, which the transfer names when it is recorded.

    Raises Refused (`not_whole_number`, `duplicate_serials`, `serials_not_held`).

    Source: 40 CFR 62.16375 "CO2 allowances held"; PLAT-045.
    """
    reasons = checks.unreadable(blocks)
    if reasons:
        raise Refused(reasons)
    reservation = Reservation.objects.create(account_id=account, note=note, placed_at=placed_at)
    books = store()
    for _ in range(PLANS):
        facts = books.read_facts(blocks, [account], [], 0)
        missing = facts.rows.missing(blocks, account=account, reservation=None)
        if missing:
            elsewhere = [
                checks.Elsewhere(range=part.range, holder=None, reserved=part.reserved)
                for part in missing
            ]
            raise Refused([checks.not_held(elsewhere)])
        for block in blocks:
            for row in facts.rows.cut(block):
                row.reservation = reservation.pk
                row.changed = True
        if books.write(Plan(rows=facts.rows)):
            return int(reservation.pk)
    raise RuntimeError(f"a reservation was planned {PLANS} times in vain")


def release(reservation: int) -> None:
    """Free serial numbers that waited in a transfer which will not be recorded.

    Source: PLAT-045.
    """
    release_all([reservation])


def release_all(reservations: Iterable[int]) -> None:
    """Free the serial numbers of several reservations in one statement.

    Source: PLAT-045.
    """
    Holding.objects.filter(reservation_id__in=among(reservations)).update(reservation=None)


@transaction.atomic
def reverse(*, tx: int, key: UUID, actor: str, ground: str, recorded_at: datetime) -> Receipt:
    """Give the same serial numbers back by a new transaction that names the old one.

    Raises Refused (`not_reversible`, `serials_not_held`).

    Source: 40 CFR 62.16355.
    """
    line = JournalLine.objects.select_related("destination__program").get(id=tx)
    program = line.destination.program.code
    kind = programs.load(program).transaction_types[line.type]
    if line.source_id is None or not kind.reversible:
        raise Refused([checks.NotReversible(f"“{line.type}” cannot be reversed.")])
    moves = Move.objects.filter(tx_id=tx).order_by("id").select_related("prev")
    blocks = tuple((Range(m.lot_id, m.lo, m.hi), m.prev) for m in moves)
    instruction = Instruction(
        type="adjust",
        source=line.destination_id,
        destination=line.source_id,
        blocks=tuple(block for block, _ in blocks),
        own=tuple(block for block, prev in blocks if prev is not None and prev.tier == OWN),
        key=key,
        actor=actor,
        submitted_at=recorded_at,
        ground=ground,
        cite="40 CFR 62.16355",
        mends=tx,
    )
    (receipt,) = record([instruction], program=program, recorded_at=recorded_at)
    return receipt


def place_hold(
    accounts: Sequence[int], *, vintage_max: int, ground: str, placed_at: datetime
) -> None:
    """Let transfers of these vintages to or from the accounts wait until released.

    Placing the same hold again changes nothing.

    Source: 40 CFR 62.16335(b).
    """
    Hold.objects.bulk_create(
        [
            Hold(account_id=account, vintage_max=vintage_max, ground=ground, placed_at=placed_at)
            for account in accounts
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def release_hold(accounts: Sequence[int], *, ground: str, released_at: datetime) -> int:
    """End a hold on accounts; how many there were.

    Source: 40 CFR 62.16335(b).
    """
    held = Hold.objects.filter(ground=ground, released_at=None, account_id__in=accounts)
    return held.update(released_at=released_at)


@transaction.atomic
def place_claims(claims: Sequence[ClaimSpec], *, placed_at: datetime) -> list[int]:
    """Note what accounts owe; from now on every arrival is taken until it is met.

    Source: 40 CFR 62.16340(d), 62.16220(c)(1)(ii)(A).
    """
    placed = Claim.objects.bulk_create(
        [
            Claim(
                account_id=claim.account,
                destination_id=claim.destination,
                owed=claim.owed,
                vintage_max=claim.vintage_max,
                ground=claim.ground,
                placed_at=placed_at,
            )
            for claim in claims
        ],
        batch_size=BATCH,
    )
    return [claim.pk for claim in placed]


def withdraw_claim(claim: int, *, withdrawn_at: datetime) -> None:
    """End a claim that is not owed any more; what was taken stays taken.

    Source: 40 CFR 62.16370.
    """
    Claim.objects.filter(id=claim, withdrawn_at=None).update(withdrawn_at=withdrawn_at)


def _number_accounts(program: str, specs: Sequence[AccountSpec]) -> int:
    """Take as many account ids of a program as there are specs for it; the first one."""
    number = programs.load(program).number
    _open_books(program)
    wanted = sum(1 for spec in specs if spec.program == program)
    Program.objects.filter(number=number).update(accounts_opened=F("accounts_opened") + wanted)
    opened = Program.objects.values_list("accounts_opened", flat=True).get(number=number)
    return number * PROGRAM_PLACE + opened - wanted + 1


def _open_books(program: str) -> None:
    number = programs.load(program).number
    if not Program.objects.filter(number=number).exists():
        Program.objects.bulk_create([Program(number=number, code=program)], ignore_conflicts=True)


def _carry_out(
    instructions: Sequence[Instruction], *, program: str, recorded_at: datetime, all_or_none: bool
) -> Plan:
    """Decide and write, again and again while rows change in between."""
    books = store()
    for _ in range(PLANS):
        plan = _decide(books, instructions, program=program, recorded_at=recorded_at)
        if all_or_none:
            _refuse_whole(plan.outcomes)
        if not plan.transactions or books.write(plan):
            return plan
    raise RuntimeError(f"a batch was planned {PLANS} times in vain")


def _decide(
    books: Store, instructions: Sequence[Instruction], *, program: str, recorded_at: datetime
) -> Plan:
    """Read what the batch concerns and plan it; read more where a refusal needs it."""
    rules = programs.load(program)
    ranges, accounts, keys = concerned(instructions)
    while True:
        facts = books.read_facts(ranges, accounts, keys, len(instructions))
        if facts.claims:
            facts.claims = books.lock_claims(accounts)
            debts = sum(len(facts.claims.get(i.destination, ())) for i in instructions)
            facts.ids += books.fresh_ids(debts)
        plan = plan_batch(facts, instructions, program=rules, recorded_at=recorded_at)
        unread = plan.unknown_holders.difference(accounts)
        if not unread:
            return plan
        accounts += sorted(unread)


def _refuse_whole(outcomes: Iterable[Receipt | Refused]) -> None:
    """Raise every refusal of a batch at once, each with the row it belongs to."""
    reasons = []
    for row, outcome in enumerate(outcomes, start=1):
        if isinstance(outcome, Refused):
            for refusal in outcome.refusals:
                refusal.row = row
                reasons.append(refusal)
    if reasons:
        raise Refused(reasons)
