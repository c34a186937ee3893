"""Words of the domain and of a program's file, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.template import Context
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from trueup.rules.program import Program
from trueup.web import sentences

register = template.Library()


@register.filter
def sentence(value: str) -> str:
    """A sentence of the domain: a refusal, or what a transfer waits for."""
    return sentences.say(str(value))


@register.filter
def word(value: str) -> str:
    """A word of a program's file or of the registry's own lists: an instrument, a form."""
    return pgettext("program", value) if value else ""


@register.simple_tag(takes_context=True)
def of_instruments(context: Context, text: str) -> str:
    """A text of the theme, with what the page's program, if it has one, calls its instruments."""
    program = context.get("program")
    name = word(program.instrument) if isinstance(program, Program) else _("instrument")
    return text.replace("{instrument}", name)


# The same where the reader is not known yet: in forms and acts that are declared once.
word_lazy = lazy(word, str)


@register.filter
def item(names: Mapping[str, object], key: str) -> object:
    """What a code is called; empty if it is not in the list."""
    return names.get(key, "")
