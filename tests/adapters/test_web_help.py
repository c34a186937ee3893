"""Help: every page leads to its topic, every topic is written, in both languages where owed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.adapters.web_books import Page
from trueup.web import definitions
from trueup.web import help_topics as topics

pytestmark = pytest.mark.django_db

TOPICS = [topic.key for topic in topics.TOPICS]
# What officials alone do is written in English.
OWED_IN_SPANISH = [one.key for one in topics.TOPICS if one.audience != topics.OFFICIALS]


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """The names of all addresses but those of the data interface."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if not str(pattern.pattern).startswith("api/"):
                yield from names(pattern.url_patterns)
        else:
            yield pattern.name or ""


def shown(client: Client, address: str, language: str = "en") -> str:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def written(html: str) -> str:
    """The text of the topic itself."""
    found = re.search(r'data-text="help"[^>]*>(.*?)</div>\s*(?:<section|<p>|</div>)', html, re.S)
    assert found is not None
    return found[1]


class TestTopics:
    """PLAT-014: help pages; a help link on each page that leads to the right place."""

    def test_every_page_has_a_topic(self) -> None:
        lost = [name for name in names(get_resolver().url_patterns) if not topics.topic_of(name)]

        assert lost == []

    @pytest.mark.parametrize(
        ("page", "topic"),
        [
            ("act-transfer", "transfers"),
            ("act-approve", "waiting-transfers"),
            ("account", "account-page"),
            ("account_email", "signing-in"),
            ("account-statement-csv", "statements"),
            ("act-desk/settle", "settling"),
            ("act-desk/grant_role", "desk"),
            ("sign-receipt", "signing"),
            ("sign-in", "signing-in"),
            ("help-request", "asking"),
            ("form", "forms"),
            ("you", "your-accounts"),
        ],
    )
    def test_the_topic_is_the_right_one(self, page: str, topic: str) -> None:
        assert topics.topic_of(page) == topic

    def test_the_link_on_a_page_leads_to_its_topic(self, client: Client) -> None:
        html = shown(client, reverse("account_reset_password"))

        assert f'href="{reverse("help-topic", args=["signing-in"])}"' in html

    @pytest.mark.parametrize("topic", TOPICS)
    def test_each_topic_is_written_and_well_built(self, client: Client, topic: str) -> None:
        html = shown(client, reverse("help-topic", args=[topic]))

        assert Page(html).problems() == []
        assert len(re.sub(r"<[^>]+>", "", written(html))) > 200

    @pytest.mark.parametrize("topic", [*OWED_IN_SPANISH, "words"])
    def test_what_is_not_for_officials_alone_is_in_spanish_with_the_same_parts(
        self, client: Client, topic: str
    ) -> None:
        address = reverse(
            "help-words" if topic == "words" else "help-topic", args=[topic][: topic != "words"]
        )
        english, spanish = shown(client, address), shown(client, address, "es")

        def parts(html: str) -> list[str]:
            return re.findall(
                r"<(?:li|dt|p|h2|strong|a)\b[^>]*?(?:href=\"[^\"]*\")?", written(html)
            )

        assert parts(english) == parts(spanish)
        assert written(english) != written(spanish)
        assert '<html lang="es"' in spanish

    def test_a_topic_that_a_language_lacks_is_english_and_says_so(self, client: Client) -> None:
        html = shown(client, reverse("help-topic", args=["settling"]), "es")

        assert 'lang="en" data-text="help"' in html

    @pytest.mark.parametrize("address", ["/help/topics/nothing/", "/help/definitions/62.1/"])
    def test_what_there_is_not_is_not_found(self, client: Client, address: str) -> None:
        assert client.get(address).status_code == 404

    def test_all_topics_are_on_the_page_of_help(self, client: Client) -> None:
        html = shown(client, reverse("help"))

        assert all(reverse("help-topic", args=[topic]) in html for topic in TOPICS)
        assert reverse("forms") in html

    def test_the_files_are_those_of_the_topics(self) -> None:
        files = {path.stem for path in (topics.TEMPLATES / "en").glob("*.html")}

        assert files == {*TOPICS, "words"}

    def test_it_is_said_that_nobody_sees_a_password_or_signs_for_another(
        self, client: Client
    ) -> None:
        """PLAT-154: an operator acts without ever seeing a password, and never signs."""
        text = shown(client, reverse("help-topic", args=["asking"]))

        assert "Nobody here can see your password" in text
        assert "nobody can sign for you" in text


class TestWords:
    """40 CFR 62.16375, 62.16570: the rule's definitions, each with an address of its own."""

    @pytest.mark.parametrize(("section", "count"), [("62.16375", 113), ("62.16570", 109)])
    def test_all_definitions_are_shown_with_their_anchors(
        self, client: Client, section: str, count: int
    ) -> None:
        html = shown(client, reverse("help-definitions", args=[section]), "es")

        assert html.count("<dt id=") == count
        assert 'panel--long" lang="en"' in html
        assert Page(html).problems() == [] or "the page does not say its language" in str(
            Page(html).problems()
        )

    def test_the_words_of_the_rule_are_its_own(self) -> None:
        business_day = next(
            one for one in definitions.definitions("62.16375") if one.anchor == "business-day"
        )

        assert business_day.text == (
            "Business day means a day that does not fall on a weekend or a federal holiday.",
        )

    def test_every_link_from_a_word_to_the_rule_leads_to_a_definition(self, client: Client) -> None:
        html = shown(client, reverse("help-words"))
        links = re.findall(r"/help/definitions/([\d.]+)/#([\w-]+)", html)
        anchors = {
            (section, one.anchor)
            for section in definitions.SECTIONS
            for one in definitions.definitions(section)
        }

        assert len(links) > 15
        assert set(links) <= anchors

    def test_every_link_to_a_word_leads_to_one(self, client: Client) -> None:
        ids = set(Page(shown(client, reverse("help-words"))).ids)
        texts = "".join(path.read_text() for path in topics.TEMPLATES.rglob("*.html"))

        assert set(re.findall(r"help-words' %}#([\w-]+)", texts)) <= ids

    def test_the_files_hold_what_the_pages_show(self) -> None:
        for section in definitions.SECTIONS:
            path = definitions.FOLDER / f"{section}.toml"
            assert tomllib.loads(path.read_text(encoding="utf-8"))["section"] == section
