"""What officials announce on every page, and maintenance windows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from trueup.accounts import people_reads
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.support import queries, services
from trueup.support.entries import MAINTENANCE
from trueup.web.access import caller_of, official
from trueup.web.pages import Link, page
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sentences import say, say_all

KINDS = (
    ("info", gettext_lazy("News")),
    ("warning", gettext_lazy("Warning")),
    ("maintenance", gettext_lazy("Maintenance: nothing is recorded in this time")),
)
AUDIENCES = (
    ("all", gettext_lazy("Everybody")),
    ("signed_in", gettext_lazy("Whoever has signed in")),
    ("officials", gettext_lazy("Officials")),
)


class AnnouncementForm(forms.Form):
    """What is announced, to whom, from when until when; a text for each language."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=KINDS, widget=forms.RadioSelect, initial="info"
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("For"), choices=AUDIENCES, widget=forms.RadioSelect, initial="all"
    )
    from_at = forms.DateTimeField(
        label=gettext_lazy("From"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    until_at = forms.DateTimeField(
        label=gettext_lazy("Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    by_mail = forms.BooleanField(
        label=gettext_lazy("Mail it to everybody who represents an account"), required=False
    )

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        for language, name in settings.LANGUAGES:
            self.fields[f"heading_{language}"] = forms.CharField(
                label=_("Heading (%(language)s)") % {"language": name},
                max_length=120,
                required=False,
            )
            self.fields[f"text_{language}"] = forms.CharField(
                label=_("Text (%(language)s)") % {"language": name},
                max_length=600,
                required=language == "en",
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def _in_program_zone(self, name: str) -> datetime:
        """The hour as it was typed is the program's, whatever zone the server is in."""
        zone = programs.load(settings.TRUEUP_PROGRAM).zone
        given: datetime = self.cleaned_data[name]
        return timezone.make_naive(given).replace(tzinfo=zone)

    def clean_from_at(self) -> datetime:
        return self._in_program_zone("from_at")

    def clean_until_at(self) -> datetime:
        return self._in_program_zone("until_at")

    def texts(self) -> dict[str, dict[str, str]]:
        return {
            language: {
                "heading": self.cleaned_data[f"heading_{language}"],
                "text": self.cleaned_data[f"text_{language}"],
            }
            for language, _name in settings.LANGUAGES
        }


@official("announce")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def announcements(request: HttpRequest) -> HttpResponse:
    """Every announcement, the latest first; publish another.

    Source: PLAT-013, PLAT-014.
    """
    caller = caller_of(request)
    form = AnnouncementForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            services.publish(
                kind=answers["kind"],
                audience=answers["audience"],
                from_at=answers["from_at"],
                until_at=answers["until_at"],
                texts=form.texts(),
                by=caller.actor,
                at=caller.at,
                told=people_reads.holders_of_accounts(caller.at) if answers["by_mail"] else (),
            )
        except Refused as refused:
            for refusal in refused.refusals:
                form.add_error(None, say(refusal.sentence))
        else:
            messages.success(request, _("It is published."))
            return HttpResponseRedirect(reverse("announcements"))
    rows = queries.published(limit=PAGE_SIZE + 1, before=number_after(request) or None)
    return page(
        request,
        "support/announcements",
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        http_status=422 if form.errors else 200,
        form=form,
        page=page_of(request, rows, key=lambda row: row.id),
        rows=[
            {
                "entry": row,
                "kind": dict(KINDS)[row.kind],
                "audience": dict(AUDIENCES)[row.audience],
                "heading": row.heading_in("en") or row.text_in("en"),
                "is_running": row.ended_at is None and row.until_at > caller.at,
                "is_open": row.kind == MAINTENANCE and row.refuses_writes(caller.at),
            }
            for row in rows[:PAGE_SIZE]
        ],
    )


@official("announce")
@require_POST
def end(request: HttpRequest, announcement: int) -> HttpResponse:
    """Take an announcement away before its time; an open window closes.

    Source: PLAT-013.
    """
    caller = caller_of(request)
    try:
        services.end(announcement=announcement, by=caller.actor, at=caller.at)
    except Refused as refused:
        messages.error(request, say_all(refused.refusals))
    else:
        messages.success(request, _("It is taken away."))
    return HttpResponseRedirect(reverse("announcements"))
