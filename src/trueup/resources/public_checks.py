"""Reasons why a comment, a redaction or an accreditation is refused; one class a reason."""

from __future__ import annotations

from trueup.rules.refusal import Refusal

COMMENTING = "preamble IV.D.6.b"
WITHHOLDING = "40 CFR 62.16515(h), (i); PLAT-127"


class CommentsOpen(Refusal):
    code = "resources.comments_open"
    cite = COMMENTING


class CommentsClosed(Refusal):
    code = "resources.comments_closed"
    cite = COMMENTING


class UnknownCommentPeriod(Refusal):
    code = "resources.unknown_comment_period"
    cite = COMMENTING


class CommentEmpty(Refusal):
    code = "resources.comment_empty"
    cite = COMMENTING


class CommentTooLong(Refusal):
    code = "resources.comment_too_long"
    cite = COMMENTING


class UnknownComment(Refusal):
    code = "resources.unknown_comment"
    cite = COMMENTING


class UnknownPaper(Refusal):
    code = "resources.unknown_paper"
    cite = WITHHOLDING


class NothingNamed(Refusal):
    code = "resources.nothing_named"
    cite = WITHHOLDING


class NotOfThePaper(Refusal):
    code = "resources.not_of_the_paper"
    cite = WITHHOLDING


class AlwaysPublic(Refusal):
    code = "resources.always_public"
    cite = "40 CFR 62.16515(g), (h)"


class ClaimOpen(Refusal):
    code = "resources.claim_open"
    cite = WITHHOLDING


class UnknownClaim(Refusal):
    code = "resources.unknown_claim"
    cite = WITHHOLDING


class ClaimDecided(Refusal):
    code = "resources.claim_decided"
    cite = WITHHOLDING


class AccreditationOpen(Refusal):
    code = "resources.accreditation_open"
    cite = "40 CFR 62.16470"


class UnknownAccreditation(Refusal):
    code = "resources.unknown_accreditation"
    cite = "40 CFR 62.16470"


class AccreditationDecided(Refusal):
    code = "resources.accreditation_decided"
    cite = "40 CFR 62.16470"


class NotTheApplicant(Refusal):
    code = "resources.not_the_applicant"
    cite = "40 CFR 62.16470"


class TestNotAnswered(Refusal):
    code = "resources.conflict_test_not_answered"
    cite = "40 CFR 62.16475(a), (d)"


class ConflictNotDeclared(Refusal):
    code = "resources.conflict_not_declared"
    cite = "40 CFR 62.16475(a), (d), (f)"
