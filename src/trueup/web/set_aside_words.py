"""What set-asides, their projects and their duties are called on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PURPOSES: Mapping[str, str | Promise] = MappingProxyType(
    {
        "renewable_energy": _("Renewable energy set-aside"),
        "output_based": _("Output-based set-aside"),
    }
)
PROJECT_STATES: Mapping[str, str | Promise] = MappingProxyType(
    {
        "submitted": _("Submitted"),
        "approved": _("Approved"),
        "rejected": _("Rejected"),
        "suspended": _("Suspended"),
        "revoked": _("Revoked"),
    }
)
LOOKS: Mapping[str, str] = MappingProxyType(
    {
        "submitted": "care",
        "approved": "good",
        "rejected": "bad",
        "suspended": "bad",
        "revoked": "bad",
        "done": "good",
        "done_late": "care",
        "open": "note",
        "overdue": "bad",
        "recorded": "good",
    }
)
DUTY_STATES: Mapping[str, str | Promise] = MappingProxyType(
    {
        "done": _("Done"),
        "done_late": _("Done late"),
        "open": _("To be done"),
        "overdue": _("Overdue"),
    }
)
DUTIES: Mapping[str, str | Promise] = MappingProxyType(
    {
        "renewable_distribution": _("Distribute the renewable energy set-aside"),
        "output_data": _("Publish data of the output-based set-aside"),
        "output_distribution": _("Distribute the output-based set-aside"),
    }
)
CATEGORIES: Mapping[str, str | Promise] = MappingProxyType(
    {
        "WND": _("Wind"),
        "SOL": _("Solar"),
        "GEO": _("Geothermal"),
        "HYD": _("Hydropower"),
    }
)


def said(table: Mapping[str, str | Promise], code: str) -> str:
    """A code in words; itself where there are none."""
    return str(table.get(code, code))
