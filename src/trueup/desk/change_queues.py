"""What waits for officials of States' plans, and of units that were idle.

Who was idle is found from everything that is reported, so the clock finds it and it is
kept; with it stands when it was read.

Source: 40 CFR 60.27; 62.16240(a)(2); MASS-060, MASS-074; docs/decisions/0295.
"""

from __future__ import annotations

from datetime import date, datetime

from trueup.allocation import losses
from trueup.allocation.losses import IdleUnit
from trueup.disclosure.kept_sums import Sums, kept
from trueup.rules.program import Program
from trueup.state_plans import queries


def idle_units(*, program: str) -> tuple[list[IdleUnit], datetime]:
    """Units that lost their allocations by what is reported and not yet by an act.

    Source: 40 CFR 62.16240(a)(2); MASS-060.
    """
    found, read_at = kept(IDLE, program)
    known = losses.losses(program=program)
    return [one for one in found if one.unit.id not in known], read_at


def late_steps(*, program: str, today: date) -> int:
    """How many steps of States' plans are late.

    Source: 40 CFR 60.27(b)-(d); MASS-074.
    """
    return sum(len(one.late) for one in queries.standings(program=program, today=today))


def _idle(program: Program, _argument: str, at: datetime) -> list[IdleUnit]:
    if not program.allocates:
        return []
    return losses.idle_queue(program=program.code, today=program.local_date(at))


IDLE = Sums(name="idle", make=_idle, usual=lambda program, _at: [""] if program.allocates else [])
