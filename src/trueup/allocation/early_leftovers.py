"""Early action allowances that are left after all awards go to the State's units.

Source: preamble V.D.4; MASS-099; docs/decisions/0337.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from trueup.allocation import early_checks as checks
from trueup.allocation.budgets import ensure_originated
from trueup.allocation.early_entries import LeftoverShare
from trueup.allocation.early_models import (
    EarlyActionLeftover,
    EarlyActionLeftoverShare,
    EarlyActionProject,
)
from trueup.allocation.early_pools import require_state
from trueup.allocation.entries import StateVintage
from trueup.allocation.queries import initial_allocations
from trueup.allocation.state_accounts import EARLY_ACTION, ensure_state_accounts
from trueup.audit import services as audit
from trueup.audit.statements import insert_many
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Instruction, Range
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.set_aside import divide_surplus

CITE = "preamble V.D.4; MASS-099"
LEFTOVERS = UUID("54f0c8d2-0a0e-4a59-9a55-621623501d40")
BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    rules: Program
    jurisdiction: str
    at: datetime
    actor: str


@transaction.atomic
def distribute_early_leftover(
    *, program: str, jurisdiction: str, distributed_at: datetime, actor: str = "administrator"
) -> list[LeftoverShare]:
    """Divide what a State's early action set-aside still has among its units, and end awards.

    Every vintage is divided by its initial allocations, whole by largest remainder. A
    vintage of which no unit was allocated anything stays where it is.

    Raises Refused (`unknown_state`, `awards_open` while an application is not decided or
    not awarded, `nothing_left`).

    Source: preamble V.D.4; MASS-099.
    """
    rules = programs.load(program)
    require_state(rules, jurisdiction)
    act = _Act(rules=rules, jurisdiction=jurisdiction, at=distributed_at, actor=actor)
    _require_awards_done(act)
    _create_budgets(act)
    place = (jurisdiction, EARLY_ACTION)
    account = ensure_state_accounts([place], program=program, opened_at=act.at)[place].id
    given: list[LeftoverShare] = []
    for vintage, blocks in sorted(_left_of(account, jurisdiction).items()):
        given += _divide(act, account, vintage, blocks)
    if not any(share.quantity for share in given):
        raise Refused([checks.NothingLeft(f"Nothing of {jurisdiction} is left to divide.")])
    _keep(act, given)
    return given


def _require_awards_done(act: _Act) -> None:
    open_ones = EarlyActionProject.objects.filter(
        program=act.rules.code, jurisdiction=act.jurisdiction
    ).exclude(state="rejected")
    names = [row.name for row in open_ones.filter(awards__isnull=True).order_by("id")[:10]]
    if names:
        raise Refused(
            [
                checks.AwardsOpen(
                    f"Decide and award first, or reject: {', '.join(names)}. What is divided"
                    " cannot be awarded any more."
                )
            ]
        )


def _create_budgets(act: _Act) -> None:
    """The set-aside of each vintage of the first period, where it is not created yet."""
    vintages = act.rules.schedule.printed[0].vintages
    wanted = {
        StateVintage(act.jurisdiction, vintage): 0
        for vintage in vintages
        if (budget := act.rules.budget(act.jurisdiction, vintage)) is not None
        and dict(budget.parts).get(EARLY_ACTION)
    }
    ensure_originated(
        wanted,
        program=act.rules.code,
        recorded_at=act.at,
        actor=act.actor,
        key=uuid5(LEFTOVERS, f"{act.rules.code} {act.jurisdiction} budgets"),
    )


def _left_of(account: int, jurisdiction: str) -> dict[int, list[Range]]:
    """By vintage, the free numbers of a set-aside, the lowest last."""
    found: dict[int, list[Range]] = {}
    for held in ledger_queries.holdings(account):
        if held.reservation is None and held.lot.jurisdiction == jurisdiction:
            found.setdefault(held.vintage, []).append(held.range)
    return {vintage: sorted(blocks, reverse=True) for vintage, blocks in found.items()}


def _divide(act: _Act, account: int, vintage: int, blocks: list[Range]) -> list[LeftoverShare]:
    """Move a vintage's part to each unit; one transaction a share that is not empty."""
    initial = initial_allocations(
        program=act.rules.code, jurisdiction=act.jurisdiction, vintage=vintage
    )
    quantity = sum(block.quantity for block in blocks)
    if not initial or not quantity:
        return []
    parts = divide_surplus(quantity, {unit: of for unit, (_, of) in initial.items()})
    taken = [unit for unit in sorted(parts) if parts[unit]]
    instructions = [
        Instruction(
            type="allocate",
            source=account,
            destination=initial[unit][0],
            blocks=tuple(_take(blocks, parts[unit])),
            key=uuid5(LEFTOVERS, f"{act.rules.code} {act.jurisdiction} {vintage} {unit}"),
            actor=act.actor,
            submitted_at=act.at,
            ground=f"early action left over, {act.jurisdiction} {vintage}",
            cite=CITE,
        )
        for unit in taken
    ]
    txs = dict(zip(taken, _record(act, instructions), strict=True))
    return [
        LeftoverShare(
            vintage=vintage,
            unit=unit,
            account=initial[unit][0],
            quantity=parts[unit],
            tx=txs.get(unit),
        )
        for unit in sorted(parts)
    ]


