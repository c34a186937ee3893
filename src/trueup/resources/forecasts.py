"""What would become of a sponsor's papers if they were filed now; nothing is taken in.

Source: 40 CFR 62.16435, 62.16445(a), 62.16455; RATE-061 to RATE-072.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from trueup.ledger import queries as ledger
from trueup.resources import checks
from trueup.resources.admission import eligibility_refusals
from trueup.resources.applications import application_refusals, state_refusals
from trueup.resources.filing import described, host_of, submitter_refusals
from trueup.resources.models import Resource
from trueup.rules.paper_answers import check_plan
from trueup.rules.papers import PLAN, check_paper, tags_of
from trueup.rules.refusal import Refusal


def why_not_apply(
    *,
    resource: int,
    application: Mapping[str, str],
    plan: Mapping[str, str],
    person: int,
    at: datetime,
) -> list[Refusal]:
    """Why an application would be refused now.

    Source: 40 CFR 62.16445(a), 62.16455; RATE-061 to RATE-072.
    """
    row = Resource.objects.filter(id=resource).first()
    if row is None:
        return [checks.UnknownResource(f"There is no resource {resource}.")]
    number = ledger.account(row.account_id).number if row.account_id is not None else ""
    return [
        *submitter_refusals(row, person, at=at),
        *state_refusals(row),
        *application_refusals(
            row, host=host_of(row), application=application, plan=plan, number=number
        ),
    ]


def why_not_plan(
    *, resource: int, plan: Mapping[str, str], person: int, at: datetime
) -> list[Refusal]:
    """Why a version of the EM&V plan would be refused now.

    Source: 40 CFR 62.16455; RATE-077 to RATE-109.
    """
    row = Resource.objects.get(id=resource)
    of = described(row, host_of(row))
    return [
        *submitter_refusals(row, person, at=at),
        *check_paper(PLAN, plan, tags=tags_of(of), program=row.program),
        *check_plan(plan, resource=of),
    ]


def why_not_eligible(resource: int) -> list[Refusal]:
    """Which tests of eligibility a resource fails as it is described.

    Source: 40 CFR 62.16435(a), (b); RATE-043 to RATE-054.
    """
    row = Resource.objects.get(id=resource)
    return eligibility_refusals(row, host=host_of(row))
