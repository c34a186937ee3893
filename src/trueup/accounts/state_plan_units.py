"""Units of States that have a plan of their own: on the State's list, and no account here.

Such a unit has a representative and a general account; it complies in its State's own
system, to which what it holds is moved.

Source: 40 CFR 62.16210(a), 62.16410(a); preamble IV.E.1; MASS-001; RATE-218, RATE-219;
PLAT-106.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from trueup.accounts import checks
from trueup.accounts.entries import FacilityEntry, FacilitySpec
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal
from trueup.state_plans import queries as state_plans


class UnitNotListed(Refusal):
    code = "accounts.unit_not_listed"
    cite = "preamble IV.E.1; RATE-219; PLAT-106"


class StatePlanUnit(Refusal):
    """A unit under a State's own plan has a general account and no compliance account."""

    code = "accounts.state_plan_unit"
    cite = "preamble IV.E.1; RATE-218; PLAT-106"


def registration_refusals(
    specs: Sequence[FacilitySpec], *, rules: Program, on: date
) -> list[Refusal]:
    """Whether facilities' States are covered, and their units on their States' lists.

    Source: 40 CFR 62.16210(a); preamble IV.E.1; MASS-001, RATE-219.
    """
    modes = state_plans.modes_on(program=rules.code, on=on)
    own = [spec for spec in specs if modes.get(spec.jurisdiction) == "own"]
    listed = (
        state_plans.listed_units([spec.oris_code for spec in own], program=rules.code)
        if own
        else {}
    )
    found: list[Refusal] = []
    for row, spec in enumerate(specs, start=1):
        if modes.get(spec.jurisdiction) == "none":
            found.append(
                checks.JurisdictionNotCovered(
                    f"No plan is in effect in {spec.jurisdiction} on {on}.", row=row
                )
            )
        elif modes.get(spec.jurisdiction) == "own":
            known = {unit_id for unit_id, _ in listed.get(spec.oris_code, frozenset())}
            found += [
                UnitNotListed(
                    f"Unit {unit.unit_id} is not on the list that {spec.jurisdiction} supplied.",
                    row=row,
                )
                for unit in spec.units
                if checks.tidy(unit.unit_id) not in known
            ]
    return found


def account_refusals(
    facilities: Iterable[FacilityEntry], *, rules: Program, on: date
) -> list[Refusal]:
    """Whether facilities that have no account yet may have one.

    Source: 40 CFR 62.16320(a); preamble IV.E.1; RATE-218; PLAT-106.
    """
    new = list(facilities)
    if not new:
        return []
    modes = state_plans.modes_on(program=rules.code, on=on)
    return [
        StatePlanUnit(
            f"{facility.name} is under {facility.jurisdiction}'s own plan: open a general"
            " account, and comply in the State's system."
        )
        for facility in new
        if modes.get(facility.jurisdiction) == "own"
    ]
