"""What a statement may say of compliance: 40 CFR 62.16420(g)."""

from __future__ import annotations

import pytest

from trueup.rules.scope import check_wording, scope_note


class TestWording:
    """RATE-011: standing in the program is never shown as compliance with the whole Act."""

    @pytest.mark.parametrize(
        "text",
        [
            "In full Clean Air Act compliance",
            "The unit complies with all of the Clean Air Act.",
            "FULLY COMPLIANT with the CAA",
        ],
    )
    def test_a_claim_of_the_whole_act_is_refused(self, text: str) -> None:
        assert [one.code for one in check_wording(text)] == ["scope.overstated"]

    @pytest.mark.parametrize(
        "text",
        [
            "In compliance",
            "Full compliance with the rate-based program for 2022-2024",
            "The Clean Air Act asks for a permit.",
            "The Clean Air Act asks for a permit. Every unit is in compliance with the program.",
            scope_note("Clean Power Plan rate-based trading program"),
        ],
    )
    def test_other_words_are_taken(self, text: str) -> None:
        assert check_wording(text) == []

    def test_the_note_names_the_program(self) -> None:
        assert scope_note("X program").startswith("This is about the X program only.")
