"""Units that are outside a program, each with the reason on record.

Source: 40 CFR 62.16410(b); preamble III.C; RATE-003, RATE-004.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from trueup.accounts import checks, queries
from trueup.audit import queries as audit_queries
from trueup.audit import services as audit
from trueup.audit.entries import DecisionEntry
from trueup.rules.affected import EXCLUSIONS
from trueup.rules.refusal import Refusal, Refused

CITE = "40 CFR 62.16410(b); preamble III.C"
OUTSIDE = "not an affected EGU"


class ExclusionWithoutReason(Refusal):
    code = "accounts.exclusion_without_reason"
    cite = CITE


class UnitRegistered(Refusal):
    code = "accounts.unit_registered"
    cite = CITE


@transaction.atomic
def exclude_unit(
    *,
    program: str,
    oris_code: int,
    unit_id: str,
    reason: str,
    ground: str,
    decided_at: datetime,
    actor: str = "administrator",
) -> DecisionEntry:
    """Record that a unit of a plant is outside the program, and why; it needs no account.

    Args:
        reason: A key of `rules.affected.EXCLUSIONS`.

    Raises Refused (`exclusion_without_reason`, `unit_registered`, `oris_code_not_usable`).

    Source: 40 CFR 62.16410(b); preamble III.C; RATE-004.
    """
    unit = checks.tidy(unit_id)
    refusals: list[Refusal] = []
    if reason not in EXCLUSIONS or not ground.strip():
        refusals.append(
            ExclusionWithoutReason(
                f"Name the reason, one of {', '.join(EXCLUSIONS)}, and what shows it."
            )
        )
    if not 1 <= oris_code <= checks.ORIS_CODE_MAX or not unit:
        refusals.append(checks.OrisCodeNotUsable("Name the plant by its ORIS code, and its unit."))
    elif _is_registered(oris_code, unit):
        refusals.append(
            UnitRegistered(f"Unit “{unit}” of plant {oris_code} is registered as an affected unit.")
        )
    if refusals:
        raise Refused(refusals)
    entry = audit.decide(
        decision_class="uncertain",
        program=program,
        subject=_subject(oris_code, unit),
        outcome=OUTSIDE,
        reasons=[reason, ground.strip()],
        decided_at=decided_at,
        decided_by=actor,
    )
    audit.log(
        at=decided_at,
        program=program,
        actor=actor,
        act="exclude_unit",
        subject=_subject(oris_code, unit),
        after={"reason": reason, "ground": ground.strip()},
        cite=CITE,
    )
    return entry


def exclusion_of(*, program: str, oris_code: int, unit_id: str) -> DecisionEntry | None:
    """The decision by which a unit is outside the program; the latest if there are several.

    Source: preamble III.C; RATE-004.
    """
    subject = _subject(oris_code, checks.tidy(unit_id))
    found = [
        one for one in audit_queries.decisions_of([subject])[subject] if one.program == program
    ]
    return found[-1] if found else None


def _subject(oris_code: int, unit: str) -> str:
    return f"plant-unit:{oris_code}/{unit}"


def _is_registered(oris_code: int, unit: str) -> bool:
    facility = queries.find_facility(oris_code=oris_code)
    if facility is None:
        return False
    return any(one.unit_id == unit for one in queries.units_of([facility.id])[facility.id])
