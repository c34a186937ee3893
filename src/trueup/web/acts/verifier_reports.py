"""Verification reports: of an application, and of an M&V report with the MWh found.

The pages ask the elements of the rule's own table; who signs is of the accredited team.

Source: 40 CFR 62.16445(d), 62.16465; RATE-116 to RATE-122, RATE-131.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.resources import services
from trueup.resources.verification import application_refusals, report_refusals
from trueup.rules.papers import (
    VERIFICATION,
    Element,
    elements_of,
    is_asked_for,
    paper_text,
    statement_for,
)
from trueup.signing.entries import Evidence
from trueup.web.acts.resources_common import certified_by, forecast_of, signed_by
from trueup.web.acts.resources_elements import as_text, fault_in_words, field_of
from trueup.web.acts.resources_fields import SENT_MAX, QuantityField, file_rows, uploads_of
from trueup.web.acts.resources_paper_pages import FilesForm
from trueup.web.acts.verifier_common import (
    about_report,
    about_resource,
    home,
    home_links,
    report_in,
    resource_in,
    verifier_of,
)
from trueup.web.resource_words import ANSWERS, named
from trueup.web.signed_acts import (
    THING,
    ActForm,
    Acting,
    Forecast,
    Outcome,
    SignedAct,
    Step,
    StepForm,
    Submission,
    Values,
)
from trueup.web.templatetags.words import word

FILLED_IN = frozenset({"certification", "signed_by"})
EXCESS = "excess_analysis"


class VerificationForm(StepForm):
    """The elements of one page; `tag` says which rows of the table."""

    tag = "all"

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        before = self.known.get("elements", {})
        for element in self.elements():
            field = field_of(element, self.acting.program)
            if element.test != "yes" and not self.is_bound:
                field.initial = before.get(element.name)
            self.fields[element.name] = field

    def elements(self) -> list[Element]:
        """The elements that this page asks for."""
        return asked(type(self).tag, self.acting)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        texts = {name: as_text(value) for name, value in cleaned.items()}
        for element in self.elements():
            value = texts.get(element.name, "")
            if element.name in self.errors:
                continue
            is_missing = element.when and is_asked_for(element, texts) and not value
            if is_missing or (element.name == EXCESS and not value):
                self.add_error(element.name, _("Answer this too: another answer asks for it."))
            elif value and (fault := fault_in_words(element, value)):
                self.add_error(element.name, fault)
        return cleaned

    def values(self) -> dict[str, Any]:
        names = {element.name for element in self.elements()}
        kept = {name: given for name, given in self._before().items() if name not in names}
        texts = {name: as_text(self.cleaned_data.get(name)) for name in names}
        return {"elements": {**kept, **{name: text for name, text in texts.items() if text}}}

    def _before(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.known.get("elements", {})
        return found


class OfApplicationForm(VerificationForm):
    """What was verified of an application."""

    tag = "of_application"


class OfReportForm(VerificationForm):
    """What was verified of a report, and the MWh that were found."""

    tag = "of_report"
    verified_mwh = QuantityField(
        label=gettext_lazy("MWh that you determined"),
        help_text=gettext_lazy(
            "Credits are issued for these, the fraction dropped. If they are less than was"
            " reported, say on the page before that there was a misstatement, and its source."
        ),
        decimals=5,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        if not self.is_bound:
            self.fields["verified_mwh"].initial = self.known.get("verified_mwh")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        found = report_in(self.acting)
        mwh = cleaned.get("verified_mwh")
        if found is None or not isinstance(mwh, Decimal):
            return cleaned
        if mwh > found[0].mwh:
            self.add_error(
                "verified_mwh",
                _("%(reported)s MWh were reported: the sponsor must report what you found.")
                % {"reported": format(found[0].mwh, "f")},
            )
        elif mwh < found[0].mwh and self._before().get("misstatement") != "FOUND":
            self.add_error(
                "verified_mwh",
                _("Less than the %(reported)s MWh reported: say first that you found this.")
                % {"reported": format(found[0].mwh, "f")},
            )
        return cleaned

    def values(self) -> dict[str, Any]:
        mwh = self.cleaned_data["verified_mwh"]
        return {**super().values(), "verified_mwh": format(mwh, "f")}

    def shown(self) -> dict[str, Any]:
        found = report_in(self.acting)
        return {"report": found[0], "resource": found[1]} if found is not None else {}


def asked(tag: str, acting: Acting) -> list[Element]:
    """The elements of a page; the analysis of an excess only where there is one."""
    found = report_in(acting) if tag == "of_report" else None
    is_excessive = found is not None and found[0].is_excessive
    return [
        element
        for element in elements_of(VERIFICATION)
        if element.applies_to == tag
        and element.name not in FILLED_IN
        and (element.name != EXCESS or is_excessive)
    ]


def elements_in(acting: Acting, values: Values) -> dict[str, str]:
    """The whole paper: the answers, who signs, and the statement word for word."""
    statement = statement_for(VERIFICATION, program=acting.program.code)
    return {
        **values.get("elements", {}),
        "signed_by": acting.person.name,
        "certification": statement.text,
    }


def _rows(tag: str) -> Callable[[Acting, Values], Sequence[tuple[str, str]]]:
    def answered(acting: Acting, values: Values) -> list[tuple[str, str]]:
        given = values.get("elements", {})
        return [
            (capfirst(word(element.label)), named(ANSWERS, given[element.name]))
            for element in asked(tag, acting)
            if given.get(element.name)
        ]

    return answered


def _report_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    return [
        (_("MWh determined"), values.get("verified_mwh", "")),
        *_rows("of_report")(acting, values),
    ]


def _file_rows(_acting: Acting, values: Values) -> list[tuple[str, str]]:
    return file_rows(values.get("files", ()))


def _lines(acting: Acting, values: Values, head: Sequence[str]) -> str:
    """What is signed: whose report on what, every element, every file with its digest."""
    lines = [f"Verifier: {verifier_of(acting).name}", *head]
    lines.append(paper_text(VERIFICATION, elements_in(acting, values)))
    lines += [f"File: {one['name']}, SHA-256 {one['sha256']}" for one in values.get("files", ())]
    return "\n".join(lines)


def _prepare_application(acting: Acting, values: Values, _key: UUID) -> Submission:
    of = resource_in(acting)
    name = of.name if of is not None else ""
    return Submission(
        text=_lines(acting, values, [f"On the eligibility application of: {name}"]),
        rows=tuple(row for step in APPLICATION_STEPS for row in step.rows(acting, values)),
    )


def _prepare_report(acting: Acting, values: Values, _key: UUID) -> Submission:
    found = report_in(acting)
    if found is None:
        raise ValueError("there is no such report")
    report, of = found
    head = [
        f"On M&V report {report.sequence} of: {of.name}",
        f"Months: {report.year}, {report.first_month} to {report.last_month}",
        f"MWh reported: {report.mwh:f}",
        f"MWh determined: {values['verified_mwh']}",
    ]
    return Submission(
        text=_lines(acting, values, head),
        rows=tuple(row for step in REPORT_STEPS for row in step.rows(acting, values)),
    )


def _filed(acting: Acting, values: Values) -> dict[str, Any]:
    return {
        "verifier": verifier_of(acting).id,
        "elements": elements_in(acting, values),
        "submitted_by": acting.person.id,
        "submitted_at": acting.at,
    }


def _verify_application(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    submission = _prepare_application(acting, values, key)
    services.verify_application(
        resource=int(acting.thing),
        uploads=uploads_of(values.get("files", ())),
        signed=signed_by(OF_APPLICATION, acting, submission, evidence),
        **_filed(acting, values),
    )
    return _received(acting, _("An official decides on the application next."))


def _verify_report(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    services.verify_report(
        report=int(acting.thing),
        verified_mwh=Decimal(values["verified_mwh"]),
        uploads=uploads_of(values.get("files", ())),
        signed=signed_by(OF_REPORT, acting, _prepare_report(acting, values, key), evidence),
        **_filed(acting, values),
    )
    return _received(acting, _("Its MWh go into the next notice of calculated credits."))


def _received(acting: Acting, next_: str) -> Outcome:
    return Outcome(
        heading=_("Your verification report is received"),
        sentences=(next_,),
        links=home_links(acting),
    )


def _forecast_application(acting: Acting, values: Values, _key: UUID) -> Forecast:
    return forecast_of(application_refusals(resource=int(acting.thing), **_asked(acting, values)))


def _forecast_report(acting: Acting, values: Values, _key: UUID) -> Forecast:
    return forecast_of(
        report_refusals(
            report=int(acting.thing),
            verified_mwh=Decimal(values["verified_mwh"]),
            **_asked(acting, values),
        )
    )


def _asked(acting: Acting, values: Values) -> dict[str, Any]:
    return {
        "verifier": verifier_of(acting).id,
        "elements": elements_in(acting, values),
        "person": acting.person.id,
        "at": acting.at,
    }


_FINDINGS = Step(
    name="findings",
    part=gettext_lazy("Findings"),
    title=gettext_lazy("What you found, and how"),
    form_class=VerificationForm,
    rows=_rows("all"),
)
_FILES = Step(
    name="files",
    part=gettext_lazy("Files"),
    title=gettext_lazy("Files that belong to it"),
    form_class=FilesForm,
    template="sponsor/step_files",
    rows=_file_rows,
)
APPLICATION_STEPS = (
    _FINDINGS,
    Step(
        name="verified",
        part=gettext_lazy("Verified"),
        title=gettext_lazy("What you verified of the application"),
        form_class=OfApplicationForm,
        rows=_rows("of_application"),
    ),
    _FILES,
)
REPORT_STEPS = (
    _FINDINGS,
    Step(
        name="mwh",
        part=gettext_lazy("MWh"),
        title=gettext_lazy("The MWh, and what you verified of the report"),
        form_class=OfReportForm,
        template="verifier/step_report",
        rows=_report_rows,
    ),
    _FILES,
)
OF_APPLICATION = SignedAct(
    name="verify-application",
    subject=THING,
    place="<program:code>/verifier/resources/<journal:key>/verify/",
    document="verification_report",
    title=gettext_lazy("Verify an eligibility application"),
    lead=gettext_lazy("The report is handed in by you alone; the sponsor cannot do it for you."),
    button=gettext_lazy("Sign and hand in the report"),
    form_class=ActForm,
    prepare=_prepare_application,
    perform=_verify_application,
    may=about_resource,
    steps=APPLICATION_STEPS,
    forecast=_forecast_application,
    certified=certified_by(VERIFICATION),
    then=gettext_lazy("It is on record at once, and an official reads it."),
    home=home,
    sent_max=SENT_MAX,
)
OF_REPORT = SignedAct(
    name="verify-report",
    subject=THING,
    place="<program:code>/verifier/reports/<journal:key>/verify/",
    document="verification_report",
    title=gettext_lazy("Verify an M&V report"),
    lead=gettext_lazy("You determine the MWh that were generated or saved."),
    button=gettext_lazy("Sign and hand in the report"),
    form_class=ActForm,
    prepare=_prepare_report,
    perform=_verify_report,
    may=about_report,
    steps=REPORT_STEPS,
    forecast=_forecast_report,
    certified=certified_by(VERIFICATION),
    then=gettext_lazy("It is on record at once, and an official reads it."),
    home=home,
    sent_max=SENT_MAX,
)
ACTS = (OF_APPLICATION, OF_REPORT)
