"""Read accounts. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from django.db.models import Count, Q, QuerySet

from trueup.audit.statements import aware, execute, unfolded
from trueup.ledger.entries import (
    AccountEntry,
)
from trueup.ledger.models import Account
from trueup.rules import programs

PAGE = 100
_ACCOUNTS_BY_NUMBER = """
    SELECT id, program_id, number, kind, name, jurisdiction, purpose, state, opened_at, stopped
    FROM ledger_account WHERE number IN
"""


def account_entry(account: Account) -> AccountEntry:
    """An account's row as the plain value that leaves the kernel."""
    return AccountEntry(
        id=account.pk,
        program=_program_codes()[account.program_id],
        number=account.number,
        kind=account.kind,
        name=account.name,
        jurisdiction=account.jurisdiction,
        purpose=account.purpose,
        state=account.state,
        opened_at=account.opened_at,
        stopped=tuple(account.stopped.split()),
    )


def account(identity: int) -> AccountEntry:
    """The account with this id; raises KeyError if there is none."""
    return accounts_by_id([identity])[identity]


def accounts_by_id(ids: Iterable[int]) -> dict[int, AccountEntry]:
    """Accounts by id; unknown ids are left out."""
    return {entry.pk: account_entry(entry) for entry in Account.objects.filter(id__in=set(ids))}


def find_account(*, program: str, number: str) -> AccountEntry | None:
    """The account with this number in a program."""
    found = Account.objects.filter(number=number.strip().upper(), program__code=program).first()
    return account_entry(found) if found is not None else None


def accounts_numbered(*, program: str, numbers: Iterable[str]) -> dict[str, AccountEntry]:
    """Accounts of a program by number; unknown numbers are left out."""
    found = Account.objects.filter(program__code=program, number__in=set(numbers))
    return {entry.number: account_entry(entry) for entry in found}


def accounts_by_number(numbers: Iterable[str]) -> dict[str, AccountEntry]:
    """Accounts of any program by number; unknown numbers are left out."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        return {}
    # Every transfer asks this, and the ORM takes several times as long.
    many, given = unfolded(wanted)
    rows = execute(f"{_ACCOUNTS_BY_NUMBER} ({many})", given).rows
    codes = _program_codes()
    return {
        number: AccountEntry(
            id=identity,
            program=codes[program],
            number=number,
            kind=kind,
            name=name,
            jurisdiction=jurisdiction,
            purpose=purpose,
            state=state,
            opened_at=aware(opened_at),
            stopped=tuple(stopped.split()),
        )
        for (
            identity,
            program,
            number,
            kind,
            name,
            jurisdiction,
            purpose,
            state,
            opened_at,
            stopped,
        ) in rows
    }


def accounts_named(*, program: str, names: Iterable[str]) -> dict[str, AccountEntry]:
    """Accounts of a program by name; of several with one name the oldest."""
    found = Account.objects.filter(program__code=program, name__in=set(names)).order_by("-id")
    return {entry.name: account_entry(entry) for entry in found}


def account_of_purpose(
    *, program: str, purpose: str, jurisdiction: str = ""
) -> AccountEntry | None:
    """The State's or the Administrator's account for a purpose."""
    found = Account.objects.filter(
        program__code=program, purpose=purpose, jurisdiction=jurisdiction
    ).first()
    return account_entry(found) if found is not None else None


def accounts(
    *,
    program: str,
    kind: str = "",
    jurisdiction: str = "",
    search: str = "",
    order: str = "opened",
    limit: int = PAGE,
    after: int = 0,
) -> list[AccountEntry]:
    """Accounts of a program in order of opening or of their names, a page at a time.

    Args:
        search: Part of the name, or the beginning of the number.
        order: `opened` or `name`, each with an index; `-` before it is the other way round.
        after: Id of the last account of the page before.
    """
    found = _after(Account.objects.filter(program__code=program), order, after)
    if kind:
        found = found.filter(kind=kind)
    if jurisdiction:
        found = found.filter(jurisdiction=jurisdiction)
    if search:
        found = found.filter(Q(name__icontains=search) | Q(number__istartswith=search))
    return [account_entry(entry) for entry in found[:limit]]


def _after(found: QuerySet[Account], order: str, after: int) -> QuerySet[Account]:
    """The accounts in an order, from the one that follows an account."""
    is_down, side = order.startswith("-"), "lt" if order.startswith("-") else "gt"
    sign = "-" if is_down else ""
    if order.removeprefix("-") == "name":
        if after:
            name = Account.objects.filter(id=after).values_list("name", flat=True).first() or ""
            beyond = {f"name__{side}": name}
            found = found.filter(Q(**beyond) | Q(name=name, **{f"id__{side}": after}))
        return found.order_by(f"{sign}name", f"{sign}id")
    if after:
        found = found.filter(**{f"id__{side}": after})
    return found.order_by(f"{sign}id")


def account_counts(*, program: str) -> dict[str, int]:
    """How many accounts of each kind a program has; closed ones count."""
    rows = Account.objects.filter(program__code=program).values("kind").annotate(count=Count("id"))
    return {row["kind"]: row["count"] for row in rows}


@cache
def _program_codes() -> dict[int, str]:
    return {programs.load(code).number: code for code in programs.codes()}
