"""Words about what holders owe and hold."""

from __future__ import annotations

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from trueup.disclosure.standing import Deadline
from trueup.web.templatetags.pages import day_in_words

register = template.Library()


@register.filter
def deadline_words(deadline: Deadline) -> str:
    """When a deadline is, and for which period: May 1, 2028, midnight EDT, for 2025-2027."""
    local = timezone.localtime(deadline.at, deadline.program.zone)
    return _("%(day)s, midnight %(zone)s, for %(period)s") % {
        "day": day_in_words(deadline.on),
        "zone": local.tzname(),
        "period": deadline.period,
    }
