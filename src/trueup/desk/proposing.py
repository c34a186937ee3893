"""One official asks: the act is done, proposed to a second official, or recommended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from trueup.audit import services as audit
from trueup.desk import checks, parameters, queries, telling
from trueup.desk.acts import act_named
from trueup.desk.entries import Done, ProposalEntry
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.models import Outcome, Proposal, Verdict
from trueup.desk.requests import Request
from trueup.officials import queries as officials
from trueup.officials.roles import FUNCTIONS
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.signing import services as signing
from trueup.signing.entries import Evidence

# How a verdict reads as a command.
WORDS = {
    "executed": "Approve",
    "confirmed": "Confirm",
    "declined": "Decline",
    "undone": "Undo",
    "withdrawn": "Withdraw",
}


@transaction.atomic
def act(
    name: str,
    *,
    program: str,
    by: int,
    at: datetime,
    evidence: Evidence | None = None,
    note: str = "",
    **values: Any,
) -> Done:
    """Do an official's act, or propose it to a second official where one is needed.

    The act is tried first in either case, so what cannot be done is refused at once.

    Args:
        name: A key of `desk.acts.ACTS`; `values` are its parameters.
        by: The person, who must have the act's function in the program and State.
        evidence: The second factor with which the official signed it.

    Raises Refused (`not_authorized`, `value_not_usable`, and the service's reasons).

    Source: PLAT-018, PLAT-019, PLAT-020, PLAT-094.
    """
    request = _request(name, program=program, by=by, at=at, values=values)
    key = uuid4()
    asked = _asked(request, key)
    if not request.kind.needs_second(program):
        signature = _signed(request, evidence)
        result = request.kind.carry_out(asked)
        _log(request, f"official_{request.kind.name}", f"act:{key}", result, signature)
        return Done(result=result, proposal=None)
    if request.kind.at_once:
        signature = _signed(request, evidence)
        result = request.kind.carry_out(asked)
        kind, due_on = "unconfirmed", confirm_by(program, at)
    else:
        result = rehearse(asked, request.kind)
        signature = _signed(request, evidence)
        kind, due_on = "proposal", None
    row = _keep(
        request, key=key, kind=kind, due_on=due_on, preview=result, note=note, signature=signature
    )
    telling.ask_second(row, request.kind)
    word = "act_at_once" if request.kind.at_once else "propose"
    _log(request, word, f"proposal:{key}", result, signature)
    return Done(result=result if request.kind.at_once else {}, proposal=queries.proposal(key))


@transaction.atomic
def recommend(
    name: str,
    *,
    program: str,
    by: int,
    at: datetime,
    note: str,
    **values: Any,
) -> ProposalEntry:
    """Record a recommendation; who may decide can take it up, or decline it.

    Raises Refused (`not_authorized`, `value_not_usable`, `reason_missing`).

    Source: PLAT-020.
    """
    kind = act_named(name)
    if not note.strip():
        raise Refused([checks.ReasonMissing("Say why you recommend it.")])
    cleaned = parameters.clean(kind.parameters, values, program=program)
    jurisdiction = cleaned.get("jurisdiction", "") if kind.of_state else ""
    authority = next(
        (
            grant
            for grant in officials.grants_of(by, at=at)
            if grant.allows_recommending(kind.function, program=program, jurisdiction=jurisdiction)
        ),
        None,
    )
    if authority is None:
        raise Refused([_not_authorized(kind, jurisdiction)])
    request = Request(
        kind=kind,
        program=program,
        jurisdiction=jurisdiction,
        values=cleaned,
        by=by,
        authority=authority,
        at=at,
    )
    key = uuid4()
    row = _keep(
        request, key=key, kind="recommendation", due_on=None, preview={}, note=note, signature=None
    )
    telling.ask_decider(row, kind)
    _log(request, "recommend", f"proposal:{key}", {"note": note.strip()}, None)
    return queries.known(key)


@transaction.atomic
def take_up(*, proposal: UUID, by: int, at: datetime, evidence: Evidence | None = None) -> Done:
    """Follow a recommendation: do or propose what was recommended, on one's own authority.

    Raises Refused (`unknown_proposal`, `already_decided`, `same_person`, and as `act`).

    Source: PLAT-020.
    """
    entry = queries.known(proposal)
    if entry.kind != "recommendation":
        raise Refused([checks.UnknownProposal("That is no recommendation.")])
    if entry.proposed_by == by:
        raise Refused([checks.SamePerson("Another person must take up a recommendation.")])
    if entry.verdict is not None:
        raise Refused([checks.AlreadyDecided("The recommendation was decided already.")])
    done = act(
        entry.act,
        program=entry.program,
        by=by,
        at=at,
        evidence=evidence,
        note=f"Recommended by {entry.name}, {entry.proposed_as}.",
        **dict(entry.values),
    )
    authority = officials.acting_as(
        by,
        act_named(entry.act).function,
        program=entry.program,
        jurisdiction=entry.jurisdiction,
        at=at,
    )
    Verdict.objects.create(
        proposal_id=entry.id,
        verdict="taken_up",
        first_id=entry.proposed_by,
        given_by_id=by,
        given_as=authority.authority if authority is not None else "",
        given_at=at,
    )
    Outcome.objects.create(proposal_id=entry.id, at=at, result=dict(done.result))
    telling.decided(entry, verdict="taken_up", by=by, at=at)
    return done


def act_text(name: str, *, program: str, by: int, at: datetime, **values: Any) -> str:
    """What an official signs with a second factor before `act`: the whole act in words.

    Raises Refused as `act` does, without doing anything.

    Source: PLAT-151.
    """
    return _text(_request(name, program=program, by=by, at=at, values=values))


def consequences(
    name: str, *, program: str, by: int, at: datetime, **values: Any
) -> Mapping[str, Any]:
    """What an act would do now, in figures; it is tried and taken back.

    Raises Refused as `act` does, without doing anything.

    Source: PLAT-018, PLAT-110.
    """
    request = _request(name, program=program, by=by, at=at, values=values)
    return rehearse(_asked(request, uuid4()), request.kind)


def verdict_text(entry: ProposalEntry, verdict: str, *, reason: str = "") -> str:
    """What a second official signs with a second factor: the word, and on what exactly.

    Source: PLAT-151.
    """
    lines = [
        f"{WORDS[verdict]}: {act_named(entry.act).title}",
        f"Proposal: {entry.key}",
        f"Proposed by: {entry.name}, {entry.proposed_as}",
        *described(entry.act, entry.values),
        f"Digest: {entry.digest}",
    ]
    return "\n".join([*lines, f"Reason: {reason}"] if reason else lines)


def described(name: str, values: Mapping[str, Any]) -> list[str]:
    """An act's parameters, a line each."""
    return [
        f"{parameter.label}: {parameters.shown(parameter, values[parameter.name])}"
        for parameter in act_named(name).parameters
        if parameter.name in values
    ]


def rehearse(asked: Asked, kind: Act) -> Result:
    """Try an act and take it back: refuses what cannot be done, and shows what would be."""
    if not kind.is_rehearsed:
        return {}
    with transaction.atomic():
        result = kind.carry_out(asked)
        transaction.set_rollback(True)
    return {name: value for name, value in result.items() if name not in ("transactions", "run")}


def confirm_by(program: str, at: datetime) -> date:
    """The last day for confirming what took effect at once: so many business days after.

    Source: PLAT-094.
    """
    rules = programs.load(program)
    day = rules.local_date(at)
    for _ in range(rules.people.safeguards.confirm_business_days):
        day = rules.calendar.on_or_after(day + timedelta(days=1))
    return day


def asked_of(entry: ProposalEntry, *, at: datetime, second: int | None) -> Asked:
    """A proposal as it is carried out: the first official acts, the second agreed."""
    return Asked(
        program=entry.program,
        jurisdiction=entry.jurisdiction,
        values=entry.values,
        at=at,
        key=entry.key,
        by=entry.proposed_by,
        actor=f"official:{entry.proposed_by}",
        second=f"official:{second}" if second is not None else "",
    )


def sign_act(
    text: str, *, program: str, document: str, by: int, at: datetime, evidence: Evidence | None
) -> int | None:
    """Keep the official's signature; None for what is said without a second factor."""
    if evidence is None:
        return None
    return signing.sign(
        program=program,
        document=document,
        text=text,
        statements=(),
        signer=by,
        for_person=None,
        evidence=evidence,
        signed_at=at,
    ).id


def _request(
    name: str, *, program: str, by: int, at: datetime, values: Mapping[str, Any]
) -> Request:
    kind = act_named(name)
    cleaned = parameters.clean(kind.parameters, values, program=program)
    # A role that is given is no State's act, though it may be limited to a State.
    of_state = kind.of_state and kind.function != "roles"
    jurisdiction = cleaned.get("jurisdiction", "") if of_state else ""
    authority = officials.acting_as(
        by, kind.function, program=program, jurisdiction=jurisdiction, at=at
    )
    if authority is None:
        raise Refused([_not_authorized(kind, jurisdiction)])
    return Request(
        kind=kind,
        program=program,
        jurisdiction=jurisdiction,
        values=cleaned,
        by=by,
        authority=authority,
        at=at,
    )


def _not_authorized(kind: Act, jurisdiction: str) -> checks.NotAuthorized:
    where = f" for {jurisdiction}" if jurisdiction else " for the whole program"
    return checks.NotAuthorized(
        f"{kind.title}{where}: this needs an official with the function"
        f" “{FUNCTIONS[kind.function]}”."
    )


def _asked(request: Request, key: UUID) -> Asked:
    return Asked(
        program=request.program,
        jurisdiction=request.jurisdiction,
        values=request.values,
        at=request.at,
        key=key,
        by=request.by,
        actor=f"official:{request.by}",
    )


def _text(request: Request) -> str:
    return "\n".join(
        [
            f"{request.kind.title} ({request.kind.cite})",
            f"As: {request.authority.authority}",
            *described(request.kind.name, request.values),
            f"Digest: {request.digest}",
        ]
    )


def _signed(request: Request, evidence: Evidence | None) -> int | None:
    return sign_act(
        _text(request),
        program=request.program,
        document="official_act",
        by=request.by,
        at=request.at,
        evidence=evidence,
    )


def _keep(
    request: Request,
    *,
    key: UUID,
    kind: str,
    due_on: date | None,
    preview: Result,
    note: str,
    signature: int | None,
) -> Proposal:
    return Proposal.objects.create(
        key=key,
        kind=kind,
        act=request.kind.name,
        program=request.program,
        jurisdiction=request.jurisdiction,
        values=request.values,
        digest=request.digest,
        preview=preview,
        note=note.strip()[: parameters.TEXT_MAX],
        proposed_by_id=request.by,
        proposed_as=request.authority.authority,
        proposed_at=request.at,
        due_on=due_on,
        signature_id=signature,
    )


def _log(request: Request, word: str, subject: str, result: Result, signature: int | None) -> None:
    audit.log(
        at=request.at,
        program=request.program,
        actor=f"official:{request.by}",
        act=word,
        subject=subject,
        after={
            "act": request.kind.name,
            "as": request.authority.authority,
            "values": {
                name: value if len(str(value)) <= parameters.TEXT_MAX else "(a file)"
                for name, value in request.values.items()
            },
            "digest": request.digest,
            "result": result,
            "signature": signature,
        },
        cite=request.kind.cite,
    )
