"""The digest of a file, and whether it is text in UTF-8: one pass over its bytes."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path
from typing import NamedTuple

from trueup.emissions.refusals import NotReadable
from trueup.emissions.spreadsheet import bad_encoding
from trueup.rules.refusal import Refused

_BLOCK_BYTES = 4 * 2**20


class Fingerprint(NamedTuple):
    sha256: str
    size_bytes: int


def take(path: Path, *, is_text: bool) -> Fingerprint:
    """The digest and the size of a file.

    Raises Refused (`not_readable`) with the line of the first byte that is not UTF-8.

    Source: PLAT-070 (the file's origin is kept).
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = lines = 0
    is_inside_character = False
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            size += len(block)
            if is_text and (is_inside_character or not block.isascii()):
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    raise Refused([_refusal(block, error, lines)]) from None
                is_inside_character = bool(decoder.getstate()[0])
            lines += block.count(b"\n")
    if is_inside_character:
        raise Refused([NotReadable("The file ends inside a character; it is cut off.", row=lines)])
    return Fingerprint(digest.hexdigest(), size)


def _refusal(block: bytes, error: UnicodeDecodeError, lines_before: int) -> NotReadable:
    # The decoder may have carried over the start of a character from the block before.
    carried = len(error.object) - len(block)
    position = max(error.start - carried, 0)
    row = lines_before + block.count(b"\n", 0, position) + 1
    return bad_encoding(error.object[error.start], row=row)
