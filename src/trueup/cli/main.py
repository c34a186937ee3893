"""`trueup`: the registry from the command line, on the machine that has its database.

Every command takes `--json`: then standard output carries one JSON document and nothing
else. Messages and progress go to standard error. Exit codes: 0 done, 1 refused, 2 wrong
usage, 3 the audit found a difference, 4 it could not be done, 130 interrupted.
"""

from __future__ import annotations

import os
import traceback
from importlib import import_module
from typing import Any

import click

from trueup.cli.output import FAILED, messages

COMMANDS = {
    "allocate": "trueup.cli.acts",
    "auctions": "trueup.cli.auctioning",
    "audit": "trueup.cli.books",
    "clock": "trueup.cli.running",
    "database-roles": "trueup.cli.protecting",
    "demo": "trueup.cli.demonstrating",
    "early-action": "trueup.cli.early_acting",
    "finalize": "trueup.cli.acts",
    "history": "trueup.cli.books",
    "holdings": "trueup.cli.books",
    "import-emissions": "trueup.cli.acts",
    "officials": "trueup.cli.officials",
    "originate": "trueup.cli.acts",
    "plans": "trueup.cli.planning",
    "reports": "trueup.cli.state_accounting",
    "resources": "trueup.cli.crediting",
    "retire": "trueup.cli.moving",
    "sandbox": "trueup.cli.sandbox",
    "serve": "trueup.cli.running",
    "set-asides": "trueup.cli.setting_aside",
    "settle": "trueup.cli.settling",
    "state-accounts": "trueup.cli.state_accounting",
    "transfer": "trueup.cli.moving",
    "worker": "trueup.cli.running",
}
INTERRUPTED = 130


class _Commands(click.Group):
    """Loads a command's module, and Django, when the command is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        module = COMMANDS.get(name)
        if module is None:
            return None
        _set_up_django()
        command = getattr(import_module(module), name.replace("-", "_"))
        if not isinstance(command, click.Command):
            raise TypeError(f"{module} has no command {name}")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what is neither a result nor a refusal has an exit code of its own."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            messages.print("Interrupted; what was not finished has left nothing.")
            raise SystemExit(INTERRUPTED) from None
        except Exception as error:  # Whatever it is, it is not a refusal: not exit code 1.
            _say_what_failed(error)
            raise SystemExit(FAILED) from None


def _set_up_django() -> None:
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trueup.config.settings")
    if not apps.ready:
        django.setup()


def _say_what_failed(error: Exception) -> None:
    from django.db import DatabaseError

    if not isinstance(error, DatabaseError):
        messages.print(traceback.format_exc(), markup=False, soft_wrap=True)
        messages.print("This should not happen; please report it. Nothing half done was kept.")
        return
    messages.print(f"The database did not do it: {error}", markup=False, soft_wrap=True)
    messages.print(
        "DATABASE_URL names the database. If it is a new one or an older version's, bring it up"
        " to date: python manage.py migrate",
        soft_wrap=True,
    )


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trueup", prog_name="trueup")
def cli() -> None:
    """The registry of an emission trading program.

    DATABASE_URL names the database; without it the books are in var/trueup.sqlite3.

    \b
    Exit codes: 0 done, 1 refused (nothing was changed), 2 wrong usage,
    3 the audit found a difference, 4 it could not be done, 130 interrupted.
    """
