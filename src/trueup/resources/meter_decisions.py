"""What becomes of meter data: the sponsor accepts or disputes, an official releases.

Source: PLAT-130; docs/decisions/0205.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import among
from trueup.resources import checks
from trueup.resources.filing import refuse, require_ground, submitter_refusals
from trueup.resources.meter_data import OPEN
from trueup.resources.meter_reporters import CITE
from trueup.resources.models import MeterReading, Resource
from trueup.resources.signed import Signed, keep_signature
from trueup.rules import programs
from trueup.rules.refusal import Refused

Months = Mapping[int, Sequence[int]]


@transaction.atomic
def accept_meter_data(
    *,
    resource: int,
    year: int,
    months: Iterable[int],
    person: int,
    at: datetime,
) -> int:
    """Accept months of meter data as the resource's representative; how many were open.

    Raises Refused (`not_representative`, `meter_data_held`, `meter_data_missing`).

    Source: PLAT-130; docs/decisions/0205.
    """
    row, found = _to_decide(resource, year, months, person=person, at=at)
    held = sorted(reading.month for reading in found if reading.state == "held")
    if held:
        raise Refused(
            [checks.MeterDataHeld(f"Months {held} are held: an official releases them first.")]
        )
    return _decide(row, found, "accepted", by=f"person:{person}", at=at)


@transaction.atomic
def dispute_meter_data(
    *,
    resource: int,
    year: int,
    months: Iterable[int],
    ground: str,
    person: int,
    at: datetime,
) -> int:
    """Dispute months of meter data; nothing is issued on them until they are reported anew.

    Raises Refused (`not_representative`, `ground_missing`, `meter_data_missing`).

    Source: PLAT-130; docs/decisions/0205.
    """
    refuse(require_ground(ground))
    row, found = _to_decide(resource, year, months, person=person, at=at)
    return _decide(row, found, "disputed", by=f"person:{person}", at=at, ground=ground)


@transaction.atomic
def accept_meter_months(
    *, resource: int, months: Months, person: int, at: datetime, signed: Signed | None = None
) -> int:
    """Accept months of several years at once, all or none; how many were open.

    Source: PLAT-130; docs/decisions/0205.
    """
    row = _resource(resource)
    keep_signature(row, signed, person=person, at=at)
    return sum(
        accept_meter_data(resource=resource, year=year, months=of_year, person=person, at=at)
        for year, of_year in sorted(months.items())
    )


@transaction.atomic
def dispute_meter_months(
    *,
    resource: int,
    months: Months,
    ground: str,
    person: int,
    at: datetime,
    signed: Signed | None = None,
) -> int:
    """Dispute months of several years at once, all or none.

    Source: PLAT-130; docs/decisions/0205.
    """
    row = _resource(resource)
    keep_signature(row, signed, person=person, at=at)
    return sum(
        dispute_meter_data(
            resource=resource, year=year, months=of_year, ground=ground, person=person, at=at
        )
        for year, of_year in sorted(months.items())
    )


@transaction.atomic
def release_meter_data(
    *,
    resource: int,
    year: int,
    months: Iterable[int],
    ground: str,
    at: datetime,
    actor: str = "administrator",
) -> int:
    """Release months that were held as implausible, on the evidence; the sponsor decides next.

    Raises Refused (`ground_missing`, `meter_data_missing`).

    Source: PLAT-130; docs/decisions/0205.
    """
    refuse(require_ground(ground))
    row = _resource(resource)
    found = [one for one in _readings(row, year, months) if one.state == "held"]
    if not found:
        raise Refused([checks.MeterDataMissing("None of these months is held.")])
    return _decide(row, found, "filed", by=actor, at=at, ground=ground)


@transaction.atomic
def accept_by_silence(*, program: str, now: datetime) -> int:
    """Accept what nobody disputed in the program's days, where the program has such days.

    Source: PLAT-130; docs/decisions/0205.
    """
    rules = programs.load(program)
    days = rules.credits.meter_silence_days if rules.credits is not None else 0
    if not days:
        return 0
    due = MeterReading.objects.select_for_update().filter(
        resource__program=program, state="filed", filed_at__lte=now - timedelta(days=days)
    )
    ids = list(due.values_list("id", "resource_id"))
    MeterReading.objects.filter(id__in=among(one for one, _ in ids)).update(
        state="accepted", decided_by="registry", decided_at=now, ground=f"{days} days of silence"
    )
    audit.log_many(
        [
            EventSpec(
                at=now,
                program=program,
                actor="registry",
                act="accept_meter_data_by_silence",
                subject=f"resource:{resource}",
                after={"months": count, "days": days},
                cite=CITE,
            )
            for resource, count in sorted(Counter(resource for _, resource in ids).items())
        ]
    )
    return len(ids)


def _resource(resource: int) -> Resource:
    row = Resource.objects.select_for_update().filter(id=resource).first()
    if row is None:
        raise Refused([checks.UnknownResource(f"There is no resource {resource}.")])
    return row


def _readings(row: Resource, year: int, months: Iterable[int]) -> list[MeterReading]:
    rows = MeterReading.objects.filter(resource=row, year=year, month__in=sorted(set(months)))
    return list(rows.exclude(state="superseded").order_by("month"))


def _to_decide(
    resource: int, year: int, months: Iterable[int], *, person: int, at: datetime
) -> tuple[Resource, list[MeterReading]]:
    row = _resource(resource)
    refuse(submitter_refusals(row, person, at=at))
    found = [one for one in _readings(row, year, months) if one.state in OPEN]
    if not found:
        raise Refused([checks.MeterDataMissing(f"No open meter data of {year} are in hand.")])
    return row, found


def _decide(
    row: Resource,
    found: Sequence[MeterReading],
    state: str,
    *,
    by: str,
    at: datetime,
    ground: str = "",
) -> int:
    MeterReading.objects.filter(id__in=[one.pk for one in found]).update(
        state=state, decided_by=by, decided_at=at, ground=ground.strip()[:1000]
    )
    audit.log(
        at=at,
        program=row.program,
        actor=by,
        act=f"meter_data_{state}",
        subject=f"resource:{row.pk}",
        after={"months": [f"{one.year}-{one.month:02d}" for one in found], "ground": ground},
        cite=CITE,
        account=row.account_id,
    )
    return len(found)
