"""A State's own distribution: its method, its table, and which allocation is recorded.

Source: 40 CFR 62.16325(a), (b); preamble V.E (80 FR 65028); MASS-068 to MASS-070.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import uuid5

from django.db import transaction

from trueup.accounts.rivals import looking_again
from trueup.allocation import change_checks
from trueup.allocation.budgets import originate_for_state
from trueup.allocation.change_models import StateMethod, StateTable
from trueup.allocation.entries import AllocationReceipt, AllocationRow, StateVintage
from trueup.allocation.losses import first_open_period
from trueup.allocation.method_reads import MethodEntry, method_entry
from trueup.allocation.plans import PLANS, read_plan
from trueup.allocation.queries import budgets_of
from trueup.allocation.recipients import RECIPIENTS, Recipient, look_up
from trueup.allocation.recordation import Source, digest_of, record_rows
from trueup.allocation.state_accounts import ensure_state_accounts, every_place
from trueup.audit import services as audit
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.state_methods import check_whole, method_due_on, table_due_on

CITE = "40 CFR 62.16325(a), (b); preamble V.E"
# What a method declares, and the sentence where it does not.
CONDITIONS = {
    "leakage": "The method must address leakage to units that are not affected.",
    "early_action": "The method must include an early action (Clean Energy Incentive) program.",
    "short_tons": "Allowances are short tons.",
    "nothing_else": "The method changes the distribution alone, and no other rule.",
    "final": "Allocations must be final once they are submitted.",
}


@transaction.atomic
def submit_method(
    *,
    program: str,
    jurisdiction: str,
    period: str,
    dispatched_on: date,
    declares: Collection[str],
    note: str,
    recorded_at: datetime,
    actor: str = "administrator",
) -> MethodEntry:
    """Keep that a State submitted a method of distributing its allowances for a period.

    Args:
        declares: Keys of CONDITIONS: what the method says of itself.

    Raises Refused (`method_condition` for each condition that is missing, `method_late`,
    `method_there`, `no_such_period`).

    Source: 40 CFR 62.16325(a), (b); preamble V.E; MASS-068, MASS-069.
    """
    rules = programs.load(program)
    of = rules.period_named(period)
    found: list[Refusal] = [
        change_checks.MethodConditions(sentence)
        for key, sentence in CONDITIONS.items()
        if key not in declares
    ]
    due_on = rules.effective_on(method_due_on(of))
    if dispatched_on > due_on:
        found.append(
            change_checks.MethodLate(
                f"A method for {of.name} is due by {due_on}; this one was dispatched on"
                f" {dispatched_on}. The federal distribution is recorded instead."
            )
        )
    rows = StateMethod.objects.filter(program=program, jurisdiction=jurisdiction, period=of.name)
    if rows.exclude(state="disapproved").exists():
        found.append(change_checks.MethodThere(f"{jurisdiction} has a method for {of.name}."))
    if found:
        raise Refused(found)
    row = StateMethod.objects.create(
        program=program,
        jurisdiction=jurisdiction,
        period=of.name,
        dispatched_on=dispatched_on,
        note=note.strip()[:500],
        actor=actor,
        recorded_at=recorded_at,
    )
    _log("submit_method", row, recorded_at, actor, declares=sorted(declares))
    return method_entry(row, rules=rules)


@transaction.atomic
def decide_method(
    *,
    program: str,
    jurisdiction: str,
    period: str,
    approved: bool,
    ground: str,
    decided_at: datetime,
    actor: str = "administrator",
) -> MethodEntry:
    """Approve or disapprove a State's method.

    Approved, it holds from its period; or, where allowances of that are recorded already,
    from the first period of which none is.

    Raises Refused (`no_method`, `detail_missing`).

    Source: preamble V.E; MASS-068, MASS-070.
    """
    rules = programs.load(program)
    row = StateMethod.objects.filter(
        program=program, jurisdiction=jurisdiction, period=period, state="submitted"
    ).first()
    if row is None:
        raise Refused(
            [change_checks.NoMethod(f"No method of {jurisdiction} for {period} waits for this.")]
        )
    if not ground.strip():
        raise Refused([change_checks.DetailMissing("Give the grounds.")])
    row.state = "approved" if approved else "disapproved"
    row.decided_on = rules.local_date(decided_at)
    row.ground = ground.strip()[:500]
    if approved:
        first = first_open_period(program=program, jurisdiction=jurisdiction)
        row.for_period = max(first, rules.period_named(period)).name
    row.save(update_fields=("state", "decided_on", "ground", "for_period"))
    audit.decide(
        decision_class="i",
        program=program,
        subject=f"method:{program}/{jurisdiction}/{period}",
        outcome=row.state,
        reasons=[row.ground],
        decided_at=decided_at,
        decided_by=actor,
    )
    _log("decide_method", row, decided_at, actor, for_period=row.for_period, ground=row.ground)
    return method_entry(row, rules=rules)


def record_state_table(
    *,
    program: str,
    jurisdiction: str,
    period: str,
    dispatched_on: date,
    data: bytes,
    recorded_at: datetime,
    file_name: str = "",
    actor: str = "administrator",
) -> AllocationReceipt:
    """Record a State's own allocations of a whole period, all of it or nothing.

    Recipients are units' facilities, general accounts and the State's own set-asides. Of
    each year there may be less than the goal; not more. The State's budgets are created
    in its reserve whole, as the table distributes them.

    Raises Refused with every reason and its line (`no_method`, `table_late`,
    `period_recorded_before`, `period_not_whole`, `above_goal`, `not_in_short_tons`,
    `set_asides_only`, and those of a plan).

    Source: 40 CFR 62.16325(a), (b); preamble V.E; MASS-068 to MASS-070; PLAT-061, PLAT-062.
    """
    rules = programs.load(program)
    of = rules.period_named(period)

    def act() -> AllocationReceipt:
        method = _method_for(of, program=program, jurisdiction=jurisdiction)
        _refuse_late(of, dispatched_on, rules=rules)
        _refuse_recorded(of, program=program, jurisdiction=jurisdiction)
        _refuse_metric(data)
        rows = _rows_of(data, program=program, jurisdiction=jurisdiction, at=recorded_at)
        totals = _checked(rows, of, program=program, jurisdiction=jurisdiction, at=recorded_at)
        originate_for_state(
            {StateVintage(jurisdiction, year): totals[year] for year in of.vintages},
            program=program,
            recorded_at=recorded_at,
            actor=actor,
        )
        receipt = record_rows(
            rows,
            program=program,
            recorded_at=recorded_at,
            actor=actor,
            key=uuid5(PLANS, f"{program} {jurisdiction} {of.name} {digest_of(rows)}"),
            source=Source("plan", file_name, is_state=True),
            kinds=RECIPIENTS | {"holding"},
        )
        StateTable.objects.create(
            program=program,
            jurisdiction=jurisdiction,
            period=of.name,
            method=method,
            run_id=receipt.run,
            dispatched_on=dispatched_on,
        )
        return receipt

    with transaction.atomic():
        return looking_again(act)


def _rows_of(data: bytes, *, program: str, jurisdiction: str, at: datetime) -> list[AllocationRow]:
    """The rows of a State's table; its own accounts are opened, so that a table can name them."""
    places = [place for place in every_place(program) if place[0] == jurisdiction]
    ensure_state_accounts(places, program=program, opened_at=at)
    return [_of(row, jurisdiction) for row in read_plan(data, program=program, recorded_at=at)]


