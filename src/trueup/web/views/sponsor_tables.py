"""The table of M&V reports that a sponsor with many resources fills in.

Source: 40 CFR 62.16445(c), 62.16460; PLAT-051; docs/decisions/0371.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trueup.ledger import queries as ledger
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.filing import SUBMISSIONS
from trueup.rules.papers import REPORT, elements_of
from trueup.web.access import caller_of, represents
from trueup.web.acts.report_tables import FIXED, ROWS_MAX, SIGNED
from trueup.web.downloads import csv_download
from trueup.web.pages import program_or_404


@represents(SUBMISSIONS)
@require_safe
def reports_table(request: HttpRequest, code: str, number: str) -> HttpResponseBase:
    """A row for each registered resource that has reported nothing of last year.

    Source: 40 CFR 62.16445(c), 62.16460(b); RATE-110 to RATE-115.
    """
    program = program_or_404(code)
    account = ledger.find_account(program=code, number=number)
    found = account.id if account is not None else 0
    year = program.local_date(caller_of(request).at).year - 1
    rows = sponsors.registered_of_account(found, limit=ROWS_MAX, year=year)
    tags = sponsors.tags_of_account(found, limit=ROWS_MAX) | {"first"}
    names = [
        one.name for one in elements_of(REPORT) if one.applies_to in tags and one.name != SIGNED
    ]
    return csv_download(
        "report-many",
        [*FIXED, *names],
        [(one.identifier, one.name, year, 1, 12, "", *("" for _ in names)) for one in rows],
    )
