"""Allocation runs: a State's plan or the formula, previewed, approved by two, recorded.

Source: 40 CFR 62.16240(a)(1); 62.16325(a); PLAT-018, PLAT-019, PLAT-060.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from trueup.allocation import queries as allocation
from trueup.desk import authority, queries
from trueup.desk.callers import Caller
from trueup.desk.parameters import FILE_MAX
from trueup.rules.program import Program
from trueup.tasks import jobs
from trueup.tasks.jobs import JobEntry
from trueup.web.access import caller_of, official
from trueup.web.pages import Link, page, program_or_404
from trueup.web.views.desk_jobs import jobs_seen
from trueup.web.views.desk_previews import previews_seen

SHOWN = 20
JOB = "desk.preview_allocation"
KINDS = [
    ("plan", gettext_lazy("A plan: who gets how many of each vintage")),
    ("formula", gettext_lazy("Historical generation: the formula divides the budget")),
]


class PlanForm(forms.Form):
    """What is to be allocated, and for which State."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What the file is"),
        choices=KINDS,
        widget=forms.RadioSelect,
        initial="plan",
    )
    jurisdiction = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    period = forms.ChoiceField(
        label=gettext_lazy("Compliance period"),
        help_text=gettext_lazy("For the formula; a plan names its vintages itself."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or XLSX. A plan has the columns oris_code, unit, vintage and quantity;"
            " generation has oris_code, unit and mwh_ with each baseline year."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *arguments: Any, program: Program, caller: Caller, **named: Any) -> None:
        super().__init__(*arguments, **named)
        whole = caller.may("allocate", program=program.code)
        states = [
            (code, f"{code}, {place.name}")
            for code, place in program.jurisdictions.items()
            if whole or caller.may("allocate", program=program.code, jurisdiction=code)
        ]
        if whole:
            states.insert(0, ("", _("All States of the program")))
        self.fields["jurisdiction"].choices = states  # type: ignore[attr-defined]
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (period.name, period.name) for period in program.schedule.printed
        ]
        if program.historical_generation is None:
            self.fields["kind"].choices = KINDS[:1]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > FILE_MAX:
            raise forms.ValidationError(
                _("The file has %(size)s bytes; at most %(limit)s are read.")
                % {"size": f"{given.size:,}", "limit": f"{FILE_MAX:,}"}
            )
        return given


@official("allocate")
@require_http_methods(["GET", "HEAD", "POST"])
def allocations(request: HttpRequest, code: str) -> HttpResponse:
    """Upload a plan, see what was previewed, proposed and recorded.

    Source: 40 CFR 62.16240(a)(1); PLAT-060.
    """
    program, caller = program_or_404(code), caller_of(request)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PlanForm(*given, program=program, caller=caller)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect(reverse("job", args=[_start(program, caller, form)]))
    return page(
        request,
        "desk/allocations",
        program=program,
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        http_status=422 if form.errors else 200,
        form=form,
        steps=[_("Upload"), _("Preview"), _("Second official"), _("Recorded")],
        previews=previews_seen(caller, program.code, kinds=("plan", "formula"), limit=SHOWN),
        proposals=queries.proposals(
            within=authority.proposals_in(caller),
            program=program.code,
            acts=("record_allocations", "import_plan"),
            limit=SHOWN,
        ),
        runs=allocation.runs(program=program.code, limit=SHOWN),
        jobs=_unfinished(caller, program),
    )


def _start(program: Program, caller: Caller, form: PlanForm) -> Any:
    given = form.cleaned_data["file"]
    data = given.read()
    return jobs.start(
        JOB,
        by=caller.person,
        program=program.code,
        jurisdiction=form.cleaned_data["jurisdiction"],
        values={
            "kind": form.cleaned_data["kind"],
            "jurisdiction": form.cleaned_data["jurisdiction"],
            "period": form.cleaned_data["period"],
            "file": base64.b64encode(data).decode(),
            "file_name": given.name[:200],
            "file_digest": hashlib.sha256(data).hexdigest(),
        },
        at=caller.at,
    )


def _unfinished(caller: Caller, program: Program) -> list[JobEntry]:
    return [
        entry
        for entry in jobs_seen(caller, program.code, names=(JOB,), limit=SHOWN)
        if entry.state != "done"
    ]
