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
