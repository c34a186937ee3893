"""How pages write what is said of auctions: money, and where an auction stands."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.rules.auction_bids import in_dollars

register = template.Library()

STATES: dict[str, str | Promise] = {
    "open": gettext_lazy("Announced"),
    "closed": gettext_lazy("Closed, to be settled"),
    "settled": gettext_lazy("Settled, to be delivered"),
    "delivered": gettext_lazy("Delivered"),
    "cancelled": gettext_lazy("Called off"),
}
SECURITIES: dict[str, str | Promise] = {
    "letter_of_credit": gettext_lazy("Letter of credit"),
    "bond": gettext_lazy("Bond"),
    "cash": gettext_lazy("Cash"),
    "other": gettext_lazy("Other"),
    "none": gettext_lazy("None"),
}
APPLICATIONS: dict[str, str | Promise] = {
    "waiting": gettext_lazy("Waits for a decision"),
    "accepted": gettext_lazy("Accepted"),
    "refused": gettext_lazy("Refused"),
    "withdrawn": gettext_lazy("Withdrawn"),
}


@register.filter
def dollars(cents: int | None) -> str:
    """Cents as dollars, `$4.80`; a dash for nothing."""
    return "\u2013" if cents is None else _("$%(amount)s") % {"amount": in_dollars(cents)}


@register.filter
def auction_state(state: str) -> str:
    """Where an auction stands, in words."""
    return str(STATES.get(state, state))


@register.filter
def security_kind(kind: str) -> str:
    """What kind of financial security it is, in words."""
    return str(SECURITIES.get(kind, kind))


@register.filter
def application_state(state: str) -> str:
    """What became of an application to bid, in words."""
    return str(APPLICATIONS.get(state, state))
