"""Papers as the public gets them: what is withheld is left out, with the reason.

The public reads papers through these functions alone. A file is withheld by its content:
where one paper's redaction withholds it, no other paper of the resource gives it out. What
is withheld in a paper is withheld in later papers of the same kind until an official says
otherwise, and the same words under the same name in every paper of the resource; what a
claim names is withheld until it is decided.

Source: 40 CFR 62.16515(g), (h), (i); PLAT-127; RATE-206; docs/decisions/0310.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet

from trueup.audit.statements import among
from trueup.resources.entries import AttachmentEntry
from trueup.resources.models import Attachment, ConfidentialClaim, Document, RedactedFile, Redaction
from trueup.resources.public_entries import ClaimEntry, PublicFile, PublicPaper
from trueup.resources.redaction import claim_entry

PAGE = 100
PERSONAL = frozenset({"representative_address", "representative_email", "representative_telephone"})
OF_A_PERSON = "Contact data of a person."
CLAIMED = "Claimed to be confidential; the claim awaits its decision."


def public_paper(paper: int) -> PublicPaper | None:
    """A paper as the public gets it."""
    found = public_papers(Document.objects.filter(id=paper))
    return found[0] if found else None


def public_papers_of(
    resource: int, *, kind: str = "", limit: int = PAGE, after: int = 0
) -> list[PublicPaper]:
    """The papers of a resource in order of filing, a page at a time."""
    rows = Document.objects.filter(resource_id=resource, id__gt=after).order_by("id")
    if kind:
        rows = rows.filter(kind=kind)
    return public_papers(rows[:limit])


def papers_of_program(*, program: str, limit: int = PAGE, after: int = 0) -> list[PublicPaper]:
    """The papers of a program in order of filing, a page at a time.

    Source: RATE-209, RATE-213.
    """
    rows = Document.objects.filter(resource__program=program, id__gt=after).order_by("id")
    return public_papers(rows[:limit])


def public_papers(rows: QuerySet[Document]) -> list[PublicPaper]:
    """Papers as the public gets them, in six statements however many they are.

    Source: 40 CFR 62.16515(h), (i); PLAT-127; docs/decisions/0310.
    """
    documents = list(rows.prefetch_related("attachments"))
    covers = _covers({document.resource_id for document in documents})
    return [_public(document, covers) for document in documents]


def public_file(paper: int, attachment: int) -> PublicFile | None:
    """A file of a paper as the public gets it: perhaps a redacted one, perhaps none."""
    found = public_paper(paper)
    files = found.files if found is not None else ()
    return next((file for file in files if file.id == attachment), None)


def claims_of(paper: int) -> list[ClaimEntry]:
    """The claims about a paper, for officials and its sponsor, in order of claiming."""
    rows = ConfidentialClaim.objects.filter(document_id=paper).order_by("id")
    return [claim_entry(row) for row in rows]


def open_claims(*, program: str, limit: int = PAGE, after: int = 0) -> list[ClaimEntry]:
    """The claims that await a decision, the oldest first, for officials."""
    rows = ConfidentialClaim.objects.filter(
        document__resource__program=program, state="open", id__gt=after
    ).order_by("id")
    return [claim_entry(row) for row in rows[:limit]]


@dataclass(slots=True)
class _Covers:
    """What is withheld of one resource's papers.

    Attributes:
        elements: By kind of paper: (paper, name -> reason), in the order of the papers.
        claimed: By kind of paper: (paper, names).
        values: Name and value -> reason: the same words are withheld in every paper.
        digests: Content -> its redacted file; claimed content has none.
    """

    elements: dict[str, list[tuple[int, Mapping[str, str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    claimed: dict[str, list[tuple[int, list[str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    values: dict[tuple[str, str], str] = field(default_factory=dict)
    digests: dict[str, RedactedFile | None] = field(default_factory=dict)

    def of(self, document: Document) -> dict[str, str]:
        """Name -> reason, of the elements that this paper does not show."""
        found: dict[str, str] = dict.fromkeys(PERSONAL, OF_A_PERSON)
        earlier = [says for paper, says in self.elements[document.kind] if paper <= document.pk]
        if earlier:
            found |= earlier[-1]
        for paper, names in self.claimed[document.kind]:
            if paper <= document.pk:
                found |= dict.fromkeys(names, CLAIMED)
        for name, value in document.elements.items():
            if (name, value) in self.values:
                found.setdefault(name, self.values[name, value])
        return found


def _covers(resources: Iterable[int]) -> Mapping[int, _Covers]:
    wanted = sorted(resources)
    found: dict[int, _Covers] = defaultdict(_Covers)
    latest: dict[int, Redaction] = {}
    redactions = (
        Redaction.objects.filter(document__resource_id__in=among(wanted))
        .select_related("document")
        .prefetch_related("files__attachment")
        .order_by("document_id", "version")
    )
    for redaction in redactions:
        latest[redaction.document_id] = redaction
    for paper, redaction in latest.items():
        covers = found[redaction.document.resource_id]
        covers.elements[redaction.document.kind].append((paper, redaction.elements))
        for name, reason in redaction.elements.items():
            covers.values[name, redaction.document.elements[name]] = reason
        for file in redaction.files.all():
            covers.digests[file.attachment.sha256] = file
    _cover_claims(found, wanted)
    return found


def _cover_claims(found: dict[int, _Covers], wanted: list[int]) -> None:
    claims = list(
        ConfidentialClaim.objects.filter(
            document__resource_id__in=among(wanted), state="open"
        ).select_related("document")
    )
    files = {number for claim in claims for number in claim.attachments}
    digests = dict(Attachment.objects.filter(id__in=among(files)).values_list("id", "sha256"))
    for claim in claims:
        covers = found[claim.document.resource_id]
        covers.claimed[claim.document.kind].append((claim.document_id, claim.elements))
        for name in claim.elements:
            covers.values[name, claim.document.elements[name]] = CLAIMED
        for number in claim.attachments:
            covers.digests[digests[number]] = None


def _public(document: Document, covers: Mapping[int, _Covers]) -> PublicPaper:
    known = covers.get(document.resource_id) or _Covers()
    withheld = {
        name: reason for name, reason in known.of(document).items() if name in document.elements
    }
    return PublicPaper(
        id=document.pk,
        resource=document.resource_id,
        application=document.application_id,
        report=document.report_id,
        kind=document.kind,
        version=document.version,
        filed_at=document.filed_at,
        sha256="" if withheld else document.sha256,
        elements={name: value for name, value in document.elements.items() if name not in withheld},
        withheld=withheld,
        files=tuple(_public_file(row, known) for row in document.attachments.all()),
    )


def _public_file(row: Attachment, known: _Covers) -> PublicFile:
    if row.sha256 not in known.digests:
        file = AttachmentEntry(
            name=row.name,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
        )
        return PublicFile(id=row.pk, name=row.name, file=file, reason="")
    instead = known.digests[row.sha256]
    if instead is None:
        return PublicFile(id=row.pk, name="", file=None, reason=CLAIMED)
    if not instead.sha256:
        return PublicFile(id=row.pk, name="", file=None, reason=instead.reason)
    replacement = AttachmentEntry(
        name=instead.name,
        media_type=instead.media_type,
        size_bytes=instead.size_bytes,
        sha256=instead.sha256,
    )
    return PublicFile(id=row.pk, name=instead.name, file=replacement, reason=instead.reason)
