"""The jobs of the desk: previews, and what two officials agreed on."""

from __future__ import annotations

import base64
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from trueup.allocation import services as allocation
from trueup.desk import approving, previews
from trueup.resources import calculations
from trueup.rules import programs
from trueup.tasks.jobs import Made, Work, register


@register("desk.preview_allocation", title=_("Preview of allocations"), function="allocate")
def preview_allocation(work: Work) -> Made:
    """Read a plan or a table of generation, and keep what it would allocate.

    Source: 40 CFR 62.16240(a)(1); PLAT-060.
    """
    values = work.values
    data = base64.b64decode(values["file"])
    kind, jurisdiction = values["kind"], values["jurisdiction"]
    work.tell("Reading the file", 0, 0)
    if kind == "formula":
        rows = allocation.rows_by_formula(
            program=work.program,
            period=programs.load(work.program).period_named(values["period"]),
            generation=allocation.read_generation(data, program=work.program),
            recorded_at=work.at,
            jurisdiction=jurisdiction,
        )
    else:
        rows = allocation.read_plan(data, program=work.program, recorded_at=work.at)
    work.tell("Trying every row", 0, len(rows))
    key = previews.preview_allocation(
        rows,
        kind=kind,
        program=work.program,
        jurisdiction=jurisdiction,
        period=values["period"],
        given={"file_name": values["file_name"], "file_digest": values["file_digest"]},
        by=work.by or 0,
        at=work.at,
    )
    return Made(result={"rows": len(rows)}, address=reverse("preview", args=[key]))


@register("desk.preview_settlement", title=_("Preview of deductions"), function="settle")
def preview_settlement(work: Work) -> Made:
    """Keep what the deductions of a period would do now.

    Source: PLAT-081.
    """
    work.tell("Settling every facility without recording it", 0, 0)
    key = previews.preview_settlement(
        program=work.program, period=work.values["period"], by=work.by or 0, at=work.at
    )
    return Made(address=reverse("preview", args=[key]))


@register("desk.carry_out", title=_("What two officials agreed on"))
def carry_out(work: Work) -> Made:
    """Carry out a proposal that was approved.

    Source: PLAT-018, PLAT-094.
    """
    key = UUID(work.values["proposal"])
    entry = approving.carry_out_approved(key, at=work.at, tell=work.tell)
    result = {} if entry.verdict is None else dict(entry.verdict.result)
    return Made(result={"state": entry.state, **result}, address=reverse("proposal", args=[key]))


@register("desk.calculate_credits", title=_("Calculation of credits"), function="originate")
def calculate_credits(work: Work) -> Made:
    """Keep what a notice, or an issue, of a year's credits would be now.

    Source: preamble IV.D.6; RATE-135 to RATE-139; PLAT-125.
    """
    calculate = {
        calculations.NOTICE: calculations.calculate_notice,
        calculations.RESOURCES: calculations.calculate_issue_to_resources,
        calculations.UNITS: calculations.calculate_issue_to_units,
    }[work.values["kind"]]
    work.tell("Calculating the credits", 0, 0)
    key = calculate(program=work.program, year=work.values["year"], by=work.by or 0, at=work.at)
    return Made(address=reverse("calculation", args=[work.program, key]))
