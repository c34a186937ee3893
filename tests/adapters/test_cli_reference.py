"""docs/reference/cli.md names every command and every option, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from trueup.cli.main import COMMANDS, cli

PAGE = (Path(__file__).resolve().parents[2] / "docs/reference/cli.md").read_text(encoding="utf-8")


def options_of(name: str) -> set[str]:
    context = click.Context(cli)
    command = cli.get_command(context, name)
    assert command is not None
    parts = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    params = (param for part in parts for param in part.params)
    options = (param for param in params if isinstance(param, click.Option))
    return {text for option in options for text in (*option.opts, *option.secondary_opts)}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_there_with_every_option(name: str) -> None:
    assert f"| `trueup {name}" in PAGE
    documented = set(re.findall(r"--[a-z][a-z-]*", PAGE))
    assert options_of(name) <= documented


def test_no_option_is_documented_that_there_is_not() -> None:
    documented = set(re.findall(r"--[a-z][a-z-]*", PAGE))
    assert documented - {"--help"} == {option for name in COMMANDS for option in options_of(name)}
