"""The digest of a file, and whether it is text in UTF-8: one pass over its bytes."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path
from typing import NamedTuple

from trueup.emissions.refusals import NotReadable
from trueup.emissions.reports import Progress, no_progress
from trueup.emissions.spreadsheet import bad_encoding
from trueup.rules.refusal import Refused

_BLOCK_BYTES = 4 * 2**20


class Fingerprint(NamedTuple):
    sha256: str
    size_bytes: int


def take(path: Path, *, is_text: bool, progress: Progress = no_progress) -> Fingerprint:
    """The digest and the size of a file.

    Raises Refused (`not_readable`) with the line of the first byte that is not UTF-8.

    Source: PLAT-070 (the file's origin is kept).
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    total = path.stat().st_size
    size = waiting = 0  # Bytes so far; those of a character that is not whole yet.
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            if is_text and (waiting or not block.isascii()):
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    line = _line_at(path, size - waiting + error.start)
                    raise Refused([bad_encoding(error.object[error.start], row=line)]) from None
                waiting = len(decoder.getstate()[0])
            size += len(block)
            if total > _BLOCK_BYTES:
                progress("receiving", size, total)
    if waiting:
        line = _line_at(path, size)
        raise Refused([NotReadable("The file ends inside a character; it is cut off.", row=line)])
    return Fingerprint(digest.hexdigest(), size)


def _line_at(path: Path, position: int) -> int:
    """The line on which a byte stands."""
    line = 1
    with path.open("rb") as file:
        while position > 0 and (block := file.read(min(_BLOCK_BYTES, position))):
            line += block.count(b"\n")
            position -= len(block)
    return line
