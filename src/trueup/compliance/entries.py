"""What goes into this context and what comes out of it: plain, immutable values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from trueup.accounts.entries import FacilityEntry, UnitEntry
from trueup.compliance.naming import named
from trueup.compliance.rate_figures import RateFigures
from trueup.ledger.entries import AccountEntry
from trueup.rules.periods import CompliancePeriod
from trueup.rules.serials import SerialBlock


class Progress(Protocol):
    """Called as the work goes on: what is being done, how much of it, out of how much."""

    def __call__(self, stage: str, done: int, total: int, /) -> None: ...


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


class PassedOver(NamedTuple):
    """Serial numbers that were asked for and not used.

    Attributes:
        reason: `not_held`, `too_new`, `not_usable` or `not_needed`.
    """

    block: SerialBlock
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a facility owed in a compliance period, and what was deducted for it.

    Attributes:
        held: What was available at the deadline.
        deducted: For emissions.
        waived: Tons for which an appeal returned what had been deducted.
        retired_by_owner: Tons for which the owner retired allowances, where that counts.
        excess: Tons that no available allowance covered.
        excess_due: Owed for them; excess_deducted: taken for them so far.
        settled_at: None in a preview.
        decision: Number of the decision; None in a preview.
        unit: The affected EGU, where each has an account of its own.
    """

    account: int
    facility: FacilityEntry
    period: CompliancePeriod
    obligation: int
    held: int
    deducted: int
    excess_due: int
    excess_deducted: int
    waived: int = 0
    retired_by_owner: int = 0
    settled_at: datetime | None = None
    decision: int | None = None
    passed_over: tuple[PassedOver, ...] = ()
    unit: UnitEntry | None = None

    @property
    def name(self) -> str:
        """What is settled: a facility, or `Cane/1` where each affected EGU is."""
        return named(self.facility, self.unit)

    @property
    def excess(self) -> int:
        return self.obligation - self.deducted - self.waived - self.retired_by_owner

    @property
    def outstanding(self) -> int:
        return self.excess_due - self.excess_deducted

    @property
    def is_in_compliance(self) -> bool:
        """Whether the facility met its standard; having paid for excess is not that."""
        return self.excess == 0

    @property
    def violations(self) -> Violations:
        return Violations(
            excess_tons=self.excess, period_days=self.period.days if self.excess else 0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Violations:
    """Figures of an enforcement report: each excess ton and each day is a violation.

    Both are reported; they are not multiplied, and the registry imposes no fine.

    Source: 40 CFR 62.16220(c)(1)(ii)(B); MASS-007, MASS-AMB-48.
    """

    excess_tons: int
    period_days: int

    @property
    def is_enforcement_flagged(self) -> bool:
        return self.excess_tons > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OmissionEntry:
    """A facility that is left out of a run.

    Attributes:
        reason: `emissions_incomplete`, `emissions_not_final` or `subcategory_missing`.
        missing: Units and years that have no complete data.
    """

    account: int
    facility: FacilityEntry
    reason: str
    missing: tuple[tuple[str, int], ...] = ()
    unit: UnitEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run of deductions did, or would do.

    Attributes:
        run: None for a preview.
        outcomes: Of the facilities that this run settles, in the order of their accounts.
        is_projection: A preview before the deadline: more can still arrive.
    """

    run: int | None
    program: str
    period: CompliancePeriod
    outcomes: tuple[Outcome, ...]
    omissions: tuple[OmissionEntry, ...]
    recorded_at: datetime | None = None
    is_projection: bool = False

    @property
    def totals(self) -> Totals:
        return Totals.of(self.outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Outcomes added up."""

    facilities: int = 0
    in_compliance: int = 0
    obligation: int = 0
    deducted: int = 0
    excess: int = 0
    excess_due: int = 0
    excess_deducted: int = 0
    outstanding: int = 0

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Totals:
        listed = list(outcomes)
        return cls(
            facilities=len(listed),
            in_compliance=sum(1 for outcome in listed if outcome.is_in_compliance),
            obligation=sum(outcome.obligation for outcome in listed),
            deducted=sum(outcome.deducted for outcome in listed),
            excess=sum(outcome.excess for outcome in listed),
            excess_due=sum(outcome.excess_due for outcome in listed),
            excess_deducted=sum(outcome.excess_deducted for outcome in listed),
            outstanding=sum(outcome.outstanding for outcome in listed),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What a facility owes and holds before its period is settled.

    Attributes:
        obligation: Tons reported so far, or the credits that what is reported needs.
        held: Usable: recorded or correctly submitted into the account, not out of it;
            and what the owner retired, where the program counts that.
        missing: Units and years without complete data; the figures are preliminary then.
        missing_quarters: Of these, the quarters that are missing.
        is_final: Whether all data are there and final.
        rate: What the obligation follows from, in a rate-based program.
        tons: The emissions that it is a share or the rest of, where a program has interim
            control periods; surrendered: what was taken off for the interim ones.
    """

    account: int
    facility: FacilityEntry
    obligation: int
    held: int
    missing: tuple[tuple[str, int], ...]
    missing_quarters: tuple[tuple[str, int, int], ...]
    is_final: bool
    unit: UnitEntry | None = None
    rate: RateFigures | None = None
    tons: int = 0
    surrendered: int = 0

    @property
    def shortage(self) -> int:
        return max(self.obligation - self.held, 0)

    @property
    def is_preliminary(self) -> bool:
        return bool(self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortFacility:
    """A facility, or an affected EGU, whose holdings do not suffice."""

    facility: FacilityEntry
    name: str
    account: int
    obligation: int
    held: int
    shortfall: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallReport:
    """Which facilities of a State are short; an empty list says so.

    Attributes:
        jurisdiction: Empty for all of the program.
        is_settled: After the deductions, or before the deadline.

    Source: PLAT-086.
    """

    program: str
    period: CompliancePeriod
    jurisdiction: str
    is_settled: bool
    facilities: tuple[ShortFacility, ...]

    def __str__(self) -> str:
        where = self.jurisdiction or "all jurisdictions"
        head = f"Facilities short for {self.period.name}, {where}:"
        if not self.facilities:
            return f"{head} none"
        lines = [
            f"  {row.name} (ORIS {row.facility.oris_code}): obligation"
            f" {row.obligation:,}, held {row.held:,}, short {row.shortfall:,}"
            for row in self.facilities
        ]
        return "\n".join([head, *lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReceipt:
    """A request by serial number as it was taken in.

    Attributes:
        is_late: Submitted after the deadline; it is passed over.
        unusable: What could not be used if the deductions were made now.
    """

    request: int
    is_late: bool
    unusable: tuple[PassedOver, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeductedBlock:
    """Serial numbers that were deducted.

    Attributes:
        ground: `emissions` or `excess`.
        ordered_at: When the deduction was ordered: the surrender date.
        recorded_at: When it was recorded: the retirement date.
    """

    block: SerialBlock
    ground: str
    tx: int
    ordered_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedBlock:
    """Serial numbers that an adjustment or an appeal gave back.

    Attributes:
        tx: Transaction that gave them back; mends: the deduction that it corrects.
    """

    block: SerialBlock
    ground: str
    tx: int
    mends: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationObligation:
    """The mass of a unit, or of a stack and the units that it serves, in a period."""

    location: str
    units: tuple[str, ...]
    tons_exact: Decimal
    tons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealEntry:
    """An appeal and its outcome."""

    id: int
    decision: int
    filed_by: int
    filed_at: datetime
    reasons: str
    state: str
    ruling: str
    returned: int
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A facility's settlement of one period in full.

    Attributes:
        reported_tons: By unit or stack, as they are reported now.
        deducted: What is deducted and was not given back, in order.
        balance: What the account holds now.
        rate: What the obligation follows from now, in a rate-based program.
        interim: How the interim control periods of a control period were settled.
        owed_now: By what is reported now, where a share or a rest of the tons is owed.
        outside: Years in which the source's State did not take part.
        exempt_years: Years for which the State retired allowances in its place.

    Source: 40 CFR 62.16340(e); 62.16535(f); PLAT-088.
    """

    outcome: Outcome
    account: AccountEntry
    locations: tuple[LocationObligation, ...]
    reported_tons: int
    deducted: tuple[DeductedBlock, ...]
    returned: tuple[ReturnedBlock, ...]
    balance: int
    appeals: tuple[AppealEntry, ...]
    rate: RateFigures | None = None
    interim: tuple[Outcome, ...] = ()
    owed_now: int | None = None
    outside: tuple[int, ...] = ()
    exempt_years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRow:
    """One line of the list of serial numbers that supplements the last quarter's report.

    Attributes:
        surrendered_on, retired_on: In the program's time zone.
        set_aside: Purpose for which they were set aside; empty for other allowances.
        vintage: Of credits the year of the MWh, which the serial number does not say.

    Source: 40 CFR 62.16360(a)(1)(vi); 62.16555(a)(1)(viii); MASS-161, MASS-AMB-46.
    """

    block: SerialBlock
    ground: str
    surrendered_on: date
    retired_on: date
    set_aside: str
    vintage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resettlement:
    """What an adjustment or an appeal changed in a settlement.

    Attributes:
        returned, taken: Allowances that went back, or were deducted in addition.
        decision: None if nothing had to change.
    """

    before: Outcome
    after: Outcome
    returned: int
    taken: int
    decision: int | None
