"""How the command line names resources, verifiers, MWh, months and the elements of papers."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

import click

from trueup.cli.output import Json
from trueup.resources import queries
from trueup.resources.checks import UnknownResource, UnknownVerifier
from trueup.resources.entries import IssuanceEntry, ResourceEntry, VerifierEntry
from trueup.rules import programs
from trueup.rules.refusal import Refused

Command = TypeVar("Command", bound=Callable[..., object])


def rate_program_option(command: Command) -> Command:
    """`--program CODE`, of those in which eligible resources take part."""
    codes = [code for code in programs.codes() if programs.load(code).resources is not None]
    return click.option(
        "--program",
        type=click.Choice(codes),
        default="cpp-rate",
        show_default=True,
        help="The program whose resources are meant.",
    )(command)


def find_resource(program: str, name: str) -> ResourceEntry:
    """The resource of a name.

    Raises Refused (`unknown_resource`).
    """
    found = queries.find_resource(program=program, name=name)
    if found is None:
        raise Refused([UnknownResource(f"The program {program} has no resource “{name}”.")])
    return found


def find_verifier(program: str, name: str) -> VerifierEntry:
    """The accredited verifier of a name.

    Raises Refused (`unknown_verifier`).
    """
    found = queries.find_verifier(program=program, name=name)
    if found is None:
        raise Refused([UnknownVerifier(f"No verifier is called “{name}”.")])
    return found


def quantity_of(text: str) -> Decimal:
    """A number as it is typed; whether it is a quantity is the rule's to say."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise click.UsageError(f"“{text}” is not a number.") from None


def months_of(text: str) -> tuple[int, int]:
    """`1-6`, or one month alone."""
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last or first).isdigit():
        raise click.UsageError(f"“{text}” is not months such as 1-6.")
    return int(first), int(last or first)


def elements_in(path: Path) -> dict[str, str]:
    """What a paper says, from a JSON object of names and texts."""
    try:
        given = json.loads(path.read_bytes())
    except (ValueError, UnicodeDecodeError):
        raise click.UsageError(f"{path.name} is not a JSON object.") from None
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        raise click.UsageError(f"{path.name} is not a JSON object of names and texts.")
    return given


def resource_json(entry: ResourceEntry) -> dict[str, Json]:
    """A resource as every command prints it."""
    return {
        "id": entry.id,
        "name": entry.name,
        "category": entry.category,
        "kind": entry.kind,
        "state": entry.jurisdiction,
        "capacity_mw": str(entry.capacity_mw),
        "standing": entry.state,
        "register": entry.identifier,
    }


def issued_json(name: str, entry: IssuanceEntry) -> dict[str, Json]:
    """What was issued to a resource for a year, with its serial numbers."""
    block = entry.block
    return {
        "resource": name,
        "year": entry.year,
        "quantity": entry.quantity,
        "first": block.first_serial if block is not None else "",
        "last": block.last_serial if block is not None else "",
    }
