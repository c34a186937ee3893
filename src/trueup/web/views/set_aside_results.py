"""Published results of set-asides, and published data that anybody can comment on.

Source: 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); 62.16245(a)(7), (b)(3)(iii), (b)(5); MASS-087,
MASS-091, MASS-167.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.set_asides import public_reads
from trueup.set_asides.awards import AwardEntry, awards_of
from trueup.set_asides.entries import DistributionEntry, OutputNoticeEntry
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.pages import page, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.signed_acts import now
from trueup.web.views.set_asides import set_asides_link, state_link, with_set_asides_or_404

CSV_BATCH = 1000
SHARE_HEADER = (
    "recipient",
    "unit",
    "account",
    "account_name",
    "of_surplus",
    "net_mwh",
    "quantity",
    "transaction",
)


@public
@require_safe
def distribution(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """The published result of a distribution: every recipient with its share.

    Source: 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); 62.16245(a)(7), (b)(5); MASS-087.
    """
    program = with_set_asides_or_404(code)
    entry = _distribution_or_404(code, key)
    rows = public_reads.recipients_of(key, limit=PAGE_SIZE + 1, after=number_after(request))
    (row,) = [
        one
        for one in public_reads.rows_of(
            program=code,
            vintages=[entry.vintage],
            jurisdiction=entry.jurisdiction,
            purposes=[entry.purpose],
        )
        if one.entry is not None
    ]
    return page(
        request,
        "set_asides/distribution",
        program=program,
        trail=program_trail(
            program, set_asides_link(code), state_link(program, entry.jurisdiction)
        ),
        entry=entry,
        row=row,
        place=program.jurisdictions[entry.jurisdiction],
        page=page_of(request, rows, key=lambda one: one.place),
        awards=_awards(entry),
        csv=reverse("set-aside-distribution-csv", args=[code, key]),
    )


def _awards(entry: DistributionEntry) -> list[tuple[AwardEntry, AccountEntry]]:
    """What was given of it by decision afterwards, and to whom."""
    found = awards_of(
        program=entry.program,
        jurisdiction=entry.jurisdiction,
        vintage=entry.vintage,
        purpose=entry.purpose,
    )
    known = ledger.accounts_by_id({one.account for one in found})
    return [(one, known[one.account]) for one in found]


@public
@require_safe
def distribution_csv(_request: HttpRequest, code: str, key: int) -> StreamingHttpResponse:
    """Every recipient of a distribution, for a spreadsheet."""
    with_set_asides_or_404(code)
    entry = _distribution_or_404(code, key)
    name = f"set-aside-{entry.jurisdiction}-{entry.vintage}"
    return csv_download(name, SHARE_HEADER, _share_rows(key))


def _share_rows(key: int) -> Iterator[tuple[object, ...]]:
    after = 0
    while rows := public_reads.recipients_of(key, limit=CSV_BATCH, after=after):
        for one in rows:
            yield (
                one.name,
                one.unit,
                one.account.number,
                one.account.name,
                "yes" if one.is_surplus else "no",
                "" if one.net_mwh is None else one.net_mwh,
                one.quantity,
                one.tx or "",
            )
        after = rows[-1].place


def _distribution_or_404(code: str, key: int) -> DistributionEntry:
    found = public_reads.distribution(key)
    if found is None or found.program != code:
        raise Http404("There is no such distribution.")
    return found


def notice_or_404(code: str, key: int) -> OutputNoticeEntry:
    """A notice of output data of the program."""
    found = public_reads.notice(key)
    if found is None or found[0] != code:
        raise Http404("There is no such notice.")
    return found[1]


@public
@require_safe
def output_notice(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Published data and preliminary results of an output-based set-aside.

    Source: 40 CFR 62.16245(b)(3)(iii); MASS-091, MASS-167.
    """
    program = with_set_asides_or_404(code)
    entry = notice_or_404(code, key)
    figures = public_reads.figures_of(key)
    return page(
        request,
        "set_asides/notice",
        program=program,
        trail=program_trail(
            program, set_asides_link(code), state_link(program, entry.jurisdiction)
        ),
        entry=entry,
        figures=figures,
        total=sum(one.quantity for one in figures),
        place=program.jurisdictions[entry.jurisdiction],
        is_open=program.local_date(now()) <= entry.comment_until,
        csv=reverse("output-notice-csv", args=[code, key]),
    )


@public
@require_safe
def output_notice_csv(_request: HttpRequest, code: str, key: int) -> StreamingHttpResponse:
    """The units of a notice, for a spreadsheet."""
    with_set_asides_or_404(code)
    entry = notice_or_404(code, key)
    header = ("oris_code", "facility", "unit", "net_summer_mw", "net_mwh", "allowances_a_year")
    return csv_download(
        f"output-{entry.jurisdiction}-{entry.period}",
        header,
        (
            (one.oris_code, one.facility, one.unit, one.net_summer_mw, one.net_mwh, one.quantity)
            for one in public_reads.figures_of(key)
        ),
    )
