"""Reasons why a document is not issued."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class NothingToIssue(Refusal):
    code = "document.nothing_to_issue"
    cite = "PLAT-088"


class YearNotOver(Refusal):
    code = "document.year_not_over"
    cite = "PLAT-140"


class NotFinal(Refusal):
    code = "document.not_final"
    cite = "40 CFR 62.16335(e)"


class TooLong(Refusal):
    code = "document.too_long"
    cite = "docs/decisions/0272"
