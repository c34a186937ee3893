"""The catalogue of messages: whole, true to the code, and read from every place.

Issue 4: every text on screen is in a message catalogue; Spanish for the public's and the
representative's pages (docs/decisions/0220).
"""

from __future__ import annotations

import ast

import pytest
from babel.messages.catalog import Message

from tools import message_sources, messages


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_catalogue_is_true_to_the_code_and_its_spanish_is_whole(language: str) -> None:
    assert list(messages.problems(language)) == []


class TestSources:
    """Every way in which a text is marked for the catalogue."""

    def test_a_template_gives_its_texts_also_in_the_attributes_of_components(self) -> None:
        template = (
            "{% load i18n %}<c-table caption=\"{% translate 'What it holds' %}\">"
            "{% blocktranslate trimmed count n=rows %}{{ n }} row{% plural %}{{ n }} rows"
            '{% endblocktranslate %}{% translate "May" context "month" %}</c-table>'
        )

        found = list(message_sources.messages_of_template(template, path="x.html"))

        assert [(one.text, one.plural, one.context) for one in found] == [
            ("What it holds", "", ""),
            ("%(n)s row", "%(n)s rows", ""),
            ("May", "", "month"),
        ]

    @pytest.mark.parametrize(
        ("made", "patterns"),
        [
            ('"There is no such account."', ["There is no such account."]),
            ('f"At most {BLOCKS_MAX:,} blocks."', ["At most {blocks_max} blocks."]),
            ('f"{a.name} to {b.name}."', ["{name} to {name_2}."]),
            ("f\"It {'is' if x else 'was'} so.\"", ["It is so.", "It was so."]),
            ("f\"One of {', '.join(kinds)}.\"", ["One of {kinds}."]),
            ("f\"{'a' if x else name}.\"", ["a.", "{name}."]),
            ("function(x)", []),
        ],
    )
    def test_a_refusals_sentence_is_read_from_the_call_that_makes_it(
        self, made: str, patterns: list[str]
    ) -> None:
        node = ast.parse(made, mode="eval").body

        found = message_sources.patterns_of(message_sources.Sentence(node=node, assigned={}))

        assert found == patterns

    def test_nearly_every_place_that_refuses_shows_its_sentence_to_the_reader(self) -> None:
        shown = [
            bool(message_sources.patterns_of(one)) for _, one in message_sources.sentence_calls()
        ]

        assert len(shown) > 500
        assert sum(shown) >= 0.99 * len(shown)


class TestTranslations:
    """What is wrong with a translation is found."""

    @pytest.mark.parametrize(
        ("text", "translation", "context"),
        [
            ("You hold %(count)s.", "Tiene.", None),
            ("You hold it.", "Tiene %(count)s.", None),
            ("No account {number}.", "No hay cuenta {numero}.", "refusal"),
            ("Read <a>this</a>.", "Lea esto.", None),
        ],
    )
    def test_a_placeholder_or_an_element_that_differs_is_found(
        self, text: str, translation: str, context: str | None
    ) -> None:
        message = Message(text, translation, context=context)

        assert list(messages.placeholder_problems(message)) != []

    def test_a_singular_may_say_one_in_words(self) -> None:
        message = Message(("One row", "%(n)s rows"), ("Una fila", "%(n)s filas"))

        assert list(messages.placeholder_problems(message)) == []

    @pytest.mark.parametrize(
        ("path", "context", "owed"),
        [
            ("src/trueup/web/templates/web/account.html", None, True),
            ("src/trueup/web/templates/web/desk/console.html", None, False),
            ("src/trueup/transfers/checks.py", "refusal", True),
            ("src/trueup/allocation/checks.py", "refusal", False),
        ],
    )
    def test_what_only_officials_read_may_stay_english(
        self, path: str, context: str | None, owed: bool
    ) -> None:
        message = Message("Text", context=context, locations=[(path, 0)])

        assert messages.must_be_translated(message) is owed
