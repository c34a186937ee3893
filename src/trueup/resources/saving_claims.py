"""Claim savings for a report, each customer and measure once a year.

Source: 40 CFR 62.16455(c)(7)(vi)(C); RATE-102.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction

from trueup.audit.statements import among, insert_many
from trueup.resources import checks
from trueup.resources.entries import ReportSpec
from trueup.resources.models import Report
from trueup.resources.saving_models import SavingClaim
from trueup.rules.refusal import Refused
from trueup.rules.savings import PARTICIPANTS, Participant, read_participants


def claim(report: Report, spec: ReportSpec) -> None:
    """Claim the savings of the customers that a report lists; it may list none.

    Raises Refused (`participants_unclear`, `saving_claimed_already`), with the line.

    Source: 40 CFR 62.16455(c)(7)(vi)(C); RATE-102.
    """
    listed = read_participants(spec.elements.get(PARTICIPANTS, ""))
    if not listed:
        return
    program = report.resource.program
    taken = _taken(program, spec.year, listed)
    refusals = [
        checks.SavingClaimedAlready(
            f"The saving of {one.customer} by “{one.measure}” in {spec.year} is claimed for"
            f" {taken[one.key]} already.",
            row=one.line,
        )
        for one in listed
        if one.key in taken
    ]
    if refusals:
        raise Refused(refusals)
    try:
        with transaction.atomic():
            insert_many(
                SavingClaim,
                [
                    {
                        "program": program,
                        "year": spec.year,
                        "customer": one.key[0],
                        "measure": one.key[1],
                        "report_id": report.pk,
                    }
                    for one in listed
                ],
            )
    except IntegrityError as error:
        raise Refused(
            [checks.SavingClaimedAlready("Some of these savings were claimed just now.")]
        ) from error


def give_up(report: Report) -> None:
    """Let go of what a report claimed that was withdrawn: another may claim it.

    Source: 40 CFR 62.16455(c)(7)(vi)(C); RATE-102.
    """
    SavingClaim.objects.filter(report=report).delete()


def _taken(program: str, year: int, listed: list[Participant]) -> dict[tuple[str, str], str]:
    rows = SavingClaim.objects.filter(
        program=program, year=year, customer__in=among({one.key[0] for one in listed})
    ).select_related("report__resource")
    return {(row.customer, row.measure): row.report.resource.name for row in rows}
