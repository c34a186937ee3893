"""What settled accounts are called."""

from __future__ import annotations

from trueup.accounts.entries import FacilityEntry, UnitEntry


def named(facility: FacilityEntry, unit: UnitEntry | None) -> str:
    """What an account is for: a facility, or a facility and one of its units."""
    return facility.name if unit is None else f"{facility.name}/{unit.unit_id}"
