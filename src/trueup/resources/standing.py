"""Standing instructions on the credits of a resource: given, carried out, ended.

Source: 40 CFR 62.16530; PLAT-126; docs/decisions/0204.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from uuid import UUID, uuid5

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.audit import services as audit
from trueup.audit.statements import among
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, Instruction, Range
from trueup.resources import checks
from trueup.resources.entries import StandingEntry, StandingSpec
from trueup.resources.filing import existing, refuse, submitter_refusals
from trueup.resources.models import Issuance, Resource, StandingInstruction, StandingPart
from trueup.resources.signed import Signed, keep_signature
from trueup.rules import standing
from trueup.rules.refusal import Refusal, Refused

CITE = "40 CFR 62.16530; PLAT-126"
PARTS = UUID("a4e3f0c1-6b56-5b0f-9d57-621653000001")
IN_FORCE_MAX = 50


@transaction.atomic
def give_standing_instruction(
    spec: StandingSpec, *, person: int, given_at: datetime, signed: Signed | None = None
) -> StandingEntry:
    """Have a part of each issue of a resource's credits go to another account.

    Raises Refused (`not_representative`, `unknown_account`, `same_account`,
    `destination_not_permitted`, `standing_quantity`, `standing_vintages`,
    `too_many_standing`).

    Source: 40 CFR 62.16530; PLAT-126; docs/decisions/0204.
    """
    row = existing(spec.resource)
    destination = ledger_queries.find_account(program=row.program, number=spec.destination)
    refusals = submitter_refusals(row, person, at=given_at)
    refusals += _spec_refusals(spec, row, destination)
    refuse(refusals)
    if destination is None:
        raise AssertionError("an unknown account was refused")
    created = StandingInstruction.objects.create(
        resource=row,
        destination_id=destination.id,
        percent=spec.percent,
        up_to=spec.up_to,
        priority=spec.priority,
        from_vintage=spec.from_vintage,
        to_vintage=spec.to_vintage,
        takes_part=spec.takes_part,
        is_irrevocable=spec.is_irrevocable,
        given_by_id=person,
        given_at=given_at,
    )
    keep_signature(row, signed, person=person, at=given_at)
    _log(created, "give_standing_instruction", at=given_at, actor=f"person:{person}")
    return standing_entry(created)


@transaction.atomic
def end_standing_instruction(
    *, instruction: int, person: int, at: datetime, signed: Signed | None = None
) -> StandingEntry:
    """End an instruction; an irrevocable one when both sides have asked for it.

    The sides are the resource's and the receiving account's representatives. A revocable
    instruction is ended by the resource's side alone, or given up by the receiver's.

    Raises Refused (`no_such_standing`, `not_representative`).

    Source: PLAT-126; docs/decisions/0204.
    """
    row = _in_force(instruction)
    sides = _sides(row, person, at=at)
    if not sides:
        raise Refused(
            [checks.NotRepresentative("The person represents neither side of the instruction.")]
        )
    if "sponsor" in sides:
        row.end_wanted_by_sponsor_id = person
    if "holder" in sides:
        row.end_wanted_by_holder_id = person
    both = row.end_wanted_by_sponsor_id is not None and row.end_wanted_by_holder_id is not None
    if both or not row.is_irrevocable:
        row.ended_at, row.ended_by = at, f"person:{person}"
    row.save()
    keep_signature(row.resource, signed, person=person, at=at)
    what = "end_standing_instruction" if row.ended_at else "ask_to_end_standing_instruction"
    _log(row, what, at=at, actor=f"person:{person}")
    return standing_entry(row)


@transaction.atomic
def strike_standing_instruction(
    *, instruction: int, ground: str, at: datetime, actor: str = "administrator"
) -> StandingEntry:
    """End an instruction of any kind as an official, with a reason.

    Raises Refused (`no_such_standing`, `ground_missing`).

    Source: PLAT-126; docs/decisions/0204.
    """
    if not ground.strip():
        raise Refused([checks.GroundMissing("Say why the instruction is ended.")])
    row = _in_force(instruction)
    row.ended_at, row.ended_by, row.ended_for = at, actor, ground.strip()
    row.save()
    _log(row, "strike_standing_instruction", at=at, actor=actor)
    return standing_entry(row)


def standing_of(resource: int, *, include_ended: bool = False) -> list[StandingEntry]:
    """The standing instructions of a resource in the order in which they are carried out."""
    rows = StandingInstruction.objects.filter(resource_id=resource)
    if not include_ended:
        rows = rows.filter(ended_at=None)
    return [standing_entry(row) for row in rows.order_by("priority", "id")]


def carry_out(issuances: Sequence[Issuance], *, at: datetime) -> None:
    """Move what standing instructions ask for, in the transaction of the issues themselves.

    An account that cannot receive gets nothing, with the reason; the issue goes on.

    Source: PLAT-126; docs/decisions/0204.
    """
    of_resource: dict[int, list[StandingInstruction]] = defaultdict(list)
    known = among(issuance.resource_id for issuance in issuances)
    for row in StandingInstruction.objects.filter(resource_id__in=known, ended_at=None):
        of_resource[row.resource_id].append(row)
    for issuance in issuances:
        if issuance.resource_id in of_resource:
            _carry_out_of(issuance, of_resource[issuance.resource_id], at=at)


def _carry_out_of(issuance: Issuance, rows: Sequence[StandingInstruction], *, at: datetime) -> None:
    resource = issuance.resource
    if issuance.lot is None or issuance.lo is None or issuance.hi is None:
        return
    block = Range(issuance.lot, issuance.lo, issuance.hi)
    free = [
        Range(held.lot_number, held.first, held.last)
        for held in ledger_queries.holdings_within([block])
        if held.account == resource.account_id and held.reservation is None
    ]
    parts = standing.divide(
        issuance.quantity,
        vintage=issuance.year,
        available=sum(piece.quantity for piece in free),
        instructions=[_on_paper(row) for row in rows],
    )
    by_id = {row.pk: row for row in rows}
    for part in parts:
        taken = _take(free, part.given)
        _carry_out_one(issuance, by_id[part.key], part, taken, at=at)


def _carry_out_one(
    issuance: Issuance,
    row: StandingInstruction,
    part: standing.Part,
    taken: list[Range],
    *,
    at: datetime,
) -> None:
    tx: int | None = None
    reason = "" if part.given else "nothing was left"
    if taken:
        instruction = Instruction(
            type="transfer",
            source=issuance.resource.account_id,
            destination=row.destination_id,
            blocks=tuple(taken),
            key=uuid5(PARTS, f"{issuance.pk} {row.pk}"),
            actor=f"person:{row.given_by_id}",
            submitted_at=at,
            ground=f"standing instruction {row.pk}",
            cite=CITE,
        )
        (outcome,) = ledger.record_each(
            [instruction], program=issuance.resource.program, recorded_at=at
        )
        if isinstance(outcome, Refused):
            reason = " ".join(refusal.sentence for refusal in outcome.refusals)[:1000]
        else:
            tx = outcome.tx
    StandingPart.objects.create(
        issuance=issuance,
        instruction=row,
        wanted=part.wanted,
        given=part.given if tx is not None else 0,
        tx=tx,
        reason=reason,
    )


def _take(free: list[Range], quantity: int) -> list[Range]:
    """The first numbers that are free; they are taken off the list."""
    taken = []
    while quantity:
        first = free.pop(0)
        part = min(quantity, first.quantity)
        taken.append(Range(first.lot, first.lo, first.lo + part - 1))
        if part < first.quantity:
            free.insert(0, Range(first.lot, first.lo + part, first.hi))
        quantity -= part
    return taken


def _spec_refusals(
    spec: StandingSpec, row: Resource, destination: AccountEntry | None
) -> Iterable[Refusal]:
    if destination is None:
        yield ledger_checks.UnknownAccount(f"There is no account {spec.destination}.")
    elif destination.id == row.account_id:
        yield ledger_checks.SameAccount("The credits are issued into that account anyway.")
    elif destination.kind not in ("compliance", "general"):
        yield ledger_checks.DestinationNotPermitted(
            f"Account {destination.number} does not receive transfers."
        )
    has_percent = spec.percent is not None and 0 < spec.percent <= 100
    has_number = spec.up_to is not None and spec.up_to > 0
    if has_percent == has_number or (spec.percent is not None and spec.up_to is not None):
        yield checks.StandingQuantity(
            "Give a percentage above 0 and up to 100, or a number of credits of at least 1."
        )
    first, last = spec.from_vintage, spec.to_vintage
    if first is not None and last is not None and last < first:
        yield checks.StandingVintages(f"The vintages end in {last} before they begin in {first}.")
    known = StandingInstruction.objects.filter(resource=row, ended_at=None).count()
    if known >= IN_FORCE_MAX:
        yield checks.TooManyStanding(
            f"{row.name} has {known} standing instructions already; end one first."
        )


def _in_force(instruction: int) -> StandingInstruction:
    row = (
        StandingInstruction.objects.select_for_update()
        .filter(id=instruction, ended_at=None)
        .first()
    )
    if row is None:
        raise Refused([checks.NoSuchStanding("There is no such standing instruction in force.")])
    return row


def _sides(row: StandingInstruction, person: int, *, at: datetime) -> set[str]:
    """Which sides of an instruction a person represents."""
    source = row.resource.account_id
    return {
        side
        for side, account in (("sponsor", source), ("holder", row.destination_id))
        if account is not None and accounts.may_submit(person, account, at)
    }


def _on_paper(row: StandingInstruction) -> standing.Standing:
    return standing.Standing(
        key=row.pk,
        percent=Fraction(row.percent) if row.percent is not None else None,
        up_to=row.up_to,
        priority=row.priority,
        from_vintage=row.from_vintage,
        to_vintage=row.to_vintage,
        takes_part=row.takes_part,
    )


def standing_entry(row: StandingInstruction) -> StandingEntry:
    return StandingEntry(
        id=row.pk,
        resource=row.resource_id,
        destination=row.destination_id,
        percent=row.percent,
        up_to=row.up_to,
        priority=row.priority,
        from_vintage=row.from_vintage,
        to_vintage=row.to_vintage,
        takes_part=row.takes_part,
        is_irrevocable=row.is_irrevocable,
        given_at=row.given_at,
        end_wanted_by_sponsor=row.end_wanted_by_sponsor_id,
        end_wanted_by_holder=row.end_wanted_by_holder_id,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def _log(row: StandingInstruction, act: str, *, at: datetime, actor: str) -> None:
    audit.log(
        at=at,
        program=row.resource.program,
        actor=actor,
        act=act,
        subject=f"standing_instruction:{row.pk}",
        after={
            "resource": row.resource_id,
            "destination": row.destination_id,
            "percent": str(row.percent) if row.percent is not None else None,
            "up_to": row.up_to,
            "is_irrevocable": row.is_irrevocable,
            "ended": row.ended_at is not None,
        },
        cite=CITE,
        account=row.resource.account_id,
    )
