"""Answers to an official's questions, and reports that are withdrawn.

Source: 40 CFR 62.16445(a)(9), 62.16460; RATE-073; PLAT-089.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.ledger.entries import AccountEntry
from trueup.resources import queries as resources
from trueup.resources import services
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.questions import ANSWER_MAX, answer_question
from trueup.resources.sponsor_entries import SponsorQuestion
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.acts.resources_common import (
    KIND,
    account_of,
    general_statements,
    home,
    home_links,
    is_in,
    place,
    resource_of,
    signed_by,
)
from trueup.web.resource_words import MONTHS, REPORT_STATES, named
from trueup.web.signed_acts import (
    THING,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)

GROUND_MAX = 1000
OPEN = ("submitted", "verified", "incomplete")


class WithdrawForm(ActForm):
    """Which report, and why."""

    report = fields.ChoiceField(label=gettext_lazy("Report"))
    ground = fields.NoteField(label=gettext_lazy("Why"), max_length=GROUND_MAX)

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        choice = self.fields["report"]
        if isinstance(choice, fields.ChoiceField):
            choice.choices = [
                (str(one.id), _report_in_words(one))
                for one in resources.reports_of(int(self.acting.thing))
                if one.state in OPEN
            ]

    def values(self) -> dict[str, Any]:
        return {
            "report": int(self.cleaned_data["report"]),
            "ground": self.cleaned_data["ground"],
        }


def _report_in_words(one: Any) -> str:
    return _("%(number)s: %(first)s to %(last)s %(year)s, %(mwh)s MWh, %(state)s") % {
        "number": one.sequence,
        "first": named(MONTHS, str(one.first_month)),
        "last": named(MONTHS, str(one.last_month)),
        "year": one.year,
        "mwh": format(one.mwh.normalize(), "f"),
        "state": named(REPORT_STATES, one.state),
    }


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    found = resource_of(acting)
    known = {one.id: one for one in resources.reports_of(found.id)}
    report = known[values["report"]]
    lines = ["Withdraw an M&V report", f"Resource: {found.name} ({found.identifier})"]
    lines += [f"Report: {report.sequence}, {report.year}, {report.mwh} MWh"]
    lines += [f"Ground: {' / '.join(values['ground'].splitlines())}"]
    return Submission(
        text="\n".join(lines),
        rows=(
            (_("Resource"), found.name),
            (_("Report"), _report_in_words(report)),
            (_("Why"), values["ground"]),
        ),
    )


def _withdraw(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    services.withdraw_report(
        report=values["report"],
        withdrawn_by=acting.person.id,
        ground=values["ground"],
        withdrawn_at=acting.at,
        signed=signed_by(WITHDRAW, acting, _prepare(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("The report is withdrawn"),
        sentences=(_("It stays on record with its papers. Its months can be reported anew."),),
        links=home_links(acting),
    )


def _has_open_report(acting: Acting) -> bool:
    return is_in()(acting) and any(
        one.state in OPEN for one in resources.reports_of(int(acting.thing))
    )


WITHDRAW = SignedAct(
    name="withdraw-report",
    subject=THING,
    place=place("withdraw-report"),
    document="resource_paper",
    title=gettext_lazy("Withdraw an M&V report"),
    lead=gettext_lazy("A report on which no credits were issued can be withdrawn."),
    button=gettext_lazy("Sign and withdraw it"),
    form_class=WithdrawForm,
    prepare=_prepare,
    perform=_withdraw,
    kind=KIND,
    account_of_thing=account_of,
    may=_has_open_report,
    certified=general_statements,
    home=home,
)


class AnswerForm(ActForm):
    """What is answered."""

    text = fields.NoteField(label=gettext_lazy("Your answer"), max_length=ANSWER_MAX, rows=8)


def _question(acting_thing: str) -> SponsorQuestion | None:
    try:
        return sponsors.question_of(UUID(acting_thing))
    except ValueError:
        return None


def _account_of_question(thing: str) -> AccountEntry | None:
    found = _question(thing)
    return account_of(str(found.resource)) if found is not None else None


def _asked(acting: Acting) -> SponsorQuestion:
    found = _question(acting.thing)
    if found is None:
        raise ValueError("there is no such question")
    return found


def _is_open(acting: Acting) -> bool:
    found = _question(acting.thing) if acting.account is not None else None
    return found is not None and not found.is_answered


def _home_of_question(acting: Acting) -> tuple[str, str]:
    found = resources.resource(_asked(acting).resource)
    if found is None:
        raise ValueError("a question is about a resource")
    return found.name, reverse("my-resource", args=[found.program, found.id])


def _prepare_answer(acting: Acting, values: Values, _key: UUID) -> Submission:
    asked = _asked(acting)
    lines = ["Answer to a question", f"Question: {' / '.join(asked.text.splitlines())}"]
    lines += [f"Answer: {' / '.join(values['text'].splitlines())}"]
    return Submission(
        text="\n".join(lines), rows=((_("Question"), asked.text), (_("Answer"), values["text"]))
    )


def _answer(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    answer_question(
        question=UUID(acting.thing),
        text=values["text"],
        answered_by=acting.person.id,
        answered_at=acting.at,
        signed=signed_by(ANSWER, acting, _prepare_answer(acting, values, key), evidence),
    )
    return Outcome(heading=_("Your answer is on record"), links=(_home_of_question(acting),))


ANSWER = SignedAct(
    name="answer-question",
    subject=THING,
    place="<program:code>/my-resources/questions/<uuid:key>/answer/",
    document="resource_paper",
    title=gettext_lazy("Answer a question"),
    lead=gettext_lazy("Your answer is kept with the paper. It cannot be changed afterwards."),
    button=gettext_lazy("Sign and answer"),
    form_class=AnswerForm,
    prepare=_prepare_answer,
    perform=_answer,
    kind=KIND,
    account_of_thing=_account_of_question,
    may=_is_open,
    certified=general_statements,
    home=_home_of_question,
)

ACTS = (WITHDRAW, ANSWER)
