"""The look and the words of an installation, read from one TOML file.

`theme.toml` holds the colours of light and of dark screens and the words that the pages
show. A State copies the file, changes it, and names its copy in `TRUEUP_THEME`. The file
is checked when it is read: nothing left out, every colour one, every pair that is text on
a ground readable.

Source: PLAT-003, PLAT-155; WCAG 2.2, 1.4.3.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.translation import get_language

DEFAULT_THEME = Path(__file__).with_name("theme.toml")
BANNERS = ("demonstration", "government", "none")
SCHEMES = ("light", "dark")
CONTRAST_MIN = 4.5

WORDS = ("site", "agency", "tagline", "contact")
BANNER_WORDS = ("line", "how", "domain_heading", "domain_text", "lock_heading", "lock_text")
COLOURS = (
    "brand",
    "brand-text",
    "brand-soft",
    "action",
    "action-text",
    "action-hover",
    "visited",
)
# The pages' own grounds, on which links stand; trueup.css has the same.
GROUNDS: Mapping[str, Mapping[str, str]] = {
    "light": {"page": "#f5f7f8", "panel": "#ffffff"},
    "dark": {"page": "#0c1115", "panel": "#1a232a"},
}
_ON_GROUNDS = ("action", "action-hover", "visited")
_PAIRS = (
    ("brand-text", "brand"),
    ("brand-soft", "brand"),
    ("action-text", "action"),
    ("action-text", "action-hover"),
)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernmentBanner:
    """The agency's words on top of each page, and how one knows that they are true."""

    line: str
    how: str
    domain_heading: str
    domain_text: str
    lock_heading: str
    lock_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What the pages call the registry and who runs it; `style` is its style sheet.

    Attributes:
        banner: One of BANNERS. government: The words of the second of them.
        sandbox: Whether the installation is for practice, which each page then says.
    """

    site: str
    agency: str
    tagline: str
    contact: str
    banner: str
    government: GovernmentBanner
    sandbox: bool
    style: str


@cache
def theme(language: str = "") -> Theme:
    """The theme of this installation, in a language where the file has words of it.

    Raises ImproperlyConfigured if the file cannot be read, leaves something out, has a pair
    of colours that cannot be read, or the banner is not one of `BANNERS`.
    """
    path = Path(settings.TRUEUP_THEME) if settings.TRUEUP_THEME else DEFAULT_THEME
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ImproperlyConfigured(f"TRUEUP_THEME: {path} cannot be read: {problem}") from problem
    found = "; ".join(_problems(given))
    if found:
        raise ImproperlyConfigured(f"TRUEUP_THEME: {path}: {found}.")
    if settings.TRUEUP_BANNER not in BANNERS:
        raise ImproperlyConfigured(
            f"TRUEUP_BANNER: “{settings.TRUEUP_BANNER}” is not one of {', '.join(BANNERS)}."
        )
    own = given.get(language[:2], {}) if language else {}
    words = {**given["words"], **own.get("words", {})}
    banner = {**given["banner"], **own.get("banner", {})}
    return Theme(
        **{name: words[name] for name in WORDS},
        banner=settings.TRUEUP_BANNER,
        government=GovernmentBanner(**{name: banner[name] for name in BANNER_WORDS}),
        sandbox=settings.TRUEUP_SANDBOX,
        style=_style(given),
    )


def contrast(one: str, other: str) -> float:
    """How far apart two colours are in lightness, from 1 to 21.

    Source: WCAG 2.2, contrast ratio.
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def context(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001
    """Give every template the theme and the version of the software."""
    return {"theme": theme(get_language() or ""), "trueup_version": version("trueup")}


def _problems(given: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a theme, each thing named as the file names it."""
    for table, names in (("words", WORDS), ("banner", BANNER_WORDS)):
        for name in names:
            if not isinstance(given.get(table, {}).get(name), str):
                yield f"[{table}] does not set {name}"
    for scheme in SCHEMES:
        colours = given.get(scheme, {})
        wrong = [name for name in COLOURS if not _COLOUR.fullmatch(str(colours.get(name, "")))]
        for name in wrong:
            yield f"[{scheme}] does not set {name} to a colour like #005ea2"
        if not wrong:
            yield from _unreadable(scheme, colours)


def _unreadable(scheme: str, colours: Mapping[str, str]) -> Iterator[str]:
    pairs = [(text, colours[text], ground, colours[ground]) for text, ground in _PAIRS]
    pairs += [
        (text, colours[text], f"the ground of a {ground}, {colour},", colour)
        for text in _ON_GROUNDS
        for ground, colour in GROUNDS[scheme].items()
    ]
    for text, colour, ground, under in pairs:
        ratio = contrast(colour, under)
        if ratio < CONTRAST_MIN:
            yield (
                f"[{scheme}] {text} on {ground} has a contrast of {ratio:.2f} to 1,"
                f" and {CONTRAST_MIN} are needed"
            )


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _style(given: Mapping[str, Any]) -> str:
    """The colours as custom properties, those of dark screens where one is asked for."""

    def properties(scheme: str) -> str:
        return "".join(f"--color-{name}:{given[scheme][name]};" for name in COLOURS)

    return (
        f":root{{{properties('light')}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{properties('dark')}}}}}\n"
    )
