"""An official's page of a distribution: preview, readiness, comments, the second official.

Source: 40 CFR 62.16240(b); 62.16245(a)(5), (b)(3); MASS-080 to MASS-092; PLAT-018.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.desk import authority
from trueup.desk import queries as desk
from trueup.desk.callers import Caller
from trueup.desk.entries import ProposalEntry
from trueup.resources.sponsor_reads import people_of
from trueup.rules.program import Program
from trueup.set_asides import agreed, official_reads, public_reads, queries
from trueup.set_asides.agreed import Preview
from trueup.set_asides.entries import Duty, OutputNoticeEntry
from trueup.set_asides.models import PURPOSES, Comment
from trueup.set_asides.planning import OUTPUT, RENEWABLE
from trueup.set_asides.public_reads import SetAsideRow
from trueup.web.access import caller_of, official
from trueup.web.components import TaskItem
from trueup.web.desk_act_forms import ActForm, form_of, sign_from
from trueup.web.downloads import csv_download
from trueup.web.pages import page
from trueup.web.sentences import plain
from trueup.web.templatetags.pages import day_in_words
from trueup.web.views.desk_set_asides import FUNCTIONS, desk_link
from trueup.web.views.set_asides import with_set_asides_or_404

SHARES_SHOWN = 200
COMMENTS_SHOWN = 100
PROPOSALS = ("distribute_set_aside", "publish_output_data", "award_from_set_aside")
CSV_HEADER = ("vintage", "recipient", "unit", "account", "of_surplus", "net_mwh", "quantity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A set-aside of a State and vintage that is to be distributed."""

    program: Program
    jurisdiction: str
    purpose: str
    vintage: int

    @property
    def arguments(self) -> list[object]:
        """What its addresses name."""
        return [self.program.code, self.jurisdiction, self.purpose, self.vintage]

    def preview(self, caller: Caller) -> Preview:
        """What distributing it would do now."""
        return agreed.preview(
            program=self.program.code,
            jurisdiction=self.jurisdiction,
            vintage=self.vintage,
            purpose=self.purpose,
            at=caller.at,
        )


def _run(program: Program, jurisdiction: str, purpose: str, vintage: int) -> Run:
    known = jurisdiction in program.jurisdictions and purpose in PURPOSES
    if not known or program.budget(jurisdiction, vintage) is None:
        raise Http404("There is no such set-aside.")
    return Run(program=program, jurisdiction=jurisdiction, purpose=purpose, vintage=vintage)


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_distribution(
    request: HttpRequest, code: str, jurisdiction: str, purpose: str, vintage: int
) -> HttpResponse:
    """How a set-aside would be divided now, what is missing, and the way to a second official.

    Source: 40 CFR 62.16240(b); 62.16245(a)(5), (b)(3); PLAT-018.
    """
    program, caller = with_set_asides_or_404(code), caller_of(request)
    run = _run(program, jurisdiction, purpose, vintage)
    shown = run.preview(caller)
    may_propose = caller.may("allocate", program=code, jurisdiction=jurisdiction)
    if request.method == "POST" and may_propose:
        return _propose(request, run, shown)
    today = program.local_date(caller.at)
    notice = (
        queries.output_notice(program=code, jurisdiction=jurisdiction, vintage=vintage)
        if purpose == OUTPUT
        else None
    )
    proposals = _proposals(caller, run)
    recorded = _recorded(run)
    comments = (
        public_reads.comments_of(notice.id, limit=COMMENTS_SHOWN) if notice is not None else []
    )
    return page(
        request,
        "desk/distribution",
        program=program,
        trail=desk_link(program),
        place=program.jurisdictions[jurisdiction],
        purpose=purpose,
        vintage=vintage,
        shown=shown,
        sentences=[plain(refusal.sentence) for refusal in shown.refusals],
        planned=[
            (of, official_reads.named(of, limit=SHARES_SHOWN), len(of.shares) > SHARES_SHOWN)
            for of in shown.planned[:1]
        ],
        ready=_ready(run, today, notice),
        duty=_duty(run, today),
        notice=notice,
        comments=comments,
        commenters=_commenters(comments),
        can_publish=purpose == OUTPUT and notice is None and may_propose,
        proposals=proposals,
        recorded=recorded.entry if recorded is not None else None,
        forms=_forms(run, recorded) if may_propose else [],
        may_propose=may_propose and not shown.refusals and bool(shown.digest),
        csv=reverse("desk-distribution-csv", args=[code, jurisdiction, purpose, vintage]),
    )


def _forms(run: Run, recorded: SetAsideRow | None) -> list[ActForm]:
    """What was kept can be given by decision."""
    if recorded is None or recorded.entry is None or not recorded.kept:
        return []
    of = {"jurisdiction": run.jurisdiction, "vintage": run.vintage, "purpose": run.purpose}
    return [form_of("award_from_set_aside", **of)]


