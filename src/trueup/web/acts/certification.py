"""The compliance certification report of a source: which period, its statements, signed.

Source: RGGI-018, RGGI-034.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts import queries as accounts
from trueup.compliance import services as compliance
from trueup.compliance.certification import DOCUMENT, is_asked_for, report_text
from trueup.compliance.certification_models import TEXT_MAX
from trueup.rules.certification import LATE, Answer, CertificationRules
from trueup.rules.periods import CompliancePeriod
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.acts.transfers import titled
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
from trueup.web.templatetags.words import word

PERIODS_SHOWN = 6
YES, NO = "yes", "no"


def rules_of(acting: Acting) -> CertificationRules:
    """What the program asks for; raises ValueError where it asks nothing, a bug of ours."""
    asked = acting.program.market.certification
    if asked is None:
        raise ValueError(f"{acting.program.code} asks for no report")
    return asked


def periods_of(acting: Acting) -> list[CompliancePeriod]:
    """The periods that have ended and ask for a report, the latest first."""
    program = acting.program
    today = program.local_date(acting.at)
    found: list[CompliancePeriod] = []
    for period in program.in_turn(program.schedule.printed[0]):
        if period.last_year >= today.year:
            if not program.is_interim(period):
                break
            continue
        if is_asked_for(program, period):
            found.append(period)
    return found[: -PERIODS_SHOWN - 1 : -1]


class PeriodForm(StepForm):
    """On which period."""

    period = fields.ChoiceField(label=gettext_lazy("Compliance period"))

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        choice = self.fields["period"]
        if isinstance(choice, fields.ChoiceField):
            asked = rules_of(self.acting)
            choice.choices = [
                (
                    period.name,
                    _("%(period)s, due %(day)s")
                    % {"period": period.name, "day": asked.due_on(period).isoformat()},
                )
                for period in periods_of(self.acting)
            ]


class StatementsForm(StepForm):
    """Whether each statement is so, and why not."""

    remark = fields.NoteField(
        label=gettext_lazy("Remark"), required=False, max_length=TEXT_MAX, rows=2
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        for key, text in rules_of(self.acting).statements.items():
            self.fields[f"so_{key}"] = fields.ChoiceField(
                label=word(text), choices=[(YES, _("Yes")), (NO, _("No"))]
            )
            self.fields[f"why_{key}"] = fields.TextField(
                label=_("If not: why"), required=False, max_length=TEXT_MAX
            )
        self.order_fields([*(name for name in self.fields if name != "remark"), "remark"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key in rules_of(self.acting).statements:
            if cleaned.get(f"so_{key}") == NO and not cleaned.get(f"why_{key}"):
                self.add_error(f"why_{key}", forms.ValidationError(_("Say why it is not so.")))
        return cleaned

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "answers": [
                [key, cleaned[f"so_{key}"] == YES, cleaned[f"why_{key}"]]
                for key in rules_of(self.acting).statements
            ],
            "remark": " ".join(cleaned["remark"].split()),
        }


def _answers(values: Values) -> list[Answer]:
    return [
        Answer(statement=key, is_so=is_so, explanation="" if is_so else " ".join(why.split()))
        for key, is_so, why in values["answers"]
    ]


def _period(acting: Acting, values: Values) -> CompliancePeriod:
    return acting.program.period_named(values["period"])


def _period_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    due_on = rules_of(acting).due_on(_period(acting, values))
    return [(_("Compliance period"), values["period"]), (_("Due"), due_on.isoformat())]


def _answer_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    texts = rules_of(acting).statements
    rows = [
        (
            word(texts[answer.statement]),
            _("Yes") if answer.is_so else _("No: %(why)s") % {"why": answer.explanation},
        )
        for answer in _answers(values)
    ]
    return [*rows, *([(_("Remark"), values["remark"])] if values["remark"] else [])]


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    period = _period(acting, values)
    today = acting.program.local_date(acting.at)
    is_late = today > rules_of(acting).due_on(period)
    return Submission(
        text=report_text(
            acting.acted_for,
            period=period,
            answers=_answers(values),
            remark=values["remark"],
            rules=rules_of(acting),
        ),
        rows=(
            (_("Account"), titled(acting.acted_for)),
            *_period_rows(acting, values),
            *_answer_rows(acting, values),
        ),
        warnings=(_("The day on which it was due has passed: it is filed late."),)
        if is_late
        else (),
    )


def _perform(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    owner = accounts.facility_of(acting.acted_for.id)
    if owner is None:
        raise ValueError("a compliance account is of a facility")
    filed = compliance.file_certification(
        program=acting.program.code,
        period=_period(acting, values),
        facility=owner.facility.id,
        answers=_answers(values),
        remark=values["remark"],
        filed_by=acting.person.id,
        filed_at=acting.at,
        evidence=evidence,
    )
    number = acting.acted_for.number
    is_late = filed.state == LATE
    return Outcome(
        heading=_("Your report is filed, late") if is_late else _("Your report is filed"),
        kind="warning" if is_late else "success",
        links=((titled(acting.acted_for), reverse("account", args=[acting.program.code, number])),),
    )


def _may(acting: Acting) -> bool:
    """For a compliance account, where the program asks for a report."""
    return (
        acting.acted_for.kind == "compliance"
        and acting.program.market.certification is not None
        and bool(periods_of(acting))
    )


CERTIFY = SignedAct(
    name="certification",
    subject=ACCOUNT,
    document=DOCUMENT,
    title=gettext_lazy("File the compliance certification report"),
    lead=gettext_lazy(
        "After each period the representative of a source certifies whether the source has met the"
        " program."
    ),
    button=gettext_lazy("Sign and file the report"),
    then=gettext_lazy(
        "The report is filed at once, and stands with the settlement. A later report corrects it."
    ),
    form_class=ActForm,
    prepare=_prepare,
    perform=_perform,
    may=_may,
    steps=(
        Step(
            name="period",
            part=gettext_lazy("Period"),
            title=gettext_lazy("On which period do you report?"),
            form_class=PeriodForm,
            rows=_period_rows,
        ),
        Step(
            name="statements",
            part=gettext_lazy("Statements"),
            title=gettext_lazy("What you certify"),
            form_class=StatementsForm,
            rows=_answer_rows,
        ),
    ),
)

ACTS = (CERTIFY,)
