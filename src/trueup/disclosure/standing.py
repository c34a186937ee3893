"""Where accounts stand: held by vintage against the obligation so far, and the deadline.

For the people of the accounts alone, as long as a period is not settled (PLAT-081).
Every function takes a constant number of statements, however many accounts there are.

Source: PLAT-052, PLAT-080, PLAT-081; docs/decisions/0231.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry
from trueup.audit.statements import among
from trueup.compliance import queries as compliance
from trueup.compliance.entries import Position
from trueup.compliance.models import Settlement
from trueup.disclosure.queries import running_period
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.ledger.vintage_reads import LotHeld, held_by_lot
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class VintageHeld:
    """What an account holds of one vintage, of which States, and how much of it waits."""

    vintage: int
    quantity: int
    reserved: int
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An account at a glance.

    Attributes:
        owner: Whose compliance account it is; None for an account of another kind.
        position: What it owes and can use; None where nothing is owed, such as in general
            accounts, or where the period is settled.
        outstanding: Owed for periods that were settled, and taken as it arrives.
    """

    account: AccountEntry
    owner: FacilityAccountEntry | None
    vintages: tuple[VintageHeld, ...]
    period: CompliancePeriod | None
    position: Position | None
    outstanding: int

    @property
    def held(self) -> int:
        return sum(row.quantity for row in self.vintages)

    @property
    def reserved(self) -> int:
        return sum(row.reserved for row in self.vintages)

    @property
    def obligation(self) -> int | None:
        """Tons, or credits, so far; None where nothing is owed."""
        return self.position.obligation if self.position is not None else None

    @property
    def usable(self) -> int | None:
        """What can be used for the obligation; waiting arrivals count, waiting exits not."""
        return self.position.held if self.position is not None else None

    @property
    def shortage(self) -> int:
        return self.position.shortage if self.position is not None else 0

    @property
    def spare(self) -> int:
        """Usable beyond the obligation so far."""
        if self.position is None:
            return 0
        return max(self.position.held - self.position.obligation, 0)

    @property
    def is_preliminary(self) -> bool:
        """Whether data are missing, so that more can be owed than is said."""
        return self.position is not None and self.position.is_preliminary

    @property
    def name(self) -> str:
        """The account's name, and the unit where each has an account of its own."""
        unit = self.owner.unit if self.owner is not None else None
        if unit is None or unit.unit_id in self.account.name:
            return self.account.name
        return f"{self.account.name}, {unit.unit_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSums:
    """Several accounts added up. A surplus of one does not cover what another lacks.

    Attributes:
        short: Accounts that hold less than they owe so far; preliminary: that lack data.
    """

    accounts: int
    held: int
    obligation: int
    usable: int
    shortage: int
    short: int
    preliminary: int
    outstanding: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The transfer deadline that comes next in a program.

    Attributes:
        days: Until its day in the program's zone; 0 on the day itself.
    """

    program: Program
    period: CompliancePeriod
    on: date
    at: datetime
    days: int


def standings(entries: Sequence[AccountEntry], *, at: datetime) -> list[Standing]:
    """Where accounts of one program or of several stand, in the order given.

    Source: PLAT-052, PLAT-080; 40 CFR 62.16375 “CO2 allowances held”.
    """
    found: dict[int, Standing] = {}
    by_program: dict[str, list[AccountEntry]] = {}
    for entry in entries:
        by_program.setdefault(entry.program, []).append(entry)
    owners = accounts.facilities_of(entry.id for entry in entries if entry.kind == "compliance")
    claims = ledger.claims([entry.id for entry in entries])
    for code, listed in by_program.items():
        rules = programs.load(code)
        held = held_by_lot([entry.id for entry in listed], program=code)
        positions = _positions(rules, listed, owners, at=at)
        for entry in listed:
            period, position = positions.get(entry.id, (None, None))
            found[entry.id] = Standing(
                account=entry,
                owner=owners.get(entry.id),
                vintages=by_vintage(held[entry.id]),
                period=period,
                position=position,
                outstanding=sum(claim.open for claim in claims.get(entry.id, ())),
            )
    return [found[entry.id] for entry in entries]


def by_vintage(lots: Iterable[LotHeld]) -> tuple[VintageHeld, ...]:
    """Lots added up by vintage; the States with most first."""
    vintages: dict[int, list[LotHeld]] = {}
    for held in lots:
        vintages.setdefault(held.vintage, []).append(held)
    return tuple(
        VintageHeld(
            vintage=vintage,
            quantity=sum(held.quantity for held in parts),
            reserved=sum(held.reserved for held in parts),
            origins=tuple(
                dict.fromkeys(
                    held.lot.jurisdiction for held in sorted(parts, key=lambda lot: -lot.quantity)
                )
            ),
        )
        for vintage, parts in sorted(vintages.items())
    )


def sums_of(found: Iterable[Standing]) -> FleetSums:
    """Several accounts added up."""
    listed = list(found)
    return FleetSums(
        accounts=len(listed),
        held=sum(row.held for row in listed),
        obligation=sum(row.obligation or 0 for row in listed),
        usable=sum(row.usable or 0 for row in listed),
        shortage=sum(row.shortage for row in listed),
        short=sum(1 for row in listed if row.shortage),
        preliminary=sum(1 for row in listed if row.is_preliminary),
        outstanding=sum(row.outstanding for row in listed),
    )


def next_deadline(program: Program, *, at: datetime) -> Deadline | None:
    """The next transfer deadline; None after a program's last one.

    What is submitted at the very instant of a deadline is on time.

    Source: 40 CFR 62.16375 “Allowance transfer deadline”; 62.16570 “ERC transfer deadline”.
    """
    today = program.local_date(at)
    start = program.schedule.printed[0].first_year
    try:
        since = program.period_of_year(max(today.year - 1, start))
    except Refused:
        return None
    ahead = (one for one in program.in_turn(since) if program.deadline_at(one) >= at)
    period = next(ahead, None)
    if period is None:
        return None
    on = program.deadline_on(period)
    return Deadline(
        program=program,
        period=period,
        on=on,
        at=program.deadline_at(period),
        days=(on - today).days,
    )


def _positions(
    rules: Program,
    entries: Sequence[AccountEntry],
    owners: Mapping[int, FacilityAccountEntry],
    *,
    at: datetime,
) -> dict[int, tuple[CompliancePeriod, Position]]:
    """By account: the earliest period that is not settled, and what is owed and held for it."""
    owned = [entry.id for entry in entries if entry.id in owners]
    if not owned:
        return {}
    running = running_period(rules, today=rules.local_date(at))
    first_year = rules.schedule.printed[0].first_year
    before = rules.period_of_year(max(running.first_year - 1, first_year))
    # When the running period is the first, the one before it is itself.
    inner = (*rules.interim_periods(before), before, *rules.interim_periods(running), running)
    opened = min(entry.opened_at for entry in entries if entry.id in owners)
    candidates = list(dict.fromkeys(inner))
    if rules.market.partial is not None:  # The registry may be younger than the program.
        candidates = [one for one in candidates if rules.deadline_at(one) >= opened]
    settled = {
        period: set(
            Settlement.objects.filter(
                program=rules.code, period=period.name, account_id__in=among(owned)
            ).values_list("account_id", flat=True)
        )
        for period in candidates
    }
    found: dict[int, tuple[CompliancePeriod, Position]] = {}
    for period in candidates:
        waiting = [
            account for account in owned if account not in found and account not in settled[period]
        ]
        if not waiting:
            continue
        wanted = set(waiting)
        for position in compliance.positions(
            program=rules.code,
            period=period,
            facilities=sorted({owners[account].facility.id for account in waiting}),
        ):
            if position.account in wanted:
                found[position.account] = (period, position)
    return found
