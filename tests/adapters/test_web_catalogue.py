"""Every text on screen is in the catalogue of messages (issue 4; docs/decisions/0220).

Twice: in the source, where a literal text in a template or in a form is found without
showing it; and on the pages themselves, in a language that marks what it translates.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

import pytest
from django.conf import settings
from django.template import Context
from django.urls import NoReverseMatch

from tests.adapters.pseudo_language import Data, Reader, forgotten, pseudo_language
from tests.adapters.roles_of_access import Everyone
from tests.adapters.test_access_everywhere import address_of, pages
from tests.contexts.registry import Registry
from tools import message_gaps
from trueup.resources.verifiers import MOODYS_CLASSES, SP_CLASSES
from trueup.rules import programs
from trueup.rules.program import Jurisdiction
from trueup.web import sentences
from trueup.web.templatetags.words import of_instruments
from trueup.web.theme import theme

# For those who build pages, not for those who use them.
FOR_BUILDERS = frozenset({"web/components.html", "views/gallery.py", "components"})
# Sheets of downloads are English for everybody, because machines read them.
DOWNLOADS = frozenset({"views/account_statements.py", "views/desk_reading.py", "views/market.py"})
# The audit trail shows acts and subjects by their codes, as they are recorded.
CODES = frozenset({"audit-trail"})


class TestSource:
    """Nothing that is read to people is written down outside the catalogue."""

    def test_templates_have_no_literal_text(self) -> None:
        found = {
            name: gaps
            for name, gaps in message_gaps.template_gaps().items()
            if name not in FOR_BUILDERS
        }

        assert found == {}

    def test_forms_messages_and_links_have_no_literal_text(self) -> None:
        found = {
            name: gaps
            for name, gaps in message_gaps.python_gaps().items()
            if name not in DOWNLOADS | FOR_BUILDERS
        }

        assert found == {}

    @pytest.mark.parametrize(
        ("template", "gaps"),
        [
            ("<p>Two words</p>", ["Two words"]),
            ('<p title="Two words">{{ x }}</p>', ["title='Two words'"]),
            ('<c-row label="From">{{ x }}</c-row>', ["label='From'"]),
            ('<c-table caption="All of it" name="All">', ["caption='All of it'", "name='All'"]),
            ("<p>{% if x %}yes{% endif %}</p>", ["yes"]),
            ("<p>{% translate 'Two words' %}, {{ x }} 12</p>", []),
            ("<p>{% blocktranslate %}Two {{ n }}{% endblocktranslate %}</p>", []),
            ("<c-row label=\"{% translate 'From' %}\">{{ x }}</c-row>", []),
            ("<code>trueup check</code>{# Two words #}", []),
            ('<p lang="en">Two words</p><p>(CSV)</p>', []),
        ],
    )
    def test_a_literal_text_is_found_wherever_it_is(self, template: str, gaps: list[str]) -> None:
        assert message_gaps.gaps_of(template) == gaps


def _names() -> list[str]:
    """What a program's file and the theme name; the theme says itself in which language."""
    look = theme("es")
    tagline = of_instruments(Context({"program": programs.load("cpp-mass")}), look.tagline)
    tail = f"{look.site}, {look.agency}. {tagline} Trueup {version('trueup')}."
    places = [place.name for code in programs.codes() for place in _places(code)]
    codes = [*programs.codes(), *(place for code in programs.codes() for place in _codes(code))]
    codes += [*MOODYS_CLASSES, *SP_CLASSES]
    return [look.site, look.agency, look.tagline, look.contact, tail, *places, *codes]


def _places(code: str) -> Iterable[Jurisdiction]:
    return programs.load(code).jurisdictions.values()


def _codes(code: str) -> Iterable[str]:
    return programs.load(code).jurisdictions


@pytest.mark.django_db
class TestPages:
    """Every page, in a language that marks what it translates."""

    def test_what_is_read_is_marked_or_data(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sentences, "LOCALES", settings.VAR_DIR / "no-languages")
        sentences.sentences.cache_clear()
        everyone = Everyone(registry=Registry())
        data = Data(_names())
        found: dict[str, list[str]] = {}
        shown = 0
        with pseudo_language():
            for _, page in pages():
                name = page.name or ""
                try:
                    address = address_of(page, everyone)
                except NoReverseMatch:  # The walk of all roles insists on an address.
                    continue
                for role in ("representative", "administrator"):
                    client = everyone.clients[role]
                    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
                    answer = client.get(address, headers={"Accept": "text/html"})
                    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
                    if is_page and answer.status_code in (200, 422) and not answer.streaming:
                        shown += 1
                        gaps = forgotten(answer.content.decode(), data)
                        if gaps and name not in CODES | FOR_BUILDERS:
                            found.setdefault(name, []).extend(sorted(set(gaps)))
        sentences.sentences.cache_clear()

        assert shown > 60
        report = [f"{name}: {gap}" for name, gaps in found.items() for gap in sorted(set(gaps))]
        assert report == [], "\n".join(report)

    @pytest.mark.parametrize(
        ("html", "found"),
        [
            ("<p>⟦Marked⟧ 12, (3)</p>", []),
            ("<p>⟦Read <a>this</a> now⟧</p>", []),
            ("<p>⟦Outer ⟦inner⟧ outer⟧</p>", []),
            ("<p>Barry</p><td>Barry, 12</td>", []),
            ("<p>Forgotten text</p>", ["Forgotten text"]),
            ("<p>⟦Marked⟧ forgotten</p>", ["forgotten"]),
            ('<img alt="Forgotten">', ["Forgotten"]),
            ('<p lang="en">A sentence</p><code>run</code>', []),
            ("<p>40 CFR 62.16340(a)(1)</p>", []),
        ],
    )
    def test_what_was_forgotten_is_found(self, html: str, found: list[str]) -> None:
        data = Data(["Barry"])
        data.__dict__["texts"] = {"Barry"}

        reader = Reader(data)
        reader.feed(html)

        assert reader.found == found
