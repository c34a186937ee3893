"""The rows of the public reports on credits, a page at a time, in constant statements.

Source: 40 CFR 62.16515(g), (i)(2); RATE-205, RATE-209, RATE-213.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from trueup.accounts import queries as accounts
from trueup.disclosure.credit_totals import credit_totals
from trueup.ledger import queries as ledger
from trueup.resources import public_papers, public_reads
from trueup.resources.entries import ResourceEntry
from trueup.rules.programs import Program
from trueup.rules.serials import SerialBlock

Cell = object


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


def _resource(entry: ResourceEntry) -> Linked:
    return Linked(entry.name, reverse("resource", args=[entry.program, entry.id]))


def serials_rows(program: Program, block: SerialBlock | None) -> tuple[Cell, Cell]:
    if block is None:
        return ("", "")
    first, last = block.first_serial, block.last_serial
    return (
        Linked(first, reverse("serial", args=[program.code, first]), "serial"),
        Linked(last, reverse("serial", args=[program.code, last]), "serial"),
    )


def issues_rows(program: Program, limit: int, after: int, category: str = "") -> list[Row]:
    lines = public_reads.issues(program=program.code, category=category, limit=limit, after=after)
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
                    *serials_rows(program, issued.block),
                    issued.quantity,
                    line.held,
                    line.retired,
                ),
            )
        )
    return rows


def unit_issues_rows(program: Program, limit: int, after: int, category: str = "") -> list[Row]:
    rows = []
    for line in public_reads.egu_issues(
        program=program.code, category=category, limit=limit, after=after
    ):
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
                    *serials_rows(program, of.block),
                    of.quantity,
                    line.held,
                    line.retired,
                ),
            )
        )
    return rows


def holders_rows(program: Program, limit: int, after: int) -> list[Row]:
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


def verifiers_rows(program: Program, limit: int, after: int) -> list[Row]:
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


def engagements_rows(program: Program, limit: int, after: int) -> list[Row]:
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


def accreditations_rows(program: Program, limit: int, after: int) -> list[Row]:
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


def papers_rows(program: Program, limit: int, after: int) -> list[Row]:
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


def yearly_rows(program: Program, limit: int, after: int) -> list[Row]:
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