def _record(act: _Act, instructions: list[Instruction]) -> list[int]:
    txs: list[int] = []
    for start in range(0, len(instructions), BATCH):
        receipts = ledger.record(
            instructions[start : start + BATCH], program=act.rules.code, recorded_at=act.at
        )
        txs += [receipt.tx for receipt in receipts]
    return txs


def _take(left: list[Range], quantity: int) -> Iterator[Range]:
    """So many of the lowest numbers, taken off the end of the list."""
    missing = quantity
    while missing:
        part = left.pop()
        size = min(missing, part.quantity)
        if size < part.quantity:
            left.append(Range(part.lot, part.lo + size, part.hi))
        missing -= size
        yield Range(part.lot, part.lo, part.lo + size - 1)


def _keep(act: _Act, given: list[LeftoverShare]) -> None:
    totals: dict[int, int] = {}
    for share in given:
        totals[share.vintage] = totals.get(share.vintage, 0) + share.quantity
    _keep_shares(act, given, totals)
    _log(act, totals)


def _keep_shares(act: _Act, given: list[LeftoverShare], totals: Mapping[int, int]) -> None:
    """Keep what was left of each vintage, and the share of each unit in it."""
    rows = EarlyActionLeftover.objects.bulk_create(
        [
            EarlyActionLeftover(
                program=act.rules.code,
                jurisdiction=act.jurisdiction,
                vintage=vintage,
                quantity=quantity,
                distributed_at=act.at,
                distributed_by=act.actor,
            )
            for vintage, quantity in totals.items()
            if quantity
        ]
    )
    keys: Mapping[int, int] = {row.vintage: row.pk for row in rows}
    insert_many(
        EarlyActionLeftoverShare,
        [
            {
                "leftover_id": keys[share.vintage],
                "unit_id": share.unit,
                "account_id": share.account,
                "quantity": share.quantity,
                "tx": share.tx,
            }
            for share in given
            if share.vintage in keys
        ],
    )


def _log(act: _Act, totals: Mapping[int, int]) -> None:
    total = sum(totals.values())
    subject = f"early_action:{act.jurisdiction}"
    audit.decide(
        decision_class="ii",
        program=act.rules.code,
        subject=subject,
        outcome="early action left over divided",
        reasons=[f"{total:,} {act.rules.instruments} of {act.jurisdiction} to its units ({CITE})."],
        decided_at=act.at,
        decided_by=act.actor,
    )
    audit.log(
        at=act.at,
        program=act.rules.code,
        actor=act.actor,
        act="distribute_early_leftover",
        subject=subject,
        after={str(vintage): quantity for vintage, quantity in totals.items()},
        cite=CITE,
    )
