"""Who is an official: how a new installation names its first ones, and what came of it."""

from __future__ import annotations

import click

from trueup.cli.naming import ADMINISTRATOR, find_person, now
from trueup.cli.output import Output, Table, with_output, with_tables
from trueup.officials import queries, services
from trueup.officials.entries import GrantEntry
from trueup.officials.roles import FUNCTIONS, ROLES
from trueup.rules import programs

COLUMNS = ("Grant", "Person", "Name", "Role", "Program", "State", "From", "Until")


@click.group()
def officials() -> None:
    """Give and end the roles of officials: the first of a new installation are named here.

    Later the desk does it, where two officials agree. Each command takes --json.

    \b
    Examples:
      trueup officials grant tess@example.org --role technical --reason "first of all"
      trueup officials grant olga@example.org --role administrator
      trueup officials grant ada@example.org --role state_official --program cpp-mass --state AL
      trueup officials list --json
      trueup officials end 3 --reason "has left"
    """


@officials.command()
@click.argument("person", metavar="PERSON")
@click.option("--role", type=click.Choice(list(ROLES)), required=True, help="What it is.")
@click.option("--program", type=click.Choice(programs.codes()), help="Left out: every program.")
@click.option("--state", default="", help="Of a State's official or agent, such as AL.")
@click.option(
    "--function",
    "functions",
    type=click.Choice(list(FUNCTIONS)),
    multiple=True,
    help="What the person may decide; may be repeated. Left out: all that the role may.",
)
@click.option(
    "--recommends",
    type=click.Choice(list(FUNCTIONS)),
    multiple=True,
    help="What the person may only recommend; may be repeated.",
)
@click.option("--reason", default="", help="Why, for the audit trail.")
@click.option("--apart-reason", default="", help="Why one person has both administrations.")
@with_output
def grant(
    output: Output,
    *,
    person: str,
    role: str,
    program: str | None,
    state: str,
    functions: tuple[str, ...],
    recommends: tuple[str, ...],
    reason: str,
    apart_reason: str,
) -> None:
    """Give a registered person a role. PERSON is an e-mail address or a number.

    \b
    Example:
      trueup officials grant olga@example.org --role administrator --json
    """
    if "@" not in person and not person.isdigit():
        raise click.UsageError("Name the person by e-mail address or number.")
    jurisdiction = state.upper()
    if program is not None and jurisdiction:
        known = programs.load(program).jurisdictions
        if jurisdiction not in known:
            raise click.UsageError(f"The program {program} has no jurisdiction {jurisdiction}.")
    entry = services.grant(
        person=find_person(person).id,
        role=role,
        program=program or "",
        jurisdiction=jurisdiction,
        functions=functions,
        recommends=recommends,
        from_at=now(),
        granted_by=ADMINISTRATOR,
        reason=reason,
        apart_reason=apart_reason,
    )
    output.result(
        {"as": ADMINISTRATOR, **_json(entry)},
        text=f"Grant {entry.id}: {entry.name} is {entry.authority} {_where(entry)}.",
    )


@officials.command()
@click.argument("number", metavar="GRANT", type=int)
@click.option("--reason", required=True, help="Why, for the audit trail.")
@with_output
def end(output: Output, *, number: int, reason: str) -> None:
    """End a role. GRANT is its number, as `trueup officials list` shows it.

    \b
    Example:
      trueup officials end 3 --reason "has left"
    """
    entry = services.end_grant(grant=number, ended_at=now(), ended_by=ADMINISTRATOR, reason=reason)
    output.result(
        {"as": ADMINISTRATOR, **_json(entry)},
        text=f"Grant {entry.id}: {entry.name} is no longer {entry.authority} {_where(entry)}.",
    )


@officials.command("list")
@click.option("--all", "is_all", is_flag=True, help="Those that ended too.")
@click.option("--after", type=int, default=0, help="Go on after this grant; a page has 100.")
@with_tables
def list_(output: Output, *, is_all: bool, after: int) -> None:
    """The roles in force, in the order in which they were given.

    \b
    Example:
      trueup officials list --all --csv > officials.csv
    """
    found = queries.grants(at=None if is_all else now(), after=after)
    more = f" Go on with --after {found[-1].id}." if len(found) == queries.PAGE else ""
    output.result(
        {"officials": [_json(entry) for entry in found]},
        table=Table(title="Officials", columns=COLUMNS, rows=[_row(entry) for entry in found]),
        text=f"{len(found)} roles.{more}" if found else "There are no officials.",
    )


def _where(entry: GrantEntry) -> str:
    return f"in {entry.program}" if entry.program else "in every program"


def _row(entry: GrantEntry) -> tuple[object, ...]:
    from_at, until_at = (
        "" if moment is None else moment.isoformat(timespec="seconds")
        for moment in (entry.from_at, entry.until_at)
    )
    return (
        entry.id,
        entry.person,
        entry.name,
        entry.role,
        entry.program or "every",
        entry.jurisdiction,
        from_at,
        until_at,
    )


def _json(entry: GrantEntry) -> dict[str, str | int | list[str] | None]:
    return {
        "grant": entry.id,
        "person": entry.person,
        "name": entry.name,
        "role": entry.role,
        "program": entry.program,
        "jurisdiction": entry.jurisdiction,
        "functions": sorted(entry.functions),
        "recommends": sorted(entry.recommends),
        "from_at": entry.from_at.isoformat(),
        "until_at": entry.until_at.isoformat() if entry.until_at else None,
        "granted_by": entry.granted_by,
        "reason": entry.reason,
        "end_reason": entry.end_reason,
    }
