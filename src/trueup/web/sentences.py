"""The domain's sentences in the reader's language.

The domain says no in English, with numbers and names in the sentence: that is what is
recorded, and what the data interface answers. Here, at the edge, the sentence is matched
with the patterns of the catalogue (`There is no account with the number {number}.`), and
the translation is filled with what stood in the places. A sentence without a translation
is shown as it is and marked as English. Matching looks for the literal parts from left to
right and never goes back, so its time grows with the length of the sentence alone
(docs/decisions/0220).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Protocol

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

LOCALES = Path(__file__).resolve().parents[1] / "locale"
# No sentence of ours is as long; a longer text is somebody's own words.
SENTENCE_MAX = 5_000


class Said(Protocol):
    """A refusal, or a reason that was kept: a sentence and its paragraph."""

    @property
    def sentence(self) -> str: ...

    @property
    def cite(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The literal parts of a sentence, and what stands between them.

    Attributes:
        literals: One more than there are names; the first and the last may be empty.
        names: What each place between two literal parts is called.
        translation: The sentence in another language, with the same names in braces.
    """

    literals: tuple[str, ...]
    names: tuple[str, ...]
    translation: str

    def fill(self, sentence: str) -> str | None:
        """The translation with the values of this sentence; None if it is another one."""
        first, *middle = self.literals
        last = middle.pop() if middle else first
        if not sentence.startswith(first) or not sentence.endswith(last):
            return None
        at, end = len(first), len(sentence) - len(last)
        values = []
        for literal in middle:
            found = sentence.find(literal, at, end)
            if found < 0:
                return None
            values.append(sentence[at:found])
            at = found + len(literal)
        if at > end:
            return None
        values.append(sentence[at:end])
        return self.translation.format_map(dict(zip(self.names, values, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """The sentences of one language: those without values, and the patterns of the others."""

    whole: dict[str, str]
    patterns: tuple[Pattern, ...]

    def translation_of(self, sentence: str) -> str | None:
        """A sentence in this language; None if nobody has translated it."""
        if sentence in self.whole:
            return self.whole[sentence]
        if len(sentence) > SENTENCE_MAX:
            return None
        filled = (pattern.fill(sentence) for pattern in self.patterns)
        return next((text for text in filled if text is not None), None)


@cache
def sentences(language: str) -> Sentences:
    """The sentences of a language, from the file that `tools.messages` makes."""
    path = LOCALES / language / "refusals.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    whole, patterns = {}, []
    for english, translation in known.items():
        parts = list(Formatter().parse(english))
        names = tuple(name for _, name, _, _ in parts if name is not None)
        if not names:
            whole[english.format()] = translation.format()
            continue
        literals = [text for text, _, _, _ in parts]
        if parts[-1][1] is not None:
            literals.append("")
        patterns.append(Pattern(literals=tuple(literals), names=names, translation=translation))
    # The one with the most letters of its own says the most about the sentence.
    patterns.sort(key=lambda pattern: -sum(map(len, pattern.literals)))
    return Sentences(whole=whole, patterns=tuple(patterns))


def say(sentence: str) -> str:
    """A sentence of the domain for a page, in the reader's language.

    What nobody has translated is English and says so to the browser.
    """
    translation = _translated(sentence)
    if translation is None:
        return format_html('<span lang="en">{}</span>', sentence)
    return translation


def plain(sentence: str) -> str:
    """The same to be put within another sentence, where nothing can be marked."""
    translation = _translated(sentence)
    return sentence if translation is None else translation


def _translated(sentence: str) -> str | None:
    language = (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
    if language == "en" or not sentence:
        return sentence
    known = sentences(language)
    translation = known.translation_of(sentence)
    if translation is not None:
        return translation
    # A reason that was kept with its paragraph: "There is none. (40 CFR 62.16330)".
    said, _, cite = sentence.rpartition(". (")
    translation = known.translation_of(f"{said}.") if said else None
    return None if translation is None else f"{translation} ({cite}"


def say_with_cite(reason: Said) -> SafeString:
    """A sentence of the domain and its paragraph."""
    return format_html("{} ({})", say(reason.sentence), reason.cite)


def say_all(reasons: Iterable[Said], *, with_cite: bool = False) -> SafeString:
    """All reasons one after the other, for a message at the top of a page."""
    rows = [(say(reason.sentence), f" ({reason.cite})" if with_cite else "") for reason in reasons]
    return format_html_join(" ", "{}{}", rows)
