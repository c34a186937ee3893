"""How delegations end: by the next notice, or with the delegator's last office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from trueup.accounts.delegation_models import Delegation, DelegationNotice
from trueup.accounts.models import FacilityAccount, Representative
from trueup.audit.statements import among
from trueup.rules import programs
from trueup.rules.serials import PROGRAM_PLACE


def lapse_delegations(people: Iterable[int], *, at: datetime) -> None:
    """End the delegations of those who no longer sit in any office of that basis.

    Called where seats change hands. Who stays in office at some account keeps her agents
    there; at the account that she left they are without authority at once, because the
    look-up asks for her seat.

    Source: 40 CFR 62.16315(c)(4)(i) (“made when I am a designated representative”);
    docs/decisions/0150.
    """
    notices = list(
        DelegationNotice.objects.filter(ended_at=None, delegator_id__in=among(people)).only(
            "id", "program", "basis", "delegator_id"
        )
    )
    if not notices:
        return
    sitting = {
        (place, basis, person)
        for place, basis, person in offices(notice.delegator_id for notice in notices)
    }
    lapsing = [
        notice.id
        for notice in notices
        if (programs.load(notice.program).number, notice.basis, notice.delegator_id) not in sitting
    ]
    if lapsing:
        end_notices(lapsing, at=at, ended_as="lapsed")


def offices(people: Iterable[int]) -> set[tuple[int, str, int]]:
    """The number of the program, the basis and the person of every seat that is taken."""
    return {(account // PROGRAM_PLACE, basis, person) for account, basis, person in _seats(people)}


def seats_taken(people: Iterable[int], *, program: str) -> list[tuple[int, int]]:
    """Account and person of every seat for a facility that these persons have now."""
    number = programs.load(program).number
    return [
        (account, person)
        for account, basis, person in _seats(people)
        if basis == "compliance" and account // PROGRAM_PLACE == number
    ]


def _seats(people: Iterable[int]) -> list[tuple[int, str, int]]:
    seats = Representative.objects.filter(until_at=None, person_id__in=among(people))
    rows = list(seats.values_list("account_id", "person_id"))
    facilities = set(
        FacilityAccount.objects.filter(
            account_id__in=among({account for account, _ in rows})
        ).values_list("account_id", flat=True)
    )
    return [
        (account, "compliance" if account in facilities else "general", person)
        for account, person in rows
    ]


def end_notices(notices: Sequence[int], *, at: datetime, ended_as: str) -> None:
    """End notices and all that they delegate, at an instant.

    Source: 40 CFR 62.16315(d), (e).
    """
    # A paper that came before a notice was received leaves it no time at all.
    DelegationNotice.objects.filter(id__in=among(notices)).update(
        ended_at=Greatest(F("received_at"), Value(at, models.DateTimeField())), ended_as=ended_as
    )
    running = Q(until_at=None) & (Q(ends_at=None) | Q(ends_at__gt=at))
    Delegation.objects.filter(running, notice_id__in=among(notices)).update(
        until_at=Greatest(F("from_at"), Value(at, models.DateTimeField()))
    )
