"""The compliance certification report: what a source's representative certifies, and by when.

Maryland's paper leaves the contents to the regulation; the statements are a program's values.

Source: RGGI-018, RGGI-034; docs/decisions/0356.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from trueup.rules.periods import CompliancePeriod, YearlyDate
from trueup.rules.refusal import Refusal

FILED, LATE, MISSING, NOT_DUE = "filed", "late", "missing", "not_due"


class AnswerMissing(Refusal):
    code = "certification.answer_missing"
    cite = "RGGI-034"


class ExplanationMissing(Refusal):
    code = "certification.explanation_missing"
    cite = "RGGI-034"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationRules:
    """What is certified after each period.

    Attributes:
        due: The day of the year after the period.
        for_interim: Whether it is due after interim control periods too.
        statements: By key, in order; each is answered with yes, or no and why.
        quantities: What certified monitoring equipment measures, each with a certification.
    """

    due: YearlyDate
    for_interim: bool
    statements: Mapping[str, str]
    quantities: tuple[str, ...]

    def due_on(self, period: CompliancePeriod) -> date:
        """The last day on which a report is on time."""
        return self.due.in_year(period.last_year + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said of one statement: that it is so, or why it is not."""

    statement: str
    is_so: bool
    explanation: str = ""


def check_answers(answers: Sequence[Answer], *, rules: CertificationRules) -> list[Refusal]:
    """Every statement is answered once, and a no is explained.

    Source: RGGI-034.
    """
    given = {answer.statement: answer for answer in answers}
    found: list[Refusal] = [
        AnswerMissing(f"Answer the statement “{text}”")
        for key, text in rules.statements.items()
        if key not in given
    ]
    found += [
        ExplanationMissing(f"Say why it is not so: “{rules.statements[key]}”")
        for key, answer in given.items()
        if key in rules.statements and not answer.is_so and not answer.explanation.strip()
    ]
    if set(given) - set(rules.statements) or len(given) != len(answers):
        found.append(AnswerMissing("Answer each statement of the report once, and no other."))
    return found


def standing(filed_on: Sequence[date], *, due_on: date, today: date) -> str:
    """Whether a report is filed, late, missing, or not due yet.

    The first report decides; what corrects it later does not make it late.

    Source: RGGI-034.
    """
    if filed_on:
        return FILED if min(filed_on) <= due_on else LATE
    return MISSING if today > due_on else NOT_DUE
