"""The prefilled spreadsheet of a fleet top-up.

Source: PLAT-080, PLAT-081; docs/decisions/0244.
"""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from openpyxl import Workbook  # type: ignore[import-untyped]

from trueup.web.access import own
from trueup.web.acting import acting_of
from trueup.web.acts.top_up import TOP_UP, fleet_of
from trueup.web.views.signing_drafts import act_of, draft_of, owns_draft

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@own(owns_draft)
@never_cache
@require_safe
def top_up_sheet(request: HttpRequest, key: UUID) -> HttpResponse:
    """What each account owes, holds and lacks, with the amount in the last column."""
    draft = draft_of(request, key)
    act = act_of(draft)
    if act.name != TOP_UP.name or "percent" not in draft.values:
        raise Http404("There is no such spreadsheet.")
    acting = acting_of(request, act, draft)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Top-up"))
    sheet.append(
        [
            _("Account"),
            _("Facility"),
            _("State"),
            _("Owes so far"),
            _("Holds"),
            _("Lacks"),
            _("Amount"),
        ]
    )
    for row in fleet_of(acting, draft.values):
        sheet.append(
            [
                row.account.number,
                _plain(row.position.facility.name),
                row.position.facility.jurisdiction,
                row.position.obligation,
                row.position.held,
                row.lacks,
                row.lacks,
            ]
        )
    written = BytesIO()
    book.save(written)
    answer = HttpResponse(written.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="top-up.xlsx"'
    return answer


def _plain(text: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
