"""Whether a period can be settled: what is there, what is missing, and what only to know.

Source: 40 CFR 62.16340(b); MASS-159; PLAT-081.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from trueup.audit import appeals
from trueup.audit.models import Notice
from trueup.compliance import queries as compliance
from trueup.compliance.certification import is_asked_for, outstanding
from trueup.compliance.models import DeductionRun, SerialRequest
from trueup.compliance.monitoring import defects
from trueup.desk import queues
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.transfers.models import SUBMITTED, Transfer

STATEMENTS = "deductions_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to look at before a settlement.

    Attributes:
        name: `deadline`, `pending`, `brake`, `emissions`, `short`, `held`, `requests`,
            `late_requests`, `notices` or `appeals`; where the program asks for them
            `certifications` that are not filed, `late_certifications`, and `monitoring`
            equipment without a certification.
        count: How many there are; of `deadline` the days until it, 0 when it has passed.
        stops: Whether nothing can be settled while there are any.
    """

    name: str
    count: int
    stops: bool = False


def readiness(*, program: str, period: CompliancePeriod, at: datetime) -> list[Item]:
    """What stands before the deductions of a period, in a constant number of statements.

    Facilities whose emissions are incomplete or not final are left out, not waited for.

    Source: 40 CFR 62.16340(b); MASS-135, MASS-159; PLAT-081.
    """
    rules = programs.load(program)
    today = rules.local_date(at)
    deadline_at = rules.deadline_at(period)
    days = max((rules.deadline_on(period) - today).days + 1, 0) if at <= deadline_at else 0
    pending = Transfer.objects.filter(
        program=program, state__in=SUBMITTED, submitted_at__lte=deadline_at
    ).exclude(state="held")
    braked = [
        brake
        for brake in ledger.brakes(program=program)
        if brake.lifted_at is None and set(brake.types) & {"deduct", "transfer"}
    ]
    counts = queues.counts(program=program, period=period, today=today)
    requests = SerialRequest.objects.filter(program=program, period=period.name)
    late = requests.filter(is_late=True).count()
    return [
        Item(name="deadline", count=days, stops=True),
        Item(name="pending", count=pending.count(), stops=True),
        Item(name="brake", count=len(braked), stops=True),
        Item(name="emissions", count=counts["emissions"]),
        Item(name="short", count=counts["short"]),
        Item(name="held", count=counts["held"]),
        Item(name="requests", count=requests.count() - late),
        Item(name="late_requests", count=late),
        Item(name="notices", count=counts["notices"]),
        Item(name="appeals", count=len(appeals.pending_appeals(program=program))),
        *_certified(program=program, period=period, today=today),
    ]


def _certified(*, program: str, period: CompliancePeriod, today: date) -> list[Item]:
    """What sources have not certified, where the program asks for that.

    Source: RGGI-004, RGGI-034.
    """
    rules = programs.load(program)
    if not is_asked_for(rules, period):
        return []
    missing, late = outstanding(program=program, period=period, today=today)
    return [
        Item(name="certifications", count=missing),
        Item(name="late_certifications", count=late),
        Item(name="monitoring", count=defects(program=program, on=today)),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """How many statements of a period's deductions there are, and how many were mailed."""

    made: int
    mailed: int

    @property
    def waiting(self) -> int:
        return self.made - self.mailed


def statements_sent(*, program: str, period: CompliancePeriod) -> Statements:
    """What representatives were told of a period's deductions.

    Source: 40 CFR 62.16340(e); 62.16535(f); PLAT-088.
    """
    told = Notice.objects.filter(
        event=STATEMENTS,
        program=program,
        dedupe__startswith=f"{STATEMENTS} {program} {period.name} ",
    )
    return Statements(made=told.count(), mailed=told.filter(mailed_at__isnull=False).count())


def runs_of(*, program: str, period: CompliancePeriod) -> list[DeductionRun]:
    """The runs that were recorded, the latest first."""
    return compliance.runs(program=program, period=period)
