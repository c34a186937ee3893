"""A paper under review, whole: what it says beside what the rule asks, its versions, its files.

Source: 40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465, 62.16515(g)(10); PLAT-120.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.resources.models import Application, Attachment, Document, Report, ReportReview
from trueup.rules.papers import DECISION, elements_of, required_elements, title_of

PAPERS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """An element of a paper: what the rule asks for, and what is said.

    Attributes:
        before: What the version before said; None if it said the same or there is none.
    """

    name: str
    label: str
    cite: str
    value: str
    is_required: bool
    before: str | None = None

    @property
    def is_missing(self) -> bool:
        return self.is_required and not self.value.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a paper, and what differs from the one before."""

    id: int
    version: int
    filed_at: datetime
    filed_by: str
    sha256: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperShown:
    """The latest version of one kind of paper, with what led to it."""

    kind: str
    title: str
    latest: Version
    stated: tuple[Stated, ...]
    versions: tuple[Version, ...]
    files: tuple[Attachment, ...]
    verifier: str


def papers_of_application(row: Application) -> list[Document]:
    """Every paper of an application in order of filing; one statement."""
    rows = Document.objects.filter(application=row, report=None).select_related("verifier")
    return list(rows.order_by("id")[:PAPERS_MAX])


def papers_of_report(row: Report) -> list[Document]:
    """Every paper of an M&V report in order of filing; one statement."""
    rows = Document.objects.filter(report=row).select_related("verifier")
    return list(rows.order_by("id")[:PAPERS_MAX])


def reviews_of(report: int) -> list[ReportReview]:
    """What officials decided on a report, the last first."""
    return list(ReportReview.objects.filter(report_id=report).order_by("-id"))


def shown(papers: Sequence[Document], *, tags: Collection[str]) -> list[PaperShown]:
    """The papers by kind, each beside what the rule asks for; one statement more.

    Source: 40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465.
    """
    by_kind: dict[str, list[Document]] = defaultdict(list)
    for paper in papers:
        by_kind[paper.kind].append(paper)
    files: dict[int, list[Attachment]] = defaultdict(list)
    for file in Attachment.objects.filter(document__in=[paper.pk for paper in papers]):
        files[file.document_id].append(file)
    return [
        _shown(kind, versions, files, tags)
        for kind, versions in by_kind.items()
        if kind != DECISION
    ]


def _shown(
    kind: str,
    rows: Sequence[Document],
    files: dict[int, list[Attachment]],
    tags: Collection[str],
) -> PaperShown:
    last = rows[-1]
    before = rows[-2].elements if len(rows) > 1 else None
    versions = tuple(
        _version(row, rows[place - 1] if place else None) for place, row in enumerate(rows)
    )
    return PaperShown(
        kind=kind,
        title=title_of(kind),
        latest=versions[-1],
        stated=tuple(_stated(kind, last.elements, before, tags)),
        versions=tuple(reversed(versions)),
        files=tuple(files.get(last.pk, ())),
        verifier=last.verifier.name if last.verifier is not None else "",
    )


def _version(row: Document, before: Document | None) -> Version:
    changed: tuple[str, ...] = ()
    if before is not None:
        names = {**before.elements, **row.elements}
        changed = tuple(
            name for name in names if before.elements.get(name, "") != row.elements.get(name, "")
        )
    return Version(
        id=row.pk,
        version=row.version,
        filed_at=row.filed_at,
        filed_by=row.filed_by,
        sha256=row.sha256,
        changed=changed,
    )


def _stated(
    kind: str, said: dict[str, str], before: dict[str, str] | None, tags: Collection[str]
) -> list[Stated]:
    """First what the rule asks for, in its order; then whatever else the paper says."""
    required = {element.name for element in required_elements(kind, tags, said)}
    found: dict[str, Stated] = {}
    for element in elements_of(kind):
        is_shown = element.applies_to in tags or element.name in said
        if is_shown and element.name not in found:
            found[element.name] = Stated(
                name=element.name,
                label=element.label,
                cite=element.cite,
                value=said.get(element.name, ""),
                is_required=element.name in required,
                before=_before(element.name, said, before),
            )
    for name in sorted(set(said) - set(found)):
        found[name] = Stated(
            name=name,
            label=name.replace("_", " "),
            cite="",
            value=said[name],
            is_required=False,
            before=_before(name, said, before),
        )
    return list(found.values())


def _before(name: str, said: dict[str, str], before: dict[str, str] | None) -> str | None:
    if before is None or before.get(name, "") == said.get(name, ""):
        return None
    return before.get(name, "")
