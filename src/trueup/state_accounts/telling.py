"""Tell an applicant what became of an application.

Source: RGGI-027; PLAT-150.
"""

from __future__ import annotations

from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.rules import programs
from trueup.state_accounts.models import Application
from trueup.state_accounts.places import rules_of


def tell_applicant(row: Application, *, decision: str, at: datetime) -> None:
    """Tell who applied, and the representatives of the source, of a decision.

    Source: RGGI-027; PLAT-150.
    """
    people = {row.applicant_id} if row.applicant_id is not None else set()
    if row.account_id is not None:
        people |= {
            entry.person for entry in accounts.representatives([row.account_id])[row.account_id]
        }
    rules = programs.load(row.program)
    title = rules_of(row.program).of_purpose(row.purpose).title
    audit.notify(
        [
            NoticeSpec(
                event="state_application_decided",
                program=row.program,
                person=person,
                created_at=at,
                account=row.account_id,
                context={
                    "application": f"{row.pk}",
                    "set_aside": title,
                    "program": rules.name,
                    "year": row.year,
                    "decision": decision,
                    "quantity": row.quantity if row.given is None else row.given,
                    "ground": row.reason or None,
                    "at": rules.local_date(at),
                },
            )
            for person in sorted(people)
        ]
    )
