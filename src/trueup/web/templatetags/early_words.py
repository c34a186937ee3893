"""Words of early action in templates."""

from __future__ import annotations

from django import template

from trueup.web import early_words

register = template.Library()


@register.filter
def early_kind(kind: str) -> str:
    """What a kind of project is called."""
    return early_words.said(early_words.KINDS, kind)


@register.filter
def early_state(state: str) -> str:
    """What the state of an application is called."""
    return early_words.said(early_words.STATES, state)


@register.filter
def early_look(state: str) -> str:
    """How the state of an application looks."""
    return early_words.LOOKS.get(state, "")
