"""`trueup`: the registry from the command line, on the machine that has its database.

Every command takes `--json`: then standard output carries one JSON document and nothing
else. Messages and progress go to standard error. Exit codes: 0 done, 1 refused, 2 wrong
usage, 3 the audit found a difference.
"""

from __future__ import annotations

import os
from importlib import import_module

import click

COMMANDS = {
    "allocate": "trueup.cli.acts",
    "audit": "trueup.cli.books",
    "clock": "trueup.cli.running",
    "demo": "trueup.cli.running",
    "finalize": "trueup.cli.acts",
    "history": "trueup.cli.books",
    "holdings": "trueup.cli.books",
    "import-emissions": "trueup.cli.acts",
    "originate": "trueup.cli.acts",
    "serve": "trueup.cli.running",
    "settle": "trueup.cli.acts",
    "transfer": "trueup.cli.acts",
}


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


def _set_up_django() -> None:
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trueup.config.settings")
    if not apps.ready:
        django.setup()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trueup", prog_name="trueup")
def cli() -> None:
    """The registry of an emission trading program.

    DATABASE_URL names the database; without it the books are in var/trueup.sqlite3.
    """
