"""What the acts call that do exactly what a kept preview shows: allocations and deductions."""

from __future__ import annotations

from uuid import UUID

from trueup.compliance import services as compliance
from trueup.desk import checks, previews
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.models import Preview
from trueup.desk.parameters import Parameter
from trueup.rules import programs
from trueup.rules.refusal import Refused


def record_allocations(asked: Asked) -> Result:
    """Record what the preview shows, of the State whose plan it is.

    Source: 40 CFR 62.16240(a)(1); PLAT-019, PLAT-060.
    """
    row = _preview(asked)
    if row.jurisdiction != asked.jurisdiction:
        raise Refused([checks.NotAuthorized("The preview is of another State.")])
    asked.tell("Recording allocations", 0, row.rows)
    return previews.record_allocation(
        row.key, digest=asked["digest"], at=asked.at, actor=asked.actor
    )


def settle(asked: Asked) -> Result:
    """Run the deductions; everything is taken back if they are not what was previewed.

    Source: 40 CFR 62.16340; 62.16535; PLAT-081.
    """
    row = _preview(asked)
    if row.kind != "settlement" or row.period != asked["period"]:
        raise Refused([checks.UnknownPreview("That is no preview of this period.")])

    def tell(_stage: str, done: int, total: int) -> None:
        asked.tell("Settling facilities", done, total)

    run = compliance.run_deductions(
        program=asked.program,
        period=programs.load(asked.program).period_named(asked["period"]),
        recorded_at=asked.at,
        actor=asked.actor,
        progress=tell,
    )
    previews.require_same(row, digest=asked["digest"], run=run)
    return {
        "run": run.run,
        "settled": len(run.outcomes),
        "left_out": len(run.omissions),
        "deducted": sum(outcome.deducted for outcome in run.outcomes),
        "short": sum(1 for outcome in run.outcomes if outcome.excess_due),
    }


def _preview(asked: Asked) -> Preview:
    row = previews.known(UUID(asked["preview"]))
    if row.program != asked.program:
        raise Refused([checks.UnknownPreview("There is no such preview in this program.")])
    return row


STATE = Parameter(name="jurisdiction", label="State", kind="jurisdiction", required=False)
PERIOD = Parameter(name="period", label="Period", kind="period")
PREVIEW = Parameter(name="preview", label="Preview", kind="key")
DIGEST = Parameter(name="digest", label="Digest of what the preview shows")

ACTS = (
    Act(
        name="record_allocations",
        title="Record the allocations that a preview shows",
        cite="40 CFR 62.16240(a)(1); 62.16325(a); PLAT-060",
        function="allocate",
        rule="allocate",
        parameters=(STATE, PREVIEW, DIGEST),
        carry_out=record_allocations,
        is_rehearsed=False,
        has_page=False,
        in_job=True,
    ),
    Act(
        name="settle_as_previewed",
        title="Run the deductions of a period as a preview shows them",
        cite="40 CFR 62.16340(a) to (e); 62.16535(a) to (f); PLAT-081",
        function="settle",
        rule="settle",
        parameters=(PERIOD, PREVIEW, DIGEST),
        carry_out=settle,
        is_rehearsed=False,
        has_page=False,
        in_job=True,
    ),
)
