"""Receipts of emissions files: to who sent one, and to those in whose name it speaks.

Source: PLAT-150; 40 CFR 62.16345(a), 62.16360(a)(1).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.audit import services as audit
from trueup.emissions.models import SubmittedFile
from trueup.emissions.recording import Row


def acknowledge(
    file: SubmittedFile, rows: Iterable[Row], *, program: str, received_at: datetime
) -> int:
    """Tell who sent a file, and the representatives of its facilities; constant statements.

    A file that the Administrator takes in is nobody's submission.

    Source: PLAT-150.
    """
    sender = audit.person_of(file.actor)
    if sender is None or accounts.person(sender) is None:
        return 0
    facilities = {row.location.facility for row in rows}
    known = accounts.facility_accounts(program=program, facilities=facilities)
    seats = accounts.representatives([entry.account for entry in known], at=received_at)
    people = {seat.person for sitting in seats.values() for seat in sitting}
    return audit.notify(
        audit.receipts_of(
            [sender, *sorted(people - {sender})],
            program=program,
            what="Emissions report",
            about=file.name,
            reference=f"emissions file {file.pk}",
            received_at=received_at,
        )
    )
