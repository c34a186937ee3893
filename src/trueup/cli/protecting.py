"""What the web process may do in the database."""

from __future__ import annotations

import click
from django.db import connection, transaction

from trueup.audit.database_roles import grants_for, kept_tables
from trueup.cli.output import Output, with_output


@click.command()
@click.argument("role")
@click.option("--apply", "is_applied", is_flag=True, help="Carry the statements out.")
@with_output
def database_roles(output: Output, *, role: str, is_applied: bool) -> None:
    """Give the web process's PostgreSQL role what it needs, and nothing that rewrites history.

    ROLE exists already and is not the one that migrates. Without --apply the statements
    are printed; do it again after each migration.

    \b
    Examples:
      trueup database-roles trueup_web --apply
      trueup database-roles trueup_web > grants.sql
    """
    try:
        statements = grants_for(role)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    if is_applied:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    added_to, kept = kept_tables()
    output.result(
        {"role": role, "applied": is_applied, "statements": statements},
        text="\n".join(f"{statement};" for statement in statements)
        if not is_applied
        else f"{role} can only add to {len(added_to)} tables, and removes no row of {len(kept)}"
        " others.",
    )
