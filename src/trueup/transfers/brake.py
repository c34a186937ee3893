"""The emergency brake as officials use it: decided, logged, told to everybody concerned.

One official stops chosen types of transaction of a program at once. A second confirms it
within the program's business days; until then it is on the list of whoever can, and is not
lifted by itself. Two officials let the transactions go on. Meanwhile transfers are taken
in, and wait: they keep their place and their clocks.

Source: PLAT-094; docs/decisions/0175.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.accounts.checks import NotAuthorized
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import BrakeEntry
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec
from trueup.transfers import authority
from trueup.transfers.deadlines import wait_ends_at
from trueup.transfers.orders import GROUND_MAX

CONFIRM = "confirm_brake"
FUNCTION = "brake"
STOPPED, RELEASED = "transactions_stopped", "transactions_released"
CITE = "PLAT-094"
PAGE = 1000


@transaction.atomic
def pull_brake(
    *,
    program: str,
    types: Sequence[str],
    ground: str,
    at: datetime,
    actor: str,
    key: UUID | None = None,
) -> BrakeEntry:
    """Stop these types of transaction of a program at once.

    Args:
        types: `transfer`, `retire`, `deduct` and so on, as the program declares them.
        actor: `official:3`, or `administrator` on the console.

    Raises Refused (`not_authorized`, `unknown_type`, `ground_missing`).

    Source: PLAT-094; docs/decisions/0175.
    """
    _require_official(actor)
    rules = programs.load(program)
    days = max(1, rules.people.safeguards.confirm_business_days)
    confirm_by = rules.local_date(wait_ends_at(rules, at, days=days))
    entry = ledger.pull_brake(
        program=program,
        types=types,
        ground=" ".join(ground.split())[:GROUND_MAX],
        pulled_by=actor,
        pulled_at=at,
        confirm_by=confirm_by,
        key=key or uuid4(),
    )
    _log(entry, act="pull_brake", actor=actor, at=at)
    _tell(entry, event=STOPPED, at=at)
    tasks.open_tasks(
        [
            TaskSpec(
                kind=CONFIRM,
                program=program,
                subject=subject_of(entry),
                title=f"Confirm, or lift, the stop of {', '.join(entry.types)}: {entry.ground}",
                opened_at=at,
                due_on=confirm_by,
                function=FUNCTION,
                dedupe=f"{CONFIRM} {entry.key}",
                excluded=_person_of(actor),
                opened_by=actor,
            )
        ]
    )
    return entry


@transaction.atomic
def confirm_brake(*, key: UUID, at: datetime, actor: str) -> BrakeEntry:
    """Confirm, as a second official, that the brake was to be pulled.

    Raises Refused (`not_authorized`, `unknown_brake`, `brake_lifted`, `brake_confirmed`,
    `same_person`).

    Source: PLAT-094; docs/decisions/0175.
    """
    _require_official(actor)
    entry = ledger.confirm_brake(key=key, confirmed_by=actor, confirmed_at=at)
    _log(entry, act="confirm_brake", actor=actor, at=at)
    tasks.close_tasks(
        subject=subject_of(entry), kind=CONFIRM, closed_at=at, outcome="confirmed", actor=actor
    )
    return entry


@transaction.atomic
def lift_brake(*, key: UUID, at: datetime, actor: str) -> BrakeEntry:
    """Ask that the transactions go on; when a second official asks too, they do.

    What waited is recorded by the clock, in the order of receipt.

    Raises Refused (`not_authorized`, `unknown_brake`, `brake_lifted`, `same_person`).

    Source: PLAT-094; docs/decisions/0175.
    """
    _require_official(actor)
    entry = ledger.lift_brake(key=key, lifted_by=actor, at=at)
    _log(entry, act="lift_brake", actor=actor, at=at)
    if entry.is_on:
        tasks.open_tasks(
            [
                TaskSpec(
                    kind="lift_brake",
                    program=entry.program,
                    subject=subject_of(entry),
                    title=f"Let {', '.join(entry.types)} go on: a second official is needed",
                    opened_at=at,
                    function=FUNCTION,
                    dedupe=f"lift_brake {entry.key}",
                    excluded=_person_of(actor),
                    opened_by=actor,
                )
            ]
        )
        return entry
    _tell(entry, event=RELEASED, at=at)
    tasks.close_tasks(subject=subject_of(entry), closed_at=at, outcome="lifted", actor=actor)
    return entry


def brakes(*, program: str) -> list[BrakeEntry]:
    """What is stopped in a program now: the banner of every page.

    Source: PLAT-094.
    """
    return ledger_queries.brakes(program=program)


def _require_official(actor: str) -> None:
    if not authority.is_official(actor):
        raise Refused([NotAuthorized("Only an official can stop transactions.")])


def _person_of(actor: str) -> tuple[int, ...]:
    role, _, person = actor.partition(":")
    return (int(person),) if role == "official" and person.isdigit() else ()


def subject_of(entry: BrakeEntry) -> str:
    return f"brake:{entry.key}"


def _log(entry: BrakeEntry, *, act: str, actor: str, at: datetime) -> None:
    audit.log(
        at=at,
        program=entry.program,
        actor=actor,
        act=act,
        subject=subject_of(entry),
        after={
            "types": list(entry.types),
            "ground": entry.ground,
            "is_on": entry.is_on,
            "confirm_by": entry.confirm_by.isoformat(),
        },
        cite=CITE,
    )


def _tell(entry: BrakeEntry, *, event: str, at: datetime) -> None:
    """Tell every representative in the program, each once; a page of accounts at a time."""
    context: dict[str, ContextValue] = {
        "program": entry.program,
        "types": ", ".join(entry.types),
        "ground": entry.ground,
        "pulled_at": entry.pulled_at,
        "lifted_at": entry.lifted_at,
    }
    for ids in _account_pages(entry.program):
        seats = accounts.representatives(ids, at=at)
        people = sorted({seat.person for sitting in seats.values() for seat in sitting})
        audit.notify(
            [
                NoticeSpec(
                    event=event,
                    program=entry.program,
                    person=person,
                    context=context,
                    created_at=at,
                    dedupe=f"{event} {entry.key}",
                )
                for person in people
            ]
        )


def _account_pages(program: str) -> Iterable[list[int]]:
    after = 0
    while page := ledger_queries.accounts(program=program, limit=PAGE, after=after):
        after = page[-1].id
        yield [account.id for account in page]
