"""Records that prove a retirement, and until when they are kept at the facility.

Source: 40 CFR 62.16215(b)(2), 62.16415(b); MASS-149; RATE-010.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from trueup.accounts import checks, queries
from trueup.accounts.entries import UnitEntry
from trueup.accounts.exemptions import log_unit
from trueup.accounts.retirement_models import RetirementProof
from trueup.accounts.rivals import looking_again
from trueup.ledger import checks as ledger_checks
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused

WHAT_MAX = 200


class NotRetired(Refusal):
    code = "accounts.not_retired"
    cite = "40 CFR 62.16215(b)"


class ProofNotUsable(Refusal):
    code = "accounts.proof_not_usable"
    cite = "40 CFR 62.16215(b)(2)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofEntry:
    """A record that proves a retirement, kept at the facility until, and on, a day."""

    id: int
    unit: int
    what: str
    created_on: date
    keep_until: date
    extension: str


def record_proof(
    *, program: str, unit: int, what: str, created_on: date, recorded_at: datetime, actor: str
) -> ProofEntry:
    """Record a proof of retirement, and until when it is kept: 5 years from its creation.

    Raises Refused (`unknown_unit`, `not_retired`, `proof_not_usable`).

    Source: 40 CFR 62.16215(b)(2); MASS-149; RATE-010.
    """
    rules = programs.load(program)

    def act() -> ProofEntry:
        entry = _unit(unit)
        refusals: list[Refusal] = []
        if entry.retired_on is None:
            refusals.append(NotRetired(f"Unit “{entry.unit_id}” is not retired."))
        tidied = checks.tidy(what)
        if not tidied or len(tidied) > WHAT_MAX or not checks.is_readable(tidied):
            refusals.append(ProofNotUsable(f"Name the record, in at most {WHAT_MAX} letters."))
        if created_on > rules.local_date(recorded_at):
            refusals.append(ProofNotUsable(f"{created_on} has not come."))
        if refusals:
            raise Refused(refusals)
        row = RetirementProof.objects.create(
            unit_id=unit,
            what=tidied,
            created_on=created_on,
            keep_until=_years_later(created_on, rules.people.representation.proof_years),
        )
        log_unit(rules, unit, "record_proof", actor=actor, at=recorded_at, after=_logged(row))
        return _proof_entry(row)

    return looking_again(act)


def extend_proof(
    *, program: str, proof: int, keep_until: date, reason: str, extended_at: datetime, actor: str
) -> ProofEntry:
    """Have a proof kept for longer; the reason is given in writing before the time ends.

    Raises Refused (`proof_not_usable`, `ground_missing`).

    Source: 40 CFR 62.16215(b)(2): “extended for cause, at any time prior to the end”.
    """
    rules = programs.load(program)

    def act() -> ProofEntry:
        row = RetirementProof.objects.select_for_update().filter(id=proof).first()
        if row is None:
            raise Refused([ProofNotUsable("There is no such record.")])
        refusals: list[Refusal] = []
        if not reason.strip():
            refusals.append(ledger_checks.GroundMissing("Say in writing why it is extended."))
        if keep_until <= row.keep_until:
            refusals.append(ProofNotUsable(f"It is kept until {row.keep_until} already."))
        if rules.local_date(extended_at) > row.keep_until:
            refusals.append(ProofNotUsable(f"The time ended on {row.keep_until}."))
        if refusals:
            raise Refused(refusals)
        before = _logged(row)
        row.keep_until, row.extended_at, row.extension = keep_until, extended_at, reason.strip()
        row.save(update_fields=["keep_until", "extended_at", "extension"])
        after = {**_logged(row), "reason": reason.strip()}
        log_unit(
            rules,
            row.unit_id,
            "extend_proof",
            actor=actor,
            at=extended_at,
            before=before,
            after=after,
        )
        return _proof_entry(row)

    return looking_again(act)


def proofs_of(unit: int) -> list[ProofEntry]:
    """The records that prove a unit's retirement, with the day until which each is kept."""
    return [
        _proof_entry(row) for row in RetirementProof.objects.filter(unit_id=unit).order_by("id")
    ]


def _unit(unit: int) -> UnitEntry:
    entry = queries.unit(unit)
    if entry is None:
        raise Refused([checks.UnknownUnit("There is no such unit.")])
    return entry


def _years_later(day: date, years: int) -> date:
    """The day of the same date some years later; of a leap day the one before."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)


def _logged(row: RetirementProof) -> dict[str, object]:
    return {"proof": row.pk, "what": row.what, "keep_until": row.keep_until.isoformat()}


def _proof_entry(row: RetirementProof) -> ProofEntry:
    return ProofEntry(
        id=row.pk,
        unit=row.unit_id,
        what=row.what,
        created_on=row.created_on,
        keep_until=row.keep_until,
        extension=row.extension,
    )
