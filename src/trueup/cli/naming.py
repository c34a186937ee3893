"""How the command line names things: a program, an account, a person, an instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import TypeVar

import click
from django.conf import settings
from django.utils import timezone

from trueup.accounts import queries as accounts
from trueup.accounts.checks import UnknownFacility, UnknownPerson
from trueup.accounts.entries import PersonEntry
from trueup.ledger import queries as ledger
from trueup.ledger.checks import UnknownAccount
from trueup.ledger.entries import AccountEntry
from trueup.ledger.numbers import is_account_number
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refused

Command = TypeVar("Command", bound=Callable[..., object])

ADMINISTRATOR = "administrator"
MORNING = time(9)


def program_option(command: Command) -> Command:
    """`--program CODE`, the mass-based program unless another is named."""
    return click.option(
        "--program",
        type=click.Choice(programs.codes()),
        default="cpp-mass",
        show_default=True,
        help="The program whose books are meant.",
    )(command)


def at_option(command: Command) -> Command:
    """`--at INSTANT`, for rehearsals."""
    return click.option(
        "--at",
        metavar="INSTANT",
        help="In a rehearsal: when it is done, 2025-05-19 (09:00) or 2025-05-19T23:59 in the"
        " program's time zone. Only where TRUEUP_BANNER is “demonstration”.",
    )(command)


def instant(program: str, at: str | None) -> datetime:
    """The wall clock's instant, or in a rehearsal the one that `--at` names.

    Raises click.UsageError for `--at` in a registry that is not a rehearsal: there it
    would let a late act pass for a timely one.
    """
    if at is None:
        return now()
    if settings.TRUEUP_BANNER != "demonstration":
        raise click.UsageError("--at is for rehearsals; TRUEUP_BANNER says that this is none.")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise click.UsageError(f"“{at}” is not an instant such as 2025-05-19T23:59.") from None
    if len(at) == len("2025-05-19"):
        moment = datetime.combine(moment.date(), MORNING)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=programs.load(program).zone)
    return moment.astimezone(UTC)


def now() -> datetime:
    """The clock, which only the adapters read; a place to practise can have one of its own."""
    return timezone.now()


def find_account(program: str, name: str) -> AccountEntry:
    """The account that a number, or an exact name, stands for.

    Raises Refused (`unknown_account`).
    """
    number = "".join(name.split()).upper()
    if is_account_number(number):
        found = ledger.find_account(program=program, number=number)
    else:
        found = ledger.accounts_named(program=program, names=[name]).get(name)
    if found is None:
        sentence = f"The program {program} has no account with the number or name “{name}”."
        raise Refused([UnknownAccount(sentence)])
    return found


def find_person(who: str) -> PersonEntry:
    """The person that an e-mail address, a name or an id stands for.

    Raises Refused (`unknown_person`); click.UsageError if several fit.
    """
    if who.isascii() and who.isdigit() and len(who) < 19:
        one = accounts.person(int(who))
        found = [one] if one is not None else []
    elif "@" in who:
        found = accounts.people_with_email(who)
    else:
        found = accounts.find_people(who)
    if not found:
        raise Refused([UnknownPerson(f"There is no person “{who}”; give an e-mail address or id.")])
    if len(found) > 1:
        ids = ", ".join(str(person.id) for person in found)
        raise click.UsageError(f"“{who}” may be several persons; give the id: {ids}.")
    return found[0]


def actor_named(who: str | None) -> str:
    """Who acts, as the books name them: the Administrator unless a person is named."""
    return f"person:{find_person(who).id}" if who is not None else ADMINISTRATOR


def find_facilities(codes: tuple[int, ...]) -> list[int]:
    """Facilities by ORIS code.

    Raises Refused (`unknown_facility`) for each code that is not registered.
    """
    known = accounts.facilities_by_oris_code(codes)
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise Refused(
            UnknownFacility(f"There is no facility with the ORIS code {code}.") for code in unknown
        )
    return [known[code].id for code in codes]


def period_named(program: str, name: str) -> CompliancePeriod:
    """The compliance period of a program with this name; raises Refused (`no_such_period`)."""
    return programs.load(program).period_named(name)
