"""Who asks. The seam at which keys and second factors come in."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest

from trueup.accounts import queries as accounts
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.program import Program


class NotFound(Exception):
    """What the address names is not in the registry."""

    status = HTTPStatus.NOT_FOUND


class NotSignedIn(Exception):
    """The act needs a person who has signed in."""

    status = HTTPStatus.UNAUTHORIZED


def viewer(request: HttpRequest) -> int | None:
    """The person who has signed in, or nobody."""
    if not request.user.is_authenticated:
        return None
    person = accounts.person_of_user(int(request.user.pk))
    return person.id if person is not None else None


def signatory(request: HttpRequest) -> int:
    """The person who signs the act; raises NotSignedIn without one."""
    person = viewer(request)
    if person is None:
        raise NotSignedIn("Nobody who represents an account has signed in.")
    return person


def program_named(code: str) -> Program:
    """The program in the address; raises NotFound without one."""
    if code not in programs.codes():
        raise NotFound(f"There is no program {code}.")
    return programs.load(code)


def account_numbered(program: Program, number: str) -> AccountEntry:
    """The account in the address; raises NotFound without one."""
    found = ledger.find_account(program=program.code, number=number)
    if found is None:
        raise NotFound(f"The program {program.code} has no account {number}.")
    return found
