"""Why early action is not rewarded, beyond what the rule itself says of a project."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class UnknownProject(Refusal):
    code = "early_action.unknown_project"
    cite = "40 CFR 62.16431(a); 62.16235(e)(2)"


class ProjectKnown(Refusal):
    code = "early_action.project_known"
    cite = "40 CFR 62.16431(a); 62.16235(e)(2)"


class GeneralAccountMissing(Refusal):
    code = "early_action.general_account_missing"
    cite = "40 CFR 62.16235(e)(2); 62.16320(c); preamble IV.D.6"


class NotAuthorized(Refusal):
    code = "early_action.not_authorized"
    cite = "40 CFR 62.16245(a); 62.16445(a)(1)"


class ShowingMissing(Refusal):
    code = "early_action.showing_missing"
    cite = "40 CFR 62.16431(a); 62.16235(e)(2)"


class NotApproved(Refusal):
    code = "early_action.not_approved"
    cite = "40 CFR 62.16431(a); 62.16235(e)(2)"


class Decided(Refusal):
    code = "early_action.decided"
    cite = "40 CFR 62.16431(a); 62.16235(e)(2)"


class AwardedAlready(Refusal):
    code = "early_action.awarded_already"
    cite = "40 CFR 62.16431(d); 62.16231(d)"


class MwhMissing(Refusal):
    code = "early_action.mwh_missing"
    cite = "40 CFR 62.16431(d); 62.16231(d)"


class OverSetAside(Refusal):
    code = "early_action.over_set_aside"
    cite = "40 CFR 62.16231(b); 62.16235(e)(1)"


class OverReserve(Refusal):
    code = "early_action.over_reserve"
    cite = "40 CFR 62.16431(c); 62.16231(c)"


class MatchingRuns(Refusal):
    code = "early_action.matching_runs"
    cite = "preamble IV.D.6.b, V.D.4"


class UnknownState(Refusal):
    code = "early_action.unknown_state"
    cite = "40 CFR 62.16431(a)(2); 62.16231(a)"


class FileMissing(Refusal):
    code = "early_action.file_missing"
    cite = "40 CFR 62.16235(e)(2); 62.16245(a)(3); 62.16431(a)"


class FileNotReady(Refusal):
    code = "early_action.file_not_ready"
    cite = "40 CFR 62.16235(e)(2); 62.16245(a)(5); 62.16255; 62.16445(b)"


class MwhNotVerified(Refusal):
    code = "early_action.mwh_not_verified"
    cite = "40 CFR 62.16245(a)(4); 62.16270; 62.16431(a)(1); 62.16465"


class AwardsOpen(Refusal):
    code = "early_action.awards_open"
    cite = "preamble V.D.4; MASS-099"


class NothingLeft(Refusal):
    code = "early_action.nothing_left"
    cite = "preamble V.D.4; MASS-099"
