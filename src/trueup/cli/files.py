"""Files that a command reads, and the report on one that was refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from trueup.cli.output import messages
from trueup.emissions.problems import write_problems
from trueup.rules.refusal import Refusal, Refused

EXISTING = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True, path_type=Path)
_SOURCE = "standard input"

problems_option = click.option(
    "--problems",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="If rows are refused, write the same file here with a column “problem”.",
)


def read_bytes(path: Path) -> tuple[bytes, str]:
    """A file's content and name; “-” is standard input."""
    if str(path) == "-":
        return sys.stdin.buffer.read(), _SOURCE
    return path.read_bytes(), path.name


@contextmanager
def reporting(data: bytes | Path, problems: Path | None) -> Iterator[None]:
    """Write the report if what is done inside is refused, and let the refusal go on."""
    try:
        yield
    except Refused as refused:
        write_report(data, refused.refusals, problems)
        raise


def write_report(data: bytes | Path, refusals: Sequence[Refusal], problems: Path | None) -> None:
    """Write a file again with what is wrong with each row, if there is somewhere to."""
    if problems is None or not refusals:
        return
    if isinstance(data, Path):
        write_problems(source=data, problems=refusals, target=problems)
    else:
        with TemporaryDirectory() as folder:
            source = Path(folder) / "source"
            source.write_bytes(data)
            write_problems(source=source, problems=refusals, target=problems)
    messages.print(f"The rows with what is wrong are in {problems}.", markup=False)
