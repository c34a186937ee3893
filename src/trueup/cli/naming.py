"""How the command line names things: a program, an account, a person who acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.ledger.numbers import is_account_number
from trueup.rules import programs

Command = TypeVar("Command", bound=Callable[..., object])


def program_option(command: Command) -> Command:
    """`--program CODE`, the mass-based program unless another is named."""
    return click.option(
        "--program",
        type=click.Choice(programs.codes()),
        default="cpp-mass",
        show_default=True,
        help="The program whose books are meant.",
    )(command)


def find_account(program: str, name: str) -> AccountEntry:
    """The account that a number, or an exact name, stands for.

    Raises click.UsageError if there is none.
    """
    if is_account_number(name.strip().upper()):
        found = ledger.find_account(program=program, number=name)
    else:
        found = ledger.accounts_named(program=program, names=[name]).get(name)
    if found is None:
        raise click.UsageError(
            f"The program {program} has no account with the number or name “{name}”."
        )
    return found


def now() -> datetime:
    """The wall clock, which only the adapters read."""
    return datetime.now(UTC)
