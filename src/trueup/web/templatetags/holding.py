"""Words about what holders owe and hold."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trueup.disclosure.standing import Deadline
from trueup.web.emission_tables import AHEAD, BY_YEAR, FINAL, MISSING, PARTLY, PRELIMINARY
from trueup.web.templatetags.pages import day_in_words

register = template.Library()

ORIGINS_NAMED = 4
_PASSED_OVER = {
    "not_held": gettext_lazy("the account did not hold it"),
    "too_new": gettext_lazy("its vintage is too new"),
    "not_usable": gettext_lazy("it cannot be used here"),
    "not_needed": gettext_lazy("it was not needed"),
}
_EMISSIONS = {
    FINAL: gettext_lazy("final"),
    PRELIMINARY: gettext_lazy("preliminary"),
    PARTLY: gettext_lazy("part is missing"),
    MISSING: gettext_lazy("missing"),
    BY_YEAR: gettext_lazy("by year"),
    AHEAD: gettext_lazy("not yet due"),
}
_TRUST = {
    "awaiting_approval": gettext_lazy("waits for the second person"),
    "listed": gettext_lazy("listed; takes effect later"),
}


@register.filter
def deadline_words(deadline: Deadline) -> str:
    """When a deadline is, and for which period: May 1, 2028, midnight EDT, for 2025-2027."""
    local = timezone.localtime(deadline.at, deadline.program.zone)
    return _("%(day)s, midnight %(zone)s, for %(period)s") % {
        "day": day_in_words(deadline.on),
        "zone": local.tzname(),
        "period": deadline.period,
    }


@register.filter
def first_few(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    shown, more = ", ".join(names[:ORIGINS_NAMED]), len(names) - ORIGINS_NAMED
    if more <= 0:
        return shown
    return ngettext("%(names)s and %(more)d more", "%(names)s and %(more)d more", more) % {
        "names": shown,
        "more": more,
    }


@register.filter
def passed_over_words(reason: str) -> str:
    """Why a serial number that was asked for was not deducted."""
    return str(_PASSED_OVER.get(reason, reason))


@register.filter
def trust_words(state: str) -> str:
    """Whether an account is trusted already."""
    return str(_TRUST.get(state, state))


@register.filter
def emission_words(status: str) -> str:
    """How sure reported emissions are."""
    return str(_EMISSIONS.get(status, status))


@register.filter
def emission_look(status: str) -> str:
    """How the status of emissions is tinted."""
    return {FINAL: "good", PRELIMINARY: "care", PARTLY: "care", MISSING: "bad"}.get(status, "")
