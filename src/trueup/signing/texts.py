"""The text that is signed: what is submitted, by whom, and the statements, in one piece.

Line ends are newlines, blanks at line ends are cut, and the encoding is UTF-8 in the
composed form, so that the same submission always has the same digest.

Source: PLAT-151, PLAT-152.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence

from trueup.rules.statements import Statement


def canonical(
    *,
    program: str,
    title: str,
    document: str,
    form_version: str,
    text: str,
    statements: Sequence[Statement],
    signer: str,
    for_person: str = "",
) -> str:
    """All that is signed, word for word.

    Source: PLAT-151 (the text signed), PLAT-152 (certification text and signer's name).
    """
    lines = [title, f"Form: {document}, version {form_version}"]
    if program:
        lines.append(f"Program: {program}")
    lines.append(f"Signed by: {signer}")
    if for_person:
        lines.append(f"As agent of: {for_person}")
    lines += ["", *text.splitlines()]
    for statement in statements:
        lines += ["", f"[{statement.key}; {statement.cite}]", *statement.text.splitlines()]
    cut = "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"
    return unicodedata.normalize("NFC", cut)


def digest_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def challenge_of(text: str, nonce: str) -> bytes:
    """What a passkey signs: SHA-256 of the text and the nonce.

    Source: PLAT-151; Web Authentication Level 2, section 13.4.3.
    """
    return hashlib.sha256(text.encode() + bytes.fromhex(nonce)).digest()
