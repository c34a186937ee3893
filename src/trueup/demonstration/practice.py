"""A place to practise: the demonstration's books, made anew every night.

Nobody can turn a registry with real books into one, nor lose such books to a reset: what
is made anew must have begun for practice, or hold the demonstration and nothing else.

Source: PLAT-155; docs/decisions/0276, 0277.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from trueup.audit import queries as audit_queries
from trueup.audit import services as audit
from trueup.audit.models import Event
from trueup.demonstration import practice_clock, services
from trueup.demonstration.agenda import Progress
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused

SUBJECT = "practice"
BEGUN = "begin_practice"
HOUR = 10  # When the practice day begins, in the program's zone, if there is a deadline.


class NotForPractice(Refusal):
    code = "practice.not_for_practice"
    cite = "docs/decisions/0276"


class OnlyForPractice(Refusal):
    code = "practice.only_for_practice"
    cite = "docs/decisions/0276"


def check_books() -> None:
    """Refuse to run where books and setting do not go together.

    Raises Refused: `not_for_practice` if it is to be a place to practise and its books may
    be real; `only_for_practice` if books that began for practice are to be used as others.

    Source: PLAT-155; docs/decisions/0276.
    """
    if settings.TRUEUP_SANDBOX and not may_be_made_anew():
        raise Refused([_may_be_real()])
    if not settings.TRUEUP_SANDBOX and is_begun():
        raise Refused(
            [
                OnlyForPractice(
                    "These books began for practice; everybody knows their passwords. Start"
                    " with TRUEUP_SANDBOX=1, or with another database."
                )
            ]
        )


def may_be_made_anew() -> bool:
    """Whether the books are empty, began for practice, or hold the demonstration alone.

    Source: docs/decisions/0276.
    """
    return is_begun() or services.is_registry_empty() or _holds_nothing_else()


def is_begun() -> bool:
    """Whether the books began for practice."""
    return begun_at() is not None


def begun_at() -> datetime | None:
    """When the books that are there were made, by the wall clock; None if not for practice."""
    for event in audit_queries.events_of(SUBJECT, limit=1):
        if event.act == BEGUN and event.after is not None:
            return datetime.fromisoformat(str(event.after["made_at"]))
    return None


def is_due(now: datetime) -> bool:
    """Whether the books are to be made anew: it is past the hour, and they are of before.

    Args:
        now: By the wall clock, not by the clock of those who practise.

    Source: PLAT-155.
    """
    if not settings.TRUEUP_SANDBOX:
        return False
    made_at = begun_at()
    if made_at is None:
        return False
    zone = programs.load(services.SCENARIOS[chosen_scenario()]).zone
    hour = now.astimezone(zone).replace(
        hour=settings.TRUEUP_SANDBOX_HOUR, minute=0, second=0, microsecond=0
    )
    latest = hour if hour <= now else hour - timedelta(days=1)
    return made_at < latest


def begin(
    *,
    made_at: datetime,
    jurisdictions: Sequence[str] = (),
    progress: Progress = services.tell_nobody,
    scenario: str = services.MASS,
) -> services.AnySummary:
    """Load the demonstration into an empty registry, for practice, and mark it so.

    Args:
        made_at: By the wall clock.

    Raises Refused (`not_for_practice`, and as the demonstration does).

    Source: PLAT-155; docs/decisions/0276.
    """
    require_sandbox()
    with transaction.atomic():
        summary = services.run(
            progress=progress,
            jurisdictions=jurisdictions,
            with_sign_in=True,
            days_before_deadline=settings.TRUEUP_SANDBOX_DAYS,
            scenario=scenario,
        )
        audit.log(
            at=begins_at(scenario) or made_at,
            program=services.SCENARIOS[scenario],
            actor="registry",
            act=BEGUN,
            subject=SUBJECT,
            after={
                "made_at": made_at.isoformat(),
                "jurisdictions": " ".join(jurisdictions),
                "scenario": scenario,
            },
        )
    return summary


def begins_at(scenario: str | None = None) -> datetime | None:
    """The practice instant at which new books begin; None without a practice deadline.

    Args:
        scenario: None: that of the books that are there.

    Source: docs/decisions/0277.
    """
    if settings.TRUEUP_SANDBOX_DAYS is None:
        return None
    days = services.days_of(scenario or chosen_scenario())
    return days.at(services.last_day(days, settings.TRUEUP_SANDBOX_DAYS), hour=HOUR)


def set_clock(*, made_at: datetime) -> None:
    """Let the practice clock begin at the practice instant, for all processes.

    Source: docs/decisions/0277.
    """
    begins = begins_at()
    practice_clock.write(begins - made_at if begins is not None else None)


def chosen_jurisdictions() -> list[str]:
    """The States that the books were made with, so that they are made anew with the same."""
    for event in audit_queries.events_of(SUBJECT, limit=1):
        if event.after is not None:
            return str(event.after["jurisdictions"]).split()
    return []


def chosen_scenario() -> str:
    """The scenario that the books were made with; books of before there were two are mass-based."""
    for event in audit_queries.events_of(SUBJECT, limit=1):
        if event.after is not None:
            return str(event.after.get("scenario", services.MASS))
    return services.MASS


def require_sandbox() -> None:
    """Refuse what only a place to practise does."""
    if not settings.TRUEUP_SANDBOX:
        raise Refused([NotForPractice("This is not a place to practise: TRUEUP_SANDBOX is not 1.")])


def require_may_be_made_anew() -> None:
    """Refuse to touch books that may be real.

    Source: docs/decisions/0276.
    """
    require_sandbox()
    if not may_be_made_anew():
        raise Refused([_may_be_real()])


def _may_be_real() -> NotForPractice:
    return NotForPractice(
        "The books hold something that is not the demonstration's, and did not begin for"
        " practice. Nothing was changed. Give a place to practise a database of its own."
    )


def _holds_nothing_else() -> bool:
    """Whether the demonstration was loaded, and nothing was done since."""
    latest = Event.objects.order_by("-id").values_list("act", "subject").first()
    return latest == ("load_demonstration", services.SUBJECT)
