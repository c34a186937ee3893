"""Tables as CSV: streamed, so that their length does not matter."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from django.http import StreamingHttpResponse

CHUNK_CHARACTERS = 32_768

# A spreadsheet takes a text that begins so for a formula, some of them even after blanks;
# the wide forms are what East Asian ones read as the plain signs.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_download(
    name: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A CSV file in UTF-8, with a byte-order mark so that Excel reads it as such."""
    response = StreamingHttpResponse(_parts(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _parts(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    for row in chain([header], rows):
        writer.writerow([_harmless(cell) for cell in row])
        if buffer.tell() > CHUNK_CHARACTERS:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _harmless(cell: object) -> object:
    """The cell, kept from being read as a formula if it is a text that looks like one."""
    if isinstance(cell, str) and (
        cell.startswith(_FORMULA_STARTS) or cell.lstrip().startswith(_FORMULA_STARTS)
    ):
        return f"'{cell}"
    return cell
