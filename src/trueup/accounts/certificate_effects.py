"""What follows when complete certificates are received: seats, units, accounts, owners.

Source: 40 CFR 62.16290(a)(2), (b)(2), 62.16300, 62.16320(a).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Greatest

from trueup.accounts import certificate_tasks, ownership, queries
from trueup.accounts.certificate_entries import CertificateSpec, CertificateUnit
from trueup.accounts.certificate_models import Certificate
from trueup.accounts.certificate_text import changes_between, document_of
from trueup.accounts.entries import NamingSpec, UnitEntry
from trueup.accounts.models import AffectedUnit, Facility
from trueup.accounts.ownership_entries import PartySpec
from trueup.accounts.ownership_models import Interest
from trueup.accounts.representation import name_for_facilities
from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import among, insert_many
from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program

UNIT_FIELDS = (
    "unit_type",
    "nameplate_mw",
    "net_summer_mw",
    "operating_from",
    "is_operation_projected",
)
CITE = "40 CFR 62.16305(a), 62.16300, 62.16320(a)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A complete certificate that takes effect, and the one that it supersedes."""

    certificate: int
    spec: CertificateSpec
    before: CertificateSpec | None


def take_effect(
    filings: Sequence[Filing], *, rules: Program, at: datetime, actor: str
) -> dict[int, list[AccountEntry]]:
    """Let certificates supersede, seat whom they name, and open the accounts that are due.

    The statements do not depend on the number of certificates, but for units that change.

    Source: 40 CFR 62.16290(a)(2), (b)(2); 62.16300(a), (b); 62.16320(a).
    """
    facilities = [filing.spec.facility for filing in filings]
    Certificate.objects.filter(
        program=rules.code, state="in_force", facility_id__in=among(facilities)
    ).update(state="superseded", superseded_at=at)
    Certificate.objects.filter(id__in=among(filing.certificate for filing in filings)).update(
        state="in_force", received_at=at, missing=[], hold=""
    )
    _write_facilities(filings)
    supplied = _write_units(filings)
    opened = name_for_facilities(
        [
            NamingSpec(
                facility=filing.spec.facility,
                primary=filing.spec.primary.person if filing.spec.primary else None,
                alternate=filing.spec.alternate.person if filing.spec.alternate else None,
            )
            for filing in filings
        ],
        rules=rules,
        at=at,
        actor=actor,
        whole=True,
    )
    _write_owners(filings, accounts=opened, rules=rules, today=rules.local_date(at))
    audit.log_many([_event(filing, rules=rules, at=at, actor=actor) for filing in filings])
    certificate_tasks.close_tasks_of(facilities=facilities, units=supplied, closed_at=at)
    return opened


def _event(filing: Filing, *, rules: Program, at: datetime, actor: str) -> EventSpec:
    before = document_of(filing.before) if filing.before is not None else None
    changes = changes_between(before, document_of(filing.spec))
    return EventSpec(
        at=at,
        program=rules.code,
        actor=actor,
        act="receive_certificate",
        subject=f"facility:{filing.spec.facility}",
        before={key: old for key, (old, _) in changes.items()} if before is not None else None,
        after={
            "certificate": filing.certificate,
            **{key: new for key, (_, new) in changes.items()},
        },
        cite=CITE,
    )


def _write_facilities(filings: Iterable[Filing]) -> None:
    known = queries.facilities_by_id(filing.spec.facility for filing in filings)
    changing = []
    for filing in filings:
        spec, entry = filing.spec, known[filing.spec.facility]
        if (spec.county, spec.latitude, spec.longitude) != (
            entry.county,
            entry.latitude,
            entry.longitude,
        ):
            changing.append(
                Facility(
                    id=spec.facility,
                    county=spec.county,
                    latitude=spec.latitude,
                    longitude=spec.longitude,
                )
            )
    if changing:
        Facility.objects.bulk_update(changing, ("county", "latitude", "longitude"), batch_size=200)


