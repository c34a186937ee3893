"""Who may see and do what, said twice: as predicates over one thing, and as scopes of many.

A predicate answers for one row that is at hand; a scope is the condition that a query
adds, so that a list asks nothing of its rows. `tests/contexts/test_authority.py` draws
random rows and callers and insists that both say the same.

Source: PLAT-004, PLAT-018, PLAT-019, PLAT-020, PLAT-112, PLAT-140.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q
from rules.predicates import Predicate
from rules.rulesets import RuleSet

from trueup.audit.models import Event, Notice
from trueup.audit.statements import among
from trueup.desk.acts import ACTS
from trueup.desk.callers import Caller
from trueup.desk.models import Proposal
from trueup.officials.models import Grant
from trueup.tasks.models import Exclusion, Task

NOTHING = Q(pk__in=())


def predicate(function: Callable[[Caller, Any], bool]) -> Predicate:
    """A question about a caller and one row, which `&`, `|` and `~` combine."""
    made: Predicate = Predicate(function)
    return made


@predicate
def is_own_task(caller: Caller, task: Task) -> bool:
    """A task for this person alone."""
    return caller.person is not None and task.person_id == caller.person


@predicate
def is_task_of_account(caller: Caller, task: Task) -> bool:
    """A task of an account that the caller represents, or an agent's kind of submission."""
    return task.account_id is not None and (
        task.account_id in caller.represents
        or task.account_id in caller.delegated.get(task.submission, ())
    )


@predicate
def is_task_of_function(caller: Caller, task: Task) -> bool:
    """A task for officials whose function, program and State the caller has."""
    return bool(task.function) and caller.may(
        task.function, program=task.program, jurisdiction=task.jurisdiction
    )


@predicate
def is_excluded(caller: Caller, task: Task) -> bool:
    """Whoever asked is no second person."""
    return Exclusion.objects.filter(task=task, person=caller.person).exists()


@predicate
def proposed_it(caller: Caller, proposal: Proposal) -> bool:
    return caller.person is not None and proposal.proposed_by_id == caller.person


@predicate
def has_its_function(caller: Caller, proposal: Proposal) -> bool:
    """An official with the function of the act, or of the second official."""
    act = ACTS[proposal.act]
    return any(
        caller.may(function, program=proposal.program, jurisdiction=proposal.jurisdiction)
        for function in {act.function, act.approver or act.function}
    )


@predicate
def has_its_second_function(caller: Caller, proposal: Proposal) -> bool:
    act = ACTS[proposal.act]
    return caller.may(
        act.approver or act.function,
        program=proposal.program,
        jurisdiction=proposal.jurisdiction,
    )


@predicate
def reads_audit_of(caller: Caller, row: Proposal | Event) -> bool:
    """An auditor of the program; of every program for what belongs to none."""
    return caller.may("read_audit", program=row.program)


@predicate
def is_own_notice(caller: Caller, notice: Notice) -> bool:
    return caller.person is not None and notice.person_id == caller.person


@predicate
def sends_notices_of(caller: Caller, notice: Notice) -> bool:
    return caller.may("notices", program=notice.program)


@predicate
def is_own_grant(caller: Caller, grant: Grant) -> bool:
    return caller.person is not None and grant.person_id == caller.person


@predicate
def keeps_roles_of(caller: Caller, grant: Grant) -> bool:
    return caller.may("roles", program=grant.program) or caller.may(
        "approve_roles", program=grant.program
    )


PERMISSIONS: RuleSet = RuleSet(
    see_task=(is_own_task | is_task_of_account | is_task_of_function) & ~is_excluded,
    see_proposal=proposed_it | has_its_function | reads_audit_of,
    decide_proposal=has_its_second_function & ~proposed_it,
    see_event=reads_audit_of,
    see_notice=is_own_notice | sends_notices_of,
    see_grant=is_own_grant | keeps_roles_of,
)


def allows(name: str, caller: Caller, row: object) -> bool:
    """Whether a caller may do this with one row; `name` is a rule above."""
    return bool(PERMISSIONS.test_rule(name, caller, row))  # type: ignore[no-untyped-call]


def tasks_in(caller: Caller) -> Q:
    """The tasks that a caller may see: `see_task` as a condition."""
    if caller.person is None:
        return NOTHING
    audience = Q(person_id=caller.person)
    if caller.represents:
        audience |= Q(account_id__in=among(sorted(caller.represents)))
    for submission, accounts in sorted(caller.delegated.items()):
        audience |= Q(submission=submission, account_id__in=among(sorted(accounts)))
    for scope in caller.scopes:
        audience |= Q(function=scope.function) & _limits(scope.program, scope.jurisdiction)
    excluded = Exists(Exclusion.objects.filter(task=OuterRef("pk"), person=caller.person))
    return Q(audience, ~Q(excluded))


def proposals_in(caller: Caller) -> Q:
    """The proposals that a caller may see: `see_proposal` as a condition."""
    if caller.person is None:
        return NOTHING
    own = Q(proposed_by_id=caller.person)
    return own | _of_acts(caller, second_only=False) | _of_programs(caller, ("read_audit",))


def proposals_to_decide(caller: Caller) -> Q:
    """The proposals that a caller may decide as a second: `decide_proposal` as a condition."""
    if caller.person is None:
        return NOTHING
    return _of_acts(caller, second_only=True) & ~Q(proposed_by_id=caller.person)


def events_in(caller: Caller) -> Q:
    """The part of the audit trail that a caller may read: `see_event` as a condition."""
    return _of_programs(caller, ("read_audit",))


def notices_in(caller: Caller) -> Q:
    """The notices that a caller may see: `see_notice` as a condition."""
    if caller.person is None:
        return NOTHING
    return Q(person_id=caller.person) | _of_programs(caller, ("notices",))


def grants_in(caller: Caller) -> Q:
    """The roles that a caller may see: `see_grant` as a condition."""
    if caller.person is None:
        return NOTHING
    return Q(person_id=caller.person) | _of_programs(caller, ("roles", "approve_roles"))


def _of_acts(caller: Caller, *, second_only: bool) -> Q:
    found = NOTHING
    for scope in caller.scopes:
        acts = [
            act.name
            for act in ACTS.values()
            if scope.function == (act.approver or act.function)
            or (not second_only and scope.function == act.function)
        ]
        if acts:
            found |= Q(act__in=acts) & _limits(scope.program, scope.jurisdiction)
    return found


def _of_programs(caller: Caller, functions: Iterable[str]) -> Q:
    """Rows of the programs for which a caller has one of these functions, as a whole."""
    wanted = set(functions)
    found = NOTHING
    for grant in caller.grants:
        if wanted & grant.functions and not grant.jurisdiction:
            found |= _limits(grant.program, "")
    return found


def _limits(program: str, jurisdiction: str) -> Q:
    limits = Q(pk__isnull=False)
    if program:
        limits &= Q(program=program)
    if jurisdiction:
        limits &= Q(jurisdiction=jurisdiction)
    return limits
