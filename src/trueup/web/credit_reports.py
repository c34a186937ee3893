"""The public reports on credits: their columns and rows, for pages, CSV and spreadsheets.

Source: 40 CFR 62.16515(g), (i)(2); RATE-205, RATE-209, RATE-212, RATE-213.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trueup.accounts import queries as accounts
from trueup.disclosure.credit_totals import credit_totals
from trueup.ledger import queries as ledger
from trueup.resources import public_papers, public_reads
from trueup.resources.entries import ResourceEntry
from trueup.rules.programs import Program
from trueup.rules.serials import SerialBlock

BATCH = 500

Cell = object
Column = tuple[str, str | Promise]


@dataclass(frozen=True, slots=True)
class Linked:
    """A cell that leads somewhere; in a file it is the text alone."""

    text: str
    address: str
    css: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row; `key` is where the next page begins."""

    key: int
    cells: tuple[Cell, ...]


Read = Callable[[Program, int, int], list[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report that anybody can make.

    Attributes:
        columns: Name in files, and heading on the page.
        read: The rows after a key, at most so many.
    """

    name: str
    title: str | Promise
    lead: str | Promise
    columns: tuple[Column, ...]
    read: Read
    cite: str


def whole(read: Read, program: Program) -> Iterator[Sequence[object]]:
    """Every row of a report, read in parts, as files have them."""
    after = 0
    while rows := read(program, BATCH, after):
        for row in rows:
            yield [in_file(cell) for cell in row.cells]
        after = rows[-1].key


def in_file(cell: Cell) -> object:
    """A cell as it stands in a file."""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, date | Linked):
        return str(cell)
    return "" if cell is None else cell


def _resource(entry: ResourceEntry) -> Linked:
    return Linked(entry.name, reverse("resource", args=[entry.program, entry.id]))


def _serials(program: Program, block: SerialBlock | None) -> tuple[Cell, Cell]:
    if block is None:
        return ("", "")
    first, last = block.first_serial, block.last_serial
    return (
        Linked(first, reverse("serial", args=[program.code, first]), "serial"),
        Linked(last, reverse("serial", args=[program.code, last]), "serial"),
    )


def _issues(program: Program, limit: int, after: int) -> list[Row]:
    lines = public_reads.issues(program=program.code, limit=limit, after=after)
    known = ledger.accounts_by_id(
        line.resource.account for line in lines if line.resource.account is not None
    )
    rows = []
    for line in lines:
        issued, entry = line.issuance, line.resource
        account = known.get(entry.account) if entry.account is not None else None
        rows.append(
            Row(
                key=issued.id,
                cells=(
                    Linked(str(issued.id), reverse("issue", args=[program.code, issued.id])),
                    _resource(entry),
                    entry.identifier,
                    entry.jurisdiction,
                    entry.category,
                    entry.in_service_on,
                    account.number if account is not None else "",
                    str(issued.year),
                    issued.issued_at,
                    *_serials(program, issued.block),
                    issued.quantity,
                    line.held,
                    line.retired,
                ),
            )
        )
    return rows


def _unit_issues(program: Program, limit: int, after: int) -> list[Row]:
    rows = []
    for line in public_reads.egu_issues(program=program.code, limit=limit, after=after):
        of = line.issue
        facility = of.owner.facility
        rows.append(
            Row(
                key=line.id,
                cells=(
                    Linked(str(line.id), reverse("egu-issue", args=[program.code, line.id])),
                    Linked(
                        facility.name, reverse("facility", args=[program.code, facility.oris_code])
                    ),
                    of.owner.unit.unit_id if of.owner.unit is not None else "",
                    facility.jurisdiction,
                    of.category,
                    str(of.year),
                    line.issued_at,
                    *_serials(program, of.block),
                    of.quantity,
                    line.held,
                    line.retired,
                ),
            )
        )
    return rows


def _holders(program: Program, limit: int, after: int) -> list[Row]:
    entries = ledger.accounts(program=program.code, limit=limit, after=after)
    seats = accounts.representatives([entry.id for entry in entries])
    held = ledger.totals_of([entry.id for entry in entries])
    return [
        Row(
            key=entry.id,
            cells=(
                Linked(entry.number, reverse("account", args=[program.code, entry.number])),
                entry.name,
                entry.kind,
                entry.jurisdiction,
                "; ".join(f"{seat.name} ({seat.role})" for seat in seats[entry.id]),
                entry.opened_at,
                held[entry.id],
            ),
        )
        for entry in entries
    ]


def _verifiers(program: Program, limit: int, after: int) -> list[Row]:
    return [
        Row(
            key=line.entry.id,
            cells=(
                line.entry.name,
                "; ".join(line.team),
                ", ".join(line.entry.categories) or "*",
                line.entry.accredited_at,
                line.review_due_on,
                line.entry.revoked_at,
                line.revoked_for,
            ),
        )
        for line in public_reads.verifiers(program=program.code, limit=limit, after=after)
    ]


def _engagements(program: Program, limit: int, after: int) -> list[Row]:
    return [
        Row(
            key=line.id,
            cells=(
                line.verifier.name,
                _resource(line.resource),
                line.state,
                "yes" if line.is_conflict else "no",
                line.disclosed_at,
                line.decided_at,
            ),
        )
        for line in public_reads.engagements(program=program.code, limit=limit, after=after)
    ]


def _accreditations(program: Program, limit: int, after: int) -> list[Row]:
    found = public_reads.accreditation_applications(program=program.code, limit=limit, after=after)
    return [
        Row(
            key=line.id,
            cells=(
                line.name,
                ", ".join(line.categories) or "*",
                line.state,
                line.submitted_at,
                line.decided_at,
            ),
        )
        for line in found
    ]


def pending_applications(
    program: Program, limit: int, after: int, submitted_before: datetime | None = None
) -> list[Row]:
    """Eligibility applications; with an instant those that have been pending since before it.

    Source: RATE-213; PLAT-127.
    """
    found = public_reads.applications(
        program=program.code, submitted_before=submitted_before, limit=limit, after=after
    )
    return [
        Row(
            key=line.id,
            cells=(
                _resource(line.resource),
                line.resource.jurisdiction,
                line.resource.category,
                line.state,
                line.submitted_at,
                line.verified_at,
                line.verifier,
                line.decided_at,
                (line.decided_at - line.submitted_at).days if line.decided_at else "",
            ),
        )
        for line in found
    ]


def _papers(program: Program, limit: int, after: int) -> list[Row]:
    papers = public_papers.papers_of_program(program=program.code, limit=limit, after=after)
    known = public_reads.resources_by_id(paper.resource for paper in papers)
    return [
        Row(
            key=paper.id,
            cells=(
                Linked(str(paper.id), reverse("paper", args=[program.code, paper.id])),
                _resource(known[paper.resource]),
                paper.kind,
                paper.version,
                paper.filed_at,
                len(paper.files),
                "no" if paper.is_whole else "yes",
                paper.sha256,
            ),
        )
        for paper in papers
    ]


def _yearly(program: Program, limit: int, after: int) -> list[Row]:
    totals, _read_at = credit_totals(program.code)
    return [
        Row(
            key=total.year,
            cells=(
                str(total.year),
                total.issued,
                total.transferred,
                total.moved_in,
                total.moved_out,
                total.deducted,
                total.retired,
                total.cancelled,
            ),
        )
        for total in totals.years
        if total.year > after
    ][:limit]


_ISSUE: Column = ("issue", _("Issue"))
_RESOURCE: Column = ("resource", _("Resource"))
_STATE: Column = ("state", _("State"))
_CATEGORY: Column = ("category", _("Category"))
_STATUS: Column = ("status", _("Status"))
_SERIALS: tuple[Column, ...] = (
    ("first_serial", _("First serial number")),
    ("last_serial", _("Last serial number")),
    ("quantity", _("Issued")),
    ("held", _("Held")),
    ("retired", _("Retired")),
)
_CITE = "40 CFR 62.16515(i)(2)"

REPORTS = {
    report.name: report
    for report in (
        Report(
            name="issues",
            title=_("Credits issued to resources"),
            lead=_("Every issue to an eligible resource, its serial numbers, where they are now."),
            columns=(
                _ISSUE,
                _RESOURCE,
                ("identifier", _("Identifier")),
                _STATE,
                _CATEGORY,
                ("in_service_on", _("In service since")),
                ("account", _("Account")),
                ("year", _("Year of the MWh")),
                ("issued_at", _("Issued on")),
                *_SERIALS,
            ),
            read=_issues,
            cite=_CITE,
        ),
        Report(
            name="unit-issues",
            title=_("Credits issued to affected EGUs"),
            lead=_("Every issue to a power plant's unit, its serial numbers, where they are now."),
            columns=(
                _ISSUE,
                ("facility", _("Facility")),
                ("unit", _("Unit")),
                _STATE,
                _CATEGORY,
                ("year", _("Year of the MWh")),
                ("issued_at", _("Issued on")),
                *_SERIALS,
            ),
            read=_unit_issues,
            cite=_CITE,
        ),
        Report(
            name="years",
            title=_("Totals of each year"),
            lead=_("What was issued, transferred, moved between systems and retired in each year."),
            columns=(
                ("year", _("Year")),
                ("issued", _("Issued")),
                ("transferred", _("Transferred")),
                ("moved_in", _("From other systems")),
                ("moved_out", _("To other systems")),
                ("deducted", _("Retired for compliance")),
                ("retired", _("Retired voluntarily")),
                ("cancelled", _("Taken back")),
            ),
            read=_yearly,
            cite=_CITE,
        ),
        Report(
            name="holders",
            title=_("Account holders"),
            lead=_("Every account, who represents it, and what it holds."),
            columns=(
                ("account", _("Account")),
                ("name", _("Name")),
                ("kind", _("Kind")),
                _STATE,
                ("representatives", _("Representatives")),
                ("opened_at", _("Opened on")),
                ("held", _("Held")),
            ),
            read=_holders,
            cite=_CITE,
        ),
        Report(
            name="verifiers",
            title=_("Accredited verifiers"),
            lead=_("Who may verify, for which categories, and whose accreditation was revoked."),
            columns=(
                ("name", _("Name")),
                ("team", _("Team")),
                ("categories", _("Categories")),
                ("accredited_at", _("Accredited on")),
                ("review_due_on", _("Next review")),
                ("revoked_at", _("Revoked on")),
                ("revoked_for", _("Revoked for")),
            ),
            read=_verifiers,
            cite=_CITE,
        ),
        Report(
            name="engagements",
            title=_("Verifiers and their resources"),
            lead=_("Who works for which resource, and whether that was cleared beforehand."),
            columns=(
                ("verifier", _("Verifier")),
                _RESOURCE,
                _STATUS,
                ("conflict_declared", _("Conflict declared")),
                ("disclosed_at", _("Disclosed on")),
                ("decided_at", _("Decided on")),
            ),
            read=_engagements,
            cite="preamble IV.D.6.b; 40 CFR 62.16475(d), (e)",
        ),
        Report(
            name="accreditations",
            title=_("Applications for accreditation"),
            lead=_("Who asked to be a verifier, and what became of it."),
            columns=(
                ("name", _("Name")),
                ("categories", _("Categories")),
                _STATUS,
                ("submitted_at", _("Submitted on")),
                ("decided_at", _("Decided on")),
            ),
            read=_accreditations,
            cite="preamble IV.D.6.b",
        ),
        Report(
            name="applications",
            title=_("Eligibility applications"),
            lead=_("Every application with its days: submitted, verified, decided."),
            columns=(
                _RESOURCE,
                _STATE,
                _CATEGORY,
                _STATUS,
                ("submitted_at", _("Submitted on")),
                ("verified_at", _("Verified on")),
                ("verifier", _("Verifier")),
                ("decided_at", _("Decided on")),
                ("days", _("Days")),
            ),
            read=pending_applications,
            cite="preamble IV.D.6.b",
        ),
        Report(
            name="papers",
            title=_("Papers of resources"),
            lead=_("Every paper on which credits rest, with its version and digest."),
            columns=(
                ("paper", _("Paper")),
                _RESOURCE,
                ("kind", _("Kind")),
                ("version", _("Version")),
                ("filed_at", _("Filed on")),
                ("files", _("Files")),
                ("redacted", _("Parts withheld")),
                ("sha256", _("SHA-256")),
            ),
            read=_papers,
            cite=_CITE,
        ),
    )
}
