"""The program's calendar: every duty with its day, as a page and for a person's own calendar.

Officials see in it what is ready and what is late.

Source: 40 CFR 62.16325(a), 62.16340(a), 62.16360(c); PLAT-082.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.allocation import queries as allocation
from trueup.audit.models import Notice
from trueup.compliance import queries as compliance
from trueup.compliance.models import HoldingsReview
from trueup.desk import authority
from trueup.desk.callers import Caller
from trueup.disclosure.duties import Duty, duties
from trueup.resources.calculation_reads import years_of_credits
from trueup.rules.program import Program
from trueup.set_asides import duty_dates
from trueup.state_accounts import duty_dates as state_dates
from trueup.tasks.models import Task
from trueup.web.access import caller_of, public
from trueup.web.filters import FilterForm
from trueup.web.pages import page, program_or_404, program_trail

DAYS_BACK = 120
DAYS_AHEAD = 550
OWN_SHOWN = 40
LINE_OCTETS = 73
WHO = {
    "source": gettext_lazy("Sources"),
    "official": gettext_lazy("Officials"),
    "registry": gettext_lazy("The registry"),
}


class CalendarFilter(FilterForm):
    """Whose duties are shown."""

    who = forms.ChoiceField(
        label=gettext_lazy("Whose"), choices=[("", gettext_lazy("Everybody's")), *WHO.items()]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A duty as the calendar shows it.

    Attributes:
        state: `done`, `late`, `due` or blank; only officials see it.
    """

    duty: Duty
    title: str
    who: str
    state: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is due in the registry itself on a day: tasks of officials, and notices."""

    on: date
    title: str
    count: int
    address: str
    is_late: bool


@public
@require_safe
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """What is due when, in the coming year and a half."""
    program = program_or_404(code)
    caller = caller_of(request)
    today = program.local_date(timezone.now())
    form = CalendarFilter(request)
    is_official = any(grant.program in ("", code) for grant in caller.grants)
    states = _states(program, today) if is_official else {}
    lines = [
        Line(
            duty=duty,
            title=title_of(duty),
            who=str(WHO[duty.who]),
            state=states.get(duty.key, "late" if duty.on < today else "due")
            if duty.who != "source" and is_official
            else "",
            address=_address(duty, program) if is_official else "",
        )
        for duty in _duties(program, today)
        if form.chosen["who"] in ("", duty.who)
    ]
    return page(
        request,
        "calendar",
        program=program,
        trail=program_trail(program),
        filter=form,
        today=today,
        past=[line for line in lines if line.duty.on < today],
        lines=[line for line in lines if line.duty.on >= today],
        own=_own(caller, program, today) if is_official else [],
        is_official=is_official,
        ics=reverse("calendar-ics", args=[code]),
    )


@public
@require_safe
def calendar_ics(_request: HttpRequest, code: str) -> HttpResponse:
    """The same for a person's own calendar (RFC 5545)."""
    program = program_or_404(code)
    now = timezone.now()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Trueup//Calendar//EN"]
    lines += ["CALSCALE:GREGORIAN", f"X-WR-CALNAME:{escaped(program.name)}"]
    for duty in _duties(program, program.local_date(now)):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{code}-{duty.key}@trueup",
            f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{duty.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{duty.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(title_of(duty))}",
            f"DESCRIPTION:{escaped(f'{program.name}. {duty.cite}')}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    text = "".join(f"{folded(line)}\r\n" for line in lines)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{code}.ics"'
    return answer


def title_of(duty: Duty) -> str:
    """What a duty is, as a sentence."""
    values = {"period": duty.period.name, "year": duty.year, "detail": duty.detail}
    sentences = {
        "period_end": _("The compliance period %(period)s ends"),
        "deadline": _("Transfer deadline of %(period)s: what is held at midnight counts"),
        "deductions": _("Deductions of %(period)s can be made"),
        "recordation": _("Allocations of %(period)s are to be recorded by this day"),
        "review": _("Holdings for %(period)s are reviewed, %(detail)s days before the deadline"),
        "certification": _("Certification reports of %(period)s are due"),
        "report": _("Emission reports of quarter %(detail)s of %(year)s are due"),
        "mv_reports": _("M&V reports of %(year)s and their verification are due"),
        "credit_notice": _("Last day to publish the credits of %(year)s for 30 days of comment"),
        "credit_issue": _("Credits of %(year)s are to be issued by this day"),
        "projections": _("Projections of projects for %(year)s are due"),
        "project_reports": _("M&V reports of projects for %(year)s are due"),
        "renewable_distribution": _(
            "The renewable energy set-aside of %(year)s is to be recorded by this day"
        ),
        "output_data": _(
            "Data of the output-based set-aside of %(period)s are to be published by this day"
        ),
        "output_comments": _("Comments on data of the output-based set-aside end"),
        "output_distribution": _(
            "The output-based set-aside of %(period)s is to be recorded by this day"
        ),
        "state_division": _(
            "Budgets of %(year)s are to be divided among the States' accounts by this day"
        ),
    }
    return sentences[duty.kind] % values


def escaped(text: str) -> str:
    """A text as RFC 5545 writes it."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def folded(line: str) -> str:
    """A line of at most 75 octets, continued on the next with a blank before it."""
    parts, part = [], ""
    for sign in line:
        if len((part + sign).encode()) > LINE_OCTETS:
            parts.append(part)
            part = ""
        part += sign
    return "\r\n ".join([*parts, part])


def _duties(program: Program, today: date) -> list[Duty]:
    return duties(
        program,
        first=today - timedelta(days=DAYS_BACK),
        last=today + timedelta(days=DAYS_AHEAD),
    )


def _states(program: Program, today: date) -> dict[str, str]:
    """Which duties of officials and of the registry are done."""
    settled = {period.name for period in compliance.periods_settled(program=program.code)}
    reviews = HoldingsReview.objects.filter(program=program.code)
    reviewed = set(reviews.values_list("period", "lead_days"))
    allocated = {of.vintage for of in allocation.allocated_totals(program=program.code)}
    issued, noticed = years_of_credits(program.code) if program.is_rate_based else (set(), set())
    set_asides = duty_dates.standing(
        program.code, years={today.year - 1, today.year, today.year + 1}, today=today
    )
    has_accounts = program.market.state_accounts is not None
    divided = state_dates.years_done(program.code, today=today) if has_accounts else set()
    found = {}
    for duty in _duties(program, today):
        done = {
            state_dates.NAME: duty.year in divided,
            "credit_notice": duty.year in noticed,
            "credit_issue": duty.year in issued,
            "period_end": duty.on < today,
            "deductions": duty.period.name in settled,
            "review": (duty.period.name, duty.detail) in reviewed,
            **{name: set_asides.get((name, duty.year)) == "done" for name in duty_dates.TITLES},
        }.get(duty.kind)
        if done or (duty.kind == "recordation" and allocated & set(duty.period.vintages)):
            found[duty.key] = "done"
    return found


def _address(duty: Duty, program: Program) -> str:
    of_period = {
        "deadline": "desk-settlement",
        "deductions": "desk-settlement",
        "certification": "certifications",
    }
    if duty.kind in of_period:
        return reverse(of_period[duty.kind], args=[program.code, duty.period.name])
    of_program = {
        "recordation": "desk-allocations",
        "review": "queue-short",
        state_dates.NAME: "desk-state-accounts",
    }
    if duty.kind in of_program:
        return reverse(of_program[duty.kind], args=[program.code])
    if duty.kind in ("credit_notice", "credit_issue"):
        return reverse("desk-credits", args=[program.code, duty.year])
    if duty.kind in duty_dates.TITLES:
        year = duty.year - 1 if duty.kind == "renewable_distribution" else duty.year
        return f"{reverse('desk-set-asides', args=[program.code])}?year={year}"
    return ""


def _own(caller: Caller, program: Program, today: date) -> list[Own]:
    """Tasks with a date, and notices that must go out by a day; added up by day."""
    tasks = (
        Task.objects.filter(authority.tasks_in(caller), program=program.code, closed_at=None)
        .exclude(due_on=None)
        .values("due_on")
        .annotate(number=Count("id"))
        .order_by("due_on")
        .values_list("due_on", "number")[:OWN_SHOWN]
    )
    notices = (
        Notice.objects.filter(authority.notices_in(caller), program=program.code, mailed_at=None)
        .exclude(due_on=None)
        .values("due_on")
        .annotate(number=Count("id"))
        .order_by("due_on")
        .values_list("due_on", "number")[:OWN_SHOWN]
    )
    found = [
        Own(on=on, title=title, count=number, address=address, is_late=on < today)
        for rows, title, address in (
            (tasks, _("Tasks that are due"), reverse("tasks")),
            (notices, _("Notices that must go out"), reverse("notices")),
        )
        for on, number in rows
        if on is not None
    ]
    return sorted(found, key=lambda own: (own.on, own.title))
