"""Read States' assessments and what their sources owe."""

from __future__ import annotations

from django.db.models import Max

from trueup.assurance.entries import ShareEntry, StateEntry
from trueup.assurance.models import SourceShare, StateAssessment
from trueup.ledger import queries as ledger
from trueup.rules import programs


def years(program: str) -> list[int]:
    """The years for which States were assessed, the latest first.

    Source: 40 CFR 97.425(b).
    """
    rows = StateAssessment.objects.filter(program=program).values("year")
    return sorted((row["year"] for row in rows.annotate(last=Max("id"))), reverse=True)


def states(*, program: str, year: int) -> list[StateEntry]:
    """Each State's emissions of a year against its level, in the program's order.

    Source: 40 CFR 97.425(b)(1), (4).
    """
    names = programs.load(program).jurisdictions
    rows = StateAssessment.objects.filter(program=program, year=year).order_by("id")
    return [
        StateEntry(
            jurisdiction=row.jurisdiction,
            name=names[row.jurisdiction].name,
            year=row.year,
            level=row.level,
            tons=row.tons,
            due=row.due,
            due_on=row.due_on,
            assessed_at=row.assessed_at,
            decision=row.decision_id,
        )
        for row in rows
    ]


def shares(*, program: str, year: int, jurisdiction: str) -> list[ShareEntry]:
    """What each source of a State owes for a year, by group, who owes most first.

    Source: 40 CFR 97.425(b)(2), (4), (5).
    """
    rows = list(
        SourceShare.objects.filter(
            assessment__program=program,
            assessment__year=year,
            assessment__jurisdiction=jurisdiction,
        )
        .select_related("facility", "representative")
        .order_by("-group_due", "representative_id", "-due", "id")
    )
    claims = ledger.claims_by_id(row.claim_id for row in rows if row.claim_id is not None)
    return [
        ShareEntry(
            account=row.account_id,
            facility=row.facility.name,
            oris_code=row.facility.oris_code,
            representative=row.representative.name,
            group_tons=row.group_tons,
            group_share=row.group_share,
            group_due=row.group_due,
            tons=row.tons,
            due=row.due,
            deducted=row.taken + (claims[row.claim_id].taken if row.claim_id else 0),
            taken_at=row.taken_at,
        )
        for row in rows
    ]
