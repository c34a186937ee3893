"""What the pages call the projects and the pools of early action."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: Mapping[str, str | Promise] = MappingProxyType(
    {
        "wind": _("Metered wind"),
        "solar": _("Metered solar"),
        "low_income_efficiency": _("Efficiency in low-income communities"),
    }
)
STATES: Mapping[str, str | Promise] = MappingProxyType(
    {"applied": _("Applied"), "approved": _("Approved"), "rejected": _("Rejected")}
)
LOOKS: Mapping[str, str] = MappingProxyType(
    {"applied": "care", "approved": "good", "rejected": "bad"}
)


def said(words: Mapping[str, str | Promise], key: str) -> str:
    """A word of the reader's language; the key itself where there is none."""
    return str(words.get(key, key))
