"""What requests have in common: the clock, pages, and what an address names."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from ninja import Query

from trueup.api import schemas
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.ledger.numbers import is_account_number
from trueup.rules import programs
from trueup.rules.program import Program

LIMIT_MAX = 500

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Rows of a page.")]
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
After = Annotated[int, Query(ge=0, le=2**63 - 1)]
State = Annotated[str, Query(pattern="^([A-Za-z]{2,3})?$", description="Jurisdiction: AL, TNN.")]

READING = {400: schemas.Problem, 404: schemas.Problem, 422: schemas.Problem}
ACTING = {
    **READING,
    401: schemas.Problem,
    403: schemas.Problem,
    409: schemas.Problem,
    413: schemas.Problem,
    415: schemas.Problem,
    429: schemas.Problem,
}


class NotFound(Exception):
    """What the address names is not in the registry."""

    status = HTTPStatus.NOT_FOUND


class NotSignedIn(Exception):
    """The act needs a person who has signed in."""

    status = HTTPStatus.UNAUTHORIZED


def now() -> datetime:
    """The wall clock, which only the adapters read."""
    return datetime.now(UTC)


def program_named(code: str) -> Program:
    """The program in the address; raises NotFound without one."""
    if code not in programs.codes():
        raise NotFound(f"There is no program {code}.")
    return programs.load(code)


def account_numbered(program: Program, number: str) -> AccountEntry:
    """The account in the address; raises NotFound without one."""
    text = number.strip().upper()
    found = None
    if is_account_number(text):
        found = ledger.find_account(program=program.code, number=text)
    if found is None:
        raise NotFound(f"The program {program.code} has no account {number}.")
    return found
