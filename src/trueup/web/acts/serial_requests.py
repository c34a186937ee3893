"""Which serial numbers are to be deducted first: asked for page by page, and signed.

Source: 40 CFR 62.16340(c)(1), 62.16535(c); PLAT-085; MASS-137.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trueup.accounts import queries as accounts
from trueup.compliance import services as compliance
from trueup.compliance.requests import request_text
from trueup.rules.periods import CompliancePeriod
from trueup.signing.entries import Evidence
from trueup.web.acts import choosing, fields
from trueup.web.acts.transfers import titled
from trueup.web.acts.warnings import open_periods
from trueup.web.signed_acts import (
    ACCOUNT,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Step,
    StepForm,
    Submission,
    Values,
)

PASSED_OVER_SHOWN = 20


class PeriodForm(StepForm):
    """For which compliance period."""

    period = fields.ChoiceField(
        label=gettext_lazy("Compliance period"),
        help_text=gettext_lazy("What is asked for after its transfer deadline is passed over."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        choice = self.fields["period"]
        if isinstance(choice, fields.ChoiceField):
            found = open_periods(self.acting.program, self.acting.at)
            choice.choices = [(period.name, period.name) for period in found]
            choice.initial = found[0].name if found else None


def _period(acting: Acting, values: Values) -> CompliancePeriod:
    return acting.program.period_named(values["period"])


def _period_rows(_acting: Acting, values: Values) -> list[tuple[str, str]]:
    return [(_("Compliance period"), values["period"])]


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    blocks = fields.blocks_from_json(values["blocks"])
    period = _period(acting, values)
    return Submission(
        text=request_text(acting.acted_for, period=period, blocks=blocks),
        rows=(
            (_("Account"), titled(acting.acted_for)),
            *_period_rows(acting, values),
            *choosing.rows(acting, values),
        ),
        blocks=blocks,
    )


def _perform(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    owner = accounts.facility_of(acting.acted_for.id)
    if owner is None:
        raise ValueError("a compliance account is of a facility")
    receipt = compliance.request_serials(
        program=acting.program.code,
        period=_period(acting, values),
        facility=owner.facility.id,
        unit=owner.unit.id if owner.unit is not None else None,
        blocks=fields.blocks_from_json(values["blocks"]),
        submitted_by=acting.person.id,
        submitted_at=acting.at,
        evidence=evidence,
    )
    sentences = [_("They are deducted first, in the order in which you named them.")]
    if receipt.is_late:
        sentences = [_("It came after the transfer deadline, and is passed over.")]
    passed = receipt.unusable
    if passed:
        told = ngettext(
            "%(count)s block would be passed over as things are:",
            "%(count)s blocks would be passed over as things are:",
            len(passed),
        )
        sentences.append(told % {"count": len(passed)})
        sentences += [f"{item.block}: {item.reason}" for item in passed[:PASSED_OVER_SHOWN]]
    number = acting.acted_for.number
    return Outcome(
        heading=_("Your request is taken in"),
        sentences=tuple(sentences),
        kind="warning" if receipt.is_late or passed else "success",
        links=((titled(acting.acted_for), reverse("account", args=[acting.program.code, number])),),
    )


PERIOD = Step(
    name="period",
    part=gettext_lazy("Period"),
    title=gettext_lazy("For which compliance period?"),
    form_class=PeriodForm,
    rows=_period_rows,
)
WHICH = Step(
    name="what",
    part=gettext_lazy("Which serial numbers"),
    title=gettext_lazy("Which serial numbers are to be deducted first?"),
    form_class=choosing.WhatForm,
    template="signing/step_what",
    rows=choosing.rows,
)
REQUEST = SignedAct(
    name="serial-request",
    subject=ACCOUNT,
    document="serial_request",
    title=gettext_lazy("Request serial numbers for the deductions"),
    lead=gettext_lazy(
        "When the period is settled, the serial numbers that you name are deducted first."
        " Without a request the ones that were recorded first go first."
    ),
    button=gettext_lazy("Sign and file the request"),
    then=gettext_lazy(
        "The request is taken in at once, and you get a receipt. Nothing leaves the account"
        " before the period is settled."
    ),
    form_class=ActForm,
    prepare=_prepare,
    perform=_perform,
    may=lambda acting: acting.acted_for.kind == "compliance",
    steps=(PERIOD, WHICH),
)

ACTS = (REQUEST,)
