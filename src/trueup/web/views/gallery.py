"""Every component of the pages on one page, for those who build them and for their tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from trueup.rules.serials import Lot, SerialBlock
from trueup.web.access import public
from trueup.web.components import Announcement, TaskItem, TimelineEvent
from trueup.web.filters import FilterForm, SearchField
from trueup.web.pages import page
from trueup.web.paging import page_of
from trueup.web.sorting import sorting_of

KINDS = (("", "All kinds"), ("compliance", "Compliance account"), ("general", "General account"))


class SampleForm(forms.Form):
    """One field of each kind that the forms have."""

    name = forms.CharField(label="Full name", help_text="As it stands in the agreement.")
    quantity = forms.IntegerField(label="Quantity", min_value=1)
    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label="Kind", choices=KINDS)
    how = forms.ChoiceField(
        label="How do you choose?",
        choices=(("vintage", "By vintage and quantity"), ("serials", "By serial numbers")),
        widget=forms.RadioSelect,
        help_text="You see the serial numbers before you sign.",
    )
    duties = forms.MultipleChoiceField(
        label="Duties",
        choices=(("transfers", "Transfers"), ("reports", "Reports")),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    paper = forms.FileField(label="Paper", required=False)
    agreed = forms.BooleanField(label="I have read it.")


class SampleFilters(FilterForm):
    """The choices of the sample list."""

    kind = forms.ChoiceField(label="Kind", choices=KINDS)
    search = SearchField(label="Name or number")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def components(request: HttpRequest) -> HttpResponse:
    """Every component; there is no such page unless the installation is one for building."""
    if not settings.DEBUG:
        raise Http404
    form = SampleForm(request.POST if request.method == "POST" else None)
    rows = [("Barry", 600), ("Gaston", 100), ("شركة الطاقة", 17)]
    serials = SerialBlock(lot=Lot(jurisdiction="AL", year=2022), first=1, last=100)
    return page(
        request,
        "components",
        form=form,
        filters=SampleFilters(request),
        sorting=sorting_of(request, ("name", "quantity")),
        page=page_of(request, rows, key=lambda row: row[1], size=2),
        steps=("Receiver", "Quantity", "Check", "Sign"),
        serials=serials,
        task_items=_tasks(),
        events=_events(),
        announcements=[
            Announcement(
                kind="maintenance",
                heading="Maintenance on Saturday",
                text="The registry is closed from 8 to 10 in the evening, Eastern Time.",
            )
        ],
    )


def _tasks() -> list[TaskItem]:
    return [
        TaskItem(title="Name your representative", status="Done", address="#a", kind="good"),
        TaskItem(
            title="Report the emissions of 2024",
            status="Not started",
            address="#b",
            hint="Each unit, each quarter.",
            kind="note",
        ),
        TaskItem(title="Sign the certificate", status="Cannot start yet"),
    ]


def _events() -> list[TimelineEvent]:
    return [
        TimelineEvent(when=date(2022, 1, 4), what="Allocated", note="شركة الطاقة", is_name=True),
        TimelineEvent(
            when=datetime(2025, 5, 19, 14, tzinfo=UTC),
            what="Deducted",
            note="for the emissions of 2022 to 2024",
            is_end=True,
        ),
    ]
