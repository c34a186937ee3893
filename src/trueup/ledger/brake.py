"""The emergency brake: stop types of transaction of a program at once, and let them go on.

Every account of the program is marked, and the kernel reads the mark with the account: a
transaction pays no statement for it. To mark an account its row is locked, and each
recordation that a representative asked for locks the rows of its accounts and compares
them with what it read. So what is being recorded is waited for, and nothing is recorded
after the brake was pulled (docs/decisions/0175).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from trueup.ledger import brake_reads, checks
from trueup.ledger.entries import BrakeEntry
from trueup.ledger.models import Account, Brake, Program
from trueup.ledger.opening import open_books
from trueup.rules import programs
from trueup.rules.refusal import Refused


@transaction.atomic
def pull_brake(
    *,
    program: str,
    types: Iterable[str],
    ground: str,
    pulled_by: str,
    pulled_at: datetime,
    confirm_by: date,
    key: UUID,
) -> BrakeEntry:
    """Keep these types of transaction of a program from being recorded, from now on.

    Raises Refused (`unknown_type`, `ground_missing`).

    Source: PLAT-094.
    """
    rules = programs.load(program)
    wanted = sorted(set(types))
    unknown = [code for code in wanted if code not in rules.transaction_types]
    if unknown or not wanted:
        raise Refused(
            [
                checks.UnknownType(
                    "Name types of transaction of the program:"
                    f" {', '.join(rules.transaction_types)}."
                )
            ]
        )
    if not ground.strip():
        raise Refused([checks.GroundMissing("Say why the transactions are stopped.")])
    _lock(program)
    Brake.objects.create(
        key=key,
        program_id=rules.number,
        types=wanted,
        ground=ground.strip(),
        pulled_by=pulled_by,
        pulled_at=pulled_at,
        confirm_by=confirm_by,
    )
    _mark_accounts(program)
    return _entry(key)


@transaction.atomic
def confirm_brake(*, key: UUID, confirmed_by: str, confirmed_at: datetime) -> BrakeEntry:
    """A second official confirms that the brake was to be pulled.

    Raises Refused (`unknown_brake`, `brake_lifted`, `brake_confirmed`, `same_person`).

    Source: PLAT-094.
    """
    row = _on(key)
    if row.confirmed_at is not None:
        raise Refused([checks.BrakeConfirmed("A second official has confirmed it already.")])
    _require_another(confirmed_by, row.pulled_by)
    row.confirmed_by, row.confirmed_at = confirmed_by, confirmed_at
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    return _entry(key)


@transaction.atomic
def lift_brake(*, key: UUID, lifted_by: str, at: datetime) -> BrakeEntry:
    """Ask that the transactions go on; when a second official asks too, they do.

    Raises Refused (`unknown_brake`, `brake_lifted`, `same_person`).

    Source: PLAT-094.
    """
    row = _on(key)
    if row.lift_asked_at is None:
        row.lift_asked_by, row.lift_asked_at = lifted_by, at
        row.save(update_fields=["lift_asked_by", "lift_asked_at"])
        return _entry(key)
    _require_another(lifted_by, row.lift_asked_by)
    row.lifted_by, row.lifted_at = lifted_by, at
    row.save(update_fields=["lifted_by", "lifted_at"])
    _mark_accounts(row.program.code)
    return _entry(key)


def _mark_accounts(program: str) -> None:
    """Mark every account of a program with what is stopped now, in the order of their ids."""
    rows = Account.objects.filter(program_id=programs.load(program).number)
    list(rows.order_by("id").select_for_update().values_list("id"))
    rows.update(stopped=" ".join(brake_reads.stopped_types(program)))


def _lock(program: str) -> None:
    """Keep others from opening accounts and from pulling or lifting a brake meanwhile."""
    open_books(program)
    Program.objects.select_for_update().get(number=programs.load(program).number)


def _on(key: UUID) -> Brake:
    """A brake that is on, with its program locked."""
    found = brake_reads.brake(key)
    if found is None:
        raise Refused([checks.UnknownBrake("There is no such brake.")])
    _lock(found.program)
    row = Brake.objects.select_related("program").get(key=key)
    if row.lifted_at is not None:
        raise Refused([checks.BrakeLifted("The transactions have been let go on already.")])
    return row


def _require_another(actor: str, first: str) -> None:
    if actor == first:
        raise Refused(
            [checks.SameOfficial("Another official than the first one has to agree to this.")]
        )


def _entry(key: UUID) -> BrakeEntry:
    entry = brake_reads.brake(key)
    if entry is None:
        raise AssertionError(f"brake {key} was there and is gone")
    return entry
