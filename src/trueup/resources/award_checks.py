"""Why an act about a resource of a set-aside is not done."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class NoCredits(Refusal):
    """Resources of this program are given allowances of a set-aside."""

    code = "resources.no_credits"
    cite = "40 CFR 62.16245(a)(5)"


class ErrorsNotRepeated(Refusal):
    code = "resources.errors_not_repeated"
    cite = "40 CFR 62.16440; 62.16250; MASS-101"
