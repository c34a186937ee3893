"""Run the deductions of a compliance period: all facilities, in one database transaction.

The order is the rule's: what was submitted in time is recorded, then emissions are
covered, then twice the excess is taken, then what was held goes on its way.

Source: 40 CFR 62.16340; MASS-135.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid5

from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec
from trueup.audit.statements import insert_many
from trueup.compliance import checks
from trueup.compliance.entries import (
    OmissionEntry,
    Outcome,
    Progress,
    RunResult,
    Totals,
    no_progress,
)
from trueup.compliance.grounds import ground_of
from trueup.compliance.instructions import (
    DEDUCTIONS,
    cite_of,
    deduction,
    settlement_subject,
)
from trueup.compliance.models import DeductionRun, Omission, Settlement
from trueup.compliance.reports import Entries, tell_of_deductions
from trueup.compliance.settling import (
    Candidate,
    SettledFacility,
    find_candidates,
    settle_candidates,
)
from trueup.compliance.usability import barred_beyond_limit
from trueup.ledger import services as ledger
from trueup.ledger.entries import ClaimSpec, Instruction
from trueup.rules import programs
from trueup.rules.deduction import EMISSIONS, EXCESS
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.transfers import queries as transfer_queries
from trueup.transfers import services as transfers

CHUNK = 250  # Facilities whose deductions the ledger plans at once.
ATTEMPTS = 5
# What a deduction is refused with when serial numbers left the account meanwhile.
CHANGED = frozenset({"serials_not_held", "serials_retired"})
PENDING_NAMED = 20


def preview_deductions(
    *, program: str, period: CompliancePeriod, today: date | None = None
) -> RunResult:
    """What a run would deduct by what is recorded now; nothing is written.

    Before the deadline it is a projection: what arrives in time is still missing.

    Source: 40 CFR 62.16340; PLAT-081.
    """
    rules = programs.load(program)
    candidates = find_candidates(rules, period)
    outcomes: list[Outcome] = []
    for chunk in _chunks(candidates.ready):
        kept = transfer_queries.waiting_rows(
            program, accounts_=[candidate.account for candidate in chunk]
        ).filter(reservation__isnull=False)
        free = set(kept.values_list("reservation_id", flat=True))
        settled = settle_candidates(chunk, rules=rules, period=period, also_free=free)
        outcomes += [facility.outcome(period) for facility in settled]
    return RunResult(
        run=None,
        program=program,
        period=period,
        outcomes=tuple(outcomes),
        omissions=tuple(candidates.omitted),
        is_projection=today is not None and today <= rules.deadline_on(period),
    )


@transaction.atomic
def run_deductions(
    *,
    program: str,
    period: CompliancePeriod,
    recorded_at: datetime,
    actor: str = "administrator",
    progress: Progress = no_progress,
) -> RunResult:
    """Settle every facility, or affected EGU, whose data of a period are complete and final.

    Those that are left out are named with the reason; a later run settles them, and
    nothing is deducted twice. The whole run is recorded or none of it.

    Raises Refused (`deadline_not_passed`, `transfers_pending`).

    Source: 40 CFR 62.16340(a) to (e); 62.16335(b); 62.16535(a) to (f); 62.16530(b);
    MASS-134 to MASS-142; RATE-193 to RATE-204.
    """
    rules = programs.load(program)
    _refuse_before_deadline(rules, period, at=recorded_at)
    # A rival's run of the same period ends before this row can be written.
    run = DeductionRun.objects.create(
        program=program, period=period.name, actor=actor, recorded_at=recorded_at
    )
    transfers.record_due(program=program, now=recorded_at)
    _refuse_while_pending(rules, period)
    candidates = find_candidates(rules, period)
    recorder = _Recorder(rules, period, run)
    outcomes: list[Outcome] = []
    progress("deductions", 0, len(candidates.ready))
    for chunk in _chunks(candidates.ready):
        outcomes += recorder.settle(chunk)
        progress("deductions", len(outcomes), len(candidates.ready))
    recorder.leave_out(candidates.omitted)
    recorder.finish(outcomes)
    tell_of_deductions(
        [(outcome, recorder.entries[outcome.account]) for outcome in outcomes],
        rules=rules,
        at=recorded_at,
    )
    transfers.release_held(
        program=program,
        period=period,
        accounts=[outcome.account for outcome in outcomes],
        released_at=recorded_at,
    )
    return RunResult(
        run=run.pk,
        program=program,
        period=period,
        outcomes=tuple(outcomes),
        omissions=tuple(candidates.omitted),
        recorded_at=recorded_at,
    )


class _Recorder:
    """Records one run, chunk by chunk, within its database transaction."""

    def __init__(self, rules: Program, period: CompliancePeriod, run: DeductionRun) -> None:
        self.rules = rules
        self.period = period
        self.run = run
        self.retirement = ledger.retirement_account(
            program=rules.code, opened_at=run.recorded_at
        ).id
        self.entries: dict[int, Entries] = {}

    def settle(self, chunk: Sequence[Candidate]) -> list[Outcome]:
        """Deduct what facilities owe, note what is missing, and keep their outcomes."""
        settled = self._deduct(chunk)
        self.entries.update(
            (facility.candidate.account, facility.settlement.entries) for facility in settled
        )
        outcomes = [facility.outcome(self.period) for facility in settled]
        barred = {candidate.account: candidate.barred for candidate in chunk}
        claims = self._claim(outcomes, barred)
        decisions = audit.decide_many([self._decision(outcome) for outcome in outcomes])
        insert_many(
            Settlement,
            [
                {
                    "run_id": self.run.pk,
                    "program": self.rules.code,
                    "period": self.period.name,
                    "account_id": outcome.account,
                    "facility_id": outcome.facility.id,
                    "unit_id": None if outcome.unit is None else outcome.unit.id,
                    "obligation": outcome.obligation,
                    "held": outcome.held,
                    "deducted": outcome.deducted,
                    "waived": 0,
                    "retired_by_owner": outcome.retired_by_owner,
                    "excess_due": outcome.excess_due,
                    "claim_id": claims.get(outcome.account),
                    "passed_over": [
                        [item.block.first_serial, item.block.last_serial, item.reason]
                        for item in outcome.passed_over
                    ],
                    "decision_id": decision,
                    "settled_at": self.run.recorded_at,
                }
                for outcome, decision in zip(outcomes, decisions, strict=True)
            ],
        )
        return [
            replace(outcome, settled_at=self.run.recorded_at, decision=decision)
            for outcome, decision in zip(outcomes, decisions, strict=True)
        ]

    def leave_out(self, omitted: Iterable[OmissionEntry]) -> None:
        insert_many(
            Omission,
            [
                {
                    "run_id": self.run.pk,
                    "program": self.rules.code,
                    "period": self.period.name,
                    "account_id": entry.account,
                    "facility_id": entry.facility.id,
                    "unit_id": None if entry.unit is None else entry.unit.id,
                    "reason": entry.reason,
                    "missing": [list(unit_year) for unit_year in entry.missing],
                }
                for entry in omitted
            ],
        )
        self.run.left_out = self.run.omissions.count()

    def finish(self, outcomes: Sequence[Outcome]) -> None:
        totals = Totals.of(outcomes)
        self.run.settled = totals.facilities
        self.run.obligation = totals.obligation
        self.run.deducted = totals.deducted
        self.run.excess_due = totals.excess_due
        self.run.excess_deducted = totals.excess_deducted
        self.run.finished_at = self.run.recorded_at
        self.run.save()
        audit.log(
            at=self.run.recorded_at,
            program=self.rules.code,
            actor=self.run.actor,
            act="run_deductions",
            subject=f"deductions:{self.rules.code}/{self.period.name}",
            after={
                "run": self.run.pk,
                "settled": self.run.settled,
                "left_out": self.run.left_out,
                "obligation": self.run.obligation,
                "deducted": self.run.deducted,
                "excess_due": self.run.excess_due,
                "excess_deducted": self.run.excess_deducted,
            },
            cite=self.rules.transaction_types["deduct"].cite,
        )

    def _deduct(self, chunk: Sequence[Candidate]) -> list[SettledFacility]:
        """Settle and record; look again if an account changed in between."""
        for attempt in range(ATTEMPTS):
            transfers.free_for_deductions(
                program=self.rules.code, accounts=[candidate.account for candidate in chunk]
            )
            settled = settle_candidates(chunk, rules=self.rules, period=self.period)
            instructions = [
                instruction for facility in settled for instruction in self._instructions(facility)
            ]
            try:
                ledger.record(
                    instructions, program=self.rules.code, recorded_at=self.run.recorded_at
                )
            except Refused as refused:
                if not refused.reasons <= CHANGED or attempt == ATTEMPTS - 1:
                    raise
            else:
                return settled
        raise AssertionError("unreachable")

    def _instructions(self, facility: SettledFacility) -> Iterable[Instruction]:
        account = facility.candidate.account
        for step, blocks in (
            (EMISSIONS, facility.settlement.for_emissions),
            (EXCESS, facility.settlement.for_excess),
        ):
            if blocks:
                yield deduction(
                    rules=self.rules,
                    account=account,
                    retirement=self.retirement,
                    blocks=blocks,
                    step=step,
                    period=self.period,
                    key=uuid5(DEDUCTIONS, f"{self.rules.code} {self.period.name} {account} {step}"),
                    actor=self.run.actor,
                    at=self.run.recorded_at,
                )

    def _claim(
        self, outcomes: Iterable[Outcome], barred: Mapping[int, frozenset[str]]
    ) -> dict[int, int]:
        """What accounts still owe for excess emissions, taken as soon as it arrives.

        Source: 40 CFR 62.16220(c)(1)(ii)(A); 62.16340(d); 62.16535(e).
        """
        owing = [outcome for outcome in outcomes if outcome.outstanding]
        if not owing:
            return {}
        placed = ledger.place_claims(
            [
                ClaimSpec(
                    account=outcome.account,
                    destination=self.retirement,
                    owed=outcome.outstanding,
                    vintage_max=self.rules.excess_vintage_max(self.period),
                    ground=ground_of(EXCESS, self.period),
                    barred=barred[outcome.account] | barred_beyond_limit(self.rules),
                )
                for outcome in owing
            ],
            placed_at=self.run.recorded_at,
        )
        return {outcome.account: claim for outcome, claim in zip(owing, placed, strict=True)}

    def _decision(self, outcome: Outcome) -> DecisionSpec:
        """Each facility's deduction is a final decision of class (iv)."""
        instruments = self.rules.instruments
        reasons = [
            f"Obligation {outcome.obligation:,}, available {outcome.held:,}: {outcome.deducted:,}"
            f" {instruments} deducted for emissions ({cite_of(EMISSIONS, rules=self.rules)})."
        ]
        if outcome.retired_by_owner:
            reasons.append(
                f"Retired by the owner before: {outcome.retired_by_owner:,} {instruments}."
            )
        if outcome.excess:
            reasons.append(
                f"{self._excess_in_words(outcome)}: {outcome.excess_due:,} {instruments}"
                f" owed, {outcome.excess_deducted:,} deducted, {outcome.outstanding:,}"
                f" outstanding ({cite_of(EXCESS, rules=self.rules)})."
            )
        return DecisionSpec(
            decision_class="iv",
            program=self.rules.code,
            subject=settlement_subject(self.rules.code, self.period, outcome.account),
            outcome="in compliance" if outcome.is_in_compliance else "not in compliance",
            reasons=tuple(reasons),
            decided_at=self.run.recorded_at,
            decided_by=self.run.actor,
        )

    def _excess_in_words(self, outcome: Outcome) -> str:
        if self.rules.is_rate_based:
            return f"Short of {outcome.excess:,} {self.rules.instruments}"
        return f"Excess emissions {outcome.excess:,} tons"


def _refuse_before_deadline(rules: Program, period: CompliancePeriod, *, at: datetime) -> None:
    if at <= rules.deadline_at(period):
        raise Refused(
            [
                checks.DeadlineNotPassed(
                    f"Deductions for {period.name} are made after the transfer deadline, the end"
                    f" of {rules.deadline_on(period).isoformat()}."
                )
            ]
        )


def _refuse_while_pending(rules: Program, period: CompliancePeriod) -> None:
    pending = transfer_queries.pending(
        program=rules.code,
        submitted_until=rules.deadline_at(period),
        limit=PENDING_NAMED,
    )
    if pending:
        raise Refused(
            [
                checks.TransfersPending(
                    f"The transfer of {entry.quantity:,} from {entry.source_number} to"
                    f" {entry.destination_number} was submitted in time and is neither recorded"
                    f" nor refused (transfer {entry.key})."
                )
                for entry in pending
            ]
        )


def _chunks(candidates: Sequence[Candidate]) -> Iterable[Sequence[Candidate]]:
    return (candidates[start : start + CHUNK] for start in range(0, len(candidates), CHUNK))
