"""What waits for officials of a program: each queue counted, and its rows.

Standings of all facilities are computed for the whole program by the clock and kept, so
that a console that many officials look at on a deadline day does not compute them; with
them stands when they were read.

Source: PLAT-018, PLAT-053, PLAT-081, PLAT-082, PLAT-094.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from django.db.models import QuerySet

from trueup.accounts.application_models import WITH_THE_ADMINISTRATOR, Application
from trueup.audit.models import Notice
from trueup.compliance.models import Settlement
from trueup.compliance.positions import positions
from trueup.disclosure import queries as disclosure
from trueup.disclosure.kept_sums import Sums, kept
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program
from trueup.transfers import queries as transfers
from trueup.transfers.models import Transfer

LISTED = 1_000

# The functions of whom a queue is for; one is enough.
FUNCTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "applications": ("review_applications",),
        "notices": ("notices",),
        "held": ("stop_transfer", "settle"),
        "emissions": ("review_submissions", "settle"),
        "short": ("settle",),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One thing that waits.

    Attributes:
        kind, key: What it is and its name in addresses.
        since: When it began to wait. due_on: By when it must be done.
        quantity: How much is concerned: tons short, instruments held, units missing.
    """

    kind: str
    key: str
    title: str
    note: str = ""
    jurisdiction: str = ""
    since: date | None = None
    due_on: date | None = None
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A facility, or an affected EGU, before its period is settled."""

    oris_code: int
    name: str
    jurisdiction: str
    account: str
    obligation: int
    held: int
    shortage: int
    missing: int
    is_final: bool

    @property
    def is_ready(self) -> bool:
        return self.is_final and not self.missing


def counts(*, program: str, period: CompliancePeriod, today: date) -> dict[str, int]:
    """How much waits in each queue; the same number of statements however much it is."""
    found = standings(program=program, period=period)
    return {
        "applications": _applications(program).count(),
        "notices": _overdue(program, today).count(),
        "held": _held(program).count(),
        "emissions": sum(not one.is_ready for one in found),
        "short": sum(one.shortage > 0 for one in found),
    }


def standings(*, program: str, period: CompliancePeriod) -> tuple[Standing, ...]:
    """What every facility that is not settled owes and holds, as it was read last."""
    return kept(STANDINGS, program, period.name)[0]


def read_at(*, program: str, period: CompliancePeriod) -> datetime:
    """When the standings were read that the queues of facilities show."""
    return kept(STANDINGS, program, period.name)[1]


def _next(program: Program, at: datetime) -> list[str]:
    """The period that is settled next."""
    return [disclosure.running_or_due(program, today=program.local_date(at)).name]


def _standings(rules: Program, period_name: str, _at: datetime) -> tuple[Standing, ...]:
    program, period = rules.code, rules.period_named(period_name)
    settled = set(
        Settlement.objects.filter(program=program, period=period.name).values_list(
            "account_id", flat=True
        )
    )
    found = [one for one in positions(program=program, period=period) if one.account not in settled]
    numbers = ledger.accounts_by_id({one.account for one in found})
    return tuple(
        Standing(
            oris_code=one.facility.oris_code,
            name=f"{one.facility.name}/{one.unit.unit_id}" if one.unit else one.facility.name,
            jurisdiction=one.facility.jurisdiction,
            account=numbers[one.account].number,
            obligation=one.obligation,
            held=one.held,
            shortage=one.shortage,
            missing=len(one.missing),
            is_final=one.is_final,
        )
        for one in found
    )


STANDINGS = Sums(name="standings", make=_standings, usual=_next)


def rows(
    queue: str, *, program: str, period: CompliancePeriod, today: date
) -> tuple[list[QueueRow], bool]:
    """The rows of a queue, and whether there are more than are listed."""
    readers: dict[str, Callable[[str], list[QueueRow]]] = {
        "applications": _application_rows,
        "notices": lambda code: _notice_rows(code, today),
        "held": _held_rows,
        "emissions": lambda code: _emission_rows(code, period),
        "short": lambda code: _short_rows(code, period),
    }
    found = readers[queue](program)
    return found[:LISTED], len(found) > LISTED


def _applications(program: str) -> QuerySet[Application]:
    return Application.objects.filter(program=program, state__in=WITH_THE_ADMINISTRATOR)


def _application_rows(program: str) -> list[QueueRow]:
    times = programs.load(program).people.general_accounts
    found = _applications(program)
    rules = programs.load(program)
    return [
        QueueRow(
            kind="application",
            key=str(row.pk),
            title=str(row.document.get("name", row.pk)),
            note=row.state,
            jurisdiction=str(row.document.get("jurisdiction", "")),
            since=rules.local_date(row.received_at) if row.received_at else None,
            due_on=rules.days_from(rules.local_date(row.heard_at), times.target_days - 1),
        )
        for row in found.order_by("id")[: LISTED + 1]
    ]


def _overdue(program: str, today: date) -> QuerySet[Notice]:
    return Notice.objects.filter(program=program, mailed_at=None, due_on__lt=today)


def _notice_rows(program: str, today: date) -> list[QueueRow]:
    rules = programs.load(program)
    found = _overdue(program, today)
    return [
        QueueRow(
            kind="notice",
            key=str(row.pk),
            title=row.subject,
            note=row.error,
            since=rules.local_date(row.created_at),
            due_on=row.due_on,
            quantity=row.attempts,
        )
        for row in found.order_by("due_on", "id")[: LISTED + 1]
    ]


def _held(program: str) -> QuerySet[Transfer]:
    return Transfer.objects.filter(program=program, state="held")


def _held_rows(program: str) -> list[QueueRow]:
    rules = programs.load(program)
    return [
        QueueRow(
            kind="transfer",
            key=str(row.key),
            title=f"{row.source_number} \N{RIGHTWARDS ARROW} {row.destination_number}",
            note=row.state,
            jurisdiction=row.source.jurisdiction if row.source is not None else "",
            since=rules.local_date(row.submitted_at),
            due_on=row.due_on,
            quantity=row.quantity,
        )
        for row in transfers.held(program=program, limit=LISTED + 1)
    ]


def _emission_rows(program: str, period: CompliancePeriod) -> list[QueueRow]:
    return [
        QueueRow(
            kind="facility",
            key=str(one.oris_code),
            title=one.name,
            note="emissions_incomplete" if one.missing else "emissions_not_final",
            jurisdiction=one.jurisdiction,
            quantity=one.missing,
        )
        for one in standings(program=program, period=period)
        if not one.is_ready
    ]


def _short_rows(program: str, period: CompliancePeriod) -> list[QueueRow]:
    deadline_on = programs.load(program).deadline_on(period)
    return [
        QueueRow(
            kind="facility",
            key=str(one.oris_code),
            title=one.name,
            note="preliminary" if not one.is_ready else "",
            jurisdiction=one.jurisdiction,
            due_on=deadline_on,
            quantity=one.shortage,
        )
        for one in standings(program=program, period=period)
        if one.shortage
    ]
