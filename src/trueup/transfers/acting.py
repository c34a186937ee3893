"""What the acts on a transfer that waits have in common: look it up, keep the act, tell.

Source: PLAT-017, PLAT-094.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from trueup.accounts.entries import SubmitterEntry
from trueup.audit import services as audit
from trueup.audit.statements import insert_many
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.transfers import authority
from trueup.transfers.act_models import TransferAct
from trueup.transfers.checks import Expired, TextNotUsable, UnknownTransfer
from trueup.transfers.deadlines import tell_refused_by
from trueup.transfers.entries import TransferEntry
from trueup.transfers.models import GROUND_MAX, UNSIGNED, Transfer
from trueup.transfers.queries import entries
from trueup.transfers.telling import subject_of, tell_of_end

CITE = "PLAT-094; 40 CFR 62.16335"


@dataclass(slots=True, kw_only=True)
class Case:
    """A transfer that somebody acts on, its row locked."""

    row: Transfer
    entry: TransferEntry
    rules: Program
    source: AccountEntry
    destination: AccountEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does what to a transfer, and why.

    Attributes:
        actor: Of an official or the clock; of a person it follows from `by`.
    """

    what: str
    at: datetime
    by: SubmitterEntry | None = None
    actor: str = ""
    ground: str = ""
    signature: int | None = None

    @property
    def name(self) -> str:
        return f"person:{self.by.person}" if self.by is not None else self.actor


def look_up(key: UUID) -> Case:
    """A transfer by its key, locked until the database transaction ends.

    Raises Refused (`unknown_transfer`).
    """
    row = Transfer.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise Refused([UnknownTransfer("There is no such transfer.")])
    (entry,) = entries([row])
    if entry.source is None or entry.destination is None:
        raise Refused([UnknownTransfer("The transfer names no account, and was refused.")])
    return Case(
        row=row,
        entry=entry,
        rules=programs.load(entry.program),
        source=entry.source,
        destination=entry.destination,
    )


def refuse_expired(entry: TransferEntry, *, at: datetime) -> None:
    """Refuse a signature that comes when the proposal has lapsed, noticed or not.

    Raises Refused (`expired`).

    Source: PLAT-094.
    """
    is_over = entry.expires_at is not None and at >= entry.expires_at
    if entry.state == "expired" or (entry.state == UNSIGNED and is_over):
        raise Refused([Expired("It has lapsed for want of a second signature; submit it anew.")])


def refuse_unaccepted(entry: TransferEntry, *, rules: Program, at: datetime) -> None:
    """Refuse a consent that comes when its time is over, where the program sets one.

    Raises Refused (`expired`).

    Source: PLAT-052, PLAT-094 (program values).
    """
    has_end = rules.people.safeguards.acceptance_hours and entry.expires_at is not None
    if has_end and entry.expires_at is not None and at >= entry.expires_at:
        raise Refused([Expired("It has lapsed: the receiving side did not agree in time.")])


def require_ground(ground: str) -> str:
    """Why, in words that both sides will read.

    Raises Refused (`text_not_usable`).
    """
    said = " ".join(ground.split())
    if not said or len(said) > GROUND_MAX or not said.isprintable():
        raise Refused([TextNotUsable(f"Say why, in 1 to {GROUND_MAX} readable characters.")])
    return said


def keep_acts(cases: Sequence[tuple[Case | Transfer, Act]]) -> None:
    """Keep what was done to transfers, and log it; two statements for any number.

    Source: PLAT-017.
    """
    insert_many(
        TransferAct,
        [
            {
                "transfer_id": _row(case).pk,
                "what": act.what,
                "person_id": act.by.person if act.by is not None else None,
                "principal_id": act.by.principal if act.by is not None else None,
                "actor": act.name,
                "at": act.at,
                "ground": act.ground,
                "signature_id": act.signature,
            }
            for case, act in cases
        ],
    )
    audit.log_many(
        [
            audit.EventSpec(
                at=act.at,
                program=_row(case).program,
                actor=act.name,
                act=f"{act.what}_transfer",
                subject=f"transfer:{_row(case).key}",
                after={
                    "state": _row(case).state,
                    "ground": act.ground,
                    "principal": act.by.principal if act.by is not None else None,
                },
                cite=CITE,
            )
            for case, act in cases
        ]
    )


def end(case: Case, act: Act, *, state: str, decision: int | None = None) -> TransferEntry:
    """Call a transfer off: its serial numbers are free, both sides are told why.

    Source: PLAT-045, PLAT-094.
    """
    row = case.row
    if row.reservation_id is not None:
        ledger.release(row.reservation_id)
    row.state, row.reservation_id, row.waits, row.is_late = state, None, [], False
    row.due_on, row.decision_id = None, decision
    row.ended_at, row.ended_by, row.ended_ground = act.at, act.name, act.ground
    row.save()
    keep_acts([(case, act)])
    (entry,) = entries([row])
    tell_of_end(
        [entry],
        rules=case.rules,
        submitters=authority.submitters([case.source.id, case.destination.id], at=act.at),
        at=act.at,
        due_on=None if decision is None else tell_refused_by(case.rules, entry.received_at),
    )
    return entry


def _row(case: Case | Transfer) -> Transfer:
    return case.row if isinstance(case, Case) else case


__all__ = [
    "Act",
    "Case",
    "end",
    "keep_acts",
    "look_up",
    "refuse_expired",
    "refuse_unaccepted",
    "require_ground",
    "subject_of",
    "transaction",
]