def _recorded(run: Run) -> SetAsideRow | None:
    """The set-aside with its result, if there is one."""
    found = public_reads.rows_of(
        program=run.program.code,
        vintages=[run.vintage],
        jurisdiction=run.jurisdiction,
        purposes=[run.purpose],
    )
    return found[0] if found else None


def _commenters(comments: list[Comment]) -> dict[str, str]:
    """The names of those who commented, by `person:17`."""
    people = {int(one.by.removeprefix("person:")) for one in comments if ":" in one.by}
    return {f"person:{person}": name for person, name in people_of(people).items()}


def _propose(request: HttpRequest, run: Run, shown: Preview) -> HttpResponse:
    values: dict[str, Any] = {"jurisdiction": run.jurisdiction, "vintage": run.vintage}
    if request.POST.get("act") == "publish_output_data":
        form = form_of("publish_output_data", **values)
    elif request.POST.get("act") == "award_from_set_aside":
        form = form_of("award_from_set_aside", **values, purpose=run.purpose)
    else:
        values |= {"purpose": run.purpose, "digest": shown.digest}
        form = form_of("distribute_set_aside", **values)
    back = reverse("desk-distribution", args=run.arguments)
    return sign_from(request, [form], program=run.program.code, back=back)


def _proposals(caller: Caller, run: Run) -> list[ProposalEntry]:
    return [
        entry
        for entry in desk.proposals(
            within=authority.proposals_in(caller), program=run.program.code, acts=PROPOSALS
        )
        if entry.jurisdiction == run.jurisdiction
        and entry.values.get("vintage") == run.vintage
        and entry.values.get("purpose", OUTPUT) == run.purpose
    ]


def _duty(run: Run, today: date) -> Duty | None:
    """The duty that this distribution is, with its day."""
    name = "renewable_distribution" if run.purpose == RENEWABLE else "output_distribution"
    year = run.vintage - 1 if run.purpose == RENEWABLE else run.vintage
    return next(
        (
            duty
            for duty in queries.duties(program=run.program.code, year=year, today=today)
            if (duty.name, duty.jurisdiction, duty.vintage) == (name, run.jurisdiction, run.vintage)
        ),
        None,
    )


def _ready(run: Run, today: date, notice: OutputNoticeEntry | None) -> list[TaskItem]:
    """What stands between the papers and the result."""
    if run.purpose == OUTPUT:
        if notice is None:
            return [TaskItem(title=_("Data notice"), status=_("Not published"), kind="bad")]
        is_open = today <= notice.comment_until
        return [
            TaskItem(
                title=_("Data notice"),
                status=_("Published"),
                kind="good",
                address=reverse("output-notice", args=[run.program.code, notice.id]),
            ),
            TaskItem(
                title=_("Comments until %(day)s") % {"day": day_in_words(notice.comment_until)},
                status=_("Open") if is_open else _("Over"),
                kind="care" if is_open else "good",
            ),
        ]
    of = official_reads.readiness(
        program=run.program.code, jurisdiction=run.jurisdiction, vintage=run.vintage, today=today
    )
    queue = reverse("desk-set-asides", args=[run.program.code])
    is_open = today <= of.projections_until
    counted = (
        (_("Projections that nobody decided on"), of.undecided, "bad"),
        (_("Years that are over and not verified"), of.unverified, "care"),
        (_("Shortfalls that nobody explained"), of.unexplained, "care"),
    )
    return [
        TaskItem(
            title=_("Projections until %(day)s") % {"day": day_in_words(of.projections_until)},
            status=_("Still taken") if is_open else _("Over"),
            kind="care" if is_open else "good",
        ),
        *(
            TaskItem(
                title=title,
                status=f"{count:,}" if count else _("None"),
                kind=look if count else "good",
                address=queue if count else "",
            )
            for title, count, look in counted
        ),
    ]


@official(*FUNCTIONS)
@never_cache
@require_safe
def desk_distribution_csv(
    request: HttpRequest, code: str, jurisdiction: str, purpose: str, vintage: int
) -> StreamingHttpResponse:
    """Every share of the preview, for a spreadsheet."""
    program = with_set_asides_or_404(code)
    shown = _run(program, jurisdiction, purpose, vintage).preview(caller_of(request))
    return csv_download(f"preview-{jurisdiction}-{vintage}", CSV_HEADER, _csv_rows(shown))


def _csv_rows(shown: Preview) -> Iterator[tuple[object, ...]]:
    for of in shown.planned:
        for one in official_reads.named(of, limit=None):
            yield (
                of.vintage,
                one.name,
                one.unit,
                one.account.number,
                "yes" if one.share.is_surplus else "no",
                "" if one.share.net_mwh is None else one.share.net_mwh,
                one.share.quantity,
            )
