"""What the acts that stop things call: the brake, and a transfer that waits."""

from __future__ import annotations

from uuid import UUID, uuid5

from trueup.desk import checks
from trueup.desk.kinds import Asked, Result
from trueup.ledger import queries as ledger
from trueup.rules.refusal import Refused
from trueup.tasks import services as tasks
from trueup.transfers import brake
from trueup.transfers import queries as transfer_queries
from trueup.transfers import services as transfers
from trueup.transfers.checks import UnknownTransfer


def pull_brake(asked: Asked) -> Result:
    entry = transfers.pull_brake(
        program=asked.program,
        types=asked["types"],
        ground=asked["ground"],
        at=asked.at,
        actor=asked.actor,
        key=_brake_of(asked),
    )
    # The desk asks for the second official itself.
    tasks.close_tasks(subject=brake.subject_of(entry), closed_at=asked.at, outcome="at the desk")
    return {"brake": str(entry.key), "stopped": list(asked["types"])}


def confirm_brake(asked: Asked) -> Result:
    transfers.confirm_brake(key=_brake_of(asked), at=asked.at, actor=asked.second)
    return {"brake": str(_brake_of(asked))}


def undo_brake(asked: Asked) -> Result:
    """A second official finds that it was not called for: both let the transactions go on."""
    key = _brake_of(asked)
    transfers.lift_brake(key=key, at=asked.at, actor=asked.actor)
    transfers.lift_brake(key=key, at=asked.at, actor=asked.second)
    return {"brake": str(key)}


def lift_brake(asked: Asked) -> Result:
    key = UUID(asked["brake"])
    found = ledger.brake(key)
    if found is not None and found.program != asked.program:
        raise Refused([checks.NotAuthorized("It belongs to another program.")])
    transfers.lift_brake(key=key, at=asked.at, actor=asked.actor)
    if asked.second:
        transfers.lift_brake(key=key, at=asked.at, actor=asked.second)
    return {"brake": str(key)}


def stop_transfer(asked: Asked) -> Result:
    key = UUID(asked["transfer"])
    found = transfer_queries.transfer(key, viewer=None)
    if found is None or found.program != asked.program:
        raise Refused([UnknownTransfer("There is no such transfer in this program.")])
    entry = transfers.stop(key=key, ground=asked["ground"], at=asked.at, actor=asked.actor)
    return {"transfer": str(entry.key), "state": entry.state}


def _brake_of(asked: Asked) -> UUID:
    return uuid5(asked.key, "brake")
