"""Files of papers: taken in once, kept under the digest of their content.

A file is read in pieces, so its size decides nothing but the refusal. What it is, is what
it begins with and not what it is called. A scanner of the installation's own is asked if
the setting `RESOURCE_FILE_SCANNER` names one (`package.module.function`, which takes the
path and gives what it found, or "").

Source: PLAT-089, PLAT-097; 40 CFR 62.16515(g)(10).
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import zlib
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from trueup.resources import checks
from trueup.resources.entries import AttachmentEntry, Upload
from trueup.rules.refusal import Refused

BYTES_MAX = 50 * 1024 * 1024
INFLATED_MAX = 20 * 1024 * 1024
_PIECE = 1024 * 1024
_HEADS = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
}
_TEXTS = ("text/csv", "text/plain")
MEDIA_TYPES = (*_HEADS, *_TEXTS)
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_STREAM = re.compile(rb"stream\r?\n")
# Names that make a PDF do something; a name may hide its letters as #4A.
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA|SubmitForm)\b")
_HIDDEN = re.compile(rb"#([0-9A-Fa-f]{2})")


def keep_file(upload: Upload) -> AttachmentEntry:
    """Take a file in and keep it under its digest; the same content is kept once.

    Raises Refused (`file_too_large`, `file_refused`).

    Source: PLAT-097.
    """
    _refuse_if(upload.media_type not in MEDIA_TYPES, upload, _types_taken())
    size = upload.path.stat().st_size
    if size > BYTES_MAX:
        raise Refused(
            [
                checks.FileTooLarge(
                    f"“{upload.name}” has {size:,} bytes; a file has at most {BYTES_MAX:,}."
                )
            ]
        )
    _refuse_if(size == 0, upload, "it is empty")
    content = upload.path.read_bytes()
    fault = _fault(content, upload.media_type) or _scanned(upload.path)
    _refuse_if(bool(fault), upload, fault)
    digest = hashlib.sha256(content).hexdigest()
    _write_once(path_of(digest), content)
    return AttachmentEntry(
        name=Path(upload.name).name[:200],
        media_type=upload.media_type,
        size_bytes=len(content),
        sha256=digest,
    )


def path_of(digest: str) -> Path:
    """Where the content of a digest is kept.

    Raises ValueError for what is no digest, which is a caller's bug.
    """
    if re.fullmatch(r"[0-9a-f]{64}", digest) is None:
        raise ValueError(f"not a digest: {digest!r}")
    return Path(settings.VAR_DIR) / "documents" / digest[:2] / digest[2:]


def is_intact(digest: str) -> bool:
    """Whether the content that is kept still has its digest."""
    kept = path_of(digest)
    if not kept.is_file():
        return False
    found = hashlib.sha256()
    with kept.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest() == digest


def _fault(content: bytes, media_type: str) -> str:
    """What is wrong with a content, in words; nothing if it may be kept."""
    if content.startswith(_PROGRAMS):
        return "it is a program"
    heads = _HEADS.get(media_type)
    if heads is None:
        return _fault_of_text(content)
    if not content.startswith(heads):
        return f"it is not what it says it is ({media_type})"
    if media_type == "application/pdf" and _is_active(content):
        return "it is a PDF that contains a script, an action or another file"
    return ""


def _fault_of_text(content: bytes) -> str:
    if b"\x00" in content:
        return "it is not text"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "it is not text in UTF-8"
    return ""


def _is_active(content: bytes) -> bool:
    """Whether a PDF can do something, its compressed objects included."""
    if _names_action(content):
        return True
    inflated = 0
    for match in _STREAM.finditer(content):
        inflating = zlib.decompressobj()
        try:
            part = inflating.decompress(content[match.end() :], INFLATED_MAX - inflated)
        except zlib.error:
            continue
        if _names_action(part):
            return True
        inflated += len(part)
        if inflated >= INFLATED_MAX:
            return True  # What unfolds beyond all measure is not read on.
    return False


def _names_action(content: bytes) -> bool:
    plain = _HIDDEN.sub(lambda match: bytes([int(match[1], 16)]), content)
    return _ACTIVE.search(plain) is not None


def _scanned(path: Path) -> str:
    scanner = getattr(settings, "RESOURCE_FILE_SCANNER", "")
    return str(import_string(scanner)(path)) if scanner else ""


def _write_once(kept: Path, content: bytes) -> None:
    """Write a whole file or none: a reader never sees half of one."""
    if kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=kept.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(kept)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _refuse_if(is_refused: bool, upload: Upload, why: str) -> None:
    if is_refused:
        raise Refused([checks.FileRefused(f"“{upload.name}” is not taken: {why}.")])


def _types_taken() -> str:
    return f"only {', '.join(MEDIA_TYPES)} are"
