"""PLAT-155: the adoption guide answers every question of the paper on tracking systems."""

from __future__ import annotations

import re

import pytest

from tools.docs import ROOT

GUIDE = ROOT / "docs" / "how-to" / "adopt-trueup.md"
# EPA's paper on tracking systems, section 6, word for word.
QUESTIONS = (
    "what are my organization's technical capabilities for developing, implementing, hosting,"
    " and securing a tracking system?",
    "does it make sense to build a system from scratch or use a third-party system?",
    "does my trading program allow for linking to other States? If so, what tracking systems"
    " are used by the other partners?",
    "does the tracking system support all of the features of my emission trading program?",
    "what are the options for hosting the system?",
    "what are the technical and programmatic functions that my organization will perform"
    " versus the functions that could be outsourced?",
)
# What an adopting State asks besides.
PARTS = (
    "What to decide, in order",
    "What data to bring",
    "Moving accounts from another system",
    "Security review",
    "What it costs",
    "Rehearse before you open",
    "A timetable",
)


def sections() -> dict[str, str]:
    """The text of each section, in one line, by its heading."""
    parts = re.split(r"^## (.+)$", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {
        heading: " ".join(text.split())
        for heading, text in zip(parts[1::2], parts[2::2], strict=True)
    }


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_has_a_section_that_answers_it(question: str) -> None:
    answering = [text for text in sections().values() if f"{question}*" in text]

    assert len(answering) == 1
    assert len(answering[0]) > len(question) + 300


def test_no_section_answers_two_questions() -> None:
    asked = [heading for heading, text in sections().items() if "*Question" in text]

    assert len(asked) == len(QUESTIONS)


@pytest.mark.parametrize("part", PARTS)
def test_what_has_to_be_done_has_its_section(part: str) -> None:
    assert len(sections()[part]) > 200


def test_no_figure_of_cost_is_made_up() -> None:
    assert not re.search(r"[$€]\s?\d|\d+ (dollars|euros|USD)", GUIDE.read_text(encoding="utf-8"))
