"""How the desk's pages write what a preview says."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.desk.models import PreviewRow
from trueup.web.views.desk_previews import OUTCOMES

register = template.Library()

_PROPOSAL_STATES = {
    "waiting": gettext_lazy("Waits for a second official"),
    "unconfirmed": gettext_lazy("In effect, to be confirmed"),
    "recommended": gettext_lazy("Recommended"),
    "approved": gettext_lazy("Approved, being carried out"),
    "executed": gettext_lazy("Approved and carried out"),
    "confirmed": gettext_lazy("Confirmed"),
    "undone": gettext_lazy("Undone"),
    "declined": gettext_lazy("Declined"),
    "refused": gettext_lazy("Approved, but could not be done"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "taken_up": gettext_lazy("Taken up"),
}


@register.filter
def proposal_state(state: str) -> str:
    """Where a proposal stands, in words."""
    return str(_PROPOSAL_STATES.get(state, state))


@register.filter
def named(values: Mapping[str, object], key: str) -> object:
    """The value of a key; blank where there is none."""
    return values.get(key, "")


@register.filter
def preview_outcome(outcome: str) -> str:
    """An outcome of a facility in words."""
    return str(OUTCOMES.get(outcome, outcome))


@register.filter
def preview_line(row: PreviewRow) -> str:
    """A row of a preview in a sentence, to compare it with another."""
    if not row.outcome:
        return f"{row.quantity:,}"
    words = _("%(outcome)s; owes %(owes)s, held %(held)s, deducted %(deducted)s, excess %(excess)s")
    return words % {
        "outcome": preview_outcome(row.outcome),
        "owes": f"{row.obligation:,}",
        "held": f"{row.held:,}",
        "deducted": f"{row.quantity:,}",
        "excess": f"{row.excess:,}",
    }


@register.filter
def field_name(path: str) -> str:
    """A field of a typed paper in words: `certificate.units.1.owners.2` is units 1, owners 2."""
    parts = path.removeprefix("certificate.").replace("_", " ").split(".")
    said = ""
    for part in parts:
        said += f" {part}" if part.isdigit() else f", {part}"
    return said.removeprefix(", ").capitalize()
