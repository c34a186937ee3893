"""A serial number: who holds it, and everything it went through (PLAT-145)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry, HistoryEntry
from trueup.resources import award_trace, trace
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot, parse_serial
from trueup.web.access import public
from trueup.web.components import TimelineEvent
from trueup.web.pages import page, program_or_404, program_trail
from trueup.web.sentences import say
from trueup.web.templatetags.pages import account_name, account_state, event_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is true of a serial number now, in a word and a sentence."""

    text: str
    note: str
    kind: str
    is_end: bool


@public
@require_safe
def serial(request: HttpRequest, code: str, serial_number: str) -> HttpResponse:
    """The history of one serial number; a resource's leads to the papers behind it.

    Source: 40 CFR 62.16515(h); 62.16365(a)(2)(iv)(A); RATE-206; MASS-164; PLAT-121, PLAT-145.
    """
    program = program_or_404(code)
    try:
        lot, number = parse_serial(serial_number)
    except Refused as refused:
        raise Http404(say(refused.refusals[0].sentence)) from refused
    steps = ledger.serial_history(program=program.code, lot=lot, number=number)
    if not steps:
        raise Http404(
            _("There is no serial number %(serial)s in this program.")
            % {"serial": f"{lot.code}-{number}"}
        )
    holder = steps[-1].transaction.destination
    issue = None
    if lot.category:
        issue = trace.issue_of_serial(program=program.code, lot=lot, number=number)
    award = None
    if issue is None:
        award = award_trace.award_of_transactions([step.transaction.id for step in steps])
    status = _status(holder, steps)
    return page(
        request,
        "serial",
        program=program,
        trail=program_trail(program),
        serial=f"{lot.code}-{number}",
        lot=lot,
        origin=_origin(program, lot),
        holder=holder,
        steps=steps,
        status=status,
        events=_events(steps, is_end=status.is_end),
        vintage=_vintage(issue),
        issue=issue if isinstance(issue, trace.IssueTrace) else None,
        award=award,
        unit_issue=issue if isinstance(issue, trace.EguIssueTrace) else None,
    )


def _vintage(issue: trace.IssueTrace | trace.EguIssueTrace | None) -> int | None:
    """The year of a credit's MWh, which is not that of its issue.

    Source: RATE-142.
    """
    if isinstance(issue, trace.IssueTrace):
        return issue.issuance.year
    return issue.issue.year if issue is not None else None


def _origin(program: Program, lot: Lot) -> str:
    place = program.jurisdictions.get(lot.jurisdiction)
    return place.name if place else lot.jurisdiction


def _status(holder: AccountEntry, steps: list[HistoryEntry]) -> Status:
    last = steps[-1]
    if holder.kind == "retirement":
        note = _("%(event)s; it can never move again") % {"event": event_name(last.event)}
        if last.event == "transferred":
            note = _("By a voluntary retirement; it can never move again")
        return Status(text=_("Retired"), note=note, kind="", is_end=True)
    if holder.state != "open":
        state = account_state(holder.state)
        note = _("State of the account: %(state)s") % {"state": state}
        return Status(text=_("Held"), note=note, kind="bad", is_end=False)
    return Status(text=_("Held"), note="", kind="good", is_end=False)


def _events(steps: Sequence[HistoryEntry], *, is_end: bool) -> list[TimelineEvent]:
    return [
        TimelineEvent(
            when=step.recorded_at,
            what=event_name(step.event),
            note=account_name(step.transaction.destination),
            is_name=True,
            is_end=is_end and step is steps[-1],
        )
        for step in steps
    ]
