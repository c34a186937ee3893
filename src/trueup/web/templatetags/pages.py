"""How quantities, dates and codes are written on the pages.

Words are those of the reader's language. Counts are written alike in every language,
1,234.5: Spanish as it is written in the United States does the same, and a comma that one
reader takes for thousands and another for a decimal is no risk to take with tons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template
from django.utils import dateformat, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.desk.acts import ACTS
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.programs import Program
from trueup.web.templatetags.words import word

register = template.Library()

NOTHING = "\N{EN DASH}"

_EVENTS = {
    "originated": gettext_lazy("Originated"),
    "allocated": gettext_lazy("Allocated"),
    "issued": gettext_lazy("Issued"),
    "transferred": gettext_lazy("Transferred"),
    "deducted": gettext_lazy("Deducted"),
    "cancelled": gettext_lazy("Cancelled"),
    "adjusted": gettext_lazy("Adjusted"),
}
_KINDS = {
    "compliance": gettext_lazy("Compliance account"),
    "general": gettext_lazy("General account"),
    "holding": gettext_lazy("Set-aside account"),
    "origination": gettext_lazy("Reserve"),
    "retirement": gettext_lazy("Retirement account"),
}
_PURPOSES = {
    "reserve": gettext_lazy("Reserve"),
    "renewable_energy": gettext_lazy("Renewable energy set-aside"),
    "output_based": gettext_lazy("Output-based set-aside"),
    "early_action": gettext_lazy("Early action set-aside"),
    "liesa": gettext_lazy("Limited industrial exemption set-aside"),
    "ltc": gettext_lazy("Long-term contract set-aside"),
    "vrsa": gettext_lazy("Voluntary renewable set-aside"),
    "cgsa": gettext_lazy("Clean generation set-aside"),
    "consumer": gettext_lazy("Consumer energy efficiency"),
}
_ACCOUNT_STATES = {
    "open": gettext_lazy("Open"),
    "frozen": gettext_lazy("Frozen"),
    "closed": gettext_lazy("Closed"),
}


@register.filter
def quantity(value: int | str | None) -> str:
    """A count with its thousands apart; a dash where there is none."""
    return NOTHING if value is None or isinstance(value, str) else f"{value:,}"


@register.filter
def millions(value: int | None) -> str:
    """A large count, short: 1,234.5 million."""
    if value is None:
        return NOTHING
    if value < 1_000_000:
        return f"{value:,}"
    return _("%(count)s million") % {"count": f"{value / 1_000_000:,.1f}"}


@register.filter
def tons(value: Decimal | int | str | None) -> str:
    """Tons as they were measured, without zeros at the end; a dash where there are none."""
    if value is None or isinstance(value, str):
        return NOTHING
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def percent(value: float | None) -> str:
    """A share of one, as a percentage with one decimal; never rounded up to 100."""
    if value is None:
        return NOTHING
    return f"{min(value * 100, 99.9):.1f}%" if value < 1 else f"{value * 100:.0f}%"


@register.filter
def instant(value: datetime | None, program: Program) -> SafeString | str:
    """A date and a time in the program's zone, with the exact instant for machines."""
    if value is None:
        return NOTHING
    text = moment_in_words(value, ZoneInfo(program.time_zone))
    return format_html('<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def day(value: date | datetime | None, program: Program | None = None) -> SafeString | str:
    """A day in full: May 1, 2025; of an instant, the day it was in the program's zone."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        zone = ZoneInfo(program.time_zone) if program else timezone.get_current_timezone()
        value = timezone.localtime(value, zone).date()
    text = day_in_words(value)
    return format_html('<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), text)


def day_in_words(value: date) -> str:
    """A day in the reader's language: May 1, 2025."""
    # Translators: how a day is written, in Django's letters: F month, j day, Y year.
    return dateformat.format(value, _("F j, Y"))


def moment_in_words(value: datetime, zone: ZoneInfo) -> str:
    """A day and a time of day in a zone, in the reader's language: May 1, 2025, 14:05 EDT."""
    local = timezone.localtime(value, zone)
    return _("%(day)s, %(time)s %(zone)s") % {
        "day": day_in_words(local.date()),
        "time": f"{local:%H:%M}",
        "zone": local.tzname(),
    }


@register.filter
def event_name(event: str) -> str:
    """An event of the journal, as a word to begin with."""
    return _word(_EVENTS, event)


@register.filter
def kind_name(kind: str) -> str:
    """What an account of a kind is called on the pages."""
    return _word(_KINDS, kind)


@register.filter
def account_kind(entry: AccountEntry) -> str:
    """What kind an account is of; a State's own is a general one of the State (RGGI-028)."""
    rules = programs.load(entry.program).market.state_accounts
    if rules is not None and entry.purpose in {of.purpose for of in rules.accounts}:
        return _("General account (State)")
    return kind_name(entry.kind)


@register.filter
def account_name(entry: AccountEntry) -> str:
    """What an account is called; the Administrator's own one by its kind."""
    return kind_name(entry.kind) if entry.name == entry.purpose else entry.name


@register.filter
def purpose_name(purpose: str) -> str:
    """What a State's account is for."""
    return _word(_PURPOSES, purpose)


@register.filter
def account_state(state: str) -> str:
    """The state of an account, as a word to begin with."""
    return _word(_ACCOUNT_STATES, state)


@register.filter
def words(value: str) -> str:
    """A code as words: `not_held` becomes `not held`."""
    return value.replace("_", " ")


@register.filter
def at(values: Sequence[object], position: int) -> object:
    """The value at a position of a sequence."""
    return values[position]


@register.filter
def act_title(name: str) -> str:
    """An act of officials in words."""
    return word(ACTS[name].title if name in ACTS else name.replace("_", " "))


@register.filter
def task_kind(name: str) -> str:
    """A kind of task, or an event of notices, in words."""
    return word(name.replace("_", " ").capitalize())


@register.filter
def event_act(name: str) -> str:
    """An act of the audit trail in words."""
    return word(name.replace("_", " ").capitalize())


def _word(table: Mapping[str, str | Promise], code: str) -> str:
    """What a code is called in the reader's language; one without a name as words."""
    return str(table[code]) if code in table else code.replace("_", " ").capitalize()
