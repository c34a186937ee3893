"""What the pages say about transfers: their states in words, and what is returned by what."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from trueup.transfers import queries, returns
from trueup.transfers.entries import TransferEntry
from trueup.web.transfer_words import StateWords, state_of

register = template.Library()


@register.filter
def state_words(entry: TransferEntry) -> StateWords:
    """The state of a transfer in its people's words."""
    return state_of(entry)


@register.simple_tag
def returns_of(entry: TransferEntry) -> list[tuple[str, str]]:
    """What is said of a transfer that is given back, or gives back: sentence and address."""
    found: list[tuple[str, str]] = []
    back = returns.return_of(entry.key)
    if back is not None:
        asked = {
            "sender": _("The sender has asked for it back: “%(ground)s”."),
            "receiver": _("The receiver did not expect it, and sends it back: “%(ground)s”."),
        }[back.side]
        # Until somebody has signed the return it is a proposal, which has no page of its own.
        is_there = queries.transfer(back.key) is not None
        address = reverse("transfer", args=[entry.program, back.key]) if is_there else ""
        found.append((asked % {"ground": back.ground}, address))
    of = returns.returns_what(entry.key)
    if of is not None:
        address = reverse("transfer", args=[entry.program, of.returned])
        found.append((_("It gives back an earlier transfer."), address))
    return found
