"""Addresses of what everybody may know of credits, and of the verifiers' own pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from trueup.web.views import (
    desk_redaction,
    resource_comments,
    resource_papers,
    resource_reports,
    resources,
    verifier_pages,
)

_RESOURCE = "<program:code>/resources/<journal:key>"
_COMMENTS = "<program:code>/comments/<journal:key>"

urlpatterns: list[URLPattern] = [
    path("<program:code>/credits/", resource_reports.credits, name="credits"),
    path("<program:code>/credits/supply.svg", resource_reports.supply_chart, name="chart-supply"),
    path(
        "<program:code>/credits/<slug:name>/",
        resource_reports.credit_report,
        name="credit-report",
    ),
    path(
        "<program:code>/credits/<slug:name>.csv",
        resource_reports.credit_report_csv,
        name="credit-report-csv",
    ),
    path(
        "<program:code>/credits/<slug:name>.xlsx",
        resource_reports.credit_report_xlsx,
        name="credit-report-xlsx",
    ),
    path("<program:code>/resources/", resources.resources_page, name="resources"),
    path("<program:code>/resources.csv", resources.resources_csv, name="resources-csv"),
    path(f"{_RESOURCE}/", resources.resource, name="resource"),
    path(f"{_RESOURCE}/credits.svg", resources.resource_chart, name="chart-resource"),
    path(f"{_RESOURCE}/papers/", resource_papers.resource_papers, name="resource-papers"),
    path("<program:code>/papers/<journal:key>/", resource_papers.paper, name="paper"),
    path(
        "<program:code>/papers/<journal:key>/files/<journal:attachment>/",
        resource_papers.paper_file,
        name="paper-file",
    ),
    path("<program:code>/issues/<journal:key>/", resource_papers.issue, name="issue"),
    path("<program:code>/issues/units/<journal:key>/", resource_papers.egu_issue, name="egu-issue"),
    path("<program:code>/comments/", resource_comments.comment_periods, name="comment-periods"),
    path(f"{_COMMENTS}/", resource_comments.comment_period, name="comment-period"),
    path(f"{_COMMENTS}/received/", resource_comments.comment_received, name="comment-received"),
    path(
        f"{_COMMENTS}/files/<journal:comment>/",
        resource_comments.comment_file,
        name="comment-file",
    ),
    path("<program:code>/verifier/", verifier_pages.verifier, name="verifier"),
    path(
        "<program:code>/verifier/resources/",
        verifier_pages.verifier_resources,
        name="verifier-resources",
    ),
    path(
        "<program:code>/verifier/resources/<journal:key>/",
        verifier_pages.engagement,
        name="engagement",
    ),
    path(
        "<program:code>/verifier/applications/<journal:key>/withdraw/",
        verifier_pages.withdraw_application,
        name="accreditation-withdraw",
    ),
    path(
        "desk/<program:code>/papers/<journal:key>/redaction/",
        desk_redaction.redaction,
        name="desk-redaction",
    ),
    path(
        "desk/<program:code>/papers/<journal:key>/files/<journal:attachment>/",
        desk_redaction.paper_file,
        name="desk-paper-file",
    ),
    path(
        "desk/<program:code>/resources/<journal:key>/comments/",
        desk_redaction.open_comments,
        name="desk-open-comments",
    ),
    path(
        "desk/<program:code>/comments/<journal:key>/", desk_redaction.comments, name="desk-comments"
    ),
    path(
        "desk/<program:code>/comments/<journal:key>/files/<journal:comment>/",
        desk_redaction.comment_file,
        name="desk-comment-file",
    ),
]
