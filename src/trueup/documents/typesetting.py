"""A document's facts set as a tagged PDF: PDF/UA-1, and PDF/A-3a with the facts attached.

The facts reach the template as data, never as text of the template, so nothing that a
name holds can act in it. The template reads nothing but its own folder, and no network.

Source: PLAT-088; docs/decisions/0270, 0272.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
FONTS = HERE / "fonts"
STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]
RUN_MAX = 32  # Characters without a place to break a line.

_NOT_DISPLAYED = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_BREAK = "\u200b"
_ISOLATE, _END = "\u2068", "\u2069"
_LONG = re.compile(rf"\S{{{RUN_MAX}}}(?=\S)")
_RTL = frozenset({"R", "AL", "AN"})
_SPELLED = frozenset("\n\u200c\u200d")
_TRIES = 8


def typeset(kind: str, *, facts: bytes, frame: Mapping[str, Any], made_at: datetime) -> bytes:
    """The PDF of a document, without a signature.

    Args:
        kind: One of the templates. facts: The very bytes that are attached.
        frame: What the registry says around them: number, letterhead, watermark.

    Characters that no font has are printed by their Unicode number, in brackets.

    Source: PLAT-088; docs/decisions/0272.
    """
    values = json.loads(facts)
    lacking: set[str] = set()
    for _ in range(_TRIES):
        shown = _mapped(values, partial(display, lacking=frozenset(lacking)))
        replaced = _any_of(values, lacking)
        data = {**frame, "title": _told(frame["title"]), "facts": shown, "replaced": replaced}
        try:
            return _compile(kind, data, facts, made_at)
        except typst.TypstError as error:
            found = _characters_of(error) - lacking
            if not found:
                raise
            lacking |= found
    raise AssertionError(f"the fonts still lack characters after {_TRIES} tries")


def display(text: str, lacking: frozenset[str]) -> str:
    """A text as it is set: long runs can break, and right-to-left stays in its place."""
    plain = _told(text, lacking)
    broken = _LONG.sub(lambda run: run[0] + _BREAK, plain)
    if any(unicodedata.bidirectional(one) in _RTL for one in broken):
        return f"{_ISOLATE}{broken}{_END}"
    return broken


def _told(text: str, lacking: frozenset[str] = frozenset()) -> str:
    """A text with what cannot be seen, and what no font has, told by its Unicode number."""
    return "".join(
        f"[U+{ord(one):04X}]" if one in lacking or _is_hidden(one) else one
        for one in unicodedata.normalize("NFC", text)
    )


def _is_hidden(one: str) -> bool:
    """Whether a character steers the text instead of being seen in it.

    Not so a new line, and the joiners that some scripts are spelled with.
    """
    return one not in _SPELLED and unicodedata.category(one) in (
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    )


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(one, change) for key, one in value.items()}
    if isinstance(value, list):
        return [_mapped(one, change) for one in value]
    return value


def _any_of(value: Any, wanted: set[str]) -> bool:
    found = False

    def look(text: str) -> str:
        nonlocal found
        found = found or any(one in wanted or _is_hidden(one) for one in text)
        return text

    _mapped(value, look)
    return found


def _compile(kind: str, data: Mapping[str, Any], facts: bytes, made_at: datetime) -> bytes:
    compiler = typst.Compiler(root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True)
    made = compiler.compile(
        TEMPLATES / f"{kind}.typ",
        format="pdf",
        sys_inputs={"data": json.dumps(data), "facts": facts.decode()},
        pdf_standards=STANDARDS,
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise AssertionError("one document is made at a time")
    return made


def _characters_of(error: typst.TypstError) -> set[str]:
    """The characters that no font has, from what the typesetter says of them."""
    found: set[str] = set()
    for text in _NOT_DISPLAYED.findall(error.diagnostic):
        plain = _ESCAPED.sub(lambda one: chr(int(one[1], 16)), text)
        found |= set(plain) - {_BREAK, _ISOLATE, _END}
    return found


@cache
def _fonts() -> typst.Fonts:
    further = [Path(settings.TRUEUP_FONTS_DIR)] if settings.TRUEUP_FONTS_DIR else []
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[FONTS, *further],
    )
