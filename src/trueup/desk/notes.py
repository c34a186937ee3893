"""Notes of officials in a facility's file."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from trueup.accounts.entries import FacilityEntry
from trueup.audit import services as audit
from trueup.desk import checks
from trueup.desk.models import FacilityNote
from trueup.officials import queries as officials
from trueup.rules.refusal import Refused

TEXT_MAX = 2000
# Who works with facilities' files; one of these is enough.
FUNCTIONS = (
    "settle",
    "review_submissions",
    "appeals",
    "correct",
    "read_audit",
    "allocate",
    "holding_accounts",
    "review_eligibility",
)
WRITERS = tuple(name for name in FUNCTIONS if name != "read_audit")


@transaction.atomic
def write_note(
    *, program: str, facility: FacilityEntry, by: int, text: str, at: datetime
) -> FacilityNote:
    """Keep a note in a facility's file; only officials read it, and nobody changes it.

    Raises Refused (`not_authorized`, `nothing_said`).

    Source: PLAT-017, PLAT-019.
    """
    found = (
        officials.acting_as(by, name, program=program, jurisdiction=facility.jurisdiction, at=at)
        for name in WRITERS
    )
    authority = next((grant for grant in found if grant is not None), None)
    if authority is None:
        sentence = "Only officials who work with this facility's file write in it."
        raise Refused([checks.NotAuthorized(sentence)])
    said = text.strip()
    if not said or len(said) > TEXT_MAX or "\x00" in said:
        raise Refused([checks.NothingSaid(f"Write a note of 1 to {TEXT_MAX:,} characters.")])
    row = FacilityNote.objects.create(
        program=program,
        facility_id=facility.id,
        text=said,
        by_id=by,
        written_as=authority.authority,
        at=at,
    )
    audit.log(
        at=at,
        program=program,
        actor=f"official:{by}",
        act="write_note",
        subject=f"facility:{facility.id}",
        after={"note": row.pk, "as": authority.authority},
        cite="PLAT-017",
    )
    return row
