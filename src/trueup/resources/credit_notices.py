"""The yearly notice of calculated credits, and whether its time for comment is over.

Source: preamble IV.D.6; RATE-139; AMB-10; docs/decisions/0193.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.statements import insert_many
from trueup.emissions.earning import earnings
from trueup.emissions.quantities import to_whole
from trueup.resources import checks
from trueup.resources.entries import NoticeOfCredits
from trueup.resources.filing import refuse
from trueup.resources.models import CreditNotice, NoticedEarning, NoticedReport, Report
from trueup.resources.queries import notice_entry
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal


@transaction.atomic
def publish_credit_notice(
    *, program: str, year: int, published_at: datetime, actor: str = "administrator"
) -> NoticeOfCredits:
    """Publish the credits calculated for a year; the public has 30 days to comment.

    It covers every affected EGU that has earned credits, and every resource whose reports
    of the year are verified by now. What is not ready can have a notice of its own later.

    Raises Refused (`year_not_over`).

    Source: preamble IV.D.6; RATE-139; docs/decisions/0193.
    """
    rules = programs.load(program)
    refuse(year_refusals(rules, year, published_at))
    days = rules.credits.comment_days if rules.credits is not None else 0
    notice = CreditNotice.objects.create(
        program=program,
        year=year,
        published_at=published_at,
        closes_on=rules.days_from(rules.local_date(published_at), days),
    )
    resources = _cover_reports(notice)
    units = _cover_units(notice)
    audit.log(
        at=published_at,
        program=program,
        actor=actor,
        act="publish_credit_notice",
        subject=f"credit_notice:{notice.pk}",
        after={"year": year, "closes_on": notice.closes_on.isoformat()},
        cite="preamble IV.D.6",
    )
    return notice_entry(notice, resources=resources, units=units)


def year_refusals(rules: Program, year: int, at: datetime) -> list[Refusal]:
    """Credits are counted when the year is over.

    Source: 40 CFR 62.16445(e); preamble IV.D.6.
    """
    if rules.local_date(at).year > year:
        return []
    return [checks.YearNotOver(f"{year} is not over: credits are counted after the year's end.")]


def comment_refusal(program: str, year: int, *, today: date) -> Refusal:
    """Why nothing that no closed notice covers is issued.

    Source: preamble IV.D.6; RATE-139; AMB-10.
    """
    return refusal_after(latest_notice(program, year), year=year, today=today)


def latest_notice(program: str, year: int) -> CreditNotice | None:
    """The last notice of a year's credits."""
    return CreditNotice.objects.filter(program=program, year=year).order_by("-id").first()


def refusal_after(latest: CreditNotice | None, *, year: int, today: date) -> Refusal:
    """As `comment_refusal`, where the last notice was read already.

    Source: preamble IV.D.6; RATE-139; AMB-10.
    """
    if latest is None:
        said = f"no credit notice for {year} has been published"
    elif latest.closes_on >= today:
        said = f"the public can comment until {latest.closes_on}"
    else:
        said = "the published notice does not cover what has changed since: publish another"
    return checks.CommentPeriodOpen(f"Nothing is issued before comments are in; {said}.")


def _cover_reports(notice: CreditNotice) -> int:
    """Every verified report of the year is in the notice; how many resources they are of."""
    verified = list(
        Report.objects.filter(
            resource__program=notice.program, year=notice.year, state="verified"
        ).order_by("id")
    )
    insert_many(
        NoticedReport,
        [
            {
                "notice_id": notice.pk,
                "report_id": report.pk,
                "verified_mwh": to_whole(report.verified_mwh or Decimal(0)),
            }
            for report in verified
        ],
    )
    return len({report.resource_id for report in verified})


def _cover_units(notice: CreditNotice) -> int:
    """Every affected EGU that has earned credits is in the notice; how many they are."""
    earned = [
        found for found in earnings(program=notice.program, year=notice.year) if found.quantity
    ]
    insert_many(
        NoticedEarning,
        [
            {
                "notice_id": notice.pk,
                "account_id": one.owner.account,
                "category": one.category,
                "quantity": one.quantity,
            }
            for one in earned
        ],
    )
    return len({one.owner.account for one in earned})
