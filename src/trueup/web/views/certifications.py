"""What sources certify after a period, their monitoring equipment, and whose budgets they used.

Source: RGGI-003, RGGI-004, RGGI-018, RGGI-034.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.compliance import certification, monitoring
from trueup.compliance import queries as compliance
from trueup.compliance.budget_use import BudgetUse
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.web.access import public
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sentences import say


@public
@require_safe
def certifications(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """The certification reports of a period and the monitoring equipment, source by source."""
    program = program_or_404(code)
    try:
        chosen = program.period_named(period)
    except Refused as refused:
        raise Http404(say(refused.refusals[0].sentence)) from refused
    if not certification.is_asked_for(program, chosen):
        raise Http404(_("This program asks for no certification reports."))
    today = program.local_date(timezone.now())
    found = certification.certifications(program=program.code, period=chosen, today=today)
    filed = sorted(found, key=lambda one: one.facility.oris_code)
    after = number_after(request)
    rest = [one for one in filed if one.facility.oris_code > after]
    shown = page_of(request, rest[: PAGE_SIZE + 1], key=lambda one: one.facility.oris_code)
    equipment = monitoring.equipment(
        program=program.code, facilities=[one.facility.id for one in shown.rows], on=today
    )
    return page(
        request,
        "certifications",
        program=program,
        trail=program_trail(
            program,
            Link(name=_("Settlements"), address=reverse("settlements", args=[program.code])),
            Link(
                name=chosen.name,
                address=reverse("settlements-of-period", args=[program.code, chosen.name]),
            ),
        ),
        period=chosen,
        due_on=filed[0].due_on if filed else None,
        counts=Counter(one.state for one in filed),
        rows=[
            (one, [item for item in equipment[one.facility.id] if item.is_defect])
            for one in shown.rows
        ],
        page=shown,
    )


def certified_with(program: Program, period: CompliancePeriod, facility: int) -> dict[str, Any]:
    """What the page of a settlement shows of the source's report and equipment."""
    asked = program.market.certification
    if asked is None:
        return {"certified": None, "equipment": ()}
    today = program.local_date(timezone.now())
    found = certification.certifications(
        program=program.code, period=period, today=today, facilities=[facility]
    )
    report = found[0].reports[0] if found and found[0].reports else None
    return {
        "certified": found[0] if found else None,
        "answers": [
            (asked.statements.get(answer.statement, answer.statement), answer)
            for answer in (report.answers if report else ())
        ],
        "equipment": monitoring.equipment(program=program.code, facilities=[facility], on=today)[
            facility
        ],
    }


def budget_uses(program: Program, period: CompliancePeriod) -> list[BudgetUse]:
    """Whose budgets were used where; in programs of States with budgets of their own.

    Source: RGGI-003.
    """
    if program.market.applicability is None:
        return []
    settled = compliance.totals_by_state(program=program.code, period=period)
    return compliance.budget_uses(
        compliance.used_by_origin(program=program.code, period=period),
        deducted={
            state: totals.deducted + totals.excess_deducted for state, totals in settled.items()
        },
    )
