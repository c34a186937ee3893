"""Addresses of the desk: tasks, the console, queues, runs, proposals, what auditors read."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.desk.queues import FUNCTIONS as QUEUES
from trueup.web.views import (
    desk,
    desk_allocations,
    desk_applications,
    desk_calendar,
    desk_facility,
    desk_jobs,
    desk_papers,
    desk_previews,
    desk_queues,
    desk_reading,
    desk_settlement,
    desk_state_accounts,
    desk_state_plans,
    desk_tasks,
)

urlpatterns: list[URLPattern] = [
    path("tasks/", desk_tasks.task_list, name="tasks"),
    path("tasks/<uuid:key>/", desk_tasks.task, name="task"),
    path("desk/", desk.console, name="desk"),
    path("desk/proposals/<uuid:key>/", desk.proposal, name="proposal"),
    path("desk/proposals/<uuid:key>/withdraw/", desk.withdraw, name="proposal-withdraw"),
    path("desk/proposals/<uuid:key>/take-up/", desk.take_up, name="proposal-take-up"),
    path("desk/proposals/<uuid:key>/resume/", desk.resume, name="proposal-resume"),
    path("desk/proposals/<uuid:key>/scan/", desk_papers.scan, name="paper-scan"),
    path("desk/proposals/<uuid:key>/typing/", desk_papers.second_typing, name="paper-typing"),
    path("desk/jobs/<uuid:key>/", desk_jobs.job, name="job"),
    path("desk/jobs/<uuid:key>/reasons.csv", desk_jobs.reasons_csv, name="job-reasons"),
    path("desk/previews/<uuid:key>/", desk_previews.preview, name="preview"),
    path("desk/previews/<uuid:key>/rows.csv", desk_previews.preview_csv, name="preview-csv"),
    path("desk/facilities/<oris:oris_code>/", desk_facility.facility, name="desk-facility"),
    path("desk/applications/<journal:number>/", desk_applications.application, name="application"),
    path("desk/<program:code>/allocations/", desk_allocations.allocations, name="desk-allocations"),
    path("desk/<program:code>/paper/", desk_papers.paper, name="desk-paper"),
    path(
        "desk/<program:code>/settlements/<period:period>/",
        desk_settlement.settlement,
        name="desk-settlement",
    ),
    *(
        path(f"desk/<program:code>/queues/{name}/", desk_queues.queue(name), name=f"queue-{name}")
        for name in QUEUES
    ),
    path("desk/<program:code>/state-plans/", desk_state_plans.state_plans, name="desk-state-plans"),
    path(
        "desk/<program:code>/lost-allocations/",
        desk_state_plans.lost_allocations,
        name="desk-lost-allocations",
    ),
    path("desk/<program:code>/appeals/", desk_queues.open_appeals, name="desk-appeals"),
    path(
        "desk/<program:code>/state-accounts/",
        desk_state_accounts.desk_state_accounts,
        name="desk-state-accounts",
    ),
    path(
        "desk/<program:code>/state-accounts/applications/<journal:number>/",
        desk_state_accounts.desk_state_application,
        name="desk-state-application",
    ),
    path(
        "desk/<program:code>/state-accounts/<str:jurisdiction>/<journal:year>/",
        desk_state_accounts.desk_state_year,
        name="desk-state-year",
    ),
    path("desk/roles/", desk.roles, name="roles"),
    path("desk/notices/", desk_reading.notices, name="notices"),
    path("desk/audit/", desk_reading.audit_trail, name="audit-trail"),
    path("desk/audit.csv", desk_reading.audit_trail_csv, name="audit-trail-csv"),
    path("<program:code>/decisions/<journal:number>/", desk_reading.decision, name="decision"),
    path("<program:code>/calendar/", desk_calendar.calendar, name="calendar"),
    path("<program:code>/calendar.ics", desk_calendar.calendar_ics, name="calendar-ics"),
]
