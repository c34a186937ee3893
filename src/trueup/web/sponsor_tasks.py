"""How far a resource has come, as its sponsor's task list; what awaits them; its history.

Source: PLAT-051, PLAT-052, PLAT-122; 40 CFR 62.16445, 62.16460.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trueup.resources.entries import ReportEntry
from trueup.resources.questions import QuestionEntry
from trueup.resources.sponsor_entries import Sponsored
from trueup.rules.ercs import FIRST_YEAR
from trueup.web.components import TaskItem, TimelineEvent
from trueup.web.resource_words import APPLICATION_STATES, PAPERS, REPORT_STATES, named

YEARS_SHOWN = 6
_REPORT_LOOKS = {"submitted": "care", "verified": "good", "issued": "good", "incomplete": "bad"}


def tasks_of(found: Sponsored, *, today: date) -> list[TaskItem]:
    """Every stage on the way to credits, with its state and where it is done.

    Source: PLAT-122; RATE-061.
    """
    return [_description(found), *_papers(found), _registration(found), *_years(found, today)]


def awaiting_of(found: Sponsored, questions: list[QuestionEntry], *, today: date) -> list[TaskItem]:
    """What the sponsor is asked for now.

    Source: PLAT-052; 40 CFR 62.16445(a)(9).
    """
    return [
        *_questions(found, questions),
        *_meter_data(found),
        *(item for item in _years(found, today) if item.kind in ("bad", "note") and item.address),
    ]


def years_to_report(found: Sponsored, *, today: date) -> list[int]:
    """The complete years for which a registered resource reports, the latest first."""
    if found.resource.state != "registered":
        return []
    began = found.resource.in_service_on
    first = max(FIRST_YEAR, began.year if began is not None else FIRST_YEAR)
    return list(range(today.year - 1, first - 1, -1))[:YEARS_SHOWN]


def events_of(found: Sponsored) -> list[TimelineEvent]:
    """What happened with a resource, the first first.

    Source: PLAT-120.
    """
    events = [
        TimelineEvent(
            when=paper.filed_at,
            what=_("%(paper)s, version %(version)s")
            % {"paper": named(PAPERS, paper.kind), "version": paper.version},
            address=reverse(
                "my-resource-paper", args=[found.resource.program, found.resource.id, paper.id]
            ),
        )
        for paper in found.papers
    ]
    events += [
        TimelineEvent(
            when=issue.issued_at,
            what=_("%(many)s credits issued for %(year)s")
            % {"many": f"{issue.quantity:,}", "year": issue.year},
            note=str(issue.block) if issue.block is not None else "",
        )
        for issue in found.issuances
    ]
    if found.revoked_at is not None:
        events.append(
            TimelineEvent(when=found.revoked_at, what=_("Qualification revoked"), is_end=True)
        )
    return sorted(events, key=lambda event: str(event.when))


def _description(found: Sponsored) -> TaskItem:
    resource = found.resource
    may_change = resource.state in ("described", "rejected")
    return TaskItem(
        title=_("Description of the resource"),
        status=_("Done"),
        kind="good",
        address=_act("describe-anew", found) if may_change else "",
        hint=_("It can be changed until the application is submitted.") if may_change else "",
    )


def _papers(found: Sponsored) -> Iterator[TaskItem]:
    applied = found.application
    state = found.resource.state
    can_apply = state in ("described", "rejected")
    yield TaskItem(
        title=_("Eligibility application"),
        status=named(APPLICATION_STATES, applied.state) if applied else _("Not started"),
        kind={"approved": "good", "rejected": "bad"}.get(applied.state, "care") if applied else "",
        address=_act("apply-for-eligibility", found) if can_apply else "",
    )
    plans = [one for one in found.plans if one.state == "approved"] or list(found.plans)
    waits = [one for one in found.plans if one.state == "filed"] if state == "registered" else []
    yield TaskItem(
        title=_("EM&V plan"),
        status=_("Version %(version)s in force") % {"version": plans[-1].version}
        if plans and plans[-1].state == "approved"
        else _("Filed")
        if plans
        else _("Comes with the application"),
        kind="good" if plans and plans[-1].state == "approved" else "care" if plans else "",
        hint=_("Version %(version)s awaits a decision.") % {"version": waits[-1].version}
        if waits
        else "",
        address=_act("change-plan", found) if applied and applied.state != "rejected" else "",
    )
    is_verified = applied is not None and applied.verified_at is not None
    yield TaskItem(
        title=_("Verification of the application"),
        status=_("Done")
        if is_verified
        else _("Awaits the verifier")
        if applied
        else _("Cannot start yet"),
        kind="good" if is_verified else "care" if applied else "",
        hint="" if is_verified else _("An accredited verifier files the report, not you."),
    )


def _registration(found: Sponsored) -> TaskItem:
    resource = found.resource
    words = {
        "registered": (_("Registered as %(id)s") % {"id": resource.identifier}, "good"),
        "rejected": (_("Rejected"), "bad"),
        "revoked": (_("Revoked"), "bad"),
    }
    status, kind = words.get(resource.state, (_("Cannot start yet"), ""))
    return TaskItem(title=_("Registration"), status=status, kind=kind)


def _years(found: Sponsored, today: date) -> list[TaskItem]:
    items = []
    for year in years_to_report(found, today=today):
        rows = [one for one in found.reports if one.year == year and one.state != "superseded"]
        items.append(_report_of_year(found, year, rows))
        issued = [one for one in found.issuances if one.year == year]
        items.append(
            TaskItem(
                title=_("Credits for %(year)s") % {"year": year},
                status=_("%(many)s issued") % {"many": f"{sum(i.quantity for i in issued):,}"}
                if issued
                else _("Cannot start yet"),
                kind="good" if issued else "",
                hint=_("An official issues them after the notice of calculated credits.")
                if rows and not issued
                else "",
            )
        )
    return items


def _report_of_year(found: Sponsored, year: int, rows: list[ReportEntry]) -> TaskItem:
    months = sum(one.last_month - one.first_month + 1 for one in rows)
    title = _("M&V report for %(year)s") % {"year": year}
    address = f"{_act('report-output', found)}?by={year}"
    if not rows:
        return TaskItem(title=title, status=_("To do"), kind="note", address=address)
    worst = min(
        rows, key=lambda one: ("incomplete", "submitted", "verified", "issued").index(one.state)
    )
    is_whole = months == 12
    return TaskItem(
        title=title,
        status=named(REPORT_STATES, worst.state),
        kind=_REPORT_LOOKS[worst.state],
        address="" if is_whole else address,
        hint=""
        if is_whole
        else ngettext(
            "%(many)d month of 12 is reported.", "%(many)d months of 12 are reported.", months
        )
        % {"many": months},
    )


def _questions(found: Sponsored, questions: list[QuestionEntry]) -> Iterator[TaskItem]:
    for question in questions:
        if question.is_open:
            yield TaskItem(
                title=_("Answer a question of the official"),
                address=reverse("act-answer-question", args=[found.resource.program, question.key]),
                status=_("To do"),
                kind="bad",
                hint=question.text[:200],
            )
    applied = found.application
    if applied is not None and applied.state == "info_asked":
        yield TaskItem(
            title=_("Supply the information that was asked for"),
            address=_act("supply-information", found),
            status=_("To do"),
            kind="bad",
            hint=applied.question[:200],
        )


def _meter_data(found: Sponsored) -> Iterator[TaskItem]:
    waiting = [one for one in found.open_months if one.state == "filed"]
    if waiting:
        yield TaskItem(
            title=ngettext(
                "Accept or dispute %(many)d month of meter data",
                "Accept or dispute %(many)d months of meter data",
                len(waiting),
            )
            % {"many": len(waiting)},
            address=reverse(
                "my-resource-meter-data", args=[found.resource.program, found.resource.id]
            ),
            status=_("To do"),
            kind="care",
            hint=_("Nothing is issued for the year before."),
        )


def _act(name: str, found: Sponsored) -> str:
    return reverse(f"act-{name}", args=[found.resource.program, found.resource.id])
