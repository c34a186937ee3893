"""Filters for pages on set-asides."""

from __future__ import annotations

from django import template

from trueup.web import set_aside_words as words

register = template.Library()


@register.filter
def set_aside_purpose(code: str) -> str:
    return words.said(words.PURPOSES, code)


@register.filter
def project_state(code: str) -> str:
    return words.said(words.PROJECT_STATES, code)


@register.filter
def set_aside_look(code: str) -> str:
    return words.LOOKS.get(code, "")


@register.filter
def duty_state(code: str) -> str:
    return words.said(words.DUTY_STATES, code)


@register.filter
def project_category(code: str) -> str:
    return words.said(words.CATEGORIES, code)