def _checked(
    rows: Sequence[AllocationRow],
    period: CompliancePeriod,
    *,
    program: str,
    jurisdiction: str,
    at: datetime,
) -> dict[int, int]:
    """Totals by year of a table that is whole; everything that is wrong at once."""
    kinds = RECIPIENTS | {"holding"}
    looked_up = look_up(rows, program=program, recorded_at=at, kinds=kinds)
    found = list(looked_up.refusals)
    found += _of_others(looked_up.recipients, jurisdiction)
    totals: dict[int, int] = {}
    for row in rows:
        totals[row.vintage] = totals.get(row.vintage, 0) + row.quantity
    wanted = [StateVintage(jurisdiction, year) for year in period.vintages]
    budgets = budgets_of(wanted, program=program)
    goals = {of.vintage: budget.total if budget else 0 for of, budget in budgets.items()}
    found += check_whole(totals, goals, period=period)
    if looked_up.recipients and all(one.account.kind == "holding" for one in looked_up.recipients):
        found.append(
            change_checks.NobodyButSetAsides(
                "The table fills set-asides alone; a method replaces the distribution whole."
            )
        )
    if found:
        raise Refused(found)
    return totals


def _of_others(recipients: Iterable[Recipient], jurisdiction: str) -> list[Refusal]:
    """Set-aside accounts of another State get nothing of this one's."""
    return [
        change_checks.MethodConditions(
            f"Account {one.account.number} is another State's set-aside.", row=one.line
        )
        for one in recipients
        if one.account.kind == "holding" and one.account.jurisdiction != jurisdiction
    ]


def _of(row: AllocationRow, jurisdiction: str) -> AllocationRow:
    return AllocationRow(
        account=row.account,
        unit=row.unit,
        vintage=row.vintage,
        quantity=row.quantity,
        jurisdiction=jurisdiction,
        line=row.line,
    )


def _method_for(period: CompliancePeriod, *, program: str, jurisdiction: str) -> StateMethod:
    rules = programs.load(program)
    rows = StateMethod.objects.filter(program=program, jurisdiction=jurisdiction, state="approved")
    for row in rows.order_by("-id"):
        if rules.period_named(row.for_period) <= period:
            return row
    raise Refused(
        [
            change_checks.NoMethod(
                f"{jurisdiction} has no approved method that holds for {period.name}."
            )
        ]
    )


def _refuse_late(period: CompliancePeriod, dispatched_on: date, *, rules: Program) -> None:
    due_on = rules.effective_on(table_due_on(period))
    if dispatched_on > due_on:
        raise Refused(
            [
                change_checks.TableLate(
                    f"The table of {period.name} was due by {due_on} and dispatched on"
                    f" {dispatched_on}. The federal distribution is recorded instead."
                )
            ]
        )


def _refuse_recorded(period: CompliancePeriod, *, program: str, jurisdiction: str) -> None:
    if first_open_period(program=program, jurisdiction=jurisdiction) > period:
        raise Refused(
            [
                change_checks.PeriodRecordedBefore(
                    f"Allowances of {jurisdiction} for {period.name} are recorded; they are not"
                    " replaced."
                )
            ]
        )


def _refuse_metric(data: bytes) -> None:
    """A column that counts metric tons is no column of allowances."""
    header = data[:4000].decode("utf-8", "replace").splitlines()[:1]
    named = header[0].casefold() if header else ""
    if any(word in named for word in ("metric", "tonne", "mwh")):
        raise Refused(
            [
                change_checks.NotInShortTons(
                    "Allowances are short tons; nothing is converted.", row=1
                )
            ]
        )


def _log(act: str, row: StateMethod, at: datetime, actor: str, **after: object) -> None:
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"method:{row.program}/{row.jurisdiction}/{row.period}",
        after={"state": row.state, "dispatched_on": row.dispatched_on.isoformat(), **after},
        cite=CITE,
    )
