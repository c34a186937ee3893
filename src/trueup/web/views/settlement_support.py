"""The papers behind the credits that a unit used: complete or not, each with its address.

Source: 40 CFR 62.16560(a)(1)(v); RATE-257.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.compliance.entries import Statement
from trueup.ledger.entries import Range
from trueup.resources.support_papers import NOTICE, Package, package_of
from trueup.rules.program import Program
from trueup.rules.serials import SerialBlock, lot_of_number
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.resource_words import PAPERS, named
from trueup.web.views.settlements import statement_or_404

SHOWN = 100
HEADER = (
    "first_serial",
    "last_serial",
    "quantity",
    "issue",
    "issued_to",
    "paper",
    "version",
    "filed_at",
    "sha256",
    "address",
)


@public
@require_safe
def support(
    request: HttpRequest, code: str, period: str, oris_code: int, unit_id: str
) -> HttpResponse:
    """The papers behind a unit's deducted credits, and what is missing of them.

    Source: 40 CFR 62.16560(a)(1)(v); RATE-257.
    """
    program = _rated_or_404(code)
    statement = statement_or_404(program, period, oris_code, unit_id=unit_id)
    package = _package(program, statement)
    arguments = [program.code, period, oris_code, unit_id]
    return page(
        request,
        "settlement_support",
        program=program,
        trail=program_trail(
            program,
            Link(
                name=statement.outcome.name, address=reverse("settlement-of-unit", args=arguments)
            ),
        ),
        row=statement.outcome,
        package=package,
        support=[
            (one, _block(one.range), [named(_names(), kind) for kind in one.missing])
            for one in package.support[:SHOWN]
        ],
        more=max(0, len(package.support) - SHOWN),
        unknown=[_block(one) for one in package.unknown[:SHOWN]],
        papers=sum(len(one.papers) for one in package.support),
        names=_names(),
        csv_address=reverse("settlement-support-csv", args=arguments),
    )


@public
@require_safe
def support_csv(
    _request: HttpRequest, code: str, period: str, oris_code: int, unit_id: str
) -> StreamingHttpResponse:
    """The same as a table, one row a paper, with the deductions themselves at the end."""
    program = _rated_or_404(code)
    statement = statement_or_404(program, period, oris_code, unit_id=unit_id)
    name = f"papers-{statement.outcome.period.name}-{oris_code}-{unit_id}"
    return csv_download(name, HEADER, _rows(program, statement))


def _rows(program: Program, statement: Statement) -> Iterator[tuple[object, ...]]:
    package = _package(program, statement)
    for one in package.support:
        block = _block(one.range)
        serials = (block.first_serial, block.last_serial, block.quantity, one.issue, one.holder)
        for paper in one.papers:
            address = reverse("paper", args=[program.code, paper.document])
            filed = paper.filed_at.isoformat()
            yield (*serials, paper.kind, paper.version, filed, paper.sha256, address)
        if one.of_unit and not one.missing:
            address = reverse("egu-issue", args=[program.code, one.issue])
            yield (*serials, NOTICE, "", "", "", address)
        for kind in one.missing:
            yield (*serials, kind, "missing", "", "", "")
    for item in package.unknown:
        block = _block(item)
        yield (block.first_serial, block.last_serial, block.quantity, "", "", "", "missing")
    for item_used in statement.deducted:
        block = item_used.block
        yield (
            block.first_serial,
            block.last_serial,
            block.quantity,
            "",
            "",
            "surrender",
            "",
            item_used.recorded_at.isoformat(),
            "",
            reverse("transaction", args=[program.code, item_used.tx]),
        )


def _package(program: Program, statement: Statement) -> Package:
    ranges = [
        Range(item.block.lot.number(program.number), item.block.first, item.block.last)
        for item in statement.deducted
    ]
    return package_of(ranges)


def _block(item: Range) -> SerialBlock:
    return SerialBlock(lot=lot_of_number(item.lot), first=item.lo, last=item.hi)


def _names() -> dict[str, str | Promise]:
    return {**PAPERS, NOTICE: _("Notice of the unit's credits")}


def _rated_or_404(code: str) -> Program:
    program = program_or_404(code)
    if not program.is_rate_based:
        raise Http404(_("The program has no credits."))
    return program
