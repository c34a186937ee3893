"""What codes of resources are called, and exact quantities, in templates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template

from trueup.resources.entries import StandingEntry
from trueup.web import resource_words as words

register = template.Library()
_PART_DIGITS = 5


@register.filter
def category_name(code: str) -> str:
    """What a category is called."""
    return words.named(words.CATEGORIES, code)


@register.filter
def grid_name(code: str) -> str:
    """What a grid is called."""
    return words.named(words.GRIDS, code)


@register.filter
def resource_state(code: str) -> str:
    """How far a resource has come."""
    return words.named(words.STATES, code)


@register.filter
def resource_look(code: str) -> str:
    """How that is tinted."""
    return words.LOOKS.get(code, "bad")


@register.filter
def report_state(code: str) -> str:
    """How far an M&V report has come."""
    return words.named(words.REPORT_STATES, code)


@register.filter
def plan_state(code: str) -> str:
    """Whether a version of a plan is in force."""
    return words.named(words.PLAN_STATES, code)


@register.filter
def meter_state(code: str) -> str:
    """What a month of meter data waits for."""
    return words.named(words.METER_STATES, code)


@register.filter
def meter_look(code: str) -> str:
    """How that is tinted."""
    return {"accepted": "good", "filed": "care"}.get(code, "bad")


@register.filter
def paper_name(code: str) -> str:
    """What a kind of paper is called."""
    return words.named(words.PAPERS, code)


@register.filter
def month_name(month: int) -> str:
    """What a month is called, from 1."""
    return words.named(words.MONTHS, str(month))


@register.filter
def exact(value: Decimal | str | None) -> str:
    """A quantity with all its decimals and commas between the thousands."""
    if value is None or value == "":
        return ""
    text = f"{Decimal(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def part(value: Fraction) -> str:
    """A fraction below one in decimals, cut after five."""
    cut = value.numerator * 10**_PART_DIGITS // value.denominator
    return exact(Decimal(cut).scaleb(-_PART_DIGITS))


@register.filter
def of_key(known: Mapping[Any, object], key: object) -> object:
    """What stands under a key; empty without it."""
    return known.get(key, "")


@register.filter
def standing_part(entry: StandingEntry) -> str:
    """How much of each issue a standing instruction asks for."""
    from trueup.web.acts.resources_standing import part_in_words  # The acts need the words.

    return part_in_words(entry)


@register.filter
def standing_vintages(entry: StandingEntry) -> str:
    """For which vintages it holds."""
    from trueup.web.acts.resources_standing import vintages_in_words  # The acts need the words.

    return vintages_in_words(entry)
