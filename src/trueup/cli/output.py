"""What a command prints: tables for people, JSON or CSV for programs, and progress."""

from __future__ import annotations

import csv
import functools
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Concatenate, NoReturn, ParamSpec, Protocol

import click
import rich.table
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from trueup.rules.refusal import Refusal, Refused

REFUSED, USAGE, DIFFERENCES, FAILED = 1, 2, 3, 4
# Where no terminal redraws a bar, a line is written so often.
LINE_SECONDS = 5.0

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
Arguments = ParamSpec("Arguments")

messages = Console(stderr=True, highlight=False)


class Report(Protocol):
    """Takes what is being done, how much of it is done, and out of how much, if known."""

    def __call__(self, stage: str, done: int, total: int | None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows for people or for a spreadsheet; whole numbers stand on the right."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]


class Output:
    """Where a command's result goes; one a run."""

    def __init__(self, *, as_json: bool, as_csv: bool = False) -> None:
        self.as_json = as_json
        self.as_csv = as_csv
        # Piped output is not cut to the width of a terminal that is not there.
        self._console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)

    def result(self, document: Json, *, table: Table | None = None, text: str = "") -> None:
        """The JSON document, or the table as CSV, or the table and a text for people."""
        if self.as_json:
            click.echo(json.dumps(document, indent=2, ensure_ascii=False))
            return
        if self.as_csv and table is not None:
            writer = csv.writer(sys.stdout)
            writer.writerow([column.lower().replace(" ", "_") for column in table.columns])
            writer.writerows(table.rows)
            return
        if table is not None and table.rows:
            self._console.print(_drawn(table))
        if text:
            self._console.print(text, markup=False, soft_wrap=not sys.stdout.isatty())

    def refuse(self, refusals: Sequence[Refusal], *, document: Json = None) -> NoReturn:
        """Say every reason, and end with the exit code of a refusal."""
        if self.as_json:
            said = {"refused": [refusal_json(refusal) for refusal in refusals]}
            more = document if isinstance(document, Mapping) else {}
            click.echo(json.dumps({**said, **more}, indent=2, ensure_ascii=False))
        messages.print("Refused; nothing was changed.", markup=False)
        for refusal in refusals:
            messages.print(f"  {refusal}", markup=False, soft_wrap=True)
        raise SystemExit(REFUSED)


def refusal_json(refusal: Refusal) -> Json:
    """A reason as a program reads it; `row` is the line of a file."""
    return {
        "code": refusal.code,
        "cite": refusal.cite,
        "sentence": refusal.sentence,
        "row": refusal.row,
    }


def with_output(
    command: Callable[Concatenate[Output, Arguments], None],
) -> Callable[Arguments, None]:
    """Give a command `--json`, and turn a refusal into its reasons and exit code 1."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    @functools.wraps(command)
    def run(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        as_json, as_csv = bool(options.pop("as_json")), bool(options.pop("as_csv", False))
        if as_json and as_csv:
            raise click.UsageError("Print either --json or --csv.")
        output = Output(as_json=as_json, as_csv=as_csv)
        try:
            command(output, *arguments, **options)
        except Refused as refused:
            output.refuse(refused.refusals)

    return run


def with_tables(
    command: Callable[Concatenate[Output, Arguments], None],
) -> Callable[Arguments, None]:
    """The same for a command whose result is a table: `--csv` beside `--json`."""
    return click.option("--csv", "as_csv", is_flag=True, help="Print the table as CSV.")(
        with_output(command)
    )


def _drawn(table: Table) -> rich.table.Table:
    made = rich.table.Table(title=table.title, title_justify="left", title_style="bold")
    for position, column in enumerate(table.columns):
        is_number = isinstance(table.rows[0][position], int)
        made.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for row in table.rows:
        cells = (f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row)
        made.add_row(*(rich.markup.escape(cell) for cell in cells))
    return made


@contextmanager
def progress(what: str) -> Iterator[Report]:
    """Show how far long work has come, on standard error.

    On a terminal a bar; elsewhere a line at the beginning, one now and then, one at the end.
    """
    if not messages.is_terminal:
        yield from _lines(what)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=messages) as bar:
        task = bar.add_task(what, total=None)

        def report(stage: str, done: int, total: int | None) -> None:
            bar.update(task, description=f"{what}: {stage}", completed=done, total=total)

        yield report
        done = int(bar.tasks[task].completed)
        bar.update(task, description=what, completed=done, total=max(done, 1))


def _lines(what: str) -> Iterator[Report]:
    messages.print(f"{what} ...", markup=False)
    last = time.monotonic()

    def report(stage: str, done: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_SECONDS:
            last = time.monotonic()
            of_how_many = f" of {total:,}" if total is not None else ""
            messages.print(f"{what}: {stage}, {done:,}{of_how_many}", markup=False, soft_wrap=True)

    yield report
    messages.print(f"{what}: done", markup=False)
