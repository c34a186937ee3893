"""Why an appeal is not kept or decided."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class UnknownDecision(Refusal):
    code = "audit.unknown_decision"
    cite = "78.1(a)(1)"


class AppealPending(Refusal):
    code = "audit.appeal_pending"
    cite = "78.1"


class NoAppealPending(Refusal):
    code = "audit.no_appeal_pending"
    cite = "78.1"


class ReasonsMissing(Refusal):
    code = "audit.reasons_missing"
    cite = "MASS-165; RATE-267"


class OutcomeNotKnown(Refusal):
    code = "audit.outcome_not_known"
    cite = "78.1; PLAT-111"
