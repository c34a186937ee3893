"""Give and end roles; each function is one transaction and is logged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from trueup.audit import services as audit
from trueup.officials import checks, queries
from trueup.officials.entries import GrantEntry
from trueup.officials.models import Grant
from trueup.officials.roles import FUNCTIONS, KEPT_APART, ROLES
from trueup.rules.refusal import Refusal, Refused

CITE = "PLAT-018, PLAT-019, PLAT-020"


def grant(
    *,
    person: int,
    role: str,
    program: str = "",
    jurisdiction: str = "",
    functions: Sequence[str] = (),
    recommends: Sequence[str] = (),
    from_at: datetime,
    until_at: datetime | None = None,
    granted_by: str,
    reason: str = "",
    apart_reason: str = "",
) -> GrantEntry:
    """Give a person a role for a program, limited to a State and to functions where said.

    Args:
        program: "" gives the role for every program; State roles must name one.
        functions: What the person may decide; none named: all that the role may.
        recommends: What the person may only recommend (State officials and agents).
        apart_reason: Why one person is to have both program operation and technical
            administration, which are kept apart otherwise.

    Raises Refused (`unknown_role`, `function_not_of_role`, `limit_missing`,
    `duties_not_apart`, `own_role`, `role_held`, `no_such_person`).

    Source: PLAT-018, PLAT-019, PLAT-020.
    """
    wanted = Grant(
        person_id=person,
        role=role,
        program=program,
        jurisdiction=jurisdiction,
        functions=sorted(set(functions)),
        recommends=sorted(set(recommends)),
        from_at=from_at,
        until_at=until_at,
        granted_by=granted_by,
        reason=" ".join(filter(None, (reason.strip(), apart_reason.strip()))),
    )
    with transaction.atomic():
        refusals = _refusals(wanted, apart_reason=apart_reason)
        if refusals:
            raise Refused(refusals)
        try:
            with transaction.atomic():
                wanted.save(force_insert=True)
        except IntegrityError as problem:
            raise Refused([_held(wanted)]) from problem
        audit.log(
            at=from_at,
            program=program,
            actor=granted_by,
            act="grant_role",
            subject=f"person:{person}",
            after=_facts(wanted),
            cite=CITE,
        )
    return queries.grant_entry(wanted, wanted.person.name)


def end_grant(*, grant: int, ended_at: datetime, ended_by: str, reason: str) -> GrantEntry:
    """End a role; what was done by it stays done.

    Raises Refused (`role_not_held`, `reason_missing`).

    Source: PLAT-018.
    """
    with transaction.atomic():
        if not reason.strip():
            raise Refused([checks.ReasonMissing("Say why the role ends.")])
        ended = Grant.objects.filter(
            Q(until_at=None) | Q(until_at__gt=ended_at), id=grant, from_at__lte=ended_at
        ).update(until_at=ended_at, ended_by=ended_by, end_reason=reason.strip())
        if not ended:
            raise Refused([checks.RoleNotHeld(f"Grant {grant} is not in force.")])
        row = Grant.objects.select_related("person").get(id=grant)
        audit.log(
            at=ended_at,
            program=row.program,
            actor=ended_by,
            act="end_role",
            subject=f"person:{row.person_id}",
            before=_facts(row),
            after={"until_at": ended_at.isoformat(), "reason": reason.strip()},
            cite=CITE,
        )
    return queries.grant_entry(row, row.person.name)


def _refusals(wanted: Grant, *, apart_reason: str) -> list[Refusal]:
    role = ROLES.get(wanted.role)
    if role is None:
        return [
            checks.UnknownRole(f"There is no role {wanted.role!r}; there are: {', '.join(ROLES)}.")
        ]
    people = Grant._meta.get_field("person").remote_field.model
    if not people._default_manager.filter(id=wanted.person_id).exists():
        return [checks.NoSuchPerson(f"There is no person {wanted.person_id}.")]
    refusals: list[Refusal] = []
    if wanted.granted_by == f"person:{wanted.person_id}":
        refusals.append(
            checks.OwnRole("Nobody gives a role to themselves; another person must give it.")
        )
    refusals += _limit_refusals(wanted)
    refusals += _function_refusals(wanted)
    if not refusals:
        refusals += _apart_refusals(wanted, apart_reason=apart_reason)
    return refusals


def _limit_refusals(wanted: Grant) -> list[Refusal]:
    role = ROLES[wanted.role]
    missing = []
    if role.needs_program and not wanted.program:
        missing.append("its program")
    if role.of_state and not wanted.jurisdiction:
        missing.append("its State")
    if missing:
        return [checks.LimitMissing(f"A {role.title} needs {' and '.join(missing)} to be named.")]
    if not role.of_state and wanted.jurisdiction:
        return [
            checks.LimitMissing(
                f"The role of {role.title} is not limited to a State; leave the State out."
            )
        ]
    return []


def _function_refusals(wanted: Grant) -> list[Refusal]:
    role = ROLES[wanted.role]
    asked = {*wanted.functions, *wanted.recommends}
    decided = set(wanted.functions) & role.recommends
    if decided:
        return [
            checks.FunctionNotOfRole(
                f"The role of {role.title} only recommends on {', '.join(sorted(decided))}."
            )
        ]
    beyond = sorted(asked - role.functions - role.recommends)
    if beyond:
        return [
            checks.FunctionNotOfRole(
                f"The role of {role.title} has no function {', '.join(beyond)}; it can have:"
                f" {', '.join(sorted(role.functions))}."
            )
        ]
    if role.needs_functions and not asked:
        return [
            checks.LimitMissing(
                f"A {role.title} has only the functions that are named; name at least one."
            )
        ]
    if wanted.recommends and not role.may_recommend:
        return [checks.FunctionNotOfRole(f"The role of {role.title} recommends nothing.")]
    return []


def _apart_refusals(wanted: Grant, *, apart_reason: str) -> list[Refusal]:
    """Program operation and technical administration in one hand need a reason."""
    others: frozenset[str] = frozenset()
    for one, other in KEPT_APART:
        for mine, theirs in ((one, other), (other, one)):
            if wanted.role in mine:
                others |= theirs
    held = (
        Grant.objects.filter(
            Q(until_at=None) | Q(until_at__gt=wanted.from_at),
            person_id=wanted.person_id,
            role__in=others,
        )
        if others
        else Grant.objects.none()
    )
    if held.exists() and not apart_reason.strip():
        return [
            checks.DutiesNotApart(
                "Program operation, technical administration and the contractor who runs the"
                " system are kept apart; to give both to one person, say why."
            )
        ]
    same = Grant.objects.filter(
        person_id=wanted.person_id,
        role=wanted.role,
        program=wanted.program,
        jurisdiction=wanted.jurisdiction,
        until_at=None,
    )
    return [_held(wanted)] if same.exists() else []


def _held(wanted: Grant) -> Refusal:
    return checks.RoleHeld(
        f"The person has the role of {ROLES[wanted.role].title} there already; end it first to"
        " change its limits."
    )


def _facts(row: Grant) -> dict[str, object]:
    return {
        "role": row.role,
        "program": row.program,
        "jurisdiction": row.jurisdiction,
        "functions": row.functions
        or sorted(f for f in ROLES[row.role].functions if f in FUNCTIONS),
        "recommends": row.recommends,
        "from_at": row.from_at.isoformat(),
        "until_at": row.until_at.isoformat() if row.until_at else None,
        "reason": row.reason,
    }
