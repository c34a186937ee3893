"""Addresses of the desk: tasks, the console, proposals, and what auditors read."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import desk, desk_jobs, desk_reading, desk_tasks

urlpatterns: list[URLPattern] = [
    path("tasks/", desk_tasks.task_list, name="tasks"),
    path("tasks/<uuid:key>/", desk_tasks.task, name="task"),
    path("desk/", desk.console, name="desk"),
    path("desk/proposals/<uuid:key>/", desk.proposal, name="proposal"),
    path("desk/proposals/<uuid:key>/withdraw/", desk.withdraw, name="proposal-withdraw"),
    path("desk/proposals/<uuid:key>/take-up/", desk.take_up, name="proposal-take-up"),
    path("desk/jobs/<uuid:key>/", desk_jobs.job, name="job"),
    path("desk/jobs/<uuid:key>/reasons.csv", desk_jobs.reasons_csv, name="job-reasons"),
    path("desk/roles/", desk.roles, name="roles"),
    path("desk/notices/", desk_reading.notices, name="notices"),
    path("desk/audit/", desk_reading.audit_trail, name="audit-trail"),
    path("desk/audit.csv", desk_reading.audit_trail_csv, name="audit-trail-csv"),
    path("<program:code>/market/", desk_reading.market, name="market"),
    path("<program:code>/decisions/<journal:number>/", desk_reading.decision, name="decision"),
]
