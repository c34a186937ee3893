"""A place to practise: its books made, and made anew."""

from __future__ import annotations

import click
from django.core.management import call_command

from trueup.cli.output import Output, messages, progress, with_output
from trueup.cli.serving import is_database_current
from trueup.demonstration import practice, practice_clock, rebuilding, services

_only = click.option("--jurisdiction", "jurisdictions", multiple=True, help="Only these.")


@click.group()
def sandbox() -> None:
    """Keep a place to practise, on an installation with TRUEUP_SANDBOX=1.

    Each command takes --json.

    \b
    Examples:
      trueup sandbox reset
      trueup sandbox reset --jurisdiction AL --json
    """


@sandbox.command()
@_only
@with_output
def reset(output: Output, *, jurisdictions: tuple[str, ...]) -> None:
    """Make the books of practice anew, all at once; refused on books that may be real.

    The clock does it every night. Readers see the old books until the new ones are there.

    \b
    Examples:
      trueup sandbox reset
      trueup sandbox reset --jurisdiction AL --jurisdiction KY
    """
    if not is_database_current():
        call_command("migrate", verbosity=0)
    made_at = practice_clock.real_now()
    messages.print("Making new books ...")
    rebuilding.rebuild(
        made_at=made_at,
        jurisdictions=[code.upper() for code in jurisdictions] if jurisdictions else None,
    )
    begins = practice.begins_at()
    clock = f" It is {begins:%B %d, %Y} there." if begins is not None else ""
    output.result(
        {"made_at": made_at.isoformat(), "begins_at": begins.isoformat() if begins else None},
        text=f"The books of practice are new.{clock}",
    )


@sandbox.command(hidden=True)
@_only
@click.option("--scenario", type=click.Choice(tuple(services.SCENARIOS)), default=services.MASS)
@with_output
def build(output: Output, *, jurisdictions: tuple[str, ...], scenario: str) -> None:
    """Make books of practice in the empty database of this process."""
    practice.require_sandbox()
    call_command("migrate", verbosity=0)
    with progress("Loading the demonstration") as report:
        summary = practice.begin(
            made_at=practice_clock.real_now(),
            jurisdictions=[code.upper() for code in jurisdictions],
            progress=report,
            scenario=scenario,
        )
    output.result({"plants": summary.nation.plants}, text="Made.")
