"""Whole papers for officials and sponsors, and what is withheld of each now.

Source: PLAT-127; docs/decisions/0310.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trueup.resources.entries import AttachmentEntry
from trueup.resources.models import Document, Redaction


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePaper:
    """A paper as it was filed; `files` by their ids."""

    id: int
    resource: int
    account: int | None
    program: str
    kind: str
    version: int
    elements: Mapping[str, str]
    files: Mapping[int, AttachmentEntry]


def whole_paper(paper: int) -> WholePaper | None:
    """A paper with everything that it says, never for the public."""
    row = Document.objects.select_related("resource").filter(id=paper).first()
    if row is None:
        return None
    return WholePaper(
        id=row.pk,
        resource=row.resource_id,
        account=row.resource.account_id,
        program=row.resource.program,
        kind=row.kind,
        version=row.version,
        elements=row.elements,
        files={
            file.pk: AttachmentEntry(
                name=file.name,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
            )
            for file in row.attachments.order_by("id")
        },
    )


def redacted_as(paper: int) -> tuple[Mapping[str, str], Mapping[int, str]]:
    """What the latest redaction of a paper withholds: elements and files, with the reasons."""
    row = Redaction.objects.filter(document_id=paper).order_by("-version").first()
    if row is None:
        return {}, {}
    return row.elements, {file.attachment_id: file.reason for file in row.files.all()}
