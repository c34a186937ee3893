"""Why something is not signed."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class NoAgreement(Refusal):
    code = "signing.no_agreement"
    cite = "PLAT-151"


class NotCertified(Refusal):
    code = "signing.not_certified"
    cite = "40 CFR 62.16295; 62.16320(c)(2)(ii), (e); MASS-027, MASS-037"


class SecondFactorMissing(Refusal):
    code = "signing.second_factor_missing"
    cite = "PLAT-151"


class SecondFactorWrong(Refusal):
    code = "signing.second_factor_wrong"
    cite = "PLAT-151"


class CodeUsedAlready(Refusal):
    code = "signing.code_used_before"
    cite = "PLAT-151; RFC 6238, section 5.2"


class TooManyAttempts(Refusal):
    code = "signing.too_many_attempts"
    cite = "PLAT-094"


class SignedAlready(Refusal):
    code = "signing.signed_already"
    cite = "PLAT-151; PLAT-054"


class ChallengeExpired(Refusal):
    code = "signing.challenge_expired"
    cite = "PLAT-151"


class TextChanged(Refusal):
    code = "signing.text_changed"
    cite = "PLAT-152"


class FormSuperseded(Refusal):
    code = "signing.form_superseded"
    cite = "PLAT-153"


class KeyCannotSign(Refusal):
    code = "signing.key_cannot_sign"
    cite = "PLAT-050; PLAT-151"


class PaperNotApproved(Refusal):
    code = "signing.paper_not_approved"
    cite = "PLAT-154"


class PaperNotUsable(Refusal):
    code = "signing.paper_not_usable"
    cite = "PLAT-154"


class AgreedAlready(Refusal):
    code = "signing.agreed_already"
    cite = "PLAT-151"
