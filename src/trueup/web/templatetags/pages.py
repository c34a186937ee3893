"""How quantities and dates are written on the pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from trueup.desk.acts import ACTS
from trueup.ledger.entries import AccountEntry
from trueup.rules.programs import Program

register = template.Library()

NOTHING = "\N{EN DASH}"

_EVENTS = {
    "originated": "Originated",
    "allocated": "Allocated",
    "issued": "Issued",
    "transferred": "Transferred",
    "deducted": "Deducted",
    "cancelled": "Cancelled",
    "adjusted": "Adjusted",
}
_TRANSFER_STATES = {
    "recorded": "Recorded",
    "refused": "Refused",
    "held": "Waits for the deductions",
    "delayed": "Waits out its delay",
    "awaiting_approval": "Waits for a second signature",
    "cancelled": "Cancelled",
    "rejected": "Stopped",
}
_TRANSFER_LOOKS = {"recorded": "good", "refused": "bad", "rejected": "bad", "cancelled": ""}
_KINDS = {
    "compliance": "Compliance account",
    "general": "General account",
    "holding": "Set-aside account",
    "origination": "Reserve",
    "retirement": "Retirement account",
}
_PURPOSES = {
    "reserve": "Reserve",
    "renewable_energy": "Renewable energy set-aside",
    "output_based": "Output-based set-aside",
    "early_action": "Early action set-aside",
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
    return f"{value / 1_000_000:,.1f} million" if value >= 1_000_000 else f"{value:,}"


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
    local = timezone.localtime(value, ZoneInfo(program.time_zone))
    text = f"{local:%B} {local.day}, {local.year}, {local:%H:%M} {local.tzname()}"
    return format_html('<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def day(value: date | datetime | None, program: Program | None = None) -> SafeString | str:
    """A day in full: May 1, 2025; of an instant, the day it was in the program's zone."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        zone = ZoneInfo(program.time_zone) if program else timezone.get_current_timezone()
        value = timezone.localtime(value, zone).date()
    text = f"{value:%B} {value.day}, {value.year}"
    return format_html('<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def event_name(event: str) -> str:
    """An event of the journal, as a word to begin with."""
    return _EVENTS.get(event, event.replace("_", " ").capitalize())


@register.filter
def kind_name(kind: str) -> str:
    """What an account of a kind is called on the pages."""
    return _KINDS.get(kind, kind.replace("_", " ").capitalize())


@register.filter
def account_name(entry: AccountEntry) -> str:
    """What an account is called; the Administrator's own one by its kind."""
    return kind_name(entry.kind) if entry.name == entry.purpose else entry.name


@register.filter
def purpose_name(purpose: str) -> str:
    """What a State's account is for."""
    return _PURPOSES.get(purpose, purpose.replace("_", " ").capitalize())


@register.filter
def words(value: str) -> str:
    """A code as words: `not_held` becomes `not held`."""
    return value.replace("_", " ")


@register.filter
def transfer_state(state: str) -> str:
    """The state of a submitted transfer, in its people's words."""
    return _TRANSFER_STATES.get(state, state.replace("_", " ").capitalize())


@register.filter
def transfer_look(state: str) -> str:
    """How the state of a transfer is tinted."""
    return _TRANSFER_LOOKS.get(state, "care")


@register.filter
def at(values: Sequence[object], position: int) -> object:
    """The value at a position of a sequence."""
    return values[position]


@register.filter
def act_title(name: str) -> str:
    """An act of officials in words."""
    return ACTS[name].title if name in ACTS else name.replace("_", " ")


@register.filter
def task_kind(name: str) -> str:
    """A kind of task, or an event of notices, in words."""
    return name.replace("_", " ").capitalize()


@register.filter
def event_act(name: str) -> str:
    """An act of the audit trail in words."""
    return name.replace("_", " ").capitalize()
