"""The public reports on credits: their titles and columns, for pages, CSV and spreadsheets.

Source: 40 CFR 62.16515(g), (i)(2); RATE-205, RATE-209, RATE-212, RATE-213.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trueup.rules.programs import Program
from trueup.web import credit_report_rows as rows
from trueup.web.credit_report_rows import Cell, Linked, Row

BATCH = 500

Column = tuple[str, str | Promise]
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
    while found := read(program, BATCH, after):
        for row in found:
            yield [in_file(cell) for cell in row.cells]
        after = found[-1].key


def in_file(cell: Cell) -> object:
    """A cell as it stands in a file."""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, date | Linked):
        return str(cell)
    return "" if cell is None else cell


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
            read=rows.issues_rows,
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
            read=rows.unit_issues_rows,
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
            read=rows.yearly_rows,
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
            read=rows.holders_rows,
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
            read=rows.verifiers_rows,
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
            read=rows.engagements_rows,
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
            read=rows.accreditations_rows,
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
            read=rows.pending_applications,
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
            read=rows.papers_rows,
            cite=_CITE,
        ),
    )
}
