"""The look and the name of an installation, read from one style sheet.

`theme.css` holds the colours as custom properties, and with them the names that the
pages show. A State copies the file, changes it, and names its copy in `TRUEUP_THEME`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

DEFAULT_THEME = Path(__file__).with_name("theme.css")
BANNERS = ("demonstration", "government", "none")

_NAME = re.compile(r'--name-([a-z-]+):\s*"([^"]*)"\s*;')
_NAMES = frozenset({"site", "agency", "tagline", "contact", "government-banner"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What the pages call the registry and who runs it; `style` is the whole sheet."""

    site: str
    agency: str
    tagline: str
    contact: str
    government_banner: str
    banner: str
    style: str


@cache
def theme() -> Theme:
    """The theme of this installation.

    Raises ImproperlyConfigured if the file cannot be read, leaves a name out, or the
    banner is not one of `BANNERS`.
    """
    path = Path(settings.TRUEUP_THEME) if settings.TRUEUP_THEME else DEFAULT_THEME
    try:
        style = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise ImproperlyConfigured(f"TRUEUP_THEME: {path} cannot be read: {problem}") from problem
    names = dict(_NAME.findall(style))
    missing = sorted(_NAMES - names.keys())
    if missing:
        wanted = ", ".join(f"--name-{name}" for name in missing)
        raise ImproperlyConfigured(f"TRUEUP_THEME: {path} does not set {wanted}.")
    if settings.TRUEUP_BANNER not in BANNERS:
        raise ImproperlyConfigured(
            f"TRUEUP_BANNER: “{settings.TRUEUP_BANNER}” is not one of {', '.join(BANNERS)}."
        )
    return Theme(
        site=names["site"],
        agency=names["agency"],
        tagline=names["tagline"],
        contact=names["contact"],
        government_banner=names["government-banner"],
        banner=settings.TRUEUP_BANNER,
        style=style,
    )


def context(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001
    """Give every template the theme and the version of the software."""
    return {"theme": theme(), "trueup_version": version("trueup")}
