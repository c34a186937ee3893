"""Transfers on their way from what was submitted to what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trueup.accounts.acting import acting
from trueup.accounts.entries import SubmitterEntry
from trueup.accounts.watchers import Copying
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry, Instruction, Range, Receipt, range_of
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal
from trueup.rules.serials import SerialBlock
from trueup.transfers import authority, checks, trades, waits
from trueup.transfers.authority import Submitters
from trueup.transfers.deadlines import wait_ends_at
from trueup.transfers.entries import Reason, RetirementSpec, TransferSpec
from trueup.transfers.guards import Guards, guards_for
from trueup.transfers.vintages import KnownVintages, read_vintages

CITES = {
    "transfer": "40 CFR 62.16330, 62.16335(a)",
    "retirement": "40 CFR 62.16320(b); PLAT-056",
}


@dataclass(slots=True, kw_only=True, eq=False)
class Draft:
    """A submission that is being decided.

    Attributes:
        capacity: In which the submitter may act for the transferor; None if in none.
        asked: It counts as submitted only when a second person has approved it.
        expires_at: When it lapses for want of that; not_before_at: the end of its wait.
        ranges: What is to go; by quantity it is chosen, and perhaps chosen again.
        waits: Why it is not recorded at once.
        refusals: Why it is not recorded at all.
    """

    spec: TransferSpec
    source: AccountEntry | None
    destination: AccountEntry | None
    capacity: SubmitterEntry | None = None
    asked: bool = False
    expires_at: datetime | None = None
    not_before_at: datetime | None = None
    ranges: tuple[Range, ...] = ()
    waits: tuple[Reason, ...] = ()
    refusals: list[Refusal] = field(default_factory=list)
    receipt: Receipt | None = None
    reservation: int | None = None

    @property
    def kind(self) -> str:
        return "retirement" if isinstance(self.spec, RetirementSpec) else "transfer"

    @property
    def role(self) -> str:
        """The submitter's seat, or `agent`; blank if there is none."""
        return self.capacity.role if self.capacity is not None else ""

    @property
    def principal(self) -> int | None:
        """The representative whose act it is."""
        return self.capacity.principal if self.capacity is not None else None

    @property
    def state(self) -> str:
        return "refused" if self.refusals else waits.state_of(self.waits)

    @property
    def quantity(self) -> int | None:
        """The whole number asked for, if it is one."""
        if self.spec.blocks:
            return sum(block.quantity for block in self.spec.blocks)
        return checks.whole(self.spec.quantity)

    @property
    def is_by_quantity(self) -> bool:
        return not self.spec.blocks and self.quantity is not None

    @property
    def blocks(self) -> tuple[SerialBlock, ...]:
        """What goes, or what was asked to go."""
        return self.spec.blocks or tuple(item.block for item in self.ranges)

    def vintages(self, known: KnownVintages) -> list[int]:
        """The vintages that go; of credits those of their issue.

        Source: RATE-186.
        """
        if self.is_by_quantity and self.spec.vintage is not None:
            return [self.spec.vintage]
        return known.of(self.ranges)

    @property
    def parties(self) -> list[AccountEntry]:
        return [account for account in (self.source, self.destination) if account is not None]

    def settle(self) -> None:
        """Put the reasons in order; what was chosen for a refused transfer is forgotten."""
        self.refusals = checks.in_order(self.refusals)
        if self.refusals:
            self.waits = ()
            self.asked, self.expires_at, self.not_before_at = False, None, None
            self.ranges = () if self.is_by_quantity else self.ranges

    def instruction(self) -> Instruction:
        """What the ledger is asked to record."""
        if self.source is None or self.destination is None:
            raise ValueError("a transfer between unknown accounts is not for the ledger")
        reason = self.spec.reason if isinstance(self.spec, RetirementSpec) else ""
        return Instruction(
            type=waits.ledger_type(self.kind),
            source=self.source.id,
            destination=self.destination.id,
            blocks=self.ranges,
            key=self.spec.key,
            actor=f"person:{self.spec.submitted_by}",
            submitted_at=self.spec.submitted_at,
            ground=reason,
            cite=CITES[self.kind],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Submissions that are decided together, who acts for their accounts, what guards these.

    Attributes:
        copying: Who gets copies of the notices of their accounts.
        signature: Of whoever submitted all of them.
    """

    rules: Program
    recorded_at: datetime
    drafts: Sequence[Draft]
    submitters: Submitters
    guards: Guards
    copying: Sequence[Copying] = ()
    signature: int | None = None


def draft_all(specs: Sequence[TransferSpec], *, rules: Program, recorded_at: datetime) -> Batch:
    """Look up accounts, who acts for them, who cools down and the safeguards; our own reasons.

    Three statements for any number of transfers, and one more for each other instant at
    which some of them were dispatched.

    Source: 40 CFR 62.16330(a), (b)(1); 62.16315; 62.16320(e); PLAT-094.
    """
    known = ledger.accounts_by_number(
        number for spec in specs for number in (spec.source, spec.destination)
    )
    ids = [entry.id for entry in known.values()]
    people = {spec.submitted_by for spec in specs}
    found = acting(ids, people=people, at=recorded_at, kind=authority.KIND)
    now, cooling = found.submitters, found.cooling
    then = _at_dispatch(specs, known, now=now, recorded_at=recorded_at)
    drafts = []
    for spec in specs:
        checks.require_order(received_at=spec.arrived_at, recorded_at=recorded_at)
        draft = Draft(
            spec=spec, source=known.get(spec.source), destination=known.get(spec.destination)
        )
        draft.ranges = tuple(range_of(block, program_number=rules.number) for block in spec.blocks)
        draft.refusals = checks.account_refusals(
            spec, source=draft.source, destination=draft.destination
        )
        if draft.source is not None:
            sitting = then[spec.submitted_at].get(draft.source.id, ())
            draft.capacity = authority.capacity_of(sitting, spec.submitted_by)
            if draft.capacity is None:
                draft.refusals.append(authority.not_authorized(draft.source))
        if spec.submitted_by in cooling:
            until = cooling[spec.submitted_by]
            draft.refusals.append(authority.cooling_down(until, at=recorded_at))
        draft.refusals += checks.reason_refusals(spec, rules=rules)
        draft.refusals += trades.refusals(spec, rules=rules)
        drafts.append(draft)
    guards = guards_for(
        ((draft.source, draft.destination) for draft in drafts), rules=rules, at=recorded_at
    )
    return Batch(
        rules=rules,
        recorded_at=recorded_at,
        drafts=drafts,
        submitters=now,
        guards=guards,
        copying=found.copying,
    )


def _at_dispatch(
    specs: Sequence[TransferSpec],
    known: Mapping[str, AccountEntry],
    *,
    now: Submitters,
    recorded_at: datetime,
) -> dict[datetime, Submitters]:
    """Who could submit at each instant at which one of them was dispatched.

    Authority is that of the dispatch: 62.16300; docs/decisions/0083.
    """
    found: dict[datetime, Submitters] = {recorded_at: now}
    for at in {spec.submitted_at for spec in specs} - {recorded_at}:
        sources = {spec.source for spec in specs if spec.submitted_at == at}
        ids = [known[number].id for number in sources if number in known]
        found[at] = authority.submitters(ids, at=at)
    return found


def find_waits(batch: Batch) -> None:
    """Find what each draft waits for; holds are read only if one could matter.

    Source: 40 CFR 62.16335(b); PLAT-052, PLAT-094; docs/decisions/0171.
    """
    lots = {item.lot for draft in batch.drafts for item in draft.ranges}
    known = read_vintages(batch.rules, lots)
    late = [draft for draft in batch.drafts if _may_be_late(draft, batch.rules, known)]
    holds = (
        ledger.holds(
            {account.id for draft in late for account in draft.parties}, include_released=True
        )
        if late
        else {}
    )
    for draft in batch.drafts:
        source, destination = draft.source, draft.destination
        if draft.refusals or source is None or destination is None:
            continue
        if batch.guards.needs_second_person(source):
            draft.asked = True
            draft.waits = (waits.approval_pending(source),)
            draft.expires_at = lapses_at(batch.guards, batch.recorded_at)
            continue
        found = find_further_waits(
            Submission(
                kind=draft.kind,
                source=source,
                destination=destination,
                vintages=draft.vintages(known),
                submitted_at=draft.spec.submitted_at,
                by_consent=draft.spec.by_consent,
            ),
            rules=batch.rules,
            guards=batch.guards,
            holds=holds,
            at=batch.recorded_at,
        )
        draft.waits, draft.not_before_at = found
        if draft.state == "awaiting_acceptance":
            draft.expires_at = acceptance_lapses_at(batch.guards, batch.recorded_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What decides how long a submitted transfer waits."""

    kind: str
    source: AccountEntry
    destination: AccountEntry
    vintages: Sequence[int]
    submitted_at: datetime
    by_consent: bool = False


def find_further_waits(
    submission: Submission, *, rules: Program, guards: Guards, holds: waits.Holds, at: datetime
) -> tuple[tuple[Reason, ...], datetime | None]:
    """What a transfer waits for once its own side has signed; and until when, if for days.

    Source: 40 CFR 62.16335(b); PLAT-052, PLAT-094; docs/decisions/0171.
    """
    source, destination = submission.source, submission.destination
    found: list[Reason] = []
    not_before_at = None
    if submission.by_consent or guards.needs_acceptance(destination):
        found.append(waits.acceptance_pending(destination))
    days = guards.wait_days(source, destination)
    if days:
        not_before_at = wait_ends_at(rules, submission.submitted_at, days=days)
        if not_before_at > at:
            until_on = rules.local_date(not_before_at)
            found.append(waits.delay_pending(destination, until_on=until_on))
    found += waits.waits_of(
        rules,
        submitted_at=submission.submitted_at,
        vintages=submission.vintages,
        accounts=(source, destination),
        holds=holds,
    )
    if waits.ledger_type(submission.kind) in source.stopped:
        found.append(waits.stopped())
    return tuple(found), not_before_at


def lapses_at(guards: Guards, at: datetime) -> datetime | None:
    """When a proposal that lacks a signature lapses; None if never.

    Source: PLAT-094 (program value).
    """
    hours = guards.safeguards.second_signature_hours
    return at + timedelta(hours=hours) if hours else None


def acceptance_lapses_at(guards: Guards, at: datetime) -> datetime | None:
    """When a transfer that the receiver has not agreed to lapses; None if never.

    Source: PLAT-052, PLAT-094 (program values); docs/decisions/0365.
    """
    hours = guards.safeguards.acceptance_hours
    return at + timedelta(hours=hours) if hours else None


def _may_be_late(draft: Draft, rules: Program, known: KnownVintages) -> bool:
    return any(account.kind == "compliance" for account in draft.parties) and bool(
        waits.periods_to_wait_for(
            rules, submitted_at=draft.spec.submitted_at, vintages=draft.vintages(known)
        )
    )
