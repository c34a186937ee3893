"""Compliance certification reports: filed and signed by each source, on time, late or missing.

Source: RGGI-018, RGGI-034; docs/decisions/0356.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry, FacilityEntry
from trueup.audit import services as audit
from trueup.audit.statements import among
from trueup.compliance import checks
from trueup.compliance.certification_models import TEXT_MAX, CertificationReport
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.certification import (
    LATE,
    Answer,
    CertificationRules,
    check_answers,
    standing,
)
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.signing.entries import Evidence
from trueup.transfers.signed import sign

CITE = "RGGI-018, RGGI-034"
DOCUMENT = "certification_report"
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEntry:
    """A report as it was filed."""

    id: int
    filed_by: int
    filed_at: datetime
    filed_on: date
    answers: tuple[Answer, ...]
    remark: str
    signature: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """How far a source is with its report for a period.

    Attributes:
        state: `filed`, `late`, `missing` or `not_due`.
        reports: The newest first; it counts, the first one decides whether it is late.
    """

    account: int
    facility: FacilityEntry
    due_on: date
    state: str
    reports: tuple[ReportEntry, ...]


def is_asked_for(rules: Program, period: CompliancePeriod) -> bool:
    """Whether a report is due for a period at all."""
    asked = rules.market.certification
    return asked is not None and (asked.for_interim or not rules.is_interim(period))


def report_text(
    account: AccountEntry,
    *,
    period: CompliancePeriod,
    answers: Sequence[Answer],
    remark: str,
    rules: CertificationRules,
) -> str:
    """What a representative certifies, word for word.

    Source: PLAT-151; RGGI-034.
    """
    lines = [
        f"I certify for {account.name} ({account.number}) and the period {period.name}:",
        *(_line(answer, rules) for answer in answers),
    ]
    if remark:
        lines.append(f"Remark: {remark}")
    return "\n".join(lines)


def _line(answer: Answer, rules: CertificationRules) -> str:
    text = rules.statements.get(answer.statement, answer.statement)
    return f"  {'Yes' if answer.is_so else 'No'}: {text}" + (
        "" if answer.is_so else f" Why not: {answer.explanation}"
    )


@transaction.atomic
def file_certification(
    *,
    program: str,
    period: CompliancePeriod,
    facility: int,
    answers: Sequence[Answer],
    filed_by: int,
    filed_at: datetime,
    remark: str = "",
    evidence: Evidence | None = None,
) -> Certification:
    """File a source's compliance certification report; a later one corrects an earlier one.

    Raises Refused (`not_asked_for`, `unknown_facility`, `not_authorized`, `period_not_over`,
    `answer_missing`, `explanation_missing`, `text_not_usable`, and what signing refuses).

    Source: RGGI-018, RGGI-034.
    """
    rules = programs.load(program)
    asked = rules.market.certification
    if asked is None or not is_asked_for(rules, period):
        raise Refused([checks.NotAskedFor(f"{rules.name} asks for no report on {period.name}.")])
    account = accounts.compliance_account(program, facility)
    if account is None:
        raise Refused([checks.UnknownFacility("The facility has no compliance account.")])
    today = rules.local_date(filed_at)
    answers = [_tidied(answer) for answer in answers]
    remark = " ".join(remark.split())
    _refuse(account, answers, remark, asked, (period, today), filed_by=filed_by, at=filed_at)
    signature = sign(
        rules=rules,
        document=DOCUMENT,
        text=report_text(account, period=period, answers=answers, remark=remark, rules=asked),
        accounts=[account],
        signer=filed_by,
        principal=None,
        evidence=evidence,
        signed_at=filed_at,
    )
    row = CertificationReport.objects.create(
        program=program,
        period=period.name,
        account_id=account.id,
        facility_id=facility,
        filed_by_id=filed_by,
        filed_at=filed_at,
        filed_on=today,
        due_on=asked.due_on(period),
        answers=[asdict(answer) for answer in answers],
        remark=remark,
        signature_id=signature,
    )
    _log(row)
    (found,) = certifications(program=program, period=period, today=today, facilities=[facility])
    return found


def _tidied(answer: Answer) -> Answer:
    """An answer on one line; what is so needs no explanation and keeps none."""
    explanation = "" if answer.is_so else " ".join(answer.explanation.split())
    return Answer(statement=answer.statement, is_so=answer.is_so, explanation=explanation)


def _log(row: CertificationReport) -> None:
    audit.log(
        at=row.filed_at,
        program=row.program,
        actor=f"person:{row.filed_by_id}",
        act="file_certification",
        subject=f"account:{row.account_id}",
        after={
            "period": row.period,
            "report": row.pk,
            "answers": row.answers,
            "is_late": row.filed_on > row.due_on,
            "signature": row.signature_id,
        },
        cite=CITE,
    )


def _refuse(
    account: AccountEntry,
    answers: Sequence[Answer],
    remark: str,
    asked: CertificationRules,
    when: tuple[CompliancePeriod, date],
    *,
    filed_by: int,
    at: datetime,
) -> None:
    period, today = when
    refusals: list[Refusal] = []
    if not accounts.may_submit(filed_by, account.id, at):
        refusals.append(
            checks.NotAuthorized(f"Only a representative of {account.name} can certify for it.")
        )
    if today <= period.last_day:
        refusals.append(
            checks.PeriodNotOver(f"A report on {period.name} is filed when the period has ended.")
        )
    refusals += check_answers(answers, rules=asked)
    texts = [remark, *(answer.explanation for answer in answers)]
    if any(len(text) > TEXT_MAX or not text.isprintable() for text in texts):
        refusals.append(
            checks.TextNotUsable(f"A text has at most {TEXT_MAX:,} readable characters.")
        )
    if refusals:
        raise Refused(refusals)


def certifications(
    *,
    program: str,
    period: CompliancePeriod,
    today: date,
    facilities: Sequence[int] | None = None,
) -> list[Certification]:
    """How far every source is with its report for a period; none where none is asked for.

    A constant number of statements, however many sources.

    Source: RGGI-018, RGGI-034.
    """
    rules = programs.load(program)
    asked = rules.market.certification
    if asked is None or not is_asked_for(rules, period):
        return []
    entries = accounts.facility_accounts(program=program, facilities=facilities)
    reports = _reports([entry.account for entry in entries], program=program, period=period)
    due_on = asked.due_on(period)
    return [
        _certification(entry, reports.get(entry.account, []), due_on=due_on, today=today)
        for entry in entries
    ]


def _certification(
    entry: FacilityAccountEntry, filed: Sequence[ReportEntry], *, due_on: date, today: date
) -> Certification:
    state = standing([one.filed_on for one in filed], due_on=due_on, today=today)
    return Certification(
        account=entry.account,
        facility=entry.facility,
        due_on=due_on,
        state=state,
        reports=tuple(filed),
    )


def outstanding(*, program: str, period: CompliancePeriod, today: date) -> tuple[int, int]:
    """How many sources have not filed, and how many filed late.

    Source: RGGI-034.
    """
    found = certifications(program=program, period=period, today=today)
    late = sum(1 for one in found if one.state == LATE)
    return sum(1 for one in found if not one.reports), late


def _reports(
    account_ids: Sequence[int], *, program: str, period: CompliancePeriod
) -> dict[int, list[ReportEntry]]:
    """The reports of accounts for a period, the newest first; one statement."""
    rows = CertificationReport.objects.filter(
        program=program, period=period.name, account_id__in=among(account_ids)
    )
    found: dict[int, list[ReportEntry]] = {}
    for row in rows.order_by("-id"):
        found.setdefault(row.account_id, []).append(
            ReportEntry(
                id=row.pk,
                filed_by=row.filed_by_id,
                filed_at=row.filed_at,
                filed_on=row.filed_on,
                answers=tuple(Answer(**answer) for answer in row.answers),
                remark=row.remark,
                signature=row.signature_id,
            )
        )
    return found
