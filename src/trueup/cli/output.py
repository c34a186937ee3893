"""What a command prints: a table for people or JSON for programs, and progress."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Concatenate, NoReturn, ParamSpec

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from trueup.rules.refusal import Refused

REFUSED, USAGE, DIFFERENCES = 1, 2, 3

Json = None | bool | int | float | str | Sequence["Json"] | dict[str, "Json"]
Arguments = ParamSpec("Arguments")

messages = Console(stderr=True, highlight=False)


class Output:
    """Where a command's result goes; one a run."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        # Piped output is not cut to the width of a terminal that is not there.
        self._console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)

    def result(self, document: Json, *, table: Table | None = None, text: str = "") -> None:
        """The JSON document, or instead of it a table and a sentence."""
        if self.as_json:
            click.echo(json.dumps(document, indent=2, ensure_ascii=False))
            return
        if table is not None:
            self._console.print(table)
        if text:
            self._console.print(text, markup=False)

    def refuse(self, refused: Refused) -> NoReturn:
        """Say every reason, and end with the exit code of a refusal."""
        if self.as_json:
            reasons: Json = [
                {
                    "code": refusal.code,
                    "cite": refusal.cite,
                    "sentence": refusal.sentence,
                    "row": refusal.row,
                }
                for refusal in refused.refusals
            ]
            click.echo(json.dumps({"refused": reasons}, indent=2, ensure_ascii=False))
        messages.print("Refused; nothing was changed.", markup=False)
        for refusal in refused.refusals:
            messages.print(f"  {refusal}", markup=False, soft_wrap=True)
        raise SystemExit(REFUSED)


def with_output(
    command: Callable[Concatenate[Output, Arguments], None],
) -> Callable[Arguments, None]:
    """Give a command `--json`, and turn a refusal into its reasons and exit code 1."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    @functools.wraps(command)
    def run(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        output = Output(as_json=bool(options.pop("as_json")))
        try:
            command(output, *arguments, **options)
        except Refused as refused:
            output.refuse(refused)

    return run


def table(title: str, *columns: str, rows: Sequence[Sequence[object]]) -> Table:
    """A table; whole numbers stand on the right, with thousands marked."""
    made = Table(title=title, title_justify="left", title_style="bold")
    for position, column in enumerate(columns):
        numeric = bool(rows) and isinstance(rows[0][position], int)
        made.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        made.add_row(*(f"{v:,}" if isinstance(v, int) else str(v) for v in row))
    return made


@contextmanager
def progress(what: str, *, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show how far long work has come; yields a function that takes the count so far.

    On a terminal a bar; elsewhere a line at the beginning and one at the end.
    """
    if not messages.is_terminal:
        messages.print(f"{what} ...", markup=False)
        yield lambda _: None
        messages.print(f"{what}: done", markup=False)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=messages) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.update(task, completed=count)
        done = bar.tasks[task].completed
        bar.update(task, total=max(total or 0, int(done)), completed=done)
