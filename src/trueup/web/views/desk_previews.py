"""A kept preview: what would be done, to whom, and what differs from the one before.

Source: PLAT-018, PLAT-060, PLAT-081.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from trueup.desk import comparing, previews
from trueup.desk.callers import Caller
from trueup.desk.models import Preview, PreviewRow
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.web.access import caller_of, own
from trueup.web.acts.desk import PREFIX
from trueup.web.desk_lists import page_of_rows
from trueup.web.downloads import csv_download
from trueup.web.filters import FilterForm, SearchField
from trueup.web.pages import Link, page
from trueup.web.sorting import sorting_of
from trueup.web.views.desk_signing import to_sign

FUNCTIONS = {"plan": "allocate", "formula": "allocate", "settlement": "settle"}
OUTCOMES = {
    "in_compliance": gettext_lazy("In compliance"),
    "short": gettext_lazy("Short"),
    "emissions_incomplete": gettext_lazy("Left out: emissions incomplete"),
    "emissions_not_final": gettext_lazy("Left out: emissions not final"),
    "subcategory_missing": gettext_lazy("Left out: no subcategory"),
}
LOOKS = {"in_compliance": "good", "short": "bad"}
FIELDS = {
    "place": "place",
    "name": "name",
    "state": "jurisdiction",
    "quantity": "quantity",
    "obligation": "obligation",
    "held": "held",
    "excess": "excess",
}
DIFFERENCES_SHOWN = 100
CSV_FIELDS = (
    "jurisdiction",
    "name",
    "oris_code",
    "account",
    "unit",
    "vintage",
    "outcome",
    "quantity",
    "obligation",
    "held",
    "excess",
    "excess_due",
    "excess_deducted",
)


class RowsFilter(FilterForm):
    """Choices among the rows of a preview."""

    q = SearchField(label=gettext_lazy("Name or account number"))
    state = forms.ChoiceField(label=gettext_lazy("State"))
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=[("", gettext_lazy("All")), *OUTCOMES.items()]
    )

    def __init__(self, request: HttpRequest, *, program: Program, is_settlement: bool) -> None:
        self.base_fields["state"].choices = [  # type: ignore[attr-defined]
            ("", gettext_lazy("All")),
            *((code, place.name) for code, place in program.jurisdictions.items()),
        ]
        super().__init__(request)
        if not is_settlement:
            del self.fields["outcome"]
            self.chosen["outcome"] = ""

    def rows(self, preview: Preview) -> Any:
        """The rows that are chosen."""
        found = PreviewRow.objects.filter(preview=preview)
        if self.chosen["q"]:
            text = self.chosen["q"]
            found = found.filter(Q(name__icontains=text) | Q(account__istartswith=text))
        if self.chosen["state"]:
            found = found.filter(jurisdiction=self.chosen["state"])
        if self.chosen["outcome"]:
            found = found.filter(outcome=self.chosen["outcome"])
        return found


def may_see(caller: Caller, preview: Preview) -> bool:
    """Officials with the function there, and auditors of the program."""
    return caller.may(
        FUNCTIONS[preview.kind], program=preview.program, jurisdiction=preview.jurisdiction
    ) or caller.may("read_audit", program=preview.program)


def sees_preview(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a preview is there and the caller's to see, for the rule of access."""
    found = Preview.objects.filter(key=arguments["key"]).first()
    return found is not None and may_see(caller, found)


def previews_seen(
    caller: Caller, program: str, *, kinds: tuple[str, ...], period: str = "", limit: int
) -> list[Preview]:
    """The latest previews that a caller may see."""
    found = Preview.objects.filter(program=program, kind__in=kinds).select_related("made_by")
    if period:
        found = found.filter(period=period)
    if not any(caller.may(FUNCTIONS[kind], program=program) for kind in kinds):
        states = [
            grant.jurisdiction for grant in caller.grants if FUNCTIONS[kinds[0]] in grant.functions
        ]
        found = found.filter(jurisdiction__in=states)
    return list(found.order_by("-id")[:limit])


@own(sees_preview)
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, key: UUID) -> HttpResponse:
    """A preview with its totals, its rows and what differs; and the way to a proposal.

    Source: PLAT-018, PLAT-060, PLAT-081.
    """
    found = _known(key)
    caller = caller_of(request)
    program = programs.load(found.program)
    is_settlement = found.kind == "settlement"
    may_propose = not found.given.get("is_projection") and caller.may(
        FUNCTIONS[found.kind], program=found.program, jurisdiction=found.jurisdiction
    )
    if request.method == "POST" and may_propose:
        return _propose(request, found)
    form = RowsFilter(request, program=program, is_settlement=is_settlement)
    sorting = sorting_of(request, tuple(FIELDS))
    before = comparing.one_before(found)
    differences = comparing.differences(before, found) if before is not None else []
    return page(
        request,
        "desk/preview",
        program=program,
        trail=_trail(found, program),
        preview=found,
        is_settlement=is_settlement,
        is_projection=bool(found.given.get("is_projection")),
        filter=form,
        sorting=sorting,
        page=page_of_rows(request, form.rows(found), sorting, FIELDS),
        totals=found.totals,
        states=() if is_settlement else previews.state_totals(found),
        before=before,
        differences=differences[:DIFFERENCES_SHOWN],
        differences_count=len(differences),
        may_propose=may_propose,
        csv=f"{reverse('preview-csv', args=[key])}?{request.GET.urlencode()}",
        outcomes=OUTCOMES,
        looks=LOOKS,
    )


@own(sees_preview)
@require_safe
def preview_csv(request: HttpRequest, key: UUID) -> StreamingHttpResponse:
    """The rows of a preview that are chosen, as a table."""
    found = _known(key)
    form = RowsFilter(
        request,
        program=programs.load(found.program),
        is_settlement=found.kind == "settlement",
    )
    rows = form.rows(found).order_by("place").values_list(*CSV_FIELDS)
    return csv_download(
        f"preview-{found.kind}-{found.made_at:%Y-%m-%d}", CSV_FIELDS, rows.iterator()
    )


def _propose(request: HttpRequest, found: Preview) -> HttpResponseRedirect:
    values = {"preview": str(found.key), "digest": found.digest}
    if found.kind == "settlement":
        values["period"] = found.period
        return to_sign(request, f"{PREFIX}settle_as_previewed", values, program=found.program)
    if found.jurisdiction:
        values["jurisdiction"] = found.jurisdiction
    return to_sign(request, f"{PREFIX}record_allocations", values, program=found.program)


def _known(key: UUID) -> Preview:
    found = Preview.objects.filter(key=key).select_related("made_by").first()
    if found is None:
        raise Http404("There is no such preview.")
    return found


def _trail(found: Preview, program: Program) -> list[Link]:
    desk = Link(name=_("Desk"), address=reverse("desk"))
    if found.kind == "settlement":
        address = reverse("desk-settlement", args=[program.code, found.period])
        return [desk, Link(name=_("Settlement"), address=address)]
    address = reverse("desk-allocations", args=[program.code])
    return [desk, Link(name=_("Allocations"), address=address)]
