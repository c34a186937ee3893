"""The report on a file that was refused: the same file with a column “problem”."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from trueup.emissions.hourly_files import head_of
from trueup.rules.refusal import Refusal

COLUMN = "problem"


def write_problems(*, source: Path, problems: Sequence[Refusal], target: Path) -> None:
    """Write a refused table again with what is wrong with each row in a last column.

    Cells, separators and line ends stay as they are. What cannot carry a column (a
    quarterly report, a Parquet file, text that is not readable) becomes a table of its
    own: where, the reason's code, the sentence.
    """
    is_readable_text = not any(problem.reason == "not_readable" for problem in problems)
    with source.open("rb") as file:
        first = file.read(4)
    is_table = not first.startswith(b"PAR1") and not first.lstrip(b"\xef\xbb\xbf").startswith(b"{")
    if is_table and is_readable_text:
        _write_with_column(source, problems, target)
    else:
        _write_list(problems, target)


def _write_list(problems: Sequence[Refusal], target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["where", "code", COLUMN])
        for problem in problems:
            writer.writerow([problem.row or "", problem.code, problem.sentence])


def _write_with_column(source: Path, problems: Sequence[Refusal], target: Path) -> None:
    header = head_of(source)
    of_line: dict[int, list[str]] = defaultdict(list)
    header_line = header.body_line - 1
    for problem in problems:
        of_line[problem.row or header_line].append(f"{problem.sentence} ({problem.reason})")
    separator = header.separator
    with source.open("rb") as file, target.open("wb") as out:
        for line, record in _records(file):
            content = record.rstrip(b"\r\n")
            ending = record[len(content) :]
            said = of_line.get(line, [])
            if line == header_line:
                said = [COLUMN, *said]
            if line < header_line:
                out.write(record)
            else:
                out.write(content + separator.encode() + _cell("; ".join(said), separator) + ending)


def _records(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The records of a table with the line on which each begins."""
    first, waiting = 1, b""
    for line, text in enumerate(file, start=1):
        first = first if waiting else line
        waiting += text
        if waiting.count(b'"') % 2 == 0:
            yield first, waiting
            waiting = b""
    if waiting:
        yield first, waiting


def _cell(text: str, separator: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="").writerow([text])
    return (out.getvalue() if text else "").encode()
