"""What a document calls the registry that issued it, and where it can be checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

# The words that the pages show; a document is in the record's language, so as they stand.
_THEME = Path(__file__).resolve().parents[1] / "web" / "theme.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The registry's names, as its pages have them, and its address."""

    registry: str
    agency: str
    address: str

    @property
    def check_address(self) -> str:
        return f"{self.address}/check/"


@cache
def letterhead() -> Letterhead:
    """The letterhead of this installation, from the file that names it everywhere."""
    path = Path(settings.TRUEUP_THEME) if settings.TRUEUP_THEME else _THEME
    words = tomllib.loads(path.read_text(encoding="utf-8"))["words"]
    return Letterhead(
        registry=words["site"], agency=words["agency"], address=settings.TRUEUP_ADDRESS
    )
