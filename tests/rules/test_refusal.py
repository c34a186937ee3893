"""62.16335(e)(2): a refusal gives its reasons."""

from __future__ import annotations

import re

import pytest

from trueup.rules.refusal import Refusal, Refused, refusal_types


class NotEnough(Refusal):
    code = "example.not_enough"
    cite = "40 CFR 62.16330(b)(2)"


class TooLate(Refusal):
    code = "example.too_late"
    cite = "40 CFR 62.16375"


def test_a_refusal_is_read_with_its_row_code_and_paragraph() -> None:
    refusal = NotEnough("Three are missing.", row=4)

    assert str(refusal) == ("row 4: Three are missing. (example.not_enough; 40 CFR 62.16330(b)(2))")
    assert refusal.reason == "not_enough"
    assert "NotEnough" in repr(refusal)


def test_every_reason_that_applies_is_given() -> None:
    refused = Refused([NotEnough("Three are missing."), TooLate("It is over.")])

    assert refused.reasons == {"not_enough", "too_late"}
    assert "Three are missing." in str(refused)
    assert "It is over." in str(refused)


def test_a_refusal_without_a_reason_is_a_bug() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Refused([])


def test_every_code_is_declared_once_and_well_formed() -> None:
    codes = [kind.code for kind in refusal_types()]

    assert "example.not_enough" in codes
    assert "serials.not_readable" in codes
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", code) for code in codes)
    assert all(kind.cite for kind in refusal_types())