def _write_units(filings: Sequence[Filing]) -> list[int]:
    """Enter units that are new, and what is said of the others; none is ever removed.

    Gives the units whose actual date of operation is known now.

    Source: 40 CFR 62.16305(a)(1), 62.16300(d).
    """
    known = queries.units_of(filing.spec.facility for filing in filings)
    coming: list[dict[str, object]] = []
    changing: list[AffectedUnit] = []
    for filing in filings:
        entries = {entry.unit_id: entry for entry in known[filing.spec.facility]}
        for unit in filing.spec.units:
            values = _unit_values(unit)
            entry = entries.get(unit.unit_id)
            if entry is None:
                coming.append(
                    {
                        "facility_id": filing.spec.facility,
                        "unit_id": unit.unit_id,
                        "fuel": "",
                        **values,
                    }
                )
            elif any(getattr(entry, name) != value for name, value in values.items()):
                changing.append(_changed_unit(entry, values))
    insert_many(AffectedUnit, coming)
    if changing:
        AffectedUnit.objects.bulk_update(changing, UNIT_FIELDS, batch_size=100)
    projected = {
        unit.id for units in known.values() for unit in units if unit.is_operation_projected
    }
    return [
        unit.pk for unit in changing if unit.pk in projected and not unit.is_operation_projected
    ]


def _unit_values(unit: CertificateUnit) -> dict[str, object]:
    return {
        "unit_type": unit.unit_type,
        "nameplate_mw": sum(
            (item.nameplate_mw for item in unit.generators if item.nameplate_mw is not None),
            start=Decimal(0),
        ),
        "net_summer_mw": unit.net_summer_mw,
        "operating_from": unit.operating_from,
        "is_operation_projected": unit.is_operation_projected,
    }


def _changed_unit(entry: UnitEntry, values: Mapping[str, object]) -> AffectedUnit:
    unit = AffectedUnit(id=entry.id)
    for name, value in values.items():
        setattr(unit, name, value)
    return unit


def _write_owners(
    filings: Iterable[Filing],
    *,
    accounts: Mapping[int, Sequence[AccountEntry]],
    rules: Program,
    today: date,
) -> None:
    """Make the lists of owners and operators of the accounts what the certificates say.

    Source: 40 CFR 62.16305(a)(3), 62.16300(c).
    """
    by_day: dict[date, dict[tuple[int, str], set[str]]] = {}
    units = {
        entry.account: entry.unit.unit_id
        for entry in queries.facility_accounts(
            program=rules.code, facilities=[filing.spec.facility for filing in filings]
        )
        if entry.unit is not None
    }
    for filing in filings:
        day = filing.spec.owners_changed_on or today
        lists = by_day.setdefault(day, {})
        for account in accounts[filing.spec.facility]:
            owners, operators = _owners_of(filing.spec, unit_id=units.get(account.id))
            lists[account.id, "owner"] = owners
            lists[account.id, "operator"] = operators
    for day, lists in by_day.items():
        _replace_lists(lists, on=day)


def _owners_of(spec: CertificateSpec, *, unit_id: str | None) -> tuple[set[str], set[str]]:
    units = [unit for unit in spec.units if unit_id in (None, unit.unit_id)]
    owners = {*spec.owners, *(name for unit in units for name in unit.owners)}
    return owners, {*spec.operators, *(name for unit in units for name in unit.operators)}


def _replace_lists(lists: Mapping[tuple[int, str], set[str]], *, on: date) -> None:
    """Who is listed and not named goes, who is named and not listed comes, on a day."""
    rows = Interest.objects.filter(
        until_on=None, account_id__in=among({account for account, _ in lists})
    )
    listed: dict[tuple[int, str], set[str]] = {key: set() for key in lists}
    going = []
    for identity, account, kind, name in rows.values_list(
        "id", "account_id", "kind", "party__name"
    ):
        if (account, kind) not in lists:
            continue
        listed[account, kind].add(name)
        if name not in lists[account, kind]:
            going.append(identity)
    if going:
        Interest.objects.filter(id__in=among(going)).update(
            until_on=Greatest(F("from_on"), Value(on, models.DateField()))
        )
    for kind in ("owner", "operator"):
        coming = {
            account: [PartySpec(name=name) for name in sorted(names - listed[account, of])]
            for (account, of), names in lists.items()
            if of == kind
        }
        ownership.list_parties(coming, from_on=on, kind=kind)
