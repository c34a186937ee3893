"""Who reports the meter data of a resource, and what it can plausibly put out.

Source: 40 CFR 62.16455(c); PLAT-130; docs/decisions/0205.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from trueup.audit import services as audit
from trueup.resources import checks
from trueup.resources.filing import existing, refuse, submitter_refusals
from trueup.resources.models import MeterReporter, PlausibleOutput, Resource
from trueup.resources.signed import Signed, keep_signature
from trueup.rules.refusal import Refused

CITE = "40 CFR 62.16455(c); PLAT-130"


@transaction.atomic
def name_meter_reporter(
    *, resource: int, reporter: int, named_by: int, at: datetime, signed: Signed | None = None
) -> None:
    """Name a person who reports the meter data of a resource, and of no other by that.

    Raises Refused (`not_representative`, `own_reporter`, `reporter_named`).

    Source: PLAT-130; docs/decisions/0205.
    """
    row = existing(resource)
    refuse(submitter_refusals(row, named_by, at=at))
    if reporter == named_by:
        raise Refused(
            [checks.OwnReporter("Name another person: who accepts the data does not report them.")]
        )
    try:
        with transaction.atomic():
            MeterReporter.objects.create(
                resource=row, person_id=reporter, named_by_id=named_by, from_at=at
            )
    except IntegrityError as error:
        raise Refused(
            [checks.ReporterNamed(f"That person reports for {row.name} already.")]
        ) from error
    keep_signature(row, signed, person=named_by, at=at)
    _log(row, "name_meter_reporter", at=at, actor=f"person:{named_by}", reporter=reporter)


@transaction.atomic
def end_meter_reporter(
    *, resource: int, reporter: int, ended_by: int, at: datetime, signed: Signed | None = None
) -> None:
    """End that a person reports for a resource; what was reported stays.

    Raises Refused (`not_representative`, `not_a_reporter`).

    Source: PLAT-130; docs/decisions/0205.
    """
    row = existing(resource)
    if reporter != ended_by:
        refuse(submitter_refusals(row, ended_by, at=at))
    ended = MeterReporter.objects.filter(resource=row, person_id=reporter, until_at=None).update(
        until_at=at, ended_by=f"person:{ended_by}"
    )
    if not ended:
        raise Refused([checks.NotAReporter(f"That person does not report for {row.name}.")])
    keep_signature(row, signed, person=ended_by, at=at)
    _log(row, "end_meter_reporter", at=at, actor=f"person:{ended_by}", reporter=reporter)


@transaction.atomic
def set_plausible_output(
    *, resource: int, mwh: Mapping[int, Decimal], at: datetime, actor: str = "administrator"
) -> None:
    """Set how much a resource can plausibly put out in each calendar month; more is held.

    Args:
        mwh: By month, 1 to 12; a month that is left out has no curve.

    Raises Refused (`mwh_not_usable`).

    Source: PLAT-130; docs/decisions/0205.
    """
    row = existing(resource)
    wrong = [month for month, most in mwh.items() if not (1 <= month <= 12 and most >= 0)]
    if wrong:
        raise Refused(
            [checks.MwhNotReadable(f"Months are 1 to 12 with MWh of at least 0: see {wrong}.")]
        )
    PlausibleOutput.objects.filter(resource=row).delete()
    PlausibleOutput.objects.bulk_create(
        [PlausibleOutput(resource=row, month=month, mwh=most) for month, most in mwh.items()]
    )
    stated = {str(month): str(most) for month, most in sorted(mwh.items())}
    _log(row, "set_plausible_output", at=at, actor=actor, mwh=stated)


def _log(row: Resource, act: str, *, at: datetime, actor: str, **after: object) -> None:
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"resource:{row.pk}",
        after=after,
        cite=CITE,
        account=row.account_id,
    )
