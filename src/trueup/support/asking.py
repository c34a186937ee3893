"""Ask the registry for help, answer, close: each function is one transaction.

A request has a number by which it is talked about, and a key that opens its conversation.
Registered persons are told by notices; who is known by an address alone is written letters.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue, render
from trueup.rules import programs
from trueup.rules.calendar import federal_calendar
from trueup.rules.refusal import Refusal, Refused
from trueup.support import checks
from trueup.support.entries import (
    ANSWERED,
    ASKER,
    CATEGORIES,
    CLOSED,
    NOTE,
    OFFICIAL,
    OPEN,
    SATISFACTIONS,
    HelpEntry,
    HelpSpec,
)
from trueup.support.models import HelpMessage, HelpRequest, Letter
from trueup.support.queries import help_entry
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

TASK_KIND = "help_request"
FUNCTION = "support"
ANSWER_BUSINESS_DAYS = 3
A_DAY_MAX = 10
REOPENED_WITHIN = timedelta(days=30)
SUBJECT_MAX = 160
TEXT_MAX = 8000

AddressOf = Callable[[UUID], str]
"""Where the conversation is, in full; only an interface knows."""


@transaction.atomic
def ask(spec: HelpSpec, *, asked_at: datetime, address_of: AddressOf) -> HelpEntry:
    """Ask the registry: the request gets a number, a state and a history, and a due date.

    Officials with the function `support` find a task. Whoever asks is told the number and
    where the conversation is.

    Raises Refused (`not_usable`, `too_many_requests`).

    Source: PLAT-014 (a help request gets a number, status and history); PLAT-154 (tied to
    an account and a submission).
    """
    refusals = _check(spec)
    if not refusals and _asked_lately(spec, asked_at) >= A_DAY_MAX:
        refusals.append(
            checks.TooManyRequests(
                f"You have asked {A_DAY_MAX} times in a day. Write on in one of those requests."
            )
        )
    if refusals:
        raise Refused(refusals)
    rules = programs.load(spec.program)
    row = HelpRequest.objects.create(
        program=spec.program,
        category=spec.category,
        subject=_line(spec.subject),
        state=OPEN,
        person_id=spec.person,
        name=_line(spec.name)[:200],
        email=spec.email.strip(),
        page=spec.page[:300],
        account_id=spec.account,
        about=spec.about[:120],
        asked_at=asked_at,
        due_on=federal_calendar().business_days_from(
            rules.local_date(asked_at), ANSWER_BUSINESS_DAYS
        ),
    )
    _say(row, ASKER, spec.person, spec.text, asked_at)
    _log(row, "ask_for_help", _actor(spec.person), asked_at)
    _open_task(row, asked_at)
    _tell(row, "help_request_received", asked_at, address_of, {"text": spec.text.strip()})
    return help_entry(row)


@transaction.atomic
def write(*, key: UUID, text: str, at: datetime, person: int | None = None) -> HelpEntry:
    """Write on as the one who asked; a request that was closed lately is opened again.

    Raises Refused (`unknown_request`, `not_usable`, `request_closed`).

    Source: PLAT-014.
    """
    row = _locked(key)
    if row.closed_at is not None and at > row.closed_at + REOPENED_WITHIN:
        raise Refused(
            [checks.RequestClosed("The request was closed a while ago. Please ask a new one.")]
        )
    _require_text(text)
    _say(row, ASKER, person, text, at)
    if row.state != OPEN:
        row.state, row.closed_at, row.closed_by = OPEN, None, ""
        row.satisfaction = row.satisfaction_text = ""
        row.due_on = federal_calendar().business_days_from(
            programs.load(row.program).local_date(at), ANSWER_BUSINESS_DAYS
        )
        row.save()
        _open_task(row, at)
    return help_entry(row)


@transaction.atomic
def answer(
    *, key: UUID, by: int, text: str, at: datetime, address_of: AddressOf, closes: bool = False
) -> HelpEntry:
    """Answer as an official; the asker is told, and the request can be closed with it.

    Raises Refused (`unknown_request`, `not_usable`, `request_closed`).

    Source: PLAT-014; PLAT-154.
    """
    row = _locked(key)
    _require_open(row)
    _require_text(text)
    _say(row, OFFICIAL, by, text, at)
    row.state = ANSWERED
    row.answered_at = row.answered_at or at
    row.save(update_fields=["state", "answered_at"])
    _close_task(row, at, "answered", by)
    _log(row, "answer_help_request", f"person:{by}", at)
    _tell(row, "help_request_answered", at, address_of, {"text": text.strip()})
    return _closed(row, by=f"person:{by}", at=at) if closes else help_entry(row)


@transaction.atomic
def note(*, key: UUID, by: int, text: str, at: datetime) -> HelpEntry:
    """Keep a note that officials alone see.

    Raises Refused (`unknown_request`, `not_usable`).

    Source: PLAT-014.
    """
    row = _locked(key)
    _require_text(text)
    _say(row, NOTE, by, text, at)
    return help_entry(row)


@transaction.atomic
def close(*, key: UUID, by: str, at: datetime) -> HelpEntry:
    """Close a request: the asker, by whom it is settled, or an official.

    Raises Refused (`unknown_request`, `request_closed`).

    Source: PLAT-014.
    """
    row = _locked(key)
    _require_open(row)
    return _closed(row, by=by, at=at)


@transaction.atomic
def say_how_it_went(*, key: UUID, satisfaction: str, text: str = "") -> HelpEntry:
    """Keep whether a closed request was solved, in the asker's own words.

    Raises Refused (`unknown_request`, `request_not_closed`, `not_usable`).

    Source: PLAT-014.
    """
    row = _locked(key)
    if row.state != CLOSED:
        raise Refused([checks.RequestNotClosed("Say how it went when the request is closed.")])
    if satisfaction not in SATISFACTIONS:
        raise Refused([checks.NotUsable("Choose whether your question was solved.")])
    row.satisfaction, row.satisfaction_text = satisfaction, text.strip()[:1000]
    row.save(update_fields=["satisfaction", "satisfaction_text"])
    return help_entry(row)


def _check(spec: HelpSpec) -> list[Refusal]:
    refusals: list[Refusal] = []
    if spec.category not in CATEGORIES:
        refusals.append(checks.NotUsable("Choose what your question is about."))
    if not 0 < len(_line(spec.subject)) <= SUBJECT_MAX:
        refusals.append(checks.NotUsable(f"Give a subject of at most {SUBJECT_MAX} characters."))
    refusals += _text_refusals(spec.text)
    if spec.person is None or spec.email:
        try:
            validate_email(spec.email.strip())
        except ValidationError:
            refusals.append(
                checks.NotUsable("Give an e-mail address at which you can be answered.")
            )
    return refusals


def _text_refusals(text: str) -> list[Refusal]:
    if 0 < len(text.strip()) <= TEXT_MAX and "\x00" not in text:
        return []
    return [checks.NotUsable(f"Write 1 to {TEXT_MAX:,} characters.")]


def _require_text(text: str) -> None:
    if refusals := _text_refusals(text):
        raise Refused(refusals)


def _require_open(row: HelpRequest) -> None:
    if row.state == CLOSED:
        raise Refused([checks.RequestClosed("The request is closed already.")])


def _asked_lately(spec: HelpSpec, at: datetime) -> int:
    lately = HelpRequest.objects.filter(asked_at__gt=at - timedelta(days=1))
    if spec.person is not None:
        return lately.filter(person_id=spec.person).count()
    return lately.filter(email=spec.email.strip()).count()


def _locked(key: UUID) -> HelpRequest:
    row = HelpRequest.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise Refused([checks.UnknownRequest("There is no such request.")])
    return row


def _closed(row: HelpRequest, *, by: str, at: datetime) -> HelpEntry:
    row.state, row.closed_at, row.closed_by = CLOSED, at, by
    row.save(update_fields=["state", "closed_at", "closed_by"])
    _close_task(row, at, "closed", None)
    _log(row, "close_help_request", by, at)
    return help_entry(row)


def _say(row: HelpRequest, author: str, person: int | None, text: str, at: datetime) -> None:
    HelpMessage.objects.create(
        request=row, at=at, author=author, person_id=person, text=text.strip()
    )


def _open_task(row: HelpRequest, at: datetime) -> None:
    tasks.open_tasks(
        [
            TaskSpec(
                kind=TASK_KIND,
                program=row.program,
                subject=f"help:{row.key}",
                title=f"H-{row.pk:06d}: {row.subject}",
                opened_at=at,
                due_on=row.due_on,
                function=FUNCTION,
                dedupe=f"help:{row.key}",
            )
        ]
    )


def _close_task(row: HelpRequest, at: datetime, outcome: str, by: int | None) -> None:
    tasks.close_tasks(
        subject=f"help:{row.key}",
        kind=TASK_KIND,
        closed_at=at,
        outcome=outcome,
        actor=_actor(by) if by is not None else "registry",
    )


def _tell(
    row: HelpRequest,
    event: str,
    at: datetime,
    address_of: AddressOf,
    context: dict[str, ContextValue],
) -> None:
    """By a notice to a person, by a letter to an address.

    Anybody can give anybody's address, so a letter repeats nothing that a stranger wrote.
    """
    said: dict[str, ContextValue] = {
        "number": f"H-{row.pk:06d}",
        "address": address_of(row.key),
        "due_on": row.due_on,
    }
    if row.person_id is not None:
        said |= {"subject": row.subject}
    if row.person_id is not None or event == "help_request_answered":
        said |= context
    if row.person_id is not None:
        audit.notify(
            [
                NoticeSpec(
                    event=event,
                    program=row.program,
                    person=row.person_id,
                    account=row.account_id,
                    created_at=at,
                    address=row.email,
                    context=said,
                )
            ]
        )
        return
    subject, body = render(event, said)
    Letter.objects.create(
        request=row, address=row.email, subject=subject, body=body, written_at=at, attempt_at=at
    )


def _log(row: HelpRequest, act: str, actor: str, at: datetime) -> None:
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"help:{row.pk}",
        account=row.account_id,
        after={"state": row.state, "category": row.category},
        cite="PLAT-014",
    )


def _actor(person: int | None) -> str:
    return f"person:{person}" if person is not None else "stranger"


def _line(text: str) -> str:
    return " ".join(text.split())
