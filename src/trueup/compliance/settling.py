"""Read what decides the settlement of many facilities, and settle them by the rule.

Nothing is written here: a preview and a run settle in the same way.

Source: 40 CFR 62.16340; 62.16535; MASS-134 to MASS-141; RATE-193 to RATE-199.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry, FacilityEntry, UnitEntry
from trueup.compliance import checks
from trueup.compliance.entries import OmissionEntry, Outcome, PassedOver
from trueup.compliance.models import SerialRequest, Settlement
from trueup.compliance.obligations import Obligation, obligations
from trueup.compliance.passing_over import passed_over
from trueup.compliance.usability import offset_limit, read_usability, year_of
from trueup.ledger import queries as ledger
from trueup.ledger.held import Held, held_since
from trueup.rules import requests as rule_requests
from trueup.rules.deduction import Block, quantity_of, settle, within
from trueup.rules.deduction import Settlement as Settled
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import SerialBlock, parse_block
from trueup.state_plans import queries as state_plans


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A facility, or an affected EGU, that is to be settled, with its requests.

    Attributes:
        obligation: Tons of CO2, or credits needed.
        barred: Categories of credits that it may not use.
    """

    account: int
    facility: FacilityEntry
    unit: UnitEntry | None
    obligation: int
    barred: frozenset[str] = frozenset()
    retired_by_owner: int = 0
    requested: tuple[SerialBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Who is to be settled, and who is left out and why."""

    ready: list[Candidate]
    omitted: list[OmissionEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """Blocks of an account: held at the deadline, arrived since, and never usable.

    Attributes:
        unusable: Credits that a turbine may not use, or that a State has counted.
    """

    held: list[Block]
    arrived_later: list[Block]
    unusable: list[Block]

    @property
    def everything(self) -> list[Block]:
        return [*self.held, *self.arrived_later, *self.unusable]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledFacility:
    """A candidate and its settlement by the rule.

    Attributes:
        held: How much was available for emissions.
    """

    candidate: Candidate
    settlement: Settled
    held: int
    passed_over: tuple[PassedOver, ...]

    def outcome(self, period: CompliancePeriod) -> Outcome:
        return Outcome(
            account=self.candidate.account,
            facility=self.candidate.facility,
            unit=self.candidate.unit,
            period=period,
            obligation=self.candidate.obligation,
            held=self.held,
            deducted=self.settlement.deducted,
            excess_due=self.settlement.excess_due,
            excess_deducted=self.settlement.excess_deducted,
            retired_by_owner=self.candidate.retired_by_owner,
            passed_over=self.passed_over,
        )


def find_candidates(rules: Program, period: CompliancePeriod) -> Candidates:
    """The accounts that are not settled yet: those that can be, and those left out.

    Whose control period is settled has no interim settlement any more.

    Source: 40 CFR 62.16340(b); 62.16535(b); MASS-135, MASS-159; RGGI-013.
    """
    done = set(
        Settlement.objects.filter(
            program=rules.code, period__in={period.name, rules.control_period_of(period).name}
        ).values_list("account_id", flat=True)
    )
    # Units of a State that left owe what is of earlier periods, and nothing later.
    outside = state_plans.states_outside(program=rules.code, period=period)
    waiting = [
        entry
        for entry in accounts.facility_accounts(program=rules.code)
        if entry.account not in done and entry.facility.jurisdiction not in outside
    ]
    owed = obligations(waiting, rules=rules, period=period)
    asked = requests_in_time(rules.code, period)
    retired = retired_by_owners(rules, period, [entry.account for entry in waiting])
    found = Candidates(ready=[], omitted=[])
    for entry in waiting:
        obligation = owed[entry.account]
        omission = omission_of(entry, obligation)
        if omission is not None:
            found.omitted.append(omission)
        else:
            found.ready.append(
                Candidate(
                    account=entry.account,
                    facility=entry.facility,
                    unit=entry.unit,
                    obligation=obligation.quantity,
                    barred=obligation.barred,
                    retired_by_owner=min(retired.get(entry.account, 0), obligation.quantity),
                    requested=asked.get(entry.account, ()),
                )
            )
    return found


def omission_of(entry: FacilityAccountEntry, owed: Obligation) -> OmissionEntry | None:
    """Why an account cannot be settled yet; None if it can.

    Source: 40 CFR 62.16340(b); 62.16535(b); 78.1(b)(18)(vii); MASS-159, RATE-006.
    """
    reason: type[Refusal]
    if not owed.has_standard:
        reason = checks.SubcategoryMissing
    elif owed.missing:
        reason = checks.EmissionsIncomplete
    elif not owed.final:
        reason = checks.EmissionsNotFinal
    else:
        return None
    return OmissionEntry(
        account=entry.account,
        facility=entry.facility,
        unit=entry.unit,
        reason=reason.code.rpartition(".")[2],
        missing=owed.missing,
    )


def requests_in_time(
    program: str, period: CompliancePeriod, *, account: int | None = None
) -> dict[int, tuple[SerialBlock, ...]]:
    """Serial numbers that were asked for by the deadline, in the order submitted.

    Source: 40 CFR 62.16340(c)(1).
    """
    rows = SerialRequest.objects.filter(program=program, period=period.name, is_late=False)
    if account is not None:
        rows = rows.filter(account_id=account)
    asked: dict[int, list[SerialBlock]] = {}
    for row in rows.order_by("submitted_at", "id"):
        blocks = [parse_block(first, last) for first, last in row.blocks]
        asked.setdefault(row.account_id, []).extend(blocks)
    return {identity: tuple(blocks) for identity, blocks in asked.items()}


def retired_by_owners(
    rules: Program, period: CompliancePeriod, account_ids: Sequence[int]
) -> dict[int, int]:
    """What owners retired of their own motion for a period, if the program counts that.

    It is what was submitted since the deadline before, until the period's own deadline,
    of vintages that could have been deducted.

    Source: PLAT-083; MASS-AMB-12; docs/decisions/0016.
    """
    if not rules.owner_retirement_counts:
        return {}
    return ledger.retired_totals(
        account_ids,
        after=_deadline_before(rules, period),
        until=rules.deadline_at(period),
        vintage_max=rules.vintage_max(period),
    )


def _deadline_before(rules: Program, period: CompliancePeriod) -> datetime | None:
    """The deadline that came last before a period's own; of an interim one too."""
    running = rules.control_period_of(period)
    ended = [one for one in rules.interim_periods(running) if one.last_year < period.last_year]
    if ended:
        return rules.deadline_at(ended[-1])
    try:
        return rules.deadline_at(rules.period_of_year(running.first_year - 1))
    except Refused:
        return None


def settle_candidates(
    candidates: Sequence[Candidate],
    *,
    rules: Program,
    period: CompliancePeriod,
    also_free: Collection[int] = (),
) -> list[SettledFacility]:
    """Settle facilities by what their accounts hold, in two statements.

    Args:
        also_free: Reservations that keep nothing from being deducted.

    Source: 40 CFR 62.16340(a) to (d).
    """
    available = read_available(
        [candidate.account for candidate in candidates],
        rules=rules,
        period=period,
        also_free=also_free,
        barred={candidate.account: candidate.barred for candidate in candidates},
    )
    return [
        _settled(candidate, available[candidate.account], rules=rules, period=period)
        for candidate in candidates
    ]


def read_available(
    account_ids: Sequence[int],
    *,
    rules: Program,
    period: CompliancePeriod,
    also_free: Collection[int] = (),
    barred: Mapping[int, Collection[str]] | None = None,
) -> dict[int, Available]:
    """What accounts hold that can be deducted, and since when they hold it.

    What was recorded after the deadline and submitted after it too was not held then,
    unless the Administrator mended an error with it. What is limited is not available.
    Blocks that were recorded at one instant have no order among them.

    Args:
        barred: Categories of credits that accounts may not use.

    Source: 40 CFR 62.16340(a)(2), (c)(2); 62.16375 “CO2 allowances held”; 62.16535(a);
    62.16420(c)(3); 62.16434(c)(3).
    """
    mending = [kind.code for kind in rules.transaction_types.values() if kind.mends]
    held = held_since(account_ids, at=rules.deadline_at(period), mending=mending)
    lots = (entry.lot for entries in held.values() for entry in entries)
    usability = read_usability(rules, lots, on=rules.deadline_on(period))
    available = {}
    for account, entries in held.items():
        blocks = Available(held=[], arrived_later=[], unusable=[])
        not_for = (barred or {}).get(account, ())
        for entry in entries:
            if entry.reservation is not None and entry.reservation not in also_free:
                continue
            into = blocks.arrived_later if entry.is_later else blocks.held
            for block, is_usable in usability.parts(as_block(entry), barred=not_for):
                (into if is_usable else blocks.unusable).append(block)
        available[account] = blocks
    return available


def as_block(held: Held) -> Block:
    """A holding as the rule sees it, with the vintage that its serial numbers name."""
    return Block(
        lot=held.lot,
        first=held.first,
        last=held.last,
        vintage=year_of(held.lot),
        recorded_seq=held.place,
        own=held.own,
    )


def _settled(
    candidate: Candidate, available: Available, *, rules: Program, period: CompliancePeriod
) -> SettledFacility:
    requested = as_requests(candidate.requested, rules=rules)
    vintage_max = rules.vintage_max(period)
    limit = offset_limit(rules, obligation=candidate.obligation, blocks=available.everything)
    settlement = settle(
        available.held,
        emissions_tons=candidate.obligation - candidate.retired_by_owner,
        vintage_max=vintage_max,
        excess_multiplier=rules.ratio_of(period),
        excess_vintage_max=rules.excess_vintage_max(period),
        requested=requested,
        arrived_later=available.arrived_later,
        limit=limit,
    )
    usable = available.held
    beyond: list[Block] = []
    if limit is not None:
        usable = within(usable, limit=limit, vintage_max=vintage_max)
        if quantity_of(usable) < quantity_of(available.held):
            beyond = [block for block in available.held if block.lot in limit.lots]
    not_used: tuple[PassedOver, ...] = ()
    if candidate.requested:
        not_used = passed_over(
            requested,
            used=[block for block, _ in settlement.entries],
            held=[*available.held, *available.arrived_later],
            unusable=[*available.unusable, *beyond],
            vintage_max=rules.excess_vintage_max(period) if settlement.excess else vintage_max,
        )
    return SettledFacility(
        candidate=candidate,
        settlement=settlement,
        held=quantity_of(block for block in usable if block.vintage <= vintage_max),
        passed_over=not_used,
    )


def as_requests(
    blocks: Iterable[SerialBlock], *, rules: Program
) -> list[rule_requests.SerialRequest]:
    """Blocks that were asked for, with their lots named as the books name them."""
    return [
        rule_requests.SerialRequest(
            lot=block.lot.number(rules.number), first=block.first, last=block.last
        )
        for block in blocks
    ]
