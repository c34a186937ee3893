"""The domain's sentences in the reader's language (docs/decisions/0220)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from trueup.ledger.checks import UnknownAccount
from trueup.transfers.checks import CoolingDown
from trueup.web import sentences

KNOWN = {
    "There is no account with the number {number}.": "No hay cuenta con el número {number}.",
    "{name} ({number}) waits until {until_on}.": "{name} ({number}) espera hasta el {until_on}.",
    "{quantity} {words}.": "{words}: {quantity}.",
    "It was {{kept}}.": "Se {{guardó}}.",
    "Nothing goes.": "Nada sale.",
}


@pytest.fixture(autouse=True)
def _known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "refusals.json").write_text(json.dumps(KNOWN), encoding="utf-8")
    monkeypatch.setattr(sentences, "LOCALES", tmp_path)
    sentences.sentences.cache_clear()
    yield
    sentences.sentences.cache_clear()


class TestSay:
    """PLAT-003: a refusal in the reader's language, with the values that were in it."""

    @pytest.mark.parametrize(
        ("english", "spanish"),
        [
            (
                "There is no account with the number “B”.",
                "No hay cuenta con el número “B”.",
            ),
            ("Barry (C1) waits until May 2.", "Barry (C1) espera hasta el May 2."),
            ("A (b) (C1) waits until May 2.", "A (b) (C1) espera hasta el May 2."),
            ("It was {kept}.", "Se {guardó}."),
            ("Nothing goes.", "Nada sale."),
        ],
    )
    def test_a_sentence_is_said_in_spanish_with_its_values(
        self, english: str, spanish: str
    ) -> None:
        with translation.override("es"):
            assert sentences.say(english) == spanish

    def test_in_english_it_stays_as_it_was_recorded(self) -> None:
        with translation.override("en"):
            assert sentences.say("Nothing goes.") == "Nothing goes."

    def test_without_a_translation_it_says_that_it_is_english_and_runs_no_script(self) -> None:
        with translation.override("es"):
            said = sentences.say("Else <script>alert(1)</script>")

        assert said == '<span lang="en">Else &lt;script&gt;alert(1)&lt;/script&gt;</span>'

    def test_a_value_is_never_taken_for_a_place_to_fill(self) -> None:
        with translation.override("es"):
            said = sentences.say("There is no account with the number {0.__class__}{number}.")

        assert said == "No hay cuenta con el número {0.__class__}{number}."

    def test_all_reasons_are_said_and_escaped(self) -> None:
        reasons = [UnknownAccount("Nothing goes."), CoolingDown("<b>")]

        with translation.override("es"):
            said = sentences.say_all(reasons)
            with_cite = sentences.say_with_cite(reasons[0])

        assert said == 'Nada sale. <span lang="en">&lt;b&gt;</span>'
        assert with_cite == f"Nada sale. ({UnknownAccount.cite})"

    def test_a_reason_that_was_kept_with_its_paragraph_is_said_too(self) -> None:
        with translation.override("es"):
            assert sentences.say("Nothing goes. (40 CFR 62.16330(b)(2))") == (
                "Nada sale. (40 CFR 62.16330(b)(2))"
            )

    @given(st.text(max_size=200))
    def test_whatever_the_sentence_nothing_breaks(self, text: str) -> None:
        with translation.override("es"):
            assert isinstance(sentences.say(text), str)

    @given(st.text(max_size=40), st.text(max_size=40))
    def test_what_stood_in_the_places_is_in_the_translation(self, name: str, day: str) -> None:
        with translation.override("es"):
            said = sentences.say(f"{name} (C1) waits until {day}.")

        assert said.startswith(name) or " (C1) waits until " in name + day

    def test_the_time_grows_with_the_length_alone(self) -> None:
        hostile = "There is no account with the number " + "( (waits until " * 300_000

        began = time.perf_counter()
        with translation.override("es"):
            sentences.say(hostile)
            sentences.say(("a (" * 1_600) + "b")

        assert time.perf_counter() - began < 0.5
