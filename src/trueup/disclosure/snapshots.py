"""The sums over a whole program that pages show, each with the instant of its reading.

Source: PLAT-112, PLAT-141, PLAT-142; docs/decisions/0295.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trueup.disclosure import queries
from trueup.disclosure.concentration import Concentration, concentration
from trueup.disclosure.credit_totals import CREDITS
from trueup.disclosure.entries import ProgramState
from trueup.disclosure.interstate import INTERSTATE
from trueup.disclosure.kept_sums import Sums, kept
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state of a program, and when it was read."""

    state: ProgramState
    read_at: datetime


def snapshot(program: str, period: CompliancePeriod) -> Snapshot:
    """The state of a program in a period, as it was read last."""
    state, read_at = kept(STATE, program, period.name)
    return Snapshot(state=state, read_at=read_at)


def holdings(program: str, *, vintage: int | None) -> tuple[Concentration, datetime]:
    """What each group of owners holds, of one vintage or of all, and when it was read.

    A vintage of which participants hold nothing is not counted: all of them are.

    Source: PLAT-112.
    """
    found = kept(HOLDINGS, program)
    if vintage is None or vintage not in dict(found[0].vintages):
        return found
    return kept(HOLDINGS, program, str(vintage))


def _state(program: Program, period: str, _at: datetime) -> ProgramState:
    return queries.program_state(program, program.period_named(period))


def _shown(program: Program, at: datetime) -> Iterable[str]:
    """The period of the home page."""
    return [queries.period_to_show(program, today=program.local_date(at)).name]


def _holdings(program: Program, vintage: str, at: datetime) -> Concentration:
    year = int(vintage) if vintage else None
    return concentration(program=program.code, on=program.local_date(at), vintage=year)


STATE = Sums(name="state", make=_state, usual=_shown)
HOLDINGS = Sums(name="holdings", make=_holdings, usual=lambda _program, _at: [""])
KINDS: tuple[Sums[Any], ...] = (STATE, HOLDINGS, CREDITS, INTERSTATE)
