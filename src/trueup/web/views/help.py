"""Help: what the pages are for, the words of the rule, and where to ask a person.

Source: PLAT-014; PLAT-153; PLAT-154.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.web import help_topics as topics
from trueup.web.access import public
from trueup.web.definitions import SECTIONS, definitions
from trueup.web.pages import Link, page


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Everything that can be read about the registry's pages, and how to ask a person."""
    groups = [
        (title, [topic for topic in topics.TOPICS if topic.audience == audience])
        for audience, title in topics.AUDIENCES.items()
    ]
    return page(request, "help/index", groups=groups, sections=SECTIONS)


@public
@require_safe
def help_topic(request: HttpRequest, topic: str) -> HttpResponse:
    """One topic, in the reader's language if there is a text in it."""
    found = topics.BY_KEY.get(topic)
    if found is None:
        raise Http404(_("There is no such topic of help."))
    language = topics.language_of(topic)
    return page(
        request,
        "help/topic",
        trail=[_help()],
        topic=found,
        text_language=language,
        text=f"web/help/{language}/{topic}.html",
        help_topic=topic,
    )


@public
@require_safe
def words(request: HttpRequest) -> HttpResponse:
    """The words that are used here, each with an address of its own."""
    language = topics.language_of("words")
    return page(
        request,
        "help/words",
        trail=[_help()],
        text_language=language,
        text=f"web/help/{language}/words.html",
        sections=SECTIONS,
    )


@public
@require_safe
def definitions_of(request: HttpRequest, section: str) -> HttpResponse:
    """The definitions of a section of the rule, word for word."""
    if section not in SECTIONS:
        raise Http404(_("There is no such section of definitions here."))
    return page(
        request,
        "help/definitions",
        trail=[_help()],
        section=section,
        definitions=definitions(section),
    )


def _help() -> Link:
    return Link(name=_("Help"), address=reverse("help"))
