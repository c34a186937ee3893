"""When affected units began to operate, and when they retired."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from trueup.accounts import checks, queries
from trueup.accounts.entries import Retirement, UnitEntry
from trueup.accounts.models import AffectedUnit
from trueup.accounts.rivals import looking_again
from trueup.accounts.signed_forms import keep_signature
from trueup.audit import services as audit
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.signing.entries import Evidence
from trueup.tasks import services as tasks

# Without one of these a unit that stands still is not permanently retired (62.16570).
PERMITS = {
    "PERMIT_OBLIGATION": (
        "The unit is not available for service, and its operating permit binds it to the"
        " conditions of retired units."
    ),
    "PERMITS_TERMINATED": (
        "The unit is not available for service, and every construction and operating permit"
        " under the Clean Air Act was given up."
    ),
}


def supply_operating_date(
    *, unit: int, operating_from: date, supplied_at: datetime, actor: str = "administrator"
) -> UnitEntry:
    """Replace a unit's projected date of commercial operation by the actual one.

    Raises Refused (`unknown_unit`, `retired_before_operation`).

    Source: 40 CFR 62.16305(a)(1).
    """

    def act() -> UnitEntry:
        before = _unit_for_change(unit)
        if before.retired_on is not None and before.retired_on < operating_from:
            raise Refused(
                [
                    checks.RetiredBeforeOperation(
                        f"Unit “{before.unit_id}” retired on {before.retired_on}, before that."
                    )
                ]
            )
        AffectedUnit.objects.filter(id=unit).update(
            operating_from=operating_from, is_operation_projected=False
        )
        audit.log(
            at=supplied_at,
            program="",
            actor=actor,
            act="supply_operating_date",
            subject=f"unit:{unit}",
            before={
                "operating_from": before.operating_from and before.operating_from.isoformat(),
                "is_operation_projected": before.is_operation_projected,
            },
            after={"operating_from": operating_from.isoformat(), "is_operation_projected": False},
            cite="40 CFR 62.16305(a)(1)",
        )
        tasks.close_tasks(
            subject=f"unit:{unit}",
            kind="supply_operating_date",
            closed_at=supplied_at,
            outcome="supplied",
        )
        return replace(before, operating_from=operating_from, is_operation_projected=False)

    return looking_again(act)


def retire_unit(
    *,
    program: str,
    unit: int,
    retired_on: date,
    filed_at: datetime,
    filed_by: int | None = None,
    evidence: Evidence | None = None,
    permits: str = "",
) -> Retirement:
    """File the statement that a unit was permanently retired.

    The statement is due within 30 days; one that comes later is taken and marked late.

    Args:
        filed_by: The representative who files; None when the Administrator enters it.
        permits: What became of the unit's permits, a key of `PERMITS`; the rate-based
            program counts no retirement without it.

    Raises Refused (`unknown_unit`, `not_authorized`, `retirement_not_yet`,
    `retired_before_operation`, `already_retired`, `retirement_not_qualified`).

    Source: 40 CFR 62.16215(a)(1), (2); 62.16570 “Permanently retired”; RATE-008.
    """
    rules = programs.load(program)

    def act() -> Retirement:
        before = _unit_for_change(unit)
        refusals = _retirement_refusals(
            before, rules=rules, retired_on=retired_on, filed_at=filed_at, filed_by=filed_by
        )
        if permits not in PERMITS and (rules.is_rate_based or permits):
            refusals.append(_not_qualified(before))
        if refusals:
            raise Refused(refusals)
        keep_signature(
            program=program,
            form="retired_unit",
            text=retirement_text(before, retired_on=retired_on, permits=permits),
            signer=filed_by or 0,
            evidence=evidence if filed_by is not None else None,
            signed_at=filed_at,
            account_kind="compliance",
        )
        AffectedUnit.objects.filter(id=unit).update(
            retired_on=retired_on, retirement_filed_at=filed_at
        )
        retired = replace(before, retired_on=retired_on, retirement_filed_at=filed_at)
        retirement = _retirement(retired, rules=rules, retired_on=retired_on, filed_at=filed_at)
        audit.log(
            at=filed_at,
            program=program,
            actor="administrator" if filed_by is None else f"person:{filed_by}",
            act="retire_unit",
            subject=f"unit:{unit}",
            before={"retired_on": None},
            after={**_logged(retirement, retired_on=retired_on), "permits": permits},
            cite="40 CFR 62.16215(a)",
        )
        return retirement

    return looking_again(act)


def retirement_of(*, program: str, unit: int) -> Retirement | None:
    """A unit's retirement as it was filed; None if it is not retired, or came so registered.

    Source: 40 CFR 62.16215(a).
    """
    entry = queries.unit(unit)
    if entry is None or entry.retired_on is None or entry.retirement_filed_at is None:
        return None
    return _retirement(
        entry,
        rules=programs.load(program),
        retired_on=entry.retired_on,
        filed_at=entry.retirement_filed_at,
    )


def retirement_text(unit: UnitEntry, *, retired_on: date, permits: str = "") -> str:
    """What is signed in a statement of retirement: the day, and the promise.

    Source: 40 CFR 62.16215(a)(2), (b); 62.16570 “Permanently retired”.
    """
    kept = f"\n{PERMITS[permits]}" if permits in PERMITS else ""
    return (
        f"Unit {unit.unit_id} was permanently retired on {retired_on}.\n"
        "It will emit no CO2 from the first day of the exemption on. Records that prove the"
        " retirement are kept at the facility for 5 years, and duties of earlier periods are"
        " settled." + kept
    )


def _not_qualified(unit: UnitEntry) -> Refusal:
    return checks.RetirementNotQualified(
        f"Unit “{unit.unit_id}” stays active: say that its permit binds it to the conditions of"
        " retired units, or that every permit was given up."
    )


def _retirement(
    unit: UnitEntry, *, rules: Program, retired_on: date, filed_at: datetime
) -> Retirement:
    exempt_from = queries.exempt_from(program=rules.code, unit=unit)
    if exempt_from is None:
        raise AssertionError("a retired unit is exempt from some day on")
    due_on = rules.days_from(retired_on, rules.people.representation.retirement_days)
    is_late = rules.local_date(filed_at) > due_on
    return Retirement(unit=unit, exempt_from=exempt_from, due_on=due_on, is_late=is_late)


def _logged(retirement: Retirement, *, retired_on: date) -> dict[str, object]:
    return {
        "retired_on": retired_on.isoformat(),
        "exempt_from": retirement.exempt_from.isoformat(),
        "due_on": retirement.due_on.isoformat(),
        "is_late": retirement.is_late,
    }


def _retirement_refusals(
    unit: UnitEntry,
    *,
    rules: Program,
    retired_on: date,
    filed_at: datetime,
    filed_by: int | None,
) -> list[Refusal]:
    refusals: list[Refusal] = []
    if filed_by is not None and not _represents(
        filed_by, facility=unit.facility, program=rules.code, at=filed_at
    ):
        refusals.append(
            checks.NotAuthorized("Only the facility's designated representative may file this.")
        )
    if unit.retired_on is not None:
        refusals.append(
            checks.AlreadyRetired(f"Unit “{unit.unit_id}” was retired on {unit.retired_on}.")
        )
    if retired_on > rules.local_date(filed_at):
        refusals.append(
            checks.RetirementNotYet(
                f"{retired_on} has not come; file when the unit is permanently retired."
            )
        )
    if unit.operating_from is not None and retired_on < unit.operating_from:
        refusals.append(
            checks.RetiredBeforeOperation(
                f"Unit “{unit.unit_id}” began to operate on {unit.operating_from}, after that."
            )
        )
    return refusals


def _represents(person: int, *, facility: int, program: str, at: datetime) -> bool:
    accounts = queries.facility_accounts(program=program, facilities=[facility])
    may = queries.submitters(
        (entry.account for entry in accounts), at=at, kind="retirement_statements"
    )
    return any(submitter.person == person for found in may.values() for submitter in found)


def _unit_for_change(unit: int) -> UnitEntry:
    row = AffectedUnit.objects.select_for_update().filter(id=unit).first()
    if row is None:
        raise Refused([checks.UnknownUnit("There is no such unit.")])
    return queries.unit_entry(row)
