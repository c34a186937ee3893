"""Passwords that a guesser would try soon are refused; nothing is asked of the network.

zxcvbn brings the 30,000 passwords that are most common in published breaches, names and
words, and knows the usual ways of dressing them up: `Password1234!` is not better than
`password`.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

# Of 0 to 4; 3 withstands 10^8 guesses, 2 withstands 10^6.
SCORE_MIN = 3
# It takes long for long texts, and nobody guesses at this length.
LOOKED_AT = 72


class GuessablePasswordValidator:
    """Refuse what a guesser with the lists of past breaches finds soon (PLAT-094)."""

    def validate(self, password: str, user: Any = None) -> None:
        own = [getattr(user, name, "") for name in ("username", "email", "first_name", "last_name")]
        found = zxcvbn(password[:LOOKED_AT], user_inputs=[word for word in own if word])
        if found["score"] >= SCORE_MIN:
            return
        advice = " ".join(
            text
            for text in (found["feedback"]["warning"], *found["feedback"]["suggestions"])
            if text
        )
        raise ValidationError(
            format_html(
                '{} <span lang="en">{}</span> {}',
                _("This password would be guessed soon."),
                advice,
                _("Four or more unusual words are good."),
            ),
            code="password_guessable",
        )

    def get_help_text(self) -> str:
        return _("It must not be easy to guess, nor be known from a breach.")
