"""Why something about identity is refused."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class CheckedByOneself(Refusal):
    code = "identity.checked_by_oneself"
    cite = "PLAT-026; PLAT-094"


class CheckNotUsable(Refusal):
    code = "identity.check_not_usable"
    cite = "PLAT-026"


class ScanNotUsable(Refusal):
    code = "identity.scan_not_usable"
    cite = "PLAT-026; PLAT-094"


class ScanNotPermitted(Refusal):
    code = "identity.scan_not_permitted"
    cite = "PLAT-004; PLAT-094"


class ScanGone(Refusal):
    code = "identity.scan_gone"
    cite = "PLAT-094"


class ReviewNotUsable(Refusal):
    code = "identity.review_not_usable"
    cite = "PLAT-094"


class ReviewedByOneself(Refusal):
    code = "identity.reviewed_by_oneself"
    cite = "PLAT-094"


class AlreadyReviewed(Refusal):
    code = "identity.already_reviewed"
    cite = "PLAT-094"


class ScopeUnknown(Refusal):
    code = "identity.scope_unknown"
    cite = "PLAT-004; PLAT-035"


class KeyNotUsable(Refusal):
    code = "identity.key_not_usable"
    cite = "PLAT-004; PLAT-035"


class ReasonMissing(Refusal):
    code = "identity.reason_missing"
    cite = "PLAT-017; PLAT-154"


class HelpedByOneself(Refusal):
    code = "identity.helped_by_oneself"
    cite = "PLAT-094"


class LockedAlready(Refusal):
    code = "identity.locked_already"
    cite = "PLAT-094"


class NotLocked(Refusal):
    code = "identity.not_locked"
    cite = "PLAT-094"


class CheckMissing(Refusal):
    code = "identity.check_missing"
    cite = "PLAT-094; PLAT-014"


class NoSecondFactor(Refusal):
    code = "identity.no_second_factor"
    cite = "PLAT-094"
