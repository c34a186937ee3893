"""Trading across States: what of whose instruments was used where, and net imports.

Budgets and compliance are kept apart by State; an instrument of any covered or linked
State counts in any other.

Source: preamble III.A.1, V.A; 40 CFR 62.16235(b); MASS-048, MASS-072; RATE-217; PLAT-092.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trueup.compliance.grounds import STEPS, ground_of
from trueup.disclosure.kept_sums import Sums, kept
from trueup.disclosure.queries import period_to_show
from trueup.ledger.interstate_reads import Used, deducted_by_state
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTrade:
    """What one State used of its own and of others' instruments, for one period.

    Attributes:
        own: Its own, used by its own facilities.
        imported: Others', used by its facilities. exported: Its own, used in others.
        partners: From whom it imported, the largest first: State and quantity.
    """

    code: str
    name: str
    own: int
    imported: int
    exported: int
    partners: tuple[tuple[str, int], ...]

    @property
    def net_imports(self) -> int:
        """Imports less exports; over all States they add up to nothing."""
        return self.imported - self.exported

    @property
    def used(self) -> int:
        return self.own + self.imported


def interstate_trade(program: Program, period: CompliancePeriod) -> list[StateTrade]:
    """What the deductions of a period say of trade across States, for every State.

    Source: preamble III.A.1, V.A; MASS-048, MASS-072.
    """
    emissions, excess = (ground_of(step, period) for step in STEPS)
    used = deducted_by_state(program=program.code, grounds=(emissions, excess))
    return [
        _of_state(code, place.name, used)
        for code, place in sorted(program.jurisdictions.items(), key=lambda one: one[1].name)
    ]


def kept_trade(program: str, period: CompliancePeriod) -> tuple[list[StateTrade], datetime]:
    """The same as it was read last, and when."""
    return kept(INTERSTATE, program, period.name)


def _of_state(code: str, name: str, used: list[Used]) -> StateTrade:
    here = [one for one in used if one.used_in == code]
    imports = [one for one in here if one.issued_by != code]
    return StateTrade(
        code=code,
        name=name,
        own=sum(one.quantity for one in here if one.issued_by == code),
        imported=sum(one.quantity for one in imports),
        exported=sum(one.quantity for one in used if one.issued_by == code and one.used_in != code),
        partners=tuple(
            (one.issued_by, one.quantity)
            for one in sorted(imports, key=lambda one: (-one.quantity, one.issued_by))
        ),
    )


def _make(program: Program, period: str, _at: datetime) -> list[StateTrade]:
    return interstate_trade(program, program.period_named(period))


def _usual(program: Program, at: datetime) -> Iterable[str]:
    return [period_to_show(program, today=program.local_date(at)).name]


INTERSTATE = Sums(name="interstate", make=_make, usual=_usual)
