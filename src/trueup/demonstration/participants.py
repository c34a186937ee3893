"""Register the plants, their representatives and the brokers, through the accounts' services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from trueup.accounts import queries as accounts_queries
from trueup.accounts import services as accounts
from trueup.accounts.entries import (
    FacilitySpec,
    GeneralAccountSpec,
    NamingSpec,
    PersonSpec,
    UnitSpec,
)
from trueup.demonstration.certificates import file_certificates
from trueup.demonstration.people import Broker, InventedPerson, Invention, Pair
from trueup.demonstration.plants import Plant, PlantUnit
from trueup.demonstration.stand_ins import COAL, COMBINED_CYCLE
from trueup.demonstration.timetable import operating_from
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs

BROKERS = 16


class _Books(TypedDict):
    compliance: dict[int, AccountEntry]
    of_units: dict[tuple[int, str], AccountEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Participants:
    """Who takes part: facility ids and accounts by ORIS code, brokers' accounts, persons.

    Attributes:
        units: Ids of the registered units by ORIS code and unit id.
        compliance: By ORIS code, where the books are by facility; else `of_units`, by ORIS
            code and unit id.
        representatives: Person id of the primary and the alternate, by account number.
    """

    facilities: Mapping[int, int]
    units: Mapping[tuple[int, str], int]
    compliance: Mapping[int, AccountEntry]
    of_units: Mapping[tuple[int, str], AccountEntry]
    brokers: Sequence[AccountEntry]
    representatives: Mapping[str, tuple[int, int]]


def register(
    plants: Sequence[Plant], *, program: str, seed: int, registered_at: datetime
) -> Participants:
    """Register everybody and open their accounts."""
    invention = Invention(seed)
    brokers = invention.brokers(BROKERS)
    pairs = invention.pairs(organisation_of(plant) for plant in plants)
    ids = register_people([*pairs.values(), *(b.people for b in brokers)], registered_at)
    facilities = accounts.register_facilities(
        [_facility_spec(plant) for plant in plants], program=program, registered_at=registered_at
    )
    opened = accounts.name_designated_representatives(
        [
            NamingSpec(
                facility=facility.id,
                primary=ids[pairs[organisation_of(plant)].primary],
                alternate=ids[pairs[organisation_of(plant)].alternate],
            )
            for plant, facility in zip(plants, facilities, strict=True)
        ],
        program=program,
        at=registered_at,
    )
    file_certificates(
        plants,
        facilities={one.oris_code: one.id for one in facilities},
        program=program,
        at=registered_at,
    )
    general = _open_general_accounts(brokers, ids, program=program, at=registered_at)
    by_id = {facility.id: facility.oris_code for facility in facilities}
    units = {
        (by_id[facility], unit.unit_id): unit.id
        for facility, of_facility in accounts_queries.units_of(by_id).items()
        for unit in of_facility
    }
    representatives = {
        account.number: people_ids(pairs[organisation_of(plant)], ids)
        for plant, facility in zip(plants, facilities, strict=True)
        for account in opened[facility.id]
    }
    for broker, account in zip(brokers, general, strict=True):
        representatives[account.number] = people_ids(broker.people, ids)
    return Participants(
        facilities={facility.oris_code: facility.id for facility in facilities},
        units=units,
        brokers=general,
        representatives=representatives,
        **_books(program, opened, by_id),
    )


def _books(
    program: str, opened: Mapping[int, Sequence[AccountEntry]], by_id: Mapping[int, int]
) -> _Books:
    """The accounts that were opened: by facility, or by unit where each has its own."""
    if programs.load(program).books_per != "egu":
        return {"compliance": {by_id[one]: of[0] for one, of in opened.items()}, "of_units": {}}
    accounts_by_id = {account.id: account for of in opened.values() for account in of}
    entries = accounts_queries.facility_accounts(program=program, facilities=by_id)
    return {
        "compliance": {},
        "of_units": {
            (by_id[entry.facility.id], entry.unit.unit_id): accounts_by_id[entry.account]
            for entry in entries
            if entry.unit is not None
        },
    }


def organisation_of(plant: Plant) -> str:
    """Who runs a plant, as far as the sources know; else the plant itself."""
    return plant.operator or plant.owner or plant.name


def register_people(pairs: Sequence[Pair], registered_at: datetime) -> dict[InventedPerson, int]:
    people = [person for pair in pairs for person in (pair.primary, pair.alternate)]
    entries = accounts.register_people(
        [PersonSpec(name=person.name, email=person.email) for person in people],
        registered_at=registered_at,
    )
    return {person: entry.id for person, entry in zip(people, entries, strict=True)}


def people_ids(pair: Pair, ids: Mapping[InventedPerson, int]) -> tuple[int, int]:
    return ids[pair.primary], ids[pair.alternate]


def _open_general_accounts(
    brokers: Sequence[Broker], ids: Mapping[InventedPerson, int], *, program: str, at: datetime
) -> list[AccountEntry]:
    return accounts.open_general_accounts(
        [
            GeneralAccountSpec(
                name=broker.name,
                representative=ids[broker.people.primary],
                alternate=ids[broker.people.alternate],
            )
            for broker in brokers
        ],
        program=program,
        at=at,
    )


def _facility_spec(plant: Plant) -> FacilitySpec:
    return FacilitySpec(
        oris_code=plant.oris_code,
        name=plant.name,
        jurisdiction=plant.jurisdiction,
        county=plant.county,
        latitude=plant.latitude,
        longitude=plant.longitude,
        units=tuple(_unit_spec(unit) for unit in plant.units),
    )


def unit_type_of(unit: PlantUnit) -> str:
    """The type under which a unit is registered."""
    technology, fuel = unit.unit_class
    return "igcc" if technology == COMBINED_CYCLE and fuel == COAL else technology


def _unit_spec(unit: PlantUnit) -> UnitSpec:
    begins_on = operating_from(unit)
    return UnitSpec(
        unit_id=unit.unit_id,
        unit_type=unit_type_of(unit),
        fuel=unit.unit_class.fuel,
        nameplate_mw=unit.nameplate_mw,
        operating_from=begins_on,
        # What begins within the period is expected when the accounts are opened.
        is_operation_projected=begins_on is not None and begins_on != unit.operating_from,
    )
