"""Issued documents by their number: public, as far as what they are about is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Path, Router, Schema

from trueup.api.access import PUBLIC, rule
from trueup.api.asking import READING, NotFound
from trueup.documents import queries
from trueup.documents.supersession import corrections

router = Router(tags=["Documents"])

Number = Annotated[str, Path(max_length=40, description="As it is printed: `D-7K3M-9QXT-2WHP`.")]


class Positions(Schema):
    """A run of positions in the journal; both ends are included."""

    first: int
    last: int


class IssuedDocument(Schema):
    """What everybody who has a document's number may know of it."""

    number: str
    kind: str
    program: str
    about: str | None = Field(description="None if what it is about is not public.")
    made_at: datetime
    file_sha256: str
    facts_sha256: str | None = Field(description="None if what it is about is not public.")
    is_practice: bool
    journal_positions: list[Positions] = Field(description="On which it rests.")
    corrected_by: list[int] = Field(description="Later positions that correct these.")


@router.get("/documents/{number}", response={200: IssuedDocument, **READING})
@rule(PUBLIC)
def get_document(request: HttpRequest, number: Number) -> IssuedDocument:
    """One issued document; compare the SHA-256 of the file with `file_sha256`."""
    found = queries.document(number)
    if found is None:
        raise NotFound("There is no document with this number.")
    return IssuedDocument(
        number=found.number,
        kind=found.kind,
        program=found.program,
        about=found.title if found.is_public else None,
        made_at=found.made_at,
        file_sha256=found.file_digest,
        facts_sha256=found.facts_digest if found.is_public else None,
        is_practice=found.is_practice,
        journal_positions=[
            Positions(first=first, last=last)
            for first, last in (found.positions if found.is_public else ())
        ],
        corrected_by=list(corrections(found)) if found.is_public else [],
    )
